//! What the operator writes, and what a browser says about itself.

use super::{first_line, text};
use hufu::config::{Config, Sources};
use hufu::keys::FileKeys;
use hufu::web::page::{Locale, TypeSize};

/// Settings that load are settings that load again; the issuer has one spelling.
pub fn config(data: &[u8]) {
    let path = std::env::temp_dir().join(format!("hufu-fuzz-{}.toml", std::process::id()));
    std::fs::write(&path, data).expect("a place for the file");
    let loaded = Config::load(&Sources { file: Some(path.clone()), environment: Vec::new() });
    let again = loaded.as_ref().ok().map(|config| {
        let written = toml::to_string(config).expect("settings are TOML");
        std::fs::write(&path, &written).expect("a place for the file");
        let again = Config::load(&Sources { file: Some(path.clone()), environment: Vec::new() });
        (written, toml::to_string(&again.expect("its own text")).expect("settings are TOML"))
    });
    std::fs::remove_file(&path).expect("the file just written");
    if let Some((written, again)) = again {
        assert_eq!(written, again);
    }
    match loaded {
        Ok(config) => {
            let url = config.server.issuer.url();
            assert!(url.has_host() && url.query().is_none() && url.fragment().is_none());
            assert!(!config.server.issuer.as_str().ends_with('/'));
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
    // The same text as an environment variable's value. figment calls itself for each bracket in one, and the operator's
    // own environment is no place to defend that against.
    let value = text(data);
    if value.matches(['[', '{']).count() < 100 {
        let environment = vec![("HUFU_SERVER__ISSUER".to_owned(), value.into_owned())];
        let _ = Config::load(&Sources { file: None, environment });
    }
}

/// A ring that cannot be read is refused without showing a key.
pub fn key_ring(data: &[u8]) {
    let Err(error) = FileKeys::parse(&text(data)).map(drop) else { return };
    let told = error.to_string();
    let longest = told.split(|c: char| !c.is_ascii_alphanumeric()).map(str::len).max();
    assert!(longest.unwrap_or_default() <= 16, "a key may stand in: {told}");
}

/// `ui_locales` and the cookie on the first line, `Accept-Language` after it.
pub fn preferences(data: &[u8]) {
    let (chosen, accepted) = first_line(data);
    let accepted = text(accepted);
    let locale = Locale::choose(Some(&chosen), None, Some(&accepted));
    assert_eq!(Locale::of_tag(locale.tag()), Some(locale));
    let _ = Locale::choose(None, Some(&chosen), Some(&accepted));
    let size = TypeSize::of_word(&chosen);
    assert_eq!(TypeSize::of_word(size.word()).word(), size.word());
}
