//! The store of models.

use std::{fs, path::PathBuf};

use clap::{Args, Subcommand};
use reckon_sdk::{
	calls, format_amount, AccountId, At, ModelDetails, ModelId, ModelStatus, NumericProfile, Price,
	TaskKind, TaskSet,
};
use serde_json::{json, Value};

use crate::{
	context::{failure, Context},
	failure::{Failure, Result},
	job::order::{parse_account, parse_hash},
	output::table,
};

/// What an example job is for the price in the list: a short question, a short answer.
const EXAMPLE_BYTES: u32 = 64;
const EXAMPLE_OUTPUT: u32 = 64;
/// A name with so many letters wrong is taken for a slip.
const SLIP: usize = 3;

/// The store.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct ModelsArgs {
	#[command(subcommand)]
	command: Option<ModelsCommand>,
}

#[derive(Debug, Subcommand)]
enum ModelsCommand {
	/// List the models: who serves them, and for how much at least
	List,
	/// Put a model into the store; its owner earns the royalty
	#[command(
		after_help = "Example: reckon models register --manifest model.json --name me/my-model \
			--licence MIT --royalty 2"
	)]
	Register(RegisterArgs),
	/// Take a model out of use, for good: no new jobs, and later no entry in the store
	Deprecate(DeprecateArgs),
	/// Give a model, and its royalty, to another account
	Transfer(TransferArgs),
}

#[derive(Debug, Args)]
struct DeprecateArgs {
	/// The model's name or id
	model: String,
}

#[derive(Debug, Args)]
struct TransferArgs {
	/// The model's name or id
	model: String,
	/// Who is to have it: an address, or a development account such as //Bob
	#[arg(long, value_name = "ACCOUNT", value_parser = parse_account)]
	to: AccountId,
}

#[derive(Debug, Args)]
struct RegisterArgs {
	/// What `reckon-worker models add --json` printed about the model
	#[arg(long, value_name = "FILE", required_unless_present = "id")]
	manifest: Option<PathBuf>,
	/// The model's id, instead of a manifest
	#[arg(long, value_name = "HEX", value_parser = parse_hash, requires = "tasks", requires = "context")]
	id: Option<ModelId>,
	/// What people call it: a-z 0-9 . _ - /
	#[arg(long)]
	name: String,
	/// What it can do [default: the manifest's]
	#[arg(long, value_delimiter = ',', value_name = "TASK,…")]
	tasks: Vec<TaskKind>,
	/// The most tokens that prompt and answer can have together [default: the manifest's]
	#[arg(long, value_name = "TOKENS")]
	context: Option<u32>,
	/// Its licence, an SPDX expression such as Apache-2.0
	#[arg(long, value_name = "SPDX")]
	licence: String,
	/// The owner's share of each charge, in percent; the chain has a limit
	#[arg(long, value_name = "PERCENT", default_value_t = 0.0)]
	royalty: f64,
}

pub(crate) async fn run(context: &Context, args: ModelsArgs) -> Result<()> {
	match args.command {
		None | Some(ModelsCommand::List) => list(context).await,
		Some(ModelsCommand::Register(args)) => register(context, args).await,
		Some(ModelsCommand::Deprecate(args)) => deprecate(context, args).await,
		Some(ModelsCommand::Transfer(args)) => transfer(context, args).await,
	}
}

async fn list(context: &Context) -> Result<()> {
	let chain = context.chain().await?;
	let at = chain.latest().await.map_err(failure)?;
	let mut models = at.models().await.map_err(failure)?;
	models.sort_by_key(|(_, model)| model.details.name());
	let mut rows = vec![["name", "tasks", "context", "licence", "providers", "from", "id"]
		.map(str::to_owned)
		.to_vec()];
	let mut list = Vec::new();
	for (id, model) in models {
		let offers = at.providers_offering(0, id).await.map_err(failure)?;
		let output = if model.details.tasks.contains(TaskKind::Embed) { 0 } else { EXAMPLE_OUTPUT };
		let least = at.quote(0, id, EXAMPLE_BYTES, output).await.map_err(failure)?;
		let tasks: Vec<_> = model.details.tasks.kinds().iter().map(ToString::to_string).collect();
		let removed_at = match model.status {
			ModelStatus::Active => None,
			ModelStatus::Deprecated { until } => Some(until),
		};
		rows.push(vec![
			model.details.name(),
			tasks.join(","),
			model.details.context.to_string(),
			String::from_utf8_lossy(&model.details.licence).into_owned(),
			match removed_at {
				None => offers.len().to_string(),
				Some(block) => format!("deprecated, removed at #{block}"),
			},
			least.map(format_amount).unwrap_or_else(|| "-".into()),
			format!("{id:?}"),
		]);
		list.push(json!({
			"id": id,
			"name": model.details.name(),
			"tasks": tasks,
			"context": model.details.context,
			"licence": String::from_utf8_lossy(&model.details.licence),
			"royalty_millionths": model.details.royalty,
			"owner": model.owner.to_string(),
			"deprecated": removed_at.is_some(),
			"removed_at": removed_at,
			"providers": offers.len(),
			"least_price": offers.iter().map(|(_, price)| price).min_by_key(typical).map(|p| json!(p)),
			"least_quote": least.map(|amount| amount.to_string()),
		}));
	}
	context.output.result(&json!({ "models": list }), || {
		if rows.len() == 1 {
			"the store is empty: `reckon models register` puts a model in".into()
		} else {
			table(&rows)
		}
	});
	Ok(())
}

fn typical(price: &&Price) -> u128 {
	let work = |each: u128, units: u32| each.saturating_mul(units.into());
	let input = work(price.per_input, EXAMPLE_BYTES);
	price.base.saturating_add(input).saturating_add(work(price.per_output, EXAMPLE_OUTPUT))
}

async fn register(context: &Context, args: RegisterArgs) -> Result<()> {
	let (id, details) = args.details()?;
	let chain = context.chain().await?;
	context.submit(&chain, calls::register_model(id, details)).await?;
	let json = json!({ "id": id, "name": args.name });
	context.output.result(&json, || format!("{} is in the store: {id:?}", args.name));
	Ok(())
}

async fn deprecate(context: &Context, args: DeprecateArgs) -> Result<()> {
	let chain = context.chain().await?;
	let at = chain.latest().await.map_err(failure)?;
	let (id, name) = resolve(&at, &args.model).await?;
	context.submit(&chain, calls::deprecate(id)).await?;
	let at = chain.latest().await.map_err(failure)?;
	let model = at.model(id).await.map_err(failure)?;
	let removed_at = match model.map(|model| model.status) {
		Some(ModelStatus::Deprecated { until }) => Some(until),
		_ => None,
	};
	let json = json!({ "id": id, "name": name, "removed_at": removed_at });
	context.output.result(&json, || match removed_at {
		Some(block) => format!("{name} takes no new jobs, and leaves the store at #{block}"),
		None => format!("{name} takes no new jobs"),
	});
	Ok(())
}

async fn transfer(context: &Context, args: TransferArgs) -> Result<()> {
	let to = args.to;
	let chain = context.chain().await?;
	let at = chain.latest().await.map_err(failure)?;
	let (id, name) = resolve(&at, &args.model).await?;
	context.submit(&chain, calls::transfer_model(id, to)).await?;
	let json = json!({ "id": id, "name": name, "owner": to.to_string() });
	context.output.result(&json, || format!("{name} belongs to {to}"));
	Ok(())
}

impl RegisterArgs {
	fn details(&self) -> Result<(ModelId, ModelDetails)> {
		let from_file = self.manifest.as_ref().map(read_manifest).transpose()?;
		let id = self.id.or(from_file.as_ref().and_then(|manifest| manifest.id));
		let id = id.ok_or_else(|| manifest_lacks("id", "--id"))?;
		let tasks = match (self.tasks.as_slice(), &from_file) {
			([], Some(manifest)) => manifest.tasks.clone(),
			(tasks, _) => tasks.to_vec(),
		};
		if tasks.is_empty() {
			return Err(manifest_lacks("tasks", "--tasks"));
		}
		let context = self.context.or(from_file.and_then(|manifest| manifest.context));
		let context = context.ok_or_else(|| manifest_lacks("context_length", "--context"))?;
		let millionths = (self.royalty * 10_000.0).round();
		if !(0.0..=1_000_000.0).contains(&millionths) {
			return Err(Failure::usage("--royalty: name a percentage from 0 to 100"));
		}
		let details = ModelDetails {
			name: self.name.clone().into_bytes(),
			tasks: TaskSet::of(&tasks),
			profile: NumericProfile::F32,
			context,
			licence: self.licence.clone().into_bytes(),
			royalty: millionths as u32,
		};
		Ok((id, details))
	}
}

/// What a worker says about a model that it has.
struct ManifestFile {
	id: Option<ModelId>,
	tasks: Vec<TaskKind>,
	context: Option<u32>,
}

fn read_manifest(path: &PathBuf) -> Result<ManifestFile> {
	let bytes = fs::read(path).map_err(|error| Failure::io(path.display(), &error))?;
	let json: Value = serde_json::from_slice(&bytes).map_err(|error| {
		Failure::new("bad_manifest", format!("{} is no JSON: {error}", path.display()))
			.fix("write it with: reckon-worker models add PATH --json")
	})?;
	let text = |name: &str| json.get(name).and_then(Value::as_str);
	let tasks = json.get("tasks").and_then(Value::as_array);
	let task = |task: &Value| task.as_str().and_then(|task| task.parse().ok());
	let length =
		["context_length", "context"].into_iter().find_map(|name| json.get(name)?.as_u64());
	Ok(ManifestFile {
		id: text("id").and_then(|id| parse_hash(id).ok()),
		tasks: tasks.map(|tasks| tasks.iter().filter_map(task).collect()).unwrap_or_default(),
		context: length.and_then(|length| u32::try_from(length).ok()),
	})
}

fn manifest_lacks(field: &str, flag: &str) -> Failure {
	Failure::usage(format!("the manifest has no `{field}`: name it by {flag}"))
}

/// A model by its name or id, and its name.
pub(crate) async fn resolve(at: &At, name_or_id: &str) -> Result<(ModelId, String)> {
	if let Ok(id) = parse_hash(name_or_id) {
		let model = at.model(id).await.map_err(failure)?;
		// Whether it exists is the chain's to say: it may be registered by now.
		return Ok((id, model.map_or_else(|| name_or_id.into(), |model| model.details.name())));
	}
	if let Some(id) = at.model_by_name(name_or_id).await.map_err(failure)? {
		return Ok((id, name_or_id.into()));
	}
	let models = at.models().await.map_err(failure)?;
	let names: Vec<_> = models.iter().map(|(_, model)| model.details.name()).collect();
	Err(unknown(name_or_id, &names))
}

fn unknown(name: &str, names: &[String]) -> Failure {
	let failure = Failure::new("unknown_model", format!("no model is called `{name}`"));
	let closest = names.iter().min_by_key(|other| distance(name, other));
	match closest {
		Some(other) if distance(name, other) <= SLIP => {
			failure.fix(format!("did you mean {other}?"))
		},
		Some(_) => failure.fix(format!("the store has: {}", names.join(", "))),
		None => failure.fix("the store is empty: `reckon models register` puts a model in"),
	}
}

/// How many letters differ, at the least.
fn distance(a: &str, b: &str) -> usize {
	let b: Vec<_> = b.chars().collect();
	let mut row: Vec<_> = (0..=b.len()).collect();
	for (i, letter) in a.chars().enumerate() {
		let mut diagonal = i;
		let mut left = i + 1;
		if let Some(first) = row.first_mut() {
			*first = left;
		}
		for (cell, other) in row.iter_mut().skip(1).zip(&b) {
			let replaced = diagonal + usize::from(letter != *other);
			diagonal = *cell;
			left = replaced.min(left + 1).min(diagonal + 1);
			*cell = left;
		}
	}
	row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn distance_should_count_slips() {
		assert_eq!(distance("lexicon", "lexicon"), 0);
		assert_eq!(distance("lexikon", "lexicon"), 1);
		assert_eq!(distance("lexcon", "lexicon"), 1);
		assert_eq!(distance("", "abc"), 3);
	}

	#[test]
	fn unknown_model_should_suggest_the_name_when_it_is_a_slip() {
		let names = ["reckon-lexicon".to_owned(), "all-minilm-l6-v2".to_owned()];
		assert!(unknown("reckon-lexikon", &names)
			.fix
			.unwrap()
			.contains("did you mean reckon-lexicon"));
		assert!(unknown("gpt", &names).fix.unwrap().contains("all-minilm-l6-v2"));
		assert!(unknown("gpt", &[]).fix.unwrap().contains("empty"));
	}

	#[test]
	fn manifest_should_be_read_as_the_worker_writes_it() {
		let dir = tempfile::tempdir().unwrap();
		let path = dir.path().join("model.json");
		let id = "ab".repeat(32);
		let json = json!({ "id": id, "tasks": ["chat", "complete"], "context_length": 256 });
		fs::write(&path, json.to_string()).unwrap();
		let manifest = read_manifest(&path).unwrap();
		assert_eq!(manifest.tasks, [TaskKind::Chat, TaskKind::Complete]);
		assert_eq!(manifest.context, Some(256));
		assert!(manifest.id.is_some());
	}
}
