//! Makes signing authorities and correctly signed chips, so that the sandbox's documents are verified for real. ICAO Doc 9303
//! parts 10 and 12. Nobody trusts these authorities but a sandbox that made them.

mod card;
mod country;
mod der;
mod drawer;
mod holder;
mod papers;
mod pinyin;
mod reader;
mod rounds;
mod rsa;
mod signer;

pub use card::Card;
pub use country::Country;
pub use drawer::{ChipDocument, Drawer};
pub use holder::Holder;
pub use papers::{Aes, Papers, Proves};
pub use reader::{Mischief, ScriptedReader};
pub use rounds::{Heard, NotSpoken};
pub use signer::{CurveForm, Signer, Signing};

use self::der::{bits, boolean, context, element, integer, octets, oid, sequence, set, time};
use self::signer::hash_algorithm;
use crate::document::{DataGroup, Digest};
use crate::spec::Timestamp;
use rand::CryptoRng;
use std::collections::BTreeMap;

const SIGNED_DATA: &str = "1.2.840.113549.1.7.2";
const LDS_SECURITY_OBJECT: &str = "2.23.136.1.1.1";
const CSCA_MASTER_LIST: &str = "2.23.136.1.1.2";

/// From when to when a certificate is valid.
#[derive(Clone, Copy, Debug)]
pub struct Validity {
    pub from: Timestamp,
    pub to: Timestamp,
}

/// Somebody whose certificate is here: a country's signing authority, or one that it lets sign.
pub struct Issuer {
    signer: Signer,
    /// In DER.
    pub certificate: Vec<u8>,
    name: Vec<u8>,
    serial: Vec<u8>,
}

/// The files of a chip by data group, and EF.SOD over them.
#[derive(Clone, Debug)]
pub struct Chip {
    pub files: BTreeMap<DataGroup, Vec<u8>>,
    pub sod: Vec<u8>,
}

impl Issuer {
    /// A country's signing authority, which signs itself.
    pub fn authority(state: &str, signer: Signer, validity: Validity, rng: &mut dyn CryptoRng) -> Self {
        let name = name(state, "Country Signing CA");
        let serial = fresh_serial(rng);
        let usage = extension("2.5.29.15", true, &bits(&[0x06]));
        let constraints = extension("2.5.29.19", true, &sequence(&[boolean(true), integer(&[0])]));
        let certificate = certificate(&signer, &name, &signer, &name, &serial, validity, vec![usage, constraints]);
        Self { signer, certificate, name, serial }
    }

    /// One that this authority lets sign documents or lists; `state` is its authority's in an honest world.
    pub fn lets_sign(&self, state: &str, signer: Signer, validity: Validity, rng: &mut dyn CryptoRng) -> Self {
        let name = name(state, "Document Signer");
        let serial = fresh_serial(rng);
        let usage = extension("2.5.29.15", true, &bits(&[0x80]));
        let certificate = certificate(&self.signer, &self.name, &signer, &name, &serial, validity, vec![usage]);
        Self { signer, certificate, name, serial }
    }

    /// A chip with these files.
    pub fn sign_chip(&self, files: BTreeMap<DataGroup, Vec<u8>>, digest: Digest) -> Chip {
        let hashes =
            files.iter().map(|(group, file)| sequence(&[integer(&[group.number()]), octets(&digest.hash(file))]));
        let hashes: Vec<_> = hashes.collect();
        let object = sequence(&[integer(&[0]), hash_algorithm(digest), sequence(&hashes)]);
        let sod = element(0x77, &self.sign_content(LDS_SECURITY_OBJECT, &object));
        Chip { files, sod }
    }

    /// A master list of these authorities' certificates.
    pub fn sign_master_list(&self, certificates: Vec<Vec<u8>>) -> Vec<u8> {
        self.sign_content(CSCA_MASTER_LIST, &sequence(&[integer(&[0]), set(certificates)]))
    }

    /// What this authority revokes.
    pub fn revoke(&self, revoked: &[&Self], at: Timestamp) -> Vec<u8> {
        let entries: Vec<_> =
            revoked.iter().map(|issuer| sequence(&[integer(&issuer.serial), time(at.unix())])).collect();
        let mut parts = vec![integer(&[1]), self.signer.algorithm(), self.name.clone(), time(at.unix())];
        if !entries.is_empty() {
            parts.push(sequence(&entries));
        }
        signed(&self.signer, sequence(&parts))
    }

    /// CMS `SignedData` with one signer (RFC 5652 §5).
    fn sign_content(&self, content_type: &str, content: &[u8]) -> Vec<u8> {
        let digest = self.signer.digest();
        let attribute = |oid_of: &str, value: Vec<u8>| sequence(&[oid(oid_of), set(vec![value])]);
        let attributes = vec![
            attribute("1.2.840.113549.1.9.3", oid(content_type)),
            attribute("1.2.840.113549.1.9.4", octets(&digest.hash(content))),
        ];
        let attributes = set(attributes);
        let signature = self.signer.sign(&attributes);
        // In the structure the set stands under [0]; what is signed has the tag of a SET (§5.4).
        let tagged = [&[0xa0], &attributes[1..]].concat();
        let info = sequence(&[
            integer(&[1]),
            sequence(&[self.issuer_name(), integer(&self.serial)]),
            hash_algorithm(digest),
            tagged,
            self.signer.algorithm(),
            octets(&signature),
        ]);
        let data = sequence(&[
            integer(&[3]),
            set(vec![hash_algorithm(digest)]),
            sequence(&[oid(content_type), context(0, &octets(content))]),
            context(0, &self.certificate),
            set(vec![info]),
        ]);
        sequence(&[oid(SIGNED_DATA), context(0, &data)])
    }

    /// The issuer's name as its own certificate has it.
    fn issuer_name(&self) -> Vec<u8> {
        use crate::document::Certificate;
        Certificate::parse(&self.certificate)
            .ok()
            .and_then(|own| own.issuer_name())
            .unwrap_or_else(|| self.name.clone())
    }
}

fn name(state: &str, common: &str) -> Vec<u8> {
    let attribute =
        |oid_of: &str, tag: u16, text: &str| set(vec![sequence(&[oid(oid_of), element(tag, text.as_bytes())])]);
    sequence(&[attribute("2.5.4.6", 0x13, state), attribute("2.5.4.3", 0x0c, &format!("Sandbox {common}"))])
}

fn fresh_serial(rng: &mut dyn CryptoRng) -> Vec<u8> {
    let mut serial = vec![0; 16];
    rng.fill_bytes(&mut serial);
    serial[0] = 0x40 | serial[0] & 0x3f;
    serial
}

fn extension(oid_of: &str, critical: bool, value: &[u8]) -> Vec<u8> {
    let mut parts = vec![oid(oid_of)];
    if critical {
        parts.push(boolean(true));
    }
    parts.push(octets(value));
    sequence(&parts)
}

fn certificate(
    issuer: &Signer,
    issuer_name: &[u8],
    subject: &Signer,
    subject_name: &[u8],
    serial: &[u8],
    validity: Validity,
    extensions: Vec<Vec<u8>>,
) -> Vec<u8> {
    let tbs = sequence(&[
        context(0, &integer(&[2])),
        integer(serial),
        issuer.algorithm(),
        issuer_name.to_vec(),
        sequence(&[time(validity.from.unix()), time(validity.to.unix())]),
        subject_name.to_vec(),
        subject.public_key(),
        context(3, &sequence(&extensions)),
    ]);
    signed(issuer, tbs)
}

fn signed(signer: &Signer, tbs: Vec<u8>) -> Vec<u8> {
    let signature = bits(&signer.sign(&tbs));
    sequence(&[tbs, signer.algorithm(), signature])
}
