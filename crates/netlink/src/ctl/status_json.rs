//! `rauditctl --status-json`: the state for programs, one JSON object.
//!
//! `state` has what `-s` shows of the audit system, `capture` what rauditd adds there, by the same names, and `plugins` an object for each
//! plugin: `name`, `runs`, `suspended`, `depth` and `deepest` (events in its queue, now and at most), `delivered`, `dropped`,
//! `restarts`, `spilled` (bytes that wait on disk). `plugins` is null when the kernel answers, which knows of none.

use crate::{Client, Error};
use serde_json::{Map, Value, json};

/// Asks for everything; gives the object with its newline.
pub(super) fn text(client: &mut Client) -> Result<Vec<u8>, Error> {
    let status = client.status()?;
    let state = object(&super::show::status_text(&status, false));
    let capture = client.describe()?;
    let plugins = match client.is_kernel() {
        true => Value::Null,
        false => client.plugins()?.iter().filter_map(|object| serde_json::from_slice::<Value>(object).ok()).collect(),
    };
    let whole = json!({
        "version": env!("CARGO_PKG_VERSION"),
        "state": state,
        "capture": object(&String::from_utf8_lossy(&capture)),
        "plugins": plugins,
    });
    Ok(format!("{whole:#}\n").into_bytes())
}

/// Lines of a name and a value. What has a name that was there before makes a list of it.
fn object(text: &str) -> Value {
    let mut members = Map::new();
    for line in text.lines() {
        let (name, rest) = line.split_once(' ').unwrap_or((line, ""));
        let value = rest.parse::<u64>().map_or_else(|_| Value::from(rest), Value::from);
        match members.get_mut(name) {
            None => drop(members.insert(name.into(), value)),
            Some(Value::Array(list)) => list.push(value),
            Some(first) => *first = Value::Array(vec![first.take(), value]),
        }
    }
    Value::Object(members)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_become_members() {
        let text = "enabled 1\nbackend netlink\nreason a b\nreason c\nreason 7\nalone\n";
        let expected = json!({"enabled": 1, "backend": "netlink", "reason": ["a b", "c", 7], "alone": ""});
        assert_eq!(object(text), expected);
        assert_eq!(object(""), json!({}));
    }
}
