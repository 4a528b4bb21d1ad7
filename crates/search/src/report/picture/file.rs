//! Where a page is written: a temporary file beside the one that is named, which then takes its place.

use raudit_tables::errno::reason;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use tempfile::{Builder, NamedTempFile};

/// A file that is there as a whole, or not at all.
#[derive(Debug)]
pub(crate) enum Target {
    /// Standard output.
    Out,
    /// A file; until it is whole it is a temporary one.
    File(PathBuf, NamedTempFile<File>),
}

impl Target {
    /// Begins a file; `-` is standard output. Only its owner may read it: it holds what the log holds.
    ///
    /// # Errors
    /// What is wrong, in one line.
    pub(crate) fn begin(path: &Path) -> Result<Self, String> {
        if path == Path::new("-") {
            return Ok(Self::Out);
        }
        let wrong = |error: &io::Error| format!("Error writing {} ({})", path.display(), reason(error));
        // a link stays one; a device or a pipe must not be replaced
        let place = match std::fs::metadata(path) {
            Ok(meta) if !meta.is_file() => {
                return Err(format!("Error writing {} (it is no regular file; - is standard output)", path.display()));
            }
            Ok(_) => path.canonicalize().map_err(|error| wrong(&error))?,
            Err(_) => path.to_owned(),
        };
        let dir = place.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
        // opened by ourselves: an error then names the file that was asked for, and not the temporary one
        let open = |path: &Path| OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
        let file = Builder::new().prefix(".raureport-").make_in(dir, open).map_err(|error| wrong(&error))?;
        Ok(Self::File(place, file))
    }

    /// Writes the text, and gives the file its name; `out` is standard output.
    ///
    /// # Errors
    /// Of a file, what is wrong in one line; of standard output what writing gives.
    pub(crate) fn finish(self, text: &[u8], out: &mut impl Write) -> io::Result<Result<(), String>> {
        let Self::File(path, mut file) = self else {
            out.write_all(text)?;
            return Ok(Ok(()));
        };
        let written = file
            .as_file_mut()
            .write_all(text)
            .and_then(|()| file.persist(&path).map(drop).map_err(|error| error.error));
        Ok(written.map_err(|error| format!("Error writing {} ({})", path.display(), reason(&error))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_file_is_there_as_a_whole_and_for_its_owner() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("page.html");
        std::fs::write(&path, "before").unwrap();
        let target = Target::begin(&path).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"before");
        target.finish(b"after", &mut Vec::new()).unwrap().unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"after");
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        drop(Target::begin(&path).unwrap());
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1, "nothing is left behind");
        let link = dir.path().join("link");
        std::os::unix::fs::symlink(&path, &link).unwrap();
        Target::begin(&link).unwrap().finish(b"linked", &mut Vec::new()).unwrap().unwrap();
        assert!(link.is_symlink() && std::fs::read(&path).unwrap() == b"linked");
    }

    #[test]
    fn what_cannot_be_written_is_told() {
        let said = |path: &str| Target::begin(Path::new(path)).unwrap_err();
        assert_eq!(said("/dev/null"), "Error writing /dev/null (it is no regular file; - is standard output)");
        assert_eq!(said("/nonexistent/x.html"), "Error writing /nonexistent/x.html (No such file or directory)");
        let mut out = Vec::new();
        Target::begin(Path::new("-")).unwrap().finish(b"page", &mut out).unwrap().unwrap();
        assert_eq!(out, b"page");
    }
}
