//! SIGTERM and Ctrl-C: no new requests, those under way are answered, then the end.

use super::failure::Failure;
use actix_web::dev::ServerHandle;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tracing::info;

/// SIGTERM and Ctrl-C, caught from now on: before a program says that it is ready.
pub struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    /// Catches them.
    ///
    /// # Errors
    /// The system lets nobody catch them.
    pub fn catch() -> Result<Self, Failure> {
        let caught = |kind| signal(kind).map_err(Failure::at("signals"));
        Ok(Self { terminate: caught(SignalKind::terminate())?, interrupt: caught(SignalKind::interrupt())? })
    }

    async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.terminate.recv() => "SIGTERM",
            _ = self.interrupt.recv() => "SIGINT",
        }
    }

    /// Stops the servers gracefully, one after the other, at the first signal; a second one ends the process at once.
    pub fn stop(mut self, servers: Vec<ServerHandle>) {
        actix_web::rt::spawn(async move {
            let which = self.next().await;
            info!(signal = which, "stopping; requests under way are answered");
            let gracefully = async {
                for server in &servers {
                    server.stop(true).await;
                }
            };
            tokio::select! {
                () = gracefully => {}
                _ = self.next() => std::process::exit(130),
            }
        });
    }
}
