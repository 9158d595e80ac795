//! Reads the settings: the file, then the environment over it. Every unknown key is refused with its place.

use super::ports::Incomplete;
use super::{Config, ConfigError, keys};
use figment::providers::{Format, Toml};
use figment::util::nest;
use figment::value::{Dict, Map, Value};
use figment::{Figment, Metadata, Profile, Provider};
use std::path::PathBuf;

/// Where the settings come from. The process's environment is handed in: a test chooses its own.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    pub file: Option<PathBuf>,
    pub environment: Vec<(String, String)>,
}

impl Config {
    /// The settings of `sources`, over the defaults.
    ///
    /// # Errors
    /// A file that cannot be read, a key that does not exist, a value of the wrong kind.
    pub fn load(sources: &Sources) -> Result<Self, ConfigError> {
        let mut figment = Figment::new();
        if let Some(path) = &sources.file {
            let text =
                std::fs::read_to_string(path).map_err(|why| ConfigError::Unreadable { path: path.clone(), why })?;
            let place = path.display().to_string();
            figment = figment.merge(Named(place, Toml::string(&text)));
        }
        for (name, value) in &sources.environment {
            if let Some(key) = key_of(name) {
                figment = figment.merge(Variable { name: name.clone(), key, value: value.clone() });
            }
        }
        refuse_unknown(&figment)?;
        let config: Self = figment.extract().map_err(|error| explain(&error))?;
        config.check_issuer()?;
        config.ports.check().map_err(|Incomplete { key, why }| ConfigError::Value {
            place: "the settings".to_owned(),
            key: Some(key),
            why: why.to_owned(),
        })?;
        match config.about.not_https() {
            None => Ok(config),
            Some(key) => Err(ConfigError::Value {
                place: "the settings".to_owned(),
                key: Some(key.to_owned()),
                why: "a page begins with https://".to_owned(),
            }),
        }
    }

    /// OpenID Connect Core §2 and RFC 8414 §2: a URL "with no query or fragment components". We also refuse the slash
    /// at the end: two spellings of one issuer are the most common reason why a website's login fails.
    fn check_issuer(&self) -> Result<(), ConfigError> {
        let issuer = self.server.issuer.as_str();
        let url = self.server.issuer.url();
        let why = match url.scheme() {
            "https" | "http" if url.host().is_none() => "an issuer has a host",
            "https" | "http" if url.query().is_some() => "an issuer has no query",
            "https" | "http" if url.fragment().is_some() => "an issuer has no fragment",
            "https" | "http" if !url.username().is_empty() || url.password().is_some() => "an issuer has no user name",
            "https" | "http" if issuer.ends_with('/') => "take the slash at the end away",
            "https" | "http" if url.path() != "/" => {
                "an issuer has no path: the endpoints stand at the root of its host"
            }
            "https" | "http" => return Ok(()),
            _ => "an issuer begins with https://",
        };
        let place = "the settings".to_owned();
        Err(ConfigError::Value { place, key: Some("server.issuer".into()), why: format!("`{issuer}`: {why}") })
    }
}

/// `HUFU_SERVER__ISSUER` is `server.issuer`; other variables that begin with `HUFU_` are not settings.
fn key_of(name: &str) -> Option<String> {
    let rest = name.strip_prefix("HUFU_")?;
    (rest == "MODE" || rest.contains("__")).then(|| rest.to_ascii_lowercase().replace("__", "."))
}

fn refuse_unknown(figment: &Figment) -> Result<(), ConfigError> {
    let found: Value = figment.extract().map_err(|error| explain(&error))?;
    let mut dotted = Vec::new();
    flatten("", &found, &mut dotted);
    match dotted.into_iter().find(|key| !keys::KNOWN.contains(key)) {
        Some(key) => Err(ConfigError::UnknownKey {
            place: figment.find_metadata(&key).map_or_else(|| "the settings".into(), |data| data.name.to_string()),
            nearest: keys::nearest(&key),
            key,
        }),
        None => Ok(()),
    }
}

fn flatten(before: &str, value: &Value, keys: &mut Vec<String>) {
    match value.as_dict() {
        Some(dict) if !before.contains('.') || keys::is_section(before) => {
            for (name, value) in dict {
                let key = if before.is_empty() { name.clone() } else { format!("{before}.{name}") };
                flatten(&key, value, keys);
            }
        }
        _ => keys.push(before.to_owned()),
    }
}

fn explain(error: &figment::Error) -> ConfigError {
    ConfigError::Value {
        place: error.metadata.as_ref().map_or_else(|| "the settings".into(), |data| data.name.to_string()),
        key: (!error.path.is_empty()).then(|| error.path.join(".")),
        why: error.kind.to_string().trim().replace('\n', " "),
    }
}

/// A provider under the name that an error message shows.
struct Named<P>(String, P);

impl<P: Provider> Provider for Named<P> {
    fn metadata(&self) -> Metadata {
        Metadata::named(self.0.clone())
    }

    fn data(&self) -> Result<Map<Profile, Dict>, figment::Error> {
        self.1.data()
    }
}

/// One environment variable.
struct Variable {
    name: String,
    key: String,
    value: String,
}

impl Provider for Variable {
    fn metadata(&self) -> Metadata {
        Metadata::named(self.name.clone())
    }

    fn data(&self) -> Result<Map<Profile, Dict>, figment::Error> {
        let value: Value = self.value.parse().unwrap_or_else(|_| Value::from(self.value.as_str()));
        let dict = nest(&self.key, value).into_dict().unwrap_or_default();
        Ok(Profile::Default.collect(dict))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Mode;

    fn load(toml: &str, environment: &[(&str, &str)]) -> Result<Config, String> {
        let dir = tempfile::tempdir().expect("a temporary directory");
        let file = dir.path().join("hufu.toml");
        std::fs::write(&file, toml).expect("writable");
        let environment = environment.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        Config::load(&Sources { file: Some(file.clone()), environment })
            .map_err(|error| error.to_string().replace(&file.display().to_string(), "hufu.toml"))
    }

    #[test]
    fn nothing_said_means_production() {
        let config = Config::load(&Sources::default()).expect("defaults are enough");
        assert_eq!(config.mode, Mode::Production);
        assert_eq!(config.danger.switched_on(), Vec::<&str>::new());
    }

    #[test]
    fn the_environment_goes_over_the_file() {
        let toml = "mode = 'sandbox'\n[server]\nissuer = 'https://a.example'\nworkers = 3";
        let set = [("HUFU_SERVER__ISSUER", "https://b.example"), ("HUFU_LIMITS__CONNECTIONS", "7"), ("HUFU_ELSE", "x")];
        let config = load(toml, &set).expect("settings");
        assert_eq!(config.server.issuer.as_str(), "https://b.example");
        assert_eq!((config.server.workers, config.limits.connections, config.mode), (3, 7, Mode::Sandbox));
    }

    #[test]
    fn an_unknown_key_is_refused_with_its_place_and_the_nearest_one() {
        let said = load("[server]\nisuer = 'https://a.example'", &[]).expect_err("unknown");
        assert_eq!(said, "hufu.toml: there is no key `server.isuer`; did you mean `server.issuer`?");
        let said = load("", &[("HUFU_SERVER__ISUER", "x")]).expect_err("unknown");
        assert!(said.starts_with("HUFU_SERVER__ISUER: there is no key"), "{said}");
        let said = load("[sever]\nlisten = '127.0.0.1:1'", &[]).expect_err("unknown");
        assert!(said.contains("server.listen"), "{said}");
    }

    #[test]
    fn a_line_to_a_service_is_set_by_file_and_environment_and_its_keys_are_known() {
        let said = load("[ports.registry]\nurl = 'https://r.example'", &[]).expect_err("the other four are missing");
        assert!(said.contains("`ports.face.url`"), "{said}");
        let said = load("[ports.registry]\nulr = 'https://r.example'", &[]).expect_err("unknown");
        assert!(said.contains("did you mean `ports.registry.url`?"), "{said}");
        let names = ["REGISTRY", "FACE", "PHONE", "CARD", "NOTIFICATION"];
        let variables = names.map(|name| format!("HUFU_PORTS__{name}__URL"));
        let set = variables.each_ref().map(|name| (name.as_str(), "https://all.example/v1"));
        assert!(load("", &set).expect("settings").ports.are_set());
    }

    #[test]
    fn a_value_of_the_wrong_kind_is_refused_with_its_key() {
        let said = load("[server]\nworkers = 'many'", &[]).expect_err("wrong kind");
        assert!(said.starts_with("hufu.toml: `server.workers`: "), "{said}");
        let said = load("[server]\nlisten = 'here'", &[]).expect_err("wrong kind");
        assert!(said.contains("server.listen"), "{said}");
        assert!(load("[server", &[]).expect_err("no TOML").starts_with("hufu.toml"));
    }

    /// OpenID Connect Core §2 (`iss`).
    /// OpenID Connect Discovery 1.0 §3, op_policy_uri: websites are led there.
    #[test]
    fn a_page_of_the_operators_is_https() {
        for key in ["op_policy_uri", "op_tos_uri", "service_documentation"] {
            let page = |url: &str| load(&format!("about.{key} = '{url}'"), &[]);
            assert!(page("https://a.example/page").is_ok());
            let said = page("http://a.example/page").expect_err(key);
            assert!(said.contains(&format!("about.{key}")), "{said}");
        }
    }

    #[test]
    fn an_issuer_has_no_query_no_fragment_and_no_slash_at_the_end() {
        for issuer in ["https://a.example/", "https://a.example?x", "https://a.example#x", "ftp://a", "https://u@a"] {
            let said = load(&format!("server.issuer = '{issuer}'"), &[]).expect_err(issuer);
            assert!(said.contains("server.issuer"), "{said}");
        }
    }
}
