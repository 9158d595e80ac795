//! Reads the JSON that our programs print. Enough of it, in the standard library alone.

use std::collections::BTreeMap;
use std::iter::Peekable;
use std::str::Chars;

#[derive(Debug, Clone, PartialEq)]
pub enum Json {
    Null,
    Bool(bool),
    Number(f64),
    Text(String),
    List(Vec<Json>),
    Object(BTreeMap<String, Json>),
}

impl Json {
    /// Reads one value; nothing may follow it but white space.
    pub fn parse(text: &str) -> Result<Json, String> {
        let mut rest = text.chars().peekable();
        let value = value(&mut rest).ok_or_else(|| format!("this is no JSON: {text}"))?;
        skip_space(&mut rest);
        if rest.peek().is_none() { Ok(value) } else { Err(format!("more than one JSON value: {text}")) }
    }

    /// The member of an object.
    pub fn get(&self, name: &str) -> Option<&Json> {
        match self {
            Json::Object(members) => members.get(name),
            _ => None,
        }
    }

    /// The text member of an object, or a sentence that says it is missing.
    pub fn text(&self, name: &str) -> Result<&str, String> {
        match self.get(name) {
            Some(Json::Text(text)) => Ok(text),
            _ => Err(format!("no text `{name}` in {self:?}")),
        }
    }

    /// A text; `None` for anything else.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Json::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The members of a list; none for anything else.
    pub fn list(&self) -> &[Json] {
        match self {
            Json::List(items) => items,
            _ => &[],
        }
    }
}

/// An object of texts, written.
pub fn object(members: &[(&str, &str)]) -> String {
    let member = |(name, text): &(&str, &str)| format!("{}:{}", quoted(name), quoted(text));
    format!("{{{}}}", members.iter().map(member).collect::<Vec<_>>().join(","))
}

fn quoted(text: &str) -> String {
    let escape = |c: char| match c {
        '"' | '\\' => format!("\\{c}"),
        c if c.is_control() => format!("\\u{:04x}", u32::from(c)),
        c => c.to_string(),
    };
    format!("\"{}\"", text.chars().map(escape).collect::<String>())
}

type Rest<'a> = Peekable<Chars<'a>>;

fn value(rest: &mut Rest) -> Option<Json> {
    skip_space(rest);
    match *rest.peek()? {
        '{' => object_of(rest),
        '[' => list(rest),
        '"' => string(rest).map(Json::Text),
        't' => word(rest, "true", Json::Bool(true)),
        'f' => word(rest, "false", Json::Bool(false)),
        'n' => word(rest, "null", Json::Null),
        _ => number(rest),
    }
}

fn object_of(rest: &mut Rest) -> Option<Json> {
    let mut members = BTreeMap::new();
    separated(rest, '}', |rest| {
        skip_space(rest);
        let name = string(rest)?;
        skip_space(rest);
        rest.next_if_eq(&':')?;
        members.insert(name, value(rest)?);
        Some(())
    })?;
    Some(Json::Object(members))
}

fn list(rest: &mut Rest) -> Option<Json> {
    let mut items = Vec::new();
    separated(rest, ']', |rest| {
        items.push(value(rest)?);
        Some(())
    })?;
    Some(Json::List(items))
}

/// What stands between a bracket and its `end`, comma by comma.
fn separated(rest: &mut Rest, end: char, mut item: impl FnMut(&mut Rest) -> Option<()>) -> Option<()> {
    rest.next();
    skip_space(rest);
    if rest.next_if_eq(&end).is_some() {
        return Some(());
    }
    loop {
        item(rest)?;
        skip_space(rest);
        match rest.next()? {
            ',' => {}
            c if c == end => return Some(()),
            _ => return None,
        }
    }
}

fn string(rest: &mut Rest) -> Option<String> {
    rest.next_if_eq(&'"')?;
    let mut text = String::new();
    loop {
        match rest.next()? {
            '"' => return Some(text),
            '\\' => text.push(escaped(rest)?),
            c => text.push(c),
        }
    }
}

fn escaped(rest: &mut Rest) -> Option<char> {
    match rest.next()? {
        'n' => Some('\n'),
        't' => Some('\t'),
        'r' => Some('\r'),
        'b' => Some('\u{8}'),
        'f' => Some('\u{c}'),
        'u' => match hex(rest)? {
            high @ 0xd800..0xdc00 => {
                (rest.next()? == '\\' && rest.next()? == 'u').then_some(())?;
                char::from_u32(0x10000 + ((high - 0xd800) << 10) + hex(rest)?.checked_sub(0xdc00)?)
            }
            unit => char::from_u32(unit),
        },
        c => Some(c),
    }
}

fn hex(rest: &mut Rest) -> Option<u32> {
    u32::from_str_radix(&rest.take(4).collect::<String>(), 16).ok()
}

fn word(rest: &mut Rest, word: &str, means: Json) -> Option<Json> {
    word.chars().all(|c| rest.next() == Some(c)).then_some(means)
}

fn number(rest: &mut Rest) -> Option<Json> {
    let mut digits = String::new();
    while let Some(c) = rest.next_if(|c| c.is_ascii_digit() || "+-.eE".contains(*c)) {
        digits.push(c);
    }
    digits.parse().ok().map(Json::Number)
}

fn skip_space(rest: &mut Rest) {
    while rest.next_if(|c| c.is_whitespace()).is_some() {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_value_is_read() {
        let json =
            Json::parse(r#" {"a": [1, -2.5e1, true, null], "b": {"c": "虎\n\u864e\ud83d\udc2f"}, "d": []} "#).unwrap();
        assert_eq!(json.get("a").unwrap().list()[1], Json::Number(-25.0));
        assert_eq!(json.get("b").unwrap().text("c"), Ok("虎\n虎🐯"));
        assert!(json.get("d").unwrap().list().is_empty());
    }

    #[test]
    fn what_is_no_json_is_refused() {
        for text in ["", "{", "[1,]", "{\"a\"}", "tru", "\"", "1 2", "Listening on 8080"] {
            assert!(Json::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn what_is_written_reads_back() {
        let written = object(&[("a", "x\"\\\n虎"), ("b", "")]);
        assert_eq!(Json::parse(&written).unwrap().text("a"), Ok("x\"\\\n虎"));
    }
}
