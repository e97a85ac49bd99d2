//! Questions and answers, sealed and opened, and whatever a gateway could make of them.

use codec::Encode;
use proptest::prelude::*;
use reckon_primitives::{AccountId, ContentRef, Price, Sampling, TaskKind};
use reckon_receipts::Request;
use reckon_sealed::{
	is_sealed, open_answer, open_with, seal, sealed_len, worker_of, Finish, KeyFault, Keyring,
	Sealer, Secret, SignedWorkerKey, Terms, Unopened, Unsealer, LASTS_MS, MAX_KEY_BYTES,
	MAX_OVERHEAD,
};
use sp_core::{sr25519, Pair, H256};

const NOW: u64 = 1_800_000_000_000;
const HOUR: u64 = 60 * 60 * 1_000;

fn worker() -> sr25519::Pair {
	sr25519::Pair::from_seed(&[5; 32])
}

fn terms() -> Terms {
	Terms {
		genesis: H256([1; 32]),
		gateway: AccountId::from([2; 32]),
		channel: H256([3; 32]),
		lane: 4,
		request: Request {
			nonce: H256([6; 32]),
			model: H256([7; 32]),
			task: TaskKind::Chat,
			payload: ContentRef::of(b""),
			sampling: Sampling {
				max_output: 9,
				temperature_milli: 0,
				top_k: 0,
				top_p_milli: 1000,
				salt: H256::zero(),
			},
			presence_milli: 0,
			frequency_milli: 0,
			price: Price { base: 1, per_input: 2, per_output: 3 },
		},
	}
}

/// A question's envelope and secret, and the keys that open it.
fn sealed(payload: &[u8]) -> (Keyring, Vec<u8>, Secret) {
	let keys = Keyring::new(NOW);
	let (envelope, secret) = seal(&keys.key(worker().public()), &terms(), payload).unwrap();
	(keys, envelope, secret)
}

fn answer(secret: &Secret) -> (Vec<String>, String) {
	let mut sealer = Sealer::new(secret);
	let mut parts: Vec<_> = ["hé", "llo", ""].map(|text| sealer.next(text).unwrap()).into();
	parts.push(sealer.last(" there", Finish::Length).unwrap());
	let whole = parts.concat();
	(parts, whole)
}

#[test]
fn question_should_be_its_workers_and_its_terms_only() {
	let (keys, envelope, secret) = sealed(b"{\"prompt\":\"a\"}");
	let us = worker().public();
	assert!(is_sealed(&envelope));
	assert_eq!(worker_of(&envelope), Some(us));
	let opened = keys.open(&us, &terms(), &envelope).unwrap();
	assert_eq!((&opened.payload[..], &opened.secret), (&b"{\"prompt\":\"a\"}"[..], &secret));
	// What names the envelope can't be in it.
	let mut named = terms();
	named.request.payload = ContentRef::of(&envelope);
	assert!(keys.open(&us, &named, &envelope).is_ok());

	let other = sr25519::Public::from_raw([8; 32]);
	assert_eq!(keys.open(&other, &terms(), &envelope), Err(Unopened::NotOurs));
	assert_eq!(Keyring::new(NOW).open(&us, &terms(), &envelope), Err(Unopened::NotOurs));
	let changes: [fn(&mut Terms); 8] = [
		|it| it.genesis = H256::zero(),
		|it| it.gateway = AccountId::from([9; 32]),
		|it| it.channel = H256::zero(),
		|it| it.lane = 5,
		|it| it.request.nonce = H256::zero(),
		|it| it.request.model = H256::zero(),
		|it| it.request.sampling.max_output = 10,
		|it| it.request.price.base = 2,
	];
	for change in changes {
		let mut terms = terms();
		change(&mut terms);
		assert_eq!(keys.open(&us, &terms, &envelope), Err(Unopened::NotOurs), "{terms:?}");
	}
}

#[test]
fn question_should_be_shown_to_whoever_has_its_secret_and_no_other() {
	let (_, envelope, secret) = sealed(b"what?");
	let shown = Secret::from(*secret.bytes());
	assert_eq!(open_with(shown, &envelope).unwrap().payload, b"what?");
	assert_eq!(open_with(Secret::from([0; 32]), &envelope), Err(Unopened::NotOurs));
}

#[test]
fn lengths_should_tell_little() {
	let length = |size: usize| sealed(&vec![b'x'; size]).1.len();
	assert_eq!(length(1), length(200));
	for size in [0, 1, 63, 64, 253, 254, 255, 256, 16_383, 16_384, 20_000] {
		assert_eq!(length(size), sealed_len(size), "{size}");
		assert!(length(size) <= size + MAX_OVERHEAD, "{size}");
	}
	let (_, _, secret) = sealed(b"");
	let mut sealer = Sealer::new(&secret);
	sealer.next("a").unwrap();
	assert_eq!(sealer.next("I").unwrap().len(), sealer.next(" antidis").unwrap().len());
}

#[test]
fn answer_should_be_read_wherever_it_is_cut() {
	let (_, _, secret) = sealed(b"");
	let (_, whole) = answer(&secret);
	assert!(whole.is_ascii());
	for step in [1, 2, 7, 100, whole.len()] {
		let (mut unsealer, mut text) = (Unsealer::new(secret.clone()), String::new());
		for piece in whole.as_bytes().chunks(step) {
			assert!(!unsealer.is_over());
			for part in unsealer.push(std::str::from_utf8(piece).unwrap()).unwrap() {
				text.push_str(&part.text);
			}
		}
		assert!(unsealer.is_over());
		assert_eq!(text, "héllo there");
	}
	assert_eq!(open_answer(secret, whole.as_bytes()), Ok(("héllo there".into(), Finish::Length)));
}

#[test]
fn answer_should_be_refused_when_something_is_left_out_moved_or_added() {
	let (_, _, secret) = sealed(b"");
	let (parts, whole) = answer(&secret);
	let broken = |text: &str| open_answer(secret.clone(), text.as_bytes()).is_err();
	for left_out in 0..parts.len() {
		let mut parts = parts.clone();
		parts.remove(left_out);
		assert!(broken(&parts.concat()), "{left_out}");
	}
	for (one, other) in [(0, 1), (1, 2), (2, 3)] {
		let mut parts = parts.clone();
		parts.swap(one, other);
		assert!(broken(&parts.concat()), "{one} {other}");
	}
	assert!(broken(&(whole.clone() + &parts[1])));
	assert!(broken(&(whole.clone() + "A")));
	assert!(broken(&whole.replace('!', ".")));
	assert!(broken(&parts[..3].concat().replace('.', "!")));
	// A part of another answer to the same question.
	let (others, _) = answer(&secret);
	assert_ne!(parts, others);
	assert!(broken(&[&parts[0][..], &others[1], &parts[2], &parts[3]].concat()));
	let (_, _, other) = sealed(b"");
	assert!(open_answer(other, whole.as_bytes()).is_err());
}

#[test]
fn key_should_be_signed_by_its_worker_for_a_day() {
	let genesis = H256([1; 32]);
	let key = Keyring::new(NOW).key(worker().public());
	let signature = worker().sign(&key.payload(&genesis));
	let signed = SignedWorkerKey { key, signature };
	assert_eq!(signed.encode().len(), MAX_KEY_BYTES);
	assert_eq!(signed.verify(&genesis, NOW), Ok(()));
	assert_eq!(signed.verify(&genesis, NOW + LASTS_MS), Err(KeyFault::Time));
	assert_eq!(signed.verify(&genesis, NOW - 2 * HOUR), Err(KeyFault::Time));
	assert_eq!(signed.verify(&H256::zero(), NOW), Err(KeyFault::Signature));
	let mut swapped = signed.clone();
	swapped.key.key = Keyring::new(NOW).key(worker().public()).key;
	assert_eq!(swapped.verify(&genesis, NOW), Err(KeyFault::Signature));
	let mut longer = signed;
	longer.key.until += 1;
	assert_eq!(longer.verify(&genesis, NOW), Err(KeyFault::Signature));
}

#[test]
fn key_should_open_what_was_sealed_before_it_was_renewed_and_nothing_older() {
	let us = worker().public();
	let mut keys = Keyring::new(NOW);
	let first = keys.key(us);
	let (envelope, _) = seal(&first, &terms(), b"a").unwrap();
	keys.renew(NOW + LASTS_MS / 2 - 1);
	assert_eq!(keys.key(us), first);
	keys.renew(NOW + LASTS_MS / 2);
	assert_ne!(keys.key(us).key, first.key);
	assert!(keys.open(&us, &terms(), &envelope).is_ok());
	keys.renew(NOW + LASTS_MS + HOUR);
	assert_eq!(keys.open(&us, &terms(), &envelope), Err(Unopened::NotOurs));
}

proptest! {
	#[test]
	fn envelope_should_be_refused_when_any_byte_is_another(at: usize, by in 1u8..) {
		let (keys, mut envelope, secret) = sealed(b"question");
		let at = at % envelope.len();
		envelope[at] ^= by;
		// HPKE's key has a bit that means nothing, but is in what the secret is made of.
		prop_assert!(keys.open(&worker().public(), &terms(), &envelope).is_err());
		// The worker and HPKE's key are nothing to who has the secret: the request's hash is over them.
		prop_assert_eq!(open_with(secret, &envelope).is_ok(), (16..80).contains(&at));
	}

	#[test]
	fn any_bytes_should_be_an_envelope_or_none(rest: Vec<u8>, named: bool) {
		let mut bytes = if named { b"reckon:sealed:v1".to_vec() } else { Vec::new() };
		bytes.extend(rest);
		let keys = Keyring::new(NOW);
		prop_assert_eq!(is_sealed(&bytes), named);
		prop_assert!(keys.open(&worker().public(), &terms(), &bytes).is_err());
		prop_assert!(open_with(Secret::from([1; 32]), &bytes).is_err());
		let _ = worker_of(&bytes);
	}

	#[test]
	fn any_text_should_be_an_answer_or_none(text: String) {
		let (_, _, secret) = sealed(b"");
		prop_assert!(open_answer(secret, text.as_bytes()).is_err());
	}

	#[test]
	fn any_question_should_be_opened_as_it_was(payload: Vec<u8>) {
		let (keys, envelope, _) = sealed(&payload);
		let opened = keys.open(&worker().public(), &terms(), &envelope).unwrap();
		prop_assert_eq!(opened.payload, payload);
	}
}
