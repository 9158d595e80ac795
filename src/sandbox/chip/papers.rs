//! The files on a chip that say who its holder is. ICAO Doc 9303 parts 4, 5 and 10.

use super::der::element;
use super::holder::Holder;
use super::signer::Signing;
use crate::document::{DataGroup, DocumentKind, Sex};
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

/// The first bytes of the comment that says whose the picture is: docs/ports/face.md, "The twin".
const MARK: &str = "hufu-sandbox-face:";

/// What is made for a holder.
#[derive(Clone, Copy, Debug)]
pub struct Papers<'a> {
    /// A passport, a travel permit or a permanent resident card: those with a chip of ICAO's.
    pub kind: DocumentKind,
    /// What is printed on it; without one it is made from the holder, always the same.
    pub number: Option<&'a str>,
    pub proves: Proves,
    pub expires: Date,
}

/// EF.COM: what is there.
pub(super) fn contents(files: &BTreeMap<DataGroup, Vec<u8>>) -> Vec<u8> {
    let tags: Vec<u8> = files.values().filter_map(|file| file.first().copied()).collect();
    element(0x60, &[element(0x5f01, b"0107"), element(0x5f36, b"040000"), element(0x5c, &tags)].concat())
}

impl Papers<'_> {
    /// Its number.
    pub(super) fn number(&self, holder: &Holder) -> String {
        self.number.map_or_else(|| holder.number_of(self.kind), str::to_owned)
    }

    /// The files that say who the holder is: DG1, DG2, DG11.
    pub(super) fn files(&self, holder: &Holder) -> BTreeMap<DataGroup, Vec<u8>> {
        let zone = element(0x61, &element(0x5f1f, self.zone(holder).as_bytes()));
        let personal = holder.resident_number.as_ref().filter(|_| self.kind == DocumentKind::Passport);
        let born = holder.birthdate.replace('-', "");
        let details = [
            Some((0x5f0e, holder.name.as_bytes())),
            personal.map(|number| (0x5f10, number.as_bytes())),
            Some((0x5f2b, born.as_bytes())),
        ];
        let details: Vec<(u16, &[u8])> = details.into_iter().flatten().collect();
        let tags: Vec<u8> = details.iter().flat_map(|(tag, _)| tag.to_be_bytes()).collect();
        let values: Vec<u8> = details.iter().flat_map(|(tag, value)| element(*tag, value)).collect();
        let details = element(0x6b, &[element(0x5c, &tags), values].concat());
        BTreeMap::from([(DataGroup::Dg1, zone), (DataGroup::Dg2, face(holder)), (DataGroup::Dg11, details)])
    }

    fn zone(&self, holder: &Holder) -> String {
        let number = self.number(holder);
        let born = checked(&holder.birthdate.replace('-', "")[2..]);
        let (year, month, day) = (self.expires.year() % 100, u8::from(self.expires.month()), self.expires.day());
        let expires = checked(&format!("{year:02}{month:02}{day:02}"));
        let sex = match holder.sex {
            Sex::Male => 'M',
            Sex::Female => 'F',
            Sex::Unspecified => '<',
        };
        let name = &holder.zone_name;
        let (code, nationality) = match self.kind {
            DocumentKind::Passport => {
                let optional = checked(&"<".repeat(14));
                let number = checked(&number);
                let all = check_digit(&format!("{number}{born}{expires}{optional}"));
                return format!("{:<<44}{number}CHN{born}{sex}{expires}{optional}{all}", format!("P<CHN{name}"));
            }
            DocumentKind::HongKongMacaoPermit => ("CR", "CHN"),
            DocumentKind::TaiwanPermit => ("CT", "CHN"),
            _ => ("I<", holder.nationality),
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
}

/// DG2 with one face in the form of ISO/IEC 19794-5. A comment in the picture tells holders apart: the drawing is the same.
fn face(holder: &Holder) -> Vec<u8> {
    let comment = format!("{MARK}{}", holder.key);
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

pub(super) fn checked(field: &str) -> String {
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
