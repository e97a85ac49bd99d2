//! Clients that pay for the audit of their own answers.

use super::samples::{answer, batch, request, rule, show, turns, two, NOW, WRONG};
use crate::{mock::*, BatchState, Call, Event, Payouts, Sample, Sampled};
use frame_support::{assert_noop, assert_ok};
use reckon_primitives::{Balance, BatchId};
use reckon_receipts::{BatchTree, Item, Receipt, Request};
use reckon_support::{
	mocks::MockPool, AuditOutcome, AuditedBatches, Fault, Outcome, Rejection, SampleTerms,
};
use sp_core::H256;
use sp_runtime::{DispatchError, DispatchResult, Permill};

type Error = crate::Error<Test>;

/// A receipt of the batch, and its request.
fn place(tree: &BatchTree<AccountId>, index: u32) -> (Item<AccountId>, Request) {
	let item = item(tree, 0, index);
	let hash = item.receipt.receipt.request;
	let asked = (0..9).map(request).find(|it| it.hash() == hash).expect("one of these");
	(item, asked)
}

fn ask(who: AccountId, id: BatchId, item: &Item<AccountId>, request: &Request) -> DispatchResult {
	let (item, request) = (Box::new(item.clone()), Box::new(*request));
	Channels::audit_receipt(signed(who), id, item, request, AUDIT_FEE)
}

/// The client asks for the audit of one of its answers.
fn asked(id: BatchId, tree: &BatchTree<AccountId>, index: u32) -> H256 {
	let (item, request) = place(tree, index);
	assert_ok!(ask(CLIENT, id, &item, &request));
	check();
	request.hash()
}

/// Nothing is drawn, since the rate is so low, of answers that can be audited.
fn seldom() {
	Audits::set_terms(SampleTerms {
		rate: Permill::from_parts(1),
		premium: Permill::from_percent(1),
	});
}

fn waits_for(id: BatchId) -> u32 {
	Channels::batch(id).unwrap().samples.unwrap().requested
}

/// A batch of two answers, of which nothing is drawn.
fn undrawn() -> (BatchTree<AccountId>, BatchId) {
	let channel = open(CLIENT);
	let tree = tree([answer(1, channel, 600), answer(2, channel, 400)]);
	seldom();
	Audits::set_clock(NOW);
	let id = commit(&tree, [claim(CLIENT, channel, 0, 1_000)]);
	(tree, id)
}

#[test]
fn answer_should_be_audited_when_its_client_pays() {
	run(|| {
		let (tree, id) = undrawn();
		let audit = asked(id, &tree, 1);
		let (item, its) = place(&tree, 1);
		let receipt = item.receipt.receipt;
		let shown =
			Event::SampleShown { batch: id, total: 0, index: 1, audit, provider: PROVIDERS[0] };
		assert_eq!(events().last(), Some(&shown));
		let (name, subject) = Audits::sampled().pop().unwrap();
		assert_eq!((name, subject.client, subject.gateway), (audit, CLIENT, Some(GATEWAY)));
		// All that it stands for, as if the lot had fallen on it.
		assert_eq!((subject.charge, subject.at_stake), (receipt.charge, 1_000));
		let known = Sampled::<Test>::get(audit).unwrap();
		assert_eq!((known.batch, known.total, known.index), (id, 0, 1));
		assert_eq!((known.request, known.requested), (its, true));

		// Nobody is paid before it is over.
		to_block(60);
		assert_eq!(Channels::batch(id).unwrap().state, BatchState::Waiting);
		assert_eq!(waits_for(id), 1);
		assert_eq!(rule(audit, AuditOutcome::Accepted), 0);
		assert_eq!(waits_for(id), 0);
		blocks(8);
		assert_eq!(Channels::batch(id).unwrap().state, BatchState::Settled);
		assert_eq!(turns(), [(PROVIDERS[0], Outcome::Settled, receipt.charge)]);
		assert_eq!(Sampled::<Test>::iter().count(), 0);
	});
}

#[test]
fn client_should_have_its_charge_back_when_the_answer_is_not_the_models() {
	for (outcome, bond) in [(WRONG, Balance::MAX - 2_000), (AuditOutcome::Doubtful, Balance::MAX)] {
		run(|| {
			let (tree, id) = undrawn();
			let audit = asked(id, &tree, 0);
			let charge = place(&tree, 0).0.receipt.receipt.charge;
			rule(audit, outcome);
			assert_eq!(MockPool::bond(PROVIDERS[0]), bond);
			assert_eq!(Payouts::<Test>::get(id, 0).unwrap().strikes.to_vec(), [0]);
			// Struck receipts have had their audit.
			let (item, its) = place(&tree, 0);
			assert_noop!(ask(CLIENT, id, &item, &its), Error::AlreadyStruck);
			blocks(40);
			assert_eq!(Channels::batch(id).unwrap().state, BatchState::Settled);
			assert_eq!(free(CLIENT) + held(CLIENT), START - 1_000 + charge);
		});
	}
}

#[test]
fn each_answer_should_be_audited_beside_the_lots_sample() {
	run(|| {
		let channel = open(CLIENT);
		let (tree, id) = two(channel);
		let both = [asked(id, &tree, 0), asked(id, &tree, 1)];
		assert_eq!(waits_for(id), 2);
		blocks(DRAW);
		// One of them is the lot's: it is audited already.
		let drawn = show(&tree, id);
		assert!(both.contains(&drawn));
		assert_eq!(Payouts::<Test>::get(id, 0).unwrap().sample, Sample::Over);
		assert_eq!(Audits::sampled().len(), 2);
		rule(both[0], AuditOutcome::Accepted);
		to_block(60);
		assert_eq!(Channels::batch(id).unwrap().state, BatchState::Waiting);
		// A second time, while the samples could be shown, it would be another audit; now it is too late.
		let (item, its) = place(&tree, 0);
		assert_noop!(ask(CLIENT, id, &item, &its), Error::SampleTooLate);
		rule(both[1], WRONG);
		blocks(12);
		assert_eq!(Channels::batch(id).unwrap().state, BatchState::Settled);
	});
}

#[test]
fn lot_should_still_fall_on_what_no_client_has_asked_for() {
	run(|| {
		let channel = open(CLIENT);
		let (tree, id) = two(channel);
		let first = asked(id, &tree, 0);
		rule(first, AuditOutcome::Accepted);
		blocks(DRAW + 12);
		// Its gateway has shown nothing.
		assert!(events().contains(&Event::SampleWithheld { batch: id, total: 0 }));
	});
}

#[test]
fn request_should_be_refused_when_it_is_not_the_clients_or_nothing_can_be_audited() {
	run(|| {
		let (tree, id) = undrawn();
		let (item, its) = place(&tree, 0);
		for origin in [RuntimeOrigin::root(), RuntimeOrigin::none()] {
			let (item, its) = (Box::new(item.clone()), Box::new(its));
			let called = Channels::audit_receipt(origin, id, item, its, AUDIT_FEE);
			assert_noop!(called, DispatchError::BadOrigin);
		}
		for who in [OTHER_CLIENT, GATEWAY, PROVIDERS[0]] {
			assert_noop!(ask(who, id, &item, &its), Error::NotClient);
		}
		assert_noop!(ask(CLIENT, H256::zero(), &item, &its), Error::UnknownBatch);
		assert_noop!(ask(CLIENT, id, &item, &request(7)), Error::RequestDiffers);
		let beyond = Item { total: 9, ..item.clone() };
		assert_noop!(ask(CLIENT, id, &beyond, &its), Error::UnknownTotal);
		let forged = Item { index: 1, ..item.clone() };
		assert_noop!(ask(CLIENT, id, &forged, &its), Error::ItemUnproven);
		let (boxed, asked) = (Box::new(item.clone()), Box::new(its));
		let cheap = Channels::audit_receipt(signed(CLIENT), id, boxed, asked, AUDIT_FEE - 1);
		assert_noop!(cheap, DispatchError::Exhausted);
		assert_ok!(ask(CLIENT, id, &item, &its));
		assert_noop!(ask(CLIENT, id, &item, &its), DispatchError::Unavailable);
		rule(its.hash(), AuditOutcome::Accepted);
		assert_ok!(<Channels as AuditedBatches<_>>::strike(&id, &item, Fault::Repeated));
		assert_noop!(ask(CLIENT, id, &item, &its), Error::AlreadyStruck);
		let why = Rejection::Leaves;
		assert_ok!(<Channels as AuditedBatches<_>>::reject(&id, why, 0));
		let (item, its) = place(&tree, 1);
		assert_noop!(ask(CLIENT, id, &item, &its), Error::NotWaiting);
	});
}

#[test]
fn request_should_be_refused_when_the_answer_can_not_be_computed_again() {
	run(|| {
		let channel = open(CLIENT);
		// Of a model whose answers are never audited.
		Audits::set_terms(SampleTerms::default());
		let tree = tree([answer(1, channel, 600)]);
		let id = commit(&tree, [claim(CLIENT, channel, 0, 600)]);
		let (item, its) = place(&tree, 0);
		assert_noop!(ask(CLIENT, id, &item, &its), Error::NotAuditable);
		type Change = fn(&mut Receipt<AccountId>);
		let changes: [(u8, Change); 3] = [
			(2, |it| it.commitment = None),
			(3, |it| it.finished_at = NOW - LIFE - 1),
			(4, |it| it.first_token_ms = u32::MAX),
		];
		for (n, change) in changes {
			let mut receipt = answer(n, channel, 100).receipt;
			change(&mut receipt);
			let (tree, id) = batch([sign(receipt)]);
			let (item, its) = place(&tree, 0);
			assert_noop!(ask(CLIENT, id, &item, &its), Error::NotAuditable);
		}
	});
}

#[test]
fn audit_should_end_though_its_batch_is_rejected_or_forgotten() {
	run(|| {
		let (tree, id) = undrawn();
		let audits = [asked(id, &tree, 0), asked(id, &tree, 1)];
		assert_ok!(<Channels as AuditedBatches<_>>::reject(&id, Rejection::Leaves, 0));
		check();
		assert_eq!(rule(audits[0], WRONG), 30);
		blocks(RETENTION + 10);
		assert_eq!(Channels::batch(id), None);
		assert_eq!(rule(audits[1], WRONG), 30);
		assert_eq!(MockPool::bond(PROVIDERS[0]), Balance::MAX - 4_000);
	});
}

#[test]
fn request_should_weigh_what_its_audit_does_too() {
	run(|| {
		let (tree, id) = undrawn();
		let (item, its) = place(&tree, 0);
		let call = Call::<Test>::audit_receipt {
			batch: id,
			item: Box::new(item),
			request: Box::new(its),
			max_fee: 1,
		};
		let weight = frame_support::dispatch::GetDispatchInfo::get_dispatch_info(&call).call_weight;
		assert!(weight.ref_time() >= 666, "{weight:?}");
	});
}
