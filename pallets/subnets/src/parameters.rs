//! Which rules a subnet can have.

use crate::pallet::*;
use frame_support::{ensure, traits::Get};
use reckon_economics::SettlementShares;
use reckon_support::{Membership, SubnetParameters};

impl<T: Config> Pallet<T> {
	/// Refuses rules that no subnet can have: the only place where they are judged.
	pub(crate) fn ensure_valid(rules: &SubnetParameters) -> Result<(), Error<T>> {
		ensure!(
			rules.treasury_share >= T::MinTreasuryShare::get(),
			Error::<T>::TreasuryShareTooLow
		);
		ensure!(
			(1..=T::MaxCommittee::get()).contains(&rules.committee),
			Error::<T>::CommitteeOutOfRange
		);
		// A majority: two quorums of one committee always share an auditor.
		ensure!(
			rules.quorum <= rules.committee && rules.quorum > rules.committee / 2,
			Error::<T>::QuorumOutOfRange
		);
		ensure!(rules.audit_rate_min >= T::MinAuditRate::get(), Error::<T>::AuditRateTooLow);
		ensure!(rules.audit_rate_min <= rules.audit_rate_max, Error::<T>::AuditRatesReversed);
		// With the audits of whoever is audited most often.
		let shares = SettlementShares {
			treasury: rules.treasury_share,
			royalty: Some(T::MaxRoyalty::get()),
			gateway: Some(rules.gateway_share),
			auditors: Some(rules.worst_premium()),
		};
		let left = shares.provider().ok_or(Error::<T>::SharesTooHigh)?;
		ensure!(left >= T::MinProviderShare::get(), Error::<T>::SharesTooHigh);
		ensure!(
			rules.min_provider_bond >= T::ProviderBondFloor::get(),
			Error::<T>::ProviderBondTooLow
		);
		ensure!(
			rules.min_gateway_bond >= T::GatewayBondFloor::get(),
			Error::<T>::GatewayBondTooLow
		);
		ensure!(
			(T::MinDisputeBlocks::get()..=T::MaxDisputeBlocks::get())
				.contains(&rules.dispute_window_blocks.into()),
			Error::<T>::DisputeWindowOutOfRange
		);
		ensure!(
			!matches!(&rules.membership, Membership::Models(listed) if listed.is_empty()),
			Error::<T>::NoModels
		);
		Ok(())
	}
}
