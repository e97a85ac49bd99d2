//! What can be asked for.

use super::{openapi, problems::Refused, requests::Name, Door};
use crate::desk::{ModelInfo, Refusal, SealingWorker};
use axum::{
	extract::{rejection::QueryRejection, Query, State},
	Json,
};
use base64::{engine::general_purpose::STANDARD, Engine};
use codec::Encode;
use reckon_openai::Problem;
use reckon_primitives::{Balance, TaskKind};
use serde::{Deserialize, Serialize};
use sp_core::crypto::Ss58Codec;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

/// What all models take, but those that embed only.
const SAMPLING: [&str; 10] = [
	"temperature",
	"top_p",
	"top_k",
	"seed",
	"stop",
	"max_tokens",
	"presence_penalty",
	"frequency_penalty",
	"logprobs",
	"top_logprobs",
];

#[derive(Serialize, ToSchema)]
pub(super) struct Models {
	object: &'static str,
	data: Vec<Model>,
}

/// A model: OpenAI's fields, those that routers read, and ours.
#[derive(Serialize, ToSchema)]
pub(super) struct Model {
	/// What requests name it by.
	id: String,
	object: &'static str,
	/// Since when this gateway has known it, in Unix seconds.
	// The chain does not note when a model was registered, and nodes forget the blocks that tell.
	created: u64,
	owned_by: &'static str,
	name: String,
	/// Tokens, prompt and answer together.
	context_length: u32,
	/// The most tokens of an answer.
	max_output_length: u32,
	#[schema(value_type = Vec<String>)]
	input_modalities: [&'static str; 1],
	#[schema(value_type = Vec<String>)]
	output_modalities: [&'static str; 1],
	#[schema(value_type = Vec<String>)]
	supported_sampling_parameters: &'static [&'static str],
	/// Whether a worker has it in memory now.
	is_ready: bool,
	reckon: OnChain,
}

/// What the network knows of a model.
#[derive(Serialize, ToSchema)]
struct OnChain {
	/// Its id on chain.
	#[schema(value_type = String)]
	id: sp_core::H256,
	/// chat, complete and embed.
	tasks: Vec<&'static str>,
	/// The numeric profile of its manifest.
	profile: &'static str,
	/// An SPDX expression.
	licence: String,
	/// Workers that have it in memory now.
	workers: u32,
	/// Requests that they compute or have waiting.
	active: u32,
	/// Requests that they compute at once.
	slots: u32,
	/// What a request pays at most; missing where nobody offers it.
	price: Option<Price>,
}

/// Decimal, in the smallest token unit: 10^-12 RKN.
#[derive(Serialize, ToSchema)]
struct Price {
	/// For a request as such.
	base: String,
	/// For each token read.
	per_input: String,
	/// For each token written.
	per_output: String,
}

impl From<&reckon_primitives::Price<Balance>> for Price {
	fn from(price: &reckon_primitives::Price<Balance>) -> Self {
		Self {
			base: price.base.to_string(),
			per_input: price.per_input.to_string(),
			per_output: price.per_output.to_string(),
		}
	}
}

/// Workers that requests for a model can be sealed to, whom to ask first before the others.
#[derive(Serialize, ToSchema)]
pub(super) struct Workers {
	object: &'static str,
	data: Vec<Worker>,
}

/// A worker that requests can be sealed to.
#[derive(Serialize, ToSchema)]
struct Worker {
	/// Its hot key, in SS58: the chain knows whose it is.
	worker: String,
	/// Who has its earnings, in SS58.
	provider: String,
	/// What to seal to, as the worker has signed it: SCALE, base64.
	key: String,
	price: Price,
}

impl From<SealingWorker> for Worker {
	fn from(SealingWorker { provider, key, price }: SealingWorker) -> Self {
		Self {
			worker: key.key.worker.to_ss58check(),
			provider: provider.to_ss58check(),
			key: STANDARD.encode(key.encode()),
			price: Price::from(&price),
		}
	}
}

/// Which model.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Of {
	/// Its name.
	model: String,
}

impl From<ModelInfo> for Model {
	fn from(model: ModelInfo) -> Self {
		let kinds = [TaskKind::Chat, TaskKind::Complete, TaskKind::Embed];
		let does = |kind: &TaskKind| model.tasks.contains(*kind);
		let writes = does(&TaskKind::Chat) || does(&TaskKind::Complete);
		Self {
			id: model.name.clone(),
			object: "model",
			created: model.known_since / 1_000,
			owned_by: "reckon",
			name: model.name,
			context_length: model.context,
			max_output_length: if writes { model.context } else { 0 },
			input_modalities: ["text"],
			output_modalities: [if writes { "text" } else { "embeddings" }],
			supported_sampling_parameters: if writes { &SAMPLING } else { &[] },
			is_ready: model.workers > 0,
			reckon: OnChain {
				id: model.id,
				tasks: kinds.into_iter().filter(does).map(task).collect(),
				profile: model.profile,
				licence: model.licence,
				workers: model.workers,
				active: model.active,
				slots: model.slots,
				price: model.price.as_ref().map(Price::from),
			},
		}
	}
}

/// A task's name.
pub(super) fn task(kind: TaskKind) -> &'static str {
	match kind {
		TaskKind::Chat => "chat",
		TaskKind::Complete => "complete",
		TaskKind::Embed => "embed",
	}
}

/// List models, with prices and workers
#[utoipa::path(
	get,
	path = "/v1/models",
	tag = "OpenAI",
	security(()),
	responses((status = 200, body = Models)),
)]
pub(super) async fn list(State(door): State<Arc<Door>>) -> Json<Models> {
	let data = door.desk.models().into_iter().map(Model::from).collect();
	Json(Models { object: "list", data })
}

/// Get a model
#[utoipa::path(
	get,
	path = "/v1/models/{id}",
	tag = "OpenAI",
	security(()),
	params(("id" = String, Path, description = "Its name; a slash in it may be %2F")),
	responses((status = 200, body = Model), (status = 404, body = openapi::Error)),
)]
pub(super) async fn one(
	State(door): State<Arc<Door>>,
	Name(id): Name,
) -> Result<Json<Model>, Refused> {
	let models = door.desk.models();
	let known = models.iter().map(|model| model.name.clone()).collect();
	let found = models.into_iter().find(|model| model.name == id);
	let name = || id.chars().take(100).collect();
	Ok(Json(found.ok_or_else(|| Refusal::ModelNotFound { name: name(), known })?.into()))
}

/// List the workers that requests for a model can be sealed to
#[utoipa::path(
	get,
	path = "/v1/workers",
	tag = "Reckon",
	security(()),
	params(Of),
	responses((status = 200, body = Workers), (status = 404, body = openapi::Error)),
)]
pub(super) async fn workers(
	State(door): State<Arc<Door>>,
	which: Result<Query<Of>, QueryRejection>,
) -> Result<Json<Workers>, Refused> {
	let Query(Of { model }) = which.map_err(|error| Problem::malformed(error.body_text()))?;
	let data = door.desk.sealing(&model)?.into_iter().map(Worker::from).collect();
	Ok(Json(Workers { object: "list", data }))
}
