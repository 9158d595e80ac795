//! Each OAuth error once: wire name, status, section. Nobody else writes the string or picks a status.

use serde::{Deserialize, Serialize};

macro_rules! oauth_errors {
    ($($(#[$doc:meta])* $variant:ident => $wire:literal, $status:literal, $section:literal;)*) => {
        /// An error code that a client may receive.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum OAuthError {
            $($(#[$doc])* $variant,)*
        }

        impl OAuthError {
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The code as it goes over the wire.
            pub const fn wire(self) -> &'static str {
                match self { $(Self::$variant => $wire,)* }
            }

            /// The HTTP status of the JSON shape.
            pub const fn status(self) -> u16 {
                match self { $(Self::$variant => $status,)* }
            }

            /// Where the code is defined.
            pub const fn section(self) -> &'static str {
                match self { $(Self::$variant => $section,)* }
            }
        }
    };
}

oauth_errors! {
    InvalidRequest => "invalid_request", 400, "RFC 6749 §4.1.2.1, §5.2";
    InvalidClient => "invalid_client", 401, "RFC 6749 §5.2";
    InvalidGrant => "invalid_grant", 400, "RFC 6749 §5.2";
    UnauthorizedClient => "unauthorized_client", 400, "RFC 6749 §5.2";
    UnsupportedGrantType => "unsupported_grant_type", 400, "RFC 6749 §5.2";
    InvalidScope => "invalid_scope", 400, "RFC 6749 §4.1.2.1, §5.2";
    AccessDenied => "access_denied", 400, "RFC 6749 §4.1.2.1";
    UnsupportedResponseType => "unsupported_response_type", 400, "RFC 6749 §4.1.2.1";
    ServerError => "server_error", 500, "RFC 6749 §4.1.2.1";
    TemporarilyUnavailable => "temporarily_unavailable", 503, "RFC 6749 §4.1.2.1";
    LoginRequired => "login_required", 400, "OpenID Connect Core §3.1.2.6";
    ConsentRequired => "consent_required", 400, "OpenID Connect Core §3.1.2.6";
    InvalidRequestObject => "invalid_request_object", 400, "RFC 9101 §7";
    InvalidRequestUri => "invalid_request_uri", 400, "RFC 9101 §7";
    RegistrationNotSupported => "registration_not_supported", 400, "OpenID Connect Core §3.1.2.6";
    UnmetAuthenticationRequirements => "unmet_authentication_requirements", 400, "OpenID Connect Unmet Authentication Requirements 1.0 §2";
    InvalidTarget => "invalid_target", 400, "RFC 8707 §2";
    InsufficientScope => "insufficient_scope", 403, "RFC 6750 §3.1";
    InvalidToken => "invalid_token", 401, "RFC 6750 §3.1";
    InvalidRedirectUri => "invalid_redirect_uri", 400, "RFC 7591 §3.2.2";
    InvalidClientMetadata => "invalid_client_metadata", 400, "RFC 7591 §3.2.2";
}
