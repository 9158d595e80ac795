//! Whom a document of the sandbox's is made for, as far as its files say it.

use super::papers::checked;
use super::pinyin::zone_name;
use crate::document::{Digest, DocumentKind, Sex};
use crate::sandbox::newcomer::Newcomer;
use crate::sandbox::registry::Persona;

/// One holder.
#[derive(Clone, Debug)]
pub struct Holder {
    /// The word for them on the command line; their picture carries it, and the face service's twin tells people by it.
    pub key: String,
    /// In their own script, or in Latin letters where they have no other.
    pub name: String,
    /// As a zone has it: `LIN<<ANRAN`.
    pub(super) zone_name: String,
    pub sex: Sex,
    /// On a card that says it: a permanent resident's.
    pub(super) nationality: &'static str,
    /// `YYYY-MM-DD`.
    pub birthdate: String,
    /// What a citizen who lives here has whatever the document.
    pub resident_number: Option<String>,
}

impl Holder {
    /// In a sandbox that was made in `year`.
    pub fn of_persona(persona: &Persona, year: i32) -> Self {
        let identity = persona.identity(year);
        // GB 11643: the seventeenth digit is odd for men.
        let odd = identity.document_number.as_bytes().get(16).is_some_and(|digit| digit & 1 == 1);
        Self {
            key: persona.key.to_string(),
            zone_name: zone_name(&identity.name),
            name: identity.name,
            sex: if odd { Sex::Male } else { Sex::Female },
            nationality: "UTO",
            birthdate: identity.birthdate,
            resident_number: Some(identity.document_number),
        }
    }

    pub fn of_newcomer(newcomer: &Newcomer) -> Self {
        let (family, given) = newcomer.latin;
        let resident = newcomer.documents.iter().find(|document| document.kind == DocumentKind::ResidentIdentityCard);
        Self {
            key: newcomer.key.to_owned(),
            zone_name: format!("{family}<<{given}").replace(' ', "<"),
            name: newcomer.name.to_owned(),
            sex: newcomer.sex,
            nationality: newcomer.nationality,
            birthdate: newcomer.birthdate.clone(),
            resident_number: resident.map(|document| document.number.clone()),
        }
    }

    /// A number that keeps the rule of its kind, always the same for the same holder.
    pub(super) fn number_of(&self, kind: DocumentKind) -> String {
        let hash = Digest::Sha256.hash(format!("{kind:?} {}", self.key).as_bytes());
        let hash = hash.iter().take(8).fold(0u64, |number, byte| number << 8 | u64::from(*byte));
        let digits = hash % 100_000_000;
        match kind {
            DocumentKind::HongKongMacaoPermit => format!("H{digits:08}"),
            DocumentKind::TaiwanPermit => format!("{digits:08}"),
            DocumentKind::ForeignPermanentResidentCard => {
                let born = &self.birthdate.replace('-', "")[2..];
                checked(&format!("UTO{:04}{born}{}", digits % 10_000, digits % 10))
            }
            _ => format!("E{digits:08}"),
        }
    }
}
