//! Finding and reading a model's small files.

use std::{
	collections::BTreeSet,
	fs::{self, File},
	io::Read,
	path::{Component, Path, PathBuf},
};

use serde::de::DeserializeOwned;

use crate::error::ModelError;

/// The longest small JSON file in bytes.
pub(super) const MAX_JSON_BYTES: u64 = 16 << 20;

/// A model's directory, and the names of the files that were read from it: those are the model.
pub(super) struct Folder {
	root: PathBuf,
	used: BTreeSet<String>,
}

impl Folder {
	pub(super) fn new(root: &Path) -> Self {
		Self { root: root.to_owned(), used: BTreeSet::new() }
	}

	pub(super) fn root(&self) -> &Path {
		&self.root
	}

	pub(super) fn path(&self, name: &str) -> PathBuf {
		self.root.join(name)
	}

	/// Marks a file as part of the model.
	pub(super) fn include(&mut self, name: &str) -> PathBuf {
		self.used.insert(name.to_owned());
		self.path(name)
	}

	/// The files that make the model, sorted by name.
	pub(super) fn used(&self) -> impl Iterator<Item = &str> {
		self.used.iter().map(String::as_str)
	}

	/// A file's bytes; `None` if it does not exist.
	pub(super) fn read(&mut self, name: &str, max: u64) -> Result<Option<Vec<u8>>, ModelError> {
		let path = self.path(name);
		if !path.is_file() {
			return Ok(None);
		}
		let bytes = read_bounded(&path, max)?;
		self.include(name);
		Ok(Some(bytes))
	}

	/// As [`Self::read`], for a file that must be there.
	pub(super) fn require(&mut self, name: &str, max: u64) -> Result<Vec<u8>, ModelError> {
		self.read(name, max)?.ok_or_else(|| ModelError::NotAModel {
			path: self.root.clone(),
			hint: format!("{name} is missing"),
		})
	}

	/// A JSON file; `None` if it does not exist.
	pub(super) fn json<T: DeserializeOwned>(
		&mut self,
		name: &str,
	) -> Result<Option<T>, ModelError> {
		let Some(bytes) = self.read(name, MAX_JSON_BYTES)? else { return Ok(None) };
		let parsed = serde_json::from_slice(&bytes)
			.map_err(|error| ModelError::invalid(&self.path(name), error.to_string()))?;
		Ok(Some(parsed))
	}

	/// Names of files with this extension directly in the directory, sorted.
	pub(super) fn with_extension(&self, extension: &str) -> Result<Vec<String>, ModelError> {
		let mut names = Vec::new();
		for entry in fs::read_dir(&self.root).map_err(ModelError::io(&self.root))? {
			let path = entry.map_err(ModelError::io(&self.root))?.path();
			if has_extension(&path, extension) {
				names.extend(path.file_name().and_then(|name| name.to_str()).map(str::to_owned));
			}
		}
		names.sort();
		Ok(names)
	}
}

pub(super) fn has_extension(path: &Path, extension: &str) -> bool {
	path.extension().is_some_and(|found| found.eq_ignore_ascii_case(extension))
}

/// Whether a name from a file stays inside the directory it is resolved in.
pub(super) fn is_relative_inside(name: &str) -> bool {
	!name.is_empty()
		&& !name.contains('\\')
		&& Path::new(name).components().all(|part| matches!(part, Component::Normal(_)))
}

fn read_bounded(path: &Path, max: u64) -> Result<Vec<u8>, ModelError> {
	let file = File::open(path).map_err(ModelError::io(path))?;
	let got = file.metadata().map_err(ModelError::io(path))?.len();
	if got > max {
		return Err(ModelError::TooLarge { path: path.into(), what: "its length", got, max });
	}
	// Bounded again: the file may be growing.
	let mut bytes = Vec::new();
	file.take(max).read_to_end(&mut bytes).map_err(ModelError::io(path))?;
	Ok(bytes)
}
