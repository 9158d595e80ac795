//! The plans, read from the very files that the official suite is given; and the one list of all modules.

use super::run::{Auth, Outcome, Run};
use super::{code_flow, discovery, dynamic, logout, refresh, requests, third_party, userinfo};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;
use std::pin::Pin;

/// A file of `conformance/suite/plans`.
#[derive(Clone, Debug, Deserialize)]
pub struct Plan {
    #[serde(skip)]
    pub name: String,
    pub plan: String,
    pub variant: BTreeMap<String, String>,
    browser: Vec<String>,
    #[serde(rename = "override")]
    overrides: BTreeMap<String, Vec<String>>,
    pub modules: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Registration {
    Static,
    Dynamic,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResponseMode {
    Default,
    FormPost,
}

impl Plan {
    /// All of them, in the order of issue and README.
    pub fn all() -> Vec<Self> {
        let names = [
            "basic-static",
            "basic-dynamic",
            "formpost-static",
            "formpost-dynamic",
            "config",
            "dynamic",
            "3rdparty-init-login",
            "rp-initiated-logout",
            "backchannel-logout",
            "frontchannel-logout",
        ];
        names.map(Self::read).to_vec()
    }

    fn read(name: &str) -> Self {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("conformance/suite/plans/{name}.json"));
        let plan: Self = serde_json::from_slice(&std::fs::read(file).expect("readable")).expect("a plan");
        Self { name: name.to_owned(), ..plan }
    }

    /// What the browser does in this module.
    pub fn scripts(&self, module: &str) -> &[String] {
        self.overrides.get(module).unwrap_or(&self.browser)
    }

    pub fn registration(&self) -> Registration {
        let fixed = matches!(self.name.as_str(), "config" | "basic-static" | "formpost-static");
        if fixed { Registration::Static } else { Registration::Dynamic }
    }

    pub fn mode(&self) -> ResponseMode {
        if self.plan.contains("formpost") { ResponseMode::FormPost } else { ResponseMode::Default }
    }

    pub fn auth(&self) -> Auth {
        if self.name == "dynamic" { Auth::PrivateKey } else { Auth::Basic }
    }
}

/// What a module does.
pub type Body = for<'r> fn(&'r mut Run) -> Pin<Box<dyn Future<Output = Outcome> + Send + 'r>>;

/// A table of modules: the suite's name, our function.
macro_rules! modules {
    ($($name:literal => $body:path,)*) => {
        pub const MODULES: &[(&str, Body)] = &[$(($name, |run| Box::pin($body(run)))),*];
    };
}

modules! {
    "oidcc-server" => code_flow::server,
    "oidcc-server-client-secret-post" => code_flow::server_client_secret_post,
    "oidcc-response-type-missing" => code_flow::response_type_missing,
    "oidcc-idtoken-signature" => code_flow::id_token_signature,
    "oidcc-idtoken-rs256" => code_flow::id_token_signature,
    "oidcc-idtoken-unsigned" => code_flow::id_token_unsigned,
    "oidcc-userinfo-get" => userinfo::get,
    "oidcc-userinfo-post-header" => userinfo::post_header,
    "oidcc-userinfo-post-body" => userinfo::post_body,
    "oidcc-userinfo-rs256" => userinfo::rs256,
    "oidcc-ensure-request-without-nonce-succeeds-for-code-flow" => code_flow::without_nonce,
    "oidcc-scope-profile" => userinfo::scope_profile,
    "oidcc-scope-email" => userinfo::scope_email,
    "oidcc-scope-address" => userinfo::scope_address,
    "oidcc-scope-phone" => userinfo::scope_phone,
    "oidcc-scope-all" => userinfo::scope_all,
    "oidcc-alternate-happy-flow" => code_flow::alternate_happy_flow,
    "oidcc-display-page" => code_flow::display_page,
    "oidcc-display-popup" => code_flow::display_popup,
    "oidcc-prompt-login" => code_flow::prompt_login,
    "oidcc-prompt-none-not-logged-in" => code_flow::prompt_none_not_logged_in,
    "oidcc-prompt-none-logged-in" => code_flow::prompt_none_logged_in,
    "oidcc-max-age-1" => code_flow::max_age_1,
    "oidcc-max-age-10000" => code_flow::max_age_10000,
    "oidcc-ensure-request-with-unknown-parameter-succeeds" => code_flow::unknown_parameter,
    "oidcc-id-token-hint" => code_flow::id_token_hint,
    "oidcc-login-hint" => code_flow::login_hint,
    "oidcc-ui-locales" => code_flow::ui_locales,
    "oidcc-claims-locales" => code_flow::claims_locales,
    "oidcc-ensure-request-with-acr-values-succeeds" => code_flow::acr_values,
    "oidcc-codereuse" => code_flow::code_reuse,
    "oidcc-codereuse-30seconds" => code_flow::code_reuse_after_30_seconds,
    "oidcc-ensure-registered-redirect-uri" => code_flow::registered_redirect_uri,
    "oidcc-ensure-post-request-succeeds" => code_flow::post_request,
    "oidcc-ensure-request-with-valid-pkce-succeeds" => code_flow::valid_pkce,
    "oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported" => requests::unsigned_by_reference,
    "oidcc-request-uri-unsigned" => requests::unsigned_by_reference,
    "oidcc-request-uri-signed-rs256" => requests::signed_by_reference,
    "oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported" => requests::unsigned_by_value,
    "oidcc-ensure-request-object-with-redirect-uri" => requests::redirect_uri_inside,
    "oidcc-claims-essential" => userinfo::claims_essential,
    "oidcc-refresh-token" => refresh::refresh_token,
    "oidcc-refresh-token-rp-key-rotation" => refresh::client_key_rotation,
    "oidcc-ensure-client-assertion-with-iss-aud-succeeds" => refresh::assertion_for_the_issuer,
    "oidcc-server-rotate-keys" => refresh::server_rotates_keys,
    "oidcc-discovery-endpoint-verification" => discovery::verification,
    "oidcc-ensure-redirect-uri-in-authorization-request" => dynamic::redirect_uri_missing,
    "oidcc-redirect-uri-query-OK" => dynamic::redirect_uri_query_ok,
    "oidcc-redirect-uri-query-mismatch" => dynamic::redirect_uri_query_mismatch,
    "oidcc-redirect-uri-query-added" => dynamic::redirect_uri_query_added,
    "oidcc-redirect-uri-regfrag" => dynamic::redirect_uri_with_fragment,
    "oidcc-registration-logo-uri" => dynamic::logo_uri,
    "oidcc-registration-policy-uri" => dynamic::policy_uri,
    "oidcc-registration-tos-uri" => dynamic::tos_uri,
    "oidcc-registration-jwks-uri" => dynamic::jwks_uri,
    "oidcc-registration-sector-uri" => dynamic::sector_uri,
    "oidcc-registration-sector-bad" => dynamic::sector_bad,
    "oidcc-3rd_party-init-login" => third_party::init_login,
    "oidcc-3rd_party-init-login-nohttps" => third_party::init_login_without_https,
    "oidcc-rp-initiated-logout-discovery-endpoint-verification" => discovery::logout,
    "oidcc-backchannel-logout-discovery-endpoint-verification" => discovery::logout,
    "oidcc-frontchannel-logout-discovery-endpoint-verification" => discovery::logout,
    "oidcc-rp-initiated-logout" => logout::rp_initiated,
    "oidcc-rp-initiated-logout-no-state" => logout::no_state,
    "oidcc-rp-initiated-logout-no-params" => logout::no_params,
    "oidcc-rp-initiated-logout-only-state" => logout::only_state,
    "oidcc-rp-initiated-logout-no-post-logout-redirect-uri" => logout::no_post_logout_redirect_uri,
    "oidcc-rp-initiated-logout-bad-post-logout-redirect-uri" => logout::bad_post_logout_redirect_uri,
    "oidcc-rp-initiated-logout-query-added-to-post-logout-redirect-uri" => logout::query_added,
    "oidcc-rp-initiated-logout-no-id-token-hint" => logout::no_id_token_hint,
    "oidcc-rp-initiated-logout-modified-id-token-hint" => logout::modified_id_token_hint,
    "oidcc-rp-initiated-logout-bad-id-token-hint" => logout::bad_id_token_hint,
    "oidcc-backchannel-rp-initiated-logout" => logout::back_channel,
    "oidcc-frontchannel-rp-initiated-logout" => logout::front_channel,
}

pub fn body(name: &str) -> Option<Body> {
    MODULES.iter().find(|(known, _)| *known == name).map(|(_, body)| *body)
}

/// Whether a module spends its time waiting.
pub fn waits(name: &str) -> bool {
    const WAITING: [&str; 4] = [
        "oidcc-codereuse-30seconds",
        "oidcc-backchannel-rp-initiated-logout",
        "oidcc-server-rotate-keys",
        "oidcc-refresh-token-rp-key-rotation",
    ];
    WAITING.contains(&name)
}
