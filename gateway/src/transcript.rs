//! An answer as it comes in, for everybody who listens: the client, and the client again when it has
//! lost its connection and repeats itself.

use crate::desk::{Answering, Piece};
use reckon_gateway_store::RequestId;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::watch;

/// All parts of an answer so far.
#[derive(Debug)]
pub struct Transcript {
	id: RequestId,
	pieces: Mutex<Vec<Piece>>,
	/// How many pieces there are.
	length: watch::Sender<usize>,
	listeners: watch::Sender<Listeners>,
}

/// Who listens.
#[derive(Clone, Copy, Default, Debug)]
struct Listeners {
	count: usize,
	/// Whether somebody acts on it that there was none.
	given_up: bool,
}

impl Transcript {
	/// Of a request that nobody listens to yet.
	pub fn new(id: RequestId) -> Arc<Self> {
		let (length, listeners) = (watch::Sender::new(0), watch::Sender::default());
		Arc::new(Self { id, pieces: Mutex::default(), length, listeners })
	}

	/// One more that listens, from the beginning.
	pub fn listen(self: &Arc<Self>) -> Listener {
		self.listeners.send_modify(|listeners| listeners.count += 1);
		Listener { transcript: self.clone(), next: 0, length: self.length.subscribe() }
	}

	/// As [`Self::listen`]; `None` when it was given up, so that what comes of it is a beginning.
	pub fn join(self: &Arc<Self>) -> Option<Listener> {
		let joined = self.listeners.send_if_modified(|listeners| {
			listeners.count += usize::from(!listeners.given_up);
			!listeners.given_up
		});
		let length = self.length.subscribe();
		joined.then(|| Listener { transcript: self.clone(), next: 0, length })
	}

	/// Goes on. What comes after the end is left out.
	pub fn push(&self, piece: Piece) {
		let mut pieces = self.lock();
		if matches!(pieces.last(), Some(Piece::End(_))) {
			return;
		}
		pieces.push(piece);
		let length = pieces.len();
		drop(pieces);
		self.length.send_replace(length);
	}

	/// All text that was told.
	pub fn text(&self) -> String {
		let pieces = self.lock();
		let text = pieces.iter().filter_map(|piece| match piece {
			Piece::Text { text, .. } => Some(text.as_str()),
			Piece::End(_) => None,
		});
		text.collect()
	}

	/// How many tokens were told with how likely they were.
	pub fn likely(&self) -> usize {
		let pieces = self.lock();
		let likely = pieces.iter().map(|piece| match piece {
			Piece::Text { logprobs, .. } => logprobs.len(),
			Piece::End(_) => 0,
		});
		likely.sum()
	}

	/// Whether nobody listens.
	pub fn is_abandoned(&self) -> bool {
		self.listeners.borrow().count == 0
	}

	/// Ends when nobody listens any more. Whoever hears that gives it up: nobody joins from then on.
	pub async fn abandoned(&self) {
		loop {
			// The sender is ours, so it is there as long as this is.
			let _ = self.listeners.subscribe().wait_for(|listeners| listeners.count == 0).await;
			let mut given_up = false;
			self.listeners.send_if_modified(|listeners| {
				// Somebody may have joined since.
				listeners.given_up |= listeners.count == 0;
				given_up = listeners.given_up;
				false
			});
			if given_up {
				return;
			}
		}
	}

	fn lock(&self) -> MutexGuard<'_, Vec<Piece>> {
		self.pieces.lock().unwrap_or_else(PoisonError::into_inner)
	}
}

/// Hears an answer.
#[derive(Debug)]
pub struct Listener {
	transcript: Arc<Transcript>,
	next: usize,
	length: watch::Receiver<usize>,
}

#[async_trait::async_trait]
impl Answering for Listener {
	fn id(&self) -> RequestId {
		self.transcript.id
	}

	async fn next(&mut self) -> Option<Piece> {
		if self.next > 0 {
			let ended = matches!(self.transcript.lock().get(self.next - 1), Some(Piece::End(_)));
			if ended {
				return None;
			}
		}
		let at = self.next;
		self.length.wait_for(|length| *length > at).await.ok()?;
		let piece = self.transcript.lock().get(at).cloned()?;
		self.next += 1;
		Some(piece)
	}
}

impl Drop for Listener {
	fn drop(&mut self) {
		self.transcript.listeners.send_modify(|listeners| listeners.count -= 1);
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::desk::Refusal;
	use futures::FutureExt;

	fn text(text: &str) -> Piece {
		Piece::Text { text: text.into(), logprobs: Vec::new() }
	}

	#[tokio::test]
	async fn listener_should_hear_everything_when_it_comes_late() {
		let transcript = Transcript::new(RequestId::zero());
		let mut early = transcript.listen();
		transcript.push(text("a"));
		transcript.push(text("b"));
		assert!(matches!(early.next().await, Some(Piece::Text { text, .. }) if text == "a"));
		let mut late = transcript.listen();
		transcript.push(Piece::End(Err(Refusal::WorkerLost)));
		transcript.push(text("after the end"));
		for listener in [&mut early, &mut late] {
			let mut last = None;
			while let Some(piece) = listener.next().await {
				last = Some(piece);
			}
			assert!(matches!(last, Some(Piece::End(Err(Refusal::WorkerLost)))));
			assert!(listener.next().await.is_none());
		}
		assert_eq!(transcript.text(), "ab");
	}

	#[tokio::test]
	async fn transcript_should_be_abandoned_when_its_last_listener_leaves() {
		let transcript = Transcript::new(RequestId::zero());
		let (one, two) = (transcript.listen(), transcript.join());
		drop(one);
		assert!(transcript.abandoned().now_or_never().is_none());
		drop(two);
		// Until somebody acts on it, another one may join.
		assert!(transcript.is_abandoned());
		let three = transcript.join();
		assert!(three.is_some() && transcript.abandoned().now_or_never().is_none());
		drop(three);
		assert!(transcript.abandoned().now_or_never().is_some());
		assert!(transcript.join().is_none());
	}
}
