use super::*;
use crate::settings::tests::is_root;
use std::fs;
use std::process::Command;

fn parse(text: &str) -> Result<(AuditdConf, Vec<Warning>), ConfigError> {
    AuditdConf::parse(Reader::Daemon, Path::new("auditd.conf"), text.as_bytes())
}

/// One row per key: its name, values taken, values refused. Values that need files use what every Linux has.
const VALUES: &[(&str, &[&str], &[&str])] = &[
    ("local_events", &["yes", "NO"], &["1", "true", "yes no"]),
    ("write_logs", &["yes", "no"], &["maybe"]),
    ("log_file", &["/tmp/raudit-no-such.log"], &["audit.log", "/audit.log", "/nosuch/audit.log", "/tmp/", "/dev/null"]),
    ("log_format", &["raw", "RAW", "enriched", "nolog"], &["json", "raw enriched"]),
    ("log_group", &["root", "0", "4"], &["no-such-group", "99999999999"]),
    ("flush", &["none", "data", "SYNC"], &["always", "none 1"]),
    ("freq", &["0", "50", "2147483647"], &["-1", "x", "2147483648", "99999999999999999999", "5x", "1 2"]),
    ("num_logs", &["0", "999"], &["1000", "five"]),
    ("max_log_file", &["0", "8", "2147483647"], &["8M", "-8"]),
    ("max_log_file_action", &["ignore", "syslog", "suspend", "ROTATE", "keep_logs"], &["email", "halt", "single", "x"]),
    ("priority_boost", &["0", "4"], &["-4"]),
    ("name_format", &["none", "hostname", "fqd", "numeric"], &["fqdn"]),
    ("name", &["mydomain"], &["a b"]),
    ("space_left", &["75", "5%", "99%"], &["100%", "%", "x", "5 %"]),
    (
        "space_left_action",
        &["ignore", "syslog", "rotate", "email", "suspend", "single"],
        &["keep_logs", "exec", "exec bin"],
    ),
    ("admin_space_left", &["0", "3%"], &["100%", "-1"]),
    (
        "admin_space_left_action",
        &["ignore", "syslog", "rotate", "email", "suspend", "single", "halt"],
        &["exec", "stop"],
    ),
    ("disk_full_action", &["ignore", "syslog", "rotate", "suspend", "single", "halt"], &["email", "exec"]),
    ("disk_error_action", &["ignore", "syslog", "suspend", "single", "halt"], &["email", "rotate", "exec"]),
    ("verify_email", &["yes", "no"], &["y"]),
    ("action_mail_acct", &["root", "a+b_c.d-e"], &["a b"]),
    ("report_interval", &["0", "90", "5m", "2h", "40d", "1M"], &["41d", "1y", "m", "99999999999M"]),
    ("tcp_listen_port", &["1", "60", "65535"], &["0", "65536", "x"]),
    ("tcp_listen_queue", &["1", "5"], &["0", "x"]),
    ("tcp_max_per_addr", &["1", "1024"], &["0", "1025"]),
    ("use_libwrap", &["yes", "no"], &["x"]),
    ("tcp_client_ports", &["1024", "0-65535", "1024-65535"], &["5-3", "65536", "1-65536", "x", "1-2-3"]),
    ("tcp_client_max_idle", &["0", "60"], &["x"]),
    ("transport", &["tcp", "TCP", "tls", "krb5"], &["udp"]),
    ("enable_krb5", &["no"], &["x"]),
    ("krb5_principal", &["auditd"], &["a b"]),
    ("krb5_key_file", &["/etc/audit/audit.key"], &["a b"]),
    ("tls_psk_file", &["/etc/audit/psk"], &["a b"]),
    ("tls_psk_identity", &["me"], &["a b"]),
    ("tls_cipher_suites", &["TLS_AES_256_GCM_SHA384"], &["a b"]),
    ("tls_key_exchange", &["X25519MLKEM768"], &["a b"]),
    ("tls_require_pqc", &["yes", "no"], &["x"]),
    ("tls_auth", &["psk"], &["cert"]),
    ("tls_crypto_profile", &["compatible", "system", "pqc"], &["x"]),
    ("tls_allowed_clients", &["a,b"], &["a b"]),
    ("distribute_network", &["yes", "no"], &["x"]),
    ("q_depth", &["512", "99999"], &["100000", "x"]),
    ("overflow_action", &["ignore", "syslog", "suspend", "single", "halt"], &["email", "rotate", "exec"]),
    ("max_restarts", &["0", "10"], &["x"]),
    ("plugin_dir", &["/etc/audit/plugins.d"], &["a b"]),
    ("end_of_event_timeout", &["0", "2"], &["x"]),
    ("dispatcher", &["/sbin/audispd"], &[]),
    ("disp_qos", &["lossy", "lossless"], &[]),
];

/// Keeps the check between keys content, whichever key is tried.
fn with_space(key: &str, value: &str) -> String {
    let mut text = format!("{key} = {value}\n");
    if !key.ends_with("space_left") {
        text.push_str("space_left = 75\n");
    } else if key == "admin_space_left" {
        text.push_str("space_left = 99%\n");
    }
    text
}

#[test]
fn every_key_takes_its_values_and_refuses_others() {
    if !is_root() {
        return;
    }
    let tried: Vec<&str> = VALUES.iter().map(|row| row.0).collect();
    let known: Vec<&str> = AuditdConf::KEYS.iter().map(|key| key.name).collect();
    assert_eq!(known.iter().filter(|key| !tried.contains(key)).collect::<Vec<_>>(), [&""; 0], "keys without a row");
    for (key, good, bad) in VALUES {
        for value in *good {
            let (conf, _) = parse(&with_space(key, value)).unwrap_or_else(|e| panic!("{key} = {value}: {e}"));
            let row = AuditdConf::KEYS.iter().find(|row| row.name == *key).unwrap();
            let shown = (row.show)(&conf);
            let number = !shown.contains(|c: char| c.is_ascii_alphabetic());
            assert!(number || shown.eq_ignore_ascii_case(value), "{key} = {value} became {shown}");
            let upper = with_space(key, value).replacen(key, &key.to_uppercase(), 1);
            assert_eq!(parse(&upper).unwrap().0, conf, "keys are taken in any case");
        }
        for value in *bad {
            let error = parse(&with_space(key, value)).expect_err(&format!("{key} = {value}")).to_string();
            assert!(error.starts_with(&format!("auditd.conf:1: {key}: ")), "{error}");
            assert!(!error.contains('\n'));
        }
    }
}

/// Where Debian's auditd 3.0.9 judges otherwise. Those of the first line are new in 4.2, or not built in Debian's; those of
/// the second auditd takes although it cannot mean them (a wrapped number, a third part).
const OTHERWISE_IN_3_0_9: &[&str] = &[
    "report_interval",
    "tls_",
    "transport = tls",
    "transport = krb5",
    "enable_krb5",
    "action_mail_acct = a+b",
    "space_left = %",
    "log_group = 99999999999",
    "tcp_client_ports = 1-2-3",
];

/// The verdict of auditd itself, by the line of its complaint: an unknown key after the one tried stops it before it starts.
fn auditd_takes(root: &Path, dir: &Path, text: &str) -> bool {
    let lines = text.lines().count();
    fs::write(dir.join("auditd.conf"), format!("{text}nosuchkey = 1\n")).unwrap();
    let output = Command::new(root.join("sbin/auditd"))
        .env("LD_LIBRARY_PATH", format!("{0}/usr/lib/x86_64-linux-gnu:{0}/lib/x86_64-linux-gnu", root.display()))
        .arg("-f")
        .arg("-c")
        .arg(dir)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(6));
    String::from_utf8_lossy(&output.stderr).contains(&format!("\"nosuchkey\" in line {}", lines + 1))
}

#[test]
fn auditd_takes_and_refuses_the_same_values() {
    let Some(root) = std::env::var_os("RAUDITD_ORACLE").map(PathBuf::from) else {
        eprintln!("SKIPPED: RAUDITD_ORACLE is not set (auditd's own tools)");
        return;
    };
    if !is_root() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let mut differ = Vec::new();
    for (key, good, bad) in VALUES {
        for (value, taken) in good.iter().map(|v| (v, true)).chain(bad.iter().map(|v| (v, false))) {
            let line = format!("{key} = {value}");
            if !OTHERWISE_IN_3_0_9.iter().any(|known| line.starts_with(known))
                && auditd_takes(&root, dir.path(), &with_space(key, value)) != taken
            {
                differ.push(line);
            }
        }
    }
    assert_eq!(differ, [""; 0]);
}

#[test]
fn the_file_debian_ships_is_good_and_has_full_effect() {
    let Some(root) = std::env::var_os("RAUDITD_ORACLE").map(PathBuf::from) else {
        eprintln!("SKIPPED: RAUDITD_ORACLE is not set (auditd's own tools)");
        return;
    };
    if !is_root() {
        return;
    }
    let text = fs::read(root.join("etc/audit/auditd.conf")).unwrap();
    let (conf, warnings) = AuditdConf::parse(Reader::Tool, Path::new("auditd.conf"), &text).unwrap();
    assert_eq!((conf.without_effect(), warnings), (vec![], vec![]));
    assert_eq!((conf.flush, conf.freq, conf.num_logs), (Flush::IncrementalAsync, 50, 5));
}

#[test]
fn a_missing_file_means_built_in_values_and_a_warning() {
    let (conf, warnings) = AuditdConf::load(Path::new("/nosuch/auditd.conf"), false).unwrap();
    assert_eq!(conf, AuditdConf::default());
    assert_eq!(warnings[0].to_string(), "/nosuch/auditd.conf: does not exist, the built-in values are used");
}

#[test]
fn files_are_loaded_and_links_only_where_allowed() {
    if !is_root() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let (file, link) = (dir.path().join("real"), dir.path().join("auditd.conf"));
    fs::write(&file, "space_left = 75\nfreq = 7\n").unwrap();
    std::os::unix::fs::symlink(&file, &link).unwrap();
    assert_eq!(AuditdConf::load(&file, false).unwrap().0.freq, 7);
    assert_eq!(AuditdConf::load(&link, true).unwrap().0.freq, 7);
    assert!(AuditdConf::load(&link, false).is_err());
    assert_eq!(AuditdConf::load_for_tools(&link).unwrap().0.freq, 7);
}

#[test]
fn keys_are_checked_against_each_other() {
    let refused = |text: &str| parse(text).unwrap_err().to_string();
    assert_eq!(refused("freq = 1\n"), "auditd.conf: space_left(0) must be larger than admin_space_left(0)");
    assert!(refused("space_left = 10\nadmin_space_left = 10\n").contains("space_left(10)"));
    assert!(parse("space_left = 1%\nadmin_space_left = 10\n").is_ok());
    assert!(refused("space_left = 9\nflush = incremental\n").contains("freq"));
    assert!(refused("space_left = 9\nflush = incremental_async\nfreq = 0\n").contains("freq"));
    assert!(refused("space_left = 9\nname_format = user\n").contains("name"));
    assert!(parse("space_left = 9\nname_format = user\nname = x\n").is_ok());
    if is_root() {
        assert!(refused("space_left = 9\nlog_group = 4\nlog_file = /var/log/raudit-none\n").contains("/var/log"));
    }
    let (conf, warnings) =
        parse("space_left = 9\nwrite_logs = yes\nlog_format = nolog\nflush = data\nfreq = 3\nq_depth = 100\n").unwrap();
    assert!(!conf.write_logs);
    assert_eq!(warnings.len(), 3, "{warnings:?}");
}

#[test]
fn exec_needs_roots_program() {
    if !is_root() {
        return;
    }
    for (program, good) in [("/bin/nosuch", false), ("/etc/passwd", false), ("/etc", false), ("bin/true", false)] {
        assert_eq!(parse(&format!("space_left = 9\ndisk_full_action = exec {program}\n")).is_ok(), good, "{program}");
    }
    let (conf, _) = parse("space_left = 9\nmax_log_file_action = exec /usr/bin/env\n").unwrap();
    assert_eq!(conf.max_log_file_action, Action::Exec("/usr/bin/env".into()));
    assert!(parse("space_left = 9\ndisk_full_action = exec /usr/bin/env x\n").is_err());
}

#[test]
fn what_has_no_effect_yet_is_named() {
    let shipped = include_str!("../../../../compat/auditd.conf");
    let (conf, warnings) = AuditdConf::parse(Reader::Tool, Path::new("auditd.conf"), shipped.as_bytes()).unwrap();
    assert_eq!((conf.without_effect(), warnings), (vec![], vec![]), "the shipped file");
    let (conf, _) =
        parse("space_left = 9\nspace_left_action = email\ntcp_listen_port = 60\ndisk_full_action = halt\n").unwrap();
    assert_eq!(conf.without_effect(), [""; 0]);
}

#[test]
fn settings_print_as_a_file_that_reads_back_the_same() {
    let shipped = include_str!("../../../../compat/auditd.conf");
    let (conf, _) = AuditdConf::parse(Reader::Tool, Path::new("a"), shipped.as_bytes()).unwrap();
    let (again, _) = AuditdConf::parse(Reader::Tool, Path::new("a"), conf.to_string().as_bytes()).unwrap();
    assert_eq!(again.to_string(), conf.to_string());
}

#[test]
fn any_bytes_give_an_answer() {
    let mut seed: u32 = 1;
    let words =
        ["freq", "=", "space_left", "75", "exec", "#", "\n", " ", "\t", "%", "-", "\0", "log_file", "99999999999", "é"];
    for _ in 0..20_000 {
        let mut text = String::new();
        for _ in 0..12 {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            text.push_str(words[(seed >> 16) as usize % words.len()]);
        }
        drop(AuditdConf::parse(Reader::Tool, Path::new("x"), text.as_bytes()));
    }
}

#[test]
fn a_mail_address_is_verified_if_asked_for() {
    for (address, what) in [
        ("a", "too short"),
        ("a!b", "illegal character '!'"),
        ("a@b", "should have . after @"),
        ("x.y@z", "should have ."),
    ] {
        let error = parse(&format!("space_left = 9\naction_mail_acct = {address}\n")).unwrap_err().to_string();
        assert!(error.contains("action_mail_acct: ") && error.contains(what), "{error}");
        let (conf, _) = parse(&format!("space_left = 9\naction_mail_acct = {address}\nverify_email = no\n")).unwrap();
        assert_eq!(conf.action_mail_acct, address);
    }
    assert_eq!(unknown_domain("root"), None);
    let odd = unknown_domain("root@no-such-domain.invalid").unwrap();
    assert!(odd.contains("root@no-such-domain.invalid") && odd.contains("cannot be looked up"), "{odd}");
    assert_eq!(unknown_domain("root@localhost"), None);
}
