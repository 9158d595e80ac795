//! Where the nth of a list stands: a keyed permutation, so that who counts the rows cannot say what place somebody was given.
//!
//! A Feistel network of ten rounds over two halves of ten bits, with HMAC-SHA-256 for its rounds, as FF1 (NIST SP 800-38G) has
//! it. A permutation gives no place twice, so nobody has to keep a list of the places that are taken (ADR 15).

use super::facade::Keys;
use super::tag::TagPurpose;

/// Bits of a half.
const HALF: u32 = 10;
const ROUNDS: u8 = 10;

/// How many places a list has.
pub const PLACES: u32 = 1 << (2 * HALF);

impl Keys {
    /// The place of the nth (`nth` < [`PLACES`]) on the list of that name.
    pub fn place(&self, list: &[u8], nth: u32) -> u32 {
        let mask = (1 << HALF) - 1;
        let (mut left, mut right) = ((nth >> HALF) & mask, nth & mask);
        for round in 0..ROUNDS {
            let digest = self.tag(TagPurpose::StatusPlace, &[list, &[round], &right.to_be_bytes()]);
            let turned = u32::from_be_bytes([digest[0], digest[1], digest[2], digest[3]]) & mask;
            (left, right) = (right, left ^ turned);
        }
        (left << HALF) | right
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::tests::keys;

    /// Each of the first places is another one, and none follows from its neighbour.
    #[test]
    fn no_place_is_given_twice_and_neighbours_stand_apart() {
        let keys = keys();
        let places: Vec<u32> = (0..4096).map(|nth| keys.place(b"a", nth)).collect();
        let mut sorted = places.clone();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(sorted.len(), places.len());
        assert!(sorted.iter().all(|place| *place < PLACES));
        // In any order that says nothing, half of all steps go up, and the places spread over the whole list.
        let up = places.windows(2).filter(|pair| pair[0] < pair[1]).count();
        assert!((1900..2200).contains(&up), "{up}");
        for quarter in 0..4 {
            let within = places.iter().filter(|place| *place / (PLACES / 4) == quarter).count();
            assert!((900..1150).contains(&within), "{within}");
        }
    }

    #[test]
    fn every_list_and_every_house_has_an_order_of_its_own() {
        let (keys, other) = (keys(), Keys::for_tests("https://b.example"));
        let of = |list: &[u8]| (0..64).map(|nth| keys.place(list, nth)).collect::<Vec<_>>();
        assert_ne!(of(b"a"), of(b"b"));
        // Keys for tests share a ring: an issuer of its own has a ring of its own.
        assert_eq!(keys.place(b"a", 7), other.place(b"a", 7));
    }
}
