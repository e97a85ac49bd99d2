//! The threads that talk to the database, and the commit that writes share.

use crate::{
	connection::{Connection, Origin, Role},
	operations, StoreError,
};
use futures::future::{try_join_all, FutureExt, LocalBoxFuture};
use sp_core::H256;
use std::{
	collections::HashSet,
	sync::Arc,
	time::{Duration, Instant},
};
use tokio::sync::{mpsc, oneshot, Mutex};

/// So many writes share a commit at most: those that come later wait no longer than for these.
const GROUP: usize = 256;
/// So many reads or writes wait for a thread before those who ask wait themselves.
const INBOX: usize = 1_024;
const READERS: usize = 4;
/// A database that is away, because it restarts, is waited for so long.
const PATIENCE: Duration = Duration::from_secs(10);

/// Something to do, and who is told.
pub(crate) trait Job: Send {
	/// Does it; may be called again, when what it did was undone.
	fn run<'a>(&'a mut self, db: &'a Connection) -> LocalBoxFuture<'a, Result<(), StoreError>>;

	/// What it looks at and changes.
	fn touches(&self) -> &Touches;

	/// What who asked waits for.
	fn until(&self) -> Until;

	/// Tells who asked: what [`Job::run`] returned the last time, or that it counts for nothing.
	fn answer(self: Box<Self>, outcome: Result<(), StoreError>);
}

/// What a write looks at and changes. Those that touch nothing in common may be under way together.
pub(crate) enum Touches {
	/// Things with these names, and nothing else.
	These(Vec<H256>),
	/// Anything.
	All,
}

/// What who writes waits for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Until {
	/// Whatever ends this process, it is there.
	Written,
	/// And whatever becomes of the machine. To PostgreSQL there is no difference.
	OnDisk,
}

struct Asked<W, T> {
	touches: Touches,
	until: Until,
	work: W,
	done: Option<T>,
	asker: oneshot::Sender<Result<T, StoreError>>,
}

impl<W, T> Job for Asked<W, T>
where
	W: AsyncFn(&Connection) -> Result<T, StoreError> + Send,
	T: Send,
{
	fn run<'a>(&'a mut self, db: &'a Connection) -> LocalBoxFuture<'a, Result<(), StoreError>> {
		async {
			self.done = Some((self.work)(db).await?);
			Ok(())
		}
		.boxed_local()
	}

	fn touches(&self) -> &Touches {
		&self.touches
	}

	fn until(&self) -> Until {
		self.until
	}

	fn answer(self: Box<Self>, outcome: Result<(), StoreError>) {
		let Self { done, asker, .. } = *self;
		// Who asked may have gone; what was to be written is written all the same.
		let _ = asker.send(outcome.and_then(|()| done.ok_or_else(stopped)));
	}
}

fn may_be_there(error: &StoreError) -> StoreError {
	StoreError::Database(format!("{error}; what was written may be there"))
}

fn stopped() -> StoreError {
	StoreError::Database("its thread has stopped".into())
}

/// One writer and a few readers, each on a thread of its own: they end when this is dropped.
pub(crate) struct Threads {
	writer: mpsc::Sender<Box<dyn Job>>,
	readers: mpsc::Sender<Box<dyn Job>>,
}

impl Threads {
	pub(crate) async fn start(origin: Origin) -> Result<Self, StoreError> {
		let (writer, inbox) = mpsc::channel(INBOX);
		spawn(origin.clone(), Role::Writer, Arc::new(Mutex::new(inbox))).await?;
		let (readers, inbox) = mpsc::channel(INBOX);
		let inbox = Arc::new(Mutex::new(inbox));
		for _ in 0..READERS {
			spawn(origin.clone(), Role::Reader, inbox.clone()).await?;
		}
		Ok(Self { writer, readers })
	}

	/// Does this in a transaction, which is committed when this returns, and on the disk when it is to wait for
	/// that. All of it is done when the future is dropped before.
	pub(crate) async fn write<T: Send + 'static>(
		&self,
		touches: Touches,
		until: Until,
		work: impl AsyncFn(&Connection) -> Result<T, StoreError> + Send + 'static,
	) -> Result<T, StoreError> {
		ask(&self.writer, touches, until, work).await
	}

	/// Looks at what is committed. All that was written before this was called is seen.
	pub(crate) async fn read<T: Send + 'static>(
		&self,
		work: impl AsyncFn(&Connection) -> Result<T, StoreError> + Send + 'static,
	) -> Result<T, StoreError> {
		ask(&self.readers, Touches::All, Until::Written, work).await
	}
}

async fn ask<T: Send + 'static>(
	inbox: &mpsc::Sender<Box<dyn Job>>,
	touches: Touches,
	until: Until,
	work: impl AsyncFn(&Connection) -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
	let (asker, answer) = oneshot::channel();
	let job = Box::new(Asked { touches, until, work, done: None, asker });
	inbox.send(job).await.map_err(|_| stopped())?;
	answer.await.map_err(|_| stopped())?
}

type Inbox = Arc<Mutex<mpsc::Receiver<Box<dyn Job>>>>;

/// Starts a thread; returns when it has its connection.
async fn spawn(origin: Origin, role: Role, inbox: Inbox) -> Result<(), StoreError> {
	let (ready, is_ready) = oneshot::channel();
	let serve = async move || match origin.connect(role).await {
		Ok(connection) => {
			let _ = ready.send(Ok(()));
			Desk { origin, role, connection }.serve(inbox).await;
		},
		Err(error) => {
			let _ = ready.send(Err(error));
		},
	};
	let unavailable = |error: std::io::Error| StoreError::Database(error.to_string());
	let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
	let runtime = runtime.map_err(unavailable)?;
	let name = match role {
		Role::Writer => "store-writer",
		Role::Reader => "store-reader",
	};
	let thread = std::thread::Builder::new().name(name.into());
	thread.spawn(move || runtime.block_on(serve())).map_err(unavailable)?;
	is_ready.await.map_err(|_| stopped())?
}

type Numbered<'a> = Vec<(usize, &'a mut Box<dyn Job>)>;

/// Jobs that may be under way together, the first among them, and those that must wait for these.
fn apart(jobs: Numbered<'_>) -> (Numbered<'_>, Numbered<'_>) {
	let mut touched = HashSet::<H256>::new();
	let mut is_alone = false;
	jobs.into_iter().partition(|(_, job)| match job.touches() {
		Touches::These(_) if is_alone => false,
		Touches::These(names) => {
			let is_free = names.iter().all(|name| !touched.contains(name));
			if is_free {
				touched.extend(names);
			}
			is_free
		},
		Touches::All => {
			let is_first = touched.is_empty() && !is_alone;
			is_alone = is_alone || is_first;
			is_first
		},
	})
}

/// A thread's connection, which is made anew when it is lost.
struct Desk {
	origin: Origin,
	role: Role,
	connection: Connection,
}

/// Why a transaction is not there, as far as is known.
enum Failure {
	/// This one of its jobs failed; nothing is written.
	Job(usize, StoreError),
	/// The commit failed; nothing is written.
	Commit(StoreError),
	/// The connection was lost before the commit; nothing is written.
	Lost(StoreError),
	/// The connection was lost in the commit of the transaction of this name, which may be there.
	Unheard(H256, StoreError),
}

impl Desk {
	async fn serve(mut self, inbox: Inbox) {
		let mut jobs = Vec::new();
		let most = match self.role {
			Role::Writer => GROUP,
			Role::Reader => 1,
		};
		while inbox.lock().await.recv_many(&mut jobs, most).await > 0 {
			self.settle(std::mem::take(&mut jobs)).await;
		}
	}

	/// Runs jobs in one transaction and tells who asked. What fails among others runs alone then, so
	/// that none fails for another's sake; what may have been written when the connection was lost is
	/// looked for, so that nothing is written twice, or said to be there and is not.
	async fn settle(&mut self, jobs: Vec<Box<dyn Job>>) {
		let begun = Instant::now();
		let mut groups = vec![jobs];
		while let Some(mut group) = groups.pop() {
			let outcome = match self.attempt(&mut group).await {
				Ok(()) => Ok(()),
				Err(Failure::Job(index, _)) if group.len() > 1 => {
					groups.push(vec![group.swap_remove(index)]);
					groups.push(group);
					continue;
				},
				Err(Failure::Lost(error)) if begun.elapsed() < PATIENCE => {
					tracing::warn!(%error, "connecting to the database again");
					self.connect_again(begun).await;
					groups.push(group);
					continue;
				},
				Err(Failure::Unheard(name, error)) => match self.find(name, begun).await {
					Some(true) => Ok(()),
					Some(false) => {
						groups.push(group);
						continue;
					},
					None => Err(may_be_there(&error)),
				},
				Err(Failure::Job(_, error) | Failure::Lost(error) | Failure::Commit(error)) => {
					Err(error)
				},
			};
			for job in group {
				let is_enough = job.until() == Until::Written || outcome.is_err();
				match self.origin.log().filter(|_| !is_enough) {
					Some(log) => log.when_synced(move |synced| {
						job.answer(synced.map_err(|error| may_be_there(&error)));
					}),
					None => job.answer(outcome.clone()),
				}
			}
		}
	}

	async fn attempt(&self, jobs: &mut [Box<dyn Job>]) -> Result<(), Failure> {
		let db = &self.connection;
		let name = H256::random();
		let (index, error) = match self.run(jobs, name).await {
			Ok(()) if self.role == Role::Reader => return Ok(()),
			Ok(()) => match db.commit().await {
				Ok(()) => return Ok(()),
				Err(error) if db.is_lost() => return Err(Failure::Unheard(name, error)),
				Err(error) => {
					return Err(match db.roll_back().await {
						Ok(()) => Failure::Commit(error),
						Err(_) => Failure::Commit(may_be_there(&error)),
					});
				},
			},
			Err(failed) => failed,
		};
		if db.is_lost() {
			return Err(Failure::Lost(error));
		}
		if self.role == Role::Writer {
			if let Err(error) = db.roll_back().await {
				return Err(Failure::Lost(error));
			}
		}
		Err(Failure::Job(index, error))
	}

	/// Runs them, without a commit; on failure which one it was. Writes carry a name.
	async fn run(&self, jobs: &mut [Box<dyn Job>], name: H256) -> Result<(), (usize, StoreError)> {
		if self.role == Role::Writer {
			self.connection.begin().await.map_err(|error| (0, error))?;
		}
		let mut waiting: Vec<_> = jobs.iter_mut().enumerate().collect();
		while !waiting.is_empty() {
			let (together, later) = apart(waiting);
			let running = together.into_iter().map(async |(index, job)| {
				job.run(&self.connection).await.map_err(|error| (index, error))
			});
			try_join_all(running).await?;
			waiting = later;
		}
		if self.role == Role::Writer {
			let db = &self.connection;
			operations::charge_keys(db).await.map_err(|error| (0, error))?;
			operations::sign(db, name).await.map_err(|error| (0, error))?;
		}
		Ok(())
	}

	/// Whether the transaction of this name is there, which was the last one. `None` when the database
	/// stays away.
	async fn find(&mut self, name: H256, begun: Instant) -> Option<bool> {
		while begun.elapsed() < PATIENCE {
			tracing::warn!("connecting to the database again: was the last write heard?");
			// Whoever is in again holds the writer's lock: what the old connection was at is over.
			self.connect_again(begun).await;
			match operations::is_last(&self.connection, name).await {
				Ok(is_last) => return Some(is_last),
				Err(_) if self.connection.is_lost() => {},
				Err(error) => {
					tracing::error!(%error, "cannot look for the last write");
					return None;
				},
			}
		}
		None
	}

	/// Tries until there is a connection, or patience is at its end.
	async fn connect_again(&mut self, begun: Instant) {
		let mut pause = Duration::from_millis(20);
		loop {
			tokio::time::sleep(pause).await;
			pause = (pause * 2).min(Duration::from_secs(1));
			match self.origin.connect(self.role).await {
				Ok(connection) => {
					self.connection = connection;
					return;
				},
				Err(error) if begun.elapsed() > PATIENCE => {
					tracing::error!(%error, "the database is away");
					return;
				},
				Err(_) => {},
			}
		}
	}
}
