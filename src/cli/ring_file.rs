//! The file of the key ring: made once, replaced whole or not at all, its owner's only.

use super::failure::Failure;
use super::{house, world};
use crate::config::Mode;
use crate::keys::{FileKeys, KeyMaterial};
use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, fchown};
use std::path::{Path, PathBuf};

/// Makes a key ring of its mode, readable by its owner only. One that is there is never touched.
pub fn make(file: &Path, mode: Mode) -> Result<(), Failure> {
    let text = match mode {
        Mode::Sandbox => FileKeys::generate_sandbox(&mut *world::rng()),
        Mode::Production => FileKeys::generate(&mut *world::rng()),
    };
    let written = private(file).and_then(|mut ring| write(&mut ring, &text));
    written.map_err(Failure::at(file.display()))
}

/// Changes the ring. A crash at any moment leaves the old file or the new one; two changes at once are one too many.
///
/// # Errors
/// No such file, no ring in it, what `change` refuses, or a file that cannot be written beside it.
pub fn change<T>(file: &Path, change: impl FnOnce(&mut KeyMaterial) -> Result<T, Failure>) -> Result<T, Failure> {
    let file = fs::canonicalize(file).map_err(Failure::at(file.display()))?;
    let beside = beside(&file);
    let mut next = private(&beside).map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => Failure::no(format!(
            "{0} is there: another command is changing the key ring, or one was stopped halfway and left it; then delete {0}",
            beside.display()
        )),
        _ => Failure::at(beside.display())(error),
    })?;
    let changed = (|| {
        let mut ring = house::danger_key_material(&file)?;
        let changed = change(&mut ring)?;
        let owner = fs::metadata(&file).map_err(Failure::at(file.display()))?;
        let replaced = fchown(&next, Some(owner.uid()), Some(owner.gid()))
            .and_then(|()| write(&mut next, &ring.to_text()))
            .and_then(|()| fs::rename(&beside, &file))
            .and_then(|()| File::open(file.parent().unwrap_or(Path::new(".")))?.sync_all());
        replaced.map_err(Failure::at(file.display()))?;
        Ok(changed)
    })();
    if changed.is_err() {
        // Of the new file nothing stays, wherever it failed; after the renaming there is none.
        drop(fs::remove_file(&beside));
    }
    changed
}

/// In the same directory, so that it can be renamed.
fn beside(file: &Path) -> PathBuf {
    let mut name = file.file_name().map(OsString::from).unwrap_or_default();
    name.push(".next");
    file.with_file_name(name)
}

/// A new file that only its owner reads.
fn private(file: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(file)
}

fn write(file: &mut File, text: &str) -> io::Result<()> {
    file.write_all(text.as_bytes())?;
    file.sync_all()
}
