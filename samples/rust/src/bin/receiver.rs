//! receiver.exe: reads messages from a channel, and writes them to its output.

#![cfg_attr(not(windows), allow(dead_code, unused_imports))] // where there is nothing to receive

mod console;
#[cfg(windows)]
mod receiving;
#[cfg(windows)]
mod text;
#[cfg(windows)]
mod waiting;

use std::process;

#[cfg(windows)]
use receiving::run;

/// Fails, and says why: what it waits for are events and window messages of Windows.
#[cfg(not(windows))]
fn run(_: &[String]) -> console::Result<i32> {
    shmbroker::version()?;
    Ok(console::FAILED)
}

fn main() {
    process::exit(console::run("receiver", run));
}
