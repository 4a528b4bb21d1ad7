//! Queries over the log: rausearch and raureport.
//!
//! A search is one pass, from the oldest record to the newest, in bounded memory:
//!
//! 1. [`source`]: which files, and the loop over their lines
//! 2. [`stamp`](raudit_record::stamp): node, type, time and serial of a line; what is outside the time window ends here
//! 3. [`group`]: lines become [`event::Event`]s, and come out in order of time
//! 4. [`items`]: what its records say, as far as it is asked for; [`query`] and [`who`]: whether that is asked for;
//!    `marks`: what need not be read to know that it is not
//!    [`expr`]: expressions that must hold besides; this and the next by several threads, the `crew`
//! 5. [`mod@print`]: events as text, some of it in the words of `normalize`; or [`mod@report`]: events as rows and counts
//!
//! [`checkpoint`] has a search go on where the one before ended. [`rausearch`] and [`raureport`] are the programs, [`relatives`] their small relatives; [`when`] reads `-ts` and `-te`. Nothing here prints but through the
//! writers a program hands in.
mod bounds;
pub mod checkpoint;
mod crew;
pub mod event;
pub mod expr;
pub mod follow;
pub mod group;
mod id_hash;
pub mod items;
pub mod locale;
pub mod marks;
mod nearly_sorted;
pub mod needle;
mod nl_langinfo;
mod normalize;
mod pager;
pub mod pass;
pub mod pattern;
pub mod print;
pub mod progress;
pub mod query;
pub mod raureport;
pub mod rausearch;
pub mod relatives;
pub mod report;
mod skim;
pub mod source;
mod text;
mod trouble;
pub mod when;
pub mod who;
mod words;
