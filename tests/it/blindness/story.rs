//! Some hours of a day in one town: who signs in where, batch by batch, with a snapshot of all tables between batches.

use super::detector::{Truth, text};
use crate::apply::{Applicant, Citizen as Holder, PIN, Services};
use crate::house::tables::{self, Snapshot};
use crate::house::{House, Person, Signer, Website, paying_with, renewing};
use data_encoding::BASE32_NOPAD;
use hufu::authn::CodeSource;
use hufu::document::{DocumentKind, DocumentNumber};
use hufu::flow::apply::Where;
use hufu::flow::{Outbox, ending, outbox, person, refusals};
use hufu::keys::TagPurpose;
use hufu::person::{NetworkNumber, PersonSecrets};
use hufu::sandbox::registry::{Identity, Persona, Way};
use hufu::spec::{NumberDigest, PersonKeyId, TraceId};
use hufu::store::persons;
use hufu::store::sweep::{self, Expiring};
use hufu::token::{StandsBy, VerifiedAccessToken};
use rand::SeedableRng;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use std::collections::{BTreeSet, HashMap};

pub const PERSONS: usize = 32;
pub const WEBSITES: usize = 5;
const BATCHES: usize = 8;
const YEAR: i32 = 2026;

/// Whether the upkeep hides the order of writing between a batch and its snapshot.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Upkeep {
    Mingles,
    Sleeps,
}

/// One of the town: who applied for a number, and was known to the registry by name.
pub struct Citizen {
    pub person: Person,
    pub identity: Identity,
    pub secrets: PersonSecrets,
    pub key_id: PersonKeyId,
}

pub struct Story {
    pub citizens: Vec<Citizen>,
    pub snapshots: Vec<Snapshot>,
    pub truth: Truth,
    /// Everything that a website was given: redirects, codes, tokens, UserInfo.
    pub emitted: Vec<String>,
}

/// The day of a town of so many.
pub async fn told(house: &House, services: &Services, upkeep: Upkeep, town: usize) -> Story {
    let mut rng = StdRng::seed_from_u64(11);
    let mut websites = Vec::new();
    for number in 0..WEBSITES {
        let host = format!("site-{number}.example");
        // The first has keys, the third renews its tokens: their redemptions leave one row more than the others'.
        websites.push(match number {
            0 => {
                let (website, signer) = house.website_with_a_key(&host).await;
                (website, Some(signer))
            }
            // The second is told of sign-outs; nothing is ever sent to a private address.
            1 => (house.website_told_at(&host, "https://10.0.0.1/out").await, None),
            2 => (house.registered(renewing(&host)).await, None),
            _ => (house.website(&host).await, None),
        });
    }
    let mut citizens = Vec::new();
    for number in 0..town {
        citizens.push(citizen(house, services, number).await);
    }
    // They applied the day before: the sessions that an application ends with are over, and so are their letters. What is left
    // of it for good is in the tables.
    house.pass(24 * 3600);
    while ending::end_unused(&house.provider, house.now()).await.expect("swept") > 0 {}
    house.pass(72 * 3600);
    let now = house.now();
    for table in Expiring::ALL {
        house.provider.store.write(move |tx| sweep::batch(tx, table, now, 10_000)).await.expect("swept");
    }
    let mut story = Story { citizens, snapshots: Vec::new(), truth: Truth::new(), emitted: Vec::new() };
    house.provider.store.mingle().await.expect("mingled");
    story.snapshots.push(tables::snapshot(house.db()));
    let mut visited: BTreeSet<(usize, usize)> = BTreeSet::new();
    let mut postman = Outbox::new(&house.provider);
    for batch in 0..BATCHES {
        house.pass(3600);
        // Twice everybody who is still signed in has been away for long enough; then the websites are to be told.
        if [2, 4].contains(&batch) {
            while ending::end_unused(&house.provider, house.now()).await.expect("swept") > 0 {}
        }
        if [3, 5].contains(&batch) {
            postman.tick(&house.provider).await.expect("stored");
        }
        let mut today: Vec<usize> = (0..town).collect();
        today.shuffle(&mut rng);
        // Half of the town; in the last two batches everybody who has not yet been everywhere.
        let active = if batch + 2 < BATCHES { town / 2 } else { town };
        for who in &today[..active] {
            let mut unseen: Vec<usize> = (0..WEBSITES).filter(|at| !visited.contains(&(*who, *at))).collect();
            unseen.shuffle(&mut rng);
            let mut browser = house.browser();
            for (nth, at) in unseen.iter().take(2).enumerate() {
                visited.insert((*who, *at));
                // Every seventh visit ends with a no.
                let declines = nth == 1 && (who + batch) % 7 == 0;
                story.visit(house, &mut browser, *who, &websites[*at], declines).await;
            }
            house.pass(7);
        }
        if upkeep == Upkeep::Mingles {
            house.provider.store.mingle().await.expect("mingled");
        }
        story.snapshots.push(tables::snapshot(house.db()));
        story.open_letters(house).await;
    }
    postman.settle(&house.provider).await.expect("stored");
    story
}

impl Story {
    /// Whose session each row of the outbox is about.
    async fn open_letters(&mut self, house: &House) {
        let sessions: HashMap<String, String> = self
            .snapshots
            .iter()
            .flat_map(|snapshot| &snapshot["sessions"])
            .map(|row| (text(&row["id"]), text(&row["person"])))
            .collect();
        for row in &self.snapshots.last().expect("a snapshot")["outbox"] {
            let opened = outbox::open(&house.provider, &bytes(&text(&row["sealed"]))).await.expect("both databases");
            let (letter, _) = opened.expect("ours");
            let owner = sessions[&hex(letter.session.as_bytes())].clone();
            self.truth.insert(text(&row["id"]), owner);
        }
    }

    async fn visit(
        &mut self,
        house: &House,
        browser: &mut crate::house::Browser,
        who: usize,
        (website, signer): &(Website, Option<Signer>),
        declines: bool,
    ) {
        let Citizen { person, secrets, .. } = &self.citizens[who];
        let owner = text(&hex(person.id.as_bytes()).into());
        let mut answer = browser.authorize(website, &[]).await;
        if answer.is_sign_in() {
            answer = browser.sign_in(&answer, person, house.now()).await;
        }
        if declines {
            let refused = browser.decide(&answer, "decline").await;
            let description = refused.param("error_description").expect("a description");
            let trace = description.split("trace ").nth(1).map(|rest| rest.trim_end_matches(')')).expect("a trace");
            let trace = TraceId::from_spoken(trace).expect("a trace id");
            self.truth.insert(hex(trace.as_bytes()), owner);
            self.emitted.push(refused.location().to_string());
            refusals::flush(&house.provider).await.expect("written");
            return;
        }
        let answer = browser.decide(&answer, "allow").await;
        let redeemed = match signer {
            None => website.redeem(&answer.code()).await,
            Some(signer) => {
                let jti = self.emitted.len().to_string();
                self.truth.insert(hex(Signer::row(house, website, &jti).as_bytes()), owner.clone());
                let assertion = signer.assertion(house, website, &jti);
                website.redeem_with(&answer.code(), &paying_with(&assertion)).await
            }
        };
        let tokens = redeemed.json();
        let userinfo = website.userinfo(tokens["access_token"].as_str().expect("a token")).await;
        let access_token = tokens["access_token"].as_str().expect("a token");
        let published = house.provider.published().expect("keys");
        let opened = VerifiedAccessToken::verify(access_token, &house.provider.keys, &published.signing, house.now());
        let row = match opened.expect("ours").stands_by {
            StandsBy::Grant(id) => hex(id.as_bytes()),
            StandsBy::Family(id) => hex(id.as_bytes()),
        };
        self.truth.insert(row, owner.clone());
        if let Some(refresh_token) = tokens["refresh_token"].as_str() {
            let renewed = website.refresh(refresh_token, &[]).await;
            assert_eq!(renewed.status, 200, "{}", renewed.body);
            self.emitted.extend([refresh_token.to_owned(), renewed.body]);
        }
        for part in ["access_token", "id_token"] {
            self.emitted.push(tokens[part].as_str().expect("a token").to_owned());
        }
        self.emitted.extend([answer.location().to_string(), answer.code(), redeemed.body, userinfo.body]);
        let keys = &house.provider.keys;
        let sub = keys.sub(&website.client.sector, &secrets.handle, hufu::keys::Epoch(secrets.epoch)).expect("a sub");
        let digest = hex(keys.sub_digest(&sub).as_bytes());
        self.truth.insert(format!("{digest} {}", website.id()), owner);
    }
}

/// Somebody who applied for their number, by all four steps, and whom the registry knows as it knows the sandbox's personas.
async fn citizen(house: &House, services: &Services, number: usize) -> Citizen {
    let provider = &house.provider;
    let identity = Persona::more(number + 1, Way::PinAndCode).expect("a persona").identity(YEAR);
    let card = DocumentNumber::parse(DocumentKind::ResidentIdentityCard, &identity.document_number);
    let holder = Holder {
        name: identity.name.clone().leak(),
        birthdate: identity.birthdate.clone().leak(),
        document: card.expect("a number that keeps its rule"),
    };
    services.knows(&holder, &format!("reference-{number}"));
    let applicant = Applicant::begins(house, services).await;
    applicant.proves(&holder).await;
    applicant.prepares(&identity.phone).await;
    let Where::Code { base32, .. } = applicant.at().await else { panic!("no code step") };
    let seed = BASE32_NOPAD.decode(base32.as_bytes()).ok().and_then(|seed| seed.try_into().ok());
    let source = CodeSource::Totp(seed.expect("twenty bytes"));
    applicant.code().await.expect("a person");
    let number = NetworkNumber::parse(&applicant.number().await).expect("a number");
    let digest = NumberDigest::from_bytes(provider.keys.tag(TagPurpose::Number, &[number.expose()]));
    let row = provider.store.read(move |db| persons::by_number_digest(db, &digest)).await.expect("a read");
    let row = row.expect("a person");
    Citizen {
        person: Person { id: row.id, number: number.grouped(), pin: PIN.to_owned(), source },
        identity,
        key_id: row.key_id,
        secrets: person::secrets(provider, &row).await.expect("ours"),
    }
}

/// The bytes back from [`hex`].
pub fn bytes(hex: &str) -> Vec<u8> {
    data_encoding::HEXLOWER.decode(hex.trim_start_matches("\\x").as_bytes()).expect("hexadecimal")
}

/// Bytes as the snapshots write them.
pub fn hex(bytes: &[u8]) -> String {
    format!("\\x{}", data_encoding::HEXLOWER.encode(bytes))
}
