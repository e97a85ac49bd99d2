//! What each block does, full or not.

use crate::{mock::*, Agenda, AgendaCursor, Phase, DRAW_DELAY};
use frame_support::{traits::Hooks, weights::Weight};

fn waiting() -> usize {
	crate::Audits::<Test>::iter().filter(|(_, audit)| audit.phase == Phase::Drawing).count()
}

/// Begins a block without spare weight at its end.
fn full_block() -> Weight {
	let next = System::block_number() + 1;
	System::set_block_number(next);
	let used = Audits::on_initialize(next);
	check();
	used
}

#[test]
fn full_blocks_should_work_off_a_few_audits_each() {
	run(|| {
		(0..6).for_each(|n| {
			submit(n, true);
		});
		(1..DRAW_DELAY).for_each(|_| {
			full_block();
		});
		assert_eq!(waiting(), 6);
		// Two for certain; as many more as fit, since none was as heavy as can be.
		full_block();
		let left = waiting();
		assert!(left <= 4, "{left}");
		(0..3).for_each(|_| {
			full_block();
		});
		assert_eq!(waiting(), 0);
	});
}

#[test]
fn weight_should_be_counted_when_something_is_done() {
	run(|| {
		let idle = full_block();
		(0..2).for_each(|n| {
			submit(n, true);
		});
		(1..DRAW_DELAY).for_each(|_| {
			full_block();
		});
		let busy = full_block();
		assert!(busy.ref_time() > idle.ref_time());
		let most = Audits::heaviest_step().saturating_mul(2);
		assert!(busy.all_lte(most.saturating_add(Weight::from_parts(1_000_000_000, 0))));
	});
}

#[test]
fn nothing_should_be_done_when_there_is_no_room() {
	run(|| {
		submit(1, true);
		System::set_block_number(50);
		assert_eq!(Audits::on_idle(50, Weight::from_parts(1_000, 0)), Weight::zero());
		assert_eq!(waiting(), 1);
	});
}

#[test]
fn agenda_should_catch_up_when_the_chain_has_halted() {
	run(|| {
		submit(1, true);
		System::set_block_number(500);
		Audits::on_idle(500, Weight::MAX);
		assert_eq!(waiting(), 0);
		pass(10);
		assert!(AgendaCursor::<Test>::get() > 500);
	});
}

#[test]
fn nothing_should_stay_when_an_audit_has_ended() {
	run(|| {
		for n in 0..4 {
			let id = submit(n, n % 2 == 0);
			pass(DRAW_DELAY);
			if crate::Audits::<Test>::contains_key(id) {
				round(id, RIGHT, |_, _| Some(computed(id, RIGHT)));
			}
		}
		assert_eq!(crate::Audits::<Test>::iter().count(), 0);
		assert_eq!(crate::Statements::<Test>::iter().count(), 0);
		assert_eq!(crate::Conducts::<Test>::iter().count(), 0);
		assert_eq!(Agenda::<Test>::iter().count(), 0);
	});
}
