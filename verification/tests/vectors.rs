//! Everything against the vectors that an independent implementation wrote.

use codec::{DecodeAll, Encode};
use reckon_verification::*;
use serde::Deserialize;
use serde_json::Value;

fn file(name: &str) -> Value {
	// Asked when the test runs: cargo takes one for fresh that another clone of the repository has left
	// in a shared target directory.
	let here = std::env::var("CARGO_MANIFEST_DIR").expect("cargo or nextest runs this");
	let path = format!("{here}/vectors/{name}.json");
	serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

fn cases<T: for<'de> Deserialize<'de>>(file: &Value, least: usize) -> Vec<T> {
	let cases: Vec<T> = serde_json::from_value(file["cases"].clone()).unwrap();
	assert!(cases.len() >= least);
	cases
}

fn bytes(hex: &Value) -> Vec<u8> {
	let hex = hex.as_str().unwrap();
	(0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}

fn hash(hex: &Value) -> Hash {
	bytes(hex).try_into().unwrap()
}

/// As in reference.py.
fn logits(position: usize, vocabulary: u64, repeating: bool) -> Vec<f32> {
	(0..vocabulary)
		.map(|token| {
			let hash = ((token + 1) * (position as u64 + 1) * 2_654_435_761) >> 8;
			let favourite = if repeating && token % 331 == 7 { 9.0 } else { 0.0 };
			((hash % 65536) as f32 - 32768.0) / 4096.0 + favourite
		})
		.collect()
}

/// As in reference.py.
fn row(position: u32, width: u32) -> impl Iterator<Item = f32> {
	let position = u64::from(position);
	(0..u64::from(width))
		.map(move |column| ((position * 131 + column * 29 + 7) % 257) as f32 / 64.0 - 2.0)
}

fn rows(tokens: Vec<u32>, width: u32) -> Rows {
	let numbers = (0..tokens.len() as u32).flat_map(|position| row(position, width)).collect();
	Rows::new(width, tokens, numbers).unwrap()
}

#[test]
fn sampler_should_choose_the_golden_tokens() {
	#[derive(Deserialize)]
	struct Case {
		temperature: f32,
		top_k: usize,
		top_p: f32,
		presence_penalty: f32,
		frequency_penalty: f32,
		repeating: bool,
		tokens: Vec<u32>,
	}
	let file = file("sampler");
	let vocabulary = file["vocabulary"].as_u64().unwrap();
	let mut penalties_matter = false;
	for case in cases::<Case>(&file, 8) {
		let params = SamplingParams {
			temperature: case.temperature,
			top_k: case.top_k,
			top_p: case.top_p,
			presence_penalty: case.presence_penalty,
			frequency_penalty: case.frequency_penalty,
			seed: hash(&file["seed"]),
			..SamplingParams::default()
		};
		let sampler = Sampler::new(params.clone()).unwrap();
		let plain = Sampler::new(SamplingParams {
			presence_penalty: 0.0,
			frequency_penalty: 0.0,
			..params
		});
		let plain = plain.unwrap();
		for (position, &token) in case.tokens.iter().enumerate() {
			let logits = logits(position, vocabulary, case.repeating);
			let answer = &case.tokens[..position];
			assert_eq!(sampler.sample(answer, &logits).unwrap(), token);
			let judgement = sampler.judge(answer, &logits, token).unwrap();
			assert_eq!(judgement, Judgement { right: token, margin: 0.0 });
			penalties_matter |= plain.sample(answer, &logits).unwrap() != token;
		}
	}
	assert!(penalties_matter);
}

#[test]
fn commitment_should_have_the_golden_roots_and_paths() {
	#[derive(Deserialize)]
	struct Case {
		count: u32,
		width: u32,
		tokens: Vec<u32>,
		root: Value,
		commitment: Value,
		opened: u32,
		path: Vec<Value>,
	}
	let file = file("commitment");
	let job = hash(&file["job"]);
	for case in cases::<Case>(&file, 7) {
		let evidence = Evidence::new(&job, rows(case.tokens.clone(), case.width));
		assert_eq!(evidence.shape(), Shape { count: case.count, width: case.width });
		assert_eq!(evidence.root(), hash(&case.root));
		let commitment =
			commitment(&job, &hash(&file["provider"]), &evidence.root(), &hash(&file["salt"]));
		assert_eq!(commitment, hash(&case.commitment));
		let opening = evidence.open(case.opened).unwrap();
		assert_eq!(opening.path, case.path.iter().map(hash).collect::<Vec<_>>());
		assert_eq!(opening.verify(&job, &case.tokens, case.width, &evidence.root()), Ok(()));
	}
}

#[test]
fn fingerprint_should_have_the_golden_positions_projections_and_distances() {
	#[derive(Deserialize)]
	struct Case {
		count: u32,
		width: u32,
		positions: [u32; POSITIONS],
		fingerprint: [[i16; PROJECTIONS]; POSITIONS],
		distance_to_next_rows: u32,
	}
	let file = file("fingerprint");
	let (challenge, job) = (hash(&file["challenge"]), hash(&file["job"]));
	for case in cases::<Case>(&file, 7) {
		assert_eq!(positions(&challenge, &job, case.count), Some(case.positions));
		let rows = rows(vec![0; case.count as usize], case.width);
		let fingerprint = rows.fingerprint(&challenge, &job).unwrap();
		assert_eq!(fingerprint, Fingerprint(case.fingerprint));
		let projection = Projection::new(&challenge, &job, case.width);
		let next = case.positions.map(|position| {
			let row: Vec<f32> = row(position + 1, case.width).collect();
			projection.apply(&row).unwrap()
		});
		assert_eq!(distance(&fingerprint, &Fingerprint(next)), case.distance_to_next_rows);
	}
}

#[test]
fn votes_should_have_the_golden_bytes_and_hashes() {
	let file = file("blind");
	let (job, batch) = (hash(&file["job"]), &file["batch"]);
	let digest = batch_digest(&job, &hash(&batch["challenge"]), &bytes(&batch["receipts"]));
	assert_eq!(digest, hash(&batch["digest"]));
	let expected = [
		("refuted_broken_off", Vote::Refuted(Fault::Ending(EndingFault::BrokenOff))),
		("refuted_unknown_token_7", Vote::Refuted(Fault::UnknownToken { position: 7 })),
		(
			"replayed",
			Vote::Replayed {
				fingerprint: Fingerprint(
					serde_json::from_value(
						self::file("fingerprint")["cases"][1]["fingerprint"].clone(),
					)
					.unwrap(),
				),
				statistics: Statistics {
					tokens: 5,
					mismatches: 1,
					worst_margin: 1234,
					mean_margin: 567,
					cross_entropy: 2_000_000,
				},
			},
		),
		("output", Vote::Output { hash: std::array::from_fn(|at| at as u8) }),
		("batch_sound", Vote::Batch { rejection: None, digest }),
		(
			"batch_unavailable",
			Vote::Batch { rejection: Some(Rejection::Unavailable), digest: [0; 32] },
		),
		("batch_charges", Vote::Batch { rejection: Some(Rejection::Charges), digest }),
	];
	assert_eq!(file["votes"].as_object().unwrap().len(), expected.len());
	for (name, vote) in expected {
		let golden = &file["votes"][name];
		assert_eq!(vote.encode(), bytes(&golden["scale"]), "{name}");
		assert_eq!(Vote::decode_all(&mut bytes(&golden["scale"]).as_slice()), Ok(vote));
		let blind =
			blind(&hash(&file["job"]), &hash(&file["auditor"]), &vote, &hash(&file["salt"]));
		assert_eq!(blind, hash(&golden["blind"]), "{name}");
	}
}
