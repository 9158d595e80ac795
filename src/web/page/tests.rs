//! What holds for every page: no script or style inline, every field labelled, small, escaped, both languages alike.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::sample::{self, every};
use super::*;

fn all() -> Vec<(String, String)> {
    Locale::ALL
        .into_iter()
        .flat_map(|locale| {
            every(locale).into_iter().map(move |(name, html)| (format!("{name}.{}", locale.tag()), html))
        })
        .collect()
}

/// Every opening tag with its attributes.
fn tags(html: &str) -> impl Iterator<Item = &str> {
    html.split('<').skip(1).filter_map(|t| t.split_once('>').map(|(tag, _)| tag))
}

fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
    rest.split_once('"').map(|(value, _)| value)
}

/// PROTOCOL 24: CSP without inline.
#[test]
fn no_page_has_inline_script_or_style_or_handlers() {
    for (name, html) in all() {
        assert!(!html.contains("<style"), "{name}");
        for tag in tags(&html) {
            assert!(attribute(tag, "style").is_none(), "{name}: {tag}");
            // Every other piece between quotation marks is a value.
            assert!(tag.split('"').step_by(2).all(|names| !names.contains(" on")), "{name}: {tag}");
            assert!(!tag.contains("javascript:"), "{name}: {tag}");
            if tag.starts_with("script") {
                assert!(attribute(tag, "src").is_some(), "{name}: {tag}");
            }
        }
    }
}

#[test]
fn every_field_has_a_label_a_purpose_and_a_language() {
    for (name, html) in all() {
        let labels: BTreeSet<&str> =
            tags(&html).filter(|t| t.starts_with("label ")).filter_map(|t| attribute(t, "for")).collect();
        let ids: Vec<&str> = tags(&html).filter_map(|t| attribute(t, "id")).collect();
        assert_eq!(ids.len(), ids.iter().collect::<BTreeSet<_>>().len(), "{name}: ids repeat");
        for tag in tags(&html).filter(|t| t.starts_with("input ")) {
            if attribute(tag, "type") == Some("hidden") || tag.ends_with(" hidden") {
                continue;
            }
            let id = attribute(tag, "id").unwrap_or_default();
            assert!(labels.contains(id), "{name}: {tag}");
            assert!(attribute(tag, "autocomplete").is_some(), "{name}: {tag}");
            for described in attribute(tag, "aria-describedby").unwrap_or_default().split(' ') {
                assert!(described.is_empty() || ids.contains(&described), "{name}: {tag}");
            }
        }
    }
}

#[test]
fn every_form_posts_with_a_csrf_field() {
    for (name, html) in all() {
        for form in html.split("<form ").skip(1) {
            let form = form.split("</form>").next().unwrap_or_default();
            assert!(form.contains("method=\"post\""), "{name}: {form}");
            // A form that leaves for the website carries nothing of ours.
            let leaves = form.contains("action=\"https://");
            let ours = form.contains("name=\"csrf\" value=\"sample-csrf\"");
            assert_eq!(ours, !leaves, "{name}: {form}");
            assert_eq!(leaves, name.starts_with("form-post"), "{name}: {form}");
        }
    }
}

/// PAGES: the second way works with JavaScript off; `username webauthn`, `current-password`, `one-time-code`.
#[test]
fn sign_in_fields_say_what_they_are_for() {
    let html = sample::sign_in(Locale::En, None).render().expect("renders");
    for (id, purpose) in [("number", "username webauthn"), ("pin", "current-password"), ("code", "one-time-code")] {
        let tag = tags(&html).find(|t| attribute(t, "id") == Some(id)).expect("the field is there");
        assert_eq!(attribute(tag, "autocomplete"), Some(purpose));
        assert_eq!(attribute(tag, "name"), Some(id));
    }
    for id in ["signin", "decline", "passkey"] {
        assert!(html.contains(&format!("id=\"{id}\"")), "{id}");
    }
}

/// PAGES: "Never a dead end". A way on that needs no script, where the website does not insist, and nowhere else.
#[test]
fn what_is_only_wished_for_can_be_gone_without() {
    let wished = ["sign-in-wishes-passkey", "sign-in-wishes-code", "face-wished"];
    for (name, html) in all() {
        let asked = wished.iter().any(|page| name.contains(page));
        assert_eq!(html.contains("action=\"/signin/without\""), asked, "{name}");
        assert!(!asked || html.contains("id=\"decline\""), "{name}");
    }
}

#[test]
fn after_an_error_exactly_one_thing_has_the_focus_and_the_summary_is_live() {
    for problem in
        [SignInProblem::NumberShape, SignInProblem::PinShape, SignInProblem::CodeShape, SignInProblem::Mismatch]
    {
        let html = sample::sign_in(Locale::En, Some(problem)).render().expect("renders");
        let focused = tags(&html).filter(|t| t.ends_with(" autofocus")).count();
        assert_eq!(focused, 1, "{problem:?}");
        assert!(html.contains("role=\"alert\""));
    }
    let html = sample::sign_in(Locale::En, None).render().expect("renders");
    assert!(!html.contains("autofocus") && !html.contains("role=\"alert\""));
}

/// In four steps: after an error the focus is on the field to mend, or on the words where there is none.
#[test]
fn after_an_error_of_an_application_one_thing_has_the_focus_and_the_words_are_live() {
    let mut problems = 0;
    for (name, html) in all().iter().filter(|(name, _)| name.starts_with("apply-")) {
        let alerts = html.matches("role=\"alert\"").count();
        let focused = tags(html).filter(|tag| tag.ends_with(" autofocus")).count();
        assert_eq!((alerts, focused), (alerts.min(1), alerts), "{name}");
        problems += alerts;
    }
    assert!(problems > 50, "{problems}");
}

/// Issue 4: an application names its steps, and every page of it leads on, back or out.
#[test]
fn every_page_of_an_application_has_a_way_out() {
    for (name, html) in all().iter().filter(|(name, _)| name.starts_with("apply-")) {
        assert!(html.contains("action=\"/apply/stop\"") || html.contains("href=\"/\">"), "{name}");
    }
}

#[test]
fn pin_and_code_are_never_filled_in() {
    for (name, html) in all() {
        for tag in tags(&html).filter(|t| t.contains("password") || t.contains("one-time-code")) {
            assert!(attribute(tag, "value").is_none(), "{name}: {tag}");
        }
    }
}

#[test]
fn words_from_outside_are_escaped_everywhere() {
    const EVIL: &str = "\"'><script>alert(1)</script><b x=\"";
    let chrome = Chrome { csrf: EVIL, back: Some(EVIL), trace_id: EVIL, ..sample::chrome(Locale::En) };
    let client = Client {
        name: EVIL,
        kind: ClientKind::App { redirect: EVIL },
        logo: Some(EVIL),
        policy: Some(EVIL),
        terms: Some(EVIL),
        other_way: Some(EVIL),
    };
    let to = Some(WayBack { href: "/", name: EVIL });
    let mut me = sample::me(Locale::En);
    me.number = EVIL;
    me.chrome = chrome;
    me.sites[0].name = EVIL;
    me.sites[0].address = EVIL;
    me.sites[0].client_id = EVIL;
    me.sites[0].sign_in = Some(EVIL);
    me.sessions[0].browser = EVIL;
    me.sessions[0].id = EVIL;
    me.passkeys[0].name = EVIL;
    me.passkeys[0].id = EVIL;
    let sign_in = SignIn {
        chrome,
        client: Some(client),
        interaction: EVIL,
        passkey_options: EVIL,
        number: EVIL,
        ..sample::sign_in(Locale::En, None)
    };
    let consent =
        Consent { chrome, client, interaction: EVIL, number_end: Some(EVIL), offline: true, elsewhere: Some(EVIL) };
    let refusal = Refusal {
        chrome,
        happened: Happened::BadRequest,
        code: EVIL,
        received: Some(EVIL),
        expected: Some(EVIL),
        fix: Some(EVIL),
        way_back: to,
    };
    let sign_out = SignOut { chrome, request: EVIL, way_back: to };
    let freeze = Freeze { chrome, number: EVIL, problem: None };
    let lift = Lift { chrome, client: Some(client), interaction: EVIL, credential: EVIL };
    let fields = [("state", EVIL.to_owned())];
    let form_post = FormPost { chrome, host: EVIL, action: EVIL, fields: &fields };
    let pages = [me.render(), sign_in.render(), consent.render(), refusal.render(), sign_out.render()];
    for html in pages.into_iter().chain([freeze.render(), lift.render(), form_post.render()]) {
        let html = html.expect("renders");
        assert!(!html.contains("<script>") && !html.contains("<b "), "{html}");
        assert!(!html.contains("\"'>"), "{html}");
    }
}

/// A website that is linked to does not learn what the person was about to do (RFC 9700 §4.2).
#[test]
fn a_link_to_a_website_tells_it_nothing() {
    let mut websites = 0;
    for (name, html) in all() {
        for tag in tags(&html).filter(|tag| attribute(tag, "href").is_some_and(|to| to.starts_with("https://"))) {
            assert_eq!(attribute(tag, "rel"), Some("noreferrer"), "{name}: {tag}");
            websites += 1;
        }
    }
    assert!(websites > 10);
}

/// PAGES: one stylesheet under 12 kB; the sign-in page under 30 kB with everything.
#[test]
fn the_pages_are_light() {
    let size = |path: &str| asset(path).expect("the file is there").bytes.len();
    assert!(size("hufu.css") < 12_000);
    for (name, html) in all().iter().filter(|(name, _)| name.starts_with("apply-")) {
        let with_everything = html.len()
            + size("hufu.css")
            + size("apply.js").max(size("me.js"))
            + size("tally.svg")
            + size("favicon.svg");
        assert!(with_everything < 30_000, "{name}: {with_everything}");
    }
    for locale in Locale::ALL {
        let html = sample::sign_in(locale, None).render().expect("renders");
        let with_everything =
            html.len() + size("hufu.css") + size("signin.js") + size("tally.svg") + size("favicon.svg");
        assert!(with_everything < 30_000, "{with_everything}");
    }
}

/// The browser tests look at every page there is: by this word they know which one they see.
#[test]
fn every_page_is_called_as_its_template() {
    let named: BTreeSet<String> = all()
        .iter()
        .filter_map(|(_, html)| {
            tags(html).find(|tag| tag.starts_with("body")).and_then(|tag| attribute(tag, "data-page"))
        })
        .map(str::to_owned)
        .collect();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
    let mut templates = BTreeSet::new();
    for (folder, before) in [(folder.clone(), ""), (folder.join("apply"), "apply-")] {
        for entry in std::fs::read_dir(folder).expect("the folder is there") {
            let file = entry.expect("readable").file_name();
            if let Some(name) = file.to_str().and_then(|file| file.strip_suffix(".html")) {
                templates.insert(format!("{before}{}", name.replace('_', "-")));
            }
        }
    }
    templates.remove("layout");
    assert_eq!(named, templates);
}

#[test]
fn every_file_that_a_page_names_is_served() {
    for (name, html) in all() {
        for tag in tags(&html) {
            for attribute_name in ["src", "href"] {
                let Some(path) = attribute(tag, attribute_name).and_then(|p| p.strip_prefix("/static/")) else {
                    continue;
                };
                let path = path.split('?').next().unwrap_or_default();
                assert!(asset(path).is_some(), "{name}: {path}");
            }
        }
    }
}

#[test]
fn the_button_kit_has_no_script_and_offers_the_other_way() {
    let preview = String::from_utf8_lossy(asset("button/index.html").expect("is there").bytes);
    assert!(!preview.contains("<script") && !preview.contains(" style=\""));
    let ours = preview.matches("<a class=\"hufu\"").count();
    assert!(ours >= 16);
    assert_eq!(ours, preview.matches("<a class=\"hufu-other\"").count());
    assert_eq!(ours, preview.matches("<small>").count());
}

/// Keys of a language with the variables that each text uses.
fn texts(locale: Locale) -> BTreeMap<String, BTreeSet<String>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("locales").join(locale.tag());
    let mut texts = BTreeMap::<String, BTreeSet<String>>::new();
    for file in std::fs::read_dir(folder).expect("the folder is there") {
        let text = std::fs::read_to_string(file.expect("readable").path()).expect("UTF-8");
        let mut key = String::new();
        for line in text.lines().filter(|l| !l.starts_with('#')) {
            if let Some((name, _)) = line.split_once(" = ")
                && !line.starts_with(' ')
            {
                key = name.to_owned();
                assert!(texts.insert(key.clone(), BTreeSet::new()).is_none(), "{key} twice");
            }
            for variable in line.split('$').skip(1) {
                let variable = variable.chars().take_while(char::is_ascii_alphanumeric).collect();
                texts.entry(key.clone()).or_default().insert(variable);
            }
        }
    }
    texts
}

/// All templates and all sources of this room, in one string.
fn sources() -> String {
    fn gather(folder: &Path, into: &mut String) {
        for entry in std::fs::read_dir(folder).expect("the folder is there") {
            let path = entry.expect("readable").path();
            if path.is_dir() {
                gather(&path, into);
            } else if !path.ends_with("tests.rs") {
                into.push_str(&std::fs::read_to_string(&path).expect("UTF-8"));
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut all = String::new();
    gather(&root.join("templates"), &mut all);
    gather(&root.join("src/web/page"), &mut all);
    all
}

#[test]
fn both_languages_have_the_same_keys_with_the_same_variables() {
    assert_eq!(texts(Locale::Zh), texts(Locale::En));
}

/// A variable that a page forgets stops [`Say`] in a debug build, and so the samples.
#[test]
fn every_text_is_used_and_every_text_used_is_there() {
    let texts = texts(Locale::En);
    let sources = sources();
    for key in texts.keys() {
        assert!(sources.contains(&format!("\"{key}\"")), "{key} is used nowhere");
    }
    for used in sources.split("say(\"").skip(1) {
        let (key, _) = used.split_once('"').expect("the literal ends");
        assert!(texts.contains_key(key), "{key} is in no language");
    }
}

/// Not a test of anything: writes all pages for looking at them.
#[test]
#[ignore = "writes files; set HUFU_PAGES to a folder"]
fn write_every_page() {
    let Ok(folder) = std::env::var("HUFU_PAGES") else {
        return;
    };
    let folder = Path::new(&folder);
    std::fs::create_dir_all(folder).expect("a folder");
    for (name, html) in all() {
        std::fs::write(folder.join(format!("{name}.html")), html).expect("written");
    }
}
