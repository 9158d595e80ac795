//! What a command prints: a table for people, or JSON for programs. Standard output holds the answer and nothing else.

use super::failure::Failure;
use serde::Serialize;
use std::io::{Write, stderr, stdout};

/// Who reads the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::Args)]
pub struct Reader {
    /// Print JSON instead of text
    #[arg(long)]
    pub json: bool,
}

impl Reader {
    /// Prints `value` as JSON, or what `text` makes of it.
    pub fn tell<T: Serialize>(self, value: &T, text: impl FnOnce(&T) -> String) -> Result<(), Failure> {
        match self.json {
            true => line(&to_json(value)),
            false => line(text(value).trim_end()),
        }
    }
}

/// One line of JSON.
pub fn to_json<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).expect("plain values serialise")
}

/// Prints a text and ends the line.
pub fn line(text: &str) -> Result<(), Failure> {
    let mut out = stdout().lock();
    writeln!(out, "{text}")?;
    Ok(out.flush()?)
}

/// Says on standard error what deserves a look, whoever reads the answer.
pub fn warn(text: &str) -> Result<(), Failure> {
    let mut err = stderr().lock();
    Ok(writeln!(err, "hufu: {text}")?)
}

/// Columns, each as wide as its widest cell; `none` when there is no row.
pub fn table<const N: usize>(head: [&str; N], rows: &[[String; N]], none: &str) -> String {
    if rows.is_empty() {
        return none.to_owned();
    }
    let mut widths = head.map(width);
    for row in rows {
        for (widest, cell) in widths.iter_mut().zip(row) {
            *widest = (*widest).max(width(cell));
        }
    }
    let write = |cells: [&str; N]| {
        let padded = cells.iter().zip(widths).map(|(cell, wide)| format!("{cell}{}", " ".repeat(wide - width(cell))));
        padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    let lines = rows.iter().map(|row| write(row.each_ref().map(String::as_str)));
    std::iter::once(write(head)).chain(lines).collect::<Vec<_>>().join("\n")
}

/// Columns of a terminal: a Chinese character takes two.
fn width(text: &str) -> usize {
    text.chars().map(|c| if matches!(u32::from(c), 0x1100..=0x115f | 0x2e80..=0xa4cf | 0xac00..=0xd7a3 | 0xf900..=0xfaff | 0xfe30..=0xfe6f | 0xff00..=0xff60) { 2 } else { 1 }).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_under_each_other_in_chinese_too() {
        let rows = [["林安".to_owned(), "1".to_owned()], ["Lin".to_owned(), "22".to_owned()]];
        assert_eq!(table(["name", "n"], &rows, ""), "name  n\n林安  1\nLin   22");
        assert_eq!(table(["name"], &[], "nobody"), "nobody");
    }
}
