//! Clients' files: what `/v1/batches` works through, and what came of it.

use super::{openapi, payer, problems::Refused, requests::Name, watched::Watched, Door, Limits};
use crate::{bulk::Upload, desk::Refusal};
use axum::{
	body::Body,
	extract::{multipart::Field, FromRequest, FromRequestParts, Multipart, Query, Request, State},
	http::{
		header::{CONTENT_LENGTH, CONTENT_TYPE},
		request::Parts,
		HeaderMap,
	},
	response::IntoResponse,
	Json,
};
use futures::StreamExt;
use reckon_gateway_store::{File, Page, Purpose};
use reckon_openai::Problem;
use reckon_primitives::AccountId;
use serde::{Deserialize, Serialize};
use sp_core::H256;
use std::{
	io,
	sync::{
		atomic::{AtomicUsize, Ordering::Relaxed},
		Arc,
	},
	time::Duration,
};
use tokio::time::{timeout_at, Instant};
use utoipa::{IntoParams, ToSchema};

/// The longest field but for the file.
const MAX_FIELD: usize = 1024;
/// The most bytes that come without a part of a field among them: a field's head that never ends would
/// fill the memory.
const MAX_UNREAD: usize = 4 << 20;
/// The most fields.
const MAX_FIELDS: usize = 16;
/// The most files of one list, as with OpenAI.
const MAX_LIST: u32 = 10_000;
/// How soon a file may expire, as with OpenAI.
const LEAST_SECONDS: u64 = 3600;

#[derive(ToSchema)]
#[allow(dead_code)]
pub(super) struct FileRequest {
	/// JSON lines, each with `custom_id`, `method` (POST), `url` and `body`.
	#[schema(value_type = String, format = Binary)]
	file: Vec<u8>,
	/// batch
	purpose: String,
	/// created_at
	#[schema(rename = "expires_after[anchor]")]
	anchor: Option<String>,
	/// For how many seconds it is kept, an hour at least.
	#[schema(rename = "expires_after[seconds]")]
	seconds: Option<u64>,
}

/// A file.
#[derive(Serialize, ToSchema)]
pub(super) struct FileInfo {
	id: String,
	object: &'static str,
	bytes: u64,
	/// Unix seconds.
	created_at: u64,
	/// Unix seconds, from when on it is gone.
	expires_at: u64,
	filename: String,
	/// batch or batch_output.
	purpose: &'static str,
	status: &'static str,
}

/// A part of a list. `after` with `last_id` asks for the next one.
#[derive(Serialize, ToSchema)]
pub(super) struct List<T> {
	object: &'static str,
	pub data: Vec<T>,
	first_id: Option<String>,
	last_id: Option<String>,
	has_more: bool,
}

#[derive(Serialize, ToSchema)]
pub(super) struct Deleted {
	id: String,
	object: &'static str,
	deleted: bool,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Which {
	/// What comes after the one with this id.
	after: Option<String>,
	/// The most.
	#[param(value_type = Option<u32>)]
	limit: Option<String>,
	/// asc, or desc: the newest first.
	order: Option<String>,
	/// batch or batch_output.
	purpose: Option<String>,
}

impl<S: Send + Sync> FromRequestParts<S> for Which {
	type Rejection = Refused;

	async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refused> {
		let which = Query::<Self>::from_request_parts(parts, state).await;
		let Query(which) = which.map_err(|error| Problem::malformed(error.body_text()))?;
		Ok(which)
	}
}

impl From<File> for FileInfo {
	fn from(file: File) -> Self {
		Self {
			id: file_name(file.id),
			object: "file",
			bytes: file.bytes,
			created_at: file.created / 1000,
			expires_at: file.expires / 1000,
			filename: file.name,
			purpose: match file.purpose {
				Purpose::Input => "batch",
				Purpose::Output => "batch_output",
			},
			status: "processed",
		}
	}
}

pub(super) fn file_name(id: H256) -> String {
	format!("file-{id:x}")
}

/// What an id of OpenAI's form names.
pub(super) fn named(what: &'static str, prefix: &str, text: &str) -> Result<H256, Refusal> {
	let digits = text.strip_prefix(prefix).filter(|digits| digits.len() == 64);
	digits
		.and_then(|digits| digits.parse().ok())
		.ok_or_else(|| Refusal::NotFound { what, name: text.chars().take(100).collect() })
}

pub(super) fn file_id(text: &str) -> Result<H256, Refusal> {
	named("file", "file-", text)
}

impl Which {
	/// The part that is asked for, and one thing more.
	pub(super) fn page(
		&self,
		id: impl Fn(&str) -> Result<H256, Refusal>,
		(most, default): (u32, u32),
	) -> Result<Page, Problem> {
		let limit = self.limit.as_deref().map_or(Some(default), |limit| limit.parse().ok());
		let limit = limit.filter(|limit| (1..=most).contains(limit)).ok_or_else(|| {
			Problem::invalid("limit", format!("'limit' must be a number from 1 to {most}"))
		})?;
		let oldest_first = match self.order.as_deref() {
			None | Some("desc") => false,
			Some("asc") => true,
			Some(_) => return Err(Problem::invalid("order", "'order' must be asc or desc")),
		};
		let after = self.after.as_deref().map(id).transpose();
		let after = after.map_err(|refusal| Problem::invalid("after", refusal.to_string()))?;
		Ok(Page { after, limit: limit.saturating_add(1), oldest_first })
	}
}

impl<T> List<T> {
	pub(super) fn new(mut data: Vec<T>, page: Page, id: impl Fn(&T) -> &str) -> Self {
		let limit = usize::try_from(page.limit.saturating_sub(1)).unwrap_or(usize::MAX);
		let has_more = data.len() > limit;
		data.truncate(limit);
		let named = |item: Option<&T>| item.map(|item| id(item).to_owned());
		let (first_id, last_id) = (named(data.first()), named(data.last()));
		Self { object: "list", data, first_id, last_id, has_more }
	}
}

/// Put a file of requests there
#[utoipa::path(
	post,
	path = "/v1/files",
	tag = "OpenAI",
	request_body(content = FileRequest, content_type = "multipart/form-data"),
	responses((status = 200, body = FileInfo), (status = "default", body = openapi::Error)),
)]
pub(super) async fn upload(
	State(door): State<Arc<Door>>,
	request: Request,
) -> Result<Json<FileInfo>, Refused> {
	let key = payer::key(&*door.desk, request.headers()).await?;
	// Who can't pay has nothing kept here.
	door.desk.can_pay(&key).await?;
	let _upload = door.files.place(request.extensions(), "files")?;
	// The form is longer than its file.
	let length = request.headers().get(CONTENT_LENGTH);
	let length = length.and_then(|length| length.to_str().ok()?.parse().ok()).unwrap_or(u64::MAX);
	let unread = Arc::<AtomicUsize>::default();
	let request = request.map(|body| bounded(body, unread.clone()));
	let form = Multipart::from_request(request, &());
	let form = form.await.map_err(|error| Problem::malformed(error.body_text()))?;
	let mut coming = Coming { door: &door, form, unread, length, begun: Instant::now(), got: 0 };
	Ok(Json(coming.file(&key.owner).await?.into()))
}

/// A body that breaks off when too much of it is unread.
fn bounded(body: Body, unread: Arc<AtomicUsize>) -> Body {
	Body::from_stream(body.into_data_stream().map(move |part| {
		let part = part.map_err(io::Error::other)?;
		match unread.fetch_add(part.len(), Relaxed) {
			before if before > MAX_UNREAD => Err(io::Error::other("a field's head is too long")),
			_ => Ok(part),
		}
	}))
}

/// A form that is coming: no slower than bodies are.
struct Coming<'a> {
	door: &'a Door,
	form: Multipart,
	/// Bytes that have come since a part was read.
	unread: Arc<AtomicUsize>,
	/// How long it says that it is.
	length: u64,
	begun: Instant,
	/// Bytes of the file.
	got: usize,
}

/// Until when a form may come: it has the time of a body for each part of it that is as long as one.
fn until(limits: &Limits, begun: Instant, got: usize) -> Instant {
	let bodies = 1 + got / limits.max_body_bytes.max(1);
	begun + limits.body_within * u32::try_from(bodies).unwrap_or(u32::MAX)
}

impl Coming<'_> {
	async fn file(&mut self, owner: &AccountId) -> Result<File, Problem> {
		let (limits, shelf) = (&self.door.limits, self.door.desk.shelf());
		let most = usize::try_from(shelf.bounds().file_bytes).unwrap_or(usize::MAX);
		let mut upload: Option<Upload> = None;
		let (mut is_here, mut purpose, mut keep) = (false, None, None);
		// What is refused is read all the same, as far as it may be long: so its client reads why.
		let mut refused: Option<Problem> = None;
		for _ in 0..MAX_FIELDS {
			let time = until(limits, self.begun, self.got);
			let next = timeout_at(time, self.form.next_field()).await.map_err(|_| too_slow())?;
			let Some(mut field) = next.map_err(broken)? else { break };
			self.unread.store(0, Relaxed);
			match field.name().unwrap_or_default() {
				"file" if is_here => {
					return Err(Problem::invalid("file", "there is more than one file"));
				},
				"file" => {
					is_here = true;
					let name = field.file_name().unwrap_or("file.jsonl").to_owned();
					match shelf.upload(owner, &name, self.length).await {
						Ok(coming) => upload = Some(coming),
						Err(refusal) => refused = Some(refusal.into()),
					}
					loop {
						let time = until(limits, self.begun, self.got);
						let part = timeout_at(time, field.chunk()).await;
						let Some(part) = part.map_err(|_| too_slow())?.map_err(broken)? else {
							break;
						};
						self.unread.store(0, Relaxed);
						self.got = self.got.saturating_add(part.len());
						match (&mut refused, &mut upload) {
							(None, Some(coming)) => {
								refused = coming.write(&part).await.err().map(Problem::from);
							},
							(Some(problem), _) if self.got > most.saturating_mul(2) => {
								return Err(problem.clone());
							},
							_ => {},
						}
					}
				},
				"purpose" => purpose = Some(text(&mut field, time, "purpose").await?),
				"expires_after[seconds]" => {
					let seconds = text(&mut field, time, "expires_after").await?;
					let seconds = seconds.parse().ok().filter(|all| *all >= LEAST_SECONDS);
					let message = "'expires_after[seconds]' must be 3600 or more";
					let seconds =
						seconds.ok_or_else(|| Problem::invalid("expires_after", message))?;
					keep = Some(Duration::from_secs(seconds));
				},
				"expires_after[anchor]" => {
					if text(&mut field, time, "expires_after").await? != "created_at" {
						let message = "'expires_after[anchor]' must be created_at";
						return Err(Problem::invalid("expires_after", message));
					}
				},
				_ => drop(text(&mut field, time, "form").await?),
			}
		}
		match purpose.as_deref() {
			Some("batch") => {},
			None => return Err(Problem::invalid("purpose", "'purpose' is missing")),
			Some(_) => {
				let message = "'purpose' must be batch: files are for nothing else here";
				return Err(Problem::invalid("purpose", message));
			},
		}
		if let Some(refused) = refused {
			return Err(refused);
		}
		let upload = upload.ok_or_else(|| Problem::invalid("file", "'file' is missing"))?;
		Ok(upload.end(keep).await?)
	}
}

async fn text(
	field: &mut Field<'_>,
	until: Instant,
	param: &'static str,
) -> Result<String, Problem> {
	let mut bytes = Vec::new();
	loop {
		let part = timeout_at(until, field.chunk()).await.map_err(|_| too_slow())?;
		let Some(part) = part.map_err(broken)? else { break };
		bytes.extend_from_slice(&part);
		if bytes.len() > MAX_FIELD {
			let message = format!("'{param}' has more than {MAX_FIELD} bytes");
			return Err(Problem::invalid(param, message));
		}
	}
	String::from_utf8(bytes).map_err(|_| Problem::invalid(param, format!("'{param}' is not UTF-8")))
}

fn too_slow() -> Problem {
	let message = "the file does not come fast enough";
	Problem::new(408, "invalid_request_error", Some("request_timeout"), message)
}

fn broken(error: axum::extract::multipart::MultipartError) -> Problem {
	Problem::malformed(format!("the form: {}", error.body_text()))
}

/// List files
#[utoipa::path(
	get,
	path = "/v1/files",
	tag = "OpenAI",
	params(Which),
	responses((status = 200, body = List<FileInfo>), (status = "default", body = openapi::Error)),
)]
pub(super) async fn list(
	State(door): State<Arc<Door>>,
	headers: HeaderMap,
	which: Which,
) -> Result<Json<List<FileInfo>>, Refused> {
	let key = payer::key(&*door.desk, &headers).await?;
	let page = which.page(file_id, (MAX_LIST, MAX_LIST))?;
	let purpose = match which.purpose.as_deref() {
		None => None,
		Some("batch") => Some(Purpose::Input),
		Some("batch_output") => Some(Purpose::Output),
		// There are no others.
		Some(_) => return Ok(Json(List::new(Vec::new(), page, |file: &FileInfo| &file.id))),
	};
	let files = door.desk.shelf().files(&key.owner, purpose, page).await?;
	let files = files.into_iter().map(FileInfo::from).collect();
	Ok(Json(List::new(files, page, |file: &FileInfo| &file.id)))
}

/// Get what is known of a file
#[utoipa::path(
	get,
	path = "/v1/files/{id}",
	tag = "OpenAI",
	params(("id" = String, Path, description = "The file's id")),
	responses((status = 200, body = FileInfo), (status = 404, body = openapi::Error)),
)]
pub(super) async fn one(
	State(door): State<Arc<Door>>,
	Name(name): Name,
	headers: HeaderMap,
) -> Result<Json<FileInfo>, Refused> {
	let key = payer::key(&*door.desk, &headers).await?;
	Ok(Json(door.desk.shelf().file(&key.owner, file_id(&name)?).await?.into()))
}

/// Get a file
#[utoipa::path(
	get,
	path = "/v1/files/{id}/content",
	tag = "OpenAI",
	params(("id" = String, Path, description = "The file's id")),
	responses(
		(status = 200, content_type = "application/jsonl", description = "All of it"),
		(status = 404, body = openapi::Error),
	),
)]
pub(super) async fn content(
	State(door): State<Arc<Door>>,
	Name(name): Name,
	headers: HeaderMap,
) -> Result<impl IntoResponse, Refused> {
	let key = payer::key(&*door.desk, &headers).await?;
	let shelf = door.desk.shelf();
	let file = shelf.file(&key.owner, file_id(&name)?).await?;
	let place = door.place()?;
	let parts = shelf.content(&file).map(move |part| {
		let _kept = &place;
		part.map_err(io::Error::other)
	});
	let parts = parts.boxed();
	let gone = || Err(io::ErrorKind::TimedOut.into());
	let body = Body::from_stream(Watched::new(parts, door.limits.taken_within, gone));
	let headers =
		[(CONTENT_TYPE, "application/jsonl".to_owned()), (CONTENT_LENGTH, file.bytes.to_string())];
	Ok((headers, body))
}

/// Delete a file
#[utoipa::path(
	delete,
	path = "/v1/files/{id}",
	tag = "OpenAI",
	params(("id" = String, Path, description = "The file's id")),
	responses((status = 200, body = Deleted), (status = 404, body = openapi::Error)),
)]
pub(super) async fn remove(
	State(door): State<Arc<Door>>,
	Name(name): Name,
	headers: HeaderMap,
) -> Result<Json<Deleted>, Refused> {
	let key = payer::key(&*door.desk, &headers).await?;
	let id = file_id(&name)?;
	door.desk.shelf().remove(&key.owner, id).await?;
	Ok(Json(Deleted { id: file_name(id), object: "file", deleted: true }))
}
