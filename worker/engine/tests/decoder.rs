//! The decoder against an independent reference, and against itself in every order of work.

mod common;

use candle_core::{
	quantized::{GgmlDType, QTensor},
	DType, Device,
};
use common::{load_text, reference, Tiny};
use reckon_engine::{EngineError, Message, Replay, Role, Step, StepEngine, Task, TextEngine};
use serde_json::json;

const FAMILIES: [&str; 4] = ["llama", "mistral", "qwen2", "qwen3"];

fn tokens(count: usize) -> Vec<u32> {
	(0..count as u32).map(|at| (at * 37 + 11) % common::VOCABULARY as u32).collect()
}

/// Logits after the whole sequence, read in pieces of the given sizes.
fn read(engine: &TextEngine, tokens: &[u32], pieces: &[usize]) -> Vec<f32> {
	let mut cache = engine.cache(tokens.len()).unwrap();
	let mut rest = tokens;
	let mut logits = Vec::new();
	for &size in pieces {
		let (piece, later) = rest.split_at(size);
		logits = engine.step(piece, &mut cache).unwrap().logits;
		rest = later;
	}
	assert!(rest.is_empty());
	logits
}

fn distance(a: &[f32], b: &[f32]) -> f32 {
	assert_eq!(a.len(), b.len());
	a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}

#[track_caller]
fn assert_close_to_reference(model: &Tiny, count: usize) {
	let engine = model.load();
	let tokens = tokens(count);
	let expected = reference::logits(model, &tokens);
	let mut cache = engine.cache(count).unwrap();
	for (at, token) in tokens.iter().enumerate() {
		let logits = engine.step(&[*token], &mut cache).unwrap().logits;
		for (got, want) in logits.iter().zip(&expected[at]) {
			assert!(
				(f64::from(*got) - want).abs() < 1e-4,
				"{} at {at}: {got} {want}",
				model.family
			);
		}
	}
}

#[test]
fn decoder_should_equal_the_reference_for_each_family() {
	for family in FAMILIES {
		assert_close_to_reference(&Tiny::new(family, 1), 24);
	}
}

#[test]
fn decoder_should_equal_the_reference_when_rope_is_scaled() {
	let mut model = Tiny::new("llama", 2);
	model.theta = 500_000.0;
	model.rope_scaling =
		Some(json!({ "rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0,
		"high_freq_factor": 4.0, "original_max_position_embeddings": 64 }));
	assert_close_to_reference(&model, 40);
	model.rope_scaling = Some(json!({ "rope_type": "linear", "factor": 4.0 }));
	assert_close_to_reference(&model, 40);
}

#[test]
fn cached_steps_should_equal_one_prefill_for_each_family() {
	for family in FAMILIES {
		let engine = Tiny::new(family, 3).load();
		let tokens = tokens(29);
		let whole = read(&engine, &tokens, &[29]);
		assert!(distance(&whole, &read(&engine, &tokens, &[1; 29])) < 1e-4);
		assert!(distance(&whole, &read(&engine, &tokens, &[7, 1, 12, 1, 8])) < 1e-4);
	}
}

#[test]
fn interleaved_sequences_should_have_the_bits_of_separate_ones() {
	let engine = Tiny::new("llama", 4).load();
	let (a, b) = (tokens(20), tokens(31)[9..].to_vec());
	let alone = [read(&engine, &a, &[1; 20]), read(&engine, &b, &[1; 22])];
	let mut caches = [engine.cache(20).unwrap(), engine.cache(22).unwrap()];
	let mut last = [Vec::new(), Vec::new()];
	for at in 0..22 {
		for (index, tokens) in [&a, &b].into_iter().enumerate() {
			if let Some(token) = tokens.get(at) {
				last[index] = engine.step(&[*token], &mut caches[index]).unwrap().logits;
			}
		}
	}
	assert_eq!(last, alone);
}

#[test]
fn gguf_should_equal_safetensors_of_the_same_weights() {
	for family in FAMILIES {
		let model = Tiny::new(family, 5);
		let dir = tempfile::tempdir().unwrap();
		let tokens = tokens(17);
		let plain = model.load();
		let expected = read(&plain, &tokens, &[17]);

		let path = dir.path().join("model.gguf");
		model.write_gguf(&path, GgmlDType::F32);
		let from_file = load_text(&path);
		assert_eq!(expected, read(&from_file, &tokens, &[17]), "{family}");
		assert_eq!(expected, read(&load_text(dir.path()), &tokens, &[17]), "{family}");

		let chat = Task::chat(vec![Message::new(Role::User, " the hat ")]);
		assert_eq!(from_file.encode(&chat), plain.encode(&chat));
		let complete = Task::Complete { prompt: "hé 🙂".into() };
		assert_eq!(from_file.encode(&complete), plain.encode(&complete));
		assert!(from_file.is_end(common::END));
	}
}

#[test]
fn f16_files_should_agree_across_both_formats() {
	let model = Tiny::new("llama", 6);
	let dir = tempfile::tempdir().unwrap();
	model.write_safetensors(dir.path(), DType::F16);
	let path = dir.path().join("model.gguf");
	model.write_gguf(&path, GgmlDType::F16);
	let tokens = tokens(9);
	// The norms stay f32 in GGUF, so the two files differ by their rounding.
	let expected = read(&load_text(dir.path()), &tokens, &[9]);
	assert!(distance(&expected, &read(&load_text(&path), &tokens, &[9])) < 2e-2);
}

#[test]
fn quantised_files_should_equal_their_dequantised_weights() {
	let mut model = Tiny::new("llama", 7);
	let dir = tempfile::tempdir().unwrap();
	let path = dir.path().join("model.gguf");
	model.write_gguf(&path, GgmlDType::Q8_0);
	let names: Vec<String> = model.weights.keys().cloned().collect();
	for name in names {
		let tensor = model.tensor(&name);
		if tensor.rank() == 2 {
			let blocks = QTensor::quantize(&tensor, GgmlDType::Q8_0).unwrap();
			let widened = blocks.dequantize(&Device::Cpu).unwrap();
			assert!(widened.to_vec2::<f32>().unwrap() != tensor.to_vec2::<f32>().unwrap());
			model.weights.get_mut(&name).unwrap().1 =
				widened.flatten_all().unwrap().to_vec1().unwrap();
		}
	}
	let expected = read(&model.load(), &tokens(9), &[9]);
	assert_eq!(expected, read(&load_text(&path), &tokens(9), &[9]));
}

#[test]
fn shards_should_equal_one_file() {
	let model = Tiny::new("mistral", 8);
	let dir = tempfile::tempdir().unwrap();
	model.write_shards(dir.path());
	let tokens = tokens(12);
	assert_eq!(read(&model.load(), &tokens, &[12]), read(&load_text(dir.path()), &tokens, &[12]));
}

/// The rows and logits of decoding an answer token by token, after the prompt in pieces.
fn decoded(engine: &TextEngine, prompt: &[u32], answer: &[u32]) -> (Vec<f32>, Vec<f32>) {
	let mut cache = engine.cache(prompt.len() + answer.len()).unwrap();
	let mut step = None;
	for piece in prompt.chunks(100) {
		step = Some(engine.step(piece, &mut cache).unwrap());
	}
	let (mut rows, mut logits) = (Vec::new(), Vec::new());
	for &token in answer {
		let Step { row, logits: made } = step.unwrap();
		rows.extend(row);
		logits.extend(made);
		step = Some(engine.step(&[token], &mut cache).unwrap());
	}
	(rows, logits)
}

#[test]
fn replay_should_give_the_rows_of_decoding_when_both_are_long() {
	let mut model = Tiny::new("llama", 9);
	model.context = 1300;
	let engine = model.load();
	let tokens = tokens(1200);
	// The answer begins in the first chunk, at its end, behind it, and in the last.
	for at in [1, 30, 511, 512, 513, 1199] {
		let (prompt, answer) = tokens.split_at(at);
		let answer = &answer[..answer.len().min(600)];
		let rows = engine.rows(prompt, answer).unwrap();
		assert_eq!(rows.len(), answer.len() * engine.width());
		let (own_rows, own_logits) = decoded(&engine, prompt, answer);
		assert!(distance(&rows, &own_rows) < 1e-4, "prompt of {at}");
		let logits = engine.logits(&rows).unwrap();
		assert_eq!(logits.len(), answer.len() * engine.vocabulary());
		assert!(distance(&logits, &own_logits) < 1e-3, "prompt of {at}");
	}
}

#[test]
fn replay_should_refuse_what_it_can_not_compute() {
	let engine = Tiny::new("llama", 9).load();
	assert!(matches!(engine.rows(&[], &[1]), Err(EngineError::Compute(_))));
	assert!(matches!(engine.rows(&[1], &[]), Err(EngineError::Compute(_))));
	assert!(matches!(engine.rows(&[1; 100], &[1; 29]), Err(EngineError::TooLong { .. })));
	assert!(matches!(engine.rows(&[1; 100], &[9999; 2]), Err(EngineError::Tokenizer(_))));
	assert!(engine.rows(&[1; 100], &[1; 28]).is_ok());
	assert!(engine.logits(&[]).is_err());
	assert!(engine.logits(&[0.0; 33]).is_err());
}

#[test]
fn step_should_refuse_what_the_cache_and_the_vocabulary_do_not_hold() {
	let engine = Tiny::new("llama", 10).load();
	let mut cache = engine.cache(4).unwrap();
	assert!(matches!(engine.step(&[], &mut cache), Err(EngineError::Compute(_))));
	assert!(matches!(engine.step(&[9999], &mut cache), Err(EngineError::Tokenizer(_))));
	assert!(matches!(engine.step(&[1; 5], &mut cache), Err(EngineError::TooLong { .. })));
	engine.step(&[1; 4], &mut cache).unwrap();
	assert_eq!(cache.len(), 4);
	assert!(matches!(engine.step(&[1], &mut cache), Err(EngineError::TooLong { .. })));
}

#[test]
fn encode_should_follow_the_chat_template() {
	let engine = Tiny::new("llama", 11).load();
	let message = |role, content: &str| Message::new(role, content);
	let ask = |messages| engine.encode(&Task::chat(messages));
	let prompt = ask(vec![message(Role::User, " th ")]).unwrap();
	assert_eq!(prompt, [common::BOS, common::USER, 261, common::END, common::ASSISTANT]);
	let refused = ask(vec![message(Role::Tool, "x")]).unwrap_err();
	assert!(refused.to_string().contains("no tools here"), "{refused}");
	let embed = Task::Embed { inputs: vec!["x".into()] };
	assert!(matches!(engine.encode(&embed), Err(EngineError::UnsupportedTask(_))));
}

#[test]
fn endless_templates_should_be_stopped() {
	for template in [
		"{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
		"{% for a in range(99999) %}{{ 'x' * 99999 }}{% endfor %}",
		"{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
	] {
		let dir = tempfile::tempdir().unwrap();
		Tiny::new("llama", 12).write_safetensors(dir.path(), DType::F32);
		std::fs::write(dir.path().join("chat_template.jinja"), template).unwrap();
		let messages = vec![Message::new(Role::User, "x")];
		let result = load_text(dir.path()).encode(&Task::chat(messages));
		assert!(matches!(result, Err(EngineError::Template(_))), "{template}: {result:?}");
	}
}
