//! Calls about channels and batches. Keys follow from whose they are, so that vouchers and receipts are
//! good ones most of the time; whoever makes a batch keeps its receipts.

use super::{audits::SALT, calls::Signed, Fuzzer};
use codec::Encode;
use frame_support::{
	pallet_prelude::TransactionSource,
	traits::{fungible::Inspect, Authorize},
	BoundedVec,
};
use pallet_channels::{BatchState, Call, ChannelOf, LaneClaim};
use rand::Rng;
use reckon_primitives::{
	token::UNIT, Balance, BatchId, ChannelId, ContentRef, ModelId, Price, Sampling, TaskKind, Units,
};
use reckon_receipts::{
	BatchTree, Item, Receipt, Request, SignedReceipt, SignedVoucher, Total, Voucher,
};
use reckon_runtime::{
	AccountId, Audits, Balances, Channels, Providers, Runtime, RuntimeCall, Subnets, System,
};
use reckon_support::{
	Auditing, BatchAuditing, GatewayInfo, GatewayInspect, Membership, ProviderPool, SubnetInspect,
};
use reckon_verification::commitment;
use sp_core::{sr25519, Pair, H256};
use std::collections::{BTreeMap, BTreeSet};

const LEAVES: ContentRef = ContentRef { hash: H256::repeat_byte(5), length: 100 };
/// What receipts charge at most, but for those that take all that there is: more than an audit costs.
const CHARGE: Balance = UNIT / 20;
/// How many batches are looked through for something wrong.
const LOOKED_THROUGH: usize = 4;

/// Whether a call needs no account, as what it shows is all that it takes.
pub fn is_exhibit(call: &RuntimeCall) -> bool {
	use pallet_channels::Call::*;
	matches!(
		call,
		RuntimeCall::Channels(report_item { .. } | report_twins { .. } | show_sample { .. })
	)
}

/// Whether the pool takes a call from nobody in particular.
pub fn may_be_sent(call: &RuntimeCall) -> bool {
	call.authorize(TransactionSource::External).is_some_and(|valid| valid.is_ok())
}

/// The key that signs a client's vouchers, or a provider's receipts.
fn key(owner: &AccountId, purpose: &[u8]) -> sr25519::Pair {
	sr25519::Pair::from_seed(&sp_io::hashing::blake2_256(&(owner, purpose).encode()))
}

fn voucher_key(client: &AccountId) -> sr25519::Pair {
	key(client, b"vouchers")
}

pub(super) fn genesis() -> H256 {
	System::block_hash(0)
}

/// What the chain knows of a gateway.
fn gateway_info(who: &AccountId) -> Option<GatewayInfo> {
	<Subnets as GatewayInspect<_>>::gateway(who)
}

/// Whether a gateway can be opened channels to.
fn takes_channels(who: &AccountId) -> bool {
	let rules = gateway_info(who).and_then(|info| Some((Subnets::open_subnet(info.subnet)?, info)));
	rules.is_some_and(|(rules, info)| info.is_eligible(&rules))
}

/// Whether a gateway can commit to batches: its bond stays, it can pay for their audits, and its subnet has
/// models.
fn may_commit(who: &AccountId) -> bool {
	let until = System::block_number() + <Audits as BatchAuditing<AccountId>>::longest();
	let Some(info) = gateway_info(who) else { return false };
	let stays = info.leaves_at.is_none_or(|leaves_at| leaves_at >= until);
	let rules = <Subnets as SubnetInspect>::subnet(info.subnet);
	let has_models = rules.is_some_and(|rules| match rules.membership {
		Membership::Open => true,
		Membership::Models(listed) => {
			listed.iter().any(pallet_models::Models::<Runtime>::contains_key)
		},
	});
	stays && has_models && info.bond >= UNIT && Balances::balance(who) > UNIT
}

/// Whether anybody has a channel to a gateway.
pub(super) fn has_channels(who: &AccountId) -> bool {
	pallet_channels::GatewayChannels::<Runtime>::iter_key_prefix(who).next().is_some()
}

/// What receipts are for: who has worked, and with which model.
pub(super) type Payee = (AccountId, ModelId);

impl Fuzzer {
	pub(super) fn open_channel(&mut self) -> Signed {
		let who = self.wealthy();
		let deposit = match self.rng.random_range(0..20) {
			0 => self.part_of(&who, 1),
			1 => UNIT / 10,
			_ => self.rng.random_range(1..20) * UNIT,
		};
		let lanes = match self.rng.random_range(0..40) {
			0 => 0,
			1 => 65,
			2 => 64,
			_ => self.rng.random_range(1..4),
		};
		let session_key = voucher_key(&who).public();
		self.sessions.insert(session_key, who.clone());
		let gateway = self.gateway_that(takes_channels);
		(who, Call::open { gateway, deposit, lanes, session_key }.into())
	}

	pub(super) fn top_up_channel(&mut self) -> Signed {
		let (channel, client, _) = self.channel();
		let amount = self.part_of(&client, 100);
		(client, Call::top_up { channel, amount }.into())
	}

	pub(super) fn request_close_channel(&mut self) -> Signed {
		let (channel, client, _) = self.channel();
		(client, Call::request_close { channel }.into())
	}

	/// One that anybody can close, or its gateway, or its client once the notice is over.
	pub(super) fn close_channel(&mut self) -> Signed {
		let abandoned: Vec<_> = self
			.some_channels()
			.into_iter()
			.filter(|(_, channel)| gateway_info(&channel.gateway).is_none())
			.collect();
		match self.one_of(&abandoned) {
			Some((channel, _)) if !self.one_in(4) => {
				(self.account(), Call::close { channel }.into())
			},
			_ => {
				let (channel, client, gateway) = self.channel();
				let who = self.one_of(&[client, gateway]).expect("there are two");
				(who, Call::close { channel }.into())
			},
		}
	}

	/// A batch of a few of a gateway's channels, paid for exactly, most of the time.
	pub(super) fn commit_batch(&mut self) -> Signed {
		let gateway = self.gateway_that(|who| may_commit(who) && has_channels(who));
		let payees: Vec<_> =
			(0..self.rng.random_range(1..4)).map(|_| self.payee(&gateway)).collect();
		let is_honest = !self.one_in(3);
		// Now and then too little for the audits of what it is.
		let most = if self.one_in(15) { UNIT / 1_000_000 } else { CHARGE };
		let mut receipts = Vec::new();
		let mut charged = BTreeMap::<(ChannelId, u16), Balance>::new();
		let mut channels = Channels::channels_to(gateway.clone(), None);
		if !channels.is_empty() {
			let first = self.rng.random_range(0..channels.len());
			channels.rotate_left(first);
		}
		let missed = self.missed(&gateway);
		let mut nonce = H256(self.rng.random());
		for (id, channel) in channels {
			let mut left = channel.left;
			let mut add = |signed: SignedReceipt<AccountId>| {
				let Receipt { lane, charge, .. } = signed.receipt;
				*charged.entry((id, lane)).or_default() += charge;
				receipts.push(signed);
				left = left.saturating_sub(charge);
				left
			};
			let mut rest = channel.left;
			for signed in missed.iter().filter(|signed| signed.receipt.channel == id) {
				if signed.receipt.charge <= rest && self.one_in(2) {
					rest = add(signed.clone());
				}
			}
			if rest == 0 || self.one_in(3) {
				continue;
			}
			for _ in 0..self.rng.random_range(1..4) {
				let charge = self.charge(rest, most);
				if is_honest || !self.one_in(4) {
					nonce = H256(self.rng.random());
				}
				let lane = self.rng.random_range(0..channel.taken.len()) as u16;
				let payee = self.one_of(&payees).expect("there is one");
				let fault = self.rng.random_range(0..if is_honest { 1 } else { 20 });
				rest = add(self.receipt((id, lane), &gateway, charge, payee, nonce, fault));
			}
			if receipts.len() > 8 {
				break;
			}
		}
		let Ok(tree) = BatchTree::new(receipts) else {
			// Nothing is left in its channels.
			return self.open_channel();
		};
		let mut totals = tree.totals().to_vec();
		let mut claims: Vec<_> = charged
			.into_iter()
			.filter(|(_, charge)| *charge > 0)
			.filter_map(|(of, charge)| self.lane_claim(of, charge))
			.collect();
		let mut leaves = LEAVES;
		if self.one_in(7) {
			self.spoil(&mut leaves, &mut totals, &mut claims);
		}
		self.books.channels.keep(totals.clone(), tree);
		let (totals, claims) =
			(BoundedVec::truncate_from(totals), BoundedVec::truncate_from(claims));
		(gateway, Call::commit_batch { leaves, totals, claims }.into())
	}

	/// What a receipt charges where so much is left: now and then nothing, too much, all of it, or a little.
	fn charge(&mut self, left: Balance, most: Balance) -> Balance {
		match self.rng.random_range(0..200) {
			0 => left.saturating_add(1),
			1..5 => 0,
			5..10 => left,
			10..15 => left.min(UNIT / 1_000),
			_ => left.min(most) / 1_000 * self.rng.random_range(1..=1_000u128),
		}
	}

	/// What a lane pays, signed for by its client.
	fn lane_claim(&mut self, (id, lane): (ChannelId, u16), charge: Balance) -> Option<LaneClaim> {
		let channel = pallet_channels::Channels::<Runtime>::get(id)?;
		let upto = channel.taken.get(usize::from(lane))?.saturating_add(charge);
		let slack = if self.one_in(2) { 0 } else { self.rng.random_range(0..UNIT) };
		let cumulative = upto.saturating_add(slack);
		let voucher = Voucher { channel: id, lane, cumulative, request: H256::zero() };
		// Who has it opened by others, as calls in a batch are, is not the client.
		let owner = self.sessions.get(&channel.session_key)?;
		let signature = voucher_key(owner).sign(&voucher.payload(&genesis()));
		Some(LaneClaim { signed: SignedVoucher { voucher, signature }, upto })
	}

	/// Makes something of a batch that the chain refuses, or that is to be found out later.
	fn spoil(
		&mut self,
		leaves: &mut ContentRef,
		totals: &mut Vec<Total<AccountId>>,
		claims: &mut Vec<LaneClaim>,
	) {
		let (Some(total), Some(claim)) = (totals.first().cloned(), claims.first().cloned()) else {
			return;
		};
		let (first_total, first_claim) = (&mut totals[0], &mut claims[0]);
		match self.rng.random_range(0..18) {
			0 => leaves.length = 0,
			1 => leaves.length = u32::MAX,
			2 => totals.reverse(),
			3 => totals.push(total),
			4 => first_total.receipts.count = 0,
			5 => first_total.receipts.count += 1,
			6 => first_total.receipts.count = u32::MAX,
			7 => first_total.receipts.sum = Balance::MAX,
			8 => first_total.receipts.sum += 1,
			9 => first_total.provider = self.account(),
			10 => first_total.model = self.offered(),
			11 => claims.reverse(),
			12 => claims.push(claim),
			13 => claims.clear(),
			14 => first_claim.upto = first_claim.signed.voucher.cumulative + 1,
			15 => first_claim.signed.voucher.lane = 64,
			16 => first_claim.signed.signature = Default::default(),
			_ => first_claim.signed.voucher.channel = H256::zero(),
		}
	}

	/// Of a batch that waits: a receipt that is wrong, if there is one, most of the time.
	pub(super) fn report_item(&mut self) -> Signed {
		let calls = self.batches_with_receipts().into_iter().flat_map(|(batch, tree)| {
			items(&tree).into_iter().map(move |item| {
				RuntimeCall::from(Call::report_item { batch, item: Box::new(item) })
			})
		});
		self.exhibit(calls.collect())
	}

	/// Of two receipts for one request, if there are such.
	pub(super) fn report_twins(&mut self) -> Signed {
		let request =
			|item: &Item<AccountId>| (item.receipt.receipt.channel, item.receipt.receipt.request);
		let mut calls = Vec::new();
		for (batch, tree) in self.batches_with_receipts() {
			let all = items(&tree);
			let pairs = all.iter().flat_map(|one| all.iter().map(move |other| (one, other)));
			let twins = pairs.filter(|(one, other)| {
				(one.total, one.index) != (other.total, other.index)
					&& (request(one) == request(other) || self.one_in(40))
			});
			calls.extend(twins.map(|(one, other)| {
				let (first, second) = (Box::new(one.clone()), Box::new(other.clone()));
				RuntimeCall::from(Call::report_twins { batch, first, second })
			}));
		}
		self.exhibit(calls)
	}

	/// One of these that shows something wrong, most of the time.
	fn exhibit(&mut self, calls: Vec<RuntimeCall>) -> Signed {
		let reporter = self.account();
		let call = match self.one_in(6) {
			true => self.one_of(&calls),
			false => calls.into_iter().find(may_be_sent),
		};
		call.map_or_else(|| self.commit_batch(), |call| (reporter, call))
	}

	/// The receipt of a batch that the lot fell on, with what was asked; while there is time, most of the
	/// time.
	pub(super) fn show_sample(&mut self) -> Signed {
		let who = self.account();
		let (now, any) = (System::block_number(), self.one_in(20));
		let mut shown = Vec::new();
		for (id, batch) in pallet_channels::Batches::<Runtime>::iter() {
			let Some(samples) = batch.samples.filter(|_| batch.state == BatchState::Waiting) else {
				continue;
			};
			let Some(seed) = samples.seed.filter(|_| any || now < samples.until) else { continue };
			let Some(tree) = self.books.channels.tree(&id) else { continue };
			for (total, payout) in pallet_channels::Payouts::<Runtime>::iter_prefix(id) {
				let point = payout
					.sample_point(&seed, total)
					.filter(|_| any || payout.sample == pallet_channels::Sample::Unshown);
				shown.extend(point.and_then(|at| tree.charging(total, at)).map(|item| (id, item)));
			}
		}
		let Some((batch, item)) = self.one_of(&shown) else { return self.commit_batch() };
		let receipt = &item.receipt.receipt;
		let nonce = if self.one_in(40) { H256::zero() } else { receipt.output.hash };
		let request = Box::new(asked(nonce, receipt.model));
		(who, Call::show_sample { batch, item: Box::new(item), request }.into())
	}

	/// A client pays for the audit of one of its answers.
	pub(super) fn audit_receipt(&mut self) -> Signed {
		let (now, any) = (System::block_number(), self.one_in(20));
		let mut own = Vec::new();
		for (id, batch) in pallet_channels::Batches::<Runtime>::iter() {
			let is_open = batch.state == BatchState::Waiting
				&& batch.samples.is_some_and(|samples| now < samples.until);
			if !is_open && !any {
				continue;
			}
			let Some(tree) = self.books.channels.tree(&id) else { continue };
			for item in items(tree) {
				let channel = item.receipt.receipt.channel;
				let paid = pallet_channels::Contributions::<Runtime>::get(id, channel);
				own.extend(paid.map(|paid| (paid.client, id, item)));
			}
		}
		let Some((client, batch, item)) = self.one_of(&own) else { return self.commit_batch() };
		let client = if self.one_in(20) { self.account() } else { client };
		let receipt = &item.receipt.receipt;
		let nonce = if self.one_in(40) { H256::zero() } else { receipt.output.hash };
		let request = Box::new(asked(nonce, receipt.model));
		let max_fee = if self.one_in(20) { 1 } else { Balance::MAX };
		let item = Box::new(item);
		(client, Call::audit_receipt { batch, item, request, max_fee }.into())
	}

	/// A receipt of somebody's work; a good one, if the fault is none of those below.
	pub(super) fn receipt(
		&mut self,
		(channel, lane): (ChannelId, u16),
		gateway: &AccountId,
		charge: Balance,
		(provider, model): Payee,
		nonce: H256,
		fault: u32,
	) -> SignedReceipt<AccountId> {
		let worker = key(&provider, b"receipts");
		let id = asked(nonce, model).hash();
		// The root that the fuzzer's workers open.
		let commitment = H256(commitment(&id.0, provider.as_ref(), &id.0, &SALT));
		let receipt = Receipt {
			request: id,
			channel: if fault == 1 { self.channel().0 } else { channel },
			lane,
			model,
			gateway: if fault == 2 { self.gateway() } else { gateway.clone() },
			provider,
			worker: worker.public(),
			// More than was asked for, once.
			units: Units { input: 1, output: if fault == 7 { u32::MAX } else { 1 } },
			charge,
			// The request is found by it.
			output: ContentRef { hash: nonce, ..LEAVES },
			commitment: (fault != 5).then_some(commitment),
			started_at: 1_000,
			finished_at: match fault {
				3 => 0,
				// So long ago that nobody can audit it.
				6 => 2_000,
				_ => u64::MAX / 2,
			},
			first_token_ms: 10,
		};
		let chain = if fault == 4 { H256::zero() } else { genesis() };
		let signature = worker.sign(&receipt.payload(&chain));
		SignedReceipt { receipt, signature }
	}

	/// Who can be paid for what in a gateway's batches: most of the time for models that are audited.
	pub(super) fn payee(&mut self, gateway: &AccountId) -> Payee {
		let rules = gateway_info(gateway)
			.and_then(|info| <Subnets as SubnetInspect>::subnet(info.subnet))
			.unwrap_or_default();
		let admitted: Vec<_> = pallet_models::Models::<Runtime>::iter_keys()
			.filter(|model| rules.membership.admits(model))
			.collect();
		let audited: Vec<_> = admitted.iter().copied().filter(Audits::is_auditable).collect();
		let model = match self.one_of(&audited) {
			Some(model) if !self.one_in(3) => model,
			_ => self.one_of(&admitted).unwrap_or_else(|| self.offered()),
		};
		let bonded: Vec<_> = pallet_providers::Providers::<Runtime>::iter_keys()
			.filter(|who| Providers::stake_per_job(who) > 0)
			.collect();
		let provider = match self.one_of(&bonded) {
			Some(provider) => provider,
			None => self.account(),
		};
		(provider, model)
	}

	/// A gateway of this kind, most of the time.
	pub(super) fn gateway_that(&mut self, is: impl Fn(&AccountId) -> bool) -> AccountId {
		let all: Vec<_> =
			pallet_subnets::Gateways::<Runtime>::iter_keys().filter(|who| is(who)).collect();
		match self.one_of(&all) {
			Some(gateway) if !self.one_in(40) => gateway,
			_ => self.gateway(),
		}
	}

	/// Some of the channels: others each time.
	fn some_channels(&mut self) -> Vec<(ChannelId, ChannelOf<Runtime>)> {
		type All = pallet_channels::Channels<Runtime>;
		let from = All::hashed_key_for(H256(self.rng.random()));
		let found: BTreeMap<_, _> = All::iter_from(from).chain(All::iter()).take(64).collect();
		found.into_iter().collect()
	}

	/// Any channel, with its client and gateway.
	pub(super) fn channel(&mut self) -> (ChannelId, AccountId, AccountId) {
		let all = self.some_channels();
		match self.one_of(&all) {
			Some((id, channel)) if !self.one_in(40) => (id, channel.client, channel.gateway),
			Some((id, _)) => (id, self.account(), self.account()),
			None => (H256::zero(), self.account(), self.gateway()),
		}
	}

	/// A few of those that wait, or of all.
	pub(super) fn batches_with_receipts(&mut self) -> Vec<(BatchId, BatchTree<AccountId>)> {
		let any = self.one_in(20);
		let mut all: Vec<_> = pallet_channels::Batches::<Runtime>::iter()
			.filter(|(_, batch)| any || batch.state == BatchState::Waiting)
			.map(|(id, _)| id)
			.collect();
		let mut some = BTreeSet::new();
		for _ in 0..LOOKED_THROUGH.min(all.len()) {
			some.insert(all.swap_remove(self.rng.random_range(0..all.len())));
		}
		let tree = |id: BatchId| Some((id, self.books.channels.tree(&id)?.clone()));
		some.into_iter().filter_map(tree).collect()
	}

	/// Everybody's money comes out of the channels.
	pub(super) fn channels_end(&mut self) -> Result<(), String> {
		for (channel, record) in pallet_channels::Channels::<Runtime>::iter().collect::<Vec<_>>() {
			if record.closes_at.is_none() {
				self.must(&record.client, RuntimeCall::from(Call::request_close { channel }))?;
			}
		}
		Ok(())
	}
}

/// What a client has asked.
fn asked(nonce: H256, model: ModelId) -> Request {
	Request {
		nonce,
		model,
		task: TaskKind::Chat,
		payload: LEAVES,
		sampling: Sampling::default(),
		presence_milli: 0,
		frequency_milli: 0,
		price: Price { base: Balance::MAX / 4, per_input: 0, per_output: 0 },
	}
}

/// All receipts of a batch, with their proofs.
fn items(tree: &BatchTree<AccountId>) -> Vec<Item<AccountId>> {
	tree.places().filter_map(|((total, index), _)| tree.item(total, index)).collect()
}
