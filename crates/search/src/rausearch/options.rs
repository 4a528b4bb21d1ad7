//! The conditions on rausearch's command line.

use crate::needle::Needle;
use crate::pattern::Pattern;
use crate::query::Query;
use crate::text::in_any_base;
use crate::who::User;
use nix::unistd::{Group, User as Account};
use raudit_record::Kind;
use raudit_record::stamp::{UNKNOWN, kind_named};
use raudit_tables::record_type::RECORD_TYPE;
use raudit_tables::{arch, errno, syscall};
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

/// What `-ui` and `--session` take for no condition, as ausearch does, and
const NO_ID: u32 = u32::MAX;
/// what `-ul` and `--session` take for none: -1 is a login uid that was never set.
const NO_LOGIN: u32 = NO_ID - 1;

/// `PATH_MAX`: names of files are shorter.
const PATH_MAX: usize = 4096;

/// Adds a condition, given by its option's long form. Options that are no condition are passed over.
///
/// # Errors
/// What is wrong with the value, in ausearch's words.
pub(crate) fn add(query: &mut Query, long: &str, value: &OsStr) -> Result<(), String> {
    let text = value.as_bytes();
    let needle = || Some(Needle::new(text));
    match long {
        "message" => query.kinds.extend(kinds(value)?),
        "node" => query.nodes.push(text.to_vec()),
        "pid" => query.pid = Some(process(value, "Process")?),
        "ppid" => query.ppid = Some(process(value, "Parent process")?),
        "session" => query.session = session(value)?,
        "exit" => query.exit = Some(exit(value)?),
        "success" => query.success = Some(success(value)?),
        "arch" | "syscall" => return call(query, long, value),
        "uid" | "uid-effective" | "loginuid" | "uid-all" => return user(query, long, value),
        "gid" | "gid-effective" | "gid-all" => return group(query, long, value),
        "file" if text.len() >= PATH_MAX => return Err(format!("File name is too long {}", value.display())),
        "file" => query.file = needle(),
        "file-glob" => query.file_patterns.push(Pattern::glob(value)?),
        "file-regex" => query.file_patterns.push(Pattern::regex(value)?),
        "host" => query.host = needle(),
        "terminal" => query.terminal = needle(),
        "executable" => query.exe = needle(),
        "comm" => query.comm = needle(),
        "key" => query.key = needle(),
        "vm-name" => query.vm = needle(),
        "uuid" => query.uuid = needle(),
        "subject" => query.subject = needle(),
        "object" => query.object = needle(),
        "context" => (query.subject, query.object, query.any_context) = (needle(), needle(), true),
        _ => {}
    }
    Ok(())
}

fn user(query: &mut Query, long: &str, value: &OsStr) -> Result<(), String> {
    let signed = long == "loginuid";
    let who = match (number(value, u32::MAX), is_signed(value)) {
        (Some(id), _) => User::Number(id.map_err(|why| conversion("user ID", why, value))?),
        (None, true) if signed => User::Number(negative(value)?),
        (None, _) => {
            let known = value.to_str().and_then(|name| Account::from_name(name).ok().flatten());
            let what = match long {
                "uid" => "Effective user ID",
                "loginuid" => "Login user ID",
                _ => "User ID",
            };
            known.ok_or_else(|| format!("{what} is non-numeric and unknown ({})", value.display()))?;
            User::Name(value.as_bytes().to_vec())
        }
    };
    let none = if signed { NO_LOGIN } else { NO_ID };
    let given = Some(who).filter(|who| *who != User::Number(none));
    let asked = &mut query.who;
    match long {
        "uid" => asked.uid = given,
        "uid-effective" => asked.euid = given,
        "loginuid" => asked.auid = given,
        _ => (asked.uid, asked.euid, asked.auid, asked.any_user) = (given.clone(), given.clone(), given, true),
    }
    Ok(())
}

fn group(query: &mut Query, long: &str, value: &OsStr) -> Result<(), String> {
    let gid = match number(value, u32::MAX) {
        Some(gid) => gid.map_err(|why| conversion("group ID", why, value))?,
        None => {
            let known = value.to_str().and_then(|name| Group::from_name(name).ok().flatten());
            let what = if long == "gid-effective" { "Effective group ID" } else { "Group ID" };
            known.ok_or_else(|| format!("{what} is non-numeric and unknown ({})", value.display()))?.gid.as_raw()
        }
    };
    let given = Some(gid).filter(|gid| *gid != NO_ID);
    let asked = &mut query.who;
    match long {
        "gid" => asked.gid = given,
        "gid-effective" => asked.egid = given,
        _ => (asked.gid, asked.egid, asked.any_group) = (given, given, true),
    }
    Ok(())
}

/// `--arch`, which must come before a call's name; that one means this machine's calls otherwise.
fn call(query: &mut Query, long: &str, value: &OsStr) -> Result<(), String> {
    if long == "arch" {
        return match (query.arch, query.syscall) {
            (Some(_), Some(_)) => Err("Arch needs to be defined before the syscall".into()),
            (Some(_), None) => Err("Arch is already defined".into()),
            (None, _) => {
                let known = value.to_str().and_then(architecture);
                query.arch = Some(known.ok_or_else(|| format!("Unknown arch {}", value.display()))?);
                Ok(())
            }
        };
    }
    query.syscall = Some(match number(value, i32::MAX.unsigned_abs()) {
        Some(call) => {
            call.map_err(|why| format!("Syscall numeric conversion error ({why}) for {}", value.display()))?
        }
        None => {
            let arch = *query.arch.get_or_insert(arch::native());
            let known = syscall::table(arch).zip(value.to_str()).and_then(|(table, name)| table.number(name));
            known.ok_or_else(|| format!("Syscall {} not found", value.display()))?
        }
    });
    Ok(())
}

/// By width, name, or hexadecimal number.
fn architecture(text: &str) -> Option<u32> {
    let number = || u32::from_str_radix(text, 16).ok().filter(|number| arch::name(*number).is_some());
    arch::of_width_or_name(&text.to_ascii_lowercase()).or_else(number)
}

fn process(value: &OsStr, what: &str) -> Result<u32, String> {
    let number = number(value, i32::MAX.unsigned_abs());
    number.and_then(Result::ok).ok_or_else(|| format!("{what} id must be a numeric value, was {}", value.display()))
}

fn session(value: &OsStr) -> Result<Option<u32>, String> {
    let session = match number(value, u32::MAX) {
        Some(session) => session.map_err(|_| unconverted(value))?,
        None if is_signed(value) => negative(value)?,
        None => return Err(format!("Session id must be a numeric value, was {}", value.display())),
    };
    Ok(Some(session).filter(|session| *session != NO_LOGIN))
}

/// A number in any base, or the name of an error: `EPERM` is 1, `-EPERM` is -1.
fn exit(value: &OsStr) -> Result<i64, String> {
    let text = value.to_str().unwrap_or_default();
    let (name, sign) = text.strip_prefix('-').map_or((text, 1), |rest| (rest, -1));
    if name.starts_with(|c: char| c.is_ascii_digit()) {
        let whole = in_any_base(text.as_bytes()).filter(|(_, rest)| rest.is_empty());
        return whole.map(|(number, _)| number).ok_or_else(|| unconverted(value));
    }
    let number =
        errno::number(&name.to_ascii_uppercase()).ok_or_else(|| format!("Unknown errno, was {}", value.display()))?;
    Ok(sign * i64::from(number))
}

fn success(value: &OsStr) -> Result<bool, String> {
    match value.to_str() {
        Some("yes") => Ok(true),
        Some(text) if text.contains("yes") || text.contains("no") => Ok(false),
        _ => Err("Success must be 'yes' or 'no'.".into()),
    }
}

/// The types in a list; none for `ALL`.
fn kinds(list: &OsStr) -> Result<Vec<Kind>, String> {
    if list.is_empty() {
        return Err(valid_types());
    }
    if list.eq_ignore_ascii_case("ALL") {
        return Ok(Vec::new());
    }
    let named = list.as_bytes().split(|&b| b == b',').filter(|name| !name.is_empty());
    named.map(|name| Some(kind_named(name)).filter(|&kind| kind != UNKNOWN).ok_or_else(valid_types)).collect()
}

pub(crate) fn valid_types() -> String {
    let names: Vec<&str> = RECORD_TYPE.iter().map(|(_, name)| name).collect();
    format!("Valid message types are: ALL {} ", names.join(" "))
}

/// A number up to `most`, or what is wrong with it; nothing for what does not begin as one.
fn number(value: &OsStr, most: u32) -> Option<Result<u32, &'static str>> {
    let text = value.to_str().unwrap_or_default();
    if !value.as_bytes().first().is_some_and(u8::is_ascii_digit) {
        return None;
    }
    if !text.bytes().all(|b| b.is_ascii_digit()) || text.is_empty() {
        return Some(Err("Invalid argument"));
    }
    Some(text.parse().ok().filter(|number| *number <= most).ok_or("Numerical result out of range"))
}

fn is_signed(value: &OsStr) -> bool {
    matches!(value.as_bytes(), [b'-', digit, ..] if digit.is_ascii_digit())
}

/// A negative number, as the unsigned one of the same bits.
fn negative(value: &OsStr) -> Result<u32, String> {
    let number = exit(value)?;
    i32::try_from(number).map(i32::cast_unsigned).map_err(|_| unconverted(value))
}

fn unconverted(value: &OsStr) -> String {
    format!("Error converting {}", value.display())
}

fn conversion(what: &str, why: &str, value: &OsStr) -> String {
    format!("Numeric {what} conversion error ({why}) for {}", value.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(given: &[(&str, &str)]) -> Result<Query, String> {
        let mut query = Query::default();
        given.iter().try_for_each(|(long, value)| add(&mut query, long, OsStr::new(value)))?;
        Ok(query)
    }

    fn wrong(long: &str, value: &str) -> String {
        query(&[(long, value)]).unwrap_err()
    }

    #[test]
    fn users_by_number_and_name() {
        assert_eq!(query(&[("uid", "1000")]).unwrap().who.uid, Some(User::Number(1000)));
        assert_eq!(query(&[("uid", "root")]).unwrap().who.uid, Some(User::Name(b"root".to_vec())));
        assert_eq!(query(&[("loginuid", "-1")]).unwrap().who.auid, Some(User::Number(u32::MAX)));
        assert_eq!(query(&[("loginuid", "-2")]).unwrap().who.auid, None);
        assert_eq!(query(&[("uid", "4294967295")]).unwrap().who.uid, None);
        assert!(query(&[("uid-all", "0")]).unwrap().who.any_user);
        assert_eq!(wrong("uid", "12x"), "Numeric user ID conversion error (Invalid argument) for 12x");
        assert_eq!(
            wrong("gid", "4294967296"),
            "Numeric group ID conversion error (Numerical result out of range) for 4294967296"
        );
        assert_eq!(wrong("loginuid", "no such"), "Login user ID is non-numeric and unknown (no such)");
    }

    #[test]
    fn exit_codes() {
        let of = |value: &str| query(&[("exit", value)]).unwrap().exit;
        assert_eq!([of("-13"), of("0x10"), of("EPERM"), of("-EACCES")], [Some(-13), Some(16), Some(1), Some(-13)]);
        assert_eq!(wrong("exit", "ENOSUCH"), "Unknown errno, was ENOSUCH");
        assert_eq!(wrong("exit", "12z"), "Error converting 12z");
    }

    #[test]
    fn calls_of_an_architecture() {
        let of = |given: &[(&str, &str)]| query(given).map(|query| (query.arch, query.syscall));
        assert_eq!(of(&[("arch", "i386"), ("syscall", "open")]), Ok((Some(arch::I386), Some(5))));
        assert_eq!(of(&[("syscall", "59")]), Ok((None, Some(59))));
        assert!(of(&[("syscall", "execve")]).unwrap().0.is_some());
        let both = of(&[("syscall", "execve"), ("arch", "b64")]);
        assert_eq!(both.unwrap_err(), "Arch needs to be defined before the syscall");
        assert_eq!(wrong("syscall", "nosuch"), "Syscall nosuch not found");
        assert_eq!(wrong("arch", "z80"), "Unknown arch z80");
    }

    #[test]
    fn words_for_success() {
        assert_eq!(query(&[("success", "yes")]).unwrap().success, Some(true));
        assert_eq!(query(&[("success", "no")]).unwrap().success, Some(false));
        assert_eq!(wrong("success", "true"), "Success must be 'yes' or 'no'.");
    }
}
