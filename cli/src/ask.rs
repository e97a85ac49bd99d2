//! `embed` and `chat`: a job, from the question to the printed answer.

use clap::Args;
use reckon_sdk::{Chain, TaskKind};
use serde_json::{json, Value};

use crate::{
	context::Context,
	failure::{Failure, Result},
	job::{
		follow::{follow_placed, Done, Goal},
		order::{Order, SamplingArgs, TermsArgs},
	},
	payload,
};

/// Texts to turn into vectors.
#[derive(Debug, Args)]
pub(crate) struct EmbedArgs {
	/// The model's name or id
	#[arg(long, short)]
	model: String,
	/// The texts; `-` reads one from the standard input
	#[arg(required = true, value_name = "TEXT")]
	texts: Vec<String>,
	#[command(flatten)]
	terms: TermsArgs,
	/// Wait until the money has moved too, not only for the answer
	#[arg(long)]
	settled: bool,
}

/// A question.
#[derive(Debug, Args)]
pub(crate) struct ChatArgs {
	/// The model's name or id
	#[arg(long, short)]
	model: String,
	/// The question; `-` reads it from the standard input
	#[arg(value_name = "TEXT")]
	text: String,
	/// Instructions that hold for the whole conversation
	#[arg(long, value_name = "TEXT")]
	system: Option<String>,
	#[command(flatten)]
	sampling: SamplingArgs,
	#[command(flatten)]
	terms: TermsArgs,
	/// Wait until the money has moved too, not only for the answer
	#[arg(long)]
	settled: bool,
}

pub(crate) async fn embed(context: &Context, args: EmbedArgs) -> Result<()> {
	// Before anything is asked of the chain: without a key all of it is in vain.
	context.signer()?;
	let chain = context.chain().await?;
	let limit = payload::limit(&chain).await?;
	let texts = args.texts.iter().map(|text| payload::text_or_stdin(text, limit));
	let texts: Vec<_> = texts.collect::<Result<_>>()?;
	let order = Order {
		model: args.model,
		task: TaskKind::Embed,
		payload: payload::embed(&texts),
		sampling: SamplingArgs::none(),
		terms: args.terms,
	};
	ask(context, &chain, order, args.settled).await
}

pub(crate) async fn chat(context: &Context, args: ChatArgs) -> Result<()> {
	context.signer()?;
	let sampling = args.sampling.sampling()?;
	let chain = context.chain().await?;
	let text = payload::text_or_stdin(&args.text, payload::limit(&chain).await?)?;
	let order = Order {
		model: args.model,
		task: TaskKind::Chat,
		payload: payload::chat(args.system.as_deref(), &text),
		sampling,
		terms: args.terms,
	};
	ask(context, &chain, order, args.settled).await
}

async fn ask(context: &Context, chain: &Chain, order: Order, settled: bool) -> Result<()> {
	let task = order.task;
	// Whoever wants it checked wants to read it when it has been.
	let goal = if settled || order.terms.attested { Goal::Final } else { Goal::Answered };
	let placed = order.place(context, chain).await?;
	let done = follow_placed(context, chain, placed, goal).await?;
	print(context, task, &done)
}

/// Prints the answer on stdout, and who computed it and what it cost on stderr.
pub(crate) fn print(context: &Context, task: TaskKind, done: &Done) -> Result<()> {
	let answer = readable(task, &done.answer)?;
	let mut json = done.to_json();
	if let Value::Object(fields) = &mut json {
		fields.insert("answer".into(), answer.json);
	}
	context.output.result(&json, || answer.text);
	context.output.say(&format!("\n{}", done.summary()));
	Ok(())
}

struct Readable {
	json: Value,
	text: String,
}

/// An answer's bytes as people and programs read them: text, or one vector a line.
fn readable(task: TaskKind, bytes: &[u8]) -> Result<Readable> {
	let garbled = || {
		Failure::new("garbled_answer", "the answer is not what a model of this task gives")
			.fix("the job's bytes are as the worker delivered them: reckon job get ID --json")
	};
	if task != TaskKind::Embed {
		let text = String::from_utf8_lossy(bytes).into_owned();
		return Ok(Readable { json: json!(text), text });
	}
	let mut value: Value = serde_json::from_slice(bytes).map_err(|_| garbled())?;
	let embeddings = value.get_mut("embeddings").map(Value::take).ok_or_else(garbled)?;
	let vectors = embeddings.as_array().ok_or_else(garbled)?;
	let text = vectors.iter().map(Value::to_string).collect::<Vec<_>>().join("\n");
	Ok(Readable { text, json: embeddings })
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn answer_should_be_one_vector_a_line_when_texts_were_embedded() {
		let bytes = br#"{"embeddings":[[0.5,-1.0],[0.25,2.0]]}"#;
		let answer = readable(TaskKind::Embed, bytes).unwrap();
		assert_eq!(answer.text, "[0.5,-1.0]\n[0.25,2.0]");
		assert!(readable(TaskKind::Embed, b"hello").is_err());
		assert_eq!(readable(TaskKind::Chat, b"hello").unwrap().text, "hello");
	}
}
