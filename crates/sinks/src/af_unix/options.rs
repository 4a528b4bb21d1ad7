//! The arguments: `[MODE] [PATH] [string|binary] [QDEPTH]`, in any order.

use raudit_config::PluginFormat;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// Where readers look for the socket unless the arguments say otherwise.
const PATH: &str = "/run/audit/audispd_events";
/// Its permissions.
const MODE: u32 = 0o640;
/// Records queued for a reader.
const DEPTH: usize = 512;

/// What is to be offered where.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Options {
    /// The socket's permissions.
    pub mode: u32,
    /// The socket.
    pub path: PathBuf,
    /// What a reader gets: lines, or frames.
    pub format: PluginFormat,
    /// How many records are queued for a reader.
    pub depth: usize,
}

impl Options {
    /// Reads the arguments, without the program's name. What is odd is taken for a default, as auditd's program does, and told in the
    /// second part.
    ///
    /// # Errors
    /// The socket's directory cannot be opened.
    pub fn parse(args: impl Iterator<Item = OsString>) -> Result<(Self, Vec<String>), String> {
        let (mut mode, mut path, mut format, mut depth) = (None, None, None, None);
        let mut odd = Vec::new();
        for arg in args {
            let bytes = arg.as_bytes();
            if bytes.first().is_some_and(u8::is_ascii_digit) {
                // auditd tells them apart by their order.
                if mode.is_none() {
                    mode = permissions(&arg).or_else(|| complain(&mut odd, &arg, "no mode of a file, in octal"));
                } else {
                    depth = records(&arg).or_else(|| complain(&mut odd, &arg, "no number of records to queue"));
                }
            } else if bytes.contains(&b'/') {
                path = Some(in_a_directory(&arg)?);
            } else {
                format = match bytes {
                    b"string" => Some(PluginFormat::String),
                    b"binary" => Some(PluginFormat::Binary),
                    _ => {
                        odd.push(format!("argument {arg:?}: neither a mode, a path, a queue depth, string nor binary"));
                        format
                    }
                };
            }
        }
        let options = Self {
            mode: mode.unwrap_or(MODE),
            path: path.unwrap_or_else(|| PATH.into()),
            format: format.unwrap_or(PluginFormat::String),
            depth: depth.unwrap_or(DEPTH),
        };
        Ok((options, odd))
    }
}

fn complain<T>(odd: &mut Vec<String>, arg: &OsStr, what: &str) -> Option<T> {
    odd.push(format!("argument {arg:?}: {what}; the default is used"));
    None
}

/// Octal, and something in it: a socket for nobody is a mistake to auditd, too.
fn permissions(arg: &OsStr) -> Option<u32> {
    let mode = u32::from_str_radix(arg.to_str()?, 8).ok()?;
    (1..=0o777).contains(&mode).then_some(mode)
}

fn records(arg: &OsStr) -> Option<usize> {
    arg.to_str()?.parse().ok().filter(|&depth| depth > 0)
}

fn in_a_directory(arg: &OsStr) -> Result<PathBuf, String> {
    let path = Path::new(arg);
    // A name alone has the empty path as its parent; with a slash in it, it has another, or is the root.
    let dir = path.parent().unwrap_or(path);
    match std::fs::read_dir(dir) {
        Ok(_) => Ok(path.into()),
        Err(error) => Err(format!("cannot open {}, where the socket is to be: {error}", dir.display())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(args: &[&str]) -> (Options, usize) {
        let (options, odd) = Options::parse(args.iter().map(OsString::from)).unwrap();
        (options, odd.len())
    }

    #[test]
    fn arguments_come_in_any_order_and_have_defaults() {
        let default = Options { mode: 0o640, path: PATH.into(), format: PluginFormat::String, depth: 512 };
        assert_eq!(parse(&[]), (default.clone(), 0));
        let given = Options { path: "/tmp/s".into(), ..default.clone() };
        for args in [&["0640", "/tmp/s"][..], &["/tmp/s", "0640"], &["/tmp/s"], &["string", "/tmp/s"]] {
            assert_eq!(parse(args), (given.clone(), 0), "{args:?}");
        }
        let all = Options { mode: 0o600, format: PluginFormat::Binary, depth: 1000, ..given };
        for args in [["0600", "/tmp/s", "binary", "1000"], ["binary", "600", "1000", "/tmp/s"]] {
            assert_eq!(parse(&args), (all.clone(), 0), "{args:?}");
        }
        assert_eq!(parse(&["660", "00512"]).0, Options { mode: 0o660, ..default });
    }

    #[test]
    fn what_is_odd_is_told_and_the_default_taken() {
        let default = parse(&[]).0;
        for args in [&["0800"][..], &["0"], &["0640", "0"], &["0640", "1x"], &["STRING"], &["01777"], &[""], &["é"]] {
            assert_eq!(parse(args), (default.clone(), 1), "{args:?}");
        }
        assert_eq!(parse(&["640", "-5"]), (default, 1));
    }

    #[test]
    fn a_socket_has_to_be_in_a_directory() {
        for path in ["/nowhere/at/all/s", "/etc/passwd/s"] {
            assert!(Options::parse([OsString::from(path)].into_iter()).is_err(), "{path}");
        }
    }
}
