//! The token of an HSM, as the settings name it: its PIN, its plan, and what is told when it cannot be used.

use super::failure::Failure;
use crate::config::{Config, Mode, Pkcs11Config};
use crate::keys::RootKey;
use crate::outside::pkcs11::{Ceremony, Realm, TokenError, TokenKeys, TokenPin, TokenPlace, TokenPlan};
use std::path::Path;
use std::time::Duration;

impl From<TokenError> for Failure {
    fn from(error: TokenError) -> Self {
        match error {
            TokenError::NoModule { .. } | TokenError::NoToken { .. } | TokenError::Unavailable(_) => {
                Self::unavailable(error)
            }
            TokenError::SeveralTokens(_)
            | TokenError::PinRefused { .. }
            | TokenError::NearlyLocked(_)
            | TokenError::NoSuchKey { .. }
            | TokenError::Twice(_)
            | TokenError::SeveralDigestKeys
            | TokenError::Extractable(_)
            | TokenError::Unfit(_) => Self::settings(error),
        }
    }
}

/// The keys of a token that the settings, or a command line beside them, name.
///
/// # Errors
/// No PIN, no token, or none that is fit.
pub fn keys(module: &Path, settings: &Pkcs11Config, mode: Mode) -> Result<TokenKeys, Failure> {
    let current = [
        (RootKey::Pairwise, settings.pairwise),
        (RootKey::Unique, settings.unique),
        (RootKey::Document, settings.document),
        (RootKey::Pepper, settings.pepper),
        (RootKey::Encryption, settings.encryption),
    ];
    Ok(TokenKeys::open(TokenPlan {
        place: place(module, settings)?,
        realm: realm(mode),
        current: current.into(),
        sessions: settings.sessions,
        wait: Duration::from_millis(settings.wait_milliseconds),
    })?)
}

/// A session that makes keys, in the token of the settings.
///
/// # Errors
/// The keys are a file, or the token cannot be had.
pub fn ceremony(config: &Config) -> Result<Ceremony, Failure> {
    let settings = &config.keys.pkcs11;
    let Some(module) = &settings.module else {
        return Err(Failure::settings("the keys are a file: name the HSM's module in keys.pkcs11.module first"));
    };
    Ok(Ceremony::begin(&place(module, settings)?, realm(config.mode))?)
}

fn place(module: &Path, settings: &Pkcs11Config) -> Result<TokenPlace, Failure> {
    let file = settings.pin_file.display();
    let text = std::fs::read_to_string(&settings.pin_file)
        .map_err(|why| Failure::unavailable(format!("the token's PIN, {file}: {why}; see keys.pkcs11.pin_file")))?;
    let pin = TokenPin::of_file(&text);
    Ok(TokenPlace { module: module.to_owned(), token_label: settings.token_label.clone(), pin })
}

const fn realm(mode: Mode) -> Realm {
    match mode {
        Mode::Sandbox => Realm::Sandbox,
        Mode::Production => Realm::Production,
    }
}
