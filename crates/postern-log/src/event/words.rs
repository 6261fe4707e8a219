//! The words of an event: each a number in the leaf and a word in the column.

use std::fmt;

/// What was unusual about a verdict.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flags {
    /// Bit 0: the system clock was behind the newest time that a signature vouches for, which was used instead.
    pub clock_suspect: bool,
    /// Bit 1: judged at a time that somebody chose, not at the present.
    pub judged_at_another_time: bool,
    /// Bit 2: judged under the public demonstration keys, so that it proves nothing.
    pub demo_trust: bool,
    /// Bit 3: judged under an emergency declaration of the pack.
    pub emergency: bool,
}

impl Flags {
    /// The flags as the leaf has them.
    pub fn bits(self) -> u8 {
        u8::from(self.clock_suspect)
            | u8::from(self.judged_at_another_time) << 1
            | u8::from(self.demo_trust) << 2
            | u8::from(self.emergency) << 3
    }

    /// The flags of `bits`; `None` if a reserved bit is set.
    pub fn from_bits(bits: u8) -> Option<Self> {
        (bits < 16).then_some(Self {
            clock_suspect: bits & 1 != 0,
            judged_at_another_time: bits & 2 != 0,
            demo_trust: bits & 4 != 0,
            emergency: bits & 8 != 0,
        })
    }
}

/// An enumeration with a number for the leaf and a word for the column, the number being the position.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)+
        }

        impl $name {
            /// Every value, by number.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The word for people and for the column.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }

            /// The number in the leaf.
            pub fn number(self) -> u8 {
                self as u8
            }

            /// The value with this number in the leaf.
            pub fn from_number(number: u8) -> Option<Self> {
                Self::ALL.get(usize::from(number)).copied()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }
    };
}

words! {
    /// The verdict.
    Outcome {
        /// The person may pass.
        Admit = "admit",
        /// This gate cannot decide: a person must.
        Refer = "refer",
        /// The code is bad or the rule is not met.
        Refuse = "refuse",
    }
}

words! {
    /// How old the data was that was judged on.
    Grade {
        /// Within the first window.
        Fresh = "fresh",
        /// Past the first window: still good, time to update.
        Aging = "aging",
        /// Past the second window.
        Stale = "stale",
        /// Past the last window.
        Refuse = "refuse",
    }
}

words! {
    /// What was done at the gate.
    Kind {
        /// A code was judged.
        Code = "code",
        /// A document was compared with the code of an earlier event.
        Document = "document",
        /// A document was looked at, by a reader or a person, without any code.
        Manual = "manual",
        /// A person decided otherwise than an earlier event says. That event stays as it is.
        Override = "override",
    }
}

words! {
    /// Where it came from.
    Source {
        /// A line of text.
        Text = "text",
        /// A picture or a camera.
        Picture = "picture",
        /// A scanner that types or sends what it reads.
        Scanner = "scanner",
        /// A reader of identity cards or passports.
        Document = "document",
        /// A person at the keyboard.
        Hand = "hand",
    }
}
