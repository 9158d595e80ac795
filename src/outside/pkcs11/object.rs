//! A root key as an object of a token: its label, how it is made, and what is refused of one that is there.

use super::error::TokenError;
use crate::keys::{HeldKey, RootKey};
use cryptoki::object::{Attribute, AttributeType, KeyType, ObjectClass, ObjectHandle};
use cryptoki::session::Session;
use cryptoki::types::Ulong;
use std::collections::BTreeMap;

/// Whether the people are real. Keys of the two have other labels, so that neither is ever taken for the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Realm {
    Production,
    Sandbox,
}

impl Realm {
    const fn prefix(self) -> &'static str {
        match self {
            Self::Production => "hufu",
            Self::Sandbox => "hufu-sandbox",
        }
    }

    /// The label of `key`: `hufu/pairwise/1`.
    pub fn label(self, key: HeldKey) -> String {
        format!("{}/{}/{}", self.prefix(), key.root.word(), key.version)
    }

    fn parse(self, label: &str) -> Option<HeldKey> {
        let (root, version) = label.strip_prefix(self.prefix())?.strip_prefix('/')?.split_once('/')?;
        let key = HeldKey { root: RootKey::parse(root)?, version: version.parse().ok()? };
        // `01` and `+1` are versions to the parser and nothing that we ever wrote.
        (self.label(key) == label).then_some(key)
    }
}

/// In bytes.
pub(super) const LENGTH: Ulong = Ulong::new(32);

/// What every root key is told to be when it is made or imported.
pub(super) fn template(label: &str) -> Vec<Attribute> {
    vec![
        Attribute::Token(true),
        Attribute::Private(true),
        Attribute::Sensitive(true),
        Attribute::Extractable(false),
        Attribute::Modifiable(false),
        Attribute::Sign(true),
        Attribute::Verify(false),
        Attribute::Encrypt(false),
        Attribute::Decrypt(false),
        Attribute::Wrap(false),
        Attribute::Unwrap(false),
        Attribute::Derive(false),
        Attribute::Label(label.as_bytes().to_vec()),
        Attribute::Id(label.as_bytes().to_vec()),
    ]
}

/// The keys of `realm` that the session sees, each of which is fit to be used.
pub(super) fn find(session: &Session, realm: Realm) -> Result<BTreeMap<HeldKey, ObjectHandle>, TokenError> {
    let mut found = BTreeMap::new();
    for object in session.find_objects(&[Attribute::Class(ObjectClass::SECRET_KEY), Attribute::Token(true)])? {
        let attributes = session.get_attributes(object, &[AttributeType::Label])?;
        let [Attribute::Label(label)] = attributes.as_slice() else { continue };
        let label = String::from_utf8_lossy(label).into_owned();
        let Some(key) = realm.parse(&label) else { continue };
        judge(&label, &session.get_attributes(object, &JUDGED)?)?;
        if found.insert(key, object).is_some() {
            return Err(TokenError::Twice(label));
        }
    }
    Ok(found)
}

const JUDGED: [AttributeType; 5] = [
    AttributeType::Sensitive,
    AttributeType::Extractable,
    AttributeType::KeyType,
    AttributeType::ValueLen,
    AttributeType::Sign,
];

/// What a token does not say is not believed of it.
fn judge(label: &str, says: &[Attribute]) -> Result<(), TokenError> {
    if !(says.contains(&Attribute::Sensitive(true)) && says.contains(&Attribute::Extractable(false))) {
        return Err(TokenError::Extractable(label.to_owned()));
    }
    let of_ours = [KeyType::GENERIC_SECRET, KeyType::SHA256_HMAC].map(Attribute::KeyType);
    let is_hmac = says.iter().any(|attribute| of_ours.contains(attribute));
    let is_long = says.contains(&Attribute::ValueLen(LENGTH));
    match is_hmac && is_long && says.contains(&Attribute::Sign(true)) {
        true => Ok(()),
        false => Err(TokenError::Unfit(label.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_says_one_key_of_one_realm() {
        let key = HeldKey { root: RootKey::Pairwise, version: 12 };
        assert_eq!(Realm::Production.label(key), "hufu/pairwise/12");
        for realm in [Realm::Production, Realm::Sandbox] {
            assert_eq!(realm.parse(&realm.label(key)), Some(key));
        }
        assert_eq!(Realm::Production.parse(&Realm::Sandbox.label(key)), None);
        assert_eq!(Realm::Sandbox.parse(&Realm::Production.label(key)), None);
        for other in
            ["hufu/pairwise/012", "hufu/pairwise/+12", "hufu/pairwise/", "hufu/pairwise/70000", "hufu/x/1", "hufu"]
        {
            assert_eq!(Realm::Production.parse(other), None, "{other}");
        }
    }

    /// PROTOCOL 12: "non-exportable".
    #[test]
    fn a_key_that_could_leave_or_is_no_hmac_key_is_refused() {
        let good = [
            Attribute::Sensitive(true),
            Attribute::Extractable(false),
            Attribute::KeyType(KeyType::GENERIC_SECRET),
            Attribute::ValueLen(32.into()),
            Attribute::Sign(true),
        ];
        assert_eq!(judge("k", &good), Ok(()));
        let with = |place: usize, attribute: Attribute| {
            let mut says = good.to_vec();
            says[place] = attribute;
            judge("k", &says)
        };
        let (leaves, unfit) = (TokenError::Extractable("k".into()), TokenError::Unfit("k".into()));
        assert_eq!(with(0, Attribute::Sensitive(false)), Err(leaves.clone()));
        assert_eq!(with(1, Attribute::Extractable(true)), Err(leaves.clone()));
        assert_eq!(judge("k", &good[1..]), Err(leaves), "what is not said is not believed");
        assert_eq!(with(2, Attribute::KeyType(KeyType::AES)), Err(unfit.clone()));
        assert_eq!(with(3, Attribute::ValueLen(16.into())), Err(unfit.clone()));
        assert_eq!(with(4, Attribute::Sign(false)), Err(unfit));
        assert_eq!(with(2, Attribute::KeyType(KeyType::SHA256_HMAC)), Ok(()));
    }
}
