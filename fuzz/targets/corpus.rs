//! corpus pack DIRECTORY FILE | corpus unpack FILE DIRECTORY: inputs as files, which libFuzzer wants, and as lines of one file.
//! corpus wire FILE DIRECTORY: the rules in a file of command lines, as they are sent.

use raudit_fuzz::escape::{escape, unescape};
use raudit_rules::command::{self, Context, Step};
use std::path::Path;
use std::{env, fs, io, process::ExitCode};

/// The most that a packed corpus may have; the shortest inputs go first.
const MAX: usize = 300 << 10;

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    let result = match args.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["pack", dir, file] => pack(Path::new(dir), Path::new(file)),
        ["unpack", file, dir] => unpack(Path::new(file), Path::new(dir)),
        ["wire", file, dir] => wire(Path::new(file), Path::new(dir)),
        _ => Err(io::Error::other("usage: corpus pack DIRECTORY FILE | corpus unpack|wire FILE DIRECTORY")),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("corpus: {error}");
            ExitCode::FAILURE
        }
    }
}

fn pack(dir: &Path, file: &Path) -> io::Result<()> {
    let mut lines = Vec::new();
    for entry in fs::read_dir(dir)? {
        lines.push(escape(&fs::read(entry?.path())?));
    }
    lines.sort_by(|a, b| (a.len(), a).cmp(&(b.len(), b)));
    let mut size = 0;
    let kept: Vec<String> = lines
        .into_iter()
        .take_while(|line| {
            size += line.len() + 1;
            size <= MAX
        })
        .collect();
    let mut sorted = kept;
    sorted.sort();
    fs::write(file, sorted.iter().map(|line| format!("{line}\n")).collect::<String>())
}

fn unpack(file: &Path, dir: &Path) -> io::Result<()> {
    fs::create_dir_all(dir)?;
    for (number, line) in fs::read_to_string(file)?.lines().enumerate() {
        let input = unescape(line)
            .ok_or_else(|| io::Error::other(format!("line {} of {} is no input", number + 1, file.display())))?;
        fs::write(dir.join(format!("kept-{number}")), input)?;
    }
    Ok(())
}

fn wire(file: &Path, dir: &Path) -> io::Result<()> {
    for (number, line) in fs::read_to_string(file)?.lines().enumerate() {
        let words = raudit_rules::file::words(line.as_bytes());
        let words: Vec<&[u8]> = words.iter().map(Vec::as_slice).collect();
        for step in command::parse(&words, Context::default()).steps.unwrap_or_default() {
            if let Step::Add(rule, prepend) = step {
                fs::write(dir.join(format!("seed-{number}")), rule.to_wire(prepend))?;
            }
        }
    }
    Ok(())
}
