//! What the C library knows about the user's locale.
#![allow(unsafe_code, reason = "the locale database has no other interface than setlocale and nl_langinfo")]

use std::ffi::CStr;

/// `%x` of the locale in the environment, as a `strftime` format; `None` if that locale is not there.
///
/// To be called before there are threads.
pub(crate) fn date_format() -> Option<String> {
    // SAFETY: the name is a C string. Programs call this once at start, before any thread that could read the locale.
    let set = unsafe { libc::setlocale(libc::LC_TIME, c"".as_ptr()) };
    if set.is_null() {
        return None;
    }
    // SAFETY: nl_langinfo takes any item, and returns a C string that lives until the next setlocale; it is copied here.
    let format = unsafe { CStr::from_ptr(libc::nl_langinfo(libc::D_FMT)) };
    format.to_str().ok().filter(|format| !format.is_empty()).map(str::to_owned)
}

/// Whether text of the locale in the environment is UTF-8. As with [`date_format`], before there are threads.
pub(crate) fn is_utf8() -> bool {
    // SAFETY: as above.
    let set = unsafe { libc::setlocale(libc::LC_CTYPE, c"".as_ptr()) };
    if set.is_null() {
        return false;
    }
    // SAFETY: as above; it is compared before anything else can be called.
    let codeset = unsafe { CStr::from_ptr(libc::nl_langinfo(libc::CODESET)) };
    codeset.to_bytes() == b"UTF-8"
}
