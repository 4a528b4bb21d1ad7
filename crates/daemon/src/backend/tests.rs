use super::*;

#[test]
fn our_task_rule_is_recognised_after_a_crash() {
    let bytes = task_never().to_wire(true);
    let (read, prepend) = Rule::from_wire(&bytes).unwrap();
    assert!(prepend && read == task_never());
}

#[test]
fn only_lists_the_kernel_must_keep_stay_there() {
    assert!(stays_in_kernel(List::User) && stays_in_kernel(List::Exclude));
    assert!(![List::Exit, List::Task, List::IoUring, List::Filesystem].into_iter().any(stays_in_kernel));
}
