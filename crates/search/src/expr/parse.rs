//! From words and signs to an expression.

use super::regex::Regex;
use super::token::{Broken, Token, skip_blanks, token};
use super::{Comparison, Expression, Name, Node, timestamp};
use raudit_record::Kind;
use raudit_record::interpret::Meaning;
use raudit_record::stamp::{UNKNOWN, kind_named};
use thiserror::Error;

/// How many parentheses and `!` may stand within each other, and how many `&&` and `||` an expression may have in a row:
/// nobody needs so many, and each costs a piece of the stack.
const DEEPEST: usize = 256;

/// Why a text is no expression.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[error("--expr: column {column}: {what}")]
pub struct ParseError {
    /// The first column is 1; a column is a byte.
    pub column: usize,
    /// What is wrong there, and what is expected.
    pub what: String,
}

impl Expression {
    /// Reads an expression.
    ///
    /// # Errors
    /// It is none; the error says where.
    pub fn parse(text: &[u8]) -> Result<Self, ParseError> {
        let mut parser = Parser { text, rest: text, at: 0, token: Token::End, depth: 0 };
        parser.next()?;
        if parser.token == Token::End {
            return Err(parser.error("the expression is empty; write for example: auid >= 1000".to_owned()));
        }
        let node = parser.or()?;
        match parser.token {
            Token::End => Ok(Self(node)),
            _ => Err(parser.expected("&&, || or the end")),
        }
    }
}

struct Parser<'a> {
    text: &'a [u8],
    /// What follows the token.
    rest: &'a [u8],
    /// Where the token begins.
    at: usize,
    token: Token,
    depth: usize,
}

impl Parser<'_> {
    fn or(&mut self) -> Result<Node, ParseError> {
        let mut left = self.and()?;
        let depth = self.depth;
        while self.token == Token::Or {
            self.deeper()?;
            self.next()?;
            left = Node::Or(Box::new(left), Box::new(self.and()?));
        }
        self.depth = depth;
        Ok(left)
    }

    fn and(&mut self) -> Result<Node, ParseError> {
        let mut left = self.primary()?;
        let depth = self.depth;
        while self.token == Token::And {
            self.deeper()?;
            self.next()?;
            left = Node::And(Box::new(left), Box::new(self.primary()?));
        }
        self.depth = depth;
        Ok(left)
    }

    fn primary(&mut self) -> Result<Node, ParseError> {
        let depth = self.depth;
        self.deeper()?;
        let node = match &self.token {
            Token::Not => {
                self.next()?;
                Node::Not(Box::new(self.primary()?))
            }
            Token::Open => {
                self.next()?;
                let inner = self.or()?;
                if self.token != Token::Close {
                    return Err(self.expected("a closing parenthesis"));
                }
                self.next()?;
                inner
            }
            Token::Escape => self.escaped()?,
            Token::Text(name) => {
                let name = name.clone();
                self.field(name)?
            }
            _ => return Err(self.expected("a field, \"\\\", \"!\" or \"(\"")),
        };
        self.depth = depth;
        Ok(node)
    }

    /// `field op value`, from the field on.
    fn field(&mut self, name: Vec<u8>) -> Result<Node, ParseError> {
        let field = self.at;
        self.next()?;
        let Token::Compare(comparison) = self.token else { return self.text_of(Name::Field(name)) };
        self.next()?;
        let Token::Text(value) = &self.token else { return Err(self.expected("a value")) };
        if !matches!(Meaning::of(Kind::UNNAMED, &name), Meaning::User | Meaning::Group) {
            self.at = field;
            let what = format!("field \"{}\" is no user and no group: use r=, r!=, i= or i!=", name.escape_ascii());
            return Err(self.error(what));
        }
        let id =
            value.first().filter(|digit| digit.is_ascii_digit()).and_then(|_| str::from_utf8(value).ok()?.parse().ok());
        let id = id.ok_or_else(|| self.expected("a number up to 4294967295"))?;
        self.next()?;
        Ok(Node::Id(name, comparison, id))
    }

    /// `\regexp` and virtual fields, from the backslash on.
    fn escaped(&mut self) -> Result<Node, ParseError> {
        self.next()?;
        let Token::Text(name) = &self.token else { return Err(self.expected("the name of a virtual field")) };
        let read: fn(&mut Self, Comparison) -> Result<Node, ParseError> = match &name[..] {
            b"regexp" => return self.regexp(),
            b"timestamp" => |parser, comparison| {
                let (sec, milli, _) = parser.timestamp(false)?;
                Ok(Node::Timestamp(comparison, (sec, milli)))
            },
            b"timestamp_ex" => |parser, comparison| Ok(Node::TimestampSerial(comparison, parser.timestamp(true)?)),
            b"record_type" => |parser, comparison| Ok(Node::RecordType(comparison, parser.record_type()?)),
            _ => return Err(self.expected("timestamp, timestamp_ex, record_type or regexp after \"\\\"")),
        };
        self.next()?;
        let Token::Compare(comparison) = self.token else { return self.text_of(Name::Virtual) };
        self.next()?;
        let Token::Text(_) = self.token else { return Err(self.expected("a value")) };
        let node = read(self, comparison)?;
        self.next()?;
        Ok(node)
    }

    /// `op value` that compares text.
    fn text_of(&mut self, name: Name) -> Result<Node, ParseError> {
        let operator = self.token.clone();
        if !matches!(operator, Token::Raw(_) | Token::Interpreted(_)) {
            return Err(self.expected("an operator: r= r!= i= i!= == !== < <= > >="));
        }
        self.next()?;
        let Token::Text(value) = &self.token else { return Err(self.expected("a value")) };
        let value = value.clone();
        self.next()?;
        Ok(match operator {
            Token::Raw(equal) => Node::Raw(name, equal, value),
            Token::Interpreted(equal) => Node::Interpreted(name, equal, value),
            _ => return Err(self.expected("an operator")),
        })
    }

    fn regexp(&mut self) -> Result<Node, ParseError> {
        self.next()?;
        let (Token::Text(pattern) | Token::Regex(pattern)) = &self.token else {
            return Err(self.expected("a regular expression, between slashes or quotes"));
        };
        let regex = Regex::new(pattern).map_err(|why| self.error(format!("not a regular expression: {why}")))?;
        self.next()?;
        Ok(Node::Matches(regex))
    }

    /// `ts:SECONDS.MILLI[:SERIAL]`; what follows it is read next.
    fn timestamp(&mut self, with_serial: bool) -> Result<(i64, u64, u64), ParseError> {
        let form = if with_serial { "ts:SECONDS.MILLI:SERIAL" } else { "ts:SECONDS.MILLI" };
        let text = self.text.get(self.at..).unwrap_or_default();
        let (sec, milli, serial, rest) = timestamp::read(text, with_serial).ok_or_else(|| self.expected(form))?;
        if milli > 999 {
            return Err(self.error("milliseconds go up to 999".to_owned()));
        }
        self.rest = self.text.get(self.text.len() - rest.len()..).unwrap_or_default();
        Ok((sec, milli, serial))
    }

    fn record_type(&self) -> Result<i64, ParseError> {
        let Token::Text(name) = &self.token else { return Err(self.expected("a record type")) };
        match kind_named(name) {
            UNKNOWN => Err(self.expected("a record type, by name or number")),
            kind => Ok(i64::from(kind.0)),
        }
    }

    fn deeper(&mut self) -> Result<(), ParseError> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(self.error(format!("more than {DEEPEST} levels; write it as several searches")));
        }
        Ok(())
    }

    /// Goes on to the next token.
    fn next(&mut self) -> Result<(), ParseError> {
        let from = skip_blanks(self.rest);
        self.at = self.text.len() - from.len();
        let (rest, token) = token(from).map_err(|broken| match broken {
            Broken::Unexpected => {
                self.error(format!("unexpected \"{}\"", from.get(..1).unwrap_or_default().escape_ascii()))
            }
            Broken::Unclosed => self.error("what begins here has no end: close it with the same sign".to_owned()),
            Broken::Escape => self.error(
                "in this text a backslash stands before something else than a backslash or the sign \
                                          that ends it: double it"
                    .to_owned(),
            ),
        })?;
        (self.rest, self.token) = (rest, token);
        Ok(())
    }

    fn expected(&self, what: &str) -> ParseError {
        let from = self.text.get(self.at..self.text.len() - self.rest.len()).unwrap_or_default();
        let got = if from.is_empty() { "the end".to_owned() } else { format!("\"{}\"", from.escape_ascii()) };
        self.error(format!("expected {what}, got {got}"))
    }

    fn error(&self, what: String) -> ParseError {
        ParseError { column: self.at + 1, what }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn error(text: &str) -> (usize, String) {
        let error = Expression::parse(text.as_bytes()).unwrap_err();
        (error.column, error.what)
    }

    #[test]
    fn errors_point_at_the_column() {
        for (text, column, part) in [
            ("", 1, "empty"),
            ("  ", 3, "empty"),
            ("auid", 5, "an operator"),
            ("auid == ", 9, "a value, got the end"),
            ("auid == -1", 9, "a number"),
            ("auid == 4294967296", 9, "a number"),
            ("comm == 1", 1, "\"comm\" is no user"),
            ("comm r= (", 9, "a value, got \"(\""),
            ("(comm r= a", 11, "a closing parenthesis"),
            ("comm r= a b", 11, "the end, got \"b\""),
            ("comm = a", 6, "unexpected \"=\""),
            ("comm r= \"a", 9, "no end"),
            ("\\foo == 1", 2, "timestamp"),
            ("\\regexp 1 || \\regexp /a(/", 22, "not a regular expression"),
            ("\\timestamp == ts:1.1000", 15, "999"),
            ("\\timestamp == ts:1", 15, "ts:SECONDS.MILLI"),
            ("\\timestamp_ex == ts:1.1", 18, "SERIAL"),
            ("\\timestamp == ts:1.5:7", 21, "unexpected"),
            ("\\record_type == NOSUCH", 17, "a record type"),
            ("&& a", 1, "a field"),
        ] {
            let (at, what) = error(text);
            assert!(at == column && what.contains(part), "{text}: column {at}: {what}");
        }
    }

    #[test]
    fn the_depth_is_limited_and_the_length_is_not() {
        let deep = |n: usize| format!("{}a r= b{}", "(".repeat(n), ")".repeat(n));
        assert!(Expression::parse(deep(DEEPEST - 1).as_bytes()).is_ok());
        assert!(error(&deep(100_000)).1.contains("levels"));
        assert!(error(&"!".repeat(100_000)).1.contains("levels"));
        let row = |n: usize| ["a r= b"].repeat(n).join(" && ");
        assert!(Expression::parse(row(DEEPEST - 1).as_bytes()).is_ok());
        assert!(error(&row(100_000)).1.contains("levels"));
    }

    proptest! {
        #[test]
        fn any_text_is_an_expression_or_an_error(text: Vec<u8>, likely in "[a ri=!&|()\\\\\"/<>0ts:.]{0,40}") {
            let _unused = (Expression::parse(&text), Expression::parse(likely.as_bytes()));
        }
    }
}
