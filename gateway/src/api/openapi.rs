//! `/openapi.json`.

use super::{ask, bulks, files, keys, models, page, places, requests, socket};
use axum::Json;
use serde::Serialize;
use serde_json::Value;
use std::sync::LazyLock;
use utoipa::{
	openapi::{
		header::HeaderBuilder,
		schema::{ObjectBuilder, Type},
		security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
		RefOr,
	},
	Modify, OpenApi, ToSchema,
};

static DOCUMENT: LazyLock<Value> =
	LazyLock::new(|| serde_json::to_value(Api::openapi()).unwrap_or_default());

pub(super) async fn document() -> Json<&'static Value> {
	Json(&*DOCUMENT)
}

#[derive(OpenApi)]
#[openapi(
	info(
		title = "Reckon gateway",
		description = "OpenAI's API, paid through channels on chain, with a receipt for each answer",
	),
	paths(
		ask::chat,
		ask::completions,
		ask::responses,
		ask::embeddings,
		ask::sealed,
		files::upload,
		files::list,
		files::one,
		files::content,
		files::remove,
		bulks::create,
		bulks::list,
		bulks::one,
		bulks::cancel,
		socket::stream,
		models::list,
		models::one,
		models::workers,
		keys::challenge,
		keys::issue,
		keys::list,
		keys::revoke,
		requests::request,
		requests::receipt,
		requests::leaves,
		requests::channel,
		page::healthz,
		page::readyz,
		page::metrics,
	),
	modifiers(&Bearer, &Places),
	security(("key" = [])),
)]
struct Api;

struct Bearer;

impl Modify for Bearer {
	fn modify(&self, api: &mut utoipa::openapi::OpenApi) {
		let description =
			"A key of /v1/keys. Instead of it, `Reckon-Request` and `Reckon-Voucher` \
			(SCALE, base64) pay: see `reckon proxy`.";
		let bearer = HttpBuilder::new()
			.scheme(HttpAuthScheme::Bearer)
			.description(Some(description))
			.build();
		let components = api.components.get_or_insert_default();
		components.add_security_scheme("key", SecurityScheme::Http(bearer));
	}
}

/// The headers of `places.rs`, with all that is paid for.
struct Places;

impl Modify for Places {
	fn modify(&self, api: &mut utoipa::openapi::OpenApi) {
		let headers = [
			(places::LIMIT, Type::Integer, "Requests that who pays may have under way at once"),
			(places::REMAINING, Type::Integer, "How many more would be taken now"),
			(
				places::RESET,
				Type::String,
				"When to come again where none would be: `250ms`; else `0s`",
			),
		];
		let headers = headers.map(|(name, kind, description)| {
			let schema = ObjectBuilder::new().schema_type(kind);
			let header = HeaderBuilder::new().schema(schema).description(Some(description));
			(name.to_string(), header.build())
		});
		for path in ["/v1/chat/completions", "/v1/completions", "/v1/responses", "/v1/embeddings"] {
			let asked = api.paths.paths.get_mut(path).and_then(|path| path.post.as_mut());
			let told = asked.into_iter().flat_map(|asked| asked.responses.responses.values_mut());
			for response in told {
				if let RefOr::T(response) = response {
					response.headers.extend(headers.clone());
				}
			}
		}
	}
}

/// OpenAI's error.
#[derive(Serialize, ToSchema)]
pub(super) struct Error {
	error: ErrorBody,
}

#[derive(Serialize, ToSchema)]
struct ErrorBody {
	/// For people: what is wrong and what helps.
	message: String,
	r#type: String,
	/// The field that is wrong.
	param: Option<String>,
	/// For programs.
	code: Option<String>,
}

/// Fields that are not listed are ignored.
#[derive(ToSchema)]
#[allow(dead_code)]
pub(super) struct ChatRequest {
	/// A name from `/v1/models`.
	model: String,
	/// At most 1024 turns.
	#[schema(min_items = 1, max_items = 1024)]
	messages: Vec<Message>,
	/// The most tokens of the answer.
	#[schema(minimum = 1)]
	max_completion_tokens: Option<u32>,
	/// The same, as it was called before.
	#[schema(minimum = 1)]
	max_tokens: Option<u32>,
	/// 0 takes the likeliest token always.
	#[schema(minimum = 0, maximum = 2, default = 1)]
	temperature: Option<f64>,
	/// Probability mass to sample from.
	#[schema(minimum = 0, maximum = 1, default = 1)]
	top_p: Option<f64>,
	/// Sample among so many of the likeliest tokens only; 0 means 64.
	#[schema(minimum = 0, maximum = 64)]
	top_k: Option<u32>,
	/// The same seed, request and worker class give the same answer.
	seed: Option<i64>,
	/// A string that ends the answer, or an array of up to four.
	stop: Option<Value>,
	/// Functions that the model may call, up to 128, where its chat template writes them:
	/// `{"type":"function","function":{"name":…,"description":…,"parameters":…}}`. Others are ignored.
	tools: Option<Vec<Value>>,
	/// none, auto, required, or `{"type":"function","function":{"name":…}}`.
	#[schema(default = "auto")]
	tool_choice: Option<Value>,
	/// The form that the answer is held to: `{"type":"text"}`, `{"type":"json_object"}` or
	/// `{"type":"json_schema","json_schema":{"name":…,"schema":…}}`.
	response_format: Option<Value>,
	#[schema(minimum = -2, maximum = 2)]
	presence_penalty: Option<f64>,
	#[schema(minimum = -2, maximum = 2)]
	frequency_penalty: Option<f64>,
	/// Whether each token comes with its probability.
	logprobs: Option<bool>,
	/// And with how many alternatives.
	#[schema(minimum = 0, maximum = 20)]
	top_logprobs: Option<u32>,
	/// Whether the answer comes as events.
	stream: Option<bool>,
	stream_options: Option<StreamOptions>,
}

#[derive(ToSchema)]
#[allow(dead_code)]
struct StreamOptions {
	/// Whether a last chunk has the usage.
	include_usage: Option<bool>,
}

#[derive(ToSchema)]
#[allow(dead_code)]
struct Message {
	/// system, developer, user, assistant, tool or function.
	role: String,
	/// A string, or an array of parts of text.
	content: Option<Value>,
	/// What an assistant has called.
	tool_calls: Option<Vec<Value>>,
	/// Of a tool's result: the id of the call.
	tool_call_id: Option<String>,
}

/// Fields that are not listed are ignored; sampling is as with chats.
#[derive(ToSchema)]
#[allow(dead_code)]
pub(super) struct CompletionRequest {
	/// A name from `/v1/models`.
	model: String,
	/// A string, or an array of one.
	prompt: Value,
	/// The most tokens of the answer.
	#[schema(minimum = 1)]
	max_tokens: Option<u32>,
	/// Whether the answer begins with the prompt.
	echo: Option<bool>,
	/// Whether each token comes with its probability, and with how many alternatives.
	#[schema(minimum = 0, maximum = 20)]
	logprobs: Option<u32>,
	/// Whether the answer comes as events.
	stream: Option<bool>,
	stream_options: Option<StreamOptions>,
}

/// Fields that are not listed are ignored; sampling is as with chats. What was said before is sent again, or
/// named by whose key has asked: `previous_response_id`, or for one answer
/// `{"type":"item_reference","id":"msg_…"}`.
#[derive(ToSchema)]
#[allow(dead_code)]
pub(super) struct ResponseRequest {
	/// A name from `/v1/models`.
	model: String,
	/// A string, or an array of items.
	input: Value,
	/// What stands before the input, for this answer alone.
	instructions: Option<String>,
	/// The id of the response that is gone on from.
	previous_response_id: Option<String>,
	/// Functions that the model may call: `{"type":"function","name":…,"description":…,"parameters":…}`.
	/// Others are ignored.
	tools: Option<Vec<Value>>,
	/// none, auto, required, or `{"type":"function","name":…}`.
	#[schema(default = "auto")]
	tool_choice: Option<Value>,
	/// `{"format":…}`, the form that the answer is held to: text, json_object, or
	/// `{"type":"json_schema","name":…,"schema":…}`.
	text: Option<Value>,
	/// The most tokens of the answer.
	#[schema(minimum = 1)]
	max_output_tokens: Option<u32>,
	/// Whether the answer comes as events.
	stream: Option<bool>,
}

#[derive(ToSchema)]
#[allow(dead_code)]
pub(super) struct EmbeddingRequest {
	/// A name from `/v1/models`.
	model: String,
	/// A string, or an array of up to 2048.
	input: Value,
	/// float, or base64: 32-bit floats, little-endian.
	#[schema(default = "float")]
	encoding_format: Option<String>,
}
