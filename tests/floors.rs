//! Which room may know which: the table of `docs/architecture.md`, held against every file under `src`.
//!
//! Parses each file, macro bodies included, and looks at the paths it names. Proves itself at the foot: every rule has a
//! planted wrong arrow that it must find, and right arrows that it must leave alone.

#![expect(clippy::unwrap_used, reason = "a test that cannot read its own sources has failed")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use syn::buffer::{Cursor, TokenBuffer};
use syn::visit::{self, Visit};

/// The rooms by floor, ground floor first. Within a floor a room may import what stands to its left where `Stands::Row`
/// says so; rooms that stand `Apart` never import each other.
const HOUSE: [(Stands, &[&str]); 8] = [
    (Stands::Apart, &["spec"]),
    (Stands::Row, &["keys", "document"]),
    (Stands::Apart, &["person", "client"]),
    (Stands::Row, STREET),
    (Stands::Apart, &["store"]),
    (Stands::Apart, &["flow"]),
    (Stands::Apart, &["web", "outside"]),
    (Stands::Row, &["config", "sandbox", "cli"]),
];
const STREET: &[&str] = &["authorize", "authn", "consent", "code", "token", "userinfo"];
const TOP: &[&str] = &["config", "sandbox", "cli"];
/// Rooms that decide and never wait: below the store.
const PURE: &[&str] =
    &["spec", "keys", "document", "person", "client", "authorize", "authn", "consent", "code", "token", "userinfo"];

enum Stands {
    Row,
    Apart,
}

/// A crate, and the only rooms that may name it. The top floor, which puts the house together, may name all but diesel.
const FENCES: &[(&str, &[&str])] = &[
    ("clap", &[]),
    ("figment", &[]),
    ("tracing_subscriber", &[]),
    ("actix_web", &["web"]),
    ("actix_multipart", &["web"]),
    ("futures_core", &["web"]),
    ("tracing_actix_web", &["web"]),
    ("actix_multipart", &["web"]),
    ("askama", &["web"]),
    ("qrcode", &["web"]),
    ("reqwest", &["outside"]),
    ("rustls_platform_verifier", &["outside"]),
    ("cryptoki", &["outside"]),
    ("diesel", &["store"]),
    ("diesel_migrations", &["store"]),
    ("libsqlite3_sys", &["store"]),
    ("argon2", STREET),
    ("webauthn_rs", STREET),
    ("jsonwebtoken", &["keys", "document", "person", "client"]),
    ("aws_lc_rs", &["keys", "document", "person", "client"]),
    ("openidconnect", &["spec"]),
    ("cms", &["document"]),
    ("der", &["document"]),
    ("x509_cert", &["document"]),
    ("ecdsa", &["document"]),
    ("p256", &["document"]),
    ("p384", &["document"]),
    ("p521", &["document"]),
    ("bp256", &["document"]),
    ("bp384", &["document"]),
    ("crypto_bigint", &["document"]),
];
/// Part of a fenced crate that anybody may use: a plain hash holds no key.
const UNFENCED: &[&str] = &["aws_lc_rs::digest"];
/// What the ground floor may name besides the standard library: how values are written, compared and wiped.
const SPEC_CRATES: &[&str] =
    &["serde", "serde_json", "url", "time", "openidconnect", "data_encoding", "rand", "subtle", "thiserror", "zeroize"];
/// Doors to the world that a pure room does not have, except to test itself.
const DOORS: &[&str] = &["tokio", "std::fs", "std::net", "std::process", "std::env", "std::thread"];
/// The names of a database, which `store/conn.rs` alone says.
const DATABASES: &[&str] = &["diesel::sqlite", "diesel::pg", "diesel::SqliteConnection", "diesel::PgConnection"];
const DATABASE_WORDS: &[&str] = &["SqliteConnection", "PgConnection"];

#[test]
fn every_arrow_in_the_house_is_allowed() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut wrong = Vec::new();
    let files = rust_files(&root);
    for file in &files {
        let inside = file.strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/");
        wrong.extend(judge(&inside, &fs::read_to_string(file).unwrap()));
    }
    assert!(files.len() > 1, "no source found under {}", root.display());
    assert!(wrong.is_empty(), "{} wrong arrows:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_room_is_on_the_map() {
    let lib = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs")).unwrap();
    for item in syn::parse_file(&lib).unwrap().items {
        let syn::Item::Mod(room) = item else { continue };
        assert!(place(&room.ident.to_string()).is_some(), "`{}` stands on no floor", room.ident);
    }
}

fn rust_files(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()) {
        match entry.is_dir() {
            true => found.extend(rust_files(&entry)),
            false if entry.extension().is_some_and(|extension| extension == "rs") => found.push(entry),
            false => {}
        }
    }
    found.sort();
    found
}

/// What one file does that its room may not, one sentence each.
fn judge(file: &str, source: &str) -> Vec<String> {
    let room = match file.split_once('/') {
        Some((room, _)) => room,
        None => file.trim_end_matches(".rs"),
    };
    let mut reader = Reader { file, room, depth: depth(file), ..Reader::default() };
    match syn::parse_file(source) {
        Ok(parsed) => reader.visit_file(&parsed),
        Err(error) => reader.wrong(format!("does not parse: {error}")),
    }
    reader.wrong.into_iter().map(|sentence| format!("src/{file}: {sentence}")).collect()
}

/// How many modules deep a file's own module lies: `lib.rs` 0, `store/mod.rs` 1, `store/conn.rs` 2.
fn depth(file: &str) -> usize {
    let path = file.trim_end_matches(".rs").trim_end_matches("/mod");
    if matches!(path, "lib" | "main") { 0 } else { path.split('/').count() }
}

/// The floor and the place on it, counted from the left.
fn place(room: &str) -> Option<(usize, usize)> {
    HOUSE.iter().enumerate().find_map(|(floor, (_, rooms))| {
        rooms.iter().position(|other| *other == room).map(|from_left| (floor, from_left))
    })
}

fn may_import(from: &str, to: &str) -> bool {
    match (from, to) {
        ("main", _) => to == "cli",
        (_, "sandbox") => from == "cli",
        _ => match (place(from), place(to)) {
            (Some((above, right)), Some((below, left))) if above == below => {
                matches!(HOUSE[above].0, Stands::Row) && left < right
            }
            (Some((above, _)), Some((below, _))) => below < above,
            _ => false,
        },
    }
}

/// Walks one file and writes down what is wrong with it.
#[derive(Default)]
struct Reader<'a> {
    file: &'a str,
    room: &'a str,
    depth: usize,
    in_tests: bool,
    wrong: BTreeSet<String>,
}

impl Reader<'_> {
    fn wrong(&mut self, sentence: String) {
        self.wrong.insert(sentence);
    }

    fn is_demo_website(&self) -> bool {
        self.file == "sandbox/site.rs" || self.file.starts_with("sandbox/site/")
    }

    fn is_twin(&self) -> bool {
        self.file.starts_with("sandbox/twin/")
    }

    /// Judges one path as written, its segments in order.
    fn path(&mut self, path: &[String]) {
        let said = path.join("::");
        let words: Vec<&str> = path.iter().map(String::as_str).collect();
        match *words.as_slice() {
            ["super", "super", ..] => self.wrong(format!("`{said}`: no `super::super`, say `crate::room::…`")),
            ["super", ..] if self.depth == 1 => {
                self.wrong(format!("`{said}` climbs out of the room, say `crate::room::…`"));
            }
            ["crate"] => self.wrong("`crate` renamed hides which room is meant".into()),
            ["crate", "sandbox", "site", ..] if self.is_demo_website() => {}
            ["crate" | "hufu", ..] if self.is_demo_website() => {
                self.wrong(format!("`{said}`: the demo website imports nothing of ours"));
            }
            ["crate" | "hufu", to, ..] if self.is_twin() && to != "sandbox" && !self.in_tests => {
                self.wrong(format!("`{said}`: the twins import nothing of ours but the sandbox"));
            }
            ["crate" | "hufu", to, ..] if to != self.room && place(to).is_some() && !may_import(self.room, to) => {
                self.wrong(format!("`{said}`: {} may not know {to}", self.room));
            }
            [name, ..] => self.foreign(name, &said),
            [] => {}
        }
        let names_database =
            starts_with_any(&said, DATABASES) || words.iter().any(|word| DATABASE_WORDS.contains(word));
        if names_database && self.file != "store/conn.rs" && !self.file.starts_with("store/conn/") {
            self.wrong(format!("`{said}`: store/conn.rs alone names the databases"));
        }
    }

    /// Judges a path that begins with another crate's name.
    fn foreign(&mut self, name: &str, said: &str) {
        let home = FENCES.iter().find(|(fenced, _)| *fenced == name).map(|(_, rooms)| *rooms);
        if starts_with_any(said, UNFENCED) {
            return;
        }
        let at_top = TOP.contains(&self.room) && !name.starts_with("diesel");
        if home.is_some_and(|rooms| !rooms.contains(&self.room) && !at_top) {
            self.wrong(format!("`{said}`: {name} is fenced off from {}", self.room));
        }
        if self.room == "spec" && is_dependency(name) && !SPEC_CRATES.contains(&name) {
            self.wrong(format!("`{said}`: spec does not need {name}"));
        }
        if PURE.contains(&self.room) && starts_with_any(said, DOORS) && !self.in_tests {
            self.wrong(format!("`{said}`: {} decides and does no I/O", self.room));
        }
    }

    fn wait(&mut self) {
        if PURE.contains(&self.room) {
            self.wrong(format!("`async`: {} lies below the store and never waits", self.room));
        }
    }

    fn use_tree(&mut self, tree: &syn::UseTree, before: &[String]) {
        let with = |name: String| [before, &[name]].concat();
        match tree {
            syn::UseTree::Path(path) => self.use_tree(&path.tree, &with(path.ident.to_string())),
            syn::UseTree::Name(name) if name.ident == "self" => self.path(before),
            syn::UseTree::Name(name) => self.path(&with(name.ident.to_string())),
            syn::UseTree::Rename(name) => self.path(&with(name.ident.to_string())),
            syn::UseTree::Glob(_) => self.path(&with("*".into())),
            syn::UseTree::Group(group) => group.items.iter().for_each(|tree| self.use_tree(tree, before)),
        }
    }

    /// Judges a path that stands in code: a lone word there is a local name and no arrow.
    fn mention(&mut self, path: &[String]) {
        if path.len() > 1 || path.iter().any(|word| DATABASE_WORDS.contains(&word.as_str())) {
            self.path(path);
        }
    }

    fn swallow(&mut self) {
        if self.room == "store" {
            self.wrong("`.ok()`: a dead database must not look like a missing row".into());
        }
    }

    /// Reads the body of a macro, which is no syntax tree: every `a::b::c` and `a::{b, c}` in it, `async`, `.ok()`.
    fn tokens(&mut self, mut cursor: Cursor, before: &[String]) {
        let mut path = before.to_vec();
        while !cursor.eof() {
            if let Some((word, rest)) = cursor.ident() {
                if word == "async" || word == "await" {
                    self.wait();
                }
                if word == "ok" && rest.any_group().is_some_and(|(inside, ..)| inside.eof()) {
                    self.swallow();
                }
                path.push(word.to_string());
                cursor = colons(rest).unwrap_or(rest);
                if colons(rest).is_some() && (cursor.ident().is_some() || cursor.any_group().is_some()) {
                    continue;
                }
                self.mention(&path);
            } else if let Some((inside, _, _, rest)) = cursor.any_group() {
                self.tokens(inside, &path);
                cursor = rest;
            } else if let Some((_, rest)) = cursor.token_tree() {
                cursor = rest;
            }
            path = before.to_vec();
        }
    }
}

impl<'ast> Visit<'ast> for Reader<'_> {
    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.use_tree(&item.tree, &[]);
    }

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        let around = (self.depth, self.in_tests);
        self.depth += 1;
        self.in_tests |= item.attrs.iter().any(|attribute| *attribute == syn::parse_quote!(#[cfg(test)]));
        visit::visit_item_mod(self, item);
        (self.depth, self.in_tests) = around;
    }

    fn visit_item_extern_crate(&mut self, item: &'ast syn::ItemExternCrate) {
        self.path(&[item.ident.to_string()]);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        self.mention(&path.segments.iter().map(|segment| segment.ident.to_string()).collect::<Vec<_>>());
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        self.visit_path(&call.path);
        self.tokens(TokenBuffer::new2(call.tokens.clone()).begin(), &[]);
    }

    fn visit_meta_list(&mut self, list: &'ast syn::MetaList) {
        self.tokens(TokenBuffer::new2(list.tokens.clone()).begin(), &[]);
    }

    fn visit_signature(&mut self, signature: &'ast syn::Signature) {
        if signature.asyncness.is_some() {
            self.wait();
        }
        visit::visit_signature(self, signature);
    }

    fn visit_expr_async(&mut self, block: &'ast syn::ExprAsync) {
        self.wait();
        visit::visit_expr_async(self, block);
    }

    fn visit_expr_await(&mut self, expression: &'ast syn::ExprAwait) {
        self.wait();
        visit::visit_expr_await(self, expression);
    }

    fn visit_expr_closure(&mut self, closure: &'ast syn::ExprClosure) {
        if closure.asyncness.is_some() {
            self.wait();
        }
        visit::visit_expr_closure(self, closure);
    }

    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        if call.method == "ok" && call.args.is_empty() {
            self.swallow();
        }
        visit::visit_expr_method_call(self, call);
    }
}

/// The rest after `::`, where the cursor stands before one.
fn colons(cursor: Cursor<'_>) -> Option<Cursor<'_>> {
    let (first, rest) = cursor.punct()?;
    let (second, rest) = rest.punct()?;
    (first.as_char() == ':' && second.as_char() == ':').then_some(rest)
}

fn starts_with_any(said: &str, prefixes: &[&str]) -> bool {
    prefixes
        .iter()
        .any(|prefix| said.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with("::")))
}

fn is_dependency(name: &str) -> bool {
    let manifest = include_str!("../Cargo.toml");
    manifest.lines().filter_map(|line| line.split_once(" = ")).any(|(key, _)| key.replace('-', "_") == name)
}

/// Planted arrows: (file, source, what the finding must say).
#[rustfmt::skip]
const WRONG: &[(&str, &str, &str)] = &[
    ("spec/claim.rs", "use crate::keys::Sub;", "spec may not know keys"),
    ("spec/claim.rs", "use actix_web::HttpResponse;", "fenced off"),
    ("spec/claim.rs", "use moka::Cache; use tokio::time::sleep;", "spec does not need tokio"),
    ("keys/mod.rs", "use crate::document::Mrz;", "keys may not know document"),
    ("document/mrz.rs", "fn f(p: &crate::person::Person) {}", "document may not know person"),
    ("person/mod.rs", "use crate::client::Client;", "person may not know client"),
    ("client/mod.rs", "use crate::person::Person;", "client may not know person"),
    ("authorize/mod.rs", "use crate::authn::Authenticated;", "authorize may not know authn"),
    ("authn/pin.rs", "use crate::{keys::Pepper, code::{self, Code}};", "authn may not know code"),
    ("consent/mod.rs", "mod tests { fn f() { let c = crate::token::TokenSet::new(); } }", "consent may not know token"),
    ("code/mod.rs", "use crate::userinfo;", "code may not know userinfo"),
    ("token/mod.rs", "use crate::store::Tx;", "token may not know store"),
    ("store/mod.rs", "use crate::flow::redeem;", "store may not know flow"),
    ("flow/redeem.rs", "use crate::web::cookie;", "flow may not know web"),
    ("flow/redeem.rs", "use crate::config::Config;", "flow may not know config"),
    ("web/mod.rs", "use crate::outside::Fetcher;", "web may not know outside"),
    ("outside/mod.rs", "use crate::web::pages;", "outside may not know web"),
    ("web/mod.rs", "use crate::sandbox::persona;", "web may not know sandbox"),
    ("config.rs", "use crate::sandbox::persona;", "config may not know sandbox"),
    ("sandbox/mod.rs", "use crate::cli::clock;", "sandbox may not know cli"),
    ("sandbox/site/mod.rs", "use crate::spec::Sub;", "the demo website imports nothing of ours"),
    ("sandbox/twin/face.rs", "use crate::flow::ports::Score;", "the twins import nothing of ours but the sandbox"),
    ("main.rs", "fn main() { hufu::web::serve() }", "main may not know web"),
    ("flow/a.rs", "fn f() { println!(\"{}\", crate::web::f::<u8>()); }", "flow may not know web"),
    ("flow/a.rs", "macro_rules! m { () => { use crate::{store::Db, cli::{self, x}}; }; }", "flow may not know cli"),
    ("flow/a.rs", "#[derive(crate::web::Page)] struct S;", "flow may not know web"),
    ("flow/a.rs", "#[derive(diesel::Queryable)] struct S;", "diesel is fenced off"),
    ("cli/migrate.rs", "use diesel::prelude::*;", "diesel is fenced off"),
    ("web/routes.rs", "use clap::Parser;", "clap is fenced off"),
    ("flow/a.rs", "use askama::Template;", "askama is fenced off"),
    ("web/a.rs", "fn f() { reqwest::get(\"x\"); }", "reqwest is fenced off"),
    ("keys/token.rs", "use cryptoki::session::Session;", "cryptoki is fenced off"),
    ("person/pin.rs", "use argon2::Argon2;", "argon2 is fenced off"),
    ("flow/a.rs", "use webauthn_rs::prelude::*;", "webauthn_rs is fenced off"),
    ("token/mod.rs", "use jsonwebtoken::encode;", "jsonwebtoken is fenced off"),
    ("authn/pin.rs", "extern crate aws_lc_rs;", "aws_lc_rs is fenced off"),
    ("userinfo/mod.rs", "use openidconnect::core::CoreClient;", "openidconnect is fenced off"),
    ("keys/sign.rs", "use p256::elliptic_curve::SecretKey;", "p256 is fenced off"),
    ("flow/apply.rs", "use crypto_bigint::BoxedUint;", "crypto_bigint is fenced off"),
    ("store/person.rs", "use diesel::{prelude::*, sqlite::Sqlite};", "store/conn.rs alone"),
    ("store/person.rs", "fn f(c: &mut PgConnection) {}", "store/conn.rs alone"),
    ("store/person.rs", "diesel::insert_into(persons).execute(c).ok();", "does not parse"),
    ("store/person.rs", "fn f() { find(id).first(db).ok() }", "`.ok()`"),
    ("store/person.rs", "fn f() { vec![find(id).ok()] }", "`.ok()`"),
    ("code/redeem.rs", "async fn redeem() {}", "never waits"),
    ("keys/port.rs", "trait KeyService { async fn sign(&self); }", "never waits"),
    ("token/mod.rs", "fn f() { let a = async move {}; }", "never waits"),
    ("token/mod.rs", "fn f() { let a = async || {}; }", "never waits"),
    ("person/mod.rs", "fn f() { m!(x.await) }", "never waits"),
    ("consent/mod.rs", "fn f() { std::fs::read(\"x\"); }", "no I/O"),
    ("consent/mod.rs", "#[cfg(test)] mod tests { } use std::thread;", "no I/O"),
    ("web/pages/me.rs", "use super::super::cookie;", "super::super"),
    ("web/mod.rs", "use super::flow;", "climbs out"),
    ("config.rs", "fn f() { super::web::serve() }", "climbs out"),
    ("web/mod.rs", "use crate as hufu;", "renamed"),
];

/// Arrows that look alike and are right.
#[rustfmt::skip]
const RIGHT: &[(&str, &str)] = &[
    ("lib.rs", "pub mod spec; pub mod web;"),
    ("main.rs", "fn main() -> std::process::ExitCode { hufu::cli::run() }"),
    ("spec/id.rs", "use aws_lc_rs::digest; use serde::Serialize; use url::Url; use openidconnect::Scope; use crate::spec::claim::Claim;"),
    ("document/chip.rs", "use crate::{keys::Digest, spec::Timestamp}; use aws_lc_rs::digest;"),
    ("client/mod.rs", "use crate::keys::SecretHash; mod tests { use super::*; }"),
    ("userinfo/mod.rs", "use crate::{authorize, authn, consent, code, token::AccessToken, person, client};"),
    ("authn/mod.rs", "use argon2::Argon2; use webauthn_rs::prelude::Passkey; use crate::authorize::AuthorizationRequest;"),
    ("authn/rack.rs", "#[cfg(test)] mod tests { use super::*; use std::thread; }"),
    ("store/conn.rs", "use diesel::{sqlite::SqliteConnection, pg::PgConnection}; async fn read() {}"),
    ("store/mod.rs", "fn f() -> Result<(), E> { let ok = 1; Ok(()) }"),
    ("flow/redeem.rs", "use crate::{store::Store, code, keys}; async fn redeem() { x.await.ok(); }"),
    ("flow/redeem.rs", "fn f() { info!(client = 1, argon2 = 2, \"crate::web::x {}\", diesel); }"),
    ("web/routes.rs", "use crate::flow::redeem; use actix_web::web; use super::cookie; async fn f() { web::block(f).await; }"),
    ("sandbox/persona.rs", "use crate::{flow, store, config::Config};"),
    ("sandbox/site/page.rs", "use crate::sandbox::site::Config; use actix_web::App; use openidconnect::Nonce; use reqwest::Client;"),
    ("sandbox/twin/people.rs", "use crate::sandbox::newcomer::newcomers; use aws_lc_rs::hmac; use actix_web::web;"),
    ("cli/serve.rs", "use crate::{sandbox, web, outside, config, flow, store}; use clap::Parser; use actix_web::HttpServer;"),
];

#[test]
fn every_planted_wrong_arrow_is_found() {
    for (file, source, finding) in WRONG {
        let found = judge(file, source);
        assert!(
            found.iter().any(|sentence| sentence.contains(finding)),
            "{file}: {source}\nwants {finding}, found {found:?}"
        );
    }
}

#[test]
fn every_planted_right_arrow_is_left_alone() {
    for (file, source) in RIGHT {
        assert_eq!(judge(file, source), Vec::<String>::new(), "{source}");
    }
}
