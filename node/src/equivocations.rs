//! Validators that make two blocks in one slot: found, proven, reported.
//!
//! BABE's block import does the same, but with headers that have lost their seals: its proofs carry no
//! signatures, the chain refuses them, and nobody would ever be slashed (sc-consensus-babe 0.60,
//! since polkadot-sdk#9147). So it gets a pool that drops its reports, which would otherwise
//! keep the good ones out, and the headers are compared here, after their import.

use crate::service::Client;
use futures::StreamExt;
use reckon_runtime::opaque::{Block, Header};
use sc_client_api::BlockchainEvents;
use sc_transaction_pool_api::{LocalTransactionPool, OffchainTransactionPoolFactory};
use sp_api::{ApiError, ApiExt, ProvideRuntimeApi};
use sp_blockchain::HeaderBackend;
use sp_consensus_babe::{
	check_equivocation_proof,
	digests::{CompatibleDigestItem, PreDigest},
	AuthorityId, AuthorityIndex, BabeApi, EquivocationProof, Slot, KEY_TYPE,
};
use sp_keystore::KeystorePtr;
use sp_runtime::traits::{Block as BlockT, Header as _};
use std::{
	collections::{BTreeMap, HashMap},
	sync::Arc,
};

/// How many slots are remembered, as in BABE: 50 minutes.
const SLOTS: usize = 1_000;

type Hash = <Block as BlockT>::Hash;

/// Where BABE's own reports end.
pub struct NoReports;

impl LocalTransactionPool for NoReports {
	type Block = Block;
	type Hash = Hash;
	type Error = sc_transaction_pool_api::error::Error;

	fn submit_local(
		&self,
		at: Hash,
		_: <Block as BlockT>::Extrinsic,
	) -> Result<Self::Hash, Self::Error> {
		Ok(at)
	}
}

/// Looks at each new block, and puts a report into the `pool` when its validator has made another
/// one in the same slot. Only a validator's own blocks can carry its reports.
///
/// A validator whose key is in the `keystore` is left to the others: its report would take its seat
/// in the very block that it makes, and make the block invalid.
pub async fn watch(
	client: Arc<Client>,
	pool: OffchainTransactionPoolFactory<Block>,
	keystore: KeystorePtr,
) {
	let mut blocks = client.import_notification_stream();
	let mut seen = Seen::default();
	while let Some(block) = blocks.next().await {
		let Some(digest) = pre_digest(&block.header) else { continue };
		let Some(first) = seen.note(&digest, &block.header) else { continue };
		match report(&client, &pool, &keystore, block.hash, &digest, first, block.header) {
			Ok(Some(offender)) => log::warn!(
				"🚨 {offender} made two blocks in slot {}: the report waits for our next block",
				digest.slot(),
			),
			Ok(None) => log::debug!("two blocks in slot {} can't be reported", digest.slot()),
			Err(error) => log::warn!("two blocks in slot {}: no report: {error}", digest.slot()),
		}
	}
}

/// The first sealed header of each validator in each of the last slots.
#[derive(Default)]
struct Seen(BTreeMap<Slot, HashMap<AuthorityIndex, Header>>);

impl Seen {
	/// Notes a header; returns the other one that its validator has made in its slot before.
	fn note(&mut self, digest: &PreDigest, header: &Header) -> Option<Header> {
		let slot = self.0.entry(digest.slot()).or_default();
		let first = slot.entry(digest.authority_index()).or_insert_with(|| header.clone());
		let other = (first.hash() != header.hash()).then(|| first.clone());
		while self.0.len() > SLOTS {
			self.0.pop_first();
		}
		other
	}
}

fn pre_digest(header: &Header) -> Option<PreDigest> {
	header.digest().logs().iter().find_map(|log| log.as_babe_pre_digest())
}

/// Reports two headers of one slot, the second of which is that of the block `at`; who has made
/// them, unless they prove nothing or it was us.
fn report(
	client: &Client,
	pool: &OffchainTransactionPoolFactory<Block>,
	keystore: &KeystorePtr,
	at: Hash,
	digest: &PreDigest,
	first_header: Header,
	second_header: Header,
) -> Result<Option<AuthorityId>, ApiError> {
	let api = client.runtime_api();
	let slot = digest.slot();
	// In the state of the block itself, which is in the session of its slot even when it is the
	// session's first one.
	let authorities = api.current_epoch(at)?.authorities;
	let Some((offender, _)) = authorities.into_iter().nth(digest.authority_index() as usize) else {
		return Ok(None);
	};
	if keystore.has_keys(&[(AsRef::<[u8]>::as_ref(&offender).to_vec(), KEY_TYPE)]) {
		return Ok(None);
	}
	let proof = EquivocationProof { offender: offender.clone(), slot, first_header, second_header };
	if !check_equivocation_proof(proof.clone()) {
		return Ok(None);
	}
	let Some(ownership) = api.generate_key_ownership_proof(at, slot, offender.clone())? else {
		return Ok(None);
	};
	// Another block, another instance.
	let mut api = client.runtime_api();
	let best = client.info().best_hash;
	api.register_extension(pool.offchain_transaction_pool(best));
	let submitted = api.submit_report_equivocation_unsigned_extrinsic(best, proof, ownership)?;
	Ok(submitted.map(|()| offender))
}

#[cfg(test)]
mod tests {
	use super::*;
	use sp_consensus_babe::digests::SecondaryPlainPreDigest;
	use sp_runtime::{Digest, DigestItem};

	/// A header of a validator in a slot, and another one for each other `number`.
	fn header(slot: u64, authority_index: AuthorityIndex, number: u32) -> Header {
		let digest = SecondaryPlainPreDigest { authority_index, slot: slot.into() };
		let digest = DigestItem::babe_pre_digest(PreDigest::SecondaryPlain(digest));
		let [root, state, parent] = [Hash::default(); 3];
		Header::new(number, root, state, parent, Digest { logs: vec![digest] })
	}

	fn note(seen: &mut Seen, header: &Header) -> Option<Header> {
		seen.note(&pre_digest(header).unwrap(), header)
	}

	#[test]
	fn seen_should_return_the_first_header_when_a_validator_makes_another_in_its_slot() {
		let mut seen = Seen::default();
		let (first, second, third) = (header(7, 1, 3), header(7, 1, 4), header(7, 1, 5));

		assert_eq!(note(&mut seen, &first), None);
		assert_eq!(note(&mut seen, &second), Some(first.clone()));
		assert_eq!(note(&mut seen, &third), Some(first));
	}

	#[test]
	fn seen_should_return_nothing_when_the_header_the_slot_or_the_validator_differ() {
		let mut seen = Seen::default();
		let first = header(7, 1, 3);
		note(&mut seen, &first);

		for other in [first, header(7, 2, 4), header(8, 1, 4)] {
			assert_eq!(note(&mut seen, &other), None, "{other:?}");
		}
	}

	#[test]
	fn seen_should_forget_the_oldest_slot_when_there_are_many() {
		let mut seen = Seen::default();
		let slots = SLOTS as u64;
		for slot in 0..=slots {
			note(&mut seen, &header(slot, 1, 3));
		}

		assert_eq!(seen.0.len(), SLOTS);
		assert_eq!(note(&mut seen, &header(0, 1, 4)), None);
		assert!(note(&mut seen, &header(slots, 1, 4)).is_some());
	}
}
