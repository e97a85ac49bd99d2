//! Bodies: no longer and no slower than they may be.

use super::Door;
use axum::body::{Body, Bytes};
use futures::StreamExt;
use reckon_openai::Problem;
use std::time::Duration;
use tokio::time::timeout;

/// How much of a body that is too long is read and thrown away, in bodies that are not: a client that
/// is cut off while it writes never reads why.
const DRAINED: usize = 8;

impl Door {
	/// A client's body.
	pub(super) async fn body(&self, body: Body) -> Result<Bytes, Problem> {
		let Ok(_upload) = self.uploads.try_acquire() else { return Err(super::full("uploads")) };
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
