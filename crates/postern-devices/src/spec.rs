//! What a source is, as a text of the command line and as a table of a configuration file.

mod fields;

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::error::SpecFault;
use crate::line::End;
use fields::Fields;
pub(crate) use fields::{ALLOWED_BAUD, BAUDS, bad, split};

/// The baud rate where none is given.
pub(crate) const BAUD: u32 = 9600;
/// The columns and rows that a camera is asked for where none are given.
const SIZE: (u32, u32) = (1280, 720);

/// One source of codes, documents or both.
///
/// As a text: the kind, after a colon its device, then options as `,key=value`, of which `reads` goes with every kind
/// (`codes` unless it says otherwise). A comma in a path or name is written twice. What is missing has its default.
///
/// | text | what |
/// | --- | --- |
/// | `stdin` | lines of standard input |
/// | `serial:PATH,baud=9600,end=auto` | a serial port, 8N1 |
/// | `keyboard:PATH,end=auto`, `keyboard:PART OF A NAME` | a scanner that acts as a keyboard, taken for itself |
/// | `folder:PATH` | pictures that arrive in a folder |
/// | `frames` | pictures on standard input: PNG, JPEG, or Y4M |
/// | `camera:PATH,width=1280,height=720` | a Video4Linux camera |
///
/// As a table the same names are keys: `kind`, `path` or (keyboards) `device`, `baud`, `end`, `width`, `height`, `reads`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Fields", into = "Fields")]
pub struct Spec {
    /// The device.
    pub kind: Kind,
    /// What is expected of it; nothing here depends on it.
    pub reads: Reads,
}

/// The device of a source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A Video4Linux camera; needs the feature `v4l2`.
    Camera {
        /// The device's path.
        path: PathBuf,
        /// Columns to ask for; the driver gives what it has.
        width: u32,
        /// Rows to ask for.
        height: u32,
    },
    /// Pictures that arrive in a folder.
    Folder {
        /// The folder.
        path: PathBuf,
    },
    /// Pictures on standard input: PNG or JPEG files one after the other, or Y4M, told apart by the first bytes.
    Frames,
    /// A scanner that acts as a keyboard.
    Keyboard {
        /// An absolute path, or a part of the device's name in any case.
        device: String,
        /// `Auto`, `Cr` (Enter), `Tab` or `Silence`.
        end: End,
    },
    /// A serial port, 8 data bits, no parity, one stop bit, no flow control.
    Serial {
        /// The device's path.
        path: PathBuf,
        /// 300 to 4,000,000.
        baud: u32,
        /// What ends a text.
        end: End,
    },
    /// Lines of standard input.
    Stdin,
}

/// What is expected of a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Reads {
    /// Both, told apart by their form.
    Both,
    /// Codes only.
    Codes,
    /// Numbers and lines of documents only.
    Documents,
}

impl Spec {
    /// A source that reads codes only, the default: anybody can print the number of a document as a QR code, so it counts
    /// as a document only where somebody said that documents are read there.
    #[must_use]
    pub fn new(kind: Kind) -> Self {
        let reads = Reads::Codes;
        Self { kind, reads }
    }

    /// The same source, where a text also ends by silence: so that a scanner is heard that sends no ending.
    #[must_use]
    pub fn listening(&self) -> Self {
        let mut spec = self.clone();
        if let Kind::Keyboard { end, .. } | Kind::Serial { end, .. } = &mut spec.kind {
            *end = End::Silence;
        }
        spec
    }
}

impl Kind {
    /// The name in texts and tables.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Camera { .. } => "camera",
            Self::Folder { .. } => "folder",
            Self::Frames => "frames",
            Self::Keyboard { .. } => "keyboard",
            Self::Serial { .. } => "serial",
            Self::Stdin => "stdin",
        }
    }

    /// Whether it gives texts; else it gives pictures.
    #[must_use]
    pub fn is_typed(&self) -> bool {
        matches!(self, Self::Keyboard { .. } | Self::Serial { .. } | Self::Stdin)
    }

    /// Whether it reads standard input, which ends, and of which there is one.
    #[must_use]
    pub fn is_stdin(&self) -> bool {
        matches!(self, Self::Frames | Self::Stdin)
    }

    /// Whether both are one device, whatever its options.
    #[must_use]
    pub fn is_same_device(&self, other: &Self) -> bool {
        self.is_stdin() && other.is_stdin()
            || self.name() == other.name() && Fields::of(self).device() == Fields::of(other).device()
    }
}

impl FromStr for Spec {
    type Err = SpecFault;

    fn from_str(text: &str) -> Result<Self, SpecFault> {
        Fields::from_text(text)?.try_into()
    }
}

impl fmt::Display for Spec {
    /// The text that parses back, with its defaults left out.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Fields::from(self.clone()).fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parse(text: &str) -> Result<Spec, SpecFault> {
        text.parse()
    }

    #[test]
    fn texts_and_tables_say_the_same() {
        for (text, table) in [
            ("stdin", "kind = \"stdin\""),
            ("stdin,reads=documents", "kind = \"stdin\"\nreads = \"documents\""),
            ("serial:/dev/ttyACM0", "kind = \"serial\"\npath = \"/dev/ttyACM0\""),
            (
                "serial:/dev/ttyS0,baud=115200,end=crlf",
                "kind = \"serial\"\npath = \"/dev/ttyS0\"\nbaud = 115200\nend = \"crlf\"",
            ),
            (
                "keyboard:Scanner 3000",
                "kind = \"keyboard\"\ndevice = \"Scanner 3000\"",
            ),
            (
                "keyboard:/dev/input/event3,end=silence,reads=both",
                "kind = \"keyboard\"\ndevice = \"/dev/input/event3\"\nend = \"silence\"\nreads = \"both\"",
            ),
            ("folder:/srv/a,,b", "kind = \"folder\"\npath = \"/srv/a,b\""),
            ("frames", "kind = \"frames\""),
            (
                "camera:/dev/video0,width=640,height=480",
                "kind = \"camera\"\npath = \"/dev/video0\"\nwidth = 640\nheight = 480",
            ),
        ] {
            let spec = parse(text).unwrap();
            assert_eq!(toml::from_str::<Spec>(table).unwrap(), spec, "{text}");
            assert_eq!(spec.to_string(), text);
            assert_eq!(toml::from_str::<Spec>(&toml::to_string(&spec).unwrap()).unwrap(), spec);
        }
    }

    #[test]
    fn defaults_are_those_of_the_documentation() {
        assert_eq!(
            parse("serial:/dev/a,baud=9600,end=auto,reads=codes"),
            parse("serial:/dev/a")
        );
        assert_eq!(
            parse("camera:/dev/a,width=1280,height=720,reads=codes"),
            parse("camera:/dev/a")
        );
    }

    #[test]
    fn documents_are_read_only_where_it_is_said() {
        for device in [
            "stdin",
            "serial:/dev/a",
            "keyboard:a",
            "frames",
            "folder:/a",
            "camera:/dev/a",
        ] {
            let spec = parse(device).unwrap();
            assert_eq!(spec.reads, Reads::Codes, "{device}");
            assert_eq!(Spec::new(spec.kind.clone()), spec);
            assert_eq!(parse(&format!("{device},reads=codes")).unwrap().to_string(), device);
            for reads in [Reads::Both, Reads::Documents] {
                let said = Spec { reads, ..spec.clone() };
                assert_ne!(said.to_string(), device);
                assert_eq!(parse(&said.to_string()).is_ok(), spec.kind.is_typed(), "{said}");
            }
        }
        let table: Spec = toml::from_str("kind = \"stdin\"").unwrap();
        assert_eq!(table.reads, Reads::Codes);
    }

    #[test]
    fn what_is_no_source_is_refused_by_name() {
        let reason = |text: &str| parse(text).map_err(|fault| (fault.reason(), fault.to_string()));
        for (text, expected, named) in [
            ("", "device-unknown-kind", "\"\""),
            ("usb:/dev/a", "device-unknown-kind", "usb"),
            ("serial", "device-missing-key", "path"),
            ("serial:", "device-missing-key", "path"),
            ("keyboard", "device-missing-key", "device"),
            ("stdin:/dev/a", "device-unknown-key", "path"),
            ("stdin,baud=9600", "device-unknown-key", "baud"),
            ("serial:/dev/a,speed=9600", "device-unknown-key", "speed"),
            ("serial:/dev/a,baud", "device-unknown-key", "baud"),
            ("serial:/dev/a,baud=9600,baud=9600", "device-twice-key", "baud"),
            ("serial:/dev/a,path=/dev/b", "device-twice-key", "path"),
            ("serial:/dev/a,baud=9k", "device-bad-value", "baud"),
            ("serial:/dev/a,baud=0", "device-bad-value", "baud"),
            ("serial:/dev/a,end=dot", "device-bad-value", "end"),
            ("keyboard:a,end=crlf", "device-bad-value", "end"),
            ("camera:/dev/a,width=0", "device-bad-value", "width"),
            ("camera:/dev/a,height=30001", "device-bad-value", "height"),
            ("frames,reads=documents", "device-bad-value", "reads"),
            ("frames,reads=all", "device-bad-value", "reads"),
        ] {
            let (found, shown) = reason(text).unwrap_err();
            assert_eq!(found, expected, "{text}");
            assert!(shown.contains(named), "{text}: {shown}");
        }
    }

    #[test]
    fn an_unknown_key_of_a_table_is_named() {
        let error = toml::from_str::<Spec>("kind = \"stdin\"\nspeed = 3").unwrap_err();
        assert!(error.to_string().contains("speed"), "{error}");
        let error = toml::from_str::<Spec>("kind = \"stdin\"\nbaud = 9600").unwrap_err();
        assert!(error.to_string().contains("baud"), "{error}");
    }

    #[test]
    fn one_device_is_the_same_whatever_its_options() {
        let same = |a: &str, b: &str| parse(a).unwrap().kind.is_same_device(&parse(b).unwrap().kind);
        assert!(same("stdin", "frames"));
        assert!(same("serial:/dev/a", "serial:/dev/a,baud=1200"));
        assert!(!same("serial:/dev/a", "serial:/dev/b"));
        assert!(!same("folder:/dev/a", "serial:/dev/a"));
    }

    proptest! {
        #[test]
        fn every_source_is_its_own_text(
            path in "[^\0]{1,20}", baud in 300..=4_000_000u32, end in proptest::sample::select(&End::ALL[..]),
            reads in proptest::sample::select(&[Reads::Both, Reads::Codes, Reads::Documents][..]),
        ) {
            let spec = Spec { kind: Kind::Serial { path: path.into(), baud, end }, reads };
            prop_assert_eq!(parse(&spec.to_string()).unwrap(), spec.clone());
            prop_assert_eq!(toml::from_str::<Spec>(&toml::to_string(&spec).unwrap()).unwrap(), spec);
        }

        #[test]
        fn no_text_panics(text in "(stdin|serial|camera)?[:,=a-z0-9]{0,30}|\\PC{0,30}") {
            if let Ok(spec) = parse(&text) {
                prop_assert_eq!(parse(&spec.to_string()).unwrap(), spec);
            }
        }
    }
}
