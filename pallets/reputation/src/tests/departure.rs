//! What leaving does to a score.

use crate::{mock::*, AverageValue, Event, Reputations};
use reckon_support::OnProviderLeft;
use sp_runtime::Permill;

#[test]
fn good_name_should_go_when_the_provider_leaves() {
	run(|| {
		settle(ALICE, 5, VALUE);
		Reputation::on_provider_left(&ALICE);
		assert!(!Reputations::<Test>::contains_key(ALICE));
		assert_eq!(Reputation::score(ALICE), Permill::from_percent(50));
		System::assert_last_event(Event::StandingForgotten { provider: ALICE }.into());
	});
}

#[test]
fn bad_name_should_stay_when_the_provider_leaves_and_comes_back() {
	run(|| {
		AverageValue::<Test>::put(VALUE);
		miss(ALICE, 10 * VALUE);
		let before = Reputation::standing(ALICE);
		Reputation::on_provider_left(&ALICE);
		assert_eq!(Reputation::standing(ALICE), before);
		// Good work makes good for it, as if it had never left.
		settle(ALICE, 2, VALUE);
		assert!(score(ALICE) >= 500);
	});
}

#[test]
fn bad_name_should_fade_and_be_forgotten_when_the_provider_stays_away() {
	run(|| {
		miss(ALICE, VALUE);
		Reputation::on_provider_left(&ALICE);
		idle(100 * IDLE_STEP);
		assert!(score(ALICE) < 500);
		idle(300 * IDLE_STEP);
		assert!(!Reputations::<Test>::contains_key(ALICE));
	});
}

#[test]
fn nothing_should_happen_when_a_newcomer_leaves() {
	run(|| {
		Reputation::on_provider_left(&ALICE);
		assert_eq!(System::events().len(), 0);
	});
}
