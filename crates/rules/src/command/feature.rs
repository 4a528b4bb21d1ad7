//! Bits of `audit_status.feature_bitmap`: what the kernel's audit can do, and so what a rule may say.
#![allow(missing_docs, reason = "the names are linux/audit.h's, without AUDIT_FEATURE_BITMAP_")]

pub const BACKLOG_LIMIT: u32 = 0x01;
pub const BACKLOG_WAIT_TIME: u32 = 0x02;
pub const EXECUTABLE_PATH: u32 = 0x04;
pub const EXCLUDE_EXTEND: u32 = 0x08;
pub const SESSIONID_FILTER: u32 = 0x10;
pub const LOST_RESET: u32 = 0x20;
pub const FILTER_FS: u32 = 0x40;
/// Everything named here.
pub const ALL: u32 = 0x7f;
