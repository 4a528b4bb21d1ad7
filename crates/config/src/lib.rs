//! auditd.conf, rauditd.conf and plugins.d: what is written there, checked.
