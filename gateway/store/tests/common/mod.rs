//! Stores to test, and what is put into them.

#![allow(dead_code, reason = "not each of the test programs uses everything")]

pub mod postgres;
pub mod wire;

use postgres::Server;
use reckon_gateway_store::*;
use reckon_primitives::{
	AccountId, Balance, ChannelId, ContentRef, Price, Sampling, TaskKind, Units,
};
use reckon_receipts::{Receipt, Request, SignedReceipt, SignedVoucher, Voucher};
use sp_core::{sr25519, H256};
use std::sync::Arc;
use tempfile::TempDir;

/// Where a test's database is; it goes with it.
pub enum Place {
	Sqlite(TempDir),
	Postgres(Server),
}

impl Place {
	pub fn sqlite() -> Self {
		Self::Sqlite(tempfile::tempdir().unwrap())
	}

	pub fn postgres() -> Self {
		Self::Postgres(Server::start())
	}

	pub fn target(&self) -> String {
		match self {
			Self::Sqlite(folder) => folder.path().join("gateway.db").to_str().unwrap().into(),
			Self::Postgres(server) => server.url("postgres"),
		}
	}

	pub async fn open(&self) -> Arc<dyn Store> {
		open(&self.target()).await.unwrap()
	}
}

/// Makes two tests of each of these functions, which take a [`Place`].
#[macro_export]
macro_rules! on_both {
	($($name:ident),* $(,)?) => {
		mod sqlite {
			$(
				#[tokio::test]
				async fn $name() {
					super::$name(&$crate::common::Place::sqlite()).await;
				}
			)*
		}
		mod postgres {
			$(
				#[tokio::test]
				async fn $name() {
					super::$name(&$crate::common::Place::postgres()).await;
				}
			)*
		}
	};
}

pub const CHANNEL: ChannelId = H256([0xc4; 32]);

pub fn hash(n: u64) -> H256 {
	H256::from_low_u64_be(n)
}

pub fn account(n: u8) -> AccountId {
	AccountId::new([n; 32])
}

pub fn public(n: u8) -> sr25519::Public {
	sr25519::Public::from_raw([n; 32])
}

pub fn signature(n: u64) -> sr25519::Signature {
	let mut bytes = [0x51; 64];
	bytes[..8].copy_from_slice(&n.to_le_bytes());
	sr25519::Signature::from_raw(bytes)
}

/// The nth request.
pub fn request(n: u64) -> Request {
	Request {
		nonce: hash(n),
		model: H256([7; 32]),
		task: TaskKind::Chat,
		payload: ContentRef::of(&payload(n)),
		sampling: Sampling::default(),
		presence_milli: -200,
		frequency_milli: 300,
		price: Price { base: 1, per_input: 2, per_output: 3 },
	}
}

pub fn id(n: u64) -> RequestId {
	request(n).hash()
}

pub fn payload(n: u64) -> Vec<u8> {
	format!(r#"{{"prompt":"{n}"}}"#).into_bytes()
}

/// The nth request, paid for by a voucher up to `cumulative`.
pub fn paid(n: u64, channel: ChannelId, lane: u16, cumulative: Balance) -> Admission {
	let voucher = Voucher { channel, lane, cumulative, request: id(n) };
	Admission {
		request: request(n),
		payload: payload(n),
		instructed: n % 2 == 1,
		key: None,
		repeat: None,
		voucher: SignedVoucher { voucher, signature: signature(n) },
		session_key: public(0x5e),
		reserved: 1_000,
		times: Times {
			received: 1_000 + n,
			reserved: 1_001 + n,
			authorised: 1_002 + n,
			..Times::default()
		},
	}
}

/// The nth request, on a lane of its own.
pub fn admission(n: u64) -> Admission {
	paid(n, CHANNEL, n as u16, 1_000)
}

/// The answer to what was admitted.
pub fn answer(admission: &Admission, charge: Balance) -> Answer {
	let voucher = &admission.voucher.voucher;
	let output = format!("answer to {:?}", voucher.request).into_bytes();
	let receipt = Receipt {
		request: voucher.request,
		channel: voucher.channel,
		lane: voucher.lane,
		model: admission.request.model,
		provider: account(3),
		worker: public(4),
		gateway: account(5),
		units: Units { input: 10, output: 20 },
		charge,
		output: ContentRef::of(&output),
		commitment: None,
		started_at: 5_000,
		finished_at: 6_000,
		first_token_ms: 70,
	};
	let receipt = SignedReceipt { receipt, signature: signature(charge as u64) };
	Answer { output, finish: Finish::Stop, receipt }
}

/// What is known of a request that was just admitted.
pub fn record(admission: &Admission) -> Record {
	Record {
		admission: admission.clone(),
		state: State::Authorised,
		worker: None,
		answer: None,
		batch: None,
		times: admission.times,
	}
}

pub fn key(n: u8) -> Key {
	Key {
		id: H256([n; 32]),
		name: format!("key {n}"),
		owner: account(1),
		limit: 1_000_000,
		spent: 0,
		created: 500 + u64::from(n),
		revoked: None,
	}
}

/// The nth request, answered at 10,000 + n for 100.
pub async fn answered(store: &dyn Store, n: u64) -> Answer {
	let admission = admission(n);
	let answer = answer(&admission, 100);
	assert_eq!(store.admit(&admission, 0).await, Ok(Admitted::New));
	assert_eq!(store.finish(id(n), &answer, 0, 10_000 + n).await, Ok(true));
	answer
}

/// As much as there may be.
pub const ROOM: Room = Room { owner_files: u64::MAX, owner_bytes: u64::MAX, all_bytes: u64::MAX };

/// The bulk as it is listed while it is open.
pub fn open_bulk(bulk: &Bulk) -> OpenBulk {
	let cancelling = bulk.state == BulkState::Cancelling;
	OpenBulk { id: bulk.id, owner: bulk.owner.clone(), cancelling }
}

/// The nth file of the first account, as it is begun.
pub fn file(n: u64) -> File {
	File {
		id: hash(n),
		owner: account(1),
		name: format!("{n}.jsonl"),
		purpose: Purpose::Input,
		bytes: 10,
		created: 1_000 + n,
		expires: 2_000,
	}
}

/// The nth bulk of the first account, which reads the nth file.
pub fn bulk(n: u64) -> Bulk {
	Bulk {
		id: hash(n),
		owner: account(1),
		key: hash(9),
		repeat: None,
		endpoint: "/v1/embeddings".into(),
		metadata: "{}".into(),
		input: hash(n),
		output: hash(1_000 + n),
		failures: hash(2_000 + n),
		state: BulkState::Validating,
		errors: None,
		total: 0,
		completed: 0,
		failed: 0,
		created: 3_000 + n,
		expires: 90_000,
		begun: None,
		cancelling: None,
		ended: None,
	}
}

/// The newest so many.
pub fn newest(limit: u32) -> Page {
	Page { after: None, limit, oldest_first: false }
}

/// The nth file, sealed: it expires at 50,000.
pub async fn uploaded(store: &dyn Store, n: u64) -> File {
	assert_eq!(store.begin_file(&file(n), &ROOM).await, Ok(None));
	store.put_piece(hash(n), 0, b"one\ntwo").await.unwrap();
	store.put_piece(hash(n), 1, b"\n").await.unwrap();
	store.seal_file(hash(n), 50_000).await.unwrap()
}

pub fn refused<T: std::fmt::Debug>(result: Result<T, StoreError>) -> String {
	match result {
		Err(StoreError::Refused(why)) => why,
		other => panic!("it should be refused, and there is {other:?}"),
	}
}
