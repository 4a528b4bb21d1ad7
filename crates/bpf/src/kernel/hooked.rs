//! A hook that is attached. Before 5.13 a program is attached to a function no more than once in its life (`bpf_tracing_prog_attach`,
//! kernel/bpf/syscall.c); the next time it is a clone of a few instructions that goes on to it. Where the kernel's own code may be
//! preempted such clones are attached beside the program (bpf/hook.h).

use crate::clone::{Clone, Target, Template};
use crate::offer::Offer;
use crate::pins::Pin;
use libbpf_rs::{Link, ProgramMut};
use std::io;

/// Dropping it detaches.
#[derive(Debug)]
pub(super) enum Hooked {
    /// The program itself, and copies of it. The name goes before the link.
    Link {
        pin: Option<Pin>,
        link: Link,
        copies: Vec<Clone>,
    },
    Clone(Clone),
}

impl Hooked {
    /// How often the kernel skipped all clones beside the program, at most.
    pub(super) fn copies_missed(&self) -> u64 {
        match self {
            Self::Link { copies, .. } => copies.iter().map(Clone::missed).min().unwrap_or_default(),
            Self::Clone(_) => 0,
        }
    }

    /// The ids of its links, where the kernel tells.
    pub(super) fn ids(&self) -> Vec<Option<u32>> {
        match self {
            Self::Link { link, copies, .. } => {
                copies.iter().map(Clone::id).chain([link.info().ok().map(|info| info.id)]).collect()
            }
            Self::Clone(clone) => vec![clone.id()],
        }
    }
}

/// What a hook is attached by when it was attached before, or is attached already.
#[derive(Debug)]
pub(super) struct Again {
    template: Template,
    target: Target,
}

impl Again {
    /// `None` for a program that libbpf can attach as often as needed: of a tracepoint, or on a newer kernel where that is once.
    pub(super) fn of(program: &ProgramMut<'_>, offer: &Offer) -> io::Result<Option<Self>> {
        let section = program.section().to_string_lossy().into_owned();
        let target = match section.strip_prefix(TRACEPOINT) {
            Some(name) => offer.preemptible_tracepoints.then(|| offer.traced_tracepoint(name)),
            None => (offer.old || offer.preemptible)
                .then(|| function(&section).and_then(|name| offer.traced(&offer.target(name).ok()?))),
        };
        let Some(target) = target.flatten() else { return Ok(None) };
        Ok(Some(Self { template: Template::of(program, target.prototype)?, target }))
    }

    pub(super) fn template(&self) -> &Template {
        &self.template
    }

    pub(super) fn attach(&mut self, copy: usize) -> io::Result<Clone> {
        self.template.attach(self.target, copy)
    }
}

/// What the sections of tracepoints' programs begin with.
const TRACEPOINT: &str = "tp_btf/";

/// The kernel function that a program in this section is for, unless user space chooses it.
pub(super) fn function(section: &str) -> Option<&str> {
    section.split_once('/').filter(|_| !section.starts_with(TRACEPOINT)).map(|(_, target)| target)
}
