//! Batches: many receipts under one root. Anybody can look whether they are what they should be.

mod check;

use std::collections::{BTreeSet, VecDeque};

use clap::{Args, Subcommand};
use futures::{stream, StreamExt};
use reckon_sdk::{
	format_amount, AccountId, At, AuditPhase, Batch, BatchId, BatchState, Chain, ChannelEvent,
	Sample, Submitter,
};
use reqwest::Client;
use serde_json::{json, Value};

pub(crate) use self::check::theirs;
use self::check::{Checked, Finding};
use crate::{
	context::{failure, Context},
	failure::{Failure, Result},
	http,
	job::order::{parse_account, parse_hash},
	output::table,
};

/// Batches that are looked at together: a gateway that hands its receipts out slowly holds few others up.
const AT_ONCE: usize = 4;

/// What can be done with batches.
#[derive(Debug, Subcommand)]
pub(crate) enum BatchCommand {
	/// List the batches that the chain remembers, at most 1,000
	List {
		/// Of this gateway only
		#[arg(long, value_name = "ACCOUNT", value_parser = parse_account)]
		gateway: Option<AccountId>,
	},
	/// A batch: what it has charged, where it stands, what of it is not paid
	Show {
		/// The batch
		#[arg(value_parser = parse_hash)]
		batch: BatchId,
	},
	/// Get a batch's receipts from its gateway and look at all of them: signatures, sums, channels, repeated
	/// requests
	#[command(after_help = "Example: reckon batch check \
		0x0101010101010101010101010101010101010101010101010101010101010101 --report")]
	Check {
		/// The batch
		#[arg(value_parser = parse_hash)]
		batch: BatchId,
		#[command(flatten)]
		how: How,
	},
	/// Check batches as they are finalized, until Ctrl-C; one line for each
	#[command(after_help = "Example: reckon batch watch --report --key-file watcher.key")]
	Watch {
		#[command(flatten)]
		how: How,
	},
}

/// How batches are checked.
#[derive(Debug, Args)]
pub(crate) struct How {
	/// Show the chain each receipt that is wrong: it is not paid, and costs the gateway bond. Free, but the
	/// account must be able to pay the fee of one transaction at a time
	#[arg(long)]
	report: bool,
	/// Where the receipts are [default: where the gateway says that it is]
	#[arg(long, value_name = "URL")]
	gateway_url: Option<String>,
}

pub(crate) async fn run(context: &Context, command: BatchCommand) -> Result<()> {
	match command {
		BatchCommand::List { gateway } => list(context, gateway).await,
		BatchCommand::Show { batch } => show(context, batch).await,
		BatchCommand::Check { batch, how } => check_one(context, batch, &how).await,
		BatchCommand::Watch { how } => watch(context, &how).await,
	}
}

async fn list(context: &Context, gateway: Option<AccountId>) -> Result<()> {
	let chain = context.chain().await?;
	let at = chain.latest().await.map_err(failure)?;
	let mut batches = at.batches().await.map_err(failure)?;
	batches.retain(|(_, batch)| gateway.is_none_or(|gateway| batch.gateway == gateway));
	batches.sort_by_key(|(_, batch)| batch.due);
	let json = batches.iter().map(|(id, batch)| json!({ "id": id, "batch": batch }));
	context.output.result(&json!({ "batches": json.collect::<Vec<_>>() }), || {
		if batches.is_empty() {
			return "no batches".into();
		}
		let mut rows =
			vec![["batch", "gateway", "receipts", "charged", "status"].map(str::to_owned).to_vec()];
		rows.extend(batches.iter().map(|(id, batch)| {
			let charged = format_amount(batch.root.sum);
			let receipts = batch.receipts.to_string();
			vec![format!("{id:?}"), batch.gateway.to_string(), receipts, charged, status(batch)]
		}));
		table(&rows)
	});
	Ok(())
}

async fn show(context: &Context, id: BatchId) -> Result<()> {
	let chain = context.chain().await?;
	let at = chain.latest().await.map_err(failure)?;
	let batch = record(&at, id).await?;
	let payouts = at.payouts(id).await.map_err(failure)?;
	let audit = match batch.state {
		BatchState::Waiting => at.audit(id).await.map_err(failure)?,
		_ => None,
	};
	let json = json!({
		"id": id,
		"batch": batch,
		"audit": audit,
		"unpaid": payouts.iter().map(|(position, payout)| {
			json!({ "position": position, "payout": payout, "amount": payout.amount().to_string() })
		}).collect::<Vec<_>>(),
	});
	context.output.result(&json, || {
		let mut lines = vec![
			format!("batch    {id:?}"),
			format!("gateway  {}", batch.gateway),
			format!("root     {:?}", batch.root.hash),
			format!("receipts {}", batch.receipts),
			format!("charged  {}", format_amount(batch.root.sum)),
			format!("status   {}", status(&batch)),
		];
		lines.extend(audit.map(|audit| match audit.phase {
			AuditPhase::Drawing => "audit    the lot is drawn soon, or a larger committee".into(),
			_ => {
				format!("audit    {} of {} auditors have looked", audit.votes(), audit.seats.len())
			},
		}));
		lines.extend(payouts.iter().map(|(position, payout)| {
			let (amount, struck) = (format_amount(payout.amount()), payout.strikes.len());
			let provider = payout.total.provider;
			let sample = match payout.sample {
				Sample::Audited(request) => format!(", the answer to {request:?} was drawn"),
				Sample::Unshown | Sample::Over => String::new(),
			};
			format!(
				"unpaid   total {position}: {amount} to {provider}, {struck} receipts struck{sample}"
			)
		}));
		lines.join("\n")
	});
	Ok(())
}

/// Where a batch stands, for people.
fn status(batch: &Batch) -> String {
	match batch.state {
		BatchState::Waiting => {
			let shown = batch.samples.map_or(0, |samples| samples.until);
			format!("waits until block #{} at least", batch.due.max(shown))
		},
		BatchState::Paying => "is being paid".into(),
		BatchState::Settled => "paid".into(),
		BatchState::Returning(why) | BatchState::Rejected(why) => {
			format!("rejected: {}", why.explain())
		},
	}
}

async fn record(at: &At, id: BatchId) -> Result<Batch> {
	at.batch(id).await.map_err(failure)?.ok_or_else(|| {
		Failure::new("unknown_batch", format!("the chain has no batch {id:?}"))
			.fix("`reckon batch list` shows those that it remembers")
	})
}

/// Who signs reports, if any are to be made.
fn reporter(context: &Context, chain: &Chain, how: &How) -> Result<Option<Submitter>> {
	if !how.report {
		return Ok(None);
	}
	Ok(Some(Submitter::start(chain.clone(), context.signer()?)))
}

async fn check_one(context: &Context, id: BatchId, how: &How) -> Result<()> {
	let chain = context.chain().await?;
	let reporter = reporter(context, &chain, how)?;
	let http = http::client()?;
	let at = chain.latest().await.map_err(failure)?;
	let batch = record(&at, id).await?;
	if batch.state != BatchState::Waiting {
		// What it was committed with is forgotten, total by total, as they are paid.
		let message = format!("too late to check this batch: {}", status(&batch));
		return Err(Failure::new("batch_not_waiting", message));
	}
	let wait = context.output.wait("getting the receipts and looking at them");
	let checked = check::check(&http, &chain, &at, id, &batch, how.gateway_url.as_deref()).await?;
	drop(wait);
	let reported = match &reporter {
		Some(reporter) => check::report(reporter, id, &checked).await?,
		None => 0,
	};
	say(context, id, &batch, &checked, reported);
	checked.verdict()
}

fn say(context: &Context, id: BatchId, batch: &Batch, checked: &Checked, reported: usize) {
	let mut json = checked.to_json();
	if let Value::Object(fields) = &mut json {
		fields.insert("batch".into(), json!(id));
		fields.insert("gateway".into(), json!(batch.gateway.to_string()));
		fields.insert("reported".into(), json!(reported));
	}
	context.output.result(&json, || {
		let mut lines = vec![format!("{id:?} {}", checked.summary())];
		lines.extend(checked.findings.iter().map(|finding| format!("  {}", finding.text())));
		if reported > 0 {
			lines.push(format!("  {reported} of them reported"));
		}
		lines.join("\n")
	});
}

/// Looks at batches for ever. One that can't be had is tried again, as long as it waits.
async fn watch(context: &Context, how: &How) -> Result<()> {
	let chain = context.chain().await?;
	let watcher = Watcher {
		context,
		how,
		reporter: reporter(context, &chain, how)?,
		http: http::client()?,
		chain: chain.clone(),
	};
	let mut blocks = chain.finalized_stream();
	let at = chain.latest_finalized().await.map_err(failure)?;
	let mut read = at.block().number;
	let mut queue = waiting(&at).await?;
	// Those whose receipts could not be had: said once, not in each block.
	let mut missed = BTreeSet::new();
	context.output.say(&format!("{} batches wait; watching for more", queue.len()));
	loop {
		let looks: Vec<_> = queue
			.drain(..)
			.map(|id| {
				let (watcher, again) = (&watcher, missed.contains(&id));
				async move { (id, watcher.look_at(id, again).await) }
			})
			.collect();
		let mut looks = stream::iter(looks).buffer_unordered(AT_ONCE);
		while let Some((id, looked)) = looks.next().await {
			match looked {
				Ok(true) => drop(missed.remove(&id)),
				Ok(false) => {
					missed.insert(id);
					queue.push_back(id);
				},
				// The node is away for a while, or nobody can pay for a report.
				Err(trouble) => {
					context.output.failure(&trouble);
					queue.push_back(id);
				},
			}
		}
		let Some(block) = blocks.next().await else {
			return Err(Failure::new("node_unreachable", "the node is gone"));
		};
		while read < block.number {
			match committed_in(&chain, read.saturating_add(1)).await {
				Ok(committed) => queue.extend(committed),
				// Forgotten while the node was away from us: what still waits is listed.
				Err(reckon_sdk::Error::BlockGone(_)) => {
					let at = chain.at(block).await.map_err(failure)?;
					let known: BTreeSet<_> = queue.iter().copied().collect();
					queue.extend(waiting(&at).await?.into_iter().filter(|id| !known.contains(id)));
					read = block.number;
					break;
				},
				Err(trouble) => {
					context.output.failure(&failure(trouble));
					break;
				},
			}
			read = read.saturating_add(1);
		}
	}
}

/// The batches that were committed in the block at this height.
async fn committed_in(
	chain: &Chain,
	number: u32,
) -> std::result::Result<Vec<BatchId>, reckon_sdk::Error> {
	let at = chain.at(chain.block_at(number).await?).await?;
	let events = at.channel_events().await?.into_iter();
	Ok(events
		.filter_map(|event| match event {
			ChannelEvent::BatchCommitted { batch, .. } => Some(batch),
			_ => None,
		})
		.collect())
}

/// The batches that wait, as far as they are listed.
async fn waiting(at: &At) -> Result<VecDeque<BatchId>> {
	let waiting = at.waiting_batches().await.map_err(failure)?;
	Ok(waiting.into_iter().map(|(id, _)| id).collect())
}

struct Watcher<'a> {
	context: &'a Context,
	how: &'a How,
	reporter: Option<Submitter>,
	http: Client,
	chain: Chain,
}

impl Watcher<'_> {
	/// Says whether that is all there is to do about it. `again`: its receipts could not be had before.
	async fn look_at(&self, id: BatchId, again: bool) -> Result<bool> {
		let at = self.chain.latest().await.map_err(failure)?;
		let batch = at.batch(id).await.map_err(failure)?;
		let Some(batch) = batch.filter(|batch| batch.state == BatchState::Waiting) else {
			self.context.output.say(&format!("{id:?} does not wait any more"));
			return Ok(true);
		};
		let from = self.how.gateway_url.as_deref();
		let checked = check::check(&self.http, &self.chain, &at, id, &batch, from).await?;
		let reported = match &self.reporter {
			Some(reporter) => check::report(reporter, id, &checked).await?,
			None => 0,
		};
		let done = !checked.findings.iter().any(Finding::may_pass);
		if done || !again {
			say(self.context, id, &batch, &checked, reported);
		}
		Ok(done)
	}
}
