//! Whatever anybody does, in whatever order: no money is lost, and all comes free.

use crate::{mock::*, AppDetails, Apps, DataSets, ModelDetails, Models as Records};
use frame_support::{storage::with_storage_layer, traits::fungible::InspectHold};
use proptest::prelude::*;
use reckon_primitives::{Balance, EntryId, HeldFor, TaskSet};
use sp_runtime::Permill;
use std::collections::BTreeSet;

#[derive(Clone, Debug)]
enum Step {
	Model { name: String, n: u8, tasks: u32, royalty: u8, sets: usize },
	DataSet { name: String, n: u8, place: String },
	App { name: String, models: usize, sets: usize, licence: String },
	Deprecate { which: usize },
	Transfer { which: usize, to: AccountId },
	Wait { blocks: u32 },
}

fn step() -> impl Strategy<Value = (AccountId, Step)> {
	let name = || prop_oneof![9 => "[ab]{1,2}", 1 => "[ -~]{0,3}"];
	let text = || prop_oneof![9 => "[a-z]{1,9}", 1 => "\\PC{0,9}"];
	let step = prop_oneof![
		3 => (name(), 0u8..5, 0u32..9, 0u8..23, 0usize..9).prop_map(
			|(name, n, tasks, royalty, sets)| Step::Model { name, n, tasks, royalty, sets },
		),
		3 => (name(), 0u8..5, text()).prop_map(|(name, n, place)| Step::DataSet { name, n, place }),
		3 => (name(), 0usize..9, 0usize..9, text())
			.prop_map(|(name, models, sets, licence)| Step::App { name, models, sets, licence }),
		3 => any::<usize>().prop_map(|which| Step::Deprecate { which }),
		2 => (any::<usize>(), 1u64..4).prop_map(|(which, to)| Step::Transfer { which, to }),
		2 => (1u32..2 * RETIREMENT).prop_map(|blocks| Step::Wait { blocks }),
	];
	(1u64..4, step)
}

fn all() -> Vec<EntryId> {
	let models = Records::<Test>::iter_keys().map(EntryId::Model);
	let data_sets = DataSets::<Test>::iter_keys().map(EntryId::DataSet);
	models.chain(data_sets).chain(Apps::<Test>::iter_keys().map(EntryId::App)).collect()
}

/// One of the entries, or of those that were there.
fn any_entry(which: usize) -> EntryId {
	let all = all();
	all.get(which % (all.len() + 1)).copied().unwrap_or(EntryId::Model(model_id(ALICE, 0)))
}

/// Carries out a step; that it is refused is fine.
fn carry_out(who: AccountId, step: Step) {
	let origin = signed(who);
	let sets = |count: usize| {
		let some = DataSets::<Test>::iter_keys().take(count.min(8)).collect::<BTreeSet<_>>();
		some.try_into().unwrap()
	};
	let _ = with_storage_layer(|| match step {
		Step::Model { name: called, n, tasks, royalty, sets: count } => {
			let details = ModelDetails {
				tasks: TaskSet { bits: tasks },
				royalty: Permill::from_percent(royalty.into()),
				trained_on: sets(count),
				..model(n)
			};
			Models::register_model(origin, name(&called), details)
		},
		Step::DataSet { name: called, n, place } => {
			let details = crate::DataSetDetails { location: Some(location(&place)), ..data_set(n) };
			Models::register_data_set(origin, name(&called), details)
		},
		Step::App { name: called, models, sets: count, licence: words } => {
			let some = Records::<Test>::iter_keys().take(models.min(8));
			let licence = licence(&words);
			let details = AppDetails { data_sets: sets(count), licence, ..app(some) };
			Models::register_app(origin, name(&called), details)
		},
		Step::Deprecate { which } => Models::deprecate(origin, any_entry(which)),
		Step::Transfer { which, to } => Models::transfer(origin, any_entry(which), to),
		Step::Wait { blocks } => {
			idle(System::block_number() + blocks);
			Ok(())
		},
	});
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(128))]

	#[test]
	fn deposits_should_be_conserved_and_come_free_when_anybody_does_anything(
		steps in proptest::collection::vec(step(), 1..80),
	) {
		run(|| {
			let issuance = Balances::total_issuance();
			for (who, step) in steps {
				carry_out(who, step);
				Models::do_try_state().unwrap();
				for who in 1..4 {
					let listed: Balance = Models::held_by(who).iter().map(|held| held.amount).sum();
					assert_eq!(listed, Balances::total_balance_on_hold(&who));
				}
			}
			for who in 1..4 {
				for entry in Models::entries_of(who) {
					let _ = Models::deprecate(signed(who), entry);
				}
			}
			idle(System::block_number() + RETIREMENT);
			assert!(all().is_empty());
			// But for what the ids of models cost, which are remembered.
			let kept = |who| {
				Models::held_by(who).iter().all(|held| matches!(held.held_for, HeldFor::RetiredModel(_)))
			};
			assert!((1..4).all(kept));
			assert_eq!(Balances::total_issuance(), issuance);
		});
	}
}
