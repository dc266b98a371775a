//! What the programs use of Windows besides the standard library.

#![allow(non_snake_case)]

use std::ffi::c_void;
use std::os::windows::io::RawHandle;

pub type Window = *mut c_void;

pub const CTRL_BREAK_EVENT: u32 = 1;
pub const CTRL_C_EVENT: u32 = 0;
pub const HWND_MESSAGE: Window = -3_isize as Window;
pub const MWMO_INPUTAVAILABLE: u32 = 4;
pub const PM_REMOVE: u32 = 1;
pub const QS_ALLINPUT: u32 = 0x04FF;
pub const WAIT_FAILED: u32 = u32::MAX;
pub const WAIT_OBJECT_0: u32 = 0;
pub const WAIT_TIMEOUT: u32 = 258;
pub const WM_APP: u32 = 0x8000;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Msg {
    pub window: Window,
    pub message: u32,
    pub wparam: usize,
    pub lparam: isize,
    pub time: u32,
    pub x: i32,
    pub y: i32,
}

#[link(name = "kernel32")]
extern "system" {
    pub fn CreateEventW(
        security: *const c_void,
        manual: i32,
        set: i32,
        name: *const u16,
    ) -> RawHandle;
    pub fn SetConsoleCtrlHandler(handler: extern "system" fn(u32) -> i32, add: i32) -> i32;
    pub fn SetEvent(event: RawHandle) -> i32;
    pub fn WaitForMultipleObjects(
        count: u32,
        handles: *const RawHandle,
        all: i32,
        timeout_ms: u32,
    ) -> u32;
    pub fn WaitForSingleObject(handle: RawHandle, timeout_ms: u32) -> u32;
}

#[link(name = "user32")]
extern "system" {
    pub fn CreateWindowExW(
        extended_style: u32,
        class: *const u16,
        title: *const u16,
        style: u32,
        x: i32,
        y: i32,
        width: i32,
        height: i32,
        parent: Window,
        menu: *mut c_void,
        instance: *mut c_void,
        parameter: *mut c_void,
    ) -> Window;
    pub fn DestroyWindow(window: Window) -> i32;
    pub fn DispatchMessageW(message: *const Msg) -> isize;
    pub fn MsgWaitForMultipleObjectsEx(
        count: u32,
        handles: *const RawHandle,
        timeout_ms: u32,
        wake_mask: u32,
        flags: u32,
    ) -> u32;
    pub fn PeekMessageW(
        message: *mut Msg,
        window: Window,
        first: u32,
        last: u32,
        remove: u32,
    ) -> i32;
}
