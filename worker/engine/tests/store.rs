//! What is a model, what is none, and what it is called.

mod common;

use std::{fs, path::Path};

use candle_core::{quantized::GgmlDType, DType};
use common::{write_bert, write_json, Tiny};
use reckon_engine::{inspect, Manifest, ManifestHash, ModelError, TaskKind, PROFILE};
use serde_json::json;

fn manifest(path: &Path, name: &str) -> Manifest {
	inspect(path).unwrap().manifest(name, &mut |_| {}).unwrap()
}

fn error(path: &Path) -> ModelError {
	inspect(path).err().expect("the model should be refused")
}

#[test]
fn models_should_have_the_same_hash_wherever_they_lie() {
	let (a, b) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
	let elsewhere = b.path().join("deep/er");
	Tiny::new("llama", 1).write_safetensors(a.path(), DType::F32);
	Tiny::new("llama", 1).write_config(&elsewhere);
	fs::copy(a.path().join("model.safetensors"), elsewhere.join("model.safetensors")).unwrap();
	fs::write(elsewhere.join("README.md"), "not part of the model").unwrap();

	let (first, second) = (manifest(a.path(), "x"), manifest(&elsewhere, "y"));
	assert_eq!(first.hash(), second.hash());
	assert_eq!((first.name.as_str(), second.name.as_str()), ("x", "y"));
	assert_eq!(first.hash().to_string().parse::<ManifestHash>().unwrap(), first.hash());
	assert_eq!(first.profile, PROFILE);
	assert_eq!(first.tasks, [TaskKind::Chat, TaskKind::Complete]);
	let names: Vec<&str> = first.files.iter().map(|file| file.name.as_str()).collect();
	let expected = ["config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"];
	assert_eq!(names, expected);

	let config = elsewhere.join("config.json");
	let longer = fs::read_to_string(&config).unwrap() + " ";
	fs::write(&config, longer).unwrap();
	assert_ne!(manifest(&elsewhere, "y").hash(), first.hash());
}

#[test]
fn manifests_should_have_golden_bytes() {
	let manifest = Manifest {
		name: "label".into(),
		architecture: "llama".into(),
		tasks: vec![TaskKind::Chat, TaskKind::Complete],
		context_length: 4096,
		profile: "F32".into(),
		files: vec![reckon_engine::FileEntry { name: "a/b".into(), length: 3, blake3: [0xab; 32] }],
	};
	let hash = "ab".repeat(32);
	let expected = format!(
		r#"{{"format":"reckon-model/1","architecture":"llama","tasks":["chat","complete"],"context_length":4096,"profile":"F32","files":[{{"name":"a/b","length":3,"blake3":"{hash}"}}]}}"#
	);
	assert_eq!(String::from_utf8(manifest.canonical()).unwrap(), expected);
	assert_eq!(Manifest::from_canonical("label", expected.as_bytes()).unwrap(), manifest);

	let swap = |from: &str, to: &str| expected.replace(from, to);
	for bad in [
		swap("4096", " 4096"),
		swap("a/b", "../b"),
		swap("a/b", "/b"),
		swap("a/b", ""),
		swap("a/b", "a\\\\b"),
		swap("model/1", "model/2"),
		swap("\"profile\"", "\"extra\":1,\"profile\""),
		swap(&hash, &hash.to_uppercase()),
		swap(&hash, "ab"),
		swap("}]}", "},{\"name\":\"a/a\",\"length\":3,\"blake3\":\"HASH\"}]}")
			.replace("HASH", &hash),
		expected[1..].to_owned(),
	] {
		assert!(Manifest::from_canonical("x", bad.as_bytes()).is_err(), "{bad}");
	}
}

#[test]
fn verify_should_find_files_that_changed() {
	let dir = tempfile::tempdir().unwrap();
	write_bert(dir.path(), 1);
	let manifest = manifest(dir.path(), "bert");
	assert_eq!(manifest.tasks, [TaskKind::Embed]);
	assert!(manifest.files.iter().any(|file| file.name == "1_Pooling/config.json"));
	let mut hashed = 0;
	manifest.verify(dir.path(), &mut |bytes| hashed += bytes).unwrap();
	assert_eq!(hashed, manifest.files.iter().map(|file| file.length).sum::<u64>());

	let weights = dir.path().join("model.safetensors");
	let mut bytes = fs::read(&weights).unwrap();
	*bytes.last_mut().unwrap() ^= 1;
	fs::write(&weights, &bytes).unwrap();
	let changed = manifest.verify(dir.path(), &mut |_| {});
	assert!(matches!(changed, Err(ModelError::Mismatch { reason: "hash", .. })));
	bytes.pop();
	fs::write(&weights, &bytes).unwrap();
	let shorter = manifest.verify(dir.path(), &mut |_| {});
	assert!(matches!(shorter, Err(ModelError::Mismatch { reason: "length", .. })));
}

#[test]
fn inspection_should_say_what_a_model_is() {
	let dir = tempfile::tempdir().unwrap();
	let path = dir.path().join("m.gguf");
	Tiny::new("qwen3", 2).write_gguf(&path, GgmlDType::F16);
	let found = inspect(&path).unwrap();
	assert_eq!((found.architecture.as_str(), found.context_length), ("qwen3", 128));
	assert_eq!(found.weight_bytes(), found.parameters * 4);
	assert_eq!(found.files().collect::<Vec<_>>(), ["m.gguf"]);
	fs::copy(&path, dir.path().join("n.gguf")).unwrap();
	assert!(matches!(error(dir.path()), ModelError::NotAModel { .. }));
}

#[test]
fn pickles_should_be_refused_with_a_hint() {
	let dir = tempfile::tempdir().unwrap();
	Tiny::new("llama", 3).write_config(dir.path());
	for name in ["pytorch_model.bin", "model.pt", "x.pth", "y.ckpt"] {
		let path = dir.path().join(name);
		fs::write(&path, b"\x80\x02").unwrap();
		for path in [path.as_path(), dir.path()] {
			let error = error(path);
			assert!(matches!(error, ModelError::Pickle { .. }), "{error}");
			assert!(error.to_string().contains("safetensors"));
		}
		fs::remove_file(path).unwrap();
	}
	assert!(matches!(error(dir.path()), ModelError::NotAModel { .. }));
	assert!(matches!(error(&dir.path().join("config.json")), ModelError::NotAModel { .. }));
	assert!(matches!(error(&dir.path().join("nowhere")), ModelError::Io { .. }));
}

#[test]
fn other_architectures_should_be_refused_by_name() {
	let dir = tempfile::tempdir().unwrap();
	let model = Tiny::new("llama", 4);
	model.write_safetensors(dir.path(), DType::F32);
	let mut config = model.config();
	config["model_type"] = json!("mamba2");
	write_json(&dir.path().join("config.json"), &config);
	let error = error(dir.path()).to_string();
	assert!(
		error.contains("mamba2") && error.contains("qwen3") && error.contains("bert"),
		"{error}"
	);
}

#[test]
fn weights_should_be_refused_when_one_is_missing_or_of_another_shape() {
	for name in ["model.layers.1.mlp.up_proj.weight", "model.norm.weight", "lm_head.weight"] {
		let dir = tempfile::tempdir().unwrap();
		let mut model = Tiny::new("llama", 5);
		let weight = model.weights.remove(name).unwrap();
		model.write_safetensors(dir.path(), DType::F32);
		assert!(error(dir.path()).to_string().contains("is missing"));
		let flat = vec![weight.1.len()];
		model.weights.insert(
			name.into(),
			(if weight.0 == flat { vec![1, flat[0]] } else { flat }, weight.1),
		);
		model.write_safetensors(dir.path(), DType::F32);
		assert!(error(dir.path()).to_string().contains("has shape"));
	}
}

#[test]
fn shards_should_not_be_read_from_outside_the_directory() {
	let dir = tempfile::tempdir().unwrap();
	let inside = dir.path().join("inside");
	let model = Tiny::new("llama", 6);
	model.write_safetensors(dir.path(), DType::F32);
	model.write_config(&inside);
	for name in ["../model.safetensors", "/etc/passwd", ""] {
		let index = json!({ "weight_map": { "model.norm.weight": name } });
		write_json(&inside.join("model.safetensors.index.json"), &index);
		assert!(matches!(error(&inside), ModelError::Invalid { .. }), "{name}");
	}
}

#[test]
fn unknown_pipelines_should_be_refused() {
	let dir = tempfile::tempdir().unwrap();
	write_bert(dir.path(), 7);
	write_json(
		&dir.path().join("1_Pooling/config.json"),
		&json!({ "pooling_mode_mean_tokens": true, "pooling_mode_max_tokens": true }),
	);
	assert!(matches!(error(dir.path()), ModelError::UnsupportedFeature(_)));
	write_json(
		&dir.path().join("modules.json"),
		&json!([{ "path": "2_Dense", "type": "sentence_transformers.models.Dense" }]),
	);
	assert!(error(dir.path()).to_string().contains("Dense"));
}
