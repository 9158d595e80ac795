//! The fuzz targets as ordinary tests: the whole corpus, and a few mutations of each of its files, the same ones every
//! time. `fuzz/README.md` says how to go on for as long as one likes.

#[path = "../../fuzz/targets/mod.rs"]
mod targets;

use rand::rngs::StdRng;
use rand::{Rng, RngExt, SeedableRng};
use std::fs;
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use targets::TARGETS;

/// Bytes that one target's mutations may have together, beside the small change that every file gets.
const BUDGET: usize = 1_200_000;
/// Mutations of one file at most.
const MOST: usize = 150;
/// No input is longer: a little more than the longest that anybody reads.
const LONGEST: usize = 70_000;
/// What breaks parsers.
const NASTY: &[&[u8]] = &[
    b"\0",
    b"\xff",
    b"\xc3",
    "\u{fffd}\u{202e}\u{ff10}".as_bytes(),
    b"\r\n",
    b"%",
    b"%00",
    b"%ff",
    b"&",
    b"=",
    b"..",
    b"//",
    b"\\",
    b"@",
    b"#",
    b":",
    b"\"",
    b"{",
    b"}",
    b"[[",
    b"null",
    b"-1",
    b"1e999",
    b"18446744073709551616",
    b"A",
    b"\x80\0",
    b"\x5b\xff\xff\xff\xff\xff\xff\xff\xff",
    b"\x9f",
    b"\xbf",
];

static FUZZ: LazyLock<PathBuf> = LazyLock::new(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz"));

macro_rules! one_test_for_each {
    ($($name:ident)*) => {
        $(#[test] fn $name() { keeps_its_promise(stringify!($name)); })*
        const TESTED: &[&str] = &[$(stringify!($name)),*];
    };
}

one_test_for_each! {
    authorize chip_answers chip_files chip_keys claims client_credentials client_metadata config cookies document_zone
    holder_proof jwe jwks jwt
    key_ring logout network_number params passkey_assertion passkey_attestation passkey_json pin_and_code pin_hash
    preferences reader_answer redirect_uri registration sealed security_object tampered token_request trace_id
}

#[test]
fn every_target_has_a_program_a_corpus_and_a_test() {
    let names: Vec<&str> = TARGETS.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, TESTED);
    assert_eq!(names, files(&FUZZ.join("corpus")));
    let manifest = fs::read_to_string(FUZZ.join("Cargo.toml")).expect("the manifest");
    assert_eq!(manifest.matches("[[bin]]").count(), names.len());
    for name in &names {
        let program = fs::read_to_string(FUZZ.join(format!("fuzz_targets/{name}.rs"))).expect("the target's program");
        assert!(program.contains(&format!("targets::run(\"{name}\", data)")), "{name}");
        assert!(manifest.contains(&format!("\nname = \"{name}\"\npath = \"fuzz_targets/{name}.rs\"\n")), "{name}");
    }
}

fn files(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder of the corpus");
    let mut names: Vec<String> =
        entries.map(|entry| entry.expect("readable").file_name().into_string().expect("a plain name")).collect();
    names.sort();
    names
}

fn keeps_its_promise(name: &str) {
    let corpus = FUZZ.join("corpus").join(name);
    let seeds: Vec<Vec<u8>> = files(&corpus).iter().map(|file| fs::read(corpus.join(file)).expect("a seed")).collect();
    assert!(seeds.len() >= 3, "{name} has hardly a corpus");
    // The same chance for the same target, whichever others there are.
    let mut rng = StdRng::seed_from_u64(name.bytes().fold(1, |sum, byte| sum * 31 % 0xffff_fffb + u64::from(byte)));
    for seed in &seeds {
        hold(name, seed);
        hold(name, &seed[..seed.len() / 2]);
        hold(name, &seed.repeat((LONGEST / seed.len().max(1)).min(1_000)));
        let times = (BUDGET / seeds.len() / seed.len().max(1)).clamp(4, MOST);
        for _ in 0..times {
            let mut input = seed.clone();
            for _ in 0..rng.random_range(1..=4) {
                mutate(&mut input, &seeds, &mut rng);
            }
            input.truncate(LONGEST);
            hold(name, &input);
        }
    }
}

/// One small change at a random place.
fn mutate(input: &mut Vec<u8>, seeds: &[Vec<u8>], rng: &mut StdRng) {
    let place = rng.random_range(0..=input.len());
    let end = rng.random_range(place..=input.len().min(place + 32));
    match rng.random_range(0..7) {
        0 => {
            let bit = 1 << rng.random_range(0..8);
            input.get_mut(place).into_iter().for_each(|byte| *byte ^= bit);
        }
        1 => input.get_mut(place).into_iter().for_each(|byte| *byte = rng.next_u32().to_be_bytes()[0]),
        2 => drop(input.drain(place..end)),
        3 => {
            let again = input[place..end].repeat(rng.random_range(1..8));
            drop(input.splice(place..place, again));
        }
        4 => input.truncate(place),
        5 => drop(input.splice(place..place, NASTY[rng.random_range(0..NASTY.len())].iter().copied())),
        _ => {
            let other = &seeds[rng.random_range(0..seeds.len())];
            input.truncate(place);
            input.extend_from_slice(&other[rng.random_range(0..=other.len())..]);
        }
    }
}

/// Runs the target, and says which input it broke on.
fn hold(name: &str, input: &[u8]) {
    if catch_unwind(|| targets::run(name, input)).is_err() {
        let found = std::env::temp_dir().join(format!("hufu-fuzz-{name}"));
        fs::write(&found, input).expect("a place for the input");
        let shown = input[..input.len().min(1_000)].escape_ascii();
        panic!("{name} breaks on {} bytes, kept in {}: {shown}", input.len(), found.display());
    }
}
