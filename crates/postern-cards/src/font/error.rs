//! Why there is no font, and why a character is not drawn.

use std::fmt;
use std::io;
use std::path::PathBuf;

/// Why a font is not used.
#[derive(Debug)]
#[non_exhaustive]
pub enum FontError {
    /// It is no font, or it is damaged.
    Broken {
        /// The file.
        path: PathBuf,
    },
    /// It has no glyph for a character that is needed.
    Lacks {
        /// The file.
        path: PathBuf,
        /// The first that it lacks.
        character: char,
    },
    /// Its makers forbid to embed it, or a part of it, in a document (OS/2 `fsType`).
    Licence {
        /// The file.
        path: PathBuf,
    },
    /// It has pictures only, or a kind of outline that cannot be embedded.
    NoOutlines {
        /// The file.
        path: PathBuf,
    },
    /// No font of the system has all characters that are needed.
    NotFound {
        /// Where was searched.
        folders: Vec<PathBuf>,
        /// The font that comes nearest, and the first character that it lacks.
        nearest: Option<(PathBuf, char)>,
    },
    /// The file cannot be read.
    Read {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        error: io::Error,
    },
    /// The file is larger than [`MAX_FONT`](crate::MAX_FONT).
    TooLarge {
        /// The file.
        path: PathBuf,
    },
    /// Its shapes depend on axes that a PDF has no means to set: a static face of the family will do.
    Variable {
        /// The file.
        path: PathBuf,
    },
}

impl FontError {
    /// A stable name for programs and logs.
    #[must_use]
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Broken { .. } => "font-broken",
            Self::Lacks { .. } => "font-lacks",
            Self::Licence { .. } => "font-licence",
            Self::NoOutlines { .. } => "font-no-outlines",
            Self::NotFound { .. } => "font-not-found",
            Self::Read { .. } => "font-read",
            Self::TooLarge { .. } => "font-too-large",
            Self::Variable { .. } => "font-variable",
        }
    }
}

impl fmt::Display for FontError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Broken { path } => write!(f, "{} is no font, or is damaged", path.display()),
            Self::Lacks { path, character } => {
                write!(f, "the font {} has no glyph for {}", path.display(), Code(*character))
            }
            Self::Licence { path } => write!(f, "the licence of {} forbids to embed it in a document", path.display()),
            Self::NoOutlines { path } => write!(f, "{} has no outlines that can be embedded", path.display()),
            Self::NotFound { folders, nearest } => {
                let folders: Vec<_> = folders.iter().map(|folder| folder.display().to_string()).collect();
                write!(f, "no font with the characters needed in {}", folders.join(", "))?;
                match nearest {
                    Some((path, lacks)) => write!(f, "; {} lacks {}", path.display(), Code(*lacks)),
                    None => Ok(()),
                }
            }
            Self::Read { path, error } => write!(f, "cannot read the font {}: {error}", path.display()),
            Self::TooLarge { path } => write!(f, "{} is too large for a font", path.display()),
            Self::Variable { path } => write!(f, "{} is a variable font; a static one is needed", path.display()),
        }
    }
}

impl std::error::Error for FontError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Read { error, .. } => Some(error),
            _ => None,
        }
    }
}

/// A character that cannot be drawn right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unprintable {
    /// The character.
    pub character: char,
    /// The name of the font.
    pub font: String,
    /// Why not.
    pub why: Why,
}

/// Why a character cannot be drawn right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Why {
    /// Its shape or place depends on its neighbours, as in Arabic or with combining marks, or it has no shape.
    NeedsShaping,
    /// The font has no glyph for it.
    NoGlyph,
}

impl Unprintable {
    /// A stable name for programs and logs.
    #[must_use]
    pub fn reason(&self) -> &'static str {
        match self.why {
            Why::NeedsShaping => "card-needs-shaping",
            Why::NoGlyph => "card-missing-glyph",
        }
    }
}

impl fmt::Display for Unprintable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let code = Code(self.character);
        match self.why {
            Why::NeedsShaping => write!(
                f,
                "{code} belongs to a script or a mark that is not drawn glyph by glyph"
            ),
            Why::NoGlyph => write!(f, "the font {} has no glyph for {code}", self.font),
        }
    }
}

impl std::error::Error for Unprintable {}

/// A character for people: itself, where that cannot harm a terminal, and its number.
struct Code(char);

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_alphanumeric() {
            write!(f, "'{}' ", self.0)?;
        }
        write!(f, "U+{:04X}", u32::from(self.0))
    }
}
