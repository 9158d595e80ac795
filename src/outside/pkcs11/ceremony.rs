//! Making root keys in a token, and moving those of a file into one.

use super::error::TokenError;
use super::object::{self, Realm};
use super::token::{Access, Token, TokenPlace};
use crate::keys::HeldKey;
use cryptoki::mechanism::Mechanism;
use cryptoki::object::{Attribute, KeyType, ObjectClass};
use cryptoki::session::Session;
use zeroize::Zeroize;

/// A read-write session. What is there is never touched.
pub struct Ceremony {
    session: Session,
    realm: Realm,
}

impl Ceremony {
    /// # Errors
    /// The module or the token is not there, or the PIN is refused.
    pub fn begin(place: &TokenPlace, realm: Realm) -> Result<Self, TokenError> {
        let session = Token::load(place)?.session(Access::Make)?;
        Ok(Self { session, realm })
    }

    /// The keys that are there.
    ///
    /// # Errors
    /// The token does not answer, or has a key that could leave it.
    pub fn held(&self) -> Result<Vec<HeldKey>, TokenError> {
        Ok(object::find(&self.session, self.realm)?.into_keys().collect())
    }

    /// Has the token make a key, which never was anywhere else.
    ///
    /// # Errors
    /// The token refuses.
    pub fn make(&self, key: HeldKey) -> Result<(), TokenError> {
        let mut template = object::template(&self.realm.label(key));
        template.extend([Attribute::KeyType(KeyType::GENERIC_SECRET), Attribute::ValueLen(object::LENGTH)]);
        self.session.generate_key(&Mechanism::GenericSecretKeyGen, &template)?;
        Ok(())
    }

    /// Puts a key into the token, which does not give it back.
    ///
    /// # Errors
    /// The token refuses.
    pub fn import(&self, key: HeldKey, bytes: &[u8; 32]) -> Result<(), TokenError> {
        let mut template = object::template(&self.realm.label(key));
        template.extend([Attribute::Class(ObjectClass::SECRET_KEY), Attribute::KeyType(KeyType::GENERIC_SECRET)]);
        template.push(Attribute::Value(bytes.to_vec()));
        let made = self.session.create_object(&template);
        if let Some(Attribute::Value(copy)) = template.last_mut() {
            copy.zeroize();
        }
        made?;
        Ok(())
    }
}
