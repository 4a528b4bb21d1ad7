//! Where SELinux's structures keep what labels need, by the running kernel's BTF (security/selinux/ss/*.h).

use libbpf_rs::btf::types::{Array, Composite, MemberAttr};
use libbpf_rs::btf::{Btf, BtfType, HasSize};
use std::ffi::OsStr;

/// A member: its offset in the structure that the search began with, its size, and for an array its elements' number.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Place {
    /// Bytes from the structure's begin.
    pub at: u64,
    /// Bytes of one element when it is an array; 0 of what is neither structure nor array of them.
    pub size: u64,
    /// Elements, 1 unless it is an array.
    pub count: u32,
}

impl Place {
    /// The offset of an element.
    pub fn element(self, index: u32) -> u64 {
        self.at + u64::from(index) * self.size
    }
}

macro_rules! layout {
    ($($(#[$doc:meta])* $name:ident: $of:literal $path:literal;)*) => {
        /// Offsets of members, named after their structures.
        #[derive(Clone, Copy, Debug, Default)]
        pub struct Layout {
            $($(#[$doc])* pub $name: Place,)*
            /// `task_security_struct.sid`, since 6.18 `cred_security_struct.sid`.
            pub cred_sid: Place,
            /// Bytes of `struct sidtab_entry`.
            pub entry_size: u64,
        }

        impl Layout {
            /// Finds all of them, or says which this kernel has otherwise.
            pub fn of(btf: &Btf<'_>) -> Result<Self, String> {
                let find = |of, path| place(btf, of, path).ok_or_else(|| format!("no {of}.{path} in the kernel's BTF"));
                Ok(Self {
                    $($name: find($of, $path)?,)*
                    cred_sid: find("cred_security_struct", "sid").or_else(|_| find("task_security_struct", "sid"))?,
                    entry_size: structure(btf, "sidtab_entry").and_then(|t| size_of(*t)).ok_or("no struct sidtab_entry")?,
                })
            }
        }
    };
}

layout! {
    /// Whether a policy was loaded.
    state_initialized: "selinux_state" "initialized";
    /// Pointer to the policy.
    state_policy: "selinux_state" "policy";
    /// Pointer to the table of SIDs.
    policy_sidtab: "selinux_policy" "sidtab";
    /// The policy's number, which every change increases.
    policy_sequence: "selinux_policy" "latest_granting";
    /// Whether labels have levels.
    policy_mls: "selinux_policy" "policydb.mls_enabled";
    /// Arrays of names, by kind.
    policy_names: "selinux_policy" "policydb.sym_val_to_name";
    /// Tables of names, by kind: what the names' arrays leave out, too, such as a type's other names.
    policy_tables: "selinux_policy" "policydb.symtab";
    /// A table's chains.
    table_chains: "symtab" "table.htable";
    /// And their number.
    table_size: "symtab" "table.size";
    /// A link of a chain: the name,
    link_key: "hashtab_node" "key";
    /// what it names,
    link_datum: "hashtab_node" "datum";
    /// and the next one.
    link_next: "hashtab_node" "next";
    /// The number of a user,
    user_value: "user_datum" "value";
    /// a role,
    role_value: "role_datum" "value";
    /// a type,
    type_value: "type_datum" "value";
    /// a category,
    category_value: "cat_datum" "value";
    /// and where a sensitivity has its level: a pointer to it up to 6.9.
    level_value: "level_datum" "level";
    /// Trees of entries, by height.
    sidtab_roots: "sidtab" "roots";
    /// SIDs in the trees.
    sidtab_count: "sidtab" "count";
    /// Those of the kernel's own.
    sidtab_initial: "sidtab" "isids";
    /// Whether the policy has one.
    initial_set: "sidtab_isid_entry" "set";
    /// And its entry.
    initial_entry: "sidtab_isid_entry" "entry";
    /// Entries in a leaf of the trees.
    leaf: "sidtab_node_leaf" "entries";
    /// Pointers in an inner node.
    inner: "sidtab_node_inner" "entries";
    /// The user's number.
    entry_user: "sidtab_entry" "context.user";
    /// The role's.
    entry_role: "sidtab_entry" "context.role";
    /// The type's.
    entry_type: "sidtab_entry" "context.type";
    /// Length of the text of a label that this policy does not allow.
    entry_len: "sidtab_entry" "context.len";
    /// And the text.
    entry_text: "sidtab_entry" "context.str";
    /// The lower and the upper level.
    entry_level: "sidtab_entry" "context.range.level";
    /// A level's sensitivity.
    level_sensitivity: "mls_level" "sens";
    /// And its categories: a list of nodes.
    level_categories: "mls_level" "cat.node";
    /// The next node.
    node_next: "ebitmap_node" "next";
    /// Bits of a node.
    node_bits: "ebitmap_node" "maps";
    /// What its first bit stands for.
    node_start: "ebitmap_node" "startbit";
    /// Where in a credential's security part SELinux's begins.
    blob_cred: "lsm_blob_sizes" "lbs_cred";
    /// And in an inode's.
    blob_inode: "lsm_blob_sizes" "lbs_inode";
    /// An inode's SID.
    inode_sid: "inode_security_struct" "sid";
}

fn structure<'a>(btf: &'a Btf<'_>, name: &str) -> Option<Composite<'a>> {
    // the name may be a variable's as well
    btf.type_by_name(name).or_else(|| btf.type_by_kind::<Composite<'_>>().find(|t| t.name() == Some(OsStr::new(name))))
}

fn size_of(of: BtfType<'_>) -> Option<u64> {
    let of = of.skip_mods_and_typedefs();
    if let Ok(composite) = Composite::try_from(of) {
        return Some(composite.size() as u64);
    }
    match of.kind() {
        libbpf_rs::btf::BtfKind::Ptr => Some(8),
        libbpf_rs::btf::BtfKind::Int => {
            libbpf_rs::btf::types::Int::try_from(of).ok().map(|int| u64::from(int.bits) / 8)
        }
        _ => Some(0),
    }
}

fn place(btf: &Btf<'_>, of: &str, path: &str) -> Option<Place> {
    let mut inside = structure(btf, of)?;
    let mut at = 0;
    let mut names = path.split('.').peekable();
    while let Some(name) = names.next() {
        let member = inside.iter().find(|m| m.name == Some(OsStr::new(name)))?;
        let MemberAttr::Normal { offset } = member.attr else { return None };
        at += u64::from(offset) / 8;
        let ty = btf.type_by_id::<BtfType<'_>>(member.ty)?.skip_mods_and_typedefs();
        if names.peek().is_some() {
            inside = Composite::try_from(ty).ok()?;
        } else if let Ok(array) = Array::try_from(ty) {
            return Some(Place { at, size: size_of(array.contained_type())?, count: array.capacity() as u32 });
        } else {
            return Some(Place { at, size: size_of(ty)?, count: 1 });
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kernel_with_selinux_has_all_members() {
        let Ok(btf) = Btf::from_vmlinux() else { return println!("SKIPPED: no kernel BTF") };
        if structure(&btf, "selinux_state").is_none() {
            return println!("SKIPPED: this kernel was built without SELinux");
        }
        let layout = Layout::of(&btf).unwrap();
        assert_eq!(layout.policy_names.count, 8, "SYM_NUM");
        assert_eq!(layout.entry_level.count, 2);
        assert_eq!(layout.leaf.size, layout.entry_size);
        assert_eq!(layout.leaf.count, (4096 / layout.entry_size) as u32);
        assert_eq!((layout.inner.size, layout.inner.count), (8, 512));
        assert!(layout.sidtab_initial.size > layout.entry_size && layout.sidtab_initial.count >= 27);
    }

    #[test]
    fn members_of_members_are_found_and_others_not() {
        let Ok(btf) = Btf::from_vmlinux() else { return println!("SKIPPED: no kernel BTF") };
        let outer = place(&btf, "signal_struct", "rlim").unwrap();
        let inner = place(&btf, "task_struct", "signal");
        assert!(outer.count >= 16 && outer.size == 16);
        assert!(inner.is_some_and(|i| i.at > 0 && i.size == 8 && i.count == 1));
        assert!(place(&btf, "task_struct", "se.vruntime").is_some());
        assert_eq!(place(&btf, "task_struct", "se.no_such"), None);
        assert_eq!(place(&btf, "no_such_structure", "x"), None);
        assert!(place(&btf, "task_struct", "comm").is_some_and(|c| (c.size, c.count) == (1, 16)));
    }
}
