//! Subnets and their gateways.

use super::At;
use crate::{
	error::Error,
	types::{AccountId, Gateway, Subnet, SubnetBounds, SubnetId},
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

	/// What rules a subnet can have, and what it takes to create one.
	///
	/// # Errors
	/// When the runtime lacks a constant: [`Error::Incompatible`].
	pub fn subnet_bounds(&self) -> Result<SubnetBounds, Error> {
		Ok(SubnetBounds {
			creation_fee: self.constant("Subnets", "CreationFee")?,
			max_royalty: self.constant("Subnets", "MaxRoyalty")?,
			min_provider_share: self.constant("Subnets", "MinProviderShare")?,
			min_treasury_share: self.constant("Subnets", "MinTreasuryShare")?,
			max_committee: self.constant("Subnets", "MaxCommittee")?,
			min_audit_rate: self.constant("Subnets", "MinAuditRate")?,
			provider_bond_floor: self.constant("Subnets", "ProviderBondFloor")?,
			gateway_bond_floor: self.constant("Subnets", "GatewayBondFloor")?,
			min_dispute_blocks: self.constant("Subnets", "MinDisputeBlocks")?,
			max_dispute_blocks: self.constant("Subnets", "MaxDisputeBlocks")?,
			change_delay_blocks: self.constant("Subnets", "ChangeDelayBlocks")?,
			retirement_blocks: self.constant("Subnets", "RetirementBlocks")?,
			gateway_unbonding_blocks: self.constant("Subnets", "UnbondingBlocks")?,
		})
	}
}
