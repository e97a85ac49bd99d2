use super::*;
use crate::{gateways::receipts, journal};
use proptest::prelude::*;
use reckon_primitives::{ContentRef, Units};
use reckon_receipts::{Acknowledgement, Receipt};
use reckon_sdk::account;
use sp_core::sr25519::Signature;
use std::{
	collections::{BTreeMap, BTreeSet},
	path::Path,
};

const BOUNDS: ComplaintBounds =
	ComplaintBounds { patience_blocks: 20, complaint_blocks: 200, answer_blocks: 20, deposit: 5 };

fn at(now: BlockNumber) -> Calendar {
	Calendar { now, bounds: BOUNDS }
}

fn gateway(nth: u8) -> AccountId {
	account([nth; 32])
}

fn owed(nth: u8, of: u8, charge: u128, taken_at: BlockNumber) -> Owed {
	let receipt = Receipt {
		request: H256::repeat_byte(nth),
		channel: H256::repeat_byte(1),
		lane: 0,
		model: H256::repeat_byte(2),
		provider: account([3; 32]),
		worker: [4; 32].into(),
		gateway: gateway(of),
		units: Units { input: 1, output: 1 },
		charge,
		output: ContentRef::of(b"a"),
		commitment: None,
		started_at: 0,
		finished_at: 0,
		first_token_ms: 0,
	};
	let signed = SignedReceipt { receipt, signature: Signature::from_raw([0; 64]) };
	let acknowledgement = Acknowledgement { receipt: signed.leaf().hash, taken_at };
	let acknowledged =
		SignedAcknowledgement { acknowledgement, signature: Signature::from_raw([0; 64]) };
	Owed { signed, acknowledged }
}

fn database(path: &Path) -> Connection {
	journal::open(path, &[receipts::LAYOUT, LAYOUT]).unwrap()
}

/// An answer that waits for a word.
fn answer(db: &Connection, owed: &Owed) {
	let receipt = &owed.signed.receipt;
	let finished = v1::Finished { receipt: owed.signed.encode(), ..v1::Finished::default() };
	db.execute(
		"INSERT INTO answers (request, gateway, finished, made_at_ms) VALUES (?1, ?2, ?3, 0)",
		params![receipt.request.as_bytes(), receipt.gateway.0, finished.encode_to_vec()],
	)
	.unwrap();
}

fn ids(owed: &[Owed]) -> Vec<H256> {
	owed.iter().map(Owed::id).collect()
}

fn all(db: &Connection) -> BTreeSet<H256> {
	let mut rows = db.prepare("SELECT receipt FROM owed").unwrap();
	let rows = rows.query_map([], |row| Ok(H256(row.get(0)?))).unwrap();
	rows.map(Result::unwrap).collect()
}

#[test]
fn answers_of_an_older_worker_should_stay_when_the_list_is_new() {
	let dir = tempfile::tempdir().unwrap();
	let path = dir.path().join("gateways.sqlite");
	let one = owed(1, 1, 10, 100);
	let old = journal::open(&path, &[receipts::LAYOUT]).unwrap();
	answer(&old, &one);
	drop(old);
	let db = database(&path);
	acknowledge(&db, &one, &at(100), 0).unwrap();
	assert_eq!(all(&db), BTreeSet::from([one.id()]));
	drop(db);
	assert!(journal::open(&path, &[receipts::LAYOUT]).is_err(), "an older worker would forget it");
}

#[test]
fn word_should_be_taken_once_and_only_of_the_answers_own_gateway() {
	let dir = tempfile::tempdir().unwrap();
	let db = database(&dir.path().join("gateways.sqlite"));
	let one = owed(1, 1, 10, 100);
	answer(&db, &one);
	let request = one.signed.receipt.request;
	assert_eq!(unsaid(&db, gateway(1), request).unwrap(), Some(one.signed.clone()));
	assert_eq!(unsaid(&db, gateway(2), request).unwrap(), None);
	assert_eq!(unacknowledged(&db, gateway(1), 9, 0).unwrap(), 1);
	decline(&db, gateway(2), request, 0).unwrap();
	assert_eq!(unacknowledged(&db, gateway(2), 9, 0).unwrap(), 0);
	acknowledge(&db, &one, &at(100), 0).unwrap();
	assert_eq!(unsaid(&db, gateway(1), request).unwrap(), None);
	// Nothing that it says later changes anything.
	decline(&db, gateway(1), request, 0).unwrap();
	acknowledge(&db, &one, &at(100), 0).unwrap();
	assert_eq!(unacknowledged(&db, gateway(1), 9, 0).unwrap(), 0);
	assert_eq!(all(&db), BTreeSet::from([one.id()]));
	let change = db.execute("UPDATE owed SET taken_at = 1", []).unwrap_err().to_string();
	assert!(change.contains("an acknowledgement never changes"), "{change}");
}

#[test]
fn receipts_that_are_not_taken_should_be_made_up_for_and_forgiven() {
	let dir = tempfile::tempdir().unwrap();
	let db = database(&dir.path().join("gateways.sqlite"));
	let owed: Vec<Owed> = (0..20).map(|nth| owed(nth, 1, 10, 100)).collect();
	for one in &owed {
		answer(&db, one);
	}
	let count = |most, ms| unacknowledged(&db, gateway(1), most, ms).unwrap();
	assert_eq!((count(100, 0), count(7, 0)), (20, 7));
	for one in &owed[..4] {
		decline(&db, gateway(1), one.signed.receipt.request, 1_000).unwrap();
	}
	assert_eq!(count(100, 1_000), 20);
	// Eight for one.
	for one in &owed[4..12] {
		acknowledge(&db, one, &at(100), 2_000).unwrap();
	}
	assert_eq!(count(100, 2_000), 8 + 3);
	for one in &owed[12..] {
		free(&db, gateway(1), one.signed.receipt.request, 2_000).unwrap();
	}
	assert_eq!(count(100, 1_000 + HALVED_EACH_MS - 1), 3);
	assert_eq!(count(100, 1_000 + HALVED_EACH_MS), 1);
	// What is noted in between does not put the hour off.
	let more = self::owed(30, 1, 10, 100);
	answer(&db, &more);
	let late = 1_000 + HALVED_EACH_MS / 2 * 3;
	decline(&db, gateway(1), more.signed.receipt.request, late).unwrap();
	assert_eq!(count(100, late), (24 / 2 + 8) / 8);
	assert_eq!(count(100, 1_000 + 2 * HALVED_EACH_MS), (24 / 2 + 8) / 2 / 8);
	assert_eq!(count(100, i64::MAX), 0);
	// A clock that goes back forgives nothing.
	assert_eq!(count(100, 0), 2);
}

#[test]
fn gateway_should_be_asked_for_what_waits_longest_when_it_has_had_its_time() {
	let dir = tempfile::tempdir().unwrap();
	let db = database(&dir.path().join("gateways.sqlite"));
	let owed = [owed(1, 1, 10, 101), owed(2, 1, 10, 100), owed(3, 2, 10, 100), owed(4, 1, 1, 102)];
	for one in &owed {
		answer(&db, one);
		acknowledge(&db, one, &at(100), 0).unwrap();
	}
	assert_eq!(to_be_asked(&db, 120).unwrap(), []);
	assert_eq!(to_be_asked(&db, 121).unwrap(), [gateway(1), gateway(2)]);
	assert_eq!(
		ids(&ask(&db, gateway(1), &at(123), 2).unwrap()),
		ids(&[owed[1].clone(), owed[0].clone()])
	);
	assert_eq!(ids(&ask(&db, gateway(1), &at(123), 2).unwrap()), ids(&owed[3..]));
	assert_eq!(ask(&db, gateway(1), &at(123), 2).unwrap(), []);
	in_vain(&db, gateway(2), &at(123)).unwrap();
	assert_eq!(to_be_asked(&db, 123).unwrap(), []);
	assert_eq!(to_be_asked(&db, 124).unwrap(), [gateway(1), gateway(2)]);
	// After 25 blocks, the dearest first.
	assert_eq!(unproved(&db, &at(147), 9).unwrap(), []);
	assert_eq!(unproved(&db, &at(148), 9).unwrap().len(), 4);
	assert_eq!(ids(&unproved(&db, &at(148), 9).unwrap()[3..]), ids(&owed[3..]));
	put_off(&db, owed[0].id(), &at(148)).unwrap();
	assert_eq!(unproved(&db, &at(148), 9).unwrap().len(), 3);
	assert_eq!(unproved(&db, &at(173), 9).unwrap().len(), 4);
}

/// What becomes of a receipt, as somebody says who watches.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Fate {
	Waits,
	In(BatchId),
	Complaint,
	Over,
}

#[derive(Clone, Debug)]
enum Step {
	/// A receipt of one of two gateways is acknowledged, of so many blocks ago.
	Acknowledge(u8, u8, BlockNumber),
	/// A gateway is asked for at most so many, and shows the first so many to be in a batch.
	Ask(u8, u32, usize, u8),
	/// It is not there.
	InVain(u8),
	BatchPaid(u8),
	BatchLost(u8),
	/// What is not proved is complained about: at most so many.
	Complain(u32),
	/// The first complaint that is not over has come to this.
	Hear(u8),
	/// Blocks, in each of which what is too old is forgotten.
	Blocks(BlockNumber),
	/// The worker is killed.
	Again,
}

fn step() -> impl Strategy<Value = Step> {
	prop_oneof![
		4 => (0..250_u8, 1..3_u8, 0..40_u32)
			.prop_map(|(nth, of, ago)| Step::Acknowledge(nth, of, ago)),
		3 => (1..3_u8, 1..5_u32, 0..3_usize, 0..4_u8)
			.prop_map(|(of, most, shown, batch)| Step::Ask(of, most, shown, batch)),
		1 => (1..3_u8).prop_map(Step::InVain),
		1 => (0..4_u8).prop_map(Step::BatchPaid),
		1 => (0..4_u8).prop_map(Step::BatchLost),
		2 => (0..4_u32).prop_map(Step::Complain),
		2 => (0..5_u8).prop_map(Step::Hear),
		6 => (1..60_u32).prop_map(Step::Blocks),
		1 => Just(Step::Again),
	]
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(128))]

	#[test]
	fn no_receipt_should_be_forgotten_that_is_not_paid_and_can_be_complained_about(
		steps in prop::collection::vec(step(), 1..60),
	) {
		let dir = tempfile::tempdir().unwrap();
		let path = dir.path().join("gateways.sqlite");
		let mut db = database(&path);
		let mut now = 100;
		let mut fates = BTreeMap::<H256, (BlockNumber, Fate)>::new();
		for step in steps {
			match step {
				Step::Acknowledge(nth, of, ago) => {
					let owed = owed(nth, of, nth.into(), now - ago);
					if !known(&db, nth) {
						answer(&db, &owed);
						acknowledge(&db, &owed, &at(now), 0).unwrap();
						fates.insert(owed.id(), (now - ago, Fate::Waits));
					}
				},
				Step::Ask(of, most, shown, batch) => {
					let batch = H256::repeat_byte(batch);
					let asked = ask(&db, gateway(of), &at(now), most).unwrap();
					for owed in asked.iter().take(shown) {
						batched(&db, owed.id(), batch, now + 1).unwrap();
						fates.get_mut(&owed.id()).unwrap().1 = Fate::In(batch);
					}
				},
				Step::InVain(of) => in_vain(&db, gateway(of), &at(now)).unwrap(),
				Step::BatchPaid(batch) => {
					let batch = H256::repeat_byte(batch);
					batch_paid(&db, batch).unwrap();
					for (_, fate) in fates.values_mut().filter(|(_, fate)| *fate == Fate::In(batch)) {
						*fate = Fate::Over;
					}
				},
				Step::BatchLost(batch) => {
					let batch = H256::repeat_byte(batch);
					batch_lost(&db, batch, now).unwrap();
					for (_, fate) in fates.values_mut().filter(|(_, fate)| *fate == Fate::In(batch)) {
						*fate = Fate::Waits;
					}
				},
				Step::Complain(most) => {
					for owed in unproved(&db, &at(now), most).unwrap() {
						let (taken_at, fate) = fates.get_mut(&owed.id()).unwrap();
						prop_assert!(at(now).first(*taken_at) <= now && *fate == Fate::Waits);
						complaining(&db, owed.id(), now + 1).unwrap();
						*fate = Fate::Complaint;
					}
				},
				Step::Hear(what) => {
					let Some(first) = pending(&db, BlockNumber::MAX, 1).unwrap().pop() else { continue };
					let receipt = first.receipt;
					let (taken_at, fate) = fates.get_mut(&receipt).unwrap();
					prop_assert_eq!((&*fate, first.taken_at), (&Fate::Complaint, *taken_at));
					match what {
						0 => complained(&db, receipt, now + 20, &at(now)).unwrap(),
						1 => {
							put_off(&db, receipt, &at(now)).unwrap();
							*fate = Fate::Waits;
						},
						2 => {
							unsent(&db, receipt, now).unwrap();
							*fate = Fate::Waits;
						},
						3 => ask_anew(&db, first.gateway, &at(now)).unwrap(),
						_ => {
							done(&db, receipt).unwrap();
							*fate = Fate::Over;
						},
					}
				},
				Step::Blocks(blocks) => {
					now += blocks;
					forget(&db, &at(now)).unwrap();
				},
				Step::Again => {
					drop(db);
					db = database(&path);
				},
			}
			let kept = all(&db);
			for (receipt, (taken_at, fate)) in &fates {
				let late = at(now).last(*taken_at) < now;
				match fate {
					Fate::Over => prop_assert!(!kept.contains(receipt)),
					Fate::Complaint => prop_assert!(kept.contains(receipt)),
					Fate::Waits | Fate::In(_) => prop_assert!(late || kept.contains(receipt)),
				}
			}
			let open_now = fates.values().filter(|(_, fate)| *fate == Fate::Complaint).count();
			prop_assert_eq!(usize::try_from(open(&db).unwrap()).unwrap(), open_now);
			// What is too old goes.
			forget(&db, &at(now)).unwrap();
			let late = fates.iter().filter(|(_, (taken_at, fate))| {
				matches!(fate, Fate::Waits | Fate::In(_)) && at(now).last(*taken_at) < now
			});
			let late: Vec<H256> = late.map(|(receipt, _)| *receipt).collect();
			prop_assert!(late.iter().all(|receipt| !all(&db).contains(receipt)));
			for receipt in late {
				fates.get_mut(&receipt).unwrap().1 = Fate::Over;
			}
		}
	}

	/// Whatever else is going on, what nobody proves is there to be complained about in time.
	#[test]
	fn each_unproved_receipt_should_be_complained_about_in_time(
		taken in prop::collection::vec((1..3_u8, 0..50_u32), 1..30),
		away in prop::collection::vec(any::<bool>(), 8),
		page in 1..4_u32,
	) {
		let dir = tempfile::tempdir().unwrap();
		let db = database(&dir.path().join("gateways.sqlite"));
		let mut left = BTreeMap::new();
		for (nth, (of, after)) in (0..).zip(&taken) {
			let owed = owed(nth, *of, 10, 100 + after);
			answer(&db, &owed);
			acknowledge(&db, &owed, &at(100), 0).unwrap();
			left.insert(owed.id(), 100 + after);
		}
		for now in 100..=370 {
			forget(&db, &at(now)).unwrap();
			for gateway in to_be_asked(&db, now).unwrap() {
				// Of those that are here one is asked for little, and only now and then.
				match away[usize::try_from(now % 8).unwrap()] {
					true => in_vain(&db, gateway, &at(now)).unwrap(),
					false if gateway == self::gateway(1) => {
						ask(&db, gateway, &at(now), page).unwrap();
					},
					false => {},
				}
			}
			for owed in unproved(&db, &at(now), 30).unwrap() {
				let taken_at = left.remove(&owed.id()).unwrap();
				prop_assert!((at(now).first(taken_at)..=at(now).last(taken_at)).contains(&now));
				done(&db, owed.id()).unwrap();
			}
		}
		prop_assert!(left.is_empty(), "{left:?}");
	}
}

/// Whether there is an answer for this request.
fn known(db: &Connection, nth: u8) -> bool {
	let mut row = db.prepare("SELECT 1 FROM answers WHERE request = ?1").unwrap();
	row.exists([H256::repeat_byte(nth).as_bytes()]).unwrap()
}
