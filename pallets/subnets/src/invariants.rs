//! What must hold after every call and hook.

#![cfg(any(feature = "try-runtime", feature = "std"))]

use crate::{pallet::*, types::*};
use alloc::collections::BTreeMap;
use frame_support::{ensure, traits::fungible::InspectHold};
use reckon_primitives::Balance;
use reckon_support::BondReturn;
use sp_runtime::{traits::Convert, TryRuntimeError};

impl<T: Config> Pallet<T> {
	/// Checks the whole of this pallet's state.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		Self::try_subnets()?;
		Self::try_deposits()?;
		Self::try_gateways()
	}

	/// There is subnet 0, which is nobody's; ids are below the count; names lead to subnets and back;
	/// all rules are ones that subnets can have; those that retire are in the queue, once.
	fn try_subnets() -> Result<(), TryRuntimeError> {
		let chain = Subnets::<T>::get(0).ok_or("there is no subnet 0")?;
		ensure!(chain.owner.is_none() && chain.is_active(), "subnet 0 is not the chain's own");
		let mut retiring = 0usize;
		for (id, subnet) in Subnets::<T>::iter() {
			ensure!(id < SubnetCount::<T>::get(), "an id was not given out");
			ensure!(Names::<T>::get(&subnet.name) == Some(id), "a name does not lead back");
			ensure!(Self::ensure_valid(&subnet.parameters).is_ok(), "rules are not valid");
			if let Some(change) = &subnet.change {
				ensure!(Self::ensure_valid(&change.parameters).is_ok(), "a change is not valid");
			}
			ensure!(subnet.owner.is_some() || id == 0, "a subnet is nobody's");
			let may_have_heir = subnet.owner.is_some() && subnet.is_active();
			ensure!(subnet.heir.is_none() || may_have_heir, "a subnet has an heir that can't be");
			retiring = retiring.saturating_add(usize::from(!subnet.is_active()));
		}
		ensure!(
			Names::<T>::iter_keys().count() == Subnets::<T>::iter_keys().count(),
			"a name leads nowhere"
		);
		ensure!(Retirements::<T>::iter_keys().count() == retiring, "a retirement is lost");
		let (first, next) = RetirementRange::<T>::get();
		for (number, (id, until)) in Retirements::<T>::iter() {
			ensure!((first..next).contains(&number), "a retirement is out of range");
			ensure!(
				Subnets::<T>::get(id).map(|s| s.status) == Some(Status::Retiring { until }),
				"a retirement is not its subnet's"
			);
		}
		Ok(())
	}

	/// Every subnet but the chain's own has an owner, who is listed and holds its deposit.
	fn try_deposits() -> Result<(), TryRuntimeError> {
		let price = T::DepositPrice::convert(Self::footprint());
		let mut due: BTreeMap<T::AccountId, Balance> = BTreeMap::new();
		for (id, subnet) in Subnets::<T>::iter() {
			ensure!(subnet.deposit.is_some() == (id != 0), "a subnet is there for nothing");
			let Some(owner) = subnet.owner else { continue };
			ensure!(OwnedSubnets::<T>::contains_key(&owner, id), "an owner is not listed");
			let sum = due.entry(owner).or_default();
			*sum = sum.checked_add(price).ok_or("more deposits than money")?;
		}
		ensure!(
			OwnedSubnets::<T>::iter_keys().count().saturating_add(1)
				== Subnets::<T>::iter_keys().count(),
			"an owner has no subnet"
		);
		for (who, deposits) in due {
			let held = T::Currency::balance_on_hold(&HoldReason::SubnetDeposit.into(), &who);
			ensure!(held == deposits, "an owner's hold is not the sum of its deposits");
		}
		Ok(())
	}

	/// Each gateway's bond is held, with what is on its way back, and it is listed in its subnet; what is
	/// on its way back is in the queue, once.
	fn try_gateways() -> Result<(), TryRuntimeError> {
		for (who, gateway) in Gateways::<T>::iter() {
			let held = T::Currency::balance_on_hold(&HoldReason::GatewayBond.into(), &who);
			ensure!(held == gateway.held(), "a bond is not what is held for it");
			ensure!(
				SubnetGateways::<T>::contains_key(gateway.subnet, &who),
				"a subnet's list lacks a gateway"
			);
		}
		ensure!(
			SubnetGateways::<T>::iter_keys().count() == Gateways::<T>::iter_keys().count(),
			"a subnet's list has a gateway too many"
		);
		let due = Gateways::<T>::iter_values()
			.map(|g| u64::from(g.is_leaving()).saturating_add(g.unbonding.is_some().into()))
			.sum::<u64>();
		ensure!(BondReturns::<T>::iter_keys().count() as u64 == due, "a return is lost");
		let (first, next) = BondReturnRange::<T>::get();
		for (number, (what, until)) in BondReturns::<T>::iter() {
			ensure!((first..next).contains(&number), "a return is out of range");
			let expected = match what {
				BondReturn::Whole(who) => Gateways::<T>::get(who)
					.is_some_and(|gateway| gateway.status == GatewayStatus::Leaving { until }),
				BondReturn::Part(who) => Gateways::<T>::get(who)
					.and_then(|gateway| gateway.unbonding)
					.is_some_and(|part| part.until == until),
			};
			ensure!(expected, "a return is not its gateway's");
		}
		Ok(())
	}
}
