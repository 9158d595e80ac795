//! What others call a person: the registry's reference, and the telephone. Neither is shown when printed.

use serde::{Deserialize, Serialize};
use std::fmt;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// The registry's own pseudonym of a person, for us alone: opaque, without attributes, the same for every document of theirs
/// (PROTOCOL 9).
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop, Serialize, Deserialize)]
pub struct RegistryRef(String);

impl RegistryRef {
    /// `None` when it is empty or longer than 128 bytes.
    pub fn new(text: String) -> Option<Self> {
        (1..=128).contains(&text.len()).then_some(Self(text))
    }

    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for RegistryRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RegistryRef([redacted])")
    }
}

/// A telephone number in the one form `+` and digits (ITU-T E.164).
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop, Serialize, Deserialize)]
pub struct PhoneNumber(String);

/// Why a text is no telephone number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PhoneNumberError {
    #[error("a telephone number has digits, and perhaps a plus sign before them")]
    Character,
    #[error("a telephone number has 7 to 15 digits with the country's, or 11 of China's mainland without")]
    Length,
}

impl PhoneNumber {
    /// Reads what a person typed. Eleven digits that begin with 1 are a mobile number of the mainland.
    ///
    /// # Errors
    /// As [`PhoneNumberError`].
    pub fn parse(typed: &str) -> Result<Self, PhoneNumberError> {
        let bare: String = typed.chars().filter(|c| !c.is_whitespace() && !matches!(c, '-' | '(' | ')')).collect();
        let (plus, digits) = match bare.strip_prefix('+').or_else(|| bare.strip_prefix("00")) {
            Some(digits) => (true, digits),
            None => (false, bare.as_str()),
        };
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(PhoneNumberError::Character);
        }
        match (plus, digits.len()) {
            (true, 7..=15) if !digits.starts_with('0') => Ok(Self(format!("+{digits}"))),
            (false, 11) if digits.starts_with('1') => Ok(Self(format!("+86{digits}"))),
            _ => Err(PhoneNumberError::Length),
        }
    }

    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The last four digits, for the person's own eyes.
    pub fn masked(&self) -> String {
        format!("•••• {}", &self.0[self.0.len().saturating_sub(4)..])
    }
}

impl fmt::Debug for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PhoneNumber([redacted])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_telephone_number_is_read_however_it_is_written() {
        for typed in ["+86 199 0000 1000", "199-0000-1000", "0086 19900001000", "(199) 0000 1000"] {
            assert_eq!(PhoneNumber::parse(typed).map(|number| number.expose().to_owned()), Ok("+8619900001000".into()));
        }
        assert_eq!(PhoneNumber::parse("+44 20 7946 0958").map(|number| number.masked()), Ok("•••• 0958".into()));
    }

    #[test]
    fn what_is_none_is_refused_by_its_rule() {
        for (typed, rule) in [
            ("", PhoneNumberError::Character),
            ("call me", PhoneNumberError::Character),
            ("12345", PhoneNumberError::Length),
            ("29900001000", PhoneNumberError::Length),
            ("+0123456789", PhoneNumberError::Length),
            ("+1234567890123456", PhoneNumberError::Length),
        ] {
            assert_eq!(PhoneNumber::parse(typed), Err(rule), "{typed}");
        }
    }

    #[test]
    fn printed_they_show_nothing() {
        let number = PhoneNumber::parse("19900001000").expect("a number");
        let reference = RegistryRef::new("r-17".into()).expect("a reference");
        assert_eq!(format!("{number:?}{reference:?}"), "PhoneNumber([redacted])RegistryRef([redacted])");
    }
}
