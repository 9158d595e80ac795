//! What a person's document says of them, and their telephone number: the only attributes that are kept (FUNCTIONS 3).
//!
//! Sealed under the person's own key, apart from the handle: a sign-in never opens them. The certificate, the export and the
//! notices do.

use super::PhoneNumber;
use super::application::DocumentData;
use crate::document::DocumentNumber;
use crate::keys::Personal;
use crate::spec::BirthDate;
use serde::{Deserialize, Serialize};
use std::fmt;

/// The attributes of one person. Printed, they show nothing.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attributes {
    /// As the document writes it.
    pub name: String,
    pub birthdate: BirthDate,
    /// Three letters of ISO 3166-1, where the document says it.
    pub nationality: Option<String>,
    /// `F`, `M` or `X`, where the document says it.
    pub sex: Option<String>,
    /// With its kind.
    pub document: DocumentNumber,
    /// `None` until one was proved.
    pub phone_number: Option<PhoneNumber>,
}

impl Attributes {
    /// Those of a document, and the telephone number that was proved beside it.
    pub fn of(data: &DocumentData, phone_number: Option<PhoneNumber>) -> Self {
        Self {
            name: data.name.clone(),
            birthdate: data.birthdate,
            nationality: data.nationality.clone(),
            sex: data.sex.clone(),
            document: data.document.clone(),
            phone_number,
        }
    }

    /// What a later document says. What it does not say, an earlier one said: a voucher, for one, is silent on nationality.
    #[must_use]
    pub fn renewed(self, data: &DocumentData) -> Self {
        let now = Self::of(data, self.phone_number);
        Self { nationality: now.nationality.or(self.nationality), sex: now.sex.or(self.sex), ..now }
    }
}

impl fmt::Debug for Attributes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Attributes([redacted])")
    }
}

impl Personal for Attributes {
    const PURPOSE: &'static str = "attributes";
    /// Nearly everybody's are of the first; a name that fills a chip's is of the second.
    const CLASSES: &'static [usize] = &[256, 1024];
    const LIMIT: usize = 1023;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::DocumentKind;

    fn attributes(name: &str) -> Attributes {
        Attributes {
            name: name.to_owned(),
            birthdate: BirthDate::of(1990, 3, 15).expect("a day"),
            nationality: Some("CHN".into()),
            sex: Some("F".into()),
            document: DocumentNumber::parse(DocumentKind::ResidentIdentityCard, "11010519491231002X")
                .expect("a number"),
            phone_number: PhoneNumber::parse("+8619900001000").ok(),
        }
    }

    /// PROTOCOL 1: "by blob length".
    #[test]
    fn a_long_name_and_a_short_one_are_of_one_length() {
        for name in
            ["林", "阿卜杜热合曼·买买提江·阿布都克里木", "Maria da Conceição Xavier Gonçalves de Albuquerque e Castro"]
        {
            let length = postcard::to_stdvec(&attributes(name)).expect("serialises").len();
            assert!(length < Attributes::CLASSES[0], "{name}: {length}");
        }
    }

    #[test]
    fn printed_attributes_show_nothing() {
        assert_eq!(format!("{:?}", attributes("林安然")), "Attributes([redacted])");
    }
}
