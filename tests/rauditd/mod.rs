//! The live tests of rauditd, and what they share.

mod actions;
mod archives;
mod burst;
#[path = "../rauditctl/cases.rs"]
mod cases;
mod compare;
mod config;
mod daemon;
mod disk;
mod dispatch;
mod faults;
mod hard;
mod index;
#[path = "../live/kernel.rs"]
mod kernel;
mod load;
mod log;
mod many_rules;
mod modes;
mod oracle;
mod overload;
mod plugins;
mod process;
mod remote;
mod restarts;
mod same_records;
mod scenario;
mod served;
mod shadow;
mod signals;
mod sinks;
mod start;
mod stock;
mod survival;
mod wazuh;
mod work;
