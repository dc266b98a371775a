//! Shared memory between programs, by name, through the ShmBroker service and its shmclient.dll.
//!
//! ```no_run
//! # fn main() -> shmbroker::Result<()> {
//! let channel = shmbroker::Channel::open("MapName")?;
//! channel.write(b"hello", None)?;
//!
//! let mut buffer = [0; 512];
//! let received = channel.read(&mut buffer, None)?;
//! assert_eq!(received.data, b"hello");
//! # Ok(())
//! # }
//! ```
//!
//! A channel is a block (one value, the last one written wins), a topic (every reader gets every
//! message) or a queue (every message goes to exactly one reader). A [`Channel`] may be shared by
//! threads: those that read take turns, and so do those that write.
//!
//! Where a call may have to wait, its timeout is a [`Duration`](std::time::Duration), or `None` to
//! wait until another thread uses the [`Canceller`]. `Duration::ZERO` asks once.

#![deny(unsafe_op_in_unsafe_fn)]
#![warn(missing_docs)]

#[cfg(not(windows))]
compile_error!("ShmBroker is for Windows: build with --target x86_64-pc-windows-gnu or -msvc");

mod batch;
mod channel;
mod error;
mod ffi;
mod in_place;
mod info;
mod library;
mod options;

pub use batch::{Batch, Message};
pub use channel::{wait_any, Canceller, Channel, News, Received};
pub use error::{Error, Result, Status};
pub use in_place::{Loan, Lock, Peek};
pub use info::{list_channels, Info, Stats};
pub use library::version;
pub use options::{Kind, OpenOptions, WhenFull};
