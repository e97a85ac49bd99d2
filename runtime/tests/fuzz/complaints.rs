//! Calls about receipts that gateways have taken, and that are in no batch, or are.

use super::{
	calls::Signed,
	channels::{genesis, has_channels},
	Fuzzer,
};
use pallet_channels::Call;
use pallet_providers::Status;
use rand::Rng;
use reckon_primitives::{token::UNIT, Balance, BatchId, BlockNumber};
use reckon_receipts::{Acknowledgement, Proof, SignedAcknowledgement, SignedReceipt};
use reckon_runtime::{AccountId, Channels, Runtime, System};
use sp_core::{Pair, H256};

type PatienceBlocks = <Runtime as pallet_channels::Config>::PatienceBlocks;
type ComplaintBlocks = <Runtime as pallet_channels::Config>::ComplaintBlocks;
type AnswerBlocks = <Runtime as pallet_channels::Config>::AnswerBlocks;

/// How many receipts are remembered that are in no batch: more than complaints are open.
const REMEMBERED: usize = 64;

/// The receipts with open complaints, and their gateways; in an order that does not follow from signatures,
/// which are others in each run.
fn open_complaints() -> Vec<(H256, AccountId)> {
	let mut open: Vec<_> = pallet_channels::Complaints::<Runtime>::iter().collect();
	open.sort_by_key(|(_, it)| (it.request, it.provider.clone(), it.charge, it.last, it.due));
	open.into_iter().map(|(receipt, it)| (receipt, it.gateway)).collect()
}

impl Fuzzer {
	/// About a receipt that is in no batch, or in one; which its gateway has taken, long enough ago, most of
	/// the time.
	pub(super) fn complain(&mut self) -> Signed {
		let complainer = self.wealthy();
		let known: Vec<_> = self.withheld.iter().map(|(_, signed)| signed.clone()).collect();
		let found = match self.rng.random_range(0..10) {
			0..5 => self.batched(),
			// Somebody has complained about it before, perhaps.
			5 => self.one_of(&known),
			_ => None,
		};
		let signed = found.unwrap_or_else(|| self.new_receipt());
		let leaf = signed.leaf().hash;
		let receipt = if self.one_in(40) { H256::zero() } else { leaf };
		let acknowledgement = Acknowledgement { receipt, taken_at: self.taken_at() };
		let signer =
			if self.one_in(40) { complainer.clone() } else { signed.receipt.gateway.clone() };
		// Who is no person has no key.
		let signature = self.pairs.get(&signer).map(|pair| {
			let payload = acknowledgement.payload(&genesis());
			pair.sign(&payload)
		});
		let signature = signature.unwrap_or_default();
		let acknowledged = SignedAcknowledgement { acknowledgement, signature };
		(complainer, Call::complain { receipt: Box::new(signed), acknowledged }.into())
	}

	/// When a gateway has taken a receipt that somebody complains about now.
	fn taken_at(&mut self) -> BlockNumber {
		let (patience, complaint) = (PatienceBlocks::get(), ComplaintBlocks::get());
		let latest = System::block_number().saturating_sub(patience + 1);
		match self.rng.random_range(0..30) {
			0 => 0,
			1 => latest + 1,
			2 => latest.saturating_sub(complaint),
			3 => BlockNumber::MAX,
			_ => latest.saturating_sub(self.rng.random_range(0..complaint)),
		}
	}

	/// A receipt that some batch has, whatever has become of it.
	fn batched(&mut self) -> Option<SignedReceipt<AccountId>> {
		let batches: Vec<_> = pallet_channels::Batches::<Runtime>::iter_keys().collect();
		let batch = self.one_of(&batches)?;
		let receipts: Vec<_> = self.books.channels.tree(&batch)?.places().collect();
		let nth = self.rng.random_range(0..receipts.len());
		Some(receipts[nth].1.clone())
	}

	/// A receipt that a gateway has put into no batch; it may do so still.
	fn new_receipt(&mut self) -> SignedReceipt<AccountId> {
		let (mut channel, _, mut gateway) = self.channel();
		if !self.one_in(20) {
			gateway = self.gateway_that(has_channels);
			let channels = Channels::channels_to(gateway.clone(), None);
			channel = self.one_of(&channels).map_or(channel, |(id, _)| id);
		}
		let charge = match self.rng.random_range(0..20) {
			0 => 0,
			1 => Balance::MAX,
			// More than a fault costs, or less.
			2..12 => UNIT / 1_000 * self.rng.random_range(1..2_000u128),
			_ => UNIT / 1_000 * self.rng.random_range(1..50u128),
		};
		let mut payee = self.payee(&gateway);
		// Somebody who can't be paid any more when an answer is due, perhaps.
		let due = System::block_number() + AnswerBlocks::get();
		let parting = pallet_providers::Providers::<Runtime>::iter().find(
			|(_, provider)| matches!(provider.status, Status::Leaving { until } if until <= due),
		);
		if let Some((who, _)) = parting.filter(|_| !self.one_in(3)) {
			payee.0 = who;
		}
		let (nonce, fault) = (H256(self.rng.random()), self.rng.random_range(0..60));
		let signed = self.receipt((channel, 0), &gateway, charge, payee, nonce, fault);
		self.withheld.push_back((signed.leaf().hash, signed.clone()));
		if self.withheld.len() > REMEMBERED {
			self.withheld.pop_front();
		}
		signed
	}

	fn withheld(&self, receipt: &H256) -> Option<SignedReceipt<AccountId>> {
		let mut known = self.withheld.iter();
		known.find(|(leaf, _)| leaf == receipt).map(|(_, signed)| signed.clone())
	}

	/// What a gateway has put into no batch, and somebody has complained about.
	pub(super) fn missed(&self, gateway: &AccountId) -> Vec<SignedReceipt<AccountId>> {
		open_complaints()
			.into_iter()
			.filter(|(_, about)| about == gateway)
			.filter_map(|(receipt, _)| self.withheld(&receipt))
			.collect()
	}

	/// By the batch that has the receipt, if there is one, most of the time.
	pub(super) fn answer_complaint(&mut self) -> Signed {
		let answers: Vec<_> = open_complaints()
			.into_iter()
			.filter_map(|(receipt, gateway)| {
				let (batch, (total, index)) = self.books.channels.place(&receipt)?;
				let proof = self.books.channels.tree(&batch)?.proof(total, index)?;
				Some((gateway, batch, proof))
			})
			.collect();
		let answer = match self.one_in(8) {
			true => self.useless_answer(),
			false => self.one_of(&answers),
		};
		let Some((gateway, batch, proof)) = answer else { return self.commit_batch() };
		let who = if self.one_in(30) { self.account() } else { gateway };
		(who, Call::answer_complaint { batch, proof: Box::new(proof) }.into())
	}

	/// Some gateway shows some receipt of some batch.
	fn useless_answer(&mut self) -> Option<(AccountId, BatchId, Proof<AccountId>)> {
		let complaints = open_complaints();
		let (_, gateway) = self.one_of(&complaints)?;
		let batches = self.batches_with_receipts();
		let (batch, tree) = self.one_of(&batches)?;
		let mut proof = tree.proof(0, 0)?;
		if let Some((receipt, _)) = self.one_of(&complaints).filter(|_| self.one_in(2)) {
			// The receipt that was asked for, where it is not.
			proof.item.receipt = self.withheld(&receipt)?;
		}
		Some((gateway, batch, proof))
	}
}
