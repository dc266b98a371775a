use std::ffi::c_void;
use std::fmt;
use std::future::Future;
use std::io;
use std::os::windows::io::AsRawHandle;
use std::pin::Pin;
use std::ptr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use crate::{Channel, Error, News, OwnedMessage, Result, Status};

/// A channel that is read without a thread that waits: a thread of Windows' pool is called when there is
/// something, and wakes the task. It needs no runtime of its own, and works in any.
///
/// ```no_run
/// # async fn show() -> shmbroker::Result<()> {
/// use shmbroker::{AsyncReader, OpenOptions};
///
/// let mut ticks = AsyncReader::new(OpenOptions::new().read(true).open("ticks")?)?;
/// loop {
///     println!("{} bytes", ticks.read().await?.data.len());
/// }
/// # }
/// ```
#[derive(Debug)]
pub struct AsyncReader {
    wait: Wait, // dropped before the channel, whose event it waits for
    channel: Channel,
    buffer: Vec<u8>,
}

impl AsyncReader {
    /// Takes a channel that was opened for reading.
    pub fn new(channel: Channel) -> Result<Self> {
        let wait = Wait::new(channel.wait_handle()?.as_raw_handle().cast())?;
        Ok(Self {
            wait,
            channel,
            buffer: vec![0; 1024],
        })
    }

    /// Reads a message, or a block's value: at once if there is something new, else when it comes. A
    /// future that is dropped loses no message.
    pub fn read(&mut self) -> ReadFuture<'_> {
        ReadFuture { reader: self }
    }

    /// The channel, to write to it or to ask about it. Who reads from it takes messages away from
    /// [`read`](Self::read), which may then wait though there is one.
    pub fn channel(&self) -> &Channel {
        &self.channel
    }

    /// Gives the channel back.
    pub fn into_channel(self) -> Channel {
        self.channel
    }

    // None: there is nothing new, and from now on the event tells when there is.
    fn try_read(&mut self) -> Result<Option<OwnedMessage>> {
        loop {
            match self.channel.read(&mut self.buffer, Duration::ZERO) {
                Err(error) if error.status() == Status::BUFFER => {
                    self.buffer.resize(error.size_needed(), 0)
                }
                Err(error) if error.status() == Status::EMPTY => return Ok(None),
                Ok(received) if received.news == Some(News::Unchanged) => return Ok(None),
                result => {
                    return result.map(|received| {
                        Some(OwnedMessage {
                            data: received.data.to_vec(),
                            news: received.news,
                        })
                    })
                }
            }
        }
    }
}

/// What [`AsyncReader::read`] gives.
#[derive(Debug)]
#[must_use = "a future does nothing unless it is awaited"]
pub struct ReadFuture<'r> {
    reader: &'r mut AsyncReader,
}

impl Future for ReadFuture<'_> {
    type Output = Result<OwnedMessage>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let reader = &mut *self.reader;
        loop {
            if let Some(result) = reader.try_read().transpose() {
                return Poll::Ready(result);
            }
            if !reader.wait.signal.take_or_note(context.waker()) {
                return Poll::Pending;
            }
        }
    }
}

impl Drop for ReadFuture<'_> {
    // Who asks no more is not woken.
    fn drop(&mut self) {
        self.reader.wait.signal.forget_waker();
    }
}

/// What the event has told, and whom to tell.
#[derive(Default)]
struct Signal {
    state: Mutex<(bool, Option<Waker>)>,
}

impl Signal {
    fn lock(&self) -> MutexGuard<'_, (bool, Option<Waker>)> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    // Whether the event was set since the last time; else the waker is called when it is.
    fn take_or_note(&self, waker: &Waker) -> bool {
        let mut state = self.lock();
        let was_set = std::mem::take(&mut state.0);
        state.1 = (!was_set).then(|| waker.clone());
        was_set
    }

    fn forget_waker(&self) {
        let waker = self.lock().1.take();
        drop(waker); // without the lock: the waker is anybody's
    }

    fn set(&self) {
        let mut state = self.lock();
        state.0 = true;
        let waker = state.1.take();
        drop(state); // the waker is anybody's
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

/// A wait of Windows' thread pool for an event, again and again.
struct Wait {
    number: *mut c_void,
    signal: Arc<Signal>,
}

// SAFETY: the number may be used in any thread.
unsafe impl Send for Wait {}
// SAFETY: nothing is done with the number through a shared reference.
unsafe impl Sync for Wait {}

impl fmt::Debug for Wait {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        write!(formatter, "Wait({:?})", self.number)
    }
}

impl Wait {
    // The event must outlive this.
    fn new(event: *mut c_void) -> Result<Self> {
        let signal = Arc::new(Signal::default());
        let context = Arc::as_ptr(&signal) as *mut c_void;
        let mut number = ptr::null_mut();
        // SAFETY: the context lives until drop() has seen the last call end.
        let is_done =
            unsafe { RegisterWaitForSingleObject(&mut number, event, called, context, INFINITE, 0) };
        if is_done == 0 {
            let cause = io::Error::last_os_error();
            let text = format!("Windows' thread pool does not wait for the channel's event: {cause}");
            return Err(Error::new(Status::SYSTEM, text));
        }
        Ok(Self { number, signal })
    }
}

impl Drop for Wait {
    fn drop(&mut self) {
        const AFTER_THE_LAST_CALL: *mut c_void = -1_isize as *mut c_void;
        // Who is called and ends the reader at once, in the waker itself, would wait for itself: executors don't.
        // SAFETY: the number is of RegisterWaitForSingleObject, and is not used again.
        unsafe { UnregisterWaitEx(self.number, AFTER_THE_LAST_CALL) };
    }
}

unsafe extern "system" fn called(context: *mut c_void, _is_timeout: u8) {
    // SAFETY: the Signal of the Wait that is registered; see new().
    unsafe { &*context.cast::<Signal>() }.set();
}

const INFINITE: u32 = 0xFFFF_FFFF;

#[link(name = "kernel32")]
extern "system" {
    fn RegisterWaitForSingleObject(
        number: *mut *mut c_void,
        event: *mut c_void,
        callback: unsafe extern "system" fn(*mut c_void, u8),
        context: *mut c_void,
        milliseconds: u32,
        flags: u32,
    ) -> i32;
    fn UnregisterWaitEx(number: *mut c_void, completion: *mut c_void) -> i32;
}
