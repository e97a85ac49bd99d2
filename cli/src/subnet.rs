//! Subnets and their gateways.

use clap::Subcommand;
use reckon_sdk::{
	format_amount, AccountId, At, GatewayStatus, Membership, Subnet, SubnetId, SubnetParameters,
	SubnetStatus,
};
use serde_json::json;

use crate::{
	context::{failure, Context},
	failure::{Failure, Result},
	job::order::parse_account,
	output::table,
	percent::format_percent,
};

/// What can be asked about subnets.
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
}

/// What can be asked about gateways.
#[derive(Debug, Subcommand)]
pub(crate) enum GatewayCommand {
	/// A gateway's record
	Show {
		/// Whose [default: who signs]
		#[arg(value_parser = parse_account)]
		account: Option<AccountId>,
	},
}

pub(crate) async fn run(context: &Context, command: SubnetCommand) -> Result<()> {
	match command {
		SubnetCommand::List => list(context).await,
		SubnetCommand::Show { subnet } => show(context, &subnet).await,
	}
}

pub(crate) async fn run_gateway(context: &Context, command: GatewayCommand) -> Result<()> {
	let GatewayCommand::Show { account } = command;
	let who = context.account_or_signer(account)?;
	let chain = context.chain().await?;
	let at = chain.latest().await.map_err(failure)?;
	let gateway = at.gateway(&who).await.map_err(failure)?.ok_or_else(|| {
		Failure::new("not_a_gateway", format!("{who} is no gateway"))
			.fix("`reckon subnet show ID` lists a subnet's gateways")
	})?;
	let json = json!({ "account": who.to_string(), "gateway": gateway });
	context.output.result(&json, || {
		[
			format!("gateway  {who}"),
			format!("status   {}", gateway_status(gateway.status)),
			format!("subnet   {}", gateway.subnet),
			format!("bond     {}", format_amount(gateway.bond)),
			format!("endpoint {}", gateway.endpoint()),
		]
		.join("\n")
	});
	Ok(())
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
			models(&subnet.parameters),
			status(subnet.status),
		]);
	}
	context.output.result(&json!({ "subnets": subnets }), || table(&rows));
	Ok(())
}

/// The chain lists 100 at a time, or fewer where many ids are gone.
async fn all(at: &At) -> Result<Vec<Subnet>> {
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

/// The subnet that somebody means.
pub(crate) async fn resolve(at: &At, id_or_name: &str) -> Result<Subnet> {
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

async fn show(context: &Context, id_or_name: &str) -> Result<()> {
	let chain = context.chain().await?;
	let at = chain.latest().await.map_err(failure)?;
	let subnet = resolve(&at, id_or_name).await?;
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
		lines.extend(rules(&subnet.parameters));
		if let Some(change) = &subnet.change {
			lines.push(format!("from block #{} on:", change.effective_at));
			lines.extend(rules(&change.parameters));
		}
		for (who, gateway) in &gateways {
			lines.push(format!("gateway   {who} at {}", gateway.endpoint()));
		}
		lines.join("\n")
	});
	Ok(())
}

fn rules(rules: &SubnetParameters) -> Vec<String> {
	let [treasury, gateway, auditors] =
		[rules.treasury_share, rules.gateway_share, rules.auditor_share].map(format_percent);
	let [least, most] = [rules.audit_rate_min, rules.audit_rate_max].map(format_percent);
	let [provider_bond, gateway_bond] =
		[rules.min_provider_bond, rules.min_gateway_bond].map(format_amount);
	vec![
		format!("shares    {treasury} treasury, {gateway} gateway, {auditors} auditors"),
		format!(
			"audits    {least} to {most} of the work, by {} of {}",
			rules.quorum, rules.committee
		),
		format!("bonds     {provider_bond} for providers, {gateway_bond} for gateways, at least"),
		format!(
			"disputes  {} blocks between an answer and its payment",
			rules.dispute_window_blocks
		),
		format!("models    {}", models(rules)),
	]
}

fn models(rules: &SubnetParameters) -> String {
	match &rules.membership {
		Membership::Open => "all".into(),
		Membership::Models(listed) => format!("{} of the store", listed.len()),
	}
}

fn status(status: SubnetStatus) -> String {
	match status {
		SubnetStatus::Active => "active".into(),
		SubnetStatus::Retiring { until } => format!("retiring, gone at block #{until}"),
	}
}

fn gateway_status(status: GatewayStatus) -> String {
	match status {
		GatewayStatus::Active => "active".into(),
		GatewayStatus::Leaving { until } => format!("leaving, bond back from block #{until}"),
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn rules_should_be_told_in_percent_and_tokens() {
		let unit = reckon_sdk::token::UNIT;
		let parameters = SubnetParameters {
			treasury_share: 50_000,
			gateway_share: 25_000,
			auditor_share: 0,
			committee: 5,
			quorum: 3,
			audit_rate_min: 20_000,
			audit_rate_max: 200_000,
			min_provider_bond: 100 * unit,
			min_gateway_bond: 1_000 * unit,
			dispute_window_blocks: 200,
			membership: Membership::Models([reckon_sdk::H256::zero()].into()),
		};
		let lines = rules(&parameters).join("\n");
		for words in [
			"5 % treasury, 2.5 % gateway, 0 % auditors",
			"2 % to 20 % of the work, by 3 of 5",
			"100 RKN for providers, 1000 RKN for gateways",
			"1 of the store",
		] {
			assert!(lines.contains(words), "{words}: {lines}");
		}
	}
}
