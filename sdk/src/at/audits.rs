//! Audits.

use super::At;
use crate::{
	error::Error,
	types::{
		AccountId, Audit, AuditBounds, AuditDuty, Balance, Conduct, Grade, Inquiry, Statement,
		SubnetId, H256,
	},
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

	/// The opened votes of the committee that sits in an audit.
	///
	/// # Errors
	/// When the node does not answer, or its answer can't be read.
	pub async fn statements(&self, audit: H256) -> Result<Vec<(AccountId, Statement)>, Error> {
		self.view("Audits", "statements", (audit,)).await
	}

	/// How far the worker is from each opened vote, as the chain measures it.
	///
	/// # Errors
	/// When the node does not answer, or its answer can't be read.
	pub async fn grades(&self, audit: H256) -> Result<Vec<(AccountId, Grade)>, Error> {
		self.view("Audits", "grades", (audit,)).await
	}

	/// A validator's seats in audits that have not ended.
	///
	/// # Errors
	/// When the node does not answer, or its answer can't be read.
	pub async fn seats_of(&self, auditor: &AccountId) -> Result<Vec<AuditDuty>, Error> {
		self.view("Audits", "seats_of", (*auditor,)).await
	}

	/// What is held against a validator as an auditor, as it was when anything was last counted:
	/// [`Conduct::in_era`] says what of it counts.
	///
	/// # Errors
	/// When the node does not answer, or its answer can't be read.
	pub async fn conduct(&self, auditor: &AccountId) -> Result<Conduct, Error> {
		self.view("Audits", "conduct", (*auditor,)).await
	}

	/// Which part of a provider's answers of this charge is audited by lot in a subnet, in millionths.
	///
	/// # Errors
	/// When the node does not answer, or its answer can't be read.
	pub async fn audit_rate(
		&self,
		subnet: SubnetId,
		provider: &AccountId,
		charge: Balance,
	) -> Result<u32, Error> {
		self.view("Audits", "audit_rate", (subnet, *provider, charge)).await
	}

	/// What is asked of auditors, and what it costs them not to do it.
	///
	/// # Errors
	/// When the runtime lacks a constant: [`Error::Incompatible`].
	pub fn audit_bounds(&self) -> Result<AuditBounds, Error> {
		Ok(AuditBounds {
			max_open_seats: self.constant("Audits", "MaxOpenSeats")?,
			max_declines: self.constant("Audits", "MaxDeclines")?,
			misses_before_slash: self.constant("Audits", "MissesBeforeSlash")?,
			miss_slash: self.constant("Audits", "MissSlash")?,
			wrong_vote_slash: self.constant("Audits", "WrongVoteSlash")?,
		})
	}
}
