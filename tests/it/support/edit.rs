//! Requests that break one rule: a good list of parameters and what is done to it.

/// One change.
#[derive(Clone, Copy, Debug)]
pub enum Edit {
    Set(&'static str, &'static str),
    Drop(&'static str),
    /// Once more, with this value.
    Again(&'static str, &'static str),
    /// A value of so many bytes.
    Long(&'static str, usize),
    /// So many parameters that nobody knows.
    Crowd(usize),
}

/// The parameters after the changes.
pub fn edited(good: &[(String, String)], edits: &[Edit]) -> Vec<(String, String)> {
    let mut pairs = good.to_vec();
    for edit in edits {
        match *edit {
            Edit::Set(name, value) => set(&mut pairs, name, value.to_owned()),
            Edit::Drop(name) => pairs.retain(|(known, _)| known != name),
            Edit::Again(name, value) => pairs.push((name.to_owned(), value.to_owned())),
            Edit::Long(name, bytes) => set(&mut pairs, name, "x".repeat(bytes)),
            Edit::Crowd(count) => pairs.extend((0..count).map(|n| (format!("unknown{n}"), n.to_string()))),
        }
    }
    pairs
}

fn set(pairs: &mut Vec<(String, String)>, name: &str, value: String) {
    match pairs.iter_mut().find(|(known, _)| known == name) {
        Some(pair) => pair.1 = value,
        None => pairs.push((name.to_owned(), value)),
    }
}
