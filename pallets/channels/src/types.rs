//! The records of channels and batches.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{traits::ConstU32, BoundedVec};
use reckon_primitives::{Balance, BatchId, ChannelId, ContentRef, ModelId, SubnetId};
use reckon_receipts::{Receipt, Request, Root, SignedVoucher, Total};
use reckon_support::{Rejection, SampleTerms};
use scale_info::TypeInfo;
use sp_core::{sr25519, H256};

/// The most lanes of a channel: requests that run at the same time. All are in the channel's record,
/// one kibibyte. A client that needs more opens another channel.
pub const MAX_LANES: u32 = 64;
/// The most lanes that pay in one batch. Each is a signature to be checked.
pub const MAX_CLAIMS: u32 = 256;
/// The most totals of one batch.
pub const MAX_TOTALS: u32 = 128;
/// The most receipts of one total that can be struck. With more, the batch is to be rejected.
pub const MAX_STRIKES: u32 = 32;

/// What each lane of a channel has paid.
pub type Lanes = BoundedVec<Balance, ConstU32<MAX_LANES>>;
/// What lanes pay in a batch.
pub type LaneClaims = BoundedVec<LaneClaim, ConstU32<MAX_CLAIMS>>;
/// A batch's totals.
pub type Totals<AccountId> = BoundedVec<Total<AccountId>, ConstU32<MAX_TOTALS>>;

/// A client's deposit, out of which one gateway may take what the client has signed for.
#[derive(
	Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
#[scale_info(capture_docs = "always")]
pub struct Channel<AccountId, BlockNumber> {
	/// Who pays.
	pub client: AccountId,
	/// Who may take.
	pub gateway: AccountId,
	/// The key that signs the client's vouchers, and can do nothing else.
	pub session_key: sr25519::Public,
	/// What can still be taken, in the smallest token unit; on hold.
	pub left: Balance,
	/// What its place in storage costs, in the smallest token unit: `MinDeposit` when it was opened. On
	/// hold too, and never taken.
	pub place: Balance,
	/// What has been taken through each lane, ever. Never decreases, so that no voucher is paid twice.
	pub taken: Lanes,
	/// From which block on the chain closes it, when its client has asked for that.
	pub closes_at: Option<BlockNumber>,
}

impl<AccountId, BlockNumber> Channel<AccountId, BlockNumber> {
	/// All that is on hold for it, in the smallest token unit: what its client has back at the end.
	pub fn held(&self) -> Balance {
		self.left.saturating_add(self.place)
	}
}

/// What a gateway takes through one lane.
#[derive(
	Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
#[scale_info(capture_docs = "always")]
pub struct LaneClaim {
	/// The lane's newest voucher: covers all that was ever taken through the lane, and what is now.
	pub signed: SignedVoucher,
	/// All that has ever been taken through the lane once this batch is in, in the smallest token unit.
	/// What the batch takes is what this is more than was taken before, so that a batch that is sent
	/// again takes nothing.
	pub upto: Balance,
}

/// Where a batch stands.
#[derive(
	Clone,
	Copy,
	PartialEq,
	Eq,
	Debug,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
#[scale_info(capture_docs = "always")]
pub enum BatchState {
	/// Anybody may look at it, auditors above all; nobody is paid.
	#[codec(index = 0)]
	Waiting,
	/// Its parts are being paid, a few in each block.
	#[codec(index = 1)]
	Paying,
	/// All is paid.
	#[codec(index = 2)]
	Settled,
	/// It is rejected; its clients have their money back, a few in each block.
	#[codec(index = 3)]
	Returning(Rejection),
	/// It was rejected, and nothing of it is left.
	#[codec(index = 4)]
	Rejected(Rejection),
}

impl BatchState {
	/// Whether nothing of the batch's money is left.
	pub fn is_final(self) -> bool {
		matches!(self, Self::Settled | Self::Rejected(_))
	}
}

/// Many receipts under one root, with the money that they charge.
#[derive(
	Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
#[scale_info(capture_docs = "always")]
pub struct Batch<AccountId, BlockNumber> {
	/// Who committed to it.
	pub gateway: AccountId,
	/// Whose rules apply.
	pub subnet: SubnetId,
	/// The root over its totals: how many they are, and all that was charged.
	pub root: Root,
	/// How many receipts it has.
	pub receipts: u32,
	/// The name of all its receipts together, which the gateway serves.
	pub leaves: ContentRef,
	/// What is left of what was charged; on hold, on this pallet's own account.
	pub escrow: Balance,
	/// The gateway's part, as far as totals are paid; in `escrow` until the end.
	pub for_gateway: Balance,
	/// Where it stands.
	pub state: BatchState,
	/// The block at whose start the chain looks at it again.
	pub due: BlockNumber,
	/// What is drawn of its receipts to be computed again; nothing where no answer of it can be audited.
	pub samples: Option<Samples<BlockNumber>>,
}

/// What is drawn of a batch's receipts to be computed again.
#[derive(
	Clone,
	Copy,
	PartialEq,
	Eq,
	Debug,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
#[scale_info(capture_docs = "always")]
pub struct Samples<BlockNumber> {
	/// What decides which receipts they are, once it is drawn: `reckon_receipts::sampled`.
	pub seed: Option<H256>,
	/// The block at whose start all of them must have been shown.
	pub until: BlockNumber,
	/// When the gateway committed to the batch, in Unix milliseconds.
	pub committed_at: u64,
	/// How many totals have been looked at, once the time for showing is over.
	pub looked_at: u32,
	/// How many audits that clients pay for are not over.
	pub requested: u32,
}

/// How far a total's sample is.
#[derive(
	Clone,
	Copy,
	PartialEq,
	Eq,
	Debug,
	Default,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
#[scale_info(capture_docs = "always")]
pub enum Sample {
	/// Nobody has shown the receipt, or the lot did not fall on any.
	#[default]
	#[codec(index = 0)]
	Unshown,
	/// The answer with this request is audited, or was.
	#[codec(index = 1)]
	Audited(H256),
	/// There was nothing to audit: the receipt is struck, or its answer was audited already.
	#[codec(index = 2)]
	Over,
}

/// A receipt out of a batch whose answer is audited.
#[derive(
	Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
#[scale_info(capture_docs = "always")]
pub struct SampledAnswer<AccountId> {
	/// The batch.
	pub batch: BatchId,
	/// Which of its totals.
	pub total: u32,
	/// Which of the total's receipts.
	pub index: u32,
	/// What its worker has signed.
	pub receipt: Receipt<AccountId>,
	/// What was asked.
	pub request: Request,
	/// Whether its client pays for that; else the lot fell on it.
	pub requested: bool,
}

/// A total of a batch that is not paid yet.
#[derive(
	Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
#[scale_info(capture_docs = "always")]
pub struct Payout<AccountId> {
	/// The total as it was committed to.
	pub total: Total<AccountId>,
	/// What was struck of it, in the smallest token unit.
	pub struck: Balance,
	/// Which of its receipts are struck.
	pub strikes: BoundedVec<u32, ConstU32<MAX_STRIKES>>,
	/// How often such totals are sampled, and what its provider pays for that.
	pub terms: SampleTerms,
	/// How far that is.
	pub sample: Sample,
}

impl<AccountId> Payout<AccountId> {
	/// What is to be paid.
	pub fn amount(&self) -> Balance {
		self.total.receipts.sum.saturating_sub(self.struck)
	}
}

/// What a channel has paid in a batch: the most that can come back to its client.
#[derive(
	Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
#[scale_info(capture_docs = "always")]
pub struct Contribution<AccountId> {
	/// Who paid.
	pub client: AccountId,
	/// How much of it has not come back, in the smallest token unit.
	pub amount: Balance,
}

/// A worker's receipt that its gateway has taken and, somebody says, put into no batch. Known by the hash of
/// the receipt's leaf.
#[derive(
	Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
#[scale_info(capture_docs = "always")]
pub struct Complaint<AccountId, BlockNumber> {
	/// Who has taken the receipt.
	pub gateway: AccountId,
	/// Who has worked.
	pub provider: AccountId,
	/// The hash of the request that was answered: the gateway finds the receipt by it.
	pub request: H256,
	/// The model that was asked.
	pub model: ModelId,
	/// What the receipt charges, in the smallest token unit.
	pub charge: Balance,
	/// Who complains.
	pub complainer: AccountId,
	/// What its place in storage costs, in the smallest token unit; on hold. The gateway's when it answers.
	pub deposit: Balance,
	/// The last block in which anybody could complain about the receipt.
	pub last: BlockNumber,
	/// From which block on it is too late for an answer.
	pub due: BlockNumber,
}

/// What the chain looks at when its time has come.
#[derive(
	Clone,
	Copy,
	PartialEq,
	Eq,
	PartialOrd,
	Ord,
	Debug,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
#[scale_info(capture_docs = "always")]
pub enum Due {
	/// A channel whose notice ends.
	#[codec(index = 0)]
	Channel(ChannelId),
	/// A batch that goes on.
	#[codec(index = 1)]
	Batch(BatchId),
	/// A complaint that is not answered, or one that is over and is forgotten.
	#[codec(index = 2)]
	Complaint(H256),
}

/// A client's account with the channels, in the smallest token unit:
/// `deposited = paid + refunded + held`, always.
#[derive(
	Clone,
	Copy,
	PartialEq,
	Eq,
	Debug,
	Default,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
#[scale_info(capture_docs = "always")]
pub struct Ledger {
	/// All that was ever put into channels.
	pub deposited: Balance,
	/// All that batches have ever charged, without what came back of it.
	pub paid: Balance,
	/// All that ever came back, from channels and from batches.
	pub refunded: Balance,
	/// What is in channels.
	pub held: Balance,
}
