//! What staff say: decisions, the lock, the end of a shift.

use postern_core::verdict::Outcome;

use super::command::{Command, Decision};
use super::shift::{Shift, Summary};
use super::view::Told;
use super::{DECIDE, Door, Last};
use crate::config::Operator;
use crate::error::Error;
use crate::judged::entry::{Happened, Subject};
use crate::judged::{Origin, Pseudonyms};
use crate::time::since_boot;

impl Door<'_> {
    /// Does what staff say; `false` at the end of service.
    pub(crate) fn command(&mut self, command: Command) -> Result<bool, Error> {
        if self.locked && !matches!(command, Command::Unlock | Command::Language | Command::Help) {
            self.tell(Told::Locked)?;
            return Ok(true);
        }
        match command {
            Command::HandOver(operator) => self.hand_over(operator)?,
            Command::Help => self.tell(Told::Help)?,
            Command::Language => self.view.switch_language(),
            Command::Lock => {
                self.locked = true;
                // Nobody who comes back decides about a person who is gone.
                self.last = None;
                self.tell(Told::Locked)?;
            }
            Command::Manual(decision) => self.manual(decision)?,
            Command::Override(decision) => self.overrule(decision)?,
            Command::Quit => return Ok(false),
            Command::Unlock => {
                self.locked = false;
                self.tell(Told::Ready)?;
            }
        }
        Ok(true)
    }

    /// What goes on paper now.
    pub(crate) fn summary(&mut self) -> Summary {
        let now = self.now().1.now();
        self.shift.end(now, self.log.tip())
    }

    fn manual(&mut self, decision: Decision) -> Result<(), Error> {
        let Some(decision) = self.known(decision)? else {
            return Ok(());
        };
        let outcome = decision.outcome;
        let happened = Happened::Manual {
            operator: decision.operator,
            outcome,
            reason: decision.reason,
        };
        let Some(entry) = self.log_entry(happened, Origin::default())? else {
            return Ok(());
        };
        self.shift.manual += 1;
        let let_in = outcome == Outcome::Admit;
        if let_in {
            let nobody = Pseudonyms {
                code: None,
                person: None,
            };
            self.open_barrier(entry.event().seq(), nobody)?;
        }
        self.tell(Told::Entry(&entry, None))?;
        self.keep(Subject::of_entry(&entry), None, let_in);
        Ok(())
    }

    fn overrule(&mut self, decision: Decision) -> Result<(), Error> {
        let Some(decision) = self.known(decision)? else {
            return Ok(());
        };
        let is_meant = |last: &mut Last| match decision.about {
            None => !last.passed && last.at.elapsed() < DECIDE,
            Some(about) => {
                let code = last.code.as_ref().map(|code| code.subject.seq);
                about == last.subject.seq || Some(about) == code
            }
        };
        let Some(mut last) = self.last.take_if(is_meant) else {
            return self.tell(Told::NothingToOverride);
        };
        let outcome = decision.outcome;
        let subject = match last.code.take() {
            Some(code) if decision.about == Some(code.subject.seq) => code.subject,
            _ => last.subject,
        };
        let happened = Happened::Override {
            about: subject.clone(),
            operator: decision.operator,
            outcome,
            reason: decision.reason,
        };
        let Some(entry) = self.log_entry(happened, Origin::default())? else {
            return Ok(());
        };
        self.shift.overrides += 1;
        if outcome == Outcome::Admit && !last.let_in {
            let who = subject.pseudonyms();
            self.memory.remember(who, entry.time(), since_boot());
            self.open_barrier(entry.event().seq(), who)?;
            last.let_in = true;
        }
        self.tell(Told::Entry(&entry, None))?;
        self.keep(Subject::of_entry(&entry), None, last.let_in);
        Ok(())
    }

    /// A decision by an operator and for a reason that the configuration knows.
    fn known(&mut self, decision: Decision) -> Result<Option<Decision>, Error> {
        let staff = &self.config.staff;
        if !staff.knows(&decision.operator) {
            self.tell(Told::UnknownOperator)?;
            return Ok(None);
        }
        if !staff.reasons.contains(&decision.reason) {
            self.tell(Told::UnknownReason)?;
            return Ok(None);
        }
        Ok(Some(decision))
    }

    fn hand_over(&mut self, operator: Operator) -> Result<(), Error> {
        if !self.config.staff.knows(&operator) {
            return self.tell(Told::UnknownOperator);
        }
        let summary = self.summary();
        self.tell(Told::HandOver(&summary))?;
        self.shift = Shift::new(Some(operator), self.now().1.now(), self.log.tip());
        self.last = None;
        Ok(())
    }
}
