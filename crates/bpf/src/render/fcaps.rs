//! BPRM_FCAPS: an execve by which a task gained capabilities otherwise than a plain root does.

use super::path::push_set;
use super::{FileCaps, Lookup, path};
use crate::fact;
use crate::wire::{Caps, Event, ExecCaps, section};
use raudit_record::text::{push_decimal, push_hex};

/// `SECBIT_NOROOT` (linux/securebits.h): root has no privileges of its own.
const NOROOT: u32 = 1;
/// All capabilities of the kernel: `CAP_LAST_CAP` is 40 since 5.9.
const FULL: u64 = (1 << 41) - 1;

/// The body of the record, if the kernel would write one; `exe` is the executable's path.
pub fn body(event: &Event<'_>, exe: Option<&[u8]>, lookup: &mut dyn Lookup) -> Option<Vec<u8>> {
    let caps = ExecCaps::decode(event.section(section::CAPS)?.data)?;
    let file = path::capabilities(event, &caps.exe, exe.unwrap_or_default(), lookup);
    let has_file_caps = file.is_none_or(|f| f != FileCaps::default());
    if !is_recorded(event, &caps, has_file_caps) {
        return None;
    }
    let mut out = b"fver=".to_vec();
    match &file {
        Some(file) => {
            push_hex(&mut out, file.version.into());
            push_set(&mut out, " fp=", file.permitted);
            push_set(&mut out, " fi=", file.inheritable);
            out.extend_from_slice(b" fe=");
            push_decimal(&mut out, file.effective.into());
        }
        None => out.extend_from_slice(b"? fp=? fi=? fe=?"),
    }
    for (names, sets) in [
        ([" old_pp=", " old_pi=", " old_pe=", " old_pa="], caps.before),
        ([" pp=", " pi=", " pe=", " pa="], caps.after),
    ] {
        let Caps { permitted, inheritable, effective, ambient } = sets;
        for (name, set) in names.into_iter().zip([permitted, inheritable, effective, ambient]) {
            push_set(&mut out, name, set);
        }
    }
    out.extend_from_slice(b" frootid=");
    push_decimal(&mut out, file.unwrap_or_default().rootid.into());
    Some(out)
}

/// The kernel's conditions (`nonroot_raised_pE`, security/commoncap.c): the effective set holds more than the ambient one and
/// this is no root with everything; or something kept a setuid root from having everything; or, without setuid, the file or
/// the ambient set brought something new.
fn is_recorded(event: &Event<'_>, caps: &ExecCaps<'_>, has_file_caps: bool) -> bool {
    let ExecCaps { before, after, .. } = caps;
    let (uid, euid) = (event.fact(fact::UID), event.fact(fact::EUID));
    let privileged_root = caps.securebits & NOROOT == 0;
    let full = after.effective & FULL == FULL;
    let more = |after: u64, before: u64| after & !before != 0;
    let plain_root = full && (euid == 0 || uid == 0) && privileged_root;
    let hindered = privileged_root && uid != 0 && euid == 0 && !full;
    let setuid = euid != caps.uid_before;
    let gained = (has_file_caps && more(after.permitted, before.permitted)) || more(after.ambient, before.ambient);
    (more(after.effective, after.ambient) && !plain_root) || hindered || (!setuid && gained)
}
