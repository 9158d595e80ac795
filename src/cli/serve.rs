//! `hufu serve`: one node of an installation.

use super::desk::Desk;
use super::failure::Failure;
use super::house::Beside;
use super::node::{self, Node};
use super::place::Place;
use super::stop::Signals;
use super::{house, world};

/// What `hufu serve` takes.
#[derive(clap::Args, Debug)]
#[command(after_help = "Example: hufu migrate && hufu doctor && hufu serve --config /etc/hufu/hufu.toml")]
pub struct Args {
    #[command(flatten)]
    place: Place,
}

pub fn run(args: &Args) -> Result<(), Failure> {
    let config = args.place.settings()?;
    let instruments = node::instruments(&config)?;
    let desk = Desk::over(config)?;
    let refusals = desk.config.refusals(&house::inspect(&desk)?);
    if !refusals.is_empty() {
        return Err(Failure::settings(format!("not started.\n  {}", refusals.join("\n  "))));
    }
    let provider = house::provider(&desk, Beside::default())?;
    let config = desk.config.clone();
    let listener = world::listen(config.server.listen).map_err(Failure::at(config.server.listen))?;
    drop(desk);
    actix_web::rt::System::new().block_on(async {
        let signals = Signals::catch()?;
        let node = Node::start(provider, &config, listener, None, &instruments).await?;
        signals.stop(vec![node.server.handle()]);
        node.run().await
    })
}
