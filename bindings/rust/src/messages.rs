use std::time::Duration;

use crate::{Channel, Error, News, Result, Status};

/// A message in memory of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnedMessage {
    /// Its bytes.
    pub data: Vec<u8>,
    /// What there is to tell besides.
    pub news: Option<News>,
}

/// Reads one message after the other; see [`Channel::messages`].
#[derive(Debug)]
pub struct Messages<'c> {
    channel: &'c Channel,
    timeout: Option<Duration>,
    buffer: Vec<u8>,
    has_failed: bool,
}

impl Channel {
    /// Reads messages, or the changed values of a block, one after the other. The iteration ends
    /// when none comes within the timeout or another thread reads through this channel all the time,
    /// when another thread cancels the wait, and behind an error. After all but the last it may be
    /// gone on with.
    ///
    /// ```no_run
    /// # fn main() -> shmbroker::Result<()> {
    /// let channel = shmbroker::OpenOptions::new().read(true).open("ticks")?;
    /// for message in channel.messages(None) {
    ///     let message = message?;
    ///     println!("{:?} {:?}", message.data, message.news);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn messages(&self, timeout: impl Into<Option<Duration>>) -> Messages<'_> {
        Messages {
            channel: self,
            timeout: timeout.into(),
            buffer: vec![0; 1024],
            has_failed: false,
        }
    }
}

impl Messages<'_> {
    fn read(&mut self) -> Result<OwnedMessage> {
        loop {
            match self.channel.read(&mut self.buffer, self.timeout) {
                Err(error) if error.status() == Status::BUFFER => {
                    self.buffer.resize(error.size_needed(), 0)
                }
                result => {
                    return result.map(|received| OwnedMessage {
                        data: received.data.to_vec(),
                        news: received.news,
                    })
                }
            }
        }
    }
}

impl Iterator for Messages<'_> {
    type Item = Result<OwnedMessage>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.has_failed {
            return None;
        }
        let is_end = |error: &Error| {
            let status = error.status();
            matches!(status, Status::EMPTY | Status::TIMEOUT | Status::CANCELLED)
        };
        match self.read() {
            Ok(value) if value.news == Some(News::Unchanged) => None,
            Err(error) if is_end(&error) => None,
            result => {
                self.has_failed = result.is_err();
                Some(result)
            }
        }
    }
}
