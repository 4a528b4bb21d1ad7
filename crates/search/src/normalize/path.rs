//! The whole name of a file.

/// Appends the name of a file relative to a directory; where it goes up (`..`), without what it goes up from.
///
/// A name that begins with a dot for want of a directory stays as it is.
pub(super) fn real_path(directory: &[u8], name: &[u8], out: &mut Vec<u8>) {
    let start = out.len();
    if name.first() != Some(&b'/') {
        out.extend_from_slice(directory);
        out.push(b'/');
    }
    out.extend_from_slice(name);
    let whole = out.get(start..).unwrap_or_default();
    if memchr::memmem::find(whole, b"..").is_some() && whole.first() != Some(&b'.') {
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
    let mut normal = Vec::with_capacity(path.len());
    for component in &kept {
        normal.push(b'/');
        normal.extend_from_slice(component);
    }
    if normal.is_empty() { b"/".to_vec() } else { normal }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_completed_and_cleaned() {
        for (directory, name, whole) in [
            ("/root", "a", "/root/a"),
            ("/root", "/etc/passwd", "/etc/passwd"),
            ("/root", "./a//b", "/root/./a//b"),
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
