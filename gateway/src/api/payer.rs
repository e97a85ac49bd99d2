//! Who pays.

use crate::desk::{Desk, Payer, Refusal};
use axum::http::{header::AUTHORIZATION, HeaderMap};
use base64::{engine::general_purpose::STANDARD, Engine};
use codec::{Decode, DecodeAll};
use reckon_gateway_store::Key;

/// What the client signs its voucher for.
pub(super) const REQUEST: &str = "reckon-request";
/// What it signs.
pub(super) const VOUCHER: &str = "reckon-voucher";

/// What a client shows to pay with, whichever door it comes in by.
#[derive(Clone, Copy, Default)]
pub(super) struct Shown<'a> {
	/// An API key.
	pub key: Option<&'a str>,
	/// A request in SCALE and base64.
	pub request: Option<&'a str>,
	/// A voucher in SCALE and base64.
	pub voucher: Option<&'a str>,
}

impl<'a> Shown<'a> {
	/// Of HTTP's headers.
	pub(super) fn of(headers: &'a HeaderMap) -> Self {
		let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
		Self { key: bearer(headers), request: text(REQUEST), voucher: text(VOUCHER) }
	}

	/// A voucher pays where there is one, else the key.
	pub(super) async fn payer(self, desk: &dyn Desk) -> Result<Payer, Refusal> {
		match (self.request, self.voucher) {
			(None, None) => {
				let key = desk.key(self.key.ok_or(Refusal::InvalidKey)?).await?;
				Ok(Payer::Key(Box::new(key)))
			},
			(request, voucher) => Ok(Payer::Voucher {
				request: Box::new(scale(request, REQUEST)?),
				voucher: Box::new(scale(voucher, VOUCHER)?),
			}),
		}
	}
}

/// The key that a client shows, for what only its owner may do.
pub(super) async fn key(desk: &dyn Desk, headers: &HeaderMap) -> Result<Key, Refusal> {
	desk.key(bearer(headers).ok_or(Refusal::InvalidKey)?).await
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
	let (scheme, key) = headers.get(AUTHORIZATION)?.to_str().ok()?.trim().split_once(' ')?;
	scheme.eq_ignore_ascii_case("bearer").then(|| key.trim())
}

fn scale<T: Decode>(text: Option<&str>, name: &str) -> Result<T, Refusal> {
	let malformed = |why| Refusal::Voucher { code: "voucher_malformed", why };
	let text = text.ok_or_else(|| {
		malformed(format!("{name} is missing: {REQUEST} and {VOUCHER} come together"))
	})?;
	let bytes = STANDARD.decode(text).map_err(|_| malformed(format!("{name} is not base64")))?;
	T::decode_all(&mut bytes.as_slice())
		.map_err(|_| malformed(format!("{name} is not what its name says, in SCALE")))
}
