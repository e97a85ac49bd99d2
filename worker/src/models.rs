//! The models that this worker knows: where they lie, and what they are on the network.

use reckon_engine::{inspect, Inspection, Manifest, ModelError};
use reckon_sdk::{model_id, AccountId, ModelId, H256};
use serde::{Deserialize, Serialize};
use std::{
	fs, io,
	path::{Path, PathBuf},
};

/// A model that can't be registered or opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RegistryError {
	/// The model itself.
	#[error(transparent)]
	Model(#[from] ModelError),
	/// The list of models.
	#[error("cannot use the list of models {}: {reason}", path.display())]
	List {
		/// The file.
		path: PathBuf,
		/// Why.
		reason: String,
	},
	/// No such model.
	#[error("no model {0} here: `reckon-worker models add PATH --owner ACCOUNT` registers one")]
	Unknown(String),
}

/// A registered model.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
	/// Its id on the network: of the owner and the manifest's hash.
	pub id: ModelId,
	/// The account that registers it on chain.
	pub owner: AccountId,
	/// What people call it.
	pub name: String,
	/// Its directory or `.gguf` file.
	pub path: PathBuf,
	/// The model family.
	pub architecture: String,
	/// What it can do.
	pub tasks: Vec<String>,
	/// The most tokens of prompt and answer together.
	pub context: u64,
	/// The canonical manifest; the chain has its hash.
	pub manifest: String,
}

/// The list of models in a data directory.
#[derive(Clone, Debug)]
pub struct Registry {
	path: PathBuf,
}

impl Registry {
	/// The list in this data directory; it may not exist yet.
	pub fn new(data_dir: &Path) -> Self {
		Self { path: data_dir.join("models.json") }
	}

	/// All entries, by name.
	///
	/// # Errors
	/// When the list can't be read.
	pub fn list(&self) -> Result<Vec<Entry>, RegistryError> {
		match fs::read(&self.path) {
			Ok(bytes) => serde_json::from_slice(&bytes).map_err(|error| self.bad(error)),
			Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
			Err(error) => Err(self.bad(error)),
		}
	}

	/// What people call a model.
	pub fn name(&self, id: ModelId) -> Option<String> {
		self.find(id).map(|entry| entry.name).ok()
	}

	/// Looks at a model, hashes its files and registers it as the one that `owner` has on chain.
	/// `progress` gets the bytes hashed since the last call.
	///
	/// # Errors
	/// When it is no model that the engine can run, or the list can't be written.
	pub fn add(
		&self,
		path: &Path,
		owner: AccountId,
		name: Option<&str>,
		progress: &mut dyn FnMut(u64),
	) -> Result<Entry, RegistryError> {
		let path = fs::canonicalize(path)
			.map_err(|source| ModelError::Io { path: path.into(), source })?;
		let found = inspect(&path)?;
		let name = name.map_or_else(|| default_name(&path), str::to_owned);
		let manifest = found.manifest(&name, progress)?;
		let entry = Entry {
			id: model_id(&owner, H256(manifest.hash().0)),
			owner,
			name,
			path,
			architecture: manifest.architecture.clone(),
			tasks: manifest.tasks.iter().map(ToString::to_string).collect(),
			context: manifest.context_length,
			manifest: String::from_utf8_lossy(&manifest.canonical()).into_owned(),
		};
		let mut entries = self.list()?;
		// What lay there before can be served no more; the same files can, for another owner's entry.
		entries.retain(|known| {
			let same_files = known.path != entry.path || known.manifest == entry.manifest;
			known.id != entry.id && same_files
		});
		entries.push(entry.clone());
		entries.sort_by(|a, b| a.name.cmp(&b.name));
		self.write(&entries)?;
		Ok(entry)
	}

	/// Takes a model off the list, by id or name. Its files stay.
	///
	/// # Errors
	/// When there is none, or the list can't be written.
	pub fn remove(&self, which: &str) -> Result<Entry, RegistryError> {
		let mut entries = self.list()?;
		let wanted = which.trim_start_matches("0x");
		let place = entries
			.iter()
			.position(|entry| entry.name == which || format!("{:x}", entry.id) == wanted)
			.ok_or_else(|| RegistryError::Unknown(which.into()))?;
		let removed = entries.remove(place);
		self.write(&entries)?;
		Ok(removed)
	}

	/// Opens a model after checking every file against its manifest: what is served is what its
	/// id says.
	///
	/// # Errors
	/// When it is not registered, or its files have changed.
	pub fn open(&self, id: ModelId) -> Result<Inspection, RegistryError> {
		let entry = self.find(id)?;
		let manifest = Manifest::from_canonical(&entry.name, entry.manifest.as_bytes())?;
		let root = match entry.path.is_dir() {
			true => entry.path.as_path(),
			false => entry.path.parent().unwrap_or(Path::new("/")),
		};
		manifest.verify(root, &mut |_| {})?;
		Ok(inspect(&entry.path)?)
	}

	fn find(&self, id: ModelId) -> Result<Entry, RegistryError> {
		self.list()?
			.into_iter()
			.find(|entry| entry.id == id)
			.ok_or_else(|| RegistryError::Unknown(format!("{id:x}")))
	}

	fn write(&self, entries: &[Entry]) -> Result<(), RegistryError> {
		let folder = self.path.parent().unwrap_or(Path::new("."));
		let write = || -> io::Result<()> {
			fs::create_dir_all(folder)?;
			let mut file = tempfile::NamedTempFile::new_in(folder)?;
			serde_json::to_writer_pretty(&mut file, entries)?;
			file.as_file().sync_all()?;
			file.persist(&self.path).map_err(|error| error.error)?;
			Ok(())
		};
		write().map_err(|error| self.bad(error))
	}

	fn bad(&self, error: impl std::fmt::Display) -> RegistryError {
		RegistryError::List { path: self.path.clone(), reason: error.to_string() }
	}
}

/// The file's or directory's name, in the characters that the chain allows.
fn default_name(path: &Path) -> String {
	let stem = path.file_stem().unwrap_or_default().to_string_lossy().to_lowercase();
	stem.chars()
		.map(|char| if char.is_ascii_alphanumeric() || "._-/".contains(char) { char } else { '-' })
		.collect()
}
