//! A certificate of an issuer: its parsed form beside the very bytes that were signed. RFC 5280; ICAO Doc 9303 part 12 §7.

use super::signature::{Digest, Scheme, SignatureError};
use crate::spec::Timestamp;
use der::{Decode, Encode, Reader, SliceReader};
use x509_cert::Certificate as X509;
use x509_cert::ext::pkix::{AuthorityKeyIdentifier, BasicConstraints, KeyUsage, SubjectKeyIdentifier};

/// Bytes of one certificate.
const LONGEST: usize = 8 * 1024;

/// Why bytes are no certificate that may be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CertificateError {
    #[error("not a certificate in DER")]
    Encoding,
    #[error("the two places that name its signature algorithm differ")]
    AlgorithmsDiffer,
    #[error(transparent)]
    Signature(#[from] SignatureError),
}

/// A certificate. Nothing about it is believed yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    pub(super) x509: X509,
    /// `tbsCertificate` as it was received.
    tbs: Vec<u8>,
}

impl Certificate {
    /// # Errors
    /// Not one certificate in DER, or one that contradicts itself (RFC 5280 §4.1.1.2).
    pub fn parse(der: &[u8]) -> Result<Self, CertificateError> {
        if der.len() > LONGEST {
            return Err(CertificateError::Encoding);
        }
        let x509 = X509::from_der(der).map_err(|_| CertificateError::Encoding)?;
        let tbs = signed_part(der).ok_or(CertificateError::Encoding)?;
        if x509.tbs_certificate().signature() != x509.signature_algorithm() {
            return Err(CertificateError::AlgorithmsDiffer);
        }
        Ok(Self { x509, tbs })
    }

    /// Whether it is signed by the key of `issuer`, and with which hash.
    pub(super) fn signed_by(&self, issuer: &Self) -> Result<Digest, SignatureError> {
        let scheme = Scheme::of(self.x509.signature_algorithm(), None)?;
        let signature = self.x509.signature().as_bytes().ok_or(SignatureError::Differs)?;
        scheme.verify(issuer.x509.tbs_certificate().subject_public_key_info(), &self.tbs, signature)?;
        Ok(scheme.digest())
    }

    /// Whether `now` lies within its validity.
    pub(super) fn is_valid_at(&self, now: Timestamp) -> bool {
        let validity = self.x509.tbs_certificate().validity();
        let instant = |time: &x509_cert::time::Time| time.to_unix_duration().as_secs() as i64;
        (instant(&validity.not_before)..=instant(&validity.not_after)).contains(&now.unix())
    }

    /// Whether it may sign other certificates (RFC 5280 §4.2.1.3, §4.2.1.9).
    pub(super) fn is_authority(&self) -> bool {
        let constraints = self.extension::<BasicConstraints>();
        let usage = self.extension::<KeyUsage>();
        constraints.is_some_and(|constraints| constraints.ca) && usage.is_none_or(|usage| usage.key_cert_sign())
    }

    /// Whether `issuer` is the one that it names: by name, and by key where both say which (RFC 5280 §4.2.1.1).
    pub(super) fn names(&self, issuer: &Self) -> bool {
        let named = self.extension::<AuthorityKeyIdentifier>().and_then(|named| named.key_identifier);
        let own = issuer.extension::<SubjectKeyIdentifier>().map(|own| own.0);
        let keys_agree = named.zip(own).is_none_or(|(named, own)| named == own);
        self.x509.tbs_certificate().issuer() == issuer.x509.tbs_certificate().subject() && keys_agree
    }

    /// The state in its subject, in upper case (part 12 §7.1: the same in signer and authority).
    pub(super) fn state(&self) -> Option<String> {
        const COUNTRY: der::asn1::ObjectIdentifier = der::asn1::ObjectIdentifier::new_unwrap("2.5.4.6");
        let names = self.x509.tbs_certificate().subject().iter();
        let state = names
            .filter(|attribute| attribute.oid == COUNTRY)
            .find_map(|attribute| std::str::from_utf8(attribute.value.value()).map(str::to_ascii_uppercase).ok());
        state.filter(|state| state.len() == 2 || state.len() == 3)
    }

    pub(super) fn serial(&self) -> &[u8] {
        self.x509.tbs_certificate().serial_number().as_bytes()
    }

    pub(super) fn subject_key_identifier(&self) -> Option<Vec<u8>> {
        self.extension::<SubjectKeyIdentifier>().map(|own| own.0.as_bytes().to_vec())
    }

    /// Its issuer's name in DER.
    pub fn issuer_name(&self) -> Option<Vec<u8>> {
        self.x509.tbs_certificate().issuer().to_der().ok()
    }

    fn extension<'a, T: Decode<'a> + der::oid::AssociatedOid>(&'a self) -> Option<T> {
        self.x509.tbs_certificate().get_extension::<T>().unwrap_or(None).map(|(_, extension)| extension)
    }
}

/// The first element inside an outer SEQUENCE, with its header: what a signature is over.
pub(super) fn signed_part(der: &[u8]) -> Option<Vec<u8>> {
    let mut reader = SliceReader::new(der).ok()?;
    reader
        .sequence(|inside: &mut SliceReader<'_>| -> der::Result<Vec<u8>> {
            let first = inside.tlv_bytes()?.to_vec();
            while !inside.is_finished() {
                inside.tlv_bytes()?;
            }
            Ok(first)
        })
        .ok()
}
