//! The header of a GGUF file, read under bounds of our own before anything is allocated.
//!
//! Format: <https://github.com/ggml-org/ggml/blob/master/docs/gguf.md>, versions 2 and 3, little
//! endian.

use std::{
	collections::BTreeMap,
	fs::File,
	io::{BufReader, Read},
	path::{Path, PathBuf},
};

use candle_core::{quantized::GgmlDType, DType};

use super::{elements, Checkpoint, Encoding, Entry, MAX_NAME_BYTES, MAX_TENSORS};
use crate::error::ModelError;

const MAGIC: [u8; 4] = *b"GGUF";
/// The most metadata entries; models have some 50.
const MAX_METADATA: u64 = 4096;
/// The longest string in bytes: a chat template is the longest known, some 20 KiB.
const MAX_STRING_BYTES: u64 = 1 << 20;
/// The most elements of an array: the largest vocabularies and merge lists have some 500,000.
const MAX_ARRAY: u64 = 4 << 20;
/// All of the header together, in bytes.
const MAX_HEADER_BYTES: u64 = 256 << 20;
const MAX_GGUF_DIMENSIONS: u32 = 4;
const DEFAULT_ALIGNMENT: u64 = 32;
/// Offsets are multiples of a power of two in this range.
const MAX_ALIGNMENT: u64 = 1 << 16;

/// A metadata value, widened.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
	/// Any unsigned or non-negative integer.
	Uint(u64),
	/// A negative integer.
	Int(i64),
	/// Any float.
	Float(f64),
	/// True or false.
	Bool(bool),
	/// Text; invalid UTF-8 is replaced.
	Text(String),
	/// An array of strings.
	Texts(Vec<String>),
	/// An array of numbers.
	Numbers(Vec<f64>),
}

/// A GGUF file: metadata and tensors under the file's own names.
#[derive(Debug, Clone)]
pub(crate) struct Gguf {
	path: PathBuf,
	metadata: BTreeMap<String, Value>,
	entries: BTreeMap<String, Entry>,
}

impl Gguf {
	/// Reads the header.
	pub(crate) fn open(path: &Path) -> Result<Self, ModelError> {
		let file = File::open(path).map_err(ModelError::io(path))?;
		let length = file.metadata().map_err(ModelError::io(path))?.len();
		let budget = length.min(MAX_HEADER_BYTES);
		let mut reader = Reader { source: BufReader::new(file), position: 0, budget };
		let (metadata, entries) =
			read_header(&mut reader, length).map_err(|reason| ModelError::invalid(path, reason))?;
		Ok(Self { path: path.to_owned(), metadata, entries })
	}

	/// A metadata value.
	pub(crate) fn value(&self, key: &str) -> Option<&Value> {
		self.metadata.get(key)
	}

	/// A metadata text.
	pub(crate) fn text(&self, key: &str) -> Option<&str> {
		match self.value(key)? {
			Value::Text(text) => Some(text),
			_ => None,
		}
	}

	/// A metadata number that is not negative.
	pub(crate) fn uint(&self, key: &str) -> Option<u64> {
		match self.value(key)? {
			Value::Uint(number) => Some(*number),
			_ => None,
		}
	}

	/// A metadata float.
	pub(crate) fn float(&self, key: &str) -> Option<f64> {
		match self.value(key)? {
			Value::Float(number) => Some(*number),
			_ => None,
		}
	}

	/// The shape of a tensor under GGUF's own name.
	pub(crate) fn shape(&self, name: &str) -> Option<&[usize]> {
		self.entries.get(name).map(|entry| entry.shape.as_slice())
	}

	/// The same tensors under the names that `rename` gives; those without a name are left out.
	/// `paired_heads` says, by new name, which tensors hold rows in pairs, and of how many heads.
	pub(crate) fn into_checkpoint(
		self,
		rename: impl Fn(&str) -> Option<String>,
		paired_heads: impl Fn(&str) -> Option<usize>,
	) -> Checkpoint {
		let entries = self
			.entries
			.into_iter()
			.filter_map(|(name, entry)| {
				let name = rename(&name)?;
				let paired_heads = paired_heads(&name);
				Some((name, Entry { paired_heads, ..entry }))
			})
			.collect();
		Checkpoint { files: vec![self.path], entries }
	}
}

type Header = (BTreeMap<String, Value>, BTreeMap<String, Entry>);

fn read_header<R: Read>(reader: &mut Reader<R>, length: u64) -> Result<Header, String> {
	if reader.bytes::<4>()? != MAGIC {
		return Err("it is no GGUF file".into());
	}
	let version = reader.u32()?;
	if !(2..=3).contains(&version) {
		return Err(format!("its GGUF version is {version}, only 2 and 3 are read"));
	}
	let tensors = reader.count("tensors", MAX_TENSORS)?;
	let pairs = reader.count("metadata entries", MAX_METADATA)?;

	let mut metadata = BTreeMap::new();
	for _ in 0..pairs {
		let key = reader.text(MAX_NAME_BYTES as u64)?;
		let kind = reader.u32()?;
		let value = reader.value(kind)?;
		if metadata.insert(key, value).is_some() {
			return Err("a metadata key is there twice".into());
		}
	}

	let mut infos = Vec::new();
	for _ in 0..tensors {
		infos.push(reader.tensor_info()?);
	}

	let alignment = match metadata.get("general.alignment") {
		None => DEFAULT_ALIGNMENT,
		Some(Value::Uint(size)) if size.is_power_of_two() && *size <= MAX_ALIGNMENT => *size,
		Some(_) => return Err("its alignment is no power of two".into()),
	};
	let data_start = reader.position.next_multiple_of(alignment);
	let mut entries = BTreeMap::new();
	for (name, mut entry) in infos {
		if !entry.offset.is_multiple_of(alignment) {
			return Err(format!("tensor {name} is not aligned"));
		}
		entry.offset = data_start.checked_add(entry.offset).ok_or("an offset overflows")?;
		let end = entry.offset.checked_add(entry.bytes).ok_or("an offset overflows")?;
		if end > length {
			return Err(format!("it is truncated: tensor {name} ends behind the file"));
		}
		if entries.insert(name, entry).is_some() {
			return Err("a tensor is there twice".into());
		}
	}
	check_overlap(&entries)?;
	Ok((metadata, entries))
}

fn check_overlap(entries: &BTreeMap<String, Entry>) -> Result<(), String> {
	let mut ranges: Vec<_> = entries.values().map(|e| (e.offset, e.offset + e.bytes)).collect();
	ranges.sort_unstable();
	match ranges.windows(2).all(|pair| pair[0].1 <= pair[1].0) {
		true => Ok(()),
		false => Err("its tensors overlap".into()),
	}
}

/// Reads little-endian numbers and never more than `budget` bytes; lengths are checked against
/// what is left before they are believed.
struct Reader<R> {
	source: R,
	position: u64,
	budget: u64,
}

impl<R: Read> Reader<R> {
	fn left(&self) -> u64 {
		self.budget.saturating_sub(self.position)
	}

	fn fill(&mut self, buffer: &mut [u8]) -> Result<(), String> {
		let length = buffer.len() as u64;
		if length > self.left() {
			return Err("its header is truncated or over the limit".into());
		}
		self.source.read_exact(buffer).map_err(|error| error.to_string())?;
		self.position += length;
		Ok(())
	}

	fn bytes<const N: usize>(&mut self) -> Result<[u8; N], String> {
		let mut buffer = [0; N];
		self.fill(&mut buffer)?;
		Ok(buffer)
	}

	fn u32(&mut self) -> Result<u32, String> {
		Ok(u32::from_le_bytes(self.bytes()?))
	}

	fn u64(&mut self) -> Result<u64, String> {
		Ok(u64::from_le_bytes(self.bytes()?))
	}

	/// A count of things that take at least one byte each.
	fn count(&mut self, what: &str, max: u64) -> Result<u64, String> {
		let count = self.u64()?;
		if count > max || count > self.left() {
			return Err(format!("it claims {count} {what}"));
		}
		Ok(count)
	}

	fn text(&mut self, max: u64) -> Result<String, String> {
		let length = self.count("bytes in one text", max)?;
		let mut buffer = vec![0; length as usize];
		self.fill(&mut buffer)?;
		Ok(String::from_utf8_lossy(&buffer).into_owned())
	}

	fn value(&mut self, kind: u32) -> Result<Value, String> {
		Ok(match kind {
			8 => Value::Text(self.text(MAX_STRING_BYTES)?),
			9 => self.array()?,
			scalar => self.scalar(scalar)?,
		})
	}

	fn scalar(&mut self, kind: u32) -> Result<Value, String> {
		let int = |number: i64| u64::try_from(number).map_or(Value::Int(number), Value::Uint);
		Ok(match kind {
			0 => Value::Uint(self.bytes::<1>()?[0].into()),
			1 => int(i8::from_le_bytes(self.bytes()?).into()),
			2 => Value::Uint(u16::from_le_bytes(self.bytes()?).into()),
			3 => int(i16::from_le_bytes(self.bytes()?).into()),
			4 => Value::Uint(self.u32()?.into()),
			5 => int(i32::from_le_bytes(self.bytes()?).into()),
			6 => Value::Float(f32::from_le_bytes(self.bytes()?).into()),
			7 => Value::Bool(self.bytes::<1>()?[0] != 0),
			10 => Value::Uint(self.u64()?),
			11 => int(i64::from_le_bytes(self.bytes()?)),
			12 => Value::Float(f64::from_le_bytes(self.bytes()?)),
			other => return Err(format!("its metadata has a value of unknown type {other}")),
		})
	}

	fn array(&mut self) -> Result<Value, String> {
		let kind = self.u32()?;
		let length = self.count("elements in one array", MAX_ARRAY)?;
		if kind == 8 {
			let texts = (0..length).map(|_| self.text(MAX_STRING_BYTES));
			return Ok(Value::Texts(texts.collect::<Result<_, _>>()?));
		}
		// Arrays of arrays exist in the format and in no model of these families.
		let numbers = (0..length).map(|_| match self.scalar(kind)? {
			Value::Uint(number) => Ok(number as f64),
			Value::Int(number) => Ok(number as f64),
			Value::Float(number) => Ok(number),
			Value::Bool(flag) => Ok(f64::from(flag)),
			_ => Err("its metadata has an array of no numbers".to_owned()),
		});
		Ok(Value::Numbers(numbers.collect::<Result<_, _>>()?))
	}

	/// A tensor's entry, its offset still relative to the data.
	fn tensor_info(&mut self) -> Result<(String, Entry), String> {
		let name = self.text(MAX_NAME_BYTES as u64)?;
		let dimensions = self.u32()?;
		if dimensions == 0 || dimensions > MAX_GGUF_DIMENSIONS {
			return Err(format!("tensor {name} has {dimensions} dimensions"));
		}
		let mut shape = Vec::new();
		for _ in 0..dimensions {
			let size = usize::try_from(self.u64()?).ok().filter(|&size| size > 0);
			shape.push(size.ok_or_else(|| format!("tensor {name} has a bad dimension"))?);
		}
		// Blocks run along the first dimension, which is the innermost one.
		let row = shape.first().map_or(0, |&size| size as u64);
		shape.reverse();
		let encoding = encoding(self.u32()?)
			.ok_or_else(|| format!("tensor {name} has a type that is not supported"))?;
		let offset = self.u64()?;
		let bytes = encoding
			.bytes(row)
			.and_then(|_| elements(&shape))
			.and_then(|count| encoding.bytes(count))
			.ok_or_else(|| format!("tensor {name} does not fill whole blocks"))?;
		Ok((name, Entry { file: 0, offset, bytes, encoding, shape, paired_heads: None }))
	}
}

/// GGML's type numbers, those that the tensor library can dequantise.
fn encoding(kind: u32) -> Option<Encoding> {
	Some(match kind {
		0 => Encoding::Plain(DType::F32),
		1 => Encoding::Plain(DType::F16),
		2 => Encoding::Blocks(GgmlDType::Q4_0),
		3 => Encoding::Blocks(GgmlDType::Q4_1),
		6 => Encoding::Blocks(GgmlDType::Q5_0),
		7 => Encoding::Blocks(GgmlDType::Q5_1),
		8 => Encoding::Blocks(GgmlDType::Q8_0),
		10 => Encoding::Blocks(GgmlDType::Q2K),
		11 => Encoding::Blocks(GgmlDType::Q3K),
		12 => Encoding::Blocks(GgmlDType::Q4K),
		13 => Encoding::Blocks(GgmlDType::Q5K),
		14 => Encoding::Blocks(GgmlDType::Q6K),
		30 => Encoding::Plain(DType::BF16),
		_ => return None,
	})
}
