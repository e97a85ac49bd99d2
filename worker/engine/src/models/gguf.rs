//! A GGUF file as a decoder: its configuration, its tensors' names, its vocabulary.

use serde_json::json;

use super::{
	config::{DecoderConfig, Family},
	rope::{RopeConfig, RopeScaling},
};
use crate::{
	error::ModelError,
	weights::{Gguf, Value},
};

/// Rotary divisors, where llama.cpp's converter wrote them for Llama 3.1 and later.
pub(crate) const ROPE_DIVISORS: &str = "rope_freqs.weight";

/// The configuration in a file's metadata. `divisors` are the numbers of [`ROPE_DIVISORS`].
pub(crate) fn config(gguf: &Gguf, divisors: Option<Vec<f32>>) -> Result<DecoderConfig, ModelError> {
	let name = gguf.text("general.architecture").unwrap_or_default();
	let unsupported =
		|| ModelError::UnsupportedArchitecture { name: name.escape_default().to_string() };
	// A mixtral calls itself llama, with experts.
	let family = Family::parse(name).ok_or_else(unsupported)?;
	if gguf.uint(&format!("{name}.expert_count")).is_some_and(|experts| experts > 0) {
		return Err(ModelError::UnsupportedArchitecture { name: format!("{name} with experts") });
	}
	let key = |suffix: &str| format!("{name}.{suffix}");
	let size = |suffix: &str| gguf.uint(&key(suffix)).and_then(|n| usize::try_from(n).ok());
	let need = |suffix: &str| {
		size(suffix).ok_or_else(|| ModelError::UnsupportedFeature(format!("{name}.{suffix}")))
	};

	let hidden = need("embedding_length")?;
	let heads = need("attention.head_count")?;
	let head_dim = size("attention.key_length").or(hidden.checked_div(heads)).unwrap_or_default();
	if size("rope.dimension_count").is_some_and(|rotated| rotated != head_dim) {
		return Err(ModelError::UnsupportedFeature("partial rotary embedding".into()));
	}
	let vocabulary = gguf.shape("token_embd.weight").and_then(|shape| shape.first()).copied();
	DecoderConfig {
		family,
		hidden,
		intermediate: need("feed_forward_length")?,
		layers: need("block_count")?,
		heads,
		kv_heads: size("attention.head_count_kv").unwrap_or(heads),
		head_dim,
		vocabulary: vocabulary.unwrap_or_default(),
		norm_epsilon: gguf.float(&key("attention.layer_norm_rms_epsilon")).unwrap_or(1e-5) as f32,
		rope: RopeConfig {
			theta: gguf.float(&key("rope.freq_base")).unwrap_or(1e4),
			scaling: scaling(gguf, name, divisors)?,
		},
		tied: gguf.shape("output.weight").is_none(),
		qkv_bias: gguf.shape("blk.0.attn_q.bias").is_some(),
		output_bias: gguf.shape("blk.0.attn_output.bias").is_some(),
		mlp_bias: gguf.shape("blk.0.ffn_gate.bias").is_some(),
		qk_norm: family == Family::Qwen3,
		context: need("context_length")?
			.min(size("attention.sliding_window").unwrap_or(usize::MAX)),
	}
	.check()
}

fn scaling(gguf: &Gguf, name: &str, divisors: Option<Vec<f32>>) -> Result<RopeScaling, ModelError> {
	if let Some(divisors) = divisors {
		return Ok(RopeScaling::Divisors(divisors));
	}
	match gguf.text(&format!("{name}.rope.scaling.type")) {
		None | Some("none") => Ok(RopeScaling::None),
		Some("linear") => {
			let factor = gguf.float(&format!("{name}.rope.scaling.factor")).unwrap_or(1.0);
			Ok(RopeScaling::Linear { factor })
		},
		Some(other) => {
			let other = other.escape_default();
			Err(ModelError::UnsupportedFeature(format!("rope scaling '{other}'")))
		},
	}
}

/// Hugging Face's name of a tensor; `None` for those that the decoder does not read.
pub(crate) fn rename(name: &str) -> Option<String> {
	let whole = match name {
		"token_embd.weight" => Some("model.embed_tokens.weight"),
		"output_norm.weight" => Some("model.norm.weight"),
		"output.weight" => Some("lm_head.weight"),
		_ => None,
	};
	if let Some(whole) = whole {
		return Some(whole.into());
	}
	let (layer, part) = name.strip_prefix("blk.")?.split_once('.')?;
	let (part, kind) = part.split_once('.')?;
	let part = match part {
		"attn_q" => "self_attn.q_proj",
		"attn_k" => "self_attn.k_proj",
		"attn_v" => "self_attn.v_proj",
		"attn_output" => "self_attn.o_proj",
		"attn_q_norm" => "self_attn.q_norm",
		"attn_k_norm" => "self_attn.k_norm",
		"attn_norm" => "input_layernorm",
		"ffn_norm" => "post_attention_layernorm",
		"ffn_gate" => "mlp.gate_proj",
		"ffn_up" => "mlp.up_proj",
		"ffn_down" => "mlp.down_proj",
		_ => return None,
	};
	Some(format!("model.layers.{layer}.{part}.{kind}"))
}

/// Heads of a tensor whose rows are stored in pairs, by Hugging Face's name. The converters do
/// that for the llama architecture only.
pub(crate) fn paired_heads(config: &DecoderConfig, name: &str) -> Option<usize> {
	if !matches!(config.family, Family::Llama | Family::Mistral) {
		return None;
	}
	if name.contains(".q_proj.") {
		Some(config.heads)
	} else if name.contains(".k_proj.") {
		Some(config.kv_heads)
	} else {
		None
	}
}

/// A tokenizer.json made of the vocabulary in the metadata.
pub(crate) fn tokenizer_json(gguf: &Gguf) -> Result<Vec<u8>, ModelError> {
	let missing = |what: &str| {
		ModelError::UnsupportedFeature(format!("{what} in the GGUF, or a tokenizer.json beside it"))
	};
	let Some(Value::Texts(tokens)) = gguf.value("tokenizer.ggml.tokens") else {
		return Err(missing("tokenizer.ggml.tokens"));
	};
	let kinds = match gguf.value("tokenizer.ggml.token_type") {
		Some(Value::Numbers(kinds)) => kinds.as_slice(),
		_ => &[],
	};
	// Types 3 and 4 are control tokens and those that users added.
	let added: Vec<_> = tokens
		.iter()
		.zip(kinds)
		.enumerate()
		.filter(|(_, (_, kind))| **kind == 3.0 || **kind == 4.0)
		.map(|(id, (content, kind))| {
			json!({
				"id": id, "content": content, "special": *kind == 3.0, "single_word": false,
				"lstrip": false, "rstrip": false, "normalized": false,
			})
		})
		.collect();
	let vocabulary: serde_json::Map<_, _> =
		tokens.iter().enumerate().map(|(id, token)| (token.clone(), json!(id))).collect();
	let Some(Value::Texts(merges)) = gguf.value("tokenizer.ggml.merges") else {
		// SentencePiece's BPE has scores instead of merges, its ties and byte tokens are subtle.
		return Err(missing("a byte-level BPE vocabulary with merges"));
	};
	let split = match gguf.text("tokenizer.ggml.pre") {
		Some("llama-bpe" | "llama3") => Some(LLAMA3_SPLIT),
		Some("qwen2") => Some(QWEN2_SPLIT),
		None | Some("gpt-2" | "default") => None,
		Some(other) => return Err(missing(&format!("the pre-tokenizer '{other}'"))),
	};
	let byte_level = |use_regex: bool| {
		json!({
			"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true,
			"use_regex": use_regex,
		})
	};
	let pre_tokenizer = match split {
		None => byte_level(true),
		Some(pattern) => json!({ "type": "Sequence", "pretokenizers": [
			{ "type": "Split", "pattern": { "Regex": pattern }, "behavior": "Isolated",
				"invert": false },
			byte_level(false),
		] }),
	};
	let bos = gguf
		.uint("tokenizer.ggml.bos_token_id")
		.filter(|_| gguf.value("tokenizer.ggml.add_bos_token") == Some(&Value::Bool(true)))
		.and_then(|id| Some((id, tokens.get(usize::try_from(id).ok()?)?)));
	let post_processor = bos.map(|(id, token)| {
		json!({
			"type": "TemplateProcessing",
			"single": [
				{ "SpecialToken": { "id": token, "type_id": 0 } },
				{ "Sequence": { "id": "A", "type_id": 0 } },
			],
			"pair": [],
			"special_tokens": { token: { "id": token, "ids": [id], "tokens": [token] } },
		})
	});
	let tokenizer = json!({
		"version": "1.0",
		"added_tokens": added,
		"normalizer": null,
		"pre_tokenizer": pre_tokenizer,
		"post_processor": post_processor,
		"decoder": byte_level(true),
		"model": {
			"type": "BPE", "vocab": vocabulary, "merges": merges, "dropout": null,
			"unk_token": null, "continuing_subword_prefix": null, "end_of_word_suffix": null,
			"fuse_unk": false, "byte_fallback": false, "ignore_merges": split.is_some(),
		},
	});
	serde_json::to_vec(&tokenizer).map_err(|error| missing(&error.to_string()))
}

/// How Llama 3 and Qwen 2 cut text before merging, as their tokenizer.json files say.
const LLAMA3_SPLIT: &str = "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}\
	| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
const QWEN2_SPLIT: &str = "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}\
	| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
