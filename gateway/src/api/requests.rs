//! What became of requests, and where the money is.

use super::{models::task, openapi, problems::Refused, Door};
use axum::{
	extract::{FromRequestParts, Path, State},
	http::{header::CONTENT_TYPE, request::Parts},
	response::IntoResponse,
	Json,
};
use reckon_gateway_store::{Finish, Record, State as Progress, Times};
use reckon_openai::Problem;
use reckon_receipts::ReceiptFile;
use serde::Serialize;
use sp_core::{crypto::Ss58Codec, H256};
use std::sync::Arc;
use utoipa::ToSchema;

/// How far a request has come. What was asked and answered is not here: its id is in its receipt, which
/// others see.
#[derive(Serialize, ToSchema)]
pub(super) struct RequestInfo {
	id: String,
	object: &'static str,
	/// authorised, dispatched, receipted, batched, settled or failed.
	state: &'static str,
	/// Why it failed.
	reason: Option<String>,
	/// The model's id on chain.
	model: String,
	/// chat, complete or embed.
	task: &'static str,
	/// The channel that pays.
	channel: String,
	/// The lane that pays.
	lane: u16,
	/// The most that it may cost: decimal, in the smallest token unit.
	reserved: String,
	/// What it cost.
	charge: Option<String>,
	/// Tokens read and written.
	usage: Option<Usage>,
	/// stop, length or cancelled.
	finish_reason: Option<&'static str>,
	/// The worker's key, in SS58.
	worker: Option<String>,
	/// The root of its batch.
	batch: Option<String>,
	times: Moments,
}

#[derive(Serialize, ToSchema)]
struct Usage {
	input: u32,
	output: u32,
}

/// When it came how far, in Unix milliseconds.
#[derive(Serialize, ToSchema)]
struct Moments {
	received: u64,
	reserved: u64,
	authorised: u64,
	dispatched: Option<u64>,
	answered: Option<u64>,
	batched: Option<u64>,
	settled: Option<u64>,
	failed: Option<u64>,
}

/// A channel as its gateway sees it. Amounts are decimal, in the smallest token unit.
#[derive(Serialize, ToSchema)]
pub(super) struct Channel {
	id: String,
	object: &'static str,
	/// Who pays, in SS58.
	client: String,
	/// Who signs vouchers, in SS58.
	session_key: String,
	/// What is left, less what answers have charged that is not on chain yet.
	left: String,
	/// What running requests may cost, of that.
	reserved: String,
	/// What was spent through each lane: where the lane's next voucher starts.
	lanes: Vec<String>,
	/// Whether it takes no more requests.
	closing: bool,
}

impl From<Record> for RequestInfo {
	fn from(record: Record) -> Self {
		let Record { admission, state, worker, answer, batch, times } = record;
		let (state, reason) = match state {
			Progress::Authorised => ("authorised", None),
			Progress::Dispatched => ("dispatched", None),
			Progress::Receipted => ("receipted", None),
			Progress::Batched => ("batched", None),
			Progress::Settled => ("settled", None),
			Progress::Failed(reason) => ("failed", Some(reason)),
		};
		let receipt = answer.as_ref().map(|answer| &answer.receipt.receipt);
		let Times {
			received,
			reserved,
			authorised,
			dispatched,
			answered,
			batched,
			settled,
			failed,
			interrupted: _,
		} = times;
		Self {
			id: format!("{:?}", admission.request.hash()),
			object: "request",
			state,
			reason,
			model: format!("{:?}", admission.request.model),
			task: task(admission.request.task),
			channel: format!("{:?}", admission.voucher.voucher.channel),
			lane: admission.voucher.voucher.lane,
			reserved: admission.reserved.to_string(),
			charge: receipt.map(|receipt| receipt.charge.to_string()),
			usage: receipt
				.map(|receipt| Usage { input: receipt.units.input, output: receipt.units.output }),
			finish_reason: answer.as_ref().map(|answer| match answer.finish {
				Finish::Stop => "stop",
				Finish::Length => "length",
				Finish::Cancelled => "cancelled",
			}),
			worker: worker.map(|worker| worker.to_ss58check()),
			batch: batch.map(|root| format!("{root:?}")),
			times: Moments {
				received,
				reserved,
				authorised,
				dispatched,
				answered,
				batched,
				settled,
				failed,
			},
		}
	}
}

/// Ask how far a request has come
#[utoipa::path(
	get,
	path = "/v1/requests/{id}",
	tag = "Receipts",
	security(()),
	params(("id" = String, Path, description = "The request's id, or the answer's")),
	responses((status = 200, body = RequestInfo), (status = 404, body = openapi::Error)),
)]
pub(super) async fn request(
	State(door): State<Arc<Door>>,
	Name(name): Name,
) -> Result<Json<RequestInfo>, Refused> {
	Ok(Json(door.desk.request(id(&name, "id")?).await?.into()))
}

/// Get a request's receipt, with the proof of its batch once it is in one
#[utoipa::path(
	get,
	path = "/v1/requests/{id}/receipt",
	tag = "Receipts",
	security(()),
	params(("id" = String, Path, description = "The request's id, or the answer's")),
	responses(
		(status = 200, description = "A file for `reckon receipt verify`"),
		(status = 404, body = openapi::Error),
	),
)]
pub(super) async fn receipt(
	State(door): State<Arc<Door>>,
	Name(name): Name,
) -> Result<Json<ReceiptFile>, Refused> {
	Ok(Json(door.desk.receipt(id(&name, "id")?).await?))
}

/// Get all receipts of a batch, in SCALE: for auditors
#[utoipa::path(
	get,
	path = "/v1/batches/{id}/leaves",
	tag = "Receipts",
	security(()),
	params(("id" = String, Path, description = "The hash of the batch's root")),
	responses(
		(status = 200, content_type = "application/octet-stream", description = "The receipts"),
		(status = 404, body = openapi::Error),
	),
)]
pub(super) async fn leaves(
	State(door): State<Arc<Door>>,
	Name(root): Name,
) -> Result<impl IntoResponse, Refused> {
	let leaves = door.leaves.of(id(&root, "root")?, &*door.desk).await?;
	Ok(([(CONTENT_TYPE, "application/octet-stream")], leaves))
}

/// Ask what is left in a channel to this gateway
#[utoipa::path(
	get,
	path = "/v1/channels/{id}",
	tag = "Receipts",
	security(()),
	params(("id" = String, Path, description = "The channel's id")),
	responses((status = 200, body = Channel), (status = 402, body = openapi::Error)),
)]
pub(super) async fn channel(
	State(door): State<Arc<Door>>,
	Name(name): Name,
) -> Result<Json<Channel>, Refused> {
	let channel = door.desk.channel(id(&name, "id")?).await?;
	Ok(Json(Channel {
		id: format!("{:?}", channel.id),
		object: "channel",
		client: channel.client.to_ss58check(),
		session_key: channel.session_key.to_ss58check(),
		left: channel.left.to_string(),
		reserved: channel.reserved.to_string(),
		lanes: channel.lanes.iter().map(ToString::to_string).collect(),
		closing: channel.closing,
	}))
}

/// The part of a path that names something.
pub(super) struct Name(pub String);

impl<S: Send + Sync> FromRequestParts<S> for Name {
	type Rejection = Refused;

	async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refused> {
		let path = Path::<String>::from_request_parts(parts, state).await;
		let Path(name) = path.map_err(|_| Problem::malformed("the path is not UTF-8"))?;
		Ok(Self(name))
	}
}

/// 32 bytes in hexadecimal: after `0x`, or after what OpenAI's ids begin with.
pub(super) fn id(text: &str, param: &'static str) -> Result<H256, Problem> {
	let digits = text.strip_prefix("0x").or_else(|| text.rsplit(['-', '_']).next());
	let parsed = digits.filter(|digits| digits.len() == 64).and_then(|digits| digits.parse().ok());
	parsed.ok_or_else(|| {
		let message = format!("'{param}' must be 32 bytes in hexadecimal after 0x");
		Problem::invalid(param, message)
	})
}
