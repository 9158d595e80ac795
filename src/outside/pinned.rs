//! Servers that are known by their very certificate. For a conformance run only: the suite's server shows one that is its own
//! authority, or one of another name, and no verification by the book (RFC 5280 §6) accepts either.
//!
//! Who shows a pinned certificate and proves to hold its key is believed: no name, no date and no use is looked at. Everybody
//! else is verified as ever, and so is every signature of a handshake.

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{DigitallySignedStruct, Error, SignatureScheme};
use std::sync::Arc;

/// Believes these certificates, byte for byte, before it asks `others`.
#[derive(Debug)]
pub struct Pinned {
    pub certificates: Vec<CertificateDer<'static>>,
    pub others: Arc<dyn ServerCertVerifier>,
}

impl ServerCertVerifier for Pinned {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        if self.certificates.iter().any(|pinned| pinned.as_ref() == end_entity.as_ref()) {
            return Ok(ServerCertVerified::assertion());
        }
        self.others.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.others.verify_tls12_signature(message, certificate, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.others.verify_tls13_signature(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.others.supported_verify_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
    use rustls::client::WebPkiServerVerifier;
    use rustls::crypto::CryptoProvider;
    use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
    use rustls::sign::{CertifiedKey, SingleCertAndKey};
    use rustls::{CertificateError, ClientConfig, ClientConnection, RootCertStore, ServerConfig, ServerConnection};

    fn provider() -> Arc<CryptoProvider> {
        Arc::new(rustls::crypto::aws_lc_rs::default_provider())
    }

    /// What `openssl req -x509` makes for a server of this name: its own authority.
    fn own_authority(name: &str) -> CertificateParams {
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params
    }

    /// Trusts this certificate as `hufu demo --trust` does: as an authority, and as a server's own.
    fn client(pinned: &CertificateDer<'static>) -> Arc<ClientConfig> {
        let mut roots = RootCertStore::empty();
        roots.add(pinned.clone()).unwrap();
        let others = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider()).build().unwrap();
        let verifier = Pinned { certificates: vec![pinned.clone()], others };
        let config = ClientConfig::builder_with_provider(provider()).with_safe_default_protocol_versions().unwrap();
        Arc::new(config.dangerous().with_custom_certificate_verifier(Arc::new(verifier)).with_no_client_auth())
    }

    /// A handshake with a server at `suite.example` that shows this certificate and signs with this key.
    fn handshake(
        client: &Arc<ClientConfig>,
        certificate: &CertificateDer<'static>,
        key: &KeyPair,
    ) -> Result<(), Error> {
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let key = provider().key_provider.load_private_key(key).unwrap();
        let shown = SingleCertAndKey::from(CertifiedKey::new(vec![certificate.clone()], key));
        let config = ServerConfig::builder_with_provider(provider()).with_safe_default_protocol_versions().unwrap();
        let config = config.with_no_client_auth().with_cert_resolver(Arc::new(shown));
        let mut server = ServerConnection::new(Arc::new(config)).unwrap();
        let mut client = ClientConnection::new(Arc::clone(client), "suite.example".try_into().unwrap()).unwrap();
        while client.is_handshaking() {
            let mut wire = Vec::new();
            client.write_tls(&mut wire).unwrap();
            server.read_tls(&mut wire.as_slice()).unwrap();
            server.process_new_packets()?;
            wire.clear();
            server.write_tls(&mut wire).unwrap();
            client.read_tls(&mut wire.as_slice()).unwrap();
            client.process_new_packets()?;
        }
        Ok(())
    }

    /// The suite's server: its certificate is its own authority, of another name, and out of date.
    #[test]
    fn a_pinned_certificate_is_believed_whatever_it_says_of_itself() {
        let key = KeyPair::generate().unwrap();
        let mut params = own_authority("elsewhere.example");
        (params.not_before, params.not_after) = (rcgen::date_time_ymd(2001, 1, 1), rcgen::date_time_ymd(2002, 1, 1));
        let certificate = params.self_signed(&key).unwrap().der().clone();
        assert_eq!(handshake(&client(&certificate), &certificate, &key), Ok(()));
    }

    /// Pinned is the certificate, not its key and not its names.
    #[test]
    fn another_certificate_of_the_same_key_and_name_is_refused() {
        let key = KeyPair::generate().unwrap();
        let pinned = own_authority("suite.example").self_signed(&key).unwrap().der().clone();
        let mut other = own_authority("suite.example");
        other.serial_number = Some(7_u64.into());
        let other = other.self_signed(&key).unwrap().der().clone();
        let refused = handshake(&client(&pinned), &other, &key).unwrap_err();
        assert!(matches!(refused, Error::InvalidCertificate(CertificateError::Other(_))), "{refused}");
    }

    /// RFC 8446 §4.4.3: who shows a certificate proves to hold its key.
    #[test]
    fn a_pinned_certificate_in_the_hands_of_somebody_else_is_refused() {
        let pinned = own_authority("suite.example").self_signed(&KeyPair::generate().unwrap()).unwrap().der().clone();
        let refused = handshake(&client(&pinned), &pinned, &KeyPair::generate().unwrap()).unwrap_err();
        assert_eq!(refused, Error::InvalidCertificate(CertificateError::BadSignature));
    }

    /// What a pinned authority signed is verified by the book: the name counts.
    #[test]
    fn whom_a_pinned_authority_vouches_for_is_verified_as_ever() {
        let (authority_key, key) = (KeyPair::generate().unwrap(), KeyPair::generate().unwrap());
        let authority = own_authority("authority.example");
        let pinned = authority.self_signed(&authority_key).unwrap().der().clone();
        let issuer = Issuer::new(authority, authority_key);
        let signed = |name: &str| {
            let params = CertificateParams::new(vec![name.to_owned()]).unwrap();
            params.signed_by(&key, &issuer).unwrap().der().clone()
        };
        assert_eq!(handshake(&client(&pinned), &signed("suite.example"), &key), Ok(()));
        let refused = handshake(&client(&pinned), &signed("elsewhere.example"), &key).unwrap_err();
        assert!(
            matches!(refused, Error::InvalidCertificate(CertificateError::NotValidForNameContext { .. })),
            "{refused}"
        );
    }
}
