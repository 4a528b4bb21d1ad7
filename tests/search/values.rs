//! What to ask a recorded log for: the values that occur in it, and option sets made of them.

use std::collections::{BTreeMap, HashMap};

/// The values of each field, those met most often first.
pub struct Values {
    of: HashMap<String, Vec<String>>,
}

impl Values {
    /// Reads a log. `type` and `serial` count as fields; hexadecimal text is decoded.
    pub fn read(log: &[u8]) -> Self {
        let mut counts: HashMap<String, BTreeMap<String, usize>> = HashMap::new();
        for line in String::from_utf8_lossy(log).lines() {
            for word in line.split([' ', '\x1d']) {
                let word = word.trim_start_matches("msg='");
                let Some((name, value)) = word.split_once('=') else { continue };
                let (name, value) = match value.strip_prefix("audit(") {
                    Some(stamp) => ("serial", stamp.trim_end_matches("):").rsplit(':').next().unwrap_or_default()),
                    None => (name, value),
                };
                // (arguments and names of any length are asked for by shorter ones)
                if !value.is_empty() && value.len() < 200 {
                    *counts.entry(name.to_owned()).or_default().entry(text(name, value)).or_default() += 1;
                }
            }
        }
        let of = counts.into_iter().map(|(name, counts)| {
            let mut values: Vec<(String, usize)> = counts.into_iter().collect();
            values.sort_by_key(|(_, count)| usize::MAX - count); // (stable: the same at every run)
            (name, values.into_iter().map(|(value, _)| value).collect())
        });
        Self { of: of.collect() }
    }

    /// As many values of some fields as asked for, from the most frequent to the rarest.
    fn some(&self, fields: &[&str], count: usize) -> Vec<String> {
        let mut all: Vec<&String> = Vec::new();
        for field in fields {
            let values = self.of.get(*field).map(Vec::as_slice).unwrap_or_default();
            // (a torn number is refused, and a word with a dash is an option)
            let is_odd = |value: &str| {
                value.starts_with('-')
                    || value.starts_with(|first: char| first.is_ascii_digit()) && fields[0].ends_with("ses")
            };
            all.extend(values.iter().filter(|value| !is_odd(value) || value.parse::<i64>().is_ok()));
        }
        let step = (all.len() as f64 / count as f64).max(1.0);
        (0..count).filter_map(|at| all.get((at as f64 * step) as usize)).map(|value| (*value).clone()).collect()
    }
}

/// A value without quotes, decoded where the field is one that may be hexadecimal.
fn text(name: &str, value: &str) -> String {
    let bare = value.trim_matches(['\'', '"', '(', ')']);
    let encoded =
        ["comm", "exe", "name", "acct", "key", "vm"].contains(&name) && value == bare && bare.len().is_multiple_of(2);
    let bytes: Option<Vec<u8>> = bare
        .as_bytes()
        .chunks(2)
        .map(|pair| std::str::from_utf8(pair).ok().and_then(|digits| u8::from_str_radix(digits, 16).ok()))
        .collect();
    match bytes.map(String::from_utf8) {
        // an option's value ends at a NUL, and keys are parted by \x01
        Some(Ok(decoded)) if encoded => decoded.split(['\0', '\x01']).next().unwrap_or_default().to_owned(),
        _ => bare.to_owned(),
    }
}

/// An option, whose values it takes, and how many of them.
#[rustfmt::skip]
const OPTIONS: [(&str, &[&str], usize); 38] = [
    ("-ui", &["uid"], 5), ("-ue", &["euid"], 4), ("-ul", &["auid"], 5), ("-ua", &["uid", "auid", "suid"], 5),
    ("--uid", &["UID", "acct"], 3), ("-ul", &["AUID"], 3), ("-ua", &["acct", "EUID"], 3),
    ("-gi", &["gid"], 3), ("-ge", &["egid"], 3), ("-ga", &["gid", "sgid"], 3), ("--gid", &["GID"], 2),
    ("-p", &["pid"], 5), ("--ppid", &["ppid"], 4), ("--session", &["ses"], 4), ("-p", &["opid", "spid", "vm-pid"], 3),
    ("-c", &["comm"], 7), ("-x", &["exe"], 7), ("-tm", &["terminal", "tty"], 5), ("-hn", &["hostname", "addr", "laddr"], 5),
    ("-f", &["name"], 7), ("--file", &["cwd", "path"], 4), ("-k", &["key"], 7), ("-sc", &["syscall"], 7),
    ("-e", &["exit"], 6), ("-m", &["type"], 16), ("-a", &["serial"], 6), ("-n", &["node"], 2), ("-vm", &["vm"], 2),
    ("-uu", &["uuid"], 2), ("-su", &["subj", "scontext", "vm-ctx", "label"], 4), ("-o", &["obj", "tcontext", "img-ctx"], 4),
    ("-se", &["subj", "tcontext", "scontext"], 4), ("-hn", &["saddr", "node"], 1), ("-f", &["file", "device", "new-disk"], 3),
    ("--comm", &["ocomm"], 2), ("-ul", &["oauid", "id"], 2), ("-k", &["op"], 1), ("-se", &["label", "apparmor"], 1),
];

/// Two options together, each with values of its fields.
#[rustfmt::skip]
const PAIRS: [[(&str, &[&str]); 2]; 14] = [
    [("-ui", &["uid"]), ("-sc", &["syscall"])], [("-ul", &["auid"]), ("-e", &["exit"])], [("-k", &["key"]), ("-c", &["comm"])],
    [("-x", &["exe"]), ("-m", &["type"])], [("-f", &["name"]), ("-ua", &["uid"])], [("-m", &["type"]), ("-m", &["type"])],
    [("-p", &["pid"]), ("-sv", &["success"])], [("-tm", &["tty"]), ("-x", &["exe"])], [("-sv", &["res"]), ("-m", &["type"])],
    [("-su", &["subj"]), ("-sv", &["success"])], [("-k", &["key"]), ("-k", &["key"])], [("-a", &["serial"]), ("-c", &["comm"])],
    [("-ue", &["euid"]), ("-ul", &["auid"])], [("-pp", &["ppid"]), ("-sc", &["syscall"])],
];

/// Those that are the same for all logs.
const FIXED: [&[&str]; 36] = [
    &["--just-one"],
    &["-m", "SYSCALL", "--just-one"],
    &["--eoe-timeout", "1"],
    &["-m", "ALL"],
    &["-sv", "yes"],
    &["-sv", "no"],
    &["-sv", "no", "-m", "USER_AUTH,USER_LOGIN,USER_CMD,USER_ACCT"],
    &["-sv", "yes", "-m", "CONFIG_CHANGE,AVC,LOGIN"],
    &["--arch", "b64"],
    &["--arch", "b32"],
    &["--arch", "b32", "-sc", "open"],
    &["--arch", "x86_64", "-sc", "openat"],
    &["-sc", "execve"],
    &["-sc", "connect"],
    &["-e", "EACCES"],
    &["-e", "-ENOENT"],
    &["--exit", "-EPERM"],
    &["-ui", "root"],
    &["-ua", "root"],
    &["-ul", "-1"],
    &["-gi", "root"],
    &["-p", "1"],
    &["-f", "/"],
    &["-f", "a"],
    &["-f", "/etc/shadow", "-w"],
    &["-x", "/usr", "-w"],
    &["-x", "s"],
    &["-c", "a", "-w"],
    &["-k", ""],
    &["-k", "e"],
    &["-k", "e", "-w"],
    &["-hn", "127.0.0.1"],
    &["-hn", "::1%2"],
    &["-hn", "::1", "-w"],
    &["-tm", "pts"],
    &["-se", "unconfined", "-w"],
];

/// The option sets for a log with these values, between these times (a date and a time each, in order).
pub fn option_sets(values: &Values, times: &[[String; 2]]) -> Vec<Vec<String>> {
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    let mut sets: Vec<Vec<String>> = FIXED.iter().map(|set| words(set)).collect();
    for (option, fields, count) in OPTIONS {
        for (at, value) in values.some(fields, count).into_iter().enumerate() {
            sets.push(words(&[option, &value]));
            let by_text = ["-c", "-x", "-tm", "-hn", "-f", "-k", "-su", "-o", "-se", "-vm", "-uu"].contains(&option);
            match (by_text, at % 3) {
                (true, 1) => sets.push(words(&[option, &value, "-w"])),
                (true, 2) => {
                    let part: String = value.chars().skip(1).take(4).collect();
                    sets.push(words(&[option, part.trim_start_matches('-')]));
                }
                _ => {}
            }
        }
    }
    for [(first, of_first), (second, of_second)] in PAIRS {
        for (one, other) in values.some(of_first, 2).iter().zip(values.some(of_second, 2)) {
            sets.push(words(&[first, one, second, &other]));
        }
    }
    for (at, [date, time]) in times.iter().enumerate() {
        sets.push(words(&["-ts", date, time]));
        sets.push(words(&["-te", date, time]));
        if let Some([last, ends]) = times.get(at + 1) {
            sets.push(words(&["-ts", date, time, "-te", last, ends]));
            sets.push(words(&["-ts", date, time, "-te", last, ends, "-m", "SYSCALL,USER_CMD"]));
        }
    }
    sets
}
