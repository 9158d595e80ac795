//! Whose documents this node believes: the authorities that the settings name.

use super::failure::Failure;
use crate::config::DocumentsConfig;
use crate::document::{Certificate, TrustStore};
use crate::spec::Timestamp;
use std::path::Path;

/// The authorities, what they vouch for, and what they took back; in this order, for each is held against what came before.
///
/// # Errors
/// A file that cannot be read, or that holds something else.
pub fn issuers(config: &DocumentsConfig, now: Timestamp) -> Result<TrustStore, Failure> {
    let mut store = TrustStore::default();
    for file in &config.authorities {
        let certificate = Certificate::parse(&read(file)?).map_err(|error| wrong(file, error))?;
        store.trust(certificate).map_err(|error| wrong(file, error))?;
    }
    for file in &config.master_lists {
        store.take_master_list(&read(file)?, now).map_err(|error| wrong(file, error))?;
    }
    for file in &config.revocations {
        store.take_revocations(&read(file)?).map_err(|error| wrong(file, error))?;
    }
    Ok(store)
}

fn read(file: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(file).map_err(Failure::at(file.display()))
}

fn wrong(file: &Path, error: impl std::fmt::Display) -> Failure {
    Failure::settings(format!("{}: {error}", file.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::failure::Exit;
    use crate::document::Digest;
    use crate::sandbox::chip::{CurveForm, Issuer, Signer, Signing, Validity};
    use rand::{SeedableRng, rngs::StdRng};
    use std::path::PathBuf;

    const NOW: Timestamp = Timestamp::from_unix(1_790_000_000);

    fn signer(seed: u64) -> (Signer, Validity, StdRng) {
        let mut rng = StdRng::seed_from_u64(seed);
        let key = Signer::generate(Signing::P256(Digest::Sha256), CurveForm::Named, &mut rng);
        let valid = Validity { from: Timestamp::from_unix(1_700_000_000), to: Timestamp::from_unix(1_900_000_000) };
        (key, valid, rng)
    }

    fn authority(seed: u64) -> Issuer {
        let (key, valid, mut rng) = signer(seed);
        Issuer::authority("CN", key, valid, &mut rng)
    }

    #[test]
    fn authorities_lists_and_revocations_are_read_from_their_files() {
        let dir = tempfile::tempdir().expect("a directory");
        let put = |name: &str, der: &[u8]| -> PathBuf {
            let file = dir.path().join(name);
            std::fs::write(&file, der).expect("written");
            file
        };
        let (first, second) = (authority(1), authority(2));
        let (key, valid, mut rng) = signer(3);
        let lists = first.lets_sign("CN", key, valid, &mut rng);
        let config = DocumentsConfig {
            authorities: vec![put("csca.der", &first.certificate)],
            master_lists: vec![put("list.ml", &lists.sign_master_list(vec![second.certificate.clone()]))],
            revocations: vec![],
        };
        let signs = |issuer: &Issuer| {
            let (key, valid, mut rng) = signer(4);
            issuer.lets_sign("CN", key, valid, &mut rng)
        };
        let believed = |config: &DocumentsConfig, signer: &Issuer| {
            let store = issuers(config, NOW).expect("read");
            store.chain(&Certificate::parse(&signer.certificate).expect("a certificate"), NOW).is_ok()
        };
        for issuer in [&first, &second] {
            assert!(believed(&config, &signs(issuer)));
        }
        assert!(!believed(&DocumentsConfig::default(), &signs(&first)), "without any, nobody");
        let revoked = signs(&first);
        let list = put("chn.crl", &first.revoke(&[&revoked], NOW));
        assert!(!believed(&DocumentsConfig { revocations: vec![list], ..config }, &revoked));
    }

    #[test]
    fn a_file_that_holds_something_else_is_named() {
        let dir = tempfile::tempdir().expect("a directory");
        let file = dir.path().join("csca.der");
        let config = || DocumentsConfig { authorities: vec![file.clone()], ..DocumentsConfig::default() };
        assert_eq!(issuers(&config(), NOW).err().map(|failure| failure.exit), Some(Exit::Unavailable), "not there");
        let (key, valid, mut rng) = signer(5);
        let no_authority = authority(1).lets_sign("CN", key, valid, &mut rng).certificate;
        for der in [b"nothing".to_vec(), no_authority] {
            std::fs::write(&file, der).expect("written");
            let failure = issuers(&config(), NOW).expect_err("refused");
            assert!(failure.exit == Exit::Settings && failure.why.contains("csca.der"), "{failure}");
        }
    }
}
