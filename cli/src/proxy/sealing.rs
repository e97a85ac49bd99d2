//! Requests that the gateway passes on and does not read: whom they are sealed to.

use axum::body::Bytes;
use reckon_openai::Problem;
use reckon_primitives::{AccountId, Balance, Price};
use reckon_sealed::{KeyFault, Secret, SignedWorkerKey, WorkerKey};
use sp_core::{sr25519, H256};

use super::{
	registry::Registry,
	tongue::now_millis,
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
