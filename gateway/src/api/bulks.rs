//! OpenAI's batches, which are bulks everywhere else: on chain a batch is of receipts.

use super::{
	files::{file_id, file_name, named, List, Which},
	openapi, payer,
	problems::Refused,
	requests::Name,
	Door,
};
use crate::desk::Refusal;
use axum::{
	extract::{Request, State},
	http::HeaderMap,
	Json,
};
use reckon_gateway_store::{Bulk, BulkState};
use reckon_openai::{Endpoint, Problem};
use serde::Serialize;
use serde_json::{Map, Value};
use sp_core::H256;
use std::{collections::BTreeMap, sync::Arc};
use utoipa::ToSchema;

/// The most batches of one list, as with OpenAI, and those of one that does not say how many.
const LIST: (u32, u32) = (100, 20);
/// What a client may note, as with OpenAI: pairs, characters of a name, characters of a value.
const METADATA: (usize, usize, usize) = (16, 64, 512);

#[derive(ToSchema)]
pub(super) struct BatchRequest {
	/// A file with purpose `batch`.
	input_file_id: String,
	/// /v1/chat/completions, /v1/completions, /v1/responses or /v1/embeddings.
	endpoint: String,
	/// 24h
	completion_window: String,
	/// At most 16 strings, for its owner.
	metadata: Option<BTreeMap<String, String>>,
}

/// A file's requests that are worked through. Times are Unix seconds.
#[derive(Serialize, ToSchema)]
pub(super) struct Batch {
	id: String,
	object: &'static str,
	endpoint: String,
	/// Why the file is not understood.
	errors: Option<Errors>,
	input_file_id: String,
	completion_window: &'static str,
	/// validating, in_progress, finalizing, cancelling, completed, failed, expired or cancelled.
	status: &'static str,
	/// Where answers are, once it has ended.
	output_file_id: Option<String>,
	/// Where refusals are, once it has ended.
	error_file_id: Option<String>,
	created_at: u64,
	in_progress_at: Option<u64>,
	expires_at: u64,
	finalizing_at: Option<u64>,
	completed_at: Option<u64>,
	failed_at: Option<u64>,
	expired_at: Option<u64>,
	cancelling_at: Option<u64>,
	cancelled_at: Option<u64>,
	request_counts: Counts,
	metadata: Option<Value>,
}

#[derive(Serialize, ToSchema)]
struct Errors {
	object: &'static str,
	/// Each with `code`, `line`, `message` and `param`.
	data: Value,
}

#[derive(Serialize, ToSchema)]
struct Counts {
	total: u64,
	completed: u64,
	failed: u64,
}

impl From<Bulk> for Batch {
	fn from(bulk: Bulk) -> Self {
		let seconds = |millis: u64| millis / 1000;
		let ended = bulk.ended.map(seconds);
		let at = |state| ended.filter(|_| bulk.state == state);
		let json = |text: &String| serde_json::from_str::<Value>(text).unwrap_or_default();
		let metadata = json(&bulk.metadata);
		Self {
			id: bulk_name(bulk.id),
			object: "batch",
			errors: bulk.errors.as_ref().map(|data| Errors { object: "list", data: json(data) }),
			input_file_id: file_name(bulk.input),
			completion_window: "24h",
			status: match bulk.state {
				BulkState::Validating => "validating",
				// There is something for each line, and its files are about to be shown.
				BulkState::InProgress
					if bulk.completed.saturating_add(bulk.failed) == bulk.total =>
				{
					"finalizing"
				},
				BulkState::InProgress => "in_progress",
				BulkState::Cancelling => "cancelling",
				BulkState::Completed => "completed",
				BulkState::Failed => "failed",
				BulkState::Expired => "expired",
				BulkState::Cancelled => "cancelled",
			},
			output_file_id: ended.filter(|_| bulk.completed > 0).map(|_| file_name(bulk.output)),
			error_file_id: ended.filter(|_| bulk.failed > 0).map(|_| file_name(bulk.failures)),
			created_at: seconds(bulk.created),
			in_progress_at: bulk.begun.map(seconds),
			expires_at: seconds(bulk.expires),
			// Its files are made as it ends.
			finalizing_at: at(BulkState::Completed).or_else(|| at(BulkState::Expired)),
			completed_at: at(BulkState::Completed),
			failed_at: at(BulkState::Failed),
			expired_at: at(BulkState::Expired),
			cancelling_at: bulk.cancelling.map(seconds),
			cancelled_at: at(BulkState::Cancelled),
			request_counts: Counts {
				total: bulk.total,
				completed: bulk.completed,
				failed: bulk.failed,
			},
			metadata: Some(metadata).filter(|metadata| !metadata.is_null()),
			endpoint: bulk.endpoint,
		}
	}
}

fn bulk_name(id: H256) -> String {
	format!("batch_{id:x}")
}

fn bulk_id(text: &str) -> Result<H256, Refusal> {
	named("batch", "batch_", text)
}

impl BatchRequest {
	/// Reads what is done here.
	fn read(body: &[u8]) -> Result<Self, Problem> {
		let fields = serde_json::from_slice::<Map<String, Value>>(body)
			.map_err(|error| Problem::malformed(format!("the body: {error}")))?;
		// What is null is not there.
		let field = |name: &str| fields.get(name).filter(|value| !value.is_null());
		let text = |name: &'static str| match field(name) {
			Some(Value::String(text)) => Ok(text.clone()),
			Some(_) => Err(Problem::invalid(name, format!("'{name}' must be a string"))),
			None => Err(Problem::invalid(name, format!("'{name}' is missing"))),
		};
		if field("output_expires_after").is_some() {
			let message = "files that come of a batch expire as all files do";
			return Err(Problem::unsupported("output_expires_after", message));
		}
		let metadata = field("metadata").cloned().map(serde_json::from_value).transpose();
		let metadata = metadata.map_err(|_| {
			Problem::invalid("metadata", "'metadata' must be an object with strings in it")
		})?;
		let asked = Self {
			input_file_id: text("input_file_id")?,
			endpoint: text("endpoint")?,
			completion_window: text("completion_window")?,
			metadata,
		};
		asked.check().map(|()| asked)
	}

	fn check(&self) -> Result<(), Problem> {
		if Endpoint::of_path(&self.endpoint).is_none() {
			let message = "'endpoint' must be /v1/chat/completions, /v1/completions, \
				/v1/responses or /v1/embeddings";
			return Err(Problem::invalid("endpoint", message));
		}
		if self.completion_window != "24h" {
			return Err(Problem::invalid("completion_window", "'completion_window' must be 24h"));
		}
		let (pairs, name, value) = METADATA;
		let fits = |(key, text): (&String, &String)| {
			key.chars().count() <= name && text.chars().count() <= value
		};
		match &self.metadata {
			Some(metadata) if metadata.len() > pairs || !metadata.iter().all(fits) => {
				let message = format!(
					"'metadata' takes {pairs} pairs, names of {name} and values of {value} characters"
				);
				Err(Problem::invalid("metadata", message))
			},
			_ => Ok(()),
		}
	}
}

/// Have a file's requests worked through
#[utoipa::path(
	post,
	path = "/v1/batches",
	tag = "OpenAI",
	request_body = BatchRequest,
	responses((status = 200, body = Batch), (status = "default", body = openapi::Error)),
)]
pub(super) async fn create(
	State(door): State<Arc<Door>>,
	request: Request,
) -> Result<Json<Batch>, Refused> {
	let (parts, body) = request.into_parts();
	let key = payer::key(&*door.desk, &parts.headers).await?;
	door.desk.can_pay(&key).await?;
	let body = door.body(&parts.extensions, body).await?;
	let asked = BatchRequest::read(&body)?;
	let input = file_id(&asked.input_file_id)
		.map_err(|refusal| Problem::invalid("input_file_id", refusal.to_string()))?;
	let metadata = serde_json::to_string(&asked.metadata).unwrap_or_default();
	// A retry gets the batch that is there: it would pay for all of it again.
	let repeat = door.repeats.name(key.id, &parts.headers, &body).map(|repeat| repeat.name);
	let begun = door.desk.shelf().begin(&key, input, &asked.endpoint, metadata, repeat).await?;
	Ok(Json(begun.into()))
}

/// List batches
#[utoipa::path(
	get,
	path = "/v1/batches",
	tag = "OpenAI",
	params(Which),
	responses((status = 200, body = List<Batch>), (status = "default", body = openapi::Error)),
)]
pub(super) async fn list(
	State(door): State<Arc<Door>>,
	headers: HeaderMap,
	which: Which,
) -> Result<Json<List<Batch>>, Refused> {
	let key = payer::key(&*door.desk, &headers).await?;
	let page = which.page(bulk_id, LIST)?;
	let bulks = door.desk.shelf().bulks(&key.owner, page).await?;
	let bulks = bulks.into_iter().map(Batch::from).collect();
	Ok(Json(List::new(bulks, page, |batch: &Batch| &batch.id)))
}

/// Ask how far a batch has come
#[utoipa::path(
	get,
	path = "/v1/batches/{id}",
	tag = "OpenAI",
	params(("id" = String, Path, description = "The batch's id")),
	responses((status = 200, body = Batch), (status = 404, body = openapi::Error)),
)]
pub(super) async fn one(
	State(door): State<Arc<Door>>,
	Name(name): Name,
	headers: HeaderMap,
) -> Result<Json<Batch>, Refused> {
	let key = payer::key(&*door.desk, &headers).await?;
	Ok(Json(door.desk.shelf().bulk(&key.owner, bulk_id(&name)?).await?.into()))
}

/// End a batch: what is under way is answered, and nothing more is begun
#[utoipa::path(
	post,
	path = "/v1/batches/{id}/cancel",
	tag = "OpenAI",
	params(("id" = String, Path, description = "The batch's id")),
	responses((status = 200, body = Batch), (status = 404, body = openapi::Error)),
)]
pub(super) async fn cancel(
	State(door): State<Arc<Door>>,
	Name(name): Name,
	headers: HeaderMap,
) -> Result<Json<Batch>, Refused> {
	let key = payer::key(&*door.desk, &headers).await?;
	Ok(Json(door.desk.shelf().cancel(&key.owner, bulk_id(&name)?).await?.into()))
}
