//! OBJ_PID (`audit_log_pid_context`, auditsc.c): the tasks that were signalled or traced.

use crate::wire::records::Target;
use raudit_record::text::push_untrusted;

/// `AUDIT_AUX_PIDS`: how many the kernel keeps together.
const TOGETHER: usize = 16;

/// The records' bodies in the kernel's order: the first task last, the others in groups, the last group first.
///
/// `label` appends the field of an SELinux label, with the blank before it.
pub fn bodies(targets: &[Target<'_>], mut label: impl FnMut(u32, &mut Vec<u8>)) -> Vec<Vec<u8>> {
    let Some((first, others)) = targets.split_first() else { return Vec::new() };
    let mut groups: Vec<&[Target<'_>]> = others.chunks(TOGETHER).collect();
    groups.reverse();
    groups.into_iter().flatten().chain([first]).map(|t| body(t, &mut label)).collect()
}

fn body(target: &Target<'_>, label: &mut impl FnMut(u32, &mut Vec<u8>)) -> Vec<u8> {
    let Target { pid, auid, uid, session, .. } = target;
    let mut text = format!("opid={} oauid={} ouid={} oses={}", *pid as i32, *auid as i32, *uid as i32, *session as i32)
        .into_bytes();
    label(target.sid, &mut text);
    if !target.label.is_empty() {
        text.extend_from_slice(b" obj=");
        text.extend_from_slice(target.label);
    }
    text.extend_from_slice(b" ocomm=");
    push_untrusted(&mut text, target.comm);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn task(pid: u32) -> Target<'static> {
        Target { pid, auid: u32::MAX, uid: 7, session: u32::MAX, sid: 0, comm: b"a b", label: b"" }
    }

    #[test]
    fn one_task() {
        let body = String::from_utf8(bodies(&[task(42)], |_, _| {}).remove(0)).unwrap();
        assert_eq!(body, "opid=42 oauid=-1 ouid=7 oses=-1 ocomm=612062");
        let confined = Target { label: b"unconfined", ..task(42) };
        assert!(String::from_utf8_lossy(&bodies(&[confined], |_, _| {})[0]).contains(" oses=-1 obj=unconfined ocomm="));
    }

    #[test]
    fn many_tasks_have_the_kernels_order() {
        let tasks: Vec<_> = (0..40).map(task).collect();
        let pids: Vec<u32> = bodies(&tasks, |_, _| {})
            .iter()
            .map(|b| String::from_utf8_lossy(b).split([' ', '=']).nth(1).unwrap().parse().unwrap())
            .collect();
        let expected: Vec<u32> = (33..40).chain(17..33).chain(1..17).chain([0]).collect();
        assert_eq!(pids, expected);
        assert!(bodies(&[], |_, _| {}).is_empty());
    }
}
