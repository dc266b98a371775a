//! What the programs share: their command lines, exit codes and errors.

mod arguments;

use std::fmt;
use std::io::{self, Write};
use std::time::Duration;

pub use arguments::Arguments;

use shmbroker::Status;

pub const DONE: i32 = 0;
pub const FAILED: i32 = 1;
pub const WRONG_USAGE: i32 = 2;
pub const NO_SERVICE: i32 = 3;
pub const NO_CHANNEL: i32 = 4;
pub const ACCESS_DENIED: i32 = 5;
pub const TIMED_OUT: i32 = 6;

const EXIT_CODES: &str = "
Exit codes:
  0  done, also when Ctrl-C ended it
  1  another error
  2  wrong usage
  3  the service is not running
  4  no channel has this name
  5  access denied
  6  the time was up before anything was read or written
";

/// Why a program ends before it is done.
#[derive(Debug)]
pub enum Stop {
    /// Its usage was asked for.
    Help(&'static str),
    WrongUsage(String),
    Failure(String),
    Broker(shmbroker::Error),
}

pub type Result<T> = std::result::Result<T, Stop>;

impl From<shmbroker::Error> for Stop {
    fn from(error: shmbroker::Error) -> Self {
        Self::Broker(error)
    }
}

impl Stop {
    /// For an error of Windows.
    pub fn io(what: &str, error: &io::Error) -> Self {
        Self::Failure(format!("{what}: {error}"))
    }

    fn exit_code(&self) -> i32 {
        match self {
            Self::Help(_) => DONE,
            Self::WrongUsage(_) => WRONG_USAGE,
            Self::Failure(_) => FAILED,
            Self::Broker(error) => match error.status() {
                Status::NAME => WRONG_USAGE,
                Status::NO_SERVICE => NO_SERVICE,
                Status::NOT_FOUND => NO_CHANNEL,
                Status::ACCESS => ACCESS_DENIED,
                Status::TIMEOUT | Status::EMPTY | Status::FULL => TIMED_OUT,
                _ => FAILED,
            },
        }
    }
}

/// Writes a line to standard error. Where that is gone, there is nobody to tell.
pub fn tell(program: &str, what: impl fmt::Display) {
    let _ = writeln!(io::stderr(), "{program}: {what}");
}

/// Runs a program, says what went wrong, and gives its exit code.
pub fn run(program: &str, work: impl FnOnce(&[String]) -> Result<i32>) -> i32 {
    let arguments: Vec<String> = std::env::args_os()
        .skip(1)
        .map(|argument| argument.to_string_lossy().into())
        .collect();
    let stop = match work(&arguments) {
        Ok(exit_code) => return exit_code,
        Err(stop) => stop,
    };
    match &stop {
        Stop::Help(usage) => drop(write!(io::stdout(), "{usage}{EXIT_CODES}")),
        Stop::WrongUsage(what) => tell(program, format_args!("{what}\nSee: {program} --help")),
        Stop::Failure(what) => tell(program, what),
        Stop::Broker(error) => tell(program, error),
    }
    stop.exit_code()
}

/// A number of milliseconds as a timeout; the largest is for ever.
pub fn timeout(ms: u32) -> Option<Duration> {
    (ms != u32::MAX).then(|| Duration::from_millis(ms.into()))
}
