//! The ports of an application over HTTP. The contracts are in docs/ports/, one file a port and one document in OpenAPI.
//!
//! Each adapter turns one question of a flow into JSON and one answer back into what the port promises; [`mod@line`] does the rest.
//! Whatever the contract does not have is [`PortError::Nonsense`], and nothing was decided.

mod breaker;
mod card;
mod face;
mod line;
mod message;
mod registry;
mod settings;

pub use breaker::{FAILURES, REST};
pub use settings::{Line, LineError, Lines, Twins};

use self::card::HttpCard;
use self::face::HttpFace;
use self::line::Patience;
use self::message::{HttpNotification, HttpPhone};
use self::registry::HttpRegistry;
use crate::flow::World;
use crate::flow::ports::{PortError, Ports};
use std::sync::Arc;
use std::time::Duration;

/// A person waits before the page.
const USUAL: Patience = Patience { whole: Duration::from_secs(5), one_try: Duration::from_secs(3) };
/// A film is sent, and compared.
const FACE: Patience = Patience { whole: Duration::from_secs(15), one_try: Duration::from_secs(10) };

/// The lines that are set up, by the names of the settings.
///
/// # Errors
/// The name of the first line that cannot be had, and why.
pub fn over_http(lines: Lines, twins: Twins, world: &Arc<dyn World>) -> Result<Ports, (&'static str, LineError)> {
    let line = |name, settings, patience| {
        line::Line::new(name, settings, twins, patience, world.clone()).map_err(|error| (name, error))
    };
    Ok(Ports {
        registry: Arc::new(HttpRegistry(line("registry", lines.registry, USUAL)?)),
        face: Arc::new(HttpFace(line("face", lines.face, FACE)?)),
        phone: Arc::new(HttpPhone(line("phone", lines.phone, USUAL)?)),
        card: Arc::new(HttpCard(line("card", lines.card, USUAL)?)),
        notification: Arc::new(HttpNotification(line("notification", lines.notification, USUAL)?)),
    })
}

/// Asks each service whether it is well, by its name.
pub async fn probe(
    lines: Lines,
    twins: Twins,
    world: &Arc<dyn World>,
) -> [(&'static str, Result<Result<(), PortError>, LineError>); 5] {
    let one = async |name, settings| match line::Line::new(name, settings, twins, USUAL, world.clone()) {
        Ok(line) => (name, Ok(line.probe().await)),
        Err(error) => (name, Err(error)),
    };
    [
        one("registry", lines.registry).await,
        one("face", lines.face).await,
        one("phone", lines.phone).await,
        one("card", lines.card).await,
        one("notification", lines.notification).await,
    ]
}
