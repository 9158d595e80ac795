//! What a person must hear of wherever they are, because it may not have been them: on every channel that they left us.
//!
//! Both languages in each, for nobody knows who reads it. The words tell a thief nothing: no name, no number, no link.

use super::ports::{IdempotencyKey, Notice, PortError};
use super::{Provider, Unavailable, person};
use crate::store::persons::PersonRow;
use tracing::warn;

/// What has happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Word {
    RecoveryBegun,
    RecoveryStopped,
    Recovered,
    DocumentAdded,
    PinChanged,
    CodeReplaced,
    PasskeyAdded,
}

impl Word {
    const fn text(self) -> &'static str {
        match self {
            Self::RecoveryBegun => {
                "虎符：有人凭您的证件和人脸申请重设登录方式。若非本人，请尽快登录“我的页面”停止，或冻结网号。\n\
                 Hufu: somebody with your document and face asks for new ways in. Not you? Sign in and stop it, or freeze your number."
            }
            Self::RecoveryStopped => "虎符：重设登录方式的申请已停止。\nHufu: the wish for new ways in was stopped.",
            Self::Recovered => {
                "虎符：新的口令和动态口令已生效。若非本人，请立即前往服务窗口。\n\
                 Hufu: a new PIN and dynamic code are in place. Not you? Go to a counter at once."
            }
            Self::PinChanged => {
                "虎符：您的口令已修改。若非本人，请立即冻结网号。\n\
                 Hufu: your PIN was changed. Not you? Freeze your number at once."
            }
            Self::CodeReplaced => {
                "虎符：您的动态口令已重新设置，旧的不再有效。若非本人，请立即冻结网号。\n\
                 Hufu: your one-time codes were set up anew, and the old ones count no more. Not you? Freeze your number at once."
            }
            Self::PasskeyAdded => {
                "虎符：您的网号新增了一个通行密钥。若非本人，请立即冻结网号。\n\
                 Hufu: a passkey was added to your number. Not you? Freeze your number at once."
            }
            Self::DocumentAdded => {
                "虎符：您的网号新增了一份证件。若非本人，请登录“我的页面”查看。\n\
                 Hufu: another document was added to your number. Not you? Sign in and look at your page."
            }
        }
    }
}

/// Why a notice did not leave.
#[derive(Debug, thiserror::Error)]
pub(super) enum NotTold {
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
    #[error("the notice was not taken: {0}")]
    Port(#[from] PortError),
}

/// Tells the person. Who left no channel, or whose node has no services, hears nothing; that is no error.
pub(super) async fn tell(provider: &Provider, row: &PersonRow, word: Word) -> Result<(), NotTold> {
    let Some(ports) = &provider.ports else { return Ok(()) };
    let attributes = person::attributes(provider, row).await?;
    let Some(phone) = attributes.and_then(|attributes| attributes.phone_number.clone()) else { return Ok(()) };
    let key = IdempotencyKey::random(&mut *provider.rng());
    Ok(ports.notification.notify(&phone, Notice { text: word.text() }, key).await?)
}

/// As [`tell`], where what happened stands whether or not the person hears of it by message: their own page says it too.
pub(super) async fn try_to_tell(provider: &Provider, row: &PersonRow, word: Word) {
    if let Err(error) = tell(provider, row, word).await {
        warn!(target: "hufu::apply", %error, ?word, "a notice did not leave");
        metrics::counter!("hufu_notices_failed_total").increment(1);
    }
}
