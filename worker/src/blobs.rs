//! Content on disk, by hash: payloads of jobs, and answers that are too long for an extrinsic.

use reckon_sdk::{content_hash, ContentRef, H256};
use std::{
	fs, io,
	io::Write,
	path::{Path, PathBuf},
	time::{Duration, SystemTime},
};

/// Bytes that are not those that were announced.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
	/// Another hash.
	#[error("the bytes have the hash {got:x}, not {expected:x}")]
	Mismatch {
		/// The hash that was announced.
		expected: H256,
		/// The bytes' hash.
		got: H256,
	},
	/// Another length.
	#[error("{got} bytes came, {expected} were announced")]
	Length {
		/// The length that was announced.
		expected: u32,
		/// The bytes' length.
		got: usize,
	},
	/// The disk.
	#[error("cannot store content: {0}")]
	Io(#[from] io::Error),
}

/// A directory of blobs, each in a file that bears its hash. Cheap to clone.
#[derive(Clone, Debug)]
pub struct BlobStore {
	root: PathBuf,
}

impl BlobStore {
	/// Opens the directory, and makes it when there is none.
	///
	/// # Errors
	/// When it can't be made.
	pub fn open(root: &Path) -> Result<Self, StoreError> {
		fs::create_dir_all(root)?;
		Ok(Self { root: root.into() })
	}

	/// Stores bytes under their own hash.
	///
	/// # Errors
	/// When the disk refuses.
	pub fn put(&self, bytes: &[u8]) -> Result<ContentRef, StoreError> {
		let content = ContentRef::of(bytes);
		self.put_as(content, bytes)?;
		Ok(content)
	}

	/// Stores bytes if they are those that were announced: nothing else is ever visible.
	///
	/// # Errors
	/// When hash or length differ, or the disk refuses.
	pub fn put_as(&self, content: ContentRef, bytes: &[u8]) -> Result<(), StoreError> {
		if usize::try_from(content.length).ok() != Some(bytes.len()) {
			return Err(StoreError::Length { expected: content.length, got: bytes.len() });
		}
		let got = content_hash(bytes);
		if got != content.hash {
			return Err(StoreError::Mismatch { expected: content.hash, got });
		}
		let mut file = tempfile::NamedTempFile::new_in(&self.root)?;
		file.write_all(bytes)?;
		file.as_file().sync_all()?;
		file.persist(self.path(content.hash)).map_err(|error| error.error)?;
		// The name must survive a power cut as well: a delivery will point to it.
		fs::File::open(&self.root)?.sync_all()?;
		Ok(())
	}

	/// The bytes of a hash; `None` when they are not here.
	///
	/// # Errors
	/// When the disk refuses.
	pub fn get(&self, hash: H256) -> Result<Option<Vec<u8>>, StoreError> {
		match fs::read(self.path(hash)) {
			Ok(bytes) => Ok(Some(bytes)),
			Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
			Err(error) => Err(error.into()),
		}
	}

	/// Whether the content is here.
	pub fn has(&self, content: ContentRef) -> bool {
		let length = fs::metadata(self.path(content.hash)).map(|file| file.len());
		length.is_ok_and(|length| length == u64::from(content.length))
	}

	/// Removes content that is older than this.
	///
	/// # Errors
	/// When the disk refuses.
	pub fn prune(&self, older_than: Duration) -> Result<usize, StoreError> {
		let mut removed = 0;
		for entry in fs::read_dir(&self.root)? {
			let entry = entry?;
			let age = SystemTime::now().duration_since(entry.metadata()?.modified()?);
			if age.is_ok_and(|age| age > older_than) {
				fs::remove_file(entry.path())?;
				removed += 1;
			}
		}
		Ok(removed)
	}

	/// The name is made of the hash alone, never of what somebody sent.
	fn path(&self, hash: H256) -> PathBuf {
		self.root.join(format!("{hash:x}"))
	}
}
