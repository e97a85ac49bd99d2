//! SQLite's write-ahead log on its way to the disk, while writes go on: a thread syncs it for all who wait for
//! that, and another one takes it over into the database.

use crate::{sqlite, StoreError, SyncPolicy};
use rusqlite::{ffi, Connection};
use std::{
	cell::OnceCell,
	fs::File,
	path::Path,
	sync::{
		atomic::{AtomicBool, AtomicU64, Ordering},
		mpsc::{channel, sync_channel, Receiver, RecvTimeoutError, Sender, SyncSender},
		Arc,
	},
	thread::JoinHandle,
	time::Duration,
};
use tokio::sync::watch;

/// What [`SyncPolicy::EverySecond`] says.
const SYNC_EVERY: Duration = Duration::from_secs(1);
/// So long after a commit its log is looked at.
const LOOK_AFTER: Duration = Duration::from_millis(20);
/// Somebody is told of a log that is so many times as long as it should be.
const FAR_TOO_LONG: i64 = 8;

/// What is done when, in pages of a log.
#[derive(Clone, Copy)]
pub(crate) struct Rhythm {
	/// So many are taken over at once. What is synced meanwhile waits for the disk as long as these take, so
	/// they are few.
	take_over: i64,
	/// A log of so many is begun anew.
	long: i64,
}

impl Default for Rhythm {
	fn default() -> Self {
		// 4 and 60 MiB: a log may keep 64 as a file.
		Self { take_over: 1_000, long: 15_000 }
	}
}

/// Hears whether what was committed before it asked is on the disk.
type Waiting = Box<dyn FnOnce(Result<(), StoreError>) + Send>;

/// The write-ahead log of a database. Its thread ends when nobody has it any more.
#[derive(Clone)]
pub(crate) struct Log {
	policy: SyncPolicy,
	waiting: Sender<Waiting>,
	state: Arc<State>,
}

#[derive(Default)]
struct State {
	/// Commits that were begun, that have ended, and that are on the disk.
	begun: AtomicU64,
	committed: AtomicU64,
	synced: AtomicU64,
	/// Whether a sync has. Whoever syncs hears of that once; others would not.
	failed: watch::Sender<bool>,
	/// Whether it is to be begun anew.
	is_long: AtomicBool,
}

impl State {
	fn has_failed(&self) -> bool {
		*self.failed.borrow()
	}
}

impl Log {
	/// Of a database as [`sqlite::made`] names it.
	pub(crate) fn start(database: &Path, policy: SyncPolicy) -> Result<Self, StoreError> {
		let path = sqlite::beside(database, "-wal");
		// One handle as long as the log is there, which is as long as SQLite has it open: a new one would not
		// hear of what an earlier one has failed to write. SQLite's locks are at the other two files.
		let file = OnceCell::new();
		let sync = move || -> Result<(), std::io::Error> {
			if file.get().is_none() {
				let _ = file.set(File::open(&path)?);
			}
			file.get().map_or(Ok(()), File::sync_data)
		};
		let database = database.to_owned();
		Self::start_with(policy, move || {
			sync().map_err(|error| sqlite::unusable(&sqlite::beside(&database, "-wal"), &error))
		})
	}

	/// With another way to the disk than `fdatasync`.
	pub(crate) fn start_with(
		policy: SyncPolicy,
		sync: impl FnMut() -> Result<(), StoreError> + Send + 'static,
	) -> Result<Self, StoreError> {
		let (waiting, inbox) = channel();
		let state = Arc::<State>::default();
		let log = Self { policy, waiting, state: state.clone() };
		spawn("store-sync", move || sync_all(&inbox, &state, policy, sync))?;
		Ok(log)
	}

	/// Whether steps of requests wait for the disk.
	pub(crate) fn syncs_steps(&self) -> bool {
		self.policy == SyncPolicy::Always
	}

	/// Up to where it is written. All that anybody can have seen of what was committed is before that.
	pub(crate) fn written(&self) -> u64 {
		self.state.begun.load(Ordering::Acquire)
	}

	/// Whether it is on the disk up to there.
	pub(crate) fn is_synced(&self, written: u64) -> bool {
		self.state.synced.load(Ordering::Acquire) >= written
	}

	/// Says so, on the thread that syncs, when everything that was committed before is on the disk, or never
	/// will be.
	pub(crate) fn when_synced(&self, tell: impl FnOnce(Result<(), StoreError>) + Send + 'static) {
		// The thread is there as long as this is.
		let _ = self.waiting.send(Box::new(tell));
	}

	/// Whether more may be written.
	///
	/// # Errors
	/// When it could not be synced: what the system has taken and the disk has not is lost to both, and nothing
	/// more is to be built on it.
	pub(crate) fn check(&self) -> Result<(), StoreError> {
		match self.state.has_failed() {
			true => Err(StoreError::Lost),
			false => Ok(()),
		}
	}

	/// Returns when nothing more may be written.
	pub(crate) async fn failed(&self) {
		// The sender is there as long as this is.
		let _ = self.state.failed.subscribe().wait_for(|has_failed| *has_failed).await;
	}

	/// What commits is counted.
	///
	/// # Errors
	/// Those of the commit; one that could not be synced is the last one.
	pub(crate) fn commit<T>(
		&self,
		commit: impl FnOnce() -> rusqlite::Result<T>,
	) -> Result<T, StoreError> {
		self.state.begun.fetch_add(1, Ordering::AcqRel);
		let committed = commit();
		// Of a failed one too: whether anything of it is there is not known.
		self.state.committed.fetch_add(1, Ordering::AcqRel);
		committed.map_err(|error| {
			let is_lost = is_unsynced(&error);
			let error = error.into();
			if is_lost {
				give_up(&self.state, &error);
			}
			error
		})
	}
}

/// Nothing is written any more when the thread that syncs is gone, however that comes.
struct Guard<'a>(&'a State);

impl Drop for Guard<'_> {
	fn drop(&mut self) {
		self.0.failed.send_replace(true);
	}
}

/// Syncs whenever somebody waits for it, once for all who do; by the clock where that is the policy; and a last
/// time when nobody has the log any more. SQLite itself syncs the log before it takes anything over into the
/// database, and what begins a log anew, so that the log's end is all there is to sync.
///
/// After a failure nothing is synced: the system has forgotten what it could not write, and would say that all is
/// well.
fn sync_all(
	inbox: &Receiver<Waiting>,
	state: &State,
	policy: SyncPolicy,
	mut sync: impl FnMut() -> Result<(), StoreError>,
) {
	let _guard = Guard(state);
	let mut sync = || match state.has_failed() {
		true => Err(StoreError::Lost),
		false => sync(),
	};
	loop {
		let first = match policy {
			SyncPolicy::Always => inbox.recv().map_err(|_| RecvTimeoutError::Disconnected),
			SyncPolicy::EverySecond => inbox.recv_timeout(SYNC_EVERY),
		};
		let committed = state.committed.load(Ordering::Acquire);
		let is_all = state.synced.load(Ordering::Relaxed) >= committed;
		let is_last = match first {
			Ok(first) => {
				let waiting: Vec<_> = std::iter::once(first).chain(inbox.try_iter()).collect();
				// What these wait for was committed before they asked.
				let committed = state.committed.load(Ordering::Acquire);
				let synced = sync();
				note(state, committed, &synced);
				for tell in waiting {
					tell(synced.clone());
				}
				continue;
			},
			Err(RecvTimeoutError::Timeout) if is_all => continue,
			Err(RecvTimeoutError::Timeout) => false,
			Err(RecvTimeoutError::Disconnected) => true,
		};
		let synced = sync();
		if is_last {
			// A database that was closed has synced its log, and has none any more.
			return;
		}
		note(state, committed, &synced);
	}
}

fn note(state: &State, committed: u64, synced: &Result<(), StoreError>) {
	match synced {
		Ok(()) => state.synced.store(committed, Ordering::Release),
		Err(error) => give_up(state, error),
	}
}

fn give_up(state: &State, error: &StoreError) {
	if !state.failed.send_replace(true) {
		tracing::error!(%error, "nothing more is written");
	}
}

/// A thread that takes a log over into its database, beside those who write; it ends before this is dropped.
///
/// A commit that takes its log over by itself, as SQLite's do, has all others wait for the database's sync.
pub(crate) struct TakingOver {
	state: Arc<State>,
	committed: Option<SyncSender<()>>,
	thread: Option<JoinHandle<()>>,
}

impl TakingOver {
	/// With a connection of its own.
	pub(crate) fn start(
		log: &Log,
		connection: Connection,
		rhythm: Rhythm,
	) -> Result<Self, StoreError> {
		let (committed, inbox) = sync_channel(1);
		let state = log.state.clone();
		let thread = spawn("store-log", move || take_over(&inbox, &state, &connection, rhythm))?;
		Ok(Self { state: log.state.clone(), committed: Some(committed), thread: Some(thread) })
	}

	/// Something was committed.
	pub(crate) fn committed(&self) {
		if let Some(committed) = &self.committed {
			// Where it knows already, that is enough.
			let _ = committed.try_send(());
		}
	}

	/// For who writes, between two transactions. Where the log is long, the little that is not taken over yet
	/// is: the next write then begins it anew, unless somebody still reads in it.
	///
	/// While writes go on the thread alone would never have taken all of it over, and it would grow for ever.
	pub(crate) fn begin_anew(&self, connection: &Connection) {
		// Tried once each time that the thread has looked, which warns where it finds the same.
		if self.state.is_long.swap(false, Ordering::Relaxed) {
			if let Err(error) = checkpoint(connection, "PASSIVE") {
				if is_unsynced(&error) {
					give_up(&self.state, &error.into());
				}
			}
		}
	}
}

impl Drop for TakingOver {
	fn drop(&mut self) {
		self.committed = None;
		if let Some(thread) = self.thread.take() {
			// One that has panicked has said so.
			let _ = thread.join();
		}
	}
}

fn take_over(inbox: &Receiver<()>, state: &State, connection: &Connection, rhythm: Rhythm) {
	let _guard = Guard(state);
	let mut warned_at = rhythm.long.saturating_mul(FAR_TOO_LONG);
	let mut is_failing = false;
	while inbox.recv().is_ok() {
		std::thread::sleep(LOOK_AFTER);
		if state.has_failed() {
			// What the disk has not taken is not to be built on.
			return;
		}
		let looked = look(connection, rhythm);
		let failed = looked.as_ref().err();
		if let Some(error) = failed.filter(|error| !is_failing || is_unsynced(error)) {
			// It is tried again after the next commit.
			tracing::warn!(%error, "the log can't be taken over into the database");
		}
		is_failing = failed.is_some();
		match looked {
			// Another one is at it.
			Ok(Pages { log, .. }) if log < 0 => {},
			Ok(Pages { log, .. }) => {
				state.is_long.store(log >= rhythm.long, Ordering::Relaxed);
				if log >= warned_at {
					tracing::warn!(
						pages = log,
						"the log is long: does somebody read in it all the time?"
					);
					warned_at = log.saturating_mul(2);
				}
			},
			Err(error) if is_unsynced(&error) => give_up(state, &error.into()),
			Err(_) => {},
		}
	}
}

fn look(connection: &Connection, rhythm: Rhythm) -> rusqlite::Result<Pages> {
	let pages = checkpoint(connection, "NOOP")?;
	if pages.log - pages.taken < rhythm.take_over {
		return Ok(pages);
	}
	// The second time there is so little left that no commit comes meanwhile: then SQLite syncs the database, here
	// and not where the log is begun anew and all who write wait.
	checkpoint(connection, "PASSIVE")?;
	checkpoint(connection, "PASSIVE")
}

/// Pages of a log, and how many of them the database has.
struct Pages {
	log: i64,
	taken: i64,
}

fn checkpoint(connection: &Connection, how: &str) -> rusqlite::Result<Pages> {
	let sql = format!("PRAGMA wal_checkpoint({how})");
	connection.query_row(&sql, [], |row| Ok(Pages { log: row.get(1)?, taken: row.get(2)? }))
}

/// Whether a sync has failed, of the log or of the database: the system forgets what it could not write, and would
/// say to the next one that all is well. Other errors are tried again, and nothing is lost by them.
fn is_unsynced(error: &rusqlite::Error) -> bool {
	let code = error.sqlite_error().map(|error| error.extended_code);
	matches!(code, Some(ffi::SQLITE_IOERR_FSYNC | ffi::SQLITE_IOERR_DIR_FSYNC))
}

fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>, StoreError> {
	let thread = std::thread::Builder::new().name(name.into()).spawn(work);
	thread.map_err(|error| StoreError::Database(error.to_string()))
}

#[cfg(test)]
mod tests {
	use super::*;
	use std::sync::{mpsc, Mutex};

	/// A log whose disk is at rest until it is told to go on, with what comes of it.
	fn slow(policy: SyncPolicy) -> (Log, Sender<Result<(), StoreError>>, Arc<AtomicU64>) {
		let (go_on, gate) = channel();
		let (gate, syncs) = (Mutex::new(gate), Arc::<AtomicU64>::default());
		let counter = syncs.clone();
		let sync = move || {
			counter.fetch_add(1, Ordering::SeqCst);
			gate.lock().unwrap().recv().unwrap_or(Ok(()))
		};
		(Log::start_with(policy, sync).unwrap(), go_on, syncs)
	}

	fn wait(log: &Log) -> mpsc::Receiver<Result<(), StoreError>> {
		let (tell, told) = channel();
		log.when_synced(move |synced| tell.send(synced).unwrap());
		told
	}

	fn until(is: impl Fn() -> bool) {
		let begun = std::time::Instant::now();
		while !is() {
			assert!(begun.elapsed() < Duration::from_secs(60), "it never comes");
			std::thread::yield_now();
		}
	}

	#[test]
	fn all_who_wait_should_hear_of_a_sync_that_began_after_they_asked() {
		let (log, go_on, syncs) = slow(SyncPolicy::Always);
		assert!(log.is_synced(log.written()), "nothing was written");
		log.commit(|| Ok(())).unwrap();
		assert!(!log.is_synced(log.written()));
		let first = wait(&log);
		until(|| syncs.load(Ordering::SeqCst) == 1);
		// The disk is at the first one: what comes now is not in it.
		log.commit(|| Ok(())).unwrap();
		let later = [wait(&log), wait(&log), wait(&log)];
		go_on.send(Ok(())).unwrap();
		assert_eq!(first.recv().unwrap(), Ok(()));
		assert!(later.iter().all(|later| later.try_recv().is_err()));
		assert!(!log.is_synced(log.written()));
		until(|| syncs.load(Ordering::SeqCst) == 2);
		go_on.send(Ok(())).unwrap();
		assert!(later.iter().all(|later| later.recv().unwrap() == Ok(())));
		assert!(log.is_synced(log.written()), "one sync was enough for three");
		assert_eq!(syncs.load(Ordering::SeqCst), 2);
	}

	#[test]
	fn commit_should_count_before_anybody_can_have_seen_it() {
		let (log, go_on, syncs) = slow(SyncPolicy::Always);
		let waiting = log.commit(|| {
			assert!(!log.is_synced(log.written()));
			let waiting = wait(&log);
			until(|| syncs.load(Ordering::SeqCst) == 1);
			Ok(waiting)
		});
		go_on.send(Ok(())).unwrap();
		assert_eq!(waiting.unwrap().recv().unwrap(), Ok(()));
		// That sync began before the commit had ended: it may not be in it.
		assert!(!log.is_synced(log.written()));
	}

	#[test]
	fn nothing_should_be_written_when_a_sync_has_failed_whatever_later_ones_say() {
		let (log, go_on, syncs) = slow(SyncPolicy::Always);
		assert_eq!(log.check(), Ok(()));
		log.commit(|| Ok(())).unwrap();
		let failure = StoreError::Database("no space".into());
		go_on.send(Err(failure.clone())).unwrap();
		assert_eq!(wait(&log).recv().unwrap(), Err(failure));
		assert!(log.check().is_err() && !log.is_synced(log.written()));
		// The system would say that all is well: it is not asked.
		go_on.send(Ok(())).unwrap();
		assert_eq!(wait(&log).recv().unwrap(), log.check());
		assert!(log.check().is_err() && !log.is_synced(log.written()));
		assert_eq!(syncs.load(Ordering::SeqCst), 1);
	}

	#[test]
	fn nothing_should_be_written_when_the_thread_that_syncs_is_gone() {
		let log = Log::start_with(SyncPolicy::Always, || panic!("a defect")).unwrap();
		assert!(wait(&log).recv().is_err());
		until(|| log.check().is_err());
	}

	#[test]
	fn nothing_should_be_written_when_sqlite_itself_could_not_sync() {
		let (log, _go_on, _) = slow(SyncPolicy::Always);
		let failure = |code| rusqlite::Error::SqliteFailure(ffi::Error::new(code), None);
		for passing in [ffi::SQLITE_BUSY, ffi::SQLITE_FULL, ffi::SQLITE_IOERR_WRITE] {
			assert!(log.commit(|| Err::<(), _>(failure(passing))).is_err());
			assert_eq!(log.check(), Ok(()));
		}
		assert!(log.commit(|| Err::<(), _>(failure(ffi::SQLITE_IOERR_FSYNC))).is_err());
		assert_eq!(log.check(), Err(StoreError::Lost));
	}

	/// A database of which nothing is taken over by who writes, and what takes it over.
	struct Written {
		writer: Connection,
		log: Log,
		taking_over: TakingOver,
		_dir: tempfile::TempDir,
	}

	impl Written {
		fn new(rhythm: Rhythm) -> Self {
			let dir = tempfile::tempdir().unwrap();
			let path = dir.path().join("database");
			let writer = Connection::open(&path).unwrap();
			writer.pragma_update(None, "journal_mode", "wal").unwrap();
			writer.pragma_update(None, "wal_autocheckpoint", 0).unwrap();
			writer.execute_batch("CREATE TABLE bytes (bytes BLOB)").unwrap();
			let log = Log::start(&path, SyncPolicy::Always).unwrap();
			let other = Connection::open(&path).unwrap();
			let taking_over = TakingOver::start(&log, other, rhythm).unwrap();
			Self { writer, log, taking_over, _dir: dir }
		}

		/// Some pages more.
		fn write(&self) {
			self.taking_over.begin_anew(&self.writer);
			let insert = || {
				self.writer.execute("INSERT INTO bytes VALUES (zeroblob(16384))", []).unwrap();
				Ok(())
			};
			self.log.commit(insert).unwrap();
			self.taking_over.committed();
		}

		fn pages(&self) -> Pages {
			checkpoint(&self.writer, "NOOP").unwrap()
		}
	}

	#[test]
	fn log_should_be_taken_over_while_writes_go_on() {
		let written = Written::new(Rhythm { take_over: 8, long: i64::MAX });
		let mut times = 0;
		let mut before = written.pages().taken;
		while times < 3 {
			written.write();
			let now = written.pages().taken;
			times += u32::from(now != before);
			before = now;
			assert!(written.pages().log < 100_000, "it is never taken over");
		}
	}

	#[test]
	fn log_should_be_begun_anew_when_it_is_long() {
		// All that is taken over is by who writes.
		let written = Written::new(Rhythm { take_over: i64::MAX, long: 64 });
		for _ in 0..3 {
			while written.pages().log < 64 {
				written.write();
			}
			let before = written.pages();
			assert!(before.taken < before.log);
			until(|| {
				written.taking_over.committed();
				written.log.state.is_long.load(Ordering::Relaxed)
			});
			written.write();
			assert!(written.pages().log < 64, "it goes on where it was");
		}
	}
}
