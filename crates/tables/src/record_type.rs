//! Record types: the number of a message and the name after `type=`.

pub use crate::generated::record_type::RECORD_TYPE;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_log() {
        assert!(RECORD_TYPE.is_sorted());
        let named =
            [(1006, "LOGIN"), (1300, "SYSCALL"), (1336, "URINGOP"), (1424, "LANDLOCK_DOMAIN"), (2000, "KERNEL")];
        for (number, name) in named {
            assert_eq!(RECORD_TYPE.name(number), Some(name));
            assert_eq!(RECORD_TYPE.number(name), Some(number));
        }
        assert_eq!(RECORD_TYPE.name(1500), Some("APPARMOR"));
    }

    #[test]
    fn requests_to_the_kernel_are_no_records() {
        for request in [1000, 1001, 1011, 1012, 1013, 1204, 1329] {
            assert_eq!(RECORD_TYPE.name(request), None);
        }
    }
}
