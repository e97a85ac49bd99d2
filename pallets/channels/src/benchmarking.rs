//! Each call and each step of the agenda at its worst: with as many lanes as a channel can have, each
//! claim out of another channel, and shares for everybody.

use crate::*;
use alloc::{boxed::Box, vec, vec::Vec};
use codec::Decode;
use core::ops::Range;
use frame_benchmarking::v2::*;
use frame_support::{
	traits::{fungible::Mutate, Get},
	weights::Weight,
};
use frame_system::{pallet_prelude::BlockNumberFor, RawOrigin};
use reckon_primitives::{
	Balance, BatchId, ChannelId, ContentRef, Market, ModelId, Price, Sampling, TaskKind, Units,
};
use reckon_receipts::{
	Acknowledgement, BatchTree, Item, MaxDepth, Node, Path, Proof, Receipt, Request, Root,
	SignedAcknowledgement, SignedReceipt, SignedVoucher, Total, Voucher, MAX_RECEIPTS,
};
use reckon_support::{
	AuditOutcome, AuditSubjects, AuditedBatches, Conviction, Fault, GatewayInspect, ModelInspect,
	ProviderPool, Rejection, Ruling, SubnetInspect, SubnetParameters,
};
use sp_core::{crypto::KeyTypeId, sr25519, H256};
use sp_io::crypto::{sr25519_generate, sr25519_sign};
use sp_runtime::{traits::Saturating, Permill};

const KEYS: KeyTypeId = KeyTypeId(*b"chan");
const PRICE: Price<Balance> = Price { base: 1, per_input: 1, per_output: 1 };
const CHARGE: Balance = 1_000_000_000_000;
const LEAVES: ContentRef = ContentRef { hash: H256::repeat_byte(5), length: 1 };

fn funded<T: Config<Currency: Mutate<T::AccountId>>>(name: &'static str, n: u32) -> T::AccountId {
	let who = account(name, n, 0);
	T::Currency::set_balance(&who, Balance::MAX >> 40);
	who
}

/// A gateway of subnet 0, which admits the model among as many others as can be.
fn gateway<T: Config<Currency: Mutate<T::AccountId>>>() -> (T::AccountId, ModelId) {
	let model = T::Models::create_for_benchmark(&funded::<T>("owner", 0), 0);
	T::Subnets::fill_for_benchmark(model);
	let gateway = funded::<T>("gateway", 0);
	T::Gateways::create_for_benchmark(&gateway);
	T::Currency::set_balance(&T::Treasury::get(), CHARGE);
	T::Currency::set_balance(&Pallet::<T>::till(), CHARGE);
	(gateway, model)
}

fn deposit<T: Config>() -> Balance {
	T::MinDeposit::get().saturating_add(CHARGE.saturating_mul(4))
}

/// The nth client's channel.
fn opened<T: Config<Currency: Mutate<T::AccountId>>>(
	gateway: &T::AccountId,
	n: u32,
) -> (T::AccountId, ChannelId, sr25519::Public) {
	let client = funded::<T>("client", n);
	let key = sr25519_generate(KEYS, None);
	Pallet::<T>::do_open(client.clone(), gateway.clone(), deposit::<T>(), MAX_LANES, key)
		.expect("set up for it");
	let id = ClientChannels::<T>::iter_key_prefix(&client).next().expect("just opened");
	(client, id, key)
}

fn claim<T: Config>(channel: ChannelId, key: &sr25519::Public, charge: Balance) -> LaneClaim {
	let lane = (MAX_LANES - 1) as u16;
	let voucher = Voucher { channel, lane, cumulative: charge, request: H256::zero() };
	let payload = voucher.payload(&Pallet::<T>::genesis());
	let signature = sr25519_sign(KEYS, key, &payload).expect("the keystore has it");
	LaneClaim { signed: SignedVoucher { voucher, signature }, upto: charge }
}

fn providers<T: Config<Currency: Mutate<T::AccountId>>>(model: ModelId, numbers: Range<u32>) {
	let market = Market { subnet: 0, model };
	for n in numbers {
		let worker = account("worker", n, 0);
		let provider = funded::<T>("provider", n);
		T::Providers::create_for_benchmark(&provider, &worker, &market, 8, PRICE);
	}
}

/// A receipt of the first provider's, signed for another chain: the dearest fault to see.
fn receipt<T: Config>(
	model: ModelId,
	channel: ChannelId,
	request: u8,
) -> SignedReceipt<T::AccountId> {
	let worker = sr25519_generate(KEYS, None);
	let receipt = Receipt {
		request: H256::repeat_byte(request),
		channel,
		lane: 0,
		model,
		provider: account("provider", 0, 0),
		worker,
		gateway: account("gateway", 0, 0),
		units: Units { input: 1, output: 1 },
		charge: CHARGE,
		output: LEAVES,
		commitment: Some(H256::zero()),
		started_at: 1,
		finished_at: 2,
		first_token_ms: 1,
	};
	let payload = receipt.payload(&H256::zero());
	let signature = sr25519_sign(KEYS, &worker, &payload).expect("the keystore has it");
	SignedReceipt { receipt, signature }
}

/// A batch of two receipts for one request, each proved by as long a path as there can be, and paid by
/// two channels.
fn committed<T: Config<Currency: Mutate<T::AccountId>>>() -> (BatchId, [Item<T::AccountId>; 2]) {
	let (gateway, model) = gateway::<T>();
	providers::<T>(model, 0..1);
	let (_, channel, key) = opened::<T>(&gateway, 0);
	let receipts = [receipt::<T>(model, channel, 1), receipt::<T>(model, channel, 1)];
	// As deep as can be; all other leaves charge nothing.
	let path_beside = |other: &SignedReceipt<T::AccountId>| {
		let mut path = vec![Node::default(); MAX_RECEIPTS.ilog2() as usize];
		path[0] = other.leaf();
		bounded::<Node, MaxDepth>(path)
	};
	let paths = [path_beside(&receipts[1]), path_beside(&receipts[0])];
	let root = Root::of_path(MAX_RECEIPTS, 0, receipts[0].leaf(), &paths[0]).expect("a tree");
	let provider = account("provider", 0, 0);
	let total = Total { provider, model, receipts: root };
	let claims = vec![claim::<T>(channel, &key, total.receipts.sum)];
	Pallet::<T>::do_commit_batch(gateway, LEAVES, bounded(vec![total]), bounded(claims))
		.expect("set up for it");
	let [first, second] = receipts;
	let [path, path_of_second] = paths;
	let items = [
		Item { total: 0, index: 0, receipt: first, path },
		Item { total: 0, index: 1, receipt: second, path: path_of_second },
	];
	(Batches::<T>::iter_keys().next().expect("just committed"), items)
}

fn bounded<Item, Most: Get<u32>>(items: Vec<Item>) -> frame_support::BoundedVec<Item, Most> {
	frame_support::BoundedVec::truncate_from(items)
}

/// Makes the batch due, in this state.
fn due<T: Config>(id: BatchId, state: BatchState) {
	let due = Batches::<T>::mutate(id, |batch| {
		let batch = batch.as_mut().expect("it is there");
		batch.state = state;
		batch.due
	});
	frame_system::Pallet::<T>::set_block_number(due);
	AgendaCursor::<T>::put(due);
}

/// One step of a batch, as the agenda takes it.
fn step<T: Config>(id: BatchId) {
	let batch = Batches::<T>::get(id).expect("it is there");
	Pallet::<T>::advance(id, batch);
}

fn batch<T: Config>(id: BatchId) -> BatchOf<T> {
	Batches::<T>::get(id).expect("it is there")
}

/// A complaint that can be made, and the proof that answers it, by as long a path as there can be. The
/// gateway's account is a key that signs.
fn withheld<T: Config<Currency: Mutate<T::AccountId>>>(
) -> (SignedReceipt<T::AccountId>, SignedAcknowledgement, BatchId, Proof<T::AccountId>) {
	let (_, model) = gateway::<T>();
	let key = sr25519_generate(KEYS, None);
	let own = T::AccountId::decode(&mut &key.0[..]).expect("as long as a key, or shorter");
	T::Currency::set_balance(&own, Balance::MAX >> 40);
	T::Gateways::create_for_benchmark(&own);
	providers::<T>(model, 0..1);
	T::Currency::set_balance(&account("provider", 0, 0), CHARGE);
	let (_, channel, session) = opened::<T>(&own, 0);
	let genesis = Pallet::<T>::genesis();
	let mut signed = receipt::<T>(model, channel, 1);
	let worker = sr25519_generate(KEYS, None);
	(signed.receipt.gateway, signed.receipt.worker) = (own.clone(), worker);
	let payload = signed.receipt.payload(&genesis);
	signed.signature = sr25519_sign(KEYS, &worker, &payload).expect("the keystore has it");

	let path: Path = bounded(vec![Node::default(); MAX_RECEIPTS.ilog2() as usize]);
	let root = Root::of_path(MAX_RECEIPTS, 0, signed.leaf(), &path).expect("a tree");
	let total = Total { provider: account("provider", 0, 0), model, receipts: root };
	let claims = vec![claim::<T>(channel, &session, root.sum)];
	Pallet::<T>::do_commit_batch(own, LEAVES, bounded(vec![total.clone()]), bounded(claims))
		.expect("set up for it");
	let batch = Batches::<T>::iter_keys().next().expect("just committed");
	let item = Item { total: 0, index: 0, receipt: signed.clone(), path };
	let proof = Proof { item, total, path: Default::default() };

	let now = T::PatienceBlocks::get().saturating_add(2u32.into());
	frame_system::Pallet::<T>::set_block_number(now);
	let acknowledgement = Acknowledgement { receipt: signed.leaf().hash, taken_at: 1 };
	let payload = acknowledgement.payload(&genesis);
	let signature = sr25519_sign(KEYS, &key, &payload).expect("the keystore has it");
	(signed, SignedAcknowledgement { acknowledgement, signature }, batch, proof)
}

/// An open complaint, and what answers it.
fn complained<T: Config<Currency: Mutate<T::AccountId>>>() -> (H256, BatchId, Proof<T::AccountId>) {
	let (signed, acknowledged, batch, proof) = withheld::<T>();
	Pallet::<T>::do_complain(funded::<T>("worker", 0), &signed, &acknowledged)
		.expect("set up for it");
	(signed.leaf().hash, batch, proof)
}

/// A batch whose only total is sampled for certain, the receipt with as long a path as there can be, and its
/// request.
fn drawn<T: Config<Currency: Mutate<T::AccountId>>>() -> (BatchId, Item<T::AccountId>, Request) {
	let (gateway, model) = gateway::<T>();
	T::Models::calibrate_for_benchmark(&model);
	providers::<T>(model, 0..1);
	let (_, channel, key) = opened::<T>(&gateway, 0);
	let request = Request {
		nonce: H256::zero(),
		model,
		task: TaskKind::Chat,
		payload: LEAVES,
		sampling: Sampling::default(),
		presence_milli: 0,
		frequency_milli: 0,
		price: Price { base: CHARGE, ..PRICE },
	};
	let mut signed = receipt::<T>(model, channel, 1);
	let worker = sr25519_generate(KEYS, None);
	(signed.receipt.request, signed.receipt.worker) = (request.hash(), worker);
	signed.receipt.finished_at = u64::MAX;
	let payload = signed.receipt.payload(&Pallet::<T>::genesis());
	signed.signature = sr25519_sign(KEYS, &worker, &payload).expect("the keystore has it");
	let path: Path = bounded(vec![Node::default(); MAX_RECEIPTS.ilog2() as usize]);
	let root = Root::of_path(MAX_RECEIPTS, 0, signed.leaf(), &path).expect("a tree");
	let total = Total { provider: account("provider", 0, 0), model, receipts: root };
	let claims = vec![claim::<T>(channel, &key, root.sum)];
	Pallet::<T>::do_commit_batch(gateway, LEAVES, bounded(vec![total]), bounded(claims))
		.expect("set up for it");
	let id = Batches::<T>::iter_keys().next().expect("just committed");
	Payouts::<T>::mutate(id, 0, |payout| {
		payout.as_mut().expect("it is there").terms.rate = Permill::one();
	});
	Batches::<T>::mutate(id, |batch| {
		let batch = batch.as_mut().expect("it is there");
		let now = frame_system::Pallet::<T>::block_number();
		let (mut samples, _) = Pallet::<T>::expect_draw(now, now);
		samples.seed = Some(H256::zero());
		batch.samples = Some(samples);
	});
	(id, Item { total: 0, index: 0, receipt: signed, path }, request)
}

#[benchmarks(where T: Config<Currency: Mutate<T::AccountId>>)]
mod benchmarks {
	use super::*;

	#[benchmark]
	fn open() {
		let (gateway, _) = gateway::<T>();
		let client = funded::<T>("client", 0);
		let key = sr25519::Public::default();

		#[extrinsic_call]
		_(RawOrigin::Signed(client), gateway, deposit::<T>(), MAX_LANES, key);

		assert_eq!(Channels::<T>::iter_keys().count(), 1);
	}

	#[benchmark]
	fn top_up() {
		let (client, id, _) = opened::<T>(&gateway::<T>().0, 0);

		#[extrinsic_call]
		_(RawOrigin::Signed(client), id, CHARGE);

		assert_eq!(
			Channels::<T>::get(id).map(|c| c.left),
			Some(deposit::<T>() - T::MinDeposit::get() + CHARGE)
		);
	}

	#[benchmark]
	fn request_close() {
		let (client, id, _) = opened::<T>(&gateway::<T>().0, 0);

		#[extrinsic_call]
		_(RawOrigin::Signed(client), id);

		assert!(Channels::<T>::get(id).is_some_and(|channel| channel.closes_at.is_some()));
	}

	/// Of a channel whose notice runs.
	#[benchmark]
	fn close() {
		let (gateway, _) = gateway::<T>();
		let (client, id, _) = opened::<T>(&gateway, 0);
		Pallet::<T>::do_request_close(client, id).expect("its client");

		#[extrinsic_call]
		_(RawOrigin::Signed(gateway), id);

		assert!(!Channels::<T>::contains_key(id));
	}

	/// `c`: channels that pay for one total, one lane each. Totals are measured by themselves: beside
	/// hundreds of signatures they are less than the noise.
	#[benchmark]
	fn commit_batch(c: Linear<1, MAX_CLAIMS>) {
		let (gateway, model) = gateway::<T>();
		providers::<T>(model, 0..1);
		let mut signed = receipt::<T>(model, H256::zero(), 1);
		signed.receipt.charge = CHARGE.saturating_mul(c.into());
		let tree = BatchTree::new([signed]).expect("there is one");
		let mut claims: Vec<_> = (0..c)
			.map(|n| {
				let (_, channel, key) = opened::<T>(&gateway, n);
				claim::<T>(channel, &key, CHARGE)
			})
			.collect();
		claims.sort_by_key(|claim| claim.signed.voucher.channel);
		let totals = bounded(tree.totals().to_vec());

		#[extrinsic_call]
		_(RawOrigin::Signed(gateway), LEAVES, totals, bounded(claims));

		assert_eq!(Contributions::<T>::iter_keys().count(), c as usize);
		assert_eq!(Payouts::<T>::iter_keys().count(), 1);
	}

	/// `t`: totals, each of another provider and model, in a subnet that admits all models.
	#[benchmark]
	fn commit_totals(t: Linear<1, MAX_TOTALS>) {
		let (id, [item, _]) = committed::<T>();
		// It has the first one of them.
		providers::<T>(item.receipt.receipt.model, 1..t);
		let owner = funded::<T>("owner", 0);
		let receipts = (0..t).map(|n| {
			let model = T::Models::create_for_benchmark(&owner, 1 + n);
			let mut signed = receipt::<T>(model, H256::zero(), 1);
			signed.receipt.provider = account("provider", n, 0);
			signed
		});
		let tree = BatchTree::new(receipts.collect::<Vec<_>>()).expect("there are some");
		let totals: Totals<T::AccountId> = bounded(tree.totals().to_vec());
		let rules = SubnetParameters::default();
		let batch = batch::<T>(id);
		// What else there is would be counted.
		let _ = Payouts::<T>::clear_prefix(id, 1, None);

		#[block]
		{
			Pallet::<T>::check_totals(&totals, &rules).expect("set up for it");
			Pallet::<T>::insert_payouts(H256::zero(), &batch, totals).expect("set up for it");
		}

		assert_eq!(Payouts::<T>::iter_keys().count(), t as usize);
	}

	#[benchmark]
	fn report_item() {
		let (id, [item, _]) = committed::<T>();

		#[extrinsic_call]
		_(RawOrigin::Signed(account::<T::AccountId>("reporter", 0, 0)), id, Box::new(item));

		assert_eq!(batch::<T>(id).escrow, CHARGE);
	}

	#[benchmark]
	fn report_twins() {
		let (id, items) = committed::<T>();
		let [first, second] = items.map(Box::new);

		#[extrinsic_call]
		_(RawOrigin::Signed(account::<T::AccountId>("reporter", 0, 0)), id, first, second);

		assert_eq!(batch::<T>(id).escrow, CHARGE);
	}

	#[benchmark]
	fn strike() {
		let (id, [item, _]) = committed::<T>();

		#[block]
		{
			Pallet::<T>::strike(&id, &item, Fault::Repeated).expect("it waits");
		}

		assert_eq!(batch::<T>(id).escrow, CHARGE);
	}

	#[benchmark]
	fn reject() {
		let (id, _) = committed::<T>();
		let why = Rejection::Leaves;

		#[block]
		{
			Pallet::<T>::reject(&id, why, 0).expect("it waits");
		}

		assert_eq!(batch::<T>(id).state, BatchState::Returning(why));
	}

	#[benchmark]
	fn due_wait() {
		let (id, _) = committed::<T>();
		due::<T>(id, BatchState::Waiting);

		#[block]
		{
			step::<T>(id);
		}

		// On the runtime its audit's lot is not drawn yet: it is asked for again.
		assert!(matches!(batch::<T>(id).state, BatchState::Waiting | BatchState::Paying));
	}

	#[benchmark]
	fn due_payout() {
		let (id, _) = committed::<T>();
		due::<T>(id, BatchState::Paying);

		#[block]
		{
			step::<T>(id);
		}

		assert_eq!(Payouts::<T>::iter_keys().count(), 0);
	}

	/// Removes contributions, which are as many as a step removes, and more.
	#[benchmark]
	fn due_removal() {
		let (id, _) = committed::<T>();
		due::<T>(id, BatchState::Paying);
		step::<T>(id);
		for n in 0..MAX_CLAIMS {
			let paid = Contribution { client: account("client", n, 0), amount: 0 };
			Contributions::<T>::insert(id, H256::repeat_byte(n as u8), paid);
		}
		let before = Contributions::<T>::iter_keys().count();

		#[block]
		{
			step::<T>(id);
		}

		assert_eq!(Contributions::<T>::iter_keys().count(), before - settlement::REMOVED_AT_ONCE);
	}

	#[benchmark]
	fn due_end() {
		let (id, _) = committed::<T>();
		due::<T>(id, BatchState::Paying);
		step::<T>(id);
		step::<T>(id);

		#[block]
		{
			step::<T>(id);
		}

		assert_eq!(batch::<T>(id).state, BatchState::Settled);
	}

	#[benchmark]
	fn due_return() {
		let (id, _) = committed::<T>();
		due::<T>(id, BatchState::Returning(Rejection::Leaves));

		#[block]
		{
			step::<T>(id);
		}

		assert_eq!(Contributions::<T>::iter_keys().count(), 0);
	}

	/// By the agenda, which has nothing else to do.
	#[benchmark]
	fn due_final() {
		let (id, _) = committed::<T>();
		due::<T>(id, BatchState::Settled);
		let now: BlockNumberFor<T> = frame_system::Pallet::<T>::block_number();

		#[block]
		{
			Pallet::<T>::work_off(now, Weight::MAX);
		}

		assert!(!Batches::<T>::contains_key(id));
	}

	#[benchmark]
	fn complain() {
		let (signed, acknowledged, ..) = withheld::<T>();
		let receipt = Box::new(signed);

		#[extrinsic_call]
		_(RawOrigin::Signed(funded::<T>("worker", 0)), receipt, acknowledged);

		assert_eq!(Complaints::<T>::iter_keys().count(), 1);
	}

	#[benchmark]
	fn answer_complaint() {
		let (_, batch, proof) = complained::<T>();
		let gateway = proof.item.receipt.receipt.gateway.clone();

		#[extrinsic_call]
		_(RawOrigin::Signed(gateway), batch, Box::new(proof));

		assert_eq!(Complaints::<T>::iter_keys().count(), 0);
	}

	#[benchmark]
	fn due_complaint() {
		let (id, _, proof) = complained::<T>();
		let gateway = proof.item.receipt.receipt.gateway;
		let bond = T::Gateways::gateway(&gateway).map(|info| info.bond);

		#[block]
		{
			Pallet::<T>::take_up(id);
		}

		assert!(T::Gateways::gateway(&gateway).map(|info| info.bond) < bond);
	}

	#[benchmark]
	fn due_heard() {
		let (id, ..) = complained::<T>();
		Pallet::<T>::take_up(id);

		#[block]
		{
			Pallet::<T>::take_up(id);
		}

		assert_eq!(Heard::<T>::iter_keys().count(), 0);
	}

	/// Of a receipt that is audited then.
	#[benchmark]
	fn show_sample() {
		let (id, item, request) = drawn::<T>();

		#[extrinsic_call]
		_(RawOrigin::Authorized, id, Box::new(item), Box::new(request));

		assert_eq!(Sampled::<T>::iter_keys().count(), 1);
	}

	/// By its client.
	#[benchmark]
	fn audit_receipt() {
		let (id, item, request) = drawn::<T>();
		let client = account("client", 0, 0);

		#[extrinsic_call]
		_(RawOrigin::Signed(client), id, Box::new(item), Box::new(request), Balance::MAX);

		assert_eq!(Sampled::<T>::iter_keys().count(), 1);
	}

	/// A look at as many totals as are looked at together, whose audits are over.
	#[benchmark]
	fn due_look() {
		let (id, item, request) = drawn::<T>();
		Pallet::<T>::do_show_sample(id, &item, &request).expect("set up for it");
		let payout = Payouts::<T>::get(id, 0).expect("it is there");
		for n in 0..samples::LOOKED_AT_ONCE {
			let sample = Sample::Audited(H256::repeat_byte(n as u8));
			Payouts::<T>::insert(id, n, Payout { sample, ..payout.clone() });
		}
		let mut batch = batch::<T>(id);
		batch.root.count = samples::LOOKED_AT_ONCE + 1;

		#[block]
		{
			Pallet::<T>::look_at_samples(id, &mut batch);
		}

		let looked_at = batch.samples.map(|samples| samples.looked_at);
		assert_eq!(looked_at, Some(samples::LOOKED_AT_ONCE));
	}

	/// Of an answer that is not the model's, after an audit that its client has paid for.
	#[benchmark]
	fn on_ruling() {
		let (id, item, request) = drawn::<T>();
		let client = account("client", 0, 0);
		Pallet::<T>::do_audit_receipt(client, id, &item, &request, Balance::MAX)
			.expect("set up for it");
		let outcome = AuditOutcome::Rejected(Conviction::NotOpened);
		let ruling = Ruling { outcome, costs: 1, slash: Balance::MAX };

		#[block]
		{
			Pallet::<T>::on_ruling(&request.hash(), ruling);
		}

		assert_eq!(Sampled::<T>::iter_keys().count(), 0);
	}

	impl_benchmark_test_suite!(Pallet, crate::mock::ext(), crate::mock::Test);
}
