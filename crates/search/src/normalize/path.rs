//! The whole name of a file.

use memchr::memmem;

/// Appends the name of a file relative to a directory, without `.`, `..` and what that goes up from.
///
/// A whole name without `..` stays as it is, and so does one in a directory whose name begins with a dot.
pub(super) fn real_path(directory: &[u8], name: &[u8], out: &mut Vec<u8>) {
    let start = out.len();
    let is_whole = name.first() == Some(&b'/');
    if !is_whole {
        out.extend_from_slice(directory);
        out.push(b'/');
    }
    out.extend_from_slice(name);
    let whole = out.get(start..).unwrap_or_default();
    let is_odd = |two: &[u8]| matches!(two, b"//" | b"/." | b"..");
    // most names are as they should be
    let is_normal = if is_whole {
        memmem::find(name, b"..").is_none()
    } else {
        // (the name may be empty, that of a descriptor)
        !whole.windows(2).any(is_odd) && whole.last() != Some(&b'/')
    };
    if !is_normal && whole.first() != Some(&b'.') {
        let path = normal(whole);
        out.truncate(start);
        out.extend_from_slice(&path);
    }
}

/// Without `.`, `..` and empty components.
fn normal(path: &[u8]) -> Vec<u8> {
    let mut kept: Vec<&[u8]> = Vec::new();
    for component in path.split(|&byte| byte == b'/') {
        match component {
            b"" | b"." => {}
            b".." => {
                kept.pop();
            }
            _ => kept.push(component),
        }
    }
    let mut normal = kept.join(&b'/');
    if path.first() == Some(&b'/') {
        normal.insert(0, b'/');
    }
    normal
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_completed_and_cleaned() {
        for (directory, name, whole) in [
            ("/root", "a", "/root/a"),
            ("/root", "/etc/passwd", "/etc/passwd"),
            ("/root", "./a//b", "/root/a/b"),
            ("/", "a", "/a"),
            ("/root", "", "/root"),
            ("/", "", "/"),
            ("/root", "a/", "/root/a"),
            ("root", "a/../b", "root/b"),
            ("/root", "/./a//b", "/./a//b"),
            ("/root", "../etc/passwd", "/etc/passwd"),
            ("/a/b", "../../c", "/c"),
            ("/a", "../..", "/"),
            ("/a", "/b/c/../d/./..", "/b"),
            ("/a", "x..y", "/a/x..y"),
            ("", "..", "/"),
            ("./x", "../a", "./x/../a"),
        ] {
            let mut out = b"!".to_vec();
            real_path(directory.as_bytes(), name.as_bytes(), &mut out);
            assert_eq!(String::from_utf8_lossy(&out), format!("!{whole}"), "{directory} {name}");
        }
    }
}
