//! What of auditd.conf the collector needs.

use crate::link::codec::Rest;
use raudit_config::AuditdConf;
use raudit_config::auditd_value::{Ports, Transport};

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
        if conf.transport == Transport::Tls {
            return Err(
                "transport = tls is not supported yet: use tcp on a network that is trusted, or a tunnel".into()
            );
        }
        Ok(Some(Self {
            port,
            queue: conf.tcp_listen_queue,
            per_address: conf.tcp_max_per_addr,
            client_ports: conf.tcp_client_ports,
            max_idle: conf.tcp_client_max_idle,
            ask_hosts_access: conf.use_libwrap,
        }))
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
        out.push(self.ask_hosts_access.into());
    }

    pub(crate) fn decode(rest: &mut Rest<'_>) -> Option<Self> {
        Some(Self {
            port: rest.u16()?,
            client_ports: Ports { low: rest.u16()?, high: rest.u16()? },
            queue: rest.u32()?,
            per_address: rest.u32()?,
            max_idle: rest.u32()?,
            ask_hosts_access: rest.bool()?,
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
    fn what_waits_for_a_restart_is_named() {
        let old = AuditdConf::default();
        let new = AuditdConf { tcp_listen_port: Some(60), tcp_max_per_addr: 5, ..AuditdConf::default() };
        assert_eq!(Settings::need_restart(&old, &new), ["tcp_listen_port"]);
        assert!(Settings::need_restart(&new, &new).is_empty());
    }
}
