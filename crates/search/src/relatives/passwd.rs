//! All users of this machine.
#![allow(unsafe_code, reason = "nothing but getpwent lists users of every source that nsswitch.conf names")]

use std::ffi::CStr;

/// A user's number and name.
pub(super) type User = (u32, Vec<u8>);

/// All users, in the order of the system's databases.
///
/// To be called before there are threads.
pub(super) fn users() -> Vec<User> {
    let mut users = Vec::new();
    // SAFETY: these take no arguments. Programs call this once, before any thread that could read the same database.
    unsafe { libc::setpwent() };
    loop {
        // SAFETY: as above; the result is null or points to an entry that lives until the next call.
        let entry = unsafe { libc::getpwent().as_ref() };
        let Some(entry) = entry.filter(|entry| !entry.pw_name.is_null()) else { break };
        // SAFETY: a name that is not null is a C string that lives as long as its entry; it is copied here.
        let name = unsafe { CStr::from_ptr(entry.pw_name) };
        users.push((entry.pw_uid, name.to_bytes().to_vec()));
    }
    // SAFETY: as above; no entry is used after it.
    unsafe { libc::endpwent() };
    users
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_superuser_is_among_them() {
        assert!(users().iter().any(|(number, name)| *number == 0 && name == b"root"));
    }
}
