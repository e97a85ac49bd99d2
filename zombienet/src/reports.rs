//! Reports of equivocations in the chain's blocks.

use anyhow::{bail, Result};
use zombienet_sdk::subxt::{
	backend::StreamOfResults,
	blocks::{Block, ExtrinsicDetails},
	OnlineClient, PolkadotConfig,
};

type Client = OnlineClient<PolkadotConfig>;

/// The call by which nodes report what they have seen; nobody else can make it.
const CALL: &str = "report_equivocation_unsigned";

/// A report in a block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
	/// The block.
	pub block: u32,
	/// Of which kind: `Babe` for blocks, `Grandpa` for votes.
	pub pallet: String,
	/// What became of it: `Pallet.Event`.
	pub events: Vec<String>,
}

/// The reports in final blocks, from the moment on at which it was made.
pub struct Reports {
	blocks: StreamOfResults<Block<PolkadotConfig, Client>>,
}

impl Reports {
	/// Listens.
	///
	/// # Errors
	/// When the node does not answer.
	pub async fn listen(client: &Client) -> Result<Self> {
		Ok(Self { blocks: client.blocks().subscribe_finalized().await? })
	}

	/// Waits for the next block with reports.
	///
	/// # Errors
	/// When the node goes away, or its blocks can't be read.
	pub async fn next(&mut self) -> Result<Vec<Report>> {
		while let Some(block) = self.blocks.next().await {
			let block = block?;
			let mut found = Vec::new();
			for extrinsic in block.extrinsics().await?.iter() {
				if !extrinsic.is_signed() && extrinsic.variant_name()? == CALL {
					found.push(read(block.number(), &extrinsic).await?);
				}
			}
			if !found.is_empty() {
				return Ok(found);
			}
		}
		bail!("the node has closed the stream of final blocks")
	}
}

async fn read(block: u32, extrinsic: &ExtrinsicDetails<PolkadotConfig, Client>) -> Result<Report> {
	let mut events = Vec::new();
	for event in extrinsic.events().await?.iter() {
		let event = event?;
		events.push(format!("{}.{}", event.pallet_name(), event.variant_name()));
	}
	Ok(Report { block, pallet: extrinsic.pallet_name()?.into(), events })
}
