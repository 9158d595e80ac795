//! Pages that a person meets rarely, as the handlers really answer them: a full house, a spent budget, a form from
//! elsewhere, a step up, a frozen number.

mod again;

use crate::db::TestDb;
use crate::house::{Answer, Authenticator, Browser, CODE, House, PIN, Person, Plan, Website};
use hufu::authn::Rack;
use hufu::person::{Applicant, DocumentProof, Evidence};
use std::sync::Arc;

const STEP_UP: [(&str, &str); 1] =
    [("claims", r#"{"id_token":{"acr":{"essential":true,"value":"urn:hufu:acr:cert-pin"}}}"#)];

const FACE: [(&str, &str); 1] =
    [("claims", r#"{"id_token":{"acr":{"essential":true,"value":"urn:hufu:acr:cert-face"}}}"#)];

struct Stage {
    house: House,
    rack: Arc<Rack>,
    website: Website,
    language: &'static str,
}

impl Stage {
    fn browser(&self) -> Browser {
        speaking(self.language, &self.house)
    }

    /// Somebody who is signed in with PIN and code, has agreed, and holds a passkey.
    async fn holder(&self) -> (Person, Browser, Authenticator) {
        let person = self.house.person().await;
        let mut browser = self.browser();
        browser.log_in(&self.website, &person, self.house.now()).await.code();
        let phone = Authenticator::registered_in(&mut browser).await;
        (person, browser, phone)
    }
}

/// A browser of somebody who chose this language.
fn speaking(language: &str, house: &House) -> Browser {
    let mut browser = house.browser();
    let tag = if language.starts_with("zh") { "zh-CN" } else { "en" };
    browser.jar.insert("__Host-hufu-locale".to_owned(), tag.to_owned());
    browser
}

/// Name and markup.
pub async fn pages(language: &'static str) -> Vec<(&'static str, String)> {
    let rack = Rack::new(1, 0);
    let house = House::built(TestDb::sqlite(), Plan { rack: Arc::clone(&rack), ..Plan::default() }).await;
    let website = house.website("bank.example").await;
    let stage = Stage { house, rack, website, language };
    let mut pages = Vec::new();
    let mut keep = |name: &'static str, status: u16, answer: Answer| {
        assert_eq!(answer.status, status, "{name}: {}", answer.body);
        pages.push((name, answer.body));
    };
    trouble(&stage, &mut keep).await;
    stepping_up(&stage, &mut keep).await;
    freezing(&stage, &mut keep).await;
    faces(&stage, &mut keep).await;
    pages.extend(again::pages(language).await);
    pages
}

async fn trouble(stage: &Stage, keep: &mut impl FnMut(&'static str, u16, Answer)) {
    let (person, mut browser, _) = stage.holder().await;
    browser.jar.remove("__Host-hufu-session");
    let page = browser.authorize(&stage.website, &[]).await;
    let place = stage.rack.enter().expect("the only place");
    keep("busy", 503, browser.type_in(&page, &person.number, PIN, CODE).await);
    drop(place);
    keep("sign-in-passkey-refused", 422, touch(&mut browser, &page, "{}").await);
    browser.type_in(&page, &person.number, PIN, CODE).await;
    browser.jar.remove("__Host-hufu-session");
    keep("sign-in-stale", 422, browser.type_in(&page, &person.number, PIN, CODE).await);
    for _ in 0..4 {
        browser.guess(&page, &person.number).await;
    }
    keep("sign-in-too-many", 422, browser.guess(&page, &person.number).await);
    keep("foreign-form", 403, browser.post("/consent", &[("csrf", "x")]).await);
    let csrf = page.field("csrf");
    keep("too-large", 413, browser.post("/consent", &[("csrf", &csrf), ("decision", &"x".repeat(70_000))]).await);
}

async fn stepping_up(stage: &Stage, keep: &mut impl FnMut(&'static str, u16, Answer)) {
    let person = stage.house.person().await;
    let mut browser = stage.browser();
    browser.log_in(&stage.website, &person, stage.house.now()).await.code();
    keep("barred-no-passkey", 200, browser.authorize(&stage.website, &STEP_UP).await);
    let (_, mut browser, mut phone) = stage.holder().await;
    let page = browser.authorize(&stage.website, &STEP_UP).await;
    keep("step-up-passkey-refused", 422, touch(&mut browser, &page, "{}").await);
    keep("step-up-passkey", 200, page);
    let mut elsewhere = stage.browser();
    let page = elsewhere.authorize(&stage.website, &[]).await;
    phone.sign_in(&mut elsewhere, &page).await;
    keep("step-up-code", 200, elsewhere.authorize(&stage.website, &STEP_UP).await);
}

/// The face on top of a passkey, and somebody who cannot get that high.
async fn faces(stage: &Stage, keep: &mut impl FnMut(&'static str, u16, Answer)) {
    let (_, _, mut phone) = stage.holder().await;
    let mut browser = stage.browser();
    let page = browser.authorize(&stage.website, &FACE).await;
    let signed_in = phone.sign_in(&mut browser, &page).await;
    let page = browser.follow(&signed_in).await;
    keep("face-refused", 422, browser.post_face(&page, "photograph").await);
    keep("face", 200, page);
    let proved = stage.house.applicant();
    let copied = Evidence { document: DocumentProof::PassiveOnly, ..proved.evidence };
    let capped = stage.house.person_of(Applicant { evidence: copied, ..proved }).await;
    let mut browser = stage.browser();
    browser.log_in(&stage.website, &capped, stage.house.now()).await.code();
    keep("barred", 200, browser.authorize(&stage.website, &FACE).await);
}

async fn freezing(stage: &Stage, keep: &mut impl FnMut(&'static str, u16, Answer)) {
    let person = stage.house.person().await;
    let mut browser = stage.browser();
    browser.log_in(&stage.website, &person, stage.house.now()).await.code();
    keep("me-no-passkey", 422, browser.own_form("/me/freeze", &[]).await);
    let mut phone = Authenticator::registered_in(&mut browser).await;
    keep("frozen-certainly", 200, browser.own_form("/me/freeze", &[]).await);
    let page = browser.authorize(&stage.website, &[]).await;
    keep("lift-website", 200, phone.sign_in(&mut browser, &page).await);
    let page = browser.get("/me/signin").await;
    keep("lift", 200, phone.sign_in(&mut browser, &page).await);
    keep(
        "form-post",
        200,
        browser.authorize(&stage.website, &[("prompt", "none"), ("response_mode", "form_post")]).await,
    );
}

async fn touch(browser: &mut Browser, page: &Answer, credential: &str) -> Answer {
    let (interaction, csrf) = (page.field("interaction"), page.field("csrf"));
    let fields = [("interaction", &*interaction), ("csrf", &csrf), ("credential", credential)];
    browser.post("/signin/passkey", &fields).await
}
