//! raureport and a browser without windows: what both answer.

use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What every page says of itself: its texts, what the charts measure, how wide it is, and what it is after a click.
const PROBE: &str = include_str!("probe.js");

/// raureport on a log.
pub fn command(log: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_raureport"));
    command.env("TZ", "UTC").env("LC_ALL", "C.UTF-8").stdin(Stdio::null());
    command.arg("-if").arg(log).args(args);
    command
}

/// Its standard output.
pub fn raureport(log: &Path, args: &[&str]) -> String {
    let output = command(log, args).output().unwrap();
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Standard output and standard error of the browser, or why there is none.
pub fn browser(dir: &Path, args: &[&str], page: &Path) -> Result<(String, String), String> {
    // one that hangs is ended; root has no sandbox, and the pages are ours
    let mut command = Command::new("timeout");
    command.args(["120", "chromium"]);
    command.args(["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"]);
    command.args(["--disable-background-networking", "--disable-component-update", "--disable-sync"]);
    command.args(["--enable-logging=stderr", "--virtual-time-budget=10000", "--dump-dom"]);
    command.arg(format!("--user-data-dir={}", dir.join("profile").display()));
    command.args(args).arg(format!("file://{}", page.display())).stdin(Stdio::null());
    let output = command.output().map_err(|e| format!("timeout cannot be run ({e})"))?;
    if output.status.code() == Some(127) {
        return Err("chromium is not there: apt-get install chromium".to_owned());
    }
    let (dom, notes) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && dom.contains("</html>"), "chromium: {notes}");
    Ok((dom.into_owned(), notes.into_owned()))
}

/// What the browser has to say on its console.
pub fn console(notes: &str) -> Vec<&str> {
    notes.lines().filter(|line| line.contains("CONSOLE")).collect()
}

/// A page, and two copies: with the probe in it, and without any script. Their policies allow that and no more.
pub struct Pages {
    pub text: String,
    pub page: PathBuf,
    pub probed: PathBuf,
    pub without_script: PathBuf,
}

impl Pages {
    pub fn of(dir: &Path, log: &Path) -> Self {
        let path = |name: &str| dir.join(name);
        let page = path("page.html");
        raureport(log, &["--html", page.to_str().unwrap()]);
        let text = fs::read_to_string(&page).unwrap();
        assert!(text.len() < 200_000, "{} bytes", text.len());
        let (before, policy) = text.split_once("script-src ").unwrap();
        let (_, after) = policy.split_once(';').unwrap();
        let copy = |scripts: &str| format!("{before}script-src {scripts};{after}");
        let probe = copy("'unsafe-inline'").replace("</body>", &format!("<script>{PROBE}</script></body>"));
        let (probed, without_script) = (path("probed.html"), path("without.html"));
        fs::write(&probed, probe).unwrap();
        fs::write(&without_script, copy("'none'")).unwrap();
        Self { text, page, probed, without_script }
    }
}

/// What the probe found at a width: the page is in a frame, as browsers have no narrow windows.
pub fn probe(dir: &Path, probed: &Path, width: u32) -> Result<Value, String> {
    let frame = dir.join("frame.html");
    let text = format!(
        "<!DOCTYPE html><html><body><iframe width={width} height=800 src={}></iframe><pre></pre><script>\
         addEventListener('message', (e) => {{ document.querySelector('pre').textContent = e.data }})</script></body></html>",
        probed.file_name().unwrap().display()
    );
    fs::write(&frame, text).unwrap();
    let (dom, notes) = browser(dir, &["--window-size=1600,1000"], &frame)?;
    assert_eq!(console(&notes), Vec::<&str>::new());
    let found = dom.split_once("<pre>").unwrap().1.split_once("</pre>").unwrap().0;
    let found = found.replace("&lt;", "<").replace("&gt;", ">").replace("&nbsp;", "\u{a0}").replace("&amp;", "&");
    Ok(serde_json::from_str(&found).unwrap_or_else(|e| panic!("{e}: {found}")))
}
