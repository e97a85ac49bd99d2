//! Looking at all receipts of a batch, and showing the chain those that are wrong.

use std::collections::BTreeMap;

use reckon_primitives::AccountId;
use reckon_receipts::{Committed, Examination, Item, Place, Root, Total, Unlike, Wrong};
use reckon_sdk::{
	calls, format_amount, At, Balance, Batch, BatchId, Chain, ChannelId, Submitter, Until, H256,
};
use reqwest::Client;
use serde_json::{json, Value};

use crate::{
	context::failure,
	failure::{Failure, Result},
	http,
};

/// The most bytes of receipts that are fetched: more than the chain lets a batch have. They are all in
/// memory at once.
const MAX_BYTES: u32 = 128 << 20;

/// Something that is wrong with a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Finding {
	/// Its gateway does not hand out the receipts.
	Unavailable(String),
	/// What it hands out is something else.
	Unlike(Unlike),
	/// A receipt that the chain strikes when it is shown it.
	Wrong { place: Place, why: Wrong, request: H256, charge: Balance },
	/// A channel pays something else than its receipts charge.
	Unequal { channel: ChannelId, paid: Balance, charged: Balance },
}

impl Finding {
	/// Whether it may be otherwise when one looks again.
	pub(super) fn may_pass(&self) -> bool {
		matches!(self, Self::Unavailable(_) | Self::Unlike(Unlike::Name))
	}

	/// For people.
	pub(super) fn text(&self) -> String {
		match self {
			Self::Unavailable(why) => format!("its receipts can't be had: {why}"),
			Self::Unlike(why) => why.to_string(),
			Self::Wrong { place: (total, index), why, charge, .. } => {
				let charge = format_amount(*charge);
				format!("receipt {index} of total {total}, {charge}: {why}")
			},
			Self::Unequal { channel, paid, charged } => {
				let (paid, charged) = (format_amount(*paid), format_amount(*charged));
				format!("channel {channel:?} pays {paid}, and its receipts charge {charged}")
			},
		}
	}

	fn to_json(&self) -> Value {
		let (kind, more) = match self {
			Self::Unavailable(_) => ("unavailable", json!({})),
			Self::Unlike(_) => ("leaves", json!({})),
			Self::Wrong { place: (total, index), request, charge, .. } => (
				"receipt",
				json!({
					"total": total, "index": index, "request": request, "charge": charge.to_string(),
				}),
			),
			Self::Unequal { channel, paid, charged } => (
				"charges",
				json!({
					"channel": channel, "paid": paid.to_string(), "charged": charged.to_string(),
				}),
			),
		};
		let mut json = json!({ "finding": kind, "told": self.text() });
		if let (Value::Object(fields), Value::Object(more)) = (&mut json, more) {
			fields.extend(more);
		}
		json
	}
}

/// What came of looking at a batch.
#[derive(Debug)]
pub(super) struct Checked {
	receipts: u32,
	pub(super) findings: Vec<Finding>,
	/// When the receipts are those of the batch.
	examination: Option<Examination<AccountId>>,
}

impl Checked {
	fn without_receipts(batch: &Batch, finding: Finding) -> Self {
		Self { receipts: batch.receipts, findings: vec![finding], examination: None }
	}

	fn of(examination: Examination<AccountId>) -> Self {
		let wrong = examination.wrong().iter().filter_map(|(place, why)| {
			let receipt = examination.item(*place)?.receipt.receipt;
			let (request, charge) = (H256(receipt.request.0), receipt.charge);
			Some(Finding::Wrong { place: *place, why: *why, request, charge })
		});
		let unequal = examination.unequal().iter().map(|(channel, unequal)| Finding::Unequal {
			channel: H256(channel.0),
			paid: unequal.paid,
			charged: unequal.charged,
		});
		let findings = wrong.chain(unequal).collect();
		Self { receipts: examination.receipts(), findings, examination: Some(examination) }
	}

	/// For people, in half a line.
	pub(super) fn summary(&self) -> String {
		let receipts = self.receipts;
		match self.findings.len() {
			0 => format!("{receipts} receipts, all good"),
			wrong => format!("{receipts} receipts, {wrong} findings"),
		}
	}

	pub(super) fn to_json(&self) -> Value {
		json!({
			"receipts": self.receipts,
			"good": self.findings.is_empty(),
			"findings": self.findings.iter().map(Finding::to_json).collect::<Vec<_>>(),
		})
	}

	/// An error when something is wrong.
	pub(super) fn verdict(&self) -> Result<()> {
		let Some(first) = self.findings.first() else { return Ok(()) };
		let code = match first {
			Finding::Unavailable(_) => "batch_unavailable",
			Finding::Unlike(_) => "batch_unlike",
			Finding::Wrong { .. } => "receipts_wrong",
			Finding::Unequal { .. } => "charges_unequal",
		};
		Err(Failure::new(code, format!("this batch is not what it should be: {}", first.text())))
	}
}

/// Gets a batch's receipts and looks at all of them.
///
/// # Errors
/// When the chain does not answer. What is wrong with the batch is no error here.
pub(super) async fn check(
	http: &Client,
	chain: &Chain,
	at: &At,
	id: BatchId,
	batch: &Batch,
	from: Option<&str>,
) -> Result<Checked> {
	let committed = committed(chain, at, id, batch).await?;
	let unavailable = |why: String| Checked::without_receipts(batch, Finding::Unavailable(why));
	let url = match from {
		Some(url) => url.to_owned(),
		None => match at.gateway(&batch.gateway).await.map_err(failure)? {
			Some(gateway) => gateway.endpoint(),
			None => return Ok(unavailable("its gateway is gone: try --gateway-url".into())),
		},
	};
	let url = format!("{}/v1/batches/{:?}/leaves", url.trim_end_matches('/'), batch.root.hash);
	if batch.leaves.length > MAX_BYTES {
		return Ok(unavailable(format!("{} bytes are too many to look at", batch.leaves.length)));
	}
	let limit = usize::try_from(batch.leaves.length).unwrap_or(usize::MAX);
	let leaves = match http::bytes(http, &url, limit).await {
		Ok(leaves) => leaves,
		Err(refused) => return Ok(unavailable(refused.message)),
	};
	// Thousands of signatures: nothing else should wait for that.
	let examined = tokio::task::spawn_blocking(move || committed.examine(&leaves)).await;
	let examined = examined.map_err(|error| Failure::new("error", error.to_string()))?;
	Ok(match examined {
		Ok(examination) => Checked::of(examination),
		Err(unlike) => Checked::without_receipts(batch, Finding::Unlike(unlike)),
	})
}

/// What the chain knows of a batch that waits.
async fn committed(
	chain: &Chain,
	at: &At,
	id: BatchId,
	batch: &Batch,
) -> Result<Committed<AccountId>> {
	let mut payouts = at.payouts(id).await.map_err(failure)?;
	payouts.sort_by_key(|(position, _)| *position);
	let struck = payouts
		.iter()
		.flat_map(|(position, payout)| payout.strikes.iter().map(move |index| (*position, *index)));
	let paid = at.contributions(id).await.map_err(failure)?;
	let paid = paid.into_iter().map(|(channel, paid)| (hash(channel), paid.amount));
	Ok(Committed {
		genesis: hash(chain.info().genesis),
		gateway: ours(&batch.gateway),
		leaves: reckon_primitives::ContentRef {
			hash: hash(batch.leaves.hash),
			length: batch.leaves.length,
		},
		struck: struck.collect(),
		totals: payouts.iter().map(|(_, payout)| total(&payout.total)).collect(),
		paid: paid.collect::<BTreeMap<_, _>>(),
	})
}

/// Shows the chain what is wrong, receipt by receipt; says how many it has struck for it.
///
/// # Errors
/// When the chain does not answer, or refuses one for another reason than that it is late.
pub(super) async fn report(reporter: &Submitter, id: BatchId, checked: &Checked) -> Result<usize> {
	let Some(examination) = &checked.examination else { return Ok(0) };
	let mut reported = 0;
	for (place, why) in examination.wrong() {
		let Some(second) = examination.item(*place) else { continue };
		let call = match why {
			Wrong::Repeated(first) => match examination.item(*first) {
				Some(first) => calls::report_twins(id, theirs(&first), theirs(&second)),
				None => continue,
			},
			_ => calls::report_item(id, theirs(&second)),
		};
		match reporter.submit_until(call, Until::InBlock).await {
			Ok(_) => reported += 1,
			Err(reckon_sdk::SubmitError::Refused(refused)) => match refused.name.as_str() {
				// Somebody else was faster.
				"AlreadyStruck" => {},
				// All of it goes back, or it is too late.
				"NotWaiting" | "UnknownBatch" => break,
				_ => return Err(failure(reckon_sdk::SubmitError::Refused(refused).into())),
			},
			Err(error) => return Err(failure(error.into())),
		}
	}
	Ok(reported)
}

fn hash(hash: H256) -> sp_core::H256 {
	sp_core::H256(hash.0)
}

fn ours(account: &reckon_sdk::AccountId) -> AccountId {
	AccountId::new(account.0)
}

fn total(total: &reckon_sdk::Total) -> Total<AccountId> {
	Total {
		provider: ours(&total.provider),
		model: hash(total.model),
		receipts: Root {
			hash: hash(total.receipts.hash),
			count: total.receipts.count,
			sum: total.receipts.sum,
		},
	}
}

/// An item as the chain's calls take it.
pub(crate) fn theirs(item: &Item<AccountId>) -> reckon_sdk::Item {
	let account =
		|account: &AccountId| reckon_sdk::AccountId::from(<[u8; 32]>::from(account.clone()));
	let receipt = &item.receipt.receipt;
	let signed = reckon_sdk::SignedReceipt {
		receipt: reckon_sdk::Receipt {
			request: H256(receipt.request.0),
			channel: H256(receipt.channel.0),
			lane: receipt.lane,
			model: H256(receipt.model.0),
			provider: account(&receipt.provider),
			worker: receipt.worker.0,
			gateway: account(&receipt.gateway),
			units: reckon_sdk::Units { input: receipt.units.input, output: receipt.units.output },
			charge: receipt.charge,
			output: reckon_sdk::ContentRef {
				hash: H256(receipt.output.hash.0),
				length: receipt.output.length,
			},
			commitment: receipt.commitment.map(|commitment| H256(commitment.0)),
			started_at: receipt.started_at,
			finished_at: receipt.finished_at,
			first_token_ms: receipt.first_token_ms,
		},
		signature: item.receipt.signature.0,
	};
	let path =
		item.path.iter().map(|node| reckon_sdk::Node { hash: H256(node.hash.0), sum: node.sum });
	reckon_sdk::Item { total: item.total, index: item.index, receipt: signed, path: path.collect() }
}

#[cfg(test)]
mod tests {
	use super::*;
	use codec::Encode;
	use reckon_primitives::{ContentRef, Units};
	use reckon_receipts::{BatchTree, Receipt, SignedReceipt};
	use sp_core::{sr25519, Pair};

	const GENESIS: sp_core::H256 = sp_core::H256([1; 32]);
	const CHANNEL: sp_core::H256 = sp_core::H256([2; 32]);

	fn signed(request: u8) -> SignedReceipt<AccountId> {
		let worker = sr25519::Pair::from_seed(&[5; 32]);
		let receipt = Receipt {
			request: sp_core::H256([request; 32]),
			channel: CHANNEL,
			lane: 0,
			model: sp_core::H256([3; 32]),
			provider: AccountId::new([4; 32]),
			worker: worker.public(),
			gateway: AccountId::new([6; 32]),
			units: Units { input: 1, output: 2 },
			charge: 700,
			output: ContentRef::of(b"an answer"),
			commitment: None,
			started_at: 1,
			finished_at: 9,
			first_token_ms: 2,
		};
		let signature = worker.sign(&receipt.payload(&GENESIS));
		SignedReceipt { receipt, signature }
	}

	fn checked(receipts: Vec<SignedReceipt<AccountId>>, paid: Balance) -> Checked {
		let leaves = receipts.encode();
		let committed = Committed {
			genesis: GENESIS,
			gateway: AccountId::new([6; 32]),
			leaves: ContentRef::of(&leaves),
			totals: BatchTree::new(receipts).unwrap().totals().to_vec(),
			struck: Default::default(),
			paid: [(CHANNEL, paid)].into(),
		};
		Checked::of(committed.examine(&leaves).unwrap())
	}

	#[test]
	fn good_batch_should_pass() {
		let checked = checked(vec![signed(1), signed(2)], 1_400);
		assert_eq!(checked.verdict(), Ok(()));
		assert_eq!(checked.summary(), "2 receipts, all good");
		assert_eq!(checked.to_json()["good"], true);
	}

	#[test]
	fn everything_wrong_should_be_said_with_its_place() {
		let mut forged = signed(3);
		forged.receipt.units.output = 9;
		let checked = checked(vec![signed(1), signed(1), forged], 2_000);
		let kinds: Vec<_> = checked.findings.iter().map(|finding| finding.to_json()).collect();
		assert_eq!((&kinds[0]["finding"], &kinds[0]["index"]), (&json!("receipt"), &json!(1)));
		assert!(kinds[0]["told"].as_str().unwrap().ends_with("is for the same request"));
		assert_eq!((&kinds[1]["finding"], &kinds[1]["index"]), (&json!("receipt"), &json!(2)));
		assert_eq!(kinds[2]["finding"], "charges");
		assert_eq!((&kinds[2]["paid"], &kinds[2]["charged"]), (&json!("2000"), &json!("2100")));
		assert_eq!(checked.verdict().unwrap_err().code, "receipts_wrong");
		assert!(!checked.findings.iter().any(Finding::may_pass));
	}

	#[test]
	fn item_should_be_handed_on_as_it_is() {
		let tree = BatchTree::new([signed(1), signed(2)]).unwrap();
		let item = tree.item(0, 1).unwrap();
		let theirs = theirs(&item);
		assert_eq!((theirs.total, theirs.index, theirs.path.len()), (0, 1, 1));
		assert_eq!(theirs.receipt.receipt.request, H256([2; 32]));
		assert_eq!(theirs.receipt.signature, item.receipt.signature.0);
		let root = total(&reckon_sdk::Total {
			provider: theirs.receipt.receipt.provider,
			model: theirs.receipt.receipt.model,
			receipts: reckon_sdk::Root {
				hash: H256(tree.totals()[0].receipts.hash.0),
				count: 2,
				sum: 1_400,
			},
		});
		assert_eq!(root, tree.totals()[0]);
	}
}
