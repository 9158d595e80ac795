//! SIGTERM and Ctrl-C: no new requests, those under way are answered, then the end.

use actix_web::dev::ServerHandle;
use tokio::signal::unix::{SignalKind, signal};
use tracing::{info, warn};

/// Stops the servers gracefully, one after the other, at the first signal; a second one ends the process at once.
pub fn on_signal(servers: Vec<ServerHandle>) {
    actix_web::rt::spawn(async move {
        let (Ok(mut terminate), Ok(mut interrupt)) = (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
        else {
            return warn!("no signal can be received; end the process by force");
        };
        let mut next = async || {
            tokio::select! {
                _ = terminate.recv() => "SIGTERM",
                _ = interrupt.recv() => "SIGINT",
            }
        };
        let which = next().await;
        info!(signal = which, "stopping; requests under way are answered");
        let gracefully = async {
            for server in &servers {
                server.stop(true).await;
            }
        };
        tokio::select! {
            () = gracefully => {}
            _ = next() => std::process::exit(130),
        }
    });
}
