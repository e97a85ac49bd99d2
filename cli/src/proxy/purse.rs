//! A channel, as who pays through it sees it: which lanes are free, what they have spent, what is left.

use std::{
	sync::{Arc, Mutex, MutexGuard},
	time::Duration,
};

use reckon_openai::{default_max_tokens, Endpoint, Order, Problem};
use reckon_primitives::{AccountId, Balance, ChannelId, ContentRef};
use reckon_receipts::{ReceiptFile, SignedVoucher, Voucher};
use reckon_sdk::{format_amount, Signer};
use reckon_sealed::{seal, sealed_len};
use sp_core::{sr25519, H256};
use tokio::{sync::Notify, time::sleep};

use super::{
	ledger::{Lane, Ledger, Sent},
	proof::{check, Lie},
	sealing::{Chosen, Envelope},
	shelf::Shelf,
	upstream::{Away, Fate, Upstream},
};
use crate::failure::{Failure, Result};

/// Units that a payload can be read as, beyond its bytes: what a model's template puts around it.
const TEMPLATE: usize = 256;
/// How long to wait before a gateway is asked again what became of a request: at first, and at most.
const ASK_AGAIN: Duration = Duration::from_millis(200);
const MAX_ASK_AGAIN: Duration = Duration::from_secs(20);

/// What a channel is, besides its money.
pub(super) struct Terms {
	/// Its id.
	pub(super) id: ChannelId,
	/// The chain.
	pub(super) genesis: H256,
	/// Who may take.
	pub(super) gateway: AccountId,
	/// Who signs.
	pub(super) key: Signer,
	/// How many requests can run at once.
	pub(super) lanes: u16,
}

/// A channel to one gateway.
pub(super) struct Purse {
	pub(super) terms: Terms,
	pub(super) upstream: Arc<Upstream>,
	ledger: Ledger,
	shelf: Shelf,
	/// Told when a lane is free again, in any purse.
	freed: Arc<Notify>,
	state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
	lanes: Vec<(Use, Lane)>,
	/// What the gateway says is left, less what was counted since; `None` before it has said so.
	left: Option<Balance>,
	/// The most that running requests may cost.
	reserved: Balance,
	closing: bool,
	/// Why nothing is paid through it until the program is started anew.
	suspended: Option<String>,
}

/// What a lane does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Use {
	/// Nothing.
	Free,
	/// It pays for a request.
	Busy,
	/// It is not known what a request has cost.
	Doubt,
}

/// Why a purse does not pay now.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Empty {
	/// All lanes are in use.
	Busy,
	/// There is not enough in it.
	Money {
		/// What can be spent now.
		left: Balance,
	},
	/// It pays no more: why.
	Unusable(String),
}

/// How a purse stands, for people.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Stand {
	pub(super) left: Option<Balance>,
	pub(super) spent: Balance,
	pub(super) promised: Balance,
	pub(super) free: usize,
	pub(super) doubt: usize,
	pub(super) disputed: Vec<String>,
	pub(super) closing: bool,
}

impl Purse {
	/// With what the ledger knows of it. Lanes whose requests have no receipt are in doubt.
	pub(super) async fn open(
		terms: Terms,
		upstream: Arc<Upstream>,
		ledger: Ledger,
		shelf: Shelf,
		freed: Arc<Notify>,
	) -> Result<Arc<Self>> {
		let lanes = ledger.lanes(terms.id, terms.lanes).await?;
		let doubtful: Vec<u16> =
			(0..).zip(&lanes).filter(|(_, lane)| !lane.sent.is_empty()).map(|(at, _)| at).collect();
		let with_use = |lane: Lane| match lane.sent.is_empty() {
			true => (Use::Free, lane),
			false => (Use::Doubt, lane),
		};
		let lanes = lanes.into_iter().map(with_use).collect();
		let state = Mutex::new(State { lanes, ..State::default() });
		let purse = Arc::new(Self { terms, upstream, ledger, shelf, freed, state });
		for lane in doubtful {
			purse.clone().settle(lane);
		}
		Ok(purse)
	}

	/// Asks the gateway what is left.
	pub(super) async fn refresh(&self) -> std::result::Result<(), Away> {
		let standing = self.upstream.channel(self.terms.id).await?;
		let mut state = self.state();
		state.left = Some(standing.left);
		state.closing = standing.closing;
		Ok(())
	}

	/// Whether it was ever asked what is left.
	pub(super) fn is_known(&self) -> bool {
		self.state().left.is_some()
	}

	/// What a request for this order is here, and the most that it costs; `None` when the gateway does not
	/// have the model. What is sealed is longer, and may cost as much more: its gateway sees nothing but its
	/// length.
	pub(super) fn quote(&self, endpoint: Endpoint, body: &[u8], sealed: bool) -> Option<Quote> {
		// What the body asks for depends on the model's context, and that on the gateway's word for it.
		let read = |context: Option<u32>| {
			reckon_openai::read(endpoint, body, |_| default_max_tokens(context.unwrap_or(u32::MAX)))
		};
		let model = self.upstream.model(&read(None).ok()?.order.model)?;
		let order = read(Some(model.context)).ok()?.order;
		let length = match sealed {
			true => sealed_len(order.payload.len()),
			false => order.payload.len(),
		};
		let input = u32::try_from(length.saturating_add(TEMPLATE)).unwrap_or(u32::MAX);
		let most = order.request(model.id, H256::zero(), model.price).most(input);
		Some(Quote { order, model: model.id, price: model.price, input, most, to: None })
	}

	/// Takes a free lane for a request, and signs for it: on disk before this returns.
	pub(super) async fn pay(
		self: &Arc<Self>,
		quote: &Quote,
		nonce: H256,
	) -> Result<std::result::Result<Paid, Empty>> {
		let (lane, spent) = match self.take(quote.most) {
			Ok(taken) => taken,
			Err(empty) => return Ok(Err(empty)),
		};
		let request = quote.order.request(quote.model, nonce, quote.price);
		let cumulative = spent.saturating_add(quote.most);
		let Terms { id: channel, .. } = self.terms;
		let sent =
			Sent { request, channel, lane, cumulative, most: quote.most, input: quote.input };
		// When the ledger can't be written to, the drop of this frees the lane.
		let mut paid = Paid { purse: self.clone(), sent, end: End::Unsent, sealed: None };
		if let Some(to) = &quote.to {
			paid.seal(to, &quote.order.payload)?;
		}
		self.ledger.send(paid.sent.clone()).await?;
		paid.end = End::Unknown;
		Ok(Ok(paid))
	}

	fn take(&self, most: Balance) -> std::result::Result<(u16, Balance), Empty> {
		let mut state = self.state();
		if let Some(why) = &state.suspended {
			return Err(Empty::Unusable(why.clone()));
		}
		if state.closing {
			return Err(Empty::Unusable("the channel is closing".into()));
		}
		if let Some(left) = state.left {
			let left = left.saturating_sub(state.reserved);
			if most > left {
				return Err(Empty::Money { left });
			}
		}
		let usable = |lane: &(Use, Lane)| lane.1.disputed.is_none();
		if !state.lanes.iter().any(usable) {
			return Err(Empty::Unusable("all lanes of the channel are disputed".into()));
		}
		let free = |lane: &(Use, Lane)| usable(lane) && lane.0 == Use::Free;
		let at = state.lanes.iter().position(free).ok_or(Empty::Busy)?;
		let number = u16::try_from(at).map_err(|_| Empty::Busy)?;
		let lane = state.lanes.get_mut(at).ok_or(Empty::Busy)?;
		lane.0 = Use::Busy;
		let spent = lane.1.spent;
		state.reserved = state.reserved.saturating_add(most);
		Ok((number, spent))
	}

	/// How busy it is, for choosing among several: lanes in use.
	pub(super) fn busy(&self) -> usize {
		self.state().lanes.iter().filter(|(used, _)| *used != Use::Free).count()
	}

	/// How it stands.
	pub(super) fn stand(&self) -> Stand {
		let state = self.state();
		let sum = |of: fn(&Lane) -> Balance| {
			state.lanes.iter().fold(0, |sum: Balance, (_, lane)| sum.saturating_add(of(lane)))
		};
		let count = |used| state.lanes.iter().filter(|(found, _)| *found == used).count();
		let disputed = state.lanes.iter().filter_map(|(_, lane)| lane.disputed.clone());
		Stand {
			left: state.left,
			spent: sum(|lane| lane.spent),
			promised: sum(|lane| lane.promised.max(lane.spent)),
			free: count(Use::Free),
			doubt: count(Use::Doubt),
			disputed: disputed.chain(state.suspended.clone()).collect(),
			closing: state.closing,
		}
	}

	/// Finds out in the background what a lane's requests have cost, and frees it then.
	fn settle(self: Arc<Self>, lane: u16) {
		tokio::spawn(async move {
			let mut wait = ASK_AGAIN;
			while !self.settled(lane).await {
				sleep(wait).await;
				wait = wait.saturating_mul(2).min(MAX_ASK_AGAIN);
			}
			self.set(lane, Use::Free);
		});
	}

	/// Asks the gateway what became of a lane's requests: it must say no more than receipts prove. False
	/// while that can't be known.
	async fn settled(&self, number: u16) -> bool {
		let Ok(lanes) = self.ledger.lanes(self.terms.id, self.terms.lanes).await else {
			return false;
		};
		let Some(lane) = lanes.get(usize::from(number)) else { return true };
		for sent in &lane.sent {
			let id = sent.request.hash();
			match self.upstream.fate(id).await {
				Ok(Fate::Receipted(file)) => match self.count(sent, &file, None).await {
					Ok(Ok(())) => {},
					Ok(Err(lie)) => {
						self.distrust(number, &lie.to_string()).await;
						return true;
					},
					Err(_) => return false,
				},
				Ok(Fate::Failed) if self.ledger.forget(id).await.is_err() => return false,
				Ok(Fate::Failed | Fate::Unknown) => {},
				Ok(Fate::Running) | Err(_) => return false,
			}
		}
		let Ok(standing) = self.upstream.channel(self.terms.id).await else { return false };
		let said = standing.lanes.get(usize::from(number)).copied().unwrap_or_default();
		let proven = {
			let mut state = self.state();
			state.left = Some(standing.left);
			state.closing = standing.closing;
			let lane = state.lanes.get(usize::from(number));
			lane.map_or(0, |(_, lane)| lane.spent)
		};
		if said > proven {
			let [said, proven] = [said, proven].map(format_amount);
			let why = format!(
				"the gateway says that lane {number} has spent {said}, receipts prove {proven}"
			);
			self.distrust(number, &why).await;
		}
		true
	}

	/// Checks a receipt, keeps it and counts its charge.
	async fn count(
		&self,
		sent: &Sent,
		file: &ReceiptFile,
		answer: Option<&[u8]>,
	) -> Result<std::result::Result<(), Lie>> {
		let Terms { genesis, gateway, .. } = &self.terms;
		if let Err(lie) = check(file, genesis, gateway, sent, answer) {
			return Ok(Err(lie));
		}
		// Whatever the gateway says of it: it is what an audit of the answer is asked for with.
		let kept = ReceiptFile { request: Some(sent.request), ..file.clone() };
		self.shelf.keep(sent.request.hash(), &kept).await?;
		let charge = file.signed.receipt.charge;
		let spent = self.ledger.prove(sent, charge).await?;
		let mut state = self.state();
		if let Some((_, lane)) = state.lanes.get_mut(usize::from(sent.lane)) {
			lane.spent = spent;
			lane.promised = lane.promised.max(sent.cumulative);
		}
		state.left = state.left.map(|left| left.saturating_sub(charge));
		Ok(Ok(()))
	}

	/// A gateway that lies once is not paid again before a person has looked at it: its lane never, the
	/// channel not until the program is started anew.
	async fn distrust(&self, lane: u16, why: &str) {
		// When even this can't be written down, the lane is in doubt at the next start.
		let _ = self.ledger.dispute(self.terms.id, lane, why.to_owned()).await;
		let mut state = self.state();
		state.suspended = Some(why.to_owned());
		if let Some((_, lane)) = state.lanes.get_mut(usize::from(lane)) {
			lane.disputed = Some(why.to_owned());
		}
	}

	fn set(&self, lane: u16, used: Use) {
		if let Some((found, _)) = self.state().lanes.get_mut(usize::from(lane)) {
			*found = used;
		}
		self.freed.notify_waiters();
	}

	fn state(&self) -> MutexGuard<'_, State> {
		// Nothing that is done under the lock can fail half-way.
		self.state.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
	}
}

/// What an order is at one gateway.
pub(super) struct Quote {
	order: Order,
	model: H256,
	price: reckon_primitives::Price<Balance>,
	input: u32,
	/// The most that it costs.
	pub(super) most: Balance,
	/// Whom it is sealed to, where it is.
	pub(super) to: Option<Chosen>,
}

impl Quote {
	/// What requests name the model by, and what it costs.
	pub(super) fn model(&self) -> (&str, &reckon_primitives::Price<Balance>) {
		(&self.order.model, &self.price)
	}
}

/// A lane that pays for one request. When it is dropped the lane is free, or in doubt while it is not
/// known what the request has cost.
pub(super) struct Paid {
	purse: Arc<Purse>,
	pub(super) sent: Sent,
	/// What leaves instead of the body, where it is sealed.
	pub(super) sealed: Option<Envelope>,
	end: End,
}

/// What is known of a request's end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum End {
	/// Its voucher never left.
	Unsent,
	/// The gateway may be at it, or may have charged for it.
	Unknown,
	/// It was refused, or its receipt is counted.
	Known,
}

impl Paid {
	/// Seals what is asked: from here on the request is about the envelope.
	fn seal(&mut self, to: &Chosen, payload: &[u8]) -> Result<()> {
		let Terms { genesis, gateway, .. } = &self.purse.terms;
		let Sent { request, channel, lane, .. } = self.sent;
		let (genesis, gateway) = (*genesis, gateway.clone());
		let terms = reckon_sealed::Terms { genesis, gateway, channel, lane, request };
		let (bytes, secret) = seal(&to.key, &terms, payload).ok_or_else(|| {
			Failure::new("seal", "the request can't be sealed: the worker's key is none")
		})?;
		self.sent.request.payload = ContentRef::of(&bytes);
		self.sealed = Some(Envelope { bytes: bytes.into(), secret, to: to.clone() });
		Ok(())
	}

	/// The voucher.
	pub(super) fn voucher(&self) -> SignedVoucher {
		let Sent { channel, lane, cumulative, .. } = self.sent;
		let voucher = Voucher { channel, lane, cumulative, request: self.sent.request.hash() };
		let payload = voucher.payload(&self.purse.terms.genesis);
		let signature = sr25519::Signature::from_raw(self.purse.terms.key.sign(&payload));
		SignedVoucher { voucher, signature }
	}

	/// The voucher has not left: nobody could be reached.
	pub(super) async fn unsent(mut self) {
		self.end = End::Unsent;
		// When it stays there, the next start asks the gateway in vain.
		let _ = self.purse.ledger.forget(self.sent.request.hash()).await;
	}

	/// The gateway has the request and says no: it charges nothing.
	pub(super) fn refused(mut self) {
		self.end = End::Known;
	}

	/// The answer is here: checks its receipt and counts what it cost. A gateway that lies is not paid
	/// any more.
	pub(super) async fn prove(
		mut self,
		file: &ReceiptFile,
		answer: &[u8],
	) -> Result<std::result::Result<(), Lie>> {
		let proven = self.purse.count(&self.sent, file, Some(answer)).await?;
		self.end = End::Known;
		if let Err(lie) = proven {
			self.purse.distrust(self.sent.lane, &lie.to_string()).await;
		}
		Ok(proven)
	}

	/// The answer is here, and its receipt is not one, or not there.
	pub(super) async fn lied(mut self, lie: Lie) {
		self.end = End::Known;
		self.purse.distrust(self.sent.lane, &lie.to_string()).await;
	}

	/// Whether the gateway knows of answers on this lane that are not counted here: finds out, so that the
	/// next voucher starts from there.
	pub(super) async fn corrected(mut self) -> bool {
		self.end = End::Known;
		let before = self.purse.stand().spent;
		self.purse.settled(self.sent.lane).await && self.purse.stand().spent != before
	}
}

impl Drop for Paid {
	fn drop(&mut self) {
		{
			let mut state = self.purse.state();
			state.reserved = state.reserved.saturating_sub(self.sent.most);
		}
		if self.end != End::Unknown {
			return self.purse.set(self.sent.lane, Use::Free);
		}
		self.purse.set(self.sent.lane, Use::Doubt);
		// Without a runtime the program ends, and the next start asks.
		if tokio::runtime::Handle::try_current().is_ok() {
			self.purse.clone().settle(self.sent.lane);
		}
	}
}

/// 402, with what helps.
pub(super) fn too_little(needed: Balance, left: Balance) -> Problem {
	let [needed, left] = [needed, left].map(format_amount);
	let message = format!(
		"{needed} are needed at most and {left} are left: `reckon channel top-up` puts more into a channel, \
		 a smaller max_tokens needs less"
	);
	Problem::new(402, "insufficient_quota", Some("insufficient_quota"), message)
}

/// 402, for what its owner does not want to pay.
pub(super) fn too_dear(needed: Balance, allowed: Balance) -> Problem {
	let [needed, allowed] = [needed, allowed].map(format_amount);
	let message = format!(
		"this may cost {needed} at the cheapest gateway, and `reckon proxy --max-charge` allows {allowed}: \
		 a smaller max_tokens costs less"
	);
	Problem::new(402, "insufficient_quota", Some("max_charge_exceeded"), message)
}

/// An error of this machine, as OpenAI's clients understand it.
pub(super) fn internal(failure: &Failure) -> Problem {
	let message = format!("reckon proxy: {failure}");
	let problem = Problem::new(500, "server_error", Some("internal"), message);
	Problem { retry: Some(false), ..problem }
}
