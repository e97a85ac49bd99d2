//! A validator's node on the mock chain, with a network of answers that a test sets. The local
//! database and the keystore outlive a restart.

use crate::{
	mock::{self, *},
	offchain::{AuditorStatus, VerifierSettings, STATUS_KEY, VERIFIER_KEY},
	Call, AUDIT_KEY_TYPE,
};
use codec::{Decode, Encode};
use frame_support::traits::Hooks;
use reckon_primitives::{Content, JobId, Sampling, TaskKind, Units};
use reckon_support::{
	mocks::{MockPool, MockSubjects},
	AuditWork,
};
use reckon_verification::{Vote, POSITIONS};
use serde_json::{json, Value};
use sp_core::{
	offchain::{
		testing::{TestOffchainExt, TestPersistentOffchainDB},
		Externalities, HttpError, HttpRequestId, HttpRequestStatus, OffchainDbExt, OffchainStorage,
		OffchainWorkerExt, OpaqueNetworkState, Timestamp, TransactionPool, TransactionPoolExt,
	},
	OpaquePeerId, Pair, H256,
};
use sp_keystore::{testing::MemoryKeystore, Keystore, KeystoreExt};
use std::{
	collections::BTreeMap,
	sync::{Arc, Mutex, MutexGuard},
};

pub const WORKER: &str = "http://worker.example:9620";
pub const VERIFIER: &str = "http://127.0.0.1:9621";
/// Milliseconds between blocks.
const BLOCK: u64 = 3_000;
/// The validator whose key the node has.
pub const OWN: u64 = 1;
/// Of the rows that the right model computes: what `mock::rows` has.
pub const COUNT: u32 = 12;
pub const WIDTH: u32 = 16;

/// What comes of a request.
#[derive(Clone)]
pub enum Answer {
	Reply(u16, Vec<u8>),
	/// Nobody listens.
	Refused,
	/// Somebody listens and says nothing until the deadline.
	Silent,
	/// So many bytes, one in each so many milliseconds.
	Drips(usize, u64),
}

/// A request that was made.
#[derive(Clone, Debug, Default)]
pub struct Asked {
	pub line: String,
	pub headers: Vec<(String, String)>,
	pub body: Vec<u8>,
}

impl Asked {
	pub fn json(&self) -> Value {
		serde_json::from_slice(&self.body).unwrap()
	}
}

/// What was answered, and how much of it was read.
struct Given {
	body: Vec<u8>,
	read: usize,
	/// When the next byte comes, and how long each takes.
	pace: Option<(u64, u64)>,
}

/// Everything outside of the node.
#[derive(Default)]
pub struct World {
	/// Unix milliseconds.
	pub now: u64,
	/// Bytes of bodies that the node has taken.
	pub read: usize,
	asked: Vec<Asked>,
	answers: BTreeMap<String, Answer>,
	/// What was answered, by the request's number.
	given: BTreeMap<u16, Given>,
	/// What was sent.
	pool: Vec<Vec<u8>>,
	/// Whether the pool refuses everything.
	pub is_full: bool,
	seeds: u8,
}

struct Net(Arc<Mutex<World>>);

impl Net {
	fn world(&self) -> MutexGuard<'_, World> {
		self.0.lock().unwrap()
	}
}

impl Externalities for Net {
	fn is_validator(&self) -> bool {
		true
	}

	fn network_state(&self) -> Result<OpaqueNetworkState, ()> {
		Err(())
	}

	fn timestamp(&mut self) -> Timestamp {
		Timestamp::from_unix_millis(self.world().now)
	}

	fn sleep_until(&mut self, deadline: Timestamp) {
		self.world().now = deadline.unix_millis();
	}

	fn random_seed(&mut self) -> [u8; 32] {
		let mut world = self.world();
		world.seeds += 1;
		[world.seeds; 32]
	}

	fn http_request_start(
		&mut self,
		method: &str,
		uri: &str,
		_: &[u8],
	) -> Result<HttpRequestId, ()> {
		let mut world = self.world();
		world.asked.push(Asked { line: format!("{method} {uri}"), ..Default::default() });
		Ok(HttpRequestId(u16::try_from(world.asked.len() - 1).unwrap()))
	}

	fn http_request_add_header(
		&mut self,
		id: HttpRequestId,
		name: &str,
		value: &str,
	) -> Result<(), ()> {
		let header = (name.to_owned(), value.to_owned());
		self.world().asked[usize::from(id.0)].headers.push(header);
		Ok(())
	}

	fn http_request_write_body(
		&mut self,
		id: HttpRequestId,
		chunk: &[u8],
		deadline: Option<Timestamp>,
	) -> Result<(), HttpError> {
		assert!(deadline.is_some(), "a request must not wait for ever");
		self.world().asked[usize::from(id.0)].body.extend_from_slice(chunk);
		Ok(())
	}

	fn http_response_wait(
		&mut self,
		ids: &[HttpRequestId],
		deadline: Option<Timestamp>,
	) -> Vec<HttpRequestStatus> {
		let deadline = deadline.expect("a request must not wait for ever");
		let mut world = self.world();
		let answer = |id: &HttpRequestId| {
			let line = world.asked[usize::from(id.0)].line.clone();
			match world.answers.get(&line).cloned().unwrap_or(Answer::Refused) {
				Answer::Reply(status, body) => {
					world.given.insert(id.0, Given { body, read: 0, pace: None });
					HttpRequestStatus::Finished(status)
				},
				Answer::Drips(length, millis) => {
					let pace = Some((world.now + millis, millis));
					let body = vec![0; length];
					world.given.insert(id.0, Given { body, read: 0, pace });
					HttpRequestStatus::Finished(200)
				},
				Answer::Refused => HttpRequestStatus::IoError,
				Answer::Silent => {
					world.now = world.now.max(deadline.unix_millis());
					HttpRequestStatus::DeadlineReached
				},
			}
		};
		ids.iter().map(answer).collect()
	}

	fn http_response_headers(&mut self, _: HttpRequestId) -> Vec<(Vec<u8>, Vec<u8>)> {
		Vec::new()
	}

	fn http_response_read_body(
		&mut self,
		id: HttpRequestId,
		buffer: &mut [u8],
		deadline: Option<Timestamp>,
	) -> Result<usize, HttpError> {
		let deadline = deadline.expect("a body must not be waited for for ever").unix_millis();
		let mut world = self.world();
		let world = &mut *world;
		let Given { body, read, pace } = world.given.get_mut(&id.0).ok_or(HttpError::Invalid)?;
		let most = match pace {
			None => buffer.len(),
			Some((at, _)) if *at > deadline => {
				world.now = world.now.max(deadline);
				return Err(HttpError::DeadlineReached);
			},
			Some((at, each)) => {
				world.now = world.now.max(*at);
				*at = world.now + *each;
				1
			},
		};
		let length = most.min(body.len() - *read);
		buffer[..length].copy_from_slice(&body[*read..*read + length]);
		*read += length;
		world.read += length;
		Ok(length)
	}

	fn set_authorized_nodes(&mut self, _: Vec<OpaquePeerId>, _: bool) {}
}

impl TransactionPool for Net {
	fn submit_transaction(&mut self, extrinsic: Vec<u8>) -> Result<(), ()> {
		let mut world = self.world();
		if world.is_full {
			return Err(());
		}
		world.pool.push(extrinsic);
		Ok(())
	}
}

/// The node, and the chain that it sees.
pub struct Node {
	chain: sp_io::TestExternalities,
	db: TestPersistentOffchainDB,
	keys: Arc<MemoryKeystore>,
	world: Arc<Mutex<World>>,
}

impl Node {
	/// A node with the key of one of three validators, a verifier and a provider with a worker.
	pub fn new() -> Self {
		let node = Self::of_validators(3);
		node.configure(Some(VERIFIER));
		node
	}

	/// The same of so many validators, without a verifier.
	pub fn of_validators(validators: u64) -> Self {
		let mut node = Self {
			chain: mock::new_chain(validators),
			db: TestPersistentOffchainDB::new(),
			keys: Arc::new(MemoryKeystore::new()),
			world: Arc::default(),
		};
		node.add_key(OWN);
		node.restart();
		node.see(|| MockPool::set_endpoint(PROVIDER, WORKER));
		node
	}

	/// Gives the node one more validator's key.
	pub fn add_key(&self, validator: u64) {
		let key = mock::key(account(validator));
		let seed = [u8::try_from(account(validator) % 256).unwrap(); 32];
		self.keys.insert(AUDIT_KEY_TYPE, &hex(&seed), key.public().as_ref()).unwrap();
	}

	/// Forgets all but the database and the keys: what was in the pool too.
	pub fn restart(&mut self) {
		let now = self.world().now;
		self.world = Arc::new(Mutex::new(World { now, seeds: 100, ..Default::default() }));
		let (db, _) = TestOffchainExt::with_offchain_db(self.db.clone());
		self.chain.register_extension(OffchainDbExt::new(db));
		self.chain.register_extension(OffchainWorkerExt::new(Net(self.world.clone())));
		self.chain.register_extension(TransactionPoolExt::new(Net(self.world.clone())));
		self.chain.register_extension(KeystoreExt(self.keys.clone()));
	}

	/// Tells the node where its verifier is, or that there is none.
	pub fn configure(&self, url: Option<&str>) {
		match url {
			None => self.db.clone().remove(b"", VERIFIER_KEY),
			Some(url) => self.tell(url, "secret"),
		}
	}

	/// The same, with this token.
	pub fn tell(&self, url: &str, token: &str) {
		let url = url.as_bytes().to_vec().try_into().unwrap();
		let token = token.as_bytes().to_vec().try_into().unwrap();
		let settings = VerifierSettings { url, token };
		self.db.clone().set(b"", VERIFIER_KEY, &settings.encode());
	}

	pub fn db(&self) -> TestPersistentOffchainDB {
		self.db.clone()
	}

	pub fn world(&self) -> MutexGuard<'_, World> {
		self.world.lock().unwrap()
	}

	/// Answers a request from now on.
	pub fn answer(&self, line: &str, answer: Answer) {
		self.world().answers.insert(line.into(), answer);
	}

	/// The requests since the last restart.
	pub fn asked(&self) -> Vec<Asked> {
		self.world().asked.clone()
	}

	/// Those of one kind.
	pub fn asked_for(&self, line: &str) -> Vec<Asked> {
		self.asked().into_iter().filter(|asked| asked.line == line).collect()
	}

	pub fn status(&self) -> AuditorStatus {
		let bytes = self.db.get(STATUS_KEY);
		bytes.map_or_else(Default::default, |it| AuditorStatus::decode(&mut it.as_slice()).unwrap())
	}

	/// Looks at the chain, or acts on it.
	pub fn see<R>(&mut self, look: impl FnOnce() -> R) -> R {
		self.chain.execute_with(look)
	}

	/// Runs the off-chain worker; gives what it has sent.
	pub fn run(&mut self) -> Vec<Call<Test>> {
		self.chain.execute_with(|| {
			let now = System::block_number();
			Audits::offchain_worker(now);
		});
		let sent = std::mem::take(&mut self.world().pool);
		sent.iter()
			.map(|bytes| {
				let tx = UncheckedExtrinsic::decode(&mut bytes.as_slice()).unwrap();
				let RuntimeCall::Audits(call) = tx.function else { panic!("not of audits") };
				call
			})
			.collect()
	}

	/// Runs the worker, and puts what it sends into the next block, where all of it must be good.
	pub fn block(&mut self) -> Vec<Call<Test>> {
		let sent = self.run();
		self.world().now += BLOCK;
		self.chain.execute_with(|| {
			pass(1);
			for call in &sent {
				mock::send(call.clone()).unwrap();
			}
		});
		sent
	}

	/// So many blocks.
	pub fn blocks(&mut self, count: u32) -> Vec<Call<Test>> {
		(0..count).flat_map(|_| self.block()).collect()
	}

	/// So many jobs, which are drawn in the same block.
	pub fn jobs(&mut self, numbers: std::ops::RangeInclusive<u8>) -> Vec<JobId> {
		self.see(|| {
			let ids = numbers.map(|n| {
				MockSubjects::set_work(mock::job(n), work());
				submit(n, true)
			});
			ids.collect()
		})
	}

	/// A job of the chat task that is all on chain, whose committee is drawn.
	pub fn job(&mut self, n: u8) -> JobId {
		self.job_with(n, work())
	}

	/// One with this work.
	pub fn job_with(&mut self, n: u8, work: AuditWork) -> JobId {
		self.see(|| {
			MockSubjects::set_work(mock::job(n), work);
			drawn(n)
		})
	}

	/// Lets worker and verifier do what they ought to, where the verifier has the worker's rows.
	pub fn answer_honestly(&mut self, id: JobId) {
		let vote = self.see(|| computed(id, RIGHT).vote);
		let root = root_of(id);
		self.answer(&tokens_line(id), Answer::Reply(200, tokens()));
		self.answer(&audits_line(), ok(found(&vote, root)));
	}

	/// What a seat's vote is.
	pub fn ballot(&mut self, id: JobId) -> crate::Ballot {
		let who = account(OWN);
		self.see(|| audit(id).seats.into_iter().find(|it| it.auditor == who).unwrap().ballot)
	}

	/// The others commit to what the right model computes; then the worker opens.
	pub fn others_commit(&mut self, id: JobId) {
		self.see(|| {
			for who in seated(id).into_iter().filter(|who| *who != account(OWN)) {
				commit(id, who, &computed(id, RIGHT)).unwrap();
			}
			open(id, RIGHT);
		});
	}

	/// The others open their votes, and the audit ends.
	pub fn others_reveal(&mut self, id: JobId) {
		self.see(|| {
			for who in seated(id).into_iter().filter(|who| *who != account(OWN)) {
				reveal(id, who, &computed(id, RIGHT)).unwrap();
			}
			to_block(audit(id).due);
		});
	}
}

pub fn work() -> AuditWork {
	AuditWork {
		model: MODEL,
		task: TaskKind::Chat,
		payload: Content::from(b"What?".to_vec()),
		sampling: Sampling { max_output: COUNT, temperature_milli: 700, ..Default::default() },
		seed: H256::repeat_byte(0x5e),
		output: Content::from(b"That.".to_vec()),
		units: Units { input: 9, output: COUNT },
		gateway: None,
	}
}

pub fn tokens() -> Vec<u8> {
	(0..COUNT).collect::<Vec<u32>>().encode()
}

pub fn tokens_line(id: JobId) -> String {
	format!("GET {WORKER}/audits/{id:x}/tokens")
}

pub fn rows_line(id: JobId, challenge: H256) -> String {
	format!("GET {WORKER}/audits/{id:x}/rows/{challenge:x}")
}

pub fn audits_line() -> String {
	format!("POST {VERIFIER}/v1/audits")
}

pub fn seen_line() -> String {
	format!("POST {VERIFIER}/v1/rows")
}

pub fn ok(json: Value) -> Answer {
	Answer::Reply(200, json.to_string().into_bytes())
}

/// As the verifier answers.
pub fn found(vote: &Vote, root: H256) -> Value {
	match vote {
		Vote::Replayed { fingerprint, .. } => json!({
			"vote": hex(&vote.encode()),
			"found": "replayed",
			"fingerprint": hex(&fingerprint.encode()),
			"statistics": { "tokens": 0, "mismatches": 0 },
			"root": hex(root.as_bytes()),
			"count": COUNT,
			"width": WIDTH,
		}),
		vote => json!({ "vote": hex(&vote.encode()), "found": "refuted", "fault": "Text" }),
	}
}

/// Openings that begin as real ones do.
pub fn openings() -> Vec<u8> {
	let one = (0u32, 0u32, vec![0f32; WIDTH as usize], Vec::<[u8; 32]>::new());
	vec![one; POSITIONS].encode()
}

pub fn hex(bytes: &[u8]) -> String {
	let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
	format!("0x{digits}")
}
