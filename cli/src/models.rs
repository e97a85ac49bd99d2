//! The models of the store.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use reckon_sdk::{
	calls, content_hash, format_amount, model_id, AccountId, Assurance, At, Calibration, EntryKind,
	ModelDetails, ModelId, NumericProfile, Price, TaskKind, TaskSet, Thresholds, H256,
};
use serde::Deserialize;
use serde_json::{json, Value};

use crate::{
	context::{failure, Context},
	failure::{Failure, Result},
	job::order::{parse_account, parse_hash},
	output::table,
	percent::parse_percent,
	store,
};

/// The first words of the report that `reckon-worker calibrate` writes.
const CALIBRATION_FORMAT: &str = "reckon-calibration/1";

/// An example job, for prices that people compare: a short question, a short answer.
pub(crate) mod example {
	use reckon_sdk::{Balance, Price, TaskKind, TaskSet};

	/// The question's bytes, which are taken for as many tokens.
	pub(crate) const BYTES: u32 = 64;
	/// The answer's tokens.
	const OUTPUT: u32 = 64;

	/// The tokens that a model with these tasks answers: vectors have none.
	pub(crate) fn output(tasks: TaskSet) -> u32 {
		if tasks.contains(TaskKind::Embed) {
			0
		} else {
			OUTPUT
		}
	}

	/// What it costs at most.
	pub(crate) fn charge(price: &Price, tasks: TaskSet) -> Balance {
		let work = |each: Balance, units: u32| each.saturating_mul(units.into());
		let answer = work(price.per_output, output(tasks));
		price.base.saturating_add(work(price.per_input, BYTES)).saturating_add(answer)
	}

	/// What it is.
	pub(crate) fn told(tasks: TaskSet) -> String {
		match output(tasks) {
			0 => format!("{BYTES} tokens"),
			output => format!("{BYTES} tokens in, at most {output} out"),
		}
	}
}

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
	/// What the store says of a model
	Show {
		/// The model's name or id
		model: String,
	},
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
	#[arg(long, value_name = "FILE", required_unless_present = "hash")]
	manifest: Option<PathBuf>,
	/// The hash of the model's canonical manifest, instead of the file
	#[arg(long, value_name = "HEX", value_parser = parse_hash, requires = "tasks", requires = "context")]
	hash: Option<H256>,
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
	#[arg(long, value_name = "PERCENT", default_value = "0", value_parser = parse_percent)]
	royalty: u32,
	/// How its numbers are computed: F32 or Tolerant [default: the manifest's, else F32]
	#[arg(long)]
	profile: Option<NumericProfile>,
	/// The report of `reckon-worker calibrate`: lets its answers be audited, which F32 models can be
	#[arg(long, value_name = "FILE")]
	calibration: Option<PathBuf>,
	/// The data sets that it was trained on, by name or id
	#[arg(long, value_delimiter = ',', value_name = "DATA SET,…")]
	trained_on: Vec<String>,
}

pub(crate) async fn run(context: &Context, args: ModelsArgs) -> Result<()> {
	match args.command {
		None | Some(ModelsCommand::List) => list(context).await,
		Some(ModelsCommand::Show { model }) => store::show(context, EntryKind::Model, &model).await,
		Some(ModelsCommand::Register(args)) => register(context, args).await,
		Some(ModelsCommand::Deprecate(args)) => {
			store::deprecate(context, EntryKind::Model, &args.model).await
		},
		Some(ModelsCommand::Transfer(args)) => {
			store::transfer(context, EntryKind::Model, &args.model, args.to).await
		},
	}
}

async fn list(context: &Context) -> Result<()> {
	let chain = context.chain().await?;
	let at = chain.latest().await.map_err(failure)?;
	let mut models = at.models().await.map_err(failure)?;
	models.sort_by_key(|(_, model)| model.listing.name());
	let mut rows = vec![["name", "tasks", "context", "licence", "providers", "from", "id"]
		.map(str::to_owned)
		.to_vec()];
	let mut list = Vec::new();
	for (id, model) in models {
		let offers = at.providers_offering(0, id).await.map_err(failure)?;
		let output = example::output(model.details.tasks);
		let least = at
			.quote(0, id, example::BYTES, output, Assurance::Optimistic)
			.await
			.map_err(failure)?;
		let typical = |price: &&Price| example::charge(price, model.details.tasks);
		let tasks: Vec<_> = model.details.tasks.kinds().iter().map(ToString::to_string).collect();
		let removed_at = model.listing.status.removed_at();
		rows.push(vec![
			model.listing.name(),
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
			"name": model.listing.name(),
			"tasks": tasks,
			"context": model.details.context,
			"licence": String::from_utf8_lossy(&model.details.licence),
			"royalty_millionths": model.details.royalty,
			"owner": model.listing.owner.to_string(),
			"manifest": model.details.manifest,
			"profile": model.details.profile,
			"calibration": model.details.calibration,
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

async fn register(context: &Context, args: RegisterArgs) -> Result<()> {
	let owner = context.account_or_signer(None)?;
	let chain = context.chain().await?;
	let at = chain.latest().await.map_err(failure)?;
	let mut details = args.details(&owner)?;
	for name in &args.trained_on {
		let (data_set, _) = store::resolve(&at, EntryKind::DataSet, name).await?;
		details.trained_on.insert(data_set.hash());
	}
	let id = model_id(&owner, details.manifest);
	context.submit(&chain, calls::register_model(&args.name, details)).await?;
	let json = json!({ "id": id, "name": args.name });
	context.output.result(&json, || format!("{} is in the store: {id:?}", args.name));
	Ok(())
}

impl RegisterArgs {
	/// What the owner says of the model, but for the data sets.
	fn details(&self, owner: &AccountId) -> Result<ModelDetails> {
		let from_file = self.manifest.as_deref().map(read_manifest).transpose()?;
		let manifest = self.hash.or(from_file.as_ref().and_then(|file| file.hash));
		let manifest = manifest.ok_or_else(|| manifest_lacks("manifest", "--hash"))?;
		let id = from_file.as_ref().and_then(|file| file.id);
		if id.is_some_and(|id| id != model_id(owner, manifest)) {
			let message = format!("the worker added this model for another owner than {owner}");
			let fix = format!("reckon-worker models add PATH --owner {owner} --json");
			return Err(Failure::new("wrong_owner", message).fix(fix));
		}
		let tasks = match (self.tasks.as_slice(), &from_file) {
			([], Some(file)) => file.tasks.clone(),
			(tasks, _) => tasks.to_vec(),
		};
		if tasks.is_empty() {
			return Err(manifest_lacks("tasks", "--tasks"));
		}
		let context = self.context.or(from_file.as_ref().and_then(|file| file.context));
		let context = context.ok_or_else(|| manifest_lacks("context_length", "--context"))?;
		let profile = self.profile.or(from_file.and_then(|file| file.profile));
		let calibration = self.calibration.as_deref().map(|path| read_calibration(path, manifest));
		Ok(ModelDetails {
			manifest,
			tasks: TaskSet::of(&tasks),
			profile: profile.unwrap_or(NumericProfile::F32),
			calibration: calibration.transpose()?,
			context,
			licence: self.licence.clone().into_bytes(),
			royalty: self.royalty,
			trained_on: Default::default(),
		})
	}
}

/// What a worker says about a model that it has.
struct ManifestFile {
	id: Option<ModelId>,
	hash: Option<H256>,
	tasks: Vec<TaskKind>,
	context: Option<u32>,
	profile: Option<NumericProfile>,
}

fn read_manifest(path: &Path) -> Result<ManifestFile> {
	let json: Value = store::read_json(path)
		.map_err(|failure| failure.fix("write it with: reckon-worker models add PATH --json"))?;
	let text = |name: &str| json.get(name).and_then(Value::as_str);
	let tasks = json.get("tasks").and_then(Value::as_array);
	let task = |task: &Value| task.as_str().and_then(|task| task.parse().ok());
	let length =
		["context_length", "context"].into_iter().find_map(|name| json.get(name)?.as_u64());
	// The canonical manifest is a text within the file: its bytes are what is hashed.
	let canonical = text("manifest");
	let inner: Option<Value> = canonical.and_then(|text| serde_json::from_str(text).ok());
	let profile = inner.as_ref().and_then(|inner| inner.get("profile")?.as_str());
	Ok(ManifestFile {
		id: text("id").and_then(|id| parse_hash(id).ok()),
		hash: canonical.map(|text| content_hash(text.as_bytes())),
		tasks: tasks.map(|tasks| tasks.iter().filter_map(task).collect()).unwrap_or_default(),
		context: length.and_then(|length| u32::try_from(length).ok()),
		profile: profile.and_then(|profile| profile.parse().ok()),
	})
}

/// What `reckon-worker calibrate` has found about the model with this manifest.
///
/// # Errors
/// When the file can't be read, is no such report, or is about another model.
pub(crate) fn read_calibration(path: &Path, manifest: H256) -> Result<Calibration> {
	/// The report's other fields are for people.
	#[derive(Deserialize)]
	struct Report {
		format: String,
		manifest: String,
		#[serde(flatten)]
		thresholds: Thresholds,
	}
	let bad = |what: String| {
		Failure::new("bad_calibration", format!("{}: {what}", path.display()))
			.fix("write it with: reckon-worker calibrate PATH")
	};
	let bytes = std::fs::read(path).map_err(|error| Failure::io(path.display(), &error))?;
	let report: Report = serde_json::from_slice(&bytes).map_err(|error| bad(error.to_string()))?;
	if report.format != CALIBRATION_FORMAT {
		return Err(bad(format!("this program reads {CALIBRATION_FORMAT}, not {}", report.format)));
	}
	if parse_hash(&report.manifest).ok() != Some(manifest) {
		return Err(bad(format!("it is about the manifest {}, not {manifest:?}", report.manifest)));
	}
	Ok(Calibration { thresholds: report.thresholds, report: content_hash(&bytes) })
}

fn manifest_lacks(field: &str, flag: &str) -> Failure {
	Failure::usage(format!("the manifest has no `{field}`: name it by {flag}"))
}

/// A model by its name or id, and its name.
pub(crate) async fn resolve(at: &At, name_or_id: &str) -> Result<(ModelId, String)> {
	let (model, name) = store::resolve(at, EntryKind::Model, name_or_id).await?;
	Ok((model.hash(), name))
}

#[cfg(test)]
mod tests {
	use super::*;

	fn register(file: &Value) -> (tempfile::TempDir, RegisterArgs) {
		let dir = tempfile::tempdir().unwrap();
		let path = dir.path().join("model.json");
		std::fs::write(&path, file.to_string()).unwrap();
		let args = RegisterArgs {
			manifest: Some(path),
			hash: None,
			name: "me/model".into(),
			tasks: Vec::new(),
			context: None,
			licence: "MIT".into(),
			royalty: 20_000,
			profile: None,
			calibration: None,
			trained_on: Vec::new(),
		};
		(dir, args)
	}

	fn printed(owner: &AccountId) -> Value {
		let canonical = r#"{"profile":"Tolerant"}"#;
		json!({
			"id": model_id(owner, content_hash(canonical.as_bytes())),
			"tasks": ["chat", "complete"],
			"context_length": 256,
			"manifest": canonical,
		})
	}

	#[test]
	fn example_should_have_no_answer_to_pay_for_when_it_is_vectors() {
		let price = Price { base: 1, per_input: 10, per_output: 1_000 };
		let cost = |task| example::charge(&price, TaskSet::of(&[task]));
		assert_eq!((cost(TaskKind::Embed), cost(TaskKind::Chat)), (641, 64_641));
		let told = |task| example::told(TaskSet::of(&[task]));
		assert_eq!(told(TaskKind::Embed), "64 tokens");
		assert_eq!(told(TaskKind::Chat), "64 tokens in, at most 64 out");
	}

	#[test]
	fn manifest_should_be_read_as_the_worker_writes_it() {
		let owner = AccountId::from([7; 32]);
		let (_dir, args) = register(&printed(&owner));
		let details = args.details(&owner).unwrap();
		assert_eq!(details.manifest, content_hash(br#"{"profile":"Tolerant"}"#));
		assert_eq!(details.tasks.kinds(), [TaskKind::Chat, TaskKind::Complete]);
		assert_eq!((details.context, details.profile), (256, NumericProfile::Tolerant));
	}

	#[test]
	fn manifest_should_be_refused_when_it_was_made_for_another_owner() {
		let owner = AccountId::from([7; 32]);
		let (_dir, args) = register(&printed(&owner));
		let failure = args.details(&AccountId::from([8; 32])).unwrap_err();
		assert_eq!(failure.code, "wrong_owner");
	}

	#[test]
	fn manifest_should_be_refused_when_something_is_missing() {
		let owner = AccountId::from([7; 32]);
		for field in ["tasks", "context_length", "manifest"] {
			let mut file = printed(&owner);
			file.as_object_mut().unwrap().remove(field);
			let (_dir, args) = register(&file);
			let failure = args.details(&owner).unwrap_err();
			assert!(failure.message.contains(field), "{field}: {}", failure.message);
		}
	}

	#[test]
	fn calibration_should_be_read_as_the_worker_writes_it_and_be_of_this_model() {
		let owner = AccountId::from([7; 32]);
		let (dir, mut args) = register(&printed(&owner));
		let manifest = args.details(&owner).unwrap().manifest;
		let path = dir.path().join("model.calibration.json");
		let hex = |hash: H256| format!("{hash:?}").trim_start_matches("0x").to_owned();
		let report = |format: &str, manifest: H256| {
			let range = json!({ "largest_honest": 1, "flag": 2, "slash": 3 });
			json!({
				"format": format,
				"manifest": hex(manifest),
				"audits": 9,
				"distance": range,
				"margin": range,
			})
		};
		let mut read = |report: Value| {
			std::fs::write(&path, report.to_string()).unwrap();
			args.calibration = Some(path.clone());
			args.details(&owner).map(|details| details.calibration)
		};
		let right = report(CALIBRATION_FORMAT, manifest);
		let calibration = read(right.clone()).unwrap().unwrap();
		let thresholds = calibration.thresholds;
		assert_eq!((thresholds.distance.flag, thresholds.margin.slash), (2, 3));
		assert_eq!(calibration.report, content_hash(right.to_string().as_bytes()));
		for wrong in [
			report("reckon-calibration/2", manifest),
			report(CALIBRATION_FORMAT, H256::repeat_byte(1)),
			json!({ "format": CALIBRATION_FORMAT }),
		] {
			assert_eq!(read(wrong).unwrap_err().code, "bad_calibration");
		}
	}
}
