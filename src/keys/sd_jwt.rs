//! Selective disclosure: claims as salted digests in a JWT, each readable only by who is shown its disclosure. RFC 9901 §4.
//!
//! Decides the form of disclosures, digests and decoys, and how they travel beside the JWT. Knows no claim by its name.

use aws_lc_rs::digest;
use data_encoding::BASE64URL_NOPAD;
use rand::CryptoRng;
use serde::Serialize;
use serde_json::{Value, json};

/// §9.3: "the RECOMMENDED minimum length of the randomly generated portion of the salt is 128 bits".
const SALT: usize = 16;

/// The value of `_sd_alg` (§4.1.1).
pub const SD_ALG: &str = "sha-256";

/// Claims of which the JWT carries digests only.
pub struct Concealed {
    digests: Vec<String>,
    disclosures: Vec<String>,
}

impl Concealed {
    /// Conceals `claims`. However many they are, there are `places` digests, unless they are more: decoys fill up (§4.2.5).
    pub fn of(claims: Vec<(&'static str, Value)>, places: usize, rng: &mut dyn CryptoRng) -> Self {
        let disclosures: Vec<String> = claims
            .into_iter()
            .map(|(name, value)| {
                let mut salt = [0; SALT];
                rng.fill_bytes(&mut salt);
                disclosure(&json!([BASE64URL_NOPAD.encode(&salt), name, value]).to_string())
            })
            .collect();
        let mut digests: Vec<String> = disclosures.iter().map(|disclosure| digest_of(disclosure)).collect();
        while digests.len() < places {
            let mut decoy = [0; 32];
            rng.fill_bytes(&mut decoy);
            digests.push(BASE64URL_NOPAD.encode(&decoy));
        }
        // §4.2.4.1: the order must not tell which is which. Digests are random, and so is their own order.
        digests.sort_unstable();
        Self { digests, disclosures }
    }

    /// What the holder is given: the JWT and every disclosure, with no key binding yet (§4).
    pub fn beside(&self, jwt: &str) -> String {
        let mut whole = format!("{jwt}~");
        for disclosure in &self.disclosures {
            whole.push_str(disclosure);
            whole.push('~');
        }
        whole
    }
}

/// The value of `_sd`.
impl Serialize for Concealed {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.digests.serialize(serializer)
    }
}

/// §4.2.1: base64url of a JSON array of salt, name and value.
fn disclosure(array: &str) -> String {
    BASE64URL_NOPAD.encode(array.as_bytes())
}

/// §4.2.3: over the base64url text, not over what it holds.
fn digest_of(disclosure: &str) -> String {
    BASE64URL_NOPAD.encode(digest::digest(&digest::SHA256, disclosure.as_bytes()).as_ref())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::tests::rng;
    use std::collections::BTreeSet;

    fn two() -> Vec<(&'static str, Value)> {
        vec![("name", json!("林安然")), ("age_over_18", json!(true))]
    }

    /// RFC 9901 §4.2.1 and §4.2.3, whose example is the family name Möbius.
    #[test]
    fn the_disclosure_and_the_digest_of_the_rfc_are_reproduced() {
        let made = disclosure(r#"["_26bc4LT-ac6q2KI6cBW5es", "family_name", "Möbius"]"#);
        assert_eq!(made, "WyJfMjZiYzRMVC1hYzZxMktJNmNCVzVlcyIsICJmYW1pbHlfbmFtZSIsICJNw7ZiaXVzIl0");
        assert_eq!(digest_of(&made), "X9yH0Ajrdm1Oij4tWso9UzzKJvPoDxwmuEcO3XAdRC0");
    }

    /// §4.2.5: "decoy digests … obscure the actual number of claims".
    #[test]
    fn one_claim_and_two_look_alike_without_their_disclosures() {
        let one = Concealed::of(two()[..1].to_vec(), 8, &mut rng());
        let both = Concealed::of(two(), 8, &mut rng());
        assert_eq!((one.digests.len(), both.digests.len()), (8, 8));
        assert!(one.digests.iter().chain(&both.digests).all(|digest| digest.len() == 43));
        assert!(both.digests.is_sorted(), "the order says nothing");
    }

    /// §7.1: each disclosure's digest is found in `_sd`, and none twice.
    #[test]
    fn every_disclosure_is_found_by_its_digest_and_says_its_claim() {
        let concealed = Concealed::of(two(), 8, &mut rng());
        let whole = concealed.beside("a.b.c");
        let (jwt, rest) = whole.split_once('~').expect("a JWT");
        assert_eq!((jwt, whole.ends_with('~')), ("a.b.c", true));
        let said: Vec<Value> = rest
            .trim_end_matches('~')
            .split('~')
            .map(|disclosure| {
                assert!(concealed.digests.contains(&digest_of(disclosure)));
                serde_json::from_slice(&BASE64URL_NOPAD.decode(disclosure.as_bytes()).expect("base64url"))
                    .expect("JSON")
            })
            .collect();
        assert_eq!((&said[0][1], &said[0][2]), (&json!("name"), &json!("林安然")));
        assert_eq!((&said[1][1], &said[1][2]), (&json!("age_over_18"), &json!(true)));
        assert_eq!(said[0][0].as_str().expect("a salt").len(), 22);
    }

    /// §9.3: "a new salt MUST be chosen for each claim": two of one batch share no digest.
    #[test]
    fn no_two_certificates_share_a_digest() {
        let mut rng = rng();
        let digests: BTreeSet<String> = (0..50).flat_map(|_| Concealed::of(two(), 8, &mut rng).digests).collect();
        assert_eq!(digests.len(), 400);
    }
}
