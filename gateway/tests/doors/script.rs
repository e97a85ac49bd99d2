//! A desk that does what a test has written down, and notes what it was asked.

use reckon_gateway::{
	api::{self, Limits},
	bulk::Shelf,
	desk::{
		Answering, Ask, ChannelInfo, Desk, End, Lanes, Logprob, ModelInfo, NewKey, Overview, Payer,
		Piece, Refusal, SealingWorker, WorkerInfo,
	},
};
use reckon_gateway_store::{
	Admission, Answer, Finish, Key, KeyId, Record, RequestId, State, Times,
};
use reckon_openai::Spoken;
use reckon_primitives::{
	AccountId, Balance, ContentRef, Price, Sampling, TaskKind, TaskSet, Units,
};
use reckon_receipts::{Receipt, ReceiptFile, Request, SignedReceipt, SignedVoucher, Voucher};
use sp_core::{sr25519, H256};
use std::{
	collections::VecDeque,
	sync::{Arc, Mutex},
	time::Duration,
};
use tokio::{
	net::TcpListener,
	sync::watch,
	time::{sleep, sleep_until, Instant},
};

/// The key that the desk knows.
pub const KEY: &str = "sk-reckon-known";
/// Another one.
pub const OTHER_KEY: &str = "sk-reckon-other";
/// The request that the desk has.
pub const KNOWN: H256 = H256([0xab; 32]);
/// A name that is no good in HTML, SQL or a header.
pub const NASTY: &str = "<script>alert('1')</script>\"; DROP TABLE keys; --\u{7f}";

/// What happens next to an answer.
pub enum Step {
	Tell(Piece),
	Wait(Duration),
	/// Nothing, ever.
	Hang,
}

pub enum Plan {
	Refuse(Refusal),
	Answer(Vec<Step>),
}

pub struct Script {
	plans: Mutex<VecDeque<Plan>>,
	asked: Mutex<Vec<Ask>>,
	pub overview: Mutex<Overview>,
	pub ready: Mutex<Result<(), String>>,
	pub lanes: Mutex<Lanes>,
	/// How many answers were let go.
	dropped: watch::Sender<usize>,
}

impl Script {
	pub fn new(plans: impl IntoIterator<Item = Plan>) -> Arc<Self> {
		Arc::new(Self {
			plans: Mutex::new(plans.into_iter().collect()),
			asked: Mutex::default(),
			overview: Mutex::new(overview()),
			ready: Mutex::new(Ok(())),
			lanes: Mutex::new(Lanes { all: 4, free: 3 }),
			dropped: watch::Sender::new(0),
		})
	}

	/// One that answers these texts, once.
	pub fn saying(texts: &[&str]) -> Arc<Self> {
		Self::new([Plan::Answer(say(texts))])
	}

	pub fn asked(&self) -> Vec<Ask> {
		self.asked.lock().unwrap().clone()
	}

	/// Waits until so many answers were let go.
	pub async fn dropped(&self, count: usize) {
		let mut dropped = self.dropped.subscribe();
		let all = dropped.wait_for(|dropped| *dropped >= count);
		tokio::time::timeout(Duration::from_secs(10), all).await.expect("never let go").unwrap();
	}

	pub fn is_dropped(&self) -> bool {
		*self.dropped.borrow() > 0
	}

	/// Waits until so many requests were asked.
	pub async fn wait_for_asked(&self, count: usize) {
		for _ in 0..1000 {
			if self.asked.lock().unwrap().len() >= count {
				return;
			}
			sleep(Duration::from_millis(10)).await;
		}
		panic!("never asked");
	}
}

/// Serves it; returns where.
pub async fn serve(script: &Arc<Script>, limits: Limits) -> String {
	let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
	let address = listener.local_addr().unwrap();
	tokio::spawn(api::serve(listener, script.clone(), limits, std::future::pending()));
	address.to_string()
}

pub fn text(text: &str) -> Step {
	let token = text.as_bytes().to_vec();
	let logprobs =
		vec![Logprob { token: token.clone(), logprob: -0.25, top: vec![(token, -0.25)] }];
	Step::Tell(Piece::Text { text: text.to_owned(), logprobs })
}

/// Pieces and their end.
pub fn say(texts: &[&str]) -> Vec<Step> {
	let mut steps: Vec<_> = texts.iter().map(|part| text(part)).collect();
	steps.push(end(texts.concat().as_bytes()));
	steps
}

pub fn end(output: &[u8]) -> Step {
	Step::Tell(Piece::End(Ok(Arc::new(the_end(output)))))
}

pub fn fail(refusal: Refusal) -> Step {
	Step::Tell(Piece::End(Err(refusal)))
}

pub fn the_end(output: &[u8]) -> End {
	let receipt = Receipt {
		request: KNOWN,
		channel: H256([3; 32]),
		lane: 2,
		model: H256([1; 32]),
		provider: AccountId::new([4; 32]),
		worker: sr25519::Public::from_raw([5; 32]),
		gateway: AccountId::new([6; 32]),
		units: Units { input: 3, output: 2 },
		charge: 7_000_000_000_000_000_000_000,
		output: ContentRef::of(output),
		commitment: None,
		started_at: 1000,
		finished_at: 2000,
		first_token_ms: 100,
	};
	let signed = SignedReceipt { receipt, signature: sr25519::Signature::from_raw([8; 64]) };
	let file = ReceiptFile {
		genesis: H256([9; 32]),
		signed: signed.clone(),
		paid_by: None,
		batch: None,
		request: None,
	};
	let answer = Answer { output: output.to_vec(), finish: Finish::Stop, receipt: signed };
	End { answer, receipt: file }
}

pub fn request() -> Request {
	Request {
		nonce: H256([7; 32]),
		model: H256([1; 32]),
		task: TaskKind::Chat,
		payload: ContentRef::of(b"payload"),
		sampling: Sampling::default(),
		presence_milli: 0,
		frequency_milli: 0,
		price: Price { base: 1, per_input: 2, per_output: 3 },
	}
}

pub fn voucher() -> SignedVoucher {
	let request = request().hash();
	let voucher = Voucher { channel: H256([3; 32]), lane: 2, cumulative: 77, request };
	SignedVoucher { voucher, signature: sr25519::Signature::from_raw([2; 64]) }
}

pub fn key(secret: &str) -> Option<Key> {
	let id = match secret {
		KEY => KeyId::repeat_byte(0x11),
		OTHER_KEY => KeyId::repeat_byte(0x22),
		_ => return None,
	};
	Some(Key {
		id,
		name: NASTY.to_owned(),
		owner: owner(),
		limit: 100_000_000_000_000_000_000,
		spent: 5,
		created: 1234,
		revoked: None,
	})
}

pub fn owner() -> AccountId {
	AccountId::new([10; 32])
}

fn overview() -> Overview {
	let model = ModelInfo {
		name: "org/tiny".to_owned(),
		id: H256([1; 32]),
		tasks: TaskSet::of(&[TaskKind::Chat, TaskKind::Complete]),
		context: 512,
		profile: "f32",
		licence: "MIT".to_owned(),
		workers: 1,
		price: Some(Price { base: 1, per_input: 2_500_000, per_output: 3 }),
		known_since: 1_700_000_000_999,
		active: 1,
		slots: 8,
	};
	let embeds = ModelInfo {
		name: "embed".to_owned(),
		tasks: TaskSet::of(&[TaskKind::Embed]),
		workers: 0,
		price: None,
		..model.clone()
	};
	Overview {
		gateway: AccountId::new([6; 32]),
		subnet: 0,
		genesis: H256([9; 32]),
		block: Some(42),
		models: vec![model, embeds],
		workers: vec![WorkerInfo {
			worker: sr25519::Public::from_raw([5; 32]),
			provider: AccountId::new([4; 32]),
			software: NASTY.to_owned(),
			models: vec!["org/tiny".to_owned()],
			active: 1,
			since: 1,
		}],
		queued: 3,
		running: 4,
	}
}

struct Answers {
	steps: VecDeque<Step>,
	until: Option<Instant>,
	dropped: watch::Sender<usize>,
}

impl Drop for Answers {
	fn drop(&mut self) {
		self.dropped.send_modify(|dropped| *dropped += 1);
	}
}

#[async_trait::async_trait]
impl Answering for Answers {
	fn id(&self) -> RequestId {
		KNOWN
	}

	async fn next(&mut self) -> Option<Piece> {
		loop {
			// Cancel-safe: a step is gone when it is done.
			match self.steps.front()? {
				Step::Hang => std::future::pending::<()>().await,
				// From when it was first waited for, however often that is given up.
				Step::Wait(time) => {
					let until = *self.until.get_or_insert_with(|| Instant::now() + *time);
					sleep_until(until).await;
					self.until = None;
				},
				Step::Tell(_) => {},
			}
			if let Some(Step::Tell(piece)) = self.steps.pop_front() {
				return Some(piece);
			}
		}
	}
}

#[async_trait::async_trait]
impl Desk for Script {
	async fn key(&self, secret: &str) -> Result<Key, Refusal> {
		key(secret).ok_or(Refusal::InvalidKey)
	}

	async fn ask(&self, ask: Ask) -> Result<Box<dyn Answering>, Refusal> {
		self.asked.lock().unwrap().push(ask);
		let plan = self.plans.lock().unwrap().pop_front();
		match plan {
			None => Err(Refusal::Unavailable("nothing more is planned".to_owned())),
			Some(Plan::Refuse(refusal)) => Err(refusal),
			Some(Plan::Answer(steps)) => {
				let dropped = self.dropped.clone();
				Ok(Box::new(Answers { steps: steps.into(), until: None, dropped }))
			},
		}
	}

	fn models(&self) -> Vec<ModelInfo> {
		self.overview.lock().unwrap().models.clone()
	}

	fn sealing(&self, _: &str) -> Result<Vec<SealingWorker>, Refusal> {
		Ok(Vec::new())
	}

	fn overview(&self) -> Overview {
		self.overview.lock().unwrap().clone()
	}

	async fn request(&self, id: RequestId) -> Result<Record, Refusal> {
		if id != KNOWN {
			return Err(Refusal::UnknownRequest);
		}
		let times = Times {
			received: 1,
			reserved: 2,
			authorised: 3,
			dispatched: Some(4),
			answered: Some(5),
			..Times::default()
		};
		let admission = Admission {
			request: request(),
			payload: b"secret payload".to_vec(),
			instructed: false,
			key: None,
			repeat: None,
			voucher: voucher(),
			session_key: sr25519::Public::from_raw([2; 32]),
			reserved: 9_000_000_000_000_000_000_000,
			times,
		};
		Ok(Record {
			admission,
			state: State::Receipted,
			worker: Some(sr25519::Public::from_raw([5; 32])),
			answer: Some(the_end(b"secret answer").answer),
			batch: None,
			times,
		})
	}

	async fn said(&self, key: &Key, id: RequestId) -> Result<Option<Spoken>, Refusal> {
		let payload = br#"{"messages":[{"role":"user","content":"speak"}]}"#.to_vec();
		Ok((id == KNOWN && Some(key.id) == self::key(KEY).map(|key| key.id)).then(|| Spoken {
			payload,
			instructed: false,
			answer: "said".to_owned(),
		}))
	}

	async fn receipt(&self, id: RequestId) -> Result<ReceiptFile, Refusal> {
		match id == KNOWN {
			true => Ok(the_end(b"hi").receipt),
			false => Err(Refusal::UnknownRequest),
		}
	}

	async fn leaves(&self, root: H256) -> Result<Vec<u8>, Refusal> {
		match root == KNOWN {
			true => Ok(vec![0, 255, 1]),
			false => Err(Refusal::UnknownRequest),
		}
	}

	async fn challenge(&self, owner: &AccountId) -> Result<String, Refusal> {
		Ok(format!("sign this, {owner}"))
	}

	async fn issue(
		&self,
		owner: &AccountId,
		challenge: &str,
		signature: &[u8],
		name: &str,
		limit: Balance,
	) -> Result<NewKey, Refusal> {
		if signature != [1; 64] || challenge != format!("sign this, {owner}") {
			return Err(Refusal::SignIn("the signature is not the account's".to_owned()));
		}
		let key = Key { name: name.to_owned(), limit, owner: owner.clone(), ..key(KEY).unwrap() };
		let session_key = sr25519::Public::from_raw([2; 32]);
		Ok(NewKey { secret: KEY.to_owned(), key, session_key })
	}

	async fn keys(&self, key: &Key) -> Result<Vec<Key>, Refusal> {
		Ok(vec![key.clone()])
	}

	async fn revoke(&self, key: &Key, id: KeyId) -> Result<(), Refusal> {
		match key.id == id {
			true => Ok(()),
			false => Err(Refusal::UnknownRequest),
		}
	}

	async fn channel(&self, id: H256) -> Result<ChannelInfo, Refusal> {
		if id != KNOWN {
			return Err(Refusal::ChannelUnusable("it is not this gateway's".to_owned()));
		}
		Ok(ChannelInfo {
			id,
			client: owner(),
			session_key: sr25519::Public::from_raw([2; 32]),
			left: 9_000_000_000_000_000_000_000,
			reserved: 1,
			lanes: vec![0, 5],
			closing: false,
		})
	}

	async fn lanes(&self, _: &Payer) -> Lanes {
		*self.lanes.lock().unwrap()
	}

	async fn can_pay(&self, _: &Key) -> Result<(), Refusal> {
		Ok(())
	}

	fn shelf(&self) -> &Shelf {
		panic!("tests/bulk.rs has files, with a store")
	}

	async fn ready(&self) -> Result<(), String> {
		self.ready.lock().unwrap().clone()
	}

	fn metrics(&self) -> String {
		"reckon_requests 1\n".to_owned()
	}
}
