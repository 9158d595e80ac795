//! Why a passkey was not accepted.

use webauthn_rs::prelude::WebauthnError;

/// Why a passkey was not accepted: for the log. The person reads one sentence for all of them.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasskeyRefused {
    #[error("the credential has {0} bytes")]
    TooLarge(usize),
    #[error("the credential is not the JSON of a PublicKeyCredential")]
    Malformed,
    #[error("the page that asked was framed by another origin")]
    CrossOrigin,
    #[error("the credential was made for another origin")]
    OtherOrigin,
    #[error("the credential belongs to another relying party")]
    OtherRelyingParty,
    #[error("the challenge is not the one of this page")]
    OtherChallenge,
    #[error("the person was not verified by the authenticator")]
    NotVerified,
    #[error("the browser says that the passkey is not discoverable")]
    NotDiscoverable,
    #[error("the passkey is already registered")]
    AlreadyRegistered,
    #[error("the credential names no person, or another than the owner of the passkey")]
    OtherPerson,
    #[error("the credential is not the passkey that was looked up")]
    OtherPasskey,
    #[error("the signature does not fit")]
    Signature,
    #[error("the signature counter did not grow: there may be a copy of the passkey")]
    CounterWentBack,
    #[error("the passkey's backup flags contradict what was registered")]
    BackupFlags,
    #[error("the row holds no passkey that can be read")]
    UnreadableRow,
    #[error("webauthn: {0}")]
    Other(String),
}

impl From<WebauthnError> for PasskeyRefused {
    fn from(error: WebauthnError) -> Self {
        match error {
            WebauthnError::InvalidRPOrigin => Self::OtherOrigin,
            WebauthnError::InvalidRPIDHash => Self::OtherRelyingParty,
            WebauthnError::MismatchedChallenge => Self::OtherChallenge,
            WebauthnError::UserNotVerified | WebauthnError::UserNotPresent => Self::NotVerified,
            WebauthnError::CredentialCrossOrigin => Self::CrossOrigin,
            WebauthnError::CredentialNotFound => Self::OtherPasskey,
            WebauthnError::CredentialPossibleCompromise => Self::CounterWentBack,
            WebauthnError::CredentialBackupEligibilityInconsistent | WebauthnError::CredentialMayNotBeHardwareBound => {
                Self::BackupFlags
            }
            WebauthnError::AuthenticationFailure | WebauthnError::SignatureInvalid => Self::Signature,
            other => Self::Other(other.to_string()),
        }
    }
}
