//! The group of a key exchange, for which the openssl crate has no call.
#![allow(unsafe_code, reason = "two calls of OpenSSL's, argued below")]

use foreign_types::ForeignTypeRef;
use openssl::ssl::SslRef;
use std::ffi::{CStr, c_char, c_int};

/// `SSL_CTRL_GET_NEGOTIATED_GROUP` of openssl/ssl.h.
const GET_NEGOTIATED_GROUP: c_int = 134;

unsafe extern "C" {
    // since OpenSSL 3.0; the string is OpenSSL's own and lasts as long as the library
    fn SSL_group_to_name(ssl: *mut openssl_sys::SSL, id: c_int) -> *const c_char;
}

/// Its name, when there has been a key exchange.
pub fn name(ssl: &SslRef) -> Option<String> {
    // OpenSSL looks at the session without asking whether there is one yet
    ssl.session()?;
    // SAFETY: the pointer is that of a live SSL with a session, this control command takes no argument and changes nothing.
    let id = unsafe { openssl_sys::SSL_ctrl(ssl.as_ptr(), GET_NEGOTIATED_GROUP, 0, std::ptr::null_mut()) };
    let id = c_int::try_from(id).ok().filter(|&id| id != 0)?;
    // SAFETY: as above, and any number may be asked for.
    let name = unsafe { SSL_group_to_name(ssl.as_ptr(), id) };
    if name.is_null() {
        return None;
    }
    // SAFETY: not null, and so a string of OpenSSL's own.
    let name = unsafe { CStr::from_ptr(name) };
    Some(name.to_string_lossy().into_owned())
}

/// Whether the key exchange withstands quantum computers.
pub fn withstands_quantum_computers(ssl: &SslRef) -> bool {
    name(ssl).is_some_and(|group| group.contains("MLKEM"))
}
