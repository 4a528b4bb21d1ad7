//! The words and signs of an expression.

use super::Comparison;
use nom::branch::alt;
use nom::bytes::complete::{tag, take_while, take_while1};
use nom::character::complete::char;
use nom::combinator::{map, value};
use nom::{IResult, Parser};

/// A word or a sign.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Token {
    And,
    Or,
    Not,
    Open,
    Close,
    /// `\`, which begins the name of a virtual field.
    Escape,
    Compare(Comparison),
    /// `r=`; the bool: not `r!=`.
    Raw(bool),
    /// `i=`
    Interpreted(bool),
    /// A word, or text in double quotes.
    Text(Vec<u8>),
    /// Text between slashes.
    Regex(Vec<u8>),
    End,
}

/// Where no token begins.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Broken {
    /// A byte that begins nothing.
    Unexpected,
    /// A quote or slash that is not closed.
    Unclosed,
    /// A backslash before something else than a backslash or the quote.
    Escape,
}

type Result<'a> = IResult<&'a [u8], Token>;

/// White space before a token.
pub(super) fn skip_blanks(input: &[u8]) -> &[u8] {
    let blanks = input.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\n')).count();
    input.get(blanks..).unwrap_or_default()
}

/// The first token, and what follows it. No white space may stand before it.
///
/// # Errors
/// There is none.
pub(super) fn token(input: &[u8]) -> std::result::Result<(&[u8], Token), Broken> {
    match input.first() {
        None => return Ok((input, Token::End)),
        Some(&quote @ (b'"' | b'/')) => return quoted(input, quote),
        _ => {}
    }
    (alt((sign, comparison, text_comparison, word))).parse(input).map_err(|_| Broken::Unexpected)
}

fn sign(input: &[u8]) -> Result<'_> {
    alt((
        value(Token::And, tag("&&")),
        value(Token::Or, tag("||")),
        value(Token::Open, char('(')),
        value(Token::Close, char(')')),
        value(Token::Escape, char('\\')),
    ))
    .parse(input)
}

fn comparison(input: &[u8]) -> Result<'_> {
    let is = |what: Comparison, text: &'static str| value(Token::Compare(what), tag(text));
    alt((
        is(Comparison::Unequal, "!=="),
        value(Token::Not, char('!')),
        is(Comparison::LessOrEqual, "<="),
        is(Comparison::Less, "<"),
        is(Comparison::GreaterOrEqual, ">="),
        is(Comparison::Greater, ">"),
        is(Comparison::Equal, "=="),
    ))
    .parse(input)
}

fn text_comparison(input: &[u8]) -> Result<'_> {
    alt((
        value(Token::Raw(true), tag("r=")),
        value(Token::Raw(false), tag("r!=")),
        value(Token::Interpreted(true), tag("i=")),
        value(Token::Interpreted(false), tag("i!=")),
    ))
    .parse(input)
}

fn word(input: &[u8]) -> Result<'_> {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    map(take_while1(is_part), |word: &[u8]| Token::Text(word.to_vec())).parse(input)
}

fn quoted(input: &[u8], quote: u8) -> std::result::Result<(&[u8], Token), Broken> {
    let mut text = Vec::new();
    let mut rest = input.get(1..).unwrap_or_default();
    loop {
        let plain = take_while::<_, _, nom::error::Error<&[u8]>>(|byte| byte != quote && byte != b'\\');
        let (after, part) = { plain }.parse(rest).map_err(|_| Broken::Unclosed)?;
        text.extend_from_slice(part);
        rest = match after {
            [b'\\', escaped, after @ ..] if *escaped == b'\\' || *escaped == quote => {
                text.push(*escaped);
                after
            }
            [b'\\', ..] => return Err(Broken::Escape),
            [_, after @ ..] => {
                return Ok((after, if quote == b'/' { Token::Regex(text) } else { Token::Text(text) }));
            }
            [] => return Err(Broken::Unclosed),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(text: &str) -> std::result::Result<Vec<Token>, Broken> {
        let mut rest = text.as_bytes();
        let mut all = Vec::new();
        loop {
            let (after, token) = token(skip_blanks(rest))?;
            if token == Token::End {
                return Ok(all);
            }
            all.push(token);
            rest = after;
        }
    }

    #[test]
    fn signs_words_and_texts() {
        let text = |text: &str| Token::Text(text.as_bytes().to_vec());
        assert_eq!(
            tokens("!(a_b-1 r= \"x\\\"\\\\\")&&\\regexp/a\\/b/").unwrap(),
            [
                Token::Not,
                Token::Open,
                text("a_b-1"),
                Token::Raw(true),
                text("x\"\\"),
                Token::Close,
                Token::And,
                Token::Escape,
                text("regexp"),
                Token::Regex(b"a/b".to_vec())
            ]
        );
        assert_eq!(tokens("r!=i=id i!=r= !==").unwrap().len(), 6);
        assert_eq!(tokens("a i b").unwrap(), [text("a"), text("i"), text("b")]);
        assert_eq!(tokens("!==!").unwrap(), [Token::Compare(Comparison::Unequal), Token::Not]);
    }

    #[test]
    fn what_is_no_token() {
        for (text, why) in [
            ("a = b", Broken::Unexpected),
            ("a | b", Broken::Unexpected),
            ("a & b", Broken::Unexpected),
            ("a\r", Broken::Unexpected),
            ("\"a", Broken::Unclosed),
            ("\"a\\", Broken::Escape),
            ("\"a\\n\"", Broken::Escape),
            ("/a\\\"/", Broken::Escape),
        ] {
            assert_eq!(tokens(text), Err(why), "{text}");
        }
    }
}
