//! Serving HTTP to strangers: as many connections as may be, and none that is held open for nothing.
//!
//! The gateway's doors and the worker's endpoint are open to everybody. A router that is served as it is takes any number of
//! connections and lets each say nothing for ever.

#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod patient;
mod shares;

pub use self::shares::{private_networks, Peer, Share, Shares};

use self::patient::Patient;
use axum::{body::Body, Router};
use hyper::{body::Incoming, Request};
use hyper_util::{
	rt::{TokioExecutor, TokioIo, TokioTimer},
	server::conn::auto,
	service::TowerToHyperService,
};
use ipnet::IpNet;
use std::{
	future::Future,
	io,
	pin::pin,
	sync::{
		atomic::{AtomicBool, Ordering},
		Arc,
	},
	time::{Duration, Instant},
};
use tokio::{
	net::{TcpListener, TcpStream},
	sync::{watch, OwnedSemaphorePermit, Semaphore},
	time::sleep,
};
use tower::ServiceExt;

/// The most bytes of a request's head.
const MAX_HEAD_BYTES: usize = 64 << 10;
/// The most requests of one HTTP/2 connection at once.
const MAX_STREAMS: u32 = 128;
/// How often an HTTP/2 client is asked whether it is there.
const ALIVE_EVERY: Duration = Duration::from_secs(20);
/// How often it is said that an address has all connections that it may have.
const WARN_EVERY: Duration = Duration::from_secs(60);
/// How long to wait when the system has no more sockets.
const NO_SOCKETS: Duration = Duration::from_millis(100);

/// What connections may take.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Limits {
	/// Connections at once; more wait to be taken.
	pub most: usize,
	/// Connections of one address at once, whatever is spoken over them in the end; more are closed.
	pub each: usize,
	/// Whose connections are not counted by their address: proxies stand for many.
	pub trusted: Arc<[IpNet]>,
	/// How long a request's head may take, from the connection on.
	pub head_within: Duration,
	/// How long what is written may wait for its peer to read it.
	pub taken_within: Duration,
}

/// Serves HTTP until `stop`, and then what has begun: also what is spoken over a connection that was handed on, however
/// long that takes.
///
/// # Errors
/// None while it runs: a listener that fails for a while is asked again.
pub async fn serve(
	listener: TcpListener,
	app: Router,
	limits: Limits,
	stop: impl Future<Output = ()> + Send,
) -> io::Result<()> {
	let most = u32::try_from(limits.most).unwrap_or(u32::MAX);
	let places = Arc::new(Semaphore::new(most as usize));
	let shares = Shares::new(limits.each);
	let (stopping, stopped) = watch::channel(false);
	let mut stop = pin!(stop);
	let mut warned: Option<Instant> = None;
	loop {
		let next = async {
			// Never closed.
			let place = places.clone().acquire_owned().await.map_err(io::Error::other)?;
			Ok::<_, io::Error>((listener.accept().await?, place))
		};
		let ((stream, address), place) = tokio::select! {
			() = &mut stop => break,
			next = next => match next {
				Ok(next) => next,
				Err(error) => {
					tracing::warn!(%error, "a connection is not taken");
					sleep(NO_SOCKETS).await;
					continue;
				},
			},
		};
		let peer = Peer::new(address.ip(), &limits.trusted);
		let Some(share) = shares.take(peer) else {
			if warned.is_none_or(|at: Instant| at.elapsed() >= WARN_EVERY) {
				warned = Some(Instant::now());
				let (address, each) = (address.ip(), limits.each);
				tracing::warn!(%address, each, "connections of one address are closed: it has all that one may");
			}
			continue;
		};
		// They go where the socket goes, which may be handed on: to who speaks WebSocket over it.
		// Events are small, and wait for nothing.
		let _ = stream.set_nodelay(true);
		let held = (place, share);
		let stream = Patient::new(stream, limits.taken_within, held);
		tokio::spawn(connection(stream, peer, app.clone(), limits.head_within, stopped.clone()));
	}
	drop(listener);
	stopping.send_replace(true);
	// All places are free when all connections are over.
	let _ = places.acquire_many(most).await;
	Ok(())
}

async fn connection(
	stream: Patient<TcpStream, (OwnedSemaphorePermit, Share)>,
	peer: Peer,
	app: Router,
	head_within: Duration,
	mut stopped: watch::Receiver<bool>,
) {
	let asked = Arc::new(AtomicBool::new(false));
	let service = {
		let asked = asked.clone();
		app.map_request(move |mut request: Request<Incoming>| {
			asked.store(true, Ordering::Relaxed);
			request.extensions_mut().insert(peer);
			request.map(Body::new)
		})
	};
	let mut builder = auto::Builder::new(TokioExecutor::new());
	builder
		.http1()
		.timer(TokioTimer::new())
		.header_read_timeout(head_within)
		.max_buf_size(MAX_HEAD_BYTES);
	builder
		.http2()
		.timer(TokioTimer::new())
		.max_concurrent_streams(MAX_STREAMS)
		.max_header_list_size(MAX_HEAD_BYTES as u32)
		.keep_alive_interval(ALIVE_EVERY)
		.keep_alive_timeout(ALIVE_EVERY);
	let service = TowerToHyperService::new(service);
	let mut served = pin!(builder.serve_connection_with_upgrades(TokioIo::new(stream), service));
	let mut patience = pin!(sleep(head_within));
	let (mut waiting, mut open) = (true, true);
	loop {
		tokio::select! {
			done = &mut served => {
				if let Err(error) = done {
					tracing::debug!(%error, "a connection broke");
				}
				return;
			},
			// HTTP/1 has a time limit for each head; this one is for who never says what he speaks.
			() = &mut patience, if waiting => {
				waiting = false;
				if !asked.load(Ordering::Relaxed) {
					return;
				}
			},
			_ = stopped.wait_for(|stopped| *stopped), if open => {
				open = false;
				served.as_mut().graceful_shutdown();
			},
		}
	}
}
