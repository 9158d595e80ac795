//! One running node: the web server, the background work beside it, and the order in which they end.

use super::failure::Failure;
use super::{logging, metrics};
use crate::config::Config;
use crate::flow::{Outbox, Provider, Upkeep, refusals, signing};
use crate::web::{self, Listening};
use ::metrics::gauge;
use actix_web::dev::Server;
use actix_web::rt::task::JoinHandle;
use actix_web::web::Data;
use metrics_exporter_prometheus::PrometheusHandle;
use rustls::ServerConfig;
use std::net::TcpListener;
use std::time::Duration;
use tracing::{info, warn};

/// How often the background work looks whether something is due.
const TICK: Duration = Duration::from_millis(500);

/// A node that takes requests.
pub struct Node {
    pub server: Server,
    provider: Data<Provider>,
    upkeep: JoinHandle<()>,
    outbox: JoinHandle<()>,
    metrics: Option<JoinHandle<std::io::Result<()>>>,
}

/// Log and metrics of this process.
///
/// # Errors
/// A log level that is no filter.
pub fn instruments(config: &Config) -> Result<PrometheusHandle, Failure> {
    logging::install(&config.log).map_err(Failure::settings)?;
    metrics::install().map_err(Failure::unavailable)
}

impl Node {
    /// Begins to serve on `listener`: there is a signing key of each algorithm before the first request is taken.
    ///
    /// # Errors
    /// The database, the keys or an address cannot be had.
    pub async fn start(
        provider: Provider,
        config: &Config,
        listener: TcpListener,
        tls: Option<ServerConfig>,
        instruments: &PrometheusHandle,
    ) -> Result<Self, Failure> {
        for danger in config.danger.switched_on() {
            warn!(switch = danger, "a switch that weakens a MUST is on");
        }
        let provider = Data::new(provider);
        signing::rotate_due(&provider).await.map_err(Failure::unavailable)?;
        let metrics = match config.metrics.listen {
            Some(address) => Some(actix_web::rt::spawn(metrics::serve(instruments.clone(), address)?)),
            None => None,
        };
        let address = listener.local_addr().map_err(Failure::at("the listener"))?;
        let listening = Listening {
            listener,
            tls,
            workers: config.server.worker_count(),
            drain: config.server.drain_seconds,
            connections: config.limits.connections,
            request_head: config.limits.request_head(),
            keep_alive: config.limits.keep_alive(),
            metrics: config.metrics.beside.then(|| instruments.clone()),
        };
        let server = web::serve(provider.clone(), listening).map_err(Failure::at(address))?;
        info!(%address, issuer = provider.issuer.as_str(), mode = config.mode.word(), "ready");
        let upkeep = actix_web::rt::spawn(keep_up(provider.clone(), instruments.clone()));
        let outbox = actix_web::rt::spawn(empty_outbox(provider.clone()));
        Ok(Self { server, provider, upkeep, outbox, metrics })
    }

    /// Runs until the server was stopped; then what waits is written, and the database is closed.
    ///
    /// # Errors
    /// The server failed.
    pub async fn run(self) -> Result<(), Failure> {
        let ended = self.server.await;
        self.upkeep.abort();
        // What was not noted is told once more: the rows are still there.
        self.outbox.abort();
        if let Some(metrics) = self.metrics {
            metrics.abort();
        }
        if let Err(error) = refusals::flush(&self.provider).await {
            warn!(%error, "the last refusals are not kept; the log has them");
        }
        self.provider.store.clone().close().await;
        self.provider.person_keys.clone().close().await;
        info!("stopped");
        ended.map_err(Failure::at("the server"))
    }
}

async fn keep_up(provider: Data<Provider>, metrics: PrometheusHandle) {
    let mut upkeep = Upkeep::new(&provider);
    let mut tick = tokio::time::interval(TICK);
    loop {
        tick.tick().await;
        upkeep.tick(&provider).await;
        metrics.run_upkeep();
        let (hashing, places) = provider.rack.load();
        gauge!("hufu_pin_hashes").set(hashing as f64);
        gauge!("hufu_pin_hash_places").set(places as f64);
        gauge!("hufu_store_writes").set(provider.store.writes() as f64);
    }
}

/// Beside the upkeep, so that no long sweep keeps a sign-out from the websites.
async fn empty_outbox(provider: Data<Provider>) {
    let mut outbox = Outbox::new(&provider);
    let mut tick = tokio::time::interval(TICK);
    loop {
        tick.tick().await;
        if let Err(error) = outbox.tick(&provider).await {
            warn!(%error, "the outbox is not emptied");
        }
    }
}
