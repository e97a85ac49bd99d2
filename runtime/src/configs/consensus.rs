//! Authorship, finality, sessions and offences.

use super::system::DbWeight;
use crate::{
	adapters::{FullIdentificationOf, ValidatorIdOf},
	time::{DAYS, EPOCH_SLOTS, SLOT_MILLIS},
	AccountId, Babe, Balances, Historical, Offences, Rewards, Runtime, RuntimeEvent, Session,
	SessionKeys, ValidatorStaking,
};
use frame_support::{
	parameter_types,
	traits::{ConstU128, ConstU32, ConstU64},
	weights::{constants::WEIGHT_REF_TIME_PER_MICROS, Weight},
};
use reckon_primitives::token::UNIT;
use sp_session::MembershipProof;

/// The most validators: finality's messages grow with their square.
type MaxAuthorities = ConstU32<300>;
/// Nobody nominates in the sense of the old staking pallet; reports weigh accordingly.
type MaxNominators = ConstU32<0>;

parameter_types! {
	/// Blocks for which a report waits in the pool. Which offences are too old is for the staking
	/// pallet to say.
	pub const ReportLongevity: u64 = DAYS as u64;
}

impl pallet_babe::Config for Runtime {
	type EpochDuration = ConstU64<{ EPOCH_SLOTS as u64 }>;
	type ExpectedBlockTime = ConstU64<SLOT_MILLIS>;
	type EpochChangeTrigger = pallet_babe::ExternalTrigger;
	type DisabledValidators = Session;
	type WeightInfo = ();
	type MaxAuthorities = MaxAuthorities;
	type MaxNominators = MaxNominators;
	type KeyOwnerProof = MembershipProof;
	type EquivocationReportSystem =
		pallet_babe::EquivocationReportSystem<Self, Offences, Historical, ReportLongevity>;
}

impl pallet_grandpa::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type WeightInfo = ();
	type MaxAuthorities = MaxAuthorities;
	type MaxNominators = MaxNominators;
	type MaxSetIdSessionEntries = ConstU64<{ DAYS as u64 / EPOCH_SLOTS as u64 }>;
	type KeyOwnerProof = MembershipProof;
	type EquivocationReportSystem =
		pallet_grandpa::EquivocationReportSystem<Self, Offences, Historical, ReportLongevity>;
}

impl pallet_authorship::Config for Runtime {
	type FindAuthor = pallet_session::FindAccountFromAuthorIndex<Self, Babe>;
	type EventHandler = (ValidatorStaking, Rewards);
}

/// What naming session keys weighs here. Upstream's figures are of keys that nobody proves to have, and
/// without a deposit; its benchmarks are part of another staking pallet.
pub struct SessionWeights;

impl SessionWeights {
	/// One for each session key.
	const PROOFS: u64 = 3;
	/// Checking one, at most: more than a whole claim in a batch of `Channels` takes beside its storage,
	/// which has a signature to check too.
	const PROOF: Weight = Weight::from_parts(150 * WEIGHT_REF_TIME_PER_MICROS, 0);
	/// The deposit: holds, and the account.
	fn deposit() -> Weight {
		DbWeight::get().reads_writes(2, 2)
	}
}

impl pallet_session::WeightInfo for SessionWeights {
	fn set_keys() -> Weight {
		pallet_session::weights::SubstrateWeight::<Runtime>::set_keys()
			.saturating_add(Self::PROOF.saturating_mul(Self::PROOFS))
			.saturating_add(Self::deposit())
	}

	fn purge_keys() -> Weight {
		pallet_session::weights::SubstrateWeight::<Runtime>::purge_keys()
			.saturating_add(Self::deposit())
	}
}

impl pallet_session::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type ValidatorId = AccountId;
	type ValidatorIdOf = ValidatorIdOf;
	type ShouldEndSession = Babe;
	type NextSessionRotation = Babe;
	type SessionManager = pallet_session::historical::NoteHistoricalRoot<Self, ValidatorStaking>;
	type SessionHandler = <SessionKeys as sp_runtime::traits::OpaqueKeys>::KeyTypeIdProviders;
	type Keys = SessionKeys;
	type DisablingStrategy = pallet_session::disabling::UpToLimitWithReEnablingDisablingStrategy;
	type WeightInfo = SessionWeights;
	type Currency = Balances;
	// Not zero: a free call that fills storage would be an invitation.
	type KeyDeposit = ConstU128<UNIT>;
}

impl pallet_session::historical::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type FullIdentification = ();
	type FullIdentificationOf = FullIdentificationOf;
}

impl pallet_offences::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type IdentificationTuple = pallet_session::historical::IdentificationTuple<Self>;
	type OnOffenceHandler = ValidatorStaking;
}
