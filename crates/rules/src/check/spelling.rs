//! What was probably meant by a word nobody knows.

/// The name nearest to `word`, if one is near: most are a letter left out, doubled, wrong or swapped with the next.
pub(super) fn nearest<'a>(word: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_ascii_lowercase();
    // Long words are no names, and comparing takes the product of the lengths.
    let length = word.chars().count();
    if !(2..=40).contains(&length) {
        return None;
    }
    let most = if length <= 3 { 1 } else { 2 };
    let distances = names.into_iter().filter(|name| name.len().abs_diff(word.len()) <= 2).map(|name| {
        let lower = name.to_ascii_lowercase();
        // Among equally near ones, the one that begins alike.
        let alike = word.bytes().zip(lower.bytes()).take_while(|(a, b)| a == b).count();
        ((strsim::damerau_levenshtein(&word, &lower), usize::MAX - alike), name)
    });
    distances.filter(|((distance, _), _)| *distance <= most).min_by_key(|(rank, _)| *rank).map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn finds_what_was_meant_and_else_nothing() {
        let names = ["open", "openat", "close", "opendir", "pipe"];
        for (word, meant) in
            [("opne", Some("open")), ("opnat", Some("openat")), ("CLSOE", Some("close")), ("xyzzy", None), ("o", None)]
        {
            assert_eq!(nearest(word, names), meant, "{word}");
        }
        assert_eq!(nearest(&"x".repeat(100_000), names), None);
        assert_eq!(nearest("\u{e9}\u{e9}", names), None);
    }
}
