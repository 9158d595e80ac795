//! What the registry knows of people is in no file of ours and in no line of the log, however many have applied.

use super::{code, json, text};
use crate::support::applicant::{Applicant, Newcomer, called};
use crate::support::canary::{Search, forms_of};
use crate::support::{Browser, Demo};
use hufu::sandbox::registry::Persona;
use std::sync::Arc;
use tempfile::TempDir;

const PIN: &str = "39475102";
const CROWD: usize = 3000;

fn officers_see(demo: &Demo, newcomer: &Newcomer) {
    let document = &newcomer.documents[0];
    let seen = ["--document-kind", &document.kind, "--document-number", &document.number];
    let holder = ["--name", &newcomer.name, "--birthdate", &newcomer.birthdate];
    let issued = demo.hufu(&[&["voucher", "issue", "--officer", "Li Wei", "--json"][..], &seen, &holder].concat());
    assert_eq!(code(&issued), 0, "{}", text(&issued.stderr));
}

/// FUNCTIONS 4: "a dump of our database after thousands of applications has no name, number, birth date or phone in clear".
/// FUNCTIONS 23: "canary identity strings never appear in any log". Here the dump is every byte of every file, the log is that of
/// the lowest level, and the applications stand at every step there is.
#[tokio::test]
async fn after_thousands_of_applications_no_file_and_no_log_holds_what_the_registry_knows() {
    let data = TempDir::new().expect("a directory");
    let demo = Arc::new(Demo::start_with(data, &["--log", "debug"]));
    let (_, done, _) = Applicant::applied(&demo, "xu", PIN).await;
    let number = done.text("whole-number").expect("a number");
    let (mut half, page) = Applicant::before_the_camera(&demo, "yu18").await;
    let page = half.show_face(&page, "holder").await;
    assert_eq!(called(&half.show_phone(&page).await), "apply-pin");
    let stopped = Applicant::before_the_camera(&demo, "tang").await;
    for key in ["bai7", "song16", "fang", "gu", "mu"] {
        let (mut refused, page) = Applicant::begin(&demo, key).await;
        assert_eq!(called(&refused.show_document(&page).await), "apply-over");
    }
    officers_see(&demo, &Newcomer::of(&demo, "lau"));
    let made = json(&demo.hufu(&["persona", "add", "--count", &CROWD.to_string(), "--json"]));
    assert_eq!(made["count"], CROWD, "{made}");
    let shown = json(&demo.hufu(&["persona", "show", "crowd-777", "--json"]));
    // One of the crowd signs in, and the log has something to say about them.
    let one: crate::support::Persona = serde_json::from_value(shown).expect("a persona");
    Browser::of(&demo, &one).await;

    let mut known = Vec::new();
    for key in ["xu", "yu18", "tang", "bai7", "song16", "fang", "gu", "mu", "lau"] {
        let Newcomer { name, birthdate, phone, documents, .. } = Newcomer::of(&demo, key);
        known.extend(forms_of([&name, &birthdate, &documents[0].number, &phone]));
    }
    for persona in &demo.personas {
        known.extend(forms_of([&persona.name, &persona.birthdate, &persona.document_number, &persona.phone]));
    }
    let year: i32 = one.birthdate[..4].parse().expect("a year");
    for nth in 1..=CROWD {
        let of_crowd = Persona::of_crowd(nth).expect("there is room").identity(year);
        known.extend(forms_of([&of_crowd.name, &of_crowd.birthdate, &of_crowd.document_number, &of_crowd.phone]));
    }
    for number in [&number, &one.network_number] {
        known.extend([
            ("number", number.replace('-', "").into_bytes()),
            ("number as typed", number.clone().into_bytes()),
        ]);
    }
    known.push(("PIN", PIN.as_bytes().to_vec()));
    let (search, listed) = (Search::for_all(&known), demo.personas[0].network_number.clone());

    drop((half, stopped));
    let demo = Arc::into_inner(demo).expect("nobody else has it");
    let log = demo.log();
    assert!(log.contains("/apply") && log.contains("/signin/code"), "it logs what happens: {log}");
    assert_eq!(search.found_in(&log), None);
    let (well, data) = demo.stop();
    assert!(well);
    let (mut files, mut found_listed) = (0, false);
    for entry in std::fs::read_dir(data.path()).expect("readable") {
        let path = entry.expect("a file").path();
        let bytes = std::fs::read(&path).expect("readable");
        assert_eq!(search.found_in_bytes(&bytes), None, "{}", path.display());
        found_listed |= Search::for_all(&[("listed", listed.clone().into_bytes())]).found_in_bytes(&bytes).is_some();
        files += 1;
    }
    assert!(
        files >= 4 && found_listed,
        "key ring, store, key store, and sandbox.json, which has what is looked for last"
    );
}
