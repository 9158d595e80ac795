//! The numbers of the documents that the service knows, each with its own rule. A number that breaks its rule was mistyped
//! or invented; one that keeps it is still only a number.
//!
//! GB 11643-1999 (identity numbers; GB/T 17710, ISO 7064 MOD 11-2), GA/T 704 and the forms that the National Immigration
//! Administration prints. Knows no person: which numbers exist is the registry's to say.

use crate::spec::BirthDate;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::fmt;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// A kind of document with which a person may apply.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum DocumentKind {
    /// 居民身份证.
    ResidentIdentityCard,
    /// 中华人民共和国护照, of a Chinese citizen who lives abroad.
    Passport,
    /// 港澳居民来往内地通行证.
    HongKongMacaoPermit,
    /// 台湾居民来往大陆通行证.
    TaiwanPermit,
    /// 港澳台居民居住证.
    ResidencePermit,
    /// 外国人永久居留身份证.
    ForeignPermanentResidentCard,
}

impl DocumentKind {
    pub const ALL: &[Self] = &[
        Self::ResidentIdentityCard,
        Self::Passport,
        Self::HongKongMacaoPermit,
        Self::TaiwanPermit,
        Self::ResidencePermit,
        Self::ForeignPermanentResidentCard,
    ];

    /// The word for it: on command lines, in digests, in contracts.
    pub const fn word(self) -> &'static str {
        match self {
            Self::ResidentIdentityCard => "resident_identity_card",
            Self::Passport => "passport",
            Self::HongKongMacaoPermit => "hong_kong_macao_permit",
            Self::TaiwanPermit => "taiwan_permit",
            Self::ResidencePermit => "residence_permit",
            Self::ForeignPermanentResidentCard => "foreign_permanent_resident_card",
        }
    }

    /// The kind of that word.
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.word() == word)
    }
}

/// Why a text is no number of that kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NumberError {
    #[error("it has not the form of such a number")]
    Form,
    #[error("its check character does not fit")]
    CheckCharacter,
    #[error("the birth date in it is no date")]
    BirthDate,
    #[error("the place in it is none of such numbers")]
    Place,
}

/// A document's number that keeps its rule. Personal: it is not shown when printed.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct DocumentNumber {
    #[zeroize(skip)]
    kind: DocumentKind,
    number: String,
}

impl DocumentNumber {
    /// Reads what was typed or scanned; spaces and lower case do not matter.
    ///
    /// # Errors
    /// The first part of the rule that it breaks.
    pub fn parse(kind: DocumentKind, text: &str) -> Result<Self, NumberError> {
        let number: String = text.chars().filter(|c| !c.is_whitespace()).map(|c| c.to_ascii_uppercase()).collect();
        if !number.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Err(NumberError::Form);
        }
        match kind {
            DocumentKind::ResidentIdentityCard => citizen(&number, &|place| (11..=65).contains(&place)),
            DocumentKind::ResidencePermit => citizen(&number, &|place| (81..=83).contains(&place)),
            DocumentKind::ForeignPermanentResidentCard => permanent_resident(&number),
            DocumentKind::Passport => form(&number, &["E########", "EA#######", "EB#######", "G########", "D########"])
                .or_else(|_| lettered_passport(&number)),
            DocumentKind::HongKongMacaoPermit => {
                form(&number, &["H########", "M########", "H##########", "M##########"])
            }
            DocumentKind::TaiwanPermit => form(&number, &["########"]),
        }?;
        Ok(Self { kind, number })
    }

    pub fn kind(&self) -> DocumentKind {
        self.kind
    }

    /// The birth date that a citizen's number says; the others say none.
    pub fn birth_date(&self) -> Option<BirthDate> {
        match self.kind {
            DocumentKind::ResidentIdentityCard | DocumentKind::ResidencePermit => {
                let part = |from: usize, to: usize| self.number.get(from..to)?.parse().ok();
                BirthDate::of(part(6, 10)?, u8::try_from(part(10, 12)?).ok()?, u8::try_from(part(12, 14)?).ok()?)
            }
            DocumentKind::Passport
            | DocumentKind::HongKongMacaoPermit
            | DocumentKind::TaiwanPermit
            | DocumentKind::ForeignPermanentResidentCard => None,
        }
    }

    /// The number, in upper case and without spaces.
    pub fn expose(&self) -> &str {
        &self.number
    }
}

impl Serialize for DocumentNumber {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (self.kind, &self.number).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for DocumentNumber {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (kind, number) = <(DocumentKind, String)>::deserialize(deserializer)?;
        Self::parse(kind, &number).map_err(de::Error::custom)
    }
}

impl fmt::Debug for DocumentNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DocumentNumber({:?}, [redacted])", self.kind)
    }
}

/// `#` is a digit, anything else itself.
fn form(number: &str, forms: &[&str]) -> Result<(), NumberError> {
    let fits = |form: &str| {
        form.len() == number.len()
            && form.bytes().zip(number.bytes()).all(|(wanted, found)| match wanted {
                b'#' => found.is_ascii_digit(),
                letter => letter == found,
            })
    };
    if forms.iter().any(|form| fits(form)) { Ok(()) } else { Err(NumberError::Form) }
}

/// Since E99999999 a letter without I and O follows the E: EA0000000 and so on.
fn lettered_passport(number: &str) -> Result<(), NumberError> {
    match number.as_bytes() {
        [b'E', letter, digits @ ..] if letter.is_ascii_uppercase() && !matches!(letter, b'I' | b'O') => {
            if digits.len() == 7 && digits.iter().all(u8::is_ascii_digit) { Ok(()) } else { Err(NumberError::Form) }
        }
        _ => Err(NumberError::Form),
    }
}

/// GB 11643-1999 §3: place of registration, birth date, sequence, check character.
fn citizen(number: &str, place: &dyn Fn(u32) -> bool) -> Result<(), NumberError> {
    check_character(number)?;
    if !place(digits(&number[..2])) {
        return Err(NumberError::Place);
    }
    birth_date(&number[6..14])
}

/// The card of 2023: 18 characters that begin with 9; the one before: three letters of the nationality, twelve digits, whose
/// last checks the rest (weights 7, 3, 1).
fn permanent_resident(number: &str) -> Result<(), NumberError> {
    if number.len() == 18 {
        check_character(number)?;
        return match number.strip_prefix('9') {
            Some(_) => birth_date(&number[6..14]),
            None => Err(NumberError::Place),
        };
    }
    let (state, rest) = number.split_at_checked(3).ok_or(NumberError::Form)?;
    let formed = number.len() == 15
        && state.bytes().all(|byte| byte.is_ascii_uppercase())
        && rest.bytes().all(|byte| byte.is_ascii_digit());
    if !formed {
        return Err(NumberError::Form);
    }
    let value = |byte: u8| if byte.is_ascii_digit() { u32::from(byte - b'0') } else { u32::from(byte - b'A') + 10 };
    let sum: u32 = number[..14].bytes().zip([7, 3, 1].iter().cycle()).map(|(byte, weight)| value(byte) * weight).sum();
    if sum % 10 == digits(&number[14..]) { Ok(()) } else { Err(NumberError::CheckCharacter) }
}

/// ISO 7064 MOD 11-2 over seventeen digits; the character is a digit or X.
fn check_character(number: &str) -> Result<(), NumberError> {
    let bytes = number.as_bytes();
    let formed = bytes.len() == 18
        && bytes[..17].iter().all(u8::is_ascii_digit)
        && (bytes[17].is_ascii_digit() || bytes[17] == b'X');
    if !formed {
        return Err(NumberError::Form);
    }
    let rest = bytes[..17].iter().fold(0, |rest, digit| (rest + u32::from(digit - b'0')) * 2 % 11);
    let wanted = match (12 - rest) % 11 {
        10 => b'X',
        digit => b'0' + digit as u8,
    };
    if bytes[17] == wanted { Ok(()) } else { Err(NumberError::CheckCharacter) }
}

fn birth_date(text: &str) -> Result<(), NumberError> {
    let (year, month, day) = (digits(&text[..4]), digits(&text[4..6]), digits(&text[6..]));
    let month = u8::try_from(month).ok().and_then(|month| time::Month::try_from(month).ok());
    let date = month.and_then(|month| time::Date::from_calendar_date(year as i32, month, day as u8).ok());
    if (1850..2200).contains(&year) && date.is_some() { Ok(()) } else { Err(NumberError::BirthDate) }
}

/// Of a text that holds digits only.
fn digits(text: &str) -> u32 {
    text.bytes().fold(0, |sum, digit| sum * 10 + u32::from(digit.saturating_sub(b'0')))
}

#[cfg(test)]
mod tests {
    use super::*;
    use DocumentKind as Kind;

    fn rule(kind: Kind, text: &str) -> Result<(), NumberError> {
        DocumentNumber::parse(kind, text).map(drop)
    }

    /// GB 11643-1999, Appendix A: the two examples of the standard.
    #[test]
    fn the_examples_of_the_standard_are_right() {
        assert_eq!(rule(Kind::ResidentIdentityCard, "11010519491231002X"), Ok(()));
        assert_eq!(rule(Kind::ResidentIdentityCard, "440524188001010014"), Ok(()));
        assert_eq!(rule(Kind::ResidentIdentityCard, "110105 19491231 002x"), Ok(()), "as people type it");
    }

    /// ISO 7064: every single error and every swap of neighbours is noticed.
    #[test]
    fn every_single_error_and_every_swap_of_neighbours_is_noticed() {
        let right = "11010519491231002X";
        for place in 0..17 {
            for digit in b'0'..=b'9' {
                let mut bytes = right.as_bytes().to_vec();
                if bytes[place] != digit {
                    bytes[place] = digit;
                    let wrong = String::from_utf8(bytes).unwrap();
                    assert!(rule(Kind::ResidentIdentityCard, &wrong).is_err(), "{wrong}");
                }
            }
        }
        for place in 0..16 {
            let mut bytes = right.as_bytes().to_vec();
            bytes.swap(place, place + 1);
            let swapped = String::from_utf8(bytes).unwrap();
            assert_eq!(rule(Kind::ResidentIdentityCard, &swapped).is_ok(), swapped == right, "{swapped}");
        }
    }

    /// With the check character that fits, so that the rule at hand is what refuses.
    fn checked(digits: &str) -> String {
        let whole = |last: char| format!("{digits}{last}");
        "0123456789X".chars().map(whole).find(|number| check_character(number).is_ok()).unwrap()
    }

    #[test]
    fn place_and_birth_date_must_be_possible() {
        assert_eq!(rule(Kind::ResidentIdentityCard, &checked("99010519491231002")), Err(NumberError::Place));
        assert_eq!(rule(Kind::ResidentIdentityCard, &checked("11010519490230002")), Err(NumberError::BirthDate));
        assert_eq!(rule(Kind::ResidentIdentityCard, &checked("11010500000101002")), Err(NumberError::BirthDate));
        assert_eq!(rule(Kind::ResidencePermit, &checked("81000019900101001")), Ok(()));
        assert_eq!(rule(Kind::ResidencePermit, &checked("11010519491231002")), Err(NumberError::Place));
    }

    #[test]
    fn a_citizens_number_says_a_birth_date_and_the_others_say_none() {
        let born =
            |kind, number: &str| DocumentNumber::parse(kind, number).unwrap().birth_date().map(|day| day.expose());
        assert_eq!(born(Kind::ResidentIdentityCard, "11010519491231002X").as_deref(), Some("1949-12-31"));
        assert_eq!(born(Kind::ResidencePermit, &checked("81000019900101001")).as_deref(), Some("1990-01-01"));
        assert_eq!(born(Kind::TaiwanPermit, "12345678"), None);
        assert_eq!(born(Kind::Passport, "E12345678"), None);
    }

    #[test]
    fn each_kind_has_its_own_form() {
        for (kind, good, bad) in [
            (
                Kind::Passport,
                &["E12345678", "EA1234567", "EK1234567", "G12345678"][..],
                &["EI1234567", "X12345678", "E1234567"][..],
            ),
            (Kind::HongKongMacaoPermit, &["H12345678", "M1234567801"], &["T12345678", "H1234567"]),
            (Kind::TaiwanPermit, &["12345678"], &["1234567", "A2345678", "123456789"]),
        ] {
            for number in good {
                assert_eq!(rule(kind, number), Ok(()), "{number}");
            }
            for number in bad {
                assert_eq!(rule(kind, number), Err(NumberError::Form), "{number}");
            }
        }
    }

    #[test]
    fn both_cards_of_permanent_residents_are_known() {
        let old = |last: u32| rule(Kind::ForeignPermanentResidentCard, &format!("USA34019800101{last}"));
        assert_eq!((0..10).filter(|last| old(*last).is_ok()).count(), 1, "one digit fits");
        assert_eq!(rule(Kind::ForeignPermanentResidentCard, &checked("91156019800101001")), Ok(()));
        assert_eq!(rule(Kind::ForeignPermanentResidentCard, &checked("11156019800101001")), Err(NumberError::Place));
    }

    #[test]
    fn every_kind_has_a_word_of_its_own_and_a_number_comes_back() {
        for kind in Kind::ALL {
            assert_eq!(Kind::of_word(kind.word()), Some(*kind));
        }
        let number = DocumentNumber::parse(Kind::Passport, "e12345678").unwrap();
        let bytes = postcard::to_stdvec(&number).unwrap();
        assert_eq!(postcard::from_bytes::<DocumentNumber>(&bytes).unwrap(), number);
    }

    #[test]
    fn no_number_is_shown_when_printed() {
        let number = DocumentNumber::parse(Kind::TaiwanPermit, "12345678").unwrap();
        assert!(!format!("{number:?}").contains("1234"));
        for kind in Kind::ALL {
            assert_eq!(rule(*kind, "１２３４５６７８"), Err(NumberError::Form));
            assert!(rule(*kind, "").is_err());
        }
    }
}
