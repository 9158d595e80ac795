//! The files under `/static/`, inside the binary.
//!
//! Decides names and media types. Knows no caching: the addresses in the pages carry a version, so a server may say
//! `immutable`.

use std::sync::LazyLock;

/// One file under `/static/`.
#[derive(Clone, Copy, Debug)]
pub struct Asset {
    /// After `/static/`, such as `hufu.css` or `button/index.html`.
    pub path: &'static str,
    pub media_type: &'static str,
    pub bytes: &'static [u8],
}

const CSS: &str = "text/css; charset=utf-8";
const JS: &str = "text/javascript; charset=utf-8";
const MANIFEST: &str = "application/manifest+json";
const SVG: &str = "image/svg+xml";
const HTML: &str = "text/html; charset=utf-8";

macro_rules! asset {
    ($path:literal, $media_type:expr) => {
        Asset { path: $path, media_type: $media_type, bytes: include_bytes!(concat!("../../../static/", $path)) }
    };
}

pub(crate) static ASSETS: [Asset; 15] = [
    asset!("hufu.css", CSS),
    asset!("signin.js", JS),
    asset!("me.js", JS),
    asset!("apply.js", JS),
    asset!("signout.js", JS),
    asset!("form_post.js", JS),
    asset!("wallet.js", JS),
    asset!("wallet-worker.js", JS),
    asset!("wallet.webmanifest", MANIFEST),
    asset!("tally.svg", SVG),
    asset!("tally-apart.svg", SVG),
    asset!("favicon.svg", SVG),
    asset!("button/button.css", CSS),
    asset!("button/index.html", HTML),
    asset!("button/preview.css", CSS),
];

static VERSION: LazyLock<String> = LazyLock::new(|| {
    // FNV-1a over all bytes: the same on every node that runs the same build.
    let hash = ASSETS
        .iter()
        .flat_map(|asset| asset.bytes)
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3));
    format!("{hash:016x}")
});

/// The file at this path under `/static/`.
pub fn asset(path: &str) -> Option<&'static Asset> {
    ASSETS.iter().find(|asset| asset.path == path)
}

/// Changes when any file does.
pub fn asset_version() -> &'static str {
    &VERSION
}
