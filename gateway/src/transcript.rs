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
	said: Mutex<Said>,
	/// How many pieces are told.
	length: watch::Sender<usize>,
	listeners: watch::Sender<Listeners>,
}

#[derive(Default, Debug)]
struct Said {
	pieces: Vec<Piece>,
	/// Whether they are kept back, until they are let go or the end is there.
	held: bool,
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
		Arc::new(Self { id, said: Mutex::default(), length, listeners })
	}

	/// As [`Self::new`]; nobody hears anything of it before [`Self::let_go`] or its end, and of one that has failed
	/// until then nothing but that.
	pub fn held(id: RequestId) -> Arc<Self> {
		let transcript = Self::new(id);
		transcript.lock().held = true;
		transcript
	}

	/// What was said up to here is told, and what is said from here on.
	pub fn let_go(&self) {
		let mut said = self.lock();
		said.held = false;
		self.tell(said);
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
		let mut said = self.lock();
		if matches!(said.pieces.last(), Some(Piece::End(_))) {
			return;
		}
		if said.held && matches!(piece, Piece::End(Err(_))) {
			// Nobody knows whether the disk has the request.
			said.pieces.clear();
		}
		said.held &= !matches!(piece, Piece::End(_));
		said.pieces.push(piece);
		self.tell(said);
	}

	fn tell(&self, said: MutexGuard<'_, Said>) {
		let length = said.pieces.len();
		if said.held || length == 0 {
			return;
		}
		drop(said);
		// Two may be here at once: the later one does not take back what the earlier one has told.
		self.length.send_if_modified(|told| {
			let is_more = length > *told;
			*told = length.max(*told);
			is_more
		});
	}

	/// All text that was said.
	pub fn text(&self) -> String {
		let said = self.lock();
		let text = said.pieces.iter().filter_map(|piece| match piece {
			Piece::Text { text, .. } => Some(text.as_str()),
			Piece::End(_) => None,
		});
		text.collect()
	}

	/// How many tokens were said with how likely they were.
	pub fn likely(&self) -> usize {
		let said = self.lock();
		let likely = said.pieces.iter().map(|piece| match piece {
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

	fn lock(&self) -> MutexGuard<'_, Said> {
		self.said.lock().unwrap_or_else(PoisonError::into_inner)
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
			let ended =
				matches!(self.transcript.lock().pieces.get(self.next - 1), Some(Piece::End(_)));
			if ended {
				return None;
			}
		}
		let at = self.next;
		self.length.wait_for(|length| *length > at).await.ok()?;
		let piece = self.transcript.lock().pieces.get(at).cloned()?;
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
	async fn nothing_should_be_heard_of_an_answer_that_is_held() {
		for ends in [false, true] {
			let transcript = Transcript::held(RequestId::zero());
			let mut listener = transcript.listen();
			transcript.push(text("a"));
			assert!(listener.next().now_or_never().is_none());
			assert_eq!(transcript.text(), "a", "who writes knows it");
			let mut heard = async || listener.next().now_or_never().flatten();
			if ends {
				transcript.push(Piece::End(Err(Refusal::WorkerLost)));
				assert!(matches!(heard().await, Some(Piece::End(Err(_)))), "and not what was said");
				continue;
			}
			transcript.let_go();
			assert!(matches!(heard().await, Some(Piece::Text { text, .. }) if text == "a"));
			transcript.push(text("b"));
			assert!(matches!(heard().await, Some(Piece::Text { text, .. }) if text == "b"));
		}
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
