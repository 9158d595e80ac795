//! The files on a persona's chip, from what the registry's twin knows of it. ICAO Doc 9303 parts 4, 5 and 10.

use super::der::element;
use super::pinyin::zone_name;
use super::signer::Signing;
use crate::document::{DataGroup, Digest, DocumentKind};
use crate::sandbox::registry::Identity;
use std::collections::BTreeMap;
use time::Date;

/// A drawing, of nobody.
const FACE: &[u8] = include_bytes!("face.jpg");

/// How a chip can prove that it is no copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proves {
    /// By a signature of ECDSA over a challenge.
    ActiveEcdsa,
    /// By one of RSA.
    ActiveRsa,
    /// By agreeing on a key.
    ChipAuthentication,
    /// By a signature over a challenge, of any kind.
    ActiveBy(Signing),
    /// By agreeing on a key of any kind.
    AgreementBy(Signing, Aes),
    /// Not at all.
    Nothing,
}

/// Bits of the keys that a chip agrees on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aes {
    Bits128,
    Bits192,
    Bits256,
}

/// What is made for a persona.
#[derive(Clone, Copy, Debug)]
pub struct Papers {
    /// A passport, a travel permit or a permanent resident card: those with a chip of ICAO's.
    pub kind: DocumentKind,
    pub proves: Proves,
    pub expires: Date,
}

/// EF.COM: what is there.
pub(super) fn contents(files: &BTreeMap<DataGroup, Vec<u8>>) -> Vec<u8> {
    let tags: Vec<u8> = files.values().filter_map(|file| file.first().copied()).collect();
    element(0x60, &[element(0x5f01, b"0107"), element(0x5f36, b"040000"), element(0x5c, &tags)].concat())
}

impl Papers {
    /// The files that say who the holder is: DG1, DG2, DG11.
    pub(super) fn files(&self, holder: &Identity) -> BTreeMap<DataGroup, Vec<u8>> {
        let zone = element(0x61, &element(0x5f1f, self.zone(holder).as_bytes()));
        let born = holder.birthdate.replace('-', "");
        let mut details = vec![
            element(0x5c, &[0x5f, 0x0e, 0x5f, 0x10, 0x5f, 0x2b]),
            element(0x5f0e, holder.name.as_bytes()),
            element(0x5f2b, born.as_bytes()),
        ];
        if self.kind == DocumentKind::Passport {
            details.insert(2, element(0x5f10, holder.document_number.as_bytes()));
        }
        let details = element(0x6b, &details.concat());
        BTreeMap::from([(DataGroup::Dg1, zone), (DataGroup::Dg2, face(holder)), (DataGroup::Dg11, details)])
    }

    fn zone(&self, holder: &Identity) -> String {
        let number = self.number(holder);
        let born = checked(&holder.birthdate.replace('-', "")[2..]);
        let (year, month, day) = (self.expires.year() % 100, u8::from(self.expires.month()), self.expires.day());
        let expires = checked(&format!("{year:02}{month:02}{day:02}"));
        // GB 11643: the seventeenth digit is odd for men.
        let odd = holder.document_number.as_bytes().get(16).is_some_and(|digit| digit & 1 == 1);
        let sex = if odd { 'M' } else { 'F' };
        let name = zone_name(&holder.name);
        let (code, nationality) = match self.kind {
            DocumentKind::Passport => {
                let optional = checked(&"<".repeat(14));
                let number = checked(&number);
                let all = check_digit(&format!("{number}{born}{expires}{optional}"));
                return format!("{:<<44}{number}CHN{born}{sex}{expires}{optional}{all}", format!("P<CHN{name}"));
            }
            DocumentKind::HongKongMacaoPermit => ("CR", "CHN"),
            DocumentKind::TaiwanPermit => ("CT", "CHN"),
            _ => ("I<", "UTO"),
        };
        // Part 5 §4.2.2, note j: what does not fit into nine places goes on behind, with the digit.
        let number = match number.split_at_checked(9) {
            Some((first, rest)) if !rest.is_empty() => format!("{first}<{rest}{}", check_digit(&number)),
            _ => checked(&format!("{number:<<9}")),
        };
        let (first, optional) = (format!("{number:<<25}"), "<".repeat(11));
        let all = check_digit(&format!("{first}{born}{expires}{optional}"));
        format!("{code}CHN{first}{born}{sex}{expires}{nationality}{optional}{all}{name:<<30}")
    }

    /// A number that keeps the rule of its kind, always the same for the same holder.
    fn number(&self, holder: &Identity) -> String {
        let hash = Digest::Sha256.hash(format!("{:?} {}", self.kind, holder.document_number).as_bytes());
        let hash = hash.iter().take(8).fold(0u64, |number, byte| number << 8 | u64::from(*byte));
        let digits = hash % 100_000_000;
        match self.kind {
            DocumentKind::HongKongMacaoPermit => format!("H{digits:08}"),
            DocumentKind::TaiwanPermit => format!("{digits:08}"),
            DocumentKind::ForeignPermanentResidentCard => {
                let born = &holder.birthdate.replace('-', "")[2..];
                checked(&format!("UTO{:04}{born}{}", digits % 10_000, digits % 10))
            }
            _ => format!("E{digits:08}"),
        }
    }
}

/// DG2 with one face in the form of ISO/IEC 19794-5. A comment in the picture tells holders apart: the drawing is the same.
fn face(holder: &Identity) -> Vec<u8> {
    let whose = Digest::Sha256.hash(holder.document_number.as_bytes());
    let comment = format!("hufu sandbox {}", data_encoding::HEXLOWER.encode(&whose[..8]));
    let length = (comment.len() + 2) as u16;
    let (start, rest) = FACE.split_at(2);
    let picture = [start, &[0xff, 0xfe], &length.to_be_bytes()[..], comment.as_bytes(), rest].concat();
    let length = (20 + 12 + picture.len()) as u32;
    let header =
        [b"FAC\x00010\x00", &(length + 14).to_be_bytes()[..], &[0, 1], &length.to_be_bytes(), &[0; 28]].concat();
    let record = [header, picture].concat();
    let template = element(0x7f60, &[element(0xa1, &[0x80, 0]), element(0x5f2e, &record)].concat());
    element(0x75, &element(0x7f61, &[element(0x02, &[1]), template].concat()))
}

fn checked(field: &str) -> String {
    format!("{field}{}", check_digit(field))
}

/// Part 3 §4.9.
fn check_digit(field: &str) -> u32 {
    let value = |byte: u8| match byte {
        b'0'..=b'9' => u32::from(byte - b'0'),
        b'A'..=b'Z' => u32::from(byte - b'A') + 10,
        _ => 0,
    };
    field.bytes().zip([7, 3, 1].iter().cycle()).map(|(byte, weight)| value(byte) * weight).sum::<u32>() % 10
}
