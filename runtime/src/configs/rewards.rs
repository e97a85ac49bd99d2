//! Emission, and who earns it.

use super::validator_staking::{HISTORY_ERAS, MAX_BACKERS};
use crate::{configs::jobs::TreasuryAccount, Balances, Runtime, ValidatorStaking};
use frame_support::{parameter_types, traits::ConstU32, PalletId};
use sp_runtime::Permill;

parameter_types! {
	/// Names the account that has what is earned and not claimed.
	pub const RewardsId: PalletId = PalletId(*b"rkn/rwds");
	/// Eight percent of the first supply in the first year.
	pub const FirstYearEmission: Permill = Permill::from_percent(8);
	/// Each year 85 % of the year before: half of it after four years.
	pub const EmissionDecay: Permill = Permill::from_percent(85);
	/// One percent of the first supply, for ever: security is never free.
	pub const EmissionFloor: Permill = Permill::from_percent(1);
	/// Half for those who secure the chain, at most half for those who do its work.
	pub const ValidatorsShare: Permill = Permill::from_percent(50);
	/// Nine tenths of the fees: work for oneself loses a tenth of them.
	pub const SubsidyRatio: Permill = Permill::from_percent(90);
}

impl pallet_rewards::Config for Runtime {
	type WeightInfo = pallet_rewards::weights::SubstrateWeight<Runtime>;
	type Currency = Balances;
	type Stake = ValidatorStaking;
	type Treasury = TreasuryAccount;
	type PalletId = RewardsId;
	// An era is a day.
	type ErasPerYear = ConstU32<365>;
	type FirstYearEmission = FirstYearEmission;
	type EmissionDecay = EmissionDecay;
	type EmissionFloor = EmissionFloor;
	type ValidatorsShare = ValidatorsShare;
	type SubsidyRatio = SubsidyRatio;
	// A vote in an audit is worth a part of a block.
	type PointsPerBlock = ConstU32<20>;
	type HistoryEras = ConstU32<HISTORY_ERAS>;
	type MaxErasPerDraw = ConstU32<4>;
	type MaxBackers = ConstU32<MAX_BACKERS>;
}
