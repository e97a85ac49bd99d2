//! A provider's worker, as an auditor sees it: a URL that anybody may have named, with whatever
//! answers there.

use super::{
	http::{self, Bounds},
	Trouble,
};
use alloc::{
	format,
	string::{String, ToString},
	vec::Vec,
};
use reckon_primitives::{Content, ContentRef, JobId};
use reckon_verification::{MAX_WIDTH, POSITIONS};
use sp_core::H256;

/// Milliseconds in which a worker hands out one thing.
const MILLIS: u64 = 5_000;
/// The longest URL that is asked, in bytes: what providers can name.
const LONGEST_URL: usize = 128;

/// A worker's content endpoint.
pub(crate) struct Endpoint(String);

impl Endpoint {
	/// Reads what a provider has named: `http` or `https`, a host, perhaps a port and a path. Nobody
	/// has credentials to be sent, or a query to be put before ours.
	pub(crate) fn parse(url: &[u8]) -> Result<Self, Trouble> {
		let text = core::str::from_utf8(url).unwrap_or_default();
		let rest = text.strip_prefix("http://").or_else(|| text.strip_prefix("https://"));
		let host = rest.and_then(|rest| rest.split('/').next()).unwrap_or_default();
		let is_plain =
			|byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'@' | b'#' | b'?' | b'\\');
		let is_url = url.len() <= LONGEST_URL
			&& !host.is_empty()
			&& !host.starts_with(':')
			&& text.bytes().all(is_plain);
		match is_url {
			true => Ok(Self(text.trim_end_matches('/').to_string())),
			false => Err(Trouble::withheld("its provider names no endpoint that could be asked")),
		}
	}

	/// A payload or an answer: the bytes that the chain has, or that its hash names.
	pub(crate) fn content(&self, content: Content) -> Result<Vec<u8>, Trouble> {
		let named = match content {
			Content::Inline(bytes) => return Ok(bytes.into_inner()),
			Content::Blob(named) => named,
		};
		let bytes = self.get(&format!("/blobs/{:x}", named.hash), named.length as usize)?;
		match ContentRef::of(&bytes) == named {
			true => Ok(bytes),
			false => Err(Trouble::withheld("its worker hands out other bytes than it delivered")),
		}
	}

	/// An answer's tokens, SCALE, at most so many.
	pub(crate) fn tokens(&self, job: JobId, most: u32) -> Result<Vec<u8>, Trouble> {
		// Four bytes each, after a length.
		let longest = (most as usize).saturating_mul(4).saturating_add(8);
		self.get(&format!("/audits/{job:x}/tokens"), longest)
	}

	/// The rows at the audited positions with their paths, SCALE; of so many numbers each, or of as
	/// many as any model has.
	pub(crate) fn rows(
		&self,
		job: JobId,
		challenge: H256,
		width: Option<u32>,
	) -> Result<Vec<u8>, Trouble> {
		// As `Opening::parse_all` has it.
		let row = (width.unwrap_or(MAX_WIDTH) as usize).saturating_mul(4).saturating_add(2048);
		let longest = row.saturating_mul(POSITIONS).saturating_add(8);
		self.get(&format!("/audits/{job:x}/rows/{challenge:x}"), longest)
	}

	fn get(&self, path: &str, longest: usize) -> Result<Vec<u8>, Trouble> {
		let url = format!("{}{path}", self.0);
		match http::get(&url, Bounds { millis: MILLIS, longest }) {
			Ok(reply) if reply.status == 200 => Ok(reply.body),
			Ok(reply) => Err(Trouble::withheld(format!("{url} answers {}", reply.status))),
			Err(silence) => Err(Trouble::withheld(format!("{url} {}", silence.explain()))),
		}
	}
}
