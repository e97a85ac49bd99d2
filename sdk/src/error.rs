//! What can go wrong, and what to do next.

use crate::types::H256;

/// A chain that can't be asked, or an answer that can't be understood.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
	/// Nobody answers.
	#[error("no node answers at {url} ({reason}): start it, or name another with --chain")]
	Away {
		/// Where.
		url: String,
		/// Why.
		reason: String,
	},
	/// The node answers, but not for our chain.
	#[error("the node at {url} runs the chain '{found}', not 'reckon': name another with --chain")]
	OtherChain {
		/// Where.
		url: String,
		/// The runtime's name.
		found: String,
	},
	/// The runtime lacks, or has changed, something that this program needs.
	#[error(
		"the chain's runtime {spec_version} does not fit this program ({what}): \
		 upgrade {}", if *.newer { "this program" } else { "the node" }
	)]
	Incompatible {
		/// What is missing or different.
		what: String,
		/// The runtime's version.
		spec_version: u32,
		/// Whether the runtime is newer than the one this program was made for.
		newer: bool,
	},
	/// A request failed.
	#[error("the node did not answer {what}: {reason}")]
	Rpc {
		/// Which request.
		what: String,
		/// Why.
		reason: String,
	},
	/// A request that the node answers to its owner alone.
	#[error(
		"the node does not let us call {method}: ask on its own machine, at a port that is started \
		 with --rpc-methods unsafe and closed to others"
	)]
	Denied {
		/// Which request.
		method: String,
	},
	/// An answer has another shape than expected.
	#[error("the node's answer to {what} can't be read ({reason}): upgrade this program")]
	Decode {
		/// Which request.
		what: String,
		/// Why.
		reason: String,
	},
	/// The node does not have the block, or its state, any more.
	#[error("the node has no block {0:?}: ask about a newer one, or ask an archive node")]
	BlockGone(H256),
	/// A job that the chain does not have.
	#[error("the chain has no job {0:?}: it never had, or has forgotten it after its retention")]
	UnknownJob(H256),
	/// A key that can't be used.
	#[error(transparent)]
	Signer(#[from] crate::signer::SignerError),
	/// A call that did not succeed.
	#[error(transparent)]
	Submit(#[from] SubmitError),
	/// Content that can't be had.
	#[error(transparent)]
	Blob(#[from] crate::blobs::BlobError),
}

impl Error {
	pub(crate) fn rpc(what: &str, reason: impl std::fmt::Display) -> Self {
		Self::Rpc { what: what.to_owned(), reason: reason.to_string() }
	}

	pub(crate) fn decode(what: &str, reason: impl std::fmt::Display) -> Self {
		Self::Decode { what: what.to_owned(), reason: reason.to_string() }
	}
}

/// Why the chain refused a call that was in a block.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct DispatchError {
	/// The pallet, such as `Jobs`; empty when no pallet is to blame.
	pub pallet: String,
	/// The error's name, such as `AlreadyDelivered`.
	pub name: String,
	/// What the chain's metadata says about it: what to do.
	pub docs: String,
}

impl DispatchError {
	/// Whether it is this error of this pallet.
	pub fn is(&self, pallet: &str, name: &str) -> bool {
		self.pallet == pallet && self.name == name
	}
}

impl std::fmt::Display for DispatchError {
	fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
		if !self.pallet.is_empty() {
			write!(f, "{}.", self.pallet)?;
		}
		f.write_str(&self.name)?;
		if !self.docs.is_empty() {
			write!(f, ": {}", self.docs)?;
		}
		Ok(())
	}
}

/// A call that did not succeed.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SubmitError {
	/// It was in a block and the chain refused it; the fee is gone, nothing else happened.
	#[error("the chain refused the call: {0}")]
	Refused(DispatchError),
	/// The signer's account can't pay the fee.
	#[error("the account {account} can't pay the fee: send it some RKN")]
	CannotPay {
		/// The signer.
		account: String,
	},
	/// The node's pool refused it, and not for its nonce.
	#[error("the node refused the transaction: {0}")]
	Pool(String),
	/// It could not be made.
	#[error("the call can't be encoded for this runtime ({0}): upgrade this program")]
	Encode(String),
	/// It stayed outside of blocks for several lives of 64 blocks each.
	#[error(
		"the transaction was in no block after {attempts} tries: is the chain full or halted?"
	)]
	NeverIncluded {
		/// How often it was signed anew.
		attempts: u32,
	},
	/// The node could not be asked for too long.
	#[error("the node is away: {0}")]
	Away(String),
	/// The submitter was stopped.
	#[error("the submitter was stopped before the call was done")]
	Stopped,
}

impl SubmitError {
	/// The chain's refusal, when it is one.
	pub fn refusal(&self) -> Option<&DispatchError> {
		match self {
			Self::Refused(error) => Some(error),
			_ => None,
		}
	}

	/// Whether the chain refused with this error of this pallet.
	pub fn is_refusal(&self, pallet: &str, name: &str) -> bool {
		self.refusal().is_some_and(|error| error.is(pallet, name))
	}
}
