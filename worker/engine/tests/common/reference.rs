//! The decoder again, in f64 and plain loops, sharing no code with the engine.

use serde_json::Value as Json;

use super::Tiny;

type Vector = Vec<f64>;

/// Logits after each token of a sequence.
pub fn logits(model: &Tiny, tokens: &[u32]) -> Vec<Vector> {
	let mut rows: Vec<Vector> = tokens
		.iter()
		.map(|&token| row(model, "model.embed_tokens.weight", token as usize))
		.collect();
	for layer in 0..model.layers {
		let name = |part: &str| format!("model.layers.{layer}.{part}");
		let normed: Vec<Vector> =
			rows.iter().map(|x| norm(model, &name("input_layernorm"), x)).collect();
		for (x, attended) in rows.iter_mut().zip(attention(model, layer, &normed)) {
			add(x, &attended);
		}
		for x in &mut rows {
			let normed = norm(model, &name("post_attention_layernorm"), x);
			let gate = linear(model, &name("mlp.gate_proj"), &normed);
			let up = linear(model, &name("mlp.up_proj"), &normed);
			let inner: Vector =
				gate.iter().zip(&up).map(|(gate, up)| gate / (1.0 + (-gate).exp()) * up).collect();
			add(x, &linear(model, &name("mlp.down_proj"), &inner));
		}
	}
	let head = if model.tied { "model.embed_tokens" } else { "lm_head" };
	rows.iter().map(|x| linear(model, head, &norm(model, "model.norm", x))).collect()
}

fn attention(model: &Tiny, layer: usize, rows: &[Vector]) -> Vec<Vector> {
	let name = |part: &str| format!("model.layers.{layer}.self_attn.{part}");
	let size = model.head_dim;
	let project = |part: &str, normed: Option<&str>, rotated: bool| -> Vec<Vec<Vector>> {
		rows.iter()
			.enumerate()
			.map(|(position, x)| {
				linear(model, &name(part), x)
					.chunks(size)
					.map(|head| {
						let head = match normed {
							Some(norm_name) if model.family == "qwen3" => {
								norm(model, &name(norm_name), head)
							},
							_ => head.to_vec(),
						};
						if rotated {
							rotate(model, position, &head)
						} else {
							head
						}
					})
					.collect()
			})
			.collect()
	};
	let q = project("q_proj", Some("q_norm"), true);
	let k = project("k_proj", Some("k_norm"), true);
	let v = project("v_proj", None, false);
	let group = model.heads / model.kv_heads;
	(0..rows.len())
		.map(|at| {
			let mut mixed = Vec::new();
			for head in 0..model.heads {
				let scores: Vector = (0..=at)
					.map(|other| dot(&q[at][head], &k[other][head / group]) / (size as f64).sqrt())
					.collect();
				let top = scores.iter().copied().fold(f64::MIN, f64::max);
				let weights: Vector = scores.iter().map(|score| (score - top).exp()).collect();
				let sum: f64 = weights.iter().sum();
				mixed.extend((0..size).map(|dim| -> f64 {
					let parts = weights.iter().zip(&v);
					parts.map(|(weight, row)| weight / sum * row[head / group][dim]).sum()
				}));
			}
			linear(model, &name("o_proj"), &mixed)
		})
		.collect()
}

fn rotate(model: &Tiny, position: usize, head: &[f64]) -> Vector {
	let half = head.len() / 2;
	let mut out = head.to_vec();
	for pair in 0..half {
		let angle = position as f64 * frequency(model, pair);
		let (a, b) = (head[pair], head[pair + half]);
		out[pair] = a * angle.cos() - b * angle.sin();
		out[pair + half] = b * angle.cos() + a * angle.sin();
	}
	out
}

fn frequency(model: &Tiny, pair: usize) -> f64 {
	let base = model.theta.powf(-((2 * pair) as f64) / model.head_dim as f64);
	let Some(scaling) = &model.rope_scaling else { return base };
	let number = |key: &str| scaling[key].as_f64().unwrap();
	match &scaling["rope_type"] {
		Json::String(kind) if kind == "linear" => base / number("factor"),
		Json::String(kind) if kind == "llama3" => {
			let wavelength = 2.0 * std::f64::consts::PI / base;
			let original = number("original_max_position_embeddings");
			let (low, high) = (number("low_freq_factor"), number("high_freq_factor"));
			if wavelength < original / high {
				base
			} else if wavelength > original / low {
				base / number("factor")
			} else {
				let smooth = (original / wavelength - low) / (high - low);
				(1.0 - smooth) * base / number("factor") + smooth * base
			}
		},
		other => panic!("{other}"),
	}
}

fn row(model: &Tiny, name: &str, index: usize) -> Vector {
	let (shape, values) = &model.weights[name];
	values[index * shape[1]..(index + 1) * shape[1]].iter().map(|&x| x.into()).collect()
}

fn linear(model: &Tiny, name: &str, x: &[f64]) -> Vector {
	let weight = format!("{name}.weight");
	let rows = model.weights[&weight].0[0];
	let bias = model.weights.get(&format!("{name}.bias"));
	(0..rows)
		.map(|index| {
			dot(&row(model, &weight, index), x)
				+ bias.map_or(0.0, |(_, values)| f64::from(values[index]))
		})
		.collect()
}

fn norm(model: &Tiny, name: &str, x: &[f64]) -> Vector {
	let (_, weight) = &model.weights[&format!("{name}.weight")];
	let mean = x.iter().map(|x| x * x).sum::<f64>() / x.len() as f64;
	let scale = 1.0 / (mean + 1e-5).sqrt();
	x.iter().zip(weight).map(|(x, &weight)| x * scale * f64::from(weight)).collect()
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
	a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn add(to: &mut [f64], from: &[f64]) {
	to.iter_mut().zip(from).for_each(|(to, from)| *to += from);
}
