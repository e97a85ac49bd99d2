use crate::mock::*;
use frame_support::traits::fungible::InspectHold;
use reckon_primitives::{Balance, EntryKind, HeldFor};

#[test]
fn deposits_should_be_listed_when_somebody_asks_what_is_held() {
	run(|| {
		let model = register_model(ALICE, "a", 3);
		let data_set = register_data_set(ALICE, "b", 3);
		let app = register_app(ALICE, "c", model.hash());
		let held = Models::held_by(ALICE);
		for entry in [model, data_set, app] {
			let expected = HeldFor::StoreDeposit(entry);
			assert_eq!(held.iter().filter(|held| held.held_for == expected).count(), 1);
		}
		let sum: Balance = held.iter().map(|held| held.amount).sum();
		assert_eq!(sum, Balances::total_balance_on_hold(&ALICE));
		assert!(held.iter().all(|held| held.amount > 0 && held.next_step_at.is_none()));
	});
}

#[test]
fn entries_should_be_found_by_kind_and_name_when_they_are_there() {
	run(|| {
		let entry = register_data_set(ALICE, "words", 3);
		assert_eq!(Models::entry_by_name(EntryKind::DataSet, name("words")), Some(entry));
		assert_eq!(Models::entry_by_name(EntryKind::Model, name("words")), None);
		assert_eq!(Models::entry_by_name(EntryKind::DataSet, name("word")), None);
		assert_eq!(Models::entries_of(ALICE), vec![entry]);
	});
}
