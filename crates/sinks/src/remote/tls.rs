//! TLS 1.3 with a pre-shared key, as a client.

use super::stream::wait;
use nix::poll::PollFlags;
use openssl::ssl::{ErrorCode, Ssl, SslContext, SslMethod, SslStream, SslVersion};
use raudit_config::AudispRemoteConf;
use raudit_config::auditd_value::TlsProfile;
use raudit_remote::psk::{Key, is_identity};
use raudit_remote::settings::Suites;
use raudit_remote::tls::{builder, group};
use std::fmt;
use std::net::TcpStream;
use std::path::PathBuf;
use std::time::Instant;

/// How TLS is spoken. The key is read anew for each connection, so that another takes its place by SIGHUP.
pub struct Tls {
    suites: Suites,
    identity: String,
    key_file: PathBuf,
    needs_pqc: bool,
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tls").field("identity", &self.identity).field("key_file", &self.key_file).finish()
    }
}

impl Tls {
    /// Takes the settings, and looks whether a connection can be had with them.
    ///
    /// # Errors
    /// A line: the key or the algorithms cannot be used.
    pub fn new(conf: &AudispRemoteConf) -> Result<Self, String> {
        let profile = conf.profile();
        let suites = Suites::of(profile, conf.tls_cipher_suites.as_deref(), conf.tls_key_exchange.as_deref())?;
        let identity = conf.tls_psk_identity.clone().unwrap_or_default();
        if !is_identity(&identity) {
            return Err(format!("tls_psk_identity: \"{identity}\" should be 1 to 255 printable characters"));
        }
        let key_file = conf.tls_psk_file.clone().unwrap_or_default();
        let tls = Self { suites, identity, key_file, needs_pqc: profile == TlsProfile::Pqc };
        tls.context()?;
        Ok(tls)
    }

    fn context(&self) -> Result<SslContext, String> {
        let key = Key::load(&self.key_file)?;
        let mut context = builder(SslMethod::tls_client(), self.suites.ciphers.as_deref(), &self.suites.groups)?;
        let identity = format!("{}\0", self.identity).into_bytes();
        context.set_psk_client_callback(move |_, _, name, secret| {
            match (name.get_mut(..identity.len()), secret.get_mut(..key.bytes().len())) {
                (Some(name), Some(secret)) => {
                    name.copy_from_slice(&identity);
                    secret.copy_from_slice(key.bytes());
                    Ok(secret.len())
                }
                // 0: there is no key
                _ => Ok(0),
            }
        });
        Ok(context.build())
    }

    /// Shakes hands over a stream that does not block.
    ///
    /// # Errors
    /// The other end has not our key, or does not answer in time.
    pub fn connect(&self, stream: TcpStream, deadline: Instant) -> Result<SslStream<TcpStream>, String> {
        let context = self.context()?;
        let ssl = Ssl::new(&context).map_err(|e| e.to_string())?;
        let mut stream = SslStream::new(ssl, stream).map_err(|e| e.to_string())?;
        while let Err(error) = stream.connect() {
            let flags = match error.code() {
                ErrorCode::WANT_READ => PollFlags::POLLIN,
                ErrorCode::WANT_WRITE => PollFlags::POLLOUT,
                _ => return Err(error.to_string()),
            };
            wait(stream.get_ref(), flags, deadline).map_err(|e| e.to_string())?;
        }
        if self.needs_pqc && !group::withstands_quantum_computers(stream.ssl()) {
            return Err("the key exchange does not withstand quantum computers".into());
        }
        // no certificates are looked at: without the key there is nobody to talk to
        let by_key = stream.ssl().version2() == Some(SslVersion::TLS1_3) && stream.ssl().peer_certificate().is_none();
        if by_key { Ok(stream) } else { Err("the other end has not our key".into()) }
    }
}
