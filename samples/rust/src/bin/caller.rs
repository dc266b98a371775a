//! caller.exe: calls a service, and prints its answers.

mod console;
mod input;
mod text;

use std::io::{self, Write};
use std::process;
use std::time::Duration;

use console::{Arguments, Result, Stop, DONE};
use input::Lines;
use shmbroker::{Channel, Kind, OpenOptions};
use text::text_of;

const USAGE: &str = "\
Calls a ShmBroker service with a text, or with the lines of its input, and prints each answer.
Usage: caller [OPTIONS] [TEXT]

  TEXT               What to call with. Without it, every line of the input (UTF-8) is a request
  --channel NAME     The service's name [Echo]
  --repeat N         How often to call with each text; 0: until Ctrl-C [1]
  --timeout MS       Milliseconds to wait for an answer [5000]

Text is sent and expected as UTF-16LE without a terminator.
";

struct Settings {
    channel: String,
    text: Option<String>,
    repeat: u32,
    timeout: Option<Duration>,
}

fn read_settings(arguments: &[String]) -> Result<Settings> {
    let given = Arguments::parse(arguments, USAGE, &["channel", "repeat", "timeout"], &[])?;
    if let [_, another, ..] = given.texts() {
        return Err(Stop::WrongUsage(format!(
            "one TEXT is enough, and '{another}' is another; is it a text in quotes?"
        )));
    }
    Ok(Settings {
        channel: given.value("channel").unwrap_or("Echo").into(),
        text: given.texts().first().cloned(),
        repeat: given.number("repeat")?.unwrap_or(1),
        timeout: console::timeout(given.number("timeout")?.unwrap_or(5000)),
    })
}

struct Caller {
    settings: Settings,
    channel: Channel,
    answer: String,
}

impl Caller {
    fn new(settings: Settings) -> Result<Self> {
        let channel = OpenOptions::new()
            .client(true)
            .kind(Kind::Service)
            .open(&settings.channel)?;
        Ok(Self {
            settings,
            channel,
            answer: String::new(),
        })
    }

    fn call_all(&mut self) -> Result<()> {
        if let Some(text) = self.settings.text.take() {
            return self.call(&text);
        }
        let mut lines = Lines::new(io::stdin().lock());
        while let Some(line) = lines.next()? {
            self.call(line)?;
        }
        Ok(())
    }

    /// Calls with a text as often as it is to be called with. A refusal is an error as any other, which
    /// has the server's code (`Error::refusal_code`).
    fn call(&mut self, text: &str) -> Result<()> {
        let request: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let mut times = 0_u32;
        while self.settings.repeat == 0 || times < self.settings.repeat {
            text_of(
                &self.channel.call(&request, self.settings.timeout)?,
                &mut self.answer,
            );
            let printed =
                writeln!(io::stdout(), "{}", self.answer).and_then(|()| io::stdout().flush());
            printed.map_err(|error| {
                Stop::io("cannot write: whoever read the output has gone", &error)
            })?;
            times = times.saturating_add(1);
        }
        Ok(())
    }
}

fn main() {
    #[cfg(windows)]
    input::exit_at_ctrl_c();
    process::exit(console::run("caller", |arguments| {
        Caller::new(read_settings(arguments)?)?.call_all()?;
        Ok(DONE)
    }))
}
