use crate::{mock::*, BatchState, Contributions, Event, Ledger, Ledgers, Payouts};
use frame_support::{assert_noop, assert_ok};
use reckon_support::{AuditedBatches, Fault, Rejection};

const WHY: Rejection = Rejection::Unavailable;

#[test]
fn all_should_have_their_money_back_when_a_batch_is_rejected() {
	run(|| {
		let (mine, other) = (open(CLIENT), open(OTHER_CLIENT));
		let tree = tree([
			receipt(1, PROVIDERS[0], mine, 900),
			receipt(2, PROVIDERS[1], other, 100),
			receipt(3, PROVIDERS[1], other, 50),
		]);
		let id = commit(&tree, [claim(CLIENT, mine, 0, 900), claim(OTHER_CLIENT, other, 0, 150)]);
		// One is struck before: its client has that back once.
		assert_ok!(<Channels as AuditedBatches<_>>::strike(&id, &item(&tree, 1, 0), Fault::Total));
		assert_ok!(<Channels as AuditedBatches<_>>::reject(&id, WHY, 0));
		assert_eq!(events().last(), Some(&Event::BatchRejected { batch: id, why: WHY }));
		to_block(3);
		assert_eq!(
			(free(CLIENT), free(OTHER_CLIENT)),
			(START - DEPOSIT + 900, START - DEPOSIT + 150)
		);
		let ledger = Ledger { deposited: DEPOSIT, paid: 0, refunded: 150, held: DEPOSIT - 150 };
		assert_eq!(Ledgers::<Test>::get(OTHER_CLIENT), ledger);
		assert!(events().contains(&Event::ContributionReturned {
			batch: id,
			channel: mine,
			client: CLIENT,
			amount: 900,
		}));
		let batch = Channels::batch(id).unwrap();
		assert_eq!((batch.state, batch.escrow), (BatchState::Rejected(WHY), 0));
		assert_eq!(Payouts::<Test>::iter().count() + Contributions::<Test>::iter().count(), 0);
		assert!(PROVIDERS.iter().all(|who| free(*who) == START));
		assert_eq!((free(TREASURY), free(GATEWAY)), (START, START));
		blocks(RETENTION + 1);
		assert_eq!(Channels::batch(id), None);
	});
}

#[test]
fn vouchers_of_a_rejected_batch_should_be_worth_nothing_more() {
	run(|| {
		let channel = open(CLIENT);
		let tree = tree([receipt(1, PROVIDERS[0], channel, 900)]);
		let paid = claim(CLIENT, channel, 0, 900);
		let id = commit(&tree, [paid.clone()]);
		assert_ok!(<Channels as AuditedBatches<_>>::reject(&id, WHY, 0));
		to_block(3);
		assert_noop!(
			Channels::commit_batch(signed(GATEWAY), LEAVES, totals(&tree), claims([paid])),
			crate::Error::<Test>::ChargeZero
		);
	});
}

#[test]
fn rejected_batch_should_come_to_an_end_though_an_audit_is_open() {
	run(|| {
		let (_, _, id) = three();
		Audits::open(id);
		assert_ok!(<Channels as AuditedBatches<_>>::reject(&id, WHY, 0));
		to_block(3);
		assert_eq!(free(CLIENT), START - DEPOSIT + 1_800);
	});
}
