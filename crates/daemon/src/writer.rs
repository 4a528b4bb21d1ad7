//! The writer: messages to lines, lines to disk and to the plugins. One thread.

mod remote;

use crate::feeder::Feeder;
use crate::indexer::Indexer;
use crate::orders::Orders;
use crate::reload::Loaded;
use crate::report::Report;
use crate::say;
use crate::work::{Inbox, Work};
use raudit_config::{AuditdConf, LogFormat};
use raudit_dispatch::frame::{self, Version};
use raudit_dispatch::memory::Memory;
use raudit_log::{Archiving, NotWritten, Place, Why, Writer as Log};
use raudit_record::format::{Format, Formatter};
use raudit_record::{Kind, Records};
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

/// What the writer has done, for the state report and tests.
#[derive(Debug, Default)]
pub struct Written {
    /// Records dealt with, written or not.
    pub records: AtomicU64,
    /// Records that did not reach the disk.
    pub failed: AtomicU64,
}

/// Where lines go.
#[derive(Debug)]
enum Sink {
    Log(Box<Log>),
    /// `-f`: standard output.
    Stdout,
}

/// The writer's state.
#[derive(Debug)]
pub struct Writer {
    sink: Sink,
    feeder: Feeder,
    formatter: Formatter,
    frame: Version,
    /// Plugins get other machines' records, too.
    distributes_network: bool,
    lines: Vec<u8>,
    written: Arc<Written>,
    complained: u64,
    orders: Orders,
    /// Where the state report goes, and to which group.
    state: (PathBuf, u32),
    memory: Memory,
    /// Of the state report.
    listens: bool,
    indexer: Option<Indexer>,
}

impl Writer {
    /// A writer to the log of auditd.conf, or with `foreground` to standard output.
    pub fn new(
        loaded: &Loaded,
        foreground: bool,
        feeder: Feeder,
        orders: Orders,
    ) -> Result<Self, raudit_log::LogError> {
        let Loaded { conf, own, node } = loaded;
        let sink = if foreground {
            Sink::Stdout
        } else {
            let mut log = Log::open(conf)?;
            log.set_archiving(Archiving::of(own));
            Sink::Log(Box::new(log))
        };
        let (formatter, frame) = form(conf, node.clone());
        let mut writer = Self {
            sink,
            feeder,
            formatter,
            frame,
            lines: Vec::new(),
            written: Arc::default(),
            complained: 0,
            orders,
            state: (own.state_file.clone(), conf.log_group),
            memory: Memory::default(),
            distributes_network: conf.distribute_network,
            listens: conf.tcp_listen_port.is_some(),
            indexer: None,
        };
        writer.index(loaded);
        Ok(writer)
    }

    /// Counters that others may read.
    pub fn written(&self) -> Arc<Written> {
        Arc::clone(&self.written)
    }

    /// Works until the channel ends; then stops the plugins.
    pub fn run(mut self, inbox: &Inbox) {
        self.tell();
        while let Some(work) = inbox.next_until(self.due()) {
            match work {
                Work::Records(records) => {
                    self.write(&records, |_| ());
                    inbox.give_back(records);
                }
                #[cfg(feature = "bpf")]
                Work::Captured(records, receipt) => {
                    self.write(&records, |place| {
                        let Place { device, inode, offset, len } = place;
                        receipt.begin(raudit_bpf::ring::Place { device, inode, offset, len });
                    });
                    receipt.sign();
                    inbox.give_back(records);
                }
                Work::Remote(lines) => self.write_remote(lines),
                Work::Rotate => self.rotate(),
                Work::Resume => {
                    self.feeder.resume();
                    self.resume_log();
                }
                Work::ResumeLog => self.resume_log(),
                Work::Reconfigure(loaded) => self.reconfigure(&loaded),
                Work::Report => self.report(),
                Work::Tick => {}
            }
            self.tick();
            self.tell();
        }
        let failed = self.written.failed.load(Ordering::Relaxed);
        if failed > 0 {
            say::warning(format!("{failed} records in all were not written to disk"));
        }
        let lost = self.feeder.stop();
        if lost > 0 {
            say::warning(format!("{lost} records were not dispatched to plugins (they are in the log)"));
        }
    }

    /// Writes a batch, and says before where it will be.
    fn write(&mut self, records: &Records, tell: impl FnOnce(Place)) {
        self.lines.clear();
        let mut frames = Vec::new();
        let mut lines = 0;
        for (kind, text) in records.iter() {
            let start = self.lines.len();
            self.formatter.line(kind, text, &mut self.lines);
            if self.feeder.is_wanted() {
                let line = self.lines.get(start..).unwrap_or_default();
                let payload = if self.frame == Version::Kernel { text } else { line };
                // a record too long for a frame is still written to disk
                let _ = frame::push(&mut frames, self.frame, kind, payload);
            }
            if kind == Kind::EOE {
                // plugins get the end of an event, the log never does
                self.lines.truncate(start);
            } else {
                self.lines.push(b'\n');
                lines += 1;
            }
        }
        if !frames.is_empty() {
            self.dispatch(frames, records.len() as u64);
        }
        if let Sink::Log(log) = &self.sink
            && let Some(place) = log.next_place(self.lines.len())
        {
            tell(place);
        }
        // counted, and told at powers of two
        drop(self.put(lines));
        self.written.records.fetch_add(lines as u64, Ordering::Relaxed);
    }

    fn put(&mut self, records: usize) -> Result<(), NotWritten> {
        let put = match &mut self.sink {
            Sink::Log(log) => log.write(&self.lines, records),
            Sink::Stdout => {
                let mut out = std::io::stdout().lock();
                let written = out.write_all(&self.lines).and_then(|()| out.flush());
                written.map_err(|e| NotWritten { records, bytes: self.lines.len(), why: Why::Failed(e) })
            }
        };
        if let Err(failed) = &put {
            let lost = failed.records as u64;
            let all = self.written.failed.fetch_add(lost, Ordering::Relaxed) + lost;
            // That it is suspended was said when it was; how many it cost is said when it ends. And not one line for each
            // record: at powers of two.
            if !matches!(failed.why, Why::Suspended) && (all >= self.complained.max(1) * 2 || self.complained == 0) {
                self.complained = all;
                say::error(format!("{failed} ({all} records so far)"));
            }
        }
        put
    }

    fn dispatch(&mut self, frames: Vec<u8>, records: u64) {
        if let Some(action) = self.feeder.send(frames, records) {
            self.orders.take_down_machine(&action);
        }
    }

    fn rotate(&mut self) {
        if let Sink::Log(log) = &mut self.sink {
            log.rotate();
        }
    }

    fn resume_log(&mut self) {
        let Sink::Log(log) = &mut self.sink else { return };
        if let Err(e) = log.resume() {
            say::error(format!("cannot resume logging: {e}"));
        }
        let failed = self.written.failed.load(Ordering::Relaxed);
        if failed > self.complained {
            self.complained = failed;
            say::warning(format!("{failed} records were not written to disk so far"));
        }
    }

    fn reconfigure(&mut self, loaded: &Loaded) {
        let Loaded { conf, own, node } = loaded;
        (self.formatter, self.frame) = form(conf, node.clone());
        self.state.1 = conf.log_group;
        self.distributes_network = conf.distribute_network;
        self.listens |= conf.tcp_listen_port.is_some();
        if let Sink::Log(log) = &mut self.sink {
            log.set_archiving(Archiving::of(own));
            if let Err(e) = log.reconfigure(conf) {
                say::error(e.to_string());
            }
        }
        self.feeder.reconfigure(conf);
        self.index(loaded);
    }

    /// Has the log indexed, if that is wanted.
    fn index(&mut self, Loaded { conf, own, .. }: &Loaded) {
        let wanted = own.index_logs && conf.write_logs && matches!(self.sink, Sink::Log(_));
        let log = wanted.then_some(&conf.log_file);
        if log.is_some_and(|log| self.indexer.as_ref().is_some_and(|indexer| indexer.is_of(log))) {
            return;
        }
        self.indexer = log.and_then(|log| match Indexer::start(log) {
            Ok(indexer) => Some(indexer),
            Err(e) => {
                say::warning(format!("the log is not indexed: no thread for it ({e})"));
                None
            }
        });
    }

    fn report(&mut self) {
        let log = if let Sink::Log(log) = &self.sink { Some(log.state()) } else { None };
        let memory_before = std::mem::replace(&mut self.memory, Memory::now());
        let plugins = self.feeder.status();
        let report =
            Report { log: log.as_ref(), plugins: &plugins, listens: self.listens, memory_before, memory: self.memory };
        let (path, group) = &self.state;
        if let Err(e) = report.write(path, *group) {
            say::error(format!("cannot write the state report {}: {e}", path.display()));
        }
    }

    /// When the log has something to do without work.
    fn due(&self) -> Option<Instant> {
        if let Sink::Log(log) = &self.sink { log.due() } else { None }
    }

    fn tick(&mut self) {
        if let Sink::Log(log) = &mut self.sink {
            log.tick();
        }
    }

    /// Says what the log has to say, and has done what it wants done.
    fn tell(&mut self) {
        let Sink::Log(log) = &mut self.sink else { return };
        for notice in log.notices() {
            say::say(notice.level(), notice.to_string());
        }
        for order in log.orders() {
            self.orders.carry_out(order);
        }
    }
}

/// How records are written, and how they go to plugins: a plain kernel text is what plugins of the oldest protocol expect of RAW
/// without a node name.
fn form(conf: &AuditdConf, node: Option<Vec<u8>>) -> (Formatter, Version) {
    let format = format_of(conf);
    let frame = if format == Format::Raw && node.is_none() { Version::Kernel } else { Version::Line };
    (Formatter::new(format, node), frame)
}

/// The record format of auditd.conf.
pub fn format_of(conf: &AuditdConf) -> Format {
    match conf.log_format {
        LogFormat::Raw => Format::Raw,
        _ => Format::Enriched,
    }
}
