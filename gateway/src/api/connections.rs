//! The doors over TCP: bounded as [`reckon_connections`] does it.

use super::{router, Limits};
use crate::desk::Desk;
use axum::Router;
use std::{future::Future, io, sync::Arc};
use tokio::net::TcpListener;

/// Serves HTTP until `stop`, and then what has begun.
///
/// # Errors
/// None while it runs: a listener that fails for a while is asked again.
pub async fn serve(
	listener: TcpListener,
	desk: Arc<dyn Desk>,
	limits: Limits,
	stop: impl Future<Output = ()> + Send,
) -> io::Result<()> {
	serve_router(listener, router(desk, limits.clone()), limits, stop).await
}

/// As [`serve`], whatever is served: gRPC has its own port.
///
/// # Errors
/// None while it runs: a listener that fails for a while is asked again.
pub async fn serve_router(
	listener: TcpListener,
	app: Router,
	limits: Limits,
	stop: impl Future<Output = ()> + Send,
) -> io::Result<()> {
	let each = limits.each(limits.max_connections);
	let Limits { max_connections: most, head_within, taken_within, trusted_proxies, .. } = limits;
	let limits = reckon_connections::Limits {
		most,
		each,
		trusted: trusted_proxies,
		head_within,
		taken_within,
	};
	reckon_connections::serve(listener, app, limits, stop).await
}
