//! What production refuses: whatever a sandbox made, plain http, and a website that leaves people no other way in.

use super::{Config, KeyPlace, Mode};

/// What was found beside the settings, in the database and in the key ring.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// The mode that the database was made in; `None` in a new one.
    pub database: Option<String>,
    /// The key ring says that a sandbox made it.
    pub sandbox_keys: bool,
    /// Others than its owner may read the key ring's file, or that of the token's PIN.
    pub key_file_readable: bool,
    /// Websites (`application_type` web) that registered an http redirect, which can only be loopback.
    pub http_redirects: Vec<String>,
    /// Websites that registered no `alternative_login_uri`.
    pub without_alternative: Vec<String>,
}

impl Config {
    /// Why this node must not start: one sentence each, with its fix. Empty when it may.
    pub fn refusals(&self, found: &Found) -> Vec<String> {
        let mut refusals = Vec::new();
        let mut refuse = |wrong: bool, sentence: String| refusals.extend(wrong.then_some(sentence));
        refuse(
            found.key_file_readable && !self.danger.danger_key_file_readable,
            match self.keys.place() {
                KeyPlace::File(file) => format!("Others may read the key ring: run `chmod 600 {}`.", file.display()),
                token @ KeyPlace::Token { .. } => {
                    format!("Others may read the token's PIN: run `chmod 600 {}`.", token.private_file().display())
                }
            },
        );
        match self.mode {
            Mode::Sandbox => refuse(
                found.database.as_deref() == Some(Mode::Production.word()),
                "The database holds real people: a sandbox needs one of its own, set another store.url.".into(),
            ),
            Mode::Production => {
                let issuer = self.server.issuer.as_str();
                refuse(
                    self.server.issuer.url().scheme() != "https",
                    format!("The issuer {issuer} is not https: set server.issuer to the https address of your proxy."),
                );
                refuse(
                    found.sandbox_keys,
                    "The key ring was made by a sandbox, so others know it: make one with `hufu key init`.".into(),
                );
                refuse(
                    found.database.as_deref() == Some(Mode::Sandbox.word()),
                    "The database was made by a sandbox: set store.url to an empty one and run `hufu migrate`.".into(),
                );
                refuse(
                    self.danger.danger_fetch_from_loopback,
                    "danger.danger_fetch_from_loopback is for a sandbox: a website could reach this machine. Switch it off."
                        .into(),
                );
                refuse(
                    self.danger.danger_accept_bare_requests,
                    "danger.danger_accept_bare_requests is for a conformance run in a sandbox: a stolen code could be used. \
                     Switch it off."
                        .into(),
                );
                refuse(
                    self.danger.danger_pin_trusted_certificates,
                    "danger.danger_pin_trusted_certificates is for a conformance run in a sandbox: a server with another \
                     name could be believed. Switch it off."
                        .into(),
                );
                for sentence in self.ports.refusals() {
                    refuse(true, sentence);
                }
                for client in &found.http_redirects {
                    refuse(true, format!("Website {client} has a redirect over http: register an https one for it."));
                }
                for client in &found.without_alternative {
                    refuse(
                        true,
                        format!("Website {client} offers no other way in: register its alternative_login_uri."),
                    );
                }
            }
        }
        refusals
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::IssuerUrl;

    fn config(mode: Mode, issuer: &str) -> Config {
        let mut config = Config { mode, ..Config::default() };
        config.server.issuer = IssuerUrl::new(issuer.into()).expect("a URL");
        config
    }

    /// DESIGN.md, "Running": "Production refuses sandbox data, default keys, plain http."
    #[test]
    fn production_refuses_what_a_sandbox_made() {
        let production = config(Mode::Production, "https://id.example");
        assert_eq!(production.refusals(&Found::default()), Vec::<String>::new());
        let founds = [
            Found { database: Some("sandbox".into()), ..Found::default() },
            Found { sandbox_keys: true, ..Found::default() },
            Found { key_file_readable: true, ..Found::default() },
            Found { http_redirects: vec!["shop".into()], ..Found::default() },
            Found { without_alternative: vec!["shop".into()], ..Found::default() },
        ];
        for found in founds {
            assert_eq!(production.refusals(&found).len(), 1, "{found:?}");
        }
        assert_eq!(config(Mode::Production, "http://id.example").refusals(&Found::default()).len(), 1);
        let mut inward = config(Mode::Production, "https://id.example");
        inward.danger.danger_fetch_from_loopback = true;
        assert_eq!(inward.refusals(&Found::default()).len(), 1);
        let mut bare = config(Mode::Production, "https://id.example");
        bare.danger.danger_accept_bare_requests = true;
        assert_eq!(bare.refusals(&Found::default()).len(), 1);
        let mut pinned = config(Mode::Production, "https://id.example");
        pinned.danger.danger_pin_trusted_certificates = true;
        assert_eq!(pinned.refusals(&Found::default()).len(), 1);
    }

    #[test]
    fn a_sandbox_refuses_real_people_and_nothing_that_it_made() {
        let sandbox = config(Mode::Sandbox, "http://localhost:8080");
        let made = Found { database: Some("sandbox".into()), sandbox_keys: true, ..Found::default() };
        assert_eq!(sandbox.refusals(&made), Vec::<String>::new());
        let real = Found { database: Some("production".into()), ..Found::default() };
        assert_eq!(sandbox.refusals(&real).len(), 1);
    }

    #[test]
    fn a_danger_that_was_switched_on_is_not_refused() {
        let mut production = config(Mode::Production, "https://id.example");
        production.danger.danger_key_file_readable = true;
        let found = Found { key_file_readable: true, ..Found::default() };
        assert_eq!(production.refusals(&found), Vec::<String>::new());
        assert_eq!(production.danger.switched_on(), ["danger_key_file_readable"]);
    }
}
