use std::ffi::c_void;
use std::ops::{Deref, DerefMut};
use std::ptr::{self, NonNull};
use std::slice;
use std::time::Duration;

use crate::channel::milliseconds;
use crate::ffi::SHM_KEEP;
use crate::{Channel, News, Result, Status};

/// The memory of a topic's or a queue's next message, to be filled where it lies. Readers get what
/// other writers publish after it only when it is committed or dropped. What is dropped never was.
#[derive(Debug)]
pub struct Loan<'c> {
    channel: &'c Channel,
    memory: &'c mut [u8],
}

/// A block's memory, which begins with its value, and with every other writer kept out. Readers go
/// on reading the old value, and that stays if the lock is dropped.
#[derive(Debug)]
pub struct Lock<'c> {
    channel: &'c Channel,
    memory: &'c mut [u8],
    value_size: usize,
}

/// A message, or a block's value, where it lies. A queue's and a waiting topic's writers keep away
/// from it. An overwriting topic's do not, and a block's only as long as they can: so its bytes are
/// to be copied, and [`release`](Self::release) tells whether the copy is good.
#[derive(Debug)]
pub struct Peek<'c> {
    channel: &'c Channel,
    data: NonNull<u8>,
    size: usize,
    news: Option<News>,
}

impl Channel {
    /// Lends the memory of a message of so many bytes, which have no particular content. A channel
    /// lends one at a time: a second one, and a write, are [`Status::STATE`].
    pub fn loan(&self, size: usize, timeout: impl Into<Option<Duration>>) -> Result<Loan<'_>> {
        let timeout_ms = milliseconds(timeout.into());
        let mut memory = ptr::null_mut();
        // SAFETY: room for a pointer.
        self.check(unsafe {
            (self.functions().ShmLoan)(self.handle(), size, &mut memory, timeout_ms)
        })?;
        // SAFETY: ours alone until the loan ends; the channel, which has the memory, is borrowed so long.
        let memory = unsafe { bytes(memory, size) };
        Ok(Loan {
            channel: self,
            memory,
        })
    }

    /// Locks a block. A second lock through this channel, and a write, are [`Status::STATE`].
    pub fn lock(&self, timeout: impl Into<Option<Duration>>) -> Result<Lock<'_>> {
        let timeout_ms = milliseconds(timeout.into());
        let mut memory = ptr::null_mut();
        let mut value_size = 0;
        // SAFETY: room for a pointer and a size.
        self.check(unsafe {
            (self.functions().ShmLock)(self.handle(), &mut memory, &mut value_size, timeout_ms)
        })?;
        // SAFETY: as in loan(), and as many bytes as the block holds.
        let memory = unsafe { bytes(memory, self.capacity()) };
        Ok(Lock {
            channel: self,
            memory,
            value_size,
        })
    }

    /// Gives what [`read`](Self::read) would, without copying it. A second peek at the same time,
    /// and a read, are [`Status::STATE`].
    pub fn peek(&self, timeout: impl Into<Option<Duration>>) -> Result<Peek<'_>> {
        let timeout_ms = milliseconds(timeout.into());
        let mut data = ptr::null();
        let mut size = 0;
        // SAFETY: room for a pointer and a size.
        let news = self.check(unsafe {
            (self.functions().ShmPeek)(self.handle(), &mut data, &mut size, timeout_ms)
        })?;
        let data = NonNull::new(data as *mut u8).unwrap_or_else(NonNull::dangling);
        Ok(Peek {
            channel: self,
            data,
            size,
            news,
        })
    }
}

/// # Safety
///
/// As for `slice::from_raw_parts_mut`, unless there are no bytes.
unsafe fn bytes<'c>(memory: *mut c_void, size: usize) -> &'c mut [u8] {
    if size == 0 {
        return &mut [];
    }
    // SAFETY: the caller's.
    unsafe { slice::from_raw_parts_mut(memory.cast(), size) }
}

impl Loan<'_> {
    /// Publishes the first `size` bytes as a message. More than were lent are [`Status::SIZE`], and
    /// there is no message.
    pub fn commit(self, size: usize) -> Result<()> {
        // SAFETY: nobody uses the memory after that. If it fails, drop() ends the loan.
        self.channel
            .check(unsafe { (self.channel.functions().ShmCommit)(self.channel.handle(), size) })?;
        std::mem::forget(self);
        Ok(())
    }
}

impl Drop for Loan<'_> {
    fn drop(&mut self) {
        // SAFETY: nobody uses the memory after that.
        unsafe { (self.channel.functions().ShmAbort)(self.channel.handle()) };
    }
}

impl Deref for Loan<'_> {
    type Target = [u8];
    fn deref(&self) -> &[u8] {
        self.memory
    }
}

impl DerefMut for Loan<'_> {
    fn deref_mut(&mut self) -> &mut [u8] {
        self.memory
    }
}

impl Lock<'_> {
    /// The value: 0 bytes if nothing was ever written.
    pub fn value(&self) -> &[u8] {
        &self.memory[..self.value_size]
    }

    /// Makes the first `size` bytes the new value, and lets other writers in. More than the block
    /// has are [`Status::SIZE`], and the old value stays.
    pub fn publish(self, size: usize) -> Result<()> {
        if size == SHM_KEEP {
            return Err(Status::SIZE.into());
        }
        // SAFETY: nobody uses the memory after that. If it fails, drop() gives up the lock.
        self.channel
            .check(unsafe { (self.channel.functions().ShmUnlock)(self.channel.handle(), size) })?;
        std::mem::forget(self);
        Ok(())
    }
}

impl Drop for Lock<'_> {
    fn drop(&mut self) {
        // SAFETY: nobody uses the memory after that.
        unsafe { (self.channel.functions().ShmUnlock)(self.channel.handle(), SHM_KEEP) };
    }
}

impl Deref for Lock<'_> {
    type Target = [u8];
    fn deref(&self) -> &[u8] {
        self.memory
    }
}

impl DerefMut for Lock<'_> {
    fn deref_mut(&mut self) -> &mut [u8] {
        self.memory
    }
}

// SAFETY: its memory is for reading, and may be given back by any thread.
unsafe impl Send for Peek<'_> {}
// SAFETY: the same.
unsafe impl Sync for Peek<'_> {}

impl Peek<'_> {
    /// How many bytes it has.
    pub fn len(&self) -> usize {
        self.size
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.size == 0
    }

    /// What there is to tell besides.
    pub fn news(&self) -> Option<News> {
        self.news
    }

    /// Copies it into a buffer, whose old content goes.
    pub fn copy_to(&self, buffer: &mut Vec<u8>) {
        buffer.clear();
        buffer.reserve(self.size);
        // SAFETY: the channel keeps so many bytes readable, and the buffer has room for them. Where
        // a writer changes them meanwhile they are still bytes.
        unsafe {
            ptr::copy_nonoverlapping(self.data.as_ptr(), buffer.as_mut_ptr(), self.size);
            buffer.set_len(self.size);
        }
    }

    /// The bytes themselves.
    ///
    /// # Safety
    ///
    /// No writer may write to them while the slice lives: the channel has to be a queue or a waiting
    /// topic, or whoever calls has to know it otherwise.
    pub unsafe fn as_slice(&self) -> &[u8] {
        // SAFETY: readable until it is released; the rest is the caller's.
        unsafe { slice::from_raw_parts(self.data.as_ptr(), self.size) }
    }

    /// Where the bytes are, for reads that mind what a writer may do meanwhile.
    pub fn as_ptr(&self) -> *const u8 {
        self.data.as_ptr()
    }

    /// Gives it back, as dropping it does, and goes on to the next message.
    /// [`Status::OVERTAKEN`]: it has been overwritten meanwhile, so discard what was made of it.
    pub fn release(self) -> Result<()> {
        // SAFETY: nobody uses the memory after that.
        let released = unsafe { (self.channel.functions().ShmRelease)(self.channel.handle()) };
        let result = self.channel.check(released).map(|_| ());
        std::mem::forget(self);
        result
    }
}

impl Drop for Peek<'_> {
    fn drop(&mut self) {
        // SAFETY: nobody uses the memory after that.
        unsafe { (self.channel.functions().ShmRelease)(self.channel.handle()) };
    }
}
