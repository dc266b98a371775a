use std::io;
use std::marker::PhantomData;
use std::os::windows::io::AsRawHandle;
use std::ptr;
use std::time::{Duration, Instant};

use shmbroker::Channel;

use crate::console;

use super::win32::*;
use super::{CtrlC, End, Notice};

const READABLE: u32 = WM_APP + 1;

/// Waits for a message that is posted to a window of this thread, which never shows.
pub struct WindowNotice<'c> {
    ctrl_c: &'c CtrlC,
    channel: &'c Channel,
    window: Window,
    _of_this_thread: PhantomData<*const ()>,
}

impl<'c> WindowNotice<'c> {
    pub fn new(ctrl_c: &'c CtrlC, channel: &'c Channel) -> console::Result<Self> {
        let class: Vec<u16> = "STATIC\0".encode_utf16().collect();
        let none = ptr::null_mut();
        // SAFETY: a zero-terminated class name, and nothing else that is pointed to.
        let window = unsafe {
            let (class, title) = (class.as_ptr(), ptr::null());
            CreateWindowExW(
                0,
                class,
                title,
                0,
                0,
                0,
                0,
                0,
                HWND_MESSAGE,
                none,
                none,
                none,
            )
        };
        if window.is_null() {
            let error = io::Error::last_os_error();
            return Err(console::Stop::io(
                "cannot make a window for the channel's messages",
                &error,
            ));
        }
        let notice = Self {
            ctrl_c,
            channel,
            window,
            _of_this_thread: PhantomData,
        };
        channel.notify_window(window, READABLE, 0)?;
        Ok(notice)
    }

    /// Handles what is in the queue, up to the channel's message.
    fn take_message(&self) -> bool {
        let mut message = Msg {
            window: self.window,
            message: 0,
            wparam: 0,
            lparam: 0,
            time: 0,
            x: 0,
            y: 0,
        };
        // SAFETY: room for a message.
        while unsafe { PeekMessageW(&mut message, ptr::null_mut(), 0, 0, PM_REMOVE) } != 0 {
            if message.window == self.window && message.message == READABLE {
                return true;
            }
            // SAFETY: a message of this thread.
            unsafe { DispatchMessageW(&message) };
        }
        false
    }
}

impl Notice for WindowNotice<'_> {
    fn wait(&mut self, timeout_ms: u32) -> io::Result<End> {
        let start = Instant::now();
        let stop = self.ctrl_c.event().as_raw_handle();
        loop {
            if self.take_message() {
                return Ok(End::Readable);
            }
            let left = match console::timeout(timeout_ms) {
                None => timeout_ms,
                Some(time) => match time.checked_sub(start.elapsed()) {
                    None => return Ok(End::TimedOut),
                    Some(left) => (left + Duration::from_micros(999)).as_millis() as u32,
                },
            };
            // SAFETY: a handle that lives as long as this.
            let ended = unsafe {
                MsgWaitForMultipleObjectsEx(1, &stop, left, QS_ALLINPUT, MWMO_INPUTAVAILABLE)
            };
            match ended {
                WAIT_OBJECT_0 => return Ok(End::Stopped),
                WAIT_TIMEOUT => return Ok(End::TimedOut),
                WAIT_FAILED => return Err(io::Error::last_os_error()),
                _ => {}
            }
        }
    }
}

impl Drop for WindowNotice<'_> {
    fn drop(&mut self) {
        let _ = self.channel.notify_window(ptr::null_mut(), 0, 0);
        // SAFETY: our window, of this thread.
        unsafe { DestroyWindow(self.window) };
    }
}
