//! Lines of an input, and Ctrl-C in a program that reads them.

use std::io::BufRead;

use crate::console::{Result, Stop};

/// The lines of an input in UTF-8, without their ends and without a byte order mark.
pub struct Lines<R> {
    input: R,
    line: Vec<u8>,
    count: usize,
}

impl<R: BufRead> Lines<R> {
    pub fn new(input: R) -> Self {
        Self {
            input,
            line: Vec::new(),
            count: 0,
        }
    }

    pub fn next(&mut self) -> Result<Option<&str>> {
        self.line.clear();
        let read = self.input.read_until(b'\n', &mut self.line);
        if read.map_err(|error| Stop::io("cannot read the input", &error))? == 0 {
            return Ok(None);
        }
        self.count += 1;
        let line = self.line.strip_suffix(b"\n").unwrap_or(&self.line);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let text = std::str::from_utf8(line).map_err(|_| {
            Stop::Failure(format!(
                "line {} of the input is not UTF-8; give it in UTF-8 (chcp 65001), or send it with \
                 --binary",
                self.count
            ))
        })?;
        let mark = if self.count == 1 { "\u{FEFF}" } else { "" };
        Ok(Some(text.strip_prefix(mark).unwrap_or(text)))
    }
}

/// Ctrl-C may come in a read of the input, which nothing can interrupt. It may end us anywhere: a
/// message was written, or a call was made, by then or it was not.
#[cfg(windows)]
pub fn exit_at_ctrl_c() {
    #[link(name = "kernel32")]
    extern "system" {
        fn SetConsoleCtrlHandler(handler: extern "system" fn(u32) -> i32, add: i32) -> i32;
    }
    extern "system" fn on_control(_: u32) -> i32 {
        std::process::exit(crate::console::DONE)
    }
    // SAFETY: the handler may be called at any time.
    unsafe { SetConsoleCtrlHandler(on_control, 1) };
}
