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
	/// How many listen.
	listeners: watch::Sender<usize>,
}

impl Transcript {
	/// Of a request that nobody listens to yet.
	pub fn new(id: RequestId) -> Arc<Self> {
		let (length, listeners) = (watch::Sender::new(0), watch::Sender::new(0));
		Arc::new(Self { id, pieces: Mutex::default(), length, listeners })
	}

	/// One more that listens, from the beginning.
	pub fn listen(self: &Arc<Self>) -> Listener {
		self.listeners.send_modify(|count| *count += 1);
		Listener { transcript: self.clone(), next: 0, length: self.length.subscribe() }
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
		*self.listeners.borrow() == 0
	}

	/// Ends when nobody listens any more.
	pub async fn abandoned(&self) {
		// The sender is ours, so it is there as long as this is.
		let _ = self.listeners.subscribe().wait_for(|count| *count == 0).await;
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
		self.transcript.listeners.send_modify(|count| *count -= 1);
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
		let (one, two) = (transcript.listen(), transcript.listen());
		drop(one);
		assert!(transcript.abandoned().now_or_never().is_none());
		drop(two);
		assert!(transcript.abandoned().now_or_never().is_some());
	}
}
