use super::*;
use crate::settings::Settings;
use crate::settings::tests::is_root;
use std::os::unix::fs::PermissionsExt;

fn parse(text: &str) -> Result<(AudispRemoteConf, Vec<Warning>), ConfigError> {
    AudispRemoteConf::parse(Path::new("f"), format!("remote_server = host\n{text}\n").as_bytes())
}

const ACTIONS: &[&str] =
    &["ignore", "SYSLOG", "warn_once", "warn_once_continue", "suspend", "single", "halt", "stop", "exec /usr/bin/exe"];

const VALUES: &[(&str, &[&str], &[&str])] = &[
    ("remote_server", &["host", "::1"], &["a b", ""]),
    ("port", &["0", "60", "65535"], &["65536", "-1", "x", "60 1", "99999999999999999999", ""]),
    ("local_port", &["any", "ANY", "0", "61"], &["some", "65536", "any 1"]),
    ("transport", &["tcp", "TCP"], &["udp", "krb5", "tcp tls"]),
    ("mode", &["immediate", "Forward"], &["later"]),
    ("queue_file", &["/q"], &["q"]),
    ("queue_depth", &["1", "2147483647"], &["0", "2147483648"]),
    ("format", &["managed", "ASCII"], &["json"]),
    ("network_retry_time", &["1", "2147483647"], &["0", "1s"]),
    ("max_tries_per_record", &["1"], &["0"]),
    ("max_time_per_record", &["1"], &["0"]),
    ("heartbeat_timeout", &["0", "2147483647"], &["-1", "2147483648"]),
    ("enable_krb5", &["no", "NO"], &["yes", "0"]),
    ("krb5_principal", &["a/b"], &[""]),
    ("krb5_client_name", &["auditd"], &[""]),
    ("krb5_key_file", &["/k"], &[""]),
    ("tls_psk_file", &["/k"], &["k"]),
    ("tls_psk_identity", &["me"], &["me too"]),
    ("tls_cipher_suites", &["A:B"], &[""]),
    ("tls_key_exchange", &["A:B"], &[""]),
    ("tls_require_pqc", &["yes", "no"], &["1"]),
    ("tls_auth", &["psk", "PSK"], &["cert"]),
    ("tls_crypto_profile", &["compatible", "system", "PQC"], &["best"]),
    ("network_failure_action", ACTIONS, &["reconnect", "email", "exec", "exec nosuch", "exec /nosuch"]),
    ("disk_low_action", ACTIONS, &["rotate"]),
    ("disk_full_action", ACTIONS, &["rotate"]),
    ("disk_error_action", ACTIONS, &["rotate"]),
    ("remote_ending_action", &["reconnect", "RECONNECT", "stop"], &["rotate", "exec"]),
    ("generic_error_action", ACTIONS, &["rotate"]),
    ("generic_warning_action", ACTIONS, &["rotate"]),
    ("queue_error_action", ACTIONS, &["rotate"]),
    ("overflow_action", &["ignore", "syslog", "suspend", "single", "HALT"], &["stop", "exec /x"]),
    ("startup_failure_action", &["ignore", "syslog", "warn_once", "warn_once_continue"], &["stop", "suspend", "halt"]),
];

#[test]
fn every_key_takes_what_auditds_program_takes() {
    let helper = tempfile::NamedTempFile::new().unwrap();
    fs::set_permissions(helper.path(), fs::Permissions::from_mode(0o750)).unwrap();
    let helper = helper.path().to_str().unwrap();
    assert_eq!(
        AudispRemoteConf::KEYS.iter().map(|key| key.name).collect::<Vec<_>>(),
        VALUES.iter().map(|v| v.0).collect::<Vec<_>>()
    );
    assert_eq!(VALUES.len(), 33);
    for (key, good, bad) in VALUES {
        for value in good.iter().filter(|value| is_root() || !value.starts_with("exec")) {
            parse(&format!("{key} = {}", value.replace("/usr/bin/exe", helper))).unwrap();
        }
        for value in *bad {
            let error = parse(&format!("{key} = {value}")).unwrap_err().to_string();
            assert!(error.starts_with("f:") && !error.contains('\n'), "{error}");
        }
    }
    assert!(parse("nosuch = 1").unwrap_err().to_string().contains("unknown keyword \"nosuch\""));
}

#[test]
fn defaults_are_auditds() {
    let (conf, warnings) = parse("").unwrap();
    assert_eq!(
        conf,
        AudispRemoteConf { remote_server: Some("host".into()), written: conf.written.clone(), ..<_>::default() }
    );
    let defaults = (conf.port, conf.queue_depth, conf.network_retry_time, conf.max_tries_per_record);
    assert_eq!((defaults, conf.max_time_per_record, conf.heartbeat_timeout), ((60, 2048, 1, 3), 5, 0));
    assert!(warnings.is_empty());
}

#[test]
fn what_does_not_go_together_is_refused() {
    let tls = "transport = tls\ntls_psk_file = /k\ntls_psk_identity = me\n";
    assert!(parse(tls).is_ok());
    assert!(parse(&format!("{tls}tls_require_pqc = yes\n")).is_ok());
    for (text, what) in [
        ("transport = krb5", "not supported"),
        ("enable_krb5 = yes", "not supported"),
        ("mode = forward\nformat = ascii", "only with format = managed"),
        ("transport = tls\ntls_psk_identity = me", "tls_psk_file"),
        ("transport = tls\ntls_psk_file = /k", "tls_psk_identity"),
        (&format!("{tls}format = ascii"), "only with format = managed"),
        (&format!("{tls}tls_require_pqc = yes\ntls_crypto_profile = system"), "contradicts"),
        ("remote_server =", "has no value"),
    ] {
        assert!(parse(text).unwrap_err().to_string().contains(what), "{text}");
    }
    assert!(AudispRemoteConf::parse(Path::new("f"), b"").unwrap_err().to_string().contains("remote_server"));
}

#[test]
fn words_without_effect_are_told() {
    let (_, warnings) = parse("disk_low_action = syslog /x y\noverflow_action = syslog z").unwrap();
    assert_eq!(warnings.len(), 3);
}

#[test]
fn the_file_must_be_roots() {
    if !is_root() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("audisp-remote.conf");
    assert!(AudispRemoteConf::load(&path).unwrap_err().to_string().ends_with("does not exist"));
    fs::write(&path, "remote_server = host\n").unwrap();
    AudispRemoteConf::load(&path).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o646)).unwrap();
    assert!(AudispRemoteConf::load(&path).unwrap_err().to_string().contains("world writable"));
    std::os::unix::fs::chown(&path, Some(1), None).unwrap();
    assert!(AudispRemoteConf::load(&path).unwrap_err().to_string().contains("owned by root"));
}
