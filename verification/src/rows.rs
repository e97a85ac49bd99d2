//! The hidden rows of an answer: what is committed to, opened and compared.

use alloc::vec::Vec;
use codec::{Decode, Encode};

use crate::{
	commitment::{Opening, Tree},
	fingerprint::{positions, Fingerprint, FingerprintError, Projection},
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

	/// The tree over these rows, as the answer to `job`.
	pub fn tree(&self, job: &Hash) -> Tree {
		Tree::new(job, self)
	}

	/// The row at `position`, with the proof that it is in `tree`; `None` where there is none.
	pub fn open(&self, tree: &Tree, position: u32) -> Option<Opening> {
		Some(Opening {
			position,
			token: *self.tokens.get(position as usize)?,
			row: self.row(position)?.to_vec(),
			path: tree.path(position)?,
		})
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
		let projection = Projection::new(challenge, job, self.width);
		let audited = positions(challenge, job, self.count()).ok_or(FingerprintError::Shape)?;
		let mut all = Fingerprint::default();
		for (projected, position) in all.0.iter_mut().zip(audited) {
			*projected = projection.apply(self.row(position).ok_or(FingerprintError::Shape)?)?;
		}
		Ok(all)
	}
}
