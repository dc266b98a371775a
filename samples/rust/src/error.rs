use std::fmt;

use crate::ffi::Functions;
use crate::library::{functions, string};
use crate::News;

/// What a function of the DLL returned: one of the constants here, or one of a newer DLL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
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
    amount: usize,
}

/// The result of a call.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    pub(crate) fn new(status: Status, text: String) -> Self {
        Self {
            status,
            text,
            amount: 0,
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

    /// With [`Status::BUFFER`]: how many bytes the message has that did not fit.
    pub fn size_needed(&self) -> usize {
        if self.status == Status::BUFFER {
            self.amount
        } else {
            0
        }
    }

    /// Of a batch: how many of its messages were written all the same, before the one that failed.
    pub fn messages_written(&self) -> usize {
        if self.status == Status::BUFFER {
            0
        } else {
            self.amount
        }
    }

    pub(crate) fn with_amount(self, amount: usize) -> Self {
        Self { amount, ..self }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

impl std::error::Error for Error {}

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
        Err(if text.is_empty() {
            status.into()
        } else {
            Error::new(status, text)
        })
    }
}
