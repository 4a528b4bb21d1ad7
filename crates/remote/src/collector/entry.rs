//! The collector's process.

use super::Collector;
use super::listener::Listener;
use super::tls::Acceptor;
use crate::link::{Level, Link, MESSAGE_MAX, ToCollector, ToDaemon};
use crate::privilege;
use crate::settings::Settings;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use std::io;
use std::os::fd::AsFd;
use std::process::ExitCode;

/// The process: standard input is the link.
pub fn main() -> ExitCode {
    // first: it closes every descriptor but the standard ones
    let begun = privilege::begin().map_err(|e| format!("the collector cannot begin: {e}"));
    let Ok(link) = io::stdin().as_fd().try_clone_to_owned().map(Link::new) else { return ExitCode::FAILURE };
    if let Ok(fd) = link.as_fd().try_clone_to_owned() {
        let link = Link::new(fd);
        std::panic::set_hook(Box::new(move |why| {
            drop(link.send(&ToDaemon::Log(Level::Error, why.to_string()).encode()));
        }));
    }
    match begun.and_then(|()| prepare(&link)) {
        Ok((listener, acceptor, settings)) => {
            Collector::new(link, listener, acceptor, settings).run();
            ExitCode::SUCCESS
        }
        Err(why) => {
            if link.send(&ToDaemon::Failed(why.clone()).encode()).is_err() {
                eprintln!("rauditd: {why}");
            }
            ExitCode::FAILURE
        }
    }
}

/// Binds the port as root, and is root no more.
fn prepare(link: &Link) -> Result<(Listener, Option<Acceptor>, Settings), String> {
    let mut buffer = vec![0; MESSAGE_MAX];
    let settings = loop {
        match link.receive(&mut buffer) {
            Ok(Some(message)) => match ToCollector::decode(message) {
                Some(ToCollector::Settings(settings)) => break *settings,
                _ => return Err("the collector got no settings".into()),
            },
            Err(e) if e.kind() == io::ErrorKind::WouldBlock => {
                let _ = poll(&mut [PollFd::new(link.as_fd(), PollFlags::POLLIN)], PollTimeout::NONE);
            }
            _ => return Err(format!("{} is for rauditd's own use", crate::process::ARGUMENT)),
        }
    };
    let listener = Listener::bind(settings.port, settings.queue)
        .map_err(|e| format!("cannot listen on port {} (tcp_listen_port): {e}", settings.port))?;
    // OpenSSL reads the system's settings
    let acceptor = settings.tls.as_ref().map(Acceptor::new).transpose()?;
    let is_nobody = privilege::drop_all().map_err(|e| format!("the collector cannot give up its privileges: {e}"))?;
    if !is_nobody {
        let text = "the collector keeps its user id, since the system does not let it become nobody; its capabilities are gone";
        drop(link.send(&ToDaemon::Log(Level::Warning, text.into()).encode()));
    }
    Ok((listener, acceptor, settings))
}
