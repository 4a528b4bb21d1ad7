//! What both ends of a TLS connection have in common: 1.3 only, and nothing that makes a connection out of an old one.

pub mod group;

use openssl::error::ErrorStack;
use openssl::ssl::{SslContext, SslContextBuilder, SslMethod, SslMode, SslOptions, SslSessionCacheMode, SslVersion};

/// Begins a context. Of `groups` the first that OpenSSL knows all of is taken.
///
/// # Errors
/// OpenSSL does not know the ciphers or groups.
pub fn builder(method: SslMethod, ciphers: Option<&str>, groups: &[String]) -> Result<SslContextBuilder, String> {
    let cannot = |what: &str| {
        let what = what.to_owned();
        move |e: ErrorStack| format!("transport = tls: {what}: {e}")
    };
    let mut context = SslContext::builder(method).map_err(cannot("no context"))?;
    context.set_min_proto_version(Some(SslVersion::TLS1_3)).map_err(cannot("no TLS 1.3"))?;
    context.set_options(SslOptions::NO_COMPRESSION);
    // what is sent again after waiting begins with the same bytes, but may lie elsewhere and be longer
    context.set_mode(SslMode::ENABLE_PARTIAL_WRITE | SslMode::ACCEPT_MOVING_WRITE_BUFFER | SslMode::RELEASE_BUFFERS);
    context.set_session_cache_mode(SslSessionCacheMode::OFF);
    context.set_num_tickets(0).map_err(cannot("tickets"))?;
    context.set_max_early_data(0).map_err(cannot("early data"))?;
    if let Some(ciphers) = ciphers {
        context.set_ciphersuites(ciphers).map_err(cannot(&format!("tls_cipher_suites {ciphers}")))?;
    }
    if let Some(last) = groups.last()
        && !groups.iter().any(|groups| context.set_groups_list(groups).is_ok())
    {
        context.set_groups_list(last).map_err(cannot(&format!("tls_key_exchange {last}")))?;
    }
    Ok(context)
}
