//! `/etc/audit/plugins.d/*.conf`: one plugin each (auditd-plugins(5)).

use crate::owner::{self, Links};
use crate::settings::{Reader, Scope, Settings, Value, load, settings};
use crate::syntax::Given;
use crate::value::{single, word, words, yes_no};
use crate::{ConfigError, Warning};
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// The program that took the place of auditd 2's built-in af_unix plugin.
const AF_UNIX: &str = "/sbin/audisp-af_unix";

/// The plugins that come with the dispatcher, by the names of auditd's. Where one is not installed, the dispatcher runs itself by that name.
const SINKS: [&str; 5] = ["audisp-af_unix", "audisp-filter", "audisp-remote", "audisp-statsd", "audisp-syslog"];

/// Whether this program is one that comes with the dispatcher, and none is installed in its place.
pub fn is_built_in(program: &Path) -> bool {
    let is_ours = SINKS.iter().any(|name| program.file_name().is_some_and(|file| file == *name));
    let place = program.parent();
    is_ours && ["/sbin", "/usr/sbin"].iter().any(|dir| place == Some(Path::new(dir))) && !program.exists()
}

words! {
    /// How events are handed to a plugin.
    pub enum PluginFormat {
        /// `struct audit_dispatcher_header` and the record.
        Binary = "binary",
        /// Lines of text.
        String = "string",
    }
}

words! {
    /// How long a plugin runs. Both words mean the same.
    pub enum PluginType {
        /// As long as the daemon.
        Always = "always",
        /// A part of auditd 2.
        Builtin = "builtin",
    }
}

words! {
    /// Which way events go. It has no effect.
    pub enum Direction {
        /// To the plugin.
        Out = "out",
        /// From the plugin.
        In = "in",
    }
}

const ACTS: fn(&PluginConf) -> bool = |_| true;

settings! {
    /// The settings of one plugin. Key and field have the same name.
    pub struct PluginConf;

    /// Whether it is to run.
    active: bool = false, yes_no, ACTS;
    /// Has no effect.
    direction: Direction = Direction::Out, direction, ACTS;
    /// The program.
    path: Option<PathBuf> = None, path, ACTS;
    /// Has no effect.
    kind as "type": PluginType = PluginType::Always, plugin_type, ACTS;
    /// Its arguments, without the program's name.
    args: Vec<String> = Vec::new(), args, ACTS;
    /// How events are handed to it.
    format: PluginFormat = PluginFormat::String, word, ACTS;
}

impl Value for Vec<String> {
    fn show(&self) -> String {
        self.join(" ")
    }
}

fn path(given: &Given<'_>, scope: &mut Scope<'_>) -> Result<Option<PathBuf>, String> {
    let value = single(given)?;
    if value.starts_with("builtin_") {
        scope.warn(given.line, format!("path: {value} is taken for {AF_UNIX}"));
        return Ok(Some(AF_UNIX.into()));
    }
    let path = PathBuf::from(value);
    // auditd's guard against relative paths.
    match path.parent() {
        Some(dir) if dir.as_os_str().len() >= 4 && path.is_absolute() => Ok(Some(path)),
        _ => Err(format!("the directory name of \"{value}\" is too short")),
    }
}

fn plugin_type(given: &Given<'_>, scope: &mut Scope<'_>) -> Result<PluginType, String> {
    let found = word(given, scope)?;
    if found == PluginType::Builtin {
        scope.warn(given.line, "type: builtin is taken for always");
    }
    Ok(found)
}

/// auditd takes anything.
fn direction(given: &Given<'_>, scope: &mut Scope<'_>) -> Result<Direction, String> {
    Ok(word(given, scope).unwrap_or_else(|why| {
        scope.warn(given.line, format!("direction: {why}; it has no effect"));
        Direction::Out
    }))
}

fn args(given: &Given<'_>, _: &mut Scope<'_>) -> Result<Vec<String>, String> {
    Ok(std::iter::once(&given.value).chain(&given.options).map(|&word| word.to_owned()).collect())
}

/// A plugin and the file it is described in.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Plugin {
    /// The file.
    pub file: PathBuf,
    /// What stands there.
    pub conf: PluginConf,
}

/// What a plugin directory holds.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Plugins {
    /// The plugins that are to run, all checked.
    pub active: Vec<Plugin>,
    /// Files that are wrong: these plugins are left out.
    pub skipped: Vec<ConfigError>,
    /// What is odd.
    pub warnings: Vec<Warning>,
}

/// Reads a plugin directory: files called `NAME.conf`, or `NAME`, without another dot, in the order of their names.
///
/// A file that is wrong costs its plugin only. One that is called `NAME` may be none of a plugin: then it is only odd.
///
/// # Errors
/// The directory cannot be read.
pub fn scan(dir: &Path) -> Result<Plugins, ConfigError> {
    let fail = |e: std::io::Error| ConfigError::new(dir, 0, format!("cannot open directory: {e}"));
    let mut files = Vec::new();
    for entry in fs::read_dir(dir).map_err(fail)? {
        let entry = entry.map_err(fail)?;
        if is_plugin_name(&entry.file_name()) {
            files.push(entry.path());
        }
    }
    // auditd takes them as readdir gives them, which is no order anybody can rely on.
    files.sort();
    let mut plugins = Plugins::default();
    for file in files {
        match PluginConf::load(&file, &mut plugins.warnings) {
            Ok(conf) if conf.active => plugins.active.push(Plugin { file, conf }),
            Ok(_) => {}
            Err(error) if file.extension().is_none() => {
                let what = format!("is no plugin's file, and passed over: {}", error.what);
                plugins.warnings.push(Warning { place: error.place, what });
            }
            Err(error) => plugins.skipped.push(error),
        }
    }
    Ok(plugins)
}

/// `NAME.conf` or `NAME`, not hidden, with no other dot: editors' and packagers' left-overs are not taken.
fn is_plugin_name(name: &OsStr) -> bool {
    let bytes = name.as_bytes();
    let dots = bytes.iter().filter(|byte| **byte == b'.').count();
    !bytes.starts_with(b".") && (dots == 0 || dots == 1 && bytes.ends_with(b".conf"))
}

impl PluginConf {
    /// All keys, in the order of the table.
    pub fn keys() -> impl Iterator<Item = &'static str> {
        Self::KEYS.iter().map(|key| key.name)
    }

    /// Loads one file, and checks the program if the plugin is active.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn load(file: &Path, warnings: &mut Vec<Warning>) -> Result<Self, ConfigError> {
        let fail = |what: String| ConfigError::new(file, 0, what);
        let text = owner::read(file, Links::Follow, owner::OTHERS_WRITABLE)?;
        let text = text.ok_or_else(|| fail("does not exist any more".to_owned()))?;
        let mut scope = Scope { path: file, reader: Reader::Daemon, warnings };
        let (mut conf, written) = load::<Self>(&text, &mut scope)?;
        conf.written = written;
        match &conf.path {
            Some(program) if conf.active && !is_built_in(program) => check_program(program).map_err(fail)?,
            None if conf.active => return Err(fail("is active, but has no path".to_owned())),
            _ => {}
        }
        Ok(conf)
    }
}

/// Whether this program may be run as root for every event.
fn check_program(program: &Path) -> Result<(), String> {
    let shown = program.display();
    let meta = fs::metadata(program).map_err(|e| format!("cannot stat {shown}: {e}"))?;
    owner::roots_regular(&meta, owner::OTHERS_WRITABLE).map_err(|what| format!("{shown} {what}"))?;
    match meta.mode() & 0o550 {
        0o550 => Ok(()),
        _ => Err(format!("{shown} has mode {:04o}, it should be 0750", meta.mode() & 0o7777)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::tests::is_root;
    use std::os::unix::fs::PermissionsExt;

    fn load_text(text: &str) -> Result<(PluginConf, Vec<Warning>), ConfigError> {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("x.conf");
        fs::write(&file, text).unwrap();
        let mut warnings = Vec::new();
        PluginConf::load(&file, &mut warnings).map(|conf| (conf, warnings))
    }

    #[test]
    fn a_file_as_auditd_ships_it() {
        if !is_root() {
            return;
        }
        let text = "active = yes\ndirection = out\npath = /usr/bin/env\ntype = always \nargs = 0640 /run/x a\nformat = binary\n";
        let (conf, warnings) = load_text(text).unwrap();
        assert_eq!(conf.path.as_deref(), Some(Path::new("/usr/bin/env")));
        assert_eq!(conf.args, ["0640", "/run/x", "a"]);
        assert_eq!((conf.active, conf.format, warnings.len()), (true, PluginFormat::Binary, 0));
        let (conf, warnings) = load_text("path = builtin_af_unix\ntype = builtin\n").unwrap();
        assert_eq!((conf.path, warnings.len()), (Some(AF_UNIX.into()), 2));
    }

    #[test]
    fn the_shipped_files_are_good_and_inactive() {
        if !is_root() {
            return;
        }
        for text in [
            include_str!("../../../compat/plugins.d/af_unix.conf"),
            include_str!("../../../compat/plugins.d/au-statsd.conf"),
            include_str!("../../../compat/plugins.d/au-remote.conf"),
            include_str!("../../../compat/plugins.d/logger.conf"),
            include_str!("../../../compat/plugins.d/syslog.conf"),
        ] {
            let (conf, warnings) = load_text(text).unwrap();
            assert!(!conf.active && conf.path.is_some() && warnings.is_empty());
        }
    }

    #[test]
    fn wrong_files_are_refused() {
        if !is_root() {
            return;
        }
        for (text, what) in [
            ("active = yes\n", "no path"),
            ("active = perhaps\n", "x.conf:1: active: "),
            ("active = yes\npath = /usr/bin/nosuch\n", "cannot stat"),
            ("active = yes\npath = /etc/passwd\n", "0750"),
            ("active = yes\npath = /usr/bin\n", "not a regular file"),
            ("path = env\n", "too short"),
            ("path = /x\n", "too short"),
            ("format = json\n", "binary, string"),
            ("type = sometimes\n", "always"),
            ("nosuch = 1\n", "unknown keyword \"nosuch\""),
            ("format = string binary\n", "invalid option"),
        ] {
            let error = load_text(text).unwrap_err().to_string();
            assert!(error.contains(what), "{text:?}: {error}");
        }
    }

    #[test]
    fn a_directory_gives_its_active_plugins_and_skips_wrong_ones() {
        if !is_root() {
            return;
        }
        let dir = tempfile::tempdir().unwrap();
        let put = |name: &str, text: &str| fs::write(dir.path().join(name), text).unwrap();
        let active = "active = yes\npath = /usr/bin/env\n";
        for name in ["b.conf", "a.conf", ".hidden.conf", "a.b.conf", "c.conf~", "d.conf.dpkg-old", "bare", ".conf"] {
            put(name, active);
        }
        put("README", "Plugins go here.\n");
        fs::create_dir(dir.path().join("disabled")).unwrap();
        put("odd.conf", &format!("{active}direction = sideways\n"));
        put("off.conf", "active = no\npath = /usr/bin/nosuch\n");
        put("wrong.conf", "bogus = 1\n");
        put("writable.conf", active);
        fs::set_permissions(dir.path().join("writable.conf"), fs::Permissions::from_mode(0o664)).unwrap();
        let plugins = scan(dir.path()).unwrap();
        let names: Vec<_> = plugins.active.iter().map(|p| p.file.file_name().unwrap()).collect();
        assert_eq!(names, ["a.conf", "b.conf", "bare", "odd.conf"]);
        let warned: Vec<String> = plugins.warnings.iter().map(ToString::to_string).collect();
        let about = |text: &str| warned.iter().filter(|line| line.contains(text)).count();
        assert_eq!((about("README"), about("disabled"), about("sideways"), warned.len()), (1, 1, 1, 3), "{warned:?}");
        assert_eq!(plugins.skipped.len(), 2, "{:?}", plugins.skipped);
        assert!(scan(Path::new("/nosuch")).is_err());
    }
}
