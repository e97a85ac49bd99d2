//! What a model is, as bytes: the same files give the same manifest wherever they lie.

use std::{fmt, fs::File, io::Read, path::Path, str::FromStr};

use serde::{de::Error as _, Deserialize, Deserializer, Serialize, Serializer};

use super::files::is_relative_inside;
use crate::{error::ModelError, task::TaskKind};

/// Names the layout of the canonical bytes; it is hashed with them.
const FORMAT: &str = "reckon-model/1";
/// The longest canonical manifest in bytes.
const MAX_MANIFEST_BYTES: usize = 1 << 20;

/// The BLAKE3 hash of a canonical manifest: with the account that registers the model it makes the
/// model's id on the network.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ManifestHash(pub [u8; 32]);

impl fmt::Display for ManifestHash {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str(&blake3::Hash::from_bytes(self.0).to_hex())
	}
}

impl fmt::Debug for ManifestHash {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		write!(f, "ManifestHash({self})")
	}
}

impl FromStr for ManifestHash {
	type Err = ModelError;

	fn from_str(hex: &str) -> Result<Self, ModelError> {
		blake3::Hash::from_hex(hex)
			.map(|hash| Self(*hash.as_bytes()))
			.map_err(|_| ModelError::Manifest("a hash has 64 hexadecimal digits".into()))
	}
}

/// A file of a model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileEntry {
	/// Relative to the model's directory, with `/` between folders.
	pub name: String,
	/// Bytes.
	pub length: u64,
	/// BLAKE3 of the content.
	#[serde(serialize_with = "to_hex", deserialize_with = "from_hex")]
	pub blake3: [u8; 32],
}

impl FileEntry {
	/// Hashes a file; `progress` gets the bytes read since the last call.
	///
	/// # Errors
	/// When the file can't be read.
	pub fn hash(
		root: &Path,
		name: &str,
		progress: &mut dyn FnMut(u64),
	) -> Result<Self, ModelError> {
		let path = root.join(name);
		let mut file = File::open(&path).map_err(ModelError::io(&path))?;
		let mut hasher = blake3::Hasher::new();
		let mut buffer = vec![0; 1 << 20];
		let mut length = 0;
		loop {
			let count = file.read(&mut buffer).map_err(ModelError::io(&path))?;
			if count == 0 {
				break;
			}
			hasher.update(&buffer[..count]);
			length += count as u64;
			progress(count as u64);
		}
		Ok(Self { name: name.into(), length, blake3: *hasher.finalize().as_bytes() })
	}
}

fn to_hex<S: Serializer>(hash: &[u8; 32], serializer: S) -> Result<S::Ok, S::Error> {
	serializer.serialize_str(&blake3::Hash::from_bytes(*hash).to_hex())
}

fn from_hex<'de, D: Deserializer<'de>>(deserializer: D) -> Result<[u8; 32], D::Error> {
	let hex = String::deserialize(deserializer)?;
	blake3::Hash::from_hex(hex).map(|hash| *hash.as_bytes()).map_err(D::Error::custom)
}

/// What a model is: everything that decides its answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
	/// A label for people; not part of the identity.
	pub name: String,
	/// The model family, such as `llama`.
	pub architecture: String,
	/// The tasks it can do.
	pub tasks: Vec<TaskKind>,
	/// The most tokens of one sequence.
	pub context_length: u64,
	/// The numeric profile: `F32`, or `Tolerant` for any arithmetic.
	pub profile: String,
	/// The files, sorted by name.
	pub files: Vec<FileEntry>,
}

/// The canonical fields in their canonical order.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Canonical {
	format: String,
	architecture: String,
	tasks: Vec<TaskKind>,
	context_length: u64,
	profile: String,
	files: Vec<FileEntry>,
}

impl Manifest {
	/// The canonical bytes: JSON without spaces, fields in a fixed order, files sorted by name.
	pub fn canonical(&self) -> Vec<u8> {
		let canonical = Canonical {
			format: FORMAT.into(),
			architecture: self.architecture.clone(),
			tasks: self.tasks.clone(),
			context_length: self.context_length,
			profile: self.profile.clone(),
			files: self.files.clone(),
		};
		// Texts and numbers always serialise.
		serde_json::to_vec(&canonical).unwrap_or_default()
	}

	/// Reads canonical bytes from anywhere; `name` is the label to give.
	///
	/// # Errors
	/// When the bytes are not exactly what [`Self::canonical`] writes, or a file's name leads out
	/// of the model's directory.
	pub fn from_canonical(name: &str, bytes: &[u8]) -> Result<Self, ModelError> {
		let wrong = |reason: &str| ModelError::Manifest(reason.to_owned());
		if bytes.len() > MAX_MANIFEST_BYTES {
			return Err(wrong("it is over 1 MiB"));
		}
		let canonical: Canonical = serde_json::from_slice(bytes)
			.map_err(|error| ModelError::Manifest(error.to_string()))?;
		if canonical.format != FORMAT {
			return Err(wrong("its format is not reckon-model/1"));
		}
		let manifest = Self {
			name: name.into(),
			architecture: canonical.architecture,
			tasks: canonical.tasks,
			context_length: canonical.context_length,
			profile: canonical.profile,
			files: canonical.files,
		};
		if !manifest.files.is_sorted_by(|a, b| a.name < b.name) {
			return Err(wrong("its files are not sorted by name, or one is there twice"));
		}
		if !manifest.files.iter().all(|file| is_relative_inside(&file.name)) {
			return Err(wrong("a file lies outside the model's directory"));
		}
		if manifest.canonical() != bytes {
			return Err(wrong("its bytes are in another form"));
		}
		Ok(manifest)
	}

	/// What the model goes by: equal files have equal hashes.
	pub fn hash(&self) -> ManifestHash {
		ManifestHash(*blake3::hash(&self.canonical()).as_bytes())
	}

	/// Compares the files under `root` with the manifest.
	///
	/// # Errors
	/// At the first file that is missing or differs.
	pub fn verify(&self, root: &Path, progress: &mut dyn FnMut(u64)) -> Result<(), ModelError> {
		for expected in &self.files {
			let path = root.join(&expected.name);
			let length = std::fs::metadata(&path).map_err(ModelError::io(&path))?.len();
			if length != expected.length {
				return Err(ModelError::Mismatch { path, reason: "length" });
			}
			if FileEntry::hash(root, &expected.name, progress)? != *expected {
				return Err(ModelError::Mismatch { path, reason: "hash" });
			}
		}
		Ok(())
	}
}
