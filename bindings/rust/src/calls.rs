use std::ffi::{CStr, CString};
use std::mem::{self, size_of, zeroed};
use std::time::Duration;

use crate::channel::milliseconds;
use crate::ffi::{ShmCallerUtf8, SHM_CALLER_WAITS};
use crate::library::string;
use crate::{Channel, Result, Status};

/// What an answer or a request is given at first. One that is larger is fetched again.
const FIRST_ROOM: usize = 1024;

/// Makes a call that fills the buffer, and makes it again with a buffer that is large enough.
fn enlarging(
    buffer: &mut Vec<u8>,
    mut call: impl FnMut(&mut [u8], &mut usize) -> Status,
) -> Status {
    buffer.resize(FIRST_ROOM, 0);
    loop {
        let mut size = 0;
        let status = call(buffer, &mut size);
        if status != Status::BUFFER {
            buffer.truncate(size);
            return status;
        }
        buffer.resize(size, 0);
    }
}

/// Who calls, as the service has noted it when that client opened the channel: no client can forge it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Caller {
    /// Its process.
    pub pid: u32,
    /// That process's session. None: not known.
    pub session: Option<u32>,
    /// SID of its account.
    pub account: String,
    /// Whether somebody still wants the answer.
    pub waits: bool,
}

impl Channel {
    /// Calls a service, and waits for the answer of one of its servers. The channel is opened with
    /// [`OpenOptions::client`](crate::OpenOptions::client). Any number of threads may call through it; the
    /// service's `max_calls` says how many calls may be under way.
    ///
    /// A call that fails is given up. Its status tells whether it may be made again: with
    /// [`Status::TIMEOUT`], [`Status::FULL`] and [`Status::NO_SERVER`] no server has taken it, and none
    /// will; with [`Status::UNANSWERED`] and [`Status::PEER_DIED`] one had, and what it did is done; of
    /// [`Status::CANCELLED`] nobody knows. A refusal is [`Status::REFUSED`], with
    /// [`Error::refusal_code`](crate::Error::refusal_code).
    pub fn call(&self, request: &[u8], timeout: impl Into<Option<Duration>>) -> Result<Vec<u8>> {
        let timeout_ms = milliseconds(timeout.into());
        let mut answer = vec![0; self.capacity()]; // which is always enough
        let mut size = 0;
        // SAFETY: the bytes of both, and room for a size.
        self.check(unsafe {
            let (data, room) = (request.as_ptr().cast(), answer.as_mut_ptr().cast());
            let (length, capacity) = (request.len(), answer.len());
            (self.functions().ShmCall)(
                self.handle(),
                data,
                length,
                room,
                capacity,
                &mut size,
                timeout_ms,
            )
        })?;
        answer.truncate(size);
        answer.shrink_to_fit();
        Ok(answer)
    }

    /// Begins a call, so that several can be under way. The timeout is for room among them
    /// ([`Status::FULL`]).
    pub fn begin(&self, request: &[u8], timeout: impl Into<Option<Duration>>) -> Result<Call<'_>> {
        let timeout_ms = milliseconds(timeout.into());
        let mut token = 0;
        // SAFETY: the request's bytes, and room for a token.
        self.check(unsafe {
            let data = request.as_ptr().cast();
            (self.functions().ShmCallBegin)(
                self.handle(),
                data,
                request.len(),
                &mut token,
                timeout_ms,
            )
        })?;
        Ok(Call {
            channel: self,
            token,
        })
    }

    /// Takes the next request, through a channel that was opened with
    /// [`OpenOptions::server`](crate::OpenOptions::server); None: there was none for this thread within
    /// the timeout. Several may be taken before the first one is answered.
    ///
    /// ```no_run
    /// # fn main() -> shmbroker::Result<()> {
    /// let channel = shmbroker::OpenOptions::new().server(true).open("prices")?;
    /// while let Some(request) = channel.serve(None)? {
    ///     let answer = request.data().to_vec();
    ///     request.answer(&answer)?;
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn serve(&self, timeout: impl Into<Option<Duration>>) -> Result<Option<Request<'_>>> {
        let timeout_ms = milliseconds(timeout.into());
        let (mut data, mut token) = (Vec::new(), 0);
        let status = enlarging(&mut data, |buffer, size| {
            let (room, capacity) = (buffer.as_mut_ptr().cast(), buffer.len());
            // SAFETY: the buffer's bytes, and room for a size and a token.
            unsafe {
                (self.functions().ShmServe)(
                    self.handle(),
                    room,
                    capacity,
                    size,
                    &mut token,
                    timeout_ms,
                )
            }
        });
        if status == Status::EMPTY || status == Status::TIMEOUT {
            return Ok(None);
        }
        self.check(status)?;
        Ok(Some(Request {
            channel: self,
            token,
            data,
        }))
    }
}

/// A call under way. One that is dropped is given up: its answer, if one comes, is dropped, too.
#[derive(Debug)]
#[must_use = "a call that is dropped is given up"]
pub struct Call<'c> {
    channel: &'c Channel,
    token: u64, // 0: it has ended
}

impl Call<'_> {
    /// Waits for the answer. None: there was none within the timeout, and the call goes on, as it does
    /// with [`Status::CANCELLED`]. Any other error ends the call, as an answer does; after that it is
    /// [`Status::STATE`].
    pub fn wait(&mut self, timeout: impl Into<Option<Duration>>) -> Result<Option<Vec<u8>>> {
        if self.token == 0 {
            return Err(Status::STATE.into());
        }
        let timeout_ms = milliseconds(timeout.into());
        let (channel, token) = (self.channel, self.token);
        let mut answer = Vec::new();
        let status = enlarging(&mut answer, |buffer, size| {
            let (room, capacity) = (buffer.as_mut_ptr().cast(), buffer.len());
            // SAFETY: the buffer's bytes, and room for a size.
            unsafe {
                (channel.functions().ShmCallEnd)(
                    channel.handle(),
                    token,
                    room,
                    capacity,
                    size,
                    timeout_ms,
                )
            }
        });
        match status {
            Status::EMPTY => return Ok(None),
            Status::CANCELLED => {}
            _ => self.token = 0,
        }
        channel.check(status)?;
        Ok(Some(answer))
    }

    /// Gives the call up, as dropping it does, and tells whether no server had taken it: then none will.
    pub fn give_up(mut self) -> bool {
        self.cancel()
    }

    fn cancel(&mut self) -> bool {
        let token = mem::take(&mut self.token);
        // SAFETY: the DLL knows a token that is no call.
        let status =
            unsafe { (self.channel.functions().ShmCallCancel)(self.channel.handle(), token) };
        status == Status::OK
    }
}

impl Drop for Call<'_> {
    fn drop(&mut self) {
        if self.token != 0 {
            self.cancel();
        }
    }
}

/// A request that this server has taken, to be answered or refused by any thread. One that is dropped
/// is refused with code 0.
#[derive(Debug)]
#[must_use = "a request that is dropped is refused"]
pub struct Request<'c> {
    channel: &'c Channel,
    token: u64, // 0: it has been answered
    data: Vec<u8>,
}

impl Request<'_> {
    /// Its bytes, a copy.
    pub fn data(&self) -> &[u8] {
        &self.data
    }

    /// Tells whose call it is. If its client is gone, that is [`Status::STATE`].
    pub fn caller(&self) -> Result<Caller> {
        // SAFETY: it is made of integers.
        let mut raw = ShmCallerUtf8 {
            size: size_of::<ShmCallerUtf8>() as u32,
            ..unsafe { zeroed() }
        };
        let channel = self.channel;
        // SAFETY: a struct with its size.
        channel.check(unsafe {
            (channel.functions().ShmGetCallerUtf8)(channel.handle(), self.token, &mut raw)
        })?;
        Ok(Caller {
            pid: raw.pid,
            session: (raw.session != u32::MAX).then(|| raw.session),
            // SAFETY: the DLL ends it with a 0.
            account: unsafe { string(raw.account.as_ptr()) },
            waits: raw.flags & SHM_CALLER_WAITS != 0,
        })
    }

    /// Gives the answer, and tells whether its client still wanted it. One that is larger than the
    /// service's `max_answer`, which is [`Info::capacity`](crate::Info::capacity), is [`Status::SIZE`], and
    /// the request is refused with code 0.
    pub fn answer(mut self, answer: &[u8]) -> Result<bool> {
        let channel = self.channel;
        // SAFETY: the answer's bytes.
        let status = unsafe {
            let data = answer.as_ptr().cast();
            (channel.functions().ShmAnswer)(channel.handle(), self.token, data, answer.len())
        };
        if status != Status::SIZE {
            self.token = 0;
        }
        channel.check(status)?;
        Ok(status != Status::DROPPED)
    }

    /// Gives a code and a text instead of an answer: the call fails with [`Status::REFUSED`]. Of the text
    /// 256 units of UTF-16 at most reach the client. A zero in it is [`Status::ARGUMENT`], and the
    /// request is refused with code 0.
    pub fn refuse(mut self, code: i32, text: &str) -> Result<()> {
        let text = CString::new(text).map_err(|_| Status::ARGUMENT)?;
        let channel = self.channel;
        channel.check(self.end(code, &text))?;
        Ok(())
    }

    fn end(&mut self, code: i32, text: &CStr) -> Status {
        let (channel, token) = (self.channel, mem::take(&mut self.token));
        // SAFETY: a zero-terminated text.
        unsafe { (channel.functions().ShmRefuseUtf8)(channel.handle(), token, code, text.as_ptr()) }
    }
}

impl Drop for Request<'_> {
    fn drop(&mut self) {
        if self.token != 0 {
            let text = CString::new("the server went on without an answer").unwrap_or_default();
            self.end(0, &text);
        }
    }
}
