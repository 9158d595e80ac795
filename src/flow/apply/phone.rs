//! The telephone: a code of ours in a text message. Whoever types it back holds the telephone.

use super::bounds::Bound;
use super::{Image, Refused, Service, hold, log, note, ports};
use crate::flow::Provider;
use crate::flow::ports::{IdempotencyKey, Sending};
use crate::person::PhoneNumber;
use crate::person::application::{End, Heard, Message};
use crate::store::applications::{self, ApplicationRow};
use rand::CryptoRng;
use zeroize::Zeroizing;

/// Sends a code to the number as typed. `compose` puts it into a sentence in the person's language.
///
/// The message is counted before it is sent, for this application and for this telephone, and given back when it never left.
///
/// # Errors
/// As [`Refused`].
pub async fn send(
    provider: &Provider,
    cookie: Option<&str>,
    typed: &str,
    compose: impl Fn(&str) -> String,
) -> Result<(), Refused> {
    let held = hold(provider, cookie).await?;
    let phone = match PhoneNumber::parse(typed) {
        Ok(phone) => phone,
        Err(error) => return log(Refused::PhoneNumber(error)),
    };
    let port = ports(provider)?.phone.clone();
    let now = provider.now();
    let code = digits(&mut *provider.rng());
    let calling = held.application.clone().call(phone.clone(), Message::new(code, now))?;
    if held.application.messages_left() == 0 {
        return held.end(provider, End::MessagesSpent).await;
    }
    let row = held.after(provider, &calling, Image::Stays)?;
    let (bound, put) = (Bound::message(provider, &phone), row.clone());
    let counted = provider.store.write(move |tx| match bound.draw(tx, now)? {
        true => applications::step(tx, &put).map(Some),
        false => Ok(None),
    });
    match counted.await? {
        Some(true) => note(&calling),
        Some(false) => return Err(Refused::Stale),
        None => return log(Refused::PhoneSpent),
    }
    let held = super::Held { row: ApplicationRow { version: row.version + 1, ..row }, application: calling };

    let text = Zeroizing::new(compose(&code.map(char::from).iter().collect::<String>()));
    let key = IdempotencyKey::random(&mut *provider.rng());
    let refused = match port.send(&phone, &text, key).await {
        Ok(Sending::Accepted) => return Ok(()),
        Ok(Sending::NoSuchNumber) => Refused::NoSuchNumber,
        Err(error) => Refused::NoAnswer { service: Service::Phone, error },
    };
    // A number that does not exist is counted: else anybody could ask the gateway for all numbers which of them do.
    let back = matches!(refused, Refused::NoAnswer { .. });
    let application = held.application.clone();
    let next = if back { application.not_sent()? } else { application.call_off()? };
    let row = held.after(provider, &next, Image::Stays)?;
    let given_back = provider.store.write(move |tx| {
        if back {
            bound.give_back(tx, now)?;
        }
        applications::step(tx, &row)
    });
    given_back.await?;
    log(refused)
}

/// Judges the code that was typed back.
///
/// # Errors
/// As [`Refused`].
pub async fn hear(provider: &Provider, cookie: Option<&str>, typed: &str) -> Result<(), Refused> {
    let held = hold(provider, cookie).await?;
    let (next, heard) = held.application.clone().hear(typed, provider.now())?;
    held.step(provider, next, Image::Stays).await?;
    match heard {
        Heard::Right => Ok(()),
        Heard::Wrong { left } => log(Refused::PhoneCode { left }),
        Heard::Spent => log(Refused::PhoneCodeSpent),
        Heard::Expired => log(Refused::PhoneCodeExpired),
    }
}

/// Back to asking for a number: another one, or another message to the same.
///
/// # Errors
/// As [`Refused`].
pub async fn another_number(provider: &Provider, cookie: Option<&str>) -> Result<(), Refused> {
    let held = hold(provider, cookie).await?;
    let next = held.application.clone().call_off()?;
    held.step(provider, next, Image::Stays).await.map(drop)
}

/// Six digits, each as likely as every other.
fn digits(rng: &mut dyn CryptoRng) -> [u8; 6] {
    [(); 6].map(|()| {
        // 250 is the largest multiple of ten in a byte: above it, digits would not be equally likely.
        loop {
            let mut byte = [0];
            rng.fill_bytes(&mut byte);
            if byte[0] < 250 {
                return b'0' + byte[0] % 10;
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{SeedableRng, rngs::StdRng};

    #[test]
    fn every_digit_is_as_likely_as_every_other() {
        let mut rng = StdRng::seed_from_u64(1);
        let mut seen = [0_u32; 10];
        for _ in 0..2_000 {
            for digit in digits(&mut rng) {
                seen[usize::from(digit - b'0')] += 1;
            }
        }
        assert!(seen.iter().all(|count| (1_000..1_400).contains(count)), "{seen:?}");
    }
}
