//! The sandbox's country: an authority, one that it lets sign, and the documents that it gives to people.
//!
//! All of it comes from one seed in the sandbox's data, so every command beside a demo trusts the same authority.

use super::card::{Card, Secret};
use super::der::{element, integer, oid, sequence, set};
use super::holder::Holder;
use super::papers::{Aes, Papers, Proves, contents};
use super::rsa::RsaKey;
use super::signer::{CurveForm, Signer, Signing};
use super::{Issuer, Validity};
use crate::document::{Certificate, ChipFile, ChipFiles, DataGroup, Digest, TrustStore};
use crate::sandbox::data::{DataDir, put};
use crate::spec::Timestamp;
use rand::rngs::StdRng;
use rand::{CryptoRng, SeedableRng};
use serde::{Deserialize, Serialize};
use std::io::{Error, ErrorKind, Result};

/// An issuing state that only a sandbox trusts.
pub struct Country {
    seed: [u8; 32],
    /// The year that its certificates are counted from.
    year: i32,
    authority: Issuer,
    signer: Issuer,
}

/// The file that a sandbox keeps.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    seed: String,
    /// The year that the certificates are counted from.
    year: i32,
}

impl Country {
    /// The country of a seed, its certificates valid for twelve years from `year` on.
    pub fn from_seed(seed: [u8; 32], year: i32) -> Self {
        let mut rng = StdRng::from_seed(seed);
        let january = |year| {
            time::Date::from_calendar_date(year, time::Month::January, 1)
                .map_or(0, |day| day.midnight().assume_utc().unix_timestamp())
        };
        let validity =
            Validity { from: Timestamp::from_unix(january(year)), to: Timestamp::from_unix(january(year + 12)) };
        let key = Signer::generate(Signing::BrainpoolP384(Digest::Sha384), CurveForm::Explicit, &mut rng);
        let authority = Issuer::authority("CN", key, validity, &mut rng);
        let key = Signer::generate(Signing::P256(Digest::Sha256), CurveForm::Named, &mut rng);
        let signer = authority.lets_sign("CN", key, validity, &mut rng);
        Self { seed, year, authority, signer }
    }

    /// The country of the sandbox in this directory; made in the first `year` that it is asked for.
    pub fn kept_in(data: &DataDir, year: i32, rng: &mut dyn CryptoRng) -> Result<Self> {
        let file = data.path().join("documents.json");
        let kept: Kept = match std::fs::read(&file) {
            Ok(json) => serde_json::from_slice(&json)?,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                let mut seed = [0; 32];
                rng.fill_bytes(&mut seed);
                let kept = Kept { seed: data_encoding::HEXLOWER.encode(&seed), year };
                put(&file, &serde_json::to_vec_pretty(&kept)?)?;
                kept
            }
            Err(error) => return Err(error),
        };
        let seed = data_encoding::HEXLOWER.decode(kept.seed.as_bytes()).ok().and_then(|seed| seed.try_into().ok());
        let seed = seed.ok_or_else(|| Error::new(ErrorKind::InvalidData, "the seed in documents.json is not one"))?;
        Ok(Self::from_seed(seed, kept.year))
    }

    /// Another country that calls itself the same: the names are its, the keys are not, and nobody trusts it.
    pub fn impostor(&self) -> Self {
        Self::from_seed(seed_of(&[&self.seed, b"impostor"]), self.year)
    }

    /// The authority's certificate, in DER.
    pub fn authority(&self) -> &[u8] {
        &self.authority.certificate
    }

    /// Who trusts this country, and nobody else.
    pub fn trusted(&self) -> TrustStore {
        let mut store = TrustStore::default();
        let own = Certificate::parse(&self.authority.certificate).expect("the sandbox's own certificate");
        store.trust(own).expect("the sandbox's own authority");
        store
    }

    /// The list by which this country takes back what it let its signer do.
    pub fn revoke_signer(&self, at: Timestamp) -> Vec<u8> {
        self.authority.revoke(&[&self.signer], at)
    }

    /// Gives somebody a document. The same papers twice are the same document, but for RSA keys, which are drawn anew.
    pub fn issue(&self, holder: &Holder, papers: Papers<'_>) -> Card {
        let which = format!("{:?} {:?} {}", papers.kind, papers.proves, papers.number(holder));
        let mut rng = StdRng::from_seed(seed_of(&[&self.seed, which.as_bytes()]));
        let secret = fresh(papers.proves, &mut rng);
        let mut groups = papers.files(holder);
        let (active, agreement) = match &secret {
            Secret::None => (None, None),
            Secret::Rsa(key, _) => (Some(key.public_key()), None),
            Secret::Ecdsa(key) => (Some(key.public_key()), Some(set(vec![active_by_ecdsa(key.digest())]))),
            Secret::Agreement(key, aes) => (None, Some(set(chip_authentication(&key.public_key(), *aes)))),
        };
        groups.extend(agreement.map(|infos| (DataGroup::Dg14, element(0x6e, &infos))));
        groups.extend(active.map(|key| (DataGroup::Dg15, element(0x6f, &key))));
        let com = contents(&groups);
        let chip = self.signer.sign_chip(groups, Digest::Sha256);
        let mut files = ChipFiles::default();
        files.put(ChipFile::Com, com);
        files.put(ChipFile::Sod, chip.sod);
        for name in ChipFile::ALL {
            if let Some(file) = name.group().and_then(|group| chip.files.get(&group)) {
                files.put(*name, file.clone());
            }
        }
        Card { files, proves: papers.proves, secret }
    }
}

fn seed_of(parts: &[&[u8]]) -> [u8; 32] {
    Digest::Sha256.hash(&parts.concat()).try_into().expect("SHA-256 has 32 bytes")
}

/// A key of that kind.
pub(super) fn fresh(proves: Proves, rng: &mut dyn CryptoRng) -> Secret {
    match proves {
        Proves::Nothing => Secret::None,
        Proves::ActiveRsa => fresh(Proves::ActiveBy(Signing::RsaPkcs1(Digest::Sha256)), rng),
        Proves::ActiveEcdsa => fresh(Proves::ActiveBy(Signing::P256(Digest::Sha256)), rng),
        Proves::ChipAuthentication => {
            fresh(Proves::AgreementBy(Signing::BrainpoolP256(Digest::Sha256), Aes::Bits128), rng)
        }
        Proves::ActiveBy(Signing::RsaPkcs1(digest) | Signing::RsaPss(digest)) => {
            Secret::Rsa(RsaKey::generate(), digest)
        }
        Proves::ActiveBy(signing) => Secret::Ecdsa(Signer::generate(signing, CurveForm::Named, rng)),
        Proves::AgreementBy(signing, aes) => {
            Secret::Agreement(Signer::generate(signing, CurveForm::Explicit, rng), aes)
        }
    }
}

/// `ActiveAuthenticationInfo`: a plain signature over that hash (part 11 §9.2.8).
fn active_by_ecdsa(digest: Digest) -> Vec<u8> {
    let arc = match digest {
        Digest::Sha1 => 1,
        Digest::Sha224 => 2,
        Digest::Sha256 => 3,
        Digest::Sha384 => 4,
        Digest::Sha512 => 5,
    };
    sequence(&[oid("2.23.136.1.1.5"), integer(&[1]), oid(&format!("0.4.0.127.0.7.1.1.4.1.{arc}"))])
}

/// `ChipAuthenticationInfo` and `ChipAuthenticationPublicKeyInfo` (part 11 §9.2.5, §9.2.7).
fn chip_authentication(public_key: &[u8], aes: Aes) -> Vec<Vec<u8>> {
    let protocol = sequence(&[oid(&format!("0.4.0.127.0.7.2.2.3.2.{}", aes.arc())), integer(&[1])]);
    vec![protocol, sequence(&[oid("0.4.0.127.0.7.2.2.1.2"), public_key.to_vec()])]
}
