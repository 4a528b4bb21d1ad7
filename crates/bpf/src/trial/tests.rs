//! Live: the hooks are tried out on the running kernel, whole and with one left out.
use super::*;
use crate::kernel::Settings;
use crate::offer::Tier;

#[test]
fn every_call_of_the_trial_is_known_as_such() {
    let steps = steps::all(&Offer::made_up(true));
    let named: BTreeSet<&str> = steps.iter().map(|s| s.call).collect();
    for call in &named {
        assert!(steps::tried(call) && Call::of(call).is_some(), "{call}");
    }
    assert!(!steps::tried("inotify_add_watch"));
    let differing = BTreeMap::from([("stat", "differs".to_owned())]);
    let trial = Trial::Made(differing);
    assert!(trial.obstacle("stat", Call::Lookup).unwrap().contains("differs"));
    // not tried itself, so judged by its kind
    assert!(trial.obstacle("inotify_add_watch", Call::Lookup).is_some());
    assert_eq!(trial.obstacle("chmod", Call::Lookup), None);
    assert_eq!(trial.obstacle("mkdir", Call::Entry), None);
}

fn capture(offer: &Offer) -> Option<Capture> {
    if let Some(why) = offer.unusable.as_ref().or(offer.no_fentry.as_ref()) {
        eprintln!("SKIPPED: no fentry here: {why}");
        return None;
    }
    Some(Capture::load(Tier::Fentry, offer, Settings { ring_size: 1 << 20, exempt: std::process::id() }).unwrap())
}

#[test]
fn the_hooks_of_this_kernel_pass_and_are_all_needed() {
    let offer = Offer::probe();
    let Some(mut capture) = capture(&offer) else { return };
    let report = run(&mut capture, &offer);
    println!("trial: {} calls in {:?}", report.calls, report.took);
    let Trial::Made(differing) = report.trial else { panic!("{:?}", report.trial) };
    assert_eq!(differing, BTreeMap::new());
    assert_eq!(capture.counters().unwrap(), crate::kernel::Counters::default());
    for program in ["open_enter", "walk_end", "step_exit", "lookup_exit", "delete_exit", "create_exit", "rename_exit"] {
        capture.without = Some(program);
        let Trial::Made(differing) = run(&mut capture, &offer).trial else { panic!("{program}") };
        println!("without {program}: {} calls differ", differing.len());
        assert!(!differing.is_empty(), "the trial does not miss {program}");
    }
    capture.without = None;
    assert_eq!(run(&mut capture, &offer).trial, Trial::Made(BTreeMap::new()));
    let left = std::fs::read_dir("/run").unwrap().filter_map(Result::ok);
    assert_eq!(left.filter(|e| e.file_name().to_string_lossy().starts_with("rauditd-trial.")).count(), 0);
}
