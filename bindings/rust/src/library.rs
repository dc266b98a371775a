//! Finds shmclient.dll when it is first needed. So nothing has to be linked, and a program can say
//! what is wrong where the DLL is missing.

#[cfg(windows)]
use std::ffi::c_void;
use std::ffi::CStr;
use std::fmt;
use std::os::raw::c_char;
use std::ptr;
use std::sync::atomic::{AtomicPtr, Ordering};

use crate::ffi::Functions;
#[cfg(windows)]
use crate::places;
use crate::{Error, Result, Status};

#[cfg(windows)]
#[link(name = "kernel32")]
extern "system" {
    fn GetProcAddress(module: *mut c_void, name: *const c_char) -> *const c_void;
}

impl fmt::Debug for Functions {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("shmclient.dll")
    }
}

static FUNCTIONS: AtomicPtr<Functions> = AtomicPtr::new(ptr::null_mut());

pub(crate) fn functions() -> Result<&'static Functions> {
    // Acquire and AcqRel: whoever sees the pointer sees the functions.
    let mut found = FUNCTIONS.load(Ordering::Acquire);
    if found.is_null() {
        found = Box::into_raw(Box::new(load()?));
        let first = ptr::null_mut();
        let stored = FUNCTIONS.compare_exchange(first, found, Ordering::AcqRel, Ordering::Acquire);
        if let Err(others) = stored {
            // SAFETY: ours, and no one else has seen it.
            drop(unsafe { Box::from_raw(found) });
            found = others;
        }
    }
    // SAFETY: it comes from a box that nobody frees any more.
    Ok(unsafe { &*found })
}

#[cfg(not(windows))]
fn load() -> Result<Functions> {
    let text = "ShmBroker shares memory between Windows programs; this is another system.";
    Err(Error::new(Status::SYSTEM, text.into()))
}

#[cfg(windows)]
fn load() -> Result<Functions> {
    let (module, path) = places::load_dll()?;
    // SAFETY: the names are those of its header, and end with a 0; the library stays loaded.
    unsafe {
        Functions::load(|name| match GetProcAddress(module, name.as_ptr().cast()) {
            address if address.is_null() => {
                let (path, name) = (path.display(), name.trim_end_matches('\0'));
                let text = format!(
                    "{path} is older than this crate: it has no {name}; install a newer ShmBroker."
                );
                Err(Error::new(Status::SYSTEM, text))
            }
            address => Ok(address),
        })
    }
}

/// The version of the DLL: major and minor.
pub fn version() -> Result<(u16, u16)> {
    let functions = functions()?;
    // SAFETY: it has no conditions.
    let version = unsafe { (functions.ShmVersion)() };
    Ok(((version >> 16) as u16, version as u16))
}

/// Copies a text of the DLL.
///
/// # Safety
///
/// As for `CStr::from_ptr`.
pub(crate) unsafe fn string(text: *const c_char) -> String {
    // SAFETY: the caller's.
    unsafe { CStr::from_ptr(text) }
        .to_string_lossy()
        .into_owned()
}
