//! Playing the programs: each command runs in a process of its own, in the laboratory's folder, and is written down there.

use std::ffi::OsStr;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use postern_cli::files::{FileAction, FileError};
use serde_json::Value;

use crate::error::DrillError;

/// The file in which the commands are written down, to be read or run again one by one.
pub(crate) const COMMANDS: &str = "commands.txt";

/// Which program to play.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Issuer,
    Verifier,
}

impl Part {
    const fn name(self) -> &'static str {
        match self {
            Self::Issuer => "issuer",
            Self::Verifier => "verifier",
        }
    }
}

/// Plays programs in a folder.
#[derive(Debug)]
pub(crate) struct Player {
    exe: PathBuf,
    dir: PathBuf,
    commands: File,
    /// A command before the program that takes the network away, where the system has one.
    unplug: &'static [&'static str],
}

impl Player {
    /// A player in `dir`.
    pub(crate) fn new(dir: &Path) -> Result<Self, DrillError> {
        let commands = dir.join(COMMANDS);
        Ok(Self {
            exe: std::env::current_exe().map_err(DrillError::Start)?,
            dir: dir.to_owned(),
            commands: File::create_new(&commands).map_err(|e| FileError::new(&commands, FileAction::Create, e))?,
            unplug: unplugging(),
        })
    }

    /// Whether gates run in a network namespace without any interface.
    pub(crate) fn unplugs(&self) -> bool {
        !self.unplug.is_empty()
    }

    /// Plays the issuer, which must succeed with one of `statuses`; gives its JSON lines.
    pub(crate) fn issuer<A: AsRef<OsStr>>(&mut self, statuses: &[i32], args: &[A]) -> Result<Vec<Value>, DrillError> {
        let output = self.play(Part::Issuer, args)?;
        match output.status.code() {
            Some(status) if statuses.contains(&status) => Ok(lines(&output.stdout)),
            _ => Err(self.failed(Part::Issuer, args, &output)),
        }
    }

    /// Plays the verifier without a network; gives its status and its JSON lines. Any status but an operational error's is
    /// an answer, unless that is what `may_fail` asks for.
    pub(crate) fn verifier<A: AsRef<OsStr>>(
        &mut self,
        may_fail: bool,
        args: &[A],
    ) -> Result<(i32, Vec<Value>), DrillError> {
        let output = self.play(Part::Verifier, args)?;
        match output.status.code() {
            Some(status @ (0 | 10 | 11 | 12)) => Ok((status, lines(&output.stdout))),
            Some(1) if may_fail => Ok((1, lines(&output.stderr))),
            _ => Err(self.failed(Part::Verifier, args, &output)),
        }
    }

    fn play<A: AsRef<OsStr>>(&mut self, part: Part, args: &[A]) -> Result<Output, DrillError> {
        let written = format!("postern-{} {}\n", part.name(), shown(args));
        self.commands
            .write_all(written.as_bytes())
            .map_err(DrillError::Output)?;
        let mut command = match (part, self.unplug) {
            (Part::Verifier, [program, before @ ..]) => {
                let mut command = Command::new(program);
                command.args(before).arg(&self.exe);
                command
            }
            _ => Command::new(&self.exe),
        };
        command.args([part.name(), "--json"]).args(args).current_dir(&self.dir);
        command.stdin(Stdio::null()).output().map_err(DrillError::Start)
    }

    fn failed<A: AsRef<OsStr>>(&self, part: Part, args: &[A], output: &Output) -> DrillError {
        let said = String::from_utf8_lossy(&output.stderr);
        let message = lines(&output.stderr)
            .iter()
            .find_map(|line| Some(line["error"]["message"].as_str()?.to_owned()));
        let start: String = shown(args).chars().take(120).collect();
        DrillError::Command {
            command: format!("postern-{} {start}", part.name()),
            said: message.unwrap_or_else(|| said.trim().to_owned()),
        }
    }
}

/// The JSON objects of an output; a line that is none is prose.
fn lines(output: &[u8]) -> Vec<Value> {
    String::from_utf8_lossy(output)
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect()
}

/// Arguments as one would type them.
fn shown<A: AsRef<OsStr>>(args: &[A]) -> String {
    let quoted = |arg: &A| {
        let arg = arg.as_ref().to_string_lossy();
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=+,".contains(c);
        if !arg.is_empty() && arg.chars().all(plain) {
            arg.into_owned()
        } else {
            format!("'{}'", arg.replace('\'', r"'\''"))
        }
    };
    args.iter().map(quoted).collect::<Vec<_>>().join(" ")
}

/// How this system takes the network away from one command, if it does for this user.
fn unplugging() -> &'static [&'static str] {
    const UNSHARE: &[&str] = &["unshare", "--net", "--map-root-user"];
    let works = |command: &[&str]| {
        let mut trial = Command::new(command[0]);
        trial
            .args(&command[1..])
            .arg("true")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        trial.status().is_ok_and(|status| status.success())
    };
    if cfg!(target_os = "linux") && works(UNSHARE) {
        UNSHARE
    } else {
        &[]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_shown_as_one_types_them() {
        assert_eq!(
            shown(&["check", "a b", "it's", "", "PC1:X"]),
            r"check 'a b' 'it'\''s' '' PC1:X"
        );
    }

    #[test]
    fn prose_between_json_is_passed_over() {
        assert_eq!(lines(b"warning\n{\"a\":1}\n\n[2]\n").len(), 2);
    }
}
