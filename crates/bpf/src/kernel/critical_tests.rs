//! Live, but without kernel audit: a ring that nobody reads, and rules of which one is critical.
use super::*;
use crate::consumer::Consumer;
use raudit_record::Records;
use raudit_rules::Action;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

const RING: u32 = 1 << 16;

/// One of these tests at a time: each would see the calls of the others, which are this process's too.
static ALONE: Mutex<()> = Mutex::new(());

fn alone() -> MutexGuard<'static, ()> {
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A capture of getsid as `bulk` and getpgid as `vital`, which no other test calls; `None` where BPF is not allowed.
fn capture(critical: Critical) -> Option<(Capture, Consumer)> {
    let watching = |call, text| tests::rule(call, Action::Always, vec![tests::own_pid(), tests::key(text)]);
    let rules = vec![watching("getsid", "bulk"), watching("getpgid", "vital")];
    let (mut capture, mut consumer, plan, offer) = tests::loaded(rules, RING)?;
    consumer.listen(capture.bell().unwrap()).unwrap();
    capture.prioritise(critical);
    capture.install(&plan, &offer, 7).unwrap();
    Some((capture, consumer))
}

fn vital(share: u32) -> Critical {
    Critical { keys: vec!["vital".into()], share }
}

fn bulk_call() {
    let _ = std::hint::black_box(nix::unistd::getsid(None));
}

fn vital_call() {
    let _ = std::hint::black_box(nix::unistd::getpgid(None));
}

#[test]
fn losses_of_each_rule_and_reason_add_up_and_are_taken_once() {
    let _alone = alone();
    let Some((mut capture, mut consumer)) = capture(vital(25)) else { return };
    (0..1000).for_each(|_| bulk_call());
    (0..1000).for_each(|_| vital_call());
    let counters = capture.counters().unwrap();
    let hits = capture.take_hits().into_iter().find(|h| h.generation == 7).unwrap();
    assert_eq!(hits.rules, [1000, 1000]);
    let [(0, Loss::Shed, shed), (1, Loss::Ring, full)] = hits.lost[..] else { panic!("{:?}", hits.lost) };
    assert_eq!((counters.lost.of(Loss::Shed), counters.lost.of(Loss::Ring)), (shed, full));
    assert_eq!((counters.matched, counters.submitted), (2000, 2000 - shed - full));
    let (others, critical) = (1000 - shed, 1000 - full);
    println!("in a ring of {RING}: {others} events of others, then {critical} critical ones");
    // as large as one another: three quarters of the ring, and then a quarter
    assert!(others > 2 * critical && others < 4 * critical, "{others} {critical}");
    let mut out = Records::default();
    while consumer.drain(&mut out) > 0 {}
    assert_eq!(consumer.seen().events, others + critical);
    assert!(capture.take_hits().iter().all(|h| h.lost.is_empty()), "taken once");
}

#[test]
fn where_no_rule_is_critical_nothing_is_reserved_and_without_a_share_nothing_is_shed() {
    let _alone = alone();
    let absent = Critical { keys: vec!["absent".into()], share: 50 };
    let mut fits = Vec::new();
    for critical in [Critical::default(), absent, vital(0)] {
        let Some((mut capture, _consumer)) = capture(critical) else { return };
        (0..1000).for_each(|_| bulk_call());
        let counters = capture.counters().unwrap();
        assert_eq!(counters.lost.of(Loss::Shed), 0);
        let lost: Vec<_> = capture.take_hits().into_iter().flat_map(|h| h.lost).collect();
        assert_eq!(lost, [(0, Loss::Ring, counters.lost.of(Loss::Ring))]);
        fits.push(counters.submitted);
    }
    assert!(fits.iter().all(|&n| n == fits[0]) && fits[0] > 50, "{fits:?}");
}

#[test]
fn others_gather_and_a_critical_event_is_not_waited_with() {
    let _alone = alone();
    let Some((_capture, mut consumer)) = capture(vital(25)) else { return };
    let (limit, mut out) = (Duration::from_secs(3), Records::default());
    let gathered = |consumer: &Consumer, call: fn()| {
        let start = Instant::now();
        std::thread::scope(|threads| {
            threads.spawn(move || {
                std::thread::sleep(Duration::from_millis(30));
                call();
            });
            consumer.gather(limit);
        });
        start.elapsed()
    };
    let bulk = gathered(&consumer, bulk_call);
    assert!(bulk >= limit, "woken after {bulk:?}");
    assert_eq!(consumer.drain(&mut out), 1);
    let vital = gathered(&consumer, vital_call);
    assert!(vital < limit, "woken after {vital:?}");
    assert_eq!(consumer.drain(&mut out), 1);
    // the bell is silent again when the event was read
    let bulk = gathered(&consumer, bulk_call);
    assert!(bulk >= limit, "woken after {bulk:?}");
    println!("others: {bulk:?}, a critical one: {vital:?}");
}
