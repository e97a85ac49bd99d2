//! Heartbeats, and what becomes of those that send none.

use crate::{
	mock::*, Error, Event, Providers as Records, Status, Sweeps, TicketCounts, WeightInfo,
};
use frame_support::{
	assert_noop, assert_ok,
	dispatch::{GetDispatchInfo, Pays},
	traits::Hooks,
	weights::Weight,
};
use reckon_primitives::Reason;
use reckon_support::ProviderPool;
use sp_core::H256;
use sp_runtime::DispatchError;

const WORKER: AccountId = ALICE + 100;

/// Begins a session and lets a block with spare weight end, in which two providers are looked at.
fn block_in_session(number: u32) {
	Session::set(number);
	idle(System::block_number() + 1);
}

/// Lets a session pass in which all are looked at.
fn session(number: u32) {
	(0..4).for_each(|_| block_in_session(number));
	assert!(Sweeps::<Test>::get().done);
}

/// What a worker's heartbeat costs.
fn heartbeat(worker: AccountId) -> Pays {
	Providers::heartbeat(signed(worker), 0).unwrap().pays_fee
}

fn status(who: AccountId) -> Status<u32> {
	Records::<Test>::get(who).unwrap().status
}

#[test]
fn heartbeat_should_be_free_once_in_a_session() {
	run(|| {
		register(ALICE, BOND, 1);
		offer(ALICE, 1);
		assert_eq!(heartbeat(WORKER), Pays::Yes, "registering was word enough");
		Session::set(6);
		assert_eq!(heartbeat(WORKER), Pays::No);
		System::assert_last_event(Event::WorkerSeen { provider: ALICE, session: 6 }.into());
		assert_eq!(heartbeat(WORKER), Pays::Yes);
		assert_eq!(Records::<Test>::get(ALICE).unwrap().last_seen, 6);
	});
}

#[test]
fn heartbeat_should_be_paid_for_when_it_is_of_no_use() {
	run(|| {
		register(ALICE, BOND, 1);
		Session::set(6);
		assert_eq!(heartbeat(WORKER), Pays::Yes, "it offers nothing");
		offer(ALICE, 1);
		assert_ok!(Providers::pause(signed(ALICE)));
		Session::set(7);
		assert_eq!(heartbeat(WORKER), Pays::Yes, "it is paused");
		assert_ok!(Providers::resume(signed(ALICE)));
		Session::set(8);
		assert_eq!(heartbeat(WORKER), Pays::No);
	});
}

#[test]
fn heartbeat_should_be_refused_when_something_is_wrong() {
	run(|| {
		register(ALICE, BOND, 1);
		offer(ALICE, 1);
		offer(ALICE, 2);
		let heartbeat = Providers::heartbeat;
		for nobodys in [ALICE, BOB] {
			assert_noop!(heartbeat(signed(nobodys), 0), Error::<Test>::NotAWorker);
		}
		for origin in [RuntimeOrigin::root(), RuntimeOrigin::none()] {
			assert_noop!(heartbeat(origin, 0), DispatchError::BadOrigin);
		}
		assert_ok!(Providers::set_worker(signed(ALICE), 77));
		assert_noop!(heartbeat(signed(WORKER), 0), Error::<Test>::NotAWorker);
		session(7);
		assert_eq!(status(ALICE), Status::Silent);
		for too_few in [0, 1] {
			assert_noop!(heartbeat(signed(77), too_few), Error::<Test>::MoreOffers);
		}
		assert_ok!(heartbeat(signed(77), u32::MAX));
		assert_ok!(Providers::leave(signed(ALICE)));
		assert_noop!(heartbeat(signed(77), 9), Error::<Test>::IsLeaving);
	});
}

#[test]
fn heartbeat_should_weigh_what_it_brings_back() {
	run(|| {
		register(ALICE, BOND, 1);
		offer(ALICE, 1);
		offer(ALICE, 2);
		let weight = |offers| {
			let call = RuntimeCall::Providers(crate::Call::heartbeat { offers });
			call.get_dispatch_info().call_weight
		};
		assert!(weight(0).all_lt(weight(3)));
		assert_eq!(weight(u32::MAX), weight(3), "nobody has more offers");
		let actual =
			|offers| Providers::heartbeat(signed(WORKER), offers).unwrap().actual_weight.unwrap();
		assert_eq!(actual(3), weight(0));
		session(7);
		assert_eq!(actual(3), weight(2));
	});
}

#[test]
fn provider_should_be_out_of_the_draws_when_silent_for_a_whole_session() {
	run(|| {
		register(ALICE, 2 * BOND, 2);
		register(BOB, BOND, 1);
		offer(ALICE, 1);
		offer(ALICE, 2);
		offer(BOB, 1);
		// Seen in session 5: it has session 6 to say a word.
		session(6);
		assert_eq!(status(ALICE), Status::Active);
		heartbeat(BOB + 100);
		session(7);
		System::assert_has_event(Event::ProviderSilenced { provider: ALICE, last_seen: 5 }.into());
		assert_eq!((status(ALICE), status(BOB)), (Status::Silent, Status::Active));
		assert_eq!(TicketCounts::<Test>::get(market(1)), 1);
		assert!(!Providers::is_offered(&market(2)));
		assert_eq!(Providers::candidate(&market(1), &ALICE), Err(Reason::Silent));
		assert_eq!(Providers::why_not_assigned(ALICE), Reason::Silent);
		let drawn = Providers::draw(&market(1), &H256::zero(), 1);
		assert_eq!(drawn[0].provider, BOB, "no draw is wasted");
		// It costs nothing.
		let silent = Records::<Test>::get(ALICE).unwrap();
		assert_eq!((silent.bond, silent.misses, silent.offers), (2 * BOND, 0, 2));
	});
}

#[test]
fn provider_should_be_drawn_again_when_it_was_silent_and_sends_a_heartbeat() {
	run(|| {
		register(ALICE, 2 * BOND, 2);
		offer(ALICE, 1);
		offer(ALICE, 2);
		session(7);
		let back = Providers::heartbeat(signed(WORKER), 2).unwrap();
		assert_eq!(back.pays_fee, Pays::Yes, "coming back has its price, staying has none");
		System::assert_last_event(Event::ProviderReturned { provider: ALICE }.into());
		assert_eq!(Providers::why_not_assigned(ALICE), Reason::Eligible);
		for n in [1, 2] {
			assert_eq!(TicketCounts::<Test>::get(market(n)), 2);
		}
		session(8);
		assert_eq!(status(ALICE), Status::Active);
	});
}

#[test]
fn delivery_should_count_as_a_heartbeat() {
	run(|| {
		register(ALICE, BOND, 1);
		offer(ALICE, 1);
		assert_ok!(Providers::reserve(&ALICE));
		Session::set(6);
		Providers::release_delivered(&ALICE);
		session(7);
		assert_eq!(status(ALICE), Status::Active);
		assert_eq!(Records::<Test>::get(ALICE).map(|p| (p.load, p.last_seen)), Some((0, 6)));
		// What is given back without an answer says nothing.
		assert_ok!(Providers::reserve(&ALICE));
		Providers::release(&ALICE);
		session(8);
		assert_eq!(status(ALICE), Status::Silent);
	});
}

#[test]
fn delivery_should_not_bring_back_who_is_silent() {
	run(|| {
		register(ALICE, BOND, 1);
		offer(ALICE, 1);
		assert_ok!(Providers::reserve(&ALICE));
		session(7);
		Providers::release_delivered(&ALICE);
		assert_eq!(status(ALICE), Status::Silent);
		assert_ok!(Providers::heartbeat(signed(WORKER), 1));
		assert_eq!(status(ALICE), Status::Active);
	});
}

#[test]
fn new_offers_and_bonds_should_bring_no_tickets_when_the_provider_is_silent() {
	run(|| {
		register(ALICE, BOND, 4);
		session(7);
		assert_eq!(status(ALICE), Status::Silent, "it offers nothing, and is silent too");
		assert_eq!(Providers::why_not_assigned(ALICE), Reason::OffersNothing);
		offer(ALICE, 1);
		assert_ok!(Providers::bond_extra(signed(ALICE), BOND));
		assert_ok!(Providers::update(signed(ALICE), 3, Default::default()));
		assert_eq!(Providers::why_not_assigned(ALICE), Reason::Silent);
		assert!(!Providers::is_offered(&market(1)));
		assert_ok!(Providers::heartbeat(signed(WORKER), 1));
		assert_eq!(TicketCounts::<Test>::get(market(1)), 2, "as the bond is now");
	});
}

#[test]
fn paused_provider_should_leave_the_draws_and_stay_paused_when_silent() {
	run(|| {
		register(ALICE, BOND, 1);
		offer(ALICE, 1);
		assert_ok!(Providers::pause(signed(ALICE)));
		session(7);
		assert_eq!(status(ALICE), Status::Paused);
		assert!(!Providers::is_offered(&market(1)));
		// A heartbeat is not the provider's word that it takes jobs again.
		heartbeat(WORKER);
		assert_eq!(status(ALICE), Status::Paused);
		session(9);
		assert_ok!(Providers::resume(signed(ALICE)));
		assert!(Providers::is_offered(&market(1)));
		session(10);
		assert_eq!(status(ALICE), Status::Active, "resuming was word enough");
		session(11);
		assert_eq!(status(ALICE), Status::Silent);
	});
}

#[test]
fn silent_provider_should_be_free_to_pause_and_to_leave_but_not_to_resume() {
	run(|| {
		for who in [ALICE, BOB] {
			register(who, BOND, 1);
			offer(who, 1);
		}
		session(7);
		assert_noop!(Providers::resume(signed(ALICE)), Error::<Test>::NotPaused);
		assert_ok!(Providers::pause(signed(ALICE)));
		assert_eq!(Providers::why_not_assigned(ALICE), Reason::Paused);
		assert_ok!(Providers::resume(signed(ALICE)));
		assert_eq!(Providers::why_not_assigned(ALICE), Reason::Eligible);
		assert_ok!(Providers::leave(signed(BOB)));
		idle(System::block_number() + 10);
		assert_eq!(Providers::provider(BOB), None);
	});
}

#[test]
fn sweep_should_look_at_each_provider_once_in_a_session() {
	run(|| {
		for who in 1..=5 {
			register(who, BOND, 1);
			offer(who, 1);
		}
		Session::set(7);
		let silent = || (1..=5).filter(|who| status(*who) == Status::Silent).count();
		for seen in [2, 4, 5] {
			idle(System::block_number() + 1);
			assert_eq!(silent(), seen);
		}
		assert!(Sweeps::<Test>::get().done);
		// The round is over: nobody is looked at again before the next session.
		for who in 1..=5 {
			Records::<Test>::mutate(who, |p| p.as_mut().unwrap().last_seen = 0);
			assert_ok!(Providers::pause(signed(who)));
			assert_ok!(Providers::resume(signed(who)));
		}
		let before = Sweeps::<Test>::get();
		idle(System::block_number() + 1);
		assert_eq!(Sweeps::<Test>::get(), before);
	});
}

#[test]
fn sweep_should_go_on_where_it_was_when_a_session_is_too_short_for_it() {
	run(|| {
		for who in 1..=5 {
			register(who, BOND, 1);
			offer(who, 1);
		}
		for number in [7, 8, 9] {
			block_in_session(number);
		}
		assert!((1..=5).all(|who| status(who) == Status::Silent));
		assert_eq!(Sweeps::<Test>::get().session, 7, "one round, as long as it takes");
		block_in_session(10);
		assert_eq!(Sweeps::<Test>::get().session, 10);
	});
}

#[test]
fn sweep_should_go_on_when_the_provider_that_it_looked_at_last_has_left() {
	run(|| {
		for who in 1..=5 {
			register(who, BOND, 1);
			offer(who, 1);
		}
		block_in_session(7);
		let last = Sweeps::<Test>::get().after.unwrap();
		assert_ok!(Providers::leave(signed(last)));
		System::set_block_number(20);
		Providers::on_idle(20, Weight::MAX);
		assert_eq!(Providers::provider(last), None);
		idle(21);
		let silent = |who: &AccountId| status(*who) == Status::Silent;
		assert_eq!((1..=5).filter(|who| *who != last).filter(silent).count(), 4);
	});
}

#[test]
fn sweep_should_keep_to_the_weight_that_is_left() {
	run(|| {
		for who in 1..=2 {
			register(who, BOND, 1);
			offer(who, 1);
		}
		Session::set(7);
		let fixed = <()>::sweep(0);
		let look = <()>::sweep(1) - fixed;
		let silence = <()>::silence(1);
		let almost = Weight::from_parts(1, 0);
		assert_eq!(Providers::sweep(fixed - almost), Weight::zero());
		assert_eq!(Sweeps::<Test>::get(), Default::default());
		// Enough to look, not to act: the provider is not passed over.
		let used = Providers::sweep(fixed + look + silence - almost);
		assert_eq!((used, Sweeps::<Test>::get().after), (fixed + look, None));
		let one = fixed + look + silence;
		assert_eq!(Providers::sweep(one), one);
		assert!(Sweeps::<Test>::get().after.is_some());
		assert!(Providers::sweep(one).all_lte(one));
		assert!((1..=2).all(|who| status(who) == Status::Silent));
	});
}
