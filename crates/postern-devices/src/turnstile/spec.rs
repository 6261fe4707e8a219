//! What a turnstile is, as a text and as a table.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::error::SpecFault;
use crate::spec::{ALLOWED_BAUD, BAUD, BAUDS, bad, split};

/// The most bytes of an order to open or shut.
const MAX_BYTES: usize = 64;
/// The most arguments of a program.
const MAX_ARGS: usize = 32;
/// Milliseconds.
const PULSES: std::ops::RangeInclusive<u64> = 10..=30_000;
/// Milliseconds: what a door needs, and a program at most.
const PULSE: u64 = 1000;

const ALLOWED_BYTES: &str = "1 to 64 bytes in hexadecimal, such as 0A1B";
const ALLOWED_PULSE: &str = "10 to 30000 milliseconds";

/// A turnstile.
///
/// As a text: the kind, after a colon its device, then options as `,key=value`. A comma within is written twice.
///
/// | text | what |
/// | --- | --- |
/// | `exec:/PROGRAM,arg=A,arg=B,pulse-ms=1000` | a program that opens and shuts, and is killed after that time |
/// | `serial:PATH,on=HEX,off=HEX,baud=9600,pulse-ms=1000` | bytes to open, and after that time bytes to shut |
/// | `stdout` | a line `OPEN NUMBER` |
///
/// As a table: `kind`, `program` and `args`, or `path`, `baud`, `on`, `off`; `pulse-ms`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Fields", into = "Fields")]
pub struct TurnstileSpec {
    /// The device.
    pub kind: TurnstileKind,
    /// How long it stays open, or how long a program may run at most. Not for `stdout`.
    pub pulse: Duration,
}

/// The device of a turnstile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TurnstileKind {
    /// A program, never through a shell.
    Exec {
        /// An absolute path.
        program: PathBuf,
        /// Its arguments. Everybody on the machine can see them: no secrets.
        args: Vec<String>,
    },
    /// A controller on a serial port.
    Serial {
        /// The port.
        path: PathBuf,
        /// 300 to 4,000,000.
        baud: u32,
        /// What opens.
        on: Vec<u8>,
        /// What shuts.
        off: Vec<u8>,
    },
    /// A controller that reads standard output.
    Stdout,
}

#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Fields {
    kind: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    program: Option<PathBuf>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    args: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<PathBuf>,
    #[serde(skip_serializing_if = "Option::is_none")]
    baud: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    on: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    off: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pulse_ms: Option<u64>,
}

impl Fields {
    fn kind(&self) -> Result<&'static str, SpecFault> {
        const KINDS: [&str; 3] = ["exec", "serial", "stdout"];
        let unknown = || SpecFault::UnknownKind {
            kind: self.kind.clone(),
        };
        KINDS.into_iter().find(|kind| *kind == self.kind).ok_or_else(unknown)
    }

    fn set(&mut self, key: &str, value: &str, kind: &'static str) -> Result<(), SpecFault> {
        let is_twice = match key {
            "arg" => false,
            "baud" => self.baud.is_some(),
            "off" => self.off.is_some(),
            "on" => self.on.is_some(),
            "pulse-ms" => self.pulse_ms.is_some(),
            _ => {
                let key = key.to_owned();
                return Err(SpecFault::UnknownKey { key, kind });
            }
        };
        if is_twice {
            return Err(SpecFault::TwiceKey { key: key.to_owned() });
        }
        match key {
            "arg" => self.args.push(value.to_owned()),
            "baud" => self.baud = Some(value.parse().map_err(|_| bad(key, ALLOWED_BAUD))?),
            "off" => self.off = Some(value.to_owned()),
            "on" => self.on = Some(value.to_owned()),
            _ => self.pulse_ms = Some(value.parse().map_err(|_| bad(key, ALLOWED_PULSE))?),
        }
        Ok(())
    }

    /// A key that is there and that the kind has not.
    fn unfit(&self, kind: &str) -> Option<&'static str> {
        let (is_exec, is_serial) = (kind == "exec", kind == "serial");
        let unfit = [
            ("args", !self.args.is_empty() && !is_exec),
            ("baud", self.baud.is_some() && !is_serial),
            ("off", self.off.is_some() && !is_serial),
            ("on", self.on.is_some() && !is_serial),
            ("path", self.path.is_some() && !is_serial),
            ("program", self.program.is_some() && !is_exec),
            ("pulse-ms", self.pulse_ms.is_some() && kind == "stdout"),
        ];
        unfit.into_iter().find(|(_, unfit)| *unfit).map(|(key, _)| key)
    }
}

impl FromStr for TurnstileSpec {
    type Err = SpecFault;

    fn from_str(text: &str) -> Result<Self, SpecFault> {
        let mut parts = split(text).into_iter();
        let first = parts.next().unwrap_or_default();
        let (kind, device) = match first.split_once(':') {
            Some((kind, device)) => (kind, Some(PathBuf::from(device))),
            None => (first.as_str(), None),
        };
        let mut fields = Fields {
            kind: kind.to_owned(),
            ..Fields::default()
        };
        let kind = fields.kind()?;
        match kind {
            "exec" => fields.program = device,
            _ => fields.path = device,
        }
        for part in parts {
            let unknown = || SpecFault::UnknownKey {
                key: part.clone(),
                kind,
            };
            let (key, value) = part.split_once('=').ok_or_else(unknown)?;
            fields.set(key, value, kind)?;
        }
        fields.try_into()
    }
}

impl TryFrom<Fields> for TurnstileSpec {
    type Error = SpecFault;

    fn try_from(fields: Fields) -> Result<Self, SpecFault> {
        let name = fields.kind()?;
        if let Some(key) = fields.unfit(name) {
            let key = key.to_owned();
            return Err(SpecFault::UnknownKey { key, kind: name });
        }
        let pulse = fields.pulse_ms.unwrap_or(PULSE);
        if !PULSES.contains(&pulse) {
            return Err(bad("pulse-ms", ALLOWED_PULSE));
        }
        let bytes = |key: &'static str, text: Option<String>| {
            let text = text.ok_or(SpecFault::MissingKey { key })?;
            bytes(&text).ok_or_else(|| bad(key, ALLOWED_BYTES))
        };
        let kind = match name {
            "exec" => {
                let program = fields.program.ok_or(SpecFault::MissingKey { key: "program" })?;
                if !program.is_absolute() {
                    return Err(bad("program", "an absolute path"));
                }
                if fields.args.len() > MAX_ARGS {
                    return Err(bad("args", "at most 32 arguments"));
                }
                // The system takes none with such a byte, and the order would fail when it is too late.
                let has_nul = |text: &[u8]| text.contains(&0);
                if has_nul(program.as_os_str().as_encoded_bytes()) || fields.args.iter().any(|a| has_nul(a.as_bytes()))
                {
                    return Err(bad("args", "texts without a zero byte"));
                }
                TurnstileKind::Exec {
                    program,
                    args: fields.args,
                }
            }
            "serial" => TurnstileKind::Serial {
                path: (fields.path.filter(|path| !path.as_os_str().is_empty()))
                    .ok_or(SpecFault::MissingKey { key: "path" })?,
                baud: Some(fields.baud.unwrap_or(BAUD))
                    .filter(|baud| BAUDS.contains(baud))
                    .ok_or_else(|| bad("baud", ALLOWED_BAUD))?,
                on: bytes("on", fields.on)?,
                off: bytes("off", fields.off)?,
            },
            _ => TurnstileKind::Stdout,
        };
        let pulse = Duration::from_millis(pulse);
        Ok(Self { kind, pulse })
    }
}

/// Bytes of hexadecimal digits.
fn bytes(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u32>> = text.chars().map(|c| c.to_digit(16)).collect();
    let digits =
        digits.filter(|digits| digits.len().is_multiple_of(2) && (1..=2 * MAX_BYTES).contains(&digits.len()))?;
    // Each digit is below 16.
    Some(
        digits
            .chunks_exact(2)
            .map(|pair| (pair[0] << 4 | pair[1]) as u8)
            .collect(),
    )
}

impl From<TurnstileSpec> for Fields {
    fn from(spec: TurnstileSpec) -> Self {
        let hex = |bytes: Vec<u8>| Some(bytes.iter().map(|byte| format!("{byte:02X}")).collect());
        let pulse = u64::try_from(spec.pulse.as_millis()).unwrap_or(u64::MAX);
        let mut fields = Self {
            pulse_ms: Some(pulse).filter(|pulse| *pulse != PULSE && spec.kind != TurnstileKind::Stdout),
            ..Self::default()
        };
        let kind = match spec.kind {
            TurnstileKind::Exec { program, args } => {
                fields.program = Some(program);
                fields.args = args;
                "exec"
            }
            TurnstileKind::Serial { path, baud, on, off } => {
                fields.path = Some(path);
                fields.baud = Some(baud).filter(|baud| *baud != BAUD);
                fields.on = hex(on);
                fields.off = hex(off);
                "serial"
            }
            TurnstileKind::Stdout => "stdout",
        };
        fields.kind = kind.to_owned();
        fields
    }
}

impl fmt::Display for TurnstileSpec {
    /// The text that parses back, with its defaults left out.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fields = Fields::from(self.clone());
        let twice = |text: &str| text.replace(',', ",,");
        f.write_str(&fields.kind)?;
        if let Some(device) = fields.program.or(fields.path) {
            write!(f, ":{}", twice(&device.display().to_string()))?;
        }
        for arg in &fields.args {
            write!(f, ",arg={}", twice(arg))?;
        }
        if let Some(baud) = fields.baud {
            write!(f, ",baud={baud}")?;
        }
        for (key, value) in [("on", fields.on), ("off", fields.off)] {
            if let Some(value) = value {
                write!(f, ",{key}={value}")?;
            }
        }
        match fields.pulse_ms {
            Some(pulse) => write!(f, ",pulse-ms={pulse}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn texts_and_tables_say_the_same() {
        for (text, table) in [
            ("stdout", "kind = \"stdout\""),
            (
                "exec:/usr/bin/open,arg=--door,arg=a,,b,pulse-ms=2000",
                "kind = \"exec\"\nprogram = \"/usr/bin/open\"\nargs = [\"--door\", \"a,b\"]\npulse-ms = 2000",
            ),
            (
                "serial:/dev/ttyUSB0,baud=19200,on=A00101A2,off=A00100A1",
                "kind = \"serial\"\npath = \"/dev/ttyUSB0\"\nbaud = 19200\non = \"A00101A2\"\noff = \"A00100A1\"",
            ),
        ] {
            let spec: TurnstileSpec = text.parse().unwrap();
            assert_eq!(toml::from_str::<TurnstileSpec>(table).unwrap(), spec);
            assert_eq!(spec.to_string(), text);
            assert_eq!(
                toml::from_str::<TurnstileSpec>(&toml::to_string(&spec).unwrap()).unwrap(),
                spec
            );
        }
    }

    #[test]
    fn what_is_no_turnstile_is_refused_by_name() {
        for (text, reason, named) in [
            ("door", "device-unknown-kind", "door"),
            ("exec", "device-missing-key", "program"),
            ("exec:open", "device-bad-value", "program"),
            ("exec:/open,arg=a\0", "device-bad-value", "args"),
            ("exec:/open,on=01", "device-unknown-key", "on"),
            ("exec:/open,env=a", "device-unknown-key", "env"),
            ("exec:/open,pulse-ms=9", "device-bad-value", "pulse-ms"),
            ("exec:/open,pulse-ms=30001", "device-bad-value", "pulse-ms"),
            ("exec:/open,pulse-ms=50,pulse-ms=50", "device-twice-key", "pulse-ms"),
            ("serial:/dev/a,on=01", "device-missing-key", "off"),
            ("serial:,on=01,off=00", "device-missing-key", "path"),
            ("serial:/dev/a,on=0,off=00", "device-bad-value", "on"),
            ("serial:/dev/a,on=01,off=0g", "device-bad-value", "off"),
            ("serial:/dev/a,on=01,off=", "device-bad-value", "off"),
            ("serial:/dev/a,on=01,off=00,baud=1", "device-bad-value", "baud"),
            ("stdout:/dev/a", "device-unknown-key", "path"),
            ("stdout,pulse-ms=100", "device-unknown-key", "pulse-ms"),
        ] {
            let fault = text.parse::<TurnstileSpec>().unwrap_err();
            assert_eq!(fault.reason(), reason, "{text}");
            assert!(fault.to_string().contains(named), "{fault}");
        }
        let error = toml::from_str::<TurnstileSpec>("kind = \"stdout\"\nspeed = 3").unwrap_err();
        assert!(error.to_string().contains("speed"), "{error}");
    }

    proptest! {
        #[test]
        fn every_turnstile_is_its_own_text(
            program in "/[^\0]{0,20}", args in proptest::collection::vec("[^\0]{0,9}", 0..5), pulse in PULSES,
        ) {
            let kind = TurnstileKind::Exec { program: program.into(), args };
            let spec = TurnstileSpec { kind, pulse: Duration::from_millis(pulse) };
            prop_assert_eq!(spec.to_string().parse::<TurnstileSpec>().unwrap(), spec.clone());
            prop_assert_eq!(toml::from_str::<TurnstileSpec>(&toml::to_string(&spec).unwrap()).unwrap(), spec);
        }

        #[test]
        fn no_text_panics(text in "(exec|serial|stdout)?[:,=/a-z0-9]{0,30}|\\PC{0,30}") {
            if let Ok(spec) = text.parse::<TurnstileSpec>() {
                prop_assert_eq!(spec.to_string().parse::<TurnstileSpec>().unwrap(), spec);
            }
        }
    }
}
