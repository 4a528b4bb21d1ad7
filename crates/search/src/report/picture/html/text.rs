//! Text within a page.

use std::fmt::{self, Display, Formatter};

/// Text that is no markup, in an element or a quoted attribute.
pub(super) struct Escaped<'a>(pub(super) &'a str);

impl Display for Escaped<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let mut rest = self.0;
        while let Some(at) = rest.find(['&', '<', '>', '"', '\'']) {
            let (before, after) = rest.split_at(at);
            f.write_str(before)?;
            let mut after = after.chars();
            f.write_str(match after.next() {
                Some('&') => "&amp;",
                Some('<') => "&lt;",
                Some('>') => "&gt;",
                Some('"') => "&#34;",
                _ => "&#39;",
            })?;
            rest = after.as_str();
        }
        f.write_str(rest)
    }
}

#[cfg(test)]
mod tests {
    use super::Escaped;

    #[test]
    fn markup_becomes_text() {
        assert_eq!(Escaped("<a b='c'>&\"ä").to_string(), "&lt;a b=&#39;c&#39;&gt;&amp;&#34;ä");
        assert_eq!(Escaped("").to_string(), "");
    }
}
