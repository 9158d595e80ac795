//! DG14: which proofs a chip can give, and with which keys. ICAO Doc 9303 part 11 §9.2; BSI TR-03110-3 A.1.
//!
//! Reads and chooses. An element that is not known is left alone, as the standard wants; one that is known and broken is refused.

use super::lds::{FileError, security_infos};
use super::secure_messaging::Cipher;
use super::signature::Digest;
use super::tlv::Tlv;
use der::asn1::ObjectIdentifier;
use der::{Decode, Reader, Sequence, SliceReader};
use x509_cert::spki::SubjectPublicKeyInfoOwned;

/// Elements of one DG14; five are usual.
const MOST: usize = 64;

const ACTIVE_AUTHENTICATION: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.23.136.1.1.5");
const PUBLIC_KEY_DH: ObjectIdentifier = ObjectIdentifier::new_unwrap("0.4.0.127.0.7.2.2.1.1");
const PUBLIC_KEY_ECDH: ObjectIdentifier = ObjectIdentifier::new_unwrap("0.4.0.127.0.7.2.2.1.2");
const CHIP_AUTHENTICATION_DH: ObjectIdentifier = ObjectIdentifier::new_unwrap("0.4.0.127.0.7.2.2.3.1");
const CHIP_AUTHENTICATION_ECDH: ObjectIdentifier = ObjectIdentifier::new_unwrap("0.4.0.127.0.7.2.2.3.2");
const PLAIN_ECDSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("0.4.0.127.0.7.1.1.4.1");

/// What DG14 offers, as far as it is used.
#[derive(Clone, Debug, Default)]
pub(super) struct SecurityInfos {
    /// The hash of active authentication by ECDSA; the name of one that is not known.
    pub active: Option<Result<Digest, String>>,
    keys: Vec<ChipKey>,
    protocols: Vec<Protocol>,
    /// Names of what is offered and cannot be used here.
    unusable: Vec<String>,
}

/// `ChipAuthenticationPublicKeyInfo`.
#[derive(Clone, Debug)]
struct ChipKey {
    spki: SubjectPublicKeyInfoOwned,
    id: Option<Vec<u8>>,
}

/// `ChipAuthenticationInfo`.
#[derive(Clone, Debug)]
struct Protocol {
    oid: ObjectIdentifier,
    cipher: Cipher,
    key_id: Option<Vec<u8>>,
}

/// A key, and how to agree with it.
#[derive(Clone, Debug)]
pub(super) struct Agreement<'a> {
    pub spki: &'a SubjectPublicKeyInfoOwned,
    pub oid: ObjectIdentifier,
    pub cipher: Cipher,
    pub key_id: Option<&'a [u8]>,
}

/// What DG14 says of chip authentication.
#[derive(Clone, Debug)]
pub(super) enum Offer<'a> {
    Nothing,
    /// Offered in ways that are not known here: their names.
    Unusable(String),
    Usable(Agreement<'a>),
}

/// Part 11 §9.2: `SecurityInfo`.
#[derive(Sequence)]
struct SecurityInfo {
    protocol: ObjectIdentifier,
    required: der::Any,
    #[asn1(optional = "true")]
    optional: Option<der::Any>,
}

impl SecurityInfos {
    /// # Errors
    /// No DG14, or an element of it that cannot be read.
    pub fn parse(file: &[u8]) -> Result<Self, FileError> {
        let set = Tlv::only(security_infos(file)?, 0x31)?;
        let mut infos = Self::default();
        let mut reader = SliceReader::new(set).map_err(|_| FileError::SecurityInfo)?;
        for _ in 0..MOST {
            if reader.is_finished() {
                return Ok(infos);
            }
            let der = reader.tlv_bytes().map_err(|_| FileError::SecurityInfo)?;
            infos.take(SecurityInfo::from_der(der).map_err(|_| FileError::SecurityInfo)?)?;
        }
        Err(FileError::SecurityInfo)
    }

    fn take(&mut self, info: SecurityInfo) -> Result<(), FileError> {
        let parent = info.protocol.parent().unwrap_or(info.protocol);
        match info.protocol {
            ACTIVE_AUTHENTICATION => {
                let algorithm = info.optional.and_then(|any| any.decode_as::<ObjectIdentifier>().ok());
                self.active = Some(plain_ecdsa(algorithm.ok_or(FileError::SecurityInfo)?));
            }
            PUBLIC_KEY_ECDH => {
                let spki = info.required.decode_as().map_err(|_| FileError::SecurityInfo)?;
                self.keys.push(ChipKey { spki, id: key_id(info.optional.as_ref()) });
            }
            PUBLIC_KEY_DH => self.unusable.push("a key of Diffie and Hellman's over integers".to_owned()),
            _ if parent == CHIP_AUTHENTICATION_ECDH => match Cipher::of_arc(last_arc(info.protocol)) {
                Some(cipher) => {
                    let key_id = key_id(info.optional.as_ref());
                    self.protocols.push(Protocol { oid: info.protocol, cipher, key_id });
                }
                None => self.unusable.push(format!("the protocol {}", info.protocol)),
            },
            _ if parent == CHIP_AUTHENTICATION_DH => self.unusable.push(format!("the protocol {}", info.protocol)),
            _ => {}
        }
        Ok(())
    }

    /// The strongest way of chip authentication that is known here.
    pub fn chip_authentication(&self) -> Offer<'_> {
        let usable = self.protocols.iter().filter_map(|protocol| {
            // "If there is only one key, the identifier may be left out" (TR-03110-3 A.1.1.2).
            let key = match &protocol.key_id {
                Some(_) => self.keys.iter().find(|key| key.id == protocol.key_id),
                None => self.keys.first().filter(|_| self.keys.len() == 1),
            }?;
            let key_id = protocol.key_id.as_deref();
            Some(Agreement { spki: &key.spki, oid: protocol.oid, cipher: protocol.cipher, key_id })
        });
        match usable.max_by_key(|agreement| agreement.cipher) {
            Some(agreement) => Offer::Usable(agreement),
            None if !self.unusable.is_empty() => Offer::Unusable(self.unusable.join(", ")),
            // Part 11 §9.2.5: a key without a protocol is for 3DES, as the first chips did it.
            None if !self.keys.is_empty() => Offer::Unusable("a key without a protocol, which means 3DES".to_owned()),
            None => Offer::Nothing,
        }
    }
}

/// The number in `INTEGER`, without the sign's zero: how a chip wants to hear it.
fn key_id(any: Option<&der::Any>) -> Option<Vec<u8>> {
    let number = any?.value();
    let first = number.iter().position(|byte| *byte != 0).unwrap_or(number.len().saturating_sub(1));
    Some(number[first..].to_vec())
}

fn last_arc(oid: ObjectIdentifier) -> u32 {
    oid.arcs().last().unwrap_or_default()
}

/// TR-03111 §5.2.1.1: the hash of a plain signature.
fn plain_ecdsa(oid: ObjectIdentifier) -> Result<Digest, String> {
    match last_arc(oid) {
        _ if oid.parent() != Some(PLAIN_ECDSA) => Err(oid.to_string()),
        1 => Ok(Digest::Sha1),
        2 => Ok(Digest::Sha224),
        3 => Ok(Digest::Sha256),
        4 => Ok(Digest::Sha384),
        5 => Ok(Digest::Sha512),
        _ => Err(oid.to_string()),
    }
}
