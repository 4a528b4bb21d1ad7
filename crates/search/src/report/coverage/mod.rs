//! `--coverage`: which rules of a set the log shows to have fired, which never did, and what no rule explains.
//!
//! * [`rules`]: reading the set; [`index`]: finding its rules by key and system call
//! * [`facts`]: what an event's records tell of what rules ask; `files`: of path items
//! * [`fit`]: how well a rule agrees with them; `names`: with names of files; `access`: `perm=`
//! * [`explain`]: which rule recorded an event, and which others may have
//! * [`count`]: the counts, in `few` where the log has any number of values; [`show`]: how they look
//!
//! **How certain is a count?** The key of an event is the key of its rule, so a rule that alone has its key is certain. Of several
//! with one key the conditions decide; the first whose conditions hold is the one, since the kernel stops there. It is uncertain where
//! records do not tell (supplementary groups, labels, records that were excluded), and where files have another name than in the rule:
//! then the first that may be it is counted, and the counts of all that may be it say from how many to how many events they have. Of
//! events without a key, a rule without a key is taken only if the records do not contradict it. All this takes the rules for those that were in
//! force when the events were recorded.
mod access;
mod count;
mod explain;
mod facts;
mod few;
mod files;
mod fit;
mod index;
mod names;
mod rules;
mod show;
#[cfg(test)]
mod tests;

pub(crate) use count::{Coverage, WANTED};
pub(crate) use rules::Rules;
pub(crate) use show::HEADING;
