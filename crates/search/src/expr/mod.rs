//! Expressions over records, ausearch-expression(5): `--expr '\record_type == SYSCALL && auid >= 1000'`.
//!
//! * `token`: words and signs; `parse`: what they say, as an [`Expression`]; `timestamp`: `ts:1700000000.123:42`
//! * `fields`: the fields of a record as auparse splits them; `eval`: whether an expression holds of a record
//! * `regex`: extended regular expressions, those of the C library
//!
//! As in auparse, an expression is tested record by record, and holds of an event if it holds of one.

mod eval;
mod fields;
mod parse;
mod regex;
mod timestamp;
mod token;

pub use eval::Tester;
pub use fields::{Field, all as fields};
pub use parse::ParseError;

use regex::Regex;
use std::cmp::Ordering;

/// An expression.
#[derive(Debug)]
pub struct Expression(Node);

/// A part of an expression.
#[derive(Debug)]
enum Node {
    Not(Box<Self>),
    And(Box<Self>, Box<Self>),
    Or(Box<Self>, Box<Self>),
    /// `r=`, `r!=`: the field's text as it stands. The bool: equal.
    Raw(Name, bool, Vec<u8>),
    /// `i=`, `i!=`: what the field means.
    Interpreted(Name, bool, Vec<u8>),
    /// A user's or group's number.
    Id(Vec<u8>, Comparison, u32),
    /// `\timestamp`: seconds and milliseconds.
    Timestamp(Comparison, (i64, u64)),
    /// `\timestamp_ex`: and the serial.
    TimestampSerial(Comparison, (i64, u64, u64)),
    /// `\record_type`
    RecordType(Comparison, i64),
    /// `\regexp`: the record's text.
    Matches(Regex),
}

/// What a raw or interpreted text is asked of.
#[derive(Debug)]
enum Name {
    Field(Vec<u8>),
    /// A virtual field: it has no text, so that nothing holds of it.
    Virtual,
}

/// `<`, `<=`, `==`, `>`, `>=`, `!==`
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Comparison {
    Less,
    LessOrEqual,
    Equal,
    Greater,
    GreaterOrEqual,
    Unequal,
}

impl Comparison {
    /// Whether it holds of two values in this order.
    fn holds(self, order: Ordering) -> bool {
        match self {
            Self::Less => order.is_lt(),
            Self::LessOrEqual => order.is_le(),
            Self::Equal => order.is_eq(),
            Self::Greater => order.is_gt(),
            Self::GreaterOrEqual => order.is_ge(),
            Self::Unequal => order.is_ne(),
        }
    }
}
