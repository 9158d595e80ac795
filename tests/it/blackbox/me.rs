//! One's own page without JavaScript: websites, sessions, PIN. Everything but adding a passkey.

use super::login::log_in;
use crate::support::applicant::code_of;
use crate::support::html::Form;
use crate::support::{Browser, Demo, Page, Persona, Rp, Stop};
use std::sync::Arc;

async fn me(browser: &mut Browser) -> Page {
    let url = browser.demo.url("/me");
    browser.open(&url).await.page()
}

fn new_pin(page: &Page, person: &Persona, current: &str, new: [&str; 2]) -> Form {
    let form = page.form("pin-form").fill("pin", current).fill("code", &person.code());
    form.fill("new_pin", new[0]).fill("new_pin_again", new[1])
}

/// Result-only consent is remembered and can be withdrawn.
#[tokio::test]
async fn a_consent_is_listed_and_can_be_withdrawn() {
    let demo = Arc::new(Demo::start());
    let rp = Rp::at(&demo, "withdrawn.example").await;
    let mut browser = Browser::of(&demo, demo.anybody()).await;
    assert!(!me(&mut browser).await.html.contains("withdrawn.example"));
    let login = log_in(&mut browser, &rp, &[]).await;
    let page = me(&mut browser).await;
    assert!(page.html.contains("withdrawn.example"), "{}", page.html);
    assert!(!page.html.contains(&login.sub), "a page shows no sub");
    let forms = page.forms_to("/me/consents/withdraw");
    let form = forms.iter().find(|form| form.value("client_id") == rp.registered.client_id).expect("this website");
    let page = browser.submit(&page, form).await.page();
    assert!(!page.html.contains("withdrawn.example"), "{}", page.html);
    let page = browser.open(&rp.attempt(&[]).url).await.page();
    assert!(page.has_form("/consent"), "it has to ask again");
    let stop = browser.open(&rp.attempt(&[("prompt", "none")]).url).await;
    assert_eq!(stop.answer("error"), "consent_required");
}

/// A website is shown by what a person can recognise, not by our word for its sector.
#[tokio::test]
async fn a_website_is_listed_by_its_host() {
    let demo = Arc::new(Demo::start());
    let mut browser = Browser::of(&demo, demo.anybody()).await;
    log_in(&mut browser, &Rp::discover(&demo, demo.client.clone()).await, &[]).await;
    log_in(&mut browser, &Rp::at(&demo, "listed.example").await, &[]).await;
    let page = me(&mut browser).await;
    assert!(page.html.contains(">localhost<") && page.html.contains(">listed.example<"), "{}", page.html);
    assert!(!page.html.contains("client:"), "{}", page.html);
}

/// Sessions are listed; one can be ended from another browser.
#[tokio::test]
async fn another_browser_s_session_is_listed_and_can_be_ended() {
    let demo = Arc::new(Demo::start());
    let (mut here, mut there) = (Browser::of(&demo, demo.anybody()).await, Browser::of(&demo, demo.anybody()).await);
    let page = me(&mut here).await;
    let sessions: Vec<_> = page.html.split("<li>").filter(|item| item.contains("/me/sessions/end\"")).collect();
    assert_eq!(sessions.len(), 2, "{}", page.html);
    let other = sessions.iter().position(|item| !item.contains("class=\"tag\"")).expect("one is elsewhere");
    let page = here.submit(&page, &page.forms_to("/me/sessions/end")[other]).await.page();
    assert!(page.html.contains("That session is ended."), "{}", page.html);
    assert!(me(&mut there).await.has_form("code-form"), "it is ended there");
    assert!(!me(&mut here).await.has_form("code-form"), "and not here");
}

/// "Sign out everywhere" ends this session too.
#[tokio::test]
async fn signing_out_everywhere_ends_every_session() {
    let demo = Arc::new(Demo::start());
    let mut browsers = Vec::new();
    for _ in 0..3 {
        browsers.push(Browser::of(&demo, demo.anybody()).await);
    }
    let page = me(&mut browsers[0]).await;
    browsers[0].submit(&page, &page.form("/me/sessions/end-all").press("end-all")).await;
    for browser in &mut browsers {
        assert!(me(browser).await.has_form("code-form"));
    }
}

/// One person's form cannot end another's session nor withdraw another's consent.
#[tokio::test]
async fn one_person_s_forms_do_not_reach_another_s_things() {
    let demo = Arc::new(Demo::start());
    let adult = demo.personas.iter().find(|persona| persona.otpauth.is_some() && persona.note.contains("dult"));
    let mut one = Browser::of(&demo, demo.anybody()).await;
    let mut other = Browser::of(&demo, adult.expect("an adult with a code app")).await;
    let theirs = me(&mut one).await.form("/me/sessions/end").value("session").to_owned();
    let page = me(&mut other).await;
    let form = page.form("/me/sessions/end").fill("session", &theirs);
    other.submit(&page, &form).await.page();
    assert!(!me(&mut one).await.has_form("code-form"), "still signed in");
}

/// The PIN changes with the current PIN and a code; the old one no longer signs in.
#[tokio::test]
async fn a_changed_pin_signs_in_and_the_old_one_does_not() {
    let demo = Arc::new(Demo::start());
    let old = demo.anybody().clone();
    let mut browser = Browser::of(&demo, &old).await;
    let page = me(&mut browser).await;
    let page = browser.submit(&page, &new_pin(&page, &old, old.pin(), ["73914682", "73914682"])).await.page();
    assert!(page.html.contains("The new PIN is set."), "{}", page.html);
    let mut new = old.clone();
    new.pin = Some("73914682".to_owned());
    let mut again = Browser::new(&demo);
    let page = again.open(&demo.url("/me")).await.page();
    let Stop::Page(page) = again.sign_in(&page, &old).await else { panic!("somewhere else") };
    assert!(page.has_form("code-form"), "the old PIN is in");
    Browser::of(&demo, &new).await;
}

/// The codes come from another app, without JavaScript: what the page says for typing is what its link says, and the old app's
/// codes end with the new one's first.
#[tokio::test]
async fn codes_that_were_set_up_anew_sign_in_and_the_old_ones_do_not() {
    let demo = Arc::new(Demo::start());
    let old = demo.anybody().clone();
    let mut browser = Browser::of(&demo, &old).await;
    let page = me(&mut browser).await;
    let page = browser.submit(&page, &page.form("/me/code")).await.page();
    let otpauth = page.attribute("otpauth", "href").expect("a link");
    let secret: String = page.text("secret").expect("for typing").split_whitespace().collect();
    assert!(otpauth.contains(&format!("secret={secret}&")), "{otpauth}");
    assert!(!otpauth.contains(&old.network_number), "what an app syncs names nobody");
    let form = page.form("new-code-form").fill("code", &code_of(&otpauth, 0));
    let page = browser.submit(&page, &form).await.page();
    assert!(page.html.contains("The new codes are in place."), "{}", page.html);
    assert!(!page.html.contains(&secret), "it is shown once");
    let mut new = old.clone();
    // The first code is spent; the app's next one is early by a step.
    new.fixed_code = Some(code_of(&otpauth, 1));
    let mut again = Browser::new(&demo);
    let page = again.open(&demo.url("/me")).await.page();
    let Stop::Page(page) = again.sign_in(&page, &old).await else { panic!("somewhere else") };
    assert!(page.has_form("code-form"), "an old code is in");
    Browser::of(&demo, &new).await;
}

/// A new PIN that is easily guessed, mistyped or not one at all is refused, and the page says by which rule.
#[tokio::test]
async fn a_new_pin_that_breaks_a_rule_is_refused_with_the_rule() {
    let demo = Arc::new(Demo::start());
    let person = demo.anybody().clone();
    let mut browser = Browser::of(&demo, &person).await;
    let birth: String = person.birthdate.chars().filter(char::is_ascii_digit).collect();
    let pin = person.pin().to_owned();
    for (current, new, rule) in [
        (pin.as_str(), ["12345678", "12345678"], "Digits in a row"),
        (&pin, ["87654321", "87654321"], "Digits in a row"),
        (&pin, ["11111111", "11111111"], "Repeated digits"),
        (&pin, ["12121212", "12121212"], "Repeated digits"),
        (&pin, ["13577531", "13577531"], "the same backwards"),
        (&pin, ["31415926", "31415926"], "everybody tries first"),
        (&pin, [&birth, &birth], "birth date"),
        (&pin, [&pin, &pin], "is the current one"),
        (&pin, ["73914682", "73914683"], "differ"),
        (&pin, ["7391468", "7391468"], "must have 8 digits"),
        (&pin, ["739146820", "739146820"], "must have 8 digits"),
        (&pin, ["abcdefgh", "abcdefgh"], "must have 8 digits"),
        ("99999998", ["73914682", "73914682"], "do not go together"),
    ] {
        let page = me(&mut browser).await;
        let form = new_pin(&page, &person, current, new);
        let page = browser.submit(&page, &form).await.page();
        let problem = page.text("problem").unwrap_or_default();
        assert!(problem.contains(rule), "{new:?}: {problem}");
        let form = page.form("pin-form");
        let fields = ["pin", "code", "new_pin", "new_pin_again"].map(|name| form.value(name).to_owned());
        assert_eq!(fields, ["", "", "", ""], "a PIN never comes back");
    }
    Browser::of(&demo, &person).await;
}

/// Minors of 16 and 10: the sign-in says honestly that guardians come later, and the website learns nothing.
#[tokio::test]
async fn a_minor_is_told_that_a_guardian_is_needed_and_the_website_learns_nothing() {
    let demo = Demo::shared();
    let rp = Rp::at(&demo, "minors.example").await;
    for age in ["16", "10"] {
        let minor = demo.persona(age).clone();
        let mut browser = Browser::new(&demo);
        let page = browser.open(&rp.attempt(&[]).url).await.page();
        let page = browser.sign_in(&page, &minor).await.page();
        assert!(page.html.contains("Your guardian has to agree first"), "{age}: {}", page.html);
        let callback = browser.decline(&page).await;
        assert_eq!(callback.answer("error"), "access_denied");
    }
}
