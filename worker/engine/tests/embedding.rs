//! Embeddings against reference vectors, and batches against single texts.

mod common;

use std::path::Path;

use reckon_engine::{
	inspect, BatchEngine, Cancel, Device, EmbeddingEngine, Engine, EngineError, Model, Output, Task,
};
use serde::Deserialize;

fn load(path: &Path) -> EmbeddingEngine {
	match Model::load(inspect(path).unwrap(), &Device::cpu()).unwrap() {
		Model::Embedding(engine) => engine,
		Model::Text(_) => panic!("an embedding model was expected"),
	}
}

fn embed(engine: &EmbeddingEngine, inputs: &[&str]) -> (Vec<Vec<f32>>, u64) {
	let task = Task::Embed { inputs: inputs.iter().map(|&input| input.into()).collect() };
	let answer = engine.run(&task, &Cancel::default()).unwrap();
	assert_eq!(engine.cost(&task).unwrap().units, answer.usage.units_in);
	assert_eq!(answer.usage.units_out, 0);
	match answer.output {
		Output::Embeddings(vectors) => (vectors, answer.usage.units_in),
		other => panic!("{other:?}"),
	}
}

fn cosine(a: &[f32], b: &[f32]) -> f64 {
	assert_eq!(a.len(), b.len());
	let dot = |a: &[f32], b: &[f32]| -> f64 {
		a.iter().zip(b).map(|(&a, &b)| f64::from(a) * f64::from(b)).sum()
	};
	dot(a, b) / (dot(a, a) * dot(b, b)).sqrt()
}

#[derive(Deserialize)]
struct Golden {
	text: String,
	tokens: u64,
	vector: Vec<f32>,
}

#[test]
fn minilm_should_equal_the_reference_vectors() {
	let engine = load(&common::minilm_dir());
	assert_eq!(engine.capabilities().context_length, 256);
	assert_eq!(engine.capabilities().vector_length, 384);
	let golden: Vec<Golden> = serde_json::from_str(include_str!("data/minilm.json")).unwrap();
	assert_eq!(golden.len(), 12);
	let texts: Vec<&str> = golden.iter().map(|golden| golden.text.as_str()).collect();
	let (vectors, units) = embed(&engine, &texts);
	assert_eq!(units, golden.iter().map(|golden| golden.tokens).sum::<u64>());
	for (golden, vector) in golden.iter().zip(&vectors) {
		let similarity = cosine(&golden.vector, vector);
		assert!(similarity >= 0.9999, "{similarity} for {:?}", golden.text);
		assert!((cosine(vector, vector) - 1.0).abs() < 1e-6);
		let length: f32 = vector.iter().map(|x| x * x).sum();
		assert!((length - 1.0).abs() < 1e-5);
		assert_eq!(embed(&engine, &[golden.text.as_str()]).1, golden.tokens);
	}
	// What the vectors are for: the cat is a feline, not a stock.
	assert!(cosine(&vectors[0], &vectors[1]) > cosine(&vectors[0], &vectors[2]) + 0.3);
}

#[test]
fn batches_should_equal_single_texts_in_any_order() {
	let dir = tempfile::tempdir().unwrap();
	common::write_bert(dir.path(), 1);
	let engine = load(dir.path());
	let texts =
		["red cat", "", "a green dog sat", "blue", "red red red green blue cat dog sat", "x"];
	let (together, _) = embed(&engine, &texts);
	for (text, vector) in texts.iter().zip(&together) {
		let (alone, _) = embed(&engine, &[text]);
		for (a, b) in alone[0].iter().zip(vector) {
			assert!((a - b).abs() < 1e-6, "{text}: {a} {b}");
		}
	}
	let reversed: Vec<&str> = texts.iter().rev().copied().collect();
	let (mut backwards, _) = embed(&engine, &reversed);
	backwards.reverse();
	assert_eq!(backwards, together);
	assert!(cosine(&together[0], &together[3]) < 0.9999);
}

#[test]
fn texts_over_the_limit_should_be_cut_when_embedded() {
	let dir = tempfile::tempdir().unwrap();
	common::write_bert(dir.path(), 2);
	let engine = load(dir.path());
	assert_eq!(engine.capabilities().context_length, 20);
	let (cut, units) = embed(&engine, &[&"cat ".repeat(500)]);
	assert_eq!(units, 20);
	assert_eq!(cut, embed(&engine, &[&"cat ".repeat(18)]).0);
}

#[test]
fn large_batches_should_keep_their_order() {
	let dir = tempfile::tempdir().unwrap();
	common::write_bert(dir.path(), 3);
	let engine = load(dir.path());
	let words = ["red", "green", "blue", "cat", "dog", "sat"];
	let texts: Vec<String> =
		(0..700).map(|at| words[at % 6].to_owned() + &" cat".repeat(at % 17)).collect();
	let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
	let (vectors, _) = embed(&engine, &texts);
	for at in [0, 1, 17, 333, 699] {
		let (alone, _) = embed(&engine, &[texts[at]]);
		assert!(cosine(&alone[0], &vectors[at]) > 0.999_999, "text {at}");
	}
}

#[test]
fn embedding_should_stop_when_cancelled() {
	let dir = tempfile::tempdir().unwrap();
	common::write_bert(dir.path(), 4);
	let engine = load(dir.path());
	let cancel = Cancel::default();
	cancel.cancel();
	let task = Task::Embed { inputs: vec!["cat".into()] };
	assert_eq!(engine.run(&task, &cancel), Err(EngineError::Cancelled));
}

#[test]
fn embedding_engine_should_refuse_other_tasks() {
	let dir = tempfile::tempdir().unwrap();
	common::write_bert(dir.path(), 5);
	let task = Task::Complete { prompt: "x".into() };
	assert!(matches!(load(dir.path()).cost(&task), Err(EngineError::UnsupportedTask(_))));
}
