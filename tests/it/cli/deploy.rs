//! What can be checked of the containers without an engine, and that the documents show programs that run.

use super::{code, hufu_with, text};
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(file: &str) -> String {
    std::fs::read_to_string(root().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// `HUFU_…` and what it is set to, in `docker-compose.yml` and the `Dockerfile`.
fn variables() -> BTreeMap<String, String> {
    let (compose, image) = (read("docker-compose.yml"), read("Dockerfile"));
    let set = compose.lines().filter_map(|line| line.trim().split_once(": "));
    let set = set.chain(image.lines().filter_map(|line| line.strip_prefix("ENV ")?.split_once('=')));
    let ours = set.filter(|(name, _)| name.starts_with("HUFU_"));
    ours.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// Issue "One-click login": "Dockerfile and docker-compose.yml describe two nodes, PostgreSQL, a proxy and the demo site".
#[test]
fn every_file_and_setting_that_the_containers_name_exists() {
    let compose = read("docker-compose.yml");
    let mounted: Vec<_> =
        compose.lines().filter_map(|line| line.trim().strip_prefix("- ./")?.split(':').next()).collect();
    assert!(mounted.len() >= 3, "{mounted:?}");
    for file in mounted {
        assert!(root().join(file).is_file(), "{file} is mounted and is not there");
    }
    for service in ["postgres:", "prepare:", "node-1:", "node-2:", "site:", "proxy:"] {
        assert!(compose.lines().any(|line| line.trim_start().starts_with(service)), "{service}");
    }
    let variables = variables();
    assert!(variables.len() >= 5, "{variables:?}");
    let settings: Vec<_> = variables.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    // Not in the checkout: where `hufu demo` has run, its own settings are the ones that are checked.
    let dir = tempfile::tempdir().expect("a directory");
    let output = hufu_with(dir.path(), &["config", "check"], &settings);
    assert_eq!(code(&output), 0, "{}{}", text(&output.stdout), text(&output.stderr));
    let unknown = hufu_with(dir.path(), &["config", "check"], &[("HUFU_SERVER__ISUER", "x")]);
    assert_ne!(code(&unknown), 0, "an unknown one would be noticed");
}

/// The script that runs before the nodes makes an installation, and does nothing twice; the website's reads what it left.
#[test]
fn the_scripts_of_the_containers_prepare_an_installation_once() {
    let dir = tempfile::tempdir().expect("a directory");
    let binary = Path::new(env!("CARGO_BIN_EXE_hufu")).parent().expect("a directory");
    let path = format!("{}:{}", binary.display(), std::env::var("PATH").unwrap_or_default());
    let run = |script: &str| {
        let output = Command::new("sh")
            .args(["-c", script])
            .current_dir(dir.path())
            .env("PATH", &path)
            .envs([("HUFU_MODE", "sandbox"), ("HUFU_SERVER__ISSUER", "https://id.localhost")])
            .envs([("HUFU_STORE__URL", "sqlite:hufu.db"), ("HUFU_KEYS__FILE", "keys.toml")])
            .env("HUFU_PERSON_KEYS__URL", "sqlite:person-keys.db")
            .output()
            .expect("sh runs");
        assert!(output.status.success(), "{}{}", text(&output.stdout), text(&output.stderr));
        text(&output.stdout).to_owned()
    };
    let prepare = format!("sh '{}'", root().join("deploy/prepare.sh").display());
    run(&prepare);
    let made = std::fs::read(dir.path().join("site.json")).expect("the website is registered");
    run(&prepare);
    assert_eq!(std::fs::read(dir.path().join("site.json")).expect("still there"), made);

    let script = read("deploy/site.sh");
    let member = script.lines().find(|line| line.starts_with("member()")).expect("how it reads");
    let registered: serde_json::Value = serde_json::from_slice(&made).expect("JSON");
    for name in ["client_id", "client_secret"] {
        assert_eq!(run(&format!("{member}\nmember {name}")).trim(), registered[name].as_str().expect("text"));
    }
    run(&format!("sh -n '{}'", root().join("deploy/site.sh").display()));
}

/// docs/integrating.md: "Our tests start these very files": `cargo xtask clients` does.
#[test]
fn the_programs_of_the_documents_are_the_files_that_are_tested() {
    let shown = read("docs/integrating.md");
    for file in
        ["openid-client/website.mjs", "authlib/website.py", "requests-oauth2client/website.py", "sd-jwt/verify.py"]
    {
        let program = read(&format!("conformance/clients/{file}"));
        assert!(shown.contains(&format!("\n{program}```")), "docs/integrating.md does not show {file} as it is");
    }
}
