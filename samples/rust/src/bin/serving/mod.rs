//! Takes requests, and answers them.

use std::time::Duration;

use shmbroker::{Channel, Kind, OpenOptions, Request, Status};

use crate::console::{self, Arguments, Result, Stop, DONE, TIMED_OUT};
use crate::text::text_of;
use crate::waiting::CtrlC;

const USAGE: &str = "\
Answers the calls of a ShmBroker service: TEXT with \"TEXT, said process 1234\".
Usage: server [OPTIONS]

  --channel NAME     The service's name [Echo]
  --count N          End after so many requests; otherwise go on until Ctrl-C
  --timeout MS       End when nobody has called for so many milliseconds; 0: answer who calls now. Otherwise wait for
                     ever

Text is UTF-16LE without a terminator. News and errors go to stderr.
";

/// Why it refuses: its own codes, for programs.
const NOTHING_SAID: i32 = 1;
const TOO_MUCH_SAID: i32 = 2;

struct Settings {
    channel: String,
    count: u32,
    timeout: Option<Duration>,
}

fn read_settings(arguments: &[String]) -> Result<Settings> {
    let given = Arguments::parse(arguments, USAGE, &["channel", "count", "timeout"], &[])?;
    if let [text, ..] = given.texts() {
        return Err(Stop::WrongUsage(format!("'{text}' is not an option")));
    }
    Ok(Settings {
        channel: given.value("channel").unwrap_or("Echo").into(),
        count: given.number("count")?.unwrap_or(0),
        timeout: console::timeout(given.number("timeout")?.unwrap_or(u32::MAX)),
    })
}

struct Server<'c> {
    settings: &'c Settings,
    channel: &'c Channel,
    max_answer: u64,
    taken: u32,
    refused: u32,
}

impl Server<'_> {
    fn run(&mut self, ctrl_c: &CtrlC) -> Result<i32> {
        let enough = |taken| self.settings.count != 0 && taken >= self.settings.count;
        let mut time_is_up = false;
        while !ctrl_c.was_pressed() && !enough(self.taken) {
            match self.channel.serve(self.settings.timeout) {
                Ok(Some(request)) => {
                    self.taken += 1;
                    self.answer(request)?;
                }
                Ok(None) => {
                    time_is_up = true;
                    break;
                }
                Err(error) if error.status() == Status::CANCELLED => break,
                Err(error) => return Err(error.into()),
            }
        }
        tell(format!(
            "requests taken: {}, refused: {}",
            self.taken, self.refused
        ));
        Ok(if time_is_up && self.taken == 0 {
            TIMED_OUT
        } else {
            DONE
        })
    }

    fn answer(&mut self, request: Request) -> Result<()> {
        if request.data().is_empty() {
            return self.refuse(request, NOTHING_SAID, "say something");
        }
        let caller = match request.caller() {
            Err(error) if error.status() == Status::STATE => return Ok(()), // who has asked is gone
            caller => caller?,
        };
        let mut text = String::new();
        text_of(request.data(), &mut text);
        text += &format!(", said process {}", caller.pid);
        let answer: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        if answer.len() as u64 > self.max_answer {
            return self.refuse(request, TOO_MUCH_SAID, "say less");
        }
        request.answer(&answer)?;
        Ok(())
    }

    fn refuse(&mut self, request: Request, code: i32, text: &str) -> Result<()> {
        self.refused += 1;
        request.refuse(code, text)?;
        Ok(())
    }
}

fn tell(what: String) {
    console::tell("server", what);
}

pub fn run(arguments: &[String]) -> Result<i32> {
    let settings = read_settings(arguments)?;
    let channel = OpenOptions::new()
        .server(true)
        .kind(Kind::Service)
        .open(&settings.channel)?;
    let ctrl_c = CtrlC::new(channel.canceller());
    let ctrl_c = ctrl_c.map_err(|error| Stop::io("cannot make an event", &error))?;
    tell(format!("serving channel '{}'", settings.channel));
    let mut server = Server {
        settings: &settings,
        channel: &channel,
        max_answer: channel.info()?.capacity,
        taken: 0,
        refused: 0,
    };
    server.run(&ctrl_c)
}
