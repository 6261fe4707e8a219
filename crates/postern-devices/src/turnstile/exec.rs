//! A program that opens the turnstile.

use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};

use super::{Actuator, Shared};
use crate::error::DeviceError;

/// How often a running program is looked at.
const LOOK: Duration = Duration::from_millis(5);

/// Runs a program for each order, in a process group of its own, without a shell, input, output, or any environment but `PATH`.
/// When it ends, or the time is over, whatever is left of its group is killed.
pub(super) struct Exec {
    program: PathBuf,
    args: Vec<String>,
    pulse: Duration,
}

impl Exec {
    pub(super) fn new(program: PathBuf, args: Vec<String>, pulse: Duration) -> Self {
        Self { program, args, pulse }
    }

    fn name(&self) -> String {
        self.program.display().to_string()
    }

    fn spawn(&self) -> Result<Group, DeviceError> {
        let child = Command::new(&self.program)
            .args(&self.args)
            .env_clear()
            .env("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")
            .current_dir("/")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn();
        child
            .map(Group)
            .map_err(|error| DeviceError::from_io(self.name(), error))
    }
}

impl Actuator for Exec {
    fn pulse(&mut self, _id: u64, shared: &Shared) -> Result<(), DeviceError> {
        let until = Instant::now() + self.pulse;
        let group = self.spawn()?;
        let mut is_in_time = true;
        while is_in_time && !group.has_ended() {
            let is_stopped = shared.wait(LOOK);
            is_in_time = Instant::now() < until && !is_stopped;
        }
        let fail = |error| DeviceError::from_io(self.name(), error);
        match group.end().map_err(fail)? {
            _ if !is_in_time => Err(DeviceError::HookHung {
                program: self.name(),
                pulse: u64::try_from(self.pulse.as_millis()).unwrap_or(u64::MAX),
            }),
            status if status.success() => Ok(()),
            status => Err(DeviceError::HookFailed {
                program: self.name(),
                status: match (status.code(), status.signal()) {
                    (Some(code), _) => format!("exit status {code}"),
                    (None, signal) => format!("signal {}", signal.unwrap_or_default()),
                },
            }),
        }
    }

    /// A program shuts what it opened; nothing is known of how.
    fn shut(&mut self) -> Result<(), DeviceError> {
        Ok(())
    }
}

/// A child that leads a process group, which does not outlive this value.
struct Group(Child);

impl Group {
    fn id(&self) -> Option<Pid> {
        Pid::from_raw(i32::try_from(self.0.id()).ok()?)
    }

    /// Whether the leader has ended; it is left for [`Group::end`], so that its number remains its own.
    fn has_ended(&self) -> bool {
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        // An error says that there is no such child any more.
        self.id()
            .is_none_or(|id| !matches!(waitid(WaitId::Pid(id), options), Ok(None)))
    }

    /// Kills what is left of the group, and takes the leader's status.
    fn end(mut self) -> std::io::Result<ExitStatus> {
        self.kill();
        self.0.wait()
    }

    fn kill(&self) {
        if let Some(id) = self.id() {
            // It fails where nothing is left to kill.
            let _ = kill_process_group(id, Signal::KILL);
        }
    }
}
