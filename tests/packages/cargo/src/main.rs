use shmbroker::{Kind, OpenOptions};
use std::time::Duration;

fn main() -> shmbroker::Result<()> {
    let channel = OpenOptions::new()
        .create(true)
        .kind(Kind::Queue)
        .capacity(4096)
        .open("a stranger's, in Rust")?;
    channel.write(b"hello", Duration::ZERO)?;
    for message in channel.messages(Duration::ZERO) {
        println!("Rust: {}", String::from_utf8_lossy(&message?.data));
        return Ok(());
    }
    std::process::exit(1)
}
