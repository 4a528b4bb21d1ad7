//! Records that wait to be sent: in memory, or in a file that auditd's program can read too.

pub mod file;
pub mod header;

use file::FileQueue;
use raudit_config::AudispRemoteConf;
use raudit_config::audisp_remote_conf::Mode;
use std::collections::VecDeque;
use std::io;

/// What is at the front of a queue.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Front {
    /// Nothing.
    Empty,
    /// A record, with its newline.
    Record(Vec<u8>),
    /// An entry that holds no text. It is to be removed.
    Broken,
}

/// A bounded queue.
#[derive(Debug)]
pub enum Queue {
    /// `mode = immediate`: the records, and how many there may be.
    Memory(VecDeque<Vec<u8>>, usize),
    /// `mode = forward`.
    File(FileQueue),
}

impl Queue {
    /// The queue of this configuration; a file's has what was left in it.
    ///
    /// # Errors
    /// The file cannot be used; a line that says so.
    pub fn open(conf: &AudispRemoteConf) -> Result<Self, String> {
        match conf.mode {
            Mode::Immediate => Ok(Self::Memory(VecDeque::new(), conf.queue_depth as usize)),
            Mode::Forward => FileQueue::open(&conf.queue_file, conf.queue_depth).map(Self::File),
        }
    }

    /// How many records are in it.
    pub fn len(&self) -> usize {
        match self {
            Self::Memory(records, _) => records.len(),
            Self::File(file) => file.len() as usize,
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether there is no room for another.
    pub fn is_full(&self) -> bool {
        match self {
            Self::Memory(records, depth) => records.len() >= *depth,
            Self::File(file) => file.is_full(),
        }
    }

    /// Adds a record, for which there must be room.
    ///
    /// # Errors
    /// What writing gives; the record is not in the queue.
    pub fn push(&mut self, record: Vec<u8>) -> io::Result<()> {
        match self {
            Self::Memory(records, _) => {
                records.push_back(record);
                Ok(())
            }
            Self::File(file) => file.push(&record),
        }
    }

    /// What is to be sent next.
    ///
    /// # Errors
    /// What reading gives.
    pub fn front(&mut self) -> io::Result<Front> {
        match self {
            Self::Memory(records, _) => {
                Ok(records.front().map_or(Front::Empty, |record| Front::Record(record.clone())))
            }
            Self::File(file) => file.front(),
        }
    }

    /// Removes the one at the front.
    ///
    /// # Errors
    /// What writing gives. In a queue in memory, and for this process, the record is gone all the same.
    pub fn pop(&mut self) -> io::Result<()> {
        match self {
            Self::Memory(records, _) => {
                records.pop_front();
                Ok(())
            }
            Self::File(file) => file.pop(),
        }
    }
}
