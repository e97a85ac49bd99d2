//! Clients' files and bulks, for their owners.

use super::{millis, work::Places, Bounds};
use crate::{clock::now_millis, desk::Refusal};
use futures::Stream;
use reckon_gateway_store::{
	Bulk, BulkId, BulkState, File, FileId, Full, Key, Page, Purpose, Store, StoreError,
};
use reckon_primitives::AccountId;
use sp_core::H256;
use std::{
	sync::{atomic::Ordering::Relaxed, Arc},
	time::Duration,
};
use tokio::sync::watch;

/// Bytes of a piece of a file.
const PIECE: usize = 256 << 10;
/// Pieces of an output that are read at once: each is a line's.
const READ: u32 = 64;
/// How long what came of a file is kept that nobody has ended, because the gateway was killed.
const UPLOAD_MILLIS: u64 = 86_400_000;
/// The longest name of a file, in characters.
const MAX_NAME: usize = 255;
/// For how long a bulk that repeats another one is that one.
const REPEAT_MILLIS: u64 = 600_000;

/// Where files and bulks are.
pub struct Shelf {
	store: Arc<dyn Store>,
	bounds: Bounds,
	changes: watch::Sender<()>,
	pub(super) places: Places,
}

/// A file that is coming.
pub struct Upload<'a> {
	shelf: &'a Shelf,
	file: File,
	/// How much has come.
	bytes: u64,
	piece: Vec<u8>,
	pieces: u64,
	requests: u64,
	/// Whether the line up to here has a request.
	written: bool,
	sealed: bool,
}

pub(super) fn unavailable(error: StoreError) -> Refusal {
	tracing::error!(%error, "the store does not answer");
	Refusal::Unavailable("its database does not answer".into())
}

fn invalid(param: &'static str, why: impl Into<String>) -> Refusal {
	Refusal::Invalid { param, why: why.into() }
}

fn no_file(id: FileId) -> Refusal {
	Refusal::NotFound { what: "file", name: format!("file-{id:x}") }
}

impl Shelf {
	/// Over this store.
	pub fn new(store: Arc<dyn Store>, bounds: Bounds) -> Self {
		Self { store, bounds, changes: watch::Sender::new(()), places: Places::default() }
	}

	/// What files and bulks may be.
	pub fn bounds(&self) -> &Bounds {
		&self.bounds
	}

	/// How many bulks are worked on.
	pub fn running(&self) -> usize {
		self.places.taken.load(Relaxed)
	}

	/// Changes whenever there is a new bulk, or one is to end.
	pub(super) fn changes(&self) -> watch::Receiver<()> {
		self.changes.subscribe()
	}

	/// Begins a file of at most so many bytes.
	///
	/// # Errors
	/// When there is no room for it.
	pub async fn upload(
		&self,
		owner: &AccountId,
		name: &str,
		most: u64,
	) -> Result<Upload<'_>, Refusal> {
		let created = now_millis();
		let file = File {
			id: H256(rand::random()),
			owner: owner.clone(),
			name: name.chars().filter(|char| !char.is_control()).take(MAX_NAME).collect(),
			purpose: Purpose::Input,
			bytes: most.min(self.bounds.file_bytes),
			created,
			expires: created.saturating_add(UPLOAD_MILLIS),
		};
		let room = &self.bounds.room;
		match self.store.begin_file(&file, room).await.map_err(unavailable)? {
			None => {},
			Some(Full::OwnerFiles) => {
				let why = format!("you have {} files: delete some", room.owner_files);
				return Err(invalid("file", why));
			},
			Some(Full::OwnerBytes) => {
				let most = room.owner_bytes;
				let why = format!("your files have more than {most} bytes with it: delete some");
				return Err(Refusal::TooLarge(why));
			},
			Some(Full::AllBytes) => {
				return Err(Refusal::Unavailable("it has no room for more files".into()))
			},
		}
		Ok(Upload {
			shelf: self,
			file,
			bytes: 0,
			piece: Vec::new(),
			pieces: 0,
			requests: 0,
			written: false,
			sealed: false,
		})
	}

	/// An owner's file.
	///
	/// # Errors
	/// When there is none.
	pub async fn file(&self, owner: &AccountId, id: FileId) -> Result<File, Refusal> {
		let file = self.store.file(id, owner).await.map_err(unavailable)?;
		file.ok_or_else(|| no_file(id))
	}

	/// An owner's files.
	///
	/// # Errors
	/// When the store can't be asked.
	pub async fn files(
		&self,
		owner: &AccountId,
		purpose: Option<Purpose>,
		page: Page,
	) -> Result<Vec<File>, Refusal> {
		self.store.files_of(owner, purpose, page).await.map_err(unavailable)
	}

	/// A file's bytes, as they are asked for.
	pub fn content(
		&self,
		file: &File,
	) -> impl Stream<Item = Result<Vec<u8>, StoreError>> + Send + 'static {
		let (store, id) = (self.store.clone(), file.id);
		let read = match file.purpose {
			Purpose::Input => 1,
			Purpose::Output => READ,
		};
		futures::stream::try_unfold(0, move |from| {
			let store = store.clone();
			async move {
				let pieces = store.pieces(id, from, read).await?;
				let Some((last, _)) = pieces.last() else { return Ok(None) };
				let next = last.saturating_add(1);
				let bytes: Vec<u8> = pieces.into_iter().flat_map(|(_, bytes)| bytes).collect();
				Ok(Some((bytes, next)))
			}
		})
	}

	/// Removes an owner's file.
	///
	/// # Errors
	/// When there is none, or a bulk reads it.
	pub async fn remove(&self, owner: &AccountId, id: FileId) -> Result<(), Refusal> {
		match self.store.remove_file(id, owner).await {
			// Its room is free when its owner hears of it.
			Ok(true) => self.store.sweep(now_millis(), 0).await.map_err(unavailable),
			Ok(false) => Err(no_file(id)),
			Err(StoreError::Refused(_)) => {
				Err(invalid("file_id", "a batch reads this file: cancel it first"))
			},
			Err(error) => Err(unavailable(error)),
		}
	}

	/// Notes a bulk that a key asks for.
	///
	/// # Errors
	/// When its owner has no such file, or has as many bulks as may be.
	pub async fn begin(
		&self,
		key: &Key,
		input: FileId,
		endpoint: &str,
		metadata: String,
		repeat: Option<H256>,
	) -> Result<Bulk, Refusal> {
		let file = self.file(&key.owner, input).await;
		if !file.is_ok_and(|file| file.purpose == Purpose::Input) {
			let why = "no file of yours with purpose 'batch' has this id";
			return Err(invalid("input_file_id", why));
		}
		let created = now_millis();
		let bulk = Bulk {
			id: H256(rand::random()),
			owner: key.owner.clone(),
			key: key.id,
			repeat,
			endpoint: endpoint.to_owned(),
			metadata,
			input,
			output: H256(rand::random()),
			failures: H256(rand::random()),
			state: BulkState::Validating,
			errors: None,
			total: 0,
			completed: 0,
			failed: 0,
			created,
			expires: created.saturating_add(millis(self.bounds.window)),
			begun: None,
			cancelling: None,
			ended: None,
		};
		let repeat_after = created.saturating_sub(REPEAT_MILLIS);
		let Bounds { open, kept, .. } = self.bounds;
		let begun = self.store.put_bulk(&bulk, repeat_after, open, kept).await;
		let begun = begun.map_err(|error| match error {
			StoreError::Refused(_) => {
				let what = format!("{open} of your batches have not ended, or {kept} are kept");
				Refusal::TooMany { what, after_ms: 60_000 }
			},
			error => unavailable(error),
		})?;
		self.changes.send_replace(());
		Ok(begun)
	}

	/// An owner's bulk.
	///
	/// # Errors
	/// When there is none.
	pub async fn bulk(&self, owner: &AccountId, id: BulkId) -> Result<Bulk, Refusal> {
		let bulk = self.store.bulk(id).await.map_err(unavailable)?;
		let mine = bulk.filter(|bulk| bulk.owner == *owner);
		mine.ok_or_else(|| Refusal::NotFound { what: "batch", name: format!("batch_{id:x}") })
	}

	/// An owner's bulks.
	///
	/// # Errors
	/// When the store can't be asked.
	pub async fn bulks(&self, owner: &AccountId, page: Page) -> Result<Vec<Bulk>, Refusal> {
		self.store.bulks_of(owner, page).await.map_err(unavailable)
	}

	/// Ends an owner's bulk: what is under way is answered, and nothing more is begun.
	///
	/// # Errors
	/// When there is none, or it has ended.
	pub async fn cancel(&self, owner: &AccountId, id: BulkId) -> Result<Bulk, Refusal> {
		self.bulk(owner, id).await?;
		self.store.cancel_bulk(id, now_millis()).await.map_err(unavailable)?;
		self.changes.send_replace(());
		let bulk = self.bulk(owner, id).await?;
		match bulk.state {
			BulkState::Cancelling | BulkState::Cancelled => Ok(bulk),
			_ => Err(invalid("batch_id", "this batch has ended")),
		}
	}
}

impl Upload<'_> {
	/// The file's next bytes.
	///
	/// # Errors
	/// When there are too many, of bytes or of lines.
	pub async fn write(&mut self, bytes: &[u8]) -> Result<(), Refusal> {
		let bounds = &self.shelf.bounds;
		self.bytes = self.bytes.saturating_add(bytes.len() as u64);
		if self.bytes > self.file.bytes {
			let why = format!("the file has more than {} bytes", self.file.bytes);
			return Err(Refusal::TooLarge(why));
		}
		for byte in bytes {
			if *byte == b'\n' {
				self.written = false;
			} else if !self.written && !byte.is_ascii_whitespace() {
				self.written = true;
				self.requests = self.requests.saturating_add(1);
			}
		}
		if self.requests > bounds.requests {
			let why = format!("the file has more than {} lines", bounds.requests);
			return Err(invalid("file", why));
		}
		self.piece.extend_from_slice(bytes);
		if self.piece.len() >= PIECE {
			self.put().await?;
		}
		Ok(())
	}

	/// All of it has come. It is kept for this long, if that is not longer than all files are.
	///
	/// # Errors
	/// When there is nothing in it.
	pub async fn end(mut self, keep: Option<Duration>) -> Result<File, Refusal> {
		if self.requests == 0 {
			return Err(invalid("file", "the file is empty"));
		}
		self.put().await?;
		let bounds = &self.shelf.bounds;
		let keep = keep.unwrap_or(bounds.keep).min(bounds.keep);
		let expires = now_millis().saturating_add(millis(keep));
		let sealed = self.shelf.store.seal_file(self.file.id, expires).await;
		self.sealed = sealed.is_ok();
		sealed.map_err(unavailable)
	}

	async fn put(&mut self) -> Result<(), Refusal> {
		let put = self.shelf.store.put_piece(self.file.id, self.pieces, &self.piece);
		put.await.map_err(unavailable)?;
		self.pieces = self.pieces.saturating_add(1);
		self.piece.clear();
		Ok(())
	}
}

impl Drop for Upload<'_> {
	/// What does not come to its end makes its room free.
	fn drop(&mut self) {
		let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
		if self.sealed {
			return;
		}
		let (store, id) = (self.shelf.store.clone(), self.file.id);
		runtime.spawn(async move {
			let dropped = match store.drop_file(id).await {
				Ok(()) => store.sweep(now_millis(), 0).await,
				error => error,
			};
			if let Err(error) = dropped {
				tracing::warn!(%error, "a file that did not come is kept for a day");
			}
		});
	}
}
