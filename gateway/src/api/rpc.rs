//! The same over gRPC.

use super::{
	ask::{broken_off, finish, receipt, usage, whole},
	body::Upload,
	line::{Line, RequestName},
	payer::Shown,
	problems::status,
	repeats::{named, IDEMPOTENCY},
	watched::Watched,
	Door, Limits,
};
use crate::{
	clock::now_millis,
	desk::{Answering, Desk, End, ModelInfo, Payer, Piece},
};
use axum::{
	body::{Body, BodyDataStream, Bytes},
	extract::Request as HttpRequest,
	middleware::{self, Next},
	Router,
};
use futures::{stream::BoxStream, StreamExt};
use reckon_gateway_protocol::{
	v1::{
		self,
		answer::Event,
		inference_server::{Inference, InferenceServer, SERVICE_NAME},
		Answer, ChatRequest, CompleteRequest, EmbedRequest, EmbedResponse, ListModelsRequest,
		ListModelsResponse, Model, Vector,
	},
	MAX_MESSAGE_BYTES,
};
use reckon_openai::{read, Asked, Endpoint, Problem};
use reckon_primitives::{Balance, Price};
use serde_json::{json, Value};
use std::{pin::Pin, sync::Arc, time::Duration};
use tokio::{
	sync::OwnedSemaphorePermit,
	time::{sleep, Sleep},
};
use tonic::{metadata::MetadataMap, Request, Response, Status};

/// The service of `inference.proto`.
pub fn server(desk: Arc<dyn Desk>, limits: Limits) -> InferenceServer<Rpc> {
	InferenceServer::new(Rpc { door: Door::new(desk, limits) })
		.max_decoding_message_size(MAX_MESSAGE_BYTES)
		.max_encoding_message_size(MAX_MESSAGE_BYTES)
}

/// Services whose clients' messages come in time, and not too many at once. What a worker says is
/// bounded by itself.
pub fn bounded(services: Router, limits: Limits) -> Router {
	let uploads = limits.uploads(limits.max_uploads);
	let within = limits.body_within;
	services.layer(middleware::from_fn(move |request: HttpRequest, next: Next| {
		let uploads = uploads.clone();
		async move {
			let service = request.uri().path().trim_start_matches('/').split('/').next();
			if service != Some(SERVICE_NAME) {
				return next.run(request).await;
			}
			let place = match uploads.place(request.extensions(), "uploads") {
				Ok(place) => place,
				Err(problem) => return status(&problem).into_http(),
			};
			let upload = move |body: Body| {
				let late = Box::pin(sleep(within));
				let body = body.into_data_stream();
				Body::from_stream(futures::stream::unfold((body, late, place), uploaded))
			};
			next.run(request.map(upload)).await
		}
	}))
}

/// A body, as far as it has come; its place is free when it is let go.
type Coming = (BodyDataStream, Pin<Box<Sleep>>, Upload);

async fn uploaded((mut body, mut late, place): Coming) -> Option<(Result<Bytes, Status>, Coming)> {
	let part = tokio::select! {
		part = body.next() => part?.map_err(|error| Status::cancelled(error.to_string())),
		() = &mut late => Err(Status::deadline_exceeded("the message did not come in time")),
	};
	Some((part, (body, late, place)))
}

/// Answers gRPC's clients.
pub struct Rpc {
	door: Arc<Door>,
}

type Answers = BoxStream<'static, Result<Answer, Status>>;

#[tonic::async_trait]
impl Inference for Rpc {
	type ChatStream = Answers;
	type CompleteStream = Answers;

	async fn list_models(
		&self,
		_: Request<ListModelsRequest>,
	) -> Result<Response<ListModelsResponse>, Status> {
		let models = self.door.desk.models().into_iter().map(model).collect();
		Ok(Response::new(ListModelsResponse { models }))
	}

	async fn chat(&self, request: Request<ChatRequest>) -> Result<Response<Answers>, Status> {
		let (metadata, _, ChatRequest { model, messages, sampling }) = request.into_parts();
		let said: Vec<_> = messages
			.into_iter()
			.map(|message| json!({ "role": message.role, "content": message.content }))
			.collect();
		let body = body(json!({ "model": model, "messages": said }), sampling);
		let begun = self.begin(metadata, Endpoint::Chat, "rpc chat", body).await?;
		Ok(Response::new(begun.answers()))
	}

	async fn complete(
		&self,
		request: Request<CompleteRequest>,
	) -> Result<Response<Answers>, Status> {
		let (metadata, _, CompleteRequest { model, prompt, sampling }) = request.into_parts();
		let body = body(json!({ "model": model, "prompt": prompt }), sampling);
		let begun = self.begin(metadata, Endpoint::Completions, "rpc complete", body).await?;
		Ok(Response::new(begun.answers()))
	}

	async fn embed(
		&self,
		request: Request<EmbedRequest>,
	) -> Result<Response<EmbedResponse>, Status> {
		let (metadata, _, EmbedRequest { model, input }) = request.into_parts();
		let body = json!({ "model": model, "input": input });
		let mut begun = self.begin(metadata, Endpoint::Embeddings, "rpc embed", body).await?;
		let told = begun.vectors().await;
		let (vectors, end) = told.map_err(|problem| begun.refuse(&problem))?;
		Ok(Response::new(EmbedResponse { vectors, end: Some(end) }))
	}
}

impl Rpc {
	/// Hands a request in, as the body that would ask the same over HTTP: one reader for all doors.
	async fn begin(
		&self,
		metadata: MetadataMap,
		endpoint: Endpoint,
		label: &'static str,
		body: Value,
	) -> Result<Begun, Status> {
		let mut line = Line::new(RequestName::new(), label);
		let begun = self.ask(metadata, endpoint, body, &mut line).await;
		match begun {
			Ok((answering, place)) => {
				let taken_within = self.door.limits.taken_within;
				Ok(Begun { answering, line, taken_within, _place: place, over: false })
			},
			Err(problem) => {
				line.refused(&problem);
				Err(status(&problem))
			},
		}
	}

	async fn ask(
		&self,
		metadata: MetadataMap,
		endpoint: Endpoint,
		body: Value,
		line: &mut Line,
	) -> Result<(Box<dyn Answering>, OwnedSemaphorePermit), Problem> {
		let door = &self.door;
		let headers = metadata.into_headers();
		let payer = Shown::of(&headers).payer(&*door.desk).await?;
		let place = door.place()?;
		let body = body.to_string();
		let Asked { order, .. } = read(endpoint, body.as_bytes(), |model| door.max_tokens(model))?;
		let repeat = match (&payer, headers.get(IDEMPOTENCY)) {
			(Payer::Key(key), Some(name)) => Some(named(key.id, name.as_bytes())),
			_ => None,
		};
		let answering = door.ask(payer, order, repeat, false, now_millis(), line).await?;
		Ok((answering, place))
	}
}

/// A body with what a message says about sampling.
fn body(mut body: Value, sampling: Option<v1::Sampling>) -> Value {
	let (Some(sampling), Value::Object(fields)) = (sampling, &mut body) else { return body };
	let v1::Sampling {
		max_tokens,
		temperature,
		top_p,
		top_k,
		seed,
		stop,
		presence_penalty,
		frequency_penalty,
	} = sampling;
	let chosen = [
		("max_tokens", max_tokens.map(Value::from)),
		("temperature", temperature.map(Value::from)),
		("top_p", top_p.map(Value::from)),
		("top_k", top_k.map(Value::from)),
		("seed", seed.map(Value::from)),
		("stop", (!stop.is_empty()).then(|| stop.into())),
		("presence_penalty", presence_penalty.map(Value::from)),
		("frequency_penalty", frequency_penalty.map(Value::from)),
	];
	let given = chosen.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
	fields.extend(given);
	body
}

/// An answer that comes in.
struct Begun {
	answering: Box<dyn Answering>,
	line: Line,
	taken_within: Duration,
	_place: OwnedSemaphorePermit,
	over: bool,
}

impl Begun {
	fn answers(self) -> Answers {
		let within = self.taken_within;
		let answers = futures::stream::unfold(self, Self::next);
		Box::pin(Watched::new(answers, within, not_read))
	}

	async fn next(mut self) -> Option<(Result<Answer, Status>, Self)> {
		if self.over {
			return None;
		}
		let event = match self.answering.next().await {
			Some(Piece::Text { text, .. }) => Ok(Event::Text(text)),
			Some(Piece::End(Ok(end))) => {
				self.over = true;
				Ok(Event::End(self.end(&end)))
			},
			Some(Piece::End(Err(refusal))) => Err(refusal.into()),
			None => Err(broken_off()),
		};
		let answer = event.map(|event| Answer { event: Some(event) });
		let answer = answer.map_err(|problem| {
			self.over = true;
			self.refuse(&problem)
		});
		Some((answer, self))
	}

	async fn vectors(&mut self) -> Result<(Vec<Vector>, v1::End), Problem> {
		let (end, _) = whole(&mut *self.answering).await?;
		let vectors = reckon_openai::vectors(&end.answer.output)?;
		let vectors = vectors.into_iter().map(|values| Vector { values }).collect();
		Ok((vectors, self.end(&end)))
	}

	fn end(&mut self, end: &End) -> v1::End {
		let usage = usage(end);
		self.line.answered(usage);
		v1::End {
			finish_reason: finish(end.answer.finish).name().to_owned(),
			usage: Some(v1::Usage {
				input: usage.input,
				output: usage.output,
				charge: usage.charge.to_string(),
			}),
			receipt: receipt(end).into_bytes(),
		}
	}

	fn refuse(&mut self, problem: &Problem) -> Status {
		self.line.refused(problem);
		status(problem)
	}
}

fn not_read() -> Result<Answer, Status> {
	Err(Status::deadline_exceeded("the answer was not read"))
}

fn model(model: ModelInfo) -> Model {
	// Nobody offers it: no price, not a price of nothing.
	let price = |of: fn(&Price<Balance>) -> Balance| {
		model.price.as_ref().map(|price| of(price).to_string()).unwrap_or_default()
	};
	Model {
		base: price(|price| price.base),
		per_input: price(|price| price.per_input),
		per_output: price(|price| price.per_output),
		name: model.name,
		id: model.id.as_bytes().to_vec(),
		context: model.context,
		profile: model.profile.to_owned(),
		workers: model.workers,
	}
}
