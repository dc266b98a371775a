use std::ffi::CString;
use std::mem::size_of;
use std::time::Duration;

use crate::channel::milliseconds;
use crate::ffi::{self, ShmOptions};
use crate::library::functions;
use crate::{Channel, Result, Status};

/// What a channel is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u32)]
pub enum Kind {
    /// One value, the last one written wins.
    Block = ffi::SHM_BLOCK,
    /// Every reader gets every message.
    Topic = ffi::SHM_TOPIC,
    /// Every message goes to exactly one reader.
    Queue = ffi::SHM_QUEUE,
    /// Clients call, and one of its servers answers.
    Service = ffi::SHM_SERVICE,
}

/// What a topic's writer does where there is no room.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u32)]
pub enum WhenFull {
    /// The oldest messages go; a reader that was too slow is told.
    Overwrite = ffi::SHM_OVERWRITE,
    /// It waits for the slowest reader.
    Wait = ffi::SHM_WAIT,
}

/// How to open a channel, much as [`std::fs::OpenOptions`] does for files.
#[derive(Clone, Debug)]
pub struct OpenOptions(ShmOptions);

impl Default for OpenOptions {
    fn default() -> Self {
        Self::new()
    }
}

impl OpenOptions {
    /// For an existing channel, with every right that the caller has.
    pub fn new() -> Self {
        Self(ShmOptions {
            size: size_of::<ShmOptions>() as u32,
            access: 0,
            kind: 0,
            flags: 0,
            open_timeout_ms: 0,
            spin: 0,
            capacity: 0,
            max_message: 0,
            when_full: 0,
            reserved: 0,
            max_calls: 0,
            max_clients: 0,
        })
    }

    /// Asks for the right to read. With neither this nor `write`: every right that the caller has.
    pub fn read(&mut self, read: bool) -> &mut Self {
        self.0.access = set(self.0.access, ffi::SHM_READ, read);
        self
    }

    /// Asks for the right to write.
    pub fn write(&mut self, write: bool) -> &mut Self {
        self.0.access = set(self.0.access, ffi::SHM_WRITE, write);
        self
    }

    /// Of a service: asks for the right to take requests and answer them.
    pub fn server(&mut self, server: bool) -> &mut Self {
        self.0.access = set(self.0.access, ffi::SHM_SERVER, server);
        self
    }

    /// Of a service: asks for the right to call it.
    pub fn client(&mut self, client: bool) -> &mut Self {
        self.0.access = set(self.0.access, ffi::SHM_CLIENT, client);
        self
    }

    /// A service's client: where no server has it open, a call is [`Status::NO_SERVER`] at once.
    pub fn served(&mut self, served: bool) -> &mut Self {
        self.flag(ffi::SHM_OPEN_SERVED, served)
    }

    /// Refuses a channel of another kind with [`Status::MISMATCH`].
    pub fn kind(&mut self, kind: Kind) -> &mut Self {
        self.0.kind = kind as u32;
        self
    }

    /// Starts at the next write, not at the oldest message or value kept.
    pub fn next(&mut self, next: bool) -> &mut Self {
        self.flag(ffi::SHM_OPEN_NEXT, next)
    }

    /// Asks to be the only writer: nobody else may write while this channel is open.
    pub fn exclusive(&mut self, exclusive: bool) -> &mut Self {
        self.flag(ffi::SHM_OPEN_EXCLUSIVE, exclusive)
    }

    /// Dates each message at its commit, for [`Message::time`](crate::Message::time).
    pub fn timed(&mut self, timed: bool) -> &mut Self {
        self.flag(ffi::SHM_OPEN_TIMED, timed)
    }

    /// Creates the channel if there is none, where policy lets this account. It needs `kind` and, but
    /// for a service, `capacity`.
    pub fn create(&mut self, create: bool) -> &mut Self {
        self.flag(ffi::SHM_OPEN_CREATE, create)
    }

    /// With `create`: it stays when nobody has it open.
    pub fn keep(&mut self, keep: bool) -> &mut Self {
        self.flag(ffi::SHM_OPEN_KEEP, keep)
    }

    /// With `create`, of a topic. Otherwise it overwrites.
    pub fn when_full(&mut self, when_full: WhenFull) -> &mut Self {
        self.0.when_full = when_full as u32;
        self
    }

    /// Asks for at least so many bytes of payload; of a service, of its largest answer.
    pub fn capacity(&mut self, bytes: u64) -> &mut Self {
        self.0.capacity = bytes;
        self
    }

    /// Asks that the largest message, or request, may have at least so many bytes.
    pub fn max_message(&mut self, bytes: u64) -> &mut Self {
        self.0.max_message = bytes;
        self
    }

    /// Of a service: asks that a client can have at least so many calls under way.
    pub fn max_calls(&mut self, calls: u32) -> &mut Self {
        self.0.max_calls = calls;
        self
    }

    /// Of a service: asks that at least so many clients can call it.
    pub fn max_clients(&mut self, clients: u32) -> &mut Self {
        self.0.max_clients = clients;
        self
    }

    /// How long the service may take to answer, a millisecond or more. Otherwise 5 seconds.
    pub fn open_timeout(&mut self, timeout: Duration) -> &mut Self {
        self.0.open_timeout_ms = milliseconds(Some(timeout)).max(1); // 0 would be the 5 seconds
        self
    }

    /// Turns of a busy loop before a waiting call blocks. Otherwise 100.
    pub fn spin(&mut self, turns: u32) -> &mut Self {
        self.0.spin = turns;
        self
    }

    /// Opens the channel, whether the other side has opened it before, will do so later, or never.
    pub fn open(&self, name: &str) -> Result<Channel> {
        let functions = functions()?;
        let name = CString::new(name).map_err(|_| Status::NAME)?;
        let mut handle = 0;
        // SAFETY: a zero-terminated name, options with their size, and room for the handle.
        functions.check(unsafe { (functions.ShmOpenUtf8)(name.as_ptr(), &self.0, &mut handle) })?;
        Channel::from_handle(handle, functions)
    }

    fn flag(&mut self, flag: u32, wanted: bool) -> &mut Self {
        self.0.flags = set(self.0.flags, flag, wanted);
        self
    }
}

fn set(flags: u32, flag: u32, wanted: bool) -> u32 {
    if wanted {
        flags | flag
    } else {
        flags & !flag
    }
}
