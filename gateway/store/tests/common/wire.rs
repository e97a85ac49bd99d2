//! What lies between a store and its PostgreSQL server: it can be cut at a byte's breadth, and be away.

use std::{
	path::{Path, PathBuf},
	sync::{
		atomic::{AtomicBool, AtomicI64, Ordering},
		Arc,
	},
};
use tempfile::TempDir;
use tokio::{
	io::{AsyncReadExt, AsyncWriteExt},
	net::{UnixListener, UnixStream},
	sync::watch,
	task::JoinHandle,
};

/// PostgreSQL's socket in its folder.
const SOCKET: &str = ".s.PGSQL.5432";
/// No cut is wanted.
const NEVER: i64 = i64::MIN / 2;

/// A socket that passes everything on to the server's.
pub struct Wire {
	folder: TempDir,
	state: Arc<State>,
	server: JoinHandle<()>,
}

struct State {
	/// How many of the client's messages pass before the one whose answer is lost with the connection.
	passing: AtomicI64,
	is_away: AtomicBool,
	/// Counts the ends of all connections.
	ends: watch::Sender<u64>,
}

impl Drop for Wire {
	fn drop(&mut self) {
		self.server.abort();
		self.state.ends.send_modify(|ends| *ends += 1);
	}
}

impl Wire {
	/// To the server whose socket is in this folder.
	pub fn to(server: &Path) -> Self {
		let folder = tempfile::tempdir().unwrap();
		let listener = UnixListener::bind(folder.path().join(SOCKET)).unwrap();
		let (passing, is_away) = (AtomicI64::new(NEVER), AtomicBool::new(false));
		let state = Arc::new(State { passing, is_away, ends: watch::Sender::new(0) });
		let (far, shared) = (server.join(SOCKET), state.clone());
		let server = tokio::spawn(async move {
			while let Ok((near, _)) = listener.accept().await {
				if !shared.is_away.load(Ordering::SeqCst) {
					tokio::spawn(carry(near, far.clone(), shared.clone()));
				}
			}
		});
		Self { folder, state, server }
	}

	/// What a store connects to.
	pub fn url(&self, database: &str) -> String {
		let folder = self.folder.path().to_str().unwrap().replace('/', "%2F");
		format!("postgres://reckon@{folder}/{database}")
	}

	/// So many more messages pass; the next one reaches the server, and its answer nobody: the connection
	/// ends instead.
	pub fn cut_after(&self, messages: u32) {
		self.state.passing.store(messages.into(), Ordering::SeqCst);
	}

	/// Whether the cut has been made.
	pub fn is_cut(&self) -> bool {
		self.state.passing.load(Ordering::SeqCst) < 0
	}

	/// From now on nobody reaches the server, or everybody again.
	pub fn set_away(&self, is_away: bool) {
		self.state.is_away.store(is_away, Ordering::SeqCst);
		if is_away {
			self.state.ends.send_modify(|ends| *ends += 1);
		}
	}
}

async fn carry(mut near: UnixStream, far: PathBuf, state: Arc<State>) {
	let mut ends = state.ends.subscribe();
	let Ok(mut far) = UnixStream::connect(far).await else { return };
	let (mut question, mut answer) = (vec![0; 64 << 10], vec![0; 64 << 10]);
	loop {
		tokio::select! {
			length = near.read(&mut question) => {
				let Ok(length @ 1..) = length else { return };
				let is_last = state.passing.fetch_sub(1, Ordering::SeqCst) == 0;
				if far.write_all(&question[..length]).await.is_err() {
					return;
				}
				if is_last {
					// The server has done what it was asked when it answers.
					let _ = far.read(&mut answer).await;
					return;
				}
			},
			length = far.read(&mut answer) => {
				let Ok(length @ 1..) = length else { return };
				if near.write_all(&answer[..length]).await.is_err() {
					return;
				}
			},
			_ = ends.changed() => return,
		}
	}
}
