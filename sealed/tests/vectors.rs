//! Everything against the vectors that an independent implementation wrote.

use reckon_primitives::{AccountId, ContentRef, Price, Sampling, TaskKind};
use reckon_receipts::Request;
use reckon_sealed::{open_answer, open_with, Finish, Keyring, Secret, Terms, WorkerKey};
use serde_json::Value;
use sp_core::{sr25519, H256};

fn vectors() -> Value {
	// Asked when the test runs: cargo takes one for fresh that another clone of the repository has left
	// in a shared target directory.
	let here = std::env::var("CARGO_MANIFEST_DIR").expect("cargo or nextest runs this");
	let path = format!("{here}/vectors/sealed.json");
	serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

fn bytes(hex: &Value) -> Vec<u8> {
	let hex = hex.as_str().unwrap();
	(0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}

fn array(hex: &Value) -> [u8; 32] {
	bytes(hex).try_into().unwrap()
}

#[test]
fn exchanges_should_be_opened_that_another_program_has_sealed() {
	let vectors = vectors();
	let cases = vectors["exchanges"].as_array().unwrap();
	assert!(cases.len() >= 3);
	for case in cases {
		let terms = Terms {
			genesis: H256(array(&case["genesis"])),
			gateway: AccountId::from(array(&case["gateway"])),
			channel: H256(array(&case["channel"])),
			lane: case["lane"].as_u64().unwrap().try_into().unwrap(),
			request: Request {
				nonce: H256(array(&case["nonce"])),
				model: H256(array(&case["model"])),
				task: TaskKind::Chat,
				payload: ContentRef::of(b"not looked at"),
				sampling: Sampling {
					max_output: 9,
					temperature_milli: 700,
					top_k: 40,
					top_p_milli: 1000,
					salt: H256([0x55; 32]),
				},
				presence_milli: 500,
				frequency_milli: -20,
				price: Price { base: 10, per_input: 2, per_output: 3 },
			},
		};
		let worker = sr25519::Public::from_raw(array(&case["worker"]));
		let (envelope, payload) = (bytes(&case["envelope"]), bytes(&case["payload"]));
		let keys = Keyring::of(&array(&case["private"]), 0).unwrap();
		assert_eq!(keys.key(worker).key, array(&case["public"]));
		let opened = keys.open(&worker, &terms, &envelope).unwrap();
		assert_eq!(opened.payload, payload);
		assert_eq!(opened.secret.bytes(), &array(&case["secret"]));
		let shown = open_with(Secret::from(array(&case["secret"])), &envelope).unwrap();
		assert_eq!(shown, opened);
		let finish = match case["finish"].as_u64().unwrap() {
			0 => Finish::Stop,
			1 => Finish::Length,
			_ => Finish::Cancelled,
		};
		let (answer, text) = (case["answer"].as_str().unwrap(), case["text"].as_str().unwrap());
		assert_eq!(open_answer(opened.secret, answer.as_bytes()), Ok((text.into(), finish)));
	}
}

#[test]
fn keys_should_have_the_golden_payloads() {
	for case in vectors()["keys"].as_array().unwrap() {
		let key = WorkerKey {
			worker: sr25519::Public::from_raw(array(&case["worker"])),
			key: array(&case["key"]),
			until: case["until"].as_u64().unwrap(),
		};
		assert_eq!(key.payload(&H256(array(&case["genesis"]))), bytes(&case["payload"]));
	}
}
