//! How the user's locale writes a date.

use crate::when::number;
use chrono::{Duration, NaiveDate};

/// A date format, `%x` of a locale, as far as numbers go.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct DateForm(String);

/// `%x` of the C locale, and what `strptime` falls back to in any other.
const C: &str = "%m/%d/%y";

impl Default for DateForm {
    fn default() -> Self {
        Self(C.to_owned())
    }
}

impl DateForm {
    /// The form of the locale that `LC_ALL`, `LC_TIME` or `LANG` name; the C locale's if it is not installed.
    pub fn of_environment() -> Self {
        crate::nl_langinfo::date_format().map_or_else(Self::default, Self)
    }

    /// `2024-12-31`, whatever the locale.
    pub fn iso() -> Self {
        Self("%Y-%m-%d".to_owned())
    }

    /// The `strftime` format.
    pub fn format(&self) -> &str {
        &self.0
    }

    /// The date that `text` starts with, and the rest. Days beyond the month's end count on into the next.
    pub fn parse<'a>(&self, text: &'a str) -> Option<(NaiveDate, &'a str)> {
        parse_as(&self.0, text).or_else(|| parse_as(C, text))
    }
}

fn parse_as<'a>(format: &str, text: &'a str) -> Option<(NaiveDate, &'a str)> {
    let (mut year, mut month, mut day) = (None, None, None);
    let mut rest = text;
    let mut format = format.chars();
    while let Some(c) = format.next() {
        if c != '%' {
            rest = rest.strip_prefix(c)?;
            continue;
        }
        // `-` and `_` change padding only, which parsing does not mind.
        let directive = format.by_ref().find(|c| !matches!(c, '-' | '_' | '0' | 'E' | 'O'))?;
        let (part, max, digits) = match directive {
            'm' => (&mut month, 12, 2),
            'd' | 'e' => (&mut day, 31, 2),
            'y' => (&mut year, 99, 2),
            'Y' => (&mut year, 9999, 4),
            _ => return None,
        };
        let (value, after) = number(rest, max, digits)?;
        *part = Some(if directive == 'y' { value + if value < 69 { 2000 } else { 1900 } } else { value });
        rest = after;
    }
    let first = NaiveDate::from_ymd_opt(i32::try_from(year?).ok()?, month?, 1)?;
    let day = day.filter(|&day| day > 0)?;
    Some((first.checked_add_signed(Duration::days(i64::from(day) - 1))?, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_in_the_forms_of_several_locales() {
        let day = NaiveDate::from_ymd_opt(2026, 11, 2).unwrap();
        for (form, text) in [
            ("%m/%d/%y", "11/02/26"),
            ("%m/%d/%Y", "11/2/2026"),
            ("%d.%m.%Y", "02.11.2026"),
            ("%Y-%m-%d", "2026-11-02"),
        ] {
            assert_eq!(DateForm(form.to_owned()).parse(text), Some((day, "")), "{form}");
        }
        assert_eq!(
            DateForm::default().parse("11/02/2026"),
            Some((NaiveDate::from_ymd_opt(2020, 11, 2).unwrap(), "26"))
        );
        assert_eq!(DateForm::default().parse("0/1/26"), None);
        assert_eq!(DateForm::default().parse("13/01/26"), None);
        assert_eq!(DateForm("%d.%m.%Y".to_owned()).parse("11/02/26").unwrap().0, day);
    }
}
