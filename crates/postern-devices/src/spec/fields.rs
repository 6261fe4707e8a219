//! The flat form of a source, which a text and a table have in common.

use std::fmt;
use std::path::PathBuf;

use postern_qr::picture::MAX_DIMENSION;
use serde::{Deserialize, Serialize};

use super::{BAUD, Kind, Reads, SIZE, Spec};
use crate::error::SpecFault;
use crate::line::End;

/// The slowest and the fastest port there is.
pub(crate) const BAUDS: std::ops::RangeInclusive<u32> = 300..=4_000_000;

#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Fields {
    kind: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<PathBuf>,
    #[serde(skip_serializing_if = "Option::is_none")]
    device: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    baud: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end: Option<End>,
    #[serde(skip_serializing_if = "Option::is_none")]
    width: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    height: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reads: Option<Reads>,
}

impl Fields {
    pub(super) fn from_text(text: &str) -> Result<Self, SpecFault> {
        let mut parts = split(text).into_iter();
        let first = parts.next().unwrap_or_default();
        let (kind, device) = match first.split_once(':') {
            Some((kind, device)) => (kind, Some(device).filter(|device| !device.is_empty())),
            None => (first.as_str(), None),
        };
        let mut fields = Self {
            kind: kind.to_owned(),
            ..Self::default()
        };
        let name = fields.kind()?;
        match device {
            Some(device) if name == "keyboard" => fields.device = Some(device.to_owned()),
            Some(device) => fields.path = Some(device.into()),
            None => {}
        }
        for part in parts {
            let unknown = || SpecFault::UnknownKey {
                key: part.clone(),
                kind: name,
            };
            let (key, value) = part.split_once('=').ok_or_else(unknown)?;
            fields.set(key, value, name)?;
        }
        Ok(fields)
    }

    fn set(&mut self, key: &str, value: &str, kind: &'static str) -> Result<(), SpecFault> {
        fn put<T>(field: &mut Option<T>, value: Option<T>, key: &str, allowed: &'static str) -> Result<(), SpecFault> {
            if field.is_some() {
                return Err(SpecFault::TwiceKey { key: key.to_owned() });
            }
            *field = Some(value.ok_or_else(|| bad(key, allowed))?);
            Ok(())
        }
        match key {
            "baud" => put(&mut self.baud, value.parse().ok(), key, ALLOWED_BAUD),
            "device" => put(
                &mut self.device,
                Some(value.to_owned()),
                key,
                "a path or a part of a name",
            ),
            "end" => {
                let end = End::ALL.into_iter().find(|end| end.name() == value);
                put(&mut self.end, end, key, ALLOWED_END)
            }
            "height" => put(&mut self.height, value.parse().ok(), key, ALLOWED_SIZE),
            "path" => put(&mut self.path, Some(value.into()), key, "a path"),
            "reads" => {
                let all = [Reads::Both, Reads::Codes, Reads::Documents];
                let reads = all.into_iter().find(|reads| reads_name(*reads) == value);
                put(&mut self.reads, reads, key, ALLOWED_READS)
            }
            "width" => put(&mut self.width, value.parse().ok(), key, ALLOWED_SIZE),
            _ => Err(SpecFault::UnknownKey {
                key: key.to_owned(),
                kind,
            }),
        }
    }

    /// What names the device among those of its kind.
    pub(super) fn device(&self) -> Option<String> {
        let path = self.path.as_ref().map(|path| path.display().to_string());
        path.or_else(|| self.device.clone())
    }

    pub(super) fn of(kind: &Kind) -> Self {
        let mut fields = Self {
            kind: kind.name().to_owned(),
            ..Self::default()
        };
        match kind.clone() {
            Kind::Camera { path, width, height } => {
                fields.path = Some(path);
                fields.width = Some(width).filter(|width| *width != SIZE.0);
                fields.height = Some(height).filter(|height| *height != SIZE.1);
            }
            Kind::Folder { path } => fields.path = Some(path),
            Kind::Frames | Kind::Stdin => {}
            Kind::Keyboard { device, end } => {
                fields.device = Some(device);
                fields.end = Some(end).filter(|end| *end != End::default());
            }
            Kind::Serial { path, baud, end } => {
                fields.path = Some(path);
                fields.baud = Some(baud).filter(|baud| *baud != BAUD);
                fields.end = Some(end).filter(|end| *end != End::default());
            }
        }
        fields
    }

    fn kind(&self) -> Result<&'static str, SpecFault> {
        const KINDS: [&str; 6] = ["camera", "folder", "frames", "keyboard", "serial", "stdin"];
        let unknown = || SpecFault::UnknownKind {
            kind: self.kind.clone(),
        };
        KINDS.into_iter().find(|kind| *kind == self.kind).ok_or_else(unknown)
    }

    /// A key that is there and that the kind has not.
    fn unfit(&self, has: &[&str]) -> Option<&'static str> {
        let here = [
            ("baud", self.baud.is_some()),
            ("device", self.device.is_some()),
            ("end", self.end.is_some()),
            ("height", self.height.is_some()),
            ("path", self.path.is_some()),
            ("width", self.width.is_some()),
        ];
        let unfit = here.into_iter().find(|(key, here)| *here && !has.contains(key));
        unfit.map(|(key, _)| key)
    }
}

pub(crate) const ALLOWED_BAUD: &str = "300 to 4000000";
const ALLOWED_END: &str = "auto, cr, crlf, lf, silence, tab";
const ALLOWED_END_OF_KEYS: &str = "auto, cr (the Enter key), silence, tab";
const ALLOWED_READS: &str = "both, codes, documents";
const ALLOWED_SIZE: &str = "1 to 30000";

pub(crate) fn bad(key: &str, allowed: &'static str) -> SpecFault {
    SpecFault::BadValue {
        key: key.to_owned(),
        allowed,
    }
}

fn reads_name(reads: Reads) -> &'static str {
    match reads {
        Reads::Both => "both",
        Reads::Codes => "codes",
        Reads::Documents => "documents",
    }
}

/// The parts between commas; two commas are one that is meant.
pub(crate) fn split(text: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match parts.last_mut() {
            Some(part) if c != ',' || chars.next_if_eq(&',').is_some() => part.push(c),
            _ => parts.push(String::new()),
        }
    }
    parts
}

impl TryFrom<Fields> for Spec {
    type Error = SpecFault;

    fn try_from(fields: Fields) -> Result<Self, SpecFault> {
        let name = fields.kind()?;
        let has: &[&str] = match name {
            "camera" => &["path", "width", "height"],
            "folder" => &["path"],
            "keyboard" => &["device", "end"],
            "serial" => &["path", "baud", "end"],
            _ => &[],
        };
        if let Some(key) = fields.unfit(has) {
            return Err(SpecFault::UnknownKey {
                key: key.to_owned(),
                kind: name,
            });
        }
        let side = |key: &str, side: u32| match usize::try_from(side) {
            Ok(1..=MAX_DIMENSION) => Ok(side),
            _ => Err(bad(key, ALLOWED_SIZE)),
        };
        let path = fields.path.filter(|path| !path.as_os_str().is_empty());
        let path = path.ok_or(SpecFault::MissingKey { key: "path" });
        let end = fields.end.unwrap_or_default();
        let kind = match name {
            "camera" => Kind::Camera {
                path: path?,
                width: side("width", fields.width.unwrap_or(SIZE.0))?,
                height: side("height", fields.height.unwrap_or(SIZE.1))?,
            },
            "folder" => Kind::Folder { path: path? },
            "frames" => Kind::Frames,
            "keyboard" => Kind::Keyboard {
                device: (fields.device.filter(|device| !device.is_empty()))
                    .ok_or(SpecFault::MissingKey { key: "device" })?,
                end: match end {
                    End::CrLf | End::Lf => return Err(bad("end", ALLOWED_END_OF_KEYS)),
                    end => end,
                },
            },
            "serial" => Kind::Serial {
                path: path?,
                baud: Some(fields.baud.unwrap_or(BAUD))
                    .filter(|baud| BAUDS.contains(baud))
                    .ok_or_else(|| bad("baud", ALLOWED_BAUD))?,
                end,
            },
            _ => Kind::Stdin,
        };
        let spec = Self::new(kind);
        match fields.reads {
            // Documents are typed by their readers; nothing here reads the text of a picture.
            Some(Reads::Both | Reads::Documents) if !spec.kind.is_typed() => Err(bad("reads", "codes")),
            Some(reads) => Ok(Self { reads, ..spec }),
            None => Ok(spec),
        }
    }
}

impl From<Spec> for Fields {
    fn from(spec: Spec) -> Self {
        let default = Spec::new(spec.kind.clone()).reads;
        Self {
            reads: Some(spec.reads).filter(|reads| *reads != default),
            ..Self::of(&spec.kind)
        }
    }
}

impl fmt::Display for Fields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.kind)?;
        if let Some(device) = self.device() {
            write!(f, ":{}", device.replace(',', ",,"))?;
        }
        if let Some(baud) = self.baud {
            write!(f, ",baud={baud}")?;
        }
        if let Some(end) = self.end {
            write!(f, ",end={}", end.name())?;
        }
        if let Some(width) = self.width {
            write!(f, ",width={width}")?;
        }
        if let Some(height) = self.height {
            write!(f, ",height={height}")?;
        }
        if let Some(reads) = self.reads {
            write!(f, ",reads={}", reads_name(reads))?;
        }
        Ok(())
    }
}
