//! Jobs: an inference by one transaction.

pub(crate) mod follow;
pub(crate) mod order;
mod show;

use std::path::PathBuf;

use clap::{Args, Subcommand};
use reckon_sdk::{calls, format_amount, AccountId, JobId, TaskKind, MAX_INLINE_BYTES};
use serde_json::{json, Value};

use crate::{
	ask,
	context::{failure, unknown_job, Context},
	failure::{Failure, Result},
	payload::{self, PayloadArgs},
};
use follow::{follow, follow_placed, hand_over, wait_for_verdict, Goal, Target};
use order::{parse_account, parse_hash, Order, SamplingArgs, TermsArgs};

/// What can be done with jobs.
#[derive(Debug, Subcommand)]
pub(crate) enum JobCommand {
	/// Submit a job
	#[command(
		after_help = "Example: reckon job submit --model reckon-lexicon --task chat --text \
			\"what is a ledger?\" --wait"
	)]
	Submit(Box<SubmitArgs>),
	/// Show a job, and its answer if it has one
	Get(IdArgs),
	/// Wait until a job has ended; status 3 when it was refunded
	Wait(WaitArgs),
	/// Why a job is where it is
	Why(IdArgs),
	/// Take back a job that no provider has yet
	Cancel(IdArgs),
	/// Doubt an answer that is not paid yet: two others compute it again, at your cost if it is right
	Dispute(DisputeArgs),
	/// Pay auditors to compute an answer again that is not paid yet; they decide whether it is right
	Audit(IdArgs),
	/// Your jobs, the newest first
	List {
		/// Whose [default: who signs]
		#[arg(value_parser = parse_account)]
		account: Option<AccountId>,
	},
}

/// A job.
#[derive(Debug, Args)]
pub(crate) struct IdArgs {
	/// The job's id
	#[arg(value_name = "ID", value_parser = parse_hash)]
	job: JobId,
}

/// An answer to doubt.
#[derive(Debug, Args)]
pub(crate) struct DisputeArgs {
	#[command(flatten)]
	id: IdArgs,
	/// The job's payload, if it was too long for the chain: the others must be given it
	#[arg(long, value_name = "FILE")]
	file: Option<PathBuf>,
	/// Wait until it is known who is right
	#[arg(long)]
	wait: bool,
}

/// A job to wait for.
#[derive(Debug, Args)]
pub(crate) struct WaitArgs {
	#[command(flatten)]
	id: IdArgs,
	/// Wait for the answer only, not until the money has moved
	#[arg(long)]
	delivered: bool,
}

/// A job to submit.
#[derive(Debug, Args)]
pub(crate) struct SubmitArgs {
	/// The model's name or id
	#[arg(long, short)]
	model: String,
	/// What the model is to do: chat, complete or embed
	#[arg(long, value_parser = |text: &str| text.parse::<TaskKind>())]
	task: TaskKind,
	#[command(flatten)]
	payload: PayloadArgs,
	#[command(flatten)]
	sampling: SamplingArgs,
	#[command(flatten)]
	terms: TermsArgs,
	/// Wait until the job has ended, and print the answer
	#[arg(long)]
	wait: bool,
}

pub(crate) async fn run(context: &Context, command: JobCommand) -> Result<()> {
	match command {
		JobCommand::Submit(args) => submit(context, *args).await,
		JobCommand::Get(args) => show::get(context, args.job).await,
		JobCommand::Wait(args) => wait(context, args).await,
		JobCommand::Why(args) => show::why(context, args.job).await,
		JobCommand::Cancel(args) => cancel(context, args.job).await,
		JobCommand::Dispute(args) => dispute(context, args).await,
		JobCommand::Audit(args) => audit(context, args.job).await,
		JobCommand::List { account } => show::list(context, account).await,
	}
}

async fn submit(context: &Context, args: SubmitArgs) -> Result<()> {
	// Before anything is asked of the chain: without a key all of it is in vain.
	context.signer()?;
	let sampling = match args.task {
		TaskKind::Embed => SamplingArgs::none(),
		_ => args.sampling.sampling()?,
	};
	let chain = context.chain().await?;
	let payload = args.payload.read(payload::limit(&chain).await?)?;
	let order = Order { model: args.model, task: args.task, payload, sampling, terms: args.terms };
	let placed = order.place(context, &chain).await?;
	if args.wait {
		let task = args.task;
		let done = follow_placed(context, &chain, placed, Goal::Final).await?;
		return ask::print(context, task, &done);
	}
	let job = placed.job;
	let json = json!({
		"job": job,
		"jobs": placed.jobs,
		"model": { "id": placed.model, "name": placed.model_name },
		"max_price": placed.max_price.to_string(),
		"deadline": placed.deadline,
	});
	if let Some(blob) = &placed.blob {
		// Too long for the transaction: somebody must hand it to the workers, and that is us.
		hand_over(context, &chain, &placed.jobs, blob).await?;
	}
	context.output.result(&json, || {
		placed.jobs.iter().map(|job| format!("{job:?}")).collect::<Vec<_>>().join("\n")
	});
	Ok(())
}

async fn wait(context: &Context, args: WaitArgs) -> Result<()> {
	let chain = context.chain().await?;
	let job = args.id.job;
	let at = chain.latest().await.map_err(failure)?;
	let record = at.job(job).await.map_err(failure)?.ok_or_else(|| unknown_job(job))?;
	let goal = if args.delivered { Goal::Answered } else { Goal::Final };
	let done = follow(context, &chain, Target::of(job), goal).await?;
	ask::print(context, record.task, &done)
}

async fn cancel(context: &Context, job: JobId) -> Result<()> {
	let chain = context.chain().await?;
	context.submit(&chain, calls::cancel(job)).await?;
	let json = json!({ "job": job, "state": "refunded" });
	context.output.result(&json, || "cancelled, the money is back".into());
	Ok(())
}

async fn audit(context: &Context, job: JobId) -> Result<()> {
	context.signer()?;
	let chain = context.chain().await?;
	let at = chain.latest().await.map_err(failure)?;
	let record = at.job(job).await.map_err(failure)?.ok_or_else(|| unknown_job(job))?;
	// What is not delivered the chain refuses.
	let charge = record.state.charge().unwrap_or_default();
	let fee = at.audit_fee(record.subnet, charge).await.map_err(failure)?;
	context.submit(&chain, calls::request_audit(job, fee)).await?;
	let json = json!({ "job": job, "fee": fee.to_string() });
	context.output.result(&json, || {
		let fee = format_amount(fee);
		format!(
			"auditors will look at it for {fee}: `reckon job get {job:?}` shows how far they are"
		)
	});
	Ok(())
}

async fn dispute(context: &Context, args: DisputeArgs) -> Result<()> {
	context.signer()?;
	let chain = context.chain().await?;
	let job = args.id.job;
	let at = chain.latest().await.map_err(failure)?;
	let record = at.job(job).await.map_err(failure)?.ok_or_else(|| unknown_job(job))?;
	let limit = payload::limit(&chain).await?;
	let blob = args.file.as_deref().map(|path| payload::read_file(path, limit)).transpose()?;
	match &blob {
		Some(bytes) if !record.payload.names(bytes) => {
			return Err(Failure::usage("--file: these are not the bytes that the job asked about"));
		},
		None if record.payload.length as usize > MAX_INLINE_BYTES => {
			return Err(Failure::usage("the payload is not on chain: name it by --file"));
		},
		_ => {},
	}
	let outcome = context.submit(&chain, calls::dispute(job)).await?;
	let others = outcome.jobs_submitted();
	let bond = format_amount(record.max_price.saturating_mul(2));
	context.output.say(&format!("disputed: at most {bond} for two others, who compute it again"));
	if let Some(blob) = &blob {
		hand_over(context, &chain, &others, blob).await?;
	}
	let mut json = json!({ "job": job, "others": others });
	if !args.wait {
		context.output.result(&json, || {
			others.iter().map(|job| format!("{job:?}")).collect::<Vec<_>>().join("\n")
		});
		return Ok(());
	}
	let step = context.output.wait("waiting for the others' answers");
	let comparison = wait_for_verdict(&chain, job).await?;
	drop(step);
	if let Value::Object(fields) = &mut json {
		fields.insert("comparison".into(), json!(comparison));
	}
	context.output.result(&json, || comparison.explain().to_owned());
	Ok(())
}
