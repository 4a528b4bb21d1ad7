//! A workload drawn at random: a seed repeats it. It runs in slices, each a process of its own with a fresh world for each of its
//! actors, so that what one slice broke does not keep the next from doing anything.
#![allow(unsafe_code, reason = "system calls with arguments no safe interface would pass")]

mod actor;
mod calls;
mod dice;
mod memory;
mod sockets;
mod world;

use crate::machine;
use actor::{Actor, Who};
use calls::{CALLS, Call};
use dice::Dice;
use std::path::PathBuf;

/// Actors of a slice, one after the other or as threads.
const ACTORS: usize = 4;
/// Calls each of them makes.
const STEPS: usize = 120;
/// Names of the calls that the rules have, for the slice.
const SERVED: &str = "DIFFERENTIAL_CALLS";

/// Rules for the calls that this kernel's BPF serves, the names of those, and of those it does not. Unless `part` is 0 it draws
/// about a third of them.
pub fn rules(part: u64, served: impl Fn(&str) -> bool) -> (String, Vec<&'static str>, Vec<&'static str>) {
    let (mut text, mut yes, mut no) = (String::new(), Vec::new(), Vec::new());
    let mut dice = Dice::part(part, u64::MAX);
    for arch in ["b64", "b32"] {
        let mut names = Vec::new();
        for call in CALLS.iter().filter(|c| c.weight > 0 && machine::has(arch, c.name)) {
            if part != 0 && !dice.one_in(3) {
                continue;
            }
            if served(&rule(arch, call.name)) {
                names.push(call.name);
            } else if arch == "b64" {
                no.push(call.name);
            }
        }
        for some in names.chunks(40) {
            text.push_str(&rule(arch, &some.join(",")));
        }
        yes.extend(names);
    }
    yes.sort_unstable();
    yes.dedup();
    (text, yes, no)
}

fn rule(arch: &str, names: &str) -> String {
    format!("-a always,exit -F arch={arch} -S {names} -k random\n")
}

fn root(at: usize) -> PathBuf {
    PathBuf::from(format!("{}/a{at}", world::BASE))
}

/// What a slice finds when it starts; made by the harness, whose own calls nobody audits.
pub fn prepare(seed: u64, slice: u64, names: &[&str]) {
    let mut dice = Dice::part(seed, slice);
    drop(std::fs::create_dir_all(world::BASE));
    world::repair();
    for at in 0..ACTORS {
        world::make(&root(at), Who::draw(&mut dice, at).user);
    }
    // SAFETY: the harness has one thread.
    unsafe { std::env::set_var(SERVED, names.join(",")) };
}

/// The slice itself.
pub fn run(seed: u64, slice: u64) {
    let names = std::env::var(SERVED).unwrap_or_default();
    let served: Vec<&str> = names.split(',').collect();
    let calls: Vec<&'static Call> = CALLS.iter().filter(|c| served.contains(&c.name)).collect();
    let mut dice = Dice::part(seed, slice);
    // SAFETY: plain integers: orphans come to us, and all have ended when we end.
    unsafe { libc::prctl(libc::PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) };
    for at in 0..ACTORS {
        let who = Who::draw(&mut dice, at);
        let part = Dice::part(seed ^ slice << 20, at as u64 + 1);
        // SAFETY: this process has one thread; the child runs its actor and ends.
        unsafe {
            let child = libc::fork();
            if child == 0 {
                libc::alarm(60);
                act(who, &part, at, &calls);
                libc::_exit(0);
            }
            libc::waitpid(child, std::ptr::null_mut(), 0);
        }
    }
    // SAFETY: waits for whatever came to us.
    while unsafe { libc::waitpid(-1, std::ptr::null_mut(), 0) } > 0 {}
}

fn act(who: Who, dice: &Dice, at: usize, calls: &[&'static Call]) {
    let mut actor = Actor::new(who, dice.clone(), &root(at), calls);
    if !who.thread {
        actor.dress();
        (0..STEPS).for_each(|_| actor.step());
        return;
    }
    let thread = std::thread::Builder::new().name(format!("actor {at}")).spawn(move || {
        actor.dress();
        (0..STEPS).for_each(|_| actor.step());
    });
    drop(thread.map(std::thread::JoinHandle::join));
}
