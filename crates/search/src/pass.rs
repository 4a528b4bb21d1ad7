//! One pass over a source: its lines become events, which are handed out in order.

use crate::bounds::{Bounds, Over};
use crate::event::Event;
use crate::group::Grouper;
use crate::marks::Lead;
use crate::progress::Progress;
use crate::query::Window;
use crate::skim::{PIECE, Place, Skim, Way};
use crate::source::{SearchError, Source, failed, not_found_here};
use memchr::{memchr, memchr_iter, memrchr};
use raudit_index::{Index, Term};
use raudit_log::files::LogFile;
use raudit_log::read::{LONGEST_LINE, Lines, files, lines_of};
use raudit_log::unpack::{Input, is_packed};
use raudit_record::EventId;
use raudit_record::interpret::Escape;
use raudit_record::stamp::{StampReader, Unstamped};
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::ops::ControlFlow;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::rc::Rc;
use std::time::Duration;

/// Who gets the events, and may add to the notes.
pub(crate) struct Taker<'a> {
    pub(crate) notes: &'a mut dyn Write,
    pub(crate) each: &'a mut EachEvent<'a>,
}

/// Takes an event, or what is in it; and whether there should be more.
pub(crate) type EachEvent<'a> = dyn FnMut(&mut Event, &mut dyn Write) -> io::Result<ControlFlow<()>> + 'a;

/// Reads a source once, from its oldest record to its newest.
#[derive(Debug)]
pub struct Search {
    window: Window,
    stamps: StampReader,
    grouper: Grouper,
    found: Found,
    /// Another search goes on where this one ends.
    goes_on: bool,
    /// The device and inode of the log where it begins.
    begin: Option<(u64, u64)>,
    /// Only what may be asked for need be read.
    hurried: bool,
    skim: Option<Skim>,
    term: Option<Term>,
    over: Over,
    timeout: u64,
    progress: Rc<Progress>,
}

/// What is known of a source that was read.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Found {
    /// The first record's identity; with a start, that of the first record from before it.
    pub first: Option<EventId>,
    /// Whether a compressed archive was damaged: then there may be more than was seen.
    pub damaged: bool,
    /// The device and inode of each file that was read, in order.
    pub files: Vec<(u64, u64)>,
}

impl Search {
    /// A search in a window, with an end of event timeout in seconds.
    pub fn new(window: Window, timeout: u64) -> Self {
        Self {
            window,
            stamps: StampReader::default(),
            grouper: Grouper::new(timeout),
            found: Found::default(),
            goes_on: false,
            begin: None,
            hurried: false,
            skim: None,
            term: None,
            over: Over::new(window.end),
            timeout,
            progress: Rc::default(),
        }
    }

    /// Tells there how far it is.
    pub fn watched(mut self, progress: Rc<Progress>) -> Self {
        self.progress = progress;
        self
    }

    /// Events are whole as soon as a record says so, as for auparse; a LOGIN is an event of its own.
    pub(crate) fn early(mut self) -> Self {
        self.grouper.early();
        self
    }

    /// Nobody asks for events without what that lead names, nor for what is not in the window: they need not be read.
    pub fn hurried(mut self, lead: Option<Lead>) -> Self {
        self.hurried = true;
        if let Some(Lead { mark, term }) = lead {
            (self.skim, self.term) = (Some(Skim::new(mark, self.timeout)), Some(term));
        }
        self
    }

    /// Another search is to go on where this one ends: events that may get more records are left to it. Of logs those before the one
    /// with that device and inode are not read.
    pub fn in_parts(mut self, begin: Option<(u64, u64)>) -> Self {
        (self.goes_on, self.begin) = (true, begin);
        self
    }

    /// Gives every event to `each`, which may add to `notes`, until it breaks off. Lines with an impossible stamp are named on `notes`, and so are damaged archives:
    /// what is before the damage is read, and what comes after them.
    ///
    /// # Errors
    /// [`SearchError`]; also what `each` gives.
    pub fn run(
        mut self,
        source: &Source,
        notes: &mut impl Write,
        each: &mut impl FnMut(&mut Event, &mut dyn Write) -> io::Result<ControlFlow<()>>,
    ) -> Result<Found, SearchError> {
        let to = &mut Taker { notes, each };
        let flow = match source {
            Source::Stdin => {
                let path = Path::new("stdin");
                let input = Input::look(io::stdin().lock(), false).map_err(failed("reading", path))?;
                self.read(input, path, to)?
            }
            Source::File(path) => self.file(path, to)?,
            Source::Log(log) => self.log(log, to)?,
        };
        if flow.is_continue() {
            if self.goes_on {
                self.grouper.finish_complete();
            } else {
                self.grouper.finish();
            }
            let _done = self.hand_out(to)?;
        }
        Ok(self.found)
    }

    fn file(&mut self, path: &Path, to: &mut Taker<'_>) -> Result<ControlFlow<()>, SearchError> {
        let file = File::open(path).map_err(failed("opening", path))?;
        let meta = file.metadata().map_err(failed("reading", path))?;
        self.found.files.push((meta.dev(), meta.ino()));
        self.progress.expect(meta.len());
        let named = path.extension().is_some_and(|extension| extension == "zst");
        if self.hurried && !named && meta.is_file() && !is_packed(&file).map_err(failed("reading", path))? {
            return self.hurry(file, path, to);
        }
        let input = Input::look(file, named).map_err(failed("reading", path))?;
        self.read(input, path, to)
    }

    fn log(&mut self, log: &Path, to: &mut Taker<'_>) -> Result<ControlFlow<()>, SearchError> {
        let files = self.onwards(files(log).map_err(not_found_here(log))?)?;
        // of what is compressed no place can be read again
        self.hurried &= files.iter().all(|file| !file.compressed);
        self.progress.expect(files.iter().map(|file| file.size).sum());
        for file in files {
            let opened = match file.open() {
                // A rotation has removed it since it was listed.
                Err(e) if e.kind() == io::ErrorKind::NotFound => continue,
                opened => opened.map_err(failed("opening", &file.path))?,
            };
            self.grouper.read_from(self.found.files.len());
            self.found.files.push((file.dev, file.inode));
            let flow = match opened {
                Input::Plain(plain) if self.hurried => self.hurry(plain, &file.path, to)?,
                opened => self.read(opened, &file.path, to)?,
            };
            if flow.is_break() || self.over.is_over() {
                return Ok(flow);
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    /// The files from the one on where the search begins.
    fn onwards(&self, mut files: Vec<LogFile>) -> Result<Vec<LogFile>, SearchError> {
        if let Some((dev, inode)) = self.begin {
            let at = files.iter().rposition(|file| file.was(dev, inode)).ok_or(SearchError::NotThere)?;
            files.drain(..at);
        }
        if self.hurried && self.window.start > 0 {
            let begins_before = |file: &LogFile| match file.open() {
                Ok(Input::Plain(plain)) => {
                    Bounds::default().begins_before(&plain, self.window.start.unsigned_abs()).unwrap_or(false)
                }
                _ => false,
            };
            let at = files.iter().rposition(begins_before).unwrap_or(0);
            files.drain(..at);
        }
        Ok(files)
    }

    /// Reads of a file what may be asked for.
    fn hurry(&mut self, file: File, path: &Path, to: &mut Taker<'_>) -> Result<ControlFlow<()>, SearchError> {
        let file = Rc::new(file);
        let start = match Index::of(&file, path.parent().unwrap_or(Path::new("."))) {
            Some(index) => match self.by_index(&file, index, path, to)? {
                ControlFlow::Continue(covered) => Ok(covered),
                ControlFlow::Break(()) => return Ok(ControlFlow::Break(())),
            },
            None if self.window.start > 0 => Bounds::default().start(&file, self.window.start.unsigned_abs()),
            None => Ok(0),
        };
        let start = start.and_then(|start| (&*file).seek(SeekFrom::Start(start))).map_err(failed("reading", path))?;
        let mut lines = Lines::new(&*file);
        while let Some((block, offset)) = lines.next_block().map_err(failed("reading", path))? {
            let place = Place { file: Rc::clone(&file), offset: start + offset, len: block.len() };
            if self.block(block, place, to)?.is_break() {
                return Ok(ControlFlow::Break(()));
            }
            if self.over.is_over() {
                break;
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    /// Reads of what is indexed the blocks that may be asked for. Gives how many bytes that were.
    fn by_index(
        &mut self,
        file: &Rc<File>,
        mut index: Index,
        path: &Path,
        to: &mut Taker<'_>,
    ) -> Result<ControlFlow<(), u64>, SearchError> {
        let seconds = self.window.seconds();
        let (mut offset, mut text) = (0, Vec::new());
        // a block that is damaged, and what follows it, are read as if there were no index
        for entry in (0..index.len()).map_while(|number| index.entry(number)) {
            let place = Place { file: Rc::clone(file), offset, len: entry.len as usize };
            offset += u64::from(entry.len);
            let may_have = entry.may_be_of(seconds) && self.term.as_ref().is_none_or(|term| entry.may_have(term));
            if may_have || self.skim.as_ref().is_some_and(Skim::reads_on) {
                place.read(&mut text).map_err(failed("reading", path))?;
                if self.block(&text, place, to)?.is_break() {
                    return Ok(ControlFlow::Break(()));
                }
                continue;
            }
            self.progress.add(u64::from(entry.len));
            if let Some(skim) = &mut self.skim {
                skim.pass(place, entry.seconds.1);
            }
        }
        Ok(ControlFlow::Continue(offset))
    }

    /// Reads a block, piece by piece.
    fn block(&mut self, block: &[u8], place: Place, to: &mut Taker<'_>) -> Result<ControlFlow<()>, SearchError> {
        let mut offset = place.offset;
        self.progress.add(block.len() as u64);
        for piece in pieces(block) {
            let place = Place { file: Rc::clone(&place.file), offset, len: piece.len() };
            offset += piece.len() as u64;
            if self.piece(piece, place, to)?.is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    fn piece(&mut self, piece: &[u8], place: Place, to: &mut Taker<'_>) -> Result<ControlFlow<()>, SearchError> {
        let second =
            piece.split(|&byte| byte == b'\n').take(3).find_map(|line| Some(self.stamps.read(line).ok()?.id.sec));
        self.over.at(second);
        let Some(skim) = &mut self.skim else { return self.lines(piece, to) };
        let (has, way) = skim.take(piece, place, second);
        match way {
            Way::Pass => return Ok(ControlFlow::Continue(())),
            Way::Read => {}
            Way::ReadFrom { before, anew } => {
                if anew {
                    self.grouper.forget();
                }
                let mut text = Vec::new();
                for place in before {
                    place.read(&mut text).map_err(SearchError::Output)?;
                    if self.lines(&text, to)?.is_break() {
                        return Ok(ControlFlow::Break(()));
                    }
                }
            }
        }
        let flow = self.lines(piece, to)?;
        if let Some(skim) = &mut self.skim {
            skim.was_read(has, self.grouper.begun(), |begun| self.grouper.holds_any_of(begun));
        }
        Ok(flow)
    }

    fn read(&mut self, input: impl Read, path: &Path, to: &mut Taker<'_>) -> Result<ControlFlow<()>, SearchError> {
        let mut lines = Lines::new(input);
        loop {
            let block = match lines.next_block() {
                Ok(Some((block, _))) => block,
                Ok(None) => break,
                Err(damage) if damage.kind() == io::ErrorKind::InvalidData => {
                    self.found.damaged = true;
                    let error = failed("reading", path)(damage);
                    writeln!(to.notes, "{error}").map_err(SearchError::Output)?;
                    break;
                }
                Err(error) => return Err(failed("reading", path)(error)),
            };
            self.progress.add(block.len() as u64);
            if self.lines(block, to)?.is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    /// How long an event may wait for more records.
    pub(crate) fn patience(&self) -> Duration {
        Duration::from_secs(self.timeout)
    }

    /// The first second of the window, if it has one.
    pub(crate) fn starts_at(&self) -> Option<u64> {
        (self.window.start > 0).then(|| self.window.start.unsigned_abs())
    }

    /// No event gets any more records.
    pub(crate) fn close_all(&mut self) {
        self.grouper.finish();
    }

    /// Reads lines of a log.
    pub(crate) fn lines(&mut self, block: &[u8], to: &mut Taker<'_>) -> Result<ControlFlow<()>, SearchError> {
        // Blocks without NUL need no look at each line; others, and over-long lines, are cut by the log's rules.
        if memchr(0, block).is_some() {
            for line in lines_of(block, 0) {
                if self.take(line.bytes, to)?.is_break() {
                    return Ok(ControlFlow::Break(()));
                }
            }
            return Ok(ControlFlow::Continue(()));
        }
        let mut from = 0;
        for end in memchr_iter(b'\n', block).chain([block.len()]) {
            let line = block.get(from..end).unwrap_or_default();
            from = end + 1;
            let line = line.get(..LONGEST_LINE).unwrap_or(line);
            if !line.is_empty() && self.take(line, to)?.is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    fn take(&mut self, line: &[u8], to: &mut Taker<'_>) -> Result<ControlFlow<()>, SearchError> {
        match self.stamps.read(line) {
            Ok(stamp) => {
                if self.found.first.is_none() && self.window.may_start_at(stamp.id.sec) {
                    self.found.first = Some(stamp.id);
                }
                if self.window.covers(stamp.id.sec) {
                    self.grouper.add(&stamp, line);
                    if self.grouper.has_ready() {
                        return self.hand_out(to);
                    }
                }
            }
            Err(Unstamped::BadStamp(stamp)) => {
                // whatever stands there must not drive a terminal
                let stamp = Escape::Tty.show(stamp);
                let stamp = String::from_utf8_lossy(&stamp);
                writeln!(to.notes, "Error extracting time stamp ({stamp})").map_err(SearchError::Output)?;
            }
            Err(Unstamped::NotARecord) => {}
        }
        Ok(ControlFlow::Continue(()))
    }

    /// Hands out the events that are whole.
    pub(crate) fn hand_out(&mut self, to: &mut Taker<'_>) -> Result<ControlFlow<()>, SearchError> {
        while let Some(mut event) = self.grouper.pop() {
            let flow = (to.each)(&mut event, to.notes).map_err(SearchError::Output)?;
            self.grouper.recycle(event);
            if flow.is_break() {
                return Ok(flow);
            }
        }
        Ok(ControlFlow::Continue(()))
    }
}

/// A block in pieces of whole lines.
fn pieces(block: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = block;
    std::iter::from_fn(move || {
        let near = rest.get(..PIECE).unwrap_or(rest);
        let end = memrchr(b'\n', near).or_else(|| memchr(b'\n', rest)).map_or(rest.len(), |at| at + 1);
        let (piece, after) = rest.split_at_checked(end)?;
        rest = after;
        (!piece.is_empty()).then_some(piece)
    })
}

#[cfg(test)]
mod tests;
