//! Which system calls `perm=` takes for reads, writes and changes of attributes: the running kernel's own lists, which grow from release
//! to release (since 7.x, for one, stat is a read).

use crate::offer::addresses_of;
use crate::selinux::memory::{Kernel, Memory};
use raudit_rules::perm;
use raudit_tables::syscall;

/// Words of 32 bits in a list (`AUDIT_BITMASK_SIZE`, include/uapi/linux/audit.h).
const WORDS: usize = 64;

/// `AUDIT_CLASS_CHATTR`, `_READ`, `_WRITE` (the same file); the list of the 32-bit calls is the next one.
const LISTS: [(u64, u32); 3] = [(2, perm::ATTR), (4, perm::READ), (6, perm::WRITE)];

/// Calls that have been in a list ever since, by which it is known to be one; and one that is in none.
const EVER: [(&str, u32); 3] = [("fchmod", perm::ATTR), ("listxattr", perm::READ), ("unlinkat", perm::WRITE)];
const NEVER: &str = "getpid";

type List = [u32; WORDS];

/// The lists, by architecture as in [`ARCHES`](crate::classify::ARCHES), in the order of `LISTS`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Classes([[List; 3]; 2]);

impl Classes {
    /// The running kernel's; `None` where they cannot be read, or are no such lists.
    pub fn of_kernel() -> Option<Self> {
        // not the only thing of this name
        let places = addresses_of("classes");
        let mut kernel = if places.is_empty() { None } else { Kernel::open().ok() }?;
        places.into_iter().find_map(|at| Self::read(&mut kernel, at).filter(Self::is_sound))
    }

    /// Reads `classes` (kernel/auditfilter.c) at an address: pointers to the lists.
    fn read(memory: &mut impl Memory, at: u64) -> Option<Self> {
        let mut lists = [[[0; WORDS]; 3]; 2];
        for (arch, lists) in lists.iter_mut().enumerate() {
            for ((class, _), list) in LISTS.into_iter().zip(lists) {
                let from = memory.pointer(at + (class + arch as u64) * size_of::<u64>() as u64)?;
                let mut bytes = [0; WORDS * 4];
                memory.read(from, &mut bytes)?;
                list.iter_mut().zip(bytes.as_chunks().0).for_each(|(to, word)| *to = u32::from_ne_bytes(*word));
            }
        }
        Some(Self(lists))
    }

    fn is_sound(&self) -> bool {
        crate::classify::ARCHES.into_iter().enumerate().all(|(arch, token)| {
            let number = |name| syscall::table(token).and_then(|table| table.number(name));
            EVER.iter().all(|&(name, bit)| number(name).is_some_and(|nr| self.access(arch, nr) & bit != 0))
                && number(NEVER).is_some_and(|nr| self.access(arch, nr) == 0)
        })
    }

    /// The bits of [`perm`] that a call stands for.
    pub fn access(&self, arch: usize, nr: u32) -> u32 {
        let holds = |list: &List| list.get(nr as usize / 32).is_some_and(|word| word >> (nr % 32) & 1 != 0);
        let lists = self.0.get(arch).into_iter().flatten();
        lists.zip(LISTS).filter(|(list, _)| holds(list)).fold(0, |bits, (_, (_, bit))| bits | bit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    /// Memory made up of pieces.
    struct Pieces(BTreeMap<u64, Vec<u8>>);

    impl Memory for Pieces {
        fn read(&mut self, at: u64, into: &mut [u8]) -> Option<()> {
            let (start, bytes) = self.0.range(..=at).next_back()?;
            into.copy_from_slice(bytes.get((at - start) as usize..)?.get(..into.len())?);
            Some(())
        }

        fn text(&mut self, _: u64) -> Option<Vec<u8>> {
            None
        }
    }

    fn number(arch: usize, call: &str) -> u32 {
        syscall::table(crate::classify::ARCHES[arch]).unwrap().number(call).unwrap()
    }

    fn pieces() -> Pieces {
        let mut pieces = BTreeMap::from([(0x1000, Vec::new())]);
        for class in 0u64..10 {
            let at = 0x2000 + class * 0x100;
            pieces.get_mut(&0x1000).unwrap().extend(at.to_ne_bytes());
            let mut list = vec![0; WORDS * 4];
            for (name, bit) in EVER {
                let nr = number(class as usize % 2, name) as usize;
                if LISTS.iter().any(|&(first, of)| first == class & !1 && of == bit) {
                    list[nr / 8] |= 1 << (nr % 8);
                }
            }
            pieces.insert(at, list);
        }
        Pieces(pieces)
    }

    #[test]
    fn lists_are_read_and_known() {
        let classes = Classes::read(&mut pieces(), 0x1000).unwrap();
        assert!(classes.is_sound());
        assert_eq!(classes.access(0, number(0, "unlinkat")), perm::WRITE);
        assert_eq!(classes.access(1, number(1, "unlinkat")), perm::WRITE);
        assert_eq!(classes.access(0, number(0, "fchmod")), perm::ATTR);
        assert_eq!(classes.access(0, 4000), 0);
        assert_eq!(Classes::read(&mut pieces(), 0x3000), None);
    }

    #[test]
    fn other_things_are_no_lists() {
        let mut other = pieces();
        for (_, bytes) in other.0.range_mut(0x2000..) {
            bytes.fill(0xff);
        }
        assert!(!Classes::read(&mut other, 0x1000).unwrap().is_sound());
    }

    #[test]
    fn the_kernels_own_are_read() {
        match Classes::of_kernel() {
            Some(classes) => assert_eq!(classes.access(0, number(0, "fchown")) & perm::ATTR, perm::ATTR),
            None => println!("SKIPPED: no BPF, no audit, or no addresses in /proc/kallsyms"),
        }
    }
}
