//! Answers as they come, for clients that go on reading.

use futures::Stream;
use std::{
	pin::Pin,
	sync::{Arc, Mutex, MutexGuard, PoisonError},
	task::{Context, Poll},
	time::Duration,
};
use tokio::{
	task::AbortHandle,
	time::{sleep_until, Instant},
};

/// A stream that is let go, with all that it holds, when nobody has asked for its next part for too
/// long: an HTTP/2 client that gives no room is asked for nothing by its connection.
pub(super) struct Watched<S: Stream> {
	state: Arc<Mutex<State<S>>>,
	/// The last part then.
	gone: fn() -> S::Item,
	watch: AbortHandle,
}

struct State<S> {
	stream: Option<Pin<Box<S>>>,
	/// Since when a part is on its way, and no other was asked for.
	since: Option<Instant>,
	/// The stream was let go, and nobody was told.
	untold: bool,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
	mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<S: Stream + Send + 'static> Watched<S> {
	/// Lets the stream go when a part of it is not taken within this time.
	pub(super) fn new(stream: S, within: Duration, gone: fn() -> S::Item) -> Self {
		let stream = Some(Box::pin(stream));
		let state = State { stream, since: Some(Instant::now()), untold: false };
		let state = Arc::new(Mutex::new(state));
		let watch = tokio::spawn(watch(state.clone(), within)).abort_handle();
		Self { state, gone, watch }
	}
}

async fn watch<S>(state: Arc<Mutex<State<S>>>, within: Duration) {
	loop {
		let since = locked(&state).since;
		sleep_until(since.unwrap_or_else(Instant::now) + within).await;
		let mut state = locked(&state);
		if state.since.is_some_and(|since| since.elapsed() >= within) {
			let stream = state.stream.take();
			state.untold = stream.is_some();
			drop(state);
			// Not under the lock: others are told that nobody listens.
			drop(stream);
			return;
		}
	}
}

impl<S: Stream> Stream for Watched<S> {
	type Item = S::Item;

	fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<S::Item>> {
		let mut state = locked(&self.state);
		let Some(stream) = &mut state.stream else {
			let told = std::mem::take(&mut state.untold).then_some(self.gone);
			return Poll::Ready(told.map(|gone| gone()));
		};
		let next = stream.as_mut().poll_next(context);
		if let Poll::Ready(None) = next {
			state.stream = None;
		}
		state.since = next.is_ready().then(Instant::now);
		next
	}
}

impl<S: Stream> Drop for Watched<S> {
	fn drop(&mut self) {
		self.watch.abort();
		// Abortion takes its time, and a client that leaves is to be known at once.
		let stream = locked(&self.state).stream.take();
		drop(stream);
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use futures::StreamExt;

	const SHORT: Duration = Duration::from_millis(50);

	#[tokio::test]
	async fn stream_should_be_let_go_when_nobody_asks_for_more() {
		let held = Arc::new(());
		let kept = held.clone();
		let parts = futures::stream::repeat_with(move || {
			let _kept = &kept;
			1
		});
		let mut watched = Watched::new(parts, SHORT, || 0);
		assert_eq!(watched.next().await, Some(1));
		let free = async {
			while Arc::strong_count(&held) > 1 {
				tokio::time::sleep(SHORT).await;
			}
		};
		tokio::time::timeout(Duration::from_secs(10), free).await.expect("it is held for ever");
		assert_eq!([watched.next().await, watched.next().await], [Some(0), None]);
	}

	#[tokio::test]
	async fn stream_should_be_kept_when_it_is_the_one_that_is_slow() {
		let slow = futures::stream::once(async {
			tokio::time::sleep(SHORT * 10).await;
			1
		});
		let mut watched = Watched::new(slow, SHORT, || 0);
		assert_eq!([watched.next().await, watched.next().await], [Some(1), None]);
	}
}
