//! Jobs: an inference by one transaction.

pub(crate) mod follow;
pub(crate) mod order;
mod show;

use clap::{Args, Subcommand};
use reckon_sdk::{calls, AccountId, JobId, TaskKind};
use serde_json::json;

use crate::{
	ask,
	context::{failure, unknown_job, Context},
	failure::Result,
	payload::{self, PayloadArgs},
};
use follow::{follow, Goal, Target};
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
		let done = follow(context, &chain, placed.into(), Goal::Final).await?;
		return ask::print(context, task, &done);
	}
	let job = placed.job;
	let json = json!({
		"job": job,
		"model": { "id": placed.model, "name": placed.model_name },
		"max_price": placed.max_price.to_string(),
		"deadline": placed.deadline,
	});
	if placed.blob.is_some() {
		// Too long for the transaction: somebody must hand it to the worker, and that is us.
		follow::hand_over(context, &chain, placed.into()).await?;
	}
	context.output.result(&json, || format!("{job:?}"));
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
