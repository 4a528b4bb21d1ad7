//! `audisp-filter MODE CONF BINARY [ARG...]` and `audisp-filter --check CONF`.

use std::ffi::OsString;
use std::path::PathBuf;

/// What to do with the events that match.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Mode {
    /// The child gets all but these.
    Allowlist,
    /// The child gets these only.
    Blocklist,
}

/// The command line.
#[derive(Debug, Eq, PartialEq)]
pub(super) enum Options {
    /// Read the expressions and say whether they are any.
    Check(PathBuf),
    /// Filter.
    Run(Run),
}

/// What a filter is to do.
#[derive(Debug, Eq, PartialEq)]
pub(super) struct Run {
    pub(super) mode: Mode,
    /// The file of expressions.
    pub(super) conf: PathBuf,
    pub(super) binary: PathBuf,
    pub(super) args: Vec<OsString>,
}

const USAGE: &str = "usage: audisp-filter allowlist|blocklist CONF BINARY [ARG...], or audisp-filter --check CONF";

impl Options {
    /// Reads the arguments after the program's name.
    pub(super) fn parse(args: impl Iterator<Item = OsString>) -> Result<Self, String> {
        let mut args: Vec<OsString> = args.collect();
        match &args[..] {
            [check, conf] if check == "--check" => return Ok(Self::Check(conf.into())),
            [_, _, binary, ..] if !binary.is_empty() => {}
            _ => return Err(format!("not enough command line arguments; {USAGE}")),
        }
        let rest = args.split_off(3);
        let [mode, conf, binary] = &args[..] else { return Err(USAGE.to_owned()) };
        let mode = if mode.eq_ignore_ascii_case("allowlist") {
            Mode::Allowlist
        } else if mode.eq_ignore_ascii_case("blocklist") {
            Mode::Blocklist
        } else {
            return Err(format!("invalid mode {mode:?}: it is allowlist or blocklist; {USAGE}"));
        };
        Ok(Self::Run(Run { mode, conf: conf.into(), binary: binary.into(), args: rest }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Options, String> {
        Options::parse(line.split(' ').filter(|word| !word.is_empty()).map(OsString::from))
    }

    #[test]
    fn command_lines() {
        assert_eq!(parse("--check f").unwrap(), Options::Check("f".into()));
        let Options::Run(run) = parse("BlockList f b x --check").unwrap() else { panic!() };
        assert_eq!((run.mode, run.args.len()), (Mode::Blocklist, 2));
        for wrong in ["", "--check", "--check f b", "allowlist f", "denylist f b"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
