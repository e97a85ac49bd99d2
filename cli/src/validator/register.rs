//! From a node to a validator.

use reckon_sdk::{
	calls, format_amount, hex, AccountId, At, Balance, Call, Candidate, CandidateStatus, Chain,
	RotatedKeys,
};
use serde_json::{json, Value};

use super::{not_candidate, Election, RegisterArgs, SigningArgs};
use crate::{
	context::{failure, Context},
	failure::{Failure, Result},
};

/// Becomes a candidate with new keys; one that is a candidate only has new keys.
pub(super) async fn register(context: &Context, args: RegisterArgs) -> Result<()> {
	let owner = owner(context, &args.signing)?;
	let chain = context.chain().await?;
	let before = Before::look(&chain, owner).await?;
	let joins = before.candidate.is_none();
	if joins {
		before.check_bond(args.bond)?;
	}
	let to_hold = if joins { args.bond } else { 0 };
	if !args.signing.print {
		before.check_money(to_hold)?;
	}
	let rotated = rotate(context, &chain, &owner).await?;
	let keys = rotated.keys.clone();
	let set_keys = calls::set_keys(rotated.keys, rotated.proof);
	let call = if joins {
		// Both or neither: a candidate without keys is never elected.
		calls::batch_all(vec![set_keys, calls::join(args.bond, args.commission)])
	} else {
		set_keys
	};
	let mut lines = Vec::new();
	let printed = args.signing.print.then(|| Printed::new(&before.at, &call)).transpose()?;
	if let Some(printed) = &printed {
		lines.push(printed.to_text());
		lines.push(format!("sign it as {owner}; once it is in a block:"));
	} else {
		context.submit(&chain, call).await?;
		lines.push(format!("{owner} has new session keys, and its node has their secret halves"));
	}
	lines.push(match &before.candidate {
		None => format!("{} are at stake", format_amount(args.bond)),
		Some(_) => {
			"it is a candidate already, and its stake stays as it is: `reckon validator bond` \
			adds to it"
				.into()
		},
	});
	let stake = before.candidate.map_or(args.bond, |candidate| candidate.total());
	lines.push(before.election.when());
	lines.push(match before.candidate.map(|candidate| candidate.status) {
		Some(CandidateStatus::Chilled { until, .. }) => format!(
			"it stands aside and is not elected: `reckon validator resume`, from era {until} on"
		),
		Some(CandidateStatus::Leaving) => {
			"it leaves and is not elected: `reckon validator resume` keeps its seat".into()
		},
		_ => before.election.prospect(stake, before.counted),
	});
	let json = json!({
		"account": owner.to_string(),
		"keys": keys,
		"call": printed.map(|printed| printed.to_json()),
		"joined": joins,
		"stake": stake.to_string(),
		"election": before.election.to_json(),
		"suffices": before.election.suffices(stake, before.counted),
	});
	context.output.result(&json, || lines.join("\n"));
	Ok(())
}

/// Registers new keys, and nothing else.
pub(super) async fn renew_keys(context: &Context, args: SigningArgs) -> Result<()> {
	let owner = owner(context, &args)?;
	let chain = context.chain().await?;
	let before = Before::look(&chain, owner).await?;
	if before.candidate.is_none() {
		return Err(not_candidate(&owner));
	}
	if !args.print {
		before.check_money(0)?;
	}
	let rotated = rotate(context, &chain, &owner).await?;
	let keys = rotated.keys.clone();
	let call = calls::set_keys(rotated.keys, rotated.proof);
	let printed = args.print.then(|| Printed::new(&before.at, &call)).transpose()?;
	let line = if let Some(printed) = &printed {
		format!("{}\nsign it as {owner}", printed.to_text())
	} else {
		context.submit(&chain, call).await?;
		format!(
			"{owner} has new session keys, used from the session after the next one on; let the node \
			 run on, it needs the old ones until then"
		)
	};
	let json = json!({
		"account": owner.to_string(),
		"keys": keys,
		"call": printed.map(|printed| printed.to_json()),
	});
	context.output.result(&json, || line);
	Ok(())
}

/// How things stand before anything is done.
struct Before {
	at: At,
	owner: AccountId,
	candidate: Option<Candidate>,
	election: Election,
	/// Whether the owner was among those who can be elected.
	counted: bool,
	free: Balance,
	min_bond: Balance,
	key_deposit: Balance,
	existential_deposit: Balance,
}

impl Before {
	async fn look(chain: &Chain, owner: AccountId) -> Result<Self> {
		let at = chain.latest().await.map_err(failure)?;
		let constants = at.constants().map_err(failure)?;
		let candidate = at.candidate(&owner).await.map_err(failure)?;
		let has_keys = at.session_keys(&owner).await.map_err(failure)?.is_some();
		let free = at.account(&owner).await.map_err(failure)?.free;
		let election = Election::at(&at).await?;
		Ok(Self {
			owner,
			candidate,
			election,
			counted: has_keys && candidate.is_some_and(|candidate| candidate.is_active()),
			free,
			min_bond: constants.min_candidate_bond,
			key_deposit: if has_keys { 0 } else { constants.key_deposit },
			existential_deposit: constants.existential_deposit,
			at,
		})
	}

	/// Says what the chain would say, before the node makes keys in vain.
	fn check_bond(&self, bond: Balance) -> Result<()> {
		if bond >= self.min_bond {
			return Ok(());
		}
		let least = format_amount(self.min_bond);
		let message = format!("a candidate's own stake is at least {least}");
		Err(Failure::new("ValidatorStaking.BondTooLow", message)
			.fix(format!("name that, or more: --bond {}", least.trim_end_matches(" RKN"))))
	}

	/// Whether the owner can pay for all that, but for the fee.
	fn check_money(&self, bond: Balance) -> Result<()> {
		let kept = [bond, self.key_deposit, self.existential_deposit];
		let needed = kept.into_iter().fold(0, Balance::saturating_add);
		if self.free > needed {
			return Ok(());
		}
		let [has, needed, bond, deposit] =
			[self.free, needed, bond, self.key_deposit].map(format_amount);
		let owner = self.owner;
		let message = format!(
			"{owner} has {has}, and this takes more than {needed}: {bond} as stake, {deposit} held \
			 for its keys, what an account must keep, and a fee"
		);
		Err(Failure::new("too_little_money", message)
			.fix(format!("send it some (reckon account transfer {owner} AMOUNT), or bond less")))
	}
}

/// For whom the keys are to be.
fn owner(context: &Context, args: &SigningArgs) -> Result<AccountId> {
	context.account_or_signer(args.account)
}

async fn rotate(context: &Context, chain: &Chain, owner: &AccountId) -> Result<RotatedKeys> {
	if !chain.is_authority().await.map_err(failure)? {
		let message = format!("the node at {} makes no blocks", chain.url());
		return Err(Failure::new("not_a_validator_node", message)
			.fix("start it with --validator, or name the validator's own node by --url"));
	}
	let _wait = context.output.wait("the node makes new keys");
	chain.rotate_keys(owner).await.map_err(failure)
}

/// A call for a wallet that is elsewhere.
struct Printed {
	name: String,
	data: String,
}

impl Printed {
	fn new(at: &At, call: &Call) -> Result<Self> {
		let data = at.call_data(call).map_err(failure)?;
		Ok(Self { name: call.to_string(), data: hex(&data) })
	}

	fn to_text(&self) -> String {
		format!("{}\n{}", self.name, self.data)
	}

	fn to_json(&self) -> Value {
		json!({ "name": self.name, "data": self.data })
	}
}
