//! The machine readable zone: three formats, five check digits. ICAO Doc 9303 part 3 §4, part 4 §4.2, part 5 §4.2, part 6 §4.2.
//!
//! Reads what a scanner or DG1 of a chip holds. A check digit proves that nothing was misread, never that anything is
//! genuine. Every field is personal: nothing here is shown when printed.

use std::fmt;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// The layout of a zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MrzFormat {
    /// Cards: three lines of 30.
    Td1,
    /// Larger cards and some visas: two lines of 36.
    Td2,
    /// Passports: two lines of 44.
    Td3,
}

/// A field that has a check digit of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Checked {
    DocumentNumber,
    BirthDate,
    ExpiryDate,
    OptionalData,
    /// Over all of them.
    Composite,
}

/// Why a text is no machine readable zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MrzError {
    #[error("{0} characters: a zone has 90, 72 or 88")]
    Length(usize),
    #[error("a character that no zone has, at place {0}")]
    Character(usize),
    #[error("the check digit of {0:?} does not fit")]
    CheckDigit(Checked),
    #[error("{0:?} is no date")]
    Date(Checked),
    #[error("the sex is none of M, F and <")]
    Sex,
    #[error("a field that may not be empty is")]
    Empty,
}

/// A date of a zone: the century is not in it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct MrzDate {
    /// 0 to 99.
    pub year: u8,
    /// 1 to 12; `None` where the document says that it is unknown.
    pub month: Option<u8>,
    /// 1 to 31; `None` where the document says that it is unknown.
    pub day: Option<u8>,
}

/// A zone that was read, its check digits all right.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct Mrz {
    #[zeroize(skip)]
    pub format: MrzFormat,
    /// `P`, `I`, `AC` and the like.
    pub document_code: String,
    /// The issuing state, in the three letters of part 3 §5.
    pub issuer: String,
    pub document_number: String,
    pub nationality: String,
    #[zeroize(skip)]
    pub birth: MrzDate,
    #[zeroize(skip)]
    pub expires: MrzDate,
    /// `M`, `F`, or `None` where it is not said.
    pub sex: Option<char>,
    pub surname: String,
    pub given_names: String,
    pub optional_data: String,
}

impl fmt::Debug for Mrz {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Mrz({:?}, [redacted])", self.format)
    }
}

impl fmt::Debug for MrzDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MrzDate([redacted])")
    }
}

impl Mrz {
    /// Reads a zone; line ends are ignored.
    ///
    /// # Errors
    /// Another length or character set, a check digit that does not fit, an impossible date.
    pub fn parse(text: &str) -> Result<Self, MrzError> {
        let zone: Vec<u8> = text.bytes().filter(|byte| !matches!(byte, b'\r' | b'\n')).collect();
        if let Some(place) = zone.iter().position(|byte| value(*byte).is_none()) {
            return Err(MrzError::Character(place));
        }
        match zone.len() {
            90 => Layout::TD1.read(&zone),
            72 => Layout::TD2.read(&zone),
            88 => Layout::TD3.read(&zone),
            length => Err(MrzError::Length(length)),
        }
    }
}

type Field = std::ops::Range<usize>;

/// Where each field of a format lies, counted from the zone's first character.
struct Layout {
    format: MrzFormat,
    number: Field,
    birth: Field,
    sex: usize,
    expires: Field,
    nationality: Field,
    names: Field,
    /// Free content; only a passport's has a check digit.
    optional: Field,
    /// More of it, on a card.
    more: Option<Field>,
    optional_check: Option<usize>,
    composite: &'static [Field],
    composite_check: usize,
}

impl Layout {
    const TD1: Self = Self {
        format: MrzFormat::Td1,
        number: 5..14,
        birth: 30..36,
        sex: 37,
        expires: 38..44,
        nationality: 45..48,
        names: 60..90,
        optional: 15..30,
        more: Some(48..59),
        optional_check: None,
        composite: &[5..30, 30..37, 38..45, 48..59],
        composite_check: 59,
    };
    const TD2: Self = Self {
        format: MrzFormat::Td2,
        number: 36..45,
        birth: 49..55,
        sex: 56,
        expires: 57..63,
        nationality: 46..49,
        names: 5..36,
        optional: 64..71,
        more: None,
        optional_check: None,
        composite: &[36..46, 49..56, 57..71],
        composite_check: 71,
    };
    const TD3: Self = Self {
        format: MrzFormat::Td3,
        number: 44..53,
        birth: 57..63,
        sex: 64,
        expires: 65..71,
        nationality: 54..57,
        names: 5..44,
        optional: 72..86,
        more: None,
        optional_check: Some(86),
        composite: &[44..54, 57..64, 65..87],
        composite_check: 87,
    };

    fn read(&self, zone: &[u8]) -> Result<Mrz, MrzError> {
        self.check_digits(zone)?;
        let text = |field: &Field| String::from_utf8_lossy(&zone[field.clone()]).into_owned();
        let bare = |field: &Field| text(field).trim_end_matches('<').to_owned();
        let names = bare(&self.names);
        let (surname, given) = names.split_once("<<").unwrap_or((&names, ""));
        let mrz = Mrz {
            format: self.format,
            document_code: bare(&(0..2)),
            issuer: bare(&(2..5)),
            document_number: self.document_number(zone),
            nationality: bare(&self.nationality),
            birth: date(&zone[self.birth.clone()]).ok_or(MrzError::Date(Checked::BirthDate))?,
            expires: date(&zone[self.expires.clone()]).ok_or(MrzError::Date(Checked::ExpiryDate))?,
            sex: match zone[self.sex] {
                b'M' => Some('M'),
                b'F' => Some('F'),
                b'<' => None,
                _ => return Err(MrzError::Sex),
            },
            surname: surname.replace('<', " "),
            given_names: given.replace('<', " ").trim().to_owned(),
            optional_data: [Some(&self.optional), self.more.as_ref()]
                .into_iter()
                .flatten()
                .map(bare)
                .collect::<Vec<_>>()
                .join(" ")
                .trim()
                .to_owned(),
        };
        let needed = [&mrz.document_code, &mrz.issuer, &mrz.document_number, &mrz.surname];
        if needed.iter().any(|field| field.is_empty()) { Err(MrzError::Empty) } else { Ok(mrz) }
    }

    fn check_digits(&self, zone: &[u8]) -> Result<(), MrzError> {
        let number = match self.long_number(zone) {
            Some((digits, check)) => fits(&digits, zone[check]),
            None => fits(&zone[self.number.clone()], zone[self.number.end]),
        };
        let composite: Vec<u8> = self.composite.iter().flat_map(|field| zone[field.clone()].iter().copied()).collect();
        // A passport's optional data may be empty, and its digit then `<` or 0 (part 4 §4.2.2.2).
        let optional = self.optional_check.is_none_or(|check| {
            let field = &zone[self.optional.clone()];
            fits(field, zone[check]) || (field.iter().all(|byte| *byte == b'<') && zone[check] == b'<')
        });
        let checks = [
            (Checked::DocumentNumber, number),
            (Checked::BirthDate, fits(&zone[self.birth.clone()], zone[self.birth.end])),
            (Checked::ExpiryDate, fits(&zone[self.expires.clone()], zone[self.expires.end])),
            (Checked::OptionalData, optional),
            (Checked::Composite, fits(&composite, zone[self.composite_check])),
        ];
        match checks.iter().find(|(_, fits)| !fits) {
            Some((field, _)) => Err(MrzError::CheckDigit(*field)),
            None => Ok(()),
        }
    }

    /// A card's number of more than nine characters goes on in the optional data, and its digit stands behind it there, for
    /// the usual place holds `<` (part 5 §4.2.2, note j).
    fn long_number(&self, zone: &[u8]) -> Option<(Vec<u8>, usize)> {
        if self.format == MrzFormat::Td3 || zone[self.number.end] != b'<' {
            return None;
        }
        let rest = &self.optional;
        let length = zone[rest.clone()].iter().position(|byte| *byte == b'<').unwrap_or(rest.len());
        let check = rest.start + length.checked_sub(1)?;
        let digits = [&zone[self.number.clone()], &zone[rest.start..check]].concat();
        Some((digits, check))
    }

    fn document_number(&self, zone: &[u8]) -> String {
        let digits = self.long_number(zone).map_or_else(|| zone[self.number.clone()].to_vec(), |(digits, _)| digits);
        String::from_utf8_lossy(&digits).trim_end_matches('<').to_owned()
    }
}

/// Part 3 §4.9: digits count themselves, letters 10 to 35, `<` nothing.
fn value(byte: u8) -> Option<u32> {
    match byte {
        b'0'..=b'9' => Some(u32::from(byte - b'0')),
        b'A'..=b'Z' => Some(u32::from(byte - b'A') + 10),
        b'<' => Some(0),
        _ => None,
    }
}

/// Part 3 §4.9: weights 7, 3, 1, modulo 10.
fn fits(field: &[u8], check: u8) -> bool {
    let sum: u32 =
        field.iter().zip([7, 3, 1].iter().cycle()).map(|(byte, weight)| value(*byte).unwrap_or(0) * weight).sum();
    check.is_ascii_digit() && u32::from(check - b'0') == sum % 10
}

/// `YYMMDD`; an unknown day or month is `<<` (part 3 §4.8).
fn date(field: &[u8]) -> Option<MrzDate> {
    let part = |range: Field| match &field[range] {
        b"<<" => Some(None),
        digits if digits.iter().all(u8::is_ascii_digit) => Some(Some((digits[0] - b'0') * 10 + digits[1] - b'0')),
        _ => None,
    };
    let (year, month, day) = (part(0..2)??, part(2..4)?, part(4..6)?);
    let possible = month.is_none_or(|month| (1..=12).contains(&month)) && day.is_none_or(|day| (1..=31).contains(&day));
    possible.then_some(MrzDate { year, month, day })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The specimen of Doc 9303 part 4, Appendix B.
    const PASSPORT: &str = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10";
    /// The specimen of part 5, Appendix A.
    const CARD: &str = "I<UTOD231458907<<<<<<<<<<<<<<<\n7408122F1204159UTO<<<<<<<<<<<6\nERIKSSON<<ANNA<MARIA<<<<<<<<<<";
    /// The specimen of part 6, Appendix B.
    const LARGE: &str = "I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\nD231458907UTO7408122F1204159<<<<<<<6";

    #[test]
    fn the_specimens_of_the_standard_are_read() {
        for (zone, format, number) in [
            (PASSPORT, MrzFormat::Td3, "L898902C3"),
            (CARD, MrzFormat::Td1, "D23145890"),
            (LARGE, MrzFormat::Td2, "D23145890"),
        ] {
            let mrz = Mrz::parse(zone).unwrap();
            assert_eq!((mrz.format, mrz.document_number.as_str(), mrz.issuer.as_str()), (format, number, "UTO"));
            assert_eq!((mrz.surname.as_str(), mrz.given_names.as_str()), ("ERIKSSON", "ANNA MARIA"));
            assert_eq!((mrz.birth.year, mrz.birth.month, mrz.birth.day), (74, Some(8), Some(12)));
            assert_eq!((mrz.expires.year, mrz.sex), (12, Some('F')));
        }
        assert_eq!(Mrz::parse(PASSPORT).unwrap().optional_data, "ZE184226B");
    }

    /// Part 3 §4.9: a misread character is noticed, unless its value differs by a multiple of ten (1 and L, say).
    #[test]
    fn a_misread_character_of_a_checked_field_is_noticed() {
        for (zone, places) in [(PASSPORT, 45..72), (CARD, 5..14), (LARGE, 37..46)] {
            for place in places {
                let mut bytes = zone.as_bytes().to_vec();
                if bytes[place] == b'\n' {
                    continue;
                }
                bytes[place] = if value(bytes[place]).unwrap() % 10 == 1 { b'2' } else { b'1' };
                let misread = String::from_utf8(bytes).unwrap();
                let unchecked = zone == PASSPORT && (55..58).contains(&place);
                assert_eq!(Mrz::parse(&misread).is_ok(), unchecked, "{misread}");
            }
        }
    }

    #[test]
    fn a_long_number_of_a_card_goes_on_in_the_optional_data() {
        let body = "D23145890<7349<<<<<<<<<<<";
        let mut digits = b"D23145890734".to_vec();
        let check = (b'0'..=b'9').find(|digit| fits(&digits, *digit)).unwrap();
        digits.push(check);
        let first = format!("I<UTO{}", body.replace("7349", &format!("734{}", char::from(check))));
        let middle = "7408122F1204159UTO<<<<<<<<<<<";
        let composite =
            [&first.as_bytes()[5..30], &middle.as_bytes()[..7], &middle.as_bytes()[8..15], &middle.as_bytes()[18..29]];
        let last = (b'0'..=b'9').find(|digit| fits(&composite.concat(), *digit)).unwrap();
        let zone = format!("{first}{middle}{}ERIKSSON<<ANNA<MARIA<<<<<<<<<<", char::from(last));
        assert_eq!(Mrz::parse(&zone).unwrap().document_number, "D23145890734");
    }

    #[test]
    fn what_is_no_zone_is_refused_and_says_why() {
        assert_eq!(Mrz::parse("P<UTO"), Err(MrzError::Length(5)));
        assert_eq!(Mrz::parse(&PASSPORT.to_lowercase()), Err(MrzError::Character(0)));
        assert_eq!(Mrz::parse(&"<".repeat(88)), Err(MrzError::CheckDigit(Checked::DocumentNumber)));
        assert_eq!(Mrz::parse(&"é".repeat(44)), Err(MrzError::Character(0)));
        assert!(!format!("{:?}", Mrz::parse(PASSPORT).unwrap()).contains("ANNA"));
    }

    #[test]
    fn an_unknown_day_or_month_is_allowed_and_an_impossible_one_is_not() {
        assert!(date(b"74<<<<").is_some_and(|date| date.month.is_none() && date.day.is_none()));
        assert!(date(b"741399").is_none() && date(b"740800").is_none() && date(b"<<0812").is_none());
    }
}
