//! What audits cost in bytes of blocks: of an answer of 256 tokens that a committee of five looks at.
//!
//! `cargo build --locked --workspace --features reckon-node/fast-runtime --example audit_bytes`, then `target/debug/examples/audit_bytes`

use codec::Encode;
use frame_system::offchain::CreateAuthorizedTransaction;
use pallet_audits::{AuditSignature, Batch, Call, Commit, Reveal, RowsSeen, Said, MAX_VOTES};
use reckon_primitives::{Content, Delivery, JobId, Units};
use reckon_runtime::{AccountId, Runtime, RuntimeCall, TxExtension, UncheckedExtrinsic};
use reckon_verification::{Fingerprint, Statistics, Vote};
use sp_core::H256;
use sp_runtime::{generic::Era, MultiSignature};

const TOKENS: f64 = 256.0;
const AUDITORS: usize = 5;

/// What the extrinsic is long that somebody signs.
fn signed(call: RuntimeCall) -> usize {
	let extension: TxExtension = (
		frame_system::AuthorizeCall::new(),
		frame_system::CheckNonZeroSender::new(),
		frame_system::CheckSpecVersion::new(),
		frame_system::CheckTxVersion::new(),
		frame_system::CheckGenesis::new(),
		frame_system::CheckMortality::from(Era::mortal(64, 1)),
		frame_system::CheckNonce::from(1_000),
		frame_system::CheckWeight::new(),
		pallet_transaction_payment::ChargeTransactionPayment::from(0),
		frame_metadata_hash_extension::CheckMetadataHash::new(false),
		frame_system::WeightReclaim::new(),
	);
	let who = AccountId::new([1; 32]);
	let signature = MultiSignature::Sr25519([2; 64].into());
	UncheckedExtrinsic::new_signed(call, who.into(), signature, extension).encoded_size()
}

/// What the extrinsic is long that an audit key signs.
fn voted(call: Call<Runtime>) -> usize {
	<Runtime as CreateAuthorizedTransaction<Call<Runtime>>>::create_authorized_transaction(
		call.into(),
	)
	.encoded_size()
}

fn main() {
	let (job, hash) = (JobId::repeat_byte(1), H256::repeat_byte(2));
	let deliver = |commitment| {
		let delivery = Delivery {
			output: Content::from(vec![3; 2_000]),
			commitment,
			units: Units { input: 64, output: 256 },
			started_at: 1_800_000_000_000,
			finished_at: 1_800_000_009_000,
		};
		signed(pallet_jobs::Call::deliver { job, delivery }.into())
	};
	let commitment = deliver(Some(hash)) - deliver(None);
	let fingerprint = Box::new(Fingerprint([[-1; 16]; 8]));
	let open =
		signed(pallet_audits::Call::open_rows { job, fingerprint, root: hash, salt: hash }.into());

	let auditor = AccountId::new([4; 32]);
	let signature = AuditSignature::from(sp_core::sr25519::Signature::from([5; 64]));
	let statistics = Statistics::default();
	let vote = Vote::Replayed { fingerprint: Fingerprint([[-1; 16]; 8]), statistics };
	let commit = Commit { audit: job, round: 1, challenge: hash, blind: hash };
	let commits = |count: usize| {
		let commits = Batch::truncate_from(vec![commit; count]);
		let (auditor, signature) = (auditor.clone(), signature.clone());
		voted(Call::commit_votes { auditor, commits, signature })
	};
	let reveals = |said: Said, count: usize| {
		let reveal = Reveal { audit: job, round: 1, salt: hash, said, rows: RowsSeen::Proven };
		let reveals = Batch::truncate_from(vec![reveal; count]);
		let (auditor, signature) = (auditor.clone(), signature.clone());
		voted(Call::reveal_votes { auditor, reveals, signature })
	};
	let many = MAX_VOTES as usize;
	println!("commitment in a delivery            {commitment:>6} bytes");
	println!("open_rows                           {open:>6}");
	println!("commit_votes, one vote; {many} votes    {:>6} {:>6}", commits(1), commits(many));
	println!("per token of {TOKENS}, {AUDITORS} auditors:");
	println!("  not audited                       {:>6.2}", commitment as f64 / TOKENS);
	for (what, said) in [
		("votes with the worker's fingerprint", Said::TheSame { statistics }),
		("votes with others", Said::Else { opened: hash, vote }),
	] {
		let reveals = |count| reveals(said, count);
		let alone = open + AUDITORS * (commits(1) + reveals(1));
		let together =
			open as f64 + AUDITORS as f64 * (commits(many) + reveals(many)) as f64 / many as f64;
		println!("{what}:");
		println!("  reveal_votes, one vote; {many} votes  {:>6} {:>6}", reveals(1), reveals(many));
		// A newcomer's rate, and the least that a subnet begins with: that of the best name.
		for (percent, rate) in [(100, 1.0), (11, 0.11), (5, 0.05), (2, 0.02)] {
			let bytes = |audit: f64| (commitment as f64 + rate * audit) / TOKENS;
			println!(
				"  {percent:>3} % audited, votes alone; {many} together  {:.2} {:.2}",
				bytes(alone as f64),
				bytes(together)
			);
		}
	}
}
