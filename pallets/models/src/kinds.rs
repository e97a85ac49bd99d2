//! What is peculiar to models, data sets and apps: what they must say, and what makes their ids.

use crate::{pallet::*, types::*};
use codec::Encode;
use frame_support::{ensure, traits::Get};
use reckon_primitives::{content_hash, DataSetId, EntryKind, ModelId};
use reckon_support::{ModelInfo, ModelInspect};
use sp_core::H256;
use sp_runtime::DispatchResult;

impl<T: Config> Pallet<T> {
	pub(crate) fn do_register_model(
		owner: T::AccountId,
		name: Name,
		details: ModelDetails,
	) -> DispatchResult {
		ensure!(details.tasks.is_valid(), Error::<T>::TasksInvalid);
		ensure!(details.royalty <= T::MaxRoyalty::get(), Error::<T>::RoyaltyTooHigh);
		Self::ensure_calibration(&details)?;
		Self::ensure_data_sets(&details.trained_on)?;
		let id = EntryKind::Model.id(&owner, details.manifest);
		ensure!(!Retired::<T>::contains_key(id), Error::<T>::Retired);

		let entry = EntryKind::Model.entry(id);
		let listing = Self::list(entry, owner, name, &details.licence, details.encoded_size())?;
		Models::<T>::insert(id, Entry { listing, details });
		Ok(())
	}

	pub(crate) fn do_register_data_set(
		owner: T::AccountId,
		name: Name,
		details: DataSetDetails,
	) -> DispatchResult {
		if let Some(location) = &details.location {
			Self::ensure_location(location)?;
		}
		let id = EntryKind::DataSet.id(&owner, manifest_of(&name, &details));

		let entry = EntryKind::DataSet.entry(id);
		let listing = Self::list(entry, owner, name, &details.licence, details.encoded_size())?;
		DataSets::<T>::insert(id, Entry { listing, details });
		Ok(())
	}

	pub(crate) fn do_register_app(
		owner: T::AccountId,
		name: Name,
		details: AppDetails,
	) -> DispatchResult {
		Self::ensure_location(&details.location)?;
		ensure!(!details.models.is_empty(), Error::<T>::NoModels);
		ensure!(details.models.iter().all(Models::<T>::contains_key), Error::<T>::UnknownModel);
		Self::ensure_data_sets(&details.data_sets)?;
		let id = EntryKind::App.id(&owner, manifest_of(&name, &details));

		let entry = EntryKind::App.entry(id);
		let listing = Self::list(entry, owner, name, &details.licence, details.encoded_size())?;
		Apps::<T>::insert(id, Entry { listing, details });
		Ok(())
	}

	/// Thresholds are for arithmetic that honest machines have in common.
	fn ensure_calibration(details: &ModelDetails) -> DispatchResult {
		let valid =
			details.calibration.is_none_or(|it| it.is_valid() && details.profile.is_reproducible());
		ensure!(valid, Error::<T>::CalibrationInvalid);
		Ok(())
	}

	fn ensure_data_sets(named: &DataSetIds) -> DispatchResult {
		let known = |id: &DataSetId| DataSets::<T>::contains_key(id);
		ensure!(named.iter().all(known), Error::<T>::UnknownDataSet);
		Ok(())
	}

	fn ensure_location(location: &Location) -> DispatchResult {
		let graphic = location.iter().all(u8::is_ascii_graphic);
		ensure!(!location.is_empty() && graphic, Error::<T>::LocationInvalid);
		Ok(())
	}
}

/// The hash of the manifest of a data set or an app: what its record says, SCALE-encoded. A model's
/// manifest lists too many files for the chain and lies elsewhere.
pub(crate) fn manifest_of(name: &Name, details: &impl Encode) -> H256 {
	content_hash(&(name, details).encode())
}

impl<T: Config> ModelInspect<T::AccountId> for Pallet<T> {
	fn model(id: &ModelId) -> Option<ModelInfo<T::AccountId>> {
		Models::<T>::get(id).map(|Entry { listing, details }| ModelInfo {
			owner: listing.owner,
			royalty: details.royalty,
			tasks: details.tasks,
			reproducible: details.profile.is_reproducible(),
			thresholds: details.calibration.map(|it| it.thresholds),
			active: listing.status == Status::Active,
		})
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn create_for_benchmark(owner: &T::AccountId, n: u32) -> ModelId {
		use frame_support::traits::{Consideration, Footprint};
		use reckon_primitives::{NumericProfile, TaskKind, TaskSet};
		T::Deposit::ensure_successful(owner, Footprint::from_parts(4, 1_000));
		let name = alloc::format!("benchmark-{n}").into_bytes().try_into().expect("short");
		let manifest = content_hash(&n.to_le_bytes());
		let details = ModelDetails {
			manifest,
			tasks: TaskSet::of(&[TaskKind::Chat, TaskKind::Complete, TaskKind::Embed]),
			profile: NumericProfile::F32,
			calibration: None,
			context: 4096,
			licence: b"MIT".to_vec().try_into().expect("short"),
			royalty: T::MaxRoyalty::get(),
			trained_on: Default::default(),
		};
		let registered = Self::do_register_model(owner.clone(), name, details);
		registered.expect("the benchmark funds the owner");
		EntryKind::Model.id(owner, manifest)
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn calibrate_for_benchmark(id: &ModelId) {
		Models::<T>::mutate(id, |model| {
			if let Some(model) = model {
				model.details.calibration = Some(Calibration::for_benchmark());
			}
		});
	}
}
