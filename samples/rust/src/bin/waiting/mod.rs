//! How a receiver waits where it does not do so in a read, and how Ctrl-C ends any wait.

mod ctrl_c;
mod event;
mod win32;
mod window;

use std::io;

pub use ctrl_c::CtrlC;
pub use event::EventNotice;
pub use window::WindowNotice;

/// How a wait has ended.
pub enum End {
    Readable,
    TimedOut,
    Stopped,
}

/// Tells that a channel has something to read. It does so only after a read has found nothing.
pub trait Notice {
    fn wait(&mut self, timeout_ms: u32) -> io::Result<End>;
}
