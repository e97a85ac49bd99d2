//! The node's side: its RPC over HTTP, and its blocks, read with the runtime's own types.

use std::{
	collections::BTreeMap,
	ops::RangeInclusive,
	time::{Duration, Instant},
};

use codec::Decode;
use frame_support::storage::storage_prefix;
use frame_system::{ConsumedWeight, EventRecord, Phase};
use reckon_e2e::Net;
use reckon_runtime::{BlockNumber, Hash, RuntimeEvent};
use serde_json::{json, Value};
use sp_core::bytes::{from_hex, to_hex};
use tokio::time::{sleep, timeout};

/// How often to look for a new block: little beside a slot.
const POLL: Duration = Duration::from_millis(50);
/// The node keeps lines back for some seconds before it writes them.
const LOG_DELAY: Duration = Duration::from_secs(15);
/// Transactions in one request: their answers come together.
const BATCH: usize = 200;

/// The methods of a node's RPC that this program needs. Plain HTTP, since the SDK waits for each
/// transaction, and here thousands are under way.
pub struct Rpc {
	http: reqwest::Client,
	url: String,
}

/// What the measurements need to know of a block.
pub struct Block {
	/// Its height.
	pub number: BlockNumber,
	/// Its time, Unix milliseconds.
	pub millis: u64,
	/// What its author accounted for, by class.
	pub weight: ConsumedWeight,
	/// What happened in it.
	pub events: Vec<EventRecord<RuntimeEvent, Hash>>,
}

impl Block {
	/// How many transactions it has.
	///
	/// # Panics
	/// When one of them failed: what is measured here is work, not refusals.
	pub fn transactions(&self) -> usize {
		use frame_system::Event::{ExtrinsicFailed, ExtrinsicSuccess};
		let number = self.number;
		let done = self.events.iter().filter(|record| match (&record.phase, &record.event) {
			// The first one is the author's, and tells the time.
			(Phase::ApplyExtrinsic(0), _) => false,
			(_, RuntimeEvent::System(ExtrinsicSuccess { .. })) => true,
			(_, RuntimeEvent::System(ExtrinsicFailed { dispatch_error, .. })) => {
				panic!("a transaction failed in block {number}: {dispatch_error:?}")
			},
			_ => false,
		});
		done.count()
	}
}

impl Rpc {
	/// The RPC of a node that is up.
	pub fn of(net: &Net) -> Self {
		Self { http: reqwest::Client::new(), url: net.url.replacen("ws", "http", 1) }
	}

	/// The hash of the block at a height, if there is one.
	pub async fn hash(&self, number: BlockNumber) -> Option<Hash> {
		let hash = self.call("chain_getBlockHash", json!([number])).await;
		serde_json::from_value(hash).expect("a hash or nothing")
	}

	/// The height of the best chain.
	pub async fn height(&self) -> BlockNumber {
		let header = self.call("chain_getHeader", json!([])).await;
		let number = header["number"].as_str().and_then(|hex| hex.strip_prefix("0x"));
		let number = number.expect("a header has a number");
		BlockNumber::from_str_radix(number, 16).expect("a number in hexadecimal")
	}

	/// Waits for the block at a height. One author makes all blocks, so there are no forks.
	pub async fn block(&self, number: BlockNumber) -> Block {
		let wait = async {
			loop {
				match self.hash(number).await {
					Some(hash) => return hash,
					None => sleep(POLL).await,
				}
			}
		};
		let hash = timeout(reckon_e2e::LIMIT, wait).await.expect("the node makes blocks");
		Block {
			number,
			millis: self.read("Timestamp", "Now", hash).await,
			weight: self.read("System", "BlockWeight", hash).await,
			events: self.read("System", "Events", hash).await,
		}
	}

	/// Hands transactions to the pool, in order.
	///
	/// # Panics
	/// When the pool refuses one.
	pub async fn submit(&self, transactions: &[Vec<u8>]) {
		for batch in transactions.chunks(BATCH) {
			let submit =
				|bytes: &Vec<u8>| request("author_submitExtrinsic", json!([to_hex(bytes, false)]));
			let answers = self.post(batch.iter().map(submit).collect()).await;
			for answer in answers.as_array().expect("an answer to each") {
				assert!(answer["error"].is_null(), "the pool refuses: {}", answer["error"]);
			}
		}
	}

	/// Reads a storage value after a block.
	async fn read<T: Decode>(&self, pallet: &str, item: &str, at: Hash) -> T {
		let key = to_hex(&storage_prefix(pallet.as_bytes(), item.as_bytes()), false);
		let value = self.call("state_getStorage", json!([key, at])).await;
		let bytes = from_hex(value.as_str().expect("every block has it")).expect("hexadecimal");
		T::decode(&mut bytes.as_slice())
			.unwrap_or_else(|error| panic!("{pallet}.{item} of another runtime? {error}"))
	}

	async fn call(&self, method: &str, parameters: Value) -> Value {
		let mut answer = self.post(request(method, parameters)).await;
		assert!(answer["error"].is_null(), "{method}: {}", answer["error"]);
		answer["result"].take()
	}

	async fn post(&self, body: Value) -> Value {
		let sent = self.http.post(&self.url).header("content-type", "application/json");
		let answer = sent.body(body.to_string()).send().await.expect("the node is there");
		let text = answer.text().await.expect("the node answers");
		serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
	}
}

fn request(method: &str, parameters: Value) -> Value {
	json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": parameters })
}

/// How the node's author made some blocks, as it says in its log.
#[derive(Default)]
pub struct Authoring {
	/// Milliseconds for each block.
	pub millis: Vec<u64>,
	/// How often it stopped for which reason: `NoMoreTransactions`, `HitBlockWeightLimit`, or, when
	/// the machine is too slow for that, `HitDeadline`.
	pub ends: BTreeMap<String, u32>,
}

impl Authoring {
	/// Reads it from the node's log.
	pub async fn of(net: &Net, blocks: RangeInclusive<BlockNumber>) -> Self {
		let started = Instant::now();
		loop {
			let log = std::fs::read_to_string(net.path("node.log")).expect("the node has a log");
			let proposals: Vec<_> =
				log.lines().filter_map(proposal).filter(|(n, ..)| blocks.contains(n)).collect();
			let complete = proposals.iter().any(|(number, ..)| number == blocks.end());
			if complete || started.elapsed() > LOG_DELAY {
				let mut authoring = Self::default();
				for (_, millis, end) in proposals {
					authoring.millis.push(millis);
					*authoring.ends.entry(end.to_owned()).or_default() += 1;
				}
				return authoring;
			}
			sleep(POLL).await;
		}
	}
}

/// Reads `… Prepared block for proposing at 7 (12 ms) hash: …; parent_hash: …; end: Why; …`.
fn proposal(line: &str) -> Option<(BlockNumber, u64, &str)> {
	let (_, rest) = line.split_once("Prepared block for proposing at ")?;
	let (number, rest) = rest.split_once(" (")?;
	let (millis, rest) = rest.split_once(" ms)")?;
	let (_, rest) = rest.split_once("end: ")?;
	let (end, _) = rest.split_once(';')?;
	Some((number.parse().ok()?, millis.parse().ok()?, end))
}
