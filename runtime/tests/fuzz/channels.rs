//! Calls about channels. Keys follow from whose they are, so that vouchers and receipts are good ones
//! most of the time; whoever makes a batch keeps its receipts.

use super::{audits::SALT, calls::Signed, Fuzzer};
use codec::Encode;
use frame_support::BoundedVec;
use pallet_channels::{Call, LaneClaim};
use rand::Rng;
use reckon_primitives::{
	token::UNIT, Balance, BatchId, ChannelId, ContentRef, ModelId, Price, Sampling, TaskKind, Units,
};
use reckon_receipts::{BatchTree, Item, Receipt, Request, SignedReceipt, SignedVoucher, Voucher};
use reckon_runtime::{AccountId, Runtime, RuntimeCall, System};
use reckon_verification::commitment;
use sp_core::{sr25519, Pair, H256};
use std::collections::BTreeMap;

const LEAVES: ContentRef = ContentRef { hash: H256::repeat_byte(5), length: 100 };

/// The key that signs a client's vouchers, or a provider's receipts.
fn key(owner: &AccountId, purpose: &[u8]) -> sr25519::Pair {
	sr25519::Pair::from_seed(&sp_io::hashing::blake2_256(&(owner, purpose).encode()))
}

fn voucher_key(client: &AccountId) -> sr25519::Pair {
	key(client, b"vouchers")
}

fn genesis() -> H256 {
	System::block_hash(0)
}

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
		let gateway = self.gateway();
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

	pub(super) fn close_channel(&mut self) -> Signed {
		let (channel, client, gateway) = self.channel();
		let who = self.one_of(&[client, gateway]).expect("there are two");
		(who, Call::close { channel }.into())
	}

	/// A batch of a few of a gateway's channels, paid for exactly, most of the time.
	pub(super) fn commit_batch(&mut self) -> Signed {
		let (_, _, gateway) = self.channel();
		let mut receipts = Vec::new();
		let mut claims = BTreeMap::<_, LaneClaim>::new();
		let mut requests = self.rng.random::<[u8; 32]>();
		for (id, channel) in pallet_channels::Pallet::<Runtime>::channels_to(gateway.clone(), None)
		{
			if receipts.len() > 8 || self.one_in(3) {
				continue;
			}
			let mut left = channel.left;
			for _ in 0..self.rng.random_range(1..4) {
				// Now and then more than there is, and now and then all of it.
				let charge = match self.rng.random_range(0..80) {
					0 => left.saturating_add(1),
					1..10 => left,
					_ => left.min(UNIT / 1_000) / 1_000 * self.rng.random_range(1..1_000u128),
				};
				left = left.saturating_sub(charge);
				let lane = self.rng.random_range(0..channel.taken.len());
				if !self.one_in(20) {
					requests = self.rng.random();
				}
				let receipt = self.receipt(id, lane as u16, &gateway, charge, H256::from(requests));
				receipts.push(receipt);
				let claim = claims.entry((id, lane)).or_insert_with(|| {
					let cumulative = channel.taken[lane];
					let (lane, request) = (lane as u16, H256::zero());
					let voucher = Voucher { channel: id, lane, cumulative, request };
					let signature = sr25519::Signature::default();
					LaneClaim { signed: SignedVoucher { voucher, signature }, upto: cumulative }
				});
				claim.upto = claim.upto.saturating_add(charge);
			}
			for claim in claims.values_mut().filter(|claim| claim.signed.voucher.channel == id) {
				self.sign(claim, &channel.client);
			}
		}
		let claims = BoundedVec::truncate_from(claims.into_values().collect());
		let Ok(tree) = BatchTree::new(receipts) else {
			let totals = Default::default();
			return (gateway, Call::commit_batch { leaves: LEAVES, totals, claims }.into());
		};
		let totals = BoundedVec::truncate_from(tree.totals().to_vec());
		self.books.channels.keep(tree);
		(gateway, Call::commit_batch { leaves: LEAVES, totals, claims }.into())
	}

	/// Of a batch that waits, and whatever is in it: it may be good.
	pub(super) fn report_item(&mut self) -> Signed {
		let reporter = self.account();
		let Some((batch, tree)) = self.batch_with_receipts() else {
			return self.open_channel();
		};
		let item = self.item_of(&tree).map(Box::new);
		let Some(item) = item else { return self.open_channel() };
		(reporter, Call::report_item { batch, item }.into())
	}

	/// Of two receipts for one request, if there are such.
	pub(super) fn report_twins(&mut self) -> Signed {
		let reporter = self.account();
		let Some((batch, tree)) = self.batch_with_receipts() else {
			return self.open_channel();
		};
		let all = items(&tree);
		let request =
			|item: &Item<AccountId>| (item.receipt.receipt.channel, item.receipt.receipt.request);
		let twins: Vec<_> = all
			.iter()
			.flat_map(|one| all.iter().map(move |other| (one, other)))
			.filter(|(one, other)| {
				(one.total, one.index) != (other.total, other.index)
					&& request(one) == request(other)
			})
			.map(|(one, other)| (one.clone(), other.clone()))
			.collect();
		let found = self.one_of(&twins);
		let (first, second) = match found {
			Some(twins) => twins,
			None => match (self.one_of(&all), self.one_of(&all)) {
				(Some(first), Some(second)) => (first, second),
				_ => return self.open_channel(),
			},
		};
		let (first, second) = (Box::new(first), Box::new(second));
		(reporter, Call::report_twins { batch, first, second }.into())
	}

	/// The receipt of a batch that the lot fell on, with what was asked.
	pub(super) fn show_sample(&mut self) -> Signed {
		let who = self.account();
		let drawn: Vec<_> = pallet_channels::Batches::<Runtime>::iter()
			.filter_map(|(id, batch)| Some((id, batch.root.hash, batch.samples?.seed?)))
			.take(64)
			.collect();
		let mut shown = Vec::new();
		for (id, root, seed) in drawn {
			let Some(tree) = self.books.channels.tree(&root) else { continue };
			for (total, payout) in pallet_channels::Payouts::<Runtime>::iter_prefix(id) {
				let point = payout.sample_point(&seed, total);
				shown.extend(point.and_then(|at| tree.charging(total, at)).map(|item| (id, item)));
			}
		}
		let Some((batch, item)) = self.one_of(&shown) else { return self.open_channel() };
		let receipt = &item.receipt.receipt;
		let nonce = if self.one_in(40) { H256::zero() } else { receipt.output.hash };
		let request = Box::new(asked(nonce, receipt.model));
		(who, Call::show_sample { batch, item: Box::new(item), request }.into())
	}

	/// Signs a claim's voucher: for what it takes, for more, or for less.
	fn sign(&mut self, claim: &mut LaneClaim, client: &AccountId) {
		let voucher = &mut claim.signed.voucher;
		let slack = if self.one_in(2) { 0 } else { self.rng.random_range(0..UNIT) };
		voucher.cumulative = claim.upto.saturating_add(slack);
		let signer = if self.one_in(60) { self.account() } else { client.clone() };
		claim.signed.signature = voucher_key(&signer).sign(&voucher.payload(&genesis()));
		match self.rng.random_range(0..100) {
			0 => voucher.cumulative = voucher.cumulative.saturating_add(1),
			1 => claim.upto = claim.upto.saturating_add(1),
			_ => {},
		}
	}

	/// A receipt that is good, or has one of the faults that anybody can show.
	fn receipt(
		&mut self,
		channel: ChannelId,
		lane: u16,
		gateway: &AccountId,
		charge: Balance,
		request: H256,
	) -> SignedReceipt<AccountId> {
		let (provider, model) = (self.provider(), self.offered());
		let worker = key(&provider, b"receipts");
		let other_gateway = self.gateway();
		let other_channel = self.channel().0;
		let fault = self.rng.random_range(0..40);
		let id = asked(request, model).hash();
		// The root that the fuzzer's workers open.
		let commitment = H256(commitment(&id.0, provider.as_ref(), &id.0, &SALT));
		let receipt = Receipt {
			request: id,
			channel: if fault == 0 { other_channel } else { channel },
			lane,
			model,
			gateway: if fault == 1 { other_gateway } else { gateway.clone() },
			provider,
			worker: worker.public(),
			units: Units { input: 1, output: 1 },
			charge,
			// The request is found by it.
			output: ContentRef { hash: request, ..LEAVES },
			commitment: (fault != 4).then_some(commitment),
			started_at: 1_000,
			finished_at: match fault {
				2 => 0,
				// So long ago that nobody can audit it.
				5 => 2_000,
				_ => u64::MAX / 2,
			},
			first_token_ms: 10,
		};
		let chain = if fault == 3 { H256::zero() } else { genesis() };
		let signature = worker.sign(&receipt.payload(&chain));
		SignedReceipt { receipt, signature }
	}

	/// Any channel, with its client and gateway.
	fn channel(&mut self) -> (ChannelId, AccountId, AccountId) {
		let all: Vec<_> = pallet_channels::Channels::<Runtime>::iter()
			.take(64)
			.map(|(id, channel)| (id, channel.client, channel.gateway))
			.collect();
		match self.one_of(&all) {
			Some(found) if !self.one_in(40) => found,
			Some((id, ..)) => (id, self.account(), self.account()),
			None => (H256::zero(), self.account(), self.gateway()),
		}
	}

	fn batch_with_receipts(&mut self) -> Option<(BatchId, BatchTree<AccountId>)> {
		let waiting = !self.one_in(20);
		let all: Vec<_> = pallet_channels::Batches::<Runtime>::iter()
			.filter(|(_, batch)| !waiting || batch.state == pallet_channels::BatchState::Waiting)
			.take(64)
			.map(|(id, batch)| (id, batch.root.hash))
			.collect();
		let (id, root) = self.one_of(&all)?;
		Some((id, self.books.channels.tree(&root)?.clone()))
	}

	fn item_of(&mut self, tree: &BatchTree<AccountId>) -> Option<Item<AccountId>> {
		let mut item = self.one_of(&items(tree))?;
		if self.one_in(20) {
			item.index = item.index.saturating_add(1);
		}
		Some(item)
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
	let totals = (0u32..).zip(tree.totals());
	totals
		.flat_map(|(total, of)| {
			(0..of.receipts.count).filter_map(move |index| tree.item(total, index))
		})
		.collect()
}
