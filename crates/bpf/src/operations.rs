//! The operations of io_uring that the kernel audits, and the functions that do them.
//!
//! The kernel has a table of operations (`io_issue_defs`, io_uring/opdef.c; up to 6.2 `io_op_defs`), which says of each whether it is
//! left out (`audit_skip`). It differs from release to release, and so it is read from the running kernel's memory: its layout from
//! BTF, its address and the names of the functions from /proc/kallsyms.

use crate::offer::Offer;
use crate::selinux::memory::{Kernel, Memory};
use libbpf_rs::btf::types::{Composite, Enum, MemberAttr};
use libbpf_rs::btf::{Btf, HasSize};
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;

/// The table, and the type of its entries: newer, older.
const TABLES: [(&str, &str); 2] = [("io_issue_defs", "io_issue_def"), ("io_op_defs", "io_op_def")];

/// The operations that note the file of their descriptor, as the calls of these names do (`IORING_OP_FSETXATTR`,
/// `IORING_OP_FGETXATTR`), on kernels where the function that does it is the calls' own.
const OF_DESCRIPTORS: [u8; 2] = [41, 43];

/// `AUDITED_YES`, `AUDITED_FILE`.
const AUDITED_YES: u8 = 1;
const AUDITED_FILE: u8 = 2;

/// What is to be seen of operations.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Operations {
    /// By number, the function.
    functions: BTreeMap<u8, String>,
    /// Those that note the file of a descriptor.
    files: bool,
}

impl Operations {
    /// What the policy says of an operation (`enum audited`).
    pub fn audited(&self, operation: u8) -> u8 {
        let file = self.files && OF_DESCRIPTORS.contains(&operation);
        match self.functions.contains_key(&operation) {
            true if file => AUDITED_YES | AUDITED_FILE,
            true => AUDITED_YES,
            false => 0,
        }
    }

    /// The functions, each once.
    pub fn functions(&self) -> BTreeSet<&str> {
        self.functions.values().map(String::as_str).collect()
    }

    /// Whether any notes the file of a descriptor.
    pub fn notes_files(&self) -> bool {
        self.files
    }

    /// Reads the running kernel's table, or says why it cannot.
    pub fn of(offer: &Offer) -> Result<Self, String> {
        if !offer.audits_operations() {
            return Err("this kernel audits no operations of io_uring".into());
        }
        let btf = offer.btf().ok_or("no kernel BTF")?;
        let found = TABLES.iter().find_map(|(symbol, of)| Layout::of(btf, of).map(|layout| (*symbol, layout)));
        let (symbol, layout) = found.ok_or("no table of io_uring's operations in the kernel's BTF")?;
        let [table] = crate::offer::kernel_symbols([symbol]);
        if table == 0 {
            return Err(format!("/proc/kallsyms does not show {symbol} (kernel.kptr_restrict = 2?)"));
        }
        let mut kernel = Kernel::open().map_err(|e| format!("kernel memory cannot be read: {e:#}"))?;
        let addresses = layout.read(&mut kernel, table).ok_or_else(|| format!("{symbol} cannot be read"))?;
        let names = names(&addresses);
        let name = |(operation, address): (u8, u64)| {
            let found = names.get(&address).into_iter().flatten().find(|name| offer.function(name).is_some());
            let name = found.ok_or_else(|| format!("no function of operation {operation} in the kernel's BTF"))?;
            Ok((operation, name.clone()))
        };
        let functions = addresses.into_iter().map(name).collect::<Result<_, String>>()?;
        Ok(Self { functions, files: crate::hooks::reads_attributes_late(offer) })
    }

    /// Some, for tests that have no kernel to ask.
    #[cfg(test)]
    pub fn made_up(functions: &[(u8, &str)]) -> Self {
        Self { functions: functions.iter().map(|(op, name)| (*op, (*name).to_owned())).collect(), files: false }
    }
}

/// Where an entry of the table has what we ask.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct Layout {
    /// Bytes of an entry.
    size: u64,
    /// Offset of the pointer to the function.
    issue: u64,
    /// The bit that says that it is not audited, from the entry's begin.
    skip: u64,
    /// Entries.
    count: u8,
}

impl Layout {
    fn of(btf: &Btf<'_>, of: &str) -> Option<Self> {
        let entry: Composite<'_> = btf.type_by_name(of)?;
        let member = |name: &str| entry.iter().find(|m| m.name == Some(OsStr::new(name)));
        let MemberAttr::Normal { offset: issue } = member("issue")?.attr else { return None };
        let skip = match member("audit_skip")?.attr {
            MemberAttr::BitField { offset, .. } | MemberAttr::Normal { offset } => offset,
        };
        let count = count(btf)?;
        Some(Self { size: entry.size() as u64, issue: u64::from(issue) / 8, skip: skip.into(), count })
    }

    /// The functions of the operations that are audited, by address.
    fn read(self, memory: &mut impl Memory, table: u64) -> Option<BTreeMap<u8, u64>> {
        let mut found = BTreeMap::new();
        for operation in 0..self.count {
            let entry = table + u64::from(operation) * self.size;
            let [flags] = memory.bytes(entry + self.skip / 8)?;
            let issue = memory.pointer(entry + self.issue)?;
            if flags >> (self.skip % 8) & 1 == 0 && issue != 0 {
                found.insert(operation, issue);
            }
        }
        Some(found)
    }
}

/// `IORING_OP_LAST`: how many operations there are.
fn count(btf: &Btf<'_>) -> Option<u8> {
    let of = btf.type_by_name::<Enum<'_>>("io_uring_op")?;
    let last = of.iter().find(|v| v.name == Some(OsStr::new("IORING_OP_LAST")))?;
    u8::try_from(last.value).ok()
}

/// The names of functions, by address (proc_kallsyms).
fn names(of: &BTreeMap<u8, u64>) -> BTreeMap<u64, Vec<String>> {
    let wanted: BTreeSet<u64> = of.values().copied().collect();
    let mut found: BTreeMap<u64, Vec<String>> = BTreeMap::new();
    for line in std::fs::read_to_string("/proc/kallsyms").unwrap_or_default().lines() {
        let mut words = line.split_whitespace();
        let (Some(address), Some(_), Some(name)) = (words.next(), words.next(), words.next()) else { continue };
        let address = u64::from_str_radix(address, 16).unwrap_or_default();
        if wanted.contains(&address) {
            found.entry(address).or_default().push(name.to_owned());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::skel;

    struct Table(Vec<u8>);

    impl Memory for Table {
        fn read(&mut self, at: u64, into: &mut [u8]) -> Option<()> {
            let at = usize::try_from(at).ok()?.checked_sub(4096)?;
            into.copy_from_slice(self.0.get(at..)?.get(..into.len())?);
            Some(())
        }

        fn text(&mut self, _: u64) -> Option<Vec<u8>> {
            None
        }
    }

    #[test]
    fn what_is_left_out_and_what_is_not_there_is_not_audited() {
        let layout = Layout { size: 16, issue: 8, skip: 10, count: 3 };
        let entry = |skip: u8, issue: u64| [[0, skip, 0, 0, 0, 0, 0, 0], issue.to_ne_bytes()].concat();
        let mut table = Table([entry(0b1011, 7), entry(0b0100, 8), entry(0, 0)].concat());
        assert_eq!(layout.read(&mut table, 4096), Some(BTreeMap::from([(0, 7)])));
        assert_eq!(layout.read(&mut table, 4097 + 16), None, "it ends too early");
    }

    #[test]
    fn of_this_kernel_the_operations_that_open_and_connect_are_audited() {
        let offer = Offer::probe();
        match Operations::of(&offer) {
            Ok(found) => {
                assert_eq!(found.functions.get(&18).map(String::as_str), Some("io_openat"));
                assert_eq!((found.audited(16), found.audited(22)), (AUDITED_YES, 0), "connect, read");
            }
            Err(why) => println!("SKIPPED: {why}"),
        }
    }

    #[test]
    fn both_sides_number_alike() {
        assert_eq!(skel::enum_value("audited", "AUDITED_YES"), Some(AUDITED_YES.into()));
        assert_eq!(skel::enum_value("audited", "AUDITED_FILE"), Some(AUDITED_FILE.into()));
    }
}
