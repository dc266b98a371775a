use std::ffi::c_void;
use std::io;
use std::os::windows::io::{AsRawHandle, BorrowedHandle, RawHandle};
use std::ptr;
use std::sync::atomic::{AtomicPtr, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use shmbroker::Canceller;

use super::win32::{
    CreateEventW, SetConsoleCtrlHandler, SetEvent, WaitForSingleObject, CTRL_BREAK_EVENT,
    CTRL_C_EVENT, WAIT_OBJECT_0,
};

/// The event that says that Ctrl-C was pressed. Windows calls the handler in a thread of its own,
/// perhaps still while the process ends: so it is never closed.
static PRESSED: AtomicPtr<c_void> = AtomicPtr::new(ptr::null_mut());

/// Ends the waits of the receiver; none when it has left.
static WAITING: Mutex<Option<Canceller>> = Mutex::new(None);

fn waiting() -> MutexGuard<'static, Option<Canceller>> {
    WAITING.lock().unwrap_or_else(PoisonError::into_inner)
}

fn who_waits() -> Option<Canceller> {
    *waiting()
}

/// While it lives, Ctrl-C and the closing of the console end the waits on a channel.
pub struct CtrlC(());

impl CtrlC {
    pub fn new(canceller: Canceller) -> io::Result<Self> {
        // SAFETY: an event without a name.
        let event = unsafe { CreateEventW(ptr::null(), 1, 0, ptr::null()) };
        if event.is_null() {
            return Err(io::Error::last_os_error());
        }
        PRESSED.store(event, Ordering::Release);
        *waiting() = Some(canceller);
        // SAFETY: the handler may be called at any time from now on.
        unsafe { SetConsoleCtrlHandler(on_control, 1) };
        Ok(Self(()))
    }

    pub fn was_pressed(&self) -> bool {
        is_set(self.event().as_raw_handle())
    }

    pub fn event(&self) -> BorrowedHandle<'static> {
        // SAFETY: new() has stored it, and it is never closed.
        unsafe { BorrowedHandle::borrow_raw(PRESSED.load(Ordering::Acquire)) }
    }
}

impl Drop for CtrlC {
    fn drop(&mut self) {
        *waiting() = None;
        // SAFETY: the handler that new() has added.
        unsafe { SetConsoleCtrlHandler(on_control, 0) };
    }
}

fn is_set(event: RawHandle) -> bool {
    // SAFETY: Windows checks the handle.
    unsafe { WaitForSingleObject(event, 0) == WAIT_OBJECT_0 }
}

extern "system" fn on_control(event: u32) -> i32 {
    let pressed = PRESSED.load(Ordering::Acquire);
    if is_set(pressed) {
        return 0; // the second time, Windows ends us
    }
    // SAFETY: Windows checks the handle.
    unsafe { SetEvent(pressed) };
    // Ends the read that waits now, and one that is about to wait.
    if let Some(canceller) = who_waits() {
        let _ = canceller.set_cancelled(true);
    }
    // When the console closes, Windows ends the process as soon as this returns.
    let is_key = event == CTRL_C_EVENT || event == CTRL_BREAK_EVENT;
    while !is_key && who_waits().is_some() {
        thread::sleep(Duration::from_millis(10));
    }
    1
}
