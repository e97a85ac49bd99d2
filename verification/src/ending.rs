//! Whether an answer ended where it had to.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// Why an answer ends where it does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ending {
	/// With a token that ends answers.
	Stopped,
	/// At the most tokens that it may have.
	Full,
}

/// An answer that ends at the wrong place.
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
#[scale_info(capture_docs = "always")]
pub enum EndingFault {
	/// There is not one token.
	#[codec(index = 0)]
	Empty,
	/// It has more tokens than it may have.
	#[codec(index = 1)]
	TooLong,
	/// It breaks off: neither ended by its last token nor as long as it may be.
	#[codec(index = 2)]
	BrokenOff,
	/// It goes on behind a token that ends answers.
	#[codec(index = 3)]
	WentOn,
}

/// Where an answer of at most `limit` tokens ends, and whether it may. That its end token was the
/// right choice is a question for the sampler, as with every other token.
///
/// # Errors
/// When it may not.
pub fn ending(
	tokens: &[u32],
	limit: usize,
	is_end: impl Fn(u32) -> bool,
) -> Result<Ending, EndingFault> {
	let (&last, before) = tokens.split_last().ok_or(EndingFault::Empty)?;
	if tokens.len() > limit {
		Err(EndingFault::TooLong)
	} else if before.iter().any(|&token| is_end(token)) {
		Err(EndingFault::WentOn)
	} else if is_end(last) {
		Ok(Ending::Stopped)
	} else if tokens.len() == limit {
		Ok(Ending::Full)
	} else {
		Err(EndingFault::BrokenOff)
	}
}
