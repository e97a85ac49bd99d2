//! Payment channels, and the batches that settle what went through them.
//!
//! These are the chain's records and what its calls take. The crate `reckon-receipts` has the same
//! vouchers, totals and roots with what is signed and hashed.

use super::{
	AccountId, Balance, BlockNumber, ChannelId, ModelId, Price, Sampling, SubnetId, TaskKind,
	Units, H256,
};
use crate::content::ContentRef;
use serde::{Deserialize, Serialize};
use subxt::ext::{scale_decode::DecodeAsType, scale_encode::EncodeAsType};

/// Names a batch of receipts.
pub type BatchId = H256;

/// A client's deposit, out of which one gateway may take what vouchers let it take.
#[derive(Clone, PartialEq, Eq, Debug, DecodeAsType, Serialize, Deserialize)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub struct Channel {
	/// Who pays.
	pub client: AccountId,
	/// Who may take.
	pub gateway: AccountId,
	/// The public key that the client's vouchers are signed with, sr25519. In JSON an address.
	#[serde(with = "as_address")]
	pub session_key: [u8; 32],
	/// What is left of the deposit and can be taken; on hold.
	#[serde(with = "super::as_string")]
	pub left: Balance,
	/// What the channel's place in the chain's state costs; on hold too, and back when it is closed.
	#[serde(with = "super::as_string")]
	pub place: Balance,
	/// What has been taken through each lane, ever, as far as the chain knows.
	#[serde(with = "as_strings")]
	pub taken: Vec<Balance>,
	/// From which block on the chain closes it, when its client has asked for that.
	pub closes_at: Option<BlockNumber>,
}

/// Names a tree of receipts or totals: see `reckon-receipts`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, EncodeAsType, DecodeAsType, Serialize, Deserialize)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
#[encode_as_type(crate_path = "subxt::ext::scale_encode")]
pub struct Root {
	/// Covers the other two fields.
	pub hash: H256,
	/// How many leaves there are.
	pub count: u32,
	/// What they add up to.
	#[serde(with = "super::as_string")]
	pub sum: Balance,
}

/// All that a batch has for one provider and model.
#[derive(Clone, PartialEq, Eq, Debug, EncodeAsType, DecodeAsType, Serialize, Deserialize)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
#[encode_as_type(crate_path = "subxt::ext::scale_encode")]
pub struct Total {
	/// Who has the earnings.
	pub provider: AccountId,
	/// The model that was asked.
	pub model: ModelId,
	/// The tree over the receipts: how many they are, and what they charge.
	pub receipts: Root,
}

/// What a client lets its gateway take.
#[derive(Clone, Copy, PartialEq, Eq, Debug, EncodeAsType)]
#[encode_as_type(crate_path = "subxt::ext::scale_encode")]
pub struct Voucher {
	/// The channel.
	pub channel: ChannelId,
	/// The lane, from 0.
	pub lane: u16,
	/// All that may be taken through this lane, ever.
	pub cumulative: Balance,
	/// The hash of the request that it was signed for.
	pub request: H256,
}

/// A voucher with the signature of the channel's session key.
#[derive(Clone, Copy, PartialEq, Eq, Debug, EncodeAsType)]
#[encode_as_type(crate_path = "subxt::ext::scale_encode")]
pub struct SignedVoucher {
	/// What is signed.
	pub voucher: Voucher,
	/// The signature, sr25519.
	pub signature: [u8; 64],
}

/// What a gateway takes through one lane.
#[derive(Clone, PartialEq, Eq, Debug, EncodeAsType)]
#[encode_as_type(crate_path = "subxt::ext::scale_encode")]
pub struct LaneClaim {
	/// The lane's newest voucher.
	pub signed: SignedVoucher,
	/// All that was ever taken through the lane when this batch is in: what it charges is what this is
	/// more than before, so that a batch that is sent twice takes nothing twice.
	pub upto: Balance,
}

/// A worker's statement of one inference off chain.
#[derive(Clone, PartialEq, Eq, Debug, EncodeAsType)]
#[encode_as_type(crate_path = "subxt::ext::scale_encode")]
pub struct Receipt {
	/// The hash of the request that was answered.
	pub request: H256,
	/// The channel that pays.
	pub channel: ChannelId,
	/// The lane that pays.
	pub lane: u16,
	/// The model that was asked.
	pub model: ModelId,
	/// Who has the earnings.
	pub provider: AccountId,
	/// The public key of the provider's worker, who signs, sr25519.
	pub worker: [u8; 32],
	/// Who brought the request.
	pub gateway: AccountId,
	/// The work done.
	pub units: Units,
	/// What the client pays.
	pub charge: Balance,
	/// BLAKE3 and length of the answer.
	pub output: ContentRef,
	/// What hides the root over the work's rows.
	pub commitment: Option<H256>,
	/// When the work began, in Unix milliseconds.
	pub started_at: u64,
	/// When it ended.
	pub finished_at: u64,
	/// Milliseconds from the start to the first token.
	pub first_token_ms: u32,
}

/// A receipt with its worker's signature.
#[derive(Clone, PartialEq, Eq, Debug, EncodeAsType)]
#[encode_as_type(crate_path = "subxt::ext::scale_encode")]
pub struct SignedReceipt {
	/// What is signed.
	pub receipt: Receipt,
	/// The signature, sr25519.
	pub signature: [u8; 64],
}

/// A leaf of a tree, or all that is below a branch.
#[derive(Clone, Copy, PartialEq, Eq, Debug, EncodeAsType)]
#[encode_as_type(crate_path = "subxt::ext::scale_encode")]
pub struct Node {
	/// Names it.
	pub hash: H256,
	/// What is charged below it.
	pub sum: Balance,
}

/// One receipt of a batch, with the proof that its total counts it.
#[derive(Clone, PartialEq, Eq, Debug, EncodeAsType)]
#[encode_as_type(crate_path = "subxt::ext::scale_encode")]
pub struct Item {
	/// Which of the batch's totals, from 0.
	pub total: u32,
	/// Which of the total's receipts, from 0.
	pub index: u32,
	/// The receipt.
	pub receipt: SignedReceipt,
	/// The siblings on the way to the total's root.
	pub path: Vec<Node>,
}

/// One receipt of a batch, with the proof up to the batch's own root.
#[derive(Clone, PartialEq, Eq, Debug, EncodeAsType)]
#[encode_as_type(crate_path = "subxt::ext::scale_encode")]
pub struct Proof {
	/// The receipt in its total.
	pub item: Item,
	/// The total.
	pub total: Total,
	/// The siblings on the way from the total to the batch's root.
	pub path: Vec<Node>,
}

/// A gateway's word that it has taken a receipt.
#[derive(Clone, Copy, PartialEq, Eq, Debug, EncodeAsType)]
#[encode_as_type(crate_path = "subxt::ext::scale_encode")]
pub struct Acknowledgement {
	/// The receipt, by the hash of its leaf.
	pub receipt: H256,
	/// The block at which the gateway has taken it.
	pub taken_at: BlockNumber,
}

/// An acknowledgement with the signature of the gateway's account.
#[derive(Clone, Copy, PartialEq, Eq, Debug, EncodeAsType)]
#[encode_as_type(crate_path = "subxt::ext::scale_encode")]
pub struct SignedAcknowledgement {
	/// What is signed.
	pub acknowledgement: Acknowledgement,
	/// The signature, sr25519.
	pub signature: [u8; 64],
}

/// A receipt that its gateway has taken and, somebody says, put into no batch.
#[derive(Clone, PartialEq, Eq, Debug, DecodeAsType, Serialize, Deserialize)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub struct Complaint {
	/// Who has taken the receipt.
	pub gateway: AccountId,
	/// Who has worked.
	pub provider: AccountId,
	/// The hash of the request that was answered.
	pub request: H256,
	/// The model that was asked.
	pub model: ModelId,
	/// What the receipt charges.
	#[serde(with = "super::as_string")]
	pub charge: Balance,
	/// Who complains.
	pub complainer: AccountId,
	/// What its place in the chain's state costs; the gateway's when it answers.
	#[serde(with = "super::as_string")]
	pub deposit: Balance,
	/// The last block in which anybody could complain about the receipt.
	pub last: BlockNumber,
	/// From which block on it is too late for an answer.
	pub due: BlockNumber,
}

/// When complaints are heard.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct ComplaintBounds {
	/// Blocks that a gateway has for its batch, after it has taken a receipt.
	pub patience_blocks: BlockNumber,
	/// Blocks after these in which anybody may complain.
	pub complaint_blocks: BlockNumber,
	/// Blocks that a gateway has for its answer.
	pub answer_blocks: BlockNumber,
	/// What is held for a complaint.
	#[serde(with = "super::as_string")]
	pub deposit: Balance,
}

/// What a channel pays in a batch, as far as it has not come back.
#[derive(Clone, PartialEq, Eq, Debug, DecodeAsType, Serialize, Deserialize)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub struct Contribution {
	/// Who pays.
	pub client: AccountId,
	/// How much.
	#[serde(with = "super::as_string")]
	pub amount: Balance,
}

/// Why a whole batch is rejected.
#[derive(Clone, Copy, PartialEq, Eq, Debug, DecodeAsType, Serialize, Deserialize)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
#[serde(rename_all = "snake_case")]
pub enum Rejection {
	/// Auditors could not get its receipts.
	Unavailable,
	/// Its receipts are not those that the totals' roots name.
	Leaves,
	/// What channels paid is not what their receipts charge.
	Charges,
	/// More of its receipts prove themselves wrong than the chain strikes one by one.
	Faults,
}

impl Rejection {
	/// For people.
	pub fn explain(self) -> &'static str {
		match self {
			Self::Unavailable => "auditors could not get its receipts",
			Self::Leaves => "its receipts are not those that it was committed to",
			Self::Charges => "what channels paid is not what its receipts charge",
			Self::Faults => "too many of its receipts prove themselves wrong",
		}
	}
}

/// Where a batch stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, DecodeAsType, Serialize, Deserialize)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
#[serde(rename_all = "snake_case")]
pub enum BatchState {
	/// Anybody may look at it; nobody is paid.
	Waiting,
	/// Its parts are being paid, a few in each block.
	Paying,
	/// All is paid.
	Settled,
	/// It is rejected; its clients have their money back, a few in each block.
	Returning(Rejection),
	/// It was rejected, and nothing of it is left.
	Rejected(Rejection),
}

/// Many receipts under one root, with the money that they charge.
#[derive(Clone, PartialEq, Eq, Debug, DecodeAsType, Serialize, Deserialize)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub struct Batch {
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
	/// What is left of what was charged.
	#[serde(with = "super::as_string")]
	pub escrow: Balance,
	/// The gateway's part, as far as totals are paid.
	#[serde(with = "super::as_string")]
	pub for_gateway: Balance,
	/// Where it stands.
	pub state: BatchState,
	/// The block at whose start the chain looks at it again.
	pub due: BlockNumber,
	/// What is drawn of its receipts to be computed again; nothing where no answer of it can be audited.
	pub samples: Option<Samples>,
}

/// What is drawn of a batch's receipts to be computed again.
#[derive(Clone, Copy, PartialEq, Eq, Debug, DecodeAsType, Serialize, Deserialize)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub struct Samples {
	/// What decides which receipts they are, once it is drawn: `reckon_receipts::sampled`.
	pub seed: Option<H256>,
	/// The block at whose start all of them must have been shown.
	pub until: BlockNumber,
}

/// How far a total's sample is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, DecodeAsType, Serialize, Deserialize)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
#[serde(rename_all = "snake_case")]
pub enum Sample {
	/// Nobody has shown the receipt, or the lot did not fall on any.
	Unshown,
	/// The answer with this request is audited, or was.
	Audited(H256),
	/// There was nothing to audit.
	Over,
}

/// How often such totals are sampled, and what their provider pays for that. In millionths.
#[derive(Clone, Copy, PartialEq, Eq, Debug, DecodeAsType, Serialize, Deserialize)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub struct SampleTerms {
	/// The part of such totals of which a receipt is audited.
	pub rate: u32,
	/// The share of what the total is paid that pays for such audits.
	pub premium: u32,
}

/// A receipt out of a batch whose answer is audited.
#[derive(Clone, PartialEq, Eq, Debug, DecodeAsType, Serialize, Deserialize)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub struct SampledAnswer {
	/// The batch.
	pub batch: BatchId,
	/// Which of its totals.
	pub total: u32,
	/// Which of the total's receipts.
	pub index: u32,
	/// What its worker has signed, as far as it says whose it is and what it has committed to.
	pub receipt: SampledReceipt,
}

/// What names an answer and whose it is.
#[derive(Clone, PartialEq, Eq, Debug, DecodeAsType, Serialize, Deserialize)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub struct SampledReceipt {
	/// Who has the earnings.
	pub provider: AccountId,
	/// The model that was asked.
	pub model: ModelId,
	/// What hides the root over the answer's rows.
	pub commitment: Option<H256>,
}

/// What a client has asked of a gateway: `reckon_receipts::Request`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, EncodeAsType)]
#[encode_as_type(crate_path = "subxt::ext::scale_encode")]
pub struct GatewayRequest {
	/// Drawn anew for each request.
	pub nonce: H256,
	/// The model that is asked.
	pub model: ModelId,
	/// What is asked of it.
	pub task: TaskKind,
	/// BLAKE3 and length of the payload.
	pub payload: ContentRef,
	/// How tokens are chosen.
	pub sampling: Sampling,
	/// Taken off a token's logit when it is in the answer already, in thousandths.
	pub presence_milli: i16,
	/// Taken off a token's logit for each time that it is in the answer already, in thousandths.
	pub frequency_milli: i16,
	/// The most that the client pays.
	pub price: Price,
}

/// A total of a batch that is not paid yet.
#[derive(Clone, PartialEq, Eq, Debug, DecodeAsType, Serialize, Deserialize)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub struct Payout {
	/// The total as it was committed to.
	pub total: Total,
	/// What was struck of it.
	#[serde(with = "super::as_string")]
	pub struck: Balance,
	/// Which of its receipts are struck.
	pub strikes: Vec<u32>,
	/// How often such totals are sampled.
	pub terms: SampleTerms,
	/// How far that is.
	pub sample: Sample,
}

impl Payout {
	/// What is to be paid.
	pub fn amount(&self) -> Balance {
		self.total.receipts.sum.saturating_sub(self.struck)
	}
}

/// What it takes to have a channel.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct ChannelBounds {
	/// The least deposit.
	#[serde(with = "super::as_string")]
	pub min_deposit: Balance,
	/// The most lanes.
	pub max_lanes: u32,
	/// Blocks between the wish to close a channel and its end.
	pub notice_blocks: BlockNumber,
	/// Blocks for which a batch that has ended is remembered.
	pub retention_blocks: BlockNumber,
	/// The most lanes that pay in one batch.
	pub max_claims: u32,
	/// The most totals of one batch.
	pub max_totals: u32,
}

pub(super) mod as_address {
	use super::AccountId;
	use serde::{Deserialize, Deserializer, Serialize, Serializer};

	pub fn serialize<S: Serializer>(key: &[u8; 32], to: S) -> Result<S::Ok, S::Error> {
		AccountId::from(*key).serialize(to)
	}

	pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<[u8; 32], D::Error> {
		Ok(AccountId::deserialize(from)?.0)
	}
}

mod as_strings {
	use serde::{de::Error, Deserialize, Deserializer, Serializer};

	pub fn serialize<S: Serializer>(amounts: &[u128], to: S) -> Result<S::Ok, S::Error> {
		to.collect_seq(amounts.iter().map(ToString::to_string))
	}

	pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u128>, D::Error> {
		let texts = Vec::<String>::deserialize(from)?;
		texts.iter().map(|text| text.parse().map_err(D::Error::custom)).collect()
	}
}
