//! What must hold for any bytes: nothing panics, nothing wrong is accepted, and what is accepted is
//! written as it was read. One function for each type that travels; `targets/` has a fuzz target for
//! each.

#[cfg(feature = "chain")]
pub mod off_chain;

// Brings the counters that everything is compiled with.
use libfuzzer_sys as _;

use codec::{Decode, DecodeAll, Encode, MaxEncodedLen};
use reckon_verification::{
	blind, distance, parse_tokens, positions, Evidence, Fingerprint, Hash, Limits, Opening, Root,
	Rows, Shape, Statistics, Thresholds, Vote, POSITIONS, PROJECTIONS,
};

/// The job that everything is about.
pub const JOB: Hash = [1; 32];
/// What the committee looks at.
pub const CHALLENGE: Hash = [2; 32];
/// The shape of the answer that openings are of.
const SHAPE: Shape = Shape { count: 11, width: 3 };

/// The answer that openings are of.
fn rows() -> Rows {
	let numbers = (0..SHAPE.count * SHAPE.width).map(|at| (at * 37 % 101) as f32 / 10.0 - 5.05);
	Rows::new(SHAPE.width, (0..SHAPE.count).collect(), numbers.collect()).expect("a shape")
}

thread_local! {
	static ANSWER: (Rows, Root, Vec<u8>) = {
		let evidence = Evidence::new(&JOB, rows());
		let asked = positions(&CHALLENGE, &JOB, SHAPE.count).expect("a shape");
		let all: Vec<Opening> =
			asked.iter().map(|at| evidence.open(*at).expect("inside")).collect();
		(rows(), evidence.root(), all.encode())
	};
}

/// Bytes that are good, for each target, to begin with.
pub fn seeds() -> Vec<(&'static str, Vec<u8>)> {
	let opened = ANSWER.with(|(_, _, good)| good.clone());
	let fingerprint = rows().fingerprint(&CHALLENGE, &JOB).expect("measurable");
	let vote = Vote::Replayed { fingerprint, statistics: Statistics::default() };
	let seeds = vec![
		("openings", opened),
		("rows", rows().encode()),
		("tokens", rows().tokens().to_vec().encode()),
		("votes", vote.encode()),
		("fingerprints", (fingerprint, fingerprint).encode()),
	];
	#[cfg(feature = "chain")]
	let seeds = [seeds, chain::seeds(vote), off_chain::seeds()].concat();
	seeds
}

/// The openings that a worker hands out: only the very ones that were committed to are accepted.
pub fn openings(bytes: &[u8]) {
	ANSWER.with(|(rows, root, good)| {
		let asked = positions(&CHALLENGE, &JOB, SHAPE.count).expect("a shape");
		let read = Opening::parse_all(bytes, &asked, &JOB, rows.tokens(), SHAPE.width, root);
		assert_eq!(read.is_ok(), bytes == good);
	});
	// Each alone, against whatever answer it is said to be of.
	let mut rest = bytes;
	let shape = <(u16, u32)>::decode(&mut rest);
	if let (Ok((count, width)), Ok(opening)) = (shape, Opening::decode(&mut rest)) {
		let tokens = vec![opening.token; count.into()];
		assert!(opening.verify(&JOB, &tokens, width, &[0; 32]).is_err());
		let width = width % 64;
		let _ = Opening::fingerprint(&vec![opening; POSITIONS], &CHALLENGE, &JOB, width);
	}
}

/// Rows as a worker keeps them: whole if they are accepted, and each of them opens.
pub fn whole_rows(bytes: &[u8]) {
	let Ok(rows) = Rows::parse(bytes) else { return };
	assert_eq!(rows.encode(), bytes);
	assert_eq!(rows.numbers().len() as u32, rows.count() * rows.width());
	let last = rows.count() - 1;
	let made = rows.fingerprint(&CHALLENGE, &JOB);
	let evidence = Evidence::new(&JOB, rows);
	let opening = evidence.open(last).expect("inside");
	let rows = evidence.rows();
	let verified = opening.verify(&JOB, rows.tokens(), rows.width(), &evidence.root());
	assert_eq!(verified, Ok(()));
	if let Ok(made) = made {
		assert_eq!(distance(&made, &made), 0);
	}
}

/// An answer's tokens as a worker gives them out.
pub fn tokens(bytes: &[u8]) {
	for limit in [0, 1, 8, 1 << 20] {
		if let Ok(tokens) = parse_tokens(bytes, limit) {
			assert!(tokens.len() <= limit as usize);
			assert_eq!(tokens.encode(), bytes);
		}
	}
}

/// A vote, against any worker.
pub fn votes(bytes: &[u8]) {
	if let Ok(vote) = Vote::decode_all(&mut &bytes[..]) {
		assert_eq!(vote.encode(), bytes);
	}
	let mut rest = bytes;
	let Ok(vote) = Vote::decode(&mut rest) else { return };
	assert!(vote.encode().len() <= Vote::max_encoded_len());
	assert_ne!(blind(&JOB, &JOB, &vote, &[0; 32]), blind(&JOB, &JOB, &vote, &[1; 32]));
	let worker = Fingerprint::decode(&mut rest).unwrap_or_default();
	let limits = Limits { flag: 500, slash: 2_000 };
	let thresholds = Thresholds { distance: limits, margin: limits };
	let verdict = thresholds.verdict(&worker, &JOB, &vote);
	assert_eq!(verdict.reason.is_none(), verdict.grade == reckon_verification::Grade::Same);
}

/// Two fingerprints: how far they are from one another is a distance.
pub fn fingerprints(bytes: &[u8]) {
	let Ok((a, b)) = <(Fingerprint, Fingerprint)>::decode(&mut &bytes[..]) else {
		assert!(bytes.len() < 4 * POSITIONS * PROJECTIONS);
		return;
	};
	let apart = distance(&a, &b);
	assert_eq!(apart, distance(&b, &a));
	assert!(apart <= 2_000_000 || apart == reckon_verification::UNMEASURABLE);
	assert!(distance(&a, &a) == 0 || distance(&a, &a) == reckon_verification::UNMEASURABLE);
}

/// What travels in extrinsics, and what is stored of it.
#[cfg(feature = "chain")]
pub mod chain {
	use super::*;
	use pallet_audits::{
		payload, Batch, Commit, Decline, Reveal, RowsSeen, Said, Statement, COMMITS, MAX_VOTES,
	};
	use reckon_primitives::{ContentRef, JobId, Units};
	use reckon_receipts::{BatchTree, Committed, Receipt, SignedReceipt, Wrong};
	use reckon_support::{Conviction, Subject};
	use sp_core::{hex2array, sr25519, Pair};
	use std::collections::BTreeMap;

	type Account = [u8; 32];

	/// The chain that everything is signed for.
	const GENESIS: JobId = JobId::repeat_byte(5);
	/// Who commits to the batch, of whose receipts everything is said to be.
	const GATEWAY: Account = [4; 32];
	/// The worker's, of the batch's receipts: signed again they would be others each time, and no seed
	/// would be of the batch of the process that reads it.
	const SIGNATURES: [[u8; 64]; 3] = [
		hex2array!(
			"461068631ca230a2baa80405e7ba27ec674eff484fd9c114744530d449400321\
			 8f2c46c14ce959aebdffa3503f7fbb6e87cc9534e3a1b3e926a692c86dbd0587"
		),
		hex2array!(
			"1897b99bd4a501d479940acf202a21f2a74b2e40bcf39172362632077a7e231c\
			 6826299c0434c46e3d678abfff8b60878465bf8d26ded0960c09fa46fc89b88c"
		),
		hex2array!(
			"0062fa4b04526ce09c9e3f259a2c6d8936a32172b545e9602d38e8cde7510e74\
			 489c17a030278be02f12f7433ade516a497a1da26b3b91a06921634418fbb48c"
		),
	];

	thread_local! {
		static BATCH: (Committed<Account>, Vec<u8>) = {
			let receipts = receipts();
			let tree = BatchTree::new(receipts.clone()).expect("few receipts");
			let leaves = receipts.encode();
			(committed(&tree, &leaves), leaves)
		};
	}

	/// What a gateway commits to whose channels pay what these receipts charge.
	fn committed(tree: &BatchTree<Account>, leaves: &[u8]) -> Committed<Account> {
		let mut paid = BTreeMap::<_, u128>::new();
		for (_, signed) in tree.places() {
			let sum = paid.entry(signed.receipt.channel).or_default();
			*sum = sum.saturating_add(signed.receipt.charge);
		}
		Committed {
			genesis: GENESIS,
			gateway: GATEWAY,
			leaves: ContentRef::of(leaves),
			totals: tree.totals().to_vec(),
			struck: Default::default(),
			paid,
		}
	}

	/// Two of one provider, and one of another.
	fn receipts() -> Vec<SignedReceipt<Account>> {
		let worker = sr25519::Pair::from_seed(&[6; 32]);
		let receipt = |request: u8, provider: u8| Receipt {
			request: JobId::repeat_byte(request),
			channel: JobId::repeat_byte(7),
			lane: 0,
			model: JobId::repeat_byte(8),
			provider: [provider; 32],
			worker: worker.public(),
			gateway: GATEWAY,
			units: Units { input: 3, output: 4 },
			charge: 20,
			output: ContentRef::of(b"an answer"),
			commitment: None,
			started_at: 1_000,
			finished_at: 2_000,
			first_token_ms: 100,
		};
		let all = [receipt(1, 1), receipt(2, 1), receipt(3, 2)].into_iter().zip(SIGNATURES);
		all.map(|(receipt, signature)| {
			let again = worker.sign(&receipt.payload(&GENESIS));
			let signed = SignedReceipt { receipt, signature: signature.into() };
			assert_eq!(signed.verify(&GENESIS), Ok(()), "sign again, for example by {again:?}");
			signed
		})
		.collect()
	}

	pub(super) fn seeds(vote: Vote) -> Vec<(&'static str, Vec<u8>)> {
		let (audit, round) = (JobId::repeat_byte(1), 1);
		let hash = JobId::repeat_byte(3);
		let said = Said::Else { opened: hash, vote };
		let rows = RowsSeen::Proven;
		vec![
			("commits", vec![Commit { audit, round, challenge: hash, blind: hash }; 2].encode()),
			("reveals", vec![Reveal { audit, round, salt: hash, said, rows }; 2].encode()),
			("declines", vec![Decline { audit, round, challenge: hash }; 2].encode()),
			("subjects", Statement { vote, rows }.encode()),
			("batches", BATCH.with(|(_, leaves)| leaves.clone())),
		]
	}

	/// A batch: no more than are allowed, each as it was written, and signed for what it says.
	fn batch<Item: Encode + Decode + MaxEncodedLen>(bytes: &[u8]) {
		let Ok(items) = Batch::<Item>::decode_all(&mut &bytes[..]) else { return };
		assert!(items.len() <= MAX_VOTES as usize);
		assert_eq!(items.encode(), bytes);
		assert!(bytes.len() <= Batch::<Item>::max_encoded_len());
		let signed = payload(COMMITS, JOB, &JOB, &items);
		assert!(signed.ends_with(bytes) && signed.starts_with(COMMITS));
	}

	/// Blind votes.
	pub fn commits(bytes: &[u8]) {
		batch::<Commit>(bytes);
	}

	/// Opened votes.
	pub fn reveals(bytes: &[u8]) {
		batch::<Reveal>(bytes);
	}

	/// Seats that are given up.
	pub fn declines(bytes: &[u8]) {
		batch::<Decline>(bytes);
	}

	/// All receipts of a batch, as a gateway serves them: they are those that it has committed to, or
	/// they are refused, also when the bytes have the name that the batch says.
	pub fn batches(bytes: &[u8]) {
		BATCH.with(|(batch, good)| {
			assert_eq!(batch.examine(bytes).is_ok(), bytes == good);
			let named = Committed { leaves: ContentRef::of(bytes), ..batch.clone() };
			if let Ok(found) = named.examine(bytes) {
				// Those of different totals may stand in another order.
				let expected = batch.examine(good).expect("its own");
				assert_eq!(found.receipts(), expected.receipts());
				for place in [(0, 0), (0, 1), (1, 0)] {
					assert_eq!(found.item(place), expected.item(place));
				}
				assert!(found.wrong().is_empty() && found.unequal().is_empty());
			}
		});
		// Whatever makes totals is the batch of these: each receipt can be shown, also the wrong ones.
		let Ok(all) = Vec::<SignedReceipt<Account>>::decode_all(&mut &bytes[..]) else { return };
		let Ok(tree) = BatchTree::new(all) else { return };
		let batch = committed(&tree, bytes);
		let found = batch.examine(bytes).expect("the receipts make these totals");
		let mut places = 0;
		for ((total, index), signed) in tree.places() {
			let item = found.item((total, index)).expect("each is there");
			assert_eq!(&item.receipt, signed);
			assert_eq!(item.verify(&batch.totals[total as usize].receipts), Ok(()));
			places += 1;
		}
		assert_eq!(found.receipts(), places);
		assert!(found.unequal().is_empty());
		for (place, wrong) in found.wrong() {
			let at = |place| found.item(place).expect("what is wrong is there").receipt;
			let signed = at(*place);
			match wrong {
				Wrong::Receipt(fault) => assert_eq!(signed.verify(&GENESIS), Err(*fault)),
				Wrong::Gateway => assert_ne!(signed.receipt.gateway, GATEWAY),
				Wrong::Channel => panic!("every channel pays"),
				Wrong::Repeated(first) => {
					assert!(first < place);
					let request = |it: Receipt<Account>| (it.channel, it.request);
					assert_eq!(request(at(*first).receipt), request(signed.receipt));
				},
			}
		}
	}

	/// What is stored: subjects, statements, convictions.
	pub fn subjects(bytes: &[u8]) {
		fn read<Item: Encode + Decode + MaxEncodedLen>(bytes: &[u8]) {
			if let Ok(item) = Item::decode_all(&mut &bytes[..]) {
				assert_eq!(item.encode(), bytes);
				assert!(bytes.len() <= Item::max_encoded_len());
			}
		}
		read::<Subject<Account, u128>>(bytes);
		read::<Statement>(bytes);
		read::<Conviction>(bytes);
		read::<pallet_audits::Audit<Account, u128, u32>>(bytes);
	}
}
