//! What batches of receipts cost the chain: weight, bytes and extrinsics, and how many receipts a block
//! settles.
//!
//! A batch is made as a gateway makes it: totals by provider and model, a claim for each lane that has
//! paid, 64 lanes to a channel. Its weight has in it what later blocks do for it. Each channel costs two more extrinsics in its
//! life, whatever goes through it: it is opened, and the gateway or its client ends it.
//!
//! `cargo build --locked --workspace --features reckon-node/fast-runtime --example batch_costs`, then `target/debug/examples/batch_costs`

use codec::Encode;
use frame_support::{
	dispatch::{DispatchClass, GetDispatchInfo},
	traits::Get,
	weights::constants::WEIGHT_REF_TIME_PER_MILLIS,
};
use pallet_channels::{Call, LaneClaim, MAX_CLAIMS, MAX_LANES, MAX_TOTALS};
use reckon_primitives::ContentRef;
use reckon_receipts::{Root, SignedVoucher, Total, Voucher};
use reckon_runtime::{AccountId, Runtime, RuntimeCall, TxExtension, UncheckedExtrinsic};
use serde_json::json;
use sp_core::{sr25519, H256};
use sp_runtime::{generic::Era, MultiSignature};

/// The most receipts of a batch, as gateways have it by default.
const RECEIPTS: u32 = 100_000;
/// What a lane has paid, and will have: some tokens, with nine digits behind the point.
const CHARGED: u128 = 1_234_567_890_123;

/// The extrinsic that somebody signs.
fn signed(call: RuntimeCall) -> UncheckedExtrinsic {
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
	UncheckedExtrinsic::new_signed(call, who.into(), signature, extension)
}

fn hash(number: u32) -> H256 {
	H256::from_low_u64_be(number.into())
}

/// A batch of so many receipts, for so many providers, through so many lanes.
fn batch(receipts: u32, totals: u32, lanes: u32) -> UncheckedExtrinsic {
	let totals: Vec<_> = (0..totals)
		.map(|number| Total {
			provider: AccountId::new(hash(number).0),
			model: hash(1),
			receipts: Root { count: receipts / totals, hash: hash(number), sum: CHARGED },
		})
		.collect();
	let claim = |number: u32| {
		let voucher = Voucher {
			channel: hash(number / MAX_LANES),
			lane: (number % MAX_LANES) as u16,
			cumulative: 2 * CHARGED,
			request: hash(number),
		};
		let signature = sr25519::Signature::from_raw([3; 64]);
		LaneClaim { signed: SignedVoucher { voucher, signature }, upto: 2 * CHARGED }
	};
	let claims: Vec<_> = (0..lanes).map(claim).collect();
	let call = Call::<Runtime>::commit_batch {
		leaves: ContentRef { hash: hash(1), length: receipts * 350 },
		totals: totals.try_into().expect("within the bound"),
		claims: claims.try_into().expect("within the bound"),
	};
	signed(call.into())
}

fn main() {
	let weights = <Runtime as frame_system::Config>::BlockWeights::get();
	let class = weights.get(DispatchClass::Normal);
	let room = class.max_total.expect("ordinary transactions have a limit");
	let lengths = <Runtime as frame_system::Config>::BlockLength::get();
	let bytes_of_block = *lengths.max.get(DispatchClass::Normal);
	let steps_of_block: u32 = <Runtime as pallet_channels::Config>::DuePerBlock::get();
	let steps_of_block = u64::from(steps_of_block);
	for (receipts, totals, lanes) in
		[(1_000, 1, 8), (1_000, 4, 64), (RECEIPTS, 16, 64), (RECEIPTS, MAX_TOTALS, MAX_CLAIMS)]
	{
		let extrinsic = batch(receipts, totals, lanes);
		let bytes = extrinsic.encoded_size();
		let weight = extrinsic.get_dispatch_info().total_weight();
		let weight = weight.saturating_add(class.base_extrinsic).ref_time();
		let by_weight = room.ref_time() / weight;
		let by_bytes = u64::from(bytes_of_block) / bytes as u64;
		let batches = by_weight.min(by_bytes);
		// The window's end, each total, channels in eights, the gateway's part, forgetting.
		let channels = lanes.div_ceil(MAX_LANES);
		let steps = u64::from(3 + totals + channels.div_ceil(8));
		let per_request = |amount: f64| (amount / f64::from(receipts) * 1e4).round() / 1e4;
		let line = json!({
			"measure": "a batch on chain",
			"receipts": receipts,
			"totals": totals,
			"lanes": lanes,
			"weight_ms": weight as f64 / WEIGHT_REF_TIME_PER_MILLIS as f64,
			"bytes": bytes,
			"bytes_per_request": per_request(bytes as f64),
			"extrinsics_per_1000_requests": per_request(1_000.0),
			"batches_per_block": batches,
			"receipts_per_block": batches * u64::from(receipts),
			// Where blocks are full of other things for good.
			"receipts_paid_per_full_block": steps_of_block * u64::from(receipts) / steps,
		});
		println!("{line}");
	}
}
