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
        for _ in 0..=MOST {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::tlv::TlvError;
    use crate::document::tlv::tests::element;
    use der::Encode;

    fn oid(dotted: &str) -> Vec<u8> {
        ObjectIdentifier::new(dotted).unwrap().to_der().unwrap()
    }

    fn info(protocol: &str, rest: &[Vec<u8>]) -> Vec<u8> {
        element(0x30, &[oid(protocol), rest.concat()].concat())
    }

    /// `ChipAuthenticationInfo` with the last arc of its protocol, and perhaps an identifier.
    fn protocol(arc: u32, id: Option<&[u8]>) -> Vec<u8> {
        let mut rest = vec![element(0x02, &[1])];
        rest.extend(id.map(|id| element(0x02, id)));
        info(&format!("0.4.0.127.0.7.2.2.3.2.{arc}"), &rest)
    }

    /// `ChipAuthenticationPublicKeyInfo`; the last byte of its point tells which.
    fn key(last: u8, id: Option<&[u8]>) -> Vec<u8> {
        let algorithm = element(0x30, &[oid("1.2.840.10045.2.1"), oid("1.2.840.10045.3.1.7")].concat());
        let mut rest = vec![element(0x30, &[algorithm, element(0x03, &[0, 4, last])].concat())];
        rest.extend(id.map(|id| element(0x02, id)));
        info("0.4.0.127.0.7.2.2.1.2", &rest)
    }

    fn dg14(infos: &[Vec<u8>]) -> Result<SecurityInfos, FileError> {
        SecurityInfos::parse(&element(0x6e, &element(0x31, &infos.concat())))
    }

    /// Which key, by its last byte, and which cipher; else the offer's name.
    fn offer(infos: &[Vec<u8>]) -> Result<(u8, Cipher), String> {
        match dg14(infos).unwrap().chip_authentication() {
            Offer::Nothing => Err("nothing".to_owned()),
            Offer::Unusable(name) => Err(name),
            Offer::Usable(with) => Ok((*with.spki.subject_public_key.raw_bytes().last().unwrap(), with.cipher)),
        }
    }

    #[test]
    fn the_strongest_protocol_is_chosen_and_its_own_key() {
        assert_eq!(offer(&[protocol(2, None), key(1, None)]), Ok((1, Cipher::Aes128)));
        assert_eq!(offer(&[protocol(4, None), protocol(2, None), key(1, None)]), Ok((1, Cipher::Aes256)));
        let two =
            [protocol(2, Some(&[1])), protocol(3, Some(&[0, 0xc3])), key(1, Some(&[1])), key(2, Some(&[0, 0xc3]))];
        assert_eq!(offer(&two), Ok((2, Cipher::Aes192)));
        assert_eq!(offer(&[protocol(2, None), key(1, Some(&[7]))]), Ok((1, Cipher::Aes128)), "the only key there is");
    }

    #[test]
    fn what_is_offered_and_not_known_is_named() {
        assert_eq!(offer(&[]), Err("nothing".to_owned()));
        assert_eq!(offer(&[protocol(2, None)]), Err("nothing".to_owned()), "a protocol without a key");
        assert!(offer(&[key(1, None)]).unwrap_err().contains("3DES"));
        assert!(offer(&[protocol(1, None), key(1, None)]).unwrap_err().contains("0.4.0.127.0.7.2.2.3.2.1"));
        let integers = info("0.4.0.127.0.7.2.2.1.1", &[element(0x30, &[])]);
        assert!(offer(&[integers]).unwrap_err().contains("Diffie and Hellman"));
        assert!(offer(&[info("0.4.0.127.0.7.2.2.3.1.2", &[element(0x02, &[1])])]).unwrap_err().contains("2.2.3.1.2"));
        // Known and unknown together: what is known is used.
        assert_eq!(offer(&[protocol(1, None), protocol(2, None), key(1, None)]), Ok((1, Cipher::Aes128)));
        // PACE, terminal authentication and whatever comes are none of ours.
        assert_eq!(offer(&[info("0.4.0.127.0.7.2.2.2", &[element(0x02, &[1])])]), Err("nothing".to_owned()));
    }

    /// Part 11 §9.2.8.
    #[test]
    fn the_hash_of_active_authentication_is_the_one_that_is_named() {
        let active = |algorithm: &str| {
            let rest = [element(0x02, &[1]), oid(algorithm)];
            dg14(&[info("2.23.136.1.1.5", &rest)]).unwrap().active.unwrap()
        };
        let hashes = [Digest::Sha1, Digest::Sha224, Digest::Sha256, Digest::Sha384, Digest::Sha512];
        for (arc, digest) in (1..).zip(hashes) {
            assert_eq!(active(&format!("0.4.0.127.0.7.1.1.4.1.{arc}")), Ok(digest));
        }
        assert!(active("0.4.0.127.0.7.1.1.4.1.6").is_err(), "RIPEMD-160");
        assert!(active("1.2.840.10045.4.3.2").is_err(), "not a plain signature");
        assert!(dg14(&[]).unwrap().active.is_none());
    }

    #[test]
    fn what_cannot_be_read_is_refused() {
        assert_eq!(dg14(&vec![protocol(2, None); MOST + 1]).unwrap_err(), FileError::SecurityInfo);
        assert!(dg14(&vec![protocol(2, None); MOST]).is_ok());
        assert_eq!(dg14(&[element(0x30, &[])]).unwrap_err(), FileError::SecurityInfo);
        assert_eq!(
            dg14(&[info("0.4.0.127.0.7.2.2.1.2", &[element(0x02, &[1])])]).unwrap_err(),
            FileError::SecurityInfo
        );
        assert_eq!(dg14(&[info("2.23.136.1.1.5", &[element(0x02, &[1])])]).unwrap_err(), FileError::SecurityInfo);
        assert_eq!(dg14(&[vec![0x30, 0x7f]]).unwrap_err(), FileError::SecurityInfo);
        let other = TlvError::OtherTag { wanted: 0x6e, found: 0x6f };
        assert_eq!(SecurityInfos::parse(&[0x6f, 0]).unwrap_err(), other.into());
    }
}
