use crate::mock::*;
use frame_support::assert_ok;
use reckon_primitives::{Held, HeldFor};

#[test]
fn held_by_should_list_each_channel_and_when_it_comes_free() {
	run(|| {
		let (used, closing) = (three().0, open(CLIENT));
		assert_ok!(Channels::request_close(signed(CLIENT), closing));
		let held = |id, amount, next_step_at| Held {
			held_for: HeldFor::Channel(id),
			amount,
			next_step_at,
		};
		let all = Channels::held_by(CLIENT);
		assert_eq!(all.len(), 2);
		assert!(all.contains(&held(used, DEPOSIT - 1_800, None)));
		assert!(all.contains(&held(closing, DEPOSIT, Some(1 + NOTICE))));
		assert!(Channels::held_by(GATEWAY).is_empty());
	});
}

#[test]
fn channels_should_be_listed_by_client_and_by_gateway_page_by_page() {
	run(|| {
		let mine: Vec<_> = (0..3).map(|_| open(CLIENT)).collect();
		let others = open_to(OTHER_GATEWAY, OTHER_CLIENT);
		let ids = |list: Vec<(_, _)>| list.into_iter().map(|(id, _)| id).collect::<Vec<_>>();
		let listed = ids(Channels::channels_of(CLIENT, None));
		assert_eq!(listed.len(), 3);
		assert!(mine.iter().all(|id| listed.contains(id)));
		assert_eq!(ids(Channels::channels_of(CLIENT, Some(listed[0]))), listed[1..]);
		assert_eq!(ids(Channels::channels_to(GATEWAY, None)), listed);
		assert_eq!(ids(Channels::channels_to(GATEWAY, Some(listed[1]))), listed[2..]);
		assert_eq!(ids(Channels::channels_to(OTHER_GATEWAY, None)), [others]);
	});
}

#[test]
fn payouts_should_be_listed_until_they_are_paid() {
	run(|| {
		let (_, tree, id) = three();
		let unpaid = Channels::payouts(id);
		let totals: Vec<_> = unpaid.iter().map(|(_, payout)| payout.total.clone()).collect();
		assert_eq!(totals, tree.totals());
		assert_eq!(unpaid[0].1.amount(), 1_500);
		to_block(20);
		assert!(Channels::payouts(id).is_empty());
	});
}
