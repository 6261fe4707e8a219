//! Playing the programs: each command runs in a process of its own, in the laboratory's folder, and is written down there.

use std::ffi::OsStr;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use postern_cli::files::{self, FileAction, FileError};
use serde_json::Value;

use crate::error::DrillError;

/// The file in which the commands are written down, to be read or run again one by one.
pub(crate) const COMMANDS: &str = "commands.txt";

/// What came to gates by standard input.
pub(crate) const INPUTS: &str = "passing";

/// Which program to play.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Auditor,
    Issuer,
    Verifier,
}

impl Part {
    const fn name(self) -> &'static str {
        match self {
            Self::Auditor => "auditor",
            Self::Issuer => "issuer",
            Self::Verifier => "verifier",
        }
    }
}

/// What a program said, and the status it ended with.
#[derive(Debug)]
pub(crate) struct Played {
    pub(crate) status: i32,
    /// The JSON objects of its output.
    pub(crate) lines: Vec<Value>,
}

/// Plays programs in a folder.
#[derive(Debug)]
pub(crate) struct Player {
    exe: PathBuf,
    dir: PathBuf,
    commands: File,
    /// How many inputs there were.
    inputs: u64,
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
            inputs: 0,
            unplug: unplugging(),
        })
    }

    /// Whether gates run in a network namespace without any interface.
    pub(crate) fn unplugs(&self) -> bool {
        !self.unplug.is_empty()
    }

    /// Plays the issuer, which must succeed with one of `statuses`; gives its JSON lines.
    pub(crate) fn issuer<A: AsRef<OsStr>>(&mut self, statuses: &[i32], args: &[A]) -> Result<Vec<Value>, DrillError> {
        Ok(self.play(Part::Issuer, statuses, args)?.lines)
    }

    /// Plays the verifier without a network. Any status but an operational error's is an answer, unless that is what
    /// `may_fail` asks for.
    pub(crate) fn verifier<A: AsRef<OsStr>>(&mut self, may_fail: bool, args: &[A]) -> Result<Played, DrillError> {
        let statuses: &[i32] = if may_fail {
            &[0, 1, 10, 11, 12]
        } else {
            &[0, 10, 11, 12]
        };
        self.play(Part::Verifier, statuses, args)
    }

    /// Plays the verifier's `check` on lines of standard input, which are left in a file of their own.
    pub(crate) fn check<'a>(
        &mut self,
        args: &[&str],
        lines: impl IntoIterator<Item = &'a str>,
    ) -> Result<Vec<Value>, DrillError> {
        self.inputs += 1;
        let name = format!("{INPUTS}/{:05}.txt", self.inputs);
        let path = self.dir.join(&name);
        let text: String = lines.into_iter().flat_map(|line| [line, "\n"]).collect();
        files::write_new(&path, text.as_bytes())?;
        let input = File::open(&path).map_err(|e| FileError::new(path, FileAction::Read, e))?;
        self.write_down(&format!("{} < {name}", typed(Part::Verifier, args)))?;
        let mut command = self.command(Part::Verifier, args);
        let output = command.stdin(input).output().map_err(DrillError::Start)?;
        match output.status.code() {
            Some(0 | 10 | 11 | 12) => Ok(json_lines(&output.stdout)),
            _ => Err(self.failed(Part::Verifier, args, &output)),
        }
    }

    /// Starts the verifier's `check` with pipes, for whoever ends it in the middle.
    pub(crate) fn start_check(&mut self, args: &[&str]) -> Result<Child, DrillError> {
        self.write_down(&format!("# ended in the middle: {}", typed(Part::Verifier, args)))?;
        let mut command = self.command(Part::Verifier, args);
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        command.spawn().map_err(DrillError::Start)
    }

    /// Plays a program, which must end with one of `statuses`.
    pub(crate) fn play<A: AsRef<OsStr>>(
        &mut self,
        part: Part,
        statuses: &[i32],
        args: &[A],
    ) -> Result<Played, DrillError> {
        self.write_down(&typed(part, args))?;
        let mut command = self.command(part, args);
        let output = command.stdin(Stdio::null()).output().map_err(DrillError::Start)?;
        match output.status.code() {
            Some(status) if statuses.contains(&status) => Ok(Played {
                status,
                lines: json_lines(&output.stdout),
            }),
            _ => Err(self.failed(part, args, &output)),
        }
    }

    fn write_down(&mut self, line: &str) -> Result<(), DrillError> {
        writeln!(self.commands, "{line}").map_err(DrillError::Output)
    }

    fn command<A: AsRef<OsStr>>(&self, part: Part, args: &[A]) -> Command {
        let mut command = match (part, self.unplug) {
            (Part::Verifier, [program, before @ ..]) => {
                let mut command = Command::new(program);
                command.args(before).arg(&self.exe);
                command
            }
            _ => Command::new(&self.exe),
        };
        command.args([part.name(), "--json"]).args(args).current_dir(&self.dir);
        command
    }

    fn failed<A: AsRef<OsStr>>(&self, part: Part, args: &[A], output: &Output) -> DrillError {
        let said = String::from_utf8_lossy(&output.stderr);
        let message = json_lines(&output.stderr)
            .iter()
            .find_map(|line| Some(line["error"]["message"].as_str()?.to_owned()));
        let start: String = shown(args).chars().take(120).collect();
        DrillError::Command {
            command: format!("postern-{} {start}", part.name()),
            said: message.unwrap_or_else(|| said.trim().to_owned()),
        }
    }
}

/// A child that was started with pipes has them.
pub(crate) fn no_pipe() -> DrillError {
    DrillError::Start(std::io::Error::other("a pipe is missing"))
}

/// The JSON objects of an output; a line that is none is prose.
pub(crate) fn json_lines(output: &[u8]) -> Vec<Value> {
    String::from_utf8_lossy(output)
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect()
}

/// A command as one would type it.
fn typed<A: AsRef<OsStr>>(part: Part, args: &[A]) -> String {
    format!("postern-{} {}", part.name(), shown(args))
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
        assert_eq!(json_lines(b"warning\n{\"a\":1}\n\n[2]\n").len(), 2);
    }
}
