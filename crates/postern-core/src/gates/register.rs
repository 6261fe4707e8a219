//! The register: which gates an authority has, and had.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use super::{AgeRecipient, Enrolment, Line, Position};
use crate::keys::{Kid, PublicKey};
use crate::text::GateName;
use crate::time::Time;
use crate::trust::{DocumentKind, MAX_VERSION, Payload};

/// The most gates of a register, retired ones included.
pub const MAX_GATES: usize = 65_536;

/// The register's payload. Gates ascend by their keys, and no two that are not retired have one name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "RegisterShape", into = "RegisterShape")]
pub struct Register {
    gates: Vec<Gate>,
    /// When it was made.
    pub issued: Time,
    /// Counts from 1.
    pub version: u64,
}

/// A gate in the register.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gate {
    /// Whom tag keys are wrapped to.
    pub age: AgeRecipient,
    /// Its key.
    pub key: PublicKey,
    /// Its name.
    pub name: GateName,
    /// Where it stands, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Line>,
    /// It is a gate of this authority no more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retired: Option<Retired>,
    /// When it was enrolled.
    pub enrolled: Time,
    /// Where it stands, on a map.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<Position>,
}

/// Since when a gate is retired, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "(Time, Line)", into = "(Time, Line)")]
pub struct Retired {
    /// Since when.
    pub since: Time,
    /// Why.
    pub why: Line,
}

impl From<(Time, Line)> for Retired {
    fn from((since, why): (Time, Line)) -> Self {
        Self { since, why }
    }
}

impl From<Retired> for (Time, Line) {
    fn from(Retired { since, why }: Retired) -> Self {
        (since, why)
    }
}

impl Payload for Register {
    const KIND: DocumentKind = DocumentKind::Register;
    const TYPE: &'static str = "application/postern-register+cbor";
    const MAX_LEN: usize = 64 << 20;

    fn version(&self) -> u64 {
        self.version
    }
}

impl Register {
    /// The register before the first gate, which nobody publishes.
    pub fn empty() -> Self {
        Self {
            gates: Vec::new(),
            issued: Time::default(),
            version: 0,
        }
    }

    /// All gates, ascending by key.
    pub fn gates(&self) -> &[Gate] {
        &self.gates
    }

    /// The gate that has this key, retired or not.
    pub fn gate(&self, key: &PublicKey) -> Option<&Gate> {
        let at = self.gates.binary_search_by_key(key, |gate| gate.key).ok()?;
        Some(&self.gates[at])
    }

    /// Takes a gate into the register, or changes what it says of a gate that is in it.
    ///
    /// # Errors
    ///
    /// [`NotEnrolled`]; the register is then as it was.
    pub fn enrol(
        &mut self,
        enrolment: &Enrolment,
        position: Option<Position>,
        now: Time,
    ) -> Result<Enrolled, NotEnrolled> {
        let at = self.gates.binary_search_by_key(&enrolment.key, |gate| gate.key);
        let known = at.ok().map(|at| &self.gates[at]);
        if let Some(retired) = known.and_then(|gate| gate.retired.as_ref()) {
            return Err(NotEnrolled::Retired { since: retired.since });
        }
        let namesake =
            |gate: &&Gate| gate.name == enrolment.name && gate.key != enrolment.key && gate.retired.is_none();
        if let Some(other) = self.gates.iter().find(namesake) {
            return Err(NotEnrolled::NameTaken { kid: other.key.kid() });
        }
        let gate = Gate {
            age: enrolment.age.clone(),
            key: enrolment.key,
            name: enrolment.name.clone(),
            place: enrolment.place.clone(),
            retired: None,
            enrolled: known.map_or(now, |gate| gate.enrolled),
            position: position.or(known.and_then(|gate| gate.position)),
        };
        match at {
            Ok(at) if self.gates[at] == gate => Ok(Enrolled::Known),
            Ok(at) => {
                let recipient = self.gates[at].age != gate.age;
                self.gates[at] = gate;
                Ok(Enrolled::Changed { recipient })
            }
            Err(_) if self.gates.len() == MAX_GATES => Err(NotEnrolled::Full),
            Err(at) => {
                self.gates.insert(at, gate);
                Ok(Enrolled::New)
            }
        }
    }

    /// Retires the gate of this name: it stays in the register, and gets nothing new.
    ///
    /// # Errors
    ///
    /// [`NoSuchGate`] where no gate that is not retired has this name.
    pub fn retire(&mut self, name: &GateName, why: Line, now: Time) -> Result<&Gate, NoSuchGate> {
        let of_name = |gate: &&mut Gate| gate.name == *name && gate.retired.is_none();
        let gate = self.gates.iter_mut().find(of_name).ok_or(NoSuchGate)?;
        gate.retired = Some(Retired { since: now, why });
        Ok(gate)
    }
}

/// What became of an application.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Enrolled {
    /// The register says something else of the gate now.
    Changed {
        /// It has another age recipient: what was wrapped to the old one must be wrapped again.
        recipient: bool,
    },
    /// The register said this already.
    Known,
    /// The gate is new.
    New,
}

/// Why a gate is not taken into the register.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NotEnrolled {
    /// There are [`MAX_GATES`] already.
    Full,
    /// Another gate has the name.
    NameTaken {
        /// That gate's key.
        kid: Kid,
    },
    /// A gate with this key was retired, and stays so: its key may be in other hands.
    Retired {
        /// Since when.
        since: Time,
    },
}

/// No gate that is not retired has this name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoSuchGate;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RegisterShape {
    gates: Vec<Gate>,
    format: u64,
    issued: Time,
    version: u64,
}

impl TryFrom<RegisterShape> for Register {
    type Error = &'static str;

    fn try_from(shape: RegisterShape) -> Result<Self, Self::Error> {
        let RegisterShape {
            gates,
            format,
            issued,
            version,
        } = shape;
        let mut names = HashSet::new();
        let mut active = gates.iter().filter(|gate| gate.retired.is_none());
        match () {
            () if format != 1 => Err("a format other than 1"),
            () if !(1..=MAX_VERSION).contains(&version) => Err("a version out of range"),
            () if gates.len() > MAX_GATES => Err("too many gates"),
            () if !gates.is_sorted_by(|a, b| a.key < b.key) => Err("gates out of order, or one twice"),
            () if !active.all(|gate| names.insert(&gate.name)) => Err("one name for two gates"),
            () => Ok(Self { gates, issued, version }),
        }
    }
}

impl From<Register> for RegisterShape {
    fn from(Register { gates, issued, version }: Register) -> Self {
        Self {
            gates,
            format: 1,
            issued,
            version,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{ascending_keys, enrolment, key};
    use super::*;
    use crate::cbor;
    use crate::keys::Signer;

    const NOW: Time = Time::from_seconds(1_796_083_200).unwrap();

    fn name(text: &str) -> GateName {
        text.parse().unwrap()
    }

    /// Two gates of one name, one of them retired, and a third.
    fn register() -> Register {
        let mut register = Register::empty();
        assert_eq!(register.enrol(&enrolment(1, "north"), None, NOW), Ok(Enrolled::New));
        register.retire(&name("north"), "stolen".parse().unwrap(), NOW).unwrap();
        let position = "-34.2658,108.9541".parse().ok();
        assert_eq!(register.enrol(&enrolment(2, "north"), position, NOW), Ok(Enrolled::New));
        assert_eq!(register.enrol(&enrolment(3, "south"), None, NOW), Ok(Enrolled::New));
        register.version = 4;
        register
    }

    fn again(register: &Register) -> Result<Register, String> {
        cbor::from_slice(&cbor::to_vec(register)).map_err(|e| e.to_string())
    }

    #[test]
    fn a_register_is_deterministic_and_comes_back() {
        let register = register();
        assert!(ascending_keys(&cbor::to_vec(&register)));
        assert_eq!(again(&register), Ok(register.clone()));
        assert!(again(&Register::empty()).unwrap_err().contains("version"));
    }

    #[test]
    fn what_a_register_must_not_say_is_refused() {
        let good = register();
        let bad = |change: fn(&mut Register), why: &str| {
            let mut register = good.clone();
            change(&mut register);
            let refused = again(&register).unwrap_err();
            assert!(refused.contains(why), "{refused}");
        };
        bad(|r| r.gates.swap(0, 2), "out of order");
        bad(|r| r.gates[1] = r.gates[0].clone(), "one twice");
        bad(|r| r.gates.iter_mut().for_each(|gate| gate.retired = None), "one name");
        bad(|r| r.version = 0, "version");
        bad(|r| r.version = MAX_VERSION + 1, "version");
    }

    #[test]
    fn a_gate_is_enrolled_once_and_may_change() {
        let mut register = register();
        let before = register.clone();
        assert_eq!(register.enrol(&enrolment(3, "south"), None, NOW), Ok(Enrolled::Known));
        let taken = NotEnrolled::NameTaken {
            kid: key(2).public().kid(),
        };
        assert_eq!(register.enrol(&enrolment(4, "north"), None, NOW), Err(taken));
        assert_eq!(register.enrol(&enrolment(3, "north"), None, NOW), Err(taken));
        let retired = NotEnrolled::Retired { since: NOW };
        assert_eq!(register.enrol(&enrolment(1, "west"), None, NOW), Err(retired));
        assert_eq!(register, before, "what is refused changes nothing");

        let later = NOW.plus(9);
        let renamed = enrolment(2, "west");
        let position = register.gate(&renamed.key).unwrap().position;
        assert!(position.is_some());
        let changed = register.enrol(&renamed, None, later);
        assert_eq!(changed, Ok(Enrolled::Changed { recipient: false }));
        let gate = register.gate(&renamed.key).unwrap();
        assert_eq!(
            (gate.enrolled, gate.position),
            (NOW, position),
            "what was not told stays"
        );
        let moved = register.enrol(&renamed, "0,0".parse().ok(), later);
        assert_eq!(moved, Ok(Enrolled::Changed { recipient: false }));
        let other = Enrolment {
            age: format!("age1{}", "p".repeat(58)).parse().unwrap(),
            ..renamed
        };
        let changed = register.enrol(&other, None, later);
        assert_eq!(changed, Ok(Enrolled::Changed { recipient: true }));
        assert!(again(&register).is_ok());
    }

    #[test]
    fn a_gate_is_retired_by_its_name() {
        let mut register = register();
        let why: Line = "lost".parse().unwrap();
        let key = register.retire(&name("north"), why.clone(), NOW.plus(1)).unwrap().key;
        assert_eq!(
            key,
            super::super::tests::key(2).public(),
            "not the one that was retired before"
        );
        assert_eq!(register.retire(&name("north"), why.clone(), NOW), Err(NoSuchGate));
        assert_eq!(register.retire(&name("west"), why, NOW), Err(NoSuchGate));
        let retired = register.gate(&key).unwrap().retired.clone().unwrap();
        assert_eq!((retired.since, retired.why.as_str()), (NOW.plus(1), "lost"));
    }

    #[test]
    fn a_register_is_bounded() {
        let mut register = register();
        let gate = Gate {
            retired: Some((NOW, "x".parse().unwrap()).into()),
            ..register.gates[2].clone()
        };
        register.gates.resize(MAX_GATES, gate);
        assert_eq!(register.enrol(&enrolment(9, "new"), None, NOW), Err(NotEnrolled::Full));
    }
}
