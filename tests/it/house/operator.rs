//! The operator of a house: `hufu` commands beside the node, over the same databases and keys.

use super::{House, ISSUER, RING};
use crate::cli::{code, hufu_with, text};
use crate::db::Which;
use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

impl House {
    /// What a command says, which must succeed. It has a clock of its own: the real one.
    pub fn hufu(&self, words: &[&str]) -> String {
        let desk = tempfile::tempdir().expect("a directory");
        let ring = desk.path().join("hufu-keys.toml");
        std::fs::write(&ring, &*RING).expect("written");
        let private =
            |file: &Path| std::fs::set_permissions(file, Permissions::from_mode(0o600)).expect("its owner's only");
        private(&ring);
        if self.db.is_sqlite() {
            [Which::Store, Which::Keys].into_iter().for_each(|which| private(&self.db.file_of(which)));
        }
        let settings = [
            ("HUFU_MODE", "sandbox"),
            ("HUFU_SERVER__ISSUER", ISSUER),
            ("HUFU_STORE__URL", &self.db.config().url),
            ("HUFU_PERSON_KEYS__URL", &self.db.keys_config().url),
        ];
        let output = hufu_with(desk.path(), words, &settings);
        assert_eq!(code(&output), 0, "{words:?}: {}{}", text(&output.stdout), text(&output.stderr));
        text(&output.stdout).to_owned()
    }
}
