//! The daemon's loop against a mock chain and a mock engine, with restarts.

use reckon_engine::EvidenceStore;
use reckon_sdk::{
	account, Account, AccountId, Assignment, AuditPhase, BlockNumber, BlockRef, Constants, Content,
	Delivery, Heads, Inquiry, JobEvent, JobId, ModelId, Reason, Sampling, Session, TaskKind, Units,
	H256,
};
use reckon_verification::{commitment, Evidence, Rows};
use reckon_worker::{
	audits::{prove, Inquiries, Opened, Proof, Question},
	blobs::BlobStore,
	chain::{ChainClient, ChainError, Standing},
	compute::{Compute, Done, Order, Running},
	daemon::{Daemon, Parts},
	endpoint::Expected,
	jobs::{Sent, Work},
	journal::Journal,
	presence::Presence,
	status::Shared,
};
use std::{
	collections::{BTreeMap, BTreeSet},
	path::Path,
	sync::{
		atomic::{AtomicU64, Ordering},
		Arc, Mutex,
	},
	time::{Duration, Instant},
};
use tokio::sync::{mpsc, oneshot, watch};

#[derive(Default)]
struct State {
	assigned: BTreeMap<JobId, Assignment>,
	/// All that was ever signed.
	deliveries: Vec<(JobId, Work)>,
	delivered: BTreeMap<JobId, Work>,
	declined: Vec<(JobId, Reason)>,
	events: BTreeMap<BlockNumber, Vec<JobEvent>>,
	/// Deliveries get in and nobody hears of it.
	deaf: bool,
	presence: Option<Presence>,
	/// Whose answers are audited.
	commits: Option<AccountId>,
	inquiries: Vec<Inquiry>,
	/// All openings that were ever signed.
	opened: Vec<(Question, Proof)>,
	over: BTreeSet<JobId>,
	/// The offers that heartbeats named.
	heartbeats: Vec<u32>,
	/// Heartbeats that are to fail before one gets in.
	failing: u32,
}

#[derive(Clone)]
struct MockChain {
	state: Arc<Mutex<State>>,
	heads: watch::Sender<Heads>,
}

impl MockChain {
	fn new() -> Self {
		let heads = watch::Sender::new(Heads { best: None, finalized: None });
		let chain = Self { state: Arc::default(), heads };
		chain.block(1);
		chain
	}

	fn block(&self, number: BlockNumber) {
		let block = BlockRef { number, hash: H256::from_low_u64_be(number.into()) };
		self.heads.send_replace(Heads { best: Some(block), finalized: Some(block) });
	}

	/// A block that another fork may replace.
	fn best(&self, number: BlockNumber) {
		let block = BlockRef { number, hash: H256::from_low_u64_be(number.into()) };
		self.heads.send_modify(|heads| heads.best = Some(block));
	}

	fn assign(&self, assignment: Assignment) {
		self.state.lock().unwrap().assigned.insert(assignment.job, assignment);
	}
}

impl ChainClient for MockChain {
	fn heads(&self) -> watch::Receiver<Heads> {
		self.heads.subscribe()
	}

	async fn assigned(&self, at: BlockRef) -> Result<Vec<Assignment>, ChainError> {
		match at.number {
			// Everything is assigned later, also where finality is still here.
			1 => Ok(Vec::new()),
			_ => Ok(self.state.lock().unwrap().assigned.values().cloned().collect()),
		}
	}

	async fn commits(&self, _: BlockRef, _: ModelId) -> Result<Option<AccountId>, ChainError> {
		Ok(self.state.lock().unwrap().commits)
	}

	async fn inquiries(&self, _: BlockRef) -> Result<Vec<Inquiry>, ChainError> {
		Ok(self.state.lock().unwrap().inquiries.clone())
	}

	async fn committed(&self, _: BlockRef, job: JobId) -> Result<Option<H256>, ChainError> {
		let state = self.state.lock().unwrap();
		Ok(state.delivered.get(&job).and_then(|work| work.commitment))
	}

	async fn sampled(&self, _: BlockRef, _: H256) -> Result<Option<H256>, ChainError> {
		Ok(None)
	}

	async fn auditors(&self, _: BlockRef, _: H256) -> Result<Vec<[u8; 32]>, ChainError> {
		Ok(Vec::new())
	}

	async fn is_over(&self, _: BlockRef, job: JobId) -> Result<bool, ChainError> {
		Ok(self.state.lock().unwrap().over.contains(&job))
	}

	async fn open_rows(&self, question: Question, proof: Proof) -> Opened {
		let deaf = {
			let mut state = self.state.lock().unwrap();
			state.opened.push((question, proof));
			state.deaf
		};
		if deaf {
			std::future::pending::<()>().await;
		}
		Opened::Yes
	}

	async fn job_events(&self, number: BlockNumber) -> Result<Vec<JobEvent>, ChainError> {
		Ok(self.state.lock().unwrap().events.get(&number).cloned().unwrap_or_default())
	}

	async fn standing(&self, _: BlockRef) -> Result<Option<Standing>, ChainError> {
		Ok(None)
	}

	async fn presence(&self, _: BlockRef) -> Result<Option<Presence>, ChainError> {
		Ok(self.state.lock().unwrap().presence)
	}

	async fn account(&self, _: BlockRef) -> Result<Account, ChainError> {
		Ok(Account::default())
	}

	async fn now_millis(&self, _: BlockRef) -> Result<u64, ChainError> {
		Ok(0)
	}

	async fn deliver(&self, job: JobId, work: Work) -> Sent {
		let deaf = {
			let mut state = self.state.lock().unwrap();
			state.deliveries.push((job, work.clone()));
			if state.delivered.contains_key(&job) {
				return Sent::AlreadyDelivered;
			}
			state.delivered.insert(job, work);
			state.assigned.remove(&job);
			state.deaf
		};
		if deaf {
			std::future::pending::<()>().await;
		}
		Sent::Accepted
	}

	async fn decline(&self, job: JobId, reason: Reason) -> Sent {
		let mut state = self.state.lock().unwrap();
		state.assigned.remove(&job);
		state.declined.push((job, reason));
		Sent::Accepted
	}

	async fn heartbeat(&self, offers: u32) -> bool {
		let mut state = self.state.lock().unwrap();
		state.heartbeats.push(offers);
		if state.failing > 0 {
			state.failing -= 1;
			return false;
		}
		if let Some(presence) = &mut state.presence {
			presence.last_seen = presence.session.index;
			presence.reason = Reason::Eligible;
		}
		true
	}
}

/// Ends a computation, with an answer or why there is none.
type End = Box<dyn FnOnce(Option<Reason>) + Send>;
/// Computations that wait to be ended, with their seeds.
type Ends = Arc<Mutex<Vec<(H256, End)>>>;

/// Answers differently each time, as clocks do.
#[derive(Default)]
struct MockEngine {
	runs: AtomicU64,
	stuck: bool,
	/// Where computations wait to be ended; stopping them does not.
	held: Option<Ends>,
	/// Where evidence is kept for answers that must be committed to.
	evidence: Option<EvidenceStore>,
	/// When the last answer had to be there.
	due: Arc<Mutex<Option<Instant>>>,
}

impl Compute for MockEngine {
	fn start(&self, order: &Order, _: &Running, done: Done) {
		let Order { assignment, due, commits } = order.clone();
		let run = self.runs.fetch_add(1, Ordering::SeqCst);
		*self.due.lock().unwrap() = due;
		if self.stuck {
			return;
		}
		if assignment.model == H256::zero() {
			return done(Err(Reason::ModelNotLoaded));
		}
		let (store, job) = (self.evidence.clone(), assignment.job.0);
		let end = move |failed: Option<Reason>| {
			if let Some(reason) = failed {
				return done(Err(reason));
			}
			let commitment = commits.map(|provider| {
				let run = u8::try_from(run).unwrap();
				let room = store.unwrap().reserve(3, 4).unwrap();
				H256(room.keep(&job, &provider.0, &[run; 32], &evidence(&job, run)).unwrap())
			});
			done(Ok(Delivery {
				output: Content::Inline(format!("answer {run}").into_bytes()),
				commitment,
				units: Units { input: 3, output: 2 },
				started_at: run,
				finished_at: run + 1,
			}));
		};
		match &self.held {
			Some(held) => held.lock().unwrap().push((assignment.seed, Box::new(end))),
			None => end(None),
		}
	}

	fn loaded(&self) -> Vec<(ModelId, serde_json::Value)> {
		Vec::new()
	}

	fn load(&self, _: ModelId) -> Result<(), String> {
		Ok(())
	}
}

/// Of an answer of this run of the engine.
fn evidence(job: &[u8; 32], run: u8) -> Evidence {
	let numbers = (1_u8..=12).map(|number| f32::from(number) + f32::from(run)).collect();
	Evidence::new(job, Rows::new(4, vec![1, 2, 3], numbers).unwrap())
}

struct Worker {
	task: tokio::task::JoinHandle<()>,
	stop: oneshot::Sender<()>,
	arrived: mpsc::Sender<reckon_sdk::ContentRef>,
	shared: Arc<Shared>,
}

fn start(dir: &Path, chain: &MockChain, engine: MockEngine) -> Worker {
	let (sender, arrived) = mpsc::channel(8);
	let shared = Arc::new(Shared::default());
	let evidence = engine.evidence.clone().unwrap_or_else(|| kept(dir));
	let parts = Parts {
		chain: chain.clone(),
		engine: Arc::new(engine),
		worker: account([4; 32]),
		journal: Journal::open(&dir.join("journal.sqlite")).unwrap(),
		blobs: BlobStore::open(&dir.join("blobs")).unwrap(),
		evidence,
		vault: None,
		inquiries: Inquiries::default(),
		expected: Expected::default(),
		arrived,
		shared: shared.clone(),
		constants: constants(),
		drain: Duration::from_secs(5),
	};
	let (stop, stopped) = oneshot::channel();
	let task = tokio::spawn(async move {
		let stop = async move {
			let _ = stopped.await;
		};
		Daemon::run(parts, stop).await.unwrap();
	});
	Worker { task, stop, arrived: sender, shared }
}

fn kept(dir: &Path) -> EvidenceStore {
	EvidenceStore::open(&dir.join("evidence"), 1 << 20).unwrap()
}

/// An engine that keeps evidence. As after a restart, when it is made anew.
fn keeping(dir: &Path) -> MockEngine {
	MockEngine { evidence: Some(kept(dir)), ..MockEngine::default() }
}

fn constants() -> Constants {
	Constants {
		min_turn_blocks: 3,
		max_deadline_blocks: 1_000,
		grace_blocks: 5,
		max_dispute_blocks: 2,
		retention_blocks: 1_000,
		max_payload_bytes: 1 << 20,
		max_answer_bytes: 1 << 20,
		max_output_units: 1 << 10,
		max_clock_lead_millis: u64::MAX / 4,
		receipt_life_millis: 1_000,
		min_bond: 1,
		bond_per_ticket: 1,
		bond_per_job: 1,
		max_capacity: 8,
		unbonding_blocks: 10,
		existential_deposit: 1,
		slot_millis: 3_000,
		session_blocks: 20,
		min_candidate_bond: 1,
		min_delegation: 1,
		unbonding_eras: 7,
		key_deposit: 1,
	}
}

fn assignment(n: u8, model: u8) -> Assignment {
	Assignment {
		job: H256::repeat_byte(n),
		model: H256::repeat_byte(model),
		task: TaskKind::Chat,
		payload: Content::Inline(vec![n]),
		sampling: Sampling::default(),
		seed: H256::repeat_byte(3),
		deadline: 40,
	}
}

/// Waits until something is so.
async fn until(mut is_so: impl FnMut() -> bool) {
	for _ in 0..500 {
		if is_so() {
			return;
		}
		tokio::time::sleep(Duration::from_millis(10)).await;
	}
	panic!("it never came to be");
}

#[tokio::test]
async fn jobs_should_be_delivered_or_given_back_and_accounted_for() {
	let dir = tempfile::tempdir().unwrap();
	let chain = MockChain::new();
	let worker = start(dir.path(), &chain, MockEngine::default());
	chain.assign(assignment(1, 9));
	chain.assign(assignment(2, 0));
	chain.block(2);
	let state = chain.state.clone();
	until(|| state.lock().unwrap().assigned.is_empty()).await;
	assert_eq!(state.lock().unwrap().declined, [(H256::repeat_byte(2), Reason::ModelNotLoaded)]);
	let settled = JobEvent::JobSettled {
		job: H256::repeat_byte(1),
		client: account([1; 32]),
		provider: account([2; 32]),
		charge: 42,
		audit_fee: 0,
		refunded: 0,
	};
	state.lock().unwrap().events.insert(3, vec![settled]);
	// Blocks that are skipped by the heads are accounted for all the same.
	chain.block(6);
	let shared = worker.shared.clone();
	until(|| shared.status().earned.charged == 42).await;
	worker.stop.send(()).unwrap();
	worker.task.await.unwrap();
}

#[tokio::test]
async fn engine_should_be_told_when_the_answer_must_be_there() {
	let dir = tempfile::tempdir().unwrap();
	let chain = MockChain::new();
	let engine = MockEngine::default();
	let due = engine.due.clone();
	let worker = start(dir.path(), &chain, engine);
	let before = Instant::now();
	chain.assign(assignment(1, 9));
	chain.block(20);
	until(|| due.lock().unwrap().is_some()).await;
	// 20 blocks are left, of which two are for the delivery.
	let left = due.lock().unwrap().unwrap() - before;
	let expected = Duration::from_secs(18 * 3);
	assert!(left >= expected && left < expected + Duration::from_secs(5), "{left:?}");
	worker.stop.send(()).unwrap();
	worker.task.await.unwrap();
}

#[tokio::test]
async fn delivery_should_be_sent_unchanged_when_the_worker_died_after_sending_it() {
	let dir = tempfile::tempdir().unwrap();
	let chain = MockChain::new();
	chain.state.lock().unwrap().deaf = true;
	let worker = start(dir.path(), &chain, MockEngine::default());
	chain.assign(assignment(1, 9));
	chain.block(2);
	let state = chain.state.clone();
	until(|| !state.lock().unwrap().deliveries.is_empty()).await;
	worker.task.abort();
	let _ = worker.task.await;
	// A fork: the chain has forgotten the delivery, and shows the job again.
	state.lock().unwrap().delivered.clear();
	state.lock().unwrap().deaf = false;
	chain.assign(assignment(1, 9));
	chain.block(3);
	let engine = MockEngine { runs: AtomicU64::new(100), ..MockEngine::default() };
	let worker = start(dir.path(), &chain, engine);
	until(|| state.lock().unwrap().deliveries.len() == 2).await;
	chain.block(4);
	worker.stop.send(()).unwrap();
	worker.task.await.unwrap();
	let state = state.lock().unwrap();
	assert_eq!(state.deliveries[0], state.deliveries[1]);
	assert_eq!(state.deliveries[0].1.output, Content::Inline(b"answer 0".to_vec()));
}

#[tokio::test]
async fn job_should_be_done_when_the_chain_has_the_delivery_of_an_earlier_life() {
	let dir = tempfile::tempdir().unwrap();
	let chain = MockChain::new();
	chain.state.lock().unwrap().deaf = true;
	let worker = start(dir.path(), &chain, MockEngine::default());
	chain.assign(assignment(1, 9));
	chain.block(2);
	let state = chain.state.clone();
	until(|| !state.lock().unwrap().deliveries.is_empty()).await;
	worker.task.abort();
	let _ = worker.task.await;
	chain.block(3);
	let worker = start(dir.path(), &chain, MockEngine::default());
	let shared = worker.shared.clone();
	until(|| shared.status().jobs.get("done") == Some(&1)).await;
	worker.stop.send(()).unwrap();
	worker.task.await.unwrap();
}

#[tokio::test]
async fn payload_should_be_awaited_and_used_when_it_comes() {
	let dir = tempfile::tempdir().unwrap();
	let chain = MockChain::new();
	let worker = start(dir.path(), &chain, MockEngine::default());
	let content = reckon_sdk::ContentRef::of(&[5; 9_000]);
	chain.assign(Assignment { payload: Content::Blob(content), ..assignment(1, 9) });
	chain.block(2);
	let shared = worker.shared.clone();
	until(|| shared.status().running.values().any(|phase| *phase == "awaiting_payload")).await;
	BlobStore::open(&dir.path().join("blobs")).unwrap().put(&[5; 9_000]).unwrap();
	worker.arrived.send(content).await.unwrap();
	let state = chain.state.clone();
	until(|| state.lock().unwrap().delivered.len() == 1).await;
	worker.stop.send(()).unwrap();
	worker.task.await.unwrap();
}

#[tokio::test]
async fn worker_should_give_back_what_is_not_begun_when_stopped() {
	let dir = tempfile::tempdir().unwrap();
	let chain = MockChain::new();
	let worker = start(dir.path(), &chain, MockEngine::default());
	let content = reckon_sdk::ContentRef::of(&[5; 9_000]);
	chain.assign(Assignment { payload: Content::Blob(content), ..assignment(1, 9) });
	chain.block(2);
	let shared = worker.shared.clone();
	until(|| !shared.status().running.is_empty()).await;
	worker.stop.send(()).unwrap();
	worker.task.await.unwrap();
	let state = chain.state.lock().unwrap();
	assert_eq!(state.declined, [(H256::repeat_byte(1), Reason::ShuttingDown)]);
}

#[tokio::test]
async fn heartbeat_should_be_sent_until_the_chain_has_one_in_each_session() {
	let dir = tempfile::tempdir().unwrap();
	let chain = MockChain::new();
	let state = chain.state.clone();
	let presence = |index, last_seen| {
		// The second half of a session: it is any worker's turn.
		let session = Session { index, slots: 15 };
		Some(Presence { session, last_seen, offers: 2, reason: Reason::Eligible })
	};
	state.lock().unwrap().presence = presence(5, 5);
	state.lock().unwrap().failing = 1;
	let worker = start(dir.path(), &chain, MockEngine::default());
	let shared = worker.shared.clone();
	until(|| shared.status().last_seen == Some(5)).await;
	assert!(state.lock().unwrap().heartbeats.is_empty(), "it was heard of in this session");

	state.lock().unwrap().presence = presence(6, 5);
	chain.block(10);
	until(|| shared.metrics().contains("heartbeats_total{result=\"failed\"} 1")).await;
	chain.block(20);
	until(|| shared.metrics().contains("heartbeats_total{result=\"sent\"} 1")).await;
	chain.block(30);
	until(|| shared.status().last_seen == Some(6)).await;
	chain.block(40);
	assert_eq!(state.lock().unwrap().heartbeats, [2, 2]);
	worker.stop.send(()).unwrap();
	worker.task.await.unwrap();
}

/// A worker that has delivered an answer of a model that is audited.
async fn committed(dir: &Path, chain: &MockChain) -> (Worker, EvidenceStore) {
	chain.state.lock().unwrap().commits = Some(account([2; 32]));
	let engine = keeping(dir);
	let store = engine.evidence.clone().unwrap();
	let worker = start(dir, chain, engine);
	chain.assign(assignment(1, 9));
	chain.block(2);
	let state = chain.state.clone();
	until(|| state.lock().unwrap().delivered.len() == 1).await;
	(worker, store)
}

fn asked(phase: AuditPhase) -> Inquiry {
	let (audit, challenge) = (H256::repeat_byte(1), H256::repeat_byte(7));
	Inquiry { audit, round: 1, phase, until: 90, challenge }
}

#[tokio::test]
async fn delivery_should_commit_to_what_was_kept_when_its_model_is_audited() {
	let dir = tempfile::tempdir().unwrap();
	let chain = MockChain::new();
	let (worker, store) = committed(dir.path(), &chain).await;
	let job = H256::repeat_byte(1);
	let delivered = chain.state.lock().unwrap().delivered[&job].commitment.unwrap();
	let kept = store.get(&job.0, &delivered.0).unwrap().unwrap();
	let expected = commitment(&job.0, &[2; 32], &kept.evidence.root(), &kept.salt);
	assert_eq!(delivered.0, expected);
	worker.stop.send(()).unwrap();
	worker.task.await.unwrap();
}

#[tokio::test]
async fn rows_should_be_opened_once_for_each_question_also_when_the_worker_died() {
	let dir = tempfile::tempdir().unwrap();
	let chain = MockChain::new();
	let (worker, store) = committed(dir.path(), &chain).await;
	let state = chain.state.clone();
	let question = Question { job: H256::repeat_byte(1), challenge: H256::repeat_byte(7) };
	let delivered = state.lock().unwrap().delivered[&question.job].commitment.unwrap();
	let proof = prove(&store, &question, delivered).unwrap().unwrap();
	state.lock().unwrap().deaf = true;
	state.lock().unwrap().inquiries = vec![asked(AuditPhase::Committing)];
	chain.block(4);
	let shared = worker.shared.clone();
	until(|| shared.status().audits == 1).await;
	assert!(state.lock().unwrap().opened.is_empty(), "nobody asks yet");
	state.lock().unwrap().inquiries = vec![asked(AuditPhase::Opening)];
	chain.block(5);
	until(|| state.lock().unwrap().opened == [(question, proof)]).await;
	worker.task.abort();
	let _ = worker.task.await;

	// What was sent may still get in.
	state.lock().unwrap().deaf = false;
	chain.block(6);
	let worker = start(dir.path(), &chain, keeping(dir.path()));
	let shared = worker.shared.clone();
	until(|| shared.status().audits == 1).await;
	assert_eq!(state.lock().unwrap().opened.len(), 1);
	// It did not.
	chain.block(8);
	until(|| state.lock().unwrap().opened == [(question, proof); 2]).await;
	until(|| shared.metrics().contains("openings_total{result=\"opened\"} 1")).await;
	chain.block(20);
	until(|| shared.status().best.is_some_and(|best| best.number == 20)).await;
	assert_eq!(state.lock().unwrap().opened.len(), 2, "it is in a block");
	worker.stop.send(()).unwrap();
	worker.task.await.unwrap();
}

const OURS: JobId = H256([1; 32]);
/// The seeds that two forks give to one job.
const SEEDS: [H256; 2] = [H256([0xa; 32]), H256([0xb; 32])];

/// A worker whose engine ends its computations when it is told to.
struct Held {
	worker: Worker,
	running: Ends,
}

fn held(dir: &Path, chain: &MockChain, runs: u64) -> Held {
	let running = Ends::default();
	let runs = AtomicU64::new(runs);
	let engine = MockEngine { runs, held: Some(running.clone()), ..keeping(dir) };
	Held { worker: start(dir, chain, engine), running }
}

impl Held {
	/// Ends the oldest computation with this seed.
	fn end(&self, seed: H256, failed: Option<Reason>) {
		let mut running = self.running.lock().unwrap();
		let at = running.iter().position(|(of, _)| *of == seed).unwrap();
		let (_, end) = running.remove(at);
		drop(running);
		end(failed);
	}

	fn is_computed(&self) -> bool {
		self.worker.shared.status().running.values().any(|phase| *phase == "computed")
	}

	async fn kill(self) {
		self.worker.task.abort();
		let _ = self.worker.task.await;
	}
}

/// A job whose answer depends on the seed, in a block of a fork that gives it this one.
fn fork(chain: &MockChain, number: BlockNumber, seed: H256) {
	let sampling = Sampling { temperature_milli: 700, ..Sampling::default() };
	chain.assign(Assignment { sampling, seed, ..assignment(1, 9) });
	chain.best(number);
}

/// Whether what the worker has opened last is what the chain has.
fn is_what_was_delivered(state: &State) -> bool {
	let Some((question, proof)) = state.opened.last() else { return false };
	let Proof { root, salt, .. } = proof;
	let opened = commitment(&question.job.0, &[2; 32], &root.0, &salt.0);
	state.delivered[&question.job].commitment == Some(H256(opened))
}

/// When the worker dies.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Death {
	Never,
	BeforeDelivery,
	AfterDelivery,
}

/// Two forks give one job two seeds, and both answers are computed. Whichever wins, whichever comes
/// last, before or after the delivery, and whenever the worker dies: what is opened is what was
/// delivered.
#[tokio::test]
async fn rows_of_the_delivered_answer_should_be_opened_when_two_forks_were_computed() {
	for winner in SEEDS {
		for stale_first in [true, false] {
			for death in [Death::Never, Death::BeforeDelivery, Death::AfterDelivery] {
				two_forks(winner, stale_first, death).await;
			}
		}
	}
}

async fn two_forks(winner: H256, stale_first: bool, death: Death) {
	let dir = tempfile::tempdir().unwrap();
	let chain = MockChain::new();
	let state = chain.state.clone();
	state.lock().unwrap().commits = Some(account([2; 32]));
	let mut held = held(dir.path(), &chain, 0);
	let begun = |held: &Held, count| held.running.lock().unwrap().len() == count;
	for (number, seed) in (2..).zip(SEEDS) {
		fork(&chain, number, seed);
		until(|| begun(&held, number as usize - 1)).await;
	}
	let mut stale = vec![SEEDS[0]];
	if winner == SEEDS[0] {
		// Back to the first fork: that computation was stopped, and another one is begun.
		fork(&chain, 4, winner);
		until(|| begun(&held, 3)).await;
		stale.push(SEEDS[1]);
	}
	if stale_first {
		stale.drain(..).for_each(|seed| held.end(seed, None));
	}
	if !held.is_computed() && !held.running.lock().unwrap().is_empty() {
		held.end(winner, None);
	}
	until(|| held.is_computed()).await;
	if death == Death::BeforeDelivery {
		held.kill().await;
		held = self::held(dir.path(), &chain, 100);
		until(|| held.is_computed()).await;
		stale.clear();
	}
	chain.block(5);
	until(|| state.lock().unwrap().delivered.contains_key(&OURS)).await;
	stale.drain(..).for_each(|seed| held.end(seed, None));
	let shared = held.worker.shared.clone();
	until(|| shared.status().jobs.get("done") == Some(&1)).await;
	if death == Death::AfterDelivery {
		held.kill().await;
		held = self::held(dir.path(), &chain, 100);
	}
	state.lock().unwrap().inquiries = vec![asked(AuditPhase::Opening)];
	chain.block(6);
	until(|| !state.lock().unwrap().opened.is_empty()).await;
	let state = state.lock().unwrap();
	assert!(is_what_was_delivered(&state), "{winner} {stale_first} {death:?}");
	assert_eq!((state.deliveries.len(), state.declined.len()), (1, 0));
	assert!(held.running.lock().unwrap().len() <= 1, "nothing was computed again");
}

/// As after a journal was restored from a backup: the worker has signed two answers.
#[tokio::test]
async fn rows_should_be_those_of_the_chains_record_when_two_answers_were_delivered() {
	let dir = tempfile::tempdir().unwrap();
	let chain = MockChain::new();
	let state = chain.state.clone();
	let mut delivered = Vec::new();
	for run in 0..2 {
		state.lock().unwrap().commits = Some(account([2; 32]));
		let engine = MockEngine { runs: AtomicU64::new(run), ..keeping(dir.path()) };
		let worker = start(dir.path(), &chain, engine);
		chain.assign(assignment(1, 9));
		chain.block(2 + run as BlockNumber);
		until(|| state.lock().unwrap().delivered.contains_key(&OURS)).await;
		worker.task.abort();
		let _ = worker.task.await;
		delivered.extend(state.lock().unwrap().delivered.remove(&OURS));
		std::fs::remove_file(dir.path().join("journal.sqlite")).unwrap();
	}
	assert_ne!(delivered[0].commitment, delivered[1].commitment);
	let worker = start(dir.path(), &chain, keeping(dir.path()));
	for (challenge, answer) in (7..).zip([&delivered[1], &delivered[0], &delivered[1]]) {
		state.lock().unwrap().delivered.insert(OURS, answer.clone());
		let challenge = H256::repeat_byte(challenge);
		state.lock().unwrap().inquiries = vec![Inquiry { challenge, ..asked(AuditPhase::Opening) }];
		chain.block(challenge.0[0].into());
		let is_opened = || {
			let state = state.lock().unwrap();
			state.opened.last().is_some_and(|(question, _)| question.challenge == challenge)
		};
		until(is_opened).await;
		assert!(is_what_was_delivered(&state.lock().unwrap()), "{challenge}");
	}
	worker.stop.send(()).unwrap();
	worker.task.await.unwrap();
}

#[tokio::test]
async fn job_should_not_be_given_back_when_a_computation_ends_that_was_stopped() {
	let dir = tempfile::tempdir().unwrap();
	let chain = MockChain::new();
	let state = chain.state.clone();
	let held = held(dir.path(), &chain, 0);
	for (number, seed) in (2..).zip([SEEDS[0], SEEDS[1], SEEDS[0]]) {
		fork(&chain, number, seed);
		until(|| held.running.lock().unwrap().len() == number as usize - 1).await;
	}
	for seed in SEEDS {
		held.end(seed, Some(Reason::ShuttingDown));
	}
	chain.block(5);
	let shared = held.worker.shared.clone();
	until(|| shared.status().finalized.is_some_and(|block| block.number == 5)).await;
	assert!(shared.status().running.values().all(|phase| *phase == "computing"));
	held.end(SEEDS[0], None);
	until(|| state.lock().unwrap().delivered.contains_key(&OURS)).await;
	assert_eq!(state.lock().unwrap().declined, []);
	assert_eq!(
		state.lock().unwrap().delivered[&OURS].output,
		Content::Inline(b"answer 2".to_vec())
	);
	held.kill().await;
}

#[tokio::test]
async fn evidence_should_be_kept_until_its_job_is_over() {
	let dir = tempfile::tempdir().unwrap();
	let chain = MockChain::new();
	let (worker, store) = committed(dir.path(), &chain).await;
	let (state, job) = (chain.state.clone(), H256::repeat_byte(1));
	let refunded = JobEvent::JobRefunded {
		job,
		client: account([1; 32]),
		amount: 1,
		audit_fee: 0,
		reason: Reason::NoMajority,
	};
	// Looked at, and not over: the next look is when something happens to it.
	for number in 3..6 {
		chain.block(number);
		let shared = worker.shared.clone();
		until(|| shared.status().finalized.is_some_and(|block| block.number == number)).await;
	}
	assert_eq!(store.jobs(), [job.0]);
	state.lock().unwrap().events.insert(7, vec![refunded]);
	state.lock().unwrap().over.insert(job);
	chain.block(7);
	until(|| store.jobs().is_empty()).await;
	worker.stop.send(()).unwrap();
	worker.task.await.unwrap();
}

#[tokio::test]
async fn evidence_should_be_removed_at_the_start_when_its_job_was_over_meanwhile() {
	let dir = tempfile::tempdir().unwrap();
	let chain = MockChain::new();
	let (worker, store) = committed(dir.path(), &chain).await;
	let shared = worker.shared.clone();
	until(|| shared.status().jobs.get("done") == Some(&1)).await;
	worker.stop.send(()).unwrap();
	worker.task.await.unwrap();
	assert_eq!(store.jobs().len(), 1);
	let engine = keeping(dir.path());
	let store = engine.evidence.clone().unwrap();
	chain.state.lock().unwrap().over.insert(H256::repeat_byte(1));
	let worker = start(dir.path(), &chain, engine);
	chain.block(9);
	until(|| store.jobs().is_empty()).await;
	worker.stop.send(()).unwrap();
	worker.task.await.unwrap();
}
