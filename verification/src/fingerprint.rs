//! AF1, the fingerprint: a few rows, projected on a few random signs, in 256 bytes of integers.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

use crate::{
	hash::{hasher, Hash},
	rows::MAX_POSITIONS,
};
use alloc::{vec, vec::Vec};

/// How many rows a fingerprint is of.
pub const POSITIONS: usize = 8;
/// How many projections of each row it has.
pub const PROJECTIONS: usize = 16;
/// What [`distance`] says about fingerprints without any length.
pub const UNMEASURABLE: u32 = u32::MAX;

/// A projection of a row of length 1 has the standard deviation 1; four of them still fit an i16.
const SCALE: f64 = 8192.0;
/// Distances are in parts per million.
const MILLION: u128 = 1_000_000;

const POSITION: &str = "reckon AF1 positions: challenge, job, count";
const SIGNS: &str = "reckon AF1 signs: challenge, job, width";

/// Why there is no fingerprint.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FingerprintError {
	/// A row has another width than the projection, or there are no rows.
	Shape,
	/// A row has numbers that are none, or length zero.
	Degenerate,
}

impl core::fmt::Display for FingerprintError {
	fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
		f.write_str(match self {
			Self::Shape => "the rows have another shape",
			Self::Degenerate => "a row has numbers that are none, or is zero",
		})
	}
}

impl core::error::Error for FingerprintError {}

/// The fingerprint of an answer: its projections at each of the audited positions.
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
pub struct Fingerprint(pub [[i16; PROJECTIONS]; POSITIONS]);

impl Fingerprint {
	/// Of the rows of an audit's positions, in that order.
	pub(crate) fn of<'a>(
		rows: impl ExactSizeIterator<Item = &'a [f32]>,
		challenge: &Hash,
		job: &Hash,
		width: u32,
	) -> Result<Self, FingerprintError> {
		let mut all = Self::default();
		if rows.len() != all.0.len() {
			return Err(FingerprintError::Shape);
		}
		let projection = Projection::new(challenge, job, width);
		for (projected, row) in all.0.iter_mut().zip(rows) {
			*projected = projection.apply(row)?;
		}
		Ok(all)
	}
}

/// A stream of 64-bit words that only the challenge decides.
fn words(context: &'static str, challenge: &Hash, job: &Hash, number: u32) -> blake3::OutputReader {
	let mut hasher = hasher(context);
	hasher.update(challenge);
	hasher.update(job);
	hasher.update(&number.to_le_bytes());
	hasher.finalize_xof()
}

/// Which positions of an answer of `count` tokens an audit looks at: in ascending order, always the
/// last among them, all different when there are enough. `None` for an answer of no tokens or too
/// many.
pub fn positions(challenge: &Hash, job: &Hash, count: u32) -> Option<[u32; POSITIONS]> {
	if !(1..=MAX_POSITIONS).contains(&count) {
		return None;
	}
	let last = count.saturating_sub(1);
	let mut all = [last; POSITIONS];
	if count <= POSITIONS as u32 {
		for (position, at) in (0u32..).zip(&mut all) {
			*at = position.min(last);
		}
		return Some(all);
	}
	// Floyd's sampling without replacement among the positions before the last.
	let mut words = words(POSITION, challenge, job, count);
	let drawn = POSITIONS.saturating_sub(1);
	for (at, top) in (0..drawn).zip(last.saturating_sub(drawn as u32)..last) {
		let mut word = [0u8; 8];
		words.fill(&mut word);
		let bound = u64::from(top).saturating_add(1);
		let pick = u64::from_le_bytes(word).checked_rem(bound).unwrap_or_default();
		let pick = u32::try_from(pick).unwrap_or(top);
		let taken = all.iter().take(at).any(|&before| before == pick);
		if let Some(place) = all.get_mut(at) {
			*place = if taken { top } else { pick };
		}
	}
	all.sort_unstable();
	Some(all)
}

/// Random signs, one for each number of a row and each projection.
#[derive(Clone, Debug)]
pub struct Projection {
	/// A word for each number of a row: bit `i` set means that projection `i` subtracts it.
	signs: Vec<u16>,
}

impl Projection {
	/// The signs of one audit.
	pub fn new(challenge: &Hash, job: &Hash, width: u32) -> Self {
		let mut bytes = vec![0u8; (width as usize).saturating_mul(2)];
		words(SIGNS, challenge, job, width).fill(&mut bytes);
		let sign = |pair: &[u8]| u16::from_le_bytes(pair.try_into().unwrap_or_default());
		Self { signs: bytes.chunks_exact(2).map(sign).collect() }
	}

	/// Projects a row: sums in f64 in the order of the row, divided by the row's length, times
	/// 8192, rounded to the nearest integer with halves away from zero, cut to 16 bits.
	///
	/// # Errors
	/// When the row has another width, is zero, or is no numbers.
	pub fn apply(&self, row: &[f32]) -> Result<[i16; PROJECTIONS], FingerprintError> {
		if row.len() != self.signs.len() {
			return Err(FingerprintError::Shape);
		}
		let mut sums = [0.0f64; PROJECTIONS];
		let mut squares = 0.0f64;
		for (&number, &signs) in row.iter().zip(&self.signs) {
			let number = f64::from(number);
			squares += number * number;
			for (bit, sum) in (0u32..).zip(&mut sums) {
				*sum += match signs.checked_shr(bit).unwrap_or(0) & 1 {
					0 => number,
					_ => -number,
				};
			}
		}
		let length = libm::sqrt(squares);
		if !length.is_finite() || length == 0.0 {
			return Err(FingerprintError::Degenerate);
		}
		// A float becomes the nearest i16.
		Ok(sums.map(|sum| libm::round(SCALE * sum / length) as i16))
	}
}

/// How far two fingerprints are apart at the position where they are furthest, relative to the
/// longer one, in parts per million; at most 2,000,000. [`UNMEASURABLE`] when at some position both
/// are zero, which no honest ones are.
///
/// Symmetric, integers only: the same on chain as anywhere.
pub fn distance(a: &Fingerprint, b: &Fingerprint) -> u32 {
	let apart = |(a, b): (&Projected, &Projected)| {
		let scaled = u128::from(difference(a, b)).saturating_mul(MILLION.saturating_mul(MILLION));
		let longer = u128::from(length(a).max(length(b)));
		scaled
			.checked_div(longer)
			.map_or(UNMEASURABLE, |square| u32::try_from(square.isqrt()).unwrap_or(UNMEASURABLE))
	};
	a.0.iter().zip(&b.0).map(apart).max().unwrap_or(UNMEASURABLE)
}

/// A fingerprint that is compared with many: with the squares of its rows' lengths, which are summed
/// once.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Measured {
	fingerprint: Fingerprint,
	squares: [u64; POSITIONS],
}

impl From<Fingerprint> for Measured {
	fn from(fingerprint: Fingerprint) -> Self {
		Self { fingerprint, squares: fingerprint.0.each_ref().map(length) }
	}
}

impl Measured {
	/// The fingerprint itself.
	pub fn fingerprint(&self) -> &Fingerprint {
		&self.fingerprint
	}

	/// Whether the [`distance`] to another is at most `limit`, in parts per million.
	///
	/// `floor(sqrt(floor(10^12 D / L))) <= limit` is `10^12 D < (limit + 1)^2 L`: nothing is divided, no
	/// root is taken, and the first position that is too far ends it.
	pub fn is_within(&self, other: &Self, limit: u32) -> bool {
		// Differences are below 2^36, lengths below 2^35, the limit's square is 2^64 at most: products fit.
		let most = u128::from(limit).wrapping_add(1);
		let most = most.wrapping_mul(most);
		let longer = self.squares.iter().zip(&other.squares).map(|(a, b)| u128::from(*a.max(b)));
		let mut rows = self.fingerprint.0.iter().zip(&other.fingerprint.0).zip(longer);
		let is_near = |((a, b), longer): ((&Projected, &Projected), u128)| {
			let scaled = u128::from(difference(a, b)).wrapping_mul(MILLION.wrapping_mul(MILLION));
			// Never so of two rows of zeros.
			scaled < most.wrapping_mul(longer)
		};
		// Nothing is beyond the largest number, not even what can't be measured.
		limit == u32::MAX || rows.all(is_near)
	}
}

/// A row, projected.
type Projected = [i16; PROJECTIONS];

/// The square of a row's length.
fn length(row: &Projected) -> u64 {
	squares(row.iter().map(|number| number.unsigned_abs()))
}

/// The square of the length of two rows' difference.
fn difference(a: &Projected, b: &Projected) -> u64 {
	squares(a.iter().zip(b).map(|(a, b)| a.abs_diff(*b)))
}

/// Sixteen squares of 16 bits stay below 2^36, and can't wrap. Checks would be most of the work here.
fn squares(numbers: impl Iterator<Item = u16>) -> u64 {
	numbers.map(u64::from).map(|it| it.wrapping_mul(it)).fold(0, u64::wrapping_add)
}
