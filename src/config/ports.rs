//! The lines to the services that an application needs. All five are set, or none.

use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use url::Url;

/// The services that an application needs: all five, or this node takes no applications.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PortsConfig {
    /// The population registry: whether a document, a name and a birth date belong to somebody. docs/ports/registry.md.
    pub registry: PortConfig,
    /// The face service: whether a living person is before the camera, and which. docs/ports/face.md.
    pub face: PortConfig,
    /// The gateway of text messages with codes. docs/ports/phone.md.
    pub phone: PortConfig,
    /// The gateway of the resident identity card. docs/ports/card.md.
    pub card: PortConfig,
    /// The gateway of notices to persons. docs/ports/notification.md.
    pub notification: PortConfig,
}

/// One of them.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PortConfig {
    /// Its address; the paths of the contract lie below. For example `"https://service.example/v1"`.
    pub url: Option<Url>,
    /// Mutual TLS: a file with our certificate in PEM. For example `"/etc/hufu/line.pem"`.
    pub client_certificate: Option<PathBuf>,
    /// And one with its key, mode 0600. For example `"/etc/hufu/line-key.pem"`.
    pub client_key: Option<PathBuf>,
    /// Or signed requests: a file with a key for Ed25519 in PEM, mode 0600. For example `"/etc/hufu/line-signing.pem"`.
    pub signing_key_file: Option<PathBuf>,
    /// The name by which the service knows that key. For example `"hufu"`.
    pub signing_key_id: Option<String>,
    /// A file with the authorities that may vouch for the service, in PEM, instead of the system's own.
    /// For example `"/etc/hufu/service-ca.pem"`.
    pub trusted_certificates: Option<PathBuf>,
}

/// Why the lines cannot be: the key, and what to write instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Incomplete {
    pub key: String,
    pub why: &'static str,
}

impl PortsConfig {
    /// Each by its name.
    pub fn each(&self) -> [(&'static str, &PortConfig); 5] {
        [
            ("registry", &self.registry),
            ("face", &self.face),
            ("phone", &self.phone),
            ("card", &self.card),
            ("notification", &self.notification),
        ]
    }

    /// Whether this node has lines; [`Self::check`] sees to it that it has all.
    pub fn are_set(&self) -> bool {
        self.each().iter().any(|(_, port)| port.url.is_some())
    }

    /// All or none, and each as one line needs it.
    ///
    /// # Errors
    /// The first that is not so.
    pub(super) fn check(&self) -> Result<(), Incomplete> {
        for (name, port) in self.each() {
            let wrong = |key: &str, why| Err(Incomplete { key: format!("ports.{name}.{key}"), why });
            if port.url.is_none() {
                if self.are_set() {
                    return wrong("url", "all five services have an address, or none has");
                }
                if port.has_more() {
                    return wrong("url", "a service without an address needs nothing else");
                }
            }
            if port.client_certificate.is_some() != port.client_key.is_some() {
                return wrong("client_key", "a client certificate and its key go together");
            }
            if port.signing_key_file.is_none() && port.signing_key_id.is_some() {
                return wrong("signing_key_file", "`signing_key_id` names a key that is not here");
            }
            if port.url.as_ref().is_some_and(|url| !matches!(url.scheme(), "https" | "http") || url.host().is_none()) {
                return wrong("url", "a service is at an https address");
            }
        }
        Ok(())
    }

    /// What production refuses: a line that anybody can read, and one on which we are nobody. One sentence each, with its fix.
    pub(super) fn refusals(&self) -> Vec<String> {
        let mut refusals = Vec::new();
        for (name, port) in self.each() {
            let Some(url) = &port.url else { continue };
            if url.scheme() != "https" {
                refusals.push(format!("ports.{name}.url {url} is not https: identities would travel in the open."));
            }
            if port.client_certificate.is_none() && port.signing_key_file.is_none() {
                refusals.push(format!(
                    "ports.{name} does not show who we are: set client_certificate and client_key, or signing_key_file."
                ));
            }
        }
        refusals
    }
}

impl PortConfig {
    /// A line to the sandbox's twins, with signed requests.
    pub fn signed(url: Url, signing_key_file: PathBuf) -> Self {
        Self { url: Some(url), signing_key_file: Some(signing_key_file), ..Self::default() }
    }

    fn has_more(&self) -> bool {
        let files = [&self.client_certificate, &self.client_key, &self.signing_key_file, &self.trusted_certificates];
        files.into_iter().any(Option::is_some) || self.signing_key_id.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ports(toml: &str) -> PortsConfig {
        toml::from_str(toml).expect("settings")
    }

    const ALL: &str = "
        [registry]
        url = 'https://r.example'
        signing_key_file = 'k.pem'
        [face]
        url = 'https://f.example'
        signing_key_file = 'k.pem'
        [phone]
        url = 'https://p.example'
        client_certificate = 'c.pem'
        client_key = 'c-key.pem'
        [card]
        url = 'https://c.example'
        signing_key_file = 'k.pem'
        signing_key_id = 'hufu-1'
        [notification]
        url = 'https://n.example'
        signing_key_file = 'k.pem'
    ";

    #[test]
    fn all_five_services_are_set_or_none_is() {
        assert_eq!(PortsConfig::default().check(), Ok(()));
        let all = ports(ALL);
        assert_eq!((all.check(), all.are_set(), all.refusals()), (Ok(()), true, vec![]));
        for (missing, key) in [
            (ALL.replace("url = 'https://f.example'", ""), "ports.face.url"),
            (ALL.replace("client_key = 'c-key.pem'", ""), "ports.phone.client_key"),
            (
                ALL.replace("signing_key_file = 'k.pem'\n        signing_key_id", "signing_key_id"),
                "ports.card.signing_key_file",
            ),
            (ALL.replace("https://n.example", "ftp://n.example"), "ports.notification.url"),
            ("[face]\nsigning_key_file = 'k.pem'".into(), "ports.face.url"),
        ] {
            assert_eq!(ports(&missing).check().map_err(|wrong| wrong.key), Err(key.to_owned()), "{missing}");
        }
    }

    /// DESIGN.md, "Running": "Production refuses … plain http."
    #[test]
    fn production_refuses_a_line_that_is_open_or_on_which_we_are_nobody() {
        assert_eq!(ports(&ALL.replace("https://r.example", "http://r.example")).refusals().len(), 1);
        let nobody = ports(&ALL.replace("client_certificate = 'c.pem'\n        client_key = 'c-key.pem'", ""));
        assert_eq!(nobody.refusals().len(), 1);
        assert!(nobody.refusals()[0].contains("ports.phone"), "{:?}", nobody.refusals());
    }
}
