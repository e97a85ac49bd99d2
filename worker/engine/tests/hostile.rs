//! Damaged and malicious model files: an error each time, never a panic, never much memory.

mod common;

use std::{
	alloc::{GlobalAlloc, Layout, System},
	fs,
	panic::{catch_unwind, AssertUnwindSafe},
	path::Path,
	sync::atomic::{AtomicUsize, Ordering},
};

use candle_core::{quantized::GgmlDType, DType};
use common::{write_bert, Tiny};
use rand::{rngs::StdRng, Rng, SeedableRng};
use reckon_engine::{inspect, Device, Model, ModelError};
use serde_json::json;

/// Remembers the largest single allocation.
struct Watch;

static LARGEST: AtomicUsize = AtomicUsize::new(0);

unsafe impl GlobalAlloc for Watch {
	unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
		LARGEST.fetch_max(layout.size(), Ordering::Relaxed);
		unsafe { System.alloc(layout) }
	}

	unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
		LARGEST.fetch_max(layout.size(), Ordering::Relaxed);
		unsafe { System.alloc_zeroed(layout) }
	}

	unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
		LARGEST.fetch_max(size, Ordering::Relaxed);
		unsafe { System.realloc(memory, layout, size) }
	}

	unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
		unsafe { System.dealloc(memory, layout) }
	}
}

#[global_allocator]
static WATCH: Watch = Watch;

/// The models here have 100 KB; headers are read in one piece.
const MOST: usize = 8 << 20;

/// Inspects and loads; panics and large allocations fail the test.
#[track_caller]
fn open(path: &Path, what: &str) -> Result<(), ModelError> {
	LARGEST.store(0, Ordering::Relaxed);
	let result =
		catch_unwind(AssertUnwindSafe(|| Model::load(inspect(path)?, &Device::cpu()).map(drop)));
	let largest = LARGEST.load(Ordering::Relaxed);
	assert!(largest <= MOST, "{what}: allocated {largest} bytes");
	result.unwrap_or_else(|_| panic!("{what}: panicked"))
}

/// Opens the model with its file cut at every 64th byte and with random bytes changed.
fn damage(dir: &Path, file: &str, flips: usize, header: usize) {
	let path = dir.join(file);
	let target = if file.ends_with("gguf") { path.clone() } else { dir.to_owned() };
	let good = fs::read(&path).unwrap();
	assert!(open(&target, "undamaged").is_ok());
	for length in (0..good.len()).step_by(64) {
		fs::write(&path, &good[..length]).unwrap();
		let result = open(&target, &format!("{file} cut at {length}"));
		assert!(result.is_err(), "{file} cut at {length} was accepted");
	}
	let mut rng = StdRng::seed_from_u64(7);
	for round in 0..flips {
		let mut bad = good.clone();
		for _ in 0..rng.random_range(1..4) {
			// The header is where a parser can go wrong.
			let at = rng.random_range(0..header.min(good.len()));
			bad[at] = rng.random();
		}
		fs::write(&path, &bad).unwrap();
		let _ = open(&target, &format!("{file} changed, round {round}"));
	}
	fs::write(&path, &good).unwrap();
}

#[test]
fn safetensors_should_never_panic_when_damaged() {
	let dir = tempfile::tempdir().unwrap();
	Tiny::new("llama", 1).write_safetensors(dir.path(), DType::F16);
	damage(dir.path(), "model.safetensors", 1500, 2500);
}

#[test]
fn gguf_should_never_panic_when_damaged() {
	let dir = tempfile::tempdir().unwrap();
	Tiny::new("qwen2", 2).write_gguf(&dir.path().join("m.gguf"), GgmlDType::Q8_0);
	damage(dir.path(), "m.gguf", 1500, 12_000);
}

#[test]
fn small_files_should_never_panic_when_damaged() {
	let dir = tempfile::tempdir().unwrap();
	Tiny::new("qwen3", 3).write_safetensors(dir.path(), DType::F16);
	for file in ["config.json", "tokenizer.json", "tokenizer_config.json"] {
		damage(dir.path(), file, 400, usize::MAX);
	}
	let dir = tempfile::tempdir().unwrap();
	write_bert(dir.path(), 3);
	for file in ["config.json", "modules.json", "1_Pooling/config.json"] {
		damage(dir.path(), file, 200, usize::MAX);
	}
}

fn with_header(dir: &Path, header: &str, data: usize) {
	let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
	bytes.extend_from_slice(header.as_bytes());
	bytes.resize(bytes.len() + data, 0);
	fs::write(dir.join("model.safetensors"), bytes).unwrap();
}

#[test]
fn safetensors_should_be_refused_when_the_header_lies() {
	let dir = tempfile::tempdir().unwrap();
	Tiny::new("llama", 4).write_safetensors(dir.path(), DType::F16);
	let huge = u64::MAX;
	let deep = format!("{{\"a\":{}", "[".repeat(100_000));
	for header in [
		"",
		"{}",
		"[]",
		"null",
		&deep,
		r#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}"#,
		r#"{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,8]}}"#,
		r#"{"a":{"dtype":"F99","shape":[2],"data_offsets":[0,8]}}"#,
		r#"{"a":{"dtype":"F32","shape":[1,1,1,1,1,1,1,1,2],"data_offsets":[0,8]}}"#,
		r#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#,
		r#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},
			"b":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#,
		&format!(r#"{{"a":{{"dtype":"F32","shape":[{huge},{huge}],"data_offsets":[0,8]}}}}"#),
		&format!(r#"{{"a":{{"dtype":"U8","shape":[{huge}],"data_offsets":[0,{huge}]}}}}"#),
		&format!(r#"{{"a":{{"dtype":"U8","shape":[8],"data_offsets":[{},{huge}]}}}}"#, huge - 8),
	] {
		with_header(dir.path(), header, 8);
		assert!(open(dir.path(), header).is_err(), "{}", &header[..header.len().min(200)]);
	}
	// A header that claims more than the limit is not read at all.
	fs::write(dir.path().join("model.safetensors"), huge.to_le_bytes()).unwrap();
	assert!(matches!(open(dir.path(), "length"), Err(ModelError::TooLarge { .. })));
}

/// A GGUF header from its parts.
fn gguf(counts: [u64; 2], rest: &[u8]) -> Vec<u8> {
	let mut bytes = b"GGUF\x03\0\0\0".to_vec();
	bytes.extend(counts.iter().flat_map(|count| count.to_le_bytes()));
	bytes.extend_from_slice(rest);
	bytes.resize(bytes.len() + 64, 0);
	bytes
}

fn pair(key: &str, kind: u32, value: &[u8]) -> Vec<u8> {
	let mut bytes = (key.len() as u64).to_le_bytes().to_vec();
	bytes.extend_from_slice(key.as_bytes());
	bytes.extend_from_slice(&kind.to_le_bytes());
	bytes.extend_from_slice(value);
	bytes
}

fn tensor(dims: &[u64], kind: u32, offset: u64) -> Vec<u8> {
	let mut bytes = 1u64.to_le_bytes().to_vec();
	bytes.push(b't');
	bytes.extend_from_slice(&(dims.len() as u32).to_le_bytes());
	bytes.extend(dims.iter().flat_map(|dim| dim.to_le_bytes()));
	bytes.extend_from_slice(&kind.to_le_bytes());
	bytes.extend_from_slice(&offset.to_le_bytes());
	bytes
}

#[test]
fn gguf_should_be_refused_when_the_header_lies() {
	let dir = tempfile::tempdir().unwrap();
	let path = dir.path().join("m.gguf");
	let huge = u64::MAX.to_le_bytes();
	let nested: Vec<u8> = (0..1000)
		.flat_map(|_| [9u32.to_le_bytes().as_slice(), 1u64.to_le_bytes().as_slice()].concat())
		.collect();
	let array = |kind: u32| [kind.to_le_bytes().as_slice(), &huge].concat();
	let cases: [(&str, Vec<u8>); 14] = [
		("no tensors", gguf([0, 0], &[])),
		("tensor count", gguf([u64::MAX, 0], &[])),
		("metadata count", gguf([0, u64::MAX], &[])),
		("long key", gguf([0, 1], &huge)),
		("long text", gguf([0, 1], &pair("k", 8, &huge))),
		("long array", gguf([0, 1], &pair("k", 9, &array(0)))),
		("long array of texts", gguf([0, 1], &pair("k", 9, &array(8)))),
		("nested arrays", gguf([0, 1], &pair("k", 9, &nested))),
		("unknown type", gguf([0, 1], &pair("k", 77, &huge))),
		("alignment 0", gguf([0, 1], &pair("general.alignment", 4, &[0; 4]))),
		("alignment huge", gguf([0, 1], &pair("general.alignment", 10, &huge))),
		("dimension 0", gguf([1, 0], &tensor(&[0, 4], 0, 0))),
		("dimensions overflow", gguf([1, 0], &tensor(&[u64::MAX / 4, 4, 4, 4], 0, 0))),
		("offset overflows", gguf([1, 0], &tensor(&[4], 0, u64::MAX - 31))),
	];
	for (what, bytes) in cases {
		fs::write(&path, bytes).unwrap();
		assert!(open(&path, what).is_err(), "{what} was accepted");
	}
}

#[test]
fn small_files_should_be_refused_when_they_are_huge_or_lie() {
	let dir = tempfile::tempdir().unwrap();
	let model = Tiny::new("llama", 5);
	model.write_safetensors(dir.path(), DType::F16);
	let good = model.config();
	for (key, value) in [
		("hidden_size", json!(u64::MAX)),
		("hidden_size", json!(0)),
		("num_hidden_layers", json!(1_000_000_000u64)),
		("num_hidden_layers", json!(3)),
		("num_attention_heads", json!(0)),
		("num_key_value_heads", json!(3)),
		("num_key_value_heads", json!(0)),
		("head_dim", json!(7)),
		("head_dim", json!(1u64 << 40)),
		("vocab_size", json!(1u64 << 62)),
		("vocab_size", json!(261)),
		("max_position_embeddings", json!(0)),
		("rms_norm_eps", json!(-1.0)),
		("rope_theta", json!(0.0)),
		("rope_scaling", json!({ "rope_type": "yarn", "factor": 2.0 })),
		("rope_scaling", json!({ "rope_type": "linear", "factor": 0.0 })),
		("hidden_act", json!("gelu")),
		("tie_word_embeddings", json!("yes")),
	] {
		let mut bad = good.clone();
		bad[key] = value.clone();
		common::write_json(&dir.path().join("config.json"), &bad);
		assert!(open(dir.path(), key).is_err(), "{key} {value} was accepted");
	}
	common::write_json(&dir.path().join("config.json"), &good);
	assert!(open(dir.path(), "good").is_ok());

	let tokenizer = dir.path().join("tokenizer.json");
	for text in ["", "{}", "[]", "{\"model\":{\"type\":\"BPE\"}}"] {
		fs::write(&tokenizer, text).unwrap();
		assert!(matches!(open(dir.path(), text), Err(ModelError::Invalid { .. })));
	}
	fs::File::create(&tokenizer).unwrap().set_len(65 << 20).unwrap();
	let result = inspect(dir.path());
	assert!(matches!(result, Err(ModelError::TooLarge { .. })));
}
