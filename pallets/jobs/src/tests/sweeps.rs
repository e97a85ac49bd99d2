use crate::{mock::*, AgendaCursor};
use frame_support::{traits::Hooks, weights::Weight};
use reckon_primitives::*;

fn refunded() -> usize {
	let is_refunded = |job: &crate::JobOf<Test>| matches!(job.state, JobState::Refunded { .. });
	crate::Jobs::<Test>::iter_values().filter(is_refunded).count()
}

#[test]
fn deadlines_should_pass_a_few_at_a_time_when_blocks_are_full() {
	run(|| {
		(0..10).for_each(|_| {
			submit(request());
		});
		System::set_block_number(27);
		// As many as would fit if each were the heaviest step: 4, or a few more light ones.
		full_block();
		assert!((4..10).contains(&refunded()), "{}", refunded());
		full_block();
		full_block();
		assert_eq!(refunded(), 10);
		assert_eq!(free(CLIENT), START);
	});
}

#[test]
fn deadlines_should_all_pass_at_once_when_there_is_spare_weight() {
	run(|| {
		(0..10).for_each(|_| {
			submit(request());
		});
		to_block(33);
		assert_eq!(refunded(), 10);
	});
}

#[test]
fn sweep_should_catch_up_when_blocks_were_passed_over() {
	run(|| {
		submit(request());
		System::set_block_number(400);
		(0..8).for_each(|_| full_block());
		assert_eq!(refunded(), 1);
		assert!(AgendaCursor::<Test>::get() > 400);
	});
}

#[test]
fn hooks_should_use_no_more_than_they_are_given() {
	run(|| {
		(0..20).for_each(|_| {
			submit(request());
		});
		System::set_block_number(32);
		for limit in [0, 1, 1_000_000, 100_000_000, 1_000_000_000, 10_000_000_000] {
			let limit = Weight::from_parts(limit, u64::MAX);
			assert!(Jobs::on_idle(32, limit).all_lte(limit));
		}
	});
}

#[test]
fn draws_should_all_be_made_when_there_are_more_than_a_full_block_makes() {
	run(|| {
		let jobs: Vec<_> = (0..20).map(|_| submit(request())).collect();
		reckon_support::mocks::MockPool::insert(PROVIDERS[0], 20, PRICE);
		full_block();
		let made = Jobs::assigned_to(PROVIDERS[0]).len();
		assert!((4..20).contains(&made), "{made}");
		(0..4).for_each(|_| full_block());
		assert_eq!(Jobs::assigned_to(PROVIDERS[0]).len(), 20);
		assert!(jobs.iter().all(|id| Jobs::why(*id) == Some(Reason::InProgress)));
	});
}
