//! The kernel's audit protocol, both ends of it.
