//! `reckon-worker verify`: what it is asked, and what its answers mean. The worker's README has the
//! other side.

use super::{
	decide::{Judgement, Kind, Own, Place},
	http::{self, Bounds, Reply, Silence},
	json::Object,
	status::{self, VerifierSettings},
	Trouble,
};
use crate::types::Opened;
use alloc::{
	format,
	string::{String, ToString},
	vec::Vec,
};
use codec::{Decode, DecodeAll, Encode};
use reckon_primitives::{Sampling, TaskKind, Units};
use reckon_receipts::{Exhibit, MAX_WRONG};
use reckon_support::{AuditWork, BatchWork, GatewayWork};
use reckon_verification::{Rejection, Vote, MAX_POSITIONS, MAX_WIDTH};
use serde::{de::DeserializeOwned, de::Error, Deserialize, Deserializer};
use sp_core::H256;

/// Milliseconds in which a verifier answers. It goes on computing when nobody waits any more, and has
/// the answer ready when it is asked again in the same words.
pub(crate) const MILLIS: u64 = 20_000;
/// The longest answer in bytes: as many receipts as are shown one by one, with their paths.
const LONGEST: usize = 256 * 1024;
/// Bytes of a request besides the long ones.
const FRAME: usize = 4096;
/// Characters that are kept of what a verifier says to people.
const COMPLAINT: usize = 160;

/// A validator's own verifier.
pub(crate) struct Verifier {
	url: String,
	token: String,
}

/// What an auditor has to hand in besides what the chain has.
pub(crate) struct Evidence {
	/// The payload's bytes.
	pub(crate) payload: Vec<u8>,
	/// The delivered bytes.
	pub(crate) output: Vec<u8>,
	/// The tokens, SCALE; none for embeddings.
	pub(crate) tokens: Option<Vec<u8>>,
	/// What payload and output are opened by, where they are sealed.
	pub(crate) opening: Option<Vec<u8>>,
}

/// Rows that a worker has shown.
pub(crate) struct Shown<'a> {
	/// What it has opened on chain.
	pub(crate) opened: &'a Opened,
	/// Rows in the answer.
	pub(crate) count: u32,
	/// Numbers in a row.
	pub(crate) width: u32,
	/// The tokens that were audited, SCALE; none for embeddings.
	pub(crate) tokens: Option<&'a [u8]>,
	/// What it has handed out, SCALE.
	pub(crate) openings: &'a [u8],
}

/// Bytes in an answer.
struct Hex(Vec<u8>);

impl<'de> Deserialize<'de> for Hex {
	fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
		let text = String::deserialize(from)?;
		let digits = text.strip_prefix("0x").ok_or_else(|| D::Error::custom("no 0x"))?;
		let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|it| u8::try_from(it).ok());
		let (pairs, rest) = digits.as_bytes().as_chunks::<2>();
		let bytes = pairs.iter().map(|[high, low]| Some((digit(*high)? << 4) | digit(*low)?));
		match bytes.collect::<Option<Vec<u8>>>().filter(|_| rest.is_empty()) {
			Some(bytes) => Ok(Self(bytes)),
			None => Err(D::Error::custom("not pairs of hexadecimal digits")),
		}
	}
}

#[derive(Deserialize)]
struct AuditAnswer {
	vote: Hex,
	root: Option<Hex>,
	count: Option<u32>,
	width: Option<u32>,
}

#[derive(Deserialize)]
struct RowsAnswer {
	proven: bool,
	why: Option<String>,
}

#[derive(Deserialize)]
struct BatchAnswer {
	vote: Hex,
	/// Of receipts that are wrong, what shows it.
	wrong: Vec<Hex>,
}

#[derive(Deserialize)]
struct Complaint {
	message: String,
}

impl Verifier {
	/// The one that the node was told of, unless that is no text.
	pub(crate) fn configured() -> Option<Self> {
		let VerifierSettings { url, token } = status::settings()?;
		let url = core::str::from_utf8(&url).ok()?.trim_end_matches('/').to_string();
		Some(Self { url, token: String::from_utf8(token.into_inner()).ok()? })
	}

	/// Has an answer computed again.
	pub(crate) fn audit(
		&self,
		place: &Place,
		work: &AuditWork,
		evidence: &Evidence,
	) -> Result<Judgement, Trouble> {
		let answer: AuditAnswer = self.ask("/v1/audits", &audit_request(place, work, evidence))?;
		judgement(&answer).ok_or_else(|| Trouble::unable("the verifier's answer is no vote"))
	}

	/// Has a batch's receipts fetched and looked at. Says what to vote, and which of them are wrong.
	pub(crate) fn examine<AccountId: Encode + Decode>(
		&self,
		place: &Place,
		work: &BatchWork<AccountId>,
	) -> Result<(Judgement, Vec<Exhibit<AccountId>>), Trouble> {
		let answer: BatchAnswer = self.ask("/v1/batches", &batch_request(place, work))?;
		let unread = || Trouble::unable("the verifier's answer is no word about a batch");
		let vote = Vote::decode_all(&mut answer.vote.0.as_slice()).map_err(|_| unread())?;
		// That nothing can be had is for this node to say, after a few tries.
		if !matches!(vote, Vote::Batch { rejection, .. } if rejection != Some(Rejection::Unavailable))
		{
			return Err(unread());
		}
		let wrong = answer.wrong.iter().take(MAX_WRONG);
		let wrong = wrong.map(|bytes| Exhibit::decode_all(&mut bytes.0.as_slice()));
		let wrong = wrong.collect::<Result<_, _>>().map_err(|_| unread())?;
		Ok((Judgement { vote, own: None }, wrong))
	}

	/// Has a worker's rows looked at; fails when they are not what it says.
	pub(crate) fn rows(&self, place: &Place, shown: &Shown) -> Result<(), Trouble> {
		let answer: RowsAnswer = self.ask("/v1/rows", &rows_request(place, shown))?;
		if answer.proven {
			return Ok(());
		}
		let why = cut(&answer.why.unwrap_or_default());
		Err(Trouble::withheld(format!("its worker's rows prove nothing: {why}")))
	}

	fn ask<Answer: DeserializeOwned>(&self, path: &str, json: &[u8]) -> Result<Answer, Trouble> {
		let url = format!("{}{path}", self.url);
		if self.token.is_empty() {
			return Err(Trouble::busy(format!(
				"the token for the verifier at {url} is not there yet"
			)));
		}
		let bounds = Bounds { millis: MILLIS, longest: LONGEST };
		let reply = http::post(&url, &self.token, json, bounds).map_err(|silence| Trouble {
			kind: match silence {
				Silence::TooSlow => Kind::Computing,
				Silence::Unreachable => Kind::Busy,
				Silence::TooLong => Kind::Unable,
			},
			why: format!("the verifier at {url} {}", silence.explain()),
		})?;
		if reply.status != 200 {
			return Err(refusal(&reply));
		}
		let answer = serde_json::from_slice(&reply.body)
			.map_err(|_| Trouble::unable("the verifier's answer can't be read"))?;
		let now = sp_io::offchain::timestamp().unix_millis();
		status::note(|status| status.answered_at = now);
		Ok(answer)
	}
}

fn refusal(reply: &Reply) -> Trouble {
	let complaint = serde_json::from_slice::<Complaint>(&reply.body).ok();
	let message = cut(&complaint.map(|it| it.message).unwrap_or_default());
	let kind = match reply.status {
		// Its models are being loaded, it has much to do, or its token is a new one.
		401 | 408 | 429 | 502..=504 => Kind::Busy,
		// A batch's receipts are still fetched.
		202 => Kind::Computing,
		// A gateway does not hand out its batch's receipts.
		424 => Kind::Withheld,
		_ => Kind::Unable,
	};
	Trouble { kind, why: format!("the verifier answers {}: {message}", reply.status) }
}

/// What is kept of what a verifier says to people.
fn cut(text: &str) -> String {
	text.chars().take(COMPLAINT).collect()
}

/// A vote of the kinds that an auditor can have, with rows if and only if it was computed.
fn judgement(answer: &AuditAnswer) -> Option<Judgement> {
	let vote = Vote::decode_all(&mut answer.vote.0.as_slice()).ok()?;
	let own = match vote {
		Vote::Refuted(_) => None,
		Vote::Replayed { .. } => {
			let root = H256(<[u8; 32]>::try_from(answer.root.as_ref()?.0.as_slice()).ok()?);
			let count = answer.count.filter(|count| (1..=MAX_POSITIONS).contains(count))?;
			let width = answer.width.filter(|width| (1..=MAX_WIDTH).contains(width))?;
			Some(Own { root, count, width })
		},
		Vote::Output { .. } | Vote::Batch { .. } => return None,
	};
	Some(Judgement { vote, own })
}

fn audit_request(place: &Place, work: &AuditWork, evidence: &Evidence) -> Vec<u8> {
	let Evidence { payload, output, tokens, opening } = evidence;
	let tokens = tokens.as_deref();
	let Sampling { max_output, temperature_milli, top_k, top_p_milli, salt: _ } = work.sampling;
	let Units { input, output: written } = work.units;
	let sampling = Object::new(FRAME)
		.number("max_output", max_output)
		.number("temperature_milli", temperature_milli.into())
		.number("top_k", top_k.into())
		.number("top_p_milli", top_p_milli.into());
	let gateway = work.gateway.map(|GatewayWork { presence_milli, frequency_milli }| {
		Object::new(FRAME)
			.signed("presence_milli", presence_milli)
			.signed("frequency_milli", frequency_milli)
	});
	let units = Object::new(FRAME).number("input", input).number("output", written);
	let request = Object::new(room([payload, output, tokens.unwrap_or_default()]))
		.bytes("job", place.job.as_bytes())
		.bytes("challenge", place.challenge.as_bytes())
		.bytes("model", work.model.as_bytes())
		.word("task", word(work.task))
		.bytes("payload", payload)
		.object("sampling", sampling)
		.bytes("seed", work.seed.as_bytes())
		.bytes("output", output)
		.maybe_bytes("tokens", tokens)
		.object("units", units)
		.maybe_object("gateway", gateway);
	match opening {
		Some(opening) => request.bytes("opening", opening).end(),
		// An older verifier knows no such field.
		None => request.end(),
	}
}

fn batch_request<AccountId: Encode>(place: &Place, work: &BatchWork<AccountId>) -> Vec<u8> {
	let committed = work.committed.encode();
	Object::new(room([&committed, &work.endpoint, &[]]))
		.bytes("batch", place.job.as_bytes())
		.bytes("challenge", place.challenge.as_bytes())
		.bytes("committed", &committed)
		.bytes("endpoint", &work.endpoint)
		.end()
}

fn rows_request(place: &Place, shown: &Shown) -> Vec<u8> {
	Object::new(room([shown.openings, shown.tokens.unwrap_or_default(), &[]]))
		.bytes("job", place.job.as_bytes())
		.bytes("challenge", place.challenge.as_bytes())
		.bytes("root", shown.opened.root.as_bytes())
		.bytes("fingerprint", &shown.opened.fingerprint.encode())
		.number("count", shown.count)
		.number("width", shown.width)
		.maybe_bytes("tokens", shown.tokens)
		.bytes("openings", shown.openings)
		.end()
}

/// What a request with these bytes takes.
fn room(long: [&[u8]; 3]) -> usize {
	long.iter().fold(FRAME, |sum, bytes| sum.saturating_add(bytes.len().saturating_mul(2)))
}

fn word(task: TaskKind) -> &'static str {
	match task {
		TaskKind::Chat => "chat",
		TaskKind::Complete => "complete",
		TaskKind::Embed => "embed",
	}
}
