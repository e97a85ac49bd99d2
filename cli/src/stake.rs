//! Stake behind candidates.

use clap::Subcommand;
use reckon_sdk::{
	calls, format_amount, parse_amount, AccountId, At, Balance, Held, HeldFor, Slash, SlashId,
};
use serde_json::json;

use crate::{
	context::{failure, Context},
	failure::{Failure, Result},
	job::order::parse_account,
	validator::Election,
};

/// What backers do.
#[derive(Debug, Subcommand)]
pub(crate) enum StakeCommand {
	/// Put money behind a candidate: you share its rewards, and its slashes
	#[command(after_help = "Example: reckon stake delegate //Alice 500")]
	Delegate {
		/// Behind whom; `reckon validator list` lists them
		#[arg(value_parser = parse_account)]
		candidate: AccountId,
		/// How much, in RKN
		#[arg(value_parser = parse_amount)]
		amount: Balance,
	},
	/// Take it back; the chain returns it when it can be slashed no more
	#[command(after_help = "Example: reckon stake undelegate //Alice")]
	Undelegate {
		/// From whom
		#[arg(value_parser = parse_account)]
		candidate: AccountId,
		/// How much, in RKN [default: all of it]
		#[arg(value_parser = parse_amount)]
		amount: Option<Balance>,
	},
	/// Have what is free at once; the chain returns it by itself when it has room
	Withdraw,
	/// An account's stake: its own, behind whom, what is on its way back until when, and what slashes
	/// are going to take of it
	Show {
		/// Whose [default: who signs]
		#[arg(value_parser = parse_account)]
		account: Option<AccountId>,
	},
}

pub(crate) async fn run(context: &Context, command: StakeCommand) -> Result<()> {
	match command {
		StakeCommand::Delegate { candidate, amount } => delegate(context, candidate, amount).await,
		StakeCommand::Undelegate { candidate, amount } => {
			undelegate(context, candidate, amount).await
		},
		StakeCommand::Withdraw => {
			context.act(calls::withdraw_stake(), "what was free is back").await
		},
		StakeCommand::Show { account } => show(context, account).await,
	}
}

async fn delegate(context: &Context, candidate: AccountId, amount: Balance) -> Result<()> {
	let who = context.signer()?.account();
	let chain = context.chain().await?;
	context.submit(&chain, calls::delegate(candidate, amount)).await?;
	let at = chain.latest().await.map_err(failure)?;
	let election = Election::at(&at).await?;
	let json = json!({
		"account": who.to_string(),
		"candidate": candidate.to_string(),
		"amount": amount.to_string(),
		"election": election.to_json(),
	});
	context.output.result(&json, || {
		let amount = format_amount(amount);
		format!("{amount} more behind {candidate}, as of the next election\n{}", election.when())
	});
	Ok(())
}

async fn undelegate(
	context: &Context,
	candidate: AccountId,
	amount: Option<Balance>,
) -> Result<()> {
	let who = context.signer()?.account();
	let chain = context.chain().await?;
	let amount = match amount {
		Some(amount) => amount,
		None => {
			let at = chain.latest().await.map_err(failure)?;
			let delegations = at.delegations_of(&who).await.map_err(failure)?;
			let found = delegations.iter().find(|(other, _)| *other == candidate);
			found.map(|(_, amount)| *amount).ok_or_else(|| not_delegated(&who, &candidate))?
		},
	};
	context.submit(&chain, calls::undelegate(candidate, amount)).await?;
	let at = chain.latest().await.map_err(failure)?;
	let unbonding = unbonding(at.held_by(&who).await.map_err(failure)?);
	let json = json!({
		"account": who.to_string(),
		"candidate": candidate.to_string(),
		"amount": amount.to_string(),
		"unbonding": unbonding,
	});
	context.output.result(&json, || {
		let mut lines = vec![format!("{} taken back from {candidate}", format_amount(amount))];
		lines.extend(unbonding.iter().map(unbonding_line));
		lines.join("\n")
	});
	Ok(())
}

async fn show(context: &Context, account: Option<AccountId>) -> Result<()> {
	let who = context.account_or_signer(account)?;
	let chain = context.chain().await?;
	let at = chain.latest().await.map_err(failure)?;
	let own = at.candidate(&who).await.map_err(failure)?.map(|candidate| candidate.own);
	let delegations = at.delegations_of(&who).await.map_err(failure)?;
	let unbonding = unbonding(at.held_by(&who).await.map_err(failure)?);
	let slashes = slashes_of(&at, &who).await?;
	let constants = at.constants().map_err(failure)?;
	let json = json!({
		"account": who.to_string(),
		"own": own.map(|amount| amount.to_string()),
		"delegations": delegations
			.iter()
			.map(|(candidate, amount)| {
				json!({ "candidate": candidate.to_string(), "amount": amount.to_string() })
			})
			.collect::<Vec<_>>(),
		"unbonding": unbonding,
		"slashes": slashes
			.iter()
			.map(|(id, slash, takes)| {
				json!({ "id": id, "slash": slash, "takes_at_most": takes.to_string() })
			})
			.collect::<Vec<_>>(),
		"least_delegation": constants.min_delegation.to_string(),
		"unbonding_eras": constants.unbonding_eras,
	});
	context.output.result(&json, || {
		let mut lines = vec![format!("account   {who}")];
		lines.extend(own.map(|amount| {
			format!("own       {} as a candidate: `reckon validator show`", format_amount(amount))
		}));
		lines.extend(delegations.iter().map(|(candidate, amount)| {
			format!("delegated {} to {candidate}", format_amount(*amount))
		}));
		lines.extend(unbonding.iter().map(unbonding_line));
		lines.extend(slashes.iter().map(|(id, slash, takes)| {
			format!(
				"slash {id:<3} takes {} at most in era {}, for an offence of {} in era {}",
				format_amount(*takes),
				slash.due,
				slash.validator,
				slash.era
			)
		}));
		if lines.len() == 1 {
			lines.push("nothing at stake".into());
		}
		lines.push(format!(
			"the least delegation is {}; stake is back {} eras after it was taken back",
			format_amount(constants.min_delegation),
			constants.unbonding_eras
		));
		lines.join("\n")
	});
	Ok(())
}

/// The slashes that are not applied yet and take something from an account, and how much.
async fn slashes_of(at: &At, who: &AccountId) -> Result<Vec<(SlashId, Slash, Balance)>> {
	let mut found = Vec::new();
	for (id, slash) in at.unapplied_slashes().await.map_err(failure)? {
		let exposure = at.exposure(slash.era, &slash.validator).await.map_err(failure)?;
		let takes = exposure.map_or(0, |exposure| slash.takes(who, &exposure));
		if takes > 0 {
			found.push((id, slash, takes));
		}
	}
	Ok(found)
}

/// What is on its way back, the first to arrive first.
fn unbonding(held: Vec<Held>) -> Vec<Held> {
	let mut unbonding: Vec<_> =
		held.into_iter().filter(|held| held.held_for == HeldFor::StakeUnbonding).collect();
	unbonding.sort_by_key(|held| held.next_step_at);
	unbonding
}

fn unbonding_line(held: &Held) -> String {
	let until = held.next_step_at.map(|block| format!(", at about block #{block}"));
	format!("returning {}{}", format_amount(held.amount), until.unwrap_or_default())
}

fn not_delegated(who: &AccountId, candidate: &AccountId) -> Failure {
	Failure::new("not_delegated", format!("{who} has nothing behind {candidate}"))
		.fix("`reckon stake show` says behind whom it has something")
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn unbonding_should_be_what_returns_first_to_last_and_nothing_else() {
		let held = |held_for, next_step_at| Held {
			held_for,
			amount: reckon_sdk::token::UNIT,
			next_step_at,
		};
		let all = vec![
			held(HeldFor::StakeUnbonding, Some(9)),
			held(HeldFor::Delegation, None),
			held(HeldFor::StakeUnbonding, Some(7)),
		];
		let lines: Vec<_> = unbonding(all).iter().map(unbonding_line).collect();
		assert_eq!(
			lines,
			["returning 1 RKN, at about block #7", "returning 1 RKN, at about block #9"]
		);
	}
}
