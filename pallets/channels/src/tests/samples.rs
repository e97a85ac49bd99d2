use crate::{mock::*, BatchState, Batches, Call, Event, Payouts, Sample, Sampled, Unpaid};
use frame_support::{assert_noop, assert_ok};
use reckon_primitives::{
	Balance, BatchId, Content, ContentRef, JobId, Price, Reason, Sampling, TaskKind, Units,
};
use reckon_receipts::{sampled, BatchTree, Item, Receipt, Request, SignedReceipt};
use reckon_support::{
	mocks::{MockGateways, MockHooks, MockModels, MockPool},
	AuditOutcome, AuditSubjects, AuditedAnswer, AuditedBatches, Conviction, Fault, GatewayInspect,
	GatewayWork, Outcome, Rejection, Ruling, SampleTerms,
};
use sp_core::H256;
use sp_runtime::Permill;

type Error = crate::Error<Test>;

/// The time at which the batches are committed to.
pub(super) const NOW: u64 = 2_500;
pub(super) const WRONG: AuditOutcome = AuditOutcome::Rejected(Conviction::NotOpened);

pub(super) fn request(n: u8) -> Request {
	Request {
		nonce: H256([n; 32]),
		model: MODEL,
		task: TaskKind::Chat,
		payload: ContentRef { hash: H256([4; 32]), length: 44 },
		sampling: Sampling { salt: H256([3; 32]), ..Default::default() },
		presence_milli: 5,
		frequency_milli: -5,
		price: Price { base: 1_000, per_input: 1, per_output: 1 },
	}
}

/// The nth answer of the first provider's, with a commitment.
pub(super) fn answer(n: u8, channel: H256, charge: Balance) -> SignedReceipt<AccountId> {
	let receipt = receipt(n, PROVIDERS[0], channel, charge).receipt;
	let commitment = Some(H256([40 + n; 32]));
	sign(Receipt { request: request(n).hash(), commitment, ..receipt })
}

/// All totals are sampled, for a tenth of what they are paid.
pub(super) fn always() {
	let terms = SampleTerms { rate: Permill::one(), premium: Permill::from_percent(10) };
	Audits::set_terms(terms);
	Audits::set_clock(NOW);
}

/// A batch of the client's, all of whose totals are sampled.
pub(super) fn batch(
	receipts: impl IntoIterator<Item = SignedReceipt<AccountId>>,
) -> (BatchTree<AccountId>, BatchId) {
	always();
	let receipts: Vec<_> = receipts.into_iter().collect();
	let channel = receipts[0].receipt.channel;
	let charge = receipts.iter().map(|signed| signed.receipt.charge).sum();
	let tree = tree(receipts);
	let id = commit(&tree, [claim(CLIENT, channel, 0, charge)]);
	(tree, id)
}

pub(super) fn two(channel: H256) -> (BatchTree<AccountId>, BatchId) {
	batch([answer(1, channel, 600), answer(2, channel, 400)])
}

/// The receipt that the lot fell on, and its request.
fn drawn(tree: &BatchTree<AccountId>, id: BatchId) -> (Box<Item<AccountId>>, Box<Request>) {
	let seed = Channels::batch(id).unwrap().samples.unwrap().seed.unwrap();
	let total = &tree.totals()[0];
	let point = sampled(&seed, 0, Permill::one(), total.receipts.sum).unwrap();
	let item = tree.charging(0, point).unwrap();
	let request = (0..9).map(request).find(|it| it.hash() == item.receipt.receipt.request);
	(Box::new(item), Box::new(request.unwrap_or_else(|| self::request(1))))
}

/// Shows it, and says which answer is audited.
pub(super) fn show(tree: &BatchTree<AccountId>, id: BatchId) -> JobId {
	let (item, request) = drawn(tree, id);
	assert_ok!(send(Call::show_sample { batch: id, item, request: request.clone() }));
	request.hash()
}

pub(super) fn rule(id: JobId, outcome: AuditOutcome) -> Balance {
	Audits::close(id);
	let wages = <Channels as AuditSubjects<_, _>>::on_ruling(
		&id,
		Ruling { outcome, costs: 30, slash: 2_000 },
	);
	check();
	wages
}

pub(super) fn turns() -> Vec<(AccountId, Outcome, Balance)> {
	let all = MockHooks::turns().into_iter();
	all.map(|turn| (turn.provider, turn.outcome, turn.value)).collect()
}

#[test]
fn answer_should_be_audited_when_the_lot_falls_on_its_receipt() {
	run(|| {
		let channel = open(CLIENT);
		let (tree, id) = two(channel);
		assert_eq!(Unpaid::<Test>::get(GATEWAY, PROVIDERS[0]), 1_000);
		let committed = Channels::batch(id).unwrap().samples.unwrap();
		assert_eq!((committed.seed, committed.committed_at), (None, NOW));
		to_block(1 + DRAW);
		let samples = Channels::batch(id).unwrap().samples.unwrap();
		let (seed, until) = (samples.seed.unwrap(), samples.until);
		// The window is too short for showing.
		assert_eq!(until, 1 + DRAW + 12);
		assert_eq!(events().last(), Some(&Event::SamplesDrawn { batch: id, seed, until }));

		let audit = show(&tree, id);
		let sampled = Sampled::<Test>::get(audit).unwrap();
		let shown = Event::SampleShown {
			batch: id,
			total: 0,
			index: sampled.index,
			audit,
			provider: PROVIDERS[0],
		};
		assert_eq!(events().last(), Some(&shown));
		let receipt = &sampled.receipt;
		let expected = AuditedAnswer {
			client: CLIENT,
			provider: PROVIDERS[0],
			gateway: Some(GATEWAY),
			subnet: SUBNET,
			model: MODEL,
			commitment: receipt.commitment.unwrap(),
			output: receipt.output.hash,
			charge: receipt.charge,
			// All that it stands for.
			at_stake: 1_000,
		};
		assert_eq!(Audits::sampled(), [(audit, expected)]);
		let work = <Channels as AuditSubjects<_, _>>::work(&audit).unwrap();
		assert_eq!(work.payload, Content::Blob(request(1).payload));
		assert_eq!(
			(work.output, work.units),
			(Content::Blob(receipt.output), Units { input: 3, output: 5 })
		);
		assert_eq!((work.seed, work.sampling), (H256([3; 32]), request(1).sampling));
		let penalties = GatewayWork { presence_milli: 5, frequency_milli: -5 };
		assert_eq!(work.gateway, Some(penalties));
		assert_eq!(<Channels as AuditSubjects<_, _>>::subject(&audit), None);

		// Nobody is paid before its audit is over.
		to_block(until + 50);
		assert_eq!(Channels::batch(id).unwrap().state, BatchState::Waiting);
		assert_eq!(rule(audit, AuditOutcome::Accepted), 0);
		blocks(7);
		assert_eq!(Channels::batch(id).unwrap().state, BatchState::Settled);
		assert_eq!(turns(), [(PROVIDERS[0], Outcome::Settled, receipt.charge)]);
		// Royalty 10 %, gateway 5 %, treasury 5 %, auditors 10 %.
		assert_eq!((free(PROVIDERS[0]), free(POT)), (START + 700, START + 100));
		assert_eq!(Unpaid::<Test>::iter().count() + Sampled::<Test>::iter().count(), 0);
	});
}

#[test]
fn nothing_should_be_drawn_where_no_answer_can_be_audited() {
	run(|| {
		let (_, _, id) = three();
		assert_eq!(Channels::batch(id).unwrap().samples, None);
		to_block(2 + WINDOW);
		assert_eq!(Channels::batch(id).unwrap().state, BatchState::Settled);
		assert_eq!(free(POT), START);
	});
}

#[test]
fn only_the_receipt_that_the_lot_fell_on_should_be_shown() {
	run(|| {
		let channel = open(CLIENT);
		let (tree, id) = two(channel);
		let any = item(&tree, 0, 0);
		let show = |item: &Item<AccountId>, request: Request| {
			let (item, request) = (Box::new(item.clone()), Box::new(request));
			Channels::show_sample(signed(GATEWAY), id, item, request)
		};
		assert_noop!(show(&any, request(1)), Error::NotSampled);
		to_block(1 + DRAW);
		let (right, its) = drawn(&tree, id);
		let other = item(&tree, 0, 1 - right.index);
		assert_noop!(show(&other, request(2)), Error::NotSampled);
		assert_noop!(show(&right, request(7)), Error::RequestDiffers);
		let forged = Item { path: other.path.clone(), ..(*right).clone() };
		assert_noop!(show(&forged, *its), Error::ItemUnproven);
		let beyond = Item { total: 9, ..(*right).clone() };
		assert_noop!(show(&beyond, *its), Error::UnknownTotal);
		let stranger =
			Channels::show_sample(signed(CLIENT), H256::zero(), right.clone(), its.clone());
		assert_noop!(stranger, Error::UnknownBatch);
		// The same from nobody.
		let of = |item: &Item<AccountId>| {
			let (item, request) = (Box::new(item.clone()), its.clone());
			Call::show_sample { batch: id, item, request }
		};
		assert!(send(of(&other)).is_err() && send(of(&forged)).is_err());
		let post = show(&right, *its).unwrap();
		assert_eq!(post.pays_fee, frame_support::dispatch::Pays::No);
		assert_noop!(show(&right, *its), Error::SampleAlreadyShown);
		assert!(send(of(&right)).is_err());
	});
}

#[test]
fn batch_should_be_rejected_when_a_sample_is_not_shown() {
	run(|| {
		let channel = open(CLIENT);
		let (_, id) = two(channel);
		to_block(1 + DRAW + 12);
		let why = Rejection::Unavailable;
		assert!(events().contains(&Event::SampleWithheld { batch: id, total: 0 }));
		assert!(events().contains(&Event::BatchRejected { batch: id, why }));
		// A hundred times what the total charges, which is more than the batch's audit would cost.
		assert_eq!(MockGateways::gateway(&GATEWAY).unwrap().bond, BOND - 10_000);
		let slash = (GATEWAY, 10_000, Reason::BatchRejected);
		assert_eq!(MockGateways::last_slash(), Some(slash));
		blocks(3);
		assert_eq!(Channels::batch(id).unwrap().state, BatchState::Rejected(why));
		assert_eq!(free(CLIENT) + held(CLIENT), START);
		assert_eq!((free(PROVIDERS[0]), Unpaid::<Test>::iter().count()), (START, 0));
	});
}

#[test]
fn provider_should_pay_for_an_answer_that_is_not_the_models() {
	run(|| {
		let channel = open(CLIENT);
		let (tree, id) = two(channel);
		to_block(1 + DRAW);
		let audit = show(&tree, id);
		let receipt = Sampled::<Test>::get(audit).unwrap().receipt;
		// The auditors have their costs out of the bond.
		assert_eq!(rule(audit, WRONG), 30);
		assert_eq!(MockPool::bond(PROVIDERS[0]), Balance::MAX - 2_000);
		assert_eq!(turns(), [(PROVIDERS[0], Outcome::Rejected, receipt.charge)]);
		let convicted =
			Event::SampleConvicted { batch: id, audit, provider: PROVIDERS[0], slashed: 2_000 };
		assert_eq!(events().last(), Some(&convicted));
		assert!(events().iter().any(|event| matches!(
			event,
			Event::ReceiptStruck { fault: Fault::Answer(_), charge, .. } if *charge == receipt.charge
		)));
		// The rest is paid.
		blocks(40);
		assert_eq!(free(CLIENT) + held(CLIENT), START - 1_000 + receipt.charge);
		assert_eq!(free(PROVIDERS[0]), START + (1_000 - receipt.charge) * 7 / 10);
	});
}

#[test]
fn answer_should_not_be_paid_when_it_is_doubtful_and_be_paid_when_nobody_can_tell() {
	for (outcome, struck, told) in [
		(AuditOutcome::Doubtful, 1, Some(Outcome::Inconclusive)),
		(AuditOutcome::Inconclusive, 0, None),
	] {
		run(|| {
			let channel = open(CLIENT);
			let (tree, id) = two(channel);
			to_block(1 + DRAW);
			let audit = show(&tree, id);
			assert_eq!(rule(audit, outcome), 0);
			assert_eq!(Payouts::<Test>::get(id, 0).unwrap().strikes.len(), struck);
			assert_eq!(MockPool::bond(PROVIDERS[0]), Balance::MAX);
			assert_eq!(turns().first().map(|turn| turn.1), told);
			blocks(40);
			assert_eq!(Channels::batch(id).unwrap().state, BatchState::Settled);
		});
	}
}

#[test]
fn conviction_should_cost_though_the_batch_is_gone() {
	run(|| {
		let channel = open(CLIENT);
		let (tree, id) = two(channel);
		to_block(1 + DRAW);
		let audit = show(&tree, id);
		let why = Rejection::Leaves;
		assert_ok!(<Channels as AuditedBatches<_>>::reject(&id, why, 0));
		blocks(5);
		assert_eq!(Channels::batch(id).unwrap().state, BatchState::Rejected(why));
		assert_eq!(rule(audit, WRONG), 30);
		assert_eq!(MockPool::bond(PROVIDERS[0]), Balance::MAX - 2_000);
	});
}

#[test]
fn batch_should_be_rejected_when_its_sample_can_not_be_computed_again() {
	let good = |channel| answer(1, channel, 600).receipt;
	type Change = fn(&mut Receipt<AccountId>);
	let changes: [(&str, Change, bool); 10] = [
		("good", |_| {}, true),
		("uncommitted", |it| it.commitment = None, false),
		("too old", |it| it.finished_at = NOW - LIFE - 1, false),
		("just young enough", |it| it.finished_at = NOW - LIFE, true),
		("of another gateway", |it| it.gateway = OTHER_GATEWAY, false),
		("of times that can't be", |it| it.first_token_ms = u32::MAX, false),
		("more than asked for", |it| it.units.output = 257, false),
		("as much as asked for", |it| it.units.output = 256, true),
		("dearer than asked for", |it| it.units.input = 0, true),
		("too long", |it| it.output.length = 8 << 20, false),
	];
	run(|| {
		let channel = open(CLIENT);
		for (what, change, is_fit) in changes {
			MockGateways::insert(GATEWAY, gateway_info());
			let mut receipt = good(channel);
			change(&mut receipt);
			let (tree, id) = batch([sign(receipt)]);
			blocks(DRAW);
			let audit = show(&tree, id);
			assert_eq!(Sampled::<Test>::contains_key(audit), is_fit, "{what}");
			let state = match is_fit {
				true => BatchState::Waiting,
				false => BatchState::Returning(Rejection::Faults),
			};
			assert_eq!(Channels::batch(id).unwrap().state, state, "{what}");
			if is_fit {
				rule(audit, AuditOutcome::Accepted);
			} else {
				// A hundred times its charge: all of the bond.
				assert_eq!(MockGateways::gateway(&GATEWAY).unwrap().bond, 0, "{what}");
			}
		}
	});
}

#[test]
fn receipt_should_not_be_of_another_model_or_price_than_was_asked() {
	run(|| {
		let channel = open(CLIENT);
		for request in [
			Request { model: OTHER_MODEL, ..request(1) },
			Request { price: Price { base: 591, per_input: 1, per_output: 1 }, ..request(1) },
		] {
			MockGateways::insert(GATEWAY, gateway_info());
			let receipt = answer(1, channel, 600).receipt;
			let (tree, id) = batch([sign(Receipt { request: request.hash(), ..receipt })]);
			blocks(DRAW);
			let (item, _) = drawn(&tree, id);
			let request = Box::new(request);
			assert_ok!(send(Call::show_sample { batch: id, item, request }));
			let state = Channels::batch(id).unwrap().state;
			assert_eq!(state, BatchState::Returning(Rejection::Faults));
		}
	});
}

#[test]
fn sample_should_not_be_struck_to_keep_it_from_its_audit() {
	run(|| {
		let channel = open(CLIENT);
		let (tree, id) = two(channel);
		to_block(1 + DRAW);
		let (right, _) = drawn(&tree, id);
		assert_ok!(<Channels as AuditedBatches<_>>::strike(&id, &right, Fault::Repeated));
		show(&tree, id);
		let why = Rejection::Faults;
		assert_eq!(Channels::batch(id).unwrap().state, BatchState::Returning(why));
		assert_eq!(MockGateways::gateway(&GATEWAY).unwrap().bond, 0);
		blocks(3);
		assert_eq!(Unpaid::<Test>::iter().count(), 0);
	});
}

#[test]
fn sample_should_count_as_shown_when_its_request_is_audited_already() {
	run(|| {
		let channel = open(CLIENT);
		let (tree, first) = batch([answer(3, channel, 10)]);
		let (again, second) = batch([answer(3, channel, 10)]);
		blocks(DRAW);
		let audit = show(&tree, first);
		assert_eq!(show(&again, second), audit);
		assert_eq!(Payouts::<Test>::get(second, 0).unwrap().sample, Sample::Over);
		assert_eq!(Audits::sampled().len(), 1);
		blocks(40);
		assert_eq!(Channels::batch(second).unwrap().state, BatchState::Settled);
		assert_eq!(Batches::<Test>::get(first).unwrap().state, BatchState::Waiting);
		rule(audit, AuditOutcome::Accepted);
		blocks(8);
		assert_eq!(Channels::batch(first).unwrap().state, BatchState::Settled);
	});
}

#[test]
fn sample_should_be_shown_in_time() {
	run(|| {
		let channel = open(CLIENT);
		let (tree, id) = two(channel);
		to_block(1 + DRAW);
		let (item, request) = drawn(&tree, id);
		// A committee looks at the whole batch, which waits on.
		Audits::open(id);
		to_block(1 + DRAW + 12);
		let late = Channels::show_sample(signed(GATEWAY), id, item, request);
		assert_noop!(late, Error::SampleTooLate);
		Audits::close(id);
		blocks(6);
		assert!(events().contains(&Event::SampleWithheld { batch: id, total: 0 }));
	});
}

#[test]
fn providers_should_stand_for_what_is_not_struck_gateway_by_gateway() {
	run(|| {
		let channel = open(CLIENT);
		let (tree, id) = two(channel);
		let stands = || Unpaid::<Test>::get(GATEWAY, PROVIDERS[0]);
		assert_ok!(<Channels as AuditedBatches<_>>::strike(
			&id,
			&item(&tree, 0, 0),
			Fault::Repeated
		));
		assert_eq!(stands(), 1_000 - item(&tree, 0, 0).receipt.receipt.charge);
		assert_eq!(Unpaid::<Test>::get(OTHER_GATEWAY, PROVIDERS[0]), 0);
	});
}

#[test]
fn total_should_be_refused_when_its_audits_cost_more_than_it_charges() {
	run(|| {
		let channel = open(CLIENT);
		let terms = SampleTerms { rate: Permill::one(), premium: Permill::one() };
		Audits::set_terms(terms);
		let tree = tree([answer(1, channel, 600)]);
		let claims = claims([claim(CLIENT, channel, 0, 600)]);
		let committed = Channels::commit_batch(signed(GATEWAY), LEAVES, totals(&tree), claims);
		assert_noop!(committed, Error::TotalTooSmall);
	});
}

#[test]
fn all_totals_should_be_looked_at_when_there_are_many() {
	run(|| {
		always();
		let channel = open(CLIENT);
		let many = 20u8;
		let models = (0..many).map(|n| H256([100 + n; 32]));
		for model in models.clone() {
			let tasks = [TaskKind::Chat];
			MockModels::insert(model, MODEL_OWNER, Permill::zero(), &tasks);
		}
		let receipts = models.zip(1..).map(|(model, n)| {
			let request = Request { model, ..request(n) };
			let receipt = answer(n, channel, 10).receipt;
			(request, sign(Receipt { model, request: request.hash(), ..receipt }))
		});
		let (requests, receipts): (Vec<_>, Vec<_>) = receipts.unzip();
		let tree = tree(receipts);
		let id = commit(&tree, [claim(CLIENT, channel, 0, 10 * Balance::from(many))]);
		to_block(1 + DRAW);
		// All but the last.
		for total in 0..u32::from(many) - 1 {
			let item = Box::new(item(&tree, total, 0));
			let hash = item.receipt.receipt.request;
			let request = requests.iter().find(|request| request.hash() == hash).unwrap();
			assert_ok!(send(Call::show_sample { batch: id, item, request: Box::new(*request) }));
			rule(hash, AuditOutcome::Accepted);
		}
		to_block(1 + DRAW + 14);
		let total = u32::from(many) - 1;
		assert!(events().contains(&Event::SampleWithheld { batch: id, total }));
	});
}
