//! The vendor's module, the token in it, and logging in: once, with a PIN that is tried once.

use super::error::TokenError;
use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::error::{Error, RvError};
use cryptoki::session::{Session, SessionState, UserType};
use cryptoki::slot::Slot;
use cryptoki::types::AuthPin;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

/// The PIN of a token's user. `Debug` is redacted, memory is wiped.
#[derive(Clone, Debug)]
pub struct TokenPin(AuthPin);

impl TokenPin {
    /// The PIN in the text of a file: a line's end is none of it.
    pub fn of_file(text: &str) -> Self {
        Self(AuthPin::from(text.trim_end_matches(['\r', '\n'])))
    }
}

/// Where a token is, and what opens it.
#[derive(Clone, Debug)]
pub struct TokenPlace {
    /// The vendor's library.
    pub module: PathBuf,
    pub token_label: String,
    pub pin: TokenPin,
}

/// A module of this process. PKCS#11 initialises one once, and keeps one login per token for all sessions.
struct Module {
    pkcs11: Pkcs11,
    /// Held while somebody logs in: the tokens that refused their PIN. Another try could lock them.
    refused: Mutex<BTreeMap<String, TokenError>>,
}

/// Never unloaded: a module has threads and state of its own.
static MODULES: LazyLock<Mutex<BTreeMap<PathBuf, Arc<Module>>>> = LazyLock::new(Mutex::default);

/// One token.
pub(super) struct Token {
    module: Arc<Module>,
    label: String,
    pin: TokenPin,
}

impl Token {
    pub(super) fn load(place: &TokenPlace) -> Result<Self, TokenError> {
        let module = module(&place.module)?;
        Ok(Self { module, label: place.token_label.clone(), pin: place.pin.clone() })
    }

    /// A session that is logged in, read-only or to make keys with.
    pub(super) fn session(&self, access: Access) -> Result<Session, TokenError> {
        let slot = self.slot()?;
        let session = match access {
            Access::Use => self.module.pkcs11.open_ro_session(slot)?,
            Access::Make => self.module.pkcs11.open_rw_session(slot)?,
        };
        self.log_in(slot, &session)?;
        Ok(session)
    }

    /// Looked for each time: a token that was away may come back in another slot.
    fn slot(&self) -> Result<Slot, TokenError> {
        let pkcs11 = &self.module.pkcs11;
        let slots = match pkcs11.get_slots_with_initialized_token() {
            // Somebody ended the module under us: a restarted client of the vendor's does that.
            Err(Error::Pkcs11(RvError::CryptokiNotInitialized, _)) => {
                initialize(pkcs11)?;
                pkcs11.get_slots_with_initialized_token()?
            }
            slots => slots?,
        };
        let mut found = Vec::new();
        for slot in slots {
            found.push((pkcs11.get_token_info(slot)?.label().to_owned(), slot));
        }
        let mut ours = found.iter().filter(|(label, _)| *label == self.label);
        match (ours.next(), ours.next()) {
            (Some((_, slot)), None) => Ok(*slot),
            (Some(_), Some(_)) => Err(TokenError::SeveralTokens(self.label.clone())),
            (None, _) => {
                let labels: Vec<_> = found.iter().map(|(label, _)| format!("`{label}`")).collect();
                Err(TokenError::NoToken { label: self.label.clone(), found: labels.join(", ") })
            }
        }
    }

    /// A token counts wrong PINs and locks: one that was refused is not tried again by this process, and none is tried
    /// where the next wrong one would be the last.
    fn log_in(&self, slot: Slot, session: &Session) -> Result<(), TokenError> {
        let mut refused = self.module.refused.lock().unwrap_or_else(PoisonError::into_inner);
        if matches!(session.get_session_info()?.session_state(), SessionState::RoUser | SessionState::RwUser) {
            return Ok(());
        }
        if let Some(error) = refused.get(&self.label) {
            return Err(error.clone());
        }
        let info = self.module.pkcs11.get_token_info(slot)?;
        if info.user_pin_locked() || info.user_pin_final_try() {
            return Err(TokenError::NearlyLocked(self.label.clone()));
        }
        match session.login(UserType::User, Some(&self.pin.0)) {
            Ok(()) | Err(Error::Pkcs11(RvError::UserAlreadyLoggedIn, _)) => Ok(()),
            Err(Error::Pkcs11(why, _)) if is_of_the_pin(why) => {
                let error = TokenError::PinRefused { token: self.label.clone(), why: why.to_string() };
                refused.insert(self.label.clone(), error.clone());
                Err(error)
            }
            Err(other) => Err(other.into()),
        }
    }
}

/// What a session is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    Use,
    Make,
}

const fn is_of_the_pin(why: RvError) -> bool {
    matches!(
        why,
        RvError::PinIncorrect
            | RvError::PinInvalid
            | RvError::PinLenRange
            | RvError::PinExpired
            | RvError::PinLocked
            | RvError::UserPinNotInitialized
    )
}

fn module(file: &Path) -> Result<Arc<Module>, TokenError> {
    let mut modules = MODULES.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(module) = modules.get(file) {
        return Ok(Arc::clone(module));
    }
    let load = || {
        let pkcs11 = Pkcs11::new(file)?;
        initialize(&pkcs11)?;
        Ok(pkcs11)
    };
    let pkcs11 = load()
        .map_err(|why: Error| TokenError::NoModule { module: file.display().to_string(), why: why.to_string() })?;
    let module = Arc::new(Module { pkcs11, refused: Mutex::default() });
    modules.insert(file.to_owned(), Arc::clone(&module));
    Ok(module)
}

fn initialize(pkcs11: &Pkcs11) -> Result<(), Error> {
    match pkcs11.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK)) {
        Err(Error::Pkcs11(RvError::CryptokiAlreadyInitialized, _)) => Ok(()),
        done => done,
    }
}
