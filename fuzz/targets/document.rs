//! What a scanner read, or a chip handed over.

use super::text;
use hufu::document::{
    Certificate, Contents, DocumentKind, DocumentNumber, Mrz, SecurityObject, TrustStore, active_authentication_key,
    face, holder_details, security_infos, zone,
};
use hufu::spec::Timestamp;

/// A zone that is read holds no filler where a person would see it, and prints nothing of itself.
pub fn zone_and_number(data: &[u8]) {
    let typed = text(data);
    if let Ok(mrz) = Mrz::parse(&typed) {
        assert!(!mrz.document_number.is_empty() && !mrz.surname.contains('<') && !mrz.given_names.contains('<'));
        assert!(format!("{mrz:?}").len() < 40, "{mrz:?}");
    }
    for kind in DocumentKind::ALL {
        let Ok(number) = DocumentNumber::parse(*kind, &typed) else { continue };
        let again = DocumentNumber::parse(*kind, number.expose()).expect("its own form");
        assert!(again == number && again.kind() == *kind);
    }
}

/// A file that is read is no longer than it was, whatever it says of its length.
pub fn chip_files(data: &[u8]) {
    if let Ok(contents) = Contents::parse(data) {
        assert!(contents.groups.len() <= data.len());
    }
    if let Ok(face) = face(data) {
        assert!(!face.image.is_empty() && face.image.len() < data.len());
    }
    if let Ok(details) = holder_details(data) {
        assert!(details.birth_date.as_ref().is_none_or(|date| date.len() == 8));
    }
    let _ = zone(data);
    assert!(
        [security_infos(data), active_authentication_key(data)].into_iter().flatten().all(|der| der.len() < data.len())
    );
}

/// What nobody trusted signed brings nothing, however well formed it is.
pub fn security_object(data: &[u8]) {
    let now = Timestamp::from_unix(1_790_000_000);
    let mut store = TrustStore::default();
    if let Ok(object) = SecurityObject::verify(data) {
        assert!(store.chain(object.signer(), now).is_err());
    }
    assert!(store.take_master_list(data, now).is_err() && store.take_revocations(data).is_err());
    let Ok(certificate) = Certificate::parse(data) else { return };
    assert!(store.chain(&certificate, now).is_err());
    if store.trust(certificate.clone()).is_ok() {
        assert_eq!(store.trust(certificate), Ok(()));
    }
}
