//! What the chain has about candidates.

use reckon_sdk::{format_amount, AccountId, Candidate, CandidateStatus, Error};
use serde_json::json;

use super::{not_candidate, Election};
use crate::{
	context::{failure, Context},
	failure::Result,
	output::table,
	percent::format_percent,
};

pub(super) async fn list(context: &Context) -> Result<()> {
	let chain = context.chain().await?;
	let at = chain.latest().await.map_err(failure)?;
	let candidates = at.candidates().await.map_err(failure)?;
	let seated = at.validators().await.map_err(failure)?;
	let election = Election::at(&at).await?;
	let least = at.constants().map_err(failure)?.min_candidate_bond;
	let mut rows =
		vec![["candidate", "stake", "own", "commission", "status"].map(str::to_owned).to_vec()];
	let mut list = Vec::new();
	for (who, candidate) in &candidates {
		let seat = seated.contains(who);
		rows.push(vec![
			who.to_string(),
			format_amount(candidate.total()),
			format_amount(candidate.own),
			format_percent(candidate.commission),
			status(candidate, seat),
		]);
		list.push(json!({
			"account": who.to_string(),
			"candidate": candidate,
			"stake": candidate.total().to_string(),
			"seat": seat,
		}));
	}
	let json = json!({
		"candidates": list,
		"election": election.to_json(),
		"least_bond": least.to_string(),
	});
	context.output.result(&json, || {
		let [needed, least] = [election.needed, least].map(format_amount);
		format!(
			"{}\n{}\na new candidate needs {needed} behind it, {least} of its own",
			table(&rows),
			election.when()
		)
	});
	Ok(())
}

pub(super) async fn show(context: &Context, account: Option<AccountId>) -> Result<()> {
	let who = context.account_or_signer(account)?;
	let chain = context.chain().await?;
	let at = chain.latest().await.map_err(failure)?;
	let candidate =
		at.candidate(&who).await.map_err(failure)?.ok_or_else(|| not_candidate(&who))?;
	let seat = at.validators().await.map_err(failure)?.contains(&who);
	let backers = at.backers_of(&who).await.map_err(failure)?;
	let election = Election::at(&at).await?;
	let slashes = at.unapplied_slashes().await.map_err(failure)?;
	let slashes: Vec<_> = slashes.into_iter().filter(|(_, slash)| slash.validator == who).collect();
	let keys = at.session_keys(&who).await.map_err(failure)?;
	let node_has_them = match &keys {
		Some(keys) => match chain.has_session_keys(keys).await {
			// Of a node that is somebody else's, nothing is said.
			Err(Error::Denied { .. }) => None,
			asked => Some(asked.map_err(failure)?),
		},
		None => None,
	};
	let electable = candidate.is_active() && keys.is_some();
	let stake = candidate.total();
	let json = json!({
		"account": who.to_string(),
		"candidate": candidate,
		"stake": stake.to_string(),
		"seat": seat,
		"keys": keys,
		"node_has_keys": node_has_them,
		"backers": backers
			.iter()
			.map(|(who, amount)| json!({ "account": who.to_string(), "amount": amount.to_string() }))
			.collect::<Vec<_>>(),
		"slashes": slashes
			.iter()
			.map(|(id, slash)| json!({ "id": id, "slash": slash }))
			.collect::<Vec<_>>(),
		"election": election.to_json(),
		"suffices": electable && election.suffices(stake, true),
	});
	context.output.result(&json, || {
		let [own, delegated] = [candidate.own, candidate.delegated].map(format_amount);
		let mut lines = vec![
			format!("candidate  {who}"),
			format!("status     {}", status(&candidate, seat)),
			format!("stake      {}: {own} of its own, {delegated} delegated", format_amount(stake)),
			format!("commission {}", format_percent(candidate.commission)),
			format!("keys       {}", keys_line(keys.is_some(), node_has_them)),
		];
		if candidate.absent > 0 {
			lines.push(format!("absent     in {} sessions in a row", candidate.absent));
		}
		for (id, slash) in &slashes {
			// Thousand millionths: a thousandth of them are millionths.
			let part = format_percent(slash.fraction / 1_000);
			lines.push(format!(
				"slash {id:<4} {part} of what was at stake in era {}, taken in era {}",
				slash.era, slash.due
			));
		}
		for (who, amount) in &backers {
			lines.push(format!("backer     {who} with {}", format_amount(*amount)));
		}
		lines.push(election.when());
		lines.push(match electable {
			true => election.prospect(stake, true),
			false if candidate.is_active() => "it can't be elected without keys".into(),
			false if candidate.status == CandidateStatus::Leaving => {
				"it leaves and is not elected: `reckon validator resume` keeps its seat".into()
			},
			false => "it stands aside and is not elected: `reckon validator resume`".into(),
		});
		lines.join("\n")
	});
	Ok(())
}

fn status(candidate: &Candidate, seat: bool) -> String {
	let now = if seat { "makes blocks" } else { "has no seat" };
	match candidate.status {
		CandidateStatus::Active => now.into(),
		CandidateStatus::Chilled { why, until } => {
			format!("stands aside ({}) until era {until} at least, {now}", why.explain())
		},
		CandidateStatus::Leaving => format!("leaves when another one has its seat, {now}"),
	}
}

fn keys_line(registered: bool, node_has_them: Option<bool>) -> &'static str {
	match (registered, node_has_them) {
		(false, _) => "none: `reckon validator keys` makes some",
		(true, Some(true)) => "registered, and this node has them",
		(true, Some(false)) => "registered, and this node does not have them",
		(true, None) => "registered",
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use reckon_sdk::ChillReason;

	#[test]
	fn status_should_say_why_a_candidate_stands_aside() {
		let status_of = |status| {
			let candidate =
				Candidate { own: 1, delegated: 0, commission: 0, raised_in: 0, absent: 0, status };
			super::status(&candidate, true)
		};
		assert_eq!(status_of(CandidateStatus::Active), "makes blocks");
		let words = status_of(CandidateStatus::Leaving);
		assert_eq!(words, "leaves when another one has its seat, makes blocks");
		let chilled = CandidateStatus::Chilled { why: ChillReason::Absent, until: 7 };
		let words = status_of(chilled);
		assert!(words.contains("no block in several sessions) until era 7"), "{words}");
	}
}
