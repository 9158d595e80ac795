//! Settings: the sample, unknown keys, what production refuses.

use super::{code, hufu, hufu_with, text};

#[test]
fn the_sample_is_printed_and_accepted() {
    let dir = tempfile::tempdir().expect("a directory");
    let sample = hufu(dir.path(), &["config", "sample"]);
    assert_eq!(text(&sample.stdout), include_str!("../../../hufu.sample.toml"));
    std::fs::write(dir.path().join("hufu.toml"), &sample.stdout).expect("writable");
    assert_eq!(code(&hufu(dir.path(), &["config", "check"])), 0);
}

#[test]
fn an_unknown_key_is_refused_with_its_file_and_the_nearest_one() {
    let dir = tempfile::tempdir().expect("a directory");
    std::fs::write(dir.path().join("hufu.toml"), "[server]\nisuer = 'https://id.example'").expect("writable");
    let refused = hufu(dir.path(), &["config", "check"]);
    assert_eq!(code(&refused), 3);
    assert_eq!(
        text(&refused.stderr),
        "hufu: hufu.toml: there is no key `server.isuer`; did you mean `server.issuer`?\n"
    );
    let refused = hufu_with(dir.path(), &["config", "check", "--config", "none.toml"], &[]);
    assert_eq!(code(&refused), 3);
    assert!(text(&refused.stderr).contains("none.toml"), "{}", text(&refused.stderr));
}

#[test]
fn an_unknown_variable_is_refused_by_its_name() {
    let dir = tempfile::tempdir().expect("a directory");
    let refused = hufu_with(dir.path(), &["config", "check"], &[("HUFU_SERVER__PORT", "1")]);
    assert_eq!(code(&refused), 3);
    assert!(text(&refused.stderr).contains("HUFU_SERVER__PORT"), "{}", text(&refused.stderr));
}

/// DESIGN.md, "Running": "Production refuses sandbox data, default keys, plain http."
#[test]
fn production_refuses_plain_http() {
    let dir = tempfile::tempdir().expect("a directory");
    let http = [("HUFU_SERVER__ISSUER", "http://id.example")];
    let refused = hufu_with(dir.path(), &["config", "check"], &http);
    assert_eq!(code(&refused), 3);
    assert!(text(&refused.stdout).contains("not https: set server.issuer"), "{}", text(&refused.stdout));
    let sandbox = [http[0], ("HUFU_MODE", "sandbox")];
    assert_eq!(code(&hufu_with(dir.path(), &["config", "check"], &sandbox)), 0);
}
