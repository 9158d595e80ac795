//! A list of what has become of certificates: two bits for each, compressed. Token Status List (draft-ietf-oauth-status-list)
//! §4, §7.
//!
//! Decides what a person's state makes of their certificates. Knows no certificate, no signature and no row.

use super::PersonState;
use data_encoding::BASE64URL_NOPAD;
use flate2::Compression;
use flate2::write::ZlibEncoder;
use std::io::{self, Write};

/// Bits of one status: enough for a certificate that may come back.
pub const STATUS_BITS: u8 = 2;
const IN_A_BYTE: usize = 4;

/// §7.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    Valid = 0,
    /// For good.
    Invalid = 1,
    /// For now: a freeze is lifted, a suspension ends.
    Suspended = 2,
}

impl Status {
    /// Of the certificates of a person in this state, none of whose certificates they revoked themselves.
    pub const fn of(state: PersonState) -> Self {
        match state {
            PersonState::Active | PersonState::Recovering => Self::Valid,
            PersonState::Frozen | PersonState::Suspended => Self::Suspended,
            PersonState::Closed => Self::Invalid,
        }
    }
}

/// So many statuses, all valid until one is set.
#[derive(Clone)]
pub struct StatusList(Vec<u8>);

impl StatusList {
    pub fn new(places: usize) -> Self {
        Self(vec![0; places.div_ceil(IN_A_BYTE)])
    }

    /// Sets one; a place that the list does not have is left alone.
    pub fn set(&mut self, place: usize, status: Status) {
        // §4.1: "starting from the least significant bit … to the most significant bit".
        let shift = (place % IN_A_BYTE) * usize::from(STATUS_BITS);
        if let Some(byte) = self.0.get_mut(place / IN_A_BYTE) {
            *byte = (*byte & !(0b11 << shift)) | ((status as u8) << shift);
        }
    }

    /// The value of `lst`: compressed by DEFLATE in the ZLIB format, in base64url (§4.2).
    ///
    /// # Errors
    /// None: the bytes go to memory.
    pub fn compressed(&self) -> io::Result<String> {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(&self.0)?;
        Ok(BASE64URL_NOPAD.encode(&encoder.finish()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::read::ZlibDecoder;
    use std::io::Read;

    fn decompressed(lst: &str) -> Vec<u8> {
        let compressed = BASE64URL_NOPAD.decode(lst.as_bytes()).expect("base64url");
        let mut bytes = Vec::new();
        ZlibDecoder::new(&compressed[..]).read_to_end(&mut bytes).expect("ZLIB");
        bytes
    }

    /// Token Status List §4.1, the example of two bits, whose `lst` §4.2 prints; its fours are application-specific and left out.
    #[test]
    fn statuses_lie_as_the_draft_lays_them() {
        let mut list = StatusList::new(12);
        let set = [(0, Status::Invalid), (1, Status::Suspended), (5, Status::Invalid), (7, Status::Invalid)];
        for (place, status) in set.into_iter().chain([(8, Status::Invalid), (9, Status::Suspended)]) {
            list.set(place, status);
        }
        let lst = list.compressed().expect("compressed");
        assert_eq!(decompressed(&lst), [0b0000_1001, 0b0100_0100, 0b0000_1001]);
        let drafts = decompressed("eNo76fITAAPfAgc");
        assert_eq!(drafts, [0xc9, 0x44, 0xf9], "the draft's own text is read alike");
    }

    #[test]
    fn a_status_is_replaced_and_its_neighbours_stay() {
        let mut list = StatusList::new(8);
        (0..8).for_each(|place| list.set(place, Status::Suspended));
        list.set(2, Status::Invalid);
        list.set(5, Status::Valid);
        list.set(8, Status::Invalid);
        assert_eq!(list.0, [0b1001_1010, 0b1010_0010]);
    }

    /// A list of a million places, of which one in a thousand is stopped, is fetched in a moment.
    #[test]
    fn a_list_with_few_who_are_stopped_is_small() {
        let mut list = StatusList::new(1 << 20);
        assert!(list.compressed().expect("compressed").len() < 500);
        (0..1000).for_each(|nth| list.set(nth * 1048, Status::Suspended));
        assert!(list.compressed().expect("compressed").len() < 10_000);
    }

    /// PROTOCOL 6, 22: a freeze is lifted, a closed person's certificates never come back. While a re-proof waits the device
    /// still stands for its person, and no more than the device (ADR 18).
    #[test]
    fn a_certificate_stands_as_its_person_does() {
        use PersonState::{Active, Closed, Frozen, Recovering, Suspended};
        let statuses = [Active, Recovering, Frozen, Suspended, Closed].map(Status::of);
        assert_eq!(statuses, [Status::Valid, Status::Valid, Status::Suspended, Status::Suspended, Status::Invalid]);
    }
}
