//! server.exe: answers the calls of a service with what was asked, and who has asked it.

#![cfg_attr(not(windows), allow(dead_code, unused_imports))] // where there is nobody to serve

mod console;
#[cfg(windows)]
mod serving;
#[cfg(windows)]
mod text;
#[cfg(windows)]
#[allow(dead_code, unused_imports)] // it waits for nothing but requests and Ctrl-C
mod waiting;

use std::process;

#[cfg(windows)]
use serving::run;

/// Fails, and says why.
#[cfg(not(windows))]
fn run(_: &[String]) -> console::Result<i32> {
    shmbroker::version()?;
    Ok(console::FAILED)
}

fn main() {
    process::exit(console::run("server", run));
}
