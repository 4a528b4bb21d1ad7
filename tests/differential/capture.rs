//! Both captures over the same children.

use crate::event::{Event, group};
use raudit_bpf::consumer::Consumer;
use raudit_bpf::judged::{Generations, Judged};
use raudit_bpf::kernel::{Capture as Bpf, Settings};
use raudit_bpf::offer::{Offer, Tier};
use raudit_bpf::plan::Plan;
use raudit_netlink::{Client, Receiver, StatusChange};
use raudit_record::Message;
use raudit_rules::command::{self, Context, Step};
use raudit_rules::{Rule, RuleSet, file};
use std::collections::HashSet;
use std::process::Command;
use std::time::{Duration, Instant};

pub struct Capture {
    kernel: Client,
    receiver: Receiver,
    bpf: Bpf,
    consumer: Consumer,
    rules: Vec<Rule>,
    before: u32,
}

fn parse(text: &str) -> Vec<Rule> {
    let mut rules = Vec::new();
    for line in text.lines() {
        let words = file::words(line.as_bytes());
        let words: Vec<&[u8]> = words.iter().map(Vec::as_slice).collect();
        let steps = command::parse(&words, Context::default()).steps.unwrap_or_else(|e| panic!("{line}: {e:?}"));
        rules.extend(steps.into_iter().filter_map(|s| if let Step::Add(rule, _) = s { Some(rule) } else { None }));
    }
    rules
}

impl Capture {
    /// Starts both, or says why not.
    pub fn start(text: &str) -> Result<Self, String> {
        let offer = Offer::probe();
        if let Some(why) = offer.unusable.as_ref().or(offer.no_fentry.as_ref()) {
            return Err(format!("needs fentry ({why}); runs in the VM lab, tests/vm/test"));
        }
        let mut kernel = Client::kernel().map_err(|e| e.to_string())?;
        let status = kernel.status().map_err(|e| e.to_string())?;
        if status.pid != 0 || status.enabled == 2 || !kernel.rules().map_err(|e| e.to_string())?.is_empty() {
            return Err("kernel audit is in use on this machine".into());
        }
        let rules = parse(text);
        let mut set = RuleSet::new();
        for rule in &rules {
            set.add(rule.clone(), false).map_err(|e| e.to_string())?;
        }
        let plan = Plan::new(&set, &offer);
        for (at, judged) in plan.rules.iter().enumerate() {
            if let Some(obstacle) = &judged.fentry {
                // what is not exact on every kernel is to be equal on this one
                println!("note: rule {}: {obstacle}", at + 1);
            }
        }
        assert_eq!(plan.usable, Some(Tier::Fentry), "every rule is served by fentry");
        let settings = Settings { ring_size: 4 << 20, exempt: std::process::id() };
        let mut bpf = Bpf::load(Tier::Fentry, &offer, settings).map_err(|e| e.to_string()).unwrap();
        let generations = Generations::default();
        generations.add(1, Judged::new(&plan, &set));
        let consumer = Consumer::new(bpf.ring().unwrap(), generations).unwrap();
        let mut receiver = Receiver::open().map_err(|e| e.to_string())?;
        receiver.register().map_err(|e| e.to_string())?;
        let change = StatusChange { enabled: Some(1), backlog_limit: Some(16384), ..StatusChange::default() };
        kernel.set_status(&change).map_err(|e| e.to_string())?;
        for rule in &rules {
            kernel.add_rule(rule, false).map_err(|e| e.to_string())?;
        }
        bpf.install(&plan, &offer, 1).unwrap_or_else(|e| panic!("{e}"));
        Ok(Self { kernel, receiver, bpf, consumer, rules, before: status.enabled })
    }

    /// Runs a case in a child; what each side recorded of it and its descendants.
    pub fn run(&mut self, case: &str) -> (Vec<Event>, Vec<Event>) {
        let me = std::env::current_exe().unwrap();
        let child = Command::new(me).args(["--case", case]).spawn().unwrap();
        let root = child.id();
        let done = std::thread::spawn(move || {
            let mut child = child;
            child.wait().unwrap()
        });
        let (mut kernel, mut bpf) = (Vec::new(), Vec::new());
        let mut quiet = Instant::now();
        while !done.is_finished() || quiet.elapsed() < Duration::from_millis(300) {
            let before = kernel.len() + bpf.len();
            let _ = self.receiver.recv_batch(&mut kernel, 4096).unwrap();
            self.consumer.poll(Duration::from_millis(10), &mut bpf);
            if kernel.len() + bpf.len() > before || !done.is_finished() {
                quiet = Instant::now();
            }
        }
        let status = done.join().unwrap();
        assert!(status.success(), "case {case}: {status}");
        (of_family(&kernel, root), of_family(&bpf, root))
    }

    /// Leaves the kernel as it was; how many events the BPF side lost.
    pub fn stop(mut self) -> u64 {
        self.bpf.detach();
        for rule in &self.rules {
            drop(self.kernel.delete_rule(rule));
        }
        drop(self.kernel.set_status(&StatusChange { enabled: Some(self.before), ..StatusChange::default() }));
        self.receiver.unregister().unwrap();
        self.bpf.counters().map_or(u64::MAX, |c| c.lost())
    }
}

/// Events of the child and of those it started.
fn of_family(messages: &[Message], root: u32) -> Vec<Event> {
    let events = group(messages);
    let mut family = HashSet::from([root]);
    loop {
        let before = family.len();
        for event in &events {
            let parent = event.records.first().and_then(|r| r.get("ppid")).and_then(|p| p.parse().ok());
            if let (Some(pid), Some(parent)) = (event.pid(), parent)
                && family.contains(&parent)
            {
                family.insert(pid);
            }
        }
        if family.len() == before {
            break;
        }
    }
    events.into_iter().filter(|e| e.pid().is_some_and(|p| family.contains(&p))).collect()
}
