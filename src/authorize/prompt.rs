//! The `prompt` parameter. OpenID Connect Core §3.1.2.1.

/// One value of `prompt`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prompt {
    None,
    Login,
    Consent,
    SelectAccount,
}

/// The values asked for; `none` stands alone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Prompts(Vec<Prompt>);

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PromptError {
    #[error("unknown prompt {0}")]
    Unknown(String),
    #[error("none beside another prompt")]
    NoneWithOthers,
}

impl Prompts {
    /// # Errors
    /// An unknown value, or `none` "used with any other value".
    pub fn parse(text: &str) -> Result<Self, PromptError> {
        let mut prompts = Vec::new();
        for word in text.split_ascii_whitespace() {
            prompts.push(match word {
                "none" => Prompt::None,
                "login" => Prompt::Login,
                "consent" => Prompt::Consent,
                "select_account" => Prompt::SelectAccount,
                other => return Err(PromptError::Unknown(other.to_owned())),
            });
        }
        if prompts.len() > 1 && prompts.contains(&Prompt::None) {
            return Err(PromptError::NoneWithOthers);
        }
        Ok(Self(prompts))
    }

    pub fn has(&self, prompt: Prompt) -> bool {
        self.0.contains(&prompt)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// OpenID Connect Core §3.1.2.1: "If this parameter contains none with any other value, an error is returned."
    #[test]
    fn none_with_any_other_value_is_an_error() {
        assert_eq!(Prompts::parse("none login"), Err(PromptError::NoneWithOthers));
        assert_eq!(Prompts::parse("login none"), Err(PromptError::NoneWithOthers));
        assert!(Prompts::parse("none").is_ok_and(|prompts| prompts.has(Prompt::None)));
    }

    #[test]
    fn values_are_case_sensitive_and_known() {
        assert_eq!(Prompts::parse("Login"), Err(PromptError::Unknown("Login".into())));
        assert!(Prompts::parse("login  consent").is_ok_and(|p| p.has(Prompt::Login) && p.has(Prompt::Consent)));
    }
}
