//! Money that is held, what for, and until when.

use crate::{ChannelId, EntryId, JobId, ModelId, SubnetId};
use codec::{Decode, Encode};
use scale_info::TypeInfo;
use sp_core::H256;

/// What some money is held for.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, TypeInfo)]
#[scale_info(capture_docs = "always")]
pub enum HeldFor {
	/// The maximum price of a job.
	#[codec(index = 0)]
	Job(JobId),
	/// A provider's bond.
	#[codec(index = 1)]
	ProviderBond,
	/// A bond, or a part of one, on its way back to a provider.
	#[codec(index = 2)]
	ProviderUnbonding,
	/// The deposit for an entry's place in the store.
	#[codec(index = 3)]
	StoreDeposit(EntryId),
	/// The deposit for a subnet's place in storage.
	#[codec(index = 4)]
	SubnetDeposit(SubnetId),
	/// A gateway's bond.
	#[codec(index = 5)]
	GatewayBond,
	/// A bond, or a part of one, on its way back to a gateway.
	#[codec(index = 6)]
	GatewayUnbonding,
	/// A validator candidate's own stake.
	#[codec(index = 7)]
	ValidatorStake,
	/// Stake that stands behind another's candidacy.
	#[codec(index = 8)]
	Delegation,
	/// Stake, own or delegated, on its way back.
	#[codec(index = 9)]
	StakeUnbonding,
	/// What a client pays the auditors of a job.
	#[codec(index = 10)]
	AuditFee(JobId),
	/// What a client has put into a payment channel and its gateway has not taken.
	#[codec(index = 11)]
	Channel(ChannelId),
	/// The deposit for a validator's session keys.
	#[codec(index = 12)]
	SessionKeys,
	/// The deposits for proxies, and for what proxies have announced.
	#[codec(index = 13)]
	Proxies,
	/// The deposits for what this account has begun for multisigs.
	#[codec(index = 14)]
	Multisigs,
	/// The deposit for a complaint about a receipt, which is named by the hash of its leaf.
	#[codec(index = 15)]
	Complaint(H256),
	/// What stays of a removed model's deposit, since its id is remembered.
	#[codec(index = 16)]
	RetiredModel(ModelId),
}

/// One held amount.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, TypeInfo)]
#[scale_info(capture_docs = "always")]
pub struct Held<Balance, BlockNumber> {
	/// What for.
	pub held_for: HeldFor,
	/// How much, in the smallest token unit.
	pub amount: Balance,
	/// The block by which the chain itself moves on with it: pays, refunds, tries again or
	/// returns it. `None` while it stays until its owner acts (a bond in use, a deposit).
	pub next_step_at: Option<BlockNumber>,
}
