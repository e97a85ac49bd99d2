//! Audits.

use super::At;
use crate::{
	error::Error,
	types::{AccountId, Audit, Balance, Inquiry, SubnetId, H256},
};

impl At {
	/// The audits of a provider's work that have not ended.
	///
	/// # Errors
	/// When the node does not answer, or its answer can't be read.
	pub async fn inquiries_into(&self, provider: &AccountId) -> Result<Vec<Inquiry>, Error> {
		self.view("Audits", "inquiries_into", (*provider,)).await
	}

	/// The audit of a job's answer, or of a batch, until it has ended.
	///
	/// # Errors
	/// When the node does not answer, or its answer can't be read.
	pub async fn audit(&self, audit: H256) -> Result<Option<Audit>, Error> {
		self.view("Audits", "audit", (audit,)).await
	}

	/// What the audit of an answer of this charge costs a client that asks for it, in a subnet.
	///
	/// # Errors
	/// When the node does not answer, or its answer can't be read.
	pub async fn audit_fee(&self, subnet: SubnetId, charge: Balance) -> Result<Balance, Error> {
		self.view("Audits", "audit_fee", (subnet, charge)).await
	}
}
