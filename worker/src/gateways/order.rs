//! A gateway's task, and whether it is one that this worker is paid for.

use super::{
	ledger::{Books, Ledger, Terms},
	refusal::Refusal,
};
use crate::compute::{request_reason, TEMPLATE_ALLOWANCE};
use codec::DecodeAll;
use reckon_engine::{parse_request, SamplingParams, Stops, Task};
use reckon_gateway_protocol::v1;
use reckon_primitives::{Balance, ContentRef, Price, TaskKind, Units};
use reckon_receipts::{charge, Request, SignedVoucher, Voucher};
use reckon_sdk::{AccountId, Channel, Reason, H256};
use reckon_sealed::{is_sealed, Keyring, Opened, Terms as Sealed, Unopened};
use sp_core::sr25519;
use std::time::Duration;
use tokio::time::Instant;

/// The most alternatives that a token is told with, as OpenAI allows.
const MAX_ALTERNATIVES: u32 = 20;
/// The longest that a gateway may wait for an answer.
const MAX_WITHIN: Duration = Duration::from_secs(3_600);

/// What a gateway asks, not looked at yet.
pub(super) struct Order {
	/// The request's hash.
	pub(super) hash: H256,
	pub(super) request: Request,
	pub(super) payload: Vec<u8>,
	voucher: Vec<u8>,
	session_key: Vec<u8>,
	logprobs: Option<u32>,
	/// Whether the gateway needs no pieces.
	pub(super) whole: bool,
	/// How long somebody waits for the answer, from `came` on.
	pub(super) within: Duration,
	pub(super) came: Instant,
}

/// What a worker is paid for an order.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pay {
	pub(super) provider: AccountId,
	/// What the provider asks for.
	pub(super) price: Price<Balance>,
	/// Whether the answer may be audited, and must be committed to.
	pub(super) audited: bool,
	/// The most that the voucher lets take.
	pub(super) most: Balance,
	pub(super) channel: H256,
	pub(super) lane: u16,
}

/// What an engine is to do.
pub(super) struct Work {
	pub(super) task: Task,
	pub(super) sampling: SamplingParams,
	pub(super) stops: Stops,
	/// How many alternatives each token is told with.
	pub(super) likely: Option<usize>,
}

impl Order {
	/// Reads a task as far as its name.
	///
	/// # Errors
	/// A sentence, when its request can't be read: then nobody can be told which one it was.
	pub(super) fn read(task: v1::Task) -> Result<Self, String> {
		let request = Request::decode_all(&mut task.request.as_slice())
			.map_err(|error| format!("a task's request can't be read: {error}"))?;
		Ok(Self {
			hash: request.hash(),
			request,
			payload: task.payload,
			voucher: task.voucher,
			session_key: task.session_key,
			logprobs: task.logprobs,
			whole: task.whole && task.logprobs.is_none(),
			within: Duration::from_millis(task.within_millis).min(MAX_WITHIN),
			came: Instant::now(),
		})
	}

	/// The most units that can be paid for, before there is an answer.
	pub(super) fn most_units(&self) -> Units {
		let input = self.request.payload.length.saturating_add(TEMPLATE_ALLOWANCE);
		Units { input, output: self.request.sampling.max_output }
	}

	/// Opens a payload that is sealed to this worker; `None` of one that lies open.
	pub(super) fn open(
		&self,
		keys: &Keyring,
		worker: &sr25519::Public,
		genesis: H256,
		gateway: AccountId,
	) -> Result<Option<Opened>, Refusal> {
		if !is_sealed(&self.payload) {
			return Ok(None);
		}
		if self.logprobs.is_some() {
			let text =
				"how likely tokens were is not told of sealed answers: the gateway would read it";
			return Err(Refusal::new(Reason::ParametersUnsupported, text));
		}
		let Voucher { channel, lane, .. } = self.voucher()?.voucher;
		let gateway = gateway.0.into();
		let terms = Sealed { genesis, gateway, channel, lane, request: self.request };
		keys.open(worker, &terms, &self.payload).map(Some).map_err(|why| {
			let reason = match why {
				Unopened::Malformed => Reason::PayloadInvalid,
				// Its client can seal it to the key that there is now, or to somebody else's.
				Unopened::NotOurs => Reason::EngineFailed,
			};
			Refusal::new(reason, why.to_string())
		})
	}

	/// What an engine is to do, if the payload is the one that is paid for and says so. `opened` is what was
	/// sealed in it.
	pub(super) fn work(&self, opened: Option<&Opened>) -> Result<Work, Refusal> {
		let invalid = |text: String| Refusal::new(Reason::PayloadInvalid, text);
		if ContentRef::of(&self.payload) != self.request.payload {
			return Err(invalid("the payload is not the one that the request names".into()));
		}
		let payload = opened.map_or(&self.payload, |opened| &opened.payload);
		if self.logprobs.is_some_and(|top| top > MAX_ALTERNATIVES) {
			let text = format!("a token is told with at most {MAX_ALTERNATIVES} alternatives");
			return Err(Refusal::new(Reason::ParametersUnsupported, text));
		}
		let likely = self.logprobs.and_then(|top| usize::try_from(top).ok());
		let kind = match self.request.task {
			TaskKind::Chat => reckon_engine::TaskKind::Chat,
			TaskKind::Complete => reckon_engine::TaskKind::Complete,
			TaskKind::Embed => reckon_engine::TaskKind::Embed,
		};
		let task = parse_request(kind, payload)
			.map_err(|error| Refusal::new(request_reason(&error), error.to_string()))?;
		let stops = Stops::of_payload(payload).map_err(invalid)?;
		let chosen = &self.request.sampling;
		let thousandths = |value: i16| f32::from(value) / 1000.0;
		let sampling = SamplingParams {
			max_tokens: usize::try_from(chosen.max_output).unwrap_or(usize::MAX).max(1),
			temperature: f32::from(chosen.temperature_milli) / 1000.0,
			top_k: chosen.top_k.into(),
			top_p: f32::from(chosen.top_p_milli) / 1000.0,
			presence_penalty: thousandths(self.request.presence_milli),
			frequency_penalty: thousandths(self.request.frequency_milli),
			seed: chosen.salt.0,
		};
		Ok(Work { task, sampling, stops, likely })
	}

	/// What the worker is paid by this gateway, if it is.
	pub(super) async fn pay<L: Ledger>(
		&self,
		books: &Books<L>,
		gateway: AccountId,
	) -> Result<Pay, Refusal> {
		let unpaid = |text: String| Refusal::new(Reason::PriceAboveMaximum, text);
		let signed = self.voucher()?;
		let voucher = signed.voucher;
		if voucher.request != self.hash {
			return Err(unpaid("the voucher was signed for another request".into()));
		}
		let (provider, price, audited) = books.terms(gateway, |terms| self.price(terms)).await?;
		// What an answer can cost at the most, at the provider's own price.
		let cost = charge(&price, self.most_units());
		let read = |channel: &Channel| {
			if channel.gateway != gateway {
				return Err(unpaid("the channel is another gateway's".into()));
			}
			if channel.session_key.as_slice() != self.session_key {
				return Err(unpaid("the channel has another session key".into()));
			}
			let Some(taken) = channel.taken.get(usize::from(voucher.lane)) else {
				return Err(unpaid("the channel has no such lane".into()));
			};
			if channel.closes_at.is_some() {
				return Err(unpaid("the channel is closing".into()));
			}
			let most = voucher.uncovered(*taken).map_err(|error| unpaid(error.to_string()))?;
			if most < cost {
				let text = format!("the answer may cost {cost}, the voucher covers {most}");
				return Err(unpaid(text));
			}
			if most > channel.left {
				let left = channel.left;
				let text = format!("the voucher lets take {most}, the channel has {left} left");
				return Err(unpaid(text));
			}
			Ok((most, channel.session_key))
		};
		let (most, session_key) = books.channel(voucher.channel, read).await?;
		if !signed.verify(&books.genesis(), &session_key.into()) {
			return Err(unpaid("the voucher was not signed by the channel's session key".into()));
		}
		let Voucher { channel, lane, .. } = voucher;
		Ok(Pay { provider, price, audited, most, channel, lane })
	}

	fn voucher(&self) -> Result<SignedVoucher, Refusal> {
		SignedVoucher::decode_all(&mut self.voucher.as_slice())
			.map_err(|_| Refusal::new(Reason::PriceAboveMaximum, "the voucher can't be read"))
	}

	/// Who is paid, what the provider asks for, if the client would pay it, and whether the answer may be
	/// audited.
	fn price(&self, terms: &Terms) -> Result<(AccountId, Price<Balance>, bool), Refusal> {
		let Some(provider) = terms.provider else {
			return Err(Refusal::new(Reason::NotRegistered, "no provider names this worker's key"));
		};
		let Some(offer) = terms.offers.get(&self.request.model) else {
			let text = "the provider does not offer this model in the gateway's subnet";
			return Err(Refusal::new(Reason::ModelNotOffered, text));
		};
		let price =
			Price { base: offer.base, per_input: offer.per_input, per_output: offer.per_output };
		let most = &self.request.price;
		let within = price.base <= most.base
			&& price.per_input <= most.per_input
			&& price.per_output <= most.per_output;
		if !within {
			let text = "the provider asks for more than the request allows";
			return Err(Refusal::new(Reason::PriceAboveMaximum, text));
		}
		Ok((provider, price, terms.audited.contains(&self.request.model)))
	}
}
