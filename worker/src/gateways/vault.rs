//! What answers through gateways were computed with, for as long as they may be audited. The chain draws a
//! few out of each batch, long after they were given: without rows, question and answer the worker would be
//! taken for a cheat.
//!
//! The rows are kept as those of jobs are, in a directory of their own, under the request's hash. Question
//! and answer are beside them, and are shown to auditors alone.

use crate::{journal::now_ms, secret};
use codec::{Decode, Encode};
use reckon_engine::{EvidenceError, EvidenceStore, Reservation};
use reckon_sdk::{AccountId, H256};
use reckon_sealed::Secret;
use reckon_verification::Evidence;
use std::{
	collections::BTreeMap,
	fs::{self, File},
	io::{self, Write},
	path::{Path, PathBuf},
	sync::{Arc, Mutex, MutexGuard, PoisonError},
	time::{Duration, SystemTime},
};

/// What was asked and what was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exchange {
	/// The bytes that the request names.
	pub payload: Vec<u8>,
	/// The bytes that the receipt names.
	pub output: Vec<u8>,
	/// What both are sealed under, where they are.
	pub secret: Option<Secret>,
}

impl Exchange {
	/// As it lies on disk: the secret, where there is one, after the rest.
	fn encode(&self) -> Vec<u8> {
		let mut bytes = (&self.payload, &self.output).encode();
		bytes.extend(self.secret.iter().flat_map(|secret| *secret.bytes()));
		bytes
	}

	fn decode(bytes: &mut &[u8]) -> Result<Self, String> {
		let both = <(Vec<u8>, Vec<u8>)>::decode(bytes).map_err(|error| error.to_string())?;
		let secret = match bytes.is_empty() {
			true => None,
			false => {
				let secret: [u8; 32] = (*bytes).try_into().map_err(|_| "no secret".to_owned())?;
				Some(secret.into())
			},
		};
		Ok(Self { payload: both.0, output: both.1, secret })
	}
}

#[derive(Debug)]
struct Inner {
	rows: EvidenceStore,
	exchanges: PathBuf,
	/// The most bytes of all.
	limit: u64,
	kept: Mutex<BTreeMap<H256, Kept>>,
	keeps: Duration,
}

/// What is on disk of an exchange.
#[derive(Clone, Copy, Debug)]
struct Kept {
	/// Since when, in Unix milliseconds.
	since: i64,
	bytes: u64,
}

/// A directory of answers that may be audited. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Vault(Arc<Inner>);

impl Vault {
	/// Opens the directory, and makes it when there is none. All that is in it has about `limit` bytes at most,
	/// and is kept for `keeps`.
	///
	/// # Errors
	/// When the directory can't be made or read.
	pub fn open(root: &Path, limit: u64, keeps: Duration) -> Result<Self, EvidenceError> {
		let rows = EvidenceStore::open(&root.join("rows"), limit)?;
		let exchanges = root.join("exchanges");
		let failed = |path: &Path| {
			let path = path.to_path_buf();
			move |source| EvidenceError::Io { path: path.clone(), source }
		};
		fs::create_dir_all(&exchanges).map_err(failed(&exchanges))?;
		let mut kept = BTreeMap::new();
		for entry in fs::read_dir(&exchanges).map_err(failed(&exchanges))? {
			let entry = entry.map_err(failed(&exchanges))?;
			let name = entry.file_name();
			if let Some(request) = name.to_str().and_then(|name| name.parse::<H256>().ok()) {
				let about = entry.metadata().map_err(failed(&entry.path()))?;
				let since = millis(about.modified().map_err(failed(&entry.path()))?);
				kept.insert(request, Kept { since, bytes: about.len() });
			} else {
				// Left by a crash: nobody was told of it.
				fs::remove_file(entry.path()).map_err(failed(&entry.path()))?;
			}
		}
		// Rows whose exchange was never written are of an answer that was never given.
		for request in rows.jobs() {
			if !kept.contains_key(&H256(request)) {
				rows.remove(&request)?;
			}
		}
		Ok(Self(Arc::new(Inner { rows, exchanges, limit, kept: Mutex::new(kept), keeps })))
	}

	/// Takes room for an answer of at most `tokens` rows of `width` numbers, if there is some for its exchange
	/// of at most `bytes` too.
	///
	/// # Errors
	/// [`EvidenceError::Full`]: try again when older answers have gone.
	pub fn reserve(
		&self,
		tokens: usize,
		width: usize,
		bytes: usize,
	) -> Result<Reservation, EvidenceError> {
		let room = self.0.rows.reserve(tokens, width)?;
		let exchanges = self.lock().values().fold(0u64, |sum, file| sum.saturating_add(file.bytes));
		let (needed, used) = (bytes as u64, self.0.rows.used().saturating_add(exchanges));
		let free = self.0.limit.saturating_sub(used);
		match needed <= free {
			true => Ok(room),
			false => Err(EvidenceError::Full { needed, free }),
		}
	}

	/// Keeps an answer to a request. Durable when it returns the provider's commitment, which can be opened
	/// from then on. Waits for the disk.
	///
	/// # Errors
	/// A sentence, when it can't be kept: then the answer must not be given.
	pub fn keep(
		&self,
		room: Reservation,
		request: H256,
		provider: &AccountId,
		evidence: &Evidence,
		exchange: &Exchange,
	) -> Result<H256, String> {
		let salt = secret::random().map_err(|error| format!("no salt: {error}"))?;
		let kept = room.keep(&request.0, &provider.0, &salt, evidence);
		let committed = kept.map_err(|error| error.to_string())?;
		let encoded = exchange.encode();
		let written = self.write(request, &encoded);
		written.map_err(|error| format!("question and answer can't be kept: {error}"))?;
		self.lock().insert(request, Kept { since: now_ms(), bytes: encoded.len() as u64 });
		Ok(H256(committed))
	}

	/// Whether something is kept of an answer.
	pub fn has(&self, request: H256) -> bool {
		self.lock().contains_key(&request)
	}

	/// How many answers are kept.
	pub fn len(&self) -> usize {
		self.lock().len()
	}

	/// Whether none is.
	pub fn is_empty(&self) -> bool {
		self.lock().is_empty()
	}

	/// Their rows, by the requests' hashes.
	pub fn rows(&self) -> &EvidenceStore {
		&self.0.rows
	}

	/// What was asked and answered; `None` where nothing is kept. Reads the disk.
	///
	/// # Errors
	/// When the disk refuses, or the file is not what was written.
	pub fn exchange(&self, request: H256) -> io::Result<Option<Exchange>> {
		match fs::read(self.path(request)) {
			Ok(bytes) => Exchange::decode(&mut bytes.as_slice())
				.map(Some)
				.map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error)),
			Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
			Err(error) => Err(error),
		}
	}

	/// Removes what nobody can ask for any more, unless an audit of it is open; says how many went.
	pub fn prune(&self, is_asked_for: impl Fn(H256) -> bool) -> usize {
		let keeps = i64::try_from(self.0.keeps.as_millis()).unwrap_or(i64::MAX);
		let oldest = now_ms().saturating_sub(keeps);
		let old: Vec<_> = {
			let kept = self.lock();
			let old = kept.iter().filter(|(_, file)| file.since < oldest);
			old.map(|(request, _)| *request).filter(|request| !is_asked_for(*request)).collect()
		};
		old.into_iter().filter(|request| self.remove(*request)).count()
	}

	fn remove(&self, request: H256) -> bool {
		let rows = self.0.rows.remove(&request.0).map_err(|error| error.to_string());
		let removed = rows.and_then(|()| match fs::remove_file(self.path(request)) {
			Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error.to_string()),
			_ => Ok(()),
		});
		match removed {
			Ok(()) => self.lock().remove(&request).is_some(),
			Err(error) => {
				tracing::warn!(?request, error, "an old answer can't be removed");
				false
			},
		}
	}

	fn path(&self, request: H256) -> PathBuf {
		self.0.exchanges.join(format!("{request:x}"))
	}

	/// On disk under its name when it returns.
	fn write(&self, request: H256, bytes: &[u8]) -> io::Result<()> {
		let mut file = tempfile::NamedTempFile::new_in(&self.0.exchanges)?;
		file.write_all(bytes)?;
		file.as_file().sync_all()?;
		file.persist(self.path(request)).map_err(|error| error.error)?;
		File::open(&self.0.exchanges)?.sync_all()
	}

	/// No code panics while it holds the lock.
	fn lock(&self) -> MutexGuard<'_, BTreeMap<H256, Kept>> {
		self.0.kept.lock().unwrap_or_else(PoisonError::into_inner)
	}
}

fn millis(time: SystemTime) -> i64 {
	let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
	i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
	use super::*;
	use reckon_sdk::account;
	use reckon_verification::{commitment, Rows};

	const WIDTH: usize = 4;
	const HOUR: Duration = Duration::from_secs(3_600);

	fn evidence(request: H256) -> Evidence {
		let rows = Rows::new(WIDTH as u32, vec![7, 8], vec![0.5; 2 * WIDTH]).unwrap();
		Evidence::new(&request.0, rows)
	}

	fn exchange(n: u8) -> Exchange {
		let secret = n.is_multiple_of(2).then(|| Secret::from([n; 32]));
		Exchange { payload: vec![n; 3], output: vec![n; 5], secret }
	}

	fn keep(vault: &Vault, n: u8) -> (H256, H256) {
		let request = H256::repeat_byte(n);
		let room = vault.reserve(9, WIDTH, 99).unwrap();
		let provider = account([4; 32]);
		let kept = vault.keep(room, request, &provider, &evidence(request), &exchange(n));
		(request, kept.unwrap())
	}

	#[test]
	fn answer_should_be_there_when_the_worker_starts_again() {
		let dir = tempfile::tempdir().unwrap();
		let vault = Vault::open(dir.path(), 1 << 20, HOUR).unwrap();
		let (request, committed) = keep(&vault, 1);
		assert_eq!(vault.exchange(keep(&vault, 4).0).unwrap(), Some(exchange(4)), "sealed");
		vault.remove(H256::repeat_byte(4));
		// A crash while another one was written, and one between its rows and its exchange.
		fs::write(dir.path().join("exchanges/.tmp1"), b"half").unwrap();
		let lost = H256::repeat_byte(2);
		let room = vault.reserve(9, WIDTH, 99).unwrap();
		room.keep(&lost.0, &[4; 32], &[5; 32], &evidence(lost)).unwrap();
		drop(vault);

		let vault = Vault::open(dir.path(), 1 << 20, HOUR).unwrap();
		assert_eq!((vault.len(), vault.has(request), vault.has(lost)), (1, true, false));
		assert_eq!(vault.exchange(request).unwrap(), Some(exchange(1)));
		assert_eq!(vault.exchange(lost).unwrap(), None);
		let kept = vault.rows().get(&request.0, &committed.0).unwrap().unwrap();
		let root = kept.evidence.root();
		assert_eq!(committed.0, commitment(&request.0, &[4; 32], &root, &kept.salt));
		assert_eq!(vault.rows().jobs(), [request.0]);
	}

	#[test]
	fn answers_should_go_when_they_are_old_and_nobody_asks_for_them() {
		let dir = tempfile::tempdir().unwrap();
		let vault = Vault::open(dir.path(), 1 << 20, HOUR).unwrap();
		let (young, old, asked) = (keep(&vault, 1).0, keep(&vault, 2).0, keep(&vault, 3).0);
		for request in [old, asked] {
			let file = File::options().write(true).open(vault.path(request)).unwrap();
			file.set_modified(SystemTime::now() - 2 * HOUR).unwrap();
		}
		drop(vault);
		let vault = Vault::open(dir.path(), 1 << 20, HOUR).unwrap();
		assert_eq!(vault.prune(|request| request == asked), 1);
		let left = [young, old, asked].map(|request| vault.has(request));
		assert_eq!(left, [true, false, true]);
		assert!(vault.rows().commitments(&old.0).is_empty());
		assert_eq!(vault.exchange(old).unwrap(), None);
		assert_eq!(vault.prune(|_| false), 1);
		assert_eq!(vault.exchange(young).unwrap(), Some(exchange(1)));
	}

	#[test]
	fn room_should_be_refused_when_it_is_full() {
		let dir = tempfile::tempdir().unwrap();
		let vault = Vault::open(dir.path(), 1_000, HOUR).unwrap();
		let is_full = |tokens, bytes| {
			matches!(vault.reserve(tokens, WIDTH, bytes), Err(EvidenceError::Full { .. }))
		};
		assert!(is_full(1_000, 0) && is_full(9, 1_000));
		assert!(vault.is_empty());
		// Exchanges count as rows do.
		keep(&vault, 1);
		let free = 1_000 - vault.rows().used() - exchange(1).encode().len() as u64;
		let mine = vault.reserve(1, WIDTH, 0).unwrap();
		let rows = vault.rows().used();
		drop(mine);
		let rows = rows - vault.rows().used();
		assert!(!is_full(1, (free - rows) as usize) && is_full(1, (free - rows + 1) as usize));
	}
}
