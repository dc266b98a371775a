//! calls CHANNEL COUNT: what a call costs through the Rust binding. It writes and reads a topic of
//! 1 MiB by turns, a thousand messages of 64 bytes each time, and checks every one of them. Then it
//! makes round trips for the benchmark to measure, which answers on CHANNEL.answer what it is asked on
//! CHANNEL.ask.

use std::error::Error;
use std::process;
use std::time::{Duration, Instant};

use shmbroker::{Channel, OpenOptions};

const TURN: usize = 1000;
const SIZE: usize = 64;

type Messages = Vec<[u8; SIZE]>;

/// The message of a number: it, and what follows from it.
fn message(number: u64) -> [u8; SIZE] {
    let mut bytes = [0; SIZE];
    for (i, word) in (0..).zip(bytes.chunks_exact_mut(8)) {
        let value = number.wrapping_add(0x9E37_79B9_7F4A_7C15_u64.wrapping_mul(i));
        word.copy_from_slice(&value.to_le_bytes());
    }
    bytes
}

struct Bench {
    writer: Channel,
    reader: Channel,
    received: Messages,
    write: Duration,
    read: Duration,
}

impl Bench {
    fn new(channel: &str) -> shmbroker::Result<Self> {
        Ok(Self {
            writer: OpenOptions::new().write(true).open(channel)?,
            reader: OpenOptions::new().read(true).next(true).open(channel)?,
            received: vec![[0; SIZE]; TURN],
            write: Duration::ZERO,
            read: Duration::ZERO,
        })
    }

    fn turn(&mut self, first: u64) -> Result<(), Box<dyn Error>> {
        let sent: Messages = (first..).take(TURN).map(message).collect();
        let start = Instant::now();
        for message in &sent {
            self.writer.write(message, None)?;
        }
        let written = Instant::now();
        for buffer in &mut self.received {
            let received = self.reader.read(buffer, None)?;
            if received.data.len() != SIZE || received.news.is_some() {
                return Err(format!("{received:?} came instead of {SIZE} bytes").into());
            }
        }
        self.read += written.elapsed();
        self.write += written - start;
        match (first..)
            .zip(sent.iter().zip(&self.received))
            .find(|(_, (sent, came))| sent != came)
        {
            Some((number, (_, came))) => Err(format!("number {number} came as {came:x?}").into()),
            None => Ok(()),
        }
    }
}

fn round_trips(channel: &str, count: usize) -> Result<(), Box<dyn Error>> {
    let ask = OpenOptions::new()
        .write(true)
        .open(&format!("{channel}.ask"))?;
    let answer = OpenOptions::new()
        .read(true)
        .next(true)
        .open(&format!("{channel}.answer"))?;
    for question in (0..).take(count).map(message) {
        let mut buffer = [0; SIZE];
        ask.write(&question, None)?;
        if answer.read(&mut buffer, None)?.data != question {
            return Err("a question was not answered with itself".into());
        }
    }
    Ok(())
}

fn run() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (channel, count) = match &arguments[..] {
        [channel, count] => (channel, count.parse::<usize>()?),
        _ => return Err("usage: calls CHANNEL COUNT".into()),
    };
    let turns = count / TURN;
    if turns == 0 {
        return Err(format!("COUNT is a number from {TURN} on, not {count}").into());
    }
    let mut bench = Bench::new(channel)?;
    for turn in 0..turns {
        bench.turn((turn * TURN) as u64)?;
    }
    let per_call = |time: Duration| time.as_nanos() / (turns * TURN) as u128;
    round_trips(channel, count / 100)?;
    println!("write {} read {}", per_call(bench.write), per_call(bench.read));
    Ok(())
}

fn main() {
    if let Err(error) = run() {
        eprintln!("calls: {error}");
        process::exit(1);
    }
}
