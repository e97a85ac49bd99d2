//! Money and keys.

use std::path::PathBuf;

use clap::Subcommand;
use reckon_sdk::{
	calls, format_amount, parse_amount, AccountId, Balance, Held, HeldFor, Ledger, Signer,
};
use serde_json::json;

use crate::{
	context::{failure, Context},
	failure::Result,
	job::order::parse_account,
	store,
};

/// What can be done with accounts.
#[derive(Debug, Subcommand)]
pub(crate) enum AccountCommand {
	/// What an account has, what is held of it, what for and until when, and what its jobs cost
	#[command(after_help = "Example: reckon account show //Alice")]
	Show {
		/// Whose [default: who signs]
		#[arg(value_parser = parse_account)]
		account: Option<AccountId>,
	},
	/// What an account owns in the store: models, data sets, apps
	#[command(after_help = "Example: reckon account entries //Alice")]
	Entries {
		/// Whose [default: who signs]
		#[arg(value_parser = parse_account)]
		account: Option<AccountId>,
	},
	/// Make a key, in a file that only you can read
	#[command(after_help = "Example: reckon account new --out client.key")]
	New {
		/// The file; never one that exists
		#[arg(long, value_name = "FILE", default_value = "reckon.key")]
		out: PathBuf,
	},
	/// Send money
	#[command(after_help = "Example: reckon account transfer //Bob 1.5 --suri //Alice")]
	Transfer {
		/// To whom
		#[arg(value_parser = parse_account)]
		to: AccountId,
		/// How much, in RKN
		#[arg(value_parser = parse_amount)]
		amount: Balance,
	},
}

pub(crate) async fn run(context: &Context, command: AccountCommand) -> Result<()> {
	match command {
		AccountCommand::Show { account } => show(context, account).await,
		AccountCommand::Entries { account } => store::list_owned(context, account).await,
		AccountCommand::New { out } => new(context, &out),
		AccountCommand::Transfer { to, amount } => transfer(context, to, amount).await,
	}
}

async fn show(context: &Context, account: Option<AccountId>) -> Result<()> {
	let who = context.account_or_signer(account)?;
	let chain = context.chain().await?;
	let at = chain.latest().await.map_err(failure)?;
	let money = at.account(&who).await.map_err(failure)?;
	let held = at.held_by(&who).await.map_err(failure)?;
	let ledger = at.ledger(&who).await.map_err(failure)?;
	let json = json!({
		"account": who.to_string(),
		"block": at.block().number,
		"free": money.free.to_string(),
		"held": money.held.to_string(),
		"held_by": held,
		"ledger": ledger,
		"transactions": money.nonce,
	});
	context.output.result(&json, || {
		let mut lines = vec![
			format!("account  {who}"),
			format!("free     {}", format_amount(money.free)),
			format!("held     {}", format_amount(money.held)),
		];
		lines.extend(held.iter().map(|held| format!("         {}", held_line(held))));
		lines.push(format!("jobs     {}", ledger_line(&ledger)));
		lines.push(context.output.dim(&format!("as of block #{}", at.block().number)));
		lines.join("\n")
	});
	Ok(())
}

fn held_line(held: &Held) -> String {
	let what = match &held.held_for {
		HeldFor::Job(job) => format!("for job {job:?}"),
		HeldFor::ProviderBond => "as a provider's bond".into(),
		HeldFor::ProviderUnbonding => "as a bond on its way back".into(),
		HeldFor::StoreDeposit(entry) => {
			format!("as the deposit for {} {:?}", entry.kind(), entry.hash())
		},
		HeldFor::SubnetDeposit(subnet) => format!("as the deposit for subnet {subnet}"),
		HeldFor::GatewayBond => "as a gateway's bond".into(),
		HeldFor::GatewayUnbonding => "as a gateway's bond on its way back".into(),
		HeldFor::ValidatorStake => "as a candidate's own stake".into(),
		HeldFor::Delegation => "as stake behind a candidate".into(),
		HeldFor::StakeUnbonding => "as stake on its way back".into(),
		HeldFor::AuditFee(job) => format!("for the auditors of job {job:?}"),
		HeldFor::Channel(channel) => format!("in payment channel {channel:?}"),
		HeldFor::SessionKeys => "as the deposit for session keys".into(),
		HeldFor::Proxies => "as deposits for proxies".into(),
		HeldFor::Multisigs => "as deposits for multisigs".into(),
		HeldFor::Complaint(receipt) => format!("for a complaint about receipt {receipt:?}"),
		HeldFor::RetiredModel(model) => {
			return format!(
				"{} for the id of model {model:?}, which is remembered for good",
				format_amount(held.amount)
			);
		},
	};
	let until = match held.next_step_at {
		Some(block) => format!("the chain moves on by block #{block}"),
		None => "until you act".into(),
	};
	format!("{} {what}, {until}", format_amount(held.amount))
}

fn ledger_line(ledger: &Ledger) -> String {
	if *ledger == Ledger::default() {
		return "none submitted so far".into();
	}
	let [deposited, paid, refunded, held] =
		[ledger.deposited, ledger.paid, ledger.refunded, ledger.held].map(format_amount);
	format!("{deposited} deposited so far: {paid} paid, {refunded} refunded, {held} held")
}

fn new(context: &Context, out: &PathBuf) -> Result<()> {
	let signer = Signer::create_file(out).map_err(|error| failure(error.into()))?;
	let address = signer.account().to_string();
	let json = json!({ "account": address, "key_file": out });
	context.output.result(&json, || address.clone());
	context.output.say(&format!(
		"the secret is in {}, readable by you alone; there is no other copy of it\n\
		 use it with --key-file, or RECKON_KEY_FILE",
		out.display()
	));
	Ok(())
}

async fn transfer(context: &Context, to: AccountId, amount: Balance) -> Result<()> {
	let chain = context.chain().await?;
	let from = context.signer()?.account();
	context.submit(&chain, calls::transfer(to, amount)).await?;
	let json = json!({
		"from": from.to_string(),
		"to": to.to_string(),
		"amount": amount.to_string(),
	});
	context.output.result(&json, || format!("{} sent to {to}", format_amount(amount)));
	Ok(())
}

#[cfg(test)]
mod tests {
	use super::*;
	use reckon_sdk::H256;

	#[test]
	fn held_line_should_say_what_for_and_until_when() {
		let job = HeldFor::Job(H256([1; 32]));
		let held = Held { held_for: job, amount: 1_500_000_000_000, next_step_at: Some(7) };
		let line = held_line(&held);
		assert!(line.starts_with("1.5 RKN for job 0x0101"), "{line}");
		assert!(line.ends_with("by block #7"), "{line}");
	}

	#[test]
	fn ledger_line_should_say_where_the_money_for_jobs_went() {
		let unit = reckon_sdk::token::UNIT;
		let ledger = Ledger { deposited: 6 * unit, paid: unit, refunded: 2 * unit, held: 3 * unit };
		let line = ledger_line(&ledger);
		assert_eq!(line, "6 RKN deposited so far: 1 RKN paid, 2 RKN refunded, 3 RKN held");
		assert_eq!(ledger_line(&Ledger::default()), "none submitted so far");
	}
}
