//! Payment channels: money for thousands of requests, with two transactions.

pub(crate) mod folder;

use clap::{Args, Subcommand};
use reckon_sdk::{
	calls, format_amount, parse_amount, AccountId, At, Balance, Chain, Channel, ChannelEvent,
	ChannelId, GatewayStatus, Outcome, H256,
};
use serde_json::{json, Value};

use crate::{
	channel::folder::{DataArgs, Folder, Note},
	context::{all_pages, failure, Context},
	failure::{Failure, Result},
	job::order::{parse_account, parse_hash},
	output::table,
};

/// What clients do with channels.
#[derive(Debug, Subcommand)]
pub(crate) enum ChannelCommand {
	/// Open a channel: holds a deposit, out of which a gateway may take what a session key signs for.
	/// Without --session-key, makes such a key for `reckon proxy`
	#[command(after_help = "Example: reckon channel open //Bob --deposit 10 --suri //Alice")]
	Open(OpenArgs),
	/// Put more into a channel
	#[command(
		name = "top-up",
		after_help = "Example: reckon channel top-up \
		0x0101010101010101010101010101010101010101010101010101010101010101 5 --suri //Alice"
	)]
	TopUp {
		/// The channel
		#[arg(value_parser = parse_hash)]
		channel: ChannelId,
		/// How much, in RKN
		#[arg(value_parser = parse_amount)]
		amount: Balance,
	},
	/// Want the rest of a channel back; the chain returns it after a notice, in which the gateway can
	/// still take what you have signed for
	Close {
		/// The channel
		#[arg(value_parser = parse_hash)]
		channel: ChannelId,
	},
	/// An account's channels, or those to a gateway
	#[command(after_help = "Example: reckon channel list //Alice\n\
		Example: reckon channel list --gateway //Bob")]
	List {
		/// Whose [default: who signs]
		#[arg(value_parser = parse_account)]
		account: Option<AccountId>,
		/// Those to this gateway, whoever pays
		#[arg(long, value_name = "ACCOUNT", value_parser = parse_account, conflicts_with = "account")]
		gateway: Option<AccountId>,
	},
	/// A channel: what is left in it, and what each lane has paid
	Show {
		/// The channel
		#[arg(value_parser = parse_hash)]
		channel: ChannelId,
		#[command(flatten)]
		data: DataArgs,
	},
}

/// What a channel is opened with.
#[derive(Debug, Args)]
pub(crate) struct OpenArgs {
	/// To which gateway; `reckon gateway list` lists them
	#[arg(value_parser = parse_account)]
	gateway: AccountId,
	/// The deposit, in RKN; what is not used comes back when the channel is closed
	#[arg(long, value_name = "RKN", value_parser = parse_amount)]
	deposit: Balance,
	/// How many requests can run at once
	#[arg(long, value_name = "N", default_value_t = 8)]
	lanes: u32,
	/// Who signs for requests: the key that a gateway has made for your API keys, as `reckon gateway key
	/// create` says [default: a new key, kept on this machine]
	#[arg(long, value_name = "ACCOUNT", value_parser = parse_account)]
	session_key: Option<AccountId>,
	#[command(flatten)]
	data: DataArgs,
}

pub(crate) async fn run(context: &Context, command: ChannelCommand) -> Result<()> {
	match command {
		ChannelCommand::Open(args) => open(context, args).await,
		ChannelCommand::TopUp { channel, amount } => top_up(context, channel, amount).await,
		ChannelCommand::Close { channel } => close(context, channel).await,
		ChannelCommand::List { gateway: Some(gateway), .. } => list_to(context, gateway).await,
		ChannelCommand::List { account, .. } => list(context, account).await,
		ChannelCommand::Show { channel, data } => show(context, channel, &data).await,
	}
}

async fn open(context: &Context, args: OpenArgs) -> Result<()> {
	let client = context.signer()?.account();
	let chain = context.chain().await?;
	let at = chain.latest().await.map_err(failure)?;
	let endpoint = reachable(&at, &args.gateway).await?;
	let bounds = at.channel_bounds().map_err(failure)?;
	// The chain would refuse it too, and a key for nothing would be left here.
	if args.lanes == 0 || args.lanes > bounds.max_lanes {
		return Err(Failure::usage(format!("--lanes: from 1 to {}", bounds.max_lanes)));
	}
	if args.deposit < bounds.min_deposit {
		let least = format_amount(bounds.min_deposit);
		return Err(Failure::usage(format!("--deposit: at least {least}")));
	}
	let (session_key, own) = match args.session_key {
		Some(key) => (key, None),
		None => {
			let note = Note {
				genesis: chain.info().genesis,
				client,
				gateway: args.gateway,
				endpoint: endpoint.clone(),
				lanes: args.lanes,
				channel: None,
			};
			let folder = args.data.channels()?;
			(folder.create(&note)?.account(), Some((folder, note)))
		},
	};
	let call = calls::open_channel(args.gateway, args.deposit, args.lanes, session_key);
	let outcome = context.submit(&chain, call).await?;
	let channel = outcome.channel_opened().ok_or_else(|| {
		Failure::new("no_event", "the chain has opened a channel and does not say which")
			.fix("`reckon channel list` shows it")
	})?;
	let key_file = match own {
		Some((folder, note)) => {
			folder.note(&session_key, &Note { channel: Some(channel), ..note })?;
			Some(folder.key_file(&session_key))
		},
		None => None,
	};
	let json = json!({
		"channel": channel,
		"client": client.to_string(),
		"gateway": args.gateway.to_string(),
		"endpoint": endpoint,
		"deposit": args.deposit.to_string(),
		"lanes": args.lanes,
		"session_key": session_key.to_string(),
		"key_file": key_file,
	});
	context.output.result(&json, || format!("{channel:?}"));
	context.output.say(&match &key_file {
		Some(file) => format!(
			"{} for requests through {endpoint}, signed for by the key in {}\n\
			 use it: reckon proxy",
			format_amount(args.deposit),
			file.display()
		),
		None => format!(
			"{} for requests through {endpoint}, signed for by {session_key}",
			format_amount(args.deposit)
		),
	});
	Ok(())
}

/// Where a gateway is reached, if it does business.
async fn reachable(at: &At, gateway: &AccountId) -> Result<String> {
	let fix = "`reckon gateway list` lists them";
	let record = at.gateway(gateway).await.map_err(failure)?.ok_or_else(|| {
		Failure::new("not_a_gateway", format!("{gateway} is no gateway")).fix(fix)
	})?;
	match record.status {
		GatewayStatus::Active => Ok(record.endpoint()),
		GatewayStatus::Leaving { .. } => {
			Err(Failure::new("gateway_leaving", format!("{gateway} is leaving")).fix(fix))
		},
	}
}

async fn top_up(context: &Context, channel: ChannelId, amount: Balance) -> Result<()> {
	let chain = context.chain().await?;
	let outcome = context.submit(&chain, calls::top_up_channel(channel, amount)).await?;
	let left = outcome.channel_events.iter().find_map(|event| match event {
		ChannelEvent::ChannelToppedUp { left, .. } => Some(*left),
		_ => None,
	});
	let json = json!({
		"channel": channel,
		"amount": amount.to_string(),
		"left": left.map(|left| left.to_string()),
	});
	context.output.result(&json, || {
		let left = left.map(|left| format!(": {} in it now", format_amount(left)));
		format!("{} more{}", format_amount(amount), left.unwrap_or_default())
	});
	Ok(())
}

async fn close(context: &Context, channel: ChannelId) -> Result<()> {
	let chain = context.chain().await?;
	let outcome = context.submit(&chain, calls::request_close_channel(channel)).await?;
	let closes_at = closes_at(&outcome);
	let now = outcome.block.number;
	let json = json!({ "channel": channel, "closes_at": closes_at, "block": now });
	let slot = chain.at(outcome.block).await.and_then(|at| at.constants()).map_err(failure)?;
	context.output.result(&json, || match closes_at {
		Some(block) => {
			let millis = u64::from(block.saturating_sub(now)).saturating_mul(slot.slot_millis);
			let minutes = millis.div_ceil(60_000);
			format!("closing: the rest is back after block #{block}, in about {minutes} min")
		},
		None => "closing".into(),
	});
	Ok(())
}

fn closes_at(outcome: &Outcome) -> Option<u32> {
	outcome.channel_events.iter().find_map(|event| match event {
		ChannelEvent::ChannelClosing { closes_at, .. } => Some(*closes_at),
		_ => None,
	})
}

async fn list(context: &Context, account: Option<AccountId>) -> Result<()> {
	let who = context.account_or_signer(account)?;
	let chain = context.chain().await?;
	let at = chain.latest().await.map_err(failure)?;
	let channels = all_of(&at, &who).await?;
	let ledger = at.channel_ledger(&who).await.map_err(failure)?;
	let json = json!({
		"account": who.to_string(),
		"channels": list_json(&channels),
		"ledger": ledger,
	});
	context.output.result(&json, || {
		if channels.is_empty() {
			return "no channels: `reckon channel open` opens one".into();
		}
		list_table("gateway", |channel| &channel.gateway, &channels)
	});
	Ok(())
}

async fn list_to(context: &Context, gateway: AccountId) -> Result<()> {
	let chain = context.chain().await?;
	let at = chain.latest().await.map_err(failure)?;
	let channels = all_pages(|after| at.channels_to(&gateway, after)).await?;
	let json = json!({ "gateway": gateway.to_string(), "channels": list_json(&channels) });
	context.output.result(&json, || {
		if channels.is_empty() {
			return format!("nobody has a channel to {gateway}");
		}
		list_table("client", |channel| &channel.client, &channels)
	});
	Ok(())
}

fn list_json(channels: &[(ChannelId, Channel)]) -> Vec<Value> {
	channels.iter().map(|(id, channel)| json!({ "id": id, "channel": channel })).collect()
}

/// The channels as a table, with the one of their two ends that differs.
fn list_table(
	end: &str,
	end_of: impl Fn(&Channel) -> &AccountId,
	channels: &[(ChannelId, Channel)],
) -> String {
	let mut rows =
		vec![["channel", end, "left", "paid", "lanes", "status"].map(str::to_owned).to_vec()];
	rows.extend(channels.iter().map(|(id, channel)| {
		vec![
			format!("{id:?}"),
			end_of(channel).to_string(),
			format_amount(channel.left),
			format_amount(paid(channel)),
			channel.taken.len().to_string(),
			status(channel),
		]
	}));
	table(&rows)
}

/// All channels of a client, however many.
pub(crate) async fn all_of(at: &At, client: &AccountId) -> Result<Vec<(ChannelId, Channel)>> {
	all_pages(|after| at.channels_of(client, after)).await
}

async fn show(context: &Context, id: ChannelId, data: &DataArgs) -> Result<()> {
	let chain = context.chain().await?;
	let at = chain.latest().await.map_err(failure)?;
	let channel = at.channel(id).await.map_err(failure)?.ok_or_else(|| unknown(id))?;
	let gateway = at.gateway(&channel.gateway).await.map_err(failure)?;
	let session_key = AccountId::from(channel.session_key);
	let key = known(&data.channels()?, &chain, &session_key)?;
	let json = json!({
		"id": id,
		"channel": channel,
		"endpoint": gateway.as_ref().map(|gateway| gateway.endpoint()),
		"key_file": key,
	});
	context.output.result(&json, || {
		let endpoint =
			gateway.map_or_else(|| "no gateway any more".into(), |gateway| gateway.endpoint());
		let signs = match &key {
			Some(file) => format!("in {}", file.display()),
			None => "not on this machine".into(),
		};
		let mut lines = vec![
			format!("channel  {id:?}"),
			format!("client   {}", channel.client),
			format!("gateway  {} {endpoint}", channel.gateway),
			format!("signs    {session_key} {signs}"),
			format!("left     {}", format_amount(channel.left)),
			format!("paid     {} that is on chain", format_amount(paid(&channel))),
			format!("status   {}", status(&channel)),
		];
		let taken = channel.taken.iter().enumerate().filter(|(_, taken)| **taken > 0);
		lines
			.extend(taken.map(|(lane, taken)| format!("lane {lane:<3} {}", format_amount(*taken))));
		lines.join("\n")
	});
	Ok(())
}

/// The file of a session key, when it is on this machine.
fn known(
	folder: &Folder,
	chain: &Chain,
	session_key: &AccountId,
) -> Result<Option<std::path::PathBuf>> {
	let here = folder
		.all()?
		.into_iter()
		.any(|(key, note)| key.account() == *session_key && note.genesis == chain.info().genesis);
	Ok(here.then(|| folder.key_file(session_key)))
}

fn unknown(channel: H256) -> Failure {
	Failure::new("unknown_channel", format!("the chain has no channel {channel:?}"))
		.fix("`reckon channel list` shows yours; a closed one is gone, and its rest is back")
}

/// What has been taken on chain.
fn paid(channel: &Channel) -> Balance {
	channel.taken.iter().fold(0, |sum, taken| sum.saturating_add(*taken))
}

fn status(channel: &Channel) -> String {
	match channel.closes_at {
		None => "open".into(),
		Some(block) => format!("closing, gone after block #{block}"),
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	fn channel() -> Channel {
		Channel {
			client: AccountId::from([1; 32]),
			gateway: AccountId::from([2; 32]),
			session_key: [3; 32],
			left: 4,
			place: 1,
			taken: vec![5, 6],
			closes_at: None,
		}
	}

	#[test]
	fn list_should_name_the_end_that_differs() {
		let channels = [(H256([7; 32]), channel())];
		let (client, gateway) = (channel().client.to_string(), channel().gateway.to_string());
		let of_client = list_table("gateway", |channel| &channel.gateway, &channels);
		assert!(of_client.contains(&gateway) && !of_client.contains(&client), "{of_client}");
		let to_gateway = list_table("client", |channel| &channel.client, &channels);
		assert!(to_gateway.contains(&client) && !to_gateway.contains(&gateway), "{to_gateway}");
		assert!(to_gateway.starts_with("channel") && to_gateway.contains("0x0707"), "{to_gateway}");
	}

	#[test]
	fn status_should_say_when_a_channel_is_gone() {
		let mut channel = channel();
		assert_eq!((status(&channel).as_str(), paid(&channel)), ("open", 11));
		channel.closes_at = Some(7);
		assert_eq!(status(&channel), "closing, gone after block #7");
	}
}
