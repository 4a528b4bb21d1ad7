//! A rules file as one change of the rules: all of it or nothing, where rauditd offers that.
//!
//! Lines are tried on a copy of the rules. Only when the file has come to its end are settings changed and then the rules, at
//! once; what fails until then takes the settings back.

use super::{Failure, Session, complain, failed, rules_file::Target, show};
use crate::Error;
use crate::protocol::{Status, StatusChange};
use nix::errno::Errno;
use raudit_rules::command::{Setting, Step};
use raudit_rules::{Change, Rule, RuleSet, SetError, print};

/// What a file asks for, until it is done.
pub(super) struct Batch<'a> {
    session: &'a mut Session,
    /// The rules as they will be.
    rules: RuleSet,
    changes: Vec<Change>,
    /// The line of each change.
    lines: Vec<usize>,
    /// The rest, in the order of the lines.
    effects: Effects,
    line: usize,
    /// The other end collects changes: a batch that it refused has to be begun anew.
    begun: bool,
}

enum Effect {
    Print(Vec<u8>),
    Do(Box<Step>),
}

/// With their lines, in the lines' order.
type Effects = Vec<(usize, Effect)>;

/// What became of a file.
pub(super) struct Done {
    /// The lines that failed, with their message.
    pub(super) failures: Vec<(usize, Failure)>,
    /// Whether anything was changed.
    pub(super) made: bool,
}

impl<'a> Batch<'a> {
    /// Begins where that is offered; else gives the session back.
    pub(super) fn begin(session: &'a mut Session) -> Result<Self, &'a mut Session> {
        let Ok(client) = session.client.as_mut() else { return Err(session) };
        if client.is_kernel() {
            return Err(session);
        }
        // first what may fail: once a batch has begun, lines that are sent one by one would wait for a commit that never comes
        let Ok(found) = client.rules() else { return Err(session) };
        if !matches!(client.begin_batch(), Ok(true)) {
            return Err(session);
        }
        Ok(Self {
            session,
            rules: RuleSet::listed(found),
            changes: Vec::new(),
            lines: Vec::new(),
            effects: Vec::new(),
            line: 0,
            begun: true,
        })
    }

    fn note(&mut self, change: Change) -> Result<(), Failure> {
        let refused = |errno| failed(request(&change), &Error::Refused { what: "change rules", errno, text: None });
        if matches!(&change, Change::Add(rule, _) if rule.validate().is_err()) {
            return Err(refused(Errno::EINVAL));
        }
        self.rules.apply(&change).map_err(|error| match error {
            SetError::Exists => refused(Errno::EEXIST),
            SetError::NotFound => refused(Errno::ENOENT),
        })?;
        self.changes.push(change);
        self.lines.push(self.line);
        Ok(())
    }

    fn effect(&mut self, effect: Effect) {
        self.effects.push((self.line, effect));
    }

    fn delete_all(&mut self, key: &[u8]) {
        let chosen: Vec<Rule> = self.rules.iter().filter(|rule| print::key_contains(rule, key)).cloned().collect();
        for rule in chosen {
            // it was there a moment ago
            drop(self.note(Change::Delete(rule)));
        }
        self.list(false, key);
    }

    fn list(&mut self, interpret: bool, key: &[u8]) {
        let rules: Vec<Rule> = self.rules.iter().cloned().collect();
        self.effect(Effect::Print(show::rules_text(&rules, interpret, key)));
    }

    /// Does all that was asked for. `go_on`: a line that fails is left out (`-i`, `-c`). Without it there is one at most, and then
    /// nothing was done, unless it comes after the rules; nor was anything on an error.
    pub(super) fn commit(mut self, go_on: bool) -> Result<Done, Failure> {
        let before = self.session.client()?.status().map_err(|e| failed("status", &e))?;
        let (first, last) = parted(std::mem::take(&mut self.effects));
        let mut set = StatusChange::default();
        let mut failures = Vec::new();
        let made = self.change(&first, go_on, &mut failures, |effect| remember(effect, &before, &mut set));
        if !matches!(made, Ok(true)) {
            self.take_back(&set);
            return made.map(|made| Done { failures, made });
        }
        for (line, effect) in &last {
            if let Err(failure) = self.run(effect) {
                failures.push((*line, failure));
                if !go_on {
                    break;
                }
            }
        }
        Ok(Done { failures, made: true })
    }

    /// The settings and then the rules; false when a line failed that ends it.
    fn change(
        &mut self,
        effects: &[(usize, Effect)],
        go_on: bool,
        failures: &mut Vec<(usize, Failure)>,
        mut remember: impl FnMut(&Effect),
    ) -> Result<bool, Failure> {
        for (line, effect) in effects {
            remember(effect);
            if let Err(failure) = self.run(effect) {
                failures.push((*line, failure));
                if !go_on {
                    return Ok(false);
                }
            }
        }
        while let Some(failure) = self.change_rules()? {
            failures.push(failure);
            if !go_on {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// One attempt; what is refused is left out of the next.
    fn change_rules(&mut self) -> Result<Option<(usize, Failure)>, Failure> {
        if self.changes.is_empty() {
            return Ok(None);
        }
        let client = self.session.client.as_mut().map_err(|error| Failure::Coded(1, error.to_string()))?;
        // without a batch each change would be made by itself
        if !self.begun && !client.begin_batch().map_err(|e| failed("rule data", &e))? {
            return Err(Failure::Line("the kernel holds the rules now: load the file again".into()));
        }
        self.begun = false;
        let Err((at, error)) = client.change_rules(&self.changes) else { return Ok(None) };
        let Some(at) = at.filter(|&at| at < self.changes.len()) else {
            return Err(failed("rule data", &error));
        };
        let (change, line) = (self.changes.remove(at), self.lines.remove(at));
        Ok(Some((line, failed(request(&change), &error))))
    }

    fn run(&mut self, effect: &Effect) -> Result<(), Failure> {
        match effect {
            Effect::Print(text) => Ok(show::bytes(text)?),
            Effect::Do(step) => self.session.step(step),
        }
    }

    fn take_back(&mut self, set: &StatusChange) {
        if *set == StatusChange::default() {
            return;
        }
        if let Ok(client) = self.session.client()
            && let Err(error) = client.set_status(set)
        {
            complain(&format!("settings could not be set back: {error}"));
        }
    }
}

impl Target for Batch<'_> {
    fn step(&mut self, step: &Step, line: usize) -> Result<(), Failure> {
        self.line = line;
        match step {
            Step::Add(rule, prepend) => self.note(Change::Add(rule.clone(), *prepend)),
            Step::Delete(rule) => self.note(Change::Delete(rule.clone())),
            Step::DeleteAll(key) => {
                self.delete_all(key);
                Ok(())
            }
            Step::List { interpret, key } => {
                self.list(*interpret, key);
                Ok(())
            }
            other => {
                self.effect(Effect::Do(Box::new(other.clone())));
                Ok(())
            }
        }
    }

    fn features(&self) -> u32 {
        self.session.features
    }

    fn is_connected(&self) -> bool {
        self.session.client.is_ok()
    }
}

fn request(change: &Change) -> &'static str {
    match change {
        Change::Add(..) => "add rule data",
        Change::Delete(_) => "delete rule data",
    }
}

/// What can be taken back, and what cannot: the locks. Those come after the rules, also because no rule changes after `-e 2`.
fn parted(effects: Effects) -> (Effects, Effects) {
    let mut locked = false;
    effects.into_iter().partition(|(_, effect)| {
        let Effect::Do(step) = effect else { return !locked };
        locked |= **step == Step::Set(Setting::Enabled, 2);
        !locked && **step != Step::LoginUidImmutable
    })
}

/// Notes in `set` what a setting was, so that it can be set back.
fn remember(effect: &Effect, before: &Status, set: &mut StatusChange) {
    let Effect::Do(step) = effect else { return };
    let Step::Set(setting, _) = **step else { return };
    match setting {
        Setting::Enabled => set.enabled = Some(before.enabled),
        Setting::Failure => set.failure = Some(before.failure),
        Setting::RateLimit => set.rate_limit = Some(before.rate_limit),
        Setting::BacklogLimit => set.backlog_limit = Some(before.backlog_limit),
        Setting::BacklogWaitTime => set.backlog_wait_time = before.backlog_wait_time,
    }
}

#[cfg(test)]
#[path = "batch_tests.rs"]
mod tests;
