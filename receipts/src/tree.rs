//! A Merkle tree that also adds up: each node has the sum of what is below it.
//!
//! A node's hash covers both children's sums, each by itself. With their total alone, one path could
//! move money from one child to the other (the flaw of the first Merkle sum trees).

use crate::hash::hash;
use alloc::{vec, vec::Vec};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use core::ops::Range;
use reckon_primitives::Balance;
use scale_info::TypeInfo;
use sp_core::{ConstU32, H256};
use sp_runtime::BoundedVec;

const NODE: &[u8] = b"reckon:sum-node:v1";
const ROOT: &[u8] = b"reckon:sum-root:v1";

/// The most leaves of a tree.
pub const MAX_LEAVES: u32 = 1 << 20;
/// The longest path in a tree.
pub type MaxDepth = ConstU32<20>;
/// The siblings on the way from a leaf to the top, lowest first.
pub type Path = BoundedVec<Node, MaxDepth>;

/// A leaf, or all that is below a branch.
#[derive(
	Clone,
	Copy,
	PartialEq,
	Eq,
	Debug,
	Default,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
#[scale_info(capture_docs = "always")]
pub struct Node {
	/// Names it.
	pub hash: H256,
	/// What is charged below it, in the smallest token unit.
	#[cfg_attr(feature = "std", serde(with = "crate::file::decimal"))]
	pub sum: Balance,
}

impl Node {
	/// The node above two; `None` when their sum is more than there can be.
	fn above(left: Self, right: Self) -> Option<Self> {
		let sum = left.sum.checked_add(right.sum)?;
		Some(Self { hash: hash(NODE, &(left, right)), sum })
	}
}

/// Names a tree, with how many leaves it has and what they add up to.
#[derive(
	Clone,
	Copy,
	PartialEq,
	Eq,
	Debug,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
#[scale_info(capture_docs = "always")]
pub struct Root {
	/// Covers the other two fields: a root that says another count or sum leads nowhere.
	pub hash: H256,
	/// How many leaves there are.
	pub count: u32,
	/// What they add up to, in the smallest token unit.
	#[cfg_attr(feature = "std", serde(with = "crate::file::decimal"))]
	pub sum: Balance,
}

impl Root {
	fn over(count: u32, top: Node) -> Self {
		Self { hash: hash(ROOT, &(count, top.sum, top.hash)), count, sum: top.sum }
	}

	/// The root of the tree of so many leaves in which this path leads up from this leaf. Total: it
	/// ends after at most 21 hashes, whatever the arguments are.
	///
	/// # Errors
	/// When there is no such tree.
	pub fn of_path(count: u32, index: u32, leaf: Node, path: &[Node]) -> Result<Self, PathError> {
		Self::walk(count, index, leaf, path).map(|(root, _)| root)
	}

	/// The same, with what all leaves before this one add up to.
	fn walk(
		count: u32,
		index: u32,
		leaf: Node,
		path: &[Node],
	) -> Result<(Self, Balance), PathError> {
		if !(1..=MAX_LEAVES).contains(&count) {
			return Err(PathError::Count);
		}
		if index >= count {
			return Err(PathError::Index);
		}
		let (mut here, mut before): (Node, Balance) = (leaf, 0);
		let (mut index, mut last) = (index, count.saturating_sub(1));
		let mut path = path.iter();
		while last > 0 {
			if index % 2 == 1 {
				let left = path.next().ok_or(PathError::Length)?;
				here = Node::above(*left, here).ok_or(PathError::Sum)?;
				// No more than the sum above, which there is.
				before = before.saturating_add(left.sum);
			} else if index < last {
				let right = path.next().ok_or(PathError::Length)?;
				here = Node::above(here, *right).ok_or(PathError::Sum)?;
			}
			index /= 2;
			last /= 2;
		}
		match path.next() {
			None => Ok((Self::over(count, here), before)),
			Some(_) => Err(PathError::Length),
		}
	}

	/// Checks that a leaf stands at this place of the tree, and says which part of the tree's sum is its own:
	/// what all leaves before it add up to, and that with its own.
	///
	/// # Errors
	/// When it does not, with what is wrong.
	pub fn span(&self, index: u32, leaf: Node, path: &[Node]) -> Result<Range<Balance>, PathError> {
		let (root, before) = Self::walk(self.count, index, leaf, path)?;
		match root == *self {
			true => Ok(before..before.saturating_add(leaf.sum)),
			false => Err(PathError::Root),
		}
	}

	/// Checks that a leaf stands at this place of the tree.
	///
	/// # Errors
	/// When it does not, with what is wrong.
	pub fn verify(&self, index: u32, leaf: Node, path: &[Node]) -> Result<(), PathError> {
		self.span(index, leaf, path).map(|_| ())
	}
}

/// Why a path proves nothing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PathError {
	/// No tree has so many leaves.
	Count,
	/// The tree has no such leaf.
	Index,
	/// The path is too short or too long for the tree.
	Length,
	/// The sums on the path are more than there can be.
	Sum,
	/// The path leads to another root.
	Root,
}

impl core::fmt::Display for PathError {
	fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
		f.write_str(match self {
			Self::Count => "no tree has so many leaves",
			Self::Index => "the tree has no such leaf",
			Self::Length => "the path is too short or too long for the tree",
			Self::Sum => "the sums on the path are more than there can be",
			Self::Root => "the path leads to another root",
		})
	}
}

impl core::error::Error for PathError {}

/// Why leaves make no tree.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TreeError {
	/// There are none.
	Empty,
	/// There are more than [`MAX_LEAVES`].
	TooMany,
	/// Their sum is more than there can be.
	Sum,
}

impl core::fmt::Display for TreeError {
	fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
		f.write_str(match self {
			Self::Empty => "there is nothing to make a tree of",
			Self::TooMany => "a tree has at most 2^20 leaves: make several",
			Self::Sum => "the leaves add up to more than there can be",
		})
	}
}

impl core::error::Error for TreeError {}

/// A whole tree: 96 bytes for each leaf.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SumTree {
	count: u32,
	top: Node,
	/// Leaves first, then each level above, up to a single node. The last node of a level of odd
	/// length has no sibling and is in the next level as it is.
	levels: Vec<Vec<Node>>,
}

impl SumTree {
	/// The tree over these leaves, in their order.
	///
	/// # Errors
	/// When there are none, too many, or their sum overflows.
	pub fn new(leaves: Vec<Node>) -> Result<Self, TreeError> {
		let count = u32::try_from(leaves.len()).unwrap_or(u32::MAX);
		if count > MAX_LEAVES {
			return Err(TreeError::TooMany);
		}
		let mut levels = vec![leaves];
		while let Some(below) = levels.last().filter(|level| level.len() > 1) {
			let above = below.chunks(2).map(|pair| match pair {
				[left, right] => Node::above(*left, *right).ok_or(TreeError::Sum),
				alone => alone.first().copied().ok_or(TreeError::Empty),
			});
			let above = above.collect::<Result<_, _>>()?;
			levels.push(above);
		}
		let top = levels.last().and_then(|level| level.first()).copied();
		Ok(Self { count, top: top.ok_or(TreeError::Empty)?, levels })
	}

	/// Names the tree.
	pub fn root(&self) -> Root {
		Root::over(self.count, self.top)
	}

	/// What proves that a leaf stands at this place; `None` where there is none.
	pub fn path(&self, index: u32) -> Option<Path> {
		let mut index = usize::try_from(index).ok()?;
		let mut path = Path::new();
		self.levels.first()?.get(index)?;
		for level in &self.levels {
			if let Some(sibling) = level.get(index ^ 1).filter(|_| level.len() > 1) {
				path.try_push(*sibling).ok()?;
			}
			index /= 2;
		}
		Some(path)
	}
}
