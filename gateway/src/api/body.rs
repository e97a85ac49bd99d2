//! Bodies: no longer and no slower than they may be.

use super::{full, full_for_one, Door};
use axum::{
	body::{Body, Bytes},
	http::Extensions,
};
use futures::StreamExt;
use reckon_connections::{Peer, Share, Shares};
use reckon_openai::Problem;
use std::{sync::Arc, time::Duration};
use tokio::{
	sync::{OwnedSemaphorePermit, Semaphore},
	time::timeout,
};

/// How much of a body that is too long is read and thrown away, in bodies that are not: a client that
/// is cut off while it writes never reads why.
const DRAINED: usize = 8;

/// Bodies that may come at once: slow ones from one address don't keep all others out.
#[derive(Clone)]
pub(super) struct Uploads {
	places: Arc<Semaphore>,
	shares: Arc<Shares>,
}

/// A place for a body, until it is dropped.
pub(super) type Upload = (OwnedSemaphorePermit, Share);

impl Uploads {
	/// So many, and of one address no more than `each`.
	pub(super) fn new(all: usize, each: usize) -> Self {
		Self { places: Arc::new(Semaphore::new(all)), shares: Shares::new(each) }
	}

	/// A place for the body of a request with these extensions.
	pub(super) fn place(&self, of: &Extensions, what: &str) -> Result<Upload, Problem> {
		// Where nothing says who it is, as in a call from within, nobody is counted.
		let peer = of.get::<Peer>().copied().unwrap_or_default();
		let share = self.shares.take(peer).ok_or_else(|| full_for_one(what))?;
		let place = self.places.clone().try_acquire_owned().map_err(|_| full(what))?;
		Ok((place, share))
	}
}

impl Door {
	/// The body of a client's request with these extensions.
	pub(super) async fn body(&self, of: &Extensions, body: Body) -> Result<Bytes, Problem> {
		let _upload = self.uploads.place(of, "uploads")?;
		read(body, self.limits.max_body_bytes, self.limits.body_within).await
	}
}

/// A whole body.
///
/// # Errors
/// 413 when it is too long, 408 when it takes too long, 400 when it breaks off.
async fn read(body: Body, max: usize, within: Duration) -> Result<Bytes, Problem> {
	let mut parts = body.into_data_stream();
	let (mut bytes, mut got) = (Vec::new(), 0_usize);
	let all = async {
		while let Some(part) = parts.next().await {
			let part = part.map_err(|_| Problem::malformed("the body broke off"))?;
			got = got.saturating_add(part.len());
			if got <= max {
				bytes.extend_from_slice(&part);
			} else if got > max.saturating_mul(DRAINED) {
				break;
			}
		}
		Ok(())
	};
	let came = timeout(within, all).await;
	match came {
		_ if got > max => Err(too_long(max)),
		Ok(came) => came.map(|()| bytes.into()),
		Err(_) => {
			let message = format!("the body did not come within {} seconds", within.as_secs());
			Err(Problem::new(408, "invalid_request_error", Some("request_timeout"), message))
		},
	}
}

fn too_long(max: usize) -> Problem {
	let message = format!("the body has more than {max} bytes");
	Problem::new(413, "invalid_request_error", Some("request_too_large"), message)
}
