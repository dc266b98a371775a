use std::{fmt, io};

use crate::ffi::Functions;
use crate::library::{functions, string};
use crate::News;

/// What a function of the DLL returned: one of the constants here, or one of a newer DLL.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[repr(transparent)]
pub struct Status(pub(crate) i32);

impl Status {
    /// The status of a number.
    pub fn from_code(code: i32) -> Self {
        Self(code)
    }

    /// The number, which is negative for errors.
    pub fn code(self) -> i32 {
        self.0
    }
}

impl fmt::Debug for Status {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        match self.name() {
            Some(name) => write!(formatter, "Status::{name}"),
            None => write!(formatter, "Status({})", self.0),
        }
    }
}

impl fmt::Display for Status {
    /// Writes a sentence. That of an [`Error`] knows more.
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        match functions() {
            // SAFETY: any status will do, and the text is static.
            Ok(functions) => {
                formatter.write_str(&unsafe { string((functions.ShmErrorTextUtf8)(*self)) })
            }
            Err(_) => write!(formatter, "status {} of ShmBroker", self.0),
        }
    }
}

/// Why a call failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    status: Status,
    text: String,
    size_needed: usize,
    messages_written: usize,
    refusal_code: Option<i32>,
}

/// The result of a call.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    pub(crate) fn new(status: Status, text: String) -> Self {
        Self {
            status,
            text,
            size_needed: 0,
            messages_written: 0,
            refusal_code: None,
        }
    }

    /// The status, to decide by.
    pub fn status(&self) -> Status {
        self.status
    }

    /// What happened, to which channel, and what to do.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The kind that this is of for [`std::io`].
    pub fn kind(&self) -> io::ErrorKind {
        match self.status {
            Status::NOT_FOUND => io::ErrorKind::NotFound,
            Status::ACCESS | Status::UNTRUSTED => io::ErrorKind::PermissionDenied,
            Status::NO_SERVICE | Status::NO_SERVER => io::ErrorKind::NotConnected,
            Status::EMPTY | Status::FULL | Status::TIMEOUT | Status::UNANSWERED => {
                io::ErrorKind::TimedOut
            }
            Status::CLOSED | Status::PEER_DIED => io::ErrorKind::BrokenPipe,
            Status::CORRUPT => io::ErrorKind::InvalidData,
            Status::MEMORY => io::ErrorKind::OutOfMemory,
            Status::VERSION => io::ErrorKind::Unsupported,
            Status::ARGUMENT | Status::HANDLE | Status::NAME | Status::BUFFER | Status::SIZE => {
                io::ErrorKind::InvalidInput
            }
            Status::STATE | Status::KIND | Status::MISMATCH => io::ErrorKind::InvalidInput,
            _ => io::ErrorKind::Other,
        }
    }

    /// With [`Status::BUFFER`]: how many bytes the message has that did not fit.
    pub fn size_needed(&self) -> usize {
        self.size_needed
    }

    /// Of [`write_batch`](crate::Channel::write_batch): how many of its messages were written all the
    /// same, before the one that failed. Of other calls: 0.
    pub fn messages_written(&self) -> usize {
        self.messages_written
    }

    /// With [`Status::REFUSED`]: the code that the server gave. The [`text`](Self::text) has the server's.
    pub fn refusal_code(&self) -> Option<i32> {
        self.refusal_code
    }

    pub(crate) fn with_size_needed(mut self, size: usize) -> Self {
        if self.status == Status::BUFFER {
            self.size_needed = size;
        }
        self
    }

    pub(crate) fn with_messages_written(mut self, count: usize) -> Self {
        self.messages_written = count;
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

impl std::error::Error for Error {}

impl From<Error> for io::Error {
    /// Keeps the error as its source: `get_ref` and `downcast` give it back.
    fn from(error: Error) -> Self {
        Self::new(error.kind(), error)
    }
}

impl From<Status> for Error {
    fn from(status: Status) -> Self {
        Self::new(status, status.to_string())
    }
}

impl Functions {
    /// Makes a result of what a call in this thread has just returned.
    pub(crate) fn check(&self, status: Status) -> Result<Option<News>> {
        if status.0 >= 0 {
            return Ok(News::of(status));
        }
        // SAFETY: this thread's text, which stays until its next failure.
        let text = unsafe { string((self.ShmLastErrorTextUtf8)()) };
        let mut error: Error = if text.is_empty() {
            status.into()
        } else {
            Error::new(status, text)
        };
        if status == Status::REFUSED {
            // SAFETY: it has no conditions.
            error.refusal_code = Some(unsafe { (self.ShmLastRefusal)() }.code());
        }
        Err(error)
    }
}
