//! Receipts: what can be said of them without asking anybody, and what the chain says.

use std::{
	fs,
	path::{Path, PathBuf},
};

mod audit;
mod proof;

use clap::Subcommand;
use reckon_primitives::ContentRef;
use reckon_receipts::ReceiptFile;
use reckon_sdk::{format_amount, At, Batch, BatchId, BatchState, Channel, Payout, H256};
use serde_json::json;

use crate::{
	context::{failure, Context},
	failure::{Failure, Result},
};

/// What can be done with receipts.
#[derive(Debug, Subcommand)]
pub(crate) enum ReceiptCommand {
	/// Check a receipt: who has signed it, what pays for it, and that its batch counts it; asks no
	/// node, unless --chain is given
	#[command(after_help = "Example: reckon receipt verify receipt.json --answer answer.txt")]
	Verify {
		/// The receipt, as a gateway gives it
		file: PathBuf,
		/// The answer that it is for
		#[arg(long, value_name = "FILE")]
		answer: Option<PathBuf>,
		/// Ask a node too: whose channel pays, and whether the batch is on chain and paid; and the gateway
		/// for the proof of that batch, where the file has none
		#[arg(long)]
		chain: bool,
	},
	/// Pay validators to compute an answer again before it is paid; who signs must have paid for the
	/// answer. Where they find another answer, its charge comes back and its provider loses bond
	#[command(after_help = "Example: reckon receipt audit receipt.json --suri //Alice")]
	Audit(audit::AuditArgs),
}

pub(crate) async fn run(context: &Context, command: &ReceiptCommand) -> Result<()> {
	match command {
		ReceiptCommand::Verify { file, answer, chain } => {
			verify(context, file, answer.as_deref(), *chain).await
		},
		ReceiptCommand::Audit(args) => audit::audit(context, args).await,
	}
}

fn read(path: &Path) -> Result<Vec<u8>> {
	fs::read(path).map_err(|error| Failure::io(path.display(), &error))
}

fn read_receipt(path: &Path) -> Result<ReceiptFile> {
	serde_json::from_slice(&read(path)?).map_err(|error| {
		Failure::new("receipt_malformed", format!("{}: {error}", path.display()))
			.fix("give the file as the gateway gave it, whole")
	})
}

async fn verify(context: &Context, file: &Path, answer: Option<&Path>, chain: bool) -> Result<()> {
	let mut file = read_receipt(file)?;
	let answer = answer.map(read).transpose()?;
	if chain && file.batch.is_none() {
		let at = context.chain().await?.latest().await.map_err(failure)?;
		match proof::proof(&at, &file).await {
			Ok(proof) => file.batch = proof,
			// The rest can be said without its gateway.
			Err(why) => context.output.say(&format!("{}; its proof is missing", why.message)),
		}
	}
	let mut findings = findings(&file, answer.as_deref());
	let seen = if chain { Some(Seen::read(context, &file).await?) } else { None };
	if let Some(seen) = &seen {
		findings.extend(seen.findings(&file));
	}
	let receipt = &file.signed.receipt;
	let result = json!({
		"request": receipt.request,
		"provider": receipt.provider,
		"model": receipt.model,
		"charge": receipt.charge.to_string(),
		"genesis": file.genesis,
		"checks": findings.iter().map(|finding| json!({
			"check": finding.check,
			"holds": finding.trouble.is_none(),
			"trouble": finding.trouble,
		})).collect::<Vec<_>>(),
		"settlement": seen.as_ref().map(|seen| seen.to_json(&file)),
	});
	context.output.result(&result, || {
		let mut text = text(&file, &findings);
		if let Some(seen) = &seen {
			text.push_str(&format!("\nsettled   {}", seen.settlement(&file)));
		}
		text
	});
	match findings.iter().find(|finding| finding.trouble.is_some()) {
		None => Ok(()),
		Some(finding) => Err(Failure::new(
			"receipt_invalid",
			format!("this receipt does not hold: {}", finding.check),
		)),
	}
}

/// One thing that a receipt says.
#[derive(Debug, PartialEq, Eq)]
struct Finding {
	/// What is checked.
	check: &'static str,
	/// Why it does not hold, if so.
	trouble: Option<String>,
}

/// What the chain has to say of a receipt.
#[derive(Debug, Default)]
struct Seen {
	genesis: H256,
	/// While it is open or closing.
	channel: Option<Channel>,
	/// The batch that the proof leads to, once it is committed and as long as it is remembered.
	batch: Option<(BatchId, Batch)>,
	/// The receipt's total, until it is paid.
	payout: Option<Payout>,
}

impl Seen {
	async fn read(context: &Context, file: &ReceiptFile) -> Result<Self> {
		let chain = context.chain().await?;
		let at = chain.latest().await.map_err(failure)?;
		let receipt = &file.signed.receipt;
		let channel = at.channel(H256(receipt.channel.0)).await.map_err(failure)?;
		let batch = Self::find(&at, file).await?;
		let payout = match (&batch, &file.batch) {
			(Some((id, _)), Some(proof)) => {
				let payouts = at.payouts(*id).await.map_err(failure)?;
				payouts.into_iter().find(|(position, _)| *position == proof.position)
			},
			_ => None,
		};
		let payout = payout.map(|(_, payout)| payout);
		Ok(Self { genesis: chain.info().genesis, channel, batch, payout })
	}

	/// The gateway's batch with the root that the proof leads to.
	async fn find(at: &At, file: &ReceiptFile) -> Result<Option<(BatchId, Batch)>> {
		let Some(proof) = &file.batch else { return Ok(None) };
		let gateway: [u8; 32] = file.signed.receipt.gateway.clone().into();
		let root = H256(proof.root.hash.0);
		at.batch_with_root(&gateway.into(), root).await.map_err(failure)
	}

	/// What can be checked with the chain that can't be without it.
	fn findings(&self, file: &ReceiptFile) -> Vec<Finding> {
		let receipt = &file.signed.receipt;
		let finding = |check, holds: bool, trouble: &str| Finding {
			check,
			trouble: (!holds).then(|| trouble.to_owned()),
		};
		let mut findings = vec![finding(
			"for this node's chain",
			self.genesis.0 == file.genesis.0,
			"the node is another chain's",
		)];
		if let Some(channel) = &self.channel {
			let gateway: &[u8] = receipt.gateway.as_ref();
			findings.push(finding(
				"its channel is to its gateway",
				channel.gateway.0 == *gateway,
				"it is another gateway's",
			));
			if let Some(paid_by) = &file.paid_by {
				findings.push(finding(
					"its voucher signed by the channel's session key",
					channel.session_key == paid_by.session_key.0,
					"the chain has another key for this channel",
				));
			}
		}
		if self.payout.is_some() {
			findings.push(finding(
				"not struck from its batch",
				!self.is_struck(file),
				"it is struck",
			));
		}
		findings
	}

	fn is_struck(&self, file: &ReceiptFile) -> bool {
		match (&self.payout, &file.batch) {
			(Some(payout), Some(proof)) => payout.strikes.contains(&proof.index),
			_ => false,
		}
	}

	/// Whether and when it is paid, for people.
	fn settlement(&self, file: &ReceiptFile) -> String {
		let Some((_, batch)) = &self.batch else {
			return match &file.batch {
				None => "not in a batch yet",
				Some(_) => "the chain has no such batch: not committed yet, or forgotten",
			}
			.into();
		};
		if self.is_struck(file) {
			return "no: it is struck, and the client has the charge back".into();
		}
		match batch.state {
			BatchState::Waiting => {
				format!("not yet: the batch waits until block #{} at least", batch.due)
			},
			BatchState::Paying if self.payout.is_some() => {
				"not yet: the batch is being paid".into()
			},
			BatchState::Paying | BatchState::Settled => {
				"yes: its total is paid, without what was struck of it before".into()
			},
			BatchState::Returning(why) | BatchState::Rejected(why) => {
				format!("no: the batch is rejected, {}", why.explain())
			},
		}
	}

	fn to_json(&self, file: &ReceiptFile) -> serde_json::Value {
		json!({
			"batch": self.batch.as_ref().map(|(id, batch)| json!({ "id": id, "batch": batch })),
			"struck": self.is_struck(file),
			"channel": self.channel,
			"told": self.settlement(file),
		})
	}
}

/// All that can be checked with what is there.
fn findings(file: &ReceiptFile, answer: Option<&[u8]>) -> Vec<Finding> {
	let receipt = &file.signed.receipt;
	let finding =
		|check, result: std::result::Result<(), String>| Finding { check, trouble: result.err() };
	let that = |holds: bool, trouble: &str| holds.then_some(()).ok_or_else(|| trouble.to_owned());
	let mut findings = vec![finding(
		"signed by its worker, for this chain",
		file.signed.verify(&file.genesis).map_err(|fault| fault.to_string()),
	)];
	if let Some(request) = &file.request {
		let named = request.hash() == receipt.request;
		findings.push(finding("for what was asked", that(named, "it is for another request")));
	}
	if let Some(answer) = answer {
		let named = ContentRef::of(answer) == receipt.output;
		findings.push(finding("for this answer", that(named, "it is for other bytes")));
	}
	if let Some(paid_by) = &file.paid_by {
		let voucher = &paid_by.signed;
		let good = voucher.verify(&file.genesis, &paid_by.session_key);
		findings.push(finding(
			"its voucher signed by the session key, for this chain",
			that(good, "that key has not signed it"),
		));
		findings.push(finding(
			"its voucher signed for this request",
			that(
				receipt.is_paid_by(&voucher.voucher),
				"it is another channel's, lane's or request's",
			),
		));
		findings.push(finding(
			"its charge within the voucher",
			that(receipt.charge <= voucher.voucher.cumulative, "the voucher covers less"),
		));
	}
	if let Some(batch) = &file.batch {
		findings.push(finding(
			"counted by its total, and that by the batch",
			batch.verify(&file.signed).map_err(|error| error.to_string()),
		));
	}
	findings
}

fn text(file: &ReceiptFile, findings: &[Finding]) -> String {
	let receipt = &file.signed.receipt;
	let mut lines = vec![
		format!("request   {:?}", receipt.request),
		format!("model     {:?}", receipt.model),
		format!("provider  {}", receipt.provider),
		format!("charge    {}", format_amount(receipt.charge)),
		format!("units     {} in, {} out", receipt.units.input, receipt.units.output),
		format!("chain     {:?}", file.genesis),
	];
	if let Some(batch) = &file.batch {
		lines.push(format!("batch     {:?}", batch.root.hash));
	}
	lines.extend(findings.iter().map(|Finding { check, trouble }| match trouble {
		None => format!("  holds   {check}"),
		Some(trouble) => format!("  FAILS   {check}: {trouble}"),
	}));
	lines.join("\n")
}

#[cfg(test)]
mod tests {
	use super::*;
	use reckon_receipts::{BatchProof, BatchTree, PaidBy};
	use reckon_sdk::{Sample, SampleTerms};

	/// Written by hand from the vectors' fields; its signatures are none.
	pub(super) fn file() -> ReceiptFile {
		let hash = |byte: u8| format!("0x{}", format!("{byte:02x}").repeat(32));
		// Alice and Bob.
		let alice = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";
		let bob = "5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty";
		let signature = "00".repeat(64);
		let receipt = json!({
			"request": hash(1), "channel": hash(2), "lane": 3, "model": hash(4), "provider": alice,
			"worker": bob, "gateway": bob, "units": { "input": 5, "output": 6 }, "charge": "700",
			"output": { "hash": ContentRef::of(b"an answer").hash, "length": 9 }, "commitment": null,
			"started_at": 10, "finished_at": 20, "first_token_ms": 5,
		});
		let voucher =
			json!({ "channel": hash(2), "lane": 3, "cumulative": "1000", "request": hash(1) });
		let file = json!({
			"genesis": hash(9),
			"signed": { "receipt": receipt, "signature": signature },
			"paid_by": {
				"signed": { "voucher": voucher, "signature": signature }, "session_key": alice,
			},
		});
		let mut file: ReceiptFile = serde_json::from_value(file).unwrap();
		let batch = BatchTree::new([file.signed.clone()]).unwrap();
		let proof = batch.proof(0, 0).unwrap();
		file.batch = Some(BatchProof::new(batch.root(), proof));
		file
	}

	fn held(file: &ReceiptFile, answer: Option<&[u8]>) -> Vec<bool> {
		findings(file, answer).iter().map(|finding| finding.trouble.is_none()).collect()
	}

	#[test]
	fn everything_in_the_file_should_be_checked() {
		let good = file();
		// Nobody has signed anything.
		assert_eq!(held(&good, None), [false, false, true, true, true]);
		assert_eq!(held(&good, Some(b"an answer")), [false, true, false, true, true, true]);
		assert_eq!(held(&good, Some(b"another")), [false, false, false, true, true, true]);
		let bare = ReceiptFile { paid_by: None, batch: None, ..good.clone() };
		assert_eq!(held(&bare, None), [false]);
		let mut dear = good.clone();
		dear.signed.receipt.charge = 1_001;
		assert_eq!(held(&dear, None), [false, false, true, false, false]);
		let mut foreign = good;
		let PaidBy { signed, .. } = foreign.paid_by.as_mut().unwrap();
		signed.voucher.lane = 4;
		assert_eq!(held(&foreign, None), [false, false, false, true, true]);
	}

	/// As the chain would have it for [`file`].
	fn seen(file: &ReceiptFile, state: BatchState) -> Seen {
		let account = |byte: u8| reckon_sdk::AccountId::from([byte; 32]);
		let (receipt, proof) = (&file.signed.receipt, file.batch.as_ref().unwrap());
		let gateway = reckon_sdk::AccountId::from(*AsRef::<[u8; 32]>::as_ref(&receipt.gateway));
		let session_key = file.paid_by.as_ref().unwrap().session_key.0;
		let root = reckon_sdk::Root {
			hash: H256(proof.root.hash.0),
			count: proof.root.count,
			sum: proof.root.sum,
		};
		let batch = Batch {
			gateway,
			subnet: 0,
			root,
			receipts: 1,
			leaves: reckon_sdk::ContentRef::of(b""),
			escrow: 700,
			for_gateway: 0,
			state,
			due: 77,
			samples: None,
		};
		let terms = SampleTerms { rate: 0, premium: 0 };
		let total = reckon_sdk::Total {
			provider: account(1),
			model: H256(receipt.model.0),
			receipts: reckon_sdk::Root { count: 1, ..root },
		};
		Seen {
			genesis: H256(file.genesis.0),
			channel: Some(Channel {
				client: account(9),
				gateway,
				session_key,
				left: 1,
				place: 1,
				taken: vec![0; 4],
				closes_at: None,
			}),
			batch: Some((H256([8; 32]), batch)),
			payout: Some(Payout {
				total,
				struck: 0,
				strikes: vec![],
				terms,
				sample: Sample::Unshown,
			}),
		}
	}

	fn holds(seen: &Seen, file: &ReceiptFile) -> Vec<bool> {
		seen.findings(file).iter().map(|finding| finding.trouble.is_none()).collect()
	}

	#[test]
	fn chain_should_be_held_against_the_file() {
		let file = file();
		let good = || seen(&file, BatchState::Waiting);
		assert_eq!(holds(&good(), &file), [true; 4]);
		let mut bad = good();
		bad.genesis = H256([0; 32]);
		assert_eq!(holds(&bad, &file), [false, true, true, true]);
		let mut bad = good();
		bad.channel.as_mut().unwrap().gateway = reckon_sdk::AccountId::from([7; 32]);
		assert_eq!(holds(&bad, &file), [true, false, true, true]);
		let mut bad = good();
		bad.channel.as_mut().unwrap().session_key = [7; 32];
		assert_eq!(holds(&bad, &file), [true, true, false, true]);
		let mut bad = good();
		bad.payout.as_mut().unwrap().strikes = vec![0];
		assert_eq!(holds(&bad, &file), [true, true, true, false]);
		assert_eq!(bad.settlement(&file), "no: it is struck, and the client has the charge back");
	}

	#[test]
	fn settlement_should_be_what_the_chain_says_of_the_batch() {
		let file = file();
		let told = |state| seen(&file, state).settlement(&file);
		assert_eq!(told(BatchState::Waiting), "not yet: the batch waits until block #77 at least");
		assert_eq!(told(BatchState::Paying), "not yet: the batch is being paid");
		let rejected = told(BatchState::Rejected(reckon_sdk::Rejection::Leaves));
		assert!(rejected.starts_with("no: the batch is rejected"), "{rejected}");
		let mut paid = seen(&file, BatchState::Paying);
		paid.payout = None;
		assert!(paid.settlement(&file).starts_with("yes: its total is paid"));
		paid.batch = None;
		assert!(paid.settlement(&file).starts_with("the chain has no such batch"));
		let bare = ReceiptFile { batch: None, ..file.clone() };
		assert!(paid.settlement(&bare).starts_with("not in a batch yet"));
	}

	#[test]
	fn what_fails_should_be_said_with_its_reason() {
		let text = text(&file(), &findings(&file(), Some(b"another")));
		let lines: Vec<_> = text.lines().filter(|line| line.contains("FAILS")).collect();
		assert_eq!(lines.len(), 3, "{text}");
		assert!(lines[1].ends_with("for this answer: it is for other bytes"));
	}
}
