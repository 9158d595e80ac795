//! The network certificate: what it says of a person, what it keeps concealed, and what it never says. FUNCTIONS 2, 13;
//! PROTOCOL 26; SD-JWT VC (draft-ietf-oauth-sd-jwt-vc) §3.
//!
//! Nothing in one is the same as in another of its batch but what everybody's of that day share: two verifiers that compare
//! what they were shown learn nothing. No number, no handle, no sub. Knows no key of ours, no clock and no database.

use super::{Attributes, in_china};
use crate::keys::{Concealed, HolderKey, SD_ALG, Sealable};
use crate::spec::{BirthDate, IssuerUrl, Timestamp, lifetime};
use rand::CryptoRng;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use time::OffsetDateTime;

/// `typ` of the JWT (§3.2.1).
pub const CERTIFICATE_TYP: &str = "dc+sd-jwt";
/// `vct` (§3.2.2.1).
pub const VCT: &str = "urn:hufu:vct:network-certificate:1";
/// Certificates of one batch at most.
pub const BATCH: usize = 8;
/// Digests in each: more than any document has attributes, so that nothing is told by their number.
const DIGESTS: usize = 12;
/// The ages that predicates are about (FUNCTIONS 13).
const AGES: [(u16, &str); 4] = [(14, "age_over_14"), (16, "age_over_16"), (18, "age_over_18"), (60, "age_over_60")];
/// What a person's document says of them, as far as a certificate does.
pub struct Attested<'a> {
    pub name: &'a str,
    pub birthdate: BirthDate,
    /// Three letters of ISO 3166-1.
    pub nationality: Option<&'a str>,
    pub document_kind: &'a str,
}

impl<'a> Attested<'a> {
    /// What a certificate says of somebody with these attributes.
    pub fn of(attributes: &'a Attributes) -> Self {
        Self {
            name: &attributes.name,
            birthdate: attributes.birthdate,
            nationality: attributes.nationality.as_deref(),
            document_kind: attributes.document.kind().word(),
        }
    }

    /// Each attribute and each predicate by itself, as of `day`: who becomes eighteen while the certificate lives has to fetch
    /// another one.
    fn claims(&self, day: Timestamp) -> Vec<(&'static str, Value)> {
        let date = OffsetDateTime::from_unix_timestamp(day.unix()).unwrap_or(OffsetDateTime::UNIX_EPOCH).date();
        let age = self.birthdate.age_on(date);
        let mut claims = vec![
            ("name", json!(self.name)),
            ("birthdate", json!(self.birthdate.expose())),
            ("document_kind", json!(self.document_kind)),
        ];
        claims.extend(self.nationality.map(|nationality| ("nationality", json!(nationality))));
        claims.extend(AGES.map(|(years, name)| (name, json!(age >= years))));
        claims
    }
}

/// The days on which a certificate is good: the same instants for everybody whose certificate is of that day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Validity {
    pub iat: Timestamp,
    pub exp: Timestamp,
    /// For ages, which turn at midnight in China as they do where one applies: eight hours before the day of `iat`.
    today: Timestamp,
}

impl Validity {
    pub const fn from(now: Timestamp) -> Self {
        let iat = now.day();
        Self { iat, exp: iat.plus(lifetime::CERTIFICATE), today: in_china(now).day() }
    }
}

/// A status list: of the certificates that expire on one day, the nth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ListId {
    day: u32,
    nth: u16,
}

impl ListId {
    /// The nth list of those that expire at `exp`.
    pub fn of(exp: Timestamp, nth: u16) -> Self {
        Self { day: u32::try_from(exp.unix().div_euclid(DAY)).unwrap_or(0), nth }
    }

    /// Reads the last segment of its address.
    pub fn parse(text: &str) -> Option<Self> {
        let (day, nth) = text.split_once('-')?;
        let list = Self { day: day.parse().ok()?, nth: nth.parse().ok()? };
        (list.text() == text).then_some(list)
    }

    pub const fn nth(self) -> u16 {
        self.nth
    }

    /// When the last of its certificates expires.
    pub fn expires(self) -> Timestamp {
        Timestamp::from_unix(i64::from(self.day) * DAY)
    }

    /// The last segment of its address.
    pub fn text(self) -> String {
        format!("{}-{}", self.day, self.nth)
    }

    /// Where it is published, and its own `sub`.
    pub fn uri(self, issuer: &IssuerUrl) -> String {
        format!("{}/status/{}", issuer.as_str().trim_end_matches('/'), self.text())
    }
}

const DAY: i64 = 86_400;

/// Where a person's batch stands on which list: what the row keeps sealed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Places {
    pub list: ListId,
    pub places: Vec<u32>,
}

impl Sealable for Places {
    const PURPOSE: &'static str = "certificate-places";
    const CLASSES: &'static [usize] = &[64];
    const LIMIT: usize = 63;
}

/// The claims of one certificate's JWT. With [`Concealed::beside`] the whole is made.
#[derive(Serialize)]
pub struct Certificate {
    iss: String,
    vct: &'static str,
    iat: Timestamp,
    exp: Timestamp,
    cnf: Value,
    status: Value,
    #[serde(rename = "_sd")]
    pub concealed: Concealed,
    #[serde(rename = "_sd_alg")]
    sd_alg: &'static str,
}

impl Certificate {
    /// The certificate of `key` at `place` of `list`.
    pub fn of(
        attested: &Attested<'_>,
        issuer: &IssuerUrl,
        (key, list, place): (&HolderKey, ListId, u32),
        validity: Validity,
        rng: &mut dyn CryptoRng,
    ) -> Self {
        Self {
            iss: issuer.as_str().to_owned(),
            vct: VCT,
            iat: validity.iat,
            exp: validity.exp,
            cnf: json!({ "jwk": key.jwk() }),
            status: json!({ "status_list": { "idx": place, "uri": list.uri(issuer) } }),
            concealed: Concealed::of(attested.claims(validity.today), DIGESTS, rng),
            sd_alg: SD_ALG,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::person::{DISCLOSABLE, MayApply};
    use proptest::prelude::*;
    use rand::{SeedableRng, rngs::StdRng};
    use std::time::Duration;

    fn attested(birthdate: &str) -> Attested<'static> {
        Attested {
            name: "林安然",
            birthdate: BirthDate::parse(birthdate).expect("a day"),
            nationality: None,
            document_kind: "resident_identity_card",
        }
    }

    fn said(claims: &[(&'static str, Value)], name: &str) -> Option<Value> {
        claims.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone())
    }

    /// FUNCTIONS 13, 15: the predicates are true from the birthday itself on, and it begins when it begins in China: whoever
    /// may apply as an adult is one in the certificate of the same minute.
    #[test]
    fn a_predicate_turns_on_the_birthday_and_not_the_day_before() {
        // 2026-11-28T16:00:00Z: in China it is the 29th.
        let midnight = Timestamp::from_unix(1_795_881_600);
        let claims_at = |born: &str, now| attested(born).claims(Validity::from(now).today);
        for (years, name) in AGES {
            let born = format!("{}-11-29", 2026 - years);
            let before = midnight.minus(Duration::from_secs(1));
            assert_eq!(said(&claims_at(&born, before), name), Some(json!(false)), "{name}");
            assert_eq!(said(&claims_at(&born, midnight), name), Some(json!(true)), "{name}");
            let day_after = format!("{}-11-30", 2026 - years);
            assert_eq!(said(&claims_at(&day_after, midnight), name), Some(json!(false)), "{name}");
        }
        let born = BirthDate::parse("2008-11-29").expect("a day");
        assert_eq!(MayApply::of(&born, midnight), MayApply::Alone);
    }

    #[test]
    fn only_what_the_type_lists_is_disclosable_and_nothing_stands_for_what_a_document_lacks() {
        let now = Timestamp::from_unix(1_790_000_000);
        let without = attested("1990-03-15").claims(now);
        assert_eq!(said(&without, "nationality"), None);
        let with = Attested { nationality: Some("CHN"), ..attested("1990-03-15") }.claims(now);
        assert_eq!(said(&with, "nationality"), Some(json!("CHN")));
        let mut names: Vec<&str> = with.iter().map(|(name, _)| *name).collect();
        let mut listed = DISCLOSABLE.map(|claim| claim.name).to_vec();
        names.sort_unstable();
        listed.sort_unstable();
        assert_eq!(names, listed);
        assert!(with.len() < DIGESTS, "decoys hide how many there are");
    }

    /// PROTOCOL 26: "day-rounded dates".
    #[test]
    fn everybodys_certificate_of_a_day_has_the_same_instants() {
        let morning = Timestamp::from_unix(20_717 * DAY + 1);
        let evening = Timestamp::from_unix(20_718 * DAY - 1);
        let instants = |now| (Validity::from(now).iat, Validity::from(now).exp);
        assert_eq!(instants(morning), instants(evening));
        let (iat, exp) = instants(evening);
        assert_eq!((iat.unix() % DAY, exp.unix() % DAY, exp.since(iat)), (0, 0, lifetime::CERTIFICATE));
    }

    proptest! {
        #[test]
        fn a_list_is_found_by_its_address_and_by_no_other_text(day in 0_u32..60_000, nth: u16, text in "[-0-9+]{0,12}") {
            let list = ListId::of(Timestamp::from_unix(i64::from(day) * DAY), nth);
            prop_assert_eq!(ListId::parse(&list.text()), Some(list));
            prop_assert_eq!(list.expires().unix(), i64::from(day) * DAY);
            if let Some(read) = ListId::parse(&text) {
                prop_assert_eq!(read.text(), text);
            }
        }
    }

    /// PROTOCOL 1: "by blob length".
    #[test]
    fn a_whole_batch_and_a_part_of_one_are_sealed_alike() {
        let list = ListId { day: u32::MAX, nth: u16::MAX };
        for count in [1, BATCH] {
            let places = Places { list, places: vec![(1 << 20) - 1; count] };
            assert!(postcard::to_stdvec(&places).expect("serialises").len() < Places::CLASSES[0]);
        }
    }

    #[test]
    fn a_certificate_is_made_with_every_claim_concealed() {
        let issuer = IssuerUrl::new("https://id.example.org".into()).expect("a URL");
        let validity = Validity::from(Timestamp::from_unix(1_790_000_000));
        let concealed =
            Concealed::of(attested("1990-03-15").claims(validity.iat), DIGESTS, &mut StdRng::seed_from_u64(1));
        let digests = serde_json::to_value(&concealed).expect("JSON");
        assert_eq!(digests.as_array().map(Vec::len), Some(DIGESTS));
        let list = ListId::of(validity.exp, 3);
        assert_eq!(list.uri(&issuer), format!("https://id.example.org/status/{}-3", validity.exp.unix() / DAY));
    }
}
