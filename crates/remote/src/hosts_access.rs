//! hosts.allow and hosts.deny (hosts_access(5)), which auditd asks through libwrap under the name `auditd`.
//!
//! Rules are `daemons : clients [: options]`. The first rule of hosts.allow that matches decides, then the first of hosts.deny,
//! and else the connection is granted. Addresses are understood; nobody is asked for names. What would need that, or is not
//! understood, neither matches nor fails to match for sure: it grants nothing, and it refuses what it may be meant to refuse.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::net::IpAddr;
use std::path::{Path, PathBuf};

/// The names by which a rule means us.
const NAMES: [&str; 2] = ["auditd", "rauditd"];
/// A file larger than this is a mistake.
const LARGEST: u64 = 1 << 20;

/// Where the two files are.
#[derive(Clone, Debug)]
pub struct HostsAccess {
    /// hosts.allow.
    pub allow: PathBuf,
    /// hosts.deny.
    pub deny: PathBuf,
}

impl Default for HostsAccess {
    fn default() -> Self {
        Self { allow: "/etc/hosts.allow".into(), deny: "/etc/hosts.deny".into() }
    }
}

/// Whether somebody may connect.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Access {
    /// Yes.
    Granted,
    /// No.
    Refused,
    /// Not for sure, and so no: this rule or file could not be applied.
    Unsure(String),
}

/// Whether a rule matches.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Match {
    Yes,
    No,
    /// That depends on a name, or on what is not understood.
    Perhaps,
}

impl HostsAccess {
    /// Asks both files, which may have changed since the last time.
    pub fn ask(&self, from: IpAddr) -> Access {
        for (path, grants) in [(&self.allow, true), (&self.deny, false)] {
            let decided = match read(path) {
                Ok(text) => decide(&text, grants, from.to_canonical()),
                Err(why) => Some(Access::Unsure(why)),
            };
            match decided {
                Some(Access::Unsure(why)) => return Access::Unsure(format!("{}: {why}", path.display())),
                Some(access) => return access,
                None => {}
            }
        }
        Access::Granted
    }
}

fn read(path: &Path) -> Result<String, String> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(String::new()),
        Err(e) => return Err(format!("cannot open: {e}")),
    };
    let mut bytes = Vec::new();
    file.take(LARGEST + 1).read_to_end(&mut bytes).map_err(|e| format!("cannot read: {e}"))?;
    if bytes.len() as u64 > LARGEST {
        return Err(format!("larger than {LARGEST} bytes"));
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// What the first rule that may match says. A file `grants` or refuses, and a rule's option may say otherwise.
fn decide(text: &str, grants: bool, from: IpAddr) -> Option<Access> {
    // a backslash at the end of a line goes on in the next
    let text = text.replace("\\\n", "");
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let mut parts = parts(line).into_iter();
        let (Some(daemons), Some(clients)) = (parts.next(), parts.next()) else { continue };
        let options: Vec<&str> = parts.map(str::trim).filter(|option| !option.is_empty()).collect();
        let matched = both(listed(daemons, &daemon), listed(clients, &|pattern| client(pattern, from)));
        let grants = match options.as_slice() {
            [] => Some(grants),
            [word] if word.eq_ignore_ascii_case("allow") => Some(true),
            [word] if word.eq_ignore_ascii_case("deny") => Some(false),
            _ => None,
        };
        match (matched, grants) {
            (Match::No, _) | (Match::Perhaps, Some(true)) => {}
            (Match::Yes, Some(true)) => return Some(Access::Granted),
            (Match::Yes, Some(false)) => return Some(Access::Refused),
            (Match::Perhaps, _) | (Match::Yes, None) => {
                return Some(Access::Unsure(format!(
                    "only addresses and the options allow and deny are understood: {}",
                    line.trim()
                )));
            }
        }
    }
    None
}

/// The parts of a rule; colons in brackets are an address's.
fn parts(line: &str) -> Vec<&str> {
    let mut inside = false;
    line.split(|c| {
        match c {
            '[' => inside = true,
            ']' => inside = false,
            _ => {}
        }
        c == ':' && !inside
    })
    .collect()
}

fn both(a: Match, b: Match) -> Match {
    match (a, b) {
        (Match::No, _) | (_, Match::No) => Match::No,
        (Match::Yes, Match::Yes) => Match::Yes,
        _ => Match::Perhaps,
    }
}

/// Whether a list has what `pattern` knows: `a b EXCEPT c EXCEPT d` is `(a b) without (c without d)`.
fn listed(list: &str, pattern: &dyn Fn(&str) -> Match) -> Match {
    let is_separator = |c: char| c.is_whitespace() || c == ',';
    let words: Vec<&str> = list.split(is_separator).filter(|word| !word.is_empty()).collect();
    // from the right: what is left of what was excepted so far
    words.rsplit(|word| word.eq_ignore_ascii_case("EXCEPT")).fold(Match::No, |excepted, words| {
        let mut found = Match::No;
        for matched in words.iter().map(|word| pattern(word)) {
            found = match (found, matched) {
                (Match::Yes, _) | (_, Match::Yes) => Match::Yes,
                (Match::Perhaps, _) | (_, Match::Perhaps) => Match::Perhaps,
                _ => Match::No,
            };
        }
        let kept = match excepted {
            Match::Yes => Match::No,
            Match::No => Match::Yes,
            Match::Perhaps => Match::Perhaps,
        };
        both(found, kept)
    })
}

fn daemon(pattern: &str) -> Match {
    let name = pattern.split('@').next().unwrap_or(pattern);
    if name.eq_ignore_ascii_case("ALL") || NAMES.iter().any(|ours| name.eq_ignore_ascii_case(ours)) {
        // `auditd@address` is about one of our own addresses
        return if name.len() == pattern.len() { Match::Yes } else { Match::Perhaps };
    }
    if pattern.starts_with(['@', '/']) || pattern.contains(['*', '?']) { Match::Perhaps } else { Match::No }
}

fn client(pattern: &str, from: IpAddr) -> Match {
    let sure = |is_so| if is_so { Match::Yes } else { Match::No };
    if pattern.eq_ignore_ascii_case("ALL") {
        return Match::Yes;
    }
    if pattern.eq_ignore_ascii_case("LOCAL") && from.is_loopback() {
        return Match::Yes;
    }
    if let Some(prefix) = pattern.strip_suffix('.')
        && prefix.split('.').all(|part| part.parse::<u8>().is_ok())
    {
        return sure(matches!(from, IpAddr::V4(_)) && from.to_string().starts_with(pattern));
    }
    let (address, mask) = pattern.split_once('/').map_or((pattern, None), |(address, mask)| (address, Some(mask)));
    let bare = address.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(address);
    match (bare.parse::<IpAddr>(), mask) {
        (Ok(net), None) => sure(net.to_canonical() == from),
        (Ok(net), Some(mask)) => within(net, mask, from).map_or(Match::Perhaps, sure),
        // a name, a group of names, a file, a wildcard
        (Err(_), _) => Match::Perhaps,
    }
}

/// Whether an address is in `net/mask`; `None` for a mask that is none.
fn within(net: IpAddr, mask: &str, from: IpAddr) -> Option<bool> {
    match net {
        IpAddr::V4(net) => {
            let mask = match mask.parse::<std::net::Ipv4Addr>() {
                Ok(mask) => mask.to_bits(),
                Err(_) => ones(mask, 32)? as u32,
            };
            let IpAddr::V4(from) = from else { return Some(false) };
            Some(from.to_bits() & mask == net.to_bits())
        }
        IpAddr::V6(net) => {
            let mask = ones(mask, 128)?;
            let IpAddr::V6(from) = from else { return Some(false) };
            Some(from.to_bits() & mask == net.to_bits() & mask)
        }
    }
}

/// So many ones in front, in `width` bits.
fn ones(len: &str, width: u32) -> Option<u128> {
    let len = len.parse::<u32>().ok().filter(|&len| len <= width)?;
    let all = u128::MAX >> (128 - width);
    Some(all & !all.checked_shr(len).unwrap_or(0))
}

#[cfg(test)]
mod tests;
