//! How much a client may ask at once, in the headers that OpenAI tells its limits in.
//!
//! Nothing here is counted by the minute: what is bounded is how many requests a payer has under way, by the
//! lanes of its channels and the gateway's own places. Of tokens there is no limit but money.

use super::{Door, COME_AGAIN_MS};
use crate::{
	desk::{Lanes, Payer},
	reservation::LANE_RETRY_MS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue};

/// Requests at once.
pub(super) const LIMIT: HeaderName = HeaderName::from_static("x-ratelimit-limit-requests");
/// How many more would be taken now.
pub(super) const REMAINING: HeaderName = HeaderName::from_static("x-ratelimit-remaining-requests");
/// When to come again where none would be.
pub(super) const RESET: HeaderName = HeaderName::from_static("x-ratelimit-reset-requests");

impl Door {
	/// Tells who pays how much more it can ask, as it is now.
	pub(super) async fn tell_places(&self, payer: &Payer, headers: &mut HeaderMap) {
		let Lanes { all, free } = self.desk.lanes(payer).await;
		if all == 0 {
			// Without a channel there is money missing, not time.
			return;
		}
		let remaining = free.min(self.requests.available_permits());
		let reset = match remaining {
			0 if free == 0 => format!("{LANE_RETRY_MS}ms"),
			0 => format!("{COME_AGAIN_MS}ms"),
			_ => "0s".to_owned(),
		};
		headers.insert(LIMIT, HeaderValue::from(all.min(self.limits.max_requests)));
		headers.insert(REMAINING, HeaderValue::from(remaining));
		if let Ok(reset) = HeaderValue::from_str(&reset) {
			headers.insert(RESET, reset);
		}
	}
}
