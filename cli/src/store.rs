//! The store: data sets and apps, and what all its entries have in common.

use std::{
	fs,
	path::{Path, PathBuf},
};

use clap::Subcommand;
use reckon_sdk::{calls, AccountId, AppDetails, At, EntryId, EntryKind, Listing, H256};
use serde::de::DeserializeOwned;
use serde_json::{json, Value};

use crate::{
	context::{failure, Context},
	failure::{Failure, Result},
	job::order::{parse_account, parse_hash},
	output::table,
};

/// A name with so many letters wrong is taken for a slip.
const SLIP: usize = 3;

/// What can be done with data sets, and with apps.
#[derive(Debug, Subcommand)]
pub(crate) enum StoreCommand {
	/// List them: who owns them, and under which licence they are
	List,
	/// What the store says of one
	Show {
		/// Its name or id
		entry: String,
	},
	/// Put one into the store; takes a deposit, which comes back after `deprecate`
	#[command(
		after_help = "A data set's file: {\"content\": BLAKE3, \"bytes\": N, \"licence\": SPDX}, and \
			if you like \"records\", \"location\" (a URI), \"description\" (BLAKE3).\n\
			An app's file: {\"models\": [NAME or ID, …], \"location\": URI, \"licence\": SPDX}, and if \
			you like \"data_sets\", \"content\" (BLAKE3), \"description\" (BLAKE3)."
	)]
	Register {
		/// JSON that says what it is; see below
		#[arg(long, value_name = "FILE")]
		file: PathBuf,
		/// What people call it: a-z 0-9 . _ - /
		#[arg(long)]
		name: String,
	},
	/// Take one out of use, for good: later it leaves the store, and the deposit comes back
	Deprecate {
		/// Its name or id
		entry: String,
	},
	/// Give one to another account
	Transfer {
		/// Its name or id
		entry: String,
		/// Who is to have it: an address, or a development account such as //Bob
		#[arg(long, value_name = "ACCOUNT", value_parser = parse_account)]
		to: AccountId,
	},
}

pub(crate) async fn run(context: &Context, kind: EntryKind, command: StoreCommand) -> Result<()> {
	match command {
		StoreCommand::List => list(context, kind).await,
		StoreCommand::Show { entry } => show(context, kind, &entry).await,
		StoreCommand::Register { file, name } => register(context, kind, &file, &name).await,
		StoreCommand::Deprecate { entry } => deprecate(context, kind, &entry).await,
		StoreCommand::Transfer { entry, to } => transfer(context, kind, &entry, to).await,
	}
}

/// An entry as it is shown: the details are those of its kind.
struct Shown {
	id: EntryId,
	listing: Listing,
	details: Value,
}

impl Shown {
	fn json(&self) -> Value {
		let mut all = json!({
			"id": self.id.hash(),
			"name": self.listing.name(),
			"owner": self.listing.owner.to_string(),
			"removed_at": self.listing.status.removed_at(),
		});
		if let (Some(all), Some(details)) = (all.as_object_mut(), self.details.as_object()) {
			all.extend(details.clone());
		}
		all
	}

	/// A line for each thing that is said.
	fn text(&self) -> String {
		let mut lines = vec![
			format!("{:<12} {}", self.id.kind(), self.listing.name()),
			format!("{:<12} {:?}", "id", self.id.hash()),
			format!("{:<12} {}", "owner", self.listing.owner),
			format!("{:<12} {}", "status", status(&self.listing)),
		];
		for (name, value) in self.details.as_object().into_iter().flatten() {
			let value = match value {
				Value::Null => continue,
				Value::String(text) => text.clone(),
				Value::Array(parts) if parts.is_empty() => continue,
				Value::Array(parts) => {
					let parts = parts.iter().map(|part| part.as_str().unwrap_or_default());
					parts.collect::<Vec<_>>().join(", ")
				},
				other => other.to_string(),
			};
			lines.push(format!("{name:<12} {value}"));
		}
		lines.join("\n")
	}
}

fn status(listing: &Listing) -> String {
	match listing.status.removed_at() {
		None => "active".into(),
		Some(block) => format!("deprecated, removed at #{block}"),
	}
}

/// An entry's record.
async fn find(at: &At, id: EntryId) -> Result<Option<Shown>> {
	Ok(match id {
		EntryId::Model(model) => at.model(model).await.map_err(failure)?.map(|model| Shown {
			id,
			listing: model.listing,
			details: json!(model.details),
		}),
		EntryId::DataSet(set) => at.data_set(set).await.map_err(failure)?.map(|set| Shown {
			id,
			listing: set.listing,
			details: json!(set.details),
		}),
		EntryId::App(app) => at.app(app).await.map_err(failure)?.map(|app| Shown {
			id,
			listing: app.listing,
			details: json!(app.details),
		}),
	})
}

/// The entries of a kind, by name.
async fn all(at: &At, kind: EntryKind) -> Result<Vec<Shown>> {
	let shown = |hash: H256, listing, details| Shown { id: kind.entry(hash), listing, details };
	let mut all: Vec<_> = match kind {
		EntryKind::Model => {
			let models = at.models().await.map_err(failure)?.into_iter();
			models.map(|(id, model)| shown(id, model.listing, json!(model.details))).collect()
		},
		EntryKind::DataSet => {
			let sets = at.data_sets().await.map_err(failure)?.into_iter();
			sets.map(|(id, set)| shown(id, set.listing, json!(set.details))).collect()
		},
		EntryKind::App => {
			let apps = at.apps().await.map_err(failure)?.into_iter();
			apps.map(|(id, app)| shown(id, app.listing, json!(app.details))).collect()
		},
	};
	all.sort_by_key(|entry| entry.listing.name());
	Ok(all)
}

async fn list(context: &Context, kind: EntryKind) -> Result<()> {
	let chain = context.chain().await?;
	let at = chain.latest().await.map_err(failure)?;
	let entries = all(&at, kind).await?;
	let mut rows =
		vec![["name", "licence", "location", "status", "owner", "id"].map(str::to_owned).to_vec()];
	for entry in &entries {
		let said = |name: &str| entry.details.get(name).and_then(Value::as_str).unwrap_or("-");
		rows.push(vec![
			entry.listing.name(),
			said("licence").into(),
			said("location").into(),
			status(&entry.listing),
			entry.listing.owner.to_string(),
			format!("{:?}", entry.id.hash()),
		]);
	}
	let json = json!({ plural(kind): entries.iter().map(Shown::json).collect::<Vec<_>>() });
	context.output.result(&json, || if entries.is_empty() { empty(kind) } else { table(&rows) });
	Ok(())
}

/// Lists the entries of all kinds that an account owns.
pub(crate) async fn list_owned(context: &Context, owner: Option<AccountId>) -> Result<()> {
	let owner = context.account_or_signer(owner)?;
	let chain = context.chain().await?;
	let at = chain.latest().await.map_err(failure)?;
	let mut entries = Vec::new();
	for id in at.entries_of(&owner).await.map_err(failure)? {
		entries.extend(find(&at, id).await?);
	}
	entries.sort_by_key(|entry| (plural(entry.id.kind()), entry.listing.name()));
	let list: Vec<_> = entries
		.iter()
		.map(|entry| json!({ "kind": entry.id.kind(), "entry": entry.json() }))
		.collect();
	context.output.result(&json!({ "account": owner.to_string(), "entries": list }), || {
		if entries.is_empty() {
			return format!("{owner} has nothing in the store");
		}
		owned_table(&entries)
	});
	Ok(())
}

fn owned_table(entries: &[Shown]) -> String {
	let mut rows = vec![["name", "kind", "status", "id"].map(str::to_owned).to_vec()];
	rows.extend(entries.iter().map(|entry| {
		vec![
			entry.listing.name(),
			entry.id.kind().to_string(),
			status(&entry.listing),
			format!("{:?}", entry.id.hash()),
		]
	}));
	table(&rows)
}

/// Shows an entry.
pub(crate) async fn show(context: &Context, kind: EntryKind, name_or_id: &str) -> Result<()> {
	let chain = context.chain().await?;
	let at = chain.latest().await.map_err(failure)?;
	let (id, _) = resolve(&at, kind, name_or_id).await?;
	let entry = find(&at, id).await?.ok_or_else(|| unknown(kind, name_or_id, &[]))?;
	context.output.result(&entry.json(), || entry.text());
	Ok(())
}

async fn register(context: &Context, kind: EntryKind, file: &Path, name: &str) -> Result<()> {
	let chain = context.chain().await?;
	let call = match kind {
		EntryKind::App => {
			let at = chain.latest().await.map_err(failure)?;
			calls::register_app(name, app_of(&at, read_json(file)?, file).await?)
		},
		EntryKind::DataSet => calls::register_data_set(name, read_json(file)?),
		EntryKind::Model => {
			return Err(Failure::usage("models are registered by `reckon models register`"));
		},
	};
	context.submit(&chain, call).await?;
	let at = chain.latest().await.map_err(failure)?;
	let id = at.entry_by_name(kind, name).await.map_err(failure)?.map(|entry| entry.hash());
	let json = json!({ "id": id, "name": name });
	context.output.result(&json, || match id {
		Some(id) => format!("{name} is in the store: {id:?}"),
		None => format!("{name} is in the store"),
	});
	Ok(())
}

/// An app's file, in which models and data sets can go by their names.
async fn app_of(at: &At, mut json: Value, file: &Path) -> Result<AppDetails> {
	for (field, kind) in [("models", EntryKind::Model), ("data_sets", EntryKind::DataSet)] {
		let Some(named) = json.get_mut(field).and_then(Value::as_array_mut) else { continue };
		for entry in named {
			let Some(name) = entry.as_str() else { continue };
			*entry = json!(resolve(at, kind, name).await?.0.hash());
		}
	}
	serde_json::from_value(json).map_err(|error| bad_file(file, &error))
}

/// Reads a file of JSON.
pub(crate) fn read_json<T: DeserializeOwned>(path: &Path) -> Result<T> {
	let bytes = fs::read(path).map_err(|error| Failure::io(path.display(), &error))?;
	serde_json::from_slice(&bytes).map_err(|error| bad_file(path, &error))
}

fn bad_file(path: &Path, error: &serde_json::Error) -> Failure {
	Failure::new("bad_manifest", format!("{} can't be read: {error}", path.display()))
}

/// Takes an entry out of use.
pub(crate) async fn deprecate(context: &Context, kind: EntryKind, name_or_id: &str) -> Result<()> {
	let chain = context.chain().await?;
	let at = chain.latest().await.map_err(failure)?;
	let (id, name) = resolve(&at, kind, name_or_id).await?;
	context.submit(&chain, calls::deprecate(id)).await?;
	let at = chain.latest().await.map_err(failure)?;
	let removed_at = find(&at, id).await?.and_then(|entry| entry.listing.status.removed_at());
	let json = json!({ "id": id.hash(), "name": name, "removed_at": removed_at });
	context.output.result(&json, || match removed_at {
		Some(block) => format!("{name} is out of use, and leaves the store at #{block}"),
		None => format!("{name} is out of use"),
	});
	Ok(())
}

/// Gives an entry to another account.
pub(crate) async fn transfer(
	context: &Context,
	kind: EntryKind,
	name_or_id: &str,
	to: AccountId,
) -> Result<()> {
	let chain = context.chain().await?;
	let at = chain.latest().await.map_err(failure)?;
	let (id, name) = resolve(&at, kind, name_or_id).await?;
	context.submit(&chain, calls::transfer_entry(id, to)).await?;
	let json = json!({ "id": id.hash(), "name": name, "owner": to.to_string() });
	context.output.result(&json, || format!("{name} belongs to {to}"));
	Ok(())
}

/// An entry by its name or id, and its name.
pub(crate) async fn resolve(
	at: &At,
	kind: EntryKind,
	name_or_id: &str,
) -> Result<(EntryId, String)> {
	if let Ok(id) = parse_hash(name_or_id) {
		let id = kind.entry(id);
		// Whether it exists is the chain's to say: it may be registered by now.
		let name = find(at, id).await?.map(|entry| entry.listing.name());
		return Ok((id, name.unwrap_or_else(|| name_or_id.into())));
	}
	if let Some(id) = at.entry_by_name(kind, name_or_id).await.map_err(failure)? {
		return Ok((id, name_or_id.into()));
	}
	let names: Vec<_> = all(at, kind).await?.iter().map(|entry| entry.listing.name()).collect();
	Err(unknown(kind, name_or_id, &names))
}

fn unknown(kind: EntryKind, name: &str, names: &[String]) -> Failure {
	let code = match kind {
		EntryKind::Model => "unknown_model",
		EntryKind::DataSet => "unknown_data_set",
		EntryKind::App => "unknown_app",
	};
	let failure = Failure::new(code, format!("no {kind} is called `{name}`"));
	let closest = names.iter().min_by_key(|other| distance(name, other));
	match closest {
		Some(other) if distance(name, other) <= SLIP => {
			failure.fix(format!("did you mean {other}?"))
		},
		Some(_) => failure.fix(format!("the store has: {}", names.join(", "))),
		None => failure.fix(empty(kind)),
	}
}

fn empty(kind: EntryKind) -> String {
	let command = match kind {
		EntryKind::Model => "models",
		EntryKind::DataSet => "datasets",
		EntryKind::App => "apps",
	};
	format!("the store has no {kind}: `reckon {command} register` puts one in")
}

fn plural(kind: EntryKind) -> &'static str {
	match kind {
		EntryKind::Model => "models",
		EntryKind::DataSet => "data_sets",
		EntryKind::App => "apps",
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
	use reckon_sdk::{DataSetDetails, EntryStatus};

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
		let fix = |name, names| unknown(EntryKind::Model, name, names).fix.unwrap();
		assert!(fix("reckon-lexikon", &names[..]).contains("did you mean reckon-lexicon"));
		assert!(fix("gpt", &names[..]).contains("all-minilm-l6-v2"));
		assert!(fix("gpt", &[]).contains("reckon models register"));
	}

	#[test]
	fn entry_should_be_shown_with_what_is_said_of_it_and_nothing_else() {
		let details = DataSetDetails {
			content: H256([0xab; 32]),
			bytes: 5,
			records: 2,
			description: None,
			location: Some(b"ipfs://words".to_vec()),
			licence: b"CC0-1.0".to_vec(),
		};
		let account = AccountId::from([1; 32]);
		let listing = Listing {
			owner: account,
			name: b"words".to_vec(),
			status: EntryStatus::Deprecated { until: 9 },
			depositor: account,
		};
		let id = EntryId::DataSet(H256([7; 32]));
		let shown = Shown { id, listing, details: json!(details) };
		let (json, text) = (shown.json(), shown.text());
		assert_eq!((&json["name"], &json["bytes"]), (&json!("words"), &json!(5)));
		assert_eq!((&json["removed_at"], &json["location"]), (&json!(9), &json!("ipfs://words")));
		for words in ["data set", "words", "CC0-1.0", "removed at #9", "0x0707"] {
			assert!(text.contains(words), "{words}: {text}");
		}
		assert!(!text.contains("description"), "{text}");
		let table = owned_table(&[shown]);
		let row = table.lines().last().unwrap();
		for words in ["words ", "data set", "removed at #9", "0x0707"] {
			assert!(row.contains(words), "{words}: {table}");
		}
	}

	#[test]
	fn file_should_be_refused_with_its_name_when_a_field_is_misspelt() {
		let dir = tempfile::tempdir().unwrap();
		let path = dir.path().join("words.json");
		fs::write(&path, r#"{"content":"0x00","bites":5}"#).unwrap();
		let failure = read_json::<DataSetDetails>(&path).unwrap_err();
		assert_eq!(failure.code, "bad_manifest");
		assert!(failure.message.contains("words.json"), "{}", failure.message);
	}
}
