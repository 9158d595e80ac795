//! What the settings say about levels: whose word about a passkey counts, and which names the operator was assessed for.

use super::failure::Failure;
use crate::authn::{AttestationRoots, Passkeys};
use crate::config::{Config, LevelsConfig};
use crate::spec::{Acr, Ladder, limits};
use std::path::Path;

/// The relying party of this installation.
///
/// # Errors
/// An issuer whose host is an address; roots that cannot be read.
pub fn passkeys(config: &Config) -> Result<Passkeys, Failure> {
    let passkeys = Passkeys::new(&config.server.issuer).map_err(Failure::settings)?;
    Ok(match &config.levels.attestation_roots {
        Some(directory) => passkeys.trusting(roots(directory)?),
        None => passkeys,
    })
}

fn roots(directory: &Path) -> Result<AttestationRoots, Failure> {
    let at = || Failure::at(directory.display());
    let mut pem = String::new();
    for entry in std::fs::read_dir(directory).map_err(at())? {
        let file = entry.map_err(at())?.path();
        if file.extension().is_some_and(|extension| extension == "pem") {
            pem.push_str(&std::fs::read_to_string(&file).map_err(Failure::at(file.display()))?);
        }
    }
    let unusable = |error| Failure::settings(format!("levels.attestation_roots, {}: {error}", directory.display()));
    AttestationRoots::parse(&pem).map_err(unusable)
}

/// The levels and names of this installation; whether faces are checked, the ports say.
///
/// # Errors
/// A level that is none of ours, a name that is one of ours, an attested level without roots.
pub fn ladder(levels: &LevelsConfig) -> Result<Ladder, Failure> {
    let attested = levels.attestation_required_for.iter();
    let attested = attested.map(|level| level_of("attestation_required_for", level)).collect::<Result<Vec<_>, _>>()?;
    let mut ladder = Ladder::default();
    if levels.attestation_roots.is_some() {
        ladder = ladder.attesting(attested);
    } else if !attested.is_empty() {
        let why = "levels.attestation_required_for: nobody's word counts yet; set levels.attestation_roots";
        return Err(Failure::settings(why));
    }
    let mut assessed = Vec::new();
    for (name, level) in levels.assessed_as.iter().flatten() {
        if name.is_empty() || name.len() > limits::ACR || name.contains(char::is_whitespace) {
            let why = format!("levels.assessed_as: `{name}` must be a word of at most {} bytes", limits::ACR);
            return Err(Failure::settings(why));
        }
        if Acr::parse(name).is_some() || ["phr", "phrh"].contains(&name.as_str()) {
            return Err(Failure::settings(format!("levels.assessed_as: `{name}` has a meaning here already")));
        }
        assessed.push((name.clone(), level_of("assessed_as", level)?));
    }
    Ok(ladder.assessed(assessed))
}

fn level_of(key: &str, level: &str) -> Result<Acr, Failure> {
    let ours = || Acr::LADDER.iter().map(|level| level.wire()).collect::<Vec<_>>().join(", ");
    let unknown = || Failure::settings(format!("levels.{key}: `{level}` is none of {}", ours()));
    Acr::parse(level).ok_or_else(unknown)
}

#[cfg(test)]
mod tests {
    use super::*;

    const EIDAS: &str = "http://eidas.europa.eu/LoA/substantial";
    const TOP: &str = "urn:hufu:acr:cert-pin-face";

    fn levels(text: &str) -> LevelsConfig {
        toml::from_str(text).expect("settings")
    }

    /// PROTOCOL 20: "emitted only where `assessed_as` is configured".
    #[test]
    fn the_settings_name_what_is_claimed_and_nothing_else_is() {
        assert_eq!(ladder(&LevelsConfig::default()).ok(), Some(Ladder::default()));
        let text = format!(
            "attestation_roots = \"/x\"\nattestation_required_for = [\"{TOP}\"]\nassessed_as = {{ \"{EIDAS}\" = \"{TOP}\" }}"
        );
        let wanted =
            Ladder::default().attesting(vec![Acr::CertPinFace]).assessed(vec![(EIDAS.into(), Acr::CertPinFace)]);
        assert_eq!(ladder(&levels(&text)).ok(), Some(wanted));
    }

    #[test]
    fn what_cannot_be_meant_is_refused_at_the_start() {
        for wrong in [
            format!("attestation_required_for = [\"{TOP}\"]"),
            "attestation_roots = \"/x\"\nattestation_required_for = [\"high\"]".into(),
            format!("assessed_as = {{ \"{EIDAS}\" = \"substantial\" }}"),
            format!("assessed_as = {{ \"phrh\" = \"{TOP}\" }}"),
            format!("assessed_as = {{ \"urn:hufu:acr:code\" = \"{TOP}\" }}"),
            format!("assessed_as = {{ \"two words\" = \"{TOP}\" }}"),
            format!("assessed_as = {{ \"{}\" = \"{TOP}\" }}", "x".repeat(65)),
        ] {
            assert!(ladder(&levels(&wrong)).is_err(), "{wrong}");
        }
    }

    #[test]
    fn roots_are_every_pem_file_of_the_directory_and_an_empty_one_is_refused() {
        let directory = tempfile::tempdir().expect("a directory");
        assert!(roots(directory.path()).is_err());
        let key = rcgen::KeyPair::generate().expect("a key");
        let root = rcgen::CertificateParams::default().self_signed(&key).expect("a certificate").pem();
        std::fs::write(directory.path().join("maker.pem"), &root).expect("writable");
        std::fs::write(directory.path().join("README"), "not a root").expect("writable");
        assert!(roots(directory.path()).is_ok());
        std::fs::write(directory.path().join("other.pem"), root.replace("MII", "XII")).expect("writable");
        assert!(roots(directory.path()).is_err());
        assert!(roots(&directory.path().join("nowhere")).is_err());
    }
}
