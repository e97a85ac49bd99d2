//! Connections whose peers read what is written, or are closed.

use std::{
	future::Future,
	io,
	pin::Pin,
	task::{ready, Context, Poll},
	time::Duration,
};
use tokio::{
	io::{AsyncRead, AsyncWrite, ReadBuf},
	time::{sleep, Sleep},
};

/// A connection that breaks when its peer takes nothing for too long, and what it holds until it is closed.
pub(crate) struct Patient<S, Held> {
	stream: S,
	_held: Held,
	within: Duration,
	/// Runs while something waits to be written.
	patience: Option<Pin<Box<Sleep>>>,
}

impl<S, Held> Patient<S, Held> {
	pub(crate) fn new(stream: S, within: Duration, held: Held) -> Self {
		Self { stream, _held: held, within, patience: None }
	}

	/// What came of writing, unless the peer has taken nothing for too long.
	fn judge<T>(
		&mut self,
		context: &mut Context<'_>,
		written: Poll<io::Result<T>>,
	) -> Poll<io::Result<T>> {
		if written.is_ready() {
			self.patience = None;
			return written;
		}
		let within = self.within;
		let patience = self.patience.get_or_insert_with(|| Box::pin(sleep(within)));
		ready!(patience.as_mut().poll(context));
		Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "the peer does not read")))
	}
}

impl<S: AsyncRead + Unpin, Held: Unpin> AsyncRead for Patient<S, Held> {
	fn poll_read(
		mut self: Pin<&mut Self>,
		context: &mut Context<'_>,
		into: &mut ReadBuf<'_>,
	) -> Poll<io::Result<()>> {
		Pin::new(&mut self.stream).poll_read(context, into)
	}
}

impl<S: AsyncWrite + Unpin, Held: Unpin> AsyncWrite for Patient<S, Held> {
	fn poll_write(
		mut self: Pin<&mut Self>,
		context: &mut Context<'_>,
		bytes: &[u8],
	) -> Poll<io::Result<usize>> {
		let written = Pin::new(&mut self.stream).poll_write(context, bytes);
		self.judge(context, written)
	}

	fn poll_write_vectored(
		mut self: Pin<&mut Self>,
		context: &mut Context<'_>,
		bytes: &[io::IoSlice<'_>],
	) -> Poll<io::Result<usize>> {
		let written = Pin::new(&mut self.stream).poll_write_vectored(context, bytes);
		self.judge(context, written)
	}

	fn is_write_vectored(&self) -> bool {
		self.stream.is_write_vectored()
	}

	fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
		Pin::new(&mut self.stream).poll_flush(context)
	}

	fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
		Pin::new(&mut self.stream).poll_shutdown(context)
	}
}
