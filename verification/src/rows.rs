//! The hidden rows of an answer: what is committed to, opened and compared.

use alloc::{vec, vec::Vec};
use codec::{Decode, Encode};

use crate::{
	fingerprint::{positions, Fingerprint, FingerprintError},
	hash::Hash,
};

/// The most tokens of an answer. No context is longer, and no count overflows.
pub const MAX_POSITIONS: u32 = 1 << 20;
/// The most numbers of a row: the engine's bound for hidden sizes.
pub const MAX_WIDTH: u32 = 1 << 17;

/// Why rows are none.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RowsError {
	/// There are no tokens, or more than [`MAX_POSITIONS`].
	Positions,
	/// A row has no numbers, or more than [`MAX_WIDTH`].
	Width,
	/// There is not one whole row for each token.
	NotWhole,
	/// A number is infinite or none.
	NotFinite,
	/// The bytes are not such rows.
	Malformed,
}

impl core::fmt::Display for RowsError {
	fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
		f.write_str(match self {
			Self::Positions => "an answer has between 1 and 2^20 tokens",
			Self::Width => "a row has between 1 and 2^17 numbers",
			Self::NotWhole => "there is not one whole row for each token",
			Self::NotFinite => "a row has numbers that are none",
			Self::Malformed => "the bytes are no rows",
		})
	}
}

impl core::error::Error for RowsError {}

/// Reads an answer's tokens, a SCALE list of at most `limit`, from anywhere; total.
///
/// # Errors
/// When the bytes are anything else.
pub fn parse_tokens(mut bytes: &[u8], limit: u32) -> Result<Vec<u32>, RowsError> {
	// The compact length has at most 5 bytes; nothing of a longer list is looked at.
	if bytes.len() as u64 > u64::from(limit).saturating_mul(4).saturating_add(5) {
		return Err(RowsError::Malformed);
	}
	let tokens = Vec::<u32>::decode(&mut bytes).map_err(|_| RowsError::Malformed)?;
	match bytes.is_empty() && tokens.len() as u64 <= u64::from(limit) {
		true => Ok(tokens),
		false => Err(RowsError::Malformed),
	}
}

/// An answer's tokens, and for each the row that it was chosen by: the model's last hidden state
/// after the final norm, f32. Never empty, always whole, all numbers finite.
#[derive(Clone, PartialEq, Debug, Encode)]
pub struct Rows {
	width: u32,
	tokens: Vec<u32>,
	/// Row-major.
	numbers: Vec<f32>,
}

impl Rows {
	/// Rows of `width` numbers each, row-major.
	///
	/// # Errors
	/// When they are not what the type promises.
	pub fn new(width: u32, tokens: Vec<u32>, numbers: Vec<f32>) -> Result<Self, RowsError> {
		let count = u32::try_from(tokens.len()).map_err(|_| RowsError::Positions)?;
		if !(1..=MAX_POSITIONS).contains(&count) {
			return Err(RowsError::Positions);
		}
		if !(1..=MAX_WIDTH).contains(&width) {
			return Err(RowsError::Width);
		}
		if numbers.len() as u64 != u64::from(count).saturating_mul(width.into()) {
			return Err(RowsError::NotWhole);
		}
		if !numbers.iter().all(|number| number.is_finite()) {
			return Err(RowsError::NotFinite);
		}
		Ok(Self { width, tokens, numbers })
	}

	/// Rows of vectors that no token chose, one after the other: what an embedding commits to. Their
	/// tokens are 0.
	///
	/// # Errors
	/// When there are none, or they are not all of one length.
	pub fn of_vectors(vectors: &[Vec<f32>]) -> Result<Self, RowsError> {
		let length = vectors.first().map(Vec::len).ok_or(RowsError::Positions)?;
		if vectors.iter().any(|vector| vector.len() != length) {
			return Err(RowsError::NotWhole);
		}
		let width = u32::try_from(length).map_err(|_| RowsError::Width)?;
		Self::new(width, vec![0; vectors.len()], vectors.concat())
	}

	/// Of parts that were checked one by one.
	pub(crate) fn of_checked(width: u32, tokens: Vec<u32>, numbers: Vec<f32>) -> Self {
		Self { width, tokens, numbers }
	}

	/// Reads what [`Encode`] writes, from anywhere; total.
	///
	/// # Errors
	/// When the bytes are anything else, or too many.
	pub fn parse(mut bytes: &[u8]) -> Result<Self, RowsError> {
		let (width, tokens, numbers) =
			<(u32, Vec<u32>, Vec<f32>)>::decode(&mut bytes).map_err(|_| RowsError::Malformed)?;
		if !bytes.is_empty() {
			return Err(RowsError::Malformed);
		}
		Self::new(width, tokens, numbers)
	}

	/// What [`Self::parse`] reads.
	pub fn to_bytes(&self) -> Vec<u8> {
		self.encode()
	}

	/// The first `count` of them; `None` where there are fewer, or none are asked for.
	pub fn first(&self, count: usize) -> Option<Self> {
		let numbers = count.checked_mul(self.width as usize)?;
		let (tokens, numbers) = (self.tokens.get(..count)?, self.numbers.get(..numbers)?);
		(count > 0).then(|| Self::of_checked(self.width, tokens.to_vec(), numbers.to_vec()))
	}

	/// Numbers per row.
	pub fn width(&self) -> u32 {
		self.width
	}

	/// The answer's tokens.
	pub fn tokens(&self) -> &[u32] {
		&self.tokens
	}

	/// How many rows there are.
	pub fn count(&self) -> u32 {
		// Checked when the rows were made.
		u32::try_from(self.tokens.len()).unwrap_or(u32::MAX)
	}

	/// Memory that the rows take, in bytes.
	pub fn bytes(&self) -> u64 {
		(size_of_val(self.tokens.as_slice()) as u64)
			.saturating_add(size_of_val(self.numbers.as_slice()) as u64)
	}

	/// All numbers, row-major.
	pub fn numbers(&self) -> &[f32] {
		&self.numbers
	}

	/// The row that chose the token at `position`.
	pub fn row(&self, position: u32) -> Option<&[f32]> {
		let start = (position as usize).checked_mul(self.width as usize)?;
		self.numbers.get(start..)?.get(..self.width as usize)
	}

	/// Tokens and rows, in order.
	pub(crate) fn iter(&self) -> impl Iterator<Item = (u32, &[f32])> {
		self.tokens.iter().copied().zip(self.numbers.chunks_exact(self.width as usize))
	}

	/// The fingerprint under an audit's `challenge`.
	///
	/// # Errors
	/// When a row has length zero.
	pub fn fingerprint(
		&self,
		challenge: &Hash,
		job: &Hash,
	) -> Result<Fingerprint, FingerprintError> {
		let audited = positions(challenge, job, self.count()).ok_or(FingerprintError::Shape)?;
		let rows = audited.map(|position| self.row(position).unwrap_or_default());
		Fingerprint::of(rows.into_iter(), challenge, job, self.width)
	}

	/// By how much the row at `position` differs from another host's: the length of the difference,
	/// relative to the longer of the two. Infinite when they can't be compared.
	pub fn deviation(&self, position: u32, other: &[f32]) -> f64 {
		let Some(own) = self.row(position).filter(|own| own.len() == other.len()) else {
			return f64::INFINITY;
		};
		let (mut apart, mut squares) = (0.0f64, [0.0f64; 2]);
		for (&a, &b) in own.iter().zip(other) {
			let (a, b) = (f64::from(a), f64::from(b));
			apart += (a - b) * (a - b);
			squares = [squares[0] + a * a, squares[1] + b * b];
		}
		let deviation = libm::sqrt(apart / squares[0].max(squares[1]));
		match deviation.is_finite() {
			true => deviation,
			false => f64::INFINITY,
		}
	}
}

/// Whether these can be the numbers of a row.
pub(crate) fn check_row(row: &[f32]) -> Result<(), RowsError> {
	if row.is_empty() || row.len() > MAX_WIDTH as usize {
		return Err(RowsError::Width);
	}
	match row.iter().all(|number| number.is_finite()) {
		true => Ok(()),
		false => Err(RowsError::NotFinite),
	}
}
