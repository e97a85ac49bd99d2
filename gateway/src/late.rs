//! Answers that are brought by workers which nobody listens to: after a stop of the gateway or a broken
//! connection, when the request is not with them any more.

use reckon_gateway_protocol::v1::Finished;
use sp_core::sr25519;
use std::sync::{Mutex, PoisonError};
use tokio::sync::Notify;

/// Where an answer is left for who follows the request.
#[derive(Default, Debug)]
pub struct Late {
	brought: Mutex<Option<(sr25519::Public, Finished)>>,
	news: Notify,
}

impl Late {
	/// Leaves an answer, unless one lies here: its worker brings it again.
	pub fn bring(&self, worker: sr25519::Public, finished: Finished) {
		let mut brought = self.brought.lock().unwrap_or_else(PoisonError::into_inner);
		brought.get_or_insert((worker, finished));
		drop(brought);
		self.news.notify_one();
	}

	/// The next one that is brought, and by whom. Cancel-safe.
	pub async fn next(&self) -> (sr25519::Public, Finished) {
		loop {
			let brought = self.brought.lock().unwrap_or_else(PoisonError::into_inner).take();
			if let Some(brought) = brought {
				return brought;
			}
			self.news.notified().await;
		}
	}
}
