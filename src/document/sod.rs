//! The document security object: a hash of each file of a chip, signed by the issuer. ICAO Doc 9303 part 10 §4.6.2, part 11 §5.1
//! (passive authentication); RFC 5652 §5.
//!
//! Passive authentication proves that the data are the issuer's. It does not prove that this chip is: data can be copied (PROTOCOL
//! 27). Whether the signer may sign is for `trust` to say.

use super::certificate::{Certificate, CertificateError};
use super::lds::DataGroup;
use super::signature::{Digest, Scheme, SignatureError};
use super::tlv::{Tlv, TlvError};
use cms::cert::CertificateChoices;
use cms::content_info::ContentInfo;
use cms::signed_data::{SignedData, SignerIdentifier, SignerInfo};
use der::asn1::{ObjectIdentifier, OctetString};
use der::{Decode, Encode, Sequence};
use x509_cert::spki::AlgorithmIdentifierOwned;

/// Bytes of EF.SOD: hashes of sixteen groups, a signature and a certificate.
const LONGEST: usize = 32 * 1024;

const SIGNED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.2");
const LDS_SECURITY_OBJECT: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.23.136.1.1.1");
const CONTENT_TYPE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.3");
const MESSAGE_DIGEST: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.4");

/// Why a security object proves nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SodError {
    #[error("a security object of {0} bytes")]
    TooLong(usize),
    #[error(transparent)]
    Encoding(#[from] TlvError),
    #[error("not a CMS SignedData: {0}")]
    NotSigned(&'static str),
    #[error("what is signed is of another kind")]
    OtherContent,
    #[error("it has {0} signers; exactly one is expected")]
    Signers(usize),
    #[error("the signer's certificate is not in it")]
    NoCertificate,
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    #[error("the signed attributes do not speak of this content")]
    Attributes,
    #[error(transparent)]
    Signature(#[from] SignatureError),
    #[error("it holds no hash of data group {0}")]
    GroupNotSigned(u8),
    #[error("data group {0} is not what was signed")]
    GroupDiffers(u8),
}

/// Part 10 §4.6.2.1.
#[derive(Sequence)]
struct LdsSecurityObject {
    version: u8,
    hash_algorithm: AlgorithmIdentifierOwned,
    data_group_hashes: Vec<DataGroupHash>,
    #[asn1(optional = "true")]
    lds_version: Option<der::Any>,
}

#[derive(Sequence)]
struct DataGroupHash {
    number: u8,
    hash: OctetString,
}

/// A security object whose signature fits the certificate that it brings. Whether that certificate may be trusted is the next
/// question.
#[derive(Clone, Debug)]
pub struct SecurityObject {
    digest: Digest,
    hashes: Vec<(u8, Vec<u8>)>,
    signer: Certificate,
    /// The weakest hash in the signature and in the list.
    weakest: Digest,
}

impl SecurityObject {
    /// Reads EF.SOD and verifies it against its own certificate.
    ///
    /// # Errors
    /// Not a security object, or a signature that does not fit.
    pub fn verify(file: &[u8]) -> Result<Self, SodError> {
        if file.len() > LONGEST {
            return Err(SodError::TooLong(file.len()));
        }
        let (content, signer, scheme) = open_signed(Tlv::only(file, 0x77)?, LDS_SECURITY_OBJECT)?;
        let object = LdsSecurityObject::from_der(&content).map_err(|_| SodError::OtherContent)?;
        let digest = Digest::of(&object.hash_algorithm)?;
        let hashes = object.data_group_hashes.into_iter().map(|group| (group.number, group.hash.as_bytes().to_vec()));
        let weakest = if digest == Digest::Sha1 { digest } else { scheme.digest() };
        Ok(Self { digest, hashes: hashes.collect(), signer, weakest })
    }

    /// Holds a file of the chip against its hash.
    ///
    /// # Errors
    /// [`SodError::GroupNotSigned`], [`SodError::GroupDiffers`].
    pub fn check(&self, group: DataGroup, file: &[u8]) -> Result<(), SodError> {
        let number = group.number();
        let known = self.hashes.iter().find(|(known, _)| *known == number);
        let (_, hash) = known.ok_or(SodError::GroupNotSigned(number))?;
        if *hash == self.digest.hash(file) { Ok(()) } else { Err(SodError::GroupDiffers(number)) }
    }

    /// Whether it holds a hash of that file: whether the issuer put one on the chip.
    pub fn signs(&self, group: DataGroup) -> bool {
        self.hashes.iter().any(|(number, _)| *number == group.number())
    }

    /// The document signer's certificate, to be held against the issuers that are trusted.
    pub fn signer(&self) -> &Certificate {
        &self.signer
    }

    /// SHA-1 where an old signer used it: the evidence says so.
    pub fn weakest(&self) -> Digest {
        self.weakest
    }
}

/// The content of a CMS `SignedData` of that type, its one signer's certificate, and how it was signed.
pub(super) fn open_signed(
    der: &[u8],
    content_type: ObjectIdentifier,
) -> Result<(Vec<u8>, Certificate, Scheme), SodError> {
    let info = ContentInfo::from_der(der).map_err(|_| SodError::NotSigned("the outer structure"))?;
    if info.content_type != SIGNED_DATA {
        return Err(SodError::NotSigned("another content type"));
    }
    let signed: SignedData = info.content.decode_as().map_err(|_| SodError::NotSigned("the inner structure"))?;
    if signed.encap_content_info.econtent_type != content_type {
        return Err(SodError::OtherContent);
    }
    let content = signed.encap_content_info.econtent.as_ref().ok_or(SodError::NotSigned("no content"))?;
    let content: OctetString = content.decode_as().map_err(|_| SodError::NotSigned("the content"))?;
    let signer = match signed.signer_infos.0.as_slice() {
        [only] => only,
        several => return Err(SodError::Signers(several.len())),
    };
    let certificate = certificate_of(&signed, &signer.sid)?;
    let scheme = verify_signer(signer, &certificate, content.as_bytes(), content_type)?;
    Ok((content.into_bytes().into_vec(), certificate, scheme))
}

fn certificate_of(signed: &SignedData, sid: &SignerIdentifier) -> Result<Certificate, SodError> {
    let all = signed.certificates.as_ref().map(|set| set.0.as_slice()).unwrap_or_default();
    for choice in all {
        let CertificateChoices::Certificate(x509) = choice else { continue };
        let der = x509.to_der().map_err(|_| CertificateError::Encoding)?;
        let certificate = Certificate::parse(&der)?;
        let tbs = certificate.x509.tbs_certificate();
        let meant = match sid {
            SignerIdentifier::IssuerAndSerialNumber(named) => {
                named.issuer == *tbs.issuer() && named.serial_number == *tbs.serial_number()
            }
            SignerIdentifier::SubjectKeyIdentifier(named) => {
                certificate.subject_key_identifier().is_some_and(|own| own == named.0.as_bytes())
            }
        };
        if meant {
            return Ok(certificate);
        }
    }
    Err(SodError::NoCertificate)
}

/// RFC 5652 §5.4, §5.6, §11: the signature is over the attributes, which hold the type and the hash of the content.
fn verify_signer(
    signer: &SignerInfo,
    certificate: &Certificate,
    content: &[u8],
    content_type: ObjectIdentifier,
) -> Result<Scheme, SodError> {
    let digest = Digest::of(&signer.digest_alg)?;
    let scheme = Scheme::of(&signer.signature_algorithm, Some(digest))?;
    // "The DER encoding of the signedAttrs … is used": a signature over bare content is for other content types.
    let attributes = signer.signed_attrs.as_ref().ok_or(SodError::Attributes)?;
    let value = |oid: ObjectIdentifier| {
        let mut found = attributes.iter().filter(|attribute| attribute.oid == oid);
        let (first, second) = (found.next(), found.next());
        first.filter(|_| second.is_none()).and_then(|attribute| match attribute.values.as_slice() {
            [only] => Some(only.clone()),
            _ => None,
        })
    };
    let names_type = value(CONTENT_TYPE).and_then(|value| value.decode_as::<ObjectIdentifier>().ok());
    let names_hash = value(MESSAGE_DIGEST).and_then(|value| value.decode_as::<OctetString>().ok());
    if names_type != Some(content_type) || names_hash.is_none_or(|hash| hash.as_bytes() != digest.hash(content)) {
        return Err(SodError::Attributes);
    }
    let message = attributes.to_der().map_err(|_| SodError::Attributes)?;
    let spki = certificate.x509.tbs_certificate().subject_public_key_info();
    scheme.verify(spki, &message, signer.signature.as_bytes())?;
    Ok(scheme)
}
