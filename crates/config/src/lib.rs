//! auditd.conf, rauditd.conf, plugins.d and the sinks' files: what is written there, checked.
//!
//! The kinds of file share one syntax ([`syntax`]) and one way of naming settings ([`settings`]): a table with one
//! row per key, which gives the field, its built-in value and its parser. To find a key, look for its row:
//!
//! * [`auditd_conf`][]: `/etc/audit/auditd.conf`, exactly auditd's keys
//! * [`rauditd_conf`][]: `/etc/audit/rauditd.conf`, our own
//! * [`plugin_conf`][]: `/etc/audit/plugins.d/*.conf`
//! * [`audisp_remote_conf`][]: `/etc/audit/audisp-remote.conf`
//!
//! [`action`] is what to do when the disk is full and the like, [`owner`] who may own a file that root obeys.
//! Nothing here prints: what is wrong comes back as one [`ConfigError`], what is odd as [`Warning`]s.
pub mod action;
pub mod audisp_remote_conf;
pub mod auditd_conf;
pub mod auditd_value;
pub mod error;
pub mod owner;
pub mod plugin_conf;
pub mod rauditd_conf;
pub mod settings;
pub mod syntax;
pub mod value;

pub use action::Action;
pub use audisp_remote_conf::AudispRemoteConf;
pub use auditd_conf::AuditdConf;
pub use auditd_value::{Flush, LogFormat, NameFormat, Space};
pub use error::{ConfigError, Warning};
pub use plugin_conf::{PluginConf, PluginFormat};
pub use rauditd_conf::{Backend, Compress, RauditdConf};
