//! What a verifier is asked with, and where it is.

use super::{
	decide::Shape,
	endpoint::{Endpoint, Handed},
	http::Wanted,
	Trouble,
};
use alloc::{boxed::Box, vec::Vec};
use reckon_primitives::{Content, ContentRef, SEALED};
use reckon_support::{AuditWork, BatchWork};

/// What a verifier is to be handed.
// One at a time, and soon gone.
#[allow(clippy::large_enum_variant)]
pub(crate) enum Parts<AccountId> {
	/// To compute an answer again.
	Answer {
		/// What the chain has.
		work: Box<AuditWork>,
		/// None for embeddings, and where they are known.
		tokens: Option<Wanted>,
		/// What the question is.
		payload: Part,
		/// What was delivered.
		output: Part,
		/// What opens both, where they went through a gateway and are sealed.
		opening: Option<Wanted>,
	},
	/// To look at a batch's receipts, which it fetches by itself: they may be many.
	Batch {
		/// What the chain has.
		work: Box<BatchWork<AccountId>>,
	},
	/// To look at rows.
	Rows {
		/// With their paths.
		rows: Wanted,
		/// How many there are of which length.
		shape: Shape,
	},
}

/// Bytes that are on chain, or with the provider's worker.
pub(crate) enum Part {
	/// The first.
	Here(Vec<u8>),
	/// Where, and what it must be.
	There(Wanted, ContentRef),
}

impl<AccountId> Parts<AccountId> {
	/// What its worker must hand out.
	pub(crate) fn wanted(&self) -> Vec<Wanted> {
		let there = |part: &Part| match part {
			Part::Here(_) => None,
			Part::There(wanted, _) => Some(wanted.clone()),
		};
		match self {
			Self::Answer { tokens, payload, output, opening, .. } => {
				let all = [tokens.clone(), there(payload), there(output), opening.clone()];
				all.into_iter().flatten().collect()
			},
			Self::Rows { rows, .. } => [rows.clone()].into(),
			Self::Batch { .. } => Vec::new(),
		}
	}

	/// Whether all of it has come. Nothing opens what is not sealed.
	pub(crate) fn is_there(&self, handed: &Handed) -> bool {
		let needless = match self {
			Self::Answer { payload, opening: Some(it), .. } if !payload.is_sealed(handed) => {
				Some(&it.url)
			},
			_ => None,
		};
		self.wanted().iter().all(|wanted| Some(&wanted.url) == needless || handed.has(wanted))
	}
}

impl Part {
	/// The bytes that a content names.
	pub(crate) fn new(
		content: &Content,
		endpoint: &Result<Endpoint, Trouble>,
		place: impl FnOnce(&Endpoint, &ContentRef) -> Wanted,
	) -> Result<Self, Trouble> {
		match content {
			Content::Inline(bytes) => Ok(Self::Here(bytes.to_vec())),
			Content::Blob(named) => {
				let endpoint = endpoint.as_ref().map_err(Trouble::clone)?;
				Ok(Self::There(place(endpoint, named), *named))
			},
		}
	}

	/// Whether they are sealed, as far as they are here.
	fn is_sealed(&self, handed: &Handed) -> bool {
		self.bytes(handed).is_ok_and(|bytes| bytes.starts_with(&SEALED))
	}

	/// Them, when the worker has handed out what it had to.
	pub(crate) fn bytes(&self, handed: &Handed) -> Result<Vec<u8>, Trouble> {
		match self {
			Self::Here(bytes) => Ok(bytes.clone()),
			Self::There(wanted, named) => handed.content(wanted, named),
		}
	}
}
