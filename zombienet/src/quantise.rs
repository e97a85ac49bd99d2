//! The weights of a cheat: what an engine of eight bits computes with.

use std::{fs, path::Path};

use anyhow::{ensure, Context, Result};
use serde_json::{json, Map, Value};

/// The file with the weights.
const WEIGHTS: &str = "model.safetensors";
/// Steps to either side of zero.
const STEPS: f32 = 127.0;
/// What the header's length is a multiple of, so that the numbers lie where their type must.
const ALIGNED: usize = 8;

/// Copies a model with half precision, each row of each of its matrices rounded to 255 steps. The
/// copy has its numbers in full precision, which holds these steps exactly.
///
/// # Errors
/// When the model's files are none, or can't be written.
pub(crate) fn quantise(from: &Path, to: &Path) -> Result<()> {
	fs::create_dir_all(to)?;
	for entry in fs::read_dir(from).with_context(|| from.display().to_string())? {
		let path = entry?.path();
		if let (Some("json"), Some(name)) =
			(path.extension().and_then(|it| it.to_str()), path.file_name())
		{
			fs::copy(&path, to.join(name))?;
		}
	}
	let weights = fs::read(from.join(WEIGHTS)).with_context(|| from.display().to_string())?;
	fs::write(to.join(WEIGHTS), rounded(&weights)?)?;
	Ok(())
}

/// Safetensors: the header's length, the header, and the tensors' numbers without gaps.
fn rounded(file: &[u8]) -> Result<Vec<u8>> {
	let (length, rest) = file.split_first_chunk().context("no length of a header")?;
	let length = usize::try_from(u64::from_le_bytes(*length))?;
	let (header, data) = rest.split_at_checked(length).context("no header")?;
	let mut header: Map<String, Value> = serde_json::from_slice(header)?;
	let mut numbers = Vec::with_capacity(2 * data.len());
	for (name, tensor) in header.iter_mut().filter(|(name, _)| *name != "__metadata__") {
		ensure!(tensor["dtype"] == "F16", "{name} is {tensor}");
		let [start, end]: [usize; 2] = serde_json::from_value(tensor["data_offsets"].take())?;
		let shape: Vec<usize> = serde_json::from_value(tensor["shape"].clone())?;
		let (halves, odd) = data.get(start..end).context("no such numbers")?.as_chunks();
		let mut values: Vec<_> =
			halves.iter().map(|half| number(u16::from_le_bytes(*half))).collect();
		let count: usize = shape.iter().product();
		ensure!(odd.is_empty() && values.len() == count, "{name} is not of its shape {shape:?}");
		ensure!(values.iter().all(|value| value.is_finite()), "{name} has numbers that are none");
		if let [_, width] = shape[..] {
			values.chunks_exact_mut(width.max(1)).for_each(round);
		}
		let start = numbers.len();
		numbers.extend(values.iter().flat_map(|value| value.to_le_bytes()));
		tensor["dtype"] = json!("F32");
		tensor["data_offsets"] = json!([start, numbers.len()]);
	}
	let mut header = serde_json::to_vec(&header)?;
	header.resize(header.len().next_multiple_of(ALIGNED), b' ');
	let length = u64::try_from(header.len())?.to_le_bytes();
	Ok([&length[..], &header, &numbers].concat())
}

/// Rounds a row to multiples of a step that its largest number has 127 of.
fn round(row: &mut [f32]) {
	let step = row.iter().fold(0.0, |most: f32, value| most.max(value.abs())) / STEPS;
	if step > 0.0 {
		row.iter_mut().for_each(|value| *value = (*value / step).round() * step);
	}
}

/// The number that these bits are in half precision.
fn number(bits: u16) -> f32 {
	let sign = if bits & 0x8000 == 0 { 1.0 } else { -1.0 };
	let fraction = f32::from(bits & 0x3ff);
	sign * match i32::from((bits >> 10) & 0x1f) {
		0 => fraction * 2f32.powi(-24),
		0x1f if fraction == 0.0 => f32::INFINITY,
		0x1f => f32::NAN,
		exponent => (1024.0 + fraction) * 2f32.powi(exponent - 25),
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn number_should_be_the_one_that_half_precision_has() {
		for (bits, expected) in [
			(0x0000, 0.0),
			(0x3c00, 1.0),
			(0xc000, -2.0),
			(0x3555, 0.333_251_95),
			(0x7bff, 65_504.0),
			(0x0400, 6.103_515_6e-5),
			(0x03ff, 6.097_555e-5),
			(0x0001, 5.960_464_5e-8),
			(0xfc00, f32::NEG_INFINITY),
		] {
			assert_eq!(number(bits), expected, "{bits:#06x}");
		}
		assert!(number(0x7e00).is_nan());
	}

	fn file(tensors: Value, data: &[u8]) -> Vec<u8> {
		let header = tensors.to_string().into_bytes();
		[&(header.len() as u64).to_le_bytes()[..], &header, data].concat()
	}

	#[test]
	fn matrices_should_be_rounded_and_vectors_stay() {
		// 1, 0.3333, -0.0010 and 0 in rows of two; then 0.3333 alone.
		let data: Vec<u8> = [0x3c00u16, 0x3555, 0x9419, 0, 0x3555]
			.iter()
			.flat_map(|half| half.to_le_bytes())
			.collect();
		let tensors = json!({
			"__metadata__": { "format": "pt" },
			"a": { "dtype": "F16", "shape": [2, 2], "data_offsets": [0, 8] },
			"b": { "dtype": "F16", "shape": [1], "data_offsets": [8, 10] },
		});
		let written = rounded(&file(tensors, &data)).unwrap();
		let length = u64::from_le_bytes(*written.first_chunk().unwrap()) as usize;
		assert_eq!(length % ALIGNED, 0);
		let header: Value = serde_json::from_slice(&written[8..8 + length]).unwrap();
		assert_eq!(header["a"]["data_offsets"], json!([0, 16]));
		assert_eq!(header["b"], json!({ "dtype": "F32", "shape": [1], "data_offsets": [16, 20] }));
		let (numbers, odd) = written[8 + length..].as_chunks();
		let numbers: Vec<_> = numbers.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
		assert!(odd.is_empty());
		let expected = [1.0, 42.0 / STEPS, number(0x9419), 0.0, number(0x3555)];
		assert_eq!(numbers.len(), expected.len());
		for (number, expected) in numbers.iter().zip(expected) {
			assert!((number - expected).abs() < 1e-7, "{numbers:?}");
		}
	}

	#[test]
	fn weights_should_be_refused_when_the_file_is_not_of_half_precision() {
		let tensor = |dtype: &str, shape: &[usize]| json!({ "a": { "dtype": dtype, "shape": shape, "data_offsets": [0, 2] } });
		assert!(rounded(&file(tensor("F16", &[1]), &[0, 0])).is_ok());
		for (bad, why) in [
			(file(tensor("F32", &[1]), &[0, 0]), "F32"),
			(file(tensor("F16", &[2]), &[0, 0]), "shape"),
			(file(tensor("F16", &[1]), &[0]), "no such numbers"),
			(file(tensor("F16", &[1]), &[0, 0x7c]), "none"),
			(vec![0; 7], "no length"),
			(vec![9; 8], "header"),
		] {
			let error = rounded(&bad).unwrap_err().to_string();
			assert!(error.contains(why), "{why}: {error}");
		}
	}
}
