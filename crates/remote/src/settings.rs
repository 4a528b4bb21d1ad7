//! What of auditd.conf the collector needs.

use crate::link::MESSAGE_MAX;
use crate::link::codec::{Rest, push_bytes};
use crate::psk::Clients;
use raudit_config::AuditdConf;
use raudit_config::auditd_value::{Ports, TlsProfile, Transport};

/// Whether this program was built with OpenSSL.
const HAS_TLS: bool = cfg!(feature = "tls");

/// auditd's cipher suites: those with SHA-256, which is the hash of external keys, come first.
const CIPHERS: &str = "TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_256_GCM_SHA384";
/// Its groups: the first withstands quantum computers.
const GROUPS: &str = "X25519MLKEM768:X25519";
/// For an OpenSSL before 3.5, which has only the second.
const OLD_GROUPS: &str = "X25519";
/// Its groups for `tls_crypto_profile = pqc`.
const PQC_GROUPS: &str = "X25519MLKEM768:SecP256r1MLKEM768:SecP384r1MLKEM1024";

/// How to speak TLS.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Tls {
    /// Cipher suites, for OpenSSL; `None` leaves them to the system's policy.
    pub ciphers: Option<String>,
    /// Groups for the key exchange, for OpenSSL: those to try one after the other until it knows them all. None leaves them to the system.
    pub groups: Vec<String>,
    /// `tls_crypto_profile`, as records name it.
    pub profile: String,
    /// The group must withstand quantum computers.
    pub needs_pqc: bool,
    /// Who may connect.
    pub clients: Clients,
}

impl Tls {
    fn of(conf: &AuditdConf) -> Result<Self, String> {
        if !HAS_TLS {
            return Err(
                "transport = tls is not supported by this build (the feature tls is off): use another, or tcp".into()
            );
        }
        let profile = profile_of(conf);
        let suites = Suites::of(profile, conf.tls_cipher_suites.as_deref(), conf.tls_key_exchange.as_deref())?;
        Ok(Self {
            ciphers: suites.ciphers,
            groups: suites.groups,
            profile: profile.word().to_owned(),
            needs_pqc: profile == TlsProfile::Pqc,
            clients: Clients::load(conf)?,
        })
    }
}

/// Which algorithms a profile means, and what is set instead of them.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Suites {
    /// As in [`Tls`].
    pub ciphers: Option<String>,
    /// As in [`Tls`].
    pub groups: Vec<String>,
}

impl Suites {
    /// Those of `profile`, but for `tls_cipher_suites` and `tls_key_exchange` where they are set.
    ///
    /// # Errors
    /// No pre-shared key goes with these ciphers.
    pub fn of(profile: TlsProfile, ciphers: Option<&str>, groups: Option<&str>) -> Result<Self, String> {
        let (our_ciphers, our_groups): (Option<&str>, &[&str]) = match profile {
            TlsProfile::Compatible => (Some(CIPHERS), &[GROUPS, OLD_GROUPS]),
            TlsProfile::System => (None, &[]),
            TlsProfile::Pqc => (Some(CIPHERS), &[PQC_GROUPS]),
        };
        let ciphers = ciphers.or(our_ciphers);
        if let Some(list) = ciphers.filter(|list| !list.contains("SHA256")) {
            return Err(format!("tls_cipher_suites = {list}: one with SHA256 is needed, the hash of pre-shared keys"));
        }
        let groups = groups.map_or(our_groups.to_vec(), |list| vec![list]);
        Ok(Self { ciphers: ciphers.map(str::to_owned), groups: groups.into_iter().map(str::to_owned).collect() })
    }
}

/// `tls_crypto_profile`, for which `tls_require_pqc = yes` is another name.
pub fn profile_of(conf: &AuditdConf) -> TlsProfile {
    if conf.tls_require_pqc { TlsProfile::Pqc } else { conf.tls_crypto_profile }
}

/// The settings of a collector.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Settings {
    /// `tcp_listen_port`.
    pub port: u16,
    /// `tcp_listen_queue`.
    pub queue: u32,
    /// `tcp_max_per_addr`.
    pub per_address: u32,
    /// `tcp_client_ports`.
    pub client_ports: Ports,
    /// `tcp_client_max_idle`, in seconds; 0 means forever.
    pub max_idle: u32,
    /// `use_libwrap`.
    pub ask_hosts_access: bool,
    /// `transport = tls`.
    pub tls: Option<Tls>,
}

impl Settings {
    /// The settings of auditd.conf; `None` where it does not ask for a listener.
    ///
    /// # Errors
    /// What it asks for cannot be had.
    pub fn of(conf: &AuditdConf) -> Result<Option<Self>, String> {
        let Some(port) = conf.tcp_listen_port.and_then(|port| u16::try_from(port).ok()) else { return Ok(None) };
        if conf.enable_krb5 || conf.transport == Transport::Krb5 {
            return Err(
                "transport = krb5 is not supported: use transport = tls, or tcp on a network that is trusted".into()
            );
        }
        let tls = if conf.transport == Transport::Tls { Some(Tls::of(conf)?) } else { None };
        let settings = Self {
            port,
            queue: conf.tcp_listen_queue,
            per_address: conf.tcp_max_per_addr,
            client_ports: conf.tcp_client_ports,
            max_idle: conf.tcp_client_max_idle,
            ask_hosts_access: conf.use_libwrap,
            tls,
        };
        let mut message = Vec::new();
        settings.encode(&mut message);
        // with the byte in front
        if message.len() >= MESSAGE_MAX {
            return Err(format!("tls_allowed_clients has more than {MESSAGE_MAX} bytes of identities and keys"));
        }
        Ok(Some(settings))
    }

    /// `tls_crypto_profile`, as records name it.
    pub fn profile(&self) -> &str {
        self.tls.as_ref().map_or("unknown", |tls| &tls.profile)
    }

    /// What can be taken of new settings while it runs; the rest is that of `old`.
    ///
    /// # Errors
    /// What is wrong with them, as a list of clients that cannot be read.
    pub fn reloaded(old: &AuditdConf, new: &AuditdConf) -> Result<Option<Self>, String> {
        Self::of(&AuditdConf {
            tcp_listen_port: old.tcp_listen_port,
            transport: old.transport,
            enable_krb5: old.enable_krb5,
            tls_psk_file: old.tls_psk_file.clone(),
            tls_psk_identity: old.tls_psk_identity.clone(),
            tls_cipher_suites: old.tls_cipher_suites.clone(),
            tls_key_exchange: old.tls_key_exchange.clone(),
            tls_require_pqc: old.tls_require_pqc,
            tls_crypto_profile: old.tls_crypto_profile,
            ..new.clone()
        })
    }

    /// The keys that differ, and wait for a restart.
    pub fn need_restart(old: &AuditdConf, new: &AuditdConf) -> Vec<&'static str> {
        let differs = [
            ("local_events", old.local_events != new.local_events),
            ("tcp_listen_port", old.tcp_listen_port != new.tcp_listen_port),
            ("transport", old.transport != new.transport),
            ("enable_krb5", old.enable_krb5 != new.enable_krb5),
            ("krb5_principal", old.krb5_principal != new.krb5_principal),
            ("krb5_key_file", old.krb5_key_file != new.krb5_key_file),
            ("tls_psk_file", old.tls_psk_file != new.tls_psk_file),
            ("tls_psk_identity", old.tls_psk_identity != new.tls_psk_identity),
            ("tls_cipher_suites", old.tls_cipher_suites != new.tls_cipher_suites),
            ("tls_key_exchange", old.tls_key_exchange != new.tls_key_exchange),
            ("tls_crypto_profile", profile_of(old) != profile_of(new)),
        ];
        differs.into_iter().filter_map(|(key, differs)| differs.then_some(key)).collect()
    }

    pub(crate) fn encode(&self, out: &mut Vec<u8>) {
        for port in [self.port, self.client_ports.low, self.client_ports.high] {
            out.extend(port.to_le_bytes());
        }
        for number in [self.queue, self.per_address, self.max_idle] {
            out.extend(number.to_le_bytes());
        }
        out.extend([self.ask_hosts_access, self.tls.is_some()].map(u8::from));
        let Some(tls) = &self.tls else { return };
        push_bytes(out, tls.ciphers.as_deref().unwrap_or_default().as_bytes());
        push_bytes(out, tls.groups.join(" ").as_bytes());
        push_bytes(out, tls.profile.as_bytes());
        out.push(tls.needs_pqc.into());
        tls.clients.encode(out);
    }

    pub(crate) fn decode(rest: &mut Rest<'_>) -> Option<Self> {
        Some(Self {
            port: rest.u16()?,
            client_ports: Ports { low: rest.u16()?, high: rest.u16()? },
            queue: rest.u32()?,
            per_address: rest.u32()?,
            max_idle: rest.u32()?,
            ask_hosts_access: rest.bool()?,
            tls: if rest.bool()? { Some(Self::decode_tls(rest)?) } else { None },
        })
    }

    fn decode_tls(rest: &mut Rest<'_>) -> Option<Tls> {
        Some(Tls {
            ciphers: Some(rest.text()?).filter(|text| !text.is_empty()),
            groups: rest.text()?.split_whitespace().map(str::to_owned).collect(),
            profile: rest.text()?,
            needs_pqc: rest.bool()?,
            clients: Clients::decode(rest)?,
        })
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Settings, each another number.
    pub(crate) fn some() -> Settings {
        Settings {
            port: 60,
            queue: 5,
            per_address: 2,
            client_ports: Ports { low: 1, high: 1023 },
            max_idle: 9,
            ask_hosts_access: true,
            tls: None,
        }
    }

    #[test]
    fn without_a_port_nothing_is_wanted_and_kerberos_cannot_be_had() {
        let conf = AuditdConf { transport: Transport::Krb5, ..AuditdConf::default() };
        assert_eq!(Settings::of(&conf), Ok(None));
        let conf = AuditdConf { tcp_listen_port: Some(60), ..conf };
        assert!(Settings::of(&conf).unwrap_err().contains("krb5"));
        let conf = AuditdConf { enable_krb5: true, transport: Transport::Tcp, ..conf };
        assert!(Settings::of(&conf).unwrap_err().contains("krb5"));
        let conf = AuditdConf { enable_krb5: false, ..conf };
        let settings = Settings::of(&conf).unwrap().unwrap();
        assert_eq!((settings.port, settings.per_address, settings.ask_hosts_access), (60, 1, true));
    }

    #[test]
    fn settings_of_tls_arrive_as_they_were_sent() {
        let clients = crate::psk::tests::some();
        let groups = vec![GROUPS.to_owned(), OLD_GROUPS.to_owned()];
        for ciphers in [None, Some(CIPHERS.to_owned())] {
            let profile = "pqc".to_owned();
            let tls = Tls { ciphers, groups: groups.clone(), profile, needs_pqc: true, clients: clients.clone() };
            let settings = Settings { tls: Some(tls), ..some() };
            let mut bytes = Vec::new();
            settings.encode(&mut bytes);
            assert_eq!(Settings::decode(&mut Rest(&bytes)).as_ref(), Some(&settings));
            assert!((0..bytes.len()).all(|cut| Settings::decode(&mut Rest(&bytes[..cut])).is_none()));
        }
    }

    #[test]
    fn tls_needs_keys_and_a_cipher_of_their_hash() {
        let conf = AuditdConf { tcp_listen_port: Some(60), transport: Transport::Tls, ..AuditdConf::default() };
        let refused = |conf: &AuditdConf, what: &str| {
            let error = Settings::of(conf).unwrap_err();
            assert!(error.contains(if HAS_TLS { what } else { "this build" }), "{error}");
        };
        refused(&conf, "tls_psk_file");
        refused(&AuditdConf { tls_psk_file: Some("/nosuch/key".into()), ..conf.clone() }, "/nosuch/key");
        let only = AuditdConf { tls_cipher_suites: Some("TLS_AES_256_GCM_SHA384".into()), ..conf };
        refused(&only, "SHA256 is needed");
    }

    #[test]
    fn what_waits_for_a_restart_is_named() {
        let old = AuditdConf::default();
        let new = AuditdConf { tcp_listen_port: Some(60), tcp_max_per_addr: 5, ..AuditdConf::default() };
        assert_eq!(Settings::need_restart(&old, &new), ["tcp_listen_port"]);
        assert!(Settings::need_restart(&new, &new).is_empty());
    }
}
