//! Receipts, kept as files that `reckon receipt verify` reads.

use std::path::PathBuf;

use reckon_receipts::ReceiptFile;
use sp_core::H256;
use tokio::{fs, task};

use crate::{
	channel::folder::{make_private, replace},
	failure::{Failure, Result},
};

/// A directory of receipts, one file for each request. Cheap to clone.
#[derive(Clone)]
pub(super) struct Shelf {
	dir: PathBuf,
}

impl Shelf {
	/// Makes the directory.
	pub(super) fn open(dir: PathBuf) -> Result<Self> {
		make_private(&dir)?;
		Ok(Self { dir })
	}

	/// Keeps a receipt; on disk when this returns.
	pub(super) async fn keep(&self, request: H256, file: &ReceiptFile) -> Result<()> {
		let path = self.path(request);
		let json = serde_json::to_vec_pretty(file)
			.map_err(|error| Failure::io(path.display(), &error.into()))?;
		let kept = task::spawn_blocking(move || replace(&path, &json)).await;
		kept.map_err(|error| Failure::new("io", error.to_string()))?
	}

	/// A receipt that was kept.
	pub(super) async fn get(&self, request: H256) -> Option<Vec<u8>> {
		fs::read(self.path(request)).await.ok()
	}

	fn path(&self, request: H256) -> PathBuf {
		self.dir.join(format!("{request:?}.json"))
	}
}
