//! Reads messages, and writes them to the output.

use std::fs::File;
use std::io::{self, Write};
use std::os::windows::io::AsHandle;

use shmbroker::{Channel, News, OpenOptions, Status};

use crate::console::{self, Arguments, Result, Stop, DONE, TIMED_OUT};
use crate::text::text_of;
use crate::waiting::{CtrlC, End, EventNotice, Notice, WindowNotice};

const USAGE: &str = "\
Prints what comes through a ShmBroker channel, a line for each message.
Usage: receiver [OPTIONS]

  --channel NAME     The channel's name [MapName]
  --count N          End after so many messages; otherwise go on until Ctrl-C
  --timeout MS       End when nothing has come for so many milliseconds; 0: read what there is. Otherwise wait for
                     ever
  --notify none|event|window
                     How to wait: none (in the read itself), event (ShmGetWaitHandle) or window
                     (ShmNotifyWindow) [none]
  --binary           Write the bytes of each message, and nothing between two messages
  --next             Begin with the next message, not with what the channel holds already
  --in-place         Look at each message where it lies in the shared memory

Text is expected as UTF-16LE and printed as UTF-8. News and errors go to stderr.
";

struct Settings {
    channel: String,
    count: u32,
    timeout_ms: u32,
    notify: String,
    binary: bool,
    next: bool,
    in_place: bool,
}

fn read_settings(arguments: &[String]) -> Result<Settings> {
    let options = ["channel", "count", "timeout", "notify"];
    let flags = ["binary", "next", "in-place"];
    let given = Arguments::parse(arguments, USAGE, &options, &flags)?;
    if let [text, ..] = given.texts() {
        return Err(Stop::WrongUsage(format!("'{text}' is not an option")));
    }
    let notify = given.value("notify").unwrap_or("none");
    if !["none", "event", "window"].contains(&notify) {
        let what = format!("--notify is none, event or window, not '{notify}'");
        return Err(Stop::WrongUsage(what));
    }
    Ok(Settings {
        channel: given.value("channel").unwrap_or("MapName").into(),
        count: given.number("count")?.unwrap_or(0),
        timeout_ms: given.number("timeout")?.unwrap_or(u32::MAX),
        notify: notify.into(),
        binary: given.has("binary"),
        next: given.has("next"),
        in_place: given.has("in-place"),
    })
}

/// How a read has ended.
enum Taken {
    Message(Option<News>),
    Nothing,
    Stopped,
}

struct Receiver<'c> {
    settings: &'c Settings,
    channel: &'c Channel,
    ctrl_c: &'c CtrlC,
    notice: Option<Box<dyn Notice + 'c>>,
    output: Output,
    buffer: Vec<u8>,
    size: usize, // of the message in the buffer
    received: u32,
}

impl<'c> Receiver<'c> {
    fn new(settings: &'c Settings, channel: &'c Channel, ctrl_c: &'c CtrlC) -> Result<Self> {
        let notice: Option<Box<dyn Notice>> = match &*settings.notify {
            "event" => Some(Box::new(EventNotice::new(ctrl_c, channel.wait_handle()?))),
            "window" => Some(Box::new(WindowNotice::new(ctrl_c, channel)?)),
            _ => None,
        };
        Ok(Self {
            settings,
            channel,
            ctrl_c,
            notice,
            output: Output::new(settings.binary)?,
            buffer: if settings.in_place {
                Vec::new()
            } else {
                vec![0; channel.info()?.max_message as usize]
            },
            size: 0,
            received: 0,
        })
    }

    fn run(&mut self) -> Result<i32> {
        let enough = |received| self.settings.count != 0 && received >= self.settings.count;
        let mut time_is_up = false;
        while !self.ctrl_c.was_pressed() && !enough(self.received) {
            match self.next()? {
                Taken::Message(news) => self.print(news)?,
                Taken::Stopped => break,
                Taken::Nothing => {
                    time_is_up = true;
                    break;
                }
            }
        }
        let lost = self.channel.stats()?.lost;
        tell(format!("messages read: {}, lost: {lost}", self.received));
        Ok(if time_is_up && self.received == 0 {
            TIMED_OUT
        } else {
            DONE
        })
    }

    /// Waits for a message and takes it.
    fn next(&mut self) -> Result<Taken> {
        let timeout_ms = self.settings.timeout_ms;
        if self.notice.is_none() {
            return self.take(timeout_ms);
        }
        loop {
            let taken = self.take(0)?;
            let notice = match (&taken, &mut self.notice) {
                (Taken::Nothing, Some(notice)) => notice,
                _ => return Ok(taken),
            };
            match notice.wait(timeout_ms) {
                Ok(End::Readable) => {}
                Ok(End::TimedOut) => return Ok(Taken::Nothing),
                Ok(End::Stopped) => return Ok(Taken::Stopped),
                Err(error) => return Err(Stop::io("cannot wait for the channel", &error)),
            }
        }
    }

    /// Takes a message into the buffer.
    fn take(&mut self, timeout_ms: u32) -> Result<Taken> {
        let taken = if self.settings.in_place {
            self.peek(timeout_ms)
        } else {
            self.read(timeout_ms)
        };
        match taken {
            Ok(Some(News::Unchanged)) => Ok(Taken::Nothing),
            Ok(news) => Ok(Taken::Message(news)),
            Err(error) => match error.status() {
                Status::EMPTY => Ok(Taken::Nothing),
                Status::CANCELLED => Ok(Taken::Stopped),
                _ => Err(error.into()),
            },
        }
    }

    fn read(&mut self, timeout_ms: u32) -> shmbroker::Result<Option<News>> {
        let received = self
            .channel
            .read(&mut self.buffer, console::timeout(timeout_ms))?;
        self.size = received.data.len();
        Ok(received.news)
    }

    fn peek(&mut self, timeout_ms: u32) -> shmbroker::Result<Option<News>> {
        loop {
            let peek = self.channel.peek(console::timeout(timeout_ms))?;
            let news = peek.news();
            peek.copy_to(&mut self.buffer);
            self.size = peek.len();
            match peek.release() {
                Err(error) if error.status() == Status::OVERTAKEN => {} // there is another one
                released => return released.map(|()| news),
            }
        }
    }

    fn print(&mut self, news: Option<News>) -> Result<()> {
        self.received += 1;
        let number = self.received;
        match news {
            Some(News::Lost) => tell(format!("messages before number {number} were lost")),
            Some(News::Redelivered) => tell(format!(
                "number {number} was taken before, by a reader that died or gave it back, \
                 and may have acted on it"
            )),
            _ => {}
        }
        let printed = self.output.print(&self.buffer[..self.size]);
        printed.map_err(|error| Stop::io("cannot write: whoever read the output has gone", &error))
    }
}

/// Standard output, which takes nothing but text where it is a console.
enum Output {
    Text(String),
    Bytes(File),
}

impl Output {
    fn new(binary: bool) -> Result<Self> {
        if !binary {
            return Ok(Self::Text(String::new()));
        }
        let output = io::stdout().as_handle().try_clone_to_owned();
        let output = output.map_err(|error| Stop::io("there is no output", &error))?;
        Ok(Self::Bytes(output.into()))
    }

    fn print(&mut self, message: &[u8]) -> io::Result<()> {
        match self {
            Self::Text(text) => {
                text_of(message, text);
                writeln!(io::stdout(), "{text}")?;
                io::stdout().flush()
            }
            Self::Bytes(output) => output.write_all(message),
        }
    }
}

fn tell(what: String) {
    console::tell("receiver", what);
}

pub fn run(arguments: &[String]) -> Result<i32> {
    let settings = read_settings(arguments)?;
    let mut options = OpenOptions::new();
    let channel = options
        .read(true)
        .next(settings.next)
        .open(&settings.channel)?;
    let ctrl_c = CtrlC::new(channel.canceller());
    let ctrl_c = ctrl_c.map_err(|error| Stop::io("cannot make an event", &error))?;
    let mut receiver = Receiver::new(&settings, &channel, &ctrl_c)?;
    tell(format!("reading channel '{}'", settings.channel));
    receiver.run()
}
