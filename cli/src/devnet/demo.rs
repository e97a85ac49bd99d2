//! The first two answers: one text turned into a vector, one question about a word.

use std::time::Instant;

use reckon_sdk::{
	calls, format_amount, AccountId, Assurance, Balance, Chain, ChannelEvent, Content, JobRequest,
	Sampling, Submitter, TaskKind, Until,
};
use serde_json::{json, Value};

use super::{
	balances::{
		audit_pot, till, treasury, Audit, Balances, AUDIT_POT, CLIENT, GATEWAY, OWNER, PROVIDER,
		TILL, TREASURY,
	},
	setup::{Cast, Models, CHAT, EMBEDDING},
};
use crate::{
	context::{failure, Context},
	failure::{Failure, Result},
	job::follow::{follow, Done, Goal, Target},
};

const QUESTION: &str = "what is a ledger?";
const TEXT: &str = "A ledger is a book in which accounts are kept.";
const MAX_OUTPUT: u32 = 64;
/// Three minutes for an answer.
const DEADLINE: u32 = 60;

/// What came of it.
pub(super) struct Demo {
	answers: Vec<(&'static str, &'static str, Done)>,
	audit: Audit,
	/// Seconds until the first answer was there.
	pub(super) first_answer: f64,
}

/// Submits both jobs, prints each answer when it is there, and waits until both are paid for.
pub(super) async fn run(
	context: &Context,
	chain: &Chain,
	cast: &Cast,
	models: &Models,
	hot_key: AccountId,
	since: Instant,
) -> Result<Demo> {
	let accounts = [
		(CLIENT, cast.client.account()),
		(PROVIDER, cast.provider.account()),
		(OWNER, cast.owner.account()),
		(TREASURY, treasury()),
		(AUDIT_POT, audit_pot()),
		(TILL, till()),
		(GATEWAY, cast.gateway.account()),
		("worker's key", hot_key),
	];
	let at = chain.latest().await.map_err(failure)?;
	let before = Balances::read(&at, &accounts).await?;

	let submitter = Submitter::start(chain.clone(), cast.client.clone());
	// The validator computes the first again before it is paid; there is no calibration for vectors.
	let (checked, trusted) = (Assurance::Attested, Assurance::Optimistic);
	let chat = place(chain, &submitter, models.chat.id, TaskKind::Chat, QUESTION, checked);
	let embed = place(chain, &submitter, models.embedding.id, TaskKind::Embed, TEXT, trusted);
	let step = context.output.start("jobs");
	let (chat, embed) = tokio::try_join!(chat, embed)?;
	let held = chat.max_price.saturating_add(embed.max_price);
	step.done(&format!("two submitted, {} held", format_amount(held)));

	let answer = |job, name| async move {
		let step = context.output.start(name);
		let done = follow(context, chain, Target::of(job), Goal::Answered).await?;
		step.done(&format!("answered: {}", brief(&done)));
		Ok::<_, Failure>(since.elapsed().as_secs_f64())
	};
	let (chat_at, embed_at) =
		tokio::try_join!(answer(chat.job, "chat"), answer(embed.job, "embed"))?;
	let first_answer = chat_at.min(embed_at);

	let step = context.output.start("payment");
	let chat_paid = follow(context, chain, Target::of(chat.job), Goal::Paid).await?;
	let embed_paid = follow(context, chain, Target::of(embed.job), Goal::Paid).await?;
	let at = chain.latest().await.map_err(failure)?;
	let after = Balances::read(&at, &accounts).await?;
	step.done(
		"the validator has checked the chat, the dispute window is over, the money has moved",
	);

	let fees = chat.fee.saturating_add(embed.fee);
	let answers = vec![(CHAT, QUESTION, chat_paid), (EMBEDDING, TEXT, embed_paid)];
	let charges = answers.iter().filter_map(|(_, _, done)| done.job.state.paid()).sum();
	let batched = batched(chain, cast.client.account(), before.block, after.block).await?;
	let audit = Audit::new(before, after, fees, charges, batched)?;
	Ok(Demo { answers, audit, first_answer })
}

/// What batches have taken out of a client's channels, less what came back: an earlier run's last answers
/// are paid some time after it.
async fn batched(chain: &Chain, client: AccountId, after: u32, until: u32) -> Result<Balance> {
	let mut taken: Balance = 0;
	for number in after.saturating_add(1)..=until {
		let block = chain.block_at(number).await.map_err(failure)?;
		let at = chain.at(block).await.map_err(failure)?;
		for event in at.channel_events().await.map_err(failure)? {
			match event {
				ChannelEvent::ChannelCharged { channel, amount, .. } => {
					let channel = at.channel(channel).await.map_err(failure)?;
					if channel.is_some_and(|channel| channel.client == client) {
						taken = taken.saturating_add(amount);
					}
				},
				ChannelEvent::ContributionReturned { client: to, amount, .. } if to == client => {
					taken = taken.saturating_sub(amount);
				},
				_ => {},
			}
		}
	}
	Ok(taken)
}

struct Placed {
	job: reckon_sdk::JobId,
	max_price: Balance,
	fee: Balance,
}

async fn place(
	chain: &Chain,
	submitter: &Submitter,
	model: reckon_sdk::ModelId,
	task: TaskKind,
	text: &str,
	assurance: Assurance,
) -> Result<Placed> {
	let max_output = if task == TaskKind::Embed { 0 } else { MAX_OUTPUT };
	let at = chain.latest().await.map_err(failure)?;
	let bytes = u32::try_from(text.len()).unwrap_or(u32::MAX);
	let quote = at.quote(0, model, bytes, max_output, assurance).await.map_err(failure)?;
	let max_price =
		quote.ok_or_else(|| Failure::new("no_quote", "the worker's offers are not on chain"))?;
	let deadline = at.block().number.saturating_add(DEADLINE);
	let content = Content::from(text.as_bytes().to_vec());
	let mut request = JobRequest::new(model, task, content, max_price, deadline);
	request.assurance = assurance;
	request.sampling = Sampling { max_output, ..Sampling::default() };
	let outcome = submitter.submit_until(calls::submit_job(request), Until::InBlock).await;
	let outcome = outcome.map_err(|error| failure(error.into()))?;
	let job = outcome
		.job_submitted()
		.ok_or_else(|| Failure::new("decode", "the chain took the transaction and names no job"))?;
	Ok(Placed { job, max_price, fee: outcome.fee })
}

/// An answer in one line.
fn brief(done: &Done) -> String {
	match done.job.task {
		TaskKind::Embed => {
			let json: Value = serde_json::from_slice(&done.answer).unwrap_or_default();
			let vector = json["embeddings"][0].as_array().cloned().unwrap_or_default();
			let first: Vec<_> = vector
				.iter()
				.take(3)
				.filter_map(Value::as_f64)
				.map(|x| format!("{x:.4}"))
				.collect();
			format!("{} numbers, [{}, …]", vector.len(), first.join(", "))
		},
		_ => String::from_utf8_lossy(&done.answer).trim().to_owned(),
	}
}

impl Demo {
	pub(super) fn to_text(&self, context: &Context) -> String {
		let mut lines = Vec::new();
		for (model, asked, done) in &self.answers {
			lines.push(format!("{model}: {asked}"));
			lines.push(format!("  {}", context.output.bold(&brief(done))));
			lines.extend(done.summary().lines().map(|line| format!("  {line}")));
			lines.push(format!("  job {:?}", done.id));
			lines.push(String::new());
		}
		lines.push(self.audit.to_text());
		lines.join("\n")
	}

	pub(super) fn to_json(&self) -> Value {
		let answers = self.answers.iter().map(|(model, asked, done)| {
			let mut json = done.to_json();
			if let Value::Object(fields) = &mut json {
				fields.insert("model_name".into(), json!(model));
				fields.insert("asked".into(), json!(asked));
				fields.insert("answer".into(), json!(String::from_utf8_lossy(&done.answer)));
			}
			json
		});
		json!({
			"answers": answers.collect::<Vec<_>>(),
			"balances": self.audit.to_json(),
			"seconds_to_first_answer": self.first_answer,
		})
	}
}
