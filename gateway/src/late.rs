//! Answers that are brought by workers which nobody listens to: after a stop of the gateway or a broken
//! connection, when the request is not with them any more.

use reckon_gateway_protocol::v1::Finished;
use sp_core::sr25519;
use std::{
	collections::VecDeque,
	sync::{Mutex, MutexGuard, PoisonError},
};
use tokio::sync::Notify;

/// Answers that lie here at once. Workers bring what is not taken again when they join again.
const MOST: usize = 4;

/// Where answers are left for who follows the request.
#[derive(Default, Debug)]
pub struct Late {
	brought: Mutex<VecDeque<(sr25519::Public, Finished)>>,
	news: Notify,
}

impl Late {
	/// Leaves an answer, if there is room.
	pub fn bring(&self, worker: sr25519::Public, finished: Finished) {
		let mut brought = self.lock();
		if brought.len() < MOST {
			brought.push_back((worker, finished));
		}
		drop(brought);
		self.news.notify_one();
	}

	/// The next one that is brought, and by whom. Cancel-safe.
	pub async fn next(&self) -> (sr25519::Public, Finished) {
		loop {
			let brought = self.lock().pop_front();
			if let Some(brought) = brought {
				return brought;
			}
			self.news.notified().await;
		}
	}

	/// Who has brought what nobody has taken.
	pub fn left(&self) -> Vec<sr25519::Public> {
		self.lock().drain(..).map(|(worker, _)| worker).collect()
	}

	fn lock(&self) -> MutexGuard<'_, VecDeque<(sr25519::Public, Finished)>> {
		self.brought.lock().unwrap_or_else(PoisonError::into_inner)
	}
}
