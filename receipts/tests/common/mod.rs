//! Receipts for the tests; the same as in reference.py.

#![allow(dead_code, reason = "not each of the test programs uses everything")]

use reckon_primitives::{ContentRef, Price, Sampling, TaskKind, Units};
use reckon_receipts::*;
use sp_core::{sr25519, Pair, H256};

pub const GENESIS: H256 = H256([0x47; 32]);

/// 32 bytes that are easy to make anywhere: n, n + 1, ...
pub fn name(n: usize) -> [u8; 32] {
	core::array::from_fn(|at| (n + at) as u8)
}

/// The nth receipt: every third has no commitment; three providers, two models.
pub fn receipt(n: usize) -> Receipt<[u8; 32]> {
	Receipt {
		request: name(n).into(),
		channel: name(200).into(),
		lane: (n % 5) as u16,
		model: name(100 + n % 2).into(),
		provider: name(n % 3),
		worker: sr25519::Public::from_raw(name(150 + n)),
		gateway: name(77),
		units: Units { input: 10 + n as u32, output: 20 * n as u32 },
		charge: 1_000_000 * n as u128 + 7,
		output: ContentRef { hash: name(60 + n).into(), length: 300 + n as u32 },
		commitment: (!n.is_multiple_of(3)).then(|| name(40 + n).into()),
		started_at: 1_790_000_000_000 + n as u64,
		finished_at: 1_790_000_001_000 + 2 * n as u64,
		first_token_ms: 50 + n as u32,
	}
}

/// What somebody asks.
pub fn request() -> Request {
	Request {
		nonce: H256::repeat_byte(1),
		model: H256::repeat_byte(2),
		task: TaskKind::Chat,
		payload: ContentRef { hash: H256::repeat_byte(3), length: 4 },
		sampling: Sampling::default(),
		presence_milli: -5,
		frequency_milli: 6,
		price: Price { base: 7, per_input: 8, per_output: 9 },
	}
}

/// The nth receipt with no signature, but as long as one.
pub fn unsigned(n: usize) -> SignedReceipt<[u8; 32]> {
	let mut signature = [0; 64];
	signature[..32].copy_from_slice(&name(3 * n));
	signature[32..].copy_from_slice(&name(5 * n));
	SignedReceipt { receipt: receipt(n), signature: sr25519::Signature::from_raw(signature) }
}

/// The batch of the first receipts.
pub fn batch(count: usize) -> BatchTree<[u8; 32]> {
	BatchTree::new((0..count).map(unsigned)).unwrap()
}

pub fn pair(n: u8) -> sr25519::Pair {
	sr25519::Pair::from_seed(&[n; 32])
}
