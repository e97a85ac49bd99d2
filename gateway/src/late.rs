//! Answers that are brought by workers which nobody listens to: after a stop of the gateway or a broken
//! connection, when the request is not with them any more.

use reckon_gateway_protocol::v1::Finished;
use reckon_primitives::AccountId;
use sp_core::sr25519;
use std::{
	collections::VecDeque,
	sync::{Mutex, MutexGuard, PoisonError},
};
use tokio::sync::Notify;

/// Answers that lie here at once. Workers bring what is not taken again when they join again.
const MOST: usize = 4;

/// An answer that a worker has brought.
#[derive(Debug)]
pub struct Brought {
	/// Who.
	pub worker: sr25519::Public,
	/// Whose worker it is, as the chain has it.
	pub provider: AccountId,
	/// What it says.
	pub finished: Finished,
}

/// Where answers are left for who follows the request.
#[derive(Default, Debug)]
pub struct Late {
	brought: Mutex<VecDeque<Brought>>,
	news: Notify,
}

impl Late {
	/// Leaves an answer, if there is room.
	pub fn bring(&self, answer: Brought) {
		let mut brought = self.lock();
		if brought.len() < MOST {
			brought.push_back(answer);
		}
		drop(brought);
		self.news.notify_one();
	}

	/// The next one that is brought. Cancel-safe.
	pub async fn next(&self) -> Brought {
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
		self.lock().drain(..).map(|brought| brought.worker).collect()
	}

	fn lock(&self) -> MutexGuard<'_, VecDeque<Brought>> {
		self.brought.lock().unwrap_or_else(PoisonError::into_inner)
	}
}
