//! The workers' door: `Workers.Join`, one stream for each worker.

use crate::{
	clock::now_millis,
	desk::Logprob,
	inquiries::inquire,
	late::Brought,
	rooms::Rooms,
	workers::{Joining, Said},
};
use codec::Encode;
use reckon_gateway_protocol::{
	join_payload, lease_payload,
	v1::{
		from_worker, to_worker, workers_server, Challenge, Finished, FromWorker, Hello, Inquiry,
		Lease, Piece, Refused, Stored, ToWorker, TokenLogprob, Welcome,
	},
};
use reckon_gateway_store::RequestId;
use reckon_primitives::AccountId;
use reckon_receipts::SignedAcknowledgement;
use sp_core::{sr25519, Pair};
use std::{sync::Arc, time::Duration};
use tokio::{
	sync::{mpsc, Semaphore},
	task::AbortHandle,
	time::timeout,
};
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Response, Status, Streaming};

/// Messages that wait for a worker to read them.
const OUTBOX: usize = 256;
/// And of them those that outlive its stream when it never does.
const WIRE: usize = 8;
/// How long a worker has for its hello.
const HELLO_WITHIN: Duration = Duration::from_secs(10);
/// A worker says something at least every ten seconds.
const SILENT_FOR: Duration = Duration::from_secs(30);
/// Streams whose hello has not come; each costs a question to the chain.
const NEWCOMERS: usize = 64;
/// Requests that one inquiry is about.
const MAX_INQUIRY: usize = 64;
/// The longest name of a worker's program.
const MAX_SOFTWARE: usize = 64;

/// The service.
pub struct Joins {
	rooms: Arc<Rooms>,
	newcomers: Arc<Semaphore>,
}

impl Joins {
	/// Over these rooms.
	pub fn new(rooms: Arc<Rooms>) -> Self {
		Self { rooms, newcomers: Arc::new(Semaphore::new(NEWCOMERS)) }
	}
}

#[tonic::async_trait]
impl workers_server::Workers for Joins {
	type JoinStream = ReceiverStream<Result<ToWorker, Status>>;

	async fn join(
		&self,
		request: Request<Streaming<FromWorker>>,
	) -> Result<Response<Self::JoinStream>, Status> {
		let place = self.newcomers.clone().try_acquire_owned();
		let place = place.map_err(|_| Status::resource_exhausted("too many workers at once"))?;
		let mut said = request.into_inner();
		let (replies, stream) = mpsc::channel(WIRE);
		let rooms = self.rooms.clone();
		tokio::spawn(async move {
			let welcomed = timeout(HELLO_WITHIN, welcome(&rooms, &mut said, &replies)).await;
			drop(place);
			let status = match welcomed {
				Ok(Ok(guest)) => guest.serve(&rooms, said, &replies).await,
				Ok(Err(status)) => Err(status),
				Err(_) => Err(Status::deadline_exceeded("no hello")),
			};
			if let Err(status) = status {
				let _ = replies.try_send(Err(status));
			}
		});
		Ok(Response::new(ReceiverStream::new(stream)))
	}
}

/// A worker that is who it says.
struct Guest {
	worker: sr25519::Public,
	/// Whose it is.
	provider: AccountId,
	session: u64,
	/// Hands on what it is told, until its stream ends.
	forward: AbortHandle,
}

fn bytes<const N: usize>(bytes: &[u8], what: &str) -> Result<[u8; N], Status> {
	bytes.try_into().map_err(|_| Status::invalid_argument(format!("{what} has {N} bytes")))
}

async fn next(said: &mut Streaming<FromWorker>) -> Result<Option<from_worker::Message>, Status> {
	match said.message().await? {
		None => Ok(None),
		Some(FromWorker { message: Some(message) }) => Ok(Some(message)),
		Some(FromWorker { message: None }) => {
			Err(Status::invalid_argument("a message of no kind that this gateway knows"))
		},
	}
}

/// Challenges a newcomer and asks the chain who it is.
async fn welcome(
	rooms: &Arc<Rooms>,
	said: &mut Streaming<FromWorker>,
	replies: &mpsc::Sender<Result<ToWorker, Status>>,
) -> Result<Guest, Status> {
	let nonce: [u8; 32] = rand::random();
	let us = &rooms.identity;
	let gateway: [u8; 32] = *us.account.as_ref();
	let challenge = Challenge {
		nonce: nonce.to_vec(),
		genesis: us.genesis.0.to_vec(),
		gateway: gateway.to_vec(),
	};
	let gone = || Status::cancelled("the worker is gone");
	let message = to_worker::Message::Challenge(challenge);
	replies.send(Ok(ToWorker { message: Some(message) })).await.map_err(|_| gone())?;
	let Some(from_worker::Message::Hello(hello)) = next(said).await? else {
		return Err(Status::failed_precondition("the first message is a hello"));
	};
	let Hello { worker, signature, mut software } = hello;
	let worker = sr25519::Public::from_raw(bytes(&worker, "a hot key")?);
	let signature = sr25519::Signature::from_raw(bytes(&signature, "a signature")?);
	let payload = join_payload(&us.genesis.0, &gateway, &nonce);
	if !sr25519::Pair::verify(&signature, payload, &worker) {
		return Err(Status::unauthenticated("the hello is not signed by the hot key"));
	}
	software.retain(|char| !char.is_control());
	let software = software.chars().take(MAX_SOFTWARE).collect();
	let asked = rooms.chain.provider_of(worker).await;
	let provider = asked.map_err(|error| Status::unavailable(error.to_string()))?;
	let provider = provider.ok_or_else(|| {
		Status::permission_denied("no provider has named this hot key on chain, or it is leaving")
	})?;
	let offering = rooms.chain.offering_of(&provider).await;
	let offering = offering.map_err(|error| Status::unavailable(error.to_string()))?;
	// Between here and the worker, what is sent becomes a reply.
	let (outbox, mut queue) = mpsc::channel(OUTBOX);
	let forward = replies.clone();
	let forward = tokio::spawn(async move {
		while let Some(message) = queue.recv().await {
			if forward.send(Ok(message)).await.is_err() {
				return;
			}
		}
	});
	let welcome = Welcome { subnet: us.subnet, provider: AsRef::<[u8]>::as_ref(&provider).into() };
	let message = to_worker::Message::Welcome(welcome);
	outbox.send(ToWorker { message: Some(message) }).await.map_err(|_| gone())?;
	tracing::info!(%worker, %provider, software, "worker joined");
	let since = now_millis();
	let joining = Joining { worker, provider: provider.clone(), offering, outbox, software, since };
	let session = rooms.workers.join(joining);
	Ok(Guest { worker, provider, session, forward: forward.abort_handle() })
}

impl Guest {
	async fn serve(
		&self,
		rooms: &Arc<Rooms>,
		mut said: Streaming<FromWorker>,
		replies: &mpsc::Sender<Result<ToWorker, Status>>,
	) -> Result<(), Status> {
		let mut current = rooms.workers.ends();
		let end = loop {
			// Another stream of the same worker, or a lie, ends this one.
			current.mark_unchanged();
			if !rooms.workers.is_current(&self.worker, self.session) {
				break Err(Status::aborted("this stream was replaced or closed by the gateway"));
			}
			let message = tokio::select! {
				message = timeout(SILENT_FOR, next(&mut said)) => message,
				_ = current.changed() => continue,
				() = replies.closed() => break Ok(()),
			};
			match message {
				Err(_) => break Err(Status::deadline_exceeded("nothing was heard for 30 seconds")),
				Ok(Err(status)) => break Err(status),
				Ok(Ok(None)) => break Ok(()),
				Ok(Ok(Some(message))) => {
					if let Err(status) = self.hear(rooms, message).await {
						break Err(status);
					}
				},
			}
		};
		tracing::info!(worker = %self.worker, ?end, "worker left");
		rooms.workers.leave(&self.worker, self.session);
		// What a worker does not read must not be kept for it.
		self.forward.abort();
		end
	}

	async fn hear(&self, rooms: &Arc<Rooms>, message: from_worker::Message) -> Result<(), Status> {
		match message {
			from_worker::Message::Hello(_) => {
				return Err(Status::failed_precondition("one hello is enough"));
			},
			from_worker::Message::Status(status) => rooms.workers.status(&self.worker, &status),
			from_worker::Message::Lease(Lease { request, expires_at, signature }) => {
				let request = request_id(&request)?;
				let signature = sr25519::Signature::from_raw(bytes(&signature, "a signature")?);
				let us = &rooms.identity;
				let gateway: &[u8; 32] = us.account.as_ref();
				let payload = lease_payload(&us.genesis.0, gateway, &request.0, expires_at);
				if !sr25519::Pair::verify(&signature, payload, &self.worker) {
					return Err(Status::unauthenticated("the lease is not signed by the hot key"));
				}
				self.pass(rooms, request, Said::Leased(expires_at)).await;
			},
			from_worker::Message::Piece(Piece { request, text, logprobs, .. }) => {
				let request = request_id(&request)?;
				let logprobs = logprobs.into_iter().map(logprob).collect();
				self.pass(rooms, request, Said::Text { text, logprobs }).await;
			},
			from_worker::Message::Finished(finished) => {
				let request = request_id(&finished.request)?;
				if let Some(finished) = self.finished(rooms, request, finished).await {
					// Of a request that nobody here hears from it. It is looked up before the next one is.
					let (worker, provider) = (self.worker, self.provider.clone());
					rooms.late(request, Brought { worker, provider, finished }).await;
				}
			},
			from_worker::Message::Refused(refused) => {
				let request = request_id(&refused.request)?;
				let Refused { reason, .. } = &refused;
				tracing::debug!(?request, reason, worker = %self.worker, "task refused");
				self.pass(rooms, request, Said::Refused(refused)).await;
			},
			from_worker::Message::Inquiry(Inquiry { requests }) => {
				if requests.len() > MAX_INQUIRY {
					let why = format!("an inquiry is about at most {MAX_INQUIRY} requests");
					return Err(Status::invalid_argument(why));
				}
				let ids = requests.iter().map(|id| request_id(id));
				let ids = ids.collect::<Result<Vec<_>, _>>()?;
				inquire(rooms, self.worker, self.provider.clone(), ids);
			},
		}
		Ok(())
	}

	/// Hands on what is said to who waits for it, at the speed at which that is taken.
	async fn pass(&self, rooms: &Rooms, request: RequestId, said: Said) {
		if let Some(ear) = rooms.workers.ear(&self.worker, &request) {
			let _ = ear.send(said).await;
		}
	}

	async fn finished(
		&self,
		rooms: &Rooms,
		request: RequestId,
		finished: Finished,
	) -> Option<Finished> {
		let Some(ear) = rooms.workers.ear(&self.worker, &request) else { return Some(finished) };
		match ear.send(Said::Finished(finished)).await {
			Ok(()) => None,
			Err(mpsc::error::SendError(Said::Finished(finished))) => Some(finished),
			Err(_) => None,
		}
	}
}

fn logprob(TokenLogprob { token, logprob, top }: TokenLogprob) -> Logprob {
	Logprob {
		token,
		logprob,
		top: top.into_iter().map(|other| (other.token, other.logprob)).collect(),
	}
}

fn request_id(request: &[u8]) -> Result<RequestId, Status> {
	bytes(request, "a request's hash").map(RequestId::from)
}

/// The message that a worker need not send a receipt again: with what the gateway has signed for it, unless
/// nobody is paid for it.
pub fn stored(
	request: RequestId,
	acknowledged: Option<&SignedAcknowledgement>,
) -> to_worker::Message {
	let requests = vec![request.0.to_vec()];
	let acknowledgements = vec![acknowledged.map(Encode::encode).unwrap_or_default()];
	to_worker::Message::Stored(Stored { requests, acknowledgements })
}
