//! Subnets and their gateways.

use super::{as_text, AccountId, Balance, BlockNumber, ModelId, Unbonding};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use subxt::ext::{scale_decode::DecodeAsType, scale_encode::EncodeAsType};

/// Names a subnet; 0 is the chain's own.
pub type SubnetId = u32;

/// Which models a subnet's providers may serve.
#[derive(Clone, PartialEq, Eq, Debug, EncodeAsType, DecodeAsType, Serialize, Deserialize)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
#[encode_as_type(crate_path = "subxt::ext::scale_encode")]
#[serde(rename_all = "snake_case")]
pub enum Membership {
	/// All that the store has.
	Open,
	/// Only these.
	// In the order of their bytes, as the runtime has them: it would not know the signature else.
	Models(BTreeSet<ModelId>),
}

/// A subnet's rules. Shares and rates are in millionths.
#[derive(Clone, PartialEq, Eq, Debug, EncodeAsType, DecodeAsType, Serialize, Deserialize)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
#[encode_as_type(crate_path = "subxt::ext::scale_encode")]
pub struct SubnetParameters {
	/// The treasury's share of each charge.
	pub treasury_share: u32,
	/// The gateway's share of each charge for work that it brought.
	pub gateway_share: u32,
	/// The auditors' share of each charge for work that they audited, all together.
	pub auditor_share: u32,
	/// How many auditors look at one piece of work.
	pub committee: u32,
	/// How many of them must agree.
	pub quorum: u32,
	/// The part of a faultless provider's work that is audited.
	pub audit_rate_min: u32,
	/// The part of a wholly unreliable provider's work that is audited.
	pub audit_rate_max: u32,
	/// The least bond of a provider that works here.
	#[serde(with = "super::as_string")]
	pub min_provider_bond: Balance,
	/// The least bond of a gateway.
	#[serde(with = "super::as_string")]
	pub min_gateway_bond: Balance,
	/// Blocks between a delivery and its payment.
	pub dispute_window_blocks: BlockNumber,
	/// Which models may be served.
	pub membership: Membership,
}

/// Rules that were announced.
#[derive(Clone, PartialEq, Eq, Debug, DecodeAsType, Serialize, Deserialize)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub struct SubnetChange {
	/// The rules.
	pub parameters: SubnetParameters,
	/// The first block in which they are in force.
	pub effective_at: BlockNumber,
}

/// Whether a subnet takes new work.
#[derive(Clone, Copy, PartialEq, Eq, Debug, DecodeAsType, Serialize, Deserialize)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
#[serde(rename_all = "snake_case")]
pub enum SubnetStatus {
	/// It does.
	Active,
	/// Never again.
	Retiring {
		/// From which block on the chain removes it and returns the deposit.
		until: BlockNumber,
	},
}

/// A subnet.
#[derive(Clone, PartialEq, Eq, Debug, DecodeAsType, Serialize, Deserialize)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub struct Subnet {
	/// Its id.
	pub id: SubnetId,
	/// Who may change it; nobody but the chain's own government when there is none.
	pub owner: Option<AccountId>,
	/// To whom the owner would hand it on.
	pub heir: Option<AccountId>,
	/// What it is called.
	#[serde(with = "as_text")]
	pub name: Vec<u8>,
	/// The rules in force.
	pub parameters: SubnetParameters,
	/// The rules that were announced.
	pub change: Option<SubnetChange>,
	/// Whether it takes new work.
	pub status: SubnetStatus,
}

impl Subnet {
	/// The name as text.
	pub fn name(&self) -> String {
		String::from_utf8_lossy(&self.name).into_owned()
	}
}

/// What rules a subnet can have, and what it takes to create one. Shares and rates are in
/// millionths.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct SubnetBounds {
	/// What it costs to create a subnet, beside the deposit; it is not returned.
	#[serde(with = "super::as_string")]
	pub creation_fee: Balance,
	/// The most that a model's owner can ask of each charge.
	pub max_royalty: u32,
	/// The least share of a charge that is left to the provider, whatever the model.
	pub min_provider_share: u32,
	/// The least share of a charge that is the treasury's.
	pub min_treasury_share: u32,
	/// The most auditors of one piece of work.
	pub max_committee: u32,
	/// The least part of any provider's work that is audited.
	pub min_audit_rate: u32,
	/// The least bond that can be asked of providers.
	#[serde(with = "super::as_string")]
	pub provider_bond_floor: Balance,
	/// The least bond that can be asked of gateways.
	#[serde(with = "super::as_string")]
	pub gateway_bond_floor: Balance,
	/// The fewest blocks between a delivery and its payment.
	pub min_dispute_blocks: BlockNumber,
	/// The most blocks between a delivery and its payment.
	pub max_dispute_blocks: BlockNumber,
	/// Blocks between the announcement of a change and its coming into force.
	pub change_delay_blocks: BlockNumber,
	/// Blocks for which a retired subnet is remembered.
	pub retirement_blocks: BlockNumber,
	/// Blocks between a gateway's leaving and having its bond back.
	pub gateway_unbonding_blocks: BlockNumber,
}

/// Whether a gateway does business.
#[derive(Clone, Copy, PartialEq, Eq, Debug, DecodeAsType, Serialize, Deserialize)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
#[serde(rename_all = "snake_case")]
pub enum GatewayStatus {
	/// It does.
	Active,
	/// Not any more.
	Leaving {
		/// From which block on the bond is returned.
		until: BlockNumber,
	},
}

/// A gateway.
#[derive(Clone, PartialEq, Eq, Debug, DecodeAsType, Serialize, Deserialize)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub struct Gateway {
	/// The subnet whose work it routes.
	pub subnet: SubnetId,
	/// Its bond: what it does business on.
	#[serde(with = "super::as_string")]
	pub bond: Balance,
	/// What it has taken out of its bond and has not got back yet.
	pub unbonding: Option<Unbonding>,
	/// Where clients reach it.
	#[serde(with = "as_text")]
	pub endpoint: Vec<u8>,
	/// Whether it does business.
	pub status: GatewayStatus,
}

impl Gateway {
	/// Where clients reach it, as text.
	pub fn endpoint(&self) -> String {
		String::from_utf8_lossy(&self.endpoint).into_owned()
	}
}
