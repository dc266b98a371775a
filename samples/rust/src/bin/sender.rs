//! sender.exe: writes messages to a channel, from its command line or from its input.

mod console;
mod input;

use std::io::{self, Read};
use std::process;
use std::thread;
use std::time::Duration;

use console::{Arguments, Result, Stop, DONE};
use input::Lines;
use shmbroker::{Channel, Info, Kind, OpenOptions};

const USAGE: &str = "\
Sends text, or the lines of its input, through a ShmBroker channel.
Usage: sender [OPTIONS] [TEXT]

  TEXT               What to send. Without it, every line of the input (UTF-8) is a message
  --channel NAME     The channel's name [MapName]
  --repeat N         How often to send each message; 0: until Ctrl-C [1]
  --interval MS      Milliseconds between two messages [0]
  --timeout MS       Milliseconds to wait for room, or for another writer [5000]
  --binary           Send the whole input as one message of bytes
  --in-place         Write each message where it lies in the shared memory, without a copy

Text is sent as UTF-16LE without a terminator.
";

struct Settings {
    channel: String,
    text: Option<String>,
    repeat: u32,
    interval: Duration,
    timeout: Option<Duration>,
    binary: bool,
    in_place: bool,
}

fn read_settings(arguments: &[String]) -> Result<Settings> {
    let options = ["channel", "repeat", "interval", "timeout"];
    let given = Arguments::parse(arguments, USAGE, &options, &["binary", "in-place"])?;
    let binary = given.has("binary");
    let wrong = |what: &str| Err(Stop::WrongUsage(what.into()));
    match given.texts() {
        [_, another, ..] => wrong(&format!(
            "one TEXT is enough, and '{another}' is another; is it a text in quotes?"
        )),
        [_] if binary => wrong("--binary takes its bytes from the input, not TEXT"),
        texts => Ok(Settings {
            channel: given.value("channel").unwrap_or("MapName").into(),
            text: texts.first().cloned(),
            repeat: given.number("repeat")?.unwrap_or(1),
            interval: Duration::from_millis(given.number("interval")?.unwrap_or(0).into()),
            timeout: console::timeout(given.number("timeout")?.unwrap_or(5000)),
            binary,
            in_place: given.has("in-place"),
        }),
    }
}

struct Sender {
    settings: Settings,
    channel: Channel,
    info: Info,
    has_sent: bool,
}

impl Sender {
    fn new(settings: Settings) -> Result<Self> {
        let channel = OpenOptions::new().write(true).open(&settings.channel)?;
        let info = channel.info()?;
        Ok(Self {
            settings,
            channel,
            info,
            has_sent: false,
        })
    }

    fn send_all(&mut self) -> Result<()> {
        if self.settings.binary {
            let mut bytes = Vec::new();
            // One more than the channel takes is enough to be told so.
            let read = io::stdin()
                .lock()
                .take(self.info.max_message + 1)
                .read_to_end(&mut bytes);
            read.map_err(|error| Stop::io("cannot read the input", &error))?;
            return self.send(bytes.iter().copied(), bytes.len());
        }
        if let Some(text) = self.settings.text.take() {
            return self.send_text(&text);
        }
        let mut lines = Lines::new(io::stdin().lock());
        while let Some(line) = lines.next()? {
            self.send_text(line)?;
        }
        Ok(())
    }

    fn send_text(&mut self, text: &str) -> Result<()> {
        let units = text.encode_utf16();
        let size = 2 * units.clone().count();
        self.send(units.flat_map(u16::to_le_bytes), size)
    }

    /// Sends a message as often as it is to be sent.
    fn send(&mut self, message: impl Iterator<Item = u8> + Clone, size: usize) -> Result<()> {
        let mut times = 0_u32;
        while self.settings.repeat == 0 || times < self.settings.repeat {
            if self.has_sent && !self.settings.interval.is_zero() {
                thread::sleep(self.settings.interval);
            }
            self.has_sent = true;
            if self.settings.in_place {
                self.write_in_place(message.clone(), size)?;
            } else {
                let bytes: Vec<u8> = message.clone().collect();
                self.channel.write(&bytes, self.settings.timeout)?;
            }
            times = times.saturating_add(1);
        }
        Ok(())
    }

    fn write_in_place(
        &self,
        message: impl Iterator<Item = u8>,
        size: usize,
    ) -> shmbroker::Result<()> {
        if self.info.kind == Some(Kind::Block) {
            let mut lock = self.channel.lock(self.settings.timeout)?;
            put(message, &mut lock); // what is too large, publish() refuses
            lock.publish(size)
        } else {
            let mut loan = self.channel.loan(size, self.settings.timeout)?;
            put(message, &mut loan);
            loan.commit(size)
        }
    }
}

fn put(message: impl Iterator<Item = u8>, memory: &mut [u8]) {
    for (place, byte) in memory.iter_mut().zip(message) {
        *place = byte;
    }
}

fn main() {
    #[cfg(windows)]
    input::exit_at_ctrl_c();
    process::exit(console::run("sender", |arguments| {
        Sender::new(read_settings(arguments)?)?.send_all()?;
        Ok(DONE)
    }))
}
