//! A network of one's own.

pub mod layout;
pub mod node;
pub mod state;

use clap::Subcommand;

use crate::{context::Context, failure::Result};

/// What can be done with a development network.
#[derive(Debug, Subcommand)]
pub(crate) enum DevnetCommand {
	/// Up
	Up,
}

pub(crate) async fn run(_: &Context, _: DevnetCommand) -> Result<()> {
	Ok(())
}
