//! A page of HTML: everything is in it, and nothing else is ever loaded.
//!
//! * [`mod@page`]: its parts in their order; `svg`: charts; `table`: lists; `text`: what stands in a log, as text
//!
//! Charts are drawn here, so that they are there without a script; `sort.js` only sorts the lists. Both it and `style.css` are named by
//! their hashes in the page's policy, which allows nothing else: what came in from a log could not run.
mod page;
mod svg;
mod table;
mod text;

pub(crate) use page::page;
