//! A demo's directory: the two databases, the key ring, and what only a sandbox may keep in the open: PINs and codes.
//!
//! A second start reads the same file and so prints the same people. It holds no name and no birth date.

use crate::config::{Config, Mode, PortConfig, PortsConfig};
use crate::spec::IssuerUrl;
use crate::store::{PersonKeysConfig, StoreConfig};
use serde::{Deserialize, Serialize};
use std::fs::{DirBuilder, OpenOptions};
use std::io::{Error, ErrorKind, Result, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use time::Date;
use time::macros::format_description;
use url::Url;

/// The directory, whether it is there or not.
#[derive(Clone, Debug)]
pub struct DataDir(PathBuf);

/// What the sandbox made, once, and prints at every start.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Made {
    pub issuer: IssuerUrl,
    /// The year that the minors' ages are counted from.
    pub year: i32,
    /// The day, `YYYY-MM-DD`, that the newcomers' ages are counted from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub day: Option<String>,
    /// Where the twins of the services listened last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub twins: Option<Url>,
    pub personas: Vec<Secrets>,
    /// Many more, for load tests, once there are any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crowd: Option<Crowd>,
    pub client: Option<SiteClient>,
    /// The websites that the official conformance suite plays, once a run of it was prepared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suite: Option<SuiteClients>,
}

/// A crowd that is derived and not listed: `sandbox/crowd.rs`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Crowd {
    /// 32 random bytes in base64url: everything that the crowd's people type comes from it.
    pub seed: String,
    /// How many there are.
    pub count: usize,
}

/// What one persona types.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Secrets {
    /// Which persona of the registry.
    pub key: String,
    pub network_number: String,
    pub pin: Option<String>,
    /// The seed of the dynamic code, in base 32.
    pub seed: Option<String>,
    pub fixed_code: Option<String>,
    pub passkey: Option<Passkey>,
}

/// A passkey with its private key, in the words of WebDriver's "Add Credential" (WebAuthn §11.5).
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Passkey {
    pub credential_id: String,
    pub is_resident_credential: bool,
    pub rp_id: String,
    pub private_key: String,
    pub user_handle: String,
    pub sign_count: u32,
}

/// The demo website as it is registered.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SiteClient {
    pub client_id: String,
    pub client_secret: String,
    pub redirect_uri: String,
}

/// The suite's static clients, under the names that its configuration has for them.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SuiteClients {
    pub client: SuiteClient,
    pub client2: SuiteClient,
    pub client_secret_post: SuiteClient,
}

/// A website that the suite plays.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SuiteClient {
    pub client_id: String,
    pub client_secret: String,
    pub redirect_uris: Vec<String>,
}

impl Made {
    /// The day on which the sandbox was made; the first of its year where it was not noted yet.
    pub fn day(&self) -> Date {
        let noted =
            self.day.as_deref().and_then(|day| Date::parse(day, format_description!("[year]-[month]-[day]")).ok());
        noted.or_else(|| Date::from_ordinal_date(self.year, 1).ok()).unwrap_or(Date::MIN)
    }
}

impl DataDir {
    pub fn at(dir: &Path) -> Self {
        Self(dir.to_owned())
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    pub fn database(&self) -> PathBuf {
        self.0.join("hufu.db")
    }

    /// The key store.
    pub fn person_keys(&self) -> PathBuf {
        self.0.join("person-keys.db")
    }

    pub fn key_ring(&self) -> PathBuf {
        self.0.join("keys.toml")
    }

    /// What questions to the twins are signed with.
    pub fn line_key(&self) -> PathBuf {
        self.0.join("line-key.pem")
    }

    /// The certificate of the authority that signs the sandbox's documents.
    pub fn authority(&self) -> PathBuf {
        self.0.join("documents-authority.der")
    }

    /// The authority of a conformance run, its certificate, and the certificate's key.
    pub fn tls(&self) -> [PathBuf; 3] {
        ["authority.pem", "certificate.pem", "certificate-key.pem"].map(|name| self.0.join(name))
    }

    fn secrets(&self) -> PathBuf {
        self.0.join("sandbox.json")
    }

    /// Makes the directory, for its owner only; one that is there stays as it is.
    pub fn create(&self) -> Result<()> {
        DirBuilder::new().recursive(true).mode(0o700).create(&self.0)
    }

    /// What was made here; `None` before the first start.
    pub fn made(&self) -> Result<Option<Made>> {
        match std::fs::read(self.secrets()) {
            Ok(json) => Ok(Some(serde_json::from_slice(&json)?)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Keeps what was made: written beside, synced, then moved into place, so that a crash leaves one or the other.
    pub fn keep(&self, made: &Made) -> Result<()> {
        let mut json = serde_json::to_vec_pretty(made)?;
        json.push(b'\n');
        put(&self.secrets(), &json)
    }

    /// The settings of the demo that lives here, for every command beside it.
    ///
    /// # Errors
    /// No demo was ever started here.
    pub fn settings(&self) -> Result<Config> {
        match self.made()? {
            Some(made) => Ok(self.settings_for(made.issuer, made.twins.as_ref())),
            None => Err(Error::new(ErrorKind::NotFound, "no demo was ever started here; start one with `hufu demo`")),
        }
    }

    /// The settings of a demo of `issuer` in this directory, whose services are the twins.
    pub fn settings_for(&self, issuer: IssuerUrl, twins: Option<&Url>) -> Config {
        let mut config =
            Config { mode: Mode::Sandbox, store: StoreConfig::sqlite(&self.database()), ..Config::default() };
        config.person_keys = PersonKeysConfig::sqlite(&self.person_keys());
        config.server.issuer = issuer;
        config.keys.file = self.key_ring();
        // The demo's websites run on this machine.
        config.danger.danger_fetch_from_loopback = true;
        if let Some(twins) = twins {
            let line = || PortConfig::signed(twins.clone(), self.line_key());
            config.ports =
                PortsConfig { registry: line(), face: line(), phone: line(), card: line(), notification: line() };
        }
        config.documents.authorities = Some(self.authority()).filter(|file| file.exists()).into_iter().collect();
        config
    }
}

/// Writes a file for its owner only: beside, synced, then moved into place.
pub fn put(file: &Path, bytes: &[u8]) -> Result<()> {
    let beside = file.with_extension("new");
    let mut writing = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&beside)?;
    writing.write_all(bytes)?;
    writing.sync_all()?;
    std::fs::rename(beside, file)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_second_start_finds_what_the_first_one_made() {
        let dir = tempfile::tempdir().expect("a temporary directory");
        let data = DataDir::at(&dir.path().join("deep/data"));
        assert!(data.settings().is_err());
        data.create().expect("made");
        let secrets = Secrets { key: "lin".into(), pin: Some("13572468".into()), ..Secrets::default() };
        let issuer = IssuerUrl::new("http://localhost:8080".into()).expect("a URL");
        let made = Made {
            issuer,
            year: 2026,
            day: None,
            twins: None,
            personas: vec![secrets],
            crowd: None,
            client: None,
            suite: None,
        };
        data.keep(&made).expect("kept");
        assert_eq!(data.made().expect("readable").expect("there").personas[0].pin.as_deref(), Some("13572468"));
        assert_eq!(data.settings().expect("settings").mode, Mode::Sandbox);
        assert_eq!(made.day(), Date::from_ordinal_date(2026, 1).expect("a day"), "before it was noted");
        let mode = std::fs::metadata(data.secrets()).expect("there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
