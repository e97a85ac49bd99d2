//! Evidence on disk, until its job's window closes: bounded, and there after a restart.
//!
//! Room is taken before an answer is computed. A worker without room declines the job, as it does
//! when it is busy; nothing that may still be asked for ever makes way for something newer, since a
//! worker that can't open its rows is taken for a cheat.

use std::{
	collections::BTreeMap,
	fs::{self, File},
	io::{self, Write},
	path::{Path, PathBuf},
	sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use reckon_verification::{Evidence, Hash, Rows, RowsError};

/// Salt and root, before the rows.
const HEADER: usize = 64;
/// Width, and the lengths of two lists, as SCALE writes them at most.
const LENGTHS: u64 = 4 + 5 + 5;
/// A file that is being written. One that is found was left by a crash.
const PART: &str = "part";

/// Why evidence can't be kept or read.
#[derive(Debug, thiserror::Error)]
pub enum EvidenceError {
	/// There is no room, or less was reserved.
	#[error(
		"evidence needs {needed} bytes, {free} are free: decline the job, or allow more bytes for \
		 evidence"
	)]
	Full {
		/// Bytes needed.
		needed: u64,
		/// Bytes free.
		free: u64,
	},
	/// A file is not what was written.
	#[error("the evidence in {} is damaged: {reason}", path.display())]
	Damaged {
		/// The file.
		path: PathBuf,
		/// What is wrong.
		reason: String,
	},
	/// The disk.
	#[error("cannot use {}: {source}", path.display())]
	Io {
		/// The file or directory.
		path: PathBuf,
		/// Why.
		source: io::Error,
	},
}

/// What was kept of one answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Kept {
	/// The salt of its commitment.
	pub salt: Hash,
	/// Its rows and their tree.
	pub evidence: Evidence,
}

#[derive(Debug, Default)]
struct State {
	/// Bytes of each job's file.
	kept: BTreeMap<Hash, u64>,
	reserved: u64,
}

impl State {
	fn used(&self) -> u64 {
		self.kept.values().fold(self.reserved, |sum, bytes| sum.saturating_add(*bytes))
	}
}

#[derive(Debug)]
struct Inner {
	root: PathBuf,
	limit: u64,
	state: Mutex<State>,
}

/// A directory with a file for each job whose rows may still be asked for. Cheap to clone.
#[derive(Debug, Clone)]
pub struct EvidenceStore(Arc<Inner>);

/// Room for the evidence of one answer. Dropping it gives the room back.
#[derive(Debug)]
pub struct Reservation {
	store: EvidenceStore,
	bytes: u64,
}

impl EvidenceStore {
	/// Opens the directory, and makes it when there is none. All files together never have more
	/// than `limit` bytes; what is there already stays, even if it is more.
	///
	/// # Errors
	/// When the directory can't be made or read.
	pub fn open(root: &Path, limit: u64) -> Result<Self, EvidenceError> {
		let failed = failed(root);
		fs::create_dir_all(root).map_err(&failed)?;
		let mut kept = BTreeMap::new();
		for entry in fs::read_dir(root).map_err(&failed)? {
			let path = entry.map_err(&failed)?.path();
			if path.extension().is_some_and(|extension| extension == PART) {
				fs::remove_file(&path).map_err(&failed)?;
			} else if let Some(job) = job_of(&path) {
				kept.insert(job, fs::metadata(&path).map_err(&failed)?.len());
			}
		}
		let state = Mutex::new(State { kept, reserved: 0 });
		Ok(Self(Arc::new(Inner { root: root.into(), limit, state })))
	}

	/// Takes room for an answer of at most `tokens` rows of `width` numbers.
	///
	/// # Errors
	/// [`EvidenceError::Full`]: try again when a window has closed.
	pub fn reserve(&self, tokens: usize, width: usize) -> Result<Reservation, EvidenceError> {
		let row = (width as u64).saturating_add(1).saturating_mul(4);
		let rows = row.saturating_mul(tokens as u64);
		let needed = rows.saturating_add(LENGTHS).saturating_add(HEADER as u64);
		let mut state = self.lock();
		let free = self.0.limit.saturating_sub(state.used());
		if needed > free {
			return Err(EvidenceError::Full { needed, free });
		}
		state.reserved = state.reserved.saturating_add(needed);
		drop(state);
		Ok(Reservation { store: self.clone(), bytes: needed })
	}

	/// What was kept for a job; `None` when nothing was.
	///
	/// # Errors
	/// When the file can't be read, or is not what was written.
	pub fn get(&self, job: &Hash) -> Result<Option<Kept>, EvidenceError> {
		let path = self.path(job);
		let bytes = match fs::read(&path) {
			Ok(bytes) => bytes,
			Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
			Err(error) => return Err(failed(&path)(error)),
		};
		let damaged = |reason: String| EvidenceError::Damaged { path: path.clone(), reason };
		let header =
			bytes.first_chunk::<HEADER>().ok_or_else(|| damaged("it is cut off".into()))?;
		let (salt, root) = header.split_at(HEADER / 2);
		let rows =
			Rows::parse(&bytes[HEADER..]).map_err(|error: RowsError| damaged(error.to_string()))?;
		let evidence = Evidence::new(job, rows);
		if evidence.root() != root {
			return Err(damaged("its rows have another root".into()));
		}
		let mut kept = Kept { salt: Hash::default(), evidence };
		kept.salt.copy_from_slice(salt);
		Ok(Some(kept))
	}

	/// Forgets a job, whose window has closed. Of one that is not there as well.
	///
	/// # Errors
	/// When the file can't be removed.
	pub fn remove(&self, job: &Hash) -> Result<(), EvidenceError> {
		let mut state = self.lock();
		let path = self.path(job);
		match fs::remove_file(&path) {
			Err(error) if error.kind() != io::ErrorKind::NotFound => Err(failed(&path)(error)),
			_ => {
				state.kept.remove(job);
				Ok(())
			},
		}
	}

	/// All jobs that something is kept for: after a restart, those whose windows closed meanwhile
	/// are among them.
	pub fn jobs(&self) -> Vec<Hash> {
		self.lock().kept.keys().copied().collect()
	}

	/// Bytes on disk and reserved.
	pub fn used(&self) -> u64 {
		self.lock().used()
	}

	/// No code panics while it holds the lock, so a poisoned state is a sound one.
	fn lock(&self) -> MutexGuard<'_, State> {
		self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
	}

	fn path(&self, job: &Hash) -> PathBuf {
		self.0.root.join(blake3::Hash::from_bytes(*job).to_hex().as_str())
	}

	/// Durable when it returns: a commitment that is signed next must be one that can be opened.
	fn write(&self, job: &Hash, parts: &[&[u8]]) -> io::Result<()> {
		let path = self.path(job);
		let part = path.with_extension(PART);
		let mut file = File::create(&part)?;
		for bytes in parts {
			file.write_all(bytes)?;
		}
		file.sync_all()?;
		fs::rename(&part, &path)?;
		File::open(&self.0.root)?.sync_all()
	}
}

impl Reservation {
	/// Writes the evidence of a job to disk, in place of what was kept for it before, and gives back
	/// what the answer was shorter than expected.
	///
	/// # Errors
	/// When it is longer than what was reserved, or the disk refuses. Then the answer must not be
	/// delivered: its commitment could not be opened.
	pub fn keep(self, job: &Hash, salt: &Hash, evidence: &Evidence) -> Result<(), EvidenceError> {
		let rows = evidence.rows().to_bytes();
		let needed = (HEADER as u64).saturating_add(rows.len() as u64);
		if needed > self.bytes {
			return Err(EvidenceError::Full { needed, free: self.bytes });
		}
		// Held while writing: nobody else writes or removes this file meanwhile.
		let mut state = self.store.lock();
		let written = self.store.write(job, &[salt, &evidence.root(), &rows]);
		written.map_err(failed(&self.store.path(job)))?;
		state.kept.insert(*job, needed);
		Ok(())
	}
}

impl Drop for Reservation {
	fn drop(&mut self) {
		let mut state = self.store.lock();
		state.reserved = state.reserved.saturating_sub(self.bytes);
	}
}

fn failed(path: &Path) -> impl Fn(io::Error) -> EvidenceError + '_ {
	move |source| EvidenceError::Io { path: path.into(), source }
}

/// The job that a file is named after.
fn job_of(path: &Path) -> Option<Hash> {
	let name = path.file_name()?.to_str()?;
	// The name is what `path` writes, so that both name the same file.
	let job = *blake3::Hash::from_hex(name).ok()?.as_bytes();
	(name == blake3::Hash::from_bytes(job).to_hex().as_str()).then_some(job)
}
