//! What a worker keeps of an answer until nobody may ask any more.

use alloc::vec::Vec;

use crate::{
	commitment::{leaf, Opening, Root, Shape, Tree},
	hash::Hash,
	rows::{check_row, Rows, RowsError, MAX_POSITIONS},
};

/// An answer's rows with the tree over them: all that is needed to commit and to open.
#[derive(Clone, PartialEq, Debug)]
pub struct Evidence {
	rows: Rows,
	tree: Tree,
}

impl Evidence {
	/// Hashes rows as the answer to `job`.
	pub fn new(job: &Hash, rows: Rows) -> Self {
		Self { tree: Tree::new(job, &rows), rows }
	}

	/// The same of the answer's first `count` tokens; `None` where there are fewer, or none are asked for.
	pub fn first(&self, job: &Hash, count: usize) -> Option<Self> {
		if count == self.rows.tokens().len() {
			return Some(self.clone());
		}
		Some(Self::new(job, self.rows.first(count)?))
	}

	/// The rows.
	pub fn rows(&self) -> &Rows {
		&self.rows
	}

	/// How many rows of how many numbers.
	pub fn shape(&self) -> Shape {
		self.tree.shape()
	}

	/// Names all tokens and rows.
	pub fn root(&self) -> Root {
		self.tree.root()
	}

	/// The row at `position`, with the proof that it is under the root; `None` where there is none.
	pub fn open(&self, position: u32) -> Option<Opening> {
		Some(Opening {
			position,
			token: *self.rows.tokens().get(position as usize)?,
			row: self.rows.row(position)?.to_vec(),
			path: self.tree.path(position)?,
		})
	}
}

/// Takes rows as they are made. Each is hashed at once, so that the last token's commitment does
/// not wait for the hashes of all others.
#[derive(Clone, Debug)]
pub struct Recorder {
	job: Hash,
	width: usize,
	tokens: Vec<u32>,
	numbers: Vec<f32>,
	leaves: Vec<Hash>,
}

impl Recorder {
	/// Of an answer to `job`, nothing made yet.
	pub fn new(job: Hash) -> Self {
		Self { job, width: 0, tokens: Vec::new(), numbers: Vec::new(), leaves: Vec::new() }
	}

	/// The next token, and the row that chose it. The first row decides the width.
	///
	/// # Errors
	/// When such an answer would be no [`Rows`]; the row is not taken.
	pub fn push(&mut self, token: u32, row: &[f32]) -> Result<(), RowsError> {
		let position = u32::try_from(self.tokens.len()).map_err(|_| RowsError::Positions)?;
		if position >= MAX_POSITIONS {
			return Err(RowsError::Positions);
		}
		check_row(row)?;
		if position > 0 && row.len() != self.width {
			return Err(RowsError::NotWhole);
		}
		self.width = row.len();
		self.leaves.push(leaf(&self.job, position, token, row));
		self.tokens.push(token);
		self.numbers.extend_from_slice(row);
		Ok(())
	}

	/// The answer is complete.
	///
	/// # Errors
	/// When it has not one token.
	pub fn finish(self) -> Result<Evidence, RowsError> {
		let width = u32::try_from(self.width).map_err(|_| RowsError::Width)?;
		if self.tokens.is_empty() {
			return Err(RowsError::Positions);
		}
		let rows = Rows::of_checked(width, self.tokens, self.numbers);
		Ok(Evidence { tree: Tree::over(&rows, self.leaves), rows })
	}
}
