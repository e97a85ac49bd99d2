//! Subnets and their gateways.

use super::At;
use crate::{
	error::Error,
	types::{AccountId, Gateway, Subnet, SubnetId},
};

impl At {
	/// A subnet: its owner, the rules in force, and those that were announced.
	///
	/// # Errors
	/// When the node does not answer, or its answer can't be read.
	pub async fn subnet(&self, id: SubnetId) -> Result<Option<Subnet>, Error> {
		self.view("Subnets", "subnet", (id,)).await
	}

	/// The subnet of this name.
	///
	/// # Errors
	/// When the node does not answer, or its answer can't be read.
	pub async fn subnet_by_name(&self, name: &str) -> Result<Option<SubnetId>, Error> {
		self.view("Subnets", "subnet_by_name", (name.as_bytes().to_vec(),)).await
	}

	/// The subnets by id from `first` on, at most 100 of them; looks at 1,000 ids.
	///
	/// # Errors
	/// When the node does not answer, or its answer can't be read.
	pub async fn subnets(&self, first: SubnetId) -> Result<Vec<Subnet>, Error> {
		self.view("Subnets", "subnets", (first,)).await
	}

	/// A gateway's record.
	///
	/// # Errors
	/// When the node does not answer, or its answer can't be read.
	pub async fn gateway(&self, gateway: &AccountId) -> Result<Option<Gateway>, Error> {
		self.view("Subnets", "gateway", (*gateway,)).await
	}

	/// A subnet's gateways, at most 1,000 of them.
	///
	/// # Errors
	/// When the node does not answer, or its answer can't be read.
	pub async fn gateways(&self, subnet: SubnetId) -> Result<Vec<(AccountId, Gateway)>, Error> {
		self.view("Subnets", "gateways", (subnet,)).await
	}
}
