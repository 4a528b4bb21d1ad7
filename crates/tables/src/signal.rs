//! Signals: `sig=11` is `SIGSEGV`.

pub use crate::generated::signal::SIGNAL;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_31_classic_signals() {
        assert!(SIGNAL.is_sorted());
        assert_eq!(SIGNAL.iter().count(), 31);
        assert_eq!(SIGNAL.name(6), Some("SIGABRT"));
        assert_eq!(SIGNAL.number("SIGSYS"), Some(31));
    }
}
