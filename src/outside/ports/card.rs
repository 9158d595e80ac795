//! The resident card's gateway over HTTP: docs/ports/card.md.

use super::line::Line;
use crate::document::{DocumentKind, DocumentNumber};
use crate::flow::ports::{
    Asking, CardData, CardOutcome, CardTicket, HolderName, IdempotencyKey, PortError, ResidentCard,
};
use crate::spec::{BirthDate, Timestamp};
use serde::{Deserialize, Serialize};
use std::time::Duration;
use time::{Date, Month, Time};
use url::Url;

const DAY: Duration = Duration::from_secs(86_400);

pub(super) struct HttpCard(pub Line);

#[derive(Serialize)]
struct Begin<'a> {
    back: &'a Url,
}

#[derive(Deserialize)]
struct Begun {
    id: String,
    reader: Url,
}

#[derive(Serialize)]
struct Collect {}

#[derive(Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
enum Reading {
    Waiting,
    Read { card: Card },
    Refused,
    Expired,
}

#[derive(Deserialize)]
struct Card {
    kind: Kind,
    number: String,
    name: String,
    birthdate: String,
    /// Must be said, even where it is `null`: a card that is valid for good is rare.
    #[serde(deserialize_with = "Option::deserialize")]
    last_day: Option<String>,
}

/// The residence permit is made like the card, and read by the same readers.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    ResidentIdentityCard,
    ResidencePermit,
}

impl HttpCard {
    async fn begun(&self, back: &Url, key: IdempotencyKey) -> Result<CardTicket, PortError> {
        let begun: Begun = self.0.ask(&["readings"], key, &Begin { back }).await?;
        let named = (1..=64).contains(&begun.id.len()) && begun.id.bytes().all(is_name);
        if !named {
            return Err(PortError::Nonsense("its reading has no name of at most 64 letters and digits"));
        }
        // The person is sent there.
        if !matches!(begun.reader.scheme(), "https" | "http") {
            return Err(PortError::Nonsense("its reader has no web address"));
        }
        Ok(CardTicket { id: begun.id, reader: begun.reader })
    }

    async fn collected(&self, ticket: &CardTicket, key: IdempotencyKey) -> Result<CardOutcome, PortError> {
        Ok(match self.0.ask(&["readings", &ticket.id, "collect"], key, &Collect {}).await? {
            Reading::Waiting => CardOutcome::Waiting,
            Reading::Read { card } => CardOutcome::Read(Box::new(card.understood()?)),
            Reading::Refused => CardOutcome::Refused,
            Reading::Expired => CardOutcome::Expired,
        })
    }
}

impl Card {
    fn understood(self) -> Result<CardData, PortError> {
        let kind = match self.kind {
            Kind::ResidentIdentityCard => DocumentKind::ResidentIdentityCard,
            Kind::ResidencePermit => DocumentKind::ResidencePermit,
        };
        let document =
            DocumentNumber::parse(kind, &self.number).map_err(|_| PortError::Nonsense("the card's number is none"))?;
        let name = self.name.trim();
        if name.is_empty() || name.chars().count() > 100 {
            return Err(PortError::Nonsense("the card's name is empty or longer than 100 characters"));
        }
        let birthdate =
            BirthDate::parse(&self.birthdate).ok_or(PortError::Nonsense("the card's birth date is no day"))?;
        let expires = match self.last_day {
            Some(day) => Some(day_after(&day).ok_or(PortError::Nonsense("the card's last day is no day"))?),
            None => None,
        };
        Ok(CardData { document, name: HolderName::new(name.to_owned()), birthdate, expires })
    }
}

impl ResidentCard for HttpCard {
    fn begin<'a>(&'a self, back: &'a Url, key: IdempotencyKey) -> Asking<'a, CardTicket> {
        Box::pin(self.begun(back, key))
    }

    fn collect<'a>(&'a self, ticket: &'a CardTicket, key: IdempotencyKey) -> Asking<'a, CardOutcome> {
        Box::pin(self.collected(ticket, key))
    }
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
}

/// The first instant after a day in `YYYY-MM-DD`.
fn day_after(day: &str) -> Option<Timestamp> {
    let day = BirthDate::parse(day)?;
    let day = Date::from_calendar_date(day.year.into(), Month::try_from(day.month).ok()?, day.day).ok()?;
    Some(Timestamp::from_unix(day.with_time(Time::MIDNIGHT).assume_utc().unix_timestamp()).plus(DAY))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn card(number: &str, name: &str, birthdate: &str, last_day: Option<&str>) -> Card {
        Card {
            kind: Kind::ResidentIdentityCard,
            number: number.into(),
            name: name.into(),
            birthdate: birthdate.into(),
            last_day: last_day.map(str::to_owned),
        }
    }

    #[test]
    fn a_card_is_valid_through_its_last_day() {
        let read = card("11010519491231002X", "张三", "1949-12-31", Some("2030-02-28")).understood().expect("a card");
        assert_eq!(read.expires, Some(Timestamp::from_unix(1_898_553_600)), "2030-03-01T00:00Z");
        let lasting = card("11010519491231002X", "张三", "1949-12-31", None).understood().expect("a card");
        assert_eq!(lasting.expires, None);
    }

    #[test]
    fn a_card_that_cannot_be_is_no_card() {
        for (wrong, why) in [
            (card("110105194912310021", "张三", "1949-12-31", None), "number"),
            (card("11010519491231002X", " ", "1949-12-31", None), "name"),
            (card("11010519491231002X", &"张".repeat(101), "1949-12-31", None), "name"),
            (card("11010519491231002X", "张三", "1949-12-32", None), "birth date"),
            (card("11010519491231002X", "张三", "1949-12-31", Some("soon")), "last day"),
        ] {
            match wrong.understood() {
                Err(PortError::Nonsense(said)) => assert!(said.contains(why), "{said}"),
                other => panic!("{why}: {other:?}"),
            }
        }
    }

    #[test]
    fn whether_a_card_ever_expires_must_be_said() {
        let json = |last: &str| {
            format!(
                r#"{{"state":"read","card":{{"kind":"residence_permit","number":"1","name":"2","birthdate":"3"{last}}}}}"#
            )
        };
        assert!(serde_json::from_str::<Reading>(&json(r#","last_day":null"#)).is_ok());
        assert!(serde_json::from_str::<Reading>(&json("")).is_err());
    }
}
