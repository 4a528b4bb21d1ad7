//! A text that is looked for in others.

use memchr::memmem::Finder;

/// A text, and whether others must be equal to it or need only contain it.
#[derive(Clone, Debug)]
pub struct Needle {
    finder: Finder<'static>,
    exact: bool,
}

impl Needle {
    /// Contained in what matches. All that there is contains the empty text.
    pub fn new(text: &[u8]) -> Self {
        Self { finder: Finder::new(text).into_owned(), exact: false }
    }

    /// From now on what matches is equal (`-w`).
    pub fn be_exact(&mut self) {
        self.exact = true;
    }

    /// Whether `text` matches.
    pub fn matches(&self, text: &[u8]) -> bool {
        if self.exact { text == self.finder.needle() } else { self.finder.find(text).is_some() }
    }

    /// The text itself.
    pub fn text(&self) -> &[u8] {
        self.finder.needle()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_or_all() {
        let mut needle = Needle::new(b"pass");
        assert!(needle.matches(b"/etc/passwd") && needle.matches(b"pass") && !needle.matches(b"pas"));
        needle.be_exact();
        assert!(!needle.matches(b"/etc/passwd") && needle.matches(b"pass") && needle.text() == b"pass");
        assert!(Needle::new(b"").matches(b"") && Needle::new(b"").matches(b"x"));
    }
}
