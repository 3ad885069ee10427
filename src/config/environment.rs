//! The command line, completed by the environment, before clap reads it.
//!
//! clap can read variables too. But it takes an empty one for a value, keeps the white space around it, and calls the
//! flag by its name if the value of the variable is wrong. People write variables into files and charts, and know no
//! flag.

use std::collections::HashMap;
use std::ffi::OsString;

use clap::builder::Resettable;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, Command, CommandFactory, FromArgMatches};

use super::Cli;

/// A variable that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct BadVariable(String);

/// Why there are no settings: clap's own error, or what is wrong with a variable.
#[derive(Debug, thiserror::Error)]
pub enum BadCommandLine {
    #[error(transparent)]
    Flag(#[from] clap::Error),
    #[error(transparent)]
    Variable(#[from] BadVariable),
}

impl Cli {
    /// Reads the command line and the environment. A flag takes precedence over a variable. A variable that is empty is
    /// not set, and white space around a value is no part of it.
    ///
    /// # Errors
    /// Names whatever was set: the flag, or the variable.
    pub fn read(args: impl IntoIterator<Item = OsString>) -> Result<Self, BadCommandLine> {
        let mut args: Vec<OsString> = args.into_iter().collect();
        let command = Self::command();
        let (end, leaf) = subcommand(&command, &args);
        let mut taken = vec![];
        for arg in command.get_arguments().chain(leaf.get_arguments()) {
            let Some(variable) = Variable::of(arg).filter(|variable| !variable.is_given(&args)) else { continue };
            if !taken.iter().any(|other: &Variable| other.name == variable.name) {
                taken.push(variable);
            }
        }
        let inserted = taken.iter().map(|variable| {
            let mut word = OsString::from(format!("--{}=", variable.flag));
            word.push(&variable.value);
            word
        });
        drop(args.splice(end..end, inserted.collect::<Vec<_>>()));
        let names: HashMap<String, Variable> = taken.into_iter().map(|v| (format!("--{}", v.flag), v)).collect();
        let command = without_variables(command, &names);
        let read = command.try_get_matches_from(args).and_then(|matches| Self::from_arg_matches(&matches));
        read.map_err(|error| match said(&error, &names) {
            Some(words) => BadVariable(words).into(),
            None => error.into(),
        })
    }
}

/// A variable that is set, and the flag that it stands for.
struct Variable {
    name: String,
    flag: String,
    value: OsString,
    is_secret: bool,
}

impl Variable {
    fn of(arg: &Arg) -> Option<Self> {
        let (name, flag) = (arg.get_env()?.to_str()?, arg.get_long()?);
        let value = std::env::var_os(name)?;
        let value = match value.into_string() {
            Ok(text) => OsString::from(text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}')),
            Err(value) => value,
        };
        let is_secret = arg.is_hide_env_values_set();
        (!value.is_empty()).then(|| Self { name: name.to_owned(), flag: flag.to_owned(), value, is_secret })
    }

    /// Whether the command line has the flag, or the one that takes the same secret from a file, or not.
    fn is_given(&self, args: &[OsString]) -> bool {
        let flag = self.flag.strip_suffix("-file").unwrap_or(&self.flag);
        let words = args.iter().filter_map(|word| word.to_str()).take_while(|word| *word != "--");
        words.filter_map(|word| word.strip_prefix("--")).any(|word| {
            let name = word.split_once('=').map_or(word, |(name, _)| name);
            name.strip_suffix("-file").unwrap_or(name) == flag
        })
    }
}

/// The subcommand that the command line names, and where the words that name it end.
fn subcommand<'a>(command: &'a Command, args: &[OsString]) -> (usize, &'a Command) {
    let (mut end, mut leaf) = (1.min(args.len()), command);
    for (place, word) in args.iter().enumerate().skip(1) {
        if let Some(found) = leaf.find_subcommand(word) {
            (end, leaf) = (place + 1, found);
        }
    }
    (end, leaf)
}

/// The command, which reads no variable by itself but shows in its help what those are called.
fn without_variables(command: Command, taken: &HashMap<String, Variable>) -> Command {
    let unset = |arg: Arg| {
        let set = arg.get_env().is_some_and(|name| std::env::var_os(name).is_some());
        let flag = arg.get_long().map(|long| format!("--{long}")).unwrap_or_default();
        if set && !taken.contains_key(&flag) { arg.env(Resettable::<clap::builder::OsStr>::Reset) } else { arg }
    };
    command.mut_args(unset).mut_subcommands(|command| without_variables(command, taken))
}

/// What is wrong with a variable, if that is what clap's error is about.
fn said(error: &clap::Error, taken: &HashMap<String, Variable>) -> Option<String> {
    let flag = |kind| match error.get(kind) {
        // `--time-zone <TIME_ZONE>`
        Some(ContextValue::String(shown)) => taken.get(shown.split(' ').next().unwrap_or_default()),
        Some(ContextValue::Strings(shown)) => {
            shown.iter().find_map(|shown| taken.get(shown.split(' ').next().unwrap_or_default()))
        }
        _ => None,
    };
    let variable = flag(ContextKind::InvalidArg);
    if error.kind() == ErrorKind::ArgumentConflict {
        let (one, other) = (variable?, flag(ContextKind::PriorArg)?);
        let (first, second) = ((&one.name).min(&other.name), (&one.name).max(&other.name));
        return Some(format!("{first} and {second} are both set: unset one of them"));
    }
    let Variable { name, value, is_secret, .. } = variable?;
    let shown = if *is_secret { "its value".to_owned() } else { value.to_string_lossy().escape_debug().to_string() };
    let cause = match (error.get(ContextKind::ValidValue), std::error::Error::source(error)) {
        (Some(ContextValue::Strings(known)), _) => format!("it is not one of {}", known.join(", ")),
        (_, Some(cause)) => cause.to_string(),
        _ => "it is not a text in UTF-8".to_owned(),
    };
    Some(format!("{name}: {shown} cannot be used: {cause}"))
}
