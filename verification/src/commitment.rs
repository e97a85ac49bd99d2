//! AC1, the commitment: all tokens, and a Merkle tree over (job, position, token, row); its openings.

use alloc::{vec, vec::Vec};
use codec::{Decode, Encode};

use blake3::Hasher;

use crate::{
	fingerprint::{Fingerprint, FingerprintError},
	hash::{hash, hasher, Hash},
	rows::{Rows, MAX_POSITIONS, MAX_WIDTH},
};

const LEAF: &str = "reckon AC1 leaf: job, position, token, width, row of f32";
const NODE: &str = "reckon AC1 node: left, right";
const TOKENS: &str = "reckon AC1 tokens: each";
const ROOT: &str = "reckon AC1 root: count, width, tokens, top";
const COMMITMENT: &str = "reckon AC1 commitment: job, provider, root, salt";

/// Names all tokens and rows of one answer.
pub type Root = Hash;

/// How many rows an answer has, and how many numbers each.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Shape {
	/// Rows, which are tokens.
	pub count: u32,
	/// Numbers per row.
	pub width: u32,
}

/// What a worker hands in with its answer: hides the root until the worker reveals `root` and
/// `salt`, and is of no use to another provider.
pub fn commitment(job: &Hash, provider: &Hash, root: &Root, salt: &Hash) -> Hash {
	hash(COMMITMENT, &[job, provider, root, salt])
}

pub(crate) fn leaf(job: &Hash, position: u32, token: u32, row: &[f32]) -> Hash {
	let mut hasher = hasher(LEAF);
	hasher.update(job);
	hasher.update(&position.to_le_bytes());
	hasher.update(&token.to_le_bytes());
	// Both bounded by those of `Rows` and of `Opening::verify`.
	hasher.update(&u32::try_from(row.len()).unwrap_or(u32::MAX).to_le_bytes());
	update(&mut hasher, row, |number| number.to_le_bytes());
	*hasher.finalize().as_bytes()
}

/// Names the tokens of one answer. Their number is in the root.
fn hash_of(tokens: &[u32]) -> Hash {
	let mut hasher = hasher(TOKENS);
	update(&mut hasher, tokens, |token| token.to_le_bytes());
	*hasher.finalize().as_bytes()
}

/// In pieces: BLAKE3 is fast on long inputs and slow on four bytes.
fn update<T: Copy>(hasher: &mut Hasher, words: &[T], to_bytes: impl Fn(T) -> [u8; 4]) {
	const WORDS: usize = 256;
	let mut piece = [[0u8; 4]; WORDS];
	for words in words.chunks(WORDS) {
		for (bytes, word) in piece.iter_mut().zip(words) {
			*bytes = to_bytes(*word);
		}
		hasher.update(piece.get(..words.len()).unwrap_or_default().as_flattened());
	}
}

fn node(left: &Hash, right: &Hash) -> Hash {
	hash(NODE, &[left, right])
}

/// The count is part of it: a path says which leaf it belongs to only when the tree's shape is known.
/// So are all tokens, at once: a few openings show a few of them, and who has computed with others
/// must see it.
fn root(shape: Shape, tokens: &Hash, top: &Hash) -> Root {
	hash(ROOT, &[&shape.count.to_le_bytes(), &shape.width.to_le_bytes(), tokens, top])
}

/// The tree over an answer's rows. Holds 64 bytes per token.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Tree {
	shape: Shape,
	tokens: Hash,
	/// Leaves first, then each level above, up to a single hash. The last node of a level of odd
	/// length has no sibling and is in the next level as it is.
	levels: Vec<Vec<Hash>>,
}

impl Tree {
	pub(crate) fn new(job: &Hash, rows: &Rows) -> Self {
		let leaves = (0u32..)
			.zip(rows.iter())
			.map(|(position, (token, row))| leaf(job, position, token, row))
			.collect();
		Self::over(rows, leaves)
	}

	/// The tree over the leaves that these rows have.
	pub(crate) fn over(rows: &Rows, leaves: Vec<Hash>) -> Self {
		let mut levels = vec![leaves];
		while let Some(below) = levels.last().filter(|level| level.len() > 1) {
			let above = below
				.chunks(2)
				.map(|pair| match pair {
					[left, right] => node(left, right),
					alone => alone.first().copied().unwrap_or_default(),
				})
				.collect();
			levels.push(above);
		}
		let shape = Shape { count: rows.count(), width: rows.width() };
		Self { shape, tokens: hash_of(rows.tokens()), levels }
	}

	pub(crate) fn shape(&self) -> Shape {
		self.shape
	}

	pub(crate) fn root(&self) -> Root {
		let top = self.levels.last().and_then(|level| level.first());
		root(self.shape, &self.tokens, &top.copied().unwrap_or_default())
	}

	/// The siblings on the way from a leaf to the top, lowest first.
	pub(crate) fn path(&self, position: u32) -> Option<Vec<Hash>> {
		let mut index = position as usize;
		let mut path = Vec::new();
		self.levels.first()?.get(index)?;
		for level in &self.levels {
			path.extend(level.get(index ^ 1).filter(|_| level.len() > 1));
			index /= 2;
		}
		Some(path)
	}
}

/// One row, with the proof that it is the one that was committed to.
#[derive(Clone, PartialEq, Debug, Encode, Decode)]
pub struct Opening {
	/// Which token of the answer.
	pub position: u32,
	/// The token.
	pub token: u32,
	/// The row that chose it.
	pub row: Vec<f32>,
	/// The siblings on the way to the top, lowest first.
	pub path: Vec<Hash>,
}

/// Why an opening proves nothing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OpeningError {
	/// The bytes are no list of openings, or too many.
	Malformed,
	/// The shape is none: it has no rows, or too many, or too wide ones.
	Shape,
	/// There is no such position.
	Position,
	/// The row has another width, or numbers that are none.
	Row,
	/// Another token stands at this position of the answer.
	Token,
	/// The path is too short, too long, or leads to another root; or the answer has other tokens
	/// elsewhere.
	Path,
	/// Other positions are opened than were asked for.
	Asked,
}

impl core::fmt::Display for OpeningError {
	fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
		f.write_str(match self {
			Self::Malformed => "the bytes are no openings",
			Self::Shape => "no answer has this shape",
			Self::Position => "the position is outside of the answer",
			Self::Row => "the row has another width, or numbers that are none",
			Self::Token => "the token is not the answer's",
			Self::Path => "the path and the answer's tokens do not lead to the root",
			Self::Asked => "other positions are opened than were asked for",
		})
	}
}

impl core::error::Error for OpeningError {}

/// What an opening is checked against, and never says itself.
struct Answer<'a> {
	tokens: &'a [u32],
	shape: Shape,
	hash: Hash,
}

impl<'a> Answer<'a> {
	fn new(tokens: &'a [u32], width: u32) -> Result<Self, OpeningError> {
		let count = u32::try_from(tokens.len()).map_err(|_| OpeningError::Shape)?;
		match (1..=MAX_POSITIONS).contains(&count) && (1..=MAX_WIDTH).contains(&width) {
			true => Ok(Self { tokens, shape: Shape { count, width }, hash: hash_of(tokens) }),
			false => Err(OpeningError::Shape),
		}
	}
}

impl Opening {
	/// Checks the proof, for an answer of these tokens with rows of `width` numbers. Total: whatever
	/// the fields are, it ends after the tokens' hash and at most 32 others.
	///
	/// # Errors
	/// When the row is not what `root` committed to, or not all of the tokens are.
	pub fn verify(
		&self,
		job: &Hash,
		tokens: &[u32],
		width: u32,
		root: &Root,
	) -> Result<(), OpeningError> {
		self.verify_in(&Answer::new(tokens, width)?, job, root)
	}

	fn verify_in(&self, answer: &Answer, job: &Hash, root: &Root) -> Result<(), OpeningError> {
		let Answer { tokens, shape, hash } = answer;
		let token = tokens.get(self.position as usize).ok_or(OpeningError::Position)?;
		if *token != self.token {
			return Err(OpeningError::Token);
		}
		if self.row.len() != shape.width as usize
			|| !self.row.iter().all(|number| number.is_finite())
		{
			return Err(OpeningError::Row);
		}
		let mut here = leaf(job, self.position, self.token, &self.row);
		let (mut index, mut last) = (self.position, shape.count.saturating_sub(1));
		let mut path = self.path.iter();
		while last > 0 {
			if index % 2 == 1 {
				here = node(path.next().ok_or(OpeningError::Path)?, &here);
			} else if index < last {
				here = node(&here, path.next().ok_or(OpeningError::Path)?);
			}
			index /= 2;
			last /= 2;
		}
		match path.next().is_none() && self::root(*shape, hash, &here) == *root {
			true => Ok(()),
			false => Err(OpeningError::Path),
		}
	}

	/// Reads a list of openings from anywhere, and checks that it opens exactly the `asked`
	/// positions of an answer of these tokens, in that order.
	///
	/// # Errors
	/// With the first thing that is wrong.
	pub fn parse_all(
		bytes: &[u8],
		asked: &[u32],
		job: &Hash,
		tokens: &[u32],
		width: u32,
		root: &Root,
	) -> Result<Vec<Self>, OpeningError> {
		let answer = Answer::new(tokens, width)?;
		// The longest that is honest; nothing of a longer one is looked at.
		let row = (width as usize).saturating_mul(size_of::<f32>());
		let longest = asked.len().saturating_mul(row.saturating_add(2048)).saturating_add(8);
		if bytes.len() > longest {
			return Err(OpeningError::Malformed);
		}
		let mut rest = bytes;
		let all = Vec::<Self>::decode(&mut rest).map_err(|_| OpeningError::Malformed)?;
		if !rest.is_empty() {
			return Err(OpeningError::Malformed);
		}
		if !all.iter().map(|opening| &opening.position).eq(asked) {
			return Err(OpeningError::Asked);
		}
		for opening in &all {
			opening.verify_in(&answer, job, root)?;
		}
		Ok(all)
	}

	/// The fingerprint that the rows of an audit's positions have, opened in that order.
	///
	/// # Errors
	/// When they are not as many, or a row has length zero.
	pub fn fingerprint(
		openings: &[Self],
		challenge: &Hash,
		job: &Hash,
		width: u32,
	) -> Result<Fingerprint, FingerprintError> {
		Fingerprint::of(
			openings.iter().map(|opening| opening.row.as_slice()),
			challenge,
			job,
			width,
		)
	}
}
