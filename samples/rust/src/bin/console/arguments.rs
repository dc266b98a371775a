use super::{Result, Stop};

/// A command line: `--name VALUE`, `--name=VALUE`, `--flag`, and texts anywhere between them.
/// Behind `--` everything is a text.
#[derive(Default)]
pub struct Arguments {
    options: Vec<(String, String)>,
    flags: Vec<String>,
    texts: Vec<String>,
}

impl Arguments {
    /// Sorts a command line. The names of options and of flags come without their dashes.
    pub fn parse(
        arguments: &[String],
        usage: &'static str,
        options: &[&str],
        flags: &[&str],
    ) -> Result<Self> {
        let mut parsed = Self::default();
        let mut rest = arguments.iter();
        while let Some(argument) = rest.next() {
            if argument == "--" {
                parsed.texts.extend(rest.cloned());
                break;
            }
            if argument == "-" || !argument.starts_with('-') {
                parsed.texts.push(argument.clone());
                continue;
            }
            let name = argument.trim_start_matches('-');
            let (name, value) = match name.split_once('=') {
                Some((name, value)) => (name, Some(value.to_string())),
                None => (name, None),
            };
            if name == "help" || name == "h" {
                return Err(Stop::Help(usage));
            } else if flags.contains(&name) && value.is_none() {
                parsed.flags.push(name.into());
            } else if options.contains(&name) {
                let value = value.or_else(|| rest.next().cloned());
                let value = value.ok_or_else(|| wrong(format!("--{name} needs a value")))?;
                parsed.options.push((name.into(), value));
            } else {
                return Err(wrong(format!("there is no option {argument}")));
            }
        }
        Ok(parsed)
    }

    pub fn texts(&self) -> &[String] {
        &self.texts
    }

    #[allow(dead_code)] // not every program has flags
    pub fn has(&self, flag: &str) -> bool {
        self.flags.iter().any(|given| given == flag)
    }

    /// The value that was given last.
    pub fn value(&self, option: &str) -> Option<&str> {
        self.options
            .iter()
            .rev()
            .find(|(name, _)| name == option)
            .map(|(_, value)| &**value)
    }

    pub fn number(&self, option: &str) -> Result<Option<u32>> {
        let parse = |value: &str| {
            let is_signed = value.starts_with('+'); // which Rust allows
            value.parse().ok().filter(|_| !is_signed).ok_or_else(|| {
                let most = u32::MAX;
                wrong(format!(
                    "--{option} is a number from 0 to {most}, not '{value}'"
                ))
            })
        };
        self.value(option).map(parse).transpose()
    }
}

fn wrong(what: String) -> Stop {
    Stop::WrongUsage(what)
}
