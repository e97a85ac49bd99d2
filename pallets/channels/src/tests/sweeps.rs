use crate::{mock::*, AgendaCursor, Payouts};
use frame_support::{assert_ok, traits::Hooks, weights::Weight};

#[test]
fn channels_should_close_a_few_at_a_time_when_blocks_are_full() {
	run(|| {
		let ids: Vec<_> = (0..10).map(|_| open(CLIENT)).collect();
		for id in &ids {
			assert_ok!(Channels::request_close(signed(CLIENT), *id));
		}
		System::set_block_number(NOTICE);
		let left = || Channels::channels_of(CLIENT, None).len();
		full_block();
		assert!((1..=6).contains(&left()), "{}", left());
		full_block();
		full_block();
		assert_eq!((left(), free(CLIENT)), (0, START));
	});
}

#[test]
fn batch_should_be_paid_over_several_blocks_when_these_are_full() {
	run(|| {
		let channel = open(CLIENT);
		let receipts = PROVIDERS.iter().enumerate().flat_map(|(n, provider)| {
			[MODEL, OTHER_MODEL].map(|model| {
				let receipt = receipt(n as u8, *provider, channel, 100).receipt;
				sign(reckon_receipts::Receipt { model, ..receipt })
			})
		});
		let tree = tree(receipts);
		assert_eq!(tree.totals().len(), 6);
		let id = commit(&tree, [claim(CLIENT, channel, 0, 600)]);
		System::set_block_number(WINDOW);
		full_block();
		let left = Payouts::<Test>::iter_prefix(id).count();
		assert!((1..6).contains(&left), "{left}");
		(0..4).for_each(|_| full_block());
		assert_eq!(held(Channels::till()), 0);
	});
}

#[test]
fn sweep_should_catch_up_when_blocks_were_passed_over() {
	run(|| {
		three();
		System::set_block_number(400);
		(0..12).for_each(|_| full_block());
		assert_eq!(held(Channels::till()), 0);
		assert!(AgendaCursor::<Test>::get() > 400);
	});
}

#[test]
fn hooks_should_use_no_more_than_they_are_given() {
	run(|| {
		(0..20).for_each(|_| {
			three();
		});
		System::set_block_number(1 + WINDOW);
		for limit in [0, 1, 1_000_000, 100_000_000, 1_000_000_000, 10_000_000_000] {
			let limit = Weight::from_parts(limit, u64::MAX);
			assert!(Channels::on_idle(1 + WINDOW, limit).all_lte(limit));
		}
	});
}
