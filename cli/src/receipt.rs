//! Receipts: what can be said of them without asking anybody.

use std::{fs, path::PathBuf};

use clap::Subcommand;
use reckon_primitives::ContentRef;
use reckon_receipts::ReceiptFile;
use reckon_sdk::format_amount;
use serde_json::json;

use crate::{
	context::Context,
	failure::{Failure, Result},
};

/// What can be done with receipts.
#[derive(Debug, Subcommand)]
pub(crate) enum ReceiptCommand {
	/// Check a receipt: who has signed it, what pays for it, and that its batch counts it; asks no
	/// node
	#[command(after_help = "Example: reckon receipt verify receipt.json --answer answer.txt")]
	Verify {
		/// The receipt, as a gateway gives it
		file: PathBuf,
		/// The answer that it is for
		#[arg(long, value_name = "FILE")]
		answer: Option<PathBuf>,
	},
}

pub(crate) fn run(context: &Context, command: &ReceiptCommand) -> Result<()> {
	let ReceiptCommand::Verify { file, answer } = command;
	let read = |path: &PathBuf| fs::read(path).map_err(|error| Failure::io(path.display(), &error));
	let file: ReceiptFile = serde_json::from_slice(&read(file)?).map_err(|error| {
		Failure::new("receipt_malformed", format!("{}: {error}", file.display()))
			.fix("give the file as the gateway gave it, whole")
	})?;
	let answer = answer.as_ref().map(read).transpose()?;
	let findings = findings(&file, answer.as_deref());
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
	});
	context.output.result(&result, || text(&file, &findings));
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

	/// Written by hand from the vectors' fields; its signatures are none.
	fn file() -> ReceiptFile {
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

	#[test]
	fn what_fails_should_be_said_with_its_reason() {
		let text = text(&file(), &findings(&file(), Some(b"another")));
		let lines: Vec<_> = text.lines().filter(|line| line.contains("FAILS")).collect();
		assert_eq!(lines.len(), 3, "{text}");
		assert!(lines[1].ends_with("for this answer: it is for other bytes"));
	}
}
