//! Gateways: registered with a bond, slashed, and paid back when they have left.

use crate::{pallet::*, types::*, weights::WeightInfo};
use frame_support::{
	ensure,
	traits::{
		fungible::{BalancedHold, MutateHold},
		tokens::{Fortitude, Imbalance, Precision, Restriction},
		Get, OnUnbalanced,
	},
	weights::Weight,
};
use frame_system::pallet_prelude::BlockNumberFor;
use reckon_primitives::{Balance, Reason, SubnetId};
use reckon_support::{
	give_back, held_for, take_off, BondReturn, GatewayEndpoint, GatewayInfo, GatewayInspect,
	GatewaySlash, Unbonding, WaitQueue,
};
use sp_runtime::{traits::Saturating, DispatchResult, SaturatedConversion};

/// What is on its way back, as a queue.
type ReturnQueue<T> = WaitQueue<BondReturns<T>, BondReturnRange<T>>;

impl<T: Config> Pallet<T> {
	pub(crate) fn do_register_gateway(
		who: T::AccountId,
		id: SubnetId,
		bond: Balance,
		endpoint: GatewayEndpoint,
	) -> DispatchResult {
		ensure!(!Gateways::<T>::contains_key(&who), Error::<T>::AlreadyRegistered);
		let subnet = Self::subnet_now(id).ok_or(Error::<T>::UnknownSubnet)?;
		ensure!(subnet.is_active(), Error::<T>::IsRetiring);
		ensure!(bond >= subnet.parameters.min_gateway_bond, Error::<T>::BondTooLow);
		ensure!(is_endpoint(&endpoint), Error::<T>::EndpointInvalid);

		T::Currency::hold(&HoldReason::GatewayBond.into(), &who, bond)?;
		SubnetGateways::<T>::insert(id, &who, ());
		let gateway =
			Gateway { subnet: id, bond, unbonding: None, endpoint, status: GatewayStatus::Active };
		Gateways::<T>::insert(&who, gateway);
		Self::deposit_event(Event::GatewayRegistered { gateway: who, subnet: id, bond });
		Ok(())
	}

	pub(crate) fn do_bond_extra(who: T::AccountId, amount: Balance) -> DispatchResult {
		ensure!(amount > 0, Error::<T>::AmountZero);
		let mut gateway = Self::registered(&who)?;
		ensure!(!gateway.is_leaving(), Error::<T>::IsLeaving);
		T::Currency::hold(&HoldReason::GatewayBond.into(), &who, amount)?;
		gateway.bond = gateway.bond.saturating_add(amount);
		let bond = gateway.bond;
		Gateways::<T>::insert(&who, gateway);
		Self::deposit_event(Event::GatewayBondRaised { gateway: who, bond });
		Ok(())
	}

	pub(crate) fn do_unbond_gateway(who: T::AccountId, amount: Balance) -> DispatchResult {
		ensure!(amount > 0, Error::<T>::AmountZero);
		let mut gateway = Self::registered(&who)?;
		ensure!(!gateway.is_leaving(), Error::<T>::IsLeaving);
		ensure!(gateway.unbonding.is_none(), Error::<T>::AlreadyUnbonding);
		let subnet = Self::subnet_now(gateway.subnet).ok_or(Error::<T>::UnknownSubnet)?;
		let bond = gateway.bond.checked_sub(amount).ok_or(Error::<T>::BondTooLow)?;
		ensure!(bond >= subnet.parameters.min_gateway_bond, Error::<T>::BondTooLow);
		let until = Self::queue_return(BondReturn::Part(who.clone()));
		gateway.bond = bond;
		gateway.unbonding = Some(Unbonding { amount, until });
		Gateways::<T>::insert(&who, gateway);
		Self::deposit_event(Event::GatewayBondLowered { gateway: who, amount, bond, until });
		Ok(())
	}

	// Also while it leaves: clients must reach it until their channels are closed.
	pub(crate) fn do_update_gateway(
		who: T::AccountId,
		endpoint: GatewayEndpoint,
	) -> DispatchResult {
		let mut gateway = Self::registered(&who)?;
		ensure!(is_endpoint(&endpoint), Error::<T>::EndpointInvalid);
		gateway.endpoint = endpoint;
		Gateways::<T>::insert(&who, gateway);
		Self::deposit_event(Event::GatewayUpdated { gateway: who });
		Ok(())
	}

	pub(crate) fn do_leave_gateway(who: T::AccountId) -> DispatchResult {
		let mut gateway = Self::registered(&who)?;
		ensure!(!gateway.is_leaving(), Error::<T>::IsLeaving);
		let until = Self::queue_return(BondReturn::Whole(who.clone()));
		gateway.status = GatewayStatus::Leaving { until };
		Gateways::<T>::insert(&who, gateway);
		Self::deposit_event(Event::GatewayLeaving { gateway: who, until });
		Ok(())
	}

	/// Puts a bond, or a part of one, at the end of the queue of those that are returned.
	fn queue_return(what: BondReturn<T::AccountId>) -> BlockNumberFor<T> {
		let until =
			frame_system::Pallet::<T>::block_number().saturating_add(T::UnbondingBlocks::get());
		ReturnQueue::<T>::push(what, until);
		until
	}

	/// Returns the bonds whose time has come, as many as `limit` allows.
	pub(crate) fn return_bonds(now: BlockNumberFor<T>, limit: Weight) -> Weight {
		// More than a part of a bond costs, which leaves the gateway in its subnet.
		let each = T::WeightInfo::finish_departure();
		let handle = |what| match what {
			BondReturn::Whole(who) => Self::finish_departure(who),
			BondReturn::Part(who) => Self::finish_unbonding(who),
		};
		ReturnQueue::<T>::work_off(now, limit, each, T::DbWeight::get(), handle)
	}

	fn finish_unbonding(who: T::AccountId) {
		let Some(mut gateway) = Gateways::<T>::get(&who) else {
			frame_support::defensive!("a part of a bond comes back before the rest");
			return;
		};
		let reason = HoldReason::GatewayBond.into();
		let (bond, unbonding) = (&mut gateway.bond, &mut gateway.unbonding);
		let Some(amount) = give_back::<_, T::Currency, _>(&reason, &who, bond, unbonding) else {
			frame_support::defensive!("what is in the queue is on its way back");
			return;
		};
		Gateways::<T>::insert(&who, gateway);
		Self::deposit_event(Event::GatewayBondReturned { gateway: who, amount });
	}

	fn finish_departure(who: T::AccountId) {
		let Some(gateway) = Gateways::<T>::take(&who) else {
			frame_support::defensive!("a gateway that leaves is not there");
			return;
		};
		SubnetGateways::<T>::remove(gateway.subnet, &who);
		// What it took out before is back: it was earlier in the queue.
		let reason = HoldReason::GatewayBond.into();
		let released = T::Currency::release(&reason, &who, gateway.bond, Precision::BestEffort);
		let whole = released == Ok(gateway.bond);
		frame_support::defensive_assert!(whole, "a bond is what was held for it");
		let bond = released.unwrap_or_default();
		Self::deposit_event(Event::GatewayLeft { gateway: who, bond });
	}

	fn registered(who: &T::AccountId) -> Result<GatewayOf<T>, Error<T>> {
		Gateways::<T>::get(who).ok_or(Error::<T>::NotRegistered)
	}
}

impl<T: Config> GatewayInspect<T::AccountId> for Pallet<T> {
	fn gateway(who: &T::AccountId) -> Option<GatewayInfo> {
		Gateways::<T>::get(who).map(|gateway| GatewayInfo {
			leaves_at: match gateway.status {
				GatewayStatus::Active => None,
				GatewayStatus::Leaving { until } => Some(until.saturated_into()),
			},
			subnet: gateway.subnet,
			bond: gateway.bond,
			endpoint: gateway.endpoint,
		})
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn create_for_benchmark(who: &T::AccountId) {
		let bond = Self::subnet_now(0).expect("there is subnet 0").parameters.min_gateway_bond;
		let endpoint = b"https://gateway.example".to_vec().try_into().expect("short");
		Self::do_register_gateway(who.clone(), 0, bond, endpoint)
			.expect("the benchmark funds the gateway");
	}
}

impl<T: Config> GatewaySlash<T::AccountId> for Pallet<T> {
	fn slash_gateway(who: &T::AccountId, amount: Balance, reason: Reason) -> Balance {
		let Some(mut gateway) = Gateways::<T>::get(who) else { return 0 };
		let amount = amount.min(gateway.held());
		let (credit, _missing) = T::Currency::slash(&HoldReason::GatewayBond.into(), who, amount);
		let taken = credit.peek();
		gateway.lose(taken);
		Gateways::<T>::insert(who, gateway);
		T::OnSlash::on_unbalanced(credit);
		Self::deposit_event(Event::GatewaySlashed { gateway: who.clone(), amount: taken, reason });
		taken
	}

	fn slash_gateway_weight() -> Weight {
		T::WeightInfo::slash_gateway()
	}

	fn compensate_from_gateway(
		who: &T::AccountId,
		to: &T::AccountId,
		up_to: Balance,
		reason: Reason,
	) -> Balance {
		let Some(mut gateway) = Gateways::<T>::get(who) else { return 0 };
		let amount = up_to.min(gateway.held());
		if amount == 0 {
			return 0;
		}
		// Whatever else it is locked for.
		let moved = T::Currency::transfer_on_hold(
			&HoldReason::GatewayBond.into(),
			who,
			to,
			amount,
			Precision::Exact,
			Restriction::Free,
			Fortitude::Force,
		);
		let Ok(amount) = moved else { return 0 };
		gateway.lose(amount);
		Gateways::<T>::insert(who, gateway);
		Self::deposit_event(Event::GatewaySlashed { gateway: who.clone(), amount, reason });
		amount
	}

	fn compensate_from_gateway_weight() -> Weight {
		T::WeightInfo::compensate_from_gateway()
	}
}

impl<BlockNumber> Gateway<BlockNumber> {
	/// Whether the gateway is on its way out.
	pub fn is_leaving(&self) -> bool {
		matches!(self.status, GatewayStatus::Leaving { .. })
	}

	/// What is held of its money, in the smallest token unit: its bond, and what is on its way back.
	pub fn held(&self) -> Balance {
		held_for(self.bond, &self.unbonding)
	}

	/// Takes what was slashed off the books.
	fn lose(&mut self, taken: Balance) {
		take_off(&mut self.bond, &mut self.unbonding, taken);
	}
}

/// Printable ASCII without spaces, as URLs are.
fn is_endpoint(url: &[u8]) -> bool {
	!url.is_empty() && url.iter().all(u8::is_ascii_graphic)
}
