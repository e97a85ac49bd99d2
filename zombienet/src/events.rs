//! What the chain says about audits, in final blocks.

use std::{collections::BTreeMap, fmt, str::FromStr, time::Duration};

use anyhow::{bail, Context, Result};
use tokio::time::timeout;
use zombienet_sdk::{
	subxt::{
		backend::StreamOfResults,
		blocks::Block,
		ext::scale_value::{Composite, Primitive, Value, ValueDef},
		OnlineClient, PolkadotConfig,
	},
	subxt_signer::{sr25519::Keypair, SecretUri},
};

use crate::{seen, Network, VALIDATORS};

type Client = OnlineClient<PolkadotConfig>;

/// Whose events they are.
const PALLETS: [&str; 2] = ["Audits", "Jobs"];
/// The length of accounts and ids in bytes.
const NAME: usize = 32;

/// An event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
	/// The block.
	pub block: u32,
	/// What has happened.
	pub name: String,
	/// The rest: accounts by their names, as far as somebody has named them, other ids in
	/// hexadecimal digits with `0x`.
	fields: Vec<(String, String)>,
}

impl Event {
	/// A field as text.
	pub fn field(&self, name: &str) -> Option<&str> {
		self.fields.iter().find(|(field, _)| field == name).map(|(_, value)| value.as_str())
	}

	/// A field that is a number.
	pub fn number(&self, name: &str) -> Option<u128> {
		self.field(name)?.trim_matches(['(', ')']).parse().ok()
	}

	/// Whether it is this one, about this job.
	pub fn is(&self, name: &str, job: &str) -> bool {
		self.name == name && [self.field("audit"), self.field("job")].contains(&Some(job))
	}

	/// Whether it says this of an auditor.
	pub fn is_of(&self, name: &str, auditor: &str) -> bool {
		self.name == name && self.field("auditor") == Some(auditor)
	}
}

impl fmt::Display for Event {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		write!(f, "#{}: {}", self.block, self.name)?;
		for (name, value) in &self.fields {
			// Of an id its beginning will do.
			let shown =
				if value.starts_with("0x") { value.get(..10).unwrap_or(value) } else { value };
			write!(f, ", {name} {shown}")?;
		}
		Ok(())
	}
}

/// The events about audits and jobs in final blocks, from the moment on at which it was made.
pub struct Events {
	blocks: StreamOfResults<Block<PolkadotConfig, Client>>,
	names: BTreeMap<[u8; NAME], String>,
}

impl Events {
	/// Listens. The `others` beside the validators are development accounts.
	///
	/// # Errors
	/// When the node does not answer.
	pub async fn listen(network: &Network, others: &[&str]) -> Result<Self> {
		let blocks = network.client().await?.blocks().subscribe_finalized().await?;
		Ok(Self { blocks, names: names(others)? })
	}

	/// All events up to the end of the block in which there is one of these, said as they come.
	///
	/// # Errors
	/// When there is none in time, or the node goes away.
	pub async fn until(
		&mut self,
		what: &str,
		within: Duration,
		is_it: impl Fn(&Event) -> bool,
	) -> Result<Vec<Event>> {
		let mut all = Vec::new();
		let listen = async {
			loop {
				let new = self.next().await?;
				new.iter().for_each(|event| seen(&event.to_string()));
				let is_there = new.iter().any(&is_it);
				all.extend(new);
				if is_there {
					return anyhow::Ok(());
				}
			}
		};
		let heard = timeout(within, listen).await;
		heard.with_context(|| {
			let last = all.last().map_or_else(|| "nothing".into(), Event::to_string);
			format!("not within {} s: {what}; last seen: {last}", within.as_secs())
		})??;
		Ok(all)
	}

	/// The next block's.
	async fn next(&mut self) -> Result<Vec<Event>> {
		let Some(block) = self.blocks.next().await else {
			bail!("the node has closed the stream of blocks")
		};
		let block = block?;
		let mut found = Vec::new();
		for event in block.events().await?.iter() {
			let event = event?;
			if !PALLETS.contains(&event.pallet_name()) {
				continue;
			}
			let fields = match event.field_values()? {
				Composite::Named(fields) => fields,
				Composite::Unnamed(_) => Vec::new(),
			};
			let fields = fields.into_iter().map(|(name, value)| (name, self.text(&value)));
			found.push(Event {
				block: block.number(),
				name: event.variant_name().into(),
				fields: fields.collect(),
			});
		}
		Ok(found)
	}

	fn text(&self, value: &Value<u32>) -> String {
		let bytes = <[u8; NAME]>::try_from(bytes(value));
		let named = bytes.map(|name| match self.names.get(&name) {
			Some(name) => name.clone(),
			None => {
				name.iter().fold("0x".into(), |text: String, byte| text + &format!("{byte:02x}"))
			},
		});
		named.unwrap_or_else(|_| value.to_string())
	}
}

/// The bytes that a value consists of; none if it does not consist of bytes.
fn bytes<T>(value: &Value<T>) -> Vec<u8> {
	match &value.value {
		ValueDef::Composite(Composite::Named(all)) => {
			all.iter().flat_map(|(_, value)| bytes(value)).collect()
		},
		ValueDef::Composite(Composite::Unnamed(all)) => all.iter().flat_map(bytes).collect(),
		ValueDef::Primitive(Primitive::U128(number)) => u8::try_from(*number).into_iter().collect(),
		_ => Vec::new(),
	}
}

/// The validators' accounts, and those of others, by the names that tests call them.
fn names(others: &[&str]) -> Result<BTreeMap<[u8; NAME], String>> {
	let validators = VALIDATORS.iter().map(|name| (suri(name), (*name).to_owned()));
	let others = others.iter().map(|suri| ((*suri).to_owned(), (*suri).to_owned()));
	let account =
		|suri: &str| anyhow::Ok(Keypair::from_uri(&SecretUri::from_str(suri)?)?.public_key().0);
	validators.chain(others).map(|(suri, name)| Ok((account(&suri)?, name))).collect()
}

/// A validator's key by its name: `//Alice` of `alice`.
pub fn suri(validator: &str) -> String {
	let mut letters = validator.chars();
	let first = letters.next().map(|letter| letter.to_ascii_uppercase());
	["//".into(), first.into_iter().collect(), letters.collect::<String>()].concat()
}
