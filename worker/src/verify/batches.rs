//! A gateway's batch: its receipts are fetched and all of them looked at. No model is needed for that.
//!
//! What a gateway names is a URL that anybody may have written, with whatever answers there: it is asked
//! for one file, of the length that the chain has, and followed nowhere.

use super::{
	wire::{BatchAnswer, BatchRequest, HexBytes},
	Refusal,
};
use axum::http::StatusCode;
use codec::{DecodeAll, Encode};
use reckon_primitives::AccountId;
use reckon_receipts::{batch_root, Committed, Unlike, MAX_WRONG};
use reckon_sdk::{content_hash, H256};
use reckon_verification::{batch_digest, Rejection, Vote};
use reqwest::{redirect::Policy, Client, Url};
use std::{
	collections::{HashSet, VecDeque},
	sync::{Arc, Mutex, MutexGuard, PoisonError},
	time::{Duration, Instant},
};
use tokio::sync::Semaphore;

/// How long a gateway may take to accept a connection.
const CONNECT: Duration = Duration::from_secs(5);
/// How long the receipts may take, however few they are.
const FETCH: Duration = Duration::from_secs(10);
/// Of many, bytes that must come in each second: all of the largest batch within half a minute.
const BYTES_PER_SECOND: u32 = 3_000_000;
/// The most bytes of receipts: more than the chain lets a batch have.
const LONGEST: u32 = 128 << 20;
/// Answers that are remembered, for a node that asks again.
const REMEMBERED: usize = 64;
/// How long who asks first waits: a gateway that is slow must not hold up what else its node has to ask.
/// Who asks again is told at once how far it is.
const PATIENCE: Duration = Duration::from_secs(1);
/// Batches that are fetched or looked at together: a gateway that is slow holds no other's up either.
const AT_ONCE: usize = 8;
/// Batches that are looked at or wait.
const MAX_LOOKS: usize = 256;

type Looked = Result<BatchAnswer, Refusal>;

/// What looks at batches. Cheap to clone.
#[derive(Clone)]
pub(super) struct Batches(Arc<Inner>);

struct Inner {
	http: Client,
	turns: Semaphore,
	/// To look at one: takes a few times the memory that its bytes do.
	judging: Semaphore,
	looks: Mutex<Looks>,
}

#[derive(Default)]
struct Looks {
	under_way: HashSet<H256>,
	/// What came of them. That a gateway hands nothing out is told once: the next time it may.
	ended: VecDeque<(H256, Looked)>,
}

impl Looks {
	/// What came of a look.
	fn ended(&mut self, key: H256) -> Option<Looked> {
		let at = self.ended.iter().position(|(known, _)| *known == key)?;
		match &self.ended.get(at)?.1 {
			Ok(answer) => Some(Ok(answer.clone())),
			Err(_) => self.ended.remove(at).map(|(_, looked)| looked),
		}
	}
}

/// A request that makes sense.
struct Case {
	batch: H256,
	challenge: H256,
	committed: Committed<AccountId>,
	url: Url,
}

impl Case {
	fn parse(request: BatchRequest) -> Result<Self, Refusal> {
		let BatchRequest { batch, challenge, committed, endpoint } = request;
		let committed = Committed::<AccountId>::decode_all(&mut committed.0.as_slice())
			.map_err(|error| Refusal::malformed(format!("committed: {error}")))?;
		let root = batch_root(&committed.totals)
			.map_err(|error| Refusal::malformed(format!("committed: {error}")))?;
		if committed.leaves.length > LONGEST {
			return Err(Refusal::failed("a batch has less than 128 MiB of receipts"));
		}
		let endpoint = String::from_utf8_lossy(&endpoint.0);
		let url = format!("{}/v1/batches/{:?}/leaves", endpoint.trim_end_matches('/'), root.hash);
		let url = Url::parse(&url).ok().filter(|url| {
			let is_plain = url.username().is_empty() && url.password().is_none();
			matches!(url.scheme(), "http" | "https")
				&& is_plain && url.query().is_none()
				&& url.fragment().is_none()
		});
		let url = url.ok_or_else(|| withheld("its gateway names no URL that could be asked"))?;
		Ok(Self { batch, challenge, committed, url })
	}

	/// Gets the receipts' bytes. Not those of another batch: these would be nobody's.
	async fn fetch(&self, http: &Client) -> Result<Vec<u8>, Refusal> {
		let url = self.url.as_str();
		let broken = |error: reqwest::Error| withheld(format!("{url}: {}", innermost(&error)));
		let more = Duration::from_secs((self.committed.leaves.length / BYTES_PER_SECOND).into());
		let request = http.get(url).timeout(FETCH.saturating_add(more));
		let mut response = request.send().await.map_err(broken)?;
		if !response.status().is_success() {
			return Err(withheld(format!("{url} answers {}", response.status().as_u16())));
		}
		let length = self.committed.leaves.length as usize;
		let mut bytes = Vec::new();
		while let Some(chunk) = response.chunk().await.map_err(broken)? {
			if bytes.len().saturating_add(chunk.len()) > length {
				return Err(withheld(format!("{url} has more than {length} bytes")));
			}
			bytes.extend_from_slice(&chunk);
		}
		Ok(bytes)
	}

	/// Looks at all of them. Blocks, some 50 microseconds for each receipt.
	fn judge(&self, leaves: &[u8]) -> Result<BatchAnswer, Refusal> {
		let (rejection, wrong) = match self.committed.examine(leaves) {
			Ok(seen) => {
				let rejection = match (seen.has_too_many_wrong(), seen.unequal().is_empty()) {
					(true, _) => Some(Rejection::Faults),
					(false, false) => Some(Rejection::Charges),
					(false, true) => None,
				};
				let shown = seen.wrong().keys().take(MAX_WRONG);
				let wrong = shown.filter_map(|place| seen.exhibit(*place));
				(rejection, wrong.map(|exhibit| HexBytes(exhibit.encode())).collect())
			},
			Err(Unlike::Name) => return Err(withheld(format!("{}: {}", self.url, Unlike::Name))),
			Err(Unlike::Malformed | Unlike::Totals) => (Some(Rejection::Leaves), Vec::new()),
		};
		let digest = batch_digest(&self.batch.0, &self.challenge.0, leaves);
		let vote = Vote::Batch { rejection, digest };
		let found = rejection.map(|why| format!("{why:?}"));
		Ok(BatchAnswer { vote: HexBytes(vote.encode()), found, wrong })
	}
}

impl Batches {
	/// That asks gateways over HTTP.
	///
	/// # Errors
	/// When this machine can make no such requests.
	pub(super) fn new() -> Result<Self, reqwest::Error> {
		// A gateway that sends us elsewhere could send us into our own network.
		let http = Client::builder().connect_timeout(CONNECT).redirect(Policy::none()).build()?;
		let (turns, judging) = (Semaphore::new(AT_ONCE), Semaphore::new(1));
		Ok(Self(Arc::new(Inner { http, turns, judging, looks: Mutex::default() })))
	}

	/// Says what to vote about a batch, and which of its receipts are wrong; or that it is not known yet.
	/// Goes on when nobody waits any more, and has the answer for who asks again about the batch under this
	/// challenge, whatever was struck meanwhile: that changes no vote.
	pub(super) async fn look(&self, request: BatchRequest) -> Looked {
		let case = Case::parse(request)?;
		let key = content_hash(&(case.batch, case.challenge).encode());
		let look = {
			let mut looks = self.looks();
			if let Some(looked) = looks.ended(key) {
				return looked;
			}
			if looks.under_way.contains(&key) {
				return Err(looking());
			}
			if looks.under_way.len() >= MAX_LOOKS {
				let message = format!("{MAX_LOOKS} batches are looked at: ask again");
				return Err(Refusal::new(StatusCode::SERVICE_UNAVAILABLE, "busy", message));
			}
			let look = tokio::spawn(self.clone().take_look(key, case));
			looks.under_way.insert(key);
			look
		};
		match tokio::time::timeout(PATIENCE, look).await {
			Ok(ended) => {
				ended.map_err(Refusal::failed)?;
				self.looks().ended(key).unwrap_or_else(|| Err(looking()))
			},
			Err(_) => Err(looking()),
		}
	}

	async fn take_look(self, key: H256, case: Case) {
		let _over = Over(&self, key);
		let started = Instant::now();
		let looked = self.examine(case).await;
		let seconds = started.elapsed().as_secs_f64();
		match &looked {
			Ok(answer) => {
				let (found, wrong) = (&answer.found, answer.wrong.len());
				tracing::info!(seconds, ?found, wrong, "looked at a batch");
			},
			Err(refusal) => tracing::warn!(seconds, ?refusal, "a batch could not be looked at"),
		}
		let mut looks = self.looks();
		looks.ended.truncate(REMEMBERED - 1);
		looks.ended.push_front((key, looked));
	}

	async fn examine(&self, case: Case) -> Looked {
		// Until it is judged: so many are in memory together, and no more.
		let _turn = self.0.turns.acquire().await.map_err(Refusal::failed)?;
		let leaves = case.fetch(&self.0.http).await?;
		let _judging = self.0.judging.acquire().await.map_err(Refusal::failed)?;
		tokio::task::spawn_blocking(move || case.judge(&leaves)).await.map_err(Refusal::failed)?
	}

	fn looks(&self) -> MutexGuard<'_, Looks> {
		self.0.looks.lock().unwrap_or_else(PoisonError::into_inner)
	}
}

/// A look that is over when this is gone, however it ended.
struct Over<'a>(&'a Batches, H256);

impl Drop for Over<'_> {
	fn drop(&mut self) {
		self.0.looks().under_way.remove(&self.1);
	}
}

/// Whoever asks again in the same words has the answer when it is there.
fn looking() -> Refusal {
	let message = "its receipts are still fetched, or looked at: ask again";
	Refusal::new(StatusCode::ACCEPTED, "looking", message)
}

/// A gateway does not hand out what the chain knows of. Whoever is asked again may have better luck.
fn withheld(message: impl Into<String>) -> Refusal {
	Refusal::new(StatusCode::FAILED_DEPENDENCY, "withheld", message)
}

/// The innermost reason, without the URL.
fn innermost(error: &reqwest::Error) -> String {
	let mut inner: &dyn std::error::Error = error;
	while let Some(next) = inner.source() {
		inner = next;
	}
	inner.to_string()
}
