//! Everything against the vectors that an independent implementation wrote.

mod common;

use common::*;
use reckon_receipts::*;
use serde_json::Value;
use sp_core::H256;

fn file(name: &str) -> Value {
	// Asked when the test runs: cargo takes one for fresh that another clone of the repository has left
	// in a shared target directory.
	let here = std::env::var("CARGO_MANIFEST_DIR").expect("cargo or nextest runs this");
	let path = format!("{here}/vectors/{name}.json");
	serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

fn list<'a>(value: &'a Value, name: &str, least: usize) -> &'a [Value] {
	let list = value[name].as_array().unwrap();
	assert!(list.len() >= least);
	list
}

fn bytes(hex: &Value) -> Vec<u8> {
	let hex = hex.as_str().unwrap();
	(0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}

fn hash(hex: &Value) -> H256 {
	H256::from_slice(&bytes(hex))
}

fn number(value: &Value) -> u128 {
	value.as_str().unwrap().parse().unwrap()
}

fn root(value: &Value) -> Root {
	let count = value["count"].as_u64().unwrap() as u32;
	Root { hash: hash(&value["hash"]), count, sum: number(&value["sum"]) }
}

fn path(value: &Value) -> Path {
	let nodes = value.as_array().unwrap().iter();
	let nodes = nodes.map(|node| Node { hash: hash(&node["hash"]), sum: number(&node["sum"]) });
	nodes.collect::<Vec<_>>().try_into().unwrap()
}

#[test]
fn vouchers_should_have_the_golden_payloads() {
	let file = file("signing");
	assert_eq!(hash(&file["genesis"]), GENESIS);
	for case in list(&file, "vouchers", 3) {
		let voucher = Voucher {
			channel: hash(&case["channel"]),
			lane: case["lane"].as_u64().unwrap().try_into().unwrap(),
			cumulative: number(&case["cumulative"]),
			request: hash(&case["request"]),
		};
		assert_eq!(voucher.payload(&GENESIS), bytes(&case["payload"]));
	}
}

#[test]
fn receipts_should_have_the_golden_payloads() {
	for case in list(&file("signing"), "receipts", 6) {
		let n = case["n"].as_u64().unwrap() as usize;
		assert_eq!(receipt(n).payload(&GENESIS), bytes(&case["payload"]));
	}
}

#[test]
fn acknowledgements_should_have_the_golden_payloads() {
	for case in list(&file("signing"), "acknowledgements", 3) {
		let n = case["n"].as_u64().unwrap() as usize;
		let taken_at = case["taken_at"].as_u64().unwrap().try_into().unwrap();
		let acknowledgement = Acknowledgement { receipt: unsigned(n).leaf().hash, taken_at };
		assert_eq!(acknowledgement.payload(&GENESIS), bytes(&case["payload"]));
	}
}

#[test]
fn batches_should_have_the_golden_totals_roots_and_paths() {
	for case in list(&file("batch"), "cases", 8) {
		let batch = batch(case["receipts"].as_u64().unwrap() as usize);
		let totals = list(case, "totals", 1);
		assert_eq!(batch.totals().len(), totals.len());
		for (made, golden) in batch.totals().iter().zip(totals) {
			assert_eq!(made.provider.to_vec(), bytes(&golden["provider"]));
			assert_eq!(made.model, hash(&golden["model"]));
			assert_eq!(made.receipts, root(&golden["receipts"]));
		}
		assert_eq!(batch.root(), root(&case["root"]));
		assert_eq!(batch_root(batch.totals()), Ok(batch.root()));

		let opened = &case["opened"];
		let at = |name: &str| opened[name].as_u64().unwrap() as u32;
		let proof = batch.proof(at("total"), at("index")).unwrap();
		assert_eq!(proof.item.path, path(&opened["path"]));
		assert_eq!(proof.path, path(&opened["total_path"]));
		assert_eq!(proof.verify(&batch.root()), Ok(()));
	}
}

#[test]
fn samples_should_be_drawn_as_by_others() {
	let mut drawn = 0;
	for case in list(&file("samples"), "cases", 40) {
		let [total, rate] = ["total", "rate"].map(|name| case[name].as_u64().unwrap() as u32);
		let rate = sp_runtime::Permill::from_parts(rate);
		let point = sampled(&hash(&case["seed"]), total, rate, number(&case["sum"]));
		let expected = (!case["point"].is_null()).then(|| number(&case["point"]));
		assert_eq!(point, expected);
		drawn += u32::from(point.is_some());
	}
	assert!(drawn > 8);
}
