//! Where shmclient.dll is looked for: beside the program, and where ShmBroker is installed. Each by its full path, and in no
//! folder that the current one or PATH decides on, where anybody may have put one.

use std::env;
use std::ffi::{c_void, OsStr, OsString};
use std::io;
use std::mem::size_of;
use std::os::windows::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};
use std::ptr;

use crate::{Error, Result, Status};

const NAME: &str = "shmclient.dll";

#[link(name = "kernel32")]
extern "system" {
    fn LoadLibraryW(path: *const u16) -> *mut c_void;
}

#[link(name = "advapi32")]
extern "system" {
    fn RegGetValueW(
        key: *mut c_void,
        sub_key: *const u16,
        name: *const u16,
        flags: u32,
        type_found: *mut u32,
        data: *mut c_void,
        size: *mut u32,
    ) -> i32;
}

/// Loads the first one that can be loaded, and tells which.
pub(crate) fn load_dll() -> Result<(*mut c_void, PathBuf)> {
    let mut unfit = String::new();
    for path in folders().into_iter().map(|folder| folder.join(NAME)) {
        if !path.is_file() {
            continue;
        }
        // SAFETY: a zero-terminated path.
        let module = unsafe { LoadLibraryW(wide(path.as_os_str()).as_ptr()) };
        if !module.is_null() {
            return Ok((module, path));
        }
        let why = io::Error::last_os_error(); // of another width, say
        unfit += &format!(" ({} can't be loaded: {why})", path.display());
    }
    let bits = 8 * size_of::<usize>();
    let text = format!(
        "there is no {NAME} for a {bits}-bit program {}; install it, or put a copy beside the program{unfit}",
        places()
    );
    Err(Error::new(Status::SYSTEM, text))
}

/// In the words of every language's package.
fn places() -> String {
    let shown = |folder: Option<PathBuf>, none: &str| match folder {
        Some(folder) => folder.display().to_string(),
        None => none.to_string(),
    };
    format!(
        "beside the program ({}) or where ShmBroker is installed ({})",
        shown(program_folder(), "?"),
        shown(install_folder(), "it is not")
    )
}

fn program_folder() -> Option<PathBuf> {
    let program = env::current_exe().ok();
    program.as_deref().and_then(Path::parent).map(PathBuf::from)
}

fn folders() -> Vec<PathBuf> {
    program_folder()
        .into_iter()
        .chain(install_folder())
        .collect()
}

/// What the installer has noted, if it was run.
fn install_folder() -> Option<PathBuf> {
    const LOCAL_MACHINE: *mut c_void = 0x8000_0002_u32 as i32 as isize as *mut c_void;
    const TEXT_FOR_64_BIT: u32 = 0x1_0002; // RRF_RT_REG_SZ, RRF_SUBKEY_WOW6464KEY: for a 32-bit program, too
    let key = wide("Software\\ShmBroker".as_ref());
    let name = wide("InstallDir".as_ref());
    let mut text = [0_u16; 1024];
    let mut size = (2 * text.len()) as u32;
    // SAFETY: zero-terminated names, and room for the text, whose size is told.
    let status = unsafe {
        let data = text.as_mut_ptr().cast();
        let (key, name, none) = (key.as_ptr(), name.as_ptr(), ptr::null_mut());
        RegGetValueW(
            LOCAL_MACHINE,
            key,
            name,
            TEXT_FOR_64_BIT,
            none,
            data,
            &mut size,
        )
    };
    if status != 0 {
        return None;
    }
    let length = text.iter().position(|unit| *unit == 0)?;
    let folder = PathBuf::from(OsString::from_wide(&text[..length]));
    let is_wide = size_of::<usize>() == 8;
    Some(if is_wide { folder } else { folder.join("x86") })
}

fn wide(text: &OsStr) -> Vec<u16> {
    text.encode_wide().chain([0]).collect()
}
