//! Whom an issuing state lets sign its documents: country signing authorities, the master lists that carry them, and what they
//! revoked. ICAO Doc 9303 part 12 §5, §8, §9; RFC 5280 §6.

use super::certificate::{Certificate, CertificateError, signed_part};
use super::signature::{Digest, Scheme, SignatureError};
use super::sod::{SodError, open_signed};
use crate::spec::Timestamp;
use der::asn1::{ObjectIdentifier, SetOfVec};
use der::{Decode, Encode, Sequence};
use std::collections::HashSet;
use x509_cert::crl::CertificateList;

/// Authorities in one list: the whole world has a few hundred.
const MOST_AUTHORITIES: usize = 5_000;
const LONGEST_LIST: usize = 16 * 1024 * 1024;
const LONGEST_CRL: usize = 4 * 1024 * 1024;

const CSCA_MASTER_LIST: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.23.136.1.1.2");

/// Why a document signer is not trusted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TrustError {
    #[error("no authority that is trusted is named by the signer's certificate")]
    UnknownAuthority,
    #[error("the signer's certificate is of another state than its authority's")]
    OtherState,
    #[error("the signer's certificate is not signed by the authority that it names: {0}")]
    NotSigned(SignatureError),
    #[error("the signer's certificate is not valid at this time")]
    SignerNotValid,
    #[error("the authority's certificate is not valid at this time")]
    AuthorityNotValid,
    #[error("the signer's certificate is revoked")]
    Revoked,
    #[error("the certificate may not sign others")]
    NoAuthority,
}

/// Why a master list or a revocation list is not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ListError {
    #[error("a list of {0} bytes")]
    TooLong(usize),
    #[error("not a list in DER")]
    Encoding,
    #[error(transparent)]
    Signed(#[from] SodError),
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    #[error("{0} authorities in one list")]
    TooMany(usize),
    #[error("the list's signer is not trusted: {0}")]
    Signer(TrustError),
    #[error("no authority that is trusted signed the list")]
    UnknownAuthority,
}

/// What a chain of trust found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trusted {
    /// The weakest hash in the chain.
    pub weakest: Digest,
}

/// The authorities that are trusted, and what they have revoked.
#[derive(Clone, Debug, Default)]
pub struct TrustStore {
    authorities: Vec<Certificate>,
    /// Issuer's name and serial number: an authority's next key revokes what its last one signed.
    revoked: HashSet<(Vec<u8>, Vec<u8>)>,
}

/// Part 12 §9.
#[derive(Sequence)]
struct CscaMasterList {
    version: u8,
    certificates: SetOfVec<x509_cert::Certificate>,
}

impl TrustStore {
    /// Trusts an authority that the operator brings, by another way than this one.
    ///
    /// # Errors
    /// A certificate that may not sign others.
    pub fn trust(&mut self, authority: Certificate) -> Result<(), TrustError> {
        if !authority.is_authority() {
            return Err(TrustError::NoAuthority);
        }
        if !self.authorities.contains(&authority) {
            self.authorities.push(authority);
        }
        Ok(())
    }

    /// Takes every authority of a master list whose signer is trusted already. Tells how many were new.
    ///
    /// # Errors
    /// Not a master list, or one that nobody trusted signed.
    pub fn take_master_list(&mut self, der: &[u8], now: Timestamp) -> Result<usize, ListError> {
        if der.len() > LONGEST_LIST {
            return Err(ListError::TooLong(der.len()));
        }
        let (content, signer, _) = open_signed(der, CSCA_MASTER_LIST)?;
        self.chain(&signer, now).map_err(ListError::Signer)?;
        let list = CscaMasterList::from_der(&content).map_err(|_| ListError::Encoding)?;
        if list.certificates.len() > MOST_AUTHORITIES {
            return Err(ListError::TooMany(list.certificates.len()));
        }
        let before = self.authorities.len();
        for x509 in list.certificates.iter() {
            let der = x509.to_der().map_err(|_| ListError::Encoding)?;
            // One certificate of the list that may not sign others is left out; the others are still its authorities.
            drop(self.trust(Certificate::parse(&der)?));
        }
        Ok(self.authorities.len() - before)
    }

    /// Takes what an authority revoked. Tells how many certificates are revoked by it.
    ///
    /// # Errors
    /// Not a revocation list, or one that no trusted authority signed.
    pub fn take_revocations(&mut self, der: &[u8]) -> Result<usize, ListError> {
        if der.len() > LONGEST_CRL {
            return Err(ListError::TooLong(der.len()));
        }
        let list: CertificateList = CertificateList::from_der(der).map_err(|_| ListError::Encoding)?;
        let tbs = signed_part(der).ok_or(ListError::Encoding)?;
        let signature = list.signature.as_bytes().ok_or(ListError::Encoding)?;
        let scheme = Scheme::of(&list.signature_algorithm, None).map_err(|_| ListError::UnknownAuthority)?;
        let signed = |authority: &Certificate| {
            let certificate = authority.x509.tbs_certificate();
            *certificate.subject() == list.tbs_cert_list.issuer
                && scheme.verify(certificate.subject_public_key_info(), &tbs, signature).is_ok()
        };
        if !self.authorities.iter().any(signed) {
            return Err(ListError::UnknownAuthority);
        }
        let issuer = list.tbs_cert_list.issuer.to_der().map_err(|_| ListError::Encoding)?;
        let revoked = list.tbs_cert_list.revoked_certificates.unwrap_or_default();
        let count = revoked.len();
        self.revoked.extend(revoked.into_iter().map(|entry| (issuer.clone(), entry.serial_number.as_bytes().to_vec())));
        Ok(count)
    }

    /// Whether a document signer may sign: named, signed and not revoked by an authority that is trusted, both valid now.
    ///
    /// # Errors
    /// The first link that does not hold.
    pub fn chain(&self, signer: &Certificate, now: Timestamp) -> Result<Trusted, TrustError> {
        let mut refused = TrustError::UnknownAuthority;
        // An authority's new key has its old name: each is tried.
        for authority in self.authorities.iter().filter(|authority| signer.names(authority)) {
            match self.link(signer, authority, now) {
                Ok(trusted) => return Ok(trusted),
                Err(error) => refused = error,
            }
        }
        Err(refused)
    }

    fn link(&self, signer: &Certificate, authority: &Certificate, now: Timestamp) -> Result<Trusted, TrustError> {
        let weakest = signer.signed_by(authority).map_err(TrustError::NotSigned)?;
        if signer.state() != authority.state() || signer.state().is_none() {
            return Err(TrustError::OtherState);
        }
        if !signer.is_valid_at(now) {
            return Err(TrustError::SignerNotValid);
        }
        if !authority.is_valid_at(now) {
            return Err(TrustError::AuthorityNotValid);
        }
        if signer.issuer_name().is_none_or(|issuer| self.revoked.contains(&(issuer, signer.serial().to_vec()))) {
            return Err(TrustError::Revoked);
        }
        Ok(Trusted { weakest })
    }
}
