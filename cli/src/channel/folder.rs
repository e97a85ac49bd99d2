//! What this machine knows of its channels: the session keys, which exist nowhere else, and which channel
//! each of them signs for.
//!
//! ```text
//! <data>/channels/<session key>/session.key    only its owner can read it
//!                               channel.json   a Note
//! ```

use std::{
	env, fs,
	io::Write,
	path::{Path, PathBuf},
};

use clap::Args;
use reckon_sdk::{AccountId, ChannelId, Signer, H256};
use serde::{Deserialize, Serialize};

use crate::{
	context::failure,
	failure::{Failure, Result},
};

const CHANNELS: &str = "channels";
const KEY: &str = "session.key";
const NOTE: &str = "channel.json";
/// The longest note that is read.
const MAX_NOTE: u64 = 64 * 1024;

/// Where session keys and what was paid through channels are kept.
#[derive(Debug, Clone, Args)]
pub(crate) struct DataArgs {
	/// Where session keys, receipts and what was spent are kept
	/// [default: $XDG_DATA_HOME/reckon or ~/.local/share/reckon]
	#[arg(long, env = "RECKON_DATA_DIR", value_name = "DIR")]
	data_dir: Option<PathBuf>,
}

impl DataArgs {
	/// The directory, which need not exist.
	pub(crate) fn dir(&self) -> Result<PathBuf> {
		let set =
			|name: &str| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
		self.data_dir
			.clone()
			.or_else(|| set("XDG_DATA_HOME").map(|dir| dir.join("reckon")))
			.or_else(|| set("HOME").map(|home| home.join(".local/share/reckon")))
			.ok_or_else(|| {
				Failure::new("no_data_dir", "there is no place for session keys: HOME is not set")
					.fix("name one by --data-dir or RECKON_DATA_DIR")
			})
	}

	/// The channels of this machine.
	pub(crate) fn channels(&self) -> Result<Folder> {
		Ok(Folder { dir: self.dir()?.join(CHANNELS) })
	}
}

/// What is known of a channel without asking the chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Note {
	/// The chain that it is on.
	pub(crate) genesis: H256,
	/// Who pays.
	pub(crate) client: AccountId,
	/// Who may take.
	pub(crate) gateway: AccountId,
	/// Where the gateway is reached.
	pub(crate) endpoint: String,
	/// How many requests can run at once.
	pub(crate) lanes: u32,
	/// The channel; `None` when the program ended before the chain had opened it, or had said so.
	pub(crate) channel: Option<ChannelId>,
}

/// The channels of this machine, one directory for each session key.
#[derive(Debug, Clone)]
pub(crate) struct Folder {
	dir: PathBuf,
}

impl Folder {
	/// Makes a session key, and notes what it is for: before the chain hears of it, since a channel
	/// whose key is lost can only be closed.
	pub(crate) fn create(&self, note: &Note) -> Result<Signer> {
		let draft = self.dir.join(format!(".new-{}", std::process::id()));
		make_private(&draft)?;
		let made = Signer::create_file(draft.join(KEY)).map_err(|error| failure(error.into()))?;
		write(&draft, note)?;
		let dir = self.of(&made.account());
		fs::rename(&draft, &dir).map_err(|error| Failure::io(dir.display(), &error))?;
		sync_dir(&self.dir)?;
		Ok(made)
	}

	/// Notes something else of a key's channel.
	pub(crate) fn note(&self, session_key: &AccountId, note: &Note) -> Result<()> {
		write(&self.of(session_key), note)
	}

	/// All that is here, by session key. A key without a readable note is an error: money depends on it.
	pub(crate) fn all(&self) -> Result<Vec<(Signer, Note)>> {
		let entries = match fs::read_dir(&self.dir) {
			Ok(entries) => entries,
			Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
			Err(error) => return Err(Failure::io(self.dir.display(), &error)),
		};
		let mut found = Vec::new();
		for entry in entries {
			let dir = entry.map_err(|error| Failure::io(self.dir.display(), &error))?.path();
			let hidden =
				dir.file_name().is_none_or(|name| name.as_encoded_bytes().starts_with(b"."));
			if hidden || !dir.is_dir() {
				continue;
			}
			let key = Signer::from_file(dir.join(KEY)).map_err(|error| failure(error.into()))?;
			found.push((key, read(&dir.join(NOTE))?));
		}
		found.sort_by_key(|(key, _)| key.account().0);
		Ok(found)
	}

	/// Where a session key is.
	pub(crate) fn key_file(&self, session_key: &AccountId) -> PathBuf {
		self.of(session_key).join(KEY)
	}

	fn of(&self, session_key: &AccountId) -> PathBuf {
		self.dir.join(session_key.to_string())
	}
}

/// Makes a directory, and those above it, that only its owner can look into.
pub(crate) fn make_private(dir: &Path) -> Result<()> {
	let mut builder = fs::DirBuilder::new();
	builder.recursive(true);
	#[cfg(unix)]
	std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
	builder.create(dir).map_err(|error| Failure::io(dir.display(), &error))
}

/// Writes a file so that a reader meets the old or the new one, even after a power cut.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> Result<()> {
	let failed = |error: std::io::Error| Failure::io(path.display(), &error);
	let draft = path.with_extension("new");
	let mut file = fs::File::create(&draft).map_err(failed)?;
	file.write_all(bytes).and_then(|()| file.sync_all()).map_err(failed)?;
	fs::rename(&draft, path).map_err(failed)?;
	path.parent().map_or(Ok(()), sync_dir)
}

fn sync_dir(dir: &Path) -> Result<()> {
	let synced = fs::File::open(dir).and_then(|dir| dir.sync_all());
	synced.map_err(|error| Failure::io(dir.display(), &error))
}

fn write(dir: &Path, note: &Note) -> Result<()> {
	let path = dir.join(NOTE);
	let json = serde_json::to_vec_pretty(note)
		.map_err(|error| Failure::io(path.display(), &error.into()))?;
	replace(&path, &json)
}

fn read(path: &Path) -> Result<Note> {
	let mut text = String::new();
	let read = fs::File::open(path).and_then(|file| {
		std::io::Read::read_to_string(&mut std::io::Read::take(file, MAX_NOTE), &mut text)
	});
	read.map_err(|error| Failure::io(path.display(), &error))?;
	serde_json::from_str(&text).map_err(|error| {
		Failure::new("note_malformed", format!("{}: {error}", path.display()))
			.fix("write it anew: `reckon channel show` has what belongs there")
	})
}

#[cfg(test)]
mod tests {
	use super::*;

	fn folder(dir: &tempfile::TempDir) -> Folder {
		let args = DataArgs { data_dir: Some(dir.path().join("data")) };
		args.channels().unwrap()
	}

	fn note() -> Note {
		Note {
			genesis: H256([1; 32]),
			client: AccountId::from([2; 32]),
			gateway: AccountId::from([3; 32]),
			endpoint: "http://localhost:8000".into(),
			lanes: 8,
			channel: None,
		}
	}

	#[test]
	fn folder_should_be_empty_when_nothing_was_ever_written() {
		let dir = tempfile::tempdir().unwrap();
		assert!(folder(&dir).all().unwrap().is_empty());
	}

	#[test]
	fn key_and_note_should_be_there_again_when_the_program_starts_anew() {
		let dir = tempfile::tempdir().unwrap();
		let key = folder(&dir).create(&note()).unwrap();
		let found = folder(&dir).all().unwrap();
		assert_eq!(found.len(), 1);
		assert_eq!((found[0].0.account(), &found[0].1), (key.account(), &note()));

		let opened = Note { channel: Some(H256([4; 32])), ..note() };
		folder(&dir).note(&key.account(), &opened).unwrap();
		assert_eq!(folder(&dir).all().unwrap()[0].1, opened);
		let other = folder(&dir).create(&note()).unwrap();
		assert_ne!(other.account(), key.account());
		assert_eq!(folder(&dir).all().unwrap().len(), 2);
	}

	#[cfg(unix)]
	#[test]
	fn keys_should_be_readable_by_their_owner_alone() {
		use std::os::unix::fs::PermissionsExt;
		let dir = tempfile::tempdir().unwrap();
		let key = folder(&dir).create(&note()).unwrap();
		let path = folder(&dir).key_file(&key.account());
		let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
		assert_eq!(mode(&path), 0o600);
		assert_eq!(mode(path.parent().unwrap()), 0o700);
		assert_eq!(mode(&dir.path().join("data")), 0o700);
	}

	#[test]
	fn note_should_be_refused_with_its_path_when_it_is_damaged() {
		let dir = tempfile::tempdir().unwrap();
		let key = folder(&dir).create(&note()).unwrap();
		let path = folder(&dir).of(&key.account()).join(NOTE);
		fs::write(&path, "{").unwrap();
		let failure = folder(&dir).all().unwrap_err();
		assert_eq!(failure.code, "note_malformed");
		assert!(failure.message.contains("channel.json"), "{failure}");
	}
}
