//! audisp-statsd.conf: lines `key = value` for `address`, `port` and `interval`, all three needed; `#` begins a comment.

use std::fs;
use std::num::NonZero;
use std::path::Path;
use std::time::Duration;

/// Where it is.
pub const FILE: &str = "/etc/audit/audisp-statsd.conf";

/// The settings.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Config {
    /// Name or address of the statsd server.
    pub address: String,
    /// Its UDP port.
    pub port: u16,
    /// How often metrics are sent.
    pub interval: Duration,
}

impl Config {
    /// Reads the file.
    ///
    /// # Errors
    /// A sentence: the file cannot be read, or what is wrong in which line.
    pub fn load(path: &Path) -> Result<Self, String> {
        let text = fs::read_to_string(path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
        Self::parse(&text).map_err(|why| format!("{}: {why}", path.display()))
    }

    fn parse(text: &str) -> Result<Self, String> {
        let (mut address, mut port, mut interval) = (None, None, None);
        for (number, line) in (1..).zip(text.lines()) {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let wrong = |why: &str| format!("line {number}: {why}");
            let (key, value) = line.split_once('=').ok_or_else(|| wrong("\"key = value\" is expected"))?;
            // As auditd's program, which reads one word.
            let value = value.split_whitespace().next().ok_or_else(|| wrong("there is no value"))?;
            match key.trim_end() {
                "address" => address = Some(value.to_owned()),
                "port" => port = Some(value.parse::<NonZero<u16>>().map_err(|_| wrong("port is from 1 to 65535"))?),
                "interval" => {
                    let seconds = raudit_config::value::seconds(value).map_err(|why| wrong(&why))?;
                    let seconds = NonZero::new(seconds).ok_or_else(|| wrong("interval is at least 1s"))?;
                    interval = Some(Duration::from_secs(u64::from(seconds.get())));
                }
                key => return Err(wrong(&format!("unknown option \"{key}\""))),
            }
        }
        let missing = |key| format!("{key} is not set, and has no default");
        Ok(Self {
            address: address.ok_or_else(|| missing("address"))?,
            port: port.ok_or_else(|| missing("port"))?.get(),
            interval: interval.ok_or_else(|| missing("interval"))?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_three_keys_are_read() {
        let text = "# where\naddress = localhost\nport=8125 and more\n\ninterval =  10m\n";
        let config = Config { address: "localhost".into(), port: 8125, interval: Duration::from_secs(600) };
        assert_eq!(Config::parse(text).unwrap(), config);
        let default = include_str!("../../../../compat/audisp-statsd.conf");
        assert_eq!(Config::parse(default).unwrap(), Config { interval: Duration::from_secs(15), ..config });
    }

    #[test]
    fn what_is_wrong_is_told_by_line() {
        for (text, why) in [
            ("address = a\nport = 1\n", "interval is not set"),
            ("port = 1\ninterval = 1s\n", "address is not set"),
            ("address = a\nport = 0\n", "line 2: port"),
            ("port = 65536\n", "line 1: port"),
            ("interval = 0\n", "line 1: interval is at least"),
            ("interval = -1s\n", "line 1: "),
            ("interval = 5x\n", "line 1: "),
            ("address =\n", "line 1: there is no value"),
            ("address\n", "line 1: \"key = value\""),
            ("colour = red\n", "line 1: unknown option \"colour\""),
        ] {
            let error = Config::parse(text).unwrap_err();
            assert!(error.starts_with(why), "{text:?}: {error}");
        }
    }
}
