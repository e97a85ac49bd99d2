//! `models add PATH`: from a path to a model that is known to be sound, without loading it.

use std::{
	collections::{BTreeMap, BTreeSet},
	fs,
	path::Path,
};

use serde::Deserialize;

use super::{
	files::{has_extension, is_relative_inside, Folder, MAX_JSON_BYTES},
	manifest::{FileEntry, Manifest},
	sentence::SentenceParts,
	text::TextParts,
	Model, PROFILE,
};
use crate::{
	device::Device,
	engine::Capabilities,
	error::ModelError,
	models::config::Family,
	task::TaskKind,
	weights::{Checkpoint, Gguf},
};

const PICKLES: [&str; 6] = ["bin", "pt", "pth", "ckpt", "pkl", "pickle"];
const INDEX: &str = "model.safetensors.index.json";

/// A sound model on disk: every tensor that its configuration asks for is there, has the right
/// shape, and lies inside its file.
pub struct Inspection {
	folder: Folder,
	parts: Parts,
	/// The model family, such as `llama`.
	pub architecture: String,
	/// The tasks it can do.
	pub tasks: Vec<TaskKind>,
	/// The most tokens of one sequence.
	pub context_length: usize,
	/// Numbers in all weights.
	pub parameters: u64,
}

enum Parts {
	Text(TextParts),
	Sentence(SentenceParts),
}

/// Looks at a model's directory, or at a `.gguf` file.
///
/// # Errors
/// When it holds no model, a pickle, an unsupported architecture, or files that are damaged.
pub fn inspect(path: &Path) -> Result<Inspection, ModelError> {
	let kind = fs::metadata(path).map_err(ModelError::io(path))?;
	if kind.is_dir() {
		return inspect_directory(path);
	}
	if PICKLES.iter().any(|extension| has_extension(path, extension)) {
		return Err(ModelError::Pickle { path: path.into() });
	}
	let name = path.file_name().and_then(|name| name.to_str());
	match (has_extension(path, "gguf"), path.parent(), name) {
		(true, Some(parent), Some(name)) => inspect_gguf(Folder::new(parent), name),
		_ => Err(ModelError::NotAModel {
			path: path.into(),
			hint: "give a .gguf file, or a directory with config.json and *.safetensors".into(),
		}),
	}
}

fn inspect_directory(path: &Path) -> Result<Inspection, ModelError> {
	let folder = Folder::new(path);
	let has_weights =
		folder.path(INDEX).is_file() || !folder.with_extension("safetensors")?.is_empty();
	if has_weights {
		return inspect_safetensors(folder);
	}
	if let [only] = folder.with_extension("gguf")?.as_slice() {
		return inspect_gguf(folder, only);
	}
	for extension in PICKLES {
		if let Some(name) = folder.with_extension(extension)?.first() {
			return Err(ModelError::Pickle { path: folder.path(name) });
		}
	}
	Err(ModelError::NotAModel {
		path: path.into(),
		hint: "it needs config.json and *.safetensors, or exactly one *.gguf (else name the file)"
			.into(),
	})
}

fn inspect_safetensors(mut folder: Folder) -> Result<Inspection, ModelError> {
	#[derive(Deserialize)]
	struct ModelType {
		model_type: String,
	}

	let config = folder.require("config.json", MAX_JSON_BYTES)?;
	let ModelType { model_type } = serde_json::from_slice(&config)
		.map_err(|error| ModelError::invalid(&folder.path("config.json"), error.to_string()))?;
	let weights = weight_files(&mut folder)?;
	if model_type == "bert" {
		let parts = SentenceParts::read(&mut folder, &config, weights)?;
		return Ok(Inspection {
			architecture: model_type,
			tasks: vec![TaskKind::Embed],
			context_length: parts.context,
			parameters: parts.config.parameters(parts.prefix),
			parts: Parts::Sentence(parts),
			folder,
		});
	}
	if Family::parse(&model_type).is_none() {
		let name = model_type.escape_default().to_string();
		return Err(ModelError::UnsupportedArchitecture { name });
	}
	let parts = TextParts::from_safetensors(&mut folder, &config, weights)?;
	Ok(text_inspection(folder, parts))
}

fn inspect_gguf(mut folder: Folder, name: &str) -> Result<Inspection, ModelError> {
	let path = folder.include(name);
	let parts = TextParts::from_gguf(&mut folder, Gguf::open(&path)?)?;
	Ok(text_inspection(folder, parts))
}

fn text_inspection(folder: Folder, parts: TextParts) -> Inspection {
	let mut tasks = vec![TaskKind::Complete];
	if parts.template.is_some() {
		tasks.insert(0, TaskKind::Chat);
	}
	Inspection {
		architecture: parts.config.family.name().into(),
		tasks,
		context_length: parts.config.context,
		parameters: parts.config.parameters(),
		parts: Parts::Text(parts),
		folder,
	}
}

/// The shards that the index names, else `model.safetensors`, else the only file there is.
fn weight_files(folder: &mut Folder) -> Result<Checkpoint, ModelError> {
	#[derive(Deserialize)]
	struct Index {
		weight_map: BTreeMap<String, String>,
	}

	let whole = "model.safetensors";
	let names: Vec<String> = if folder.path(whole).is_file() {
		vec![whole.into()]
	} else if let Some(index) = folder.json::<Index>(INDEX)? {
		let shards: BTreeSet<String> = index.weight_map.into_values().collect();
		if let Some(bad) = shards.iter().find(|name| !is_relative_inside(name)) {
			let reason = format!("it names a file outside: {}", bad.escape_default());
			return Err(ModelError::invalid(&folder.path(INDEX), reason));
		}
		shards.into_iter().collect()
	} else {
		folder.with_extension("safetensors")?
	};
	if names.len() > 1 && !folder.path(INDEX).is_file() {
		return Err(ModelError::NotAModel {
			path: folder.root().into(),
			hint: format!("several .safetensors files and no {INDEX}"),
		});
	}
	Checkpoint::safetensors(names.iter().map(|name| folder.include(name)).collect())
}

impl Inspection {
	/// Memory of the loaded weights in bytes.
	pub fn weight_bytes(&self) -> u64 {
		self.parameters.saturating_mul(size_of::<f32>() as u64)
	}

	/// The model's manifest: hashes every file. `progress` gets the bytes hashed since the last
	/// call. `name` is a label for people.
	///
	/// # Errors
	/// When a file can't be read.
	pub fn manifest(
		&self,
		name: &str,
		progress: &mut dyn FnMut(u64),
	) -> Result<Manifest, ModelError> {
		let files = self
			.files()
			.map(|file| FileEntry::hash(self.folder.root(), file, progress))
			.collect::<Result<_, _>>()?;
		Ok(Manifest {
			name: name.into(),
			architecture: self.architecture.clone(),
			tasks: self.tasks.clone(),
			context_length: self.context_length as u64,
			profile: PROFILE.into(),
			files,
		})
	}

	/// The files that make the model, relative to its directory, sorted.
	pub fn files(&self) -> impl Iterator<Item = &str> {
		self.folder.used()
	}

	pub(super) fn load(self, device: &Device) -> Result<Model, ModelError> {
		let needed = self.weight_bytes();
		if device.is_cpu() {
			check_memory(needed)?;
		}
		let capabilities = Capabilities {
			architecture: self.architecture,
			tasks: self.tasks,
			context_length: self.context_length,
			vector_length: match &self.parts {
				Parts::Text(_) => 0,
				Parts::Sentence(parts) => parts.config.hidden_size,
			},
			device: device.to_string(),
			weight_bytes: needed,
			profile: PROFILE,
		};
		match self.parts {
			Parts::Text(parts) => parts.load(capabilities, device).map(Model::Text),
			Parts::Sentence(parts) => parts.load(capabilities, device).map(Model::Embedding),
		}
	}
}

/// Refuses what the host can't hold: an allocation that fails ends the whole process.
fn check_memory(needed: u64) -> Result<(), ModelError> {
	let Ok(info) = fs::read_to_string("/proc/meminfo") else { return Ok(()) };
	let available = info.lines().find_map(|line| {
		let kibibytes = line.strip_prefix("MemAvailable:")?.trim().strip_suffix("kB")?;
		kibibytes.trim().parse::<u64>().ok()?.checked_mul(1024)
	});
	match available {
		Some(available) if available < needed => {
			Err(ModelError::NotEnoughMemory { needed, available })
		},
		_ => Ok(()),
	}
}
