//! Requests that the gateway passes on and does not read: whom they are sealed to, and what their answers
//! say.

use std::time::{SystemTime, UNIX_EPOCH};

use axum::body::Bytes;
use reckon_openai::{Events, Finish, Head, Problem, Reply, Usage, Whole};
use reckon_primitives::{AccountId, Balance, Price};
use reckon_receipts::ReceiptFile;
use reckon_sealed::{Broken, KeyFault, Secret, SignedWorkerKey, Unsealer, WorkerKey};
use sp_core::{sr25519, H256};

use super::{
	answer::RECEIPT_EVENT,
	registry::Registry,
	upstream::{Away, Upstream},
};

/// A worker that a gateway says requests can be sealed to. Nothing of it is believed yet.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Told {
	pub(super) key: SignedWorkerKey,
	pub(super) provider: AccountId,
	pub(super) price: Price<Balance>,
}

/// One that is who it says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Chosen {
	pub(super) key: WorkerKey,
	/// As the chain has it.
	pub(super) provider: AccountId,
}

/// A request as it leaves.
#[derive(Clone, Debug)]
pub(super) struct Envelope {
	pub(super) bytes: Bytes,
	pub(super) secret: Secret,
	pub(super) to: Chosen,
}

/// Why a request can't be sealed to anybody at a gateway.
#[derive(Debug)]
pub(super) enum NoWorker {
	/// The gateway does not say.
	Away(Away),
	/// No worker there takes sealed requests, but those that were tried.
	None,
	/// No node can be asked whose worker one is.
	NoChain(String),
	/// None of those that it names is one.
	Impostors(String),
}

/// The worker that is asked first, of those of a model at this price: one whose key its own hot key has
/// signed, and whose provider the chain knows.
pub(super) async fn choose(
	upstream: &Upstream,
	registry: Option<&Registry>,
	genesis: &H256,
	(model, price): (&str, &Price<Balance>),
	tried: impl Fn(&sr25519::Public) -> bool,
) -> Result<Chosen, NoWorker> {
	let Some(registry) = registry else {
		return Err(NoWorker::NoChain("none was there when the proxy was started".into()));
	};
	let told = upstream.workers(model).await.map_err(NoWorker::Away)?;
	let mut impostor = None;
	for Told { key: signed, provider, price: asks } in told {
		let worker = signed.key.worker;
		let within = asks.base <= price.base
			&& asks.per_input <= price.per_input
			&& asks.per_output <= price.per_output;
		if !within || tried(&worker) {
			continue;
		}
		match signed.verify(genesis, now_millis()) {
			Ok(()) => {},
			Err(KeyFault::Time) => continue,
			Err(fault @ KeyFault::Signature) => {
				impostor = Some(fault.to_string());
				continue;
			},
		}
		match registry.is_of(worker, &provider).await.map_err(NoWorker::NoChain)? {
			true => return Ok(Chosen { key: signed.key, provider }),
			false => {
				impostor = Some("the chain knows no such worker of that provider".into());
			},
		}
	}
	Err(impostor.map_or(NoWorker::None, NoWorker::Impostors))
}

impl NoWorker {
	/// As a client is told.
	pub(super) fn problem(&self, base: &str, model: &str) -> Problem {
		let (status, code, why) = match self {
			Self::Away(away) => (503, "gateway_unreachable", away.to_string()),
			Self::None => (
				503,
				"no_sealed_worker",
				format!(
					"no worker of {model} is there that takes sealed requests, or all have failed"
				),
			),
			Self::NoChain(why) => {
				(503, "chain_unreachable", format!("no node says whose worker one is: {why}"))
			},
			Self::Impostors(why) => {
				(502, "worker_impostor", format!("it names a worker that is none: {why}"))
			},
		};
		Problem::new(status, "server_error", Some(code), format!("{base}: {why}"))
	}
}

/// Says in OpenAI's words what a worker has sealed.
pub(super) struct Tongue {
	unsealer: Unsealer,
	reply: Reply,
	head: Head,
	events: Events,
	begun: bool,
	plain: String,
	finish: Option<reckon_sealed::Finish>,
}

impl Tongue {
	pub(super) fn new(reply: Reply, request: H256, secret: Secret) -> Self {
		let head = Head { id: request, created: now_millis() / 1_000 };
		let events = reply.clone().events(head);
		let unsealer = Unsealer::new(secret);
		let plain = String::new();
		Self { unsealer, reply, head, events, begun: false, plain, finish: None }
	}

	/// Whether the client wants events.
	pub(super) fn is_stream(&self) -> bool {
		self.reply.is_stream()
	}

	/// What the client is told when this has come.
	///
	/// # Errors
	/// When it is not what the worker has sealed.
	pub(super) fn hear(&mut self, sealed: &str) -> Result<Vec<u8>, Broken> {
		let mut told = String::new();
		for part in self.unsealer.push(sealed)? {
			self.plain.push_str(&part.text);
			self.finish = part.finish.or(self.finish);
			if !part.text.is_empty() && self.is_stream() {
				self.begin(&mut told);
				write(&mut told, self.events.text(&part.text, &[]));
			}
		}
		Ok(told.into_bytes())
	}

	/// What the client is told when the receipt is good; `None` when the answer was cut off.
	pub(super) fn end(&mut self, file: &ReceiptFile, receipts: bool) -> Option<Vec<u8>> {
		let finish = self.finished()?;
		let mut told = String::new();
		self.begin(&mut told);
		write(&mut told, self.events.end(finish, &usage(file)));
		if receipts {
			let receipt = serde_json::to_string(file).unwrap_or_default();
			told.push_str(&format!("event: {RECEIPT_EVENT}\ndata: {receipt}\n\n"));
		}
		write(&mut told, self.events.done());
		Some(told.into_bytes())
	}

	/// The answer as one document; `None` when it was cut off.
	///
	/// # Errors
	/// When a worker's vectors can't be read.
	pub(super) fn whole(&self, file: &ReceiptFile) -> Option<Result<Bytes, Problem>> {
		let (output, finish) = (self.plain.as_bytes(), self.finished()?);
		let whole = Whole { output, logprobs: &[], finish, usage: usage(file) };
		Some(self.reply.whole(&self.head, &whole).map(Bytes::from))
	}

	/// What the worker has written, as far as it has come.
	pub(super) fn plain(&self) -> &str {
		&self.plain
	}

	fn begin(&mut self, told: &mut String) {
		if !std::mem::replace(&mut self.begun, true) {
			write(told, self.events.start());
		}
	}

	fn finished(&self) -> Option<Finish> {
		self.finish.filter(|_| self.unsealer.is_over()).map(|finish| match finish {
			reckon_sealed::Finish::Stop => Finish::Stop,
			reckon_sealed::Finish::Length | reckon_sealed::Finish::Cancelled => Finish::Length,
		})
	}
}

fn write(told: &mut String, events: impl IntoIterator<Item = reckon_openai::Event>) {
	told.extend(events.into_iter().map(|event| event.to_sse()));
}

fn usage(file: &ReceiptFile) -> Usage {
	let receipt = &file.signed.receipt;
	Usage { input: receipt.units.input, output: receipt.units.output, charge: receipt.charge }
}

fn now_millis() -> u64 {
	let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
	u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}
