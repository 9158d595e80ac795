//! Every page in every state, with invented data: for the tests here and for looking at them.
//!
//! `HUFU_PAGES=/some/folder cargo test --lib web::page -- --ignored` writes them as files that open in a browser.

use super::apply::Typed;
use super::*;

const OPTIONS: &str = r#"{"publicKey":{"challenge":"c2FtcGxl","timeout":300000,"rpId":"localhost","allowCredentials":[],"userVerification":"required"},"mediation":"conditional"}"#;
const SECRET: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
const OTPAUTH: &str = "otpauth://totp/Hufu:4HWD?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&digits=8&issuer=Hufu";
const WEBSITE: ClientKind<'_> = ClientKind::Website { host: "bank.example" };
const APP: ClientKind<'_> = ClientKind::App { redirect: "com.example.bank:/signed-in" };
const ADDED: Day = Day { year: 2026, month: 11, day: 3 };

/// The frame of every sample.
pub(crate) fn chrome(locale: Locale) -> Chrome<'static> {
    Chrome {
        locale,
        type_size: TypeSize::Normal,
        world: World::Sandbox,
        csrf: "sample-csrf",
        back: Some("/continue?i=sample"),
        trace_id: "7f3a-91c2-0b4e",
    }
}

fn bank(locale: Locale, kind: ClientKind<'static>) -> Client<'static> {
    let name = match locale {
        Locale::Zh => "蓝海银行",
        Locale::En => "Blue Bank",
    };
    let (policy, terms) = (Some("https://bank.example/privacy"), Some("https://bank.example/terms"));
    Client { name, kind, logo: Some("sample"), policy, terms, other_way: Some("https://bank.example/other") }
}

/// The sign-in page that a website leads to.
pub(crate) fn sign_in(locale: Locale, problem: Option<SignInProblem>) -> SignIn<'static> {
    SignIn {
        chrome: chrome(locale),
        client: Some(bank(locale, WEBSITE)),
        why: Why::First,
        step: Step::Required,
        interaction: "sealed-interaction",
        passkey_options: OPTIONS,
        applications: Applications::Taken,
        number: if problem.is_some() { "K7QM-2RXA-9FTC-4HWD" } else { "" },
        problem,
    }
}

/// The person's own page, well filled.
pub(crate) fn me(locale: Locale) -> Me<'static> {
    let zh = locale == Locale::Zh;
    Me {
        chrome: Chrome { back: Some("/me"), ..chrome(locale) },
        number: "K7QM2RXA9FTC4HWD",
        sites: vec![
            Site {
                client_id: "blue-bank",
                name: bank(locale, WEBSITE).name,
                address: "bank.example",
                since: ADDED,
                sign_in: Some("https://bank.example/login?iss=https%3A%2F%2Fid.example"),
            },
            Site {
                client_id: "hospital",
                name: if zh { "第一人民医院" } else { "First People’s Hospital" },
                address: "hospital.example",
                since: Day { month: 9, ..ADDED },
                sign_in: None,
            },
        ],
        sessions: vec![
            Session { id: "a", browser: "Chrome, Android", way: Way::Passkey, idle_minutes: 0, here: true },
            Session { id: "b", browser: "Firefox, Linux", way: Way::Code, idle_minutes: 190, here: false },
            Session { id: "c", browser: "", way: Way::Code, idle_minutes: 3000, here: false },
        ],
        passkeys: vec![
            Passkey {
                id: "p", name: if zh { "我的手机" } else { "My phone" }, added: ADDED, binding: Binding::Synced
            },
            Passkey {
                id: "r",
                name: if zh { "银色钥匙" } else { "Silver key" },
                added: Day { month: 8, ..ADDED },
                binding: Binding::Attested { model: "ee882879-721c-4913-9775-3dfcce97072a" },
            },
            Passkey {
                id: "q",
                name: if zh { "蓝色钥匙" } else { "Blue key" },
                added: Day { month: 10, ..ADDED },
                binding: Binding::Device,
            },
        ],
        pin: Standing::Present,
        recovery: Some(ADDED),
        events: vec![
            Event { what: What::SignedIn { browser: "Firefox, Linux" }, day: ADDED },
            Event { what: What::PasskeyAdded { name: if zh { "我的手机" } else { "My phone" } }, day: ADDED },
            Event { what: What::PasskeyRemoved { name: if zh { "旧手机" } else { "Old phone" } }, day: ADDED },
            Event { what: What::PinChanged, day: ADDED },
            Event { what: What::CodeReplaced, day: ADDED },
            Event { what: What::SignedOutEverywhere, day: ADDED },
            Event { what: What::Frozen, day: Day { month: 9, ..ADDED } },
            Event { what: What::Lifted, day: Day { month: 9, ..ADDED } },
        ],
        notice: None,
        problem: None,
    }
}

/// Name and markup of every page, in every state that changes its words.
pub(crate) fn every(locale: Locale) -> Vec<(String, String)> {
    let mut pages = Vec::new();
    let mut page = |name: &str, html: askama::Result<String>| {
        pages.push((name.to_owned(), html.expect("every page renders")));
    };
    let chrome = chrome(locale);
    let site = Some(WayBack { href: "http://localhost:8081/", name: bank(locale, WEBSITE).name });

    page("landing", Landing { chrome, demo_site: site, applications: Applications::Taken }.render());
    page("sign-in", sign_in(locale, None).render());
    let again = SignIn { why: Why::Again, passkey_options: "", ..sign_in(locale, None) };
    page("sign-in-again", again.render());
    for (name, why) in [("passkey", Why::NeedsPasskey), ("code", Why::NeedsCode)] {
        page(&format!("sign-in-needs-{name}"), SignIn { why, ..sign_in(locale, None) }.render());
        let refused = SignIn { why, ..sign_in(locale, Some(SignInProblem::Passkey)) };
        page(&format!("sign-in-needs-{name}-refused"), refused.render());
        let wished = SignIn { why, step: Step::Voluntary, ..sign_in(locale, None) };
        page(&format!("sign-in-wishes-{name}"), wished.render());
    }
    let own = SignIn { client: None, ..sign_in(locale, None) };
    page("sign-in-own", own.render());
    for (name, problem) in [
        ("number", SignInProblem::NumberShape),
        ("pin", SignInProblem::PinShape),
        ("code", SignInProblem::CodeShape),
        ("mismatch", SignInProblem::Mismatch),
        ("passkey", SignInProblem::Passkey),
        ("too-many", SignInProblem::TooMany { minutes: 5 }),
        ("stale", SignInProblem::Stale),
    ] {
        page(&format!("sign-in-{name}"), sign_in(locale, Some(problem)).render());
    }

    for (name, camera, problem) in [
        ("face", Camera::Real, None),
        ("face-invented", Camera::Invented, None),
        ("face-missing", Camera::Invented, Some(FaceProblem::Missing)),
        ("face-not-yours", Camera::Real, Some(FaceProblem::NotYours)),
        ("face-unclear", Camera::Real, Some(FaceProblem::Unclear)),
        ("face-too-many", Camera::Real, Some(FaceProblem::TooMany { minutes: 5 })),
        ("face-stale", Camera::Real, Some(FaceProblem::Stale)),
    ] {
        let client = bank(locale, WEBSITE);
        let face = Face { chrome, client, interaction: "sealed-interaction", step: Step::Required, camera, problem };
        page(name, face.render());
    }
    let wished = Face {
        chrome,
        client: bank(locale, WEBSITE),
        interaction: "sealed-interaction",
        step: Step::Voluntary,
        camera: Camera::Real,
        problem: None,
    };
    page("face-wished", wished.render());
    let bars = ["evidence", "waits", "no-picture", "no-passkey", "no-attested-passkey", "no-code"];
    for (name, bar) in bars.map(|name| format!("barred-{name}")).iter().zip(Bar::ALL) {
        let barred = Barred { chrome, client: bank(locale, WEBSITE), interaction: "sealed-interaction", bar };
        page(name, barred.render());
    }

    for (name, kind, offline, elsewhere) in [
        ("consent", WEBSITE, false, None),
        ("consent-app", APP, false, None),
        ("consent-offline", WEBSITE, true, None),
        ("consent-elsewhere", WEBSITE, true, Some("files.example")),
    ] {
        let consent = Consent {
            chrome,
            client: bank(locale, kind),
            interaction: "sealed-interaction",
            number_end: Some("4HWD"),
            offline,
            elsewhere,
        };
        page(name, consent.render());
    }
    for (name, minor, client) in
        [("minors-14", Minor::Under14, Some(bank(locale, WEBSITE))), ("minors-18", Minor::Under18, None)]
    {
        let minors = Minors { chrome, client, minor, interaction: "sealed-interaction" };
        page(name, minors.render());
    }

    for happened in Happened::ALL {
        let developer = happened == Happened::UnknownReturn;
        let refusal = Refusal {
            chrome: Chrome { back: None, ..chrome },
            happened,
            code: "redirect_uri_differs",
            received: developer.then_some("https://bank.example/callback/"),
            expected: developer.then_some(
                "redirect_uri identical, character by character, to one that this client registered (RFC 9700 §2.1).",
            ),
            fix: developer.then_some("Send the registered address, or register this one: hufu client update."),
            way_back: site.filter(|_| !developer),
        };
        page(&format!("refusal-{happened:?}").to_lowercase(), refusal.render());
    }

    for problem in [None, Some(FreezeProblem::NumberShape), Some(FreezeProblem::PinShape)] {
        let number = if problem.is_some() { "K7QM-2RXA" } else { "" };
        page(&format!("freeze-{problem:?}").to_lowercase(), Freeze { chrome, number, problem }.render());
    }
    for said in [Said::Perhaps, Said::Certainly] {
        page(&format!("frozen-{said:?}").to_lowercase(), Frozen { chrome, said, frames: Vec::new() }.render());
    }
    for (name, client) in [("lift", None), ("lift-site", Some(bank(locale, WEBSITE)))] {
        let lift = Lift { chrome, client, interaction: "sealed-interaction", credential: "{}" };
        page(name, lift.render());
    }

    for (name, holder) in [
        ("wallet", Holder::Ready),
        ("wallet-signed-out", Holder::SignedOut),
        ("wallet-no-passkey", Holder::NoPasskey),
        ("wallet-no-document", Holder::NoDocument),
    ] {
        let ready = holder == Holder::Ready;
        let browser = if ready { "Chrome, Android" } else { "" };
        let issuer = "https://id.example";
        page(name, Wallet { chrome, issuer, browser, holder, revocable: ready, revoked: !ready }.render());
    }

    page("sign-out", SignOut { chrome, request: "", way_back: None }.render());
    page("sign-out-site", SignOut { chrome, request: "sealed", way_back: site }.render());
    page("signed-out", SignedOut { chrome, frames: Vec::new(), way_back: None }.render());
    let frames = vec!["https://shop.example/out?iss=https%3A%2F%2Fid.example&sid=s"];
    page("signed-out-telling", SignedOut { chrome, frames, way_back: site }.render());
    let fields = [("code", "sealed-code".to_owned()), ("state", "af0ifjsldkj".to_owned())];
    let form_post = FormPost {
        chrome: Chrome { back: None, ..chrome },
        host: "bank.example",
        action: "https://bank.example/callback",
        fields: &fields,
    };
    page("form-post", form_post.render());
    page("busy", Busy { chrome, seconds: 7 }.render());

    page("me", me(locale).render());
    let bare =
        Me { sites: Vec::new(), passkeys: me(locale).passkeys.split_off(2), pin: Standing::Absent, ..me(locale) };
    page("me-last-way", bare.render());
    let none = Me { passkeys: Vec::new(), ..me(locale) };
    page("me-no-passkey", none.render());
    for notice in Notice::ALL {
        let done = Me { notice: Some(notice), ..me(locale) };
        page(&format!("me-{}", notice.word()), done.render());
    }
    for problem in [
        MeProblem::PasskeyRefused,
        MeProblem::PasskeyNameMissing,
        MeProblem::LastWay,
        MeProblem::NoWayBack,
        MeProblem::Stale,
    ]
    .into_iter()
    .chain(PinProblem::ALL.map(MeProblem::Pin))
    {
        let failed = Me { problem: Some(problem), ..me(locale) };
        let name: String = format!("me-{problem:?}").to_lowercase().replace(['(', ')'], "-");
        page(name.trim_end_matches('-'), failed.render());
    }
    for typed in [Typed::Nothing, Typed::Wrong] {
        let picture = Picture::of(OTPAUTH).expect("it is short");
        let code =
            NewCode { chrome: me(locale).chrome, uri: OTPAUTH, secret: SECRET, picture, sealed: "sealed", typed };
        page(&format!("me-code-{typed:?}").to_lowercase(), code.render());
    }
    pages.extend(apply::sample::every(locale));
    pages
}
