//! Gateways: they bring work to providers, for a share of its price.

mod complaint;
pub(crate) mod key;

use clap::{Args, Subcommand};
use reckon_sdk::{
	calls, format_amount, parse_amount, AccountId, At, Balance, Gateway, GatewayStatus, Subnet,
	H256,
};
use serde_json::json;

use crate::{
	context::{failure, Context},
	failure::{Failure, Result},
	job::order::{parse_account, parse_hash},
	output::table,
	provider::on_its_way,
	subnet,
};

/// The longest address, in bytes.
const MAX_ENDPOINT: usize = 128;

/// What gateways do.
#[derive(Debug, Subcommand)]
pub(crate) enum GatewayCommand {
	/// Become a gateway: holds a bond and names where clients reach you
	#[command(
		after_help = "Example: reckon gateway register --bond 1000 --endpoint https://gateway.example"
	)]
	Register(RegisterArgs),
	/// List the gateways, and where clients reach them
	#[command(after_help = "Example: reckon gateway list 0")]
	List {
		/// Of this subnet, by its id or name [default: of all]
		subnet: Option<String>,
	},
	/// A gateway's record, and whether its subnet lets it work
	Show {
		/// Whose [default: who signs]
		#[arg(value_parser = parse_account)]
		account: Option<AccountId>,
	},
	/// Add to your bond
	#[command(after_help = "Example: reckon gateway bond 500")]
	Bond {
		/// How much, in RKN
		#[arg(value_parser = parse_amount)]
		amount: Balance,
	},
	/// Take a part out of your bond; the chain returns it when it can be slashed no more
	#[command(after_help = "Example: reckon gateway unbond 500")]
	Unbond {
		/// How much, in RKN; what your subnet asks for stays
		#[arg(value_parser = parse_amount)]
		amount: Balance,
	},
	/// Change where clients reach you
	#[command(after_help = "Example: reckon gateway move https://gateway.example:8000")]
	Move {
		/// The new address
		#[arg(value_name = "URL", value_parser = parse_endpoint)]
		endpoint: String,
	},
	/// The open complaints about a gateway: receipts that it has taken and, somebody says, put into no
	/// batch
	#[command(after_help = "Example: reckon gateway complaints //Bob")]
	Complaints {
		/// About which [default: who signs]
		#[arg(value_parser = parse_account)]
		gateway: Option<AccountId>,
	},
	/// An open complaint: who says what of whom, and by when the gateway must answer
	#[command(after_help = "Example: reckon gateway complaint \
		0x0101010101010101010101010101010101010101010101010101010101010101")]
	Complaint {
		/// The receipt that it is about: the hash of its leaf, as `reckon gateway complaints` lists it
		#[arg(value_parser = parse_hash)]
		receipt: H256,
	},
	/// Keys for a gateway's API
	#[command(subcommand)]
	Key(key::KeyCommand),
	/// Be a gateway no more; the chain returns the bond when it can be slashed no more
	Leave,
}

/// What a gateway registers with.
#[derive(Debug, Args)]
pub(crate) struct RegisterArgs {
	/// Whose work you bring: a subnet's id or name
	#[arg(long, default_value = "0")]
	subnet: String,
	/// The bond, in RKN; `reckon subnet show` says the least
	#[arg(long, value_name = "RKN", value_parser = parse_amount)]
	bond: Balance,
	/// Where clients reach you
	#[arg(long, value_name = "URL", value_parser = parse_endpoint)]
	endpoint: String,
}

pub(crate) async fn run(context: &Context, command: GatewayCommand) -> Result<()> {
	match command {
		GatewayCommand::Register(args) => register(context, args).await,
		GatewayCommand::List { subnet } => list(context, subnet).await,
		GatewayCommand::Show { account } => show(context, account).await,
		GatewayCommand::Bond { amount } => {
			let done = format!("{} more bond", format_amount(amount));
			context.act(calls::bond_extra_gateway(amount), &done).await
		},
		GatewayCommand::Unbond { amount } => {
			let amount_text = format_amount(amount);
			let done = format!("{amount_text} on its way back: `reckon account show` says when");
			context.act(calls::unbond_gateway(amount), &done).await
		},
		GatewayCommand::Move { endpoint } => {
			let done = format!("clients reach you at {endpoint}");
			context.act(calls::update_gateway(&endpoint), &done).await
		},
		GatewayCommand::Complaints { gateway } => complaint::list(context, gateway).await,
		GatewayCommand::Complaint { receipt } => complaint::show(context, receipt).await,
		GatewayCommand::Key(command) => key::run(context, command).await,
		GatewayCommand::Leave => {
			let done = "leaving: `reckon account show` says when the bond is back";
			context.act(calls::leave_gateway(), done).await
		},
	}
}

async fn register(context: &Context, args: RegisterArgs) -> Result<()> {
	let who = context.signer()?.account();
	let chain = context.chain().await?;
	let at = chain.latest().await.map_err(failure)?;
	let subnet = subnet::find(&at, &args.subnet).await?;
	let call = calls::register_gateway(subnet.id, args.bond, &args.endpoint);
	context.submit(&chain, call).await?;
	let json = json!({
		"account": who.to_string(),
		"subnet": subnet.id,
		"bond": args.bond.to_string(),
		"endpoint": args.endpoint,
	});
	context.output.result(&json, || {
		let bond = format_amount(args.bond);
		format!("a gateway of subnet {} {} with a bond of {bond}", subnet.id, subnet.name())
	});
	Ok(())
}

async fn list(context: &Context, subnet: Option<String>) -> Result<()> {
	let chain = context.chain().await?;
	let at = chain.latest().await.map_err(failure)?;
	let subnets = match subnet {
		Some(subnet) => vec![subnet::find(&at, &subnet).await?],
		None => subnet::all(&at).await?,
	};
	let mut rows =
		vec![["gateway", "subnet", "bond", "status", "endpoint"].map(str::to_owned).to_vec()];
	let mut gateways = Vec::new();
	for subnet in &subnets {
		for (who, gateway) in at.gateways(subnet.id).await.map_err(failure)? {
			rows.push(vec![
				who.to_string(),
				format!("{} {}", subnet.id, subnet.name()),
				format_amount(gateway.bond),
				status(&gateway, Some(subnet)),
				gateway.endpoint(),
			]);
			gateways.push(json!({ "account": who.to_string(), "gateway": gateway }));
		}
	}
	context.output.result(&json!({ "gateways": gateways }), || {
		if gateways.is_empty() {
			return "no gateways: `reckon gateway register` makes you one".into();
		}
		table(&rows)
	});
	Ok(())
}

async fn show(context: &Context, account: Option<AccountId>) -> Result<()> {
	let who = context.account_or_signer(account)?;
	let chain = context.chain().await?;
	let at = chain.latest().await.map_err(failure)?;
	let gateway = registered(&at, &who).await?;
	let subnet = at.subnet(gateway.subnet).await.map_err(failure)?;
	let json = json!({ "account": who.to_string(), "gateway": gateway });
	context.output.result(&json, || {
		let name = subnet.as_ref().map_or_else(|| "(gone)".into(), Subnet::name);
		[
			format!("gateway  {who}"),
			format!("status   {}", status(&gateway, subnet.as_ref())),
			format!("subnet   {} {name}", gateway.subnet),
			format!("bond     {}{}", format_amount(gateway.bond), on_its_way(gateway.unbonding)),
			format!("endpoint {}", gateway.endpoint()),
		]
		.join("\n")
	});
	Ok(())
}

async fn registered(at: &At, who: &AccountId) -> Result<Gateway> {
	at.gateway(who).await.map_err(failure)?.ok_or_else(|| {
		Failure::new("not_a_gateway", format!("{who} is no gateway"))
			.fix("`reckon gateway register` makes it one; `reckon gateway list` lists them")
	})
}

/// Whether a gateway does business, for people.
fn status(gateway: &Gateway, subnet: Option<&Subnet>) -> String {
	if let GatewayStatus::Leaving { until } = gateway.status {
		return format!("leaving, bond back from block #{until}");
	}
	match subnet {
		None => "idle: its subnet is gone".into(),
		Some(subnet) if gateway.bond < subnet.parameters.min_gateway_bond => {
			let least = format_amount(subnet.parameters.min_gateway_bond);
			format!("idle: its subnet asks for {least} of bond")
		},
		Some(_) => "active".into(),
	}
}

/// Reads where clients reach a gateway: a URL as the chain takes it.
fn parse_endpoint(text: &str) -> std::result::Result<String, String> {
	let is_url = text.starts_with("http://") || text.starts_with("https://");
	if !is_url || text.len() > MAX_ENDPOINT || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
		return Err(format!(
			"write a URL of at most {MAX_ENDPOINT} characters, such as https://gateway.example"
		));
	}
	Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
	use super::*;
	use reckon_sdk::{token::UNIT, Membership, SubnetParameters, SubnetStatus};

	fn subnet(min_gateway_bond: Balance) -> Subnet {
		Subnet {
			id: 1,
			owner: None,
			heir: None,
			name: b"acme".to_vec(),
			parameters: SubnetParameters {
				treasury_share: 0,
				gateway_share: 0,
				auditor_share: 0,
				committee: 1,
				quorum: 1,
				audit_rate_min: 0,
				audit_rate_max: 0,
				min_provider_bond: 0,
				min_gateway_bond,
				dispute_window_blocks: 1,
				membership: Membership::Open,
			},
			change: None,
			status: SubnetStatus::Active,
		}
	}

	#[test]
	fn status_should_say_why_a_gateway_does_no_business() {
		let mut gateway = Gateway {
			subnet: 1,
			bond: 5 * UNIT,
			unbonding: None,
			endpoint: b"https://x".to_vec(),
			status: GatewayStatus::Active,
		};
		assert_eq!(status(&gateway, Some(&subnet(5 * UNIT))), "active");
		let poor = status(&gateway, Some(&subnet(6 * UNIT)));
		assert_eq!(poor, "idle: its subnet asks for 6 RKN of bond");
		assert_eq!(status(&gateway, None), "idle: its subnet is gone");
		gateway.status = GatewayStatus::Leaving { until: 7 };
		assert_eq!(status(&gateway, None), "leaving, bond back from block #7");
	}

	#[test]
	fn endpoint_should_be_a_url_that_the_chain_takes() {
		let longest = format!("http://{}", "x".repeat(MAX_ENDPOINT - 7));
		for url in ["http://127.0.0.1:8000", "https://gateway.example/a?b", longest.as_str()] {
			assert_eq!(parse_endpoint(url).as_deref(), Ok(url));
		}
		let too_long = format!("{longest}x");
		for url in ["", "gateway.example", "ftp://x", "http://a b", "http://é", too_long.as_str()]
		{
			assert!(parse_endpoint(url).is_err(), "{url}");
		}
	}
}
