//! Receipts that a gateway has taken and put into no batch.

use crate::{mock::*, Agenda, Complaint, Complaints, Error, Event, Heard};
use frame_support::{assert_noop, assert_ok, pallet_prelude::DispatchResult};
use reckon_primitives::{BatchId, Held, HeldFor, Reason};
use reckon_receipts::{Acknowledgement, Proof, Receipt, SignedAcknowledgement, SignedReceipt};
use reckon_support::{
	mocks::{MockGateways, MockModels, MockPool, MockSubnets},
	AuditedBatches, GatewayInfo, GatewayInspect, Membership, Rejection, SubnetParameters,
};
use sp_core::{Pair, H256};
use sp_runtime::{DispatchError::BadOrigin, TokenError};

/// Who complains.
const WORKER: AccountId = PROVIDERS[2];
/// The first block in which a receipt that was taken in the first one can be complained about.
const EARLIEST: u32 = 1 + PATIENCE + 1;
const LATEST: u32 = 1 + PATIENCE + COMPLAINT;

fn bond() -> u128 {
	MockGateways::gateway(&GATEWAY).unwrap().bond
}

fn complain(receipt: &SignedReceipt<AccountId>, proof: SignedAcknowledgement) -> DispatchResult {
	Channels::complain(signed(WORKER), Box::new(receipt.clone()), proof)
}

fn answer(batch: BatchId, proof: &Proof<AccountId>) -> DispatchResult {
	Channels::answer_complaint(signed(GATEWAY), batch, Box::new(proof.clone()))
}

/// A receipt that is taken in the first block and in no batch, and a complaint about it as soon as can be.
fn complained(charge: u128) -> SignedReceipt<AccountId> {
	let withheld = receipt(9, PROVIDERS[0], H256::zero(), charge);
	to_block(EARLIEST);
	assert_ok!(complain(&withheld, acknowledged(&withheld, 1)));
	withheld
}

#[test]
fn provider_should_have_its_charge_out_of_the_bond_when_nobody_answers() {
	run(|| {
		let withheld = complained(300);
		let id = withheld.leaf().hash;
		let due = EARLIEST + ANSWER;
		let made = Event::Complained {
			receipt: id,
			gateway: GATEWAY,
			complainer: WORKER,
			charge: 300,
			answer_by: due,
		};
		assert_eq!(events().last(), Some(&made));
		let complaint = Complaint {
			gateway: GATEWAY,
			provider: PROVIDERS[0],
			request: withheld.receipt.request,
			model: MODEL,
			charge: 300,
			complainer: WORKER,
			deposit: COMPLAINT_DEPOSIT,
			last: LATEST,
			due,
		};
		assert_eq!(Channels::complaint(id), Some(complaint.clone()));
		assert_eq!(Channels::complaints_about(GATEWAY, None), [(id, complaint)]);
		assert!(Channels::complaints_about(OTHER_GATEWAY, None).is_empty());
		let (held_for, next_step_at) = (HeldFor::Complaint(id), Some(due));
		let amount = COMPLAINT_DEPOSIT;
		assert_eq!(Channels::held_by(WORKER), [Held { held_for, amount, next_step_at }]);
		assert_eq!((held(WORKER), free(WORKER)), (amount, START - amount));

		to_block(due - 1);
		assert_eq!(bond(), BOND);
		to_block(due);
		assert_eq!(bond(), BOND - 300 - SLASH);
		assert_eq!((held(WORKER), free(WORKER)), (0, START));
		let upheld = Event::ComplaintUpheld {
			receipt: id,
			gateway: GATEWAY,
			provider: PROVIDERS[0],
			paid: 300,
			slashed: SLASH,
		};
		assert_eq!(events().last(), Some(&upheld));
		assert!(Channels::complaints_about(GATEWAY, None).is_empty());

		// It is remembered for as long as somebody could complain again.
		to_block(LATEST);
		let again = complain(&withheld, acknowledged(&withheld, 1));
		assert_eq!(again, Err(Error::<Test>::AlreadyComplained.into()));
		to_block(LATEST + 1);
		assert_eq!((Heard::<Test>::iter().count(), Agenda::<Test>::iter().count()), (0, 0));
		let proof = acknowledged(&withheld, 1);
		assert_noop!(complain(&withheld, proof), Error::<Test>::ComplaintTooLate);
		assert_eq!(bond(), BOND - 300 - SLASH);
	});
}

#[test]
fn complaint_should_be_over_when_the_gateway_shows_the_batch() {
	run(|| {
		let (_, tree, batch) = three();
		let proof = tree.proof(0, 1).unwrap();
		let receipt = proof.item.receipt.clone();
		let id = receipt.leaf().hash;
		// Paid long since: the batch's root is remembered.
		to_block(EARLIEST);
		assert!(Channels::payouts(batch).is_empty());
		assert_ok!(complain(&receipt, acknowledged(&receipt, 1)));
		let before = free(GATEWAY);
		assert_ok!(answer(batch, &proof));
		let answered = Event::ComplaintAnswered { receipt: id, gateway: GATEWAY, batch };
		assert_eq!(events().last(), Some(&answered));
		assert_eq!(free(GATEWAY), before + COMPLAINT_DEPOSIT);
		assert_eq!((held(WORKER), free(WORKER)), (0, START - COMPLAINT_DEPOSIT));
		assert_eq!(Channels::complaint(id), None);
		assert_noop!(answer(batch, &proof), Error::<Test>::UnknownComplaint);
		let proof = acknowledged(&receipt, 1);
		assert_noop!(complain(&receipt, proof), Error::<Test>::AlreadyComplained);
		to_block(LATEST + 1);
		assert_eq!((bond(), Heard::<Test>::iter().count()), (BOND, 0));
	});
}

#[test]
fn gateway_should_answer_with_a_batch_that_it_has_committed_to_since() {
	run(|| {
		let channel = open(CLIENT);
		let late = receipt(9, PROVIDERS[0], channel, 300);
		to_block(EARLIEST);
		assert_ok!(complain(&late, acknowledged(&late, 1)));
		let tree = tree([late]);
		let batch = commit(&tree, [claim(CLIENT, channel, 0, 300)]);
		assert_ok!(answer(batch, &tree.proof(0, 0).unwrap()));
		to_block(60);
		assert_eq!((bond(), free(PROVIDERS[0])), (BOND, START + 240));
	});
}

#[test]
fn complaint_should_be_refused_with_the_exact_error() {
	run(|| {
		let channel = open(CLIENT);
		let good = receipt(9, PROVIDERS[0], channel, 300);
		let with = |change: fn(&mut Receipt<AccountId>)| {
			let mut receipt = good.receipt.clone();
			change(&mut receipt);
			sign(receipt)
		};
		let mut forged = good.clone();
		forged.receipt.charge += 1;
		let of = |signed: &SignedReceipt<AccountId>| (signed.clone(), acknowledged(signed, 1));
		let other_key = {
			let acknowledgement = Acknowledgement { receipt: good.leaf().hash, taken_at: 1 };
			let payload = acknowledgement.payload(&GENESIS);
			let signature = gateway_key(OTHER_GATEWAY).sign(&payload);
			SignedAcknowledgement { acknowledgement, signature }
		};
		let other_chain = {
			let acknowledgement = Acknowledgement { receipt: good.leaf().hash, taken_at: 1 };
			let payload = acknowledgement.payload(&H256::zero());
			let signature = gateway_key(GATEWAY).sign(&payload);
			SignedAcknowledgement { acknowledgement, signature }
		};
		let mut earlier = acknowledged(&good, 2);
		earlier.acknowledgement.taken_at = 1;
		let stranger = with(|receipt| receipt.gateway = CLIENT);
		let others = with(|receipt| receipt.gateway = OTHER_GATEWAY);
		let unknown = with(|receipt| receipt.model = H256::zero());
		let nobody = with(|receipt| {
			(receipt.provider, receipt.worker) = (MODEL_OWNER, worker(MODEL_OWNER).public());
		});
		let free = with(|receipt| receipt.charge = 0);
		let backwards = with(|receipt| receipt.finished_at = 0);
		let bad = [
			(of(&forged), Error::<Test>::ReceiptInvalid),
			(of(&backwards), Error::<Test>::ReceiptInvalid),
			(of(&free), Error::<Test>::NothingCharged),
			(of(&stranger), Error::<Test>::UnknownGateway),
			(of(&others), Error::<Test>::NotAcknowledged),
			((good.clone(), other_key), Error::<Test>::NotAcknowledged),
			((good.clone(), other_chain), Error::<Test>::NotAcknowledged),
			((good.clone(), earlier), Error::<Test>::NotAcknowledged),
			((good.clone(), acknowledged(&nobody, 1)), Error::<Test>::NotAcknowledged),
			((good.clone(), acknowledged(&good, 2)), Error::<Test>::ComplaintTooEarly),
			((good.clone(), acknowledged(&good, u32::MAX)), Error::<Test>::ComplaintTooEarly),
			(of(&unknown), Error::<Test>::UnknownModel),
			(of(&nobody), Error::<Test>::ProviderWithoutBond),
		];
		to_block(EARLIEST - 1);
		assert_noop!(complain(&good, of(&good).1), Error::<Test>::ComplaintTooEarly);
		to_block(EARLIEST);
		for ((receipt, proof), error) in bad {
			assert_noop!(complain(&receipt, proof), error);
		}
		for origin in [RuntimeOrigin::root(), RuntimeOrigin::none()] {
			let (receipt, proof) = of(&good);
			assert_noop!(Channels::complain(origin, Box::new(receipt), proof), BadOrigin);
		}
		let poor = Channels::complain(signed(99), Box::new(good.clone()), of(&good).1);
		assert_eq!(poor, Err(TokenError::FundsUnavailable.into()));

		let leaving = |leaves_at| GatewayInfo { leaves_at, ..gateway_info() };
		MockGateways::insert(GATEWAY, leaving(Some(EARLIEST + ANSWER - 1)));
		assert_noop!(complain(&good, of(&good).1), Error::<Test>::LeavesTooSoon);
		let only = std::collections::BTreeSet::from([OTHER_MODEL]);
		let membership = Membership::Models(only.try_into().unwrap());
		MockSubnets::insert(SUBNET, SubnetParameters { membership, ..rules() });
		MockGateways::insert(GATEWAY, leaving(Some(EARLIEST + ANSWER)));
		assert_noop!(complain(&good, of(&good).1), Error::<Test>::ModelNotInSubnet);
		MockSubnets::insert(SUBNET, rules());
		to_block(LATEST + 1);
		assert_noop!(complain(&good, of(&good).1), Error::<Test>::ComplaintTooLate);
		MockGateways::insert(GATEWAY, leaving(None));
		assert_ok!(complain(&good, acknowledged(&good, 2)));
		assert_noop!(complain(&good, of(&good).1), Error::<Test>::ComplaintTooLate);
		let again = complain(&good, acknowledged(&good, 3));
		assert_eq!(again, Err(Error::<Test>::AlreadyComplained.into()));
	});
}

#[test]
fn answer_should_be_refused_with_the_exact_error() {
	run(|| {
		let channel = open(CLIENT);
		let (one, other) =
			(receipt(1, PROVIDERS[0], channel, 1_000), receipt(2, PROVIDERS[0], channel, 500));
		let batched = tree([one.clone(), other.clone()]);
		let second = tree([receipt(3, PROVIDERS[0], channel, 10)]);
		let batch = commit(&batched, [claim(CLIENT, channel, 0, 1_500)]);
		let elsewhere = commit(&second, [claim(CLIENT, channel, 0, 10)]);
		let foreign = open_to(OTHER_GATEWAY, CLIENT);
		let theirs = tree([one.clone()]);
		let paid = claims([claim(CLIENT, foreign, 0, 1_000)]);
		let committed =
			Channels::commit_batch(signed(OTHER_GATEWAY), LEAVES, totals(&theirs), paid);
		assert_ok!(committed);
		let foreign = newest_batch().unwrap();
		to_block(EARLIEST);
		assert_ok!(complain(&one, acknowledged(&one, 1)));

		let good = batched.proof(0, 0).unwrap();
		let mut moved = good.clone();
		moved.item.index = 1;
		let mut dearer = good.clone();
		dearer.total.receipts.sum += 1;
		let bad = [
			(batch, batched.proof(0, 1).unwrap(), Error::<Test>::UnknownComplaint),
			(H256::zero(), good.clone(), Error::<Test>::UnknownBatch),
			(foreign, theirs.proof(0, 0).unwrap(), Error::<Test>::NotYourBatch),
			(elsewhere, good.clone(), Error::<Test>::ItemUnproven),
			(batch, moved, Error::<Test>::ItemUnproven),
			(batch, dearer, Error::<Test>::ItemUnproven),
		];
		for (batch, proof, error) in bad {
			assert_noop!(answer(batch, &proof), error);
		}
		let by = |origin| Channels::answer_complaint(origin, batch, Box::new(good.clone()));
		assert_noop!(by(signed(OTHER_GATEWAY)), Error::<Test>::NotYourComplaint);
		for origin in [RuntimeOrigin::root(), RuntimeOrigin::none()] {
			assert_noop!(by(origin), BadOrigin);
		}
		assert_ok!(by(signed(GATEWAY)));
	});
}

#[test]
fn rejected_batch_should_be_no_answer() {
	run(|| {
		let channel = open(CLIENT);
		to_block(EARLIEST);
		let late = receipt(9, PROVIDERS[0], channel, 300);
		let tree = tree([late.clone()]);
		let batch = commit(&tree, [claim(CLIENT, channel, 0, 300)]);
		assert_ok!(complain(&late, acknowledged(&late, 1)));
		assert_ok!(<Channels as AuditedBatches<_>>::reject(&batch, Rejection::Leaves, 0));
		let proof = tree.proof(0, 0).unwrap();
		assert_noop!(answer(batch, &proof), Error::<Test>::BatchIsRejected);
		blocks(3);
		assert_noop!(answer(batch, &proof), Error::<Test>::BatchIsRejected);
		blocks(ANSWER);
		assert_eq!(bond(), BOND - 300 - SLASH);
	});
}

/// Else a gateway could give its bond to a friend before it is slashed.
#[test]
fn provider_should_have_no_more_of_the_bond_than_is_slashed() {
	run(|| {
		complained(1_000_000);
		blocks(ANSWER);
		assert_eq!(bond(), BOND - 2 * SLASH);
	});
}

#[test]
fn bond_should_pay_what_it_has_when_that_is_less() {
	run(|| {
		MockGateways::insert(GATEWAY, GatewayInfo { bond: SLASH + 40, ..gateway_info() });
		let id = complained(SLASH).leaf().hash;
		blocks(ANSWER);
		let upheld = Event::ComplaintUpheld {
			receipt: id,
			gateway: GATEWAY,
			provider: PROVIDERS[0],
			paid: SLASH,
			slashed: 40,
		};
		assert_eq!((events().last(), bond()), (Some(&upheld), 0));
	});
}

/// Else a provider that takes its bond away would make its gateway pay.
#[test]
fn complaint_should_be_dropped_when_nobody_could_be_paid_by_now() {
	/// Something that changes.
	type Change = fn();
	run(|| {
		let trouble: [(Change, Change); 3] = [
			(|| MockPool::set_bond(PROVIDERS[0], 0), || MockPool::set_bond(PROVIDERS[0], BOND)),
			(
				|| MockModels::remove(MODEL),
				|| MockModels::insert(MODEL, MODEL_OWNER, Default::default(), &[]),
			),
			(|| MockGateways::remove(GATEWAY), || MockGateways::insert(GATEWAY, gateway_info())),
		];
		for (n, (trouble, mend)) in trouble.into_iter().enumerate() {
			let withheld = receipt(n as u8, PROVIDERS[0], H256::zero(), 300);
			blocks(PATIENCE + 1);
			let taken_at = System::block_number() - PATIENCE - 1;
			assert_ok!(complain(&withheld, acknowledged(&withheld, taken_at)));
			trouble();
			blocks(ANSWER);
			let receipt = withheld.leaf().hash;
			let dropped = Event::ComplaintDropped { receipt, gateway: GATEWAY };
			assert_eq!(events().last(), Some(&dropped));
			mend();
			assert_eq!((bond(), held(WORKER), free(WORKER)), (BOND, 0, START));
		}
	});
}

#[test]
fn complaints_should_be_taken_up_a_few_at_a_time_when_blocks_are_full() {
	run(|| {
		MockGateways::insert(GATEWAY, GatewayInfo { bond: 100 * BOND, ..gateway_info() });
		to_block(EARLIEST);
		for n in 0..20 {
			let withheld = receipt(n, PROVIDERS[0], H256::zero(), 300);
			assert_ok!(complain(&withheld, acknowledged(&withheld, 1)));
		}
		assert_eq!(Channels::complaints_about(GATEWAY, None).len(), 20);
		System::set_block_number(EARLIEST + ANSWER - 1);
		full_block();
		let left = Complaints::<Test>::iter().count();
		assert!((1..20).contains(&left), "{left}");
		(0..8).for_each(|_| full_block());
		assert_eq!(bond(), 100 * BOND - 20 * (300 + SLASH));
		// And forgotten, whatever has become of the blocks.
		System::set_block_number(400);
		(0..20).for_each(|_| full_block());
		assert_eq!(Heard::<Test>::iter().count(), 0);
	});
}

#[test]
fn complaints_should_be_listed_page_by_page() {
	run(|| {
		to_block(EARLIEST);
		for n in 0..3 {
			let withheld = receipt(n, PROVIDERS[0], H256::zero(), 300);
			assert_ok!(complain(&withheld, acknowledged(&withheld, 1)));
		}
		let all = Channels::complaints_about(GATEWAY, None);
		assert_eq!(all.len(), 3);
		assert_eq!(Channels::complaints_about(GATEWAY, Some(all[0].0)), all[1..]);
	});
}

#[test]
fn slash_should_name_its_reason() {
	// The same code in the daemons, which show it to people.
	assert_eq!(codec::Encode::encode(&Reason::ReceiptWithheld), vec![49]);
}
