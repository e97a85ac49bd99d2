//! A provider's worker, as an auditor sees it: a URL that anybody may have named, with whatever
//! answers there.

use super::{
	decide::Kind,
	http::{self, Reply, Silence, Wanted},
	Trouble,
};
use alloc::{
	collections::BTreeMap,
	format,
	string::{String, ToString},
	vec::Vec,
};
use reckon_primitives::{ContentRef, JobId};
use reckon_verification::{MAX_WIDTH, POSITIONS};
use sp_core::H256;

/// Milliseconds in which workers hand out what they are asked for.
pub(crate) const MILLIS: u64 = 5_000;
/// What a sealed question and its answer are opened by, in bytes.
const OPENING: usize = 32;
/// The longest URL that is asked, in bytes: what providers can name.
const LONGEST_URL: usize = 128;

/// What an auditor signs to be shown what is not everybody's: for a job, or a request, and a challenge.
pub const PASS: &[u8] = b"reckon:audit-pass:v1";

/// A worker's content endpoint.
pub(crate) struct Endpoint {
	url: String,
	/// Shows that an auditor asks.
	pass: Option<String>,
}

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
			true => Ok(Self { url: text.trim_end_matches('/').to_string(), pass: None }),
			false => Err(Trouble::withheld("its provider names no endpoint that could be asked")),
		}
	}

	/// The same for somebody who shows that it audits: with its key and what that has signed.
	pub(crate) fn with_pass(self, key: &[u8], signature: &[u8]) -> Self {
		let digits =
			|bytes: &[u8]| -> String { bytes.iter().map(|it| format!("{it:02x}")).collect() };
		Self { pass: Some(format!("{}.{}", digits(key), digits(signature))), ..self }
	}

	/// What was asked of a gateway, for its auditors only.
	pub(crate) fn asked(&self, request: JobId, named: &ContentRef) -> Wanted {
		self.at(&format!("/audits/{request:x}/payload"), named.length as usize)
	}

	/// What was answered through a gateway, for its auditors only.
	pub(crate) fn answered(&self, request: JobId, named: &ContentRef) -> Wanted {
		self.at(&format!("/audits/{request:x}/output"), named.length as usize)
	}

	/// What both are opened by, where they are sealed.
	pub(crate) fn opening(&self, request: JobId) -> Wanted {
		self.at(&format!("/audits/{request:x}/opening"), OPENING)
	}

	/// A payload or an answer, by its hash.
	pub(crate) fn content(&self, named: &ContentRef) -> Wanted {
		self.at(&format!("/blobs/{:x}", named.hash), named.length as usize)
	}

	/// An answer's tokens, SCALE, at most so many.
	pub(crate) fn tokens(&self, job: JobId, most: u32) -> Wanted {
		// Four bytes each, after a length.
		let longest = (most as usize).saturating_mul(4).saturating_add(8);
		self.at(&format!("/audits/{job:x}/tokens"), longest)
	}

	/// The rows at the audited positions with their paths, SCALE; of so many numbers each, or of as
	/// many as any model has.
	pub(crate) fn rows(&self, job: JobId, challenge: H256, width: Option<u32>) -> Wanted {
		// As `Opening::parse_all` has it.
		let row = (width.unwrap_or(MAX_WIDTH) as usize).saturating_mul(4).saturating_add(2048);
		let longest = row.saturating_mul(POSITIONS).saturating_add(8);
		self.at(&format!("/audits/{job:x}/rows/{challenge:x}"), longest)
	}

	fn at(&self, path: &str, longest: usize) -> Wanted {
		Wanted { url: format!("{}{path}", self.url), longest, pass: self.pass.clone() }
	}
}

/// What workers have handed out, by where it was.
#[derive(Default)]
pub(crate) struct Handed(BTreeMap<String, Result<Reply, Silence>>);

impl Handed {
	/// Asks for all of it at once.
	pub(crate) fn fetch(wanted: &[Wanted]) -> Self {
		let replies = http::get_all(wanted, MILLIS);
		Self(wanted.iter().map(|it| it.url.clone()).zip(replies).collect())
	}

	/// Whether there was an answer with something in it.
	pub(crate) fn has(&self, wanted: &Wanted) -> bool {
		matches!(self.0.get(&wanted.url), Some(Ok(reply)) if reply.status == 200)
	}

	/// What was asked for.
	pub(crate) fn get(&self, Wanted { url, .. }: &Wanted) -> Result<Vec<u8>, Trouble> {
		match self.0.get(url) {
			Some(Ok(reply)) if reply.status == 200 => Ok(reply.body.clone()),
			Some(Ok(reply)) => Err(Trouble::withheld(format!("{url} answers {}", reply.status))),
			Some(Err(silence)) => Err(Trouble::withheld(format!("{url} {}", silence.explain()))),
			// That is no worker's fault.
			None => Err(Trouble { kind: Kind::Computing, why: format!("{url} was not asked yet") }),
		}
	}

	/// The same, if it is what its hash says.
	pub(crate) fn content(&self, wanted: &Wanted, named: &ContentRef) -> Result<Vec<u8>, Trouble> {
		let bytes = self.get(wanted)?;
		match ContentRef::of(&bytes) == *named {
			true => Ok(bytes),
			false => Err(Trouble::withheld("its worker hands out other bytes than it delivered")),
		}
	}
}
