//! The header of a safetensors file: 8 bytes of length, then JSON, then the numbers.

use std::{collections::BTreeMap, fs::File, io::Read, path::Path};

use candle_core::DType;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{elements, Encoding, Entry, MAX_DIMENSIONS, MAX_NAME_BYTES, MAX_TENSORS};
use crate::error::ModelError;

/// The longest header in bytes; a thousand tensors take some 100 KiB.
const MAX_HEADER_BYTES: u64 = 16 << 20;
const PREFIX_BYTES: u64 = 8;

#[derive(Deserialize)]
struct TensorHeader {
	dtype: String,
	shape: Vec<u64>,
	data_offsets: (u64, u64),
}

/// The entries of a file. The numbers must fill the file exactly, without hole or overlap: the
/// format demands it, and it leaves no room to hide anything in.
pub(super) fn read_header(path: &Path, file: usize) -> Result<Vec<(String, Entry)>, ModelError> {
	let (header, data_start, data_bytes) = read_json(path)?;
	// Values stay raw at first: `__metadata__` is a map of strings, all others are tensors.
	let raw: BTreeMap<String, &RawValue> = serde_json::from_slice(&header)
		.map_err(|error| ModelError::invalid(path, format!("header: {error}")))?;

	let mut entries = Vec::new();
	for (name, value) in raw {
		if name == "__metadata__" {
			continue;
		}
		if name.len() > MAX_NAME_BYTES {
			return Err(ModelError::invalid(path, "a tensor's name is too long"));
		}
		let header: TensorHeader = serde_json::from_str(value.get())
			.map_err(|error| ModelError::invalid(path, format!("tensor {name}: {error}")))?;
		let entry = entry(&header, file, data_start)
			.map_err(|reason| ModelError::invalid(path, format!("tensor {name}: {reason}")))?;
		entries.push((name, entry));
	}
	if entries.len() as u64 > MAX_TENSORS {
		return Err(ModelError::TooLarge {
			path: path.to_owned(),
			what: "the number of tensors",
			got: entries.len() as u64,
			max: MAX_TENSORS,
		});
	}
	check_layout(&entries, data_start, data_bytes)
		.map_err(|reason| ModelError::invalid(path, reason))?;
	Ok(entries)
}

/// The header's bytes, where the numbers start, and how many bytes they have.
fn read_json(path: &Path) -> Result<(Vec<u8>, u64, u64), ModelError> {
	let mut file = File::open(path).map_err(ModelError::io(path))?;
	let length = file.metadata().map_err(ModelError::io(path))?.len();
	let mut prefix = [0u8; PREFIX_BYTES as usize];
	file.read_exact(&mut prefix)
		.map_err(|_| ModelError::invalid(path, "it is shorter than its header"))?;
	let header_bytes = u64::from_le_bytes(prefix);
	if header_bytes > MAX_HEADER_BYTES {
		return Err(ModelError::TooLarge {
			path: path.to_owned(),
			what: "the header's length",
			got: header_bytes,
			max: MAX_HEADER_BYTES,
		});
	}
	let data_start = PREFIX_BYTES + header_bytes;
	let data_bytes = length
		.checked_sub(data_start)
		.ok_or_else(|| ModelError::invalid(path, "it is shorter than its header"))?;
	let mut header = vec![0; header_bytes as usize];
	file.read_exact(&mut header).map_err(ModelError::io(path))?;
	Ok((header, data_start, data_bytes))
}

fn entry(header: &TensorHeader, file: usize, data_start: u64) -> Result<Entry, String> {
	let encoding = match header.dtype.as_str() {
		"F32" => Encoding::Plain(DType::F32),
		"F16" => Encoding::Plain(DType::F16),
		"BF16" => Encoding::Plain(DType::BF16),
		"F64" => Encoding::Plain(DType::F64),
		"I64" | "U64" => Encoding::Other { bits: 64 },
		"I32" | "U32" => Encoding::Other { bits: 32 },
		"I16" | "U16" => Encoding::Other { bits: 16 },
		"I8" | "U8" | "BOOL" | "F8_E4M3" | "F8_E5M2" | "F8_E8M0" => Encoding::Other { bits: 8 },
		other => return Err(format!("type {} is unknown", other.escape_default())),
	};
	if header.shape.len() > MAX_DIMENSIONS {
		return Err("it has too many dimensions".into());
	}
	let shape = header
		.shape
		.iter()
		.map(|&size| usize::try_from(size))
		.collect::<Result<Vec<_>, _>>()
		.map_err(|_| "a dimension is too large")?;
	let (start, end) = header.data_offsets;
	let bytes = end.checked_sub(start).ok_or("it ends before it starts")?;
	let expected = elements(&shape).and_then(|count| encoding.bytes(count));
	if expected != Some(bytes) {
		return Err("its shape does not fill its bytes".into());
	}
	let offset = data_start.checked_add(start).ok_or("its offset overflows")?;
	Ok(Entry { file, offset, bytes, encoding, shape, paired_heads: None })
}

fn check_layout(
	entries: &[(String, Entry)],
	data_start: u64,
	data_bytes: u64,
) -> Result<(), String> {
	let mut ranges: Vec<_> = entries.iter().map(|(_, e)| (e.offset, e.bytes)).collect();
	ranges.sort_unstable();
	let mut next = data_start;
	for (offset, bytes) in ranges {
		if offset != next {
			return Err("its tensors overlap or leave a hole".into());
		}
		next = next.checked_add(bytes).ok_or("its tensors overflow")?;
	}
	match next.checked_sub(data_start) {
		Some(used) if used == data_bytes => Ok(()),
		_ => Err("it is truncated, or longer than its header says".into()),
	}
}
