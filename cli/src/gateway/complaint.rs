//! Complaints: a gateway has taken a worker's receipt and, somebody says, put it into no batch.

use reckon_sdk::{format_amount, AccountId, Complaint, H256};
use serde_json::json;

use crate::{
	context::{all_pages, failure, Context},
	failure::{Failure, Result},
	output::table,
};

pub(super) async fn list(context: &Context, gateway: Option<AccountId>) -> Result<()> {
	let gateway = context.account_or_signer(gateway)?;
	let chain = context.chain().await?;
	let at = chain.latest().await.map_err(failure)?;
	let mut complaints = all_pages(|after| at.complaints_about(&gateway, after)).await?;
	complaints.sort_by_key(|(_, complaint)| complaint.due);
	let json = json!({
		"gateway": gateway.to_string(),
		"block": at.block().number,
		"complaints": complaints
			.iter()
			.map(|(receipt, complaint)| json!({ "receipt": receipt, "complaint": complaint }))
			.collect::<Vec<_>>(),
	});
	context.output.result(&json, || {
		if complaints.is_empty() {
			return format!("nobody complains about {gateway}");
		}
		let mut rows =
			vec![["receipt", "provider", "charge", "answer by"].map(str::to_owned).to_vec()];
		rows.extend(complaints.iter().map(|(receipt, complaint)| {
			vec![
				format!("{receipt:?}"),
				complaint.provider.to_string(),
				format_amount(complaint.charge),
				format!("#{}", last_answer(complaint)),
			]
		}));
		table(&rows)
	});
	Ok(())
}

pub(super) async fn show(context: &Context, receipt: H256) -> Result<()> {
	let chain = context.chain().await?;
	let at = chain.latest().await.map_err(failure)?;
	let complaint = at.complaint(receipt).await.map_err(failure)?.ok_or_else(|| {
		Failure::new("unknown_complaint", format!("nobody complains about receipt {receipt:?} now"))
			.fix("`reckon gateway complaints` lists those about a gateway that are not over")
	})?;
	let json = json!({ "receipt": receipt, "complaint": complaint, "block": at.block().number });
	context.output.result(&json, || told(receipt, &complaint).join("\n"));
	Ok(())
}

/// The last block in which the gateway can answer.
fn last_answer(complaint: &Complaint) -> u32 {
	complaint.due.saturating_sub(1)
}

fn told(receipt: H256, complaint: &Complaint) -> Vec<String> {
	let [charge, deposit] = [complaint.charge, complaint.deposit].map(format_amount);
	vec![
		format!("receipt  {receipt:?}"),
		format!("gateway  {}", complaint.gateway),
		format!("provider {}", complaint.provider),
		format!("model    {:?}", complaint.model),
		format!("request  {:?}", complaint.request),
		format!("charge   {charge}"),
		format!("said by  {}, who has {deposit} held for it", complaint.complainer),
		format!(
			"answer   by block #{}: the batch that the receipt is in, for the {deposit}; else the \
			 provider is paid out of the gateway's bond, which is slashed",
			last_answer(complaint)
		),
	]
}

#[cfg(test)]
mod tests {
	use super::*;
	use reckon_sdk::token::UNIT;

	#[test]
	fn complaint_should_be_told_with_what_is_at_stake_and_until_when() {
		let account = |byte| AccountId::from([byte; 32]);
		let complaint = Complaint {
			gateway: account(1),
			provider: account(2),
			request: H256([3; 32]),
			model: H256([4; 32]),
			charge: 2 * UNIT,
			complainer: account(5),
			deposit: UNIT / 2,
			last: 9,
			due: 8,
		};
		let lines = told(H256([6; 32]), &complaint);
		assert!(lines[0].ends_with(&"06".repeat(32)), "{lines:?}");
		assert_eq!(lines[5], "charge   2 RKN");
		assert_eq!(lines[6], format!("said by  {}, who has 0.5 RKN held for it", account(5)));
		// In block 8 the chain itself decides.
		assert!(lines[7].starts_with("answer   by block #7: "), "{lines:?}");
	}
}
