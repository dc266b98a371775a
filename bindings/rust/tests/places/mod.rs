//! Where the DLL is looked for. Copies of this program say what they could load, each alone in a folder.

use std::env;
use std::ffi::{c_void, OsStr};
use std::fs;
use std::os::windows::ffi::OsStrExt;
use std::path::Path;
use std::process::{self, Command};
use std::ptr;

#[link(name = "advapi32")]
extern "system" {
    fn RegCreateKeyW(key: *mut c_void, name: *const u16, made: *mut *mut c_void) -> i32;
    fn RegSetKeyValueW(
        key: *mut c_void,
        sub_key: *const u16,
        name: *const u16,
        kind: u32,
        data: *const c_void,
        size: u32,
    ) -> i32;
    fn RegOverridePredefKey(key: *mut c_void, other: *mut c_void) -> i32;
    fn RegDeleteTreeW(key: *mut c_void, name: *const u16) -> i32;
}

const INSTALLED: &str = "SHM_TEST_INSTALLED"; // in a copy: where ShmBroker is installed; empty: it is not
const OLD_DLL: &str = "C:\\windows\\system32\\version.dll"; // it has none of the functions

fn wide(text: &OsStr) -> Vec<u16> {
    text.encode_wide().chain([0]).collect()
}

/// Runs with another HKEY_LOCAL_MACHINE, which has what the installer would have noted there.
fn with_installed(folder: &OsStr, run: impl FnOnce()) {
    let root = |number: u32| number as i32 as isize as *mut c_void;
    let (current_user, local_machine) = (root(0x8000_0001), root(0x8000_0002));
    let name = wide(format!("Software\\shmbroker rust {}", process::id()).as_ref());
    let (key, value) = (
        wide("Software\\ShmBroker".as_ref()),
        wide("InstallDir".as_ref()),
    );
    let text = wide(folder);
    let size = 2 * text.len() as u32;
    let mut machine = ptr::null_mut();
    // SAFETY: zero-terminated names, and a text of that size.
    unsafe {
        assert_eq!(RegCreateKeyW(current_user, name.as_ptr(), &mut machine), 0);
        if !folder.is_empty() {
            let data = text.as_ptr().cast();
            let set = RegSetKeyValueW(machine, key.as_ptr(), value.as_ptr(), 1, data, size);
            assert_eq!(set, 0);
        }
        assert_eq!(RegOverridePredefKey(local_machine, machine), 0);
        run();
        assert_eq!(RegDeleteTreeW(current_user, name.as_ptr()), 0);
    }
}

#[test]
#[ignore = "it is what the copies of this program run"]
fn says_what_is_loaded() {
    let installed = env::var_os(INSTALLED).unwrap();
    with_installed(&installed, || match shmbroker::version() {
        Ok(_) => println!("loaded"),
        Err(error) => println!("{error}"),
    });
}

/// What a copy of this program says. The current folder and one of PATH have a DLL, which are not for it.
fn said(folder: &Path, current: &Path, on_path: &Path, installed: &OsStr) -> String {
    let path = format!(".;;{}", on_path.display());
    let output = Command::new(folder.join("alone.exe"))
        .args([
            "--exact",
            "places::says_what_is_loaded",
            "--ignored",
            "--nocapture",
        ])
        .current_dir(current)
        .env("PATH", path)
        .env(INSTALLED, installed)
        .output();
    String::from_utf8(output.unwrap().stdout).unwrap()
}

#[test]
fn the_dll_is_of_the_program_or_installed_and_no_other() {
    let program = env::current_exe().unwrap();
    let good = program.parent().unwrap().join("shmclient.dll");
    let base = env::temp_dir().join(format!("shmbroker rust {}", process::id()));
    let [folder, current, on_path, installed] =
        ["alone", "current", "path", "installed"].map(|name| base.join(name));
    for each in [&folder, &current, &on_path, &installed] {
        fs::create_dir_all(each).unwrap();
    }
    fs::copy(&program, folder.join("alone.exe")).unwrap();
    for each in [&current, &on_path] {
        fs::copy(&good, each.join("shmclient.dll")).unwrap();
    }
    let beside = folder.join("shmclient.dll");
    let in_installed = installed.join("shmclient.dll");
    let expect = |installed: &OsStr, wanted: &str| {
        let said = said(&folder, &current, &on_path, installed);
        assert!(said.contains(wanted), "{said}\nwanted: {wanted}");
    };
    let none = format!(
        "there is no shmclient.dll for a {}-bit program beside the program ({}) or where ShmBroker is installed ",
        usize::BITS,
        folder.display()
    );
    expect("".as_ref(), &format!("{none}(it is not); install it, or"));
    let where_installed = installed.as_os_str();
    expect(
        where_installed,
        &format!("{none}({}); install it, or", installed.display()),
    );
    fs::copy(&good, &in_installed).unwrap();
    expect(where_installed, "loaded");
    fs::write(&beside, "no DLL").unwrap();
    expect(
        "".as_ref(),
        &format!(" ({} can't be loaded: ", beside.display()),
    );
    fs::copy(OLD_DLL, &beside).unwrap();
    expect(where_installed, "is older than this crate");
    fs::copy(&good, &beside).unwrap();
    fs::copy(OLD_DLL, &in_installed).unwrap();
    expect(where_installed, "loaded");
    fs::remove_dir_all(&base).unwrap();
}
