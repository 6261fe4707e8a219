//! Why something is no evidence.

use std::fmt;

/// What is wrong with a folder, and with which file of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct NotEvident {
    pub(crate) path: String,
    pub(crate) why: Why,
}

macro_rules! whys {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)+) => {
        /// What is wrong.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub(crate) enum Why {
            $($(#[$doc])* $variant,)+
        }

        impl Why {
            /// Every one of them.
            #[cfg(test)]
            pub(crate) const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The stable name.
            pub(crate) fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }
        }
    };
}

whys! {
    /// A checkpoint is not signed by the gate, or is of another size.
    Checkpoint = "checkpoint-forged",
    /// A file has another digest than the manifest says.
    Changed = "file-changed",
    /// A file is there that the manifest does not name.
    Extra = "file-extra",
    /// The bundle of a fork is not signed by the gate.
    ForkBundle = "fork-bundle-forged",
    /// The two notes of a fork do not contradict each other.
    ForkNotes = "fork-unproven",
    /// The manifest has another digest than the report says.
    Manifest = "manifest-changed",
    /// A file that the manifest names is not there.
    Missing = "file-missing",
    /// In the place of a file lies a link, a pipe, a device or a folder.
    NotRegular = "file-not-regular",
    /// A proof does not lead from one checkpoint to the next, or is not there.
    Proof = "proof-bad",
    /// The receipt is not signed by gate and auditor, or is of another log.
    Receipt = "receipt-bad",
    /// A file is larger than any of a report's.
    TooLarge = "file-too-large",
    /// There are more files, or more bytes in them, than in any folder of a report.
    TooMany = "folder-too-large",
    /// A file cannot be read as what it should be.
    Unreadable = "file-unreadable",
}

impl Why {
    /// Whether there is advice about it: where the folder was never one that this program wrote.
    pub(crate) fn has_hint(self) -> bool {
        matches!(self, Self::NotRegular | Self::TooLarge | Self::TooMany)
    }
}

impl fmt::Display for NotEvident {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.why.as_str())
    }
}
