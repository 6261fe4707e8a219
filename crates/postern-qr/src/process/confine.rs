//! What a child gives up before it sees a stranger's picture.
//!
//! On Linux it gives up, for good: new memory past [`MEMORY`], open files, files' growth, core dumps and processes
//! (setrlimit(2)), new privileges (prctl(2)), and every system call that reading from one pipe, computing and writing to
//! another does not need (seccomp(2)). What took over the child by a fault in a decoder can spend the picture's time and
//! memory and lie about the picture's text, and a text is only believed by its signature.

use std::fmt;

/// The most memory that a confined child may map, in bytes, its program and its stack included.
///
/// The hungriest legal picture found, 64 megapixels of progressive CMYK in a JPEG file, is decoded and searched in 700 MiB
/// and not in 600.
pub const MEMORY: u64 = 1 << 30;

/// What holds a child, beside its being a process of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Confinement {
    /// Linux: neither files nor sockets, processes or threads can be had, and memory is bounded.
    Enforced,
    /// This system is none of those for which there is a confinement: only the budget and the process hold.
    Unsupported,
}

/// Why a child of a system that has a confinement could not be confined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ConfineError {
    /// The kernel did not take the filter of system calls: it is older than 3.17, was built without seccomp, or a
    /// container forbids it.
    Filter,
    /// A resource limit could not be set.
    Limits,
}

impl ConfineError {
    /// A stable name for programs and logs.
    #[must_use]
    pub fn reason(self) -> &'static str {
        match self {
            Self::Filter => "no-filter",
            Self::Limits => "no-limits",
        }
    }
}

impl fmt::Display for ConfineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Filter => "the kernel does not take a filter of system calls (seccomp)",
            Self::Limits => "the kernel does not take limits of memory and files (setrlimit)",
        })
    }
}

impl std::error::Error for ConfineError {}

/// Confines this process and all its threads, for good. To be called by a child before [`serve`](super::serve), which
/// takes what it returns.
///
/// A system call that is not on the list ends the process at once (`SIGSYS`). It could fail instead, and the program
/// go on; but such a call is either a stranger's or a gap in the list, no answer after it could be trusted, and neither
/// should stay unseen.
///
/// # Errors
/// See [`ConfineError`]. The process may be confined in part; it should read no picture, and `serve` reads none.
pub fn confine() -> Result<Confinement, ConfineError> {
    system::confine()
}

#[cfg(all(target_os = "linux", any(target_arch = "aarch64", target_arch = "x86_64")))]
mod system {
    use rustix::process::{Resource, Rlimit, setrlimit};
    use seccompiler::{
        BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule,
        TargetArch, apply_filter_all_threads,
    };

    use super::{ConfineError, Confinement, MEMORY};

    pub(super) fn confine() -> Result<Confinement, ConfineError> {
        let limits = [
            (Resource::As, MEMORY),
            (Resource::Core, 0),
            (Resource::Fsize, 0),
            // What is open stays open: the two pipes.
            (Resource::Nofile, 0),
            // Not heeded for root; the filter has no call that makes a process or a thread.
            (Resource::Nproc, 0),
        ];
        for (resource, most) in limits {
            let limit = Rlimit {
                current: Some(most),
                maximum: Some(most),
            };
            setrlimit(resource, limit).map_err(|_| ConfineError::Limits)?;
        }
        // Sets no_new_privs too: without it only root may.
        let filter = filter().map_err(|_| ConfineError::Filter)?;
        apply_filter_all_threads(&filter).map_err(|_| ConfineError::Filter)?;
        Ok(Confinement::Enforced)
    }

    /// Reading all public test pictures takes `read`, `write`, `brk`, `mmap`, `mremap`, `munmap` and `getrandom`, by
    /// strace(1). The others are what the standard library and the allocator may do instead, and in a panic.
    const ALLOWED: &[i64] = &[
        // The pipes.
        libc::SYS_read,
        libc::SYS_readv,
        libc::SYS_write,
        libc::SYS_writev,
        libc::SYS_close,
        // Memory; mmap and mprotect are below.
        libc::SYS_brk,
        libc::SYS_madvise,
        libc::SYS_mremap,
        libc::SYS_munmap,
        // Locks and clocks.
        libc::SYS_clock_gettime,
        libc::SYS_futex,
        libc::SYS_sched_yield,
        // The seeds of hash tables.
        libc::SYS_getrandom,
        // Panics, signals, the end.
        libc::SYS_exit,
        libc::SYS_exit_group,
        libc::SYS_getpid,
        libc::SYS_gettid,
        libc::SYS_restart_syscall,
        libc::SYS_rt_sigaction,
        libc::SYS_rt_sigprocmask,
        libc::SYS_rt_sigreturn,
        libc::SYS_sigaltstack,
    ];

    fn filter() -> Result<BpfProgram, seccompiler::BackendError> {
        // Memory that is to be run is not to be had.
        let not_to_be_run = SeccompRule::new(vec![SeccompCondition::new(
            2,
            SeccompCmpArgLen::Dword,
            SeccompCmpOp::MaskedEq(libc::PROT_EXEC as u64),
            0,
        )?])?;
        // abort(3) sends itself SIGABRT: a signal to another process is not to be had.
        let to_itself = SeccompRule::new(vec![SeccompCondition::new(
            0,
            SeccompCmpArgLen::Dword,
            SeccompCmpOp::Eq,
            std::process::id().into(),
        )?])?;
        let conditional = [
            (libc::SYS_mmap, vec![not_to_be_run.clone()]),
            (libc::SYS_mprotect, vec![not_to_be_run]),
            (libc::SYS_tgkill, vec![to_itself]),
        ];
        let rules = ALLOWED.iter().map(|&call| (call, Vec::new())).chain(conditional);
        let arch = if cfg!(target_arch = "aarch64") {
            TargetArch::aarch64
        } else {
            TargetArch::x86_64
        };
        SeccompFilter::new(rules.collect(), SeccompAction::KillProcess, SeccompAction::Allow, arch)?.try_into()
    }
}

#[cfg(not(all(target_os = "linux", any(target_arch = "aarch64", target_arch = "x86_64"))))]
mod system {
    use super::{ConfineError, Confinement};

    pub(super) fn confine() -> Result<Confinement, ConfineError> {
        Ok(Confinement::Unsupported)
    }
}
