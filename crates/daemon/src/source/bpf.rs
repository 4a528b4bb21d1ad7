//! The BPF ring.

use crate::say;
use crate::work::Outbox;
use raudit_bpf::consumer::{Consumed, Consumer};
use raudit_bpf::judged::Generations;
use raudit_bpf::kernel::CaptureError;
use raudit_bpf::ring::Ring;
use raudit_record::Records;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;
use std::time::Duration;

/// How long to wait for an event. A full ring sends no wake-up, so look this often in any case.
const WAIT: Duration = Duration::from_millis(50);
/// After so few events at once the next are given time to gather: a task that is audited wakes this thread up only when it sleeps. A
/// critical event is not waited with.
const FEW: usize = 32;
/// How long they are given; twice as long each time when none came, and so often until this thread sleeps. Waking somebody up costs
/// the audited task more than the record.
const GATHER: Duration = Duration::from_millis(1);
const PATIENCE: u32 = 4;

/// How the source is to end.
#[derive(Debug, Default)]
struct Stop {
    /// When the ring is empty.
    draining: AtomicBool,
    /// At once: what is left in the ring is for another.
    leaving: AtomicBool,
}

/// The running source.
#[derive(Debug)]
pub struct Source {
    stop: Arc<Stop>,
    delivered: Arc<AtomicU64>,
    thread: JoinHandle<Consumed>,
}

impl Source {
    /// Starts to read a ring, and to hear of critical events in it, where there is a bell for them.
    pub fn start(
        ring: Ring,
        bell: Option<Ring>,
        generations: Generations,
        all_arguments: bool,
        out: Outbox,
    ) -> Result<Self, CaptureError> {
        let stop = Arc::<Stop>::default();
        let delivered = Arc::new(AtomicU64::new(0));
        let (flag, count) = (Arc::clone(&stop), Arc::clone(&delivered));
        let (ready, started) = mpsc::channel();
        let failed = |e: String| CaptureError::Plan(format!("cannot read the ring buffer: {e}"));
        let thread = std::thread::Builder::new()
            .name("bpf".into())
            .spawn(move || match listening(ring, bell, generations) {
                Err(e) => {
                    drop(ready.send(Err(e)));
                    Consumed::default()
                }
                Ok(mut consumer) => {
                    consumer.show_all_arguments(all_arguments);
                    consumer.hold();
                    drop(ready.send(Ok(())));
                    read(consumer, &out, &flag, &count)
                }
            })
            .map_err(|e| failed(e.to_string()))?;
        started.recv().map_err(|e| failed(e.to_string()))??;
        Ok(Self { stop, delivered, thread })
    }

    /// Events delivered so far.
    pub fn delivered(&self) -> u64 {
        self.delivered.load(Ordering::Relaxed)
    }

    /// Drains the ring and ends. Call after the programs are detached: then nothing is left behind.
    pub fn stop(self) -> Consumed {
        self.stop.draining.store(true, Ordering::Relaxed);
        self.thread.join().unwrap_or_default()
    }

    /// Ends at once: what has not been taken yet stays in the ring for a successor.
    pub fn leave(self) -> Consumed {
        self.stop.leaving.store(true, Ordering::Relaxed);
        self.thread.join().unwrap_or_default()
    }
}

fn listening(ring: Ring, bell: Option<Ring>, generations: Generations) -> Result<Consumer, CaptureError> {
    let mut consumer = Consumer::new(ring, generations)?;
    if let Some(bell) = bell {
        consumer.listen(bell)?;
    }
    Ok(consumer)
}

fn read(mut consumer: Consumer, out: &Outbox, stop: &Stop, delivered: &AtomicU64) -> Consumed {
    let mut told = Consumed::default();
    let mut records = Records::default();
    let mut in_vain = PATIENCE;
    loop {
        let stopping = stop.draining.load(Ordering::Relaxed);
        let sleeps = in_vain == PATIENCE && !stopping;
        let events = if sleeps { consumer.poll(WAIT, &mut records) } else { consumer.drain(&mut records) };
        let seen = consumer.seen();
        delivered.store(seen.events, Ordering::Relaxed);
        if seen.broken > told.broken {
            say::error(format!("{} records of the BPF ring could not be read", seen.broken));
            told = seen;
        }
        let gone = !out.send_captured(&mut records, consumer.receipt());
        if gone || stop.leaving.load(Ordering::Relaxed) || (stopping && events == 0) {
            return seen;
        }
        in_vain = if events > 0 { 0 } else { (in_vain + 1).min(PATIENCE) };
        if events < FEW && in_vain < PATIENCE && !stopping {
            consumer.gather(GATHER * (1 << in_vain));
        }
    }
}
