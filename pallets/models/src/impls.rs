//! What the calls do.

use crate::{pallet::*, types::*, weights::WeightInfo};
use alloc::vec::Vec;
use codec::Encode;
use frame_support::{
	ensure,
	traits::{Consideration, Footprint, Get},
	weights::Weight,
};
use frame_system::pallet_prelude::BlockNumberFor;
use reckon_primitives::{Balance, Held, HeldFor, ModelId};
use reckon_support::{ModelInfo, ModelInspect, WaitQueue};
use sp_runtime::{
	traits::{Convert, Saturating},
	DispatchResult,
};

/// The most models that one answer lists.
const MAX_LISTED: usize = 1_000;

/// The deprecated models, as a queue.
type RetirementQueue<T> = WaitQueue<Retirements<T>, RetirementRange<T>>;

impl<T: Config> Pallet<T> {
	pub(crate) fn do_register(
		owner: T::AccountId,
		model: ModelId,
		details: ModelDetails,
	) -> DispatchResult {
		ensure!(!Models::<T>::contains_key(model), Error::<T>::AlreadyRegistered);
		ensure!(!Retired::<T>::contains_key(model), Error::<T>::Retired);
		ensure!(is_name(&details.name), Error::<T>::NameInvalid);
		ensure!(!Names::<T>::contains_key(&details.name), Error::<T>::NameTaken);
		ensure!(details.tasks.is_valid(), Error::<T>::TasksInvalid);
		ensure!(details.royalty <= T::MaxRoyalty::get(), Error::<T>::RoyaltyTooHigh);

		let deposit = T::Deposit::new(&owner, Self::footprint(&owner, &details))?;
		let name = details.name.clone();
		Names::<T>::insert(&name, model);
		Models::<T>::insert(
			model,
			Model {
				owner: owner.clone(),
				details,
				status: Status::Active,
				depositor: owner.clone(),
				deposit,
			},
		);
		Depositors::<T>::insert(&owner, model, ());
		Self::deposit_event(Event::ModelRegistered { model, owner, name });
		Ok(())
	}

	pub(crate) fn do_deprecate(who: T::AccountId, model: ModelId) -> DispatchResult {
		Models::<T>::try_mutate(model, |record| {
			let record = record.as_mut().ok_or(Error::<T>::UnknownModel)?;
			ensure!(record.owner == who, Error::<T>::NotOwner);
			ensure!(record.status == Status::Active, Error::<T>::AlreadyDeprecated);
			let until = frame_system::Pallet::<T>::block_number()
				.saturating_add(T::RetirementBlocks::get());
			record.status = Status::Deprecated { until };
			RetirementQueue::<T>::push(model, until);
			Self::deposit_event(Event::ModelDeprecated { model, until });
			Ok(())
		})
	}

	/// Removes the models whose time has come, as many as `limit` allows.
	pub(crate) fn remove_retired(now: BlockNumberFor<T>, limit: Weight) -> Weight {
		let each = T::WeightInfo::remove_retired();
		RetirementQueue::<T>::work_off(now, limit, each, T::DbWeight::get(), Self::remove)
	}

	fn remove(id: ModelId) {
		let Some(model) = Models::<T>::take(id) else {
			frame_support::defensive!("a retired model is not there");
			return;
		};
		Retired::<T>::insert(id, ());
		Names::<T>::remove(&model.details.name);
		Depositors::<T>::remove(&model.depositor, id);
		let returned = model.deposit.drop(&model.depositor);
		frame_support::defensive_assert!(returned.is_ok(), "a deposit is what was held for it");
		Self::deposit_event(Event::ModelRemoved { model: id });
	}

	pub(crate) fn do_transfer(
		who: T::AccountId,
		model: ModelId,
		to: T::AccountId,
	) -> DispatchResult {
		let mut record = Models::<T>::get(model).ok_or(Error::<T>::UnknownModel)?;
		ensure!(record.owner == who, Error::<T>::NotOwner);
		// The deposit stays the first owner's: nobody's money is taken without a signature.
		record.owner = to.clone();
		Models::<T>::insert(model, record);
		Self::deposit_event(Event::ModelTransferred { model, from: who, to });
		Ok(())
	}

	pub(crate) fn held(who: &T::AccountId) -> Vec<Held<Balance, BlockNumberFor<T>>> {
		Depositors::<T>::iter_key_prefix(who)
			.take(MAX_LISTED)
			.filter_map(|id| Some((id, Models::<T>::get(id)?)))
			.map(|(id, model)| Held {
				held_for: HeldFor::ModelDeposit(id),
				amount: T::DepositPrice::convert(Self::footprint(who, &model.details)),
				next_step_at: match model.status {
					Status::Active => None,
					Status::Deprecated { until } => Some(until),
				},
			})
			.collect()
	}

	/// The storage that a model takes: its record, its name's entry, its depositor's.
	fn footprint(owner: &T::AccountId, details: &ModelDetails) -> Footprint {
		let bytes = owner.encoded_size().saturating_add(details.encoded_size().saturating_mul(2));
		Footprint::from_parts(3, bytes)
	}

	/// Checks that names and models belong to one another.
	#[cfg(any(feature = "try-runtime", feature = "std"))]
	pub fn do_try_state() -> Result<(), sp_runtime::TryRuntimeError> {
		for (model, record) in Models::<T>::iter() {
			ensure!(
				Names::<T>::get(&record.details.name) == Some(model),
				"a model's name does not lead back to it"
			);
			ensure!(record.details.tasks.is_valid(), "a model can do nothing");
		}
		ensure!(
			Depositors::<T>::iter()
				.all(|(who, model, ())| Models::<T>::get(model).is_some_and(|m| m.depositor == who)),
			"a depositor has left nothing"
		);
		ensure!(
			!Retired::<T>::iter_keys().any(Models::<T>::contains_key),
			"a removed model is there"
		);
		let retiring = Models::<T>::iter_values().filter(|model| model.status != Status::Active);
		ensure!(
			retiring.count() == Retirements::<T>::iter_keys().count(),
			"a deprecated model is not in the queue, once"
		);
		ensure!(
			Names::<T>::iter_keys().count() == Models::<T>::iter_keys().count(),
			"a name leads nowhere"
		);
		Ok(())
	}
}

impl<T: Config> ModelInspect<T::AccountId> for Pallet<T> {
	fn model(id: &ModelId) -> Option<ModelInfo<T::AccountId>> {
		Models::<T>::get(id).map(|model| ModelInfo {
			owner: model.owner,
			royalty: model.details.royalty,
			tasks: model.details.tasks,
			active: model.status == Status::Active,
		})
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn create_for_benchmark(owner: &T::AccountId, n: u32) -> ModelId {
		use reckon_primitives::{NumericProfile, TaskKind, TaskSet};
		let mut model = ModelId::repeat_byte(0xbe);
		model.0.iter_mut().zip(n.to_le_bytes()).for_each(|(byte, of_n)| *byte = of_n);
		T::Deposit::ensure_successful(owner, Footprint::from_parts(3, 1_000));
		let details = ModelDetails {
			name: alloc::format!("benchmark-{n}").into_bytes().try_into().expect("short"),
			tasks: TaskSet::of(&[TaskKind::Chat, TaskKind::Complete, TaskKind::Embed]),
			profile: NumericProfile::F32,
			context: 4096,
			licence: Default::default(),
			royalty: T::MaxRoyalty::get(),
		};
		Self::do_register(owner.clone(), model, details).expect("the benchmark funds the owner");
		model
	}
}

fn is_name(name: &[u8]) -> bool {
	!name.is_empty()
		&& name
			.iter()
			.all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'_' | b'-' | b'/'))
}
