use std::io;
use std::os::windows::io::{AsRawHandle, BorrowedHandle};

use super::win32::{WaitForMultipleObjects, WAIT_FAILED, WAIT_OBJECT_0, WAIT_TIMEOUT};
use super::{CtrlC, End, Notice};

/// Waits for a channel's event, and for Ctrl-C's.
pub struct EventNotice<'c> {
    ctrl_c: &'c CtrlC,
    readable: BorrowedHandle<'c>,
}

impl<'c> EventNotice<'c> {
    pub fn new(ctrl_c: &'c CtrlC, readable: BorrowedHandle<'c>) -> Self {
        Self { ctrl_c, readable }
    }
}

impl Notice for EventNotice<'_> {
    fn wait(&mut self, timeout_ms: u32) -> io::Result<End> {
        let handles = [
            self.ctrl_c.event().as_raw_handle(),
            self.readable.as_raw_handle(),
        ];
        // SAFETY: two handles that live as long as this.
        match unsafe { WaitForMultipleObjects(2, handles.as_ptr(), 0, timeout_ms) } {
            WAIT_OBJECT_0 => Ok(End::Stopped),
            WAIT_TIMEOUT => Ok(End::TimedOut),
            WAIT_FAILED => Err(io::Error::last_os_error()),
            _ => Ok(End::Readable),
        }
    }
}
