//! The log: one line an event, on standard error. No query string ever gets into it, whoever wrote the event.
//!
//! Requests are logged by `web/trace` under the route's pattern, never the path. Libraries are held at `warn`, and what
//! passes is scrubbed: whatever follows a `?` like a query is cut, for a code or a state may be in it.

use crate::config::{LogConfig, LogFormat};
use std::io::{IsTerminal, Result, Write};
use tracing::Level;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

/// Libraries that would write addresses or credentials at `debug`; the last word, over whatever the operator asked for.
const QUIET: &[&str] = &[
    "actix_http",
    "actix_server",
    "actix_web",
    "h2",
    "hyper",
    "hyper_util",
    "mio",
    "reqwest",
    "rustls",
    "webauthn_rs",
    "webauthn_rs_core",
];

/// Installs the log for this process. The first call wins: a test may have one already.
///
/// # Errors
/// A level that is no filter.
pub fn install(config: &LogConfig) -> std::result::Result<(), String> {
    let filter = filter(&config.level)?;
    let colours = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let log =
        tracing_subscriber::fmt().with_env_filter(filter).with_ansi(colours).with_writer(Scrubbed(std::io::stderr));
    let installed = match config.format {
        LogFormat::Json => log.json().flatten_event(true).with_current_span(true).with_span_list(false).try_init(),
        LogFormat::Text => log.with_target(false).compact().try_init(),
    };
    drop(installed);
    Ok(())
}

fn filter(level: &str) -> std::result::Result<EnvFilter, String> {
    // A word alone is our own level: nobody wants to read what the libraries say at it.
    let ours = match level.parse::<Level>() {
        Ok(level) => format!("warn,hufu={level}"),
        Err(_) => level.to_owned(),
    };
    let mut filter = EnvFilter::try_new(ours).map_err(|error| format!("log.level `{level}`: {error}"))?;
    for library in QUIET {
        filter = filter.add_directive(format!("{library}=warn").parse().expect("a constant directive"));
    }
    Ok(filter)
}

/// A writer that cuts query strings out of every line.
struct Scrubbed<M>(M);

impl<'a, M: MakeWriter<'a>> MakeWriter<'a> for Scrubbed<M> {
    type Writer = ScrubbedWriter<M::Writer>;

    fn make_writer(&'a self) -> Self::Writer {
        ScrubbedWriter(self.0.make_writer())
    }
}

struct ScrubbedWriter<W>(W);

impl<W: Write> Write for ScrubbedWriter<W> {
    fn write(&mut self, line: &[u8]) -> Result<usize> {
        self.0.write_all(&scrub(line))?;
        Ok(line.len())
    }

    fn flush(&mut self) -> Result<()> {
        self.0.flush()
    }
}

/// `…?name=value&…` becomes `…?[cut]`. The subscriber writes each line whole, so nothing can be split in between.
fn scrub(line: &[u8]) -> Vec<u8> {
    let mut kept = Vec::with_capacity(line.len());
    let mut rest = line;
    while let Some(at) = rest.iter().position(|byte| *byte == b'?') {
        let (before, query) = rest.split_at(at + 1);
        kept.extend_from_slice(before);
        let length = query.iter().position(|byte| byte.is_ascii_whitespace() || b"\"'\\<>)]}".contains(byte));
        let length = length.unwrap_or(query.len());
        let is_query = query[..length].contains(&b'=');
        if is_query {
            kept.extend_from_slice(b"[cut]");
        }
        rest = if is_query { &query[length..] } else { query };
    }
    kept.extend_from_slice(rest);
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scrubbed(line: &str) -> String {
        String::from_utf8(scrub(line.as_bytes())).expect("UTF-8")
    }

    #[test]
    fn a_query_string_never_gets_into_the_log() {
        let line = r#"{"m":"GET http://a/callback?code=secret&state=x HTTP/1.1","u":"/b?c=d"}"#;
        assert_eq!(scrubbed(line), r#"{"m":"GET http://a/callback?[cut] HTTP/1.1","u":"/b?[cut]"}"#);
        assert_eq!(scrubbed("ready? yes, 1=1\n"), "ready? yes, 1=1\n");
        assert_eq!(scrubbed("/a?x=1"), "/a?[cut]");
    }

    #[test]
    fn libraries_stay_quiet_whatever_the_operator_asks_for() {
        let filter = filter("trace,hufu=debug").expect("a filter").to_string();
        assert!(QUIET.iter().all(|library| filter.contains(&format!("{library}=warn"))), "{filter}");
        assert!(super::filter("hufu=loudly").is_err());
    }
}
