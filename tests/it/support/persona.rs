//! The people of the sandbox, as `hufu demo --json` introduces them.

use super::chance::unix_now;
use serde::Deserialize;

/// One synthetic person. Who has no PIN signs in by passkey only.
#[derive(Clone, Debug, Deserialize)]
pub struct Persona {
    pub network_number: String,
    #[serde(default)]
    pub pin: Option<String>,
    #[serde(default)]
    pub otpauth: Option<String>,
    #[serde(default)]
    pub fixed_code: Option<String>,
    /// For WebDriver's "Add Credential" (WebAuthn §11.5).
    #[serde(default)]
    pub passkey: Option<serde_json::Value>,
    pub name: String,
    pub birthdate: String,
    pub document_number: String,
    pub phone: String,
    pub note: String,
}

impl Persona {
    pub fn pin(&self) -> &str {
        self.pin.as_deref().unwrap_or("00000000")
    }

    /// What the person's phone shows now.
    pub fn code(&self) -> String {
        match (&self.fixed_code, &self.otpauth) {
            (Some(code), _) => code.clone(),
            (None, Some(url)) => {
                let totp = totp_rs::Totp::from_url_unchecked(url).expect("an otpauth URL");
                totp.generate(unix_now()).to_string()
            }
            (None, None) => "00000000".to_owned(),
        }
    }

    /// Every form of this person that no log and no website may hold.
    pub fn secrets(&self) -> Vec<String> {
        let bare: String = self.network_number.chars().filter(char::is_ascii_alphanumeric).collect();
        let mut secrets = vec![self.network_number.clone(), bare, self.document_number.clone(), self.phone.clone()];
        secrets.extend(self.pin.clone());
        secrets.extend(self.fixed_code.clone());
        secrets
    }
}
