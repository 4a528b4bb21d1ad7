//! Socket families and IP protocols: `saddr_fam=inet`, `proto=tcp`.

pub use crate::generated::socket::{FAMILY, PROTOCOL};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_auditd_prints() {
        assert!(FAMILY.is_sorted());
        for (number, name) in [(1, "local"), (2, "inet"), (10, "inet6"), (16, "netlink"), (17, "packet"), (40, "vsock")]
        {
            assert_eq!(FAMILY.name(number), Some(name));
        }
        assert_eq!(FAMILY.name(0), None);
    }
}
