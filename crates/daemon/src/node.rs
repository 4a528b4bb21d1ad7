//! The name of this machine in front of records (`name_format`).

use dns_lookup::{AddrInfoHints, SockType, getaddrinfo};
use raudit_config::{AuditdConf, NameFormat};
use std::net::ToSocketAddrs;

/// `AI_CANONNAME | AI_ADDRCONFIG` (netdb.h), as auditd asks.
const CANONICAL: i32 = libc::AI_CANONNAME | libc::AI_ADDRCONFIG;

/// The name auditd.conf asks for. `fqd` and `numeric` wait for the resolver.
///
/// # Errors
/// The host has no name, or the resolver does not know it.
pub fn name(conf: &AuditdConf) -> Result<Option<Vec<u8>>, String> {
    match conf.name_format {
        NameFormat::None => Ok(None),
        NameFormat::User => Ok(conf.name.clone().map(String::into_bytes)),
        NameFormat::Hostname => host().map(|host| Some(host.replace(' ', "_").into_bytes())),
        NameFormat::Fqd => canonical(&host()?).map(|name| Some(name.into_bytes())),
        NameFormat::Numeric => address(&host()?).map(|address| Some(address.into_bytes())),
    }
}

fn host() -> Result<String, String> {
    let name = nix::unistd::gethostname().map_err(|e| format!("cannot get this machine's name: {e}"))?;
    Ok(name.to_string_lossy().into_owned())
}

fn canonical(host: &str) -> Result<String, String> {
    let unknown = |why: String| format!("cannot resolve hostname {host} ({why}): name_format = fqd needs that");
    let hints = AddrInfoHints { flags: CANONICAL, socktype: SockType::Stream.into(), ..AddrInfoHints::default() };
    let mut found =
        getaddrinfo(Some(host), None, Some(hints)).map_err(|e| unknown(std::io::Error::from(e).to_string()))?;
    let first = found.next().ok_or_else(|| unknown("no address".into()))?.map_err(|e| unknown(e.to_string()))?;
    first.canonname.ok_or_else(|| unknown("no canonical name".into()))
}

fn address(host: &str) -> Result<String, String> {
    let unknown = |why: &str| format!("cannot resolve hostname {host} ({why}): name_format = numeric needs that");
    let mut found = (host, 0).to_socket_addrs().map_err(|e| unknown(&e.to_string()))?;
    found.next().map(|address| address.ip().to_string()).ok_or_else(|| unknown("no address"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn conf(name_format: NameFormat) -> AuditdConf {
        AuditdConf { name_format, name: Some("box-7".into()), ..AuditdConf::default() }
    }

    #[test]
    fn names_are_as_configured() {
        assert_eq!(name(&conf(NameFormat::None)), Ok(None));
        assert_eq!(name(&conf(NameFormat::User)), Ok(Some(b"box-7".to_vec())));
        let host = host().unwrap();
        assert_eq!(name(&conf(NameFormat::Hostname)), Ok(Some(host.replace(' ', "_").into_bytes())));
    }

    #[test]
    fn the_resolver_is_asked_for_names_and_addresses() {
        assert_eq!(address("127.0.0.1"), Ok("127.0.0.1".into()));
        assert_eq!(canonical("127.0.0.1"), Ok("127.0.0.1".into()));
        for unknown in [address("no-such-host.invalid"), canonical("no-such-host.invalid")] {
            let why = unknown.unwrap_err();
            assert!(why.starts_with("cannot resolve hostname no-such-host.invalid ("), "{why}");
        }
    }
}
