//! Whatever anybody does, in whatever order: no money is lost and nothing is stuck.

use crate::{mock::*, BatchState, LaneClaim};
use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};
use reckon_primitives::{Balance, BatchId, ChannelId};
use reckon_receipts::{BatchTree, Receipt};
use reckon_support::{
	mocks::{MockGateways, MockPool},
	AuditedBatches, Fault, GatewayInfo, Rejection,
};
use std::{cell::RefCell, collections::BTreeSet};

#[derive(Clone, Debug)]
enum Step {
	/// A client opens a channel.
	Open { other: bool, deposit: u16, lanes: u8, foreign: bool },
	/// The nth channel has more put into it.
	TopUp { nth: u8, amount: u16 },
	/// The nth channel's client wants it closed.
	RequestClose { nth: u8 },
	/// Somebody closes the nth channel.
	Close { nth: u8, by_gateway: bool },
	/// A gateway commits to receipts of two channels, honest or not.
	Commit { nth: u8, next: u8, lane: u8, charges: (u16, u16), slack: u8, lie: u8 },
	/// A receipt of the nth batch is reported by anybody, or struck by auditors.
	Strike { nth: u8, total: u8, index: u8, by_auditors: bool },
	/// Two receipts of the nth batch are reported as twins.
	Twins { nth: u8 },
	/// The nth batch is rejected.
	Reject { nth: u8 },
	/// The audit of the nth batch is opened or closed.
	Audit { nth: u8, open: bool },
	/// Somebody complains about a receipt of the nth batch, or one that is in none.
	Complain { nth: u8, batched: bool, ago: u8 },
	/// The gateway answers what it can out of the nth batch.
	Answer { nth: u8 },
	/// The gateway leaves, or comes back.
	Gateway { active: bool },
	/// Time passes.
	Wait { blocks: u8 },
	/// A block has no spare weight.
	FullBlock,
}

fn step() -> impl Strategy<Value = Step> {
	let n = any::<u8>;
	prop_oneof![
		3 => (any::<bool>(), 0u16..20_000, 0u8..6, proptest::bool::weighted(0.1)).prop_map(
			|(other, deposit, lanes, foreign)| Step::Open { other, deposit, lanes, foreign }
		),
		1 => (n(), 0u16..5_000).prop_map(|(nth, amount)| Step::TopUp { nth, amount }),
		1 => n().prop_map(|nth| Step::RequestClose { nth }),
		1 => (n(), any::<bool>()).prop_map(|(nth, by_gateway)| Step::Close { nth, by_gateway }),
		6 => (n(), n(), 0u8..5, (0u16..4_000, 0u16..4_000), n(), 0u8..12).prop_map(
			|(nth, next, lane, charges, slack, lie)| {
				Step::Commit { nth, next, lane, charges, slack, lie }
			}
		),
		3 => (n(), 0u8..3, 0u8..3, any::<bool>()).prop_map(|(nth, total, index, by_auditors)| {
			Step::Strike { nth, total, index, by_auditors }
		}),
		1 => n().prop_map(|nth| Step::Twins { nth }),
		1 => n().prop_map(|nth| Step::Reject { nth }),
		1 => (n(), any::<bool>()).prop_map(|(nth, open)| Step::Audit { nth, open }),
		3 => (n(), any::<bool>(), 0u8..30).prop_map(|(nth, batched, ago)| {
			Step::Complain { nth, batched, ago }
		}),
		2 => n().prop_map(|nth| Step::Answer { nth }),
		1 => any::<bool>().prop_map(|active| Step::Gateway { active }),
		4 => (1u8..12).prop_map(|blocks| Step::Wait { blocks }),
		1 => Just(Step::FullBlock),
	]
}

thread_local! {
	/// The receipts of the batches that were taken.
	static TREES: RefCell<Vec<(BatchId, BatchTree<AccountId>)>> = const { RefCell::new(Vec::new()) };
}

fn nth_channel(nth: u8) -> Option<(ChannelId, AccountId)> {
	let mut all: Vec<_> =
		crate::Channels::<Test>::iter().map(|(id, channel)| (id, channel.client)).collect();
	all.sort();
	all.get(usize::from(nth) % all.len().max(1)).copied()
}

fn nth_batch(nth: u8) -> Option<(BatchId, BatchTree<AccountId>)> {
	TREES.with_borrow(|trees| trees.get(usize::from(nth) % trees.len().max(1)).cloned())
}

/// A batch of two or three receipts, one of which may be a lie of some kind.
fn commit_some(nth: u8, next: u8, lane: u8, charges: (u16, u16), slack: u8, lie: u8) {
	let (Some((one, client)), Some((two, other))) = (nth_channel(nth), nth_channel(next)) else {
		return;
	};
	let (first, second) = (Balance::from(charges.0), Balance::from(charges.1));
	let good = receipt(nth, PROVIDERS[0], one, first);
	let mut odd = receipt(next, PROVIDERS[usize::from(lie % 3)], two, second).receipt;
	match lie {
		0 => odd.gateway = OTHER_GATEWAY,
		1 => odd.channel = Default::default(),
		2 => odd.finished_at = 0,
		3 => odd.request = good.receipt.request,
		4 => odd = Receipt { channel: one, ..odd },
		_ => {},
	}
	let Ok(tree) = BatchTree::new([good, sign(odd)]) else { return };
	let lane = u16::from(lane);
	let claim = |client, channel, charge: Balance| {
		let record = Channels::channel(channel).unwrap();
		let taken = record.taken.get(usize::from(lane)).copied().unwrap_or_default();
		// Most cover more than is taken, some less.
		let covered = (taken + charge + Balance::from(slack)).saturating_sub(20);
		LaneClaim { signed: voucher(client, channel, lane, covered), upto: taken + charge }
	};
	let paid = if one == two {
		vec![claim(client, one, first + second)]
	} else {
		vec![claim(client, one, first), claim(other, two, second)]
	};
	let committed = Channels::commit_batch(signed(GATEWAY), LEAVES, totals(&tree), claims(paid));
	if committed.is_ok() {
		TREES.with_borrow_mut(|trees| trees.push((newest_batch().unwrap(), tree)));
	}
}

/// A complaint, mostly in time.
fn complain_some(nth: u8, batched: bool, ago: u8) {
	let provider = PROVIDERS[usize::from(nth) % 2];
	let signed_receipt = match nth_batch(nth) {
		Some((_, tree)) if batched => item(&tree, 0, 0).receipt,
		_ => receipt(nth, provider, Default::default(), Balance::from(nth) * 10),
	};
	let taken_at = System::block_number().saturating_sub(PATIENCE + u32::from(ago));
	let proof = acknowledged(&signed_receipt, taken_at);
	let _ = Channels::complain(signed(PROVIDERS[2]), Box::new(signed_receipt), proof);
}

/// Carries out a step; that it is refused is fine.
fn carry_out(step: Step) {
	match step {
		Step::Open { other, deposit, lanes, foreign } => {
			let client = if other { OTHER_CLIENT } else { CLIENT };
			let gateway = if foreign { OTHER_GATEWAY } else { GATEWAY };
			let key = sp_core::Pair::public(&session(client));
			let _ = Channels::open(signed(client), gateway, deposit.into(), lanes.into(), key);
		},
		Step::TopUp { nth, amount } => {
			if let Some((id, client)) = nth_channel(nth) {
				let _ = Channels::top_up(signed(client), id, amount.into());
			}
		},
		Step::RequestClose { nth } => {
			if let Some((id, client)) = nth_channel(nth) {
				let _ = Channels::request_close(signed(client), id);
			}
		},
		Step::Close { nth, by_gateway } => {
			if let Some((id, client)) = nth_channel(nth) {
				let who = if by_gateway { GATEWAY } else { client };
				let _ = Channels::close(signed(who), id);
			}
		},
		Step::Commit { nth, next, lane, charges, slack, lie } => {
			commit_some(nth, next, lane, charges, slack, lie);
		},
		Step::Strike { nth, total, index, by_auditors } => {
			let Some((id, tree)) = nth_batch(nth) else { return };
			let Some(item) = tree.item(total.into(), index.into()) else { return };
			if by_auditors {
				let _ = <Channels as AuditedBatches<_>>::strike(&id, &item, Fault::Total);
			} else {
				let _ = Channels::report_item(signed(CLIENT), id, Box::new(item));
			}
		},
		Step::Twins { nth } => {
			let Some((id, tree)) = nth_batch(nth) else { return };
			let first = Box::new(item(&tree, 0, 0));
			let second = tree.item(0, 1).or_else(|| tree.item(1, 0)).unwrap();
			let _ = Channels::report_twins(signed(CLIENT), id, first, Box::new(second));
		},
		Step::Reject { nth } => {
			if let Some((id, _)) = nth_batch(nth) {
				let _ = <Channels as AuditedBatches<_>>::reject(&id, Rejection::Leaves, 0);
			}
		},
		Step::Audit { nth, open } => {
			if let Some((id, _)) = nth_batch(nth) {
				if open {
					Audits::open(id);
				} else {
					Audits::close(id);
				}
			}
		},
		Step::Complain { nth, batched, ago } => complain_some(nth, batched, ago),
		Step::Answer { nth } => {
			let Some((id, tree)) = nth_batch(nth) else { return };
			for ((total, index), _) in tree.places() {
				let proof = Box::new(tree.proof(total, index).unwrap());
				let _ = Channels::answer_complaint(signed(GATEWAY), id, proof);
			}
		},
		Step::Gateway { active } => {
			let leaves_at = (!active).then_some(System::block_number() + 4 * WINDOW);
			MockGateways::insert(GATEWAY, GatewayInfo { leaves_at, ..gateway_info() });
			MockPool::set_bond(PROVIDERS[1], if active { 1_000 } else { 0 });
		},
		Step::Wait { blocks: count } => blocks(count.into()),
		Step::FullBlock => full_block(),
	}
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(128))]

	#[test]
	fn money_should_be_conserved_and_everything_end_when_anybody_does_anything(
		steps in proptest::collection::vec(step(), 1..60),
	) {
		run(|| {
			TREES.take();
			let issuance = pallet_balances::TotalIssuance::<Test>::get();
			for step in steps {
				carry_out(step);
				check();
			}
			// Every audit ends by itself: that is the other pallet's promise.
			TREES.with_borrow(|trees| trees.iter().for_each(|(id, _)| Audits::close(*id)));
			for (id, channel) in crate::Channels::<Test>::iter().collect::<Vec<_>>() {
				let _ = Channels::request_close(signed(channel.client), id);
			}
			blocks(RETENTION + NOTICE + 30);
			let open = |state: BatchState| !state.is_final();
			assert!(!crate::Batches::<Test>::iter_values().any(|batch| open(batch.state)));
			blocks(RETENTION);
			assert_eq!(crate::Channels::<Test>::iter().count(), 0);
			assert_eq!(crate::Batches::<Test>::iter().count(), 0);
			assert_eq!(crate::Payouts::<Test>::iter().count(), 0);
			assert_eq!(crate::Contributions::<Test>::iter().count(), 0);
			assert_eq!(crate::Agenda::<Test>::iter().count(), 0);
			assert_eq!(crate::Complaints::<Test>::iter().count(), 0);
			assert_eq!(crate::Heard::<Test>::iter().count(), 0);
			assert_eq!(held(PROVIDERS[2]), 0);
			assert_eq!(held(Channels::till()), 0);
			assert_eq!(pallet_balances::TotalIssuance::<Test>::get(), issuance);
			for client in [CLIENT, OTHER_CLIENT] {
				let ledger = crate::Ledgers::<Test>::get(client);
				assert_eq!((ledger.held, held(client)), (0, 0));
				assert_eq!(free(client), START - ledger.paid);
			}
		});
	}

	#[test]
	fn honest_batches_should_be_paid_in_full_whatever_their_charges(
		charges in proptest::collection::vec(1u16..2_000, 1..8),
	) {
		run(|| {
			let channel = open(CLIENT);
			let charges: Vec<_> = charges.into_iter().map(|charge| Balance::from(charge) / 2 + 1).collect();
			let sum: Balance = charges.iter().sum();
			let receipts = charges.iter().enumerate().map(|(n, charge)| {
				receipt(n as u8, PROVIDERS[n % 3], channel, *charge)
			});
			commit(&tree(receipts), [claim(CLIENT, channel, 0, sum)]);
			blocks(WINDOW + 3);
			let earned = PROVIDERS.into_iter().chain([GATEWAY, TREASURY, MODEL_OWNER]);
			let earned: Balance = earned.map(|who| free(who) - START).sum();
			assert_eq!((earned, held(Channels::till())), (sum, 0));
		});
	}
}

/// The random steps do something: each event of the pallet comes about.
#[test]
fn random_calls_should_lead_to_everything_that_can_happen() {
	let mut seen = BTreeSet::new();
	let mut runner = TestRunner::deterministic();
	let steps = proptest::collection::vec(step(), 60);
	for _ in 0..60 {
		let steps = steps.new_tree(&mut runner).unwrap().current();
		run(|| {
			TREES.take();
			steps.into_iter().for_each(carry_out);
			TREES.with_borrow(|trees| trees.iter().for_each(|(id, _)| Audits::close(*id)));
			blocks(2 * RETENTION + NOTICE);
			let name = |event| {
				let text = format!("{event:?}");
				let name = text.split(' ').next().unwrap();
				name.trim_start_matches("Event::").to_owned()
			};
			seen.extend(events().into_iter().map(name));
		});
	}
	let all = [
		"BatchCommitted",
		"BatchForgotten",
		"BatchRejected",
		"BatchSettled",
		"ChannelCharged",
		"ChannelClosed",
		"ChannelClosing",
		"ChannelOpened",
		"ChannelToppedUp",
		"Complained",
		"ComplaintAnswered",
		"ComplaintDropped",
		"ComplaintUpheld",
		"ContributionReturned",
		"ReceiptStruck",
		"TotalPaid",
	];
	assert_eq!(seen.into_iter().collect::<Vec<_>>(), all);
}
