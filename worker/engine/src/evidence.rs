//! Evidence on disk, until its job's window closes: bounded, and there after a restart.
//!
//! A file is named after its job and the commitment that it opens: a job can be computed more than
//! once, as each fork may give it another seed, and only the chain's record says which answer was
//! delivered. What is in a file is under the commitment that it is named after, or is not read.
//!
//! Room is taken before an answer is computed. A worker without room declines the job, as it does
//! when it is busy; nothing that may still be asked for ever makes way for something newer, since a
//! worker that can't open its rows is taken for a cheat. Two things go, in this order: what was
//! computed, and whoever signs deliveries says that it never has signed it and never will
//! ([`EvidenceStore::discard`]); and with its job, once that is over, all that is left of it.
//!
//! ```text
//! magic and version (8) ‖ provider (32) ‖ salt (32) ‖ SCALE of the rows
//! ```

use std::{
	collections::BTreeMap,
	fs::{self, File},
	io::{self, Read, Write},
	path::{Path, PathBuf},
	sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use reckon_verification::{commitment, Evidence, Hash, Rows, RowsError};

/// What each file begins with: what it is, and the version of its layout.
const MAGIC: [u8; 8] = *b"rkn-evd2";
/// Magic, provider and salt, before the rows.
const HEADER: usize = MAGIC.len() + 2 * size_of::<Hash>();
/// The most answers to one job whose evidence is kept: more than forks ever ask for, as what they
/// take back is discarded. One that is refused is not delivered, and nothing makes way for it.
const ANSWERS: usize = 8;
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
	/// A job has as much evidence as one can have.
	#[error("{ANSWERS} answers to one job are kept already: decline the job")]
	Crowded,
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

/// What a file is of: its job, and the commitment that it opens.
type Name = (Hash, Hash);

#[derive(Debug, Default)]
struct State {
	/// Bytes of each file.
	kept: BTreeMap<Name, u64>,
	reserved: u64,
}

impl State {
	fn used(&self) -> u64 {
		self.kept.values().fold(self.reserved, |sum, bytes| sum.saturating_add(*bytes))
	}

	fn of(&self, job: &Hash) -> impl Iterator<Item = Name> + '_ {
		let all = (*job, Hash::default())..=(*job, [u8::MAX; 32]);
		self.kept.range(all).map(|(name, _)| *name)
	}
}

#[derive(Debug)]
struct Inner {
	root: PathBuf,
	limit: u64,
	state: Mutex<State>,
}

/// A directory with a file for each answer whose rows may still be asked for. Cheap to clone.
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
	/// than `limit` bytes; what is there already stays, even if it is more. Files of another version
	/// are left alone, and not counted.
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
			} else if let Some(name) = name_of(&path).filter(|_| is_ours(&path)) {
				kept.insert(name, fs::metadata(&path).map_err(&failed)?.len());
			} else {
				tracing::warn!(
					path = %path.display(),
					"no evidence that this version reads: it is left alone, and can be removed"
				);
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

	/// What opens this commitment to an answer; `None` when nothing was kept that does.
	///
	/// # Errors
	/// When the file can't be read, or is not what was written.
	pub fn get(&self, job: &Hash, committed: &Hash) -> Result<Option<Kept>, EvidenceError> {
		let path = self.path(&(*job, *committed));
		let bytes = match fs::read(&path) {
			Ok(bytes) => bytes,
			Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
			Err(error) => return Err(failed(&path)(error)),
		};
		let damaged =
			|reason: &str| EvidenceError::Damaged { path: path.clone(), reason: reason.into() };
		let rest = bytes.strip_prefix(&MAGIC).ok_or_else(|| damaged("it is something else"))?;
		let cut_off = || damaged("it is cut off");
		let (provider, rest) = rest.split_first_chunk().ok_or_else(cut_off)?;
		let (salt, rest) = rest.split_first_chunk().ok_or_else(cut_off)?;
		let rows = Rows::parse(rest).map_err(|error: RowsError| damaged(&error.to_string()))?;
		let evidence = Evidence::new(job, rows);
		match commitment(job, provider, &evidence.root(), salt) == *committed {
			true => Ok(Some(Kept { salt: *salt, evidence })),
			false => Err(damaged("it opens another commitment")),
		}
	}

	/// Whether something is kept that opens this commitment.
	pub fn has(&self, job: &Hash, committed: &Hash) -> bool {
		self.lock().kept.contains_key(&(*job, *committed))
	}

	/// The commitments to answers of a job that can be opened.
	pub fn commitments(&self, job: &Hash) -> Vec<Hash> {
		self.lock().of(job).map(|(_, committed)| committed).collect()
	}

	/// Forgets the evidence of an answer that was not delivered and will not be. Of one that is not
	/// there as well.
	///
	/// # Errors
	/// When the file can't be removed.
	pub fn discard(&self, job: &Hash, committed: &Hash) -> Result<(), EvidenceError> {
		self.remove_from(&mut self.lock(), &(*job, *committed))
	}

	/// Forgets a job, whose window has closed. Of one that is not there as well.
	///
	/// # Errors
	/// When a file can't be removed.
	pub fn remove(&self, job: &Hash) -> Result<(), EvidenceError> {
		let mut state = self.lock();
		let all: Vec<_> = state.of(job).collect();
		all.iter().try_for_each(|name| self.remove_from(&mut state, name))
	}

	fn remove_from(&self, state: &mut State, name: &Name) -> Result<(), EvidenceError> {
		let path = self.path(name);
		match fs::remove_file(&path) {
			Err(error) if error.kind() != io::ErrorKind::NotFound => Err(failed(&path)(error)),
			_ => {
				state.kept.remove(name);
				Ok(())
			},
		}
	}

	/// All jobs that something is kept for: after a restart, those whose windows closed meanwhile
	/// are among them.
	pub fn jobs(&self) -> Vec<Hash> {
		let mut jobs: Vec<_> = self.lock().kept.keys().map(|(job, _)| *job).collect();
		jobs.dedup();
		jobs
	}

	/// Bytes on disk and reserved.
	pub fn used(&self) -> u64 {
		self.lock().used()
	}

	/// No code panics while it holds the lock, so a poisoned state is a sound one.
	fn lock(&self) -> MutexGuard<'_, State> {
		self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
	}

	fn path(&self, name: &Name) -> PathBuf {
		self.0.root.join(file_name(name))
	}

	/// Durable when it returns: a commitment that is signed next must be one that can be opened.
	fn write(&self, name: &Name, parts: &[&[u8]]) -> io::Result<()> {
		let path = self.path(name);
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
	/// Writes the evidence of an answer to disk, beside what was kept of other answers to the job, and
	/// gives back what it was shorter than expected. It is durable when this returns the provider's
	/// commitment to it, which hides it behind `salt`, and can be opened from then on.
	///
	/// # Errors
	/// When it is longer than what was reserved, the job has too many, or the disk refuses. Then the
	/// answer must not be delivered: its commitment could not be opened.
	pub fn keep(
		self,
		job: &Hash,
		provider: &Hash,
		salt: &Hash,
		evidence: &Evidence,
	) -> Result<Hash, EvidenceError> {
		let rows = evidence.rows().to_bytes();
		let needed = (HEADER as u64).saturating_add(rows.len() as u64);
		if needed > self.bytes {
			return Err(EvidenceError::Full { needed, free: self.bytes });
		}
		let committed = commitment(job, provider, &evidence.root(), salt);
		let name = (*job, committed);
		// Held while writing: nobody else writes or removes this file meanwhile.
		let mut state = self.store.lock();
		if state.of(job).filter(|other| *other != name).count() >= ANSWERS {
			return Err(EvidenceError::Crowded);
		}
		let written = self.store.write(&name, &[&MAGIC, provider, salt, &rows]);
		written.map_err(failed(&self.store.path(&name)))?;
		state.kept.insert(name, needed);
		Ok(committed)
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

fn file_name((job, committed): &Name) -> String {
	let [job, committed] = [job, committed].map(|hash| blake3::Hash::from_bytes(*hash).to_hex());
	format!("{job}-{committed}")
}

/// What a file is named after.
fn name_of(path: &Path) -> Option<Name> {
	let text = path.file_name()?.to_str()?;
	let (job, committed) = text.split_once('-')?;
	let read = |hex| Some(*blake3::Hash::from_hex(hex).ok()?.as_bytes());
	let name = (read(job)?, read(committed)?);
	// Written in the same way, so that both name the same file.
	(text == file_name(&name)).then_some(name)
}

/// Whether a file is of this version.
fn is_ours(path: &Path) -> bool {
	let mut magic = [0; MAGIC.len()];
	File::open(path).and_then(|mut file| file.read_exact(&mut magic)).is_ok() && magic == MAGIC
}
