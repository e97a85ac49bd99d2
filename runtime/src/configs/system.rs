//! Blocks, accounts, transactions.

use crate::{
	weights, Balance, Block, Nonce, PalletInfo, Runtime, RuntimeCall, RuntimeEvent, RuntimeOrigin,
	RuntimeTask, TxExtension, UncheckedExtrinsic, SS58_PREFIX, VERSION,
};
use frame_support::{
	derive_impl,
	dispatch::DispatchClass,
	parameter_types,
	traits::Contains,
	weights::{
		constants::{
			WEIGHT_REF_TIME_PER_MICROS, WEIGHT_REF_TIME_PER_NANOS, WEIGHT_REF_TIME_PER_SECOND,
		},
		RuntimeDbWeight, Weight,
	},
};
use frame_system::limits::{BlockLength, BlockWeights};
use sp_runtime::{generic::Era, Perbill};
use sp_version::RuntimeVersion;

/// The share of a block that ordinary transactions can have; the rest is for those that must get
/// in.
const NORMAL_SHARE: Perbill = Perbill::from_percent(75);
/// A third of a slot of computing, as everywhere in Substrate.
const BLOCK_WEIGHT: Weight = Weight::from_parts(WEIGHT_REF_TIME_PER_SECOND, u64::MAX);
/// A block without transactions, and a transaction that does nothing, its signature checked:
/// `scripts/weights overhead` measured 331 and 164 microseconds (medians); a quarter more is charged of
/// the block. Of transactions it is not: what their extensions cost is in it, and charged again.
const EMPTY_BLOCK: Weight = Weight::from_parts(415 * WEIGHT_REF_TIME_PER_MICROS, 0);
const EMPTY_TRANSACTION: Weight = Weight::from_parts(165 * WEIGHT_REF_TIME_PER_MICROS, 0);
/// Items that jobs touch in every block, the treasury's account among them: paid once for all, and left
/// out of the calls' weights (`#[pallet::whitelist_storage]`, and `runtime/src/benchmarks.rs`).
const HOT_ITEMS: u64 = 8;
/// Bytes: a second's transmission at 40 Mbit/s.
const BLOCK_BYTES: u32 = 5 * 1024 * 1024;
/// Bytes: digests of consensus changes with many validators fit.
const HEADER_BYTES: u32 = 100 * 1024;

parameter_types! {
	/// Two hours: how long a mortal transaction can be made to live.
	pub const BlockHashCount: u32 = 2400;
	/// The runtime's version.
	pub const Version: RuntimeVersion = VERSION;
	/// The blocks' limits of computing.
	pub RuntimeBlockWeights: BlockWeights = BlockWeights::builder()
		.base_block(EMPTY_BLOCK.saturating_add(DbWeight::get().reads_writes(HOT_ITEMS, HOT_ITEMS)))
		.for_class(DispatchClass::all(), |class| class.base_extrinsic = EMPTY_TRANSACTION)
		.for_class(DispatchClass::Normal, |class| {
			class.max_total = Some(NORMAL_SHARE * BLOCK_WEIGHT);
		})
		.for_class(DispatchClass::Operational, |class| {
			class.max_total = Some(BLOCK_WEIGHT);
			class.reserved = Some(BLOCK_WEIGHT - NORMAL_SHARE * BLOCK_WEIGHT);
		})
		.avg_block_initialization(Perbill::from_percent(10))
		.build_or_panic();
	/// The blocks' limits of size.
	pub RuntimeBlockLength: BlockLength = BlockLength::builder()
		.max_length(BLOCK_BYTES)
		.modify_max_length_for_class(
			DispatchClass::Normal,
			|length| *length = NORMAL_SHARE.mul_ceil(BLOCK_BYTES),
		)
		.max_header_size(HEADER_BYTES)
		.build();
	/// What an item of the state costs in ParityDb: `scripts/weights storage` measured 5.1 and 22.2
	/// microseconds on average, with a million items, no cache, and ten thousand written at once; a
	/// quarter more is charged.
	pub const DbWeight: RuntimeDbWeight = RuntimeDbWeight {
		read: 6_500 * WEIGHT_REF_TIME_PER_NANOS,
		write: 28_000 * WEIGHT_REF_TIME_PER_NANOS,
	};
	/// The addresses' prefix.
	pub const Prefix: u16 = SS58_PREFIX;
}

/// Which calls accounts can make: all but one that could end the chain.
///
/// `Session.purge_keys` takes a validator's keys away, and the session pallet then drops it, however
/// few remain. `ValidatorStaking.purge_keys` does the same for those who have no seat. Batches,
/// proxies, multisigs and derived accounts dispatch through this filter too. Only root passes it by,
/// with `Sudo.sudo_as` or `Utility.dispatch_as`, as it could write the keys' storage.
pub struct CallFilter;

impl Contains<RuntimeCall> for CallFilter {
	fn contains(call: &RuntimeCall) -> bool {
		!matches!(call, RuntimeCall::Session(pallet_session::Call::purge_keys {}))
	}
}

#[derive_impl(frame_system::config_preludes::SolochainDefaultConfig)]
impl frame_system::Config for Runtime {
	type BaseCallFilter = CallFilter;
	type Block = Block;
	type Nonce = Nonce;
	type BlockWeights = RuntimeBlockWeights;
	type BlockLength = RuntimeBlockLength;
	type BlockHashCount = BlockHashCount;
	type DbWeight = DbWeight;
	type Version = Version;
	type AccountData = pallet_balances::AccountData<Balance>;
	type SS58Prefix = Prefix;
	type SystemWeightInfo = weights::frame_system::WeightInfo<Runtime>;
	type ExtensionsWeightInfo = weights::frame_system_extensions::WeightInfo<Runtime>;
	type MaxConsumers = frame_support::traits::ConstU32<16>;
	type OnKilledAccount = (crate::Jobs, crate::Channels);
	type SingleBlockMigrations = super::migrations::SingleBlock;
	type MultiBlockMigrator = crate::MultiBlockMigrations;
}

impl pallet_timestamp::Config for Runtime {
	type Moment = u64;
	type OnTimestampSet = crate::Babe;
	type MinimumPeriod = frame_support::traits::ConstU64<{ crate::time::SLOT_MILLIS / 2 }>;
	type WeightInfo = weights::pallet_timestamp::WeightInfo<Runtime>;
}

impl<LocalCall> frame_system::offchain::CreateTransactionBase<LocalCall> for Runtime
where
	RuntimeCall: From<LocalCall>,
{
	type Extrinsic = UncheckedExtrinsic;
	type RuntimeCall = RuntimeCall;
}

/// The reports of equivocations go out unsigned.
impl<LocalCall> frame_system::offchain::CreateBare<LocalCall> for Runtime
where
	RuntimeCall: From<LocalCall>,
{
	fn create_bare(call: RuntimeCall) -> UncheckedExtrinsic {
		UncheckedExtrinsic::new_bare(call)
	}
}

impl<LocalCall> frame_system::offchain::CreateTransaction<LocalCall> for Runtime
where
	RuntimeCall: From<LocalCall>,
{
	type Extension = TxExtension;

	fn create_transaction(call: RuntimeCall, extension: TxExtension) -> UncheckedExtrinsic {
		UncheckedExtrinsic::new_transaction(call, extension)
	}
}

/// Auditors' votes go out with what they are authorised by alone: nobody pays, and nobody has a nonce.
impl<LocalCall> frame_system::offchain::CreateAuthorizedTransaction<LocalCall> for Runtime
where
	RuntimeCall: From<LocalCall>,
{
	fn create_extension() -> TxExtension {
		(
			frame_system::AuthorizeCall::new(),
			frame_system::CheckNonZeroSender::new(),
			frame_system::CheckSpecVersion::new(),
			frame_system::CheckTxVersion::new(),
			frame_system::CheckGenesis::new(),
			frame_system::CheckMortality::from(Era::immortal()),
			frame_system::CheckNonce::from(0),
			frame_system::CheckWeight::new(),
			pallet_transaction_payment::ChargeTransactionPayment::from(0),
			frame_metadata_hash_extension::CheckMetadataHash::new(false),
			frame_system::WeightReclaim::new(),
		)
	}
}
