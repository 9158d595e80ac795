//! The gateway of text messages and the one of notices over HTTP: docs/ports/phone.md, docs/ports/notification.md.

use super::line::Line;
use crate::flow::ports::{Asking, IdempotencyKey, Notice, Notification, PhoneVerification, PortError, Sending};
use crate::person::PhoneNumber;
use serde::{Deserialize, Serialize};

pub(super) struct HttpPhone(pub Line);

pub(super) struct HttpNotification(pub Line);

#[derive(Serialize)]
struct Message<'a> {
    to: &'a str,
    text: &'a str,
}

#[derive(Deserialize)]
struct Sent {
    result: Outcome,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Outcome {
    Accepted,
    NoSuchNumber,
}

#[derive(Deserialize)]
struct Noticed {
    #[expect(dead_code, reason = "only its form is looked at")]
    result: Accepted,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Accepted {
    Accepted,
}

impl HttpPhone {
    async fn asked(&self, to: &PhoneNumber, text: &str, key: IdempotencyKey) -> Result<Sending, PortError> {
        let sent: Sent = self.0.ask(&["messages"], key, &Message { to: to.expose(), text }).await?;
        Ok(match sent.result {
            Outcome::Accepted => Sending::Accepted,
            Outcome::NoSuchNumber => Sending::NoSuchNumber,
        })
    }
}

impl PhoneVerification for HttpPhone {
    fn send<'a>(&'a self, to: &'a PhoneNumber, text: &'a str, key: IdempotencyKey) -> Asking<'a, Sending> {
        Box::pin(self.asked(to, text, key))
    }
}

impl HttpNotification {
    async fn asked(&self, to: &PhoneNumber, text: &str, key: IdempotencyKey) -> Result<(), PortError> {
        self.0.ask::<Noticed>(&["notices"], key, &Message { to: to.expose(), text }).await.map(drop)
    }
}

impl Notification for HttpNotification {
    fn notify<'a>(&'a self, to: &'a PhoneNumber, notice: Notice<'a>, key: IdempotencyKey) -> Asking<'a, ()> {
        Box::pin(self.asked(to, notice.text, key))
    }
}
