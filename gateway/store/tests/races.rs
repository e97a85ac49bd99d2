//! Many tasks at once.

mod common;

use common::*;
use reckon_gateway_store::*;
use std::{future::Future, sync::Arc};

on_both!(
	finish_should_charge_once_when_many_tasks_finish_the_same_request,
	finish_should_charge_all_when_many_tasks_share_a_key,
	admit_should_note_one_when_many_tasks_ask_the_same,
	writes_should_not_fail_when_others_beside_them_do,
);

async fn all<F, T>(tasks: u64, task: impl Fn(u64) -> F) -> Vec<T>
where
	F: Future<Output = T> + Send + 'static,
	T: Send + 'static,
{
	let running: Vec<_> = (0..tasks).map(|n| tokio::spawn(task(n))).collect();
	futures::future::join_all(running).await.into_iter().map(Result::unwrap).collect()
}

async fn finish_should_charge_once_when_many_tasks_finish_the_same_request(place: &Place) {
	let store = place.open().await;
	store.put_key(&key(9)).await.unwrap();
	let admission = Arc::new(Admission { key: Some(key(9).id), ..admission(1) });
	store.admit(&admission, 0).await.unwrap();
	let finished = all(64, |n| {
		let (store, answer) = (store.clone(), answer(&admission, 100 + u128::from(n)));
		async move { store.finish(id(1), &answer, 0, n).await.unwrap() }
	})
	.await;
	assert_eq!(finished.iter().filter(|finished| **finished).count(), 1);
	let charge = store.unbatched(9).await.unwrap()[0].receipt.charge;
	assert_eq!(store.lanes(CHANNEL).await.unwrap()[0].spent, charge);
	assert_eq!(store.key(key(9).id).await.unwrap().unwrap().spent, charge);
}

async fn finish_should_charge_all_when_many_tasks_share_a_key(place: &Place) {
	let store = place.open().await;
	store.put_key(&key(9)).await.unwrap();
	let finished = all(64, |n| {
		let store = store.clone();
		async move {
			let admission = Admission { key: Some(key(9).id), ..admission(n) };
			assert_eq!(store.admit(&admission, 0).await, Ok(Admitted::New));
			store.dispatch(id(n), public(1), 5).await.unwrap();
			store.finish(id(n), &answer(&admission, 10 + u128::from(n)), 0, 6).await.unwrap()
		}
	})
	.await;
	assert_eq!(finished, [true; 64]);
	assert_eq!(store.key(key(9).id).await.unwrap().unwrap().spent, 64 * 10 + 64 * 63 / 2);
}

async fn admit_should_note_one_when_many_tasks_ask_the_same(place: &Place) {
	let store = place.open().await;
	let admitted = all(64, |n| {
		let store = store.clone();
		async move {
			let admission = Admission { repeat: Some(hash(1)), ..admission(n) };
			store.admit(&admission, 0).await.unwrap()
		}
	})
	.await;
	let there = store.unfinished().await.unwrap();
	assert_eq!(there.len(), 1);
	let repeats = Admitted::Repeats(Box::new(there[0].clone()));
	assert_eq!(admitted.iter().filter(|admitted| **admitted == Admitted::New).count(), 1);
	assert_eq!(admitted.iter().filter(|admitted| **admitted == repeats).count(), 63);
}

async fn writes_should_not_fail_when_others_beside_them_do(place: &Place) {
	let store = place.open().await;
	for n in 0..64 {
		if n % 4 != 0 {
			store.admit(&admission(n), 0).await.unwrap();
		}
	}
	let dispatched = all(64, |n| {
		let store = store.clone();
		async move { store.dispatch(id(n), public(1), 5).await }
	})
	.await;
	for (n, dispatched) in (0..).zip(dispatched) {
		match n % 4 {
			0 => {
				let why = format!("no request {:?} waits for an answer", id(n));
				assert_eq!(refused(dispatched), why);
			},
			_ => assert_eq!(dispatched, Ok(())),
		}
	}
	let there = store.unfinished().await.unwrap();
	assert!(there.iter().all(|record| record.state == State::Dispatched));
	assert_eq!(there.len(), 48);
}
