//! What a zone and DG11 together say of the holder and the document: its kind, a birth date with its century, a name.

use super::lds::HolderDetails;
use super::mrz::{Mrz, MrzDate, MrzFormat};
use super::number::{DocumentKind, DocumentNumber, NumberError};
use super::refused::DocumentRefused;
use time::{Date, Month};

/// Cards that have a chip of ICAO's. The resident identity card and the residence permit have another kind and a port of their own.
const CARDS: [DocumentKind; 3] =
    [DocumentKind::HongKongMacaoPermit, DocumentKind::TaiwanPermit, DocumentKind::ForeignPermanentResidentCard];

/// The kind and its number. A passport says what it is; the codes on cards have varied from print to print, while no number keeps
/// the rules of two kinds, so a card's number tells its kind.
pub(super) fn kind_and_number(zone: &Mrz) -> Result<DocumentNumber, DocumentRefused> {
    let number = |kind| DocumentNumber::parse(kind, &zone.document_number);
    match (zone.format, zone.document_code.as_bytes()) {
        (MrzFormat::Td3, [b'P', ..]) => number(DocumentKind::Passport).map_err(DocumentRefused::Number),
        (MrzFormat::Td1, [b'C' | b'I', ..]) => {
            let outcomes = CARDS.map(number);
            // One that has the form and breaks a deeper rule tells more than those of another form.
            let deeper =
                outcomes.iter().filter_map(|outcome| outcome.as_ref().err()).find(|error| **error != NumberError::Form);
            let error = *deeper.unwrap_or(&NumberError::Form);
            outcomes.into_iter().find_map(Result::ok).ok_or(DocumentRefused::Number(error))
        }
        _ => Err(DocumentRefused::Kind { code: zone.document_code.clone() }),
    }
}

/// The whole birth date. DG11 has the century; a zone alone means the last such day that is not ahead.
pub(super) fn birth_date(zone: &Mrz, details: &HolderDetails, today: Date) -> Result<Date, DocumentRefused> {
    let this_century = date(2000, zone.birth).ok_or(DocumentRefused::BirthDate)?;
    let by_zone = if this_century <= today { Some(this_century) } else { date(1900, zone.birth) };
    let born = match details.birth_date.as_deref() {
        None => by_zone.ok_or(DocumentRefused::BirthDate)?,
        Some(digits) => {
            let number = |range: std::ops::Range<usize>| digits.get(range).and_then(|part| part.parse::<u16>().ok());
            let whole = || {
                let month = Month::try_from(u8::try_from(number(4..6)?).ok()?).ok()?;
                Date::from_calendar_date(number(0..4)?.into(), month, u8::try_from(number(6..8)?).ok()?).ok()
            };
            whole().ok_or(DocumentRefused::BirthDate)?
        }
    };
    let as_in_zone =
        MrzDate { year: born.year().rem_euclid(100) as u8, month: Some(born.month().into()), day: Some(born.day()) };
    match () {
        () if as_in_zone != zone.birth => Err(DocumentRefused::BirthDatesDiffer),
        () if born > today => Err(DocumentRefused::BirthDate),
        () => Ok(born),
    }
}

/// The last day of validity: no document is made for a century, so it is in this one.
pub(super) fn expiry_date(zone: &Mrz) -> Result<Date, DocumentRefused> {
    let zone_broken = || DocumentRefused::File {
        file: super::reader::ChipFile::Dg1,
        error: super::mrz::MrzError::Date(super::mrz::Checked::ExpiryDate).into(),
    };
    date(2000, zone.expires).ok_or_else(zone_broken)
}

fn date(century: i32, date: MrzDate) -> Option<Date> {
    let month = Month::try_from(date.month?).ok()?;
    Date::from_calendar_date(century + i32::from(date.year), month, date.day?).ok()
}

/// In the document's own script where DG11 has it, else as in the zone.
pub(super) fn full_name(zone: &Mrz, details: &HolderDetails) -> String {
    details.full_name.clone().unwrap_or_else(|| format!("{} {}", zone.surname, zone.given_names).trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TODAY: Date = match Date::from_calendar_date(2026, Month::November, 28) {
        Ok(date) => date,
        Err(_) => panic!("a day that exists"),
    };

    fn zone(format: MrzFormat, code: &str, number: &str, birth: (u8, u8, u8)) -> Mrz {
        let specimen = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<L898902C36UTO7408122F1204159ZE184226B<<<<<10";
        let mut zone = Mrz::parse(specimen).unwrap();
        zone.format = format;
        zone.document_code = code.to_owned();
        zone.document_number = number.to_owned();
        zone.birth = MrzDate { year: birth.0, month: Some(birth.1), day: Some(birth.2) };
        zone
    }

    #[test]
    fn a_cards_number_tells_its_kind() {
        use DocumentKind as Kind;
        for (format, code, number, kind) in [
            (MrzFormat::Td3, "P", "E12345678", Kind::Passport),
            (MrzFormat::Td3, "PO", "EA1234567", Kind::Passport),
            (MrzFormat::Td1, "CR", "H12345678", Kind::HongKongMacaoPermit),
            (MrzFormat::Td1, "C", "M12345678", Kind::HongKongMacaoPermit),
            (MrzFormat::Td1, "CT", "12345678", Kind::TaiwanPermit),
        ] {
            let found = kind_and_number(&zone(format, code, number, (74, 8, 12)));
            assert_eq!(found.unwrap().kind(), kind, "{number}");
        }
        let refused = |format, code, number| kind_and_number(&zone(format, code, number, (74, 8, 12))).unwrap_err();
        assert_eq!(refused(MrzFormat::Td3, "P", "12345678"), DocumentRefused::Number(NumberError::Form));
        assert_eq!(refused(MrzFormat::Td1, "I", "X1"), DocumentRefused::Number(NumberError::Form));
        assert_eq!(
            refused(MrzFormat::Td1, "I", "AUS110074081201"),
            DocumentRefused::Number(NumberError::CheckCharacter)
        );
        assert_eq!(refused(MrzFormat::Td3, "V", "E12345678"), DocumentRefused::Kind { code: "V".into() });
        assert_eq!(refused(MrzFormat::Td2, "I", "E12345678"), DocumentRefused::Kind { code: "I".into() });
    }

    /// Part 3 §4.8: a zone has no century.
    #[test]
    fn a_birth_date_has_the_century_of_dg11_or_the_last_that_is_possible() {
        let of = |birth, dg11: Option<&str>| {
            let mut details = HolderDetails::default();
            details.birth_date = dg11.map(str::to_owned);
            birth_date(&zone(MrzFormat::Td3, "P", "E12345678", birth), &details, TODAY).map(|date| date.to_string())
        };
        assert_eq!(of((74, 8, 12), None).unwrap(), "1974-08-12");
        assert_eq!(of((26, 11, 28), None).unwrap(), "2026-11-28", "today");
        assert_eq!(of((26, 11, 29), None).unwrap(), "1926-11-29");
        assert_eq!(of((10, 1, 1), Some("19100101")).unwrap(), "1910-01-01", "116 years old");
        assert_eq!(of((10, 1, 1), Some("20100102")), Err(DocumentRefused::BirthDatesDiffer));
        assert_eq!(of((10, 1, 1), Some("2010")), Err(DocumentRefused::BirthDate));
        assert_eq!(of((27, 1, 1), Some("20270101")), Err(DocumentRefused::BirthDate), "ahead");
        assert_eq!(of((25, 2, 29), None), Err(DocumentRefused::BirthDate), "no such day");
    }
}
