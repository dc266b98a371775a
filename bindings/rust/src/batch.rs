use std::ffi::c_void;
use std::fmt;
use std::mem::size_of;
use std::ptr;
use std::time::{Duration, SystemTime};

use crate::channel::milliseconds;
use crate::ffi::{ShmMessage, SHM_MESSAGE_LOST, SHM_MESSAGE_REDELIVERED};
use crate::{Channel, News, Result, Status};

const NO_MESSAGE: ShmMessage = ShmMessage {
    size: size_of::<ShmMessage>() as u32,
    flags: 0,
    sequence: 0,
    timestamp: 0,
    data: ptr::null_mut(),
    length: 0,
    writer: 0,
    reserved: 0,
};

/// Room for messages that are read together, to be used again and again.
pub struct Batch {
    raw: Vec<ShmMessage>,
    buffer: Vec<u8>,
    count: usize,
}

// SAFETY: its pointers are into its own buffer, and nobody follows them.
unsafe impl Send for Batch {}
// SAFETY: the same.
unsafe impl Sync for Batch {}

impl Batch {
    /// Makes room for so many messages, which have so many bytes when each is rounded up to a
    /// multiple of 8.
    pub fn new(messages: usize, bytes: usize) -> Self {
        Self {
            raw: vec![NO_MESSAGE; messages],
            buffer: vec![0; bytes],
            count: 0,
        }
    }

    /// The messages that were read last.
    pub fn messages(&self) -> impl ExactSizeIterator<Item = Message<'_>> {
        self.raw[..self.count].iter().map(|raw| {
            let start = raw.data as usize - self.buffer.as_ptr() as usize;
            Message {
                raw,
                data: &self.buffer[start..start + raw.length],
            }
        })
    }
}

/// A message of a [`Batch`].
#[derive(Clone, Copy)]
pub struct Message<'b> {
    raw: &'b ShmMessage,
    /// Its bytes.
    pub data: &'b [u8],
}

impl Message<'_> {
    /// Its number in its channel, from 1.
    pub fn sequence(&self) -> u64 {
        self.raw.sequence
    }

    /// When it was committed, if its writer is [`timed`](crate::OpenOptions::timed).
    pub fn time(&self) -> Option<SystemTime> {
        const UNIX_EPOCH: u64 = 116_444_736_000_000_000; // in 100 ns since 1601
        let since = self.raw.timestamp.checked_sub(UNIX_EPOCH)?;
        let nanoseconds = since % 10_000_000 * 100;
        let since = Duration::new(since / 10_000_000, nanoseconds as u32);
        SystemTime::UNIX_EPOCH.checked_add(since)
    }

    /// Whether messages before this one were lost to this slow reader.
    pub fn is_after_loss(&self) -> bool {
        self.raw.flags & SHM_MESSAGE_LOST != 0
    }

    /// Whether a reader that took this message before died, or gave it back.
    pub fn is_redelivered(&self) -> bool {
        self.raw.flags & SHM_MESSAGE_REDELIVERED != 0
    }
}

impl fmt::Debug for Message<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter
            .debug_struct("Message")
            .field("sequence", &self.sequence())
            .field("data", &self.data)
            .finish_non_exhaustive()
    }
}

impl Channel {
    /// Writes several messages, in their order, with the cost of few. If it fails, some may have
    /// been written; see [`Error::messages_written`](crate::Error::messages_written).
    pub fn write_batch(
        &self,
        messages: &[impl AsRef<[u8]>],
        timeout: impl Into<Option<Duration>>,
    ) -> Result<()> {
        let to_raw = |message: &[u8]| ShmMessage {
            data: message.as_ptr() as *mut c_void,
            length: message.len(),
            ..NO_MESSAGE
        };
        let raw: Vec<_> = messages
            .iter()
            .map(|message| to_raw(message.as_ref()))
            .collect();
        let count = u32::try_from(raw.len()).map_err(|_| Status::ARGUMENT)?;
        let timeout_ms = milliseconds(timeout.into());
        let mut written = 0;
        // SAFETY: count messages, whose bytes are only read, and room for their number.
        let status = unsafe {
            let first = raw.as_ptr();
            (self.functions().ShmWriteBatch)(self.handle(), first, count, &mut written, timeout_ms)
        };
        self.check(status)
            .map_err(|error| error.with_messages_written(written as usize))?;
        Ok(())
    }

    /// Reads as many messages as there are and as fit into the batch. Waits for the first one only.
    pub fn read_batch(
        &self,
        batch: &mut Batch,
        timeout: impl Into<Option<Duration>>,
    ) -> Result<Option<News>> {
        batch.count = 0;
        if let Some(first) = batch.raw.first_mut() {
            first.size = NO_MESSAGE.size;
        }
        let mut count = 0;
        // SAFETY: as many messages and bytes as there is room for, and room for their number.
        let status = unsafe {
            (self.functions().ShmReadBatch)(
                self.handle(),
                batch.raw.as_mut_ptr(),
                batch.raw.len().try_into().unwrap_or(u32::MAX),
                batch.buffer.as_mut_ptr().cast(),
                batch.buffer.len(),
                &mut count,
                milliseconds(timeout.into()),
            )
        };
        let needed = batch.raw.first().map_or(0, |first| first.length);
        let news = self
            .check(status)
            .map_err(|error| error.with_size_needed(needed))?;
        batch.count = count as usize;
        Ok(news)
    }
}
