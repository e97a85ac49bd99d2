//! Bytes of strangers: a batch is read as it was written, or refused, and without the seat's key it does
//! nothing.

use crate::{mock::*, Batch, Commit, Decline, Reveal, RowsSeen, Said, MAX_VOTES};
use codec::{Decode, DecodeAll, Encode, MaxEncodedLen};
use frame_support::pallet_prelude::TransactionSource;
use proptest::prelude::*;
use reckon_primitives::JobId;
use reckon_verification::{Fault, Vote};
use sp_core::H256;

const JOB: JobId = JobId::repeat_byte(1);

fn commits(audit: JobId) -> Vec<Commit> {
	vec![
		Commit { audit, round: 1, challenge: H256::repeat_byte(3), blind: H256::repeat_byte(2) };
		3
	]
}

fn reveals(audit: JobId) -> Vec<Reveal> {
	let [opened, salt] = [4, 2].map(H256::repeat_byte);
	let said = Said::Else { opened, vote: Vote::Refuted(Fault::Text) };
	let short = Said::TheSame { statistics: Default::default() };
	[said, short, said]
		.map(|said| Reveal { audit, round: 1, salt, said, rows: RowsSeen::Unproven })
		.to_vec()
}

fn declines(audit: JobId) -> Vec<Decline> {
	vec![Decline { audit, round: 1, challenge: H256::repeat_byte(3) }; 3]
}

/// Random bytes, and good ones with a few changed, cut or added.
fn damaged(good: Vec<u8>) -> impl Strategy<Value = Vec<u8>> {
	let random = prop::collection::vec(any::<u8>(), 0..600);
	let length = good.len();
	let changes = prop::collection::vec((0..length, any::<u8>()), 0..6);
	let changed = (changes, 0..length + 4).prop_map(move |(changes, cut)| {
		let mut bytes = good.clone();
		for (at, byte) in changes {
			bytes[at] = byte;
		}
		bytes.resize(cut, 0);
		bytes
	});
	prop_oneof![random, changed]
}

fn read<Item: Encode + Decode + MaxEncodedLen>(bytes: &[u8]) -> Option<Batch<Item>> {
	let items = Batch::<Item>::decode_all(&mut &bytes[..]).ok()?;
	assert!(items.len() <= MAX_VOTES as usize && bytes.len() <= Batch::<Item>::max_encoded_len());
	assert_eq!(items.encode(), bytes);
	Some(items)
}

#[test]
fn batch_should_be_refused_when_it_is_longer_than_allowed() {
	let votes = |count| vec![commits(JOB)[0]; count].encode();
	assert!(read::<Commit>(&votes(MAX_VOTES as usize)).is_some());
	assert!(read::<Commit>(&votes(MAX_VOTES as usize + 1)).is_none());
	// Says that it has 2^30 of them.
	assert!(read::<Commit>(&codec::Compact(1u32 << 30).encode()).is_none());
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(2_000))]

	#[test]
	fn commits_should_be_read_back_or_refused(bytes in damaged(commits(JOB).encode())) {
		read::<Commit>(&bytes);
	}

	#[test]
	fn reveals_should_be_read_back_or_refused(bytes in damaged(reveals(JOB).encode())) {
		read::<Reveal>(&bytes);
	}

	#[test]
	fn declines_should_be_read_back_or_refused(bytes in damaged(declines(JOB).encode())) {
		read::<Decline>(&bytes);
	}
}

#[test]
fn batches_should_do_nothing_when_the_seats_key_has_not_signed_them() {
	run(|| {
		let id = drawn(1);
		let auditors = [seated(id)[0], CLIENT];
		let mut runner = proptest::test_runner::TestRunner::deterministic();
		let bytes = (damaged(commits(id).encode()), damaged(declines(id).encode()));
		let signed = runner.run(&(bytes, any::<[u8; 64]>()), |((commits, declines), signature)| {
			let signature = sp_core::sr25519::Signature::from_raw(signature).into();
			let source = TransactionSource::External;
			for auditor in &auditors {
				if let Some(batch) = read::<Commit>(&commits) {
					let said = Audits::authorize_batch(source, auditor, &batch, &signature);
					prop_assert!(said.is_err());
				}
				if let Some(batch) = read::<Decline>(&declines) {
					let said = Audits::authorize_batch(source, auditor, &batch, &signature);
					prop_assert!(said.is_err());
				}
			}
			Ok(())
		});
		signed.expect("nobody else can sign");
	});
}
