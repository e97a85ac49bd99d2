//! The models that cheats make are what they are said to be.

mod common;

use candle_core::{Device, Tensor};
use common::{lab, model};
use reckon_attacks::{
	training::{lora, Course, Example},
	weights::{bf16, config, fp8, int4, int8, layers, matrices, read},
};

fn matrix(rows: usize, columns: usize) -> Tensor {
	Tensor::arange(0f32, (rows * columns) as f32, &Device::Cpu)
		.and_then(|numbers| numbers.affine(0.37, 0.1)?.sin()?.reshape((rows, columns)))
		.unwrap()
}

fn rows(matrix: &Tensor) -> Vec<Vec<f32>> {
	matrix.to_vec2().unwrap()
}

/// The most different numbers in a group, and the largest error relative to the group's largest.
fn rounding(exact: &[Vec<f32>], rounded: &[Vec<f32>], group: usize) -> (usize, f32) {
	let (mut most, mut worst) = (0, 0f32);
	for (exact, rounded) in exact.iter().zip(rounded) {
		for (exact, rounded) in exact.chunks(group).zip(rounded.chunks(group)) {
			let mut kinds: Vec<u32> = rounded.iter().map(|x| x.to_bits()).collect();
			kinds.sort_unstable();
			kinds.dedup();
			most = most.max(kinds.len());
			let largest = exact.iter().fold(0f32, |most, x| most.max(x.abs()));
			for (a, b) in exact.iter().zip(rounded) {
				worst = worst.max((a - b).abs() / largest);
			}
		}
	}
	(most, worst)
}

#[test]
fn integers_should_have_so_many_steps_and_no_larger_error() {
	let exact = matrix(3, 640);
	let (kinds, error) = rounding(&rows(&exact), &rows(&int8(&exact).unwrap()), 640);
	assert!(kinds > 100 && kinds <= 255, "{kinds}");
	assert!(error > 0.4 / 127.0 && error < 0.501 / 127.0, "{error}");
	let (kinds, error) = rounding(&rows(&exact), &rows(&int4(&exact).unwrap()), 32);
	assert!(kinds > 7 && kinds <= 15, "{kinds}");
	assert!(error > 0.4 / 7.0 && error < 0.501 / 7.0, "{error}");
	// A row of zeros stays one.
	let zeros = exact.zeros_like().unwrap();
	assert_eq!(rows(&int8(&zeros).unwrap()), rows(&zeros));
}

#[test]
fn floats_should_keep_so_many_bits() {
	let exact = matrix(2, 320);
	for (rounded, bits) in [(fp8(&exact).unwrap(), 4), (bf16(&exact).unwrap(), 8)] {
		let worst = rows(&exact)
			.concat()
			.iter()
			.zip(rows(&rounded).concat())
			.filter(|(a, _)| a.abs() > 0.1)
			.map(|(a, b)| ((a - b) / a).abs())
			.fold(0f32, f32::max);
		let half = 0.5f32.powi(bits);
		assert!(worst > half / 2.0 && worst <= half, "{worst} {half}");
	}
}

#[test]
fn layers_should_be_renumbered_when_some_are_left_out() {
	let all = read(&model()).unwrap();
	let kept = layers(all.clone(), &[0, 3]);
	let norm = |layer: usize| format!("model.layers.{layer}.input_layernorm.weight");
	assert_eq!(kept[&norm(1)].to_vec1::<f32>().unwrap(), all[&norm(3)].to_vec1::<f32>().unwrap());
	assert!(!kept.contains_key(&norm(2)));
	assert_eq!(kept.len(), 2 + (all.len() - 2) / 2);
	let changed = matrices(all.clone(), |matrix| matrix.zeros_like()).unwrap();
	let largest =
		|name: &str| changed[name].abs().unwrap().max_all().unwrap().to_scalar::<f32>().unwrap();
	assert_eq!(largest("model.layers.2.mlp.up_proj.weight"), 0.0);
	assert!(largest("model.embed_tokens.weight") > 0.0 && largest(&norm(2)) > 0.0);
}

#[test]
fn adapter_should_change_queries_and_values_by_rank_one() {
	let lab = lab();
	let job = lab.jobs.job(0);
	let example = Example { prompt: lab.truth.prompt(&job).unwrap(), answer: vec![36, 507, 3] };
	let before = read(&model()).unwrap();
	let course = Course { steps: 1, rate: 1e-2 };
	let config = config(&model()).unwrap();
	let after = lora(&config, before.clone(), &[example], course).unwrap();
	for (name, tensor) in &before {
		let change = (&after[name] - tensor).unwrap();
		let largest: f32 = change.abs().unwrap().max_all().unwrap().to_scalar().unwrap();
		if !name.contains("q_proj") && !name.contains("v_proj") {
			assert_eq!(largest, 0.0, "{name}");
			continue;
		}
		assert!(largest > 1e-5, "{name}: {largest}");
		// Of rank one: each 2 x 2 part has no determinant, but for rounding.
		let change = rows(&change);
		let (up, down) = (change.len() / 2, change[0].len() / 2);
		let determinant = change[0][0] * change[up][down] - change[0][down] * change[up][0];
		assert!(determinant.abs() <= 1e-3 * largest * largest, "{name}: {determinant}");
	}
}
