//! What is earned, and having it paid.

use clap::Subcommand;
use reckon_sdk::{
	calls, format_amount, AccountId, At, Balance, Call, ChainEvent, ClaimState, Duty, Earnings,
	Era, EraIndex, UnclaimedReward,
};
use serde_json::{json, Value};

use crate::{
	context::{failure, Context},
	failure::{Failure, Result},
	job::order::parse_account,
	output::table,
	validator::Election,
};

/// The most claims in one transaction: a validator's pays up to 256 backers.
const CLAIMS_AT_ONCE: usize = 10;
/// The most eras of one validator that are looked at for a backer: each is a question of its own.
const BACKED_ERAS: usize = 30;

/// What earners do.
#[derive(Debug, Subcommand)]
pub(crate) enum RewardsCommand {
	/// What an account earns in this era, and what waits to be claimed
	Show {
		/// Whose [default: who signs]
		#[arg(value_parser = parse_account)]
		account: Option<AccountId>,
	},
	/// What an account has earned era by era, the newest first, and whether it has been paid
	#[command(after_help = "Example: reckon rewards history //Alice --from 300")]
	History {
		/// Whose [default: who signs]
		#[arg(value_parser = parse_account)]
		account: Option<AccountId>,
		/// This era and the 99 before [default: the running one]
		#[arg(long, value_name = "ERA")]
		from: Option<EraIndex>,
	},
	/// An era: what it has for work and for blocks, all points, what has been claimed, and its end
	#[command(after_help = "Example: reckon rewards era 3")]
	Era {
		/// Which [default: the running one]
		era: Option<EraIndex>,
	},
	/// Have rewards paid: your own, or with --validator a validator's and all its backers'
	#[command(after_help = "Example: reckon rewards claim --era 3\n\
		Example: reckon rewards claim --validator //Alice")]
	Claim {
		/// Of this era alone [default: of all]
		#[arg(long)]
		era: Option<EraIndex>,
		/// What this validator and those behind it have earned
		#[arg(long, value_name = "ACCOUNT", value_parser = parse_account)]
		validator: Option<AccountId>,
	},
}

pub(crate) async fn run(context: &Context, command: RewardsCommand) -> Result<()> {
	match command {
		RewardsCommand::Show { account } => show(context, account).await,
		RewardsCommand::History { account, from } => history(context, account, from).await,
		RewardsCommand::Era { era } => show_era(context, era).await,
		RewardsCommand::Claim { era, validator } => claim(context, era, validator).await,
	}
}

async fn show(context: &Context, account: Option<AccountId>) -> Result<()> {
	let who = context.account_or_signer(account)?;
	let chain = context.chain().await?;
	let at = chain.latest().await.map_err(failure)?;
	let running = at.running_era().await.map_err(failure)?;
	let work = at.earnings(running.index, &who).await.map_err(failure)?;
	let validation = at.validator_earnings(running.index, &who, &who).await.map_err(failure)?;
	let (sum, unclaimed) = at.unclaimed(&who).await.map_err(failure)?;
	let backed = backed(&at, &who).await?;
	let emission = at.emission(running.index).await.map_err(failure)?;
	let election = Election::at(&at).await?;
	let ends_at = election.end_of(running.index, at.era_blocks().map_err(failure)?);
	let json = json!({
		"account": who.to_string(),
		"running_era": running,
		"ends_at": ends_at,
		"emission": emission.to_string(),
		"earning": { "work": work, "validation": validation },
		"unclaimed": unclaimed,
		"unclaimed_sum": sum.to_string(),
		"unclaimed_as_backer": backed
			.iter()
			.map(|(validator, era, amount)| {
				json!({
					"validator": validator.to_string(),
					"era": era,
					"amount": amount.to_string(),
				})
			})
			.collect::<Vec<_>>(),
	});
	context.output.result(&json, || {
		let mut lines = vec![
			format!("account {who}"),
			format!(
				"era {} runs since block #{} until {}, and emits at most {}",
				running.index,
				running.began_at,
				election.about(ends_at),
				format_amount(emission)
			),
			earning_line(Duty::Work, work),
			earning_line(Duty::Validation, validation),
		];
		let mut rows: Vec<_> = unclaimed
			.iter()
			.map(|reward| row(reward.era, &reward.duty.to_string(), reward.amount))
			.collect();
		rows.extend(
			backed.iter().map(|(who, era, amount)| row(*era, &format!("backing {who}"), *amount)),
		);
		if rows.is_empty() {
			lines.push("nothing waits to be claimed".into());
		} else {
			rows.insert(0, ["unclaimed", "for", "amount"].map(str::to_owned).to_vec());
			lines.push(table(&rows));
			lines.push("`reckon rewards claim` has it paid; a backer's part by --validator".into());
		}
		lines.join("\n")
	});
	Ok(())
}

async fn history(
	context: &Context,
	account: Option<AccountId>,
	from: Option<EraIndex>,
) -> Result<()> {
	let who = context.account_or_signer(account)?;
	let chain = context.chain().await?;
	let at = chain.latest().await.map_err(failure)?;
	let history = at.history(&who, from.unwrap_or(EraIndex::MAX)).await.map_err(failure)?;
	let json = json!({ "account": who.to_string(), "history": history });
	context.output.result(&json, || {
		if history.is_empty() {
			return "nothing earned in these eras, or they are forgotten".into();
		}
		let mut rows =
			vec![["era", "for", "points", "amount", "state"].map(str::to_owned).to_vec()];
		rows.extend(history.iter().map(|earned| {
			let Earnings { points, amount, state } = earned.earnings;
			vec![
				earned.era.to_string(),
				earned.duty.to_string(),
				points.to_string(),
				format_amount(amount),
				state_words(state).into(),
			]
		}));
		table(&rows)
	});
	Ok(())
}

fn state_words(state: ClaimState) -> &'static str {
	match state {
		ClaimState::Running => "if the era ended now",
		ClaimState::Unclaimed => "unclaimed",
		ClaimState::Claimed => "paid",
	}
}

async fn show_era(context: &Context, era: Option<EraIndex>) -> Result<()> {
	let chain = context.chain().await?;
	let at = chain.latest().await.map_err(failure)?;
	let running = at.running_era().await.map_err(failure)?;
	let era = era.unwrap_or(running.index);
	let record = if era == running.index {
		running.so_far
	} else {
		at.era(era).await.map_err(failure)?.ok_or_else(|| no_era(era, running.index))?
	};
	let emission = at.emission(era).await.map_err(failure)?;
	let election = Election::at(&at).await?;
	let ends_at = match era == running.index {
		true => Some(election.end_of(era, at.era_blocks().map_err(failure)?)),
		false => None,
	};
	let json = json!({
		"era": era,
		"record": record,
		"emission": emission.to_string(),
		"ends_at": ends_at,
	});
	context.output.result(&json, || {
		let when = match ends_at {
			Some(block) => format!(
				"runs since block #{} until {}: amounts are what they would be now",
				running.began_at,
				election.about(block)
			),
			None => "is over".into(),
		};
		let emission = format_amount(emission);
		[format!("era {era} {when}"), format!("emits at most {emission}"), pots(&record)].join("\n")
	});
	Ok(())
}

fn no_era(era: EraIndex, running: EraIndex) -> Failure {
	let message = match era > running {
		true => format!("era {era} has not begun: era {running} runs"),
		false => format!("nobody earned anything in era {era}, or it is forgotten"),
	};
	Failure::new("unknown_era", message).fix("`reckon rewards history` lists an account's eras")
}

/// What an era has for each duty, for people.
fn pots(era: &Era) -> String {
	let row = |duty: Duty, pot: reckon_sdk::Pot| {
		let [amount, paid] = [pot.amount, pot.paid].map(format_amount);
		vec![duty.to_string(), pot.points.to_string(), amount, paid]
	};
	table(&[
		["for", "points", "amount", "claimed"].map(str::to_owned).to_vec(),
		row(Duty::Work, era.work),
		row(Duty::Validation, era.validation),
	])
}

fn row(era: EraIndex, what: &str, amount: Balance) -> Vec<String> {
	vec![format!("era {era}"), what.to_owned(), format_amount(amount)]
}

fn earning_line(duty: Duty, earnings: Option<Earnings>) -> String {
	match earnings {
		Some(Earnings { points, amount, .. }) => {
			let amount = format_amount(amount);
			format!("  {duty:<10} {points} points: {amount} if the era ended now")
		},
		None => format!("  {duty:<10} no points"),
	}
}

/// What waits for an account as a backer, by validator and era.
async fn backed(at: &At, who: &AccountId) -> Result<Vec<(AccountId, EraIndex, Balance)>> {
	let mut found = Vec::new();
	for (validator, _) in at.delegations_of(who).await.map_err(failure)? {
		let (_, unclaimed) = at.unclaimed(&validator).await.map_err(failure)?;
		let eras = unclaimed.iter().filter(|reward| reward.duty == Duty::Validation);
		for UnclaimedReward { era, .. } in eras.take(BACKED_ERAS) {
			let part = at.validator_earnings(*era, &validator, who).await.map_err(failure)?;
			let amount = part.map(|part| part.amount).unwrap_or_default();
			if amount > 0 {
				found.push((validator, *era, amount));
			}
		}
	}
	Ok(found)
}

async fn claim(
	context: &Context,
	era: Option<EraIndex>,
	validator: Option<AccountId>,
) -> Result<()> {
	let signer = context.signer()?.account();
	let earner = validator.unwrap_or(signer);
	let chain = context.chain().await?;
	let at = chain.latest().await.map_err(failure)?;
	let (_, unclaimed) = at.unclaimed(&earner).await.map_err(failure)?;
	let wanted: Vec<_> = unclaimed
		.into_iter()
		.filter(|reward| era.is_none_or(|era| reward.era == era))
		.filter(|reward| validator.is_none() || reward.duty == Duty::Validation)
		.collect();
	if wanted.is_empty() {
		return Err(why_nothing(&at, era, &earner, validator.is_some()).await?);
	}
	let mut paid = Vec::new();
	let mut failed = 0;
	for rewards in wanted.chunks(CLAIMS_AT_ONCE) {
		let mut claims: Vec<_> = rewards.iter().map(|reward| call(reward, earner)).collect();
		let call = match claims.len() {
			1 => claims.swap_remove(0),
			// Somebody else may have claimed one of them by now.
			_ => calls::force_batch(claims),
		};
		let outcome = context.submit(&chain, call).await?;
		paid.extend(outcome.events.iter().filter_map(payment));
		failed += outcome.events.iter().filter(|event| event.name == "ItemFailed").count();
	}
	let sum = paid.iter().fold(0, |sum: Balance, (_, amount)| sum.saturating_add(*amount));
	let to_signer = paid.iter().filter(|(to, _)| *to == signer.to_string());
	let own = to_signer.fold(0, |sum: Balance, (_, amount)| sum.saturating_add(*amount));
	let json = json!({
		"account": signer.to_string(),
		"earner": earner.to_string(),
		"claims": wanted.len() - failed,
		"failed": failed,
		"paid": sum.to_string(),
		"paid_to_account": own.to_string(),
	});
	context.output.result(&json, || {
		let [sum, own] = [sum, own].map(format_amount);
		let mut line = format!("{sum} paid, {own} of it to you");
		if failed > 0 {
			line.push_str(&format!(
				"; {failed} claims failed: somebody else was first, or nobody can be paid"
			));
		}
		line
	});
	Ok(())
}

fn call(reward: &UnclaimedReward, earner: AccountId) -> Call {
	match reward.duty {
		Duty::Work => calls::claim(earner, reward.era),
		Duty::Validation => calls::claim_validator(earner, reward.era),
	}
}

/// Who has been paid how much, when the event says so.
fn payment(event: &ChainEvent) -> Option<(String, Balance)> {
	if (event.pallet.as_str(), event.name.as_str()) != ("Rewards", "RewardPaid") {
		return None;
	}
	let to = event.fields.get("to")?.as_str()?.to_owned();
	let amount = match event.fields.get("amount")? {
		Value::String(text) => text.parse().ok()?,
		number => number.as_u64()?.into(),
	};
	Some((to, amount))
}

/// Why there is nothing to claim.
async fn why_nothing(
	at: &At,
	era: Option<EraIndex>,
	earner: &AccountId,
	as_validator: bool,
) -> Result<Failure> {
	let mut found = Vec::new();
	if let Some(era) = era {
		found.extend(at.validator_earnings(era, earner, earner).await.map_err(failure)?);
		if !as_validator {
			found.extend(at.earnings(era, earner).await.map_err(failure)?);
		}
	}
	Ok(nothing(era, earner, &found))
}

fn nothing(era: Option<EraIndex>, earner: &AccountId, found: &[Earnings]) -> Failure {
	let fix = "`reckon rewards show` lists what can be claimed";
	let Some(era) = era else {
		let message = format!("nothing waits to be claimed for {earner}");
		return Failure::new("nothing_to_claim", message).fix(fix);
	};
	let (code, message) = if found.iter().any(|earned| earned.state == ClaimState::Running) {
		("era_running", format!("era {era} is not over: its rewards can be claimed when it is"))
	} else if found.is_empty() {
		let message = format!("{earner} has earned nothing in era {era}, or it is forgotten");
		("nothing_earned", message)
	} else {
		("already_claimed", format!("what {earner} has earned in era {era} has been claimed"))
	};
	Failure::new(code, message).fix(fix)
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn payment_should_be_read_when_the_amount_is_small_or_large() {
		let event = |pallet: &str, amount: Value| ChainEvent {
			pallet: pallet.into(),
			name: "RewardPaid".into(),
			fields: json!({ "era": 1, "to": "5F", "amount": amount }),
		};
		assert_eq!(payment(&event("Rewards", json!(5))), Some(("5F".into(), 5)));
		let large = event("Rewards", json!(u128::MAX.to_string()));
		assert_eq!(payment(&large), Some(("5F".into(), u128::MAX)));
		assert_eq!(payment(&event("Others", json!(5))), None);
	}

	#[test]
	fn era_should_be_told_with_both_pots() {
		let unit = reckon_sdk::token::UNIT;
		let pot = |amount, points, paid| reckon_sdk::Pot { amount, points, paid };
		let era = Era { work: pot(2 * unit, 7, unit), validation: pot(unit / 2, 20, 0) };
		let text = pots(&era);
		let words: Vec<_> = text
			.lines()
			.map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
			.collect();
		assert_eq!(
			words,
			["for points amount claimed", "work 7 2 RKN 1 RKN", "validation 20 0.5 RKN 0 RKN"]
		);
		assert!(no_era(3, 2).message.contains("has not begun"));
		assert!(no_era(1, 2).message.contains("forgotten"));
	}

	#[test]
	fn claim_should_say_why_there_is_nothing() {
		let who = AccountId::from([1; 32]);
		let earned = |state| [Earnings { points: 1, amount: 2, state }];
		let code = |era, found: &[Earnings]| nothing(era, &who, found).code;
		assert_eq!(code(None, &[]), "nothing_to_claim");
		assert_eq!(code(Some(1), &[]), "nothing_earned");
		assert_eq!(code(Some(1), &earned(ClaimState::Running)), "era_running");
		assert_eq!(code(Some(1), &earned(ClaimState::Claimed)), "already_claimed");
	}
}
