//! One stream to a gateway: the two tell each other who they are, then tasks come and answers go.

use super::{
	desk::{Desk, Host},
	ledger::Ledger,
	order::Order,
	standing,
};
use futures::{Stream, StreamExt};
use reckon_gateway_protocol::{
	join_payload,
	v1::{self, from_worker, to_worker, workers_client::WorkersClient, FromWorker, ToWorker},
	MAX_MESSAGE_BYTES,
};
use reckon_sdk::{account, AccountId, H256};
use std::{collections::BTreeMap, sync::Arc, time::Duration};
use tokio::{
	sync::{mpsc, oneshot},
	time::Instant,
};
use tokio_stream::wrappers::ReceiverStream;
use tonic::{
	transport::{ClientTlsConfig, Endpoint},
	Streaming,
};

/// How long a connection, and each step of the greeting, may take.
const GREETING: Duration = Duration::from_secs(10);
/// A peer that is gone is noticed after both together.
const PING_EVERY: Duration = Duration::from_secs(3);
const PING_TIMEOUT: Duration = Duration::from_secs(4);
/// How often it is looked whether there is something new to say, and when it is said anyway.
const LOOK_EVERY: Duration = Duration::from_millis(200);
const STATUS_EVERY: Duration = Duration::from_secs(10);
/// Messages that wait for a gateway that reads slowly.
const OUTBOX: usize = 1_024;
/// Messages about stored receipts that wait for the disk.
const STORED: usize = 16;
/// Answers that are read from the journal at once.
const PAGE: u32 = 16;

/// Why a stream did not come about, or has ended.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SessionError {
	/// Nobody listens there.
	#[error("cannot connect: {}", cause(.0))]
	Connect(#[from] tonic::transport::Error),
	/// The gateway has ended the stream, or it broke off.
	#[error("the gateway has ended the stream: {0}")]
	Status(#[from] tonic::Status),
	/// The gateway has closed the stream.
	#[error("the gateway has closed the stream")]
	Closed,
	/// It said nothing.
	#[error("the gateway did not answer within {} s", GREETING.as_secs())]
	Silent,
	/// It said what can't be.
	#[error("the gateway does not keep to the protocol: {0}")]
	Protocol(String),
	/// It is on another chain.
	#[error("the gateway is on the chain {theirs:?}, this worker on {ours:?}")]
	Chain {
		/// The gateway's.
		theirs: H256,
		/// The worker's.
		ours: H256,
	},
	/// It says something else than the chain does, or the chain can't be asked.
	#[error("the gateway is not joined: {0}")]
	NotTaken(String),
}

/// What lies at the bottom of a failure: what is above it only says that there is one.
pub(super) fn cause(error: &dyn std::error::Error) -> String {
	let causes = std::iter::successors(Some(error), |error| error.source());
	causes.last().unwrap_or(error).to_string()
}

/// A gateway's address, checked.
///
/// # Errors
/// When it is none.
pub(super) fn endpoint(url: &str) -> Result<Endpoint, tonic::transport::Error> {
	let endpoint = Endpoint::from_shared(url.to_owned())?
		.connect_timeout(GREETING)
		.tcp_nodelay(true)
		.http2_keep_alive_interval(PING_EVERY)
		.keep_alive_timeout(PING_TIMEOUT)
		.keep_alive_while_idle(true);
	match endpoint.uri().scheme_str() {
		Some("https") => endpoint.tls_config(ClientTlsConfig::new().with_webpki_roots()),
		_ => Ok(endpoint),
	}
}

/// Takes the host out of the desk's books when the stream ends, however it does.
struct Entered<'a, L: Ledger> {
	desk: &'a Desk<L>,
	host: Host,
}

impl<L: Ledger> Drop for Entered<'_, L> {
	fn drop(&mut self) {
		self.desk.leave(&self.host);
	}
}

/// A stream on which the gateway has said who it is.
struct Greeting {
	incoming: Streaming<ToWorker>,
	gateway: [u8; 32],
	nonce: [u8; 32],
}

/// Opens a stream and hears the gateway's first words. `ours` is the genesis hash of the worker's chain.
async fn greet(
	endpoint: &Endpoint,
	outgoing: impl Stream<Item = FromWorker> + Send + 'static,
	ours: H256,
) -> Result<Greeting, SessionError> {
	let channel = within(endpoint.connect()).await??;
	let mut client = WorkersClient::new(channel)
		.max_decoding_message_size(MAX_MESSAGE_BYTES)
		.max_encoding_message_size(MAX_MESSAGE_BYTES);
	let mut incoming = within(client.join(outgoing)).await??.into_inner();
	let to_worker::Message::Challenge(challenge) = next(&mut incoming).await? else {
		return Err(SessionError::Protocol("it did not begin with a challenge".into()));
	};
	let theirs = bytes(&challenge.genesis, "a genesis hash")?;
	if H256(theirs) != ours {
		return Err(SessionError::Chain { theirs: H256(theirs), ours });
	}
	let gateway = bytes(&challenge.gateway, "an account")?;
	Ok(Greeting { incoming, gateway, nonce: bytes(&challenge.nonce, "a nonce")? })
}

/// Asks a gateway who it is, without joining it. `genesis` names the worker's chain.
///
/// # Errors
/// When it can't be reached, or is none of this chain.
pub async fn whose(endpoint: &Endpoint, genesis: H256) -> Result<AccountId, SessionError> {
	let greeting = greet(endpoint, futures::stream::pending(), genesis).await?;
	Ok(account(greeting.gateway))
}

/// Joins a gateway and serves it until the stream ends. `joined` is told when the gateway has taken the
/// worker.
pub(super) async fn join<L: Ledger>(
	desk: &Arc<Desk<L>>,
	url: &Arc<str>,
	endpoint: &Endpoint,
	joined: impl FnOnce(AccountId, u32),
) -> Result<std::convert::Infallible, SessionError> {
	let (outbox, inbox) = mpsc::channel(OUTBOX);
	// Tasks keep their outboxes: the stream ends with this function all the same.
	let (_ends, ended) = oneshot::channel::<()>();
	let outgoing = ReceiverStream::new(inbox).take_until(ended);
	let ours = desk.books().genesis();
	let Greeting { mut incoming, gateway, nonce } = greet(endpoint, outgoing, ours).await?;
	let say = |message| {
		// There is room: nothing else was said yet.
		outbox.try_send(FromWorker { message: Some(message) }).map_err(|_| SessionError::Closed)
	};

	let agreed = desk.books().terms(account(gateway), |terms| Ok((terms.subnet, terms.provider)));
	let (subnet, provider) =
		agreed.await.map_err(|refusal| SessionError::NotTaken(refusal.text))?;
	let Some(provider) = provider else {
		return Err(SessionError::NotTaken("no provider names this worker's key".into()));
	};
	let signer = desk.signer();
	say(from_worker::Message::Hello(v1::Hello {
		worker: signer.account().0.to_vec(),
		signature: signer.sign(&join_payload(&ours.0, &gateway, &nonce)).to_vec(),
		software: concat!("reckon-worker/", env!("CARGO_PKG_VERSION")).into(),
	}))?;
	let to_worker::Message::Welcome(welcome) = next(&mut incoming).await? else {
		return Err(SessionError::Protocol("it did not say welcome".into()));
	};
	if (welcome.subnet, bytes(&welcome.provider, "a provider")?) != (subnet, provider.0) {
		let why = "it has another subnet or provider for this worker than the chain";
		return Err(SessionError::NotTaken(why.into()));
	}

	let mut said = Said::new(desk.status());
	say(from_worker::Message::Status(said.status.clone()))?;
	let host = Host { url: url.clone(), account: account(gateway), outbox: outbox.clone() };
	desk.enter(&host);
	let entered = Entered { desk, host };
	joined(account(gateway), subnet);
	tokio::spawn(send_again(desk.clone(), entered.host.clone()));

	let (words, mut heard) = mpsc::channel(STORED);
	let (lie, mut lies) = mpsc::channel(1);
	let (credit, gateway) = (desk.credit().clone(), account(gateway));
	tokio::spawn(async move {
		let mut messages = Vec::new();
		// What comes while the disk is waited for goes into one commit.
		while heard.recv_many(&mut messages, STORED).await > 0 {
			if let Err(why) = credit.stored(gateway, std::mem::take(&mut messages)).await {
				let _ = lie.send(why).await;
				return;
			}
		}
	});

	let mut look = tokio::time::interval(LOOK_EVERY);
	look.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
	loop {
		tokio::select! {
			message = incoming.message() => {
				let message = message?.ok_or(SessionError::Closed)?;
				if let Some(stored) = take(desk, &entered.host, message)? {
					// A gateway that says more than can be written waits.
					let _ = words.send(stored).await;
				}
			},
			Some(lie) = lies.recv() => return Err(SessionError::Protocol(lie)),
			_ = look.tick() => {
				// When there is no room, it is said the next time.
				if let (Some(status), Ok(place)) = (said.news(desk.status()), outbox.try_reserve()) {
					let message = Some(from_worker::Message::Status(status.clone()));
					place.send(FromWorker { message });
					said = Said::new(status);
				}
			},
		}
	}
}

/// Takes a message up, but for one about stored receipts, which is given back.
fn take<L: Ledger>(
	desk: &Arc<Desk<L>>,
	host: &Host,
	message: ToWorker,
) -> Result<Option<v1::Stored>, SessionError> {
	match message.message {
		Some(to_worker::Message::Task(task)) => {
			desk.take(host, Order::read(task).map_err(SessionError::Protocol)?);
		},
		Some(to_worker::Message::Cancel(cancel)) => {
			desk.cancel(host, H256(bytes(&cancel.request, "a request")?));
		},
		Some(to_worker::Message::Stored(stored)) => return Ok(Some(stored)),
		Some(to_worker::Message::Proofs(proofs)) => desk.credit().proofs(host.account, proofs),
		Some(to_worker::Message::Standing(standing)) => {
			let unasked = standing::read(&standing).map_err(SessionError::Protocol)?;
			let mut before = BTreeMap::new();
			desk.shared().update(|status| {
				let traffic = status.gateways.entry(host.url.to_string()).or_default();
				before = std::mem::replace(&mut traffic.unasked, unasked.clone());
			});
			for (model, why) in unasked.iter().filter(|(model, _)| !before.contains_key(*model)) {
				tracing::warn!(gateway = %host.url, ?model, why, "the gateway asks for nothing of it");
			}
			for model in before.keys().filter(|model| !unasked.contains_key(*model)) {
				tracing::info!(gateway = %host.url, ?model, "the gateway may ask for it again");
			}
		},
		Some(to_worker::Message::Challenge(_) | to_worker::Message::Welcome(_)) => {
			return Err(SessionError::Protocol("it greets twice".into()));
		},
		// Of a newer gateway, which has no right to expect that it is understood.
		None => tracing::debug!(gateway = %host.url, "a message of an unknown kind"),
	}
	Ok(None)
}

/// Sends what the gateway has not stored, from the oldest on.
async fn send_again<L: Ledger>(desk: Arc<Desk<L>>, host: Host) {
	let mut after = 0;
	loop {
		let waiting = match desk.receipts().waiting(host.account, after, PAGE).await {
			Ok(waiting) => waiting,
			Err(error) => return tracing::error!(%error, "answers can't be sent again"),
		};
		let Some(last) = waiting.last() else { return };
		after = last.place;
		for answer in waiting {
			if !desk.hand_over(&host.outbox, &answer.finished).await {
				return;
			}
		}
	}
}

/// What a gateway was told last.
struct Said {
	status: v1::Status,
	at: Instant,
}

impl Said {
	fn new(status: v1::Status) -> Self {
		Self { status, at: Instant::now() }
	}

	/// The status, if it must be told now. Speeds change all the time, and wait.
	fn news(&self, now: v1::Status) -> Option<v1::Status> {
		let still = |status: &v1::Status| {
			let mut status = status.clone();
			for model in &mut status.models {
				(model.read, model.write) = (0.0, 0.0);
			}
			status
		};
		let due = self.at.elapsed() >= STATUS_EVERY || still(&now) != still(&self.status);
		due.then_some(now)
	}
}

async fn within<T>(future: impl std::future::Future<Output = T>) -> Result<T, SessionError> {
	tokio::time::timeout(GREETING, future).await.map_err(|_| SessionError::Silent)
}

/// The next message of the greeting.
async fn next(incoming: &mut Streaming<ToWorker>) -> Result<to_worker::Message, SessionError> {
	let message = within(incoming.message()).await??.ok_or(SessionError::Closed)?;
	message.message.ok_or_else(|| SessionError::Protocol("a message of an unknown kind".into()))
}

fn bytes(bytes: &[u8], what: &str) -> Result<[u8; 32], SessionError> {
	bytes.try_into().map_err(|_| {
		let why = format!("{what} has 32 bytes, it sent {}", bytes.len());
		SessionError::Protocol(why)
	})
}
