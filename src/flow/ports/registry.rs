//! The population registry that the state already holds. It answers yes or no and an opaque reference; it gives no attribute.

use super::{Asking, IdempotencyKey};
use crate::document::DocumentNumber;
use crate::person::RegistryRef;
use crate::spec::BirthDate;

/// Whether these belong together and to somebody: the document's own data, read and verified before.
#[derive(Clone, Debug)]
pub struct RegistryQuery {
    pub document: DocumentNumber,
    /// As the document has it.
    pub name: HolderName,
    pub birthdate: BirthDate,
}

/// A name in whatever script the document has it. Not shown when printed.
#[derive(Clone, PartialEq, Eq, zeroize::Zeroize, zeroize::ZeroizeOnDrop)]
pub struct HolderName(String);

impl HolderName {
    pub fn new(name: String) -> Self {
        Self(name)
    }

    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for HolderName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("HolderName([redacted])")
    }
}

/// What the registry says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RegistryAnswer {
    /// It is so. The reference is the registry's own pseudonym of the person for us: the same for every document of theirs.
    Yes(RegistryRef),
    No,
    /// There is such a person, and they may not be served now.
    Suspended,
    Deceased,
}

/// PROTOCOL 9.
pub trait PopulationRegistry: Send + Sync {
    fn look_up<'a>(&'a self, query: &'a RegistryQuery, key: IdempotencyKey) -> Asking<'a, RegistryAnswer>;
}
