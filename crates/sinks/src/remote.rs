//! audisp-remote: the records of this machine to the audit daemon of another (audisp-remote(8), audisp-remote.conf(5)).
//!
//! ```text
//!   stdin ─ [intake] ─ [queue] ─ [client] ─ [stream] ─ collector
//!                     memory, file    [connect] (a thread)
//! ```
//!
//! * [`options`]: the command line; [`intake`]: which records are sent
//! * [`queue`]: where they wait
//! * [`client`]: the loop that sends them, and what it does with answers and failures
//! * [`connect`], [`stream`], `tls`: the connection
//! * [`actions`]: what is done when something fails; [`losses`]: what was dropped
//! * [`state`]: the state report
pub mod actions;
pub mod client;
pub mod connect;
pub mod intake;
pub mod losses;
pub mod options;
pub mod queue;
pub mod state;
pub mod stream;
#[cfg(feature = "tls")]
pub mod tls;

use crate::privilege;
use crate::source::Source;
use caps::Capability;
use clap::Parser;
use client::Client;
use connect::{Connector, Tls};
use options::{Exit, Options};
use queue::Queue;
use raudit_config::AudispRemoteConf;
use raudit_config::auditd_value::Transport;
use raudit_dispatch::{inherited, say};
use std::process::ExitCode;

/// The program.
pub fn main() -> ExitCode {
    say::call_me(c"audisp-remote");
    let exit = match Options::try_parse_from(options::known(std::env::args_os())) {
        Ok(options) => start(&options).unwrap_or_else(|(exit, why)| {
            say::error(why);
            exit
        }),
        Err(error) => {
            let exit = if error.use_stderr() { Exit::Usage } else { Exit::Done };
            // nobody is left to tell
            drop(error.print());
            exit
        }
    };
    ExitCode::from(exit as u8)
}

fn start(options: &Options) -> Result<Exit, (Exit, String)> {
    let failed = |what: &str| {
        let what = what.to_owned();
        move |e: std::io::Error| (Exit::Failed, format!("{what}: {e}"))
    };
    // before what takes time, so that a signal finds us ready
    let source = Source::new().map_err(failed("cannot set up signals"))?;
    inherited::keep_descriptors().map_err(failed("cannot set up descriptors"))?;
    let path = options.conf_dir.join("audisp-remote.conf");
    let (conf, warnings) = AudispRemoteConf::load(&path).map_err(|e| (Exit::Config, e.to_string()))?;
    warnings.iter().for_each(|warning| say::warning(warning.to_string()));
    let tls = tls(&conf).map_err(|why| (Exit::Config, format!("{}: {why}", path.display())))?;
    let queue = Queue::open(&conf).map_err(|why| (Exit::Failed, why))?;
    privilege::keep(needed(&conf));
    say::notice(format!("started with queue_size: {}", queue.len()));
    let connector = Connector::new(&conf, tls);
    let all_sent = Client::new(conf, options.state_file.clone(), source, queue, connector).run();
    Ok(if all_sent { Exit::Done } else { Exit::Failed })
}

/// What a local port that not everybody may bind needs.
fn needed(conf: &AudispRemoteConf) -> &'static [Capability] {
    if (1..1024).contains(&conf.local_port) { &[Capability::CAP_NET_BIND_SERVICE] } else { &[] }
}

fn tls(conf: &AudispRemoteConf) -> Result<Option<Tls>, String> {
    if conf.transport != Transport::Tls {
        return Ok(None);
    }
    #[cfg(feature = "tls")]
    return Tls::new(conf).map(Some);
    #[cfg(not(feature = "tls"))]
    Err("transport = tls is not supported by this build (the feature tls is off): use another, or tcp".into())
}
