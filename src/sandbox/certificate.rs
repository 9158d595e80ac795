//! The certificate of a conformance run: the official suite speaks https only, and so does our address in it.
//!
//! Made once, kept in the data directory: an authority that the suite or a browser can be told to trust, and a certificate
//! of it for one host and loopback.

use super::data::{DataDir, put};
use crate::spec::Timestamp;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose,
};
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use std::sync::Arc;
use time::{Duration, OffsetDateTime};

/// How long a sandbox may be kept.
const YEARS: i64 = 10;

/// Why there is no certificate.
#[derive(Debug, thiserror::Error)]
pub enum CertificateError {
    #[error("the certificate cannot be made: {0}")]
    Make(#[from] rcgen::Error),
    #[error("the certificate's files: {0}")]
    File(#[from] std::io::Error),
    #[error("the certificate's files hold no certificate and key: {0}")]
    Damaged(#[from] rustls::pki_types::pem::Error),
    #[error("the certificate cannot be used: {0}")]
    Use(#[from] rustls::Error),
}

/// Makes authority and certificate for `host` in the data directory, unless they are there.
///
/// # Errors
/// See [`CertificateError`].
pub fn make_missing(data: &DataDir, host: &str, now: Timestamp) -> Result<(), CertificateError> {
    let [authority_file, certificate_file, key_file] = data.tls();
    if key_file.exists() {
        return Ok(());
    }
    let begins = OffsetDateTime::from_unix_timestamp(now.unix()).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    let authority_key = KeyPair::generate()?;
    let mut authority = lasting(CertificateParams::default(), "Hufu sandbox authority", begins);
    authority.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    authority.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    let authority_pem = authority.self_signed(&authority_key)?.pem();

    let key = KeyPair::generate()?;
    let names = [host, "localhost", "127.0.0.1", "::1"].map(str::to_owned).to_vec();
    let mut certificate = lasting(CertificateParams::new(names)?, "Hufu sandbox", begins);
    certificate.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let certificate_pem = certificate.signed_by(&key, &Issuer::new(authority, authority_key))?.pem();
    put(&authority_file, authority_pem.as_bytes())?;
    put(&certificate_file, certificate_pem.as_bytes())?;
    // The key last: where it is, the others are. The authority's own key is not kept.
    Ok(put(&key_file, key.serialize_pem().as_bytes())?)
}

fn lasting(mut params: CertificateParams, name: &str, begins: OffsetDateTime) -> CertificateParams {
    params.distinguished_name.push(DnType::CommonName, name);
    params.not_before = begins - Duration::DAY;
    params.not_after = begins + Duration::days(365 * YEARS);
    params
}

/// What a listener needs to speak https with the certificate of the data directory.
///
/// # Errors
/// No certificate there, or none that can be used.
pub fn server(data: &DataDir) -> Result<ServerConfig, CertificateError> {
    let [_, certificate_file, key_file] = data.tls();
    let certificate = CertificateDer::from_pem_slice(&std::fs::read(certificate_file)?)?;
    let key = PrivateKeyDer::from_pem_slice(&std::fs::read(key_file)?)?;
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)?;
    Ok(config)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_is_made_once_and_can_be_served() -> Result<(), CertificateError> {
        let dir = tempfile::tempdir().expect("a temporary directory");
        let data = DataDir::at(dir.path());
        assert!(server(&data).is_err());
        make_missing(&data, "op.example", Timestamp::from_unix(1_800_000_000))?;
        let made = data.tls().map(|file| std::fs::read(file).expect("there"));
        make_missing(&data, "op.example", Timestamp::from_unix(1_900_000_000))?;
        assert_eq!(made, data.tls().map(|file| std::fs::read(file).expect("there")));
        server(&data).map(drop)
    }
}
