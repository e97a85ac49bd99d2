//! What happened.

use crate::{
	error::Error,
	types::{
		hex, AccountId, Balance, BatchId, BlockNumber, ChannelId, ContentRef, JobId, ModelId,
		Reason, Rejection, Units, Verdict, H256,
	},
};
use serde::{Deserialize, Serialize};
use serde_json::{json, Map, Value as Json};
use subxt::{
	events::Events,
	ext::{
		scale_decode::DecodeAsType,
		scale_value::{Composite, Primitive, Value, ValueDef},
	},
	SubstrateConfig,
};

/// One event as the chain's metadata describes it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ChainEvent {
	/// The pallet, such as `Balances`.
	pub pallet: String,
	/// The event's name, such as `Withdraw`.
	pub name: String,
	/// Its fields: accounts as addresses, other bytes as hexadecimal, amounts as strings.
	pub fields: Json,
}

/// Something that happened to a job.
#[derive(Clone, Debug, PartialEq, Eq, DecodeAsType, Serialize, Deserialize)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
#[serde(tag = "event")]
#[allow(missing_docs)] // The fields are the chain's, documented in its metadata.
pub enum JobEvent {
	/// Its maximum price is held.
	JobSubmitted {
		job: JobId,
		client: AccountId,
		model: ModelId,
		max_price: Balance,
		deadline: BlockNumber,
	},
	/// It has been given to a provider.
	JobAssigned { job: JobId, provider: AccountId, deadline: BlockNumber },
	/// It waits for a provider.
	JobWaiting { job: JobId, reason: Reason },
	/// A provider has given it back.
	JobDeclined { job: JobId, provider: AccountId, reason: Reason },
	/// A provider has let its deadline pass.
	DeadlineMissed { job: JobId, provider: AccountId },
	/// An answer is on chain.
	JobDelivered {
		job: JobId,
		provider: AccountId,
		output: ContentRef,
		units: Units,
		charge: Balance,
	},
	/// It has been paid for.
	JobSettled {
		job: JobId,
		client: AccountId,
		provider: AccountId,
		charge: Balance,
		audit_fee: Balance,
		refunded: Balance,
	},
	/// It has ended without an answer, and the client has its money back.
	JobRefunded {
		job: JobId,
		client: AccountId,
		amount: Balance,
		audit_fee: Balance,
		reason: Reason,
	},
	/// Its answer and the other jobs' will be compared; the comparison has the first one's id.
	ComparisonOpened { comparison: JobId, jobs: Vec<JobId> },
	/// Its client doubts the answer, and a bond for those who compute it again is held.
	JobDisputed { job: JobId, client: AccountId, bond: Balance },
	/// All answers that could come to a comparison are there.
	ComparisonDecided { comparison: JobId, verdict: Verdict },
	/// Its answer is wrong by the majority of those who answered.
	JobRejected { job: JobId, provider: AccountId, compensation: Balance },
	/// Its answer is wrong by the verdict of its auditors, and its provider has lost bond.
	JobConvicted { job: JobId, provider: AccountId, slashed: Balance },
	/// Its auditors are paid. Of the audits pallet.
	AuditorsPaid { job: JobId, votes: u32, amount: Balance },
	/// The chain has forgotten it.
	JobForgotten { job: JobId },
}

impl JobEvent {
	/// The job; of a comparison the first one.
	pub fn job(&self) -> JobId {
		match self {
			Self::JobSubmitted { job, .. }
			| Self::JobAssigned { job, .. }
			| Self::JobWaiting { job, .. }
			| Self::JobDeclined { job, .. }
			| Self::DeadlineMissed { job, .. }
			| Self::JobDelivered { job, .. }
			| Self::JobSettled { job, .. }
			| Self::JobRefunded { job, .. }
			| Self::ComparisonOpened { comparison: job, .. }
			| Self::JobDisputed { job, .. }
			| Self::ComparisonDecided { comparison: job, .. }
			| Self::JobRejected { job, .. }
			| Self::JobConvicted { job, .. }
			| Self::AuditorsPaid { job, .. }
			| Self::JobForgotten { job } => *job,
		}
	}
}

/// Something that happened to a payment channel or a batch of receipts.
#[derive(Clone, Debug, PartialEq, Eq, DecodeAsType, Serialize, Deserialize)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
#[serde(tag = "event")]
#[allow(missing_docs)] // The fields are the chain's, documented in its metadata.
pub enum ChannelEvent {
	/// Its deposit is held.
	ChannelOpened {
		channel: ChannelId,
		client: AccountId,
		gateway: AccountId,
		deposit: Balance,
		lanes: u32,
	},
	/// There is more in it.
	ChannelToppedUp { channel: ChannelId, amount: Balance, left: Balance },
	/// Its client wants the rest back.
	ChannelClosing { channel: ChannelId, closes_at: BlockNumber },
	/// It is gone, and its client has the rest.
	ChannelClosed { channel: ChannelId, client: AccountId, gateway: AccountId, refunded: Balance },
	/// A gateway has committed to receipts, and what they charge is in escrow.
	BatchCommitted {
		batch: BatchId,
		gateway: AccountId,
		root: H256,
		receipts: u32,
		charged: Balance,
	},
	/// A channel has paid into a batch.
	ChannelCharged { channel: ChannelId, batch: BatchId, amount: Balance, left: Balance },
	/// A receipt is wrong and is not paid.
	ReceiptStruck { batch: BatchId, total: u32, index: u32, charge: Balance, returned: Balance },
	/// A batch is not paid.
	BatchRejected { batch: BatchId, why: Rejection },
	/// A client has back what its channel paid into a rejected batch.
	ContributionReturned { batch: BatchId, channel: ChannelId, client: AccountId, amount: Balance },
	/// A provider has been paid for its part of a batch.
	TotalPaid {
		batch: BatchId,
		provider: AccountId,
		model: ModelId,
		charge: Balance,
		earned: Balance,
	},
	/// All that a batch charged is paid.
	BatchSettled { batch: BatchId, gateway: AccountId },
	/// A gateway has paid for the audits of such batches.
	PremiumPaid { batch: BatchId, gateway: AccountId, amount: Balance },
	/// It is drawn which receipts of a batch are computed again.
	SamplesDrawn { batch: BatchId, seed: H256, until: BlockNumber },
	/// One of them is shown, and its answer is audited.
	SampleShown { batch: BatchId, total: u32, index: u32, audit: H256, provider: AccountId },
	/// One of them was not shown: the batch is rejected.
	SampleWithheld { batch: BatchId, total: u32 },
	/// The answer to one of them is not the model's.
	SampleConvicted { batch: BatchId, audit: H256, provider: AccountId, slashed: Balance },
	/// Somebody says that a gateway has taken a receipt and put it into no batch.
	Complained {
		receipt: H256,
		gateway: AccountId,
		complainer: AccountId,
		charge: Balance,
		answer_by: BlockNumber,
	},
	/// The gateway has shown the batch.
	ComplaintAnswered { receipt: H256, gateway: AccountId, batch: BatchId },
	/// The gateway has not answered, and its bond pays.
	ComplaintUpheld {
		receipt: H256,
		gateway: AccountId,
		provider: AccountId,
		paid: Balance,
		slashed: Balance,
	},
	/// The receipt could not be paid by now, whoever is to blame.
	ComplaintDropped { receipt: H256, gateway: AccountId },
	/// The chain has forgotten a batch.
	BatchForgotten { batch: BatchId },
}

/// What `read` finds in a block's events, oldest first. Events of kinds that this program does not know
/// are left out.
pub(crate) fn found<T>(
	events: &Events<SubstrateConfig>,
	read: fn(&subxt::events::Event<'_, SubstrateConfig>) -> Option<T>,
) -> Result<Vec<T>, Error> {
	let mut found = Vec::new();
	for event in events.iter() {
		let event = event.map_err(|error| Error::decode("System.Events", error))?;
		found.extend(read(&event));
	}
	Ok(found)
}

pub(crate) fn channel_event(
	event: &subxt::events::Event<'_, SubstrateConfig>,
) -> Option<ChannelEvent> {
	#[derive(DecodeAsType)]
	#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
	enum Root {
		Channels(ChannelEvent),
	}
	if event.pallet_name() != "Channels" {
		return None;
	}
	let Root::Channels(event) = event.decode_as::<Root>().ok()?;
	Some(event)
}

pub(crate) fn job_event(event: &subxt::events::Event<'_, SubstrateConfig>) -> Option<JobEvent> {
	#[derive(DecodeAsType)]
	#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
	enum Root {
		Jobs(JobEvent),
		Audits(AuditEvent),
	}
	#[derive(DecodeAsType)]
	#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
	enum AuditEvent {
		AuditorsPaid { audit: JobId, votes: u32, amount: Balance },
	}
	if !matches!(event.pallet_name(), "Jobs" | "Audits") {
		return None;
	}
	Some(match event.decode_as::<Root>().ok()? {
		Root::Jobs(event) => event,
		Root::Audits(AuditEvent::AuditorsPaid { audit, votes, amount }) => {
			JobEvent::AuditorsPaid { job: audit, votes, amount }
		},
	})
}

pub(crate) fn chain_event(event: &subxt::events::Event<'_, SubstrateConfig>) -> ChainEvent {
	let fields = event
		.decode_fields_unchecked_as::<Composite<()>>()
		.map_or(Json::Null, |fields| composite(fields, None));
	ChainEvent {
		pallet: event.pallet_name().to_owned(),
		name: event.event_name().to_owned(),
		fields,
	}
}

fn composite(fields: Composite<()>, name: Option<&str>) -> Json {
	match fields {
		Composite::Named(fields) => fields
			.into_iter()
			.map(|(name, value)| {
				let json = value_json(value, Some(&name));
				(name, json)
			})
			.collect::<Map<_, _>>()
			.into(),
		Composite::Unnamed(values) => {
			let bytes: Option<Vec<u8>> = values.iter().map(byte).collect();
			if let Some(bytes) = bytes.filter(|bytes| bytes.len() > 1) {
				return bytes_json(&bytes, name);
			}
			let mut values: Vec<_> =
				values.into_iter().map(|value| value_json(value, name)).collect();
			if values.len() == 1 {
				return values.swap_remove(0);
			}
			values.into()
		},
	}
}

fn value_json(value: Value<()>, name: Option<&str>) -> Json {
	match value.value {
		ValueDef::Composite(fields) => composite(fields, name),
		ValueDef::Variant(variant) if variant.values.is_empty() => json!(variant.name),
		ValueDef::Variant(variant) => {
			let key = variant.name.clone();
			json!({ key: composite(variant.values, name) })
		},
		ValueDef::Primitive(primitive) => match primitive {
			Primitive::Bool(value) => json!(value),
			Primitive::Char(value) => json!(value.to_string()),
			Primitive::String(value) => json!(value),
			Primitive::U128(value) if value < 1 << 32 => json!(value as u64),
			Primitive::U128(value) => json!(value.to_string()),
			Primitive::I128(value) => json!(value.to_string()),
			Primitive::U256(value) => json!(hex(&value)),
			Primitive::I256(value) => json!(hex(&value)),
		},
		ValueDef::BitSequence(bits) => json!(format!("{bits:?}")),
	}
}

fn byte(value: &Value<()>) -> Option<u8> {
	match value.value {
		ValueDef::Primitive(Primitive::U128(value)) => u8::try_from(value).ok(),
		_ => None,
	}
}

/// The decoded value no longer knows its type, so accounts are known by their fields' names.
fn bytes_json(bytes: &[u8], name: Option<&str>) -> Json {
	const ACCOUNTS: &[&str] = &[
		"who",
		"client",
		"provider",
		"worker",
		"owner",
		"account",
		"from",
		"to",
		"dest",
		"candidate",
		"validator",
		"earner",
		"gateway",
	];
	match (<[u8; 32]>::try_from(bytes), name) {
		(Ok(account), Some(name)) if ACCOUNTS.contains(&name) => {
			json!(AccountId::from(account).to_string())
		},
		_ => json!(hex(bytes)),
	}
}
