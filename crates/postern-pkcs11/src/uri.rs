//! The name of a key on a token: a PKCS #11 URI (RFC 7512), of which the attributes that find one private key are
//! taken and every other one is an error.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// How the name of a key on a token begins. RFC 3986 would also take capital letters; one spelling is enough here.
pub const SCHEME: &str = "pkcs11:";

/// The most bytes of a URI.
pub const MAX_LEN: usize = 2048;

/// The most bytes of a decoded `object` or `id`.
pub const MAX_NAME: usize = 255;

/// Bytes of CK_TOKEN_INFO's `label` and `serialNumber`: no longer one can match.
const MAX_TOKEN: usize = 32;
const MAX_SERIAL: usize = 16;

/// Which private key of which token, and by which module the token is reached.
///
/// ```
/// use postern_pkcs11::KeyUri;
///
/// let uri: KeyUri = "pkcs11:token=city;object=west-code?module-path=/usr/lib/softhsm/libsofthsm2.so".parse()?;
/// assert_eq!(uri.object(), Some("west-code"));
/// # Ok::<(), postern_pkcs11::UriError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyUri {
    token: Option<String>,
    serial: Option<String>,
    slot_id: Option<u64>,
    object: Option<String>,
    id: Option<Vec<u8>>,
    module_path: Option<PathBuf>,
}

impl KeyUri {
    /// The token's label.
    pub fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    /// The token's serial number.
    pub fn serial(&self) -> Option<&str> {
        self.serial.as_deref()
    }

    /// The slot that the token is in.
    pub fn slot_id(&self) -> Option<u64> {
        self.slot_id
    }

    /// The key's label, CKA_LABEL.
    pub fn object(&self) -> Option<&str> {
        self.object.as_deref()
    }

    /// The key's CKA_ID.
    pub fn id(&self) -> Option<&[u8]> {
        self.id.as_deref()
    }

    /// The absolute path of the module, the library that knows the token.
    pub fn module_path(&self) -> Option<&Path> {
        self.module_path.as_deref()
    }
}

impl FromStr for KeyUri {
    type Err = UriError;

    fn from_str(text: &str) -> Result<Self, UriError> {
        if text.len() > MAX_LEN {
            return Err(UriError::TooLong { bytes: text.len() });
        }
        let rest = text.strip_prefix(SCHEME).ok_or(UriError::NotPkcs11)?;
        let (path, query) = match rest.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (rest, None),
        };
        let mut uri = Self {
            token: None,
            serial: None,
            slot_id: None,
            object: None,
            id: None,
            module_path: None,
        };
        let mut typed = None;
        for attribute in attributes(path, ';', SCHEME.len()) {
            let attribute = attribute?;
            match attribute.name {
                "id" => once(&mut uri.id, "id", attribute.bytes(PATH_MARKS, "id", MAX_NAME)?)?,
                "object" => once(
                    &mut uri.object,
                    "object",
                    attribute.text(PATH_MARKS, "object", MAX_NAME)?,
                )?,
                "serial" => once(
                    &mut uri.serial,
                    "serial",
                    attribute.text(PATH_MARKS, "serial", MAX_SERIAL)?,
                )?,
                "slot-id" => once(&mut uri.slot_id, "slot-id", attribute.number("slot-id")?)?,
                "token" => once(&mut uri.token, "token", attribute.text(PATH_MARKS, "token", MAX_TOKEN)?)?,
                "type" if attribute.value == "private" => once(&mut typed, "type", ())?,
                "type" => return Err(UriError::Value { attribute: "type" }),
                name => return Err(UriError::not_taken(name)),
            }
        }
        for attribute in query
            .into_iter()
            .flat_map(|query| attributes(query, '&', SCHEME.len() + path.len() + 1))
        {
            let attribute = attribute?;
            match attribute.name {
                "module-path" => {
                    let path = PathBuf::from(attribute.text(QUERY_MARKS, "module-path", MAX_LEN)?);
                    if !path.is_absolute() {
                        return Err(UriError::ModulePathNotAbsolute);
                    }
                    once(&mut uri.module_path, "module-path", path)?;
                }
                name => return Err(UriError::not_taken(name)),
            }
        }
        if uri.object.is_none() && uri.id.is_none() {
            return Err(UriError::NoKey);
        }
        Ok(uri)
    }
}

/// The URI again, each value in its one encoding.
impl fmt::Display for KeyUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let slot_id = self.slot_id.map(|id| id.to_string());
        let path = [
            ("token", self.token.as_deref().map(str::as_bytes)),
            ("serial", self.serial.as_deref().map(str::as_bytes)),
            ("slot-id", slot_id.as_deref().map(str::as_bytes)),
            ("object", self.object.as_deref().map(str::as_bytes)),
            ("id", self.id.as_deref()),
        ];
        f.write_str(SCHEME)?;
        let named = path.into_iter().filter_map(|(name, value)| Some((name, value?)));
        for (i, (name, value)) in named.enumerate() {
            let separator = if i == 0 { "" } else { ";" };
            write!(f, "{separator}{name}=")?;
            encode(f, value, "")?;
        }
        if let Some(path) = &self.module_path {
            f.write_str("?module-path=")?;
            encode(f, path.as_os_str().as_encoded_bytes(), "/")?;
        }
        Ok(())
    }
}

/// Why a text names no key on a token. No value of an attribute is in it: one could be a PIN.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum UriError {
    /// `module-path` does not begin at the root: which library is loaded must not hang on where the program runs.
    ModulePathNotAbsolute,
    /// Neither `object` nor `id` is there.
    NoKey,
    /// Does not begin with [`SCHEME`].
    NotPkcs11,
    /// `pin-source`: the PIN comes the way of every other secret of the program.
    PinSource,
    /// `pin-value`: secrets do not belong into arguments, which other users of the machine can see.
    PinValue,
    /// Not the grammar of RFC 7512 section 2.3.
    Syntax {
        /// The byte of the text.
        position: usize,
    },
    /// More than [`MAX_LEN`] bytes.
    TooLong {
        /// Bytes of the text.
        bytes: usize,
    },
    /// An attribute is there twice.
    Twice {
        /// Its name.
        attribute: &'static str,
    },
    /// An attribute that is not taken, or not in this part of the URI.
    Unknown {
        /// Its name.
        attribute: String,
    },
    /// A value that the attribute cannot have: empty, too long, not UTF-8, with control characters, not a number; or
    /// a `type` other than `private`.
    Value {
        /// Its name.
        attribute: &'static str,
    },
}

impl UriError {
    /// A stable name for programs and logs.
    #[must_use]
    pub fn reason(&self) -> &'static str {
        match self {
            Self::ModulePathNotAbsolute => "key-uri-module-path",
            Self::NoKey => "key-uri-no-key",
            Self::NotPkcs11 => "key-uri-scheme",
            Self::PinSource => "key-uri-pin-source",
            Self::PinValue => "key-uri-pin-value",
            Self::Syntax { .. } => "key-uri-syntax",
            Self::TooLong { .. } => "key-uri-too-long",
            Self::Twice { .. } => "key-uri-twice",
            Self::Unknown { .. } => "key-uri-unknown",
            Self::Value { .. } => "key-uri-value",
        }
    }

    fn not_taken(name: &str) -> Self {
        match name {
            "pin-source" => Self::PinSource,
            "pin-value" => Self::PinValue,
            _ => Self::Unknown {
                attribute: name.to_owned(),
            },
        }
    }
}

impl fmt::Display for UriError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ModulePathNotAbsolute => f.write_str("the key URI's module-path is not an absolute path"),
            Self::NoKey => f.write_str("the key URI names no key: object or id is missing"),
            Self::NotPkcs11 => write!(f, "a key URI begins with {SCHEME}"),
            Self::PinSource => f.write_str("the key URI has pin-source, which is not taken"),
            Self::PinValue => {
                f.write_str("the key URI has pin-value: other users of the machine can see a PIN in an argument")
            }
            Self::Syntax { position } => write!(f, "not a PKCS #11 URI at byte {position}"),
            Self::TooLong { bytes } => write!(f, "a key URI of {bytes} bytes; at most {MAX_LEN} are read"),
            Self::Twice { attribute } => write!(f, "the key URI has {attribute} twice"),
            Self::Unknown { attribute } => write!(
                f,
                "the key URI has {attribute}; token, serial, slot-id, object, id and type are taken before the \
                 question mark, module-path after it"
            ),
            Self::Value { attribute } => write!(f, "the key URI's {attribute} has a value that it cannot have"),
        }
    }
}

impl std::error::Error for UriError {}

/// Reserved characters that may stand for themselves in a path (RFC 7512, pk11-path-res-avail).
const PATH_MARKS: &[u8] = b":[]@!$'()*+,=&";
/// And in a query (pk11-query-res-avail).
const QUERY_MARKS: &[u8] = b":[]@!$'()*+,=/?|";

/// One `name=value`, not yet decoded.
struct Attribute<'a> {
    name: &'a str,
    value: &'a str,
    /// Where the value begins in the URI.
    position: usize,
}

impl Attribute<'_> {
    fn bytes(&self, marks: &[u8], attribute: &'static str, max: usize) -> Result<Vec<u8>, UriError> {
        let decoded = decode(self.value, marks).map_err(|at| UriError::Syntax {
            position: self.position + at,
        })?;
        match decoded.len() {
            1.. if decoded.len() <= max => Ok(decoded),
            _ => Err(UriError::Value { attribute }),
        }
    }

    fn text(&self, marks: &[u8], attribute: &'static str, max: usize) -> Result<String, UriError> {
        String::from_utf8(self.bytes(marks, attribute, max)?)
            .ok()
            .filter(|text| !text.chars().any(char::is_control))
            .ok_or(UriError::Value { attribute })
    }

    fn number(&self, attribute: &'static str) -> Result<u64, UriError> {
        // FromStr alone would take a plus sign.
        let digits = self.value.bytes().all(|b| b.is_ascii_digit());
        let number = digits.then(|| self.value.parse().ok()).flatten();
        number.ok_or(UriError::Value { attribute })
    }
}

/// The attributes of one part of a URI that begins at byte `start`.
fn attributes(part: &str, separator: char, start: usize) -> impl Iterator<Item = Result<Attribute<'_>, UriError>> {
    part.split(separator).scan(start, |next, text| {
        let position = *next;
        *next += text.len() + 1;
        let is_name = |name: &str| {
            !name.is_empty()
                && name
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
        };
        Some(match text.split_once('=') {
            Some((name, value)) if is_name(name) => Ok(Attribute {
                name,
                value,
                position: position + name.len() + 1,
            }),
            _ => Err(UriError::Syntax { position }),
        })
    })
}

fn once<T>(slot: &mut Option<T>, attribute: &'static str, value: T) -> Result<(), UriError> {
    match slot.replace(value) {
        None => Ok(()),
        Some(_) => Err(UriError::Twice { attribute }),
    }
}

/// RFC 3986 section 2.3.
fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

/// Resolves percent-encoding; the error is the position of the byte that cannot be there.
fn decode(text: &str, marks: &[u8]) -> Result<Vec<u8>, usize> {
    let digit = |byte: Option<&u8>| byte.and_then(|&b| char::from(b).to_digit(16)).map(|d| d as u8);
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        if byte == b'%' {
            let (Some(high), Some(low)) = (digit(bytes.get(at + 1)), digit(bytes.get(at + 2))) else {
                return Err(at);
            };
            decoded.push(high << 4 | low);
            at += 3;
        } else if is_unreserved(byte) || marks.contains(&byte) {
            decoded.push(byte);
            at += 1;
        } else {
            return Err(at);
        }
    }
    Ok(decoded)
}

fn encode(f: &mut fmt::Formatter<'_>, value: &[u8], marks: &str) -> fmt::Result {
    for &byte in value {
        if is_unreserved(byte) || marks.as_bytes().contains(&byte) {
            write!(f, "{}", char::from(byte))?;
        } else {
            write!(f, "%{byte:02X}")?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
