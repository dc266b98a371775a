//! Shared memory between programs, by name, through the ShmBroker service and its shmclient.dll.
//!
//! ```no_run
//! # fn main() -> shmbroker::Result<()> {
//! use shmbroker::OpenOptions;
//!
//! let writer = OpenOptions::new().write(true).open("MapName")?; // one program
//! writer.write(b"hello", None)?;
//!
//! let reader = OpenOptions::new().read(true).open("MapName")?; // another
//! for message in reader.messages(None) {
//!     println!("{} bytes", message?.data.len());
//! }
//! # Ok(())
//! # }
//! ```
//!
//! A channel is a block (one value, the last one written wins), a topic (every reader gets every
//! message), a queue (every message goes to exactly one reader) or a service (clients call, and one
//! of its servers answers). A [`Channel`] may be shared by threads: those that read take turns, and so
//! do those that write. Calls do not.
//!
//! Open for what the program does. [`Channel::open`], with every right that the caller has, makes a
//! reader, too: what it never reads holds up the writers of a waiting topic, itself among them.
//!
//! Where a call may have to wait, its timeout is a [`Duration`](std::time::Duration), or `None` to
//! wait until another thread uses the [`Canceller`]. `Duration::ZERO` asks once.
//!
//! The feature `async` adds `AsyncReader`, on Windows, whose reads can be awaited in any executor.
//!
//! The crate compiles for other systems, too. There every function that needs the DLL fails.

#![deny(unsafe_op_in_unsafe_fn)]
#![warn(missing_docs)]

#[cfg(all(feature = "async", windows))]
mod async_reader;
mod batch;
mod calls;
mod channel;
mod error;
mod ffi;
mod in_place;
mod info;
mod library;
mod messages;
mod options;
#[cfg(windows)]
mod places;

#[cfg(all(feature = "async", windows))]
pub use async_reader::{AsyncReader, ReadFuture};
pub use batch::{Batch, Message};
pub use calls::{Call, Caller, Request};
pub use channel::{wait_any, Canceller, Channel, News, Received};
pub use error::{Error, Result, Status};
pub use in_place::{Loan, Lock, Peek};
pub use info::{list_channels, Info, Stats};
pub use library::version;
pub use messages::{Messages, OwnedMessage};
pub use options::{Kind, OpenOptions, WhenFull};
