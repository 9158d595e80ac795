//! Sealed values and cookies: nothing opens that was not sealed, and then only as what it was sealed as.

use super::text;
use data_encoding::BASE64URL_NOPAD;
use hufu::authn::StoredPasskey;
use hufu::authn::{
    BrowserSecret, ClientList, CodeSource, Envelope, Interaction, KnownBrowser, Letter, LogoutReturn, SessionCookie,
    SessionSecrets,
};
use hufu::code::CodePayload;
use hufu::keys::{FileKeys, Keys, PersonKey, Sealable};
use hufu::person::{Attributes, PersonSecrets};
use hufu::spec::{IssuerUrl, Params};
use hufu::token::{AccessTokenPayload, FamilyState, RefreshTokenPayload};
use rand::SeedableRng;
use rand::rngs::StdRng;
use std::sync::LazyLock;

/// The keys that sealed the examples.
pub static KEYS: LazyLock<Keys> = LazyLock::new(|| {
    let ring = FileKeys::parse(include_str!("../corpus/key_ring/sandbox.toml")).expect("a ring");
    Keys::new(ring, IssuerUrl::new("https://hufu.example".into()).expect("a constant URL")).expect("keys")
});

/// A person's key.
static NOBODYS: LazyLock<PersonKey> = LazyLock::new(|| PersonKey::random(&mut StdRng::seed_from_u64(1)));

/// Everything that was ever sealed with [`KEYS`], each with its purpose.
const SEALED: [(&str, &str); 3] = [
    (Interaction::PURPOSE, include_str!("../corpus/sealed/interaction")),
    (KnownBrowser::PURPOSE, include_str!("../corpus/sealed/known_browser")),
    (ClientList::PURPOSE, include_str!("../corpus/sealed/client_list")),
];

/// Opens `value` as a `T`, which it may be only if it was sealed as one.
fn opened<T: Sealable>(value: &str) -> Option<T> {
    let opened = KEYS.open::<T>(value).ok()?;
    assert!(SEALED.contains(&(T::PURPOSE, value)), "{} opened that was never sealed: {value}", T::PURPOSE);
    Some(opened)
}

/// How many kinds of value `value` opens as.
fn open_as_any(value: &str) -> usize {
    [
        opened::<Interaction>(value).map(|interaction| drop(Params::parse(interaction.params().as_bytes()))),
        opened::<KnownBrowser>(value).map(drop),
        opened::<ClientList>(value).map(drop),
        opened::<Envelope>(value).map(drop),
        opened::<LogoutReturn>(value).map(drop),
        opened::<CodeSource>(value).map(drop),
        opened::<StoredPasskey>(value).map(drop),
        opened::<SessionSecrets>(value).map(drop),
        opened::<CodePayload>(value).map(drop),
        opened::<AccessTokenPayload>(value).map(drop),
        opened::<RefreshTokenPayload>(value).map(drop),
        opened::<FamilyState>(value).map(drop),
    ]
    .into_iter()
    .flatten()
    .count()
}

/// Arbitrary text.
pub fn sealed(data: &[u8]) {
    let value = text(data);
    let was_sealed = SEALED.iter().any(|(_, known)| *known == value);
    assert_eq!(open_as_any(&value), usize::from(was_sealed));
    // The same as bytes of a row, which need not be base64; under a person's key nothing was sealed here.
    assert!(KEYS.open_bytes::<CodeSource>(data).is_err());
    assert!(KEYS.open_person_key(&NOBODYS.id(), data).is_err());
    assert!(KEYS.open_for::<PersonSecrets>(&NOBODYS, data).is_err());
    assert!(KEYS.open_for::<Attributes>(&NOBODYS, data).is_err());
    assert!(KEYS.open_for::<Letter>(&NOBODYS, data).is_err());
}

/// A value that was sealed, with the bytes of the input laid over it: any change at all closes it.
pub fn tampered(data: &[u8]) {
    let Some((which, changes)) = data.split_first() else { return };
    let (_, sealed) = SEALED[usize::from(*which) % SEALED.len()];
    let mut bytes = BASE64URL_NOPAD.decode(sealed.as_bytes()).expect("base64url");
    let before = bytes.clone();
    for (place, change) in changes.iter().enumerate() {
        match bytes.get_mut(place) {
            Some(byte) => *byte ^= change,
            None => bytes.push(*change),
        }
    }
    let value = BASE64URL_NOPAD.encode(&bytes);
    assert_eq!(open_as_any(&value), usize::from(bytes == before));
}

/// A cookie that is ours has one form.
pub fn cookies(data: &[u8]) {
    let value = text(data);
    if let Some(cookie) = SessionCookie::parse(&value) {
        assert_eq!(cookie.expose(), value);
    }
    if let Some(secret) = BrowserSecret::parse(&value) {
        assert_eq!(secret.expose(), value);
        assert!(secret.csrf("form").matches(&secret.csrf("form").to_text()));
        assert!(!secret.csrf("form").matches(&value) && !secret.csrf("form").matches(&secret.csrf("x").to_text()));
    }
    let _ = opened::<KnownBrowser>(&value);
}
