//! The root keys in the token of an HSM, proven against SoftHSM (PROTOCOL 12, ADR 12).
//!
//! A PKCS#11 module is one of its process, and SoftHSM reads its configuration from the environment. So each test here
//! makes a directory of tokens and then runs itself again in a process of its own, where it may end the module or take the
//! token away without anybody else noticing.

use crate::cli::{code, hufu_with, text};
use crate::db::TestDb;
use crate::house::{Answer, CODE, House, PIN, Plan, RING, Website, claims};
use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::mechanism::Mechanism;
use cryptoki::object::{Attribute, AttributeType, KeyType, ObjectClass, ObjectHandle};
use cryptoki::session::{Session, UserType};
use cryptoki::types::AuthPin;
use hufu::keys::{HeldKey, KeyService, RootKey};
use hufu::outside::pkcs11::{Realm, TokenKeys, TokenPin, TokenPlace, TokenPlan};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Duration;

const MODULE: &str = "/usr/lib/softhsm/libsofthsm2.so";
const CONFIGURATION: &str = "SOFTHSM2_CONF";
const LABEL: &str = "hufu";
pub const TOKEN_PIN: &str = "correct horse";

/// A directory with tokens in it, and the settings that name one.
pub struct Hsm {
    dir: PathBuf,
}

/// Expands one test into one that runs in a process of its own.
macro_rules! alone {
    ($($(#[$meta:meta])* async fn $name:ident($hsm:ident) $body:block)+) => {$(
        $(#[$meta])*
        #[test]
        fn $name() {
            async fn story($hsm: Hsm) $body
            let name = concat!(module_path!(), "::", stringify!($name));
            match std::env::var_os(CONFIGURATION) {
                Some(file) => run(story(Hsm { dir: Path::new(&file).parent().expect("a directory").to_owned() })),
                None => again(name.split_once("::").expect("a path in this crate").1),
            }
        }
    )+};
}

fn run(story: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.expect("a runtime").block_on(story);
}

/// Runs the test `name` of this program again, beside a token.
fn again(name: &str) {
    let dir = tempfile::tempdir().expect("a directory");
    let hsm = Hsm::made_in(dir.path());
    let mut command = Command::new(std::env::current_exe().expect("this program"));
    let output = command.args(["--exact", name]).env(CONFIGURATION, hsm.configuration()).output().expect("it runs");
    let said = format!("{}{}", text(&output.stdout), text(&output.stderr));
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
}

impl Hsm {
    /// A token with a PIN and without keys.
    pub fn made_in(dir: &Path) -> Self {
        let hsm = Self { dir: dir.to_owned() };
        std::fs::create_dir(dir.join("tokens")).expect("a directory");
        let tokens = dir.join("tokens");
        let text =
            format!("directories.tokendir = {}\nobjectstore.backend = file\nlog.level = ERROR\n", tokens.display());
        std::fs::write(hsm.configuration(), text).expect("written");
        hsm.token(LABEL, TOKEN_PIN);
        hsm.write_private("hufu-token-pin", &format!("{TOKEN_PIN}\n"));
        hsm
    }

    /// A further token.
    fn token(&self, label: &str, pin: &str) {
        let words = ["--init-token", "--free", "--label", label, "--so-pin", "officers only", "--pin", pin];
        let made = Command::new("softhsm2-util").args(words).env(CONFIGURATION, self.configuration()).output();
        let made = made.expect("softhsm2-util runs: `cargo xtask test` installs it");
        assert!(made.status.success(), "{}{}", text(&made.stdout), text(&made.stderr));
    }

    fn configuration(&self) -> PathBuf {
        self.dir.join("softhsm2.conf")
    }

    fn tokens(&self) -> PathBuf {
        self.dir.join("tokens")
    }

    fn write_private(&self, name: &str, text: &str) {
        let file = self.dir.join(name);
        std::fs::write(&file, text).expect("written");
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).expect("its owner's only");
    }

    /// The settings that name the token, from whatever directory.
    pub fn to_be_used(&self) -> Vec<(&'static str, String)> {
        let path = |file: PathBuf| file.to_str().expect("a path").to_owned();
        vec![
            ("HUFU_KEYS__PKCS11__MODULE", MODULE.to_owned()),
            ("HUFU_KEYS__PKCS11__PIN_FILE", path(self.dir.join("hufu-token-pin"))),
            (CONFIGURATION, path(self.configuration())),
        ]
    }

    /// The settings of a production whose keys are in the token.
    fn settings(&self) -> Vec<(&'static str, String)> {
        [
            ("HUFU_SERVER__ISSUER", "https://id.example"),
            ("HUFU_STORE__URL", "sqlite:hufu.db"),
            ("HUFU_PERSON_KEYS__URL", "sqlite:person-keys.db"),
            ("HUFU_SERVER__LISTEN", "127.0.0.1:0"),
            ("HUFU_KEYS__PKCS11__MODULE", MODULE),
            (CONFIGURATION, self.configuration().to_str().expect("a path")),
        ]
        .map(|(name, value)| (name, value.to_owned()))
        .into()
    }

    /// Runs `hufu` in the directory, with settings beside the usual ones; an empty value takes one away.
    fn hufu_with(&self, words: &[&str], more: &[(&'static str, &str)]) -> Output {
        let settings = self.settings();
        let usual = settings.iter().map(|(name, value)| (*name, value.as_str()));
        let usual = usual.filter(|(name, _)| !more.iter().any(|(other, _)| other == name));
        let all = usual.chain(more.iter().copied()).filter(|(_, value)| !value.is_empty());
        hufu_with(&self.dir, words, &all.collect::<Vec<_>>())
    }

    fn hufu(&self, words: &[&str]) -> Output {
        self.hufu_with(words, &[])
    }

    fn done(&self, words: &[&str]) -> String {
        let output = self.hufu(words);
        assert_eq!(code(&output), 0, "{words:?}: {}{}", text(&output.stdout), text(&output.stderr));
        text(&output.stdout).to_owned()
    }

    fn plan(&self) -> TokenPlan {
        let place = TokenPlace { module: MODULE.into(), token_label: LABEL.into(), pin: TokenPin::of_file(TOKEN_PIN) };
        let current = RootKey::ALL.map(|root| (root, 1)).into();
        TokenPlan { place, realm: Realm::Sandbox, current, sessions: 2, wait: Duration::from_secs(20) }
    }

    /// The keys of the usual house, moved into the token.
    fn keys_of_the_house(&self) -> TokenKeys {
        self.write_private("ring.toml", &RING);
        let output = self.hufu_with(&["key", "import", "ring.toml"], &[("HUFU_MODE", "sandbox")]);
        assert_eq!(code(&output), 0, "{}", text(&output.stderr));
        TokenKeys::open(self.plan()).expect("keys")
    }

    /// The module as another program of the operator's meets it.
    fn module(&self) -> Pkcs11 {
        let module = Pkcs11::new(MODULE).expect("the module");
        drop(module.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK)));
        module
    }

    fn session(&self) -> Session {
        let module = self.module();
        let slots = module.get_slots_with_initialized_token().expect("slots");
        let ours = |slot: &cryptoki::slot::Slot| module.get_token_info(*slot).expect("a token").label() == LABEL;
        let session = module.open_rw_session(slots.into_iter().find(ours).expect("the token")).expect("a session");
        // Where our own sessions are logged in, this one is.
        drop(session.login(UserType::User, Some(&AuthPin::from(TOKEN_PIN))));
        session
    }
}

/// The shape of an answer that asks for patience (RFC 9110 §10.2.3).
fn assert_asks_for_patience(answer: &Answer) {
    assert_eq!(answer.status, 503, "{}", answer.body);
    assert!(answer.header("retry-after").parse::<u64>().is_ok_and(|seconds| seconds > 0), "{:?}", answer.headers);
}

async fn sub_at(node: &crate::house::Node, website: &Website, person: &crate::house::Person) -> String {
    let answer = node.browser().log_in(website, person, node.now()).await;
    let tokens = website.redeem(&answer.code()).await.json();
    let sub = claims(tokens["id_token"].as_str().expect("an ID token"))["sub"].clone();
    assert_eq!(website.userinfo(tokens["access_token"].as_str().expect("a token")).await.json()["sub"], sub);
    sub.as_str().expect("text").to_owned()
}

alone! {
    /// PROTOCOL 2, 12: the `sub` is the same wherever the key is; and two nodes, one with the file and one with the token that
    /// it was moved to, open each other's sealed values.
    async fn a_login_gives_the_same_sub_from_the_token_as_from_the_file_that_was_moved_there(hsm) {
        let by_file = House::over(TestDb::sqlite()).await;
        let by_token = by_file.second_node(Plan { key_service: Some(Box::new(hsm.keys_of_the_house())), ..Plan::default() });
        hufu::flow::signing::refresh(&by_token.provider).await.expect("the signing keys open");
        let (website, person) = (by_file.website("bank.example").await, by_file.person().await);
        let there = website.at(&by_token.address);
        by_token.pass(30);
        let sub = sub_at(&by_file, &website, &person).await;
        assert_eq!(sub_at(&by_token, &there, &person).await, sub);

        by_file.pass(60);
        let code = by_file.browser().log_in(&website, &person, by_file.now()).await.code();
        assert_eq!(there.redeem(&code).await.status, 200, "a code of the one is redeemed by the other");
    }

    /// PROTOCOL 12: "non-exportable".
    async fn the_keys_that_the_token_makes_cannot_be_read_and_never_were_anywhere_else(hsm) {
        let said = hsm.done(&["key", "init"]);
        assert!(said.contains("the pairwise key of version 1") && said.contains("the digest key of version 1"), "{said}");
        assert_eq!(code(&hsm.hufu(&["key", "init"])), 1, "what is there is never touched");

        let session = hsm.session();
        let made = session.find_objects(&[Attribute::Class(ObjectClass::SECRET_KEY)]).expect("found");
        assert_eq!(made.len(), RootKey::ALL.len());
        for key in made {
            assert!(!says(&session, key, AttributeType::Value).iter().any(|value| matches!(value, Attribute::Value(_))));
            let asked = [AttributeType::Extractable, AttributeType::Sensitive, AttributeType::NeverExtractable, AttributeType::Local];
            let expected = [Attribute::Extractable(false), Attribute::Sensitive(true), Attribute::NeverExtractable(true), Attribute::Local(true)];
            for (asked, expected) in asked.into_iter().zip(expected) {
                assert_eq!(says(&session, key, asked), [expected]);
            }
            let loosened = [Attribute::Extractable(true), Attribute::Sensitive(false), Attribute::Label(b"other".to_vec())];
            for attribute in loosened {
                assert!(session.update_attributes(key, std::slice::from_ref(&attribute)).is_err(), "{attribute:?}");
            }
        }
    }

    /// PROTOCOL 12: "non-exportable": what could be copied out is not used, in production or elsewhere.
    async fn a_key_that_could_be_taken_out_is_refused_by_name(hsm) {
        hsm.done(&["key", "init"]);
        hsm.done(&["migrate"]);
        assert_eq!(code(&hsm.hufu(&["key", "list"])), 0);
        let loose = [
            Attribute::Token(true),
            Attribute::Private(true),
            Attribute::Sensitive(true),
            Attribute::Extractable(true),
            Attribute::Sign(true),
            Attribute::KeyType(KeyType::GENERIC_SECRET),
            Attribute::ValueLen(32.into()),
            Attribute::Label(b"hufu/pairwise/2".to_vec()),
        ];
        hsm.session().generate_key(&Mechanism::GenericSecretKeyGen, &loose).expect("made");
        let refused = hsm.hufu(&["serve"]);
        assert_eq!(code(&refused), 3);
        let said = text(&refused.stderr);
        assert!(said.contains("`hufu/pairwise/2` can be taken out of its token"), "{said}");
        let doctor = hsm.hufu(&["doctor"]);
        assert_eq!(code(&doctor), 1);
        assert!(text(&doctor.stdout).contains("can be taken out"), "{}", text(&doctor.stdout));
    }

    /// RFC 6749 §4.1.2.1 `temporarily_unavailable`: without its token a node asks for patience, consumes nothing, and recovers by
    /// itself.
    async fn without_its_token_a_house_asks_for_patience_and_recovers_by_itself(hsm) {
        let house = House::built(TestDb::sqlite(), Plan { key_service: Some(Box::new(hsm.keys_of_the_house())), ..Plan::default() }).await;
        let (website, person) = (house.website("bank.example").await, house.person().await);
        let mut browser = house.browser();
        let token = website.access_token(&browser.log_in(&website, &person, house.now()).await.code()).await;
        let code = browser.authorize(&website, &[]).await.code();
        let grants = house.count("grants");
        let mut stranger = house.browser();
        let page = stranger.authorize(&website, &[]).await;

        let aside = hsm.dir.join("aside");
        std::fs::rename(hsm.tokens(), &aside).expect("taken away");
        std::fs::create_dir(hsm.tokens()).expect("an empty HSM");
        drop(hsm.module().finalize());
        for _ in 0..3 {
            assert_asks_for_patience(&website.userinfo(&token).await);
            assert_asks_for_patience(&website.redeem(&code).await);
            assert_asks_for_patience(&stranger.type_in(&page, &person.number, PIN, CODE).await);
        }
        assert_eq!(browser.authorize(&website, &[]).await.param("error").as_deref(), Some("temporarily_unavailable"));
        assert_eq!(house.count("grants"), grants);
        let ready = browser.get("/readyz").await;
        assert_eq!((ready.status, ready.body.trim()), (503, "key service unavailable"));
        assert_eq!(browser.get("/healthz").await.status, 200);
        assert_eq!(browser.get("/jwks").await.status, 200, "built once, served from memory");

        std::fs::remove_dir_all(hsm.tokens()).and_then(|()| std::fs::rename(&aside, hsm.tokens())).expect("brought back");
        drop(hsm.module().finalize());
        assert_eq!(browser.get("/readyz").await.status, 200);
        assert_eq!(website.userinfo(&token).await.status, 200);
        assert_eq!(website.redeem(&code).await.status, 200, "the code was not consumed");
        assert_eq!(stranger.type_in(&page, &person.number, PIN, CODE).await.status, 303);
    }

    /// PKCS#11 §5.6: a session that was logged out or closed under us is replaced before anybody notices.
    async fn a_session_that_was_lost_is_replaced_within_the_same_question(hsm) {
        let keys = hsm.keys_of_the_house();
        let key = HeldKey { root: RootKey::Pairwise, version: 1 };
        let before = keys.prf(key, &[b"a"]).expect("an answer");
        hsm.session().logout().expect("everybody is logged out");
        assert_eq!(keys.prf(key, &[b"a"]), Ok(before));
        hsm.module().finalize().expect("ended under us");
        assert_eq!(keys.prf(key, &[b"a"]), Ok(before));
    }

    /// A token counts wrong PINs and locks: a node that tried again and again would lock it.
    async fn a_wrong_pin_is_refused_in_a_sentence_and_is_never_tried_twice(hsm) {
        hsm.done(&["key", "init"]);
        hsm.done(&["migrate"]);
        hsm.write_private("wrong-pin", "incorrect horse");
        for command in ["serve", "doctor"] {
            let output = hsm.hufu_with(&[command], &[("HUFU_KEYS__PKCS11__PIN_FILE", "wrong-pin")]);
            let said = format!("{}{}", text(&output.stdout), text(&output.stderr));
            assert_eq!(code(&output), if command == "serve" { 3 } else { 1 }, "{said}");
            assert!(said.contains("refuses the PIN") && said.contains("not tried again"), "{said}");
            assert!(!said.contains("horse"), "{said}");
        }

        let keys = hsm.keys_of_the_house();
        let key = HeldKey { root: RootKey::Pairwise, version: 1 };
        let other = AuthPin::from("battery staple");
        let session = hsm.session();
        session.set_pin(&AuthPin::from(TOKEN_PIN), &other).and_then(|()| session.logout()).expect("another PIN");
        let refused = keys.prf(key, &[b"a"]).expect_err("refused").to_string();
        assert!(refused.contains("refuses the PIN"), "{refused}");
        session.login(UserType::User, Some(&other)).expect("logged in");
        session.set_pin(&other, &AuthPin::from(TOKEN_PIN)).and_then(|()| session.logout()).expect("the PIN as before");
        assert_eq!(keys.prf(key, &[b"a"]).expect_err("refused").to_string(), refused, "it was not tried again");
    }

    /// PROTOCOL 12: "`doctor` proves that the backup of the pairwise keys restores", where the backup is another token.
    async fn a_second_token_is_proved_to_hold_every_key_or_the_key_is_named(hsm) {
        hsm.token("hufu-backup", "another pin");
        hsm.write_private("backup-pin", "another pin");
        let second = [("HUFU_KEYS__PKCS11__TOKEN_LABEL", "hufu-backup"), ("HUFU_KEYS__PKCS11__PIN_FILE", "backup-pin")];
        hsm.done(&["migrate"]);
        let file = hsm.hufu_with(&["key", "init"], &[("HUFU_KEYS__PKCS11__MODULE", "")]);
        assert_eq!(code(&file), 0, "{}", text(&file.stderr));
        hsm.done(&["key", "import", "hufu-keys.toml"]);
        let check = ["key", "backup-check", "--token-label", "hufu-backup", "--pin-file", "backup-pin"];
        let empty = hsm.hufu(&check);
        assert_eq!(code(&empty), 3, "{}", text(&empty.stderr));
        assert_eq!(code(&hsm.hufu_with(&["key", "import", "hufu-keys.toml"], &second)), 0);
        let again = hsm.hufu_with(&["key", "import", "hufu-keys.toml"], &second);
        assert_eq!(code(&again), 1, "{}", text(&again.stderr));

        let doctor = hsm.hufu(&["doctor"]);
        assert!(text(&doctor.stdout).contains("no copy was ever proved"), "{}", text(&doctor.stdout));
        hsm.done(&check);
        hsm.done(&["key", "backup-check", "hufu-keys.toml"]);
        hsm.done(&["doctor"]);

        let said = hsm.done(&["key", "add", "encryption"]);
        assert!(said.contains("encryption = 2"), "{said}");
        assert!(hsm.done(&["audit", "list", "--json"]).contains("key add"));
        let doctor = hsm.hufu(&["doctor"]);
        assert_eq!(code(&doctor), 1);
        assert!(text(&doctor.stdout).contains("the key ring has changed"), "{}", text(&doctor.stdout));
        let lost = hsm.hufu(&check);
        assert_eq!(code(&lost), 1);
        assert!(text(&lost.stderr).contains("the encryption key of version 2 is missing"), "{}", text(&lost.stderr));
        let turned = hsm.hufu_with(&["key", "list"], &[("HUFU_KEYS__PKCS11__ENCRYPTION", "2")]);
        assert_eq!(code(&turned), 0);
        let ahead = hsm.hufu_with(&["key", "list"], &[("HUFU_KEYS__PKCS11__ENCRYPTION", "3")]);
        assert_eq!(code(&ahead), 3);
        assert!(text(&ahead.stderr).contains("`hufu/encryption/3`"), "{}", text(&ahead.stderr));
    }

    /// DESIGN.md, "Running": "Production refuses sandbox data, default keys".
    async fn keys_that_a_sandbox_made_are_none_of_productions(hsm) {
        let sandbox = [("HUFU_MODE", "sandbox")];
        assert_eq!(code(&hsm.hufu_with(&["key", "init"], &sandbox)), 0);
        hsm.done(&["migrate"]);
        let refused = hsm.hufu(&["key", "list"]);
        assert_eq!(code(&refused), 3);
        assert!(text(&refused.stderr).contains("no key labelled `hufu/pairwise/1`"), "{}", text(&refused.stderr));
        hsm.write_private("ring.toml", &RING);
        let refused = hsm.hufu(&["key", "import", "ring.toml"]);
        assert_eq!(code(&refused), 3);
        assert!(text(&refused.stderr).contains("made by a sandbox"), "{}", text(&refused.stderr));
    }

    async fn what_cannot_be_had_is_named(hsm) {
        hsm.done(&["migrate"]);
        let said = |name: &'static str, value: &str| {
            let output = hsm.hufu_with(&["key", "list"], &[(name, value)]);
            assert_eq!(code(&output), 4, "{}", text(&output.stderr));
            text(&output.stderr).to_owned()
        };
        assert!(said("HUFU_KEYS__PKCS11__MODULE", "/nowhere.so").contains("/nowhere.so cannot be loaded"));
        let no_token = said("HUFU_KEYS__PKCS11__TOKEN_LABEL", "hufv");
        assert!(no_token.contains("no token labelled `hufv`; it finds `hufu`"), "{no_token}");
        assert!(said("HUFU_KEYS__PKCS11__PIN_FILE", "nowhere").contains("keys.pkcs11.pin_file"));
        std::fs::set_permissions(hsm.dir.join("hufu-token-pin"), std::fs::Permissions::from_mode(0o644)).expect("changed");
        hsm.done(&["key", "init"]);
        let open = hsm.hufu(&["serve"]);
        assert_eq!(code(&open), 3);
        assert!(text(&open.stderr).contains("chmod 600 hufu-token-pin"), "{}", text(&open.stderr));
        let a_token = hsm.hufu(&["key", "use", "pairwise", "2"]);
        assert_eq!(code(&a_token), 3);
        assert!(text(&a_token.stderr).contains("`pairwise = 2` under [keys.pkcs11]"), "{}", text(&a_token.stderr));
        let a_file = hsm.hufu_with(&["key", "import", "ring.toml"], &[("HUFU_KEYS__PKCS11__MODULE", "")]);
        assert_eq!(code(&a_file), 3);
        assert!(text(&a_file.stderr).contains("the keys are a file"), "{}", text(&a_file.stderr));
    }
}

fn says(session: &Session, key: ObjectHandle, what: AttributeType) -> Vec<Attribute> {
    session.get_attributes(key, &[what]).unwrap_or_default()
}
