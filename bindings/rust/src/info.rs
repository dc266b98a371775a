use std::mem::{size_of, zeroed};
use std::ptr;

use crate::ffi::{self, ShmInfoUtf8, ShmStats};
use crate::library::{functions, string};
use crate::{Channel, Kind, Result, Status};

/// What a channel is.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Info {
    /// Its name.
    pub name: String,
    /// None: of a kind that this library does not know.
    pub kind: Option<Kind>,
    /// Whether this handle may read; in a list, the caller.
    pub can_read: bool,
    /// Whether this handle may write; in a list, the caller.
    pub can_write: bool,
    /// How often it is open for reading now, in all processes; of a service, its servers.
    pub readers: u32,
    /// How often it is open for writing now, in all processes; of a service, its clients.
    pub writers: u32,
    /// Bytes of payload that the channel holds; of a service, of its largest answer.
    pub capacity: u64,
    /// Bytes of the largest message or request; of a block, its capacity.
    pub max_message: u64,
    /// SID of the account that created it; empty for one of the configuration, and in a list.
    pub creator: String,
    /// Another number each time that the channel's memory is made; 0 in a list.
    pub instance: u64,
}

impl From<&ShmInfoUtf8> for Info {
    fn from(raw: &ShmInfoUtf8) -> Self {
        Self {
            // SAFETY: the DLL ends it with a 0.
            name: unsafe { string(raw.name.as_ptr()) },
            kind: match raw.kind {
                ffi::SHM_BLOCK => Some(Kind::Block),
                ffi::SHM_TOPIC => Some(Kind::Topic),
                ffi::SHM_QUEUE => Some(Kind::Queue),
                ffi::SHM_SERVICE => Some(Kind::Service),
                _ => None,
            },
            can_read: raw.access & ffi::SHM_READ != 0,
            can_write: raw.access & ffi::SHM_WRITE != 0,
            readers: raw.readers,
            writers: raw.writers,
            capacity: raw.capacity,
            max_message: raw.max_message,
            // SAFETY: as for the name.
            creator: unsafe { string(raw.creator.as_ptr()) },
            instance: raw.instance,
        }
    }
}

/// What has gone through a channel since it was opened, except for `sequence` and `recoveries`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// Number of the last message or value published by anybody.
    pub sequence: u64,
    /// Locks and loans taken back from processes that died.
    pub recoveries: u64,
    /// Messages written; of a service's client, calls begun.
    pub written: u64,
    /// Their bytes.
    pub bytes_written: u64,
    /// Messages, or changed values, read; of a service's server, requests taken.
    pub read: u64,
    /// Their bytes.
    pub bytes_read: u64,
    /// Messages overwritten before they were read; of a block, values.
    pub lost: u64,
    /// Writes that had to wait for another writer.
    pub lock_waits: u64,
    /// Reads that had to block.
    pub read_waits: u64,
}

fn empty_info() -> ShmInfoUtf8 {
    // SAFETY: it is made of integers.
    ShmInfoUtf8 {
        size: size_of::<ShmInfoUtf8>() as u32,
        ..unsafe { zeroed() }
    }
}

impl Channel {
    /// Tells what the channel is.
    pub fn info(&self) -> Result<Info> {
        let mut raw = empty_info();
        // SAFETY: a struct with its size.
        self.check(unsafe { (self.functions().ShmGetInfoUtf8)(self.handle(), &mut raw) })?;
        Ok(Info::from(&raw))
    }

    /// Tells what has gone through the channel.
    pub fn stats(&self) -> Result<Stats> {
        // SAFETY: it is made of integers.
        let mut raw = ShmStats {
            size: size_of::<ShmStats>() as u32,
            ..unsafe { zeroed() }
        };
        // SAFETY: a struct with its size.
        self.check(unsafe { (self.functions().ShmGetStats)(self.handle(), &mut raw) })?;
        Ok(Stats {
            sequence: raw.sequence,
            recoveries: raw.recoveries,
            written: raw.written,
            bytes_written: raw.bytes_written,
            read: raw.read,
            bytes_read: raw.bytes_read,
            lost: raw.lost,
            lock_waits: raw.lock_waits,
            read_waits: raw.read_waits,
        })
    }
}

/// Tells of the channels that the caller may read or write.
pub fn list_channels() -> Result<Vec<Info>> {
    let functions = functions()?;
    let mut count = 0;
    // SAFETY: no structs, and room for their number.
    functions.check(unsafe { (functions.ShmListChannelsUtf8)(ptr::null_mut(), 0, &mut count) })?;
    loop {
        let mut list = vec![empty_info(); count as usize + 8]; // some may come meanwhile
        let capacity = list.len() as u32;
        // SAFETY: capacity structs, and room for their number.
        let status =
            unsafe { (functions.ShmListChannelsUtf8)(list.as_mut_ptr(), capacity, &mut count) };
        if status != Status::BUFFER {
            functions.check(status)?;
            list.truncate(count as usize);
            return Ok(list.iter().map(Info::from).collect());
        }
    }
}
