//! One person at two websites: two subs that have nothing in common (PROTOCOL 2; OpenID Connect Core §8.1).

use crate::house::{ISSUER, RING};
use hufu::keys::{Epoch, FileKeys, Keys};
use hufu::spec::{Handle, IssuerUrl, Sector};
use rand::SeedableRng;
use rand::rngs::StdRng;
use std::collections::HashSet;

const PAIRS: usize = 10_000;

/// OpenID Connect Core §8.1: "The Subject Identifier MUST NOT be reversible by any party other than the OP", and sectors
/// cannot correlate. Equality and shared prefixes stay within what 10,000 random pairs would show.
#[test]
fn of_ten_thousand_pairs_of_subs_of_one_person_none_is_equal_and_none_shares_more_than_chance() {
    let issuer = IssuerUrl::new(ISSUER.to_owned()).expect("a URL");
    let keys = Keys::new(FileKeys::parse(&RING).expect("a ring"), issuer).expect("keys");
    let mut rng = StdRng::seed_from_u64(5);
    let (one, two) = (Sector::of_host("one.example"), Sector::of_host("two.example"));
    let mut seen = HashSet::new();
    let mut bits_in_common = 0;
    let mut prefixes = [0_usize; 8];
    for _ in 0..PAIRS {
        let handle = Handle::random(&mut rng);
        let sub = |sector: &Sector| keys.sub(sector, &handle, Epoch(1)).expect("a sub").as_str().to_owned();
        let (here, there) = (sub(&one), sub(&two));
        assert_eq!(here, sub(&one), "the same person, the same website, the same sub");
        let common = here.bytes().zip(there.bytes()).take_while(|(a, b)| a == b).count();
        prefixes[common.min(7)] += 1;
        let decode = |sub: &str| data_encoding::BASE64URL_NOPAD.decode(sub.as_bytes()).expect("base64url");
        let (left, right) = (decode(&here), decode(&there));
        assert_eq!((left.len(), right.len()), (32, 32));
        bits_in_common += left.iter().zip(&right).map(|(a, b)| (a ^ b).count_zeros() as usize).sum::<usize>();
        assert!(seen.insert(here) && seen.insert(there), "two persons, or one at two websites, share a sub");
    }
    // A letter of base64 is shared by chance once in 64: 156 of 10,000, with a standard deviation of 12.4.
    let one_or_more: usize = prefixes[1..].iter().sum();
    assert!((90..=225).contains(&one_or_more), "{prefixes:?}");
    assert_eq!(prefixes[4..].iter().sum::<usize>(), 0, "{prefixes:?}");
    // Half of the bits, 1,280,000 of 2,560,000, with a standard deviation of 800.
    let off = bits_in_common.abs_diff(PAIRS * 128);
    assert!(off < 5 * 800, "{bits_in_common}");
}
