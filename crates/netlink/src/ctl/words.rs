//! `-l -i`: arguments of system calls in the words that searches print for them in records.

use raudit_record::Kind;
use raudit_record::interpret::{Context, Interpreter};
use raudit_rules::print::Argument;

/// Knows the words; remembers names of users while a list is printed.
#[derive(Debug, Default)]
pub(super) struct Words {
    interpreter: Interpreter,
}

impl Words {
    /// What the argument's value stands for; hex where it stands for itself.
    pub(super) fn of(&mut self, argument: &Argument) -> Vec<u8> {
        let context = Context {
            kind: Kind::SYSCALL,
            arch: Some(argument.arch),
            syscall: Some(argument.syscall),
            arguments: argument.first.map(u64::from),
            enriched: None,
        };
        let mut text = Vec::new();
        let name = format!("a{}", argument.index);
        self.interpreter.value(&context, name.as_bytes(), format!("{:x}", argument.value).as_bytes(), &mut text);
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_have_words() {
        let mut words = Words::default();
        let mut word = |syscall, index, value, first| {
            let argument = Argument { arch: 0xc000_003e, syscall, index, value, first };
            String::from_utf8(words.of(&argument)).unwrap()
        };
        assert_eq!(word(257, 2, 0x42, [0, 0]), "O_RDWR|O_CREAT");
        assert_eq!(word(257, 0, 0xffff_ff9c, [0, 0]), "AT_FDCWD");
        assert_eq!(word(54, 2, 2, [0, 1]), "SO_REUSEADDR");
        assert_eq!(word(2, 2, 0o755, [0, 0x40]), "0755");
        assert_eq!(word(2000, 0, 0x1f, [0, 0]), "0x1f");
    }
}
