//! Subnets: markets with rules of their own.

mod rules;

use clap::Subcommand;
use reckon_sdk::{calls, format_amount, AccountId, At, HeldFor, Subnet, SubnetId, SubnetStatus};
use serde_json::json;

use crate::{
	context::{failure, Context},
	failure::{Failure, Result},
	job::order::parse_account,
	output::table,
	percent::format_percent,
};
use rules::RulesArgs;

/// The subnet that the chain itself has.
const CHAINS_OWN: SubnetId = 0;
/// The longest name, in bytes.
const MAX_NAME: usize = 32;

/// What can be done with subnets.
#[derive(Debug, Subcommand)]
pub(crate) enum SubnetCommand {
	/// List the subnets: their owners and what they ask for
	List,
	/// A subnet's rules and gateways
	#[command(after_help = "Example: reckon subnet show 0")]
	Show {
		/// The subnet's id or name
		subnet: String,
	},
	/// What rules a subnet can have, and what creating one costs
	Bounds,
	/// Create a subnet of your own: by the rules of subnet 0, but for those that you name. Costs a
	/// fee, and takes a deposit
	#[command(
		after_help = "Example: reckon subnet create acme --treasury-share 4 --models reckon-lexicon"
	)]
	Create {
		/// What people call it: up to 32 of a-z 0-9 . _ -
		#[arg(value_parser = parse_name)]
		name: String,
		#[command(flatten)]
		rules: Box<RulesArgs>,
	},
	/// Announce other rules for your subnet: those that you name; the others stay as they are, or as
	/// they were announced
	#[command(after_help = "Example: reckon subnet update acme --dispute-window 400 --all-models")]
	Update {
		/// The subnet's id or name
		subnet: String,
		#[command(flatten)]
		rules: Box<RulesArgs>,
	},
	/// Offer your subnet to another account, which takes it with `subnet accept`: your deposit comes
	/// back then
	#[command(after_help = "Example: reckon subnet transfer acme //Bob")]
	Transfer {
		/// The subnet's id or name
		subnet: String,
		/// Who may take it
		#[arg(value_name = "ACCOUNT", value_parser = parse_account, required_unless_present = "cancel")]
		to: Option<AccountId>,
		/// Take the offer back
		#[arg(long, conflicts_with = "to")]
		cancel: bool,
	},
	/// Take over a subnet that was offered to you; takes a deposit
	Accept {
		/// The subnet's id or name
		subnet: String,
	},
	/// Take your subnet out of use, for good: no new jobs; later the chain returns the deposit
	Retire {
		/// The subnet's id or name
		subnet: String,
	},
}

pub(crate) async fn run(context: &Context, command: SubnetCommand) -> Result<()> {
	match command {
		SubnetCommand::List => list(context).await,
		SubnetCommand::Show { subnet } => show(context, &subnet).await,
		SubnetCommand::Bounds => bounds(context).await,
		SubnetCommand::Create { name, rules } => create(context, &name, *rules).await,
		SubnetCommand::Update { subnet, rules } => update(context, &subnet, *rules).await,
		SubnetCommand::Transfer { subnet, to, .. } => transfer(context, &subnet, to).await,
		SubnetCommand::Accept { subnet } => accept(context, &subnet).await,
		SubnetCommand::Retire { subnet } => retire(context, &subnet).await,
	}
}

async fn list(context: &Context) -> Result<()> {
	let chain = context.chain().await?;
	let at = chain.latest().await.map_err(failure)?;
	let subnets = all(&at).await?;
	let mut rows = vec![["id", "name", "owner", "treasury", "provider bond", "models", "status"]
		.map(str::to_owned)
		.to_vec()];
	for subnet in &subnets {
		rows.push(vec![
			subnet.id.to_string(),
			subnet.name(),
			subnet.owner.map_or_else(|| "-".into(), |owner| owner.to_string()),
			format_percent(subnet.parameters.treasury_share),
			format_amount(subnet.parameters.min_provider_bond),
			rules::models(&subnet.parameters),
			status(subnet.status),
		]);
	}
	context.output.result(&json!({ "subnets": subnets }), || table(&rows));
	Ok(())
}

/// The chain lists 100 at a time, or fewer where many ids are gone.
pub(crate) async fn all(at: &At) -> Result<Vec<Subnet>> {
	let mut all: Vec<Subnet> = Vec::new();
	loop {
		let first = all.last().map_or(0, |subnet| subnet.id.saturating_add(1));
		let some = at.subnets(first).await.map_err(failure)?;
		if some.is_empty() {
			return Ok(all);
		}
		all.extend(some);
	}
}

async fn show(context: &Context, id_or_name: &str) -> Result<()> {
	let chain = context.chain().await?;
	let at = chain.latest().await.map_err(failure)?;
	let subnet = find(&at, id_or_name).await?;
	let id = subnet.id;
	let gateways = at.gateways(id).await.map_err(failure)?;
	let json = json!({
		"subnet": subnet,
		"gateways": gateways
			.iter()
			.map(|(who, gateway)| json!({ "account": who.to_string(), "gateway": gateway }))
			.collect::<Vec<_>>(),
	});
	context.output.result(&json, || {
		let owner = subnet.owner.map_or_else(|| "the chain itself".into(), |who| who.to_string());
		let mut lines = vec![
			format!("subnet    {id} {}", subnet.name()),
			format!("owner     {owner}"),
			format!("status    {}", status(subnet.status)),
		];
		if let Some(heir) = subnet.heir {
			lines.push(format!("heir      {heir}, when he accepts"));
		}
		lines.extend(rules::told(&subnet.parameters));
		lines.extend(change(&subnet));
		for (who, gateway) in &gateways {
			lines.push(format!("gateway   {who} at {}", gateway.endpoint()));
		}
		lines.join("\n")
	});
	Ok(())
}

async fn bounds(context: &Context) -> Result<()> {
	let chain = context.chain().await?;
	let at = chain.latest().await.map_err(failure)?;
	let bounds = at.subnet_bounds().map_err(failure)?;
	context.output.result(&json!(bounds), || rules::bounds_told(&bounds).join("\n"));
	Ok(())
}

async fn create(context: &Context, name: &str, rules: RulesArgs) -> Result<()> {
	let who = context.signer()?.account();
	let chain = context.chain().await?;
	let at = chain.latest().await.map_err(failure)?;
	let others = find(&at, &CHAINS_OWN.to_string()).await?.parameters;
	let parameters = rules.or(&at, others).await?;
	let fee = at.subnet_bounds().map_err(failure)?.creation_fee;
	let outcome = context.submit(&chain, calls::create_subnet(name, parameters)).await?;
	let at = chain.at(outcome.block).await.map_err(failure)?;
	let subnet = find(&at, name).await?;
	let held = at.held_by(&who).await.map_err(failure)?;
	let is_its = |held_for: &HeldFor| *held_for == HeldFor::SubnetDeposit(subnet.id);
	let deposit = held.iter().find(|held| is_its(&held.held_for)).map(|held| held.amount);
	let json = json!({
		"subnet": subnet,
		"fee": fee.to_string(),
		"deposit": deposit.map(|amount| amount.to_string()),
	});
	context.output.result(&json, || {
		let [fee, deposit] = [fee, deposit.unwrap_or_default()].map(format_amount);
		let mut lines = vec![format!(
			"subnet {} is {name}, and yours: {fee} paid for it, {deposit} held as its deposit",
			subnet.id
		)];
		lines.extend(rules::told(&subnet.parameters));
		lines.join("\n")
	});
	Ok(())
}

async fn update(context: &Context, id_or_name: &str, rules: RulesArgs) -> Result<()> {
	if rules.is_empty() {
		return Err(Failure::usage("nothing to change: name a rule").fix(
			"`reckon subnet update --help` lists them, `reckon subnet show` says what they are now",
		));
	}
	let chain = context.chain().await?;
	let at = chain.latest().await.map_err(failure)?;
	let subnet = find(&at, id_or_name).await?;
	let others = subnet.change.map_or(subnet.parameters, |change| change.parameters);
	let parameters = rules.or(&at, others).await?;
	let outcome = context.submit(&chain, calls::update_subnet(subnet.id, parameters)).await?;
	let at = chain.at(outcome.block).await.map_err(failure)?;
	let subnet = find(&at, &subnet.id.to_string()).await?;
	context.output.result(&json!({ "subnet": subnet }), || {
		let mut lines = change(&subnet);
		lines.insert(0, format!("announced for subnet {} {}", subnet.id, subnet.name()));
		lines.join("\n")
	});
	Ok(())
}

async fn transfer(context: &Context, id_or_name: &str, to: Option<AccountId>) -> Result<()> {
	let chain = context.chain().await?;
	let at = chain.latest().await.map_err(failure)?;
	let subnet = find(&at, id_or_name).await?;
	let done = match &to {
		Some(to) => format!(
			"subnet {} {} is yours until {to} accepts: reckon subnet accept {}",
			subnet.id,
			subnet.name(),
			subnet.id
		),
		None => format!("subnet {} {} is offered to nobody", subnet.id, subnet.name()),
	};
	context.act(calls::transfer_subnet(subnet.id, to), &done).await
}

async fn accept(context: &Context, id_or_name: &str) -> Result<()> {
	let chain = context.chain().await?;
	let at = chain.latest().await.map_err(failure)?;
	let subnet = find(&at, id_or_name).await?;
	let done = format!("subnet {} {} is yours", subnet.id, subnet.name());
	context.act(calls::accept_subnet(subnet.id), &done).await
}

async fn retire(context: &Context, id_or_name: &str) -> Result<()> {
	let chain = context.chain().await?;
	let at = chain.latest().await.map_err(failure)?;
	let subnet = find(&at, id_or_name).await?;
	let outcome = context.submit(&chain, calls::retire_subnet(subnet.id)).await?;
	let at = chain.at(outcome.block).await.map_err(failure)?;
	let subnet = find(&at, &subnet.id.to_string()).await?;
	context.output.result(&json!({ "subnet": subnet }), || {
		let status = status(subnet.status);
		format!("subnet {} {} takes no new work: {status}", subnet.id, subnet.name())
	});
	Ok(())
}

/// A subnet by its id or its name.
pub(crate) async fn find(at: &At, id_or_name: &str) -> Result<Subnet> {
	let unknown = || {
		Failure::new("unknown_subnet", format!("there is no subnet `{id_or_name}`"))
			.fix("`reckon subnet list` lists them")
	};
	let id = match id_or_name.parse::<SubnetId>() {
		Ok(id) => id,
		Err(_) => at.subnet_by_name(id_or_name).await.map_err(failure)?.ok_or_else(unknown)?,
	};
	at.subnet(id).await.map_err(failure)?.ok_or_else(unknown)
}

/// Rules that were announced and are not in force, for people.
fn change(subnet: &Subnet) -> Vec<String> {
	let Some(change) = &subnet.change else { return Vec::new() };
	let mut lines = vec![format!("from block #{} on:", change.effective_at)];
	lines.extend(rules::told(&change.parameters));
	lines
}

/// Reads the name of a subnet that is to be.
fn parse_name(text: &str) -> std::result::Result<String, String> {
	let is_allowed = |letter: u8| matches!(letter, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'_' | b'-');
	if text.is_empty() || text.len() > MAX_NAME || !text.bytes().all(is_allowed) {
		return Err(format!("write 1 to {MAX_NAME} of a-z 0-9 . _ -"));
	}
	// Commands would take it for an id.
	if text.parse::<SubnetId>().is_ok() {
		return Err("a number is no name: it would be taken for a subnet's id".into());
	}
	Ok(text.to_owned())
}

fn status(status: SubnetStatus) -> String {
	match status {
		SubnetStatus::Active => "active".into(),
		SubnetStatus::Retiring { until } => format!("retiring, gone at block #{until}"),
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn name_should_be_read_when_the_chain_takes_it_and_people_can_use_it() {
		let longest = "x".repeat(MAX_NAME);
		for name in ["acme", "a", "7up", "a.b_c-9", longest.as_str()] {
			assert_eq!(parse_name(name).as_deref(), Ok(name));
		}
		let too_long = format!("{longest}x");
		for name in ["", "Acme", "a b", "a/b", "café", "0", "4294967295", too_long.as_str()] {
			assert!(parse_name(name).is_err(), "{name}");
		}
	}

	#[test]
	fn status_should_say_when_a_subnet_is_gone() {
		assert_eq!(status(SubnetStatus::Active), "active");
		assert_eq!(status(SubnetStatus::Retiring { until: 7 }), "retiring, gone at block #7");
	}
}
