//! Having one's own answer audited: it is shown to the chain with its receipt, and validators compute it again.

use std::{
	path::PathBuf,
	time::{Duration, Instant},
};

use clap::Args;
use reckon_primitives::{Sampling, TaskKind};
use reckon_receipts::{Item, ReceiptFile, Request};
use reckon_sdk::{
	calls, format_amount, parse_amount, Balance, Batch, BatchId, BatchState, Chain, GatewayRequest,
	H256,
};
use serde_json::json;

use super::{findings, proof::proof, read_receipt, Seen};
use crate::{
	batch::theirs,
	context::{failure, Context},
	failure::{Failure, Result},
};

/// How often gateway and chain are asked whether the receipt is in a batch by now.
const POLL: Duration = Duration::from_secs(3);

/// Which answer, and what its audit may cost.
#[derive(Debug, Args)]
pub(crate) struct AuditArgs {
	/// The receipt, as the answer came with it, or as `reckon proxy` keeps it
	file: PathBuf,
	/// The most that the audit may cost, in RKN [default: what it costs now]
	#[arg(long, value_name = "RKN", value_parser = parse_amount)]
	max_fee: Option<Balance>,
	/// Seconds to wait for the batch that has the receipt: gateways commit to one each minute or so
	#[arg(long, value_name = "SECONDS", default_value_t = 180)]
	wait: u64,
}

pub(super) async fn audit(context: &Context, args: &AuditArgs) -> Result<()> {
	context.signer()?;
	let mut file = read_receipt(&args.file)?;
	if let Some(wrong) = findings(&file, None).into_iter().find(|one| one.trouble.is_some()) {
		let message = format!("this receipt does not hold: {}", wrong.check);
		return Err(Failure::new("receipt_invalid", message));
	}
	let request = file.request.ok_or_else(|| {
		Failure::new("request_missing", "the file does not say what was asked").fix(
			"give the file as the answer came with it: what a gateway tells everybody lacks this",
		)
	})?;
	let chain = context.chain().await?;
	let (id, batch) = batched(&chain, &mut file, Duration::from_secs(args.wait)).await?;
	let item = item(&file).ok_or_else(not_batched)?;
	let charge = file.signed.receipt.charge;
	let at = chain.latest().await.map_err(failure)?;
	let fee = at.audit_fee(batch.subnet, charge).await.map_err(failure)?;
	let max_fee = args.max_fee.unwrap_or(fee);
	if fee > max_fee {
		let (fee, most) = (format_amount(fee), format_amount(max_fee));
		return Err(Failure::new("fee_too_high", format!("the audit costs {fee}, not {most}")));
	}
	let call = calls::audit_receipt(id, theirs(&item), asked(&request), max_fee);
	context.submit(&chain, call).await?;
	let audit = request.hash();
	let json = json!({ "audit": audit, "batch": id, "fee": fee.to_string() });
	context.output.result(&json, || {
		let fee = format_amount(fee);
		format!(
			"auditors will look at it for {fee}: `reckon audit show {audit:?}` shows how far they are, \
			 `reckon receipt verify FILE --chain` what came of it"
		)
	});
	Ok(())
}

/// The batch that has the receipt, as soon as it is on chain; the file has the proof then.
async fn batched(
	chain: &Chain,
	file: &mut ReceiptFile,
	patience: Duration,
) -> Result<(BatchId, Batch)> {
	let begun = Instant::now();
	loop {
		let at = chain.latest().await.map_err(failure)?;
		if file.batch.is_none() {
			file.batch = proof(&at, file).await?;
		}
		if let Some((id, batch)) = Seen::find(&at, file).await? {
			return match batch.state {
				BatchState::Waiting => Ok((id, batch)),
				_ => Err(Failure::new("too_late", "the batch is paid, or rejected, already")),
			};
		}
		if begun.elapsed() >= patience {
			return Err(not_batched());
		}
		tokio::time::sleep(POLL).await;
	}
}

fn not_batched() -> Failure {
	Failure::new("not_batched", "the gateway has not put the receipt into a batch yet")
		.fix("try again in a minute, or give it longer: --wait 600")
}

/// The receipt with the way to its total.
fn item(file: &ReceiptFile) -> Option<Item<reckon_primitives::AccountId>> {
	let proof = file.batch.clone()?;
	let (total, index, path) = (proof.position, proof.index, proof.path);
	Some(Item { total, index, receipt: file.signed.clone(), path })
}

/// A request as the chain's calls take it.
fn asked(request: &Request) -> GatewayRequest {
	let Request { nonce, model, payload, presence_milli, frequency_milli, price, .. } = *request;
	let Sampling { max_output, temperature_milli, top_k, top_p_milli, salt } = request.sampling;
	GatewayRequest {
		nonce: H256(nonce.0),
		model: H256(model.0),
		task: match request.task {
			TaskKind::Chat => reckon_sdk::TaskKind::Chat,
			TaskKind::Complete => reckon_sdk::TaskKind::Complete,
			TaskKind::Embed => reckon_sdk::TaskKind::Embed,
		},
		payload: reckon_sdk::ContentRef { hash: H256(payload.hash.0), length: payload.length },
		sampling: reckon_sdk::Sampling {
			max_output,
			temperature_milli,
			top_k,
			top_p_milli,
			salt: H256(salt.0),
		},
		presence_milli,
		frequency_milli,
		price: reckon_sdk::Price {
			base: price.base,
			per_input: price.per_input,
			per_output: price.per_output,
		},
	}
}
