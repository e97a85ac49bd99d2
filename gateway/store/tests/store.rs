//! Each function in each state, in both kinds of database.

mod common;

use common::*;
use reckon_gateway_store::*;
use reckon_primitives::Balance;
use sp_core::H256;
use std::task::Poll;

on_both!(
	admit_should_keep_all_of_it,
	admit_should_return_what_is_repeated,
	admit_should_refuse_when_voucher_or_key_are_wrong,
	admit_to_should_note_the_worker_of_what_is_new,
	dispatch_should_note_the_newest_worker,
	interrupted_should_note_the_first_start_since_the_request_was_handed_out,
	finish_should_charge_once,
	finish_should_begin_where_the_caller_says_when_the_store_knows_less,
	finish_should_keep_the_voucher_that_covers_most,
	finish_should_refuse_when_receipt_or_charge_are_not_the_voucher_s,
	fail_should_charge_nothing,
	lists_should_be_in_order_and_not_longer_than_asked,
	batch_should_write_nothing_when_one_of_it_is_wrong,
	batch_should_keep_the_order_when_it_is_large,
	batch_should_leave_nothing_when_one_of_many_is_wrong,
	batch_should_be_partial_when_noting_it_is_cut_off,
	batch_should_go_through_its_states,
	dissolve_should_give_the_batch_s_requests_back,
	settled_should_fail_the_batch_s_requests_when_it_is_rejected,
	keys_should_be_kept_limited_and_revoked,
	session_should_be_one_for_each_owner,
	prune_should_forget_what_has_ended,
	file_should_be_seen_by_its_owner_once_it_is_sealed,
	file_should_have_no_room_when_there_is_too_much,
	files_should_be_listed_in_pages,
	bulk_should_go_through_its_states,
	bulk_should_be_refused_when_there_is_no_file_or_too_many,
	bulk_should_be_there_once_when_its_client_repeats_itself,
	line_should_be_noted_once,
	file_should_stay_while_a_bulk_reads_it,
	sweep_should_forget_what_has_expired,
	texts_should_come_back_when_they_are_sql,
	everything_should_be_there_when_it_is_opened_again,
	bind_should_refuse_when_it_is_another_s,
);

async fn admit_should_keep_all_of_it(place: &Place) {
	let store = place.open().await;
	store.put_key(&key(9)).await.unwrap();
	let admission = Admission {
		key: Some(key(9).id),
		repeat: Some(hash(77)),
		reserved: u128::MAX - 1,
		payload: (0..=255).collect(),
		..paid(1, CHANNEL, u16::MAX, u128::MAX)
	};
	assert_eq!(store.request(id(1)).await, Ok(None));
	assert_eq!(store.admit(&admission, 0).await, Ok(Admitted::New));
	assert_eq!(store.request(id(1)).await, Ok(Some(record(&admission))));
	assert_eq!(store.request(id(2)).await, Ok(None));
	assert_eq!(store.check().await, Ok(()));
}

async fn admit_should_return_what_is_repeated(place: &Place) {
	let store = place.open().await;
	let with = |n| Admission { repeat: Some(hash(1)), ..admission(n) };
	let repeats = |n| Ok(Admitted::Repeats(Box::new(record(&with(n)))));
	assert_eq!(store.admit(&with(1), 0).await, Ok(Admitted::New));
	assert_eq!(store.admit(&with(1), u64::MAX).await, repeats(1), "its id is there");
	// The first came at 1,001.
	assert_eq!(store.admit(&with(2), 1_001).await, repeats(1));
	assert_eq!(store.request(id(2)).await, Ok(None), "a repetition is not written");
	assert_eq!(store.admit(&with(3), 1_002).await, Ok(Admitted::New), "the first is too old");
	assert_eq!(store.admit(&with(4), 0).await, repeats(3), "the newest of two");
	assert_eq!(store.repeated(hash(1)).await, Ok(Some(record(&with(3)))));
	assert_eq!(store.repeated(hash(2)).await, Ok(None));
	assert_eq!(store.fail(id(3), "no worker", 9).await, Ok(true));
	assert_eq!(store.admit(&with(4), 0).await, repeats(1), "the newest that has not failed");
	assert_eq!(store.fail(id(1), "no worker", 9).await, Ok(true));
	assert_eq!(store.repeated(hash(1)).await, Ok(None), "all have failed");
	assert_eq!(store.admit(&with(4), 0).await, Ok(Admitted::New), "all before have failed");
	let failed = match store.admit(&with(1), 0).await.unwrap() {
		Admitted::Repeats(record) => record.state,
		Admitted::New => panic!("an id is there once"),
	};
	assert_eq!(failed, State::Failed("no worker".into()));
	assert_eq!(store.admit(&admission(5), 0).await, Ok(Admitted::New), "it repeats nothing");
	let itself = Admission { repeat: Some(id(6)), ..admission(6) };
	assert_eq!(store.admit(&itself, 0).await, Ok(Admitted::New), "its own name");
}

async fn admit_should_refuse_when_voucher_or_key_are_wrong(place: &Place) {
	let store = place.open().await;
	let foreign = Admission { voucher: admission(2).voucher, ..admission(1) };
	let why = format!("the voucher for {:?} is for another request", id(1));
	assert_eq!(refused(store.admit(&foreign, 0).await), why);
	let keyless = Admission { key: Some(hash(8)), ..admission(1) };
	assert_eq!(refused(store.admit(&keyless, 0).await), format!("there is no key {:?}", hash(8)));
	assert_eq!(store.unfinished().await, Ok(vec![]));
}

async fn admit_to_should_note_the_worker_of_what_is_new(place: &Place) {
	let store = place.open().await;
	let with = |n| Admission { repeat: Some(hash(1)), ..admission(n) };
	let mut expected = record(&with(1));
	expected.state = State::Dispatched;
	expected.worker = Some(public(1));
	expected.times.dispatched = Some(2_000);
	assert_eq!(store.admit_to(&with(1), 0, public(1), 2_000).await, Ok(Admitted::New));
	assert_eq!(store.request(id(1)).await, Ok(Some(expected.clone())));
	let repeats = Ok(Admitted::Repeats(Box::new(expected.clone())));
	for n in [1, 2] {
		assert_eq!(store.admit_to(&with(n), 0, public(2), 3_000).await, repeats);
	}
	assert_eq!(store.unfinished().await, Ok(vec![expected]), "what is repeated keeps its worker");
	let foreign = Admission { voucher: admission(4).voucher, ..admission(3) };
	let why = format!("the voucher for {:?} is for another request", id(3));
	assert_eq!(refused(store.admit_to(&foreign, 0, public(1), 2_000).await), why);
	assert_eq!(store.request(id(3)).await, Ok(None));
}

async fn dispatch_should_note_the_newest_worker(place: &Place) {
	let store = place.open().await;
	let why = format!("no request {:?} waits for an answer", id(1));
	assert_eq!(refused(store.dispatch(id(1), public(1), 5).await), why, "never admitted");
	store.admit(&admission(1), 0).await.unwrap();
	assert_eq!(store.dispatch(id(1), public(1), 2_000).await, Ok(()));
	assert_eq!(store.dispatch(id(1), public(2), 3_000).await, Ok(()));
	let mut expected = record(&admission(1));
	expected.state = State::Dispatched;
	expected.worker = Some(public(2));
	expected.times.dispatched = Some(3_000);
	assert_eq!(store.request(id(1)).await, Ok(Some(expected.clone())));

	let answer = answer(&admission(1), 10);
	assert_eq!(store.finish(id(1), &answer, 0, 4_000).await, Ok(true));
	assert_eq!(refused(store.dispatch(id(1), public(3), 5_000).await), why, "answered");
	expected.state = State::Receipted;
	expected.answer = Some(answer);
	expected.times.answered = Some(4_000);
	assert_eq!(store.request(id(1)).await, Ok(Some(expected)));

	store.admit(&admission(2), 0).await.unwrap();
	store.fail(id(2), "late", 5_000).await.unwrap();
	let why = format!("no request {:?} waits for an answer", id(2));
	assert_eq!(refused(store.dispatch(id(2), public(3), 5_000).await), why, "failed");
}

async fn interrupted_should_note_the_first_start_since_the_request_was_handed_out(place: &Place) {
	let store = place.open().await;
	for n in 1..=3 {
		store.admit(&admission(n), 0).await.unwrap();
	}
	store.dispatch(id(1), public(1), 2_000).await.unwrap();
	store.dispatch(id(2), public(1), 2_000).await.unwrap();
	store.finish(id(2), &answer(&admission(2), 10), 0, 2_500).await.unwrap();
	let since = async |n| store.request(id(n)).await.unwrap().unwrap().times.interrupted;
	store.interrupted(3_000).await.unwrap();
	assert_eq!([since(1).await, since(2).await, since(3).await], [Some(3_000), None, None]);
	// Another stop does not begin the wait anew.
	store.interrupted(4_000).await.unwrap();
	assert_eq!(since(1).await, Some(3_000));
	// A worker has it again, until the next one.
	store.dispatch(id(1), public(2), 5_000).await.unwrap();
	assert_eq!(since(1).await, None);
	store.interrupted(6_000).await.unwrap();
	assert_eq!(since(1).await, Some(6_000));
}

async fn finish_should_charge_once(place: &Place) {
	let store = place.open().await;
	store.put_key(&key(9)).await.unwrap();
	let first = Admission { key: Some(key(9).id), ..paid(1, CHANNEL, 3, u128::MAX) };
	let second = Admission { key: Some(key(9).id), ..paid(2, CHANNEL, 3, u128::MAX) };
	let large = u128::MAX - 0xffff_ffff_ffff_fff1;
	assert_eq!(store.finish(id(1), &answer(&first, large), 0, 5).await, Ok(false), "not admitted");
	store.admit(&first, 0).await.unwrap();
	store.admit(&second, 0).await.unwrap();
	assert_eq!(store.lanes(CHANNEL).await, Ok(vec![]));
	assert_eq!(store.finish(id(1), &answer(&first, large), 0, 5).await, Ok(true));
	assert_eq!(store.finish(id(1), &answer(&first, large), 0, 6).await, Ok(false), "before");
	assert_eq!(store.finish(id(1), &answer(&first, 7), 0, 6).await, Ok(false), "before");
	assert_eq!(store.fail(id(1), "late", 7).await, Ok(false), "answered");
	let lane = |spent, voucher| Lane { lane: 3, spent, voucher };
	assert_eq!(store.lanes(CHANNEL).await, Ok(vec![lane(large, first.voucher)]));
	assert_eq!(store.finish(id(2), &answer(&second, 2), 0, 8).await, Ok(true));
	assert_eq!(store.lanes(CHANNEL).await, Ok(vec![lane(large + 2, second.voucher)]));
	assert_eq!(store.lanes(hash(1)).await, Ok(vec![]), "another channel");
	assert_eq!(store.key(key(9).id).await.unwrap().unwrap().spent, large + 2);
}

async fn finish_should_begin_where_the_caller_says_when_the_store_knows_less(place: &Place) {
	let store = place.open().await;
	let mut spent = 0;
	for (n, before, from) in [(1, 500, 500), (2, 0, 510), (3, 519, 520), (4, 700, 700)] {
		let admission = paid(n, CHANNEL, 0, 2_000);
		store.admit(&admission, 0).await.unwrap();
		assert_eq!(store.finish(id(n), &answer(&admission, 10), before, n).await, Ok(true));
		spent = from + 10;
		assert_eq!(store.lanes(CHANNEL).await.unwrap()[0].spent, spent, "after {n}");
	}
	assert_eq!(spent, 710);
	let admission = paid(5, CHANNEL, 0, 2_000);
	store.admit(&admission, 0).await.unwrap();
	let uncovered = store.finish(id(5), &answer(&admission, 10), 1_991, 5).await;
	assert!(matches!(uncovered, Err(StoreError::Refused(_))), "{uncovered:?}");
}

async fn finish_should_keep_the_voucher_that_covers_most(place: &Place) {
	let store = place.open().await;
	let mut spent = 0;
	for (n, cumulative, newest) in [(1, 500, 1), (2, 900, 2), (3, 700, 2), (4, 900, 4)] {
		let admission = paid(n, CHANNEL, 0, cumulative);
		store.admit(&admission, 0).await.unwrap();
		assert_eq!(store.finish(id(n), &answer(&admission, 100), 0, n).await, Ok(true));
		spent += 100;
		let lanes = store.lanes(CHANNEL).await.unwrap();
		assert_eq!(lanes[0].spent, spent);
		assert_eq!(lanes[0].voucher.voucher.request, id(newest), "after {n}");
	}
}

async fn finish_should_refuse_when_receipt_or_charge_are_not_the_voucher_s(place: &Place) {
	let store = place.open().await;
	let admission = admission(1);
	store.admit(&admission, 0).await.unwrap();
	let right = answer(&admission, 1_000);
	let why = format!("the receipt for {:?} is about another request", id(1));
	for wrong in 0..3 {
		let mut answer = right.clone();
		let receipt = &mut answer.receipt.receipt;
		match wrong {
			0 => receipt.request = id(2),
			1 => receipt.channel = hash(9),
			_ => receipt.lane += 1,
		}
		assert_eq!(refused(store.finish(id(1), &answer, 0, 5).await), why);
	}
	let why = format!("no voucher covers the charge for {:?}", id(1));
	for charge in [1_001, u128::MAX] {
		let dear = common::answer(&admission, charge);
		assert_eq!(refused(store.finish(id(1), &dear, 0, 5).await), why);
	}
	assert_eq!(store.lanes(CHANNEL).await, Ok(vec![]), "nothing is charged");
	assert_eq!(store.request(id(1)).await, Ok(Some(record(&admission))));
	assert_eq!(store.finish(id(1), &right, 0, 5).await, Ok(true), "exactly what it covers");
	let next = paid(2, CHANNEL, 1, 1_500);
	store.admit(&next, 0).await.unwrap();
	let why = format!("no voucher covers the charge for {:?}", id(2));
	assert_eq!(refused(store.finish(id(2), &answer(&next, u128::MAX), 0, 5).await), why);
	assert_eq!(refused(store.finish(id(2), &answer(&next, 501), 0, 5).await), why);
	assert_eq!(store.finish(id(2), &answer(&next, 500), 0, 5).await, Ok(true));
}

async fn fail_should_charge_nothing(place: &Place) {
	let store = place.open().await;
	assert_eq!(store.fail(id(1), "late", 5).await, Ok(false), "not admitted");
	store.admit(&admission(1), 0).await.unwrap();
	store.dispatch(id(1), public(1), 2_000).await.unwrap();
	assert_eq!(store.fail(id(1), "no \"worker\"\0 left", 3_000).await, Ok(true));
	assert_eq!(store.fail(id(1), "another", 4_000).await, Ok(false), "before");
	assert_eq!(store.finish(id(1), &answer(&admission(1), 10), 0, 5_000).await, Ok(false));
	let mut expected = record(&admission(1));
	expected.state = State::Failed("no \"worker\"\0 left".into());
	expected.worker = Some(public(1));
	expected.times.dispatched = Some(2_000);
	expected.times.failed = Some(3_000);
	assert_eq!(store.request(id(1)).await, Ok(Some(expected)));
	assert_eq!(store.lanes(CHANNEL).await, Ok(vec![]));
	assert_eq!(store.unbatched(10).await, Ok(vec![]));
}

async fn lists_should_be_in_order_and_not_longer_than_asked(place: &Place) {
	let store = place.open().await;
	store.put_key(&key(9)).await.unwrap();
	let of_key = |n| Admission { key: Some(key(9).id), ..admission(n) };
	for n in 1..=5 {
		store.admit(&of_key(n), 0).await.unwrap();
	}
	store.admit(&admission(6), 0).await.unwrap();
	let ids = |records: Vec<Record>| -> Vec<H256> {
		records.iter().map(|record| record.admission.request.hash()).collect()
	};
	let named = |numbers: &[u64]| -> Vec<H256> { numbers.iter().map(|n| id(*n)).collect() };
	assert_eq!(ids(store.unfinished().await.unwrap()), named(&[1, 2, 3, 4, 5, 6]));
	assert_eq!(ids(store.requests_of(key(9).id, 3).await.unwrap()), named(&[5, 4, 3]));
	assert_eq!(ids(store.requests_of(key(9).id, 9).await.unwrap()), named(&[5, 4, 3, 2, 1]));
	assert_eq!(store.requests_of(key(8).id, 9).await, Ok(vec![]));
	// The first is answered last, two at the same time.
	for (n, at) in [(1, 30), (5, 20), (3, 20), (4, 10)] {
		store.finish(id(n), &answer(&of_key(n), 10), 0, at).await.unwrap();
	}
	let receipts = |numbers: &[u64]| -> Vec<_> {
		numbers.iter().map(|n| answer(&of_key(*n), 10).receipt).collect()
	};
	assert_eq!(store.unbatched(9).await, Ok(receipts(&[4, 3, 5, 1])));
	assert_eq!(store.unbatched(2).await, Ok(receipts(&[4, 3])));
	assert_eq!(ids(store.unfinished().await.unwrap()), named(&[2, 6]));
}

async fn batch_should_write_nothing_when_one_of_it_is_wrong(place: &Place) {
	let store = place.open().await;
	for n in 1..=4 {
		answered(&*store, n).await;
	}
	store.admit(&admission(5), 0).await.unwrap();
	store.batch(hash(1), &[id(4)], 20_000).await.unwrap();
	let waits = |n| format!("no request {:?} waits for a batch", id(n));
	let attempts: [(&[RequestId], String); 5] = [
		(&[id(1), id(4)], waits(4)),
		(&[id(1), id(5)], waits(5)),
		(&[id(1), id(6)], waits(6)),
		(&[id(1), id(2), id(1)], waits(1)),
		(&[], format!("the batch {:?} is empty", hash(2))),
	];
	for (requests, why) in attempts {
		assert_eq!(refused(store.batch(hash(2), requests, 20_001).await), why);
	}
	let why = format!("there is a batch {:?} already", hash(1));
	assert_eq!(refused(store.batch(hash(1), &[id(1)], 20_001).await), why);
	assert_eq!(store.batch_of(hash(2)).await, Ok(None));
	assert_eq!(store.unbatched(9).await.unwrap().len(), 3);
	assert_eq!(store.request(id(1)).await.unwrap().unwrap().state, State::Receipted);
	assert_eq!(store.receipts_of(hash(1)).await.unwrap().len(), 1);
}

async fn batch_should_keep_the_order_when_it_is_large(place: &Place) {
	let store = place.open().await;
	let mut receipts = Vec::new();
	for n in 0..600 {
		receipts.push(answered(&*store, n).await.receipt);
	}
	receipts.reverse();
	let ids: Vec<_> = receipts.iter().map(|receipt| receipt.receipt.request).collect();
	store.batch(hash(1), &ids, 20_000).await.unwrap();
	assert_eq!(store.receipts_of(hash(1)).await, Ok(receipts));
	assert_eq!(store.unbatched(1).await, Ok(vec![]));
}

async fn batch_should_leave_nothing_when_one_of_many_is_wrong(place: &Place) {
	let store = place.open().await;
	for n in 0..600 {
		answered(&*store, n).await;
	}
	let waiting = store.unbatched(u32::MAX).await.unwrap();
	let ids: Vec<_> = (0..=600).map(id).collect();
	let why = format!("no request {:?} waits for a batch", id(600));
	assert_eq!(refused(store.batch(hash(1), &ids, 20_000).await), why);
	assert_eq!(store.batch_of(hash(1)).await, Ok(None));
	assert_eq!(store.unbatched(u32::MAX).await, Ok(waiting));
}

async fn batch_should_be_partial_when_noting_it_is_cut_off(place: &Place) {
	let store = place.open().await;
	for n in 0..600 {
		answered(&*store, n).await;
	}
	let waiting = store.unbatched(u32::MAX).await.unwrap();
	let ids: Vec<_> = (0..600).map(id).collect();
	let root = hash(1);
	let partial = Batch { root, state: BatchState::Partial, created: 20_000 };
	// How far it comes before it is cut off is the threads' matter: it is tried until that is in the middle.
	let mut is_partial = false;
	for _ in 0..100 {
		let (mut noting, mut polls) = (store.batch(root, &ids, 20_000), 0);
		// The first one sends its beginning off, the second one a part, or more.
		std::future::poll_fn(|cx| {
			polls += 1;
			match noting.as_mut().poll(cx) {
				Poll::Pending if polls < 2 => Poll::Pending,
				_ => Poll::Ready(()),
			}
		})
		.await;
		drop(noting);
		// What was sent off is done before this.
		store.check().await.unwrap();
		is_partial = store.open_batches().await.unwrap() == [partial.clone()];
		if is_partial {
			break;
		}
		store.dissolve(root).await.unwrap();
	}
	assert!(is_partial);

	let left = store.unbatched(u32::MAX).await.unwrap();
	assert!(left.len() < waiting.len() && waiting.ends_with(&left), "{}", left.len());
	let record = store.request(id(1)).await.unwrap().unwrap();
	assert_eq!((record.state, record.batch), (State::Receipted, None), "nobody sees a part");
	assert_eq!(record.times.batched, None);
	assert_eq!(store.receipts_of(root).await, Ok(vec![]));
	let why = format!("no batch {root:?} waits for the chain");
	assert_eq!(refused(store.committed(root, hash(0xb), 30_000).await), why);
	assert_eq!(store.dissolve(root).await, Ok(()));
	assert_eq!(store.open_batches().await, Ok(vec![]));
	assert_eq!(store.unbatched(u32::MAX).await, Ok(waiting));
	assert_eq!(store.batch(root, &ids, 20_001).await, Ok(()), "the same again");
	assert_eq!(store.unbatched(1).await, Ok(vec![]));
}

async fn batch_should_go_through_its_states(place: &Place) {
	let store = place.open().await;
	for n in 1..=3 {
		answered(&*store, n).await;
	}
	let (root, other, chain_id) = (hash(1), hash(2), hash(0xb));
	let waits_for_chain = |root| format!("no batch {root:?} waits for the chain");
	let waits_for_end = |root| format!("no batch {root:?} waits for its end");
	assert_eq!(refused(store.committed(root, chain_id, 1).await), waits_for_chain(root));
	assert_eq!(refused(store.settled(root, None, 1).await), waits_for_end(root));
	assert_eq!(refused(store.dissolve(root).await), waits_for_chain(root));

	store.batch(root, &[id(2), id(1)], 20_000).await.unwrap();
	store.batch(other, &[id(3)], 20_001).await.unwrap();
	let batch = |root, state, created| Batch { root, state, created };
	let second = batch(other, BatchState::Prepared, 20_001);
	let prepared = batch(root, BatchState::Prepared, 20_000);
	assert_eq!(store.open_batches().await, Ok(vec![prepared.clone(), second.clone()]));
	assert_eq!(store.batch_of(root).await, Ok(Some(prepared)));
	assert_eq!(refused(store.settled(root, None, 1).await), waits_for_end(root));
	let batched = store.request(id(1)).await.unwrap().unwrap();
	assert_eq!((batched.state, batched.batch), (State::Batched, Some(root)));
	assert_eq!(batched.times.batched, Some(20_000));

	assert_eq!(store.committed(root, chain_id, 30_000).await, Ok(()));
	assert_eq!(store.committed(root, chain_id, 30_001).await, Ok(()), "told before");
	assert_eq!(refused(store.committed(root, hash(0xc), 30_001).await), waits_for_chain(root));
	assert_eq!(refused(store.dissolve(root).await), waits_for_chain(root));
	let committed = batch(root, BatchState::Committed(chain_id), 20_000);
	assert_eq!(store.batch_of(chain_id).await, Ok(Some(committed.clone())));
	assert_eq!(store.open_batches().await, Ok(vec![committed, second.clone()]));

	assert_eq!(store.settled(root, None, 40_000).await, Ok(()));
	assert_eq!(store.settled(root, None, 40_001).await, Ok(()), "told before");
	assert_eq!(refused(store.settled(root, Some("forged"), 40_001).await), waits_for_end(root));
	assert_eq!(store.committed(root, chain_id, 40_001).await, Ok(()), "told before");
	assert_eq!(store.open_batches().await, Ok(vec![second]));
	let settled = batch(root, BatchState::Settled(chain_id), 20_000);
	assert_eq!(store.batch_of(root).await, Ok(Some(settled)));
	for n in [1, 2] {
		let record = store.request(id(n)).await.unwrap().unwrap();
		assert_eq!(record.state, State::Settled);
		assert_eq!(record.times.settled, Some(40_000));
		assert_eq!(record.batch, Some(root));
	}
	assert_eq!(store.request(id(3)).await.unwrap().unwrap().state, State::Batched);
	assert_eq!(store.receipts_of(root).await.unwrap().len(), 2, "they can be served");
}

async fn dissolve_should_give_the_batch_s_requests_back(place: &Place) {
	let store = place.open().await;
	let mut receipts = Vec::new();
	for n in 1..=3 {
		receipts.push(answered(&*store, n).await.receipt);
	}
	let before = store.request(id(1)).await.unwrap();
	store.batch(hash(1), &[id(1), id(2)], 20_000).await.unwrap();
	store.batch(hash(2), &[id(3)], 20_000).await.unwrap();
	assert_eq!(store.dissolve(hash(1)).await, Ok(()));
	assert_eq!(store.batch_of(hash(1)).await, Ok(None));
	assert_eq!(store.unbatched(9).await, Ok(receipts[..2].to_vec()));
	assert_eq!(store.request(id(1)).await, Ok(before));
	assert_eq!(store.request(id(3)).await.unwrap().unwrap().batch, Some(hash(2)));
	assert_eq!(store.batch(hash(1), &[id(1)], 20_001).await, Ok(()), "the same root again");
}

async fn settled_should_fail_the_batch_s_requests_when_it_is_rejected(place: &Place) {
	let store = place.open().await;
	for n in 1..=2 {
		answered(&*store, n).await;
	}
	store.batch(hash(1), &[id(1)], 20_000).await.unwrap();
	store.batch(hash(2), &[id(2)], 20_000).await.unwrap();
	store.committed(hash(1), hash(0xb), 30_000).await.unwrap();
	store.committed(hash(2), hash(0xc), 30_000).await.unwrap();
	let lanes = store.lanes(CHANNEL).await.unwrap();
	assert_eq!(store.settled(hash(1), Some("forged"), 40_000).await, Ok(()));
	assert_eq!(store.settled(hash(1), Some("forged"), 40_001).await, Ok(()), "told before");
	let why = format!("no batch {:?} waits for its end", hash(1));
	assert_eq!(refused(store.settled(hash(1), Some("other"), 40_001).await), why);
	assert_eq!(refused(store.settled(hash(1), None, 40_001).await), why);
	let failed = store.request(id(1)).await.unwrap().unwrap();
	assert_eq!(failed.state, State::Failed("forged".into()));
	assert_eq!(failed.times.failed, Some(40_000));
	assert_eq!(store.request(id(2)).await.unwrap().unwrap().state, State::Batched);
	let rejected = BatchState::Rejected(hash(0xb), "forged".into());
	assert_eq!(store.batch_of(hash(1)).await.unwrap().unwrap().state, rejected);
	assert_eq!(store.lanes(CHANNEL).await, Ok(lanes), "the chain has taken it all the same");
	assert_eq!(store.open_batches().await.unwrap().len(), 1);
}

async fn keys_should_be_kept_limited_and_revoked(place: &Place) {
	let store = place.open().await;
	let full = Key { limit: u128::MAX, spent: u128::MAX - 1, revoked: Some(7), ..key(3) };
	for key in [&key(2), &key(1), &full, &Key { owner: account(2), ..key(4) }] {
		assert_eq!(store.put_key(key).await, Ok(()));
	}
	let why = format!("there is a key {:?} already", key(2).id);
	assert_eq!(refused(store.put_key(&Key { spent: 9, ..key(2) }).await), why);
	assert_eq!(store.key(key(2).id).await, Ok(Some(key(2))));
	assert_eq!(store.key(hash(1)).await, Ok(None));
	assert_eq!(store.keys_of(&account(1)).await, Ok(vec![key(1), key(2), full]));
	assert_eq!(store.keys_of(&account(9)).await, Ok(vec![]));

	assert_eq!(store.revoke(key(1).id, &account(2), 5).await, Ok(false), "another's");
	assert_eq!(store.revoke(hash(1), &account(1), 5).await, Ok(false), "none");
	assert_eq!(store.revoke(key(1).id, &account(1), 5).await, Ok(true));
	assert_eq!(store.revoke(key(1).id, &account(1), 6).await, Ok(true), "for good");
	assert_eq!(store.key(key(1).id).await.unwrap().unwrap().revoked, Some(5));
	assert_eq!(store.key(key(2).id).await.unwrap().unwrap().revoked, None);

	assert_eq!(store.limit(key(1).id, Balance::MAX).await, Ok(true));
	assert_eq!(store.limit(hash(1), 1).await, Ok(false));
	assert_eq!(store.key(key(1).id).await.unwrap().unwrap().limit, Balance::MAX);
	assert_eq!(store.key(key(2).id).await.unwrap().unwrap().limit, 1_000_000);

	// A key that has spent all that a number holds is still a key: its limit has long refused it.
	let admission = Admission { key: Some(key(3).id), ..admission(1) };
	store.admit(&admission, 0).await.unwrap();
	assert_eq!(store.finish(id(1), &answer(&admission, 100), 0, 5).await, Ok(true));
	assert_eq!(store.key(key(3).id).await.unwrap().unwrap().spent, Balance::MAX);
}

async fn session_should_be_one_for_each_owner(place: &Place) {
	let store = place.open().await;
	let session =
		|owner, n: u8| Session { owner: account(owner), public: public(n), seed: [n; 32] };
	assert_eq!(store.session(&session(1, 1)).await, Ok(session(1, 1)));
	assert_eq!(store.session(&session(1, 2)).await, Ok(session(1, 1)), "the first stays");
	assert_eq!(store.session(&session(2, 3)).await, Ok(session(2, 3)));
	let why = format!("the session key {} is another account's", public(1));
	assert_eq!(refused(store.session(&session(3, 1)).await), why);
	assert_eq!(store.session_of(public(1)).await, Ok(Some(session(1, 1))));
	assert_eq!(store.session_of(public(2)).await, Ok(None));
	assert_eq!(format!("{:?}", session(1, 1)), format!("Session({})", public(1)), "no seed");
}

async fn prune_should_forget_what_has_ended(place: &Place) {
	let store = place.open().await;
	for n in 1..=4 {
		answered(&*store, n).await;
	}
	for n in 5..=7 {
		store.admit(&admission(n), 0).await.unwrap();
	}
	store.fail(id(5), "late", 1_000).await.unwrap();
	store.fail(id(6), "late", 40_000).await.unwrap();
	store.batch(hash(1), &[id(1)], 20_000).await.unwrap();
	store.batch(hash(2), &[id(2)], 20_000).await.unwrap();
	store.batch(hash(3), &[id(3)], 20_000).await.unwrap();
	store.committed(hash(1), hash(0xb), 20_000).await.unwrap();
	store.committed(hash(2), hash(0xc), 20_000).await.unwrap();
	store.settled(hash(1), None, 30_000).await.unwrap();
	let lanes = store.lanes(CHANNEL).await.unwrap();

	assert_eq!(store.prune(1_000).await, Ok(0), "at its time it stays");
	assert_eq!(store.prune(30_001).await, Ok(2), "the settled one, and what failed early");
	assert_eq!(store.request(id(1)).await, Ok(None));
	assert_eq!(store.request(id(5)).await, Ok(None));
	assert_eq!(store.batch_of(hash(1)).await, Ok(None));
	for n in [2, 3, 4, 6, 7] {
		assert!(store.request(id(n)).await.unwrap().is_some(), "{n}");
	}
	assert_eq!(store.prune(u64::MAX).await, Ok(1), "what has failed");
	assert_eq!(store.open_batches().await.unwrap().len(), 2, "they have not ended");
	assert_eq!(store.lanes(CHANNEL).await, Ok(lanes), "what was charged is charged");

	for n in 1_000..3_500 {
		store.admit(&admission(n), 0).await.unwrap();
		store.fail(id(n), "late", 50_000).await.unwrap();
	}
	assert_eq!(store.prune(50_001).await, Ok(2_500), "more than are forgotten at once");

	// Batches with more than that, one of them rejected, and a small one in between.
	let mut next = 10_000;
	for (root, count, reason) in [(20, 300, None), (21, 3, Some("forged")), (22, 512, Some("late"))]
	{
		let ids: Vec<_> = (next..next + count).map(id).collect();
		for n in next..next + count {
			answered(&*store, n).await;
		}
		next += count;
		store.batch(hash(root), &ids, 20_000).await.unwrap();
		store.committed(hash(root), hash(root + 100), 30_000).await.unwrap();
		store.settled(hash(root), reason, 60_000 + root).await.unwrap();
	}
	store.admit(&admission(next), 0).await.unwrap();
	store.fail(id(next), "late", 60_000).await.unwrap();
	assert_eq!(store.prune(60_022).await, Ok(304), "a failed one, and two batches");
	assert_eq!(store.batch_of(hash(21)).await, Ok(None));
	assert_eq!(store.receipts_of(hash(22)).await.unwrap().len(), 512);
	assert_eq!(store.prune(60_023).await, Ok(512));
	assert_eq!(store.batch_of(hash(22)).await, Ok(None));
	assert_eq!(store.open_batches().await.unwrap().len(), 2);
	for n in 10_000..=next {
		assert_eq!(store.request(id(n)).await, Ok(None));
	}
}

async fn file_should_be_seen_by_its_owner_once_it_is_sealed(place: &Place) {
	let store = place.open().await;
	let why = format!("no file {:?} was begun", hash(1));
	assert_eq!(refused(store.seal_file(hash(1), 5).await), why);
	assert_eq!(refused(store.put_piece(hash(1), 0, b"x").await), why);
	assert_eq!(store.begin_file(&file(1), &ROOM).await, Ok(None));
	assert_eq!(
		refused(store.begin_file(&file(1), &ROOM).await),
		format!("there is a file {:?} already", hash(1))
	);
	for _ in 0..2 {
		store.put_piece(hash(1), 1, b"three").await.unwrap();
		store.put_piece(hash(1), 0, &[0, 255]).await.unwrap();
	}
	assert_eq!(store.file(hash(1), &account(1)).await, Ok(None), "it is not whole");
	let expected = File { bytes: 7, expires: 50_000, ..file(1) };
	assert_eq!(store.seal_file(hash(1), 50_000).await, Ok(expected.clone()));
	assert_eq!(refused(store.seal_file(hash(1), 50_000).await), why, "it is sealed");
	assert_eq!(store.file(hash(1), &account(1)).await, Ok(Some(expected)));
	assert_eq!(store.file(hash(1), &account(2)).await, Ok(None), "another's");
	let pieces = [(0, vec![0, 255]), (1, b"three".to_vec())];
	assert_eq!(store.pieces(hash(1), 0, 9).await, Ok(pieces.to_vec()));
	assert_eq!(store.pieces(hash(1), 0, 1).await, Ok(pieces[..1].to_vec()));
	assert_eq!(store.pieces(hash(1), 1, 9).await, Ok(pieces[1..].to_vec()));

	assert_eq!(refused(store.put_piece(hash(1), 2, b"x").await), why);
	store.begin_file(&file(2), &ROOM).await.unwrap();
	assert_eq!(store.seal_file(hash(2), 50_000).await.unwrap().bytes, 0);
}

async fn file_should_have_no_room_when_there_is_too_much(place: &Place) {
	let store = place.open().await;
	let room = |owner_files, owner_bytes, all_bytes| Room { owner_files, owner_bytes, all_bytes };
	let begun = async |n, room| store.begin_file(&file(n), &room).await;
	assert_eq!(begun(1, room(1, 9, 99)).await, Ok(Some(Full::OwnerBytes)));
	assert_eq!(begun(1, room(1, 10, 9)).await, Ok(Some(Full::AllBytes)));
	assert_eq!(begun(1, room(0, 10, 10)).await, Ok(Some(Full::OwnerFiles)));
	assert_eq!(begun(1, room(1, 10, 10)).await, Ok(None));
	// What is not there yet is counted as it may become.
	assert_eq!(begun(2, room(2, 19, 99)).await, Ok(Some(Full::OwnerBytes)));
	store.put_piece(hash(1), 0, b"1").await.unwrap();
	store.seal_file(hash(1), 50_000).await.unwrap();
	assert_eq!(begun(2, room(1, 11, 11)).await, Ok(Some(Full::OwnerFiles)));
	assert_eq!(begun(2, room(2, 11, 11)).await, Ok(None));
	let another = File { owner: account(2), ..file(3) };
	let refused = store.begin_file(&another, &room(1, 10, 20)).await;
	assert_eq!(refused, Ok(Some(Full::AllBytes)));
	// One that does not come, and one that is removed, leave room when they are swept.
	store.drop_file(hash(1)).await.unwrap();
	assert!(store.file(hash(1), &account(1)).await.unwrap().is_some(), "it is sealed");
	store.drop_file(hash(2)).await.unwrap();
	store.remove_file(hash(1), &account(1)).await.unwrap();
	store.sweep(1_000, 0).await.unwrap();
	assert_eq!(store.begin_file(&another, &room(1, 10, 10)).await, Ok(None));
}

async fn files_should_be_listed_in_pages(place: &Place) {
	let store = place.open().await;
	let mut files = Vec::new();
	for n in 1..=3 {
		files.push(uploaded(&*store, n).await);
	}
	store.begin_file(&file(4), &ROOM).await.unwrap();
	let listed = async |page| store.files_of(&account(1), None, page).await.unwrap();
	let backwards: Vec<_> = files.iter().rev().cloned().collect();
	assert_eq!(listed(newest(9)).await, backwards);
	assert_eq!(listed(newest(1)).await, backwards[..1]);
	let after = |n, oldest_first| Page { after: Some(hash(n)), limit: 9, oldest_first };
	assert_eq!(listed(after(2, false)).await, files[..1]);
	assert_eq!(listed(after(2, true)).await, files[2..]);
	assert_eq!(listed(Page { oldest_first: true, ..newest(2) }).await, files[..2]);
	assert_eq!(listed(after(77, true)).await, []);
	let of = async |purpose| store.files_of(&account(1), Some(purpose), newest(9)).await.unwrap();
	assert_eq!(of(Purpose::Input).await.len(), 3);
	assert_eq!(of(Purpose::Output).await, []);
	assert_eq!(store.files_of(&account(2), None, newest(9)).await, Ok(vec![]));
	assert_eq!(store.remove_file(hash(2), &account(2)).await, Ok(false), "another's");
	assert_eq!(store.remove_file(hash(2), &account(1)).await, Ok(true));
	assert_eq!(store.remove_file(hash(2), &account(1)).await, Ok(false));
	assert_eq!(listed(after(3, false)).await, files[..1]);
}

async fn bulk_should_go_through_its_states(place: &Place) {
	let store = place.open().await;
	for n in 1..=5 {
		uploaded(&*store, n).await;
		assert_eq!(store.put_bulk(&bulk(n), 0, 9, 9).await, Ok(bulk(n)));
	}
	let mut expected: Vec<_> = (1..=5).map(bulk).collect();
	assert_eq!(store.open_bulks().await, Ok(expected.iter().map(open_bulk).collect()));
	assert_eq!(store.bulk(hash(6)).await, Ok(None));
	assert_eq!(store.begin_bulk(hash(6), 1, 1).await, Ok(false));

	for n in [1, 2, 3] {
		assert_eq!(store.begin_bulk(hash(n), 2, 4_000).await, Ok(true));
		assert_eq!(store.begin_bulk(hash(n), 3, 5_000).await, Ok(false));
		let bulk = &mut expected[n as usize - 1];
		(bulk.state, bulk.total, bulk.begun) = (BulkState::InProgress, 2, Some(4_000));
	}
	for n in [3, 4] {
		assert_eq!(store.cancel_bulk(hash(n), 6_000).await, Ok(true));
		assert_eq!(store.cancel_bulk(hash(n), 7_000).await, Ok(false));
		let bulk = &mut expected[n as usize - 1];
		(bulk.state, bulk.cancelling) = (BulkState::Cancelling, Some(6_000));
	}
	assert_eq!(store.open_bulks().await, Ok(expected.iter().map(open_bulk).collect()));
	let ends = [
		(1, BulkEnd::Completed, BulkState::Completed),
		(2, BulkEnd::Expired, BulkState::Expired),
		// Its owner has ended it before.
		(3, BulkEnd::Completed, BulkState::Cancelled),
		(4, BulkEnd::Cancelled, BulkState::Cancelled),
		(5, BulkEnd::Failed("why".into()), BulkState::Failed),
	];
	for (n, end, state) in ends {
		assert_eq!(store.end_bulk(hash(n), &end, 8_000, 60_000).await, Ok(true));
		assert_eq!(store.end_bulk(hash(n), &BulkEnd::Completed, 9_000, 60_000).await, Ok(false));
		assert_eq!(store.cancel_bulk(hash(n), 9_000).await, Ok(false));
		let bulk = &mut expected[n as usize - 1];
		(bulk.state, bulk.ended) = (state, Some(8_000));
		bulk.errors = (n == 5).then(|| "why".into());
		assert_eq!(store.bulk(hash(n)).await, Ok(Some(bulk.clone())));
	}
	assert_eq!(store.open_bulks().await, Ok(vec![]));
	expected.reverse();
	assert_eq!(store.bulks_of(&account(1), newest(9)).await, Ok(expected.clone()));
	let page = Page { after: Some(hash(4)), limit: 2, oldest_first: false };
	assert_eq!(store.bulks_of(&account(1), page).await, Ok(expected[2..4].to_vec()));
	assert_eq!(store.bulks_of(&account(2), newest(9)).await, Ok(vec![]));
	assert_eq!(store.file(bulk(1).output, &account(1)).await, Ok(None), "there is nothing in it");
}

async fn bulk_should_be_refused_when_there_is_no_file_or_too_many(place: &Place) {
	let store = place.open().await;
	let why = format!("there is no file {:?} to read", hash(1));
	assert_eq!(refused(store.put_bulk(&bulk(1), 0, 1, 9).await), why);
	uploaded(&*store, 1).await;
	let foreign = Bulk { owner: account(2), ..bulk(1) };
	assert_eq!(refused(store.put_bulk(&foreign, 0, 1, 9).await), why);
	store.put_bulk(&bulk(1), 0, 1, 9).await.unwrap();
	let second = Bulk { id: hash(2), ..bulk(1) };
	let why = format!("{} has 1 open bulks and 1 in all", account(1));
	assert_eq!(refused(store.put_bulk(&second, 0, 1, 9).await), why);
	let why = format!("there is a bulk {:?} already", hash(1));
	assert_eq!(refused(store.put_bulk(&bulk(1), 0, 2, 9).await), why);
	store.put_line(hash(1), 1, false, b"x").await.unwrap();
	store.end_bulk(hash(1), &BulkEnd::Completed, 5, 60_000).await.unwrap();
	let reads_output = Bulk { input: bulk(1).output, ..second.clone() };
	let why = format!("there is no file {:?} to read", bulk(1).output);
	assert_eq!(refused(store.put_bulk(&reads_output, 0, 1, 9).await), why);
	let why = format!("{} has 0 open bulks and 1 in all", account(1));
	assert_eq!(refused(store.put_bulk(&second, 0, 1, 1).await), why);
	assert_eq!(store.put_bulk(&second, 0, 1, 2).await, Ok(second));
}

async fn bulk_should_be_there_once_when_its_client_repeats_itself(place: &Place) {
	let store = place.open().await;
	uploaded(&*store, 1).await;
	let with = |n| Bulk { repeat: Some(hash(5)), input: hash(1), ..bulk(n) };
	assert_eq!(store.put_bulk(&with(1), 0, 9, 9).await, Ok(with(1)));
	// The first came at 3,001.
	assert_eq!(store.put_bulk(&with(2), 3_001, 9, 9).await, Ok(with(1)));
	assert_eq!(store.put_bulk(&with(3), 3_002, 9, 9).await, Ok(with(3)), "the first is too old");
	assert_eq!(store.open_bulks().await.unwrap().len(), 2);
}

async fn line_should_be_noted_once(place: &Place) {
	let store = place.open().await;
	uploaded(&*store, 1).await;
	assert_eq!(store.put_line(hash(1), 2, false, b"two\n").await, Ok(false), "there is no bulk");
	store.put_bulk(&bulk(1), 0, 9, 9).await.unwrap();
	store.begin_bulk(hash(1), 3, 4_000).await.unwrap();
	assert_eq!(store.put_line(hash(1), 2, false, b"two\n").await, Ok(true));
	assert_eq!(store.put_line(hash(1), 1, true, b"no\n").await, Ok(true));
	assert_eq!(store.put_line(hash(1), 3, false, b"three\n").await, Ok(true));
	for failed in [false, true] {
		for line in 1..=3 {
			assert_eq!(store.put_line(hash(1), line, failed, b"again\n").await, Ok(false));
		}
	}
	let there = store.bulk(hash(1)).await.unwrap().unwrap();
	assert_eq!((there.total, there.completed, there.failed), (3, 2, 1));
	assert_eq!(store.lines_of(hash(1)).await, Ok(vec![1, 2, 3]));
	assert_eq!(store.file(bulk(1).output, &account(1)).await, Ok(None), "it has not ended");
	store.end_bulk(hash(1), &BulkEnd::Completed, 8_000, 60_000).await.unwrap();
	assert_eq!(store.put_line(hash(1), 4, false, b"four\n").await, Ok(false), "it has ended");
	let output = store.file(bulk(1).output, &account(1)).await.unwrap().unwrap();
	let failures = store.file(bulk(1).failures, &account(1)).await.unwrap().unwrap();
	assert_eq!((output.bytes, failures.bytes), (10, 3));
	assert_eq!((output.purpose, output.created), (Purpose::Output, 8_000));
	assert_eq!(output.expires, 60_000);
	assert!(output.name.ends_with("_output.jsonl"), "{}", output.name);
	let pieces = vec![(2, b"two\n".to_vec()), (3, b"three\n".to_vec())];
	assert_eq!(store.pieces(output.id, 0, 9).await, Ok(pieces));
	assert_eq!(store.pieces(failures.id, 0, 9).await, Ok(vec![(1, b"no\n".to_vec())]));
}

async fn file_should_stay_while_a_bulk_reads_it(place: &Place) {
	let store = place.open().await;
	let there = uploaded(&*store, 1).await;
	store.put_bulk(&bulk(1), 0, 9, 9).await.unwrap();
	let why = format!("the bulk {:?} reads {:?}", hash(1), hash(1));
	assert_eq!(refused(store.remove_file(hash(1), &account(1)).await), why);
	store.sweep(u64::MAX, u64::MAX).await.unwrap();
	assert_eq!(store.file(hash(1), &account(1)).await, Ok(Some(there)));
	assert_eq!(store.pieces(hash(1), 0, 9).await.unwrap().len(), 2);
	store.end_bulk(hash(1), &BulkEnd::Expired, 8_000, 60_000).await.unwrap();
	assert_eq!(store.remove_file(hash(1), &account(1)).await, Ok(true));
}

async fn sweep_should_forget_what_has_expired(place: &Place) {
	let store = place.open().await;
	for n in 1..=3 {
		uploaded(&*store, n).await;
		store.put_bulk(&bulk(n), 0, 9, 9).await.unwrap();
	}
	for line in 0..1_500 {
		store.put_line(hash(1), line, false, b"x").await.unwrap();
	}
	store.end_bulk(hash(1), &BulkEnd::Completed, 8_000, 40_000).await.unwrap();
	store.end_bulk(hash(2), &BulkEnd::Completed, 9_000, 40_000).await.unwrap();
	// Begun and never sealed: it waits until 2,000.
	store.begin_file(&file(4), &ROOM).await.unwrap();
	store.put_piece(hash(4), 0, b"x").await.unwrap();
	let pieces = async |n| store.pieces(n, 0, 9).await.unwrap().len();

	store.sweep(1_999, 8_000).await.unwrap();
	assert_eq!((pieces(hash(4)).await, pieces(bulk(1).output).await), (1, 9));
	store.sweep(39_999, 8_001).await.unwrap();
	assert_eq!((pieces(hash(4)).await, pieces(bulk(1).output).await), (0, 9));
	assert_eq!(store.bulk(hash(1)).await, Ok(None), "it ended long ago");
	assert!(store.bulk(hash(2)).await.unwrap().is_some());
	store.sweep(40_000, 0).await.unwrap();
	assert_eq!(pieces(bulk(1).output).await, 0);
	assert_eq!(store.file(bulk(1).output, &account(1)).await, Ok(None));
	store.remove_file(hash(2), &account(1)).await.unwrap();
	store.sweep(40_000, 0).await.unwrap();
	assert_eq!((pieces(hash(1)).await, pieces(hash(2)).await), (2, 0), "one was removed");
	store.sweep(50_000, u64::MAX).await.unwrap();
	let left = store.files_of(&account(1), None, newest(9)).await.unwrap();
	assert_eq!(left.iter().map(|file| file.id).collect::<Vec<_>>(), [hash(3)], "it is read");
	assert_eq!(store.open_bulks().await.unwrap().len(), 1);
}

async fn texts_should_come_back_when_they_are_sql(place: &Place) {
	let store = place.open().await;
	let hostile = [
		"'; DROP TABLE requests; --",
		"$1 ?1 :a @b \\' \" ` %s \r\n",
		"null\0byte",
		"Ω🦀\u{202e}",
		"",
	];
	for (n, text) in (1..).zip(hostile) {
		let key = Key { name: text.into(), ..key(n) };
		store.put_key(&key).await.unwrap();
		assert_eq!(store.key(key.id).await, Ok(Some(key)));
		let n = n.into();
		let admission = Admission { payload: text.into(), ..admission(n) };
		store.admit(&admission, 0).await.unwrap();
		store.fail(id(n), text, 5).await.unwrap();
		store.begin_file(&File { name: text.into(), ..file(n) }, &ROOM).await.unwrap();
		let there = store.seal_file(hash(n), 50_000).await.unwrap();
		assert_eq!(there.name, text);
		let noted = Bulk { metadata: text.into(), endpoint: text.into(), ..bulk(n) };
		store.put_bulk(&noted, 0, 99, 99).await.unwrap();
		assert_eq!(store.bulk(hash(n)).await, Ok(Some(noted)));
		let record = store.request(id(n)).await.unwrap().unwrap();
		assert_eq!(record.state, State::Failed(text.into()));
		assert_eq!(record.admission.payload, text.as_bytes());
	}
	let gateway = hostile.concat();
	assert_eq!(store.bind(hash(1), &gateway).await, Ok(()));
	assert_eq!(store.bind(hash(1), &gateway).await, Ok(()));
}

async fn everything_should_be_there_when_it_is_opened_again(place: &Place) {
	let store = place.open().await;
	store.bind(hash(1), "5Gate").await.unwrap();
	store.put_key(&key(9)).await.unwrap();
	let session = Session { owner: account(1), public: public(1), seed: [1; 32] };
	store.session(&session).await.unwrap();
	answered(&*store, 1).await;
	answered(&*store, 2).await;
	store.batch(hash(1), &[id(1)], 20_000).await.unwrap();
	store.admit(&admission(3), 0).await.unwrap();
	let file = uploaded(&*store, 1).await;
	store.put_bulk(&bulk(1), 0, 9, 9).await.unwrap();
	store.put_line(hash(1), 1, false, b"one\n").await.unwrap();
	let before = (store.request(id(1)).await, store.request(id(2)).await);
	let (unfinished, lanes) = (store.unfinished().await, store.lanes(CHANNEL).await);
	drop(store);

	let store = place.open().await;
	assert_eq!(store.bind(hash(1), "5Gate").await, Ok(()));
	assert_eq!(store.key(key(9).id).await, Ok(Some(key(9))));
	assert_eq!(store.session_of(public(1)).await, Ok(Some(session)));
	assert_eq!((store.request(id(1)).await, store.request(id(2)).await), before);
	assert_eq!(store.unfinished().await, unfinished);
	assert_eq!(store.lanes(CHANNEL).await, lanes);
	assert_eq!(store.open_batches().await.unwrap().len(), 1);
	assert_eq!(store.unbatched(9).await.unwrap().len(), 1);
	assert_eq!(store.file(file.id, &account(1)).await, Ok(Some(file)));
	assert_eq!(store.bulk(hash(1)).await, Ok(Some(Bulk { completed: 1, ..bulk(1) })));
	assert_eq!(store.lines_of(hash(1)).await, Ok(vec![1]));
}

async fn bind_should_refuse_when_it_is_another_s(place: &Place) {
	let store = place.open().await;
	let named = |gateway: &str, genesis| format!("the gateway {gateway} of the chain {genesis:?}");
	assert_eq!(store.bind(hash(1), "5Gate").await, Ok(()));
	assert_eq!(store.bind(hash(1), "5Gate").await, Ok(()));
	for (genesis, gateway) in [(hash(2), "5Gate"), (hash(1), "5Other")] {
		let foreign =
			StoreError::Foreign { owner: named("5Gate", hash(1)), this: named(gateway, genesis) };
		assert_eq!(store.bind(genesis, gateway).await, Err(foreign));
	}
}
