//! Weight files as data from strangers.
//!
//! Two parsers read headers under hard bounds and yield the same table: where each tensor lies,
//! how it is encoded, what shape it has. Weights are then read one by one and widened to f32. No
//! memory map: a file that shrinks while it is mapped kills the process.

mod gguf;
mod safetensors;

use std::{
	collections::BTreeMap,
	fs::File,
	io::{Read, Seek, SeekFrom},
	path::{Path, PathBuf},
};

use candle_core::{
	quantized::{ggml_file::qtensor_from_ggml, GgmlDType},
	DType, Device, Tensor,
};

pub(crate) use self::gguf::{Gguf, Value};
use crate::error::ModelError;

/// The most tensors of one model; a 400-billion-parameter mixture of experts has some 50,000.
const MAX_TENSORS: u64 = 1 << 16;
/// The longest tensor name in bytes.
const MAX_NAME_BYTES: usize = 512;
/// The most dimensions of a tensor.
const MAX_DIMENSIONS: usize = 8;

/// How a tensor's numbers are written.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Encoding {
	/// One number after the other.
	Plain(DType),
	/// GGML's blocks.
	Blocks(GgmlDType),
	/// A type that no model here computes with (integers, booleans), by its size in bits.
	Other { bits: u64 },
}

impl Encoding {
	/// Bytes of this many numbers; `None` when they don't fill whole blocks or overflow.
	fn bytes(self, elements: u64) -> Option<u64> {
		let (block, size) = match self {
			Self::Plain(dtype) => (1, dtype.size_in_bytes() as u64),
			Self::Blocks(dtype) => (dtype.block_size() as u64, dtype.type_size() as u64),
			Self::Other { bits } => {
				return elements
					.checked_mul(bits)
					.filter(|all| all.is_multiple_of(8))
					.map(|all| all / 8)
			},
		};
		elements.is_multiple_of(block).then(|| (elements / block).checked_mul(size)).flatten()
	}
}

/// Where a tensor lies and what it is.
#[derive(Debug, Clone)]
struct Entry {
	file: usize,
	offset: u64,
	bytes: u64,
	encoding: Encoding,
	shape: Vec<usize>,
	/// GGUF of the llama family stores query and key rows in pairs per head: the number of heads.
	paired_heads: Option<usize>,
}

/// The tensors of a model, by name.
#[derive(Debug, Clone)]
pub(crate) struct Checkpoint {
	files: Vec<PathBuf>,
	entries: BTreeMap<String, Entry>,
}

impl Checkpoint {
	/// Reads the headers of safetensors files, one or several shards.
	pub(crate) fn safetensors(files: Vec<PathBuf>) -> Result<Self, ModelError> {
		let mut entries = BTreeMap::new();
		for (index, path) in files.iter().enumerate() {
			for (name, entry) in safetensors::read_header(path, index)? {
				if entries.insert(name.clone(), entry).is_some() {
					return Err(ModelError::Tensor { name, reason: "is in two shards".into() });
				}
			}
		}
		Ok(Self { files, entries })
	}

	/// The shape of a tensor, if it exists.
	pub(crate) fn shape(&self, name: &str) -> Option<&[usize]> {
		self.entries.get(name).map(|entry| entry.shape.as_slice())
	}

	/// Checks that a tensor exists with this shape.
	pub(crate) fn expect(&self, name: &str, shape: &[usize]) -> Result<(), ModelError> {
		let reason = match self.entries.get(name) {
			None => "is missing".into(),
			Some(entry) if matches!(entry.encoding, Encoding::Other { .. }) => {
				"is not of a floating-point type".into()
			},
			Some(entry) if entry.shape != shape => {
				format!("has shape {:?}, expected {shape:?}", entry.shape)
			},
			Some(_) => return Ok(()),
		};
		Err(ModelError::Tensor { name: name.into(), reason })
	}

	/// Reads a tensor of this shape as f32.
	pub(crate) fn load(
		&self,
		name: &str,
		shape: &[usize],
		device: &Device,
	) -> Result<Tensor, ModelError> {
		self.expect(name, shape)?;
		let entry = &self.entries[name];
		let path = &self.files[entry.file];
		let bytes = read_range(path, entry.offset, entry.bytes)?;
		// Widened on the host: each device then starts from the same numbers.
		let cpu = Device::Cpu;
		let tensor = match entry.encoding {
			Encoding::Plain(dtype) => {
				Tensor::from_raw_buffer(&bytes, dtype, shape, &cpu)?.to_dtype(DType::F32)?
			},
			Encoding::Blocks(dtype) => {
				qtensor_from_ggml(dtype, &bytes, shape.to_vec(), &cpu)?.dequantize(&cpu)?
			},
			Encoding::Other { .. } => {
				return Err(ModelError::Tensor { name: name.into(), reason: "is no float".into() })
			},
		};
		let tensor = match entry.paired_heads {
			Some(heads) => unpair_heads(&tensor, heads)?,
			None => tensor,
		};
		Ok(tensor.to_device(device)?)
	}
}

/// Rotary embedding turns pairs of rows. llama.cpp stores the two rows of a pair side by side,
/// transformers half a head apart; the decoder wants the latter.
fn unpair_heads(tensor: &Tensor, heads: usize) -> Result<Tensor, ModelError> {
	let rows = tensor.dim(0)?;
	let rest: usize = tensor.dims()[1..].iter().product();
	let shape = tensor.shape().clone();
	let pairs = tensor.reshape((heads, rows / heads / 2, 2, rest))?;
	Ok(pairs.transpose(1, 2)?.contiguous()?.reshape(shape)?)
}

/// The product of the dimensions; `None` on overflow.
fn elements(shape: &[usize]) -> Option<u64> {
	shape.iter().try_fold(1u64, |product, &size| product.checked_mul(size as u64))
}

fn read_range(path: &Path, offset: u64, length: u64) -> Result<Vec<u8>, ModelError> {
	let mut file = File::open(path).map_err(ModelError::io(path))?;
	file.seek(SeekFrom::Start(offset)).map_err(ModelError::io(path))?;
	let length = usize::try_from(length)
		.map_err(|_| ModelError::invalid(path, "a tensor is larger than the address space"))?;
	let mut bytes = vec![0; length];
	file.read_exact(&mut bytes).map_err(ModelError::io(path))?;
	Ok(bytes)
}
