//! A whole program in the frame of this crate; `tests/run.rs` runs it. All that it says is made up.

use std::fmt;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use postern_cli::files::{FileError, read_bounded};
use postern_cli::output::Output;
use postern_cli::secret::{PassphraseSource, SecretError};
use postern_cli::{CommonArgs, Explain, Session, Texts};

const TEXTS: Texts = Texts {
    en: "cmd = A made-up program\ncmd-count = Count lines without end\ncmd-open = Make up a passphrase\n\
         cmd-size = Measure a file\n    .file = The file\n    .max = The most bytes\n\
         error-output = cannot write the lines\n",
    zh: "cmd = 示例程序\ncmd-count = 不停地数行\ncmd-open = 设置口令\n\
         cmd-size = 测量文件\n    .file = 文件\n    .max = 最多字节数\n\
         error-output = 无法写出各行\n",
};

fn main() -> ExitCode {
    postern_cli::run(std::env::args_os().collect(), TEXTS, work)
}

fn work(cli: Cli, session: &Session) -> Result<u8, Failed> {
    let mut out = Output::stdout();
    match cli.command {
        Commands::Count => {
            for line in 0_u64.. {
                writeln!(out, "{line}").map_err(Failed::Output)?;
            }
        }
        Commands::Open { source } => {
            let passphrase = source
                .new_one("made-up.key", &session.catalog)
                .map_err(Failed::Secret)?;
            writeln!(out, "{}", passphrase.len()).map_err(Failed::Output)?;
        }
        Commands::Size { file, max } => {
            let size = read_bounded(&file, max).map_err(Failed::File)?.len();
            writeln!(out, "{size}").map_err(Failed::Output)?;
        }
    }
    out.flush().map_err(Failed::Output)?;
    Ok(0)
}

#[derive(clap::Parser)]
#[command(name = "made-up", version)]
struct Cli {
    #[command(flatten)]
    _common: CommonArgs,
    #[command(subcommand)]
    command: Commands,
}

#[derive(clap::Subcommand)]
enum Commands {
    Count,
    Open {
        #[command(flatten)]
        source: PassphraseSource,
    },
    Size {
        file: PathBuf,
        #[arg(long, default_value_t = 1_000_000)]
        max: u64,
    },
}

#[derive(Debug)]
enum Failed {
    File(FileError),
    Output(io::Error),
    Secret(SecretError),
}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(error) => error.fmt(f),
            Self::Output(_) => f.write_str("cannot write the lines"),
            Self::Secret(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for Failed {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::File(error) => error.source(),
            Self::Output(error) => Some(error),
            Self::Secret(error) => error.source(),
        }
    }
}

impl Explain for Failed {
    fn reason(&self) -> &'static str {
        match self {
            Self::File(error) => error.reason(),
            Self::Output(_) => "output",
            Self::Secret(error) => error.reason(),
        }
    }

    fn args(&self) -> Vec<(&'static str, postern_cli::messages::FluentValue<'static>)> {
        match self {
            Self::File(error) => error.args(),
            Self::Output(_) => Vec::new(),
            Self::Secret(error) => error.args(),
        }
    }
}
