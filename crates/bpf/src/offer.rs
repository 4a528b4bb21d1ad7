//! What the running kernel offers. Probed by trying, never inferred from its version.

use crate::btf::KernelBtf;
use crate::clone::{self, Target};
use crate::operations::Operations;
use crate::selinux::memory::{self, Memory};
use crate::selinux::{Places, Selinux};
use crate::trial::Trial;
use crate::{libbpf_log, targets};
use libbpf_rs::btf::types::{Func, Ptr, Typedef};
use libbpf_rs::btf::{Btf, BtfType, ReferencesType};
use libbpf_rs::{MapHandle, MapType, libbpf_sys};
use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;
use std::ffi::OsStr;
use std::fmt;

/// How programs are attached.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Tier {
    /// fentry and fexit on just the named system calls and the functions that carry names.
    Fentry,
    /// The tracepoints every system call passes.
    Tracepoint,
}

impl fmt::Display for Tier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Fentry => "fentry",
            Self::Tracepoint => "tracepoint",
        })
    }
}

/// A security module that labels tasks. No more than one of them is active (`LSM_FLAG_EXCLUSIVE`).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[allow(missing_docs, reason = "their own names")]
pub enum Module {
    None,
    Selinux,
    AppArmor,
    Smack,
}

/// The result of the probe.
#[derive(Debug)]
pub struct Offer {
    /// Why no BPF program of ours can run here at all.
    pub unusable: Option<String>,
    /// Why the fentry tier is not to be had.
    pub no_fentry: Option<String>,
    /// A security module that writes `subj=`, and whose labels we cannot read.
    pub labels: Option<String>,
    /// The active one.
    pub module: Module,
    /// Address of AppArmor's `apparmor_blob_sizes`, by which its labels are found; 0 without AppArmor.
    pub apparmor: u64,
    /// Whether they are shown with a mode: the address of the kernel's variable that says so; 1: always.
    pub apparmor_modes: u64,
    /// Where SELinux's labels are found, when it is active and they can be read.
    pub selinux: Option<Places>,
    /// Whether the kernel notes the parent directory of every open with O_CREAT (up to 6.11), or only of a file that is not
    /// there yet: a change inside functions, which no probe sees. So this alone goes by the release.
    pub notes_every_parent: bool,
    /// Whether the working directory is noted with a call's first file (since 5.12), not only with its first name: a change
    /// inside functions, too.
    pub notes_cwd_of_files: bool,
    /// Whether the kernel forgets the result and the address of a task's call only with those of the next (up to 5.15).
    pub judges_by_last_call: bool,
    /// Whether the compiler has made two functions of the one that copies socket addresses, and others call only the second, to
    /// which no program can be attached.
    pub splits_addresses: bool,
    /// Whether a name that ends in slashes is taken for the entry it names (since 6.14): seen by no probe, either.
    pub takes_trailing_slashes: bool,
    /// Whether tasks may be preempted in the kernel's own code, where programs are therefore attached in copies (bpf/hook.h).
    pub preemptible: bool,
    /// The same of tracepoints: since 7.0 nothing keeps a task from being preempted in them (include/linux/tracepoint.h).
    pub preemptible_tracepoints: bool,
    /// Where the kernel keeps what it follows for rules that watch names.
    pub watches: Watches,
    /// Address of the kernel's clock (`struct timekeeper`); 0 when it cannot be known.
    pub timekeeper: u64,
    /// Whether a module that is refused early has a KERN_MODULE record, too: a change inside a function, so by the release.
    pub notes_failed_loads: bool,
    /// Whether openat2 has a record of its own (since 5.16).
    pub notes_how: bool,
    /// Whether the flags of a path walk have the numbers they have since 6.15: constants of the source, seen by no probe.
    pub walk_flags_renumbered: bool,
    /// Whether the kernel lacks what came with 5.17, so that it takes the other of the two objects (bpf/compat.h).
    pub old: bool,
    /// Bytes of a task's stack, for such a kernel; 0 where that cannot be seen.
    pub thread_size: u64,
    /// What came of trying the hooks out.
    pub trial: Trial,
    btf: KernelBtf,
    /// Asked for only when a rule is about them: reading them takes a walk through kernel memory.
    operations: OnceCell<Result<Operations, String>>,
    /// Functions asked for so far: a search in BTF walks tens of thousands of names.
    functions: RefCell<HashMap<String, Option<u32>>>,
    targets: RefCell<HashMap<String, Result<String, String>>>,
}

/// Addresses of the kernel's own (proc_kallsyms); 0 where they are not to be seen.
#[derive(Clone, Copy, Debug, Default)]
pub struct Watches {
    /// `audit_inode_hash` (kernel/auditfilter.c): rules that watch an inode.
    pub inode_hash: u64,
    /// `audit_filter_list`: all other rules.
    pub filter_list: u64,
    /// `audit_tree_ops` (kernel/audit_tree.c): by it the marks of watched trees are known among others.
    pub tree_ops: u64,
}

/// A function that exists on every kernel with names in audit: the target of the trial program.
const TRIAL_TARGET: &str = "security_path_mknod";

impl Offer {
    /// Tries what the tiers need.
    pub fn probe() -> Self {
        libbpf_log::capture();
        let (btf, unusable) = match KernelBtf::load() {
            Ok(btf) => (btf, no_ring()),
            Err(e) => (KernelBtf::none(), Some(format!("no kernel BTF (/sys/kernel/btf/vmlinux): {e:#}"))),
        };
        let module = active_module();
        let [inode_hash, filter_list, tree_ops, preemption, apparmor, apparmor_modes] = kernel_symbols([
            "audit_inode_hash",
            "audit_filter_list",
            "audit_tree_ops",
            "preempt_dynamic_mode",
            "apparmor_blob_sizes",
            "apparmor_display_secid_mode",
        ]);
        let (labels, apparmor, selinux) = security_labels(module, apparmor);
        let watches = Watches { inode_hash, filter_list, tree_ops };
        let notes_every_parent = release().is_some_and(|r| r < (6, 12));
        let mut offer = Self {
            unusable,
            no_fentry: None,
            labels,
            module,
            apparmor,
            apparmor_modes: apparmor_modes.max(1),
            selinux,
            notes_every_parent,
            notes_cwd_of_files: release().is_none_or(|r| r >= (5, 12)),
            judges_by_last_call: release().is_some_and(|r| r < (5, 16)),
            splits_addresses: has_symbol("move_addr_to_kernel.part."),
            takes_trailing_slashes: release().is_some_and(|r| r >= (6, 14)),
            preemptible: false,
            preemptible_tracepoints: false,
            watches,
            timekeeper: timekeeper(),
            notes_failed_loads: patch().is_some_and(notes_failed_loads),
            notes_how: release().is_some_and(|r| r >= (5, 16)),
            walk_flags_renumbered: release().is_some_and(|r| r >= (6, 15)),
            btf,
            operations: OnceCell::new(),
            old: false,
            thread_size: 0,
            trial: Trial::Untried,
            functions: RefCell::default(),
            targets: RefCell::default(),
        };
        offer.try_programs(preemption);
        offer
    }

    /// Tries whether programs can be attached to functions, and how.
    fn try_programs(&mut self, preemption: u64) {
        self.no_fentry = match self.function(TRIAL_TARGET) {
            None => Some(format!("no function {TRIAL_TARGET} in the kernel's BTF")),
            Some(id) => {
                self.old = !clone::has_newer_helpers(id);
                clone::trial(id).err().map(|e| format!("fentry: {e}"))
            }
        };
        self.preemptible = !self.old && preemptible(preemption);
        self.preemptible_tracepoints = self.preemptible && release().is_none_or(|r| r >= (7, 0));
        if self.old {
            // the first task's stack lies between them (INIT_TASK_DATA, asm-generic/vmlinux.lds.h)
            let [start, end] = kernel_symbols(["__start_init_task", "__end_init_task"]);
            self.thread_size = end.saturating_sub(start);
        }
    }

    /// The struct that each argument of a kernel function points to; `None` for an argument that points to none.
    pub fn parameters(&self, name: &str) -> Option<Vec<Option<String>>> {
        targets::parameters(self.btf.get()?, name)
    }

    /// The running kernel's name of the function that programs know as this, or why none can be attached to it.
    pub fn target(&self, function: &str) -> Result<String, String> {
        if let Some(known) = self.targets.borrow().get(function) {
            return known.clone();
        }
        let found = targets::resolve(self, function);
        self.targets.borrow_mut().insert(function.to_owned(), found.clone());
        found
    }

    /// The operations of io_uring that this kernel audits, or why they are not known.
    pub fn operations(&self) -> Result<Operations, String> {
        self.operations.get_or_init(|| Operations::of(self)).clone()
    }

    /// Whether this kernel audits any.
    pub fn audits_operations(&self) -> bool {
        self.function("__audit_uring_exit").is_some()
    }

    /// Says what they are, in place of the kernel.
    #[cfg(test)]
    pub fn set_operations(&mut self, operations: Result<Operations, String>) {
        self.operations = OnceCell::from(operations);
    }

    /// Gives back the memory that the kernel's types take. What is asked again reads them anew: a hundredth of a second.
    pub fn forget_types(&mut self) {
        self.btf.forget();
    }

    /// The kernel's own.
    pub(crate) fn btf(&self) -> Option<&Btf<'static>> {
        self.btf.get()
    }

    /// Whether the names of an operation of io_uring are noted when it is done (since 7.0), not when it is taken in.
    pub fn names_delayed(&self) -> bool {
        self.function("complete_getname").is_some()
    }

    /// Whether the names of a call are copied in the order of its arguments: since the functions that take them are called for them.
    /// Before, the compiler chose: for x86 GCC begins with the last one.
    pub fn names_in_order(&self) -> bool {
        let last_first = || {
            cfg!(target_arch = "x86_64") && !std::fs::read_to_string("/proc/version").is_ok_and(|v| v.contains("clang"))
        };
        self.function("filename_renameat2").is_some() || !last_first()
    }

    /// Whether a kernel function returns a pointer.
    pub fn returns_pointer(&self, name: &str) -> bool {
        self.btf.get().and_then(|btf| targets::returns_pointer(btf, name)).unwrap_or(false)
    }

    /// The BTF id of a kernel function, when programs can be attached to it by name.
    pub fn function(&self, name: &str) -> Option<u32> {
        if let Some(&known) = self.functions.borrow().get(name) {
            return known;
        }
        let found = find(self.btf.get()?, name).map(|f| f.type_id().into());
        self.functions.borrow_mut().insert(name.to_owned(), found);
        found
    }

    /// A kernel function and its prototype.
    pub fn traced(&self, name: &str) -> Option<Target> {
        let function = self.function(name)?;
        let found = self.btf.get()?.type_by_id::<Func<'_>>(function.into())?;
        Some(Target { function, prototype: found.referenced_type_id().into() })
    }

    /// A tracepoint, as a typedef, and the prototype of its programs.
    pub fn traced_tracepoint(&self, name: &str) -> Option<Target> {
        let btf = self.btf.get()?;
        let typedef = btf.type_by_name::<Typedef<'_>>(&format!("btf_trace_{name}"))?;
        let pointer: Ptr<'_> = typedef.referenced_type().try_into().ok()?;
        Some(Target { function: typedef.type_id().into(), prototype: pointer.referenced_type_id().into() })
    }

    /// An offer made up for tests: these functions, and fentry or not.
    #[cfg(test)]
    pub fn made_up(fentry: bool) -> Self {
        Self {
            unusable: None,
            no_fentry: (!fentry).then(|| "fentry: refused".into()),
            labels: None,
            module: Module::None,
            apparmor: 0,
            apparmor_modes: 1,
            selinux: None,
            notes_every_parent: false,
            notes_cwd_of_files: true,
            judges_by_last_call: false,
            splits_addresses: false,
            takes_trailing_slashes: false,
            preemptible: false,
            preemptible_tracepoints: false,
            watches: Watches { inode_hash: 1, filter_list: 1, tree_ops: 1 },
            timekeeper: 1,
            notes_failed_loads: true,
            notes_how: true,
            walk_flags_renumbered: false,
            old: false,
            thread_size: 0,
            btf: KernelBtf::load().unwrap_or_else(|_| KernelBtf::none()),
            operations: OnceCell::new(),
            trial: Trial::Untried,
            functions: RefCell::default(),
            targets: RefCell::default(),
        }
    }
}

/// A function of the kernel. Where a structure has its name, as with many of io_uring's, the search by name ends there.
fn find<'a>(btf: &'a Btf<'_>, name: &str) -> Option<Func<'a>> {
    btf.type_by_name::<Func<'_>>(name).or_else(|| {
        btf.type_by_name::<BtfType<'_>>(name)?;
        btf.type_by_kind::<Func<'_>>().find(|f| f.name() == Some(OsStr::new(name)))
    })
}

/// Version and patch level of the running kernel.
fn release() -> Option<(u32, u32)> {
    patch().map(|(version, level, _)| (version, level))
}

/// The same, and the number within a stable series.
fn patch() -> Option<(u32, u32, u32)> {
    let name = nix::sys::utsname::uname().ok()?;
    let mut numbers = name.release().to_str()?.split(|c: char| !c.is_ascii_digit()).map(str::parse);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?, numbers.next().and_then(Result::ok).unwrap_or(0)))
}

/// Whether tasks are preempted in the kernel's own code. One that can do either (PREEMPT_DYNAMIC) has the mode in a variable
/// (`preempt_dynamic_mode`, kernel/sched/core.c), others tell by their name; one that does not tell is taken for one that does.
fn preemptible(mode_at: u64) -> bool {
    /// `preempt_dynamic_full`; lazy preemption comes behind it, and modes without before it.
    const FULL: u32 = 2;
    let name = nix::sys::utsname::uname().map(|n| n.version().to_string_lossy().into_owned()).unwrap_or_default();
    let mode = || Memory::word(&mut memory::Kernel::open().ok()?, mode_at);
    if name.contains("PREEMPT_DYNAMIC") { mode().is_none_or(|mode| mode >= FULL) } else { name.contains("PREEMPT") }
}

/// Since 6.17, and the releases of older series that took the change over.
fn notes_failed_loads(release: (u32, u32, u32)) -> bool {
    match release {
        (6, 6, n) => n >= 103,
        (6, 12, n) => n >= 43,
        (6, 15, n) => n >= 11,
        (6, 16, n) => n >= 2,
        (version, level, _) => (version, level) >= (6, 17),
    }
}

/// The clock is the first of the kernel's timekeepers, behind its sequence counter (`struct tk_data`, timekeeper_internal.h).
fn timekeeper() -> u64 {
    const COUNTER: u64 = 8;
    let found = kernel_symbols(["tk_core", "timekeeper_data"]).into_iter().find(|&at| at != 0);
    found.map_or(0, |at| at + COUNTER)
}

fn no_ring() -> Option<String> {
    let options =
        libbpf_sys::bpf_map_create_opts { sz: size_of::<libbpf_sys::bpf_map_create_opts>() as _, ..Default::default() };
    MapHandle::create(MapType::RingBuf, Some("raudit_trial"), 0, 0, 4096, &options)
        .err()
        .map(|e| format!("no BPF ring buffer: {e:#}"))
}

fn active_module() -> Module {
    let list = std::fs::read_to_string("/sys/kernel/security/lsm").unwrap_or_default();
    let active = |name: &str| list.trim().split(',').any(|m| m == name);
    let enabled = || std::fs::read("/sys/module/apparmor/parameters/enabled").is_ok_and(|v| v.first() == Some(&b'Y'));
    match () {
        // without a policy too: the kernel then writes subj=kernel
        () if active("selinux") => Module::Selinux,
        () if active("apparmor") && enabled() => Module::AppArmor,
        () if active("smack") => Module::Smack,
        () => Module::None,
    }
}

/// Why the module's labels cannot be read; and where AppArmor's and SELinux's can. `apparmor`: its symbol's address.
fn security_labels(module: Module, apparmor: u64) -> (Option<String>, u64, Option<Places>) {
    match module {
        Module::None => (None, 0, None),
        Module::Selinux => match Selinux::open() {
            Ok(found) => (None, 0, Some(found.places)),
            Err(why) => (Some(format!("selinux labels (subj=, obj=) cannot be read: {why}")), 0, None),
        },
        Module::AppArmor => {
            let why = "apparmor labels (subj=) cannot be read: /proc/kallsyms does not tell where they are";
            ((apparmor == 0).then(|| why.to_owned()), apparmor, None)
        }
        Module::Smack => (Some("smack labels (subj=, obj=) are not rendered yet".to_owned()), 0, None),
    }
}

/// Whether the kernel has a symbol that begins so.
fn has_symbol(start: &str) -> bool {
    let symbols = std::fs::read_to_string("/proc/kallsyms").unwrap_or_default();
    symbols.lines().filter_map(|line| line.split_whitespace().nth(2)).any(|symbol| symbol.starts_with(start))
}

/// The addresses of kernel symbols (proc_kallsyms), 0 of one that has none or may not be seen.
pub(crate) fn kernel_symbols<const N: usize>(names: [&str; N]) -> [u64; N] {
    let symbols = std::fs::read_to_string("/proc/kallsyms").unwrap_or_default();
    let mut found = [0; N];
    for line in symbols.lines() {
        let mut words = line.split_whitespace();
        let (Some(address), Some(_), Some(symbol)) = (words.next(), words.next(), words.next()) else { continue };
        if let Some((_, to)) = names.iter().zip(&mut found).find(|(name, to)| **name == symbol && **to == 0) {
            *to = u64::from_str_radix(address, 16).unwrap_or_default();
        }
    }
    found
}

/// Every address that has this name: modules, and files of the kernel, may use it for themselves.
pub(crate) fn addresses_of(name: &str) -> Vec<u64> {
    let symbols = std::fs::read_to_string("/proc/kallsyms").unwrap_or_default();
    let of_name = symbols.lines().filter(|line| line.split_whitespace().nth(2) == Some(name));
    let addresses = of_name.filter_map(|line| u64::from_str_radix(line.split_whitespace().next()?, 16).ok());
    addresses.filter(|&at| at != 0).collect()
}
