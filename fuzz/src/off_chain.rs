//! What travels between clients, gateways and workers, and is shown to the chain when they disagree.

use codec::{Decode, DecodeAll, Encode, MaxEncodedLen};
use prost::Message;
use reckon_gateway_protocol::v1;
use reckon_primitives::{AccountId, ContentRef, Price, Sampling, TaskKind, Units};
use reckon_receipts::{
	batch_root, charge, BatchProof, BatchTree, Committed, Exhibit, Item, PaidBy, Proof, Receipt,
	ReceiptFile, Request, Root, SignedAcknowledgement, SignedReceipt, SignedVoucher, Voucher,
};
use reckon_sealed::{
	is_sealed, open_answer, open_with, worker_of, Finish, Keyring, Sealer, Secret, SignedWorkerKey,
	Terms, Unsealer,
};
use sp_core::{sr25519, H256};

/// The chain that everything is signed for.
const GENESIS: H256 = H256::repeat_byte(5);
/// Nobody has signed anything here: that signatures are checked, the crates' own tests say.
const NOBODY: [u8; 64] = [0; 64];
const SECRET: [u8; 32] = [3; 32];

fn account(byte: u8) -> AccountId {
	AccountId::from([byte; 32])
}

fn request() -> Request {
	Request {
		nonce: H256::repeat_byte(1),
		model: H256::repeat_byte(8),
		task: TaskKind::Chat,
		payload: ContentRef::of(b"a question"),
		sampling: Sampling::default(),
		presence_milli: -1,
		frequency_milli: 2,
		price: Price { base: 1, per_input: 2, per_output: 3 },
	}
}

fn receipt(n: u8) -> SignedReceipt<AccountId> {
	let receipt = Receipt {
		request: H256::repeat_byte(n),
		channel: H256::repeat_byte(7),
		lane: 0,
		model: H256::repeat_byte(8),
		provider: account(1 + n % 2),
		worker: sr25519::Public::from_raw([6; 32]),
		gateway: account(4),
		units: Units { input: 3, output: 4 },
		charge: 20,
		output: ContentRef::of(b"an answer"),
		commitment: Some(H256::zero()),
		started_at: 1_000,
		finished_at: 2_000,
		first_token_ms: 100,
	};
	SignedReceipt { receipt, signature: NOBODY.into() }
}

thread_local! {
	static TREE: BatchTree<AccountId> = BatchTree::new((0..7).map(receipt)).expect("few receipts");
}

fn proof() -> Proof<AccountId> {
	TREE.with(|tree| tree.proof(0, 2)).expect("it has as many")
}

fn voucher() -> SignedVoucher {
	let voucher = Voucher {
		channel: H256::repeat_byte(7),
		lane: 0,
		cumulative: 20,
		request: request().hash(),
	};
	SignedVoucher { voucher, signature: NOBODY.into() }
}

fn file() -> ReceiptFile {
	let proof = proof();
	ReceiptFile {
		genesis: GENESIS,
		signed: proof.item.receipt.clone(),
		paid_by: Some(PaidBy {
			signed: voucher(),
			session_key: sr25519::Public::from_raw([9; 32]),
		}),
		batch: Some(BatchProof::new(TREE.with(BatchTree::root), proof)),
		request: Some(request()),
	}
}

fn sealed_answer() -> Vec<u8> {
	let mut sealer = Sealer::new(&Secret::from(SECRET));
	let told = sealer.next("an answer").expect("it is the first part");
	let end = sealer.last("", Finish::Stop).expect("it is the second");
	[told, end].concat().into_bytes()
}

pub(super) fn seeds() -> Vec<(&'static str, Vec<u8>)> {
	let worker = sr25519::Public::from_raw([6; 32]);
	let keyring = Keyring::of(&[2; 32], 0).expect("a key");
	let terms = terms();
	let sealed = reckon_sealed::seal(&keyring.key(worker), &terms, b"a question").expect("a key");
	let message = v1::FromWorker { message: None };
	vec![
		("vouchers", (voucher(), voucher()).encode()),
		("receipts", (request(), receipt(1)).encode()),
		("proofs", proof().encode()),
		("receipt_files", serde_json::to_vec(&file()).expect("it is JSON")),
		("sealed_questions", sealed.0),
		("sealed_answers", sealed_answer()),
		("tasks", message.encode_to_vec()),
	]
}

/// Each is written as it was read, and no longer than it may be.
fn read<V: Encode + DecodeAll + MaxEncodedLen>(bytes: &[u8]) -> Option<V> {
	let read = V::decode_all(&mut &bytes[..]).ok()?;
	assert_eq!(read.encode(), bytes);
	assert!(bytes.len() <= V::max_encoded_len());
	Some(read)
}

/// Vouchers, one after another: what one covers is what it has raised.
pub fn vouchers(bytes: &[u8]) {
	read::<SignedVoucher>(bytes);
	let Ok((one, next)) = <(SignedVoucher, SignedVoucher)>::decode(&mut &bytes[..]) else { return };
	let key = sr25519::Public::from_raw([9; 32]);
	assert!(!one.verify(&GENESIS, &key) || one.signature.0 != NOBODY);
	let (one, next) = (one.voucher, next.voucher);
	match next.raises(&one) {
		Ok(more) => {
			assert_eq!(one.cumulative.checked_add(more), Some(next.cumulative));
			assert_eq!((one.channel, one.lane), (next.channel, next.lane));
			assert_eq!(next.uncovered(one.cumulative), Ok(more));
		},
		Err(_) => assert!(
			(one.channel, one.lane) != (next.channel, next.lane)
				|| next.cumulative < one.cumulative
		),
	}
}

/// What was asked, what came of it, and that it was taken.
pub fn receipts(bytes: &[u8]) {
	read::<SignedReceipt<AccountId>>(bytes);
	if let Some(taken) = read::<SignedAcknowledgement>(bytes) {
		taken.verify(&GENESIS, &sr25519::Public::from_raw([9; 32]));
	}
	if let Some(key) = read_key(bytes) {
		let verified = key.verify(&GENESIS, 0);
		assert!(verified.is_err() || key.key.until > 0);
	}
	if let Some(request) = read::<Request>(bytes) {
		// What was asked for is the most that it costs.
		for output in [0, 1, request.sampling.max_output] {
			let units = Units { input: 7, output: output.min(request.sampling.max_output) };
			assert!(charge(&request.price, units) <= request.most(7));
		}
	}
	let Ok((request, signed)) = <(Request, SignedReceipt<AccountId>)>::decode(&mut &bytes[..])
	else {
		return;
	};
	let _ = signed.verify(&GENESIS);
	assert!(BatchTree::new([signed.clone()]).is_ok());
	let voucher = Voucher { request: request.hash(), ..voucher().voucher };
	assert!(!signed.receipt.is_paid_by(&voucher) || signed.receipt.request == request.hash());
}

/// A key that questions are sealed to has no bound of its own: what holds it has one.
fn read_key(bytes: &[u8]) -> Option<SignedWorkerKey> {
	let read = SignedWorkerKey::decode_all(&mut &bytes[..]).ok()?;
	assert_eq!(read.encode(), bytes);
	Some(read)
}

/// What strangers show to the chain: it is in a batch only where this receipt stands there.
pub fn proofs(bytes: &[u8]) {
	read::<Item<AccountId>>(bytes);
	if let Ok(committed) = Committed::<AccountId>::decode_all(&mut &bytes[..]) {
		let _ = batch_root(&committed.totals);
	}
	let _ = Exhibit::<AccountId>::decode_all(&mut &bytes[..]);
	let Some(shown) = read::<Proof<AccountId>>(bytes) else { return };
	TREE.with(|tree| {
		if shown.verify(&tree.root()).is_ok() {
			let (total, index) = (shown.item.total, shown.item.index);
			assert_eq!(tree.item(total, index).as_ref(), Some(&shown.item));
		}
	});
	let Item { index, receipt, path, .. } = &shown.item;
	let counted = shown.total.receipts;
	if let Ok(root) = Root::of_path(counted.count, *index, receipt.leaf(), path) {
		let span = shown.item.span(&root).expect("it is the root of this path");
		assert_eq!(span.end.checked_sub(span.start), Some(receipt.leaf().sum));
		assert!(span.end <= root.sum);
		assert_eq!(shown.item.verify(&counted).is_ok(), root == counted);
	}
}

/// A receipt as it lies in a file.
pub fn receipt_files(bytes: &[u8]) {
	let Ok(read) = serde_json::from_slice::<ReceiptFile>(bytes) else { return };
	let again = serde_json::to_vec(&read).expect("it was JSON");
	assert_eq!(serde_json::from_slice::<ReceiptFile>(&again).expect("it still is"), read);
	if let Some(batch) = &read.batch {
		let _ = batch.verify(&read.signed);
	}
	let _ = read.signed.verify(&read.genesis);
}

fn terms() -> Terms {
	Terms {
		genesis: GENESIS,
		gateway: account(4),
		channel: H256::repeat_byte(7),
		lane: 0,
		request: request(),
	}
}

/// A question that only its worker reads.
pub fn sealed_questions(bytes: &[u8]) {
	let keyring = Keyring::of(&[2; 32], 0).expect("a key");
	let worker = worker_of(bytes);
	assert!(worker.is_none() || is_sealed(bytes));
	let named = worker.unwrap_or(sr25519::Public::from_raw([6; 32]));
	if let Ok(opened) = keyring.open(&named, &terms(), bytes) {
		// An auditor who is shown the secret reads the same.
		let again = open_with(opened.secret.clone(), bytes).expect("it is bound to its secret");
		assert_eq!(again.payload, opened.payload);
	}
}

/// An answer that only its client reads: it is the same wherever it is cut.
pub fn sealed_answers(bytes: &[u8]) {
	let whole = open_answer(Secret::from(SECRET), bytes);
	let Ok(text) = std::str::from_utf8(bytes) else {
		assert!(whole.is_err());
		return;
	};
	let mut unsealer = Unsealer::new(Secret::from(SECRET));
	let mut told = String::new();
	let mut finish = None;
	for character in text.chars() {
		let Ok(parts) = unsealer.push(character.encode_utf8(&mut [0; 4])) else {
			assert!(whole.is_err());
			return;
		};
		for part in parts {
			told.push_str(&part.text);
			finish = part.finish;
		}
	}
	if let Ok(whole) = whole {
		assert_eq!(whole, (told, finish.expect("it is over")));
	}
}

/// What gateways and workers tell one another.
pub fn tasks(bytes: &[u8]) {
	fn read<M: Message + Default>(bytes: &[u8]) {
		let Ok(read) = M::decode(bytes) else { return };
		let again = read.encode_to_vec();
		// What is unknown is left out; the rest is written as it was read.
		assert_eq!(M::decode(&again[..]).expect("just written").encode_to_vec(), again);
	}
	read::<v1::FromWorker>(bytes);
	read::<v1::ToWorker>(bytes);
	read::<v1::ChatRequest>(bytes);
	read::<v1::CompleteRequest>(bytes);
	read::<v1::EmbedRequest>(bytes);
}
