//! Help fit for a stranger.

use super::{code, hufu, text};

/// DESIGN.md, "Running": "every command's help fit for a stranger".
#[test]
fn every_command_has_help_and_the_first_page_has_examples() {
    let dir = tempfile::tempdir().expect("a directory");
    let first = hufu(dir.path(), &["--help"]);
    let first = text(&first.stdout);
    assert!(first.contains("Examples:") && first.contains("Exit codes:"), "{first}");
    let commands = first.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    let mut seen = 0;
    for command in commands.filter_map(|line| line.split_whitespace().next()) {
        let help = hufu(dir.path(), &[command, "--help"]);
        assert!(help.status.success() && text(&help.stdout).contains("Usage:"), "{command}");
        seen += 1;
    }
    assert!(seen >= 5, "{first}");
}

#[test]
fn a_command_line_that_makes_no_sense_ends_with_2() {
    let dir = tempfile::tempdir().expect("a directory");
    assert_eq!(code(&hufu(dir.path(), &["sing"])), 2);
    assert_eq!(code(&hufu(dir.path(), &["trace"])), 2);
}
