use std::ffi::c_void;
use std::mem;
#[cfg(windows)]
use std::os::windows::io::BorrowedHandle;
#[cfg(windows)]
use std::ptr;
use std::time::Duration;

use crate::ffi::{Functions, SHM_INFINITE, SHM_TIMEOUT_MAX, SHM_WAIT_MAX};
use crate::{OpenOptions, Result, Status};

/// What a call that succeeded has to tell besides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum News {
    /// The value is the one that was read from this channel before.
    Unchanged,
    /// Messages before this one were lost to this slow reader; [`Stats`](crate::Stats) counts them.
    Lost,
    /// A reader that took this message before died, or gave it back; it may have acted on it.
    Redelivered,
}

impl News {
    pub(crate) fn of(status: Status) -> Option<Self> {
        match status {
            Status::UNCHANGED => Some(Self::Unchanged),
            Status::LOST => Some(Self::Lost),
            Status::REDELIVERED => Some(Self::Redelivered),
            _ => None,
        }
    }
}

/// What was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Received<'b> {
    /// The message: the part of the reader's buffer that was filled.
    pub data: &'b [u8],
    /// What there is to tell besides.
    pub news: Option<News>,
}

/// An open channel, which is closed when it is dropped.
#[derive(Debug)]
pub struct Channel {
    handle: u32,
    capacity: usize,
    functions: &'static Functions,
}

impl Channel {
    /// Opens an existing channel, with every right that the caller has. A program that only writes
    /// opens with [`OpenOptions`]: one that may read and does not holds up a waiting topic.
    pub fn open(name: &str) -> Result<Self> {
        OpenOptions::new().open(name)
    }

    pub(crate) fn from_handle(handle: u32, functions: &'static Functions) -> Result<Self> {
        let mut channel = Self {
            handle,
            capacity: 0,
            functions,
        };
        channel.capacity = channel.info()?.capacity as usize;
        Ok(channel)
    }

    /// Writes a message; on a block, it replaces the value. The timeout is for room
    /// ([`Status::FULL`]), and for other writers ([`Status::TIMEOUT`]). While a [`Loan`] or a [`Lock`] of
    /// this channel is held, in whatever thread, it is [`Status::STATE`] at once: for each thread
    /// that lends, open a channel of its own.
    ///
    /// [`Loan`]: crate::Loan
    /// [`Lock`]: crate::Lock
    pub fn write(&self, message: &[u8], timeout: impl Into<Option<Duration>>) -> Result<()> {
        let timeout_ms = milliseconds(timeout.into());
        // SAFETY: the message's bytes.
        self.check(unsafe {
            let data = message.as_ptr().cast();
            (self.functions.ShmWrite)(self.handle, data, message.len(), timeout_ms)
        })?;
        Ok(())
    }

    /// Reads a message into the buffer. On a block, it gives the value: at once if it has changed
    /// since it was read from this channel, else when it changes, else the old one, as
    /// [`News::Unchanged`], when the time is up.
    ///
    /// If nothing comes within the timeout that is [`Status::EMPTY`]; if another thread reads through
    /// this channel all the time, [`Status::TIMEOUT`], and there may be something. While a
    /// [`Peek`](crate::Peek) of this channel is held, in whatever thread, it is [`Status::STATE`] at once.
    ///
    /// A message that is larger than the buffer stays; see [`Error::size_needed`].
    ///
    /// [`Error::size_needed`]: crate::Error::size_needed
    pub fn read<'b>(
        &self,
        buffer: &'b mut [u8],
        timeout: impl Into<Option<Duration>>,
    ) -> Result<Received<'b>> {
        let timeout_ms = milliseconds(timeout.into());
        let mut size = 0;
        // SAFETY: the buffer's bytes, and room for a size.
        let status = unsafe {
            let data = buffer.as_mut_ptr().cast();
            (self.functions.ShmRead)(self.handle, data, buffer.len(), &mut size, timeout_ms)
        };
        let news = self
            .check(status)
            .map_err(|error| error.with_size_needed(size))?;
        Ok(Received {
            data: &buffer[..size],
            news,
        })
    }

    /// Has the service bring a block's value to its file, down to the disk. It does so by itself
    /// when the last writer closes, and when it stops.
    pub fn flush(&self) -> Result<()> {
        // SAFETY: it has no conditions.
        self.check(unsafe { (self.functions.ShmFlush)(self.handle) })?;
        Ok(())
    }

    /// Gives other threads a way to end this channel's waits.
    pub fn canceller(&self) -> Canceller {
        Canceller {
            handle: self.handle,
            functions: self.functions,
        }
    }

    /// Gives an auto-reset event for `WaitForMultipleObjects`. It is set once when the channel
    /// becomes readable, and again only after a read has found nothing ([`Status::EMPTY`],
    /// [`News::Unchanged`]); at once if there is something to read now. Do not mix it with reads
    /// that wait.
    #[cfg(windows)]
    pub fn wait_handle(&self) -> Result<BorrowedHandle<'_>> {
        let mut handle = ptr::null_mut();
        // SAFETY: room for a handle.
        self.check(unsafe { (self.functions.ShmGetWaitHandle)(self.handle, &mut handle) })?;
        // SAFETY: the event lives as long as the channel, which is borrowed.
        Ok(unsafe { BorrowedHandle::borrow_raw(handle) })
    }

    /// Posts a message to a window of this process (an HWND) when the channel becomes readable:
    /// once, and again only after a read has found nothing ([`Status::EMPTY`],
    /// [`News::Unchanged`]); at once if there is something to read now. Its wParam is the cookie,
    /// its lParam the channel's [`handle`](Self::handle). A null window ends the notification.
    #[allow(clippy::not_unsafe_ptr_arg_deref)] // a number, which Windows checks
    pub fn notify_window(&self, window: *mut c_void, message: u32, cookie: usize) -> Result<()> {
        // SAFETY: what is not a window is refused.
        self.check(unsafe {
            (self.functions.ShmNotifyWindow)(self.handle, window, message, cookie)
        })?;
        Ok(())
    }

    /// The DLL's own number for this channel.
    pub fn handle(&self) -> u32 {
        self.handle
    }

    /// Closes the channel, as dropping it does, and tells whether that went well.
    pub fn close(self) -> Result<()> {
        // SAFETY: it has no conditions; whatever is in the channel's memory borrows it, and is gone.
        let closed = self.check(unsafe { (self.functions.ShmClose)(self.handle) });
        mem::forget(self);
        closed.map(|_| ())
    }

    pub(crate) fn capacity(&self) -> usize {
        self.capacity
    }

    pub(crate) fn functions(&self) -> &'static Functions {
        self.functions
    }

    pub(crate) fn check(&self, status: Status) -> Result<Option<News>> {
        self.functions.check(status)
    }
}

impl Drop for Channel {
    fn drop(&mut self) {
        // SAFETY: as in close().
        unsafe { (self.functions.ShmClose)(self.handle) };
    }
}

/// Ends the waits on a channel from any thread. It may outlive the channel.
#[derive(Clone, Copy, Debug)]
pub struct Canceller {
    handle: u32,
    functions: &'static Functions,
}

impl Canceller {
    /// Ends every call that waits on the channel now, with [`Status::CANCELLED`]. A call that is
    /// about to wait is not affected: to end a loop in another thread, use
    /// [`set_cancelled`](Self::set_cancelled).
    ///
    /// If the channel is closed already, that is [`Status::HANDLE`], and nothing happens.
    pub fn cancel(&self) -> Result<()> {
        // SAFETY: the DLL knows a handle that is no longer open.
        self.functions
            .check(unsafe { (self.functions.ShmCancel)(self.handle) })?;
        Ok(())
    }

    /// Ends every call that waits on the channel now, and keeps later ones from waiting until it is
    /// reset: one that would have to wait is [`Status::CANCELLED`] at once. What needs no wait still
    /// succeeds.
    ///
    /// If the channel is closed already, that is [`Status::HANDLE`], and nothing happens.
    pub fn set_cancelled(&self, cancelled: bool) -> Result<()> {
        // SAFETY: the DLL knows a handle that is no longer open.
        self.functions
            .check(unsafe { (self.functions.ShmSetCancelled)(self.handle, cancelled.into()) })?;
        Ok(())
    }
}

/// Waits until one of up to 31 channels has something to read, and tells which. Of a queue it may
/// be gone when it is read. It takes turns with reads in other threads, as a read does.
pub fn wait_any(channels: &[&Channel], timeout: impl Into<Option<Duration>>) -> Result<usize> {
    let first = channels.first().ok_or(Status::ARGUMENT)?;
    let mut handles = [0; SHM_WAIT_MAX as usize];
    for (handle, channel) in handles.iter_mut().zip(channels) {
        *handle = channel.handle;
    }
    let (count, timeout_ms) = (channels.len() as u32, milliseconds(timeout.into()));
    let mut index = 0;
    // SAFETY: count handles (more than there is room for are refused), and room for an index.
    first.check(unsafe {
        (first.functions.ShmWaitAny)(handles.as_ptr(), count, &mut index, timeout_ms)
    })?;
    Ok(index as usize)
}

/// Rounds up, so that what is short does not become no wait at all. What is longer than the DLL takes
/// becomes the longest that it does, some 24 days.
pub(crate) fn milliseconds(timeout: Option<Duration>) -> u32 {
    timeout.map_or(SHM_INFINITE, |time| {
        let ms = (time.as_nanos() + 999_999) / 1_000_000;
        ms.min(SHM_TIMEOUT_MAX.into()) as u32
    })
}
