//! `reckon proxy`: OpenAI's API on this machine, paid for request by request. It holds the session keys, so
//! that a gateway can take no more than was signed for, and counts nothing that no receipt proves.
//!
//! ```text
//! client ── doors ── relay ── purse ── upstream ──> gateway
//!                      │        │
//!                    proof    ledger, shelf        what was promised and spent; receipts
//!                  sealing, registry               what the gateway can't read, and who can
//!                  memory                          the last answers, which clients name
//! ```

mod answer;
mod doors;
mod ledger;
mod memory;
mod proof;
mod purse;
mod registry;
mod relay;
mod sealing;
mod shelf;
#[cfg(test)]
mod tests;
mod tongue;
mod upstream;

use std::{collections::BTreeMap, net::SocketAddr, sync::Arc, time::Duration};

use clap::Args;
use reckon_primitives::AccountId;
use reckon_sdk::{parse_amount, At, Balance, Chain, Channel, ChannelId, Signer};
use serde_json::json;
use sp_core::H256;
use tokio::{net::TcpListener, sync::Notify};

use self::{
	doors::{router, House},
	ledger::Ledger,
	purse::{Purse, Terms},
	registry::Registry,
	relay::Proxy,
	shelf::Shelf,
	upstream::Upstream,
};
use crate::{
	channel::{
		all_of,
		folder::{make_private, DataArgs, Folder, Note},
	},
	context::{failure, Context},
	failure::{Failure, Result},
	http,
	output::Output,
};

const PROXY: &str = "proxy";
const LEDGER: &str = "ledger.sqlite";
const RECEIPTS: &str = "receipts";

/// How the proxy is started.
#[derive(Debug, Args)]
pub(crate) struct ProxyArgs {
	/// Where to listen
	#[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8010")]
	listen: SocketAddr,
	/// What clients must show as their API key; needed when others than this machine can get here
	#[arg(long, env = "RECKON_PROXY_KEY", value_name = "KEY", hide_env_values = true)]
	api_key: Option<String>,
	/// How many seconds a request waits when all lanes are in use
	#[arg(long, value_name = "SECONDS", default_value_t = 30)]
	patience: u64,
	/// Seal all requests to their workers, so that no gateway reads them or their answers
	#[arg(long)]
	sealed: bool,
	/// The most that is signed at one gateway for a request, whatever price it names; what may cost more is
	/// refused unsigned
	#[arg(long, value_name = "RKN", value_parser = parse_amount)]
	max_charge: Option<Balance>,
	#[command(flatten)]
	data: DataArgs,
}

pub(crate) async fn run(context: &Context, args: ProxyArgs) -> Result<()> {
	let is_local = args.listen.ip().is_loopback();
	if !is_local && args.api_key.as_ref().is_none_or(String::is_empty) {
		return Err(Failure::usage(format!(
			"--listen {}: others can get there and would spend your money; name an --api-key",
			args.listen
		)));
	}
	let dir = args.data.dir()?.join(PROXY);
	make_private(&dir)?;
	let ledger = Ledger::open(&dir.join(LEDGER))?;
	let shelf = Shelf::open(dir.join(RECEIPTS))?;
	let chain = match context.chain().await {
		Ok(chain) => Some(chain),
		// Without it nobody can say whose worker one is.
		Err(failure) if args.sealed => return Err(failure),
		Err(failure) => {
			context.output.say(&format!("{failure}: channels are used as they were when opened"));
			None
		},
	};
	let channels = usable(chain.as_ref(), &args.data.channels()?).await?;
	let patience = Duration::from_secs(args.patience);
	let registry = chain.map(Registry::of);
	let mut proxy =
		assemble(channels, ledger, shelf.clone(), patience, registry, context.output).await?;
	proxy.max_charge = args.max_charge.unwrap_or(Balance::MAX);
	proxy.refresh(true).await;
	let models: std::collections::BTreeSet<_> =
		proxy.purses.iter().flat_map(|purse| purse.upstream.models().into_keys()).collect();
	let listener = TcpListener::bind(args.listen).await.map_err(|error| {
		Failure::io(args.listen, &error).fix("name another address by --listen")
	})?;
	let address = listener.local_addr().map_err(|error| Failure::io(args.listen, &error))?;
	let url = format!("http://{address}/v1");
	let gateways: Vec<_> = proxy.purses.iter().map(|purse| purse.upstream.base()).collect();
	let json = json!({
		"url": url,
		"channels": proxy.purses.iter().map(|purse| purse.terms.id).collect::<Vec<_>>(),
		"gateways": gateways,
		"models": models,
		"receipts": dir.join(RECEIPTS),
	});
	context.output.result(&json, || format!("export OPENAI_BASE_URL={url} OPENAI_API_KEY=unused"));
	context.output.say(&format!(
		"{} through {}; receipts are kept in {}\n\
		 what was spent: {url}/channels; end it with Ctrl-C",
		match models.len() {
			1 => "1 model".to_owned(),
			many => format!("{many} models"),
		},
		gateways.join(", "),
		dir.join(RECEIPTS).display()
	));
	let house =
		Arc::new(House { proxy, shelf, api_key: args.api_key, is_local, sealed: args.sealed });
	let fresh = house.clone();
	tokio::spawn(async move { fresh.proxy.keep_fresh().await });
	axum::serve(listener, router(house))
		.with_graceful_shutdown(async {
			// Without this signal it runs until it is killed, which loses nothing.
			if tokio::signal::ctrl_c().await.is_err() {
				std::future::pending::<()>().await;
			}
		})
		.await
		.map_err(|error| Failure::io(address, &error))
}

/// A proxy for these channels: one connection for each gateway, however many channels there are to it.
async fn assemble(
	channels: Vec<(Signer, Note, ChannelId)>,
	ledger: Ledger,
	shelf: Shelf,
	patience: Duration,
	registry: Option<Registry>,
	output: Output,
) -> Result<Proxy> {
	let http = http::client()?;
	let mut upstreams = BTreeMap::<String, Arc<Upstream>>::new();
	let freed = Arc::new(Notify::new());
	let mut purses = Vec::new();
	for (key, note, id) in channels {
		let upstream = upstreams
			.entry(note.endpoint.clone())
			.or_insert_with(|| Arc::new(Upstream::new(http.clone(), &note.endpoint)));
		let terms = Terms {
			id: H256(id.0),
			genesis: H256(note.genesis.0),
			gateway: AccountId::from(note.gateway.0),
			key,
			lanes: u16::try_from(note.lanes).unwrap_or(u16::MAX),
		};
		let opened =
			Purse::open(terms, upstream.clone(), ledger.clone(), shelf.clone(), freed.clone());
		purses.push(opened.await?);
	}
	Ok(Proxy::new(purses, freed, patience, registry.map(Arc::new), output))
}

/// The channels that can pay, as the chain has them; as they were noted when no node answers.
async fn usable(chain: Option<&Chain>, folder: &Folder) -> Result<Vec<(Signer, Note, ChannelId)>> {
	let noted = folder.all()?;
	let mut found = Vec::new();
	for (key, note) in noted {
		let channel = match chain {
			Some(chain) if chain.info().genesis != note.genesis => continue,
			Some(chain) => current(chain, folder, &key, note).await?,
			None => note.channel.map(|channel| (note, channel)),
		};
		found.extend(channel.map(|(note, channel)| (key, note, channel)));
	}
	if found.is_empty() {
		return Err(Failure::new("no_channel", "there is no channel to pay with").fix(
			"`reckon channel open GATEWAY --deposit 10` opens one; `reckon gateway list` lists gateways",
		));
	}
	Ok(found)
}

/// A channel as the chain has it now; `None` when it is gone or on its way.
async fn current(
	chain: &Chain,
	folder: &Folder,
	key: &Signer,
	mut note: Note,
) -> Result<Option<(Note, ChannelId)>> {
	let at = chain.latest().await.map_err(failure)?;
	let Some((id, channel)) = find(&at, key, &note).await? else { return Ok(None) };
	if channel.closes_at.is_some() {
		return Ok(None);
	}
	let endpoint = at.gateway(&channel.gateway).await.map_err(failure)?;
	let endpoint = endpoint.map_or_else(|| note.endpoint.clone(), |gateway| gateway.endpoint());
	let lanes = u32::try_from(channel.taken.len()).unwrap_or(u32::MAX);
	let now = Note { endpoint, lanes, channel: Some(id), ..note.clone() };
	if now != note {
		folder.note(&key.account(), &now)?;
		note = now;
	}
	Ok(Some((note, id)))
}

async fn find(at: &At, key: &Signer, note: &Note) -> Result<Option<(ChannelId, Channel)>> {
	if let Some(id) = note.channel {
		return Ok(at.channel(id).await.map_err(failure)?.map(|channel| (id, channel)));
	}
	// The program ended before it heard of the channel.
	let all = all_of(at, &note.client).await?;
	Ok(all.into_iter().find(|(_, channel)| channel.session_key == key.account().0))
}
