//! The key ring, its backup, and what production refuses to start with.

use super::{code, hufu_with, json, text};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use tempfile::TempDir;

const PRODUCTION: [(&str, &str); 4] = [
    ("HUFU_SERVER__ISSUER", "https://id.example"),
    ("HUFU_STORE__URL", "sqlite:hufu.db"),
    ("HUFU_PERSON_KEYS__URL", "sqlite:person-keys.db"),
    ("HUFU_SERVER__LISTEN", "127.0.0.1:0"),
];
const SANDBOX: [(&str, &str); 5] = [
    ("HUFU_MODE", "sandbox"),
    ("HUFU_SERVER__ISSUER", "http://localhost:8080"),
    ("HUFU_STORE__URL", "sqlite:hufu.db"),
    ("HUFU_PERSON_KEYS__URL", "sqlite:person-keys.db"),
    ("HUFU_SERVER__LISTEN", "127.0.0.1:0"),
];

/// A directory with a key ring and a database.
fn installed(settings: &[(&str, &str)]) -> TempDir {
    let dir = tempfile::tempdir().expect("a directory");
    for command in [&["key", "init"][..], &["migrate"]] {
        let output = hufu_with(dir.path(), command, settings);
        assert_eq!(code(&output), 0, "{}", text(&output.stderr));
    }
    dir
}

fn refusal(dir: &Path, settings: &[(&str, &str)]) -> String {
    let output = hufu_with(dir, &["serve"], settings);
    assert_eq!(code(&output), 3, "{}", text(&output.stderr));
    text(&output.stderr).to_owned()
}

#[test]
fn a_key_ring_is_made_once_and_is_its_owners_only() {
    let dir = installed(&PRODUCTION);
    let file = dir.path().join("hufu-keys.toml");
    let before = std::fs::read(&file).expect("there");
    assert_eq!(std::fs::metadata(&file).expect("there").permissions().mode() & 0o777, 0o600);
    assert_eq!(code(&hufu_with(dir.path(), &["key", "init"], &PRODUCTION)), 4);
    assert_eq!(std::fs::read(&file).expect("there"), before);
}

/// PROTOCOL 12: "`doctor` proves that the backup of the pairwise keys restores."
#[test]
fn a_backup_is_proved_to_restore_and_another_ring_is_not() {
    let dir = installed(&PRODUCTION);
    let doctor = hufu_with(dir.path(), &["doctor"], &PRODUCTION);
    assert_eq!(code(&doctor), 1);
    assert!(text(&doctor.stdout).contains("no copy was ever proved"), "{}", text(&doctor.stdout));

    let other = installed(&PRODUCTION);
    let foreign = other.path().join("hufu-keys.toml");
    let wrong = hufu_with(dir.path(), &["key", "backup-check", foreign.to_str().expect("a path")], &PRODUCTION);
    assert_eq!(code(&wrong), 1);
    assert!(text(&wrong.stderr).contains("does not restore"), "{}", text(&wrong.stderr));

    std::fs::copy(dir.path().join("hufu-keys.toml"), dir.path().join("copy.toml")).expect("copied");
    json(&hufu_with(dir.path(), &["key", "backup-check", "copy.toml", "--json"], &PRODUCTION));
    let doctor = hufu_with(dir.path(), &["doctor"], &PRODUCTION);
    assert_eq!(code(&doctor), 0, "{}", text(&doctor.stdout));
}

/// PROTOCOL 12, 13, 21: whatever is missing of the ring's history or future is missed one day, and `doctor` asks for a new
/// proof as soon as the ring is another.
#[test]
fn a_backup_that_lacks_an_epoch_a_pepper_or_an_encryption_key_does_not_restore() {
    let dir = installed(&PRODUCTION);
    let (ring, copy) = (dir.path().join("hufu-keys.toml"), dir.path().join("copy.toml"));
    let run = |words: &[&str]| hufu_with(dir.path(), words, &PRODUCTION);
    let mut grown = std::fs::read_to_string(&ring).expect("there");
    for (nth, (section, number)) in [
        ("pairwise", "epoch"),
        ("pepper", "version"),
        ("unique", "version"),
        ("document", "version"),
        ("encryption", "id"),
    ]
    .into_iter()
    .enumerate()
    {
        std::fs::write(&copy, &grown).expect("written");
        assert_eq!(code(&run(&["key", "backup-check", "copy.toml"])), 0);
        assert_eq!(code(&run(&["doctor"])), 0);

        let byte = u8::try_from(nth).expect("small");
        let key = data_encoding::BASE64.encode(&[byte; 32]);
        grown.push_str(&format!("[[{section}]]\n{number} = 2\nkey = \"{key}\"\n"));
        std::fs::write(&ring, &grown).expect("written");
        let doctor = run(&["doctor"]);
        assert_eq!(code(&doctor), 1);
        assert!(text(&doctor.stdout).contains("the key ring has changed"), "{}", text(&doctor.stdout));
        let check = run(&["key", "backup-check", "copy.toml"]);
        assert_eq!(code(&check), 1);
        let said = text(&check.stderr);
        assert!(said.contains(&format!("the {section} key of version 2 is missing")), "{said}");
    }
}

/// PROTOCOL 2, 13: a key is added first and used later; neither touches a key that is there.
#[test]
fn a_key_is_added_to_its_file_and_used_when_the_operator_says_so() {
    let dir = installed(&PRODUCTION);
    let file = dir.path().join("hufu-keys.toml");
    let run = |words: &[&str]| hufu_with(dir.path(), words, &PRODUCTION);
    let ring = || std::fs::read_to_string(&file).expect("there");
    let fresh = ring();
    assert!(text(&run(&["key", "add", "pairwise"]).stdout).contains("hufu key use pairwise 2"));
    let (added, kept) = (ring(), fresh.lines().filter(|line| line.starts_with("key = ")).collect::<Vec<_>>());
    assert!(kept.iter().all(|key| added.contains(key)) && added.contains("epoch = 2\n"), "nothing is lost");
    assert!(
        added.contains(&format!("epoch = 1\n{}\ncurrent = true\n[[pairwise]]\nepoch = 2\n", kept[0])),
        "not used yet"
    );
    assert_eq!(std::fs::metadata(&file).expect("there").permissions().mode() & 0o777, 0o600);
    assert!(text(&run(&["doctor"]).stdout).contains("no copy was ever proved"));

    assert_eq!(code(&run(&["key", "use", "pairwise", "2"])), 0);
    assert!(ring().contains(&format!("epoch = 1\n{}\n[[pairwise]]\nepoch = 2\n", kept[0])), "no longer the first");
    let audit = run(&["audit", "list", "--json"]);
    assert!(text(&audit.stdout).contains("key add") && text(&audit.stdout).contains("key use"));
    assert!(kept.iter().all(|key| !text(&audit.stdout).contains(key)), "the record shows no key");

    let before = ring();
    assert_eq!(code(&run(&["key", "use", "pairwise", "3"])), 1);
    assert_eq!(code(&run(&["key", "use", "unique", "1"])), 2);
    assert_eq!(code(&run(&["key", "add", "digest"])), 2);
    std::fs::write(dir.path().join("hufu-keys.toml.next"), "").expect("written");
    let beside = run(&["key", "add", "pepper"]);
    assert_eq!(code(&beside), 1);
    assert!(text(&beside.stderr).contains("hufu-keys.toml.next"), "{}", text(&beside.stderr));
    assert_eq!(ring(), before, "what is refused changes nothing");
}

/// DESIGN.md, "Running": "Production refuses sandbox data, default keys, plain http."
#[test]
fn production_does_not_start_on_what_a_sandbox_made() {
    let sandbox = installed(&SANDBOX);
    let said = refusal(sandbox.path(), &PRODUCTION);
    assert!(said.contains("key ring was made by a sandbox"), "{said}");
    assert!(said.contains("database was made by a sandbox"), "{said}");

    let production = installed(&PRODUCTION);
    let said = refusal(production.path(), &SANDBOX);
    assert!(said.contains("holds real people"), "{said}");
    let plain = [PRODUCTION[1], PRODUCTION[2], ("HUFU_SERVER__ISSUER", "http://id.example")];
    assert!(refusal(production.path(), &plain).contains("not https"));
}

#[test]
fn production_does_not_start_with_a_key_ring_that_others_may_read() {
    let dir = installed(&PRODUCTION);
    let file = dir.path().join("hufu-keys.toml");
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).expect("changed");
    assert!(refusal(dir.path(), &PRODUCTION).contains("chmod 600"));
}

/// PROTOCOL "Voluntary": a website without another way in does not go live.
#[test]
fn production_registers_no_website_without_another_way_in_or_with_plain_http() {
    let dir = installed(&PRODUCTION);
    let add = |more: &[&str]| hufu_with(dir.path(), &[&["client", "add", "--json"], more].concat(), &PRODUCTION);
    let refused = add(&["--redirect-uri", "https://shop.example/cb"]);
    assert_eq!(code(&refused), 1);
    assert!(text(&refused.stderr).contains("alternative_login_uri"), "{}", text(&refused.stderr));
    let other = ["--alternative-login-uri", "https://shop.example/login"];
    assert_eq!(code(&add(&[&["--redirect-uri", "http://localhost/cb"], &other[..]].concat())), 1);

    // OpenID Connect Core §8.1: who may share a sector is proved by a file that this command does not fetch.
    let shared = ["--sector-identifier-uri", "https://shop.example/sites.json"];
    let warned = add(&[&["--redirect-uri", "https://shop.example/cb"], &shared[..], &other[..]].concat());
    assert!(text(&warned.stderr).contains("does not fetch"), "{}", text(&warned.stderr));
    let shared = json(&warned)["client_id"].as_str().expect("an id").to_owned();
    assert_eq!(code(&hufu_with(dir.path(), &["client", "remove", &shared], &PRODUCTION)), 0);

    let added = json(&add(&[&["--redirect-uri", "https://shop.example/cb"], &other[..]].concat()));
    assert_eq!(added["sector"], "shop.example");
    let id = added["client_id"].as_str().expect("an id");
    let secret = added["client_secret"].as_str().expect("a secret");
    let run = |words: &[&str]| hufu_with(dir.path(), words, &PRODUCTION);
    assert_eq!(json(&run(&["client", "list", "--json"]))[0]["client_id"], id);
    assert_eq!(json(&run(&["client", "show", id, "--json"]))["redirect_uris"][0], "https://shop.example/cb");
    let audit = run(&["audit", "list", "--json"]);
    assert!(text(&audit.stdout).contains(id) && !text(&audit.stdout).contains(secret), "{}", text(&audit.stdout));
    assert_eq!(code(&run(&["client", "remove", id])), 0);
    assert_eq!(code(&run(&["client", "show", id])), 1);
}

/// PROTOCOL 15.
#[test]
fn a_rotated_key_is_published_before_it_signs() {
    let dir = installed(&PRODUCTION);
    let list = || json(&hufu_with(dir.path(), &["key", "list", "--json"], &PRODUCTION));
    let rotate = |words: &[&str]| {
        let words = [&["key", "rotate", "--alg", "ES256"], words].concat();
        let output = hufu_with(dir.path(), &words, &PRODUCTION);
        assert_eq!(code(&output), 0);
        text(&output.stdout).to_owned()
    };
    assert_eq!(list().as_array().map(Vec::len), Some(0));
    rotate(&[]);
    assert_eq!(list()[0]["stage"], "in_use", "the first one signs at once");
    rotate(&[]);
    let stages = |list: serde_json::Value| -> Vec<String> {
        let keys = list.as_array().cloned().unwrap_or_default();
        let mut stages: Vec<_> = keys.iter().filter_map(|key| key["stage"].as_str().map(str::to_owned)).collect();
        // Keys of one second are listed in the order of their ids.
        stages.sort();
        stages
    };
    assert_eq!(stages(list()), ["in_use", "waiting"]);
    let said = rotate(&[]);
    assert!(said.starts_with("Nothing to do"), "{said}");
    assert_eq!(stages(list()), ["in_use", "waiting"]);
    rotate(&["--now"]);
    assert_eq!(stages(list()), ["in_use", "retired"]);
}

#[test]
fn personas_are_for_sandboxes_only() {
    let production = installed(&PRODUCTION);
    assert_eq!(code(&hufu_with(production.path(), &["persona", "add"], &PRODUCTION)), 3);
    let sandbox = installed(&SANDBOX);
    let all = json(&hufu_with(sandbox.path(), &["persona", "add", "--all", "--json"], &SANDBOX));
    assert!(all.as_array().is_some_and(|people| people.len() >= 8), "{all}");
    let again = json(&hufu_with(sandbox.path(), &["persona", "add", "--all", "--json"], &SANDBOX));
    assert_eq!(again[0]["network_number"], all[0]["network_number"]);
    let more = json(&hufu_with(sandbox.path(), &["persona", "add", "--way", "fixed-code", "--json"], &SANDBOX));
    assert!(more["fixed_code"].is_string(), "{more}");
    let list = json(&hufu_with(sandbox.path(), &["persona", "list", "--json"], &SANDBOX));
    assert_eq!(list.as_array().map(Vec::len), all.as_array().map(|people| people.len() + 1));
}
