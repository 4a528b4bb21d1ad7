//! Whether a file of an event is the one that a rule names.
//!
//! The kernel compares inodes, the log has names: a file may have others (symbolic links, bind mounts, directories of their own roots).

use super::files::Item;
use super::fit::Fit;

/// A path item against a name in its plain form; with `under`, also if it is in the directory of that name.
pub(super) fn item(item: &Item<'_>, named: &[u8], under: bool) -> Fit {
    match (&item.path, &item.last) {
        (Some(path), _) => compare(path, named, under),
        // relative to a directory that no record names
        (None, Some(name)) if under || ends_with_part(named, name) => Fit::Unknown,
        (None, Some(_)) => Fit::Elsewhere,
        (None, None) => Fit::Unknown,
    }
}

/// A path against a name, both in their plain form.
pub(super) fn compare(path: &[u8], named: &[u8], under: bool) -> Fit {
    match path.strip_prefix(named) {
        Some([]) => Fit::Yes,
        Some([b'/', ..]) if under => Fit::Yes,
        Some(_) if under && named == b"/" => Fit::Yes,
        _ if ends_with_part(named, last(path)) => Fit::Renamed,
        _ => Fit::Elsewhere,
    }
}

/// Whether the last part of a path is this one.
fn ends_with_part(path: &[u8], part: &[u8]) -> bool {
    path.strip_suffix(part).is_some_and(|before| before.ends_with(b"/"))
}

fn last(path: &[u8]) -> &[u8] {
    path.rsplit(|&byte| byte == b'/').next().unwrap_or_default()
}
