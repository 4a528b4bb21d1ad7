//! The kernel's functions that hooks are attached to: what else they are called, and the arguments that are read.
//!
//! Functions are renamed and get other arguments from release to release. Programs are written for one prototype; BTF says
//! whether the running kernel's is that one. If it is not, the function is as good as absent: nothing is read wrongly.

use crate::offer::Offer;
use libbpf_rs::btf::types::{Func, FuncProto, Ptr, Struct};
use libbpf_rs::btf::{Btf, ReferencesType};

/// A function as the programs know it.
#[derive(Debug)]
pub struct Target {
    /// Its name in the program's section, up to the newest release that has it.
    pub function: &'static str,
    /// What newer releases call it.
    pub also: &'static [&'static str],
    /// The arguments that are read, and the struct each points to.
    pub reads: &'static [(usize, &'static str)],
    /// How many arguments it has; `None` where no program reads behind them, where the result lies.
    pub arguments: Option<usize>,
}

const fn target(
    function: &'static str,
    also: &'static [&'static str],
    reads: &'static [(usize, &'static str)],
    arguments: Option<usize>,
) -> Target {
    Target { function, also, reads, arguments }
}

/// Functions that are not listed (the LSM's, and those of which a program reads nothing) need only exist.
static TARGETS: &[Target] = &[
    target("do_filp_open", &["do_file_open"], &[(1, "filename"), (2, "open_flags")], Some(3)),
    target("d_lookup", &[], &[(0, "dentry"), (1, "qstr")], Some(2)),
    target("security_inode_create", &[], &[(1, "dentry")], Some(3)),
    target("lookup_open", &[], &[(0, "nameidata"), (2, "open_flags")], Some(3)),
    target("terminate_walk", &[], &[(0, "nameidata")], None),
    target("getname_kernel", &[], &[], Some(1)),
    target("filename_lookup", &[], &[(1, "filename"), (3, "path")], Some(5)),
    target("do_mkdirat", &["filename_mkdirat"], &[(1, "filename")], None),
    target("do_mknodat", &["filename_mknodat"], &[(1, "filename")], None),
    target("do_rmdir", &["filename_rmdir"], &[(1, "filename")], None),
    target("do_unlinkat", &["filename_unlinkat"], &[(1, "filename")], None),
    target("do_symlinkat", &["filename_symlinkat"], &[(0, "filename"), (2, "filename")], None),
    target("do_linkat", &["filename_linkat"], &[(1, "filename"), (3, "filename")], None),
    target("do_renameat2", &["filename_renameat2"], &[(1, "filename"), (3, "filename")], None),
    target("path_parentat", &[], &[(0, "nameidata"), (2, "path")], Some(3)),
    target("__filename_parentat", &[], &[(1, "filename"), (3, "path")], Some(7)),
    target("lookup_one_qstr_excl", &["__lookup_hash"], &[(0, "qstr"), (1, "dentry")], None),
    target("vfs_rename", &[], &[(0, "renamedata")], Some(1)),
    target("mnt_want_write_file", &[], &[(0, "file")], Some(1)),
    target("do_getxattr", &[], &[(1, "dentry")], None),
    target("filename_create", &[], &[(1, "filename")], None),
    target("move_addr_to_kernel", &[], &[], Some(3)),
    target("security_socket_bind", &[], &[(1, "sockaddr")], Some(3)),
    target("security_socket_sendmsg", &[], &[(1, "msghdr")], Some(3)),
    target("__copy_msghdr_from_user", &[], &[(0, "msghdr")], Some(5)),
];

/// Functions that make an entry, in the order of `entry_argument` (bpf/maps.h).
pub(crate) const CREATES: [&str; 5] = ["vfs_create", "vfs_mkdir", "vfs_mknod", "vfs_symlink", "vfs_link"];

/// Functions of which one argument is read, wherever it is, and the next; what newer releases call them; and how many arguments
/// follow it before the result.
const WHEREVER: [(&str, &str, &str, usize); 3] = [
    ("may_delete", "may_delete_dentry", "dentry", 1),
    ("may_open", "may_open", "path", 2),
    ("do_file_open_root", "do_file_open_root", "open_flags", 0),
];

/// Where kernels before 5.17 do not tell a program how many arguments there are: those behind the entry.
const BEHIND_ENTRY: [usize; 5] = [2, 1, 2, 1, 1];

/// And how many there are of functions whose result is read.
const OLD_ARGUMENTS: [(&str, usize); 5] =
    [("getname_flags", 3), ("getname_uflags", 2), ("complete_getname", 1), ("getname", 1), ("lookup_open", 3)];

/// The running kernel's name of a function, or why no program can be attached to it.
pub(crate) fn resolve(offer: &Offer, function: &str) -> Result<String, String> {
    if let Some(n) = CREATES.iter().position(|&f| f == function)
        && let Some(parameters) = offer.parameters(function)
    {
        let behind = |at: usize| BEHIND_ENTRY.get(n).is_some_and(|count| parameters.len() == at + 1 + count);
        return match entry_argument(offer, function) {
            Some(at) if offer.old && !behind(at) => Err(other_count(function, parameters.len())),
            Some(_) => Ok(function.to_owned()),
            None => Err(format!("{function} has another prototype here: no argument is an entry")),
        };
    }
    if let Some(&(_, also, of, behind)) = WHEREVER.iter().find(|w| w.0 == function) {
        let name = [function, also].into_iter().find(|name| offer.function(name).is_some());
        let name = name.ok_or_else(|| format!("no function {function} in the kernel's BTF"))?;
        let count = offer.parameters(name).unwrap_or_default().len();
        return match argument(offer, function, of) {
            None => Err(format!("{name} has another prototype here: no argument is a struct {of} *")),
            Some(at) if count != at + 1 + behind => Err(other_count(name, count)),
            Some(_) => Ok(name.to_owned()),
        };
    }
    if let Some((_, expected)) = OLD_ARGUMENTS.iter().find(|(f, _)| offer.old && *f == function)
        && let Some(parameters) = offer.parameters(function)
        && parameters.len() != *expected
    {
        return Err(other_count(function, parameters.len()));
    }
    let Some(target) = TARGETS.iter().find(|t| t.function == function) else {
        return match offer.function(function) {
            Some(_) => Ok(function.to_owned()),
            None => Err(format!("no function {function} in the kernel's BTF")),
        };
    };
    let names = [function].into_iter().chain(target.also.iter().copied());
    let found = names.clone().find(|name| offer.function(name).is_some());
    let name =
        found.ok_or_else(|| format!("no function {} in the kernel's BTF", names.collect::<Vec<_>>().join(" or ")))?;
    fits(offer, target, name).map(|()| name.to_owned())
}

fn other_count(name: &str, count: usize) -> String {
    format!("{name} has another prototype here: {count} arguments")
}

/// Which argument of a function, under any of its names, points to such a struct: the first.
pub(crate) fn argument(offer: &Offer, function: &str, of: &str) -> Option<usize> {
    let also = WHEREVER.iter().find(|w| w.0 == function).map_or(function, |w| w.1);
    let parameters = [function, also].into_iter().find_map(|name| offer.parameters(name))?;
    parameters.iter().position(|p| p.as_deref() == Some(of))
}

fn fits(offer: &Offer, target: &Target, name: &str) -> Result<(), String> {
    let parameters = offer.parameters(name).unwrap_or_default();
    for &(at, of) in target.reads {
        if parameters.get(at).and_then(Option::as_deref) != Some(of) {
            return Err(format!("{name} has another prototype here: argument {at} is no struct {of} *"));
        }
    }
    match target.arguments {
        Some(count) if count != parameters.len() => {
            Err(format!("{name} has another prototype here: {} arguments, not {count}", parameters.len()))
        }
        _ => Ok(()),
    }
}

/// Which argument of a function that makes an entry is the entry: the last dentry.
pub(crate) fn entry_argument(offer: &Offer, function: &str) -> Option<usize> {
    offer.parameters(function)?.iter().rposition(|p| p.as_deref() == Some("dentry"))
}

/// The struct that each argument of a function points to, `None` for anything else.
pub(crate) fn parameters(btf: &Btf<'_>, function: &str) -> Option<Vec<Option<String>>> {
    let prototype: FuncProto<'_> = btf.type_by_name::<Func<'_>>(function)?.referenced_type().try_into().ok()?;
    Some(prototype.iter().map(|p| pointed_to(btf, p.ty)).collect())
}

/// Whether a function returns a pointer.
pub(crate) fn returns_pointer(btf: &Btf<'_>, function: &str) -> Option<bool> {
    let prototype: FuncProto<'_> = btf.type_by_name::<Func<'_>>(function)?.referenced_type().try_into().ok()?;
    Some(Ptr::try_from(prototype.referenced_type().skip_mods_and_typedefs()).is_ok())
}

fn pointed_to(btf: &Btf<'_>, of: libbpf_rs::btf::TypeId) -> Option<String> {
    let pointer = Ptr::try_from(btf.type_by_id::<libbpf_rs::btf::BtfType<'_>>(of)?.skip_mods_and_typedefs()).ok()?;
    let to = Struct::try_from(pointer.referenced_type().skip_mods_and_typedefs()).ok()?;
    to.name().map(|name| name.to_string_lossy().into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_running_kernels_prototypes_are_read() {
        let offer = Offer::made_up(true);
        if offer.function("filename_lookup").is_none() {
            eprintln!("SKIPPED: no kernel BTF here");
            return;
        }
        let parameters = offer.parameters("filename_lookup").unwrap();
        assert_eq!(parameters.get(1), Some(&Some("filename".to_owned())));
        assert_eq!(parameters.first(), Some(&None));
        assert!(entry_argument(&offer, "vfs_link").is_some_and(|at| at >= 3));
        assert_eq!(resolve(&offer, "filename_lookup").as_deref(), Ok("filename_lookup"));
    }

    #[test]
    fn another_prototype_is_refused_with_the_reason() {
        let offer = Offer::made_up(true);
        if offer.function("d_lookup").is_none() {
            eprintln!("SKIPPED: no kernel BTF here");
            return;
        }
        let wrong =
            |reads, arguments| fits(&offer, &target("d_lookup", &[], reads, arguments), "d_lookup").unwrap_err();
        assert!(wrong(&[(0, "qstr")], None).contains("argument 0 is no struct qstr *"));
        assert!(wrong(&[(5, "qstr")], None).contains("argument 5"));
        assert!(wrong(&[], Some(3)).contains("2 arguments, not 3"));
        assert!(resolve(&offer, "no_such_function").unwrap_err().contains("no function no_such_function"));
    }
}
