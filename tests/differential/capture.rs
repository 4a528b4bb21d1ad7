//! Both captures over the same children.

use crate::event::{Event, group};
use crate::machine;
use nix::errno::Errno;
use raudit_bpf::consumer::Consumer;
use raudit_bpf::judged::{Generations, Judged};
use raudit_bpf::kernel::{Capture as Bpf, Counters, Settings};
use raudit_bpf::offer::{Offer, Tier};
use raudit_bpf::place::Places;
use raudit_bpf::plan::{Plan, by_last_call};
use raudit_netlink::protocol::Status;
use raudit_netlink::{Client, Error, Receiver, StatusChange};
use raudit_record::Records;
use raudit_rules::command::{self, Context, Step};
use raudit_rules::{Rule, RuleSet, file};
use std::fs;
use std::process::Command;
use std::time::{Duration, Instant};

/// So long nothing may have come from either side when a case is over.
const QUIET: Duration = Duration::from_millis(150);
/// A case that takes longer hangs.
const PATIENCE: Duration = Duration::from_secs(240);
/// The first case's login; each has its own, which its descendants inherit, and that is how their events are known.
const FIRST_LOGIN: u32 = 700_000;

pub struct Capture {
    kernel: Client,
    receiver: Receiver,
    bpf: Bpf,
    consumer: Consumer,
    generations: Generations,
    generation: u32,
    offer: Offer,
    rules: Vec<Rule>,
    places: Places,
    before: Status,
    logins: u32,
    /// Cases that did not come to their end.
    pub broken: usize,
    /// Events of other tasks than a case's: the harness itself, before it becomes a case.
    pub others: (usize, usize),
}

/// What each side lost of the events it should have recorded; all 0 in a good run.
#[derive(Clone, Copy, Debug, Default)]
pub struct Losses {
    pub kernel: u32,
    pub overruns: u64,
    pub bpf: u64,
    pub broken: u64,
    pub matched: u64,
    pub submitted: u64,
}

impl Losses {
    pub fn any(&self) -> bool {
        self.kernel > 0 || self.bpf > 0 || self.broken > 0 || self.matched != self.submitted
    }
}

pub fn parse(text: &str) -> Vec<Rule> {
    let mut rules = Vec::new();
    for line in text.lines().filter_map(machine::rule) {
        let words = file::words(line.as_bytes());
        let words: Vec<&[u8]> = words.iter().map(Vec::as_slice).collect();
        let steps = command::parse(&words, Context::default()).steps.unwrap_or_else(|e| panic!("{line}: {e:?}"));
        rules.extend(steps.into_iter().filter_map(|s| if let Step::Add(rule, _) = s { Some(rule) } else { None }));
    }
    rules
}

impl Capture {
    /// Makes both ready, without rules yet, or says why not.
    pub fn open() -> Result<Self, String> {
        let mut offer = Offer::probe();
        if let Some(why) = offer.unusable.as_ref().or(offer.no_fentry.as_ref()) {
            return Err(format!("needs fentry ({why}); runs in the VM lab, tests/vm/test"));
        }
        let mut kernel = Client::kernel().map_err(|e| e.to_string())?;
        let before = kernel.status().map_err(|e| e.to_string())?;
        if before.pid != 0 || before.enabled == 2 || !kernel.rules().map_err(|e| e.to_string())?.is_empty() {
            return Err("kernel audit is in use on this machine".into());
        }
        let settings = Settings { ring_size: 64 << 20, exempt: std::process::id() };
        let mut bpf = Bpf::load(Tier::Fentry, &offer, settings).map_err(|e| e.to_string()).unwrap();
        let report = raudit_bpf::trial::run(&mut bpf, &offer);
        println!("trial of the hooks: {} calls in {:?}: {:?}", report.calls, report.took, report.trial);
        offer.trial = report.trial;
        let generations = Generations::default();
        let consumer = Consumer::new(bpf.ring().unwrap(), generations.clone()).unwrap();
        let mut receiver = Receiver::open().map_err(|e| e.to_string())?;
        receiver.register().map_err(|e| e.to_string())?;
        // a full backlog makes tasks wait, as long as this limit is far away nothing is lost
        let change = StatusChange { enabled: Some(1), backlog_limit: Some(1 << 18), ..StatusChange::default() };
        kernel.set_status(&change).map_err(|e| e.to_string())?;
        let (generation, logins) = (0, FIRST_LOGIN);
        let (rules, others) = (Vec::new(), (0, 0));
        let places = Places::default();
        Ok(Self {
            kernel,
            receiver,
            bpf,
            consumer,
            generations,
            generation,
            offer,
            rules,
            places,
            before,
            logins,
            broken: 0,
            others,
        })
    }

    /// Whether BPF serves a rule on this kernel.
    pub fn serves(&self, text: &str) -> bool {
        self.plan(text).usable == Some(Tier::Fentry)
    }

    /// Why rauditd would rather leave these rules to the kernel: BPF serves one of them, but not exactly.
    pub fn inexact(&self, text: &str) -> Option<String> {
        self.plan(text).rules.iter().find_map(|rule| rule.fentry.as_ref()).map(ToString::to_string)
    }

    fn plan(&self, text: &str) -> Plan {
        let mut set = RuleSet::new();
        parse(text).into_iter().for_each(|rule| set.add(rule, false).unwrap_or_else(|e| panic!("{text}: {e}")));
        Plan::new(&set, &self.offer, &mut Places::default())
    }

    /// Gives both sides these rules in place of the last; or says why BPF does not serve them.
    pub fn load(&mut self, text: &str) -> Result<(), String> {
        let mut rules = parse(text);
        rules.retain(|rule| match by_last_call(rule, &self.offer) {
            Some(why) => {
                let key = rule.key().map(String::from_utf8_lossy).unwrap_or_default();
                println!("left out on this kernel: the rule with key {key}: {why}");
                false
            }
            None => true,
        });
        let mut set = RuleSet::new();
        for rule in &rules {
            set.add(rule.clone(), false).map_err(|e| e.to_string())?;
        }
        let plan = Plan::new(&set, &self.offer, &mut self.places);
        if plan.usable != Some(Tier::Fentry) {
            let obstacle = |(at, j): (usize, &raudit_bpf::plan::Judgement)| {
                let why = j.fentry.as_ref().filter(|o| matches!(o, raudit_bpf::plan::Obstacle::Refused(_)))?;
                Some(format!("rule {}: {why}", at + 1))
            };
            let first = plan.rules.iter().enumerate().find_map(obstacle);
            return Err(first.or(plan.refusal).unwrap_or_else(|| "no tier serves all of it".into()));
        }
        self.unload();
        self.generation += 1;
        self.generations.add(self.generation, Judged::new(&plan, &set));
        for rule in &rules {
            match self.kernel.add_rule(rule, false) {
                Ok(()) => self.rules.push(rule.clone()),
                // 6.18 takes exe= only of a file that is there
                Err(e @ Error::Refused { errno: Errno::ENOENT, .. }) => {
                    self.unload();
                    return Err(format!("this kernel refuses a rule about a file to come: {e}"));
                }
                Err(e) => panic!("the kernel refuses {rule:?}: {e}"),
            }
        }
        // what the kernel follows for BPF
        for (key, place) in &plan.places {
            let marker = key.marker(*place, b"marker");
            self.kernel.add_rule(&marker, false).unwrap_or_else(|e| panic!("the kernel refuses a marker: {e}"));
            self.rules.push(marker);
        }
        self.bpf.install(&plan, &self.offer, self.generation).unwrap_or_else(|e| panic!("{e}"));
        Ok(())
    }

    fn unload(&mut self) {
        for rule in self.rules.drain(..) {
            // of a watch the kernel lets go by itself when the directory it is in is deleted
            match self.kernel.delete_rule(&rule) {
                Ok(()) | Err(Error::Refused { errno: Errno::ENOENT, .. }) => {}
                Err(e) => panic!("the kernel keeps a rule: {e}"),
            }
        }
    }

    /// Runs this program as a case, in a child; what each side recorded of it and its descendants.
    pub fn run(&mut self, args: &[String]) -> (Vec<Event>, Vec<Event>) {
        self.logins += 1;
        let login = self.logins;
        set_login(login);
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(args)
            .spawn()
            .unwrap_or_else(|e| panic!("{args:?}: {e}"));
        let (mut kernel, mut bpf) = (Records::default(), Records::default());
        let (begin, mut quiet, mut ended) = (Instant::now(), Instant::now(), None);
        while ended.is_none() || quiet.elapsed() < QUIET || self.kernel.status().unwrap().backlog > 0 {
            let before = kernel.len() + bpf.len();
            let _ = self.receiver.recv_batch(&mut kernel, 4096).unwrap();
            self.consumer.poll(Duration::from_millis(5), &mut bpf);
            ended = ended.or_else(|| child.try_wait().unwrap());
            if kernel.len() + bpf.len() > before || ended.is_none() {
                quiet = Instant::now();
            }
            if begin.elapsed() > PATIENCE {
                drop(child.kill());
                panic!("case {args:?} hangs");
            }
        }
        if let Some(status) = ended.filter(|s| !s.success()) {
            println!("FAILED case {args:?}: {status}");
            self.broken += 1;
        }
        let kernel = of_login(&kernel, login, &mut self.others.0);
        let bpf = of_login(&bpf, login, &mut self.others.1);
        (kernel, bpf)
    }

    /// What was lost so far.
    pub fn losses(&mut self) -> Losses {
        let counters = self.bpf.counters().unwrap_or(Counters { matched: u64::MAX, ..Counters::default() });
        let seen = self.consumer.seen();
        Losses {
            kernel: self.kernel.status().map_or(u32::MAX, |s| s.lost.wrapping_sub(self.before.lost)),
            overruns: self.receiver.overruns(),
            bpf: counters.lost.sum(),
            broken: seen.broken,
            matched: counters.matched,
            submitted: counters.submitted,
        }
    }

    /// Leaves the kernel as it was; what was lost.
    pub fn stop(mut self) -> Losses {
        let losses = self.losses();
        self.bpf.detach();
        self.unload();
        let change = StatusChange {
            enabled: Some(self.before.enabled),
            backlog_limit: Some(self.before.backlog_limit),
            ..StatusChange::default()
        };
        drop(self.kernel.set_status(&change));
        self.receiver.unregister().unwrap();
        losses
    }
}

/// The login of what is started from now on. The kernel records the change with the call that makes it, whatever the rules: it is
/// the harness's own, and left out.
fn set_login(login: u32) {
    fs::write("/proc/self/loginuid", login.to_string()).unwrap_or_else(|e| panic!("cannot set the login: {e}"));
}

/// Events of the case's tasks; others are counted.
fn of_login(records: &Records, login: u32, others: &mut usize) -> Vec<Event> {
    let (events, rest) = group(records);
    let all = events.len() + rest;
    let me = std::process::id();
    let ours = |e: &Event| (e.auid == Some(login) || e.operation().is_some()) && e.pid != Some(me);
    let events: Vec<Event> = events.into_iter().filter(ours).collect();
    *others += all - events.len();
    events
}
