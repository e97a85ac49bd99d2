//! Reservation: which channel and lane a request is paid through, and that there is money for it.
//!
//! What a channel has is known from the chain; what was charged since is known from the store; what
//! running requests may cost is known here. A lane has one request at a time.

use crate::desk::{ChannelInfo, Lanes, Refusal};
use reckon_gateway_store::{Lane, RequestId};
use reckon_primitives::{AccountId, Balance, ChannelId};
use reckon_sdk::format_amount;
use sp_core::sr25519;
use std::{
	collections::{BTreeMap, BTreeSet},
	sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// When it may help to come again for a lane, in milliseconds.
pub(crate) const LANE_RETRY_MS: u64 = 250;

/// A channel as the chain has it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OnChain {
	/// Who pays.
	pub client: AccountId,
	/// Who signs vouchers.
	pub session_key: sr25519::Public,
	/// What is left of the deposit.
	pub left: Balance,
	/// What was taken through each lane.
	pub taken: Vec<Balance>,
	/// Whether its client has asked for its end.
	pub closing: bool,
}

impl OnChain {
	fn has_more_taken_than(&self, other: &Self) -> bool {
		self.taken.iter().zip(&other.taken).any(|(ours, theirs)| ours > theirs)
	}
}

/// The channels to this gateway.
#[derive(Clone, Default, Debug)]
pub struct Channels(Arc<Mutex<Book>>);

#[derive(Default, Debug)]
struct Book {
	channels: BTreeMap<ChannelId, Channel>,
	/// Whose they are, by account and session key: a request looks at its own, not at all.
	by_payer: BTreeMap<(AccountId, sr25519::Public), Vec<ChannelId>>,
}

impl Book {
	/// After channels have come, gone or changed hands.
	fn index(&mut self) {
		self.by_payer.clear();
		for (id, Channel { chain, .. }) in &self.channels {
			self.by_payer.entry((chain.client.clone(), chain.session_key)).or_default().push(*id);
		}
	}

	fn ids_of(&self, owner: &AccountId, session_key: sr25519::Public) -> &[ChannelId] {
		self.by_payer.get(&(owner.clone(), session_key)).map_or(&[], Vec::as_slice)
	}

	/// Those that an owner has opened with this session key.
	fn channels_of(
		&self,
		owner: &AccountId,
		session_key: sr25519::Public,
	) -> impl Iterator<Item = &Channel> + Clone {
		self.ids_of(owner, session_key).iter().filter_map(|id| self.channels.get(id))
	}
}

#[derive(Debug)]
struct Channel {
	chain: OnChain,
	/// What answers have charged through each lane, ever.
	spent: Vec<Balance>,
	running: BTreeMap<u16, (RequestId, Balance)>,
}

impl Channel {
	/// What the next request may cost.
	fn left(&self) -> Balance {
		let lanes = self.spent.iter().zip(&self.chain.taken);
		let unclaimed: Balance = lanes.map(|(spent, taken)| spent.saturating_sub(*taken)).sum();
		self.chain.left.saturating_sub(unclaimed).saturating_sub(self.reserved())
	}

	fn reserved(&self) -> Balance {
		self.running.values().map(|(_, amount)| amount).sum()
	}

	/// Those that its next requests may go through.
	fn lanes(&self) -> Lanes {
		match self.chain.closing {
			true => Lanes::default(),
			false => {
				let all = self.spent.len();
				Lanes { all, free: all.saturating_sub(self.running.len()) }
			},
		}
	}

	fn usable(&self) -> Result<(), Refusal> {
		match self.chain.closing {
			true => Err(Refusal::ChannelUnusable("it is closing; open another one".into())),
			false => Ok(()),
		}
	}
}

/// A request's place in a channel. Given up when it is dropped; what was charged is told before.
#[derive(Debug)]
pub struct Reservation {
	channels: Channels,
	/// Which request.
	pub request: RequestId,
	/// The channel.
	pub channel: ChannelId,
	/// The lane.
	pub lane: u16,
	/// What was spent through the lane before.
	pub spent: Balance,
	/// The most that the request may cost.
	pub amount: Balance,
	/// Who signs the channel's vouchers.
	pub session_key: sr25519::Public,
}

impl Reservation {
	/// The answer has cost this. The lane is free again.
	pub fn charge(self, amount: Balance) {
		let mut book = self.channels.lock();
		if let Some(spent) = book
			.channels
			.get_mut(&self.channel)
			.and_then(|channel| channel.spent.get_mut(usize::from(self.lane)))
		{
			*spent = spent.saturating_add(amount);
		}
	}
}

impl Drop for Reservation {
	fn drop(&mut self) {
		let mut book = self.channels.lock();
		if let Some(channel) = book.channels.get_mut(&self.channel) {
			if channel.running.get(&self.lane).is_some_and(|(id, _)| *id == self.request) {
				channel.running.remove(&self.lane);
			}
		}
	}
}

impl Channels {
	/// Takes the chain's word, unless a later one was taken before. Channels that the chain has no more
	/// are gone, but for those that still have requests. `lanes` says what was charged, of a channel that
	/// is new here.
	pub fn update(
		&self,
		now: BTreeMap<ChannelId, OnChain>,
		lanes: &mut BTreeMap<ChannelId, Vec<Lane>>,
	) {
		let mut book = self.lock();
		let channels = &mut book.channels;
		let known = channels.len();
		channels.retain(|id, channel| now.contains_key(id) || !channel.running.is_empty());
		let mut is_news = channels.len() != known;
		for (id, channel) in channels.iter_mut() {
			channel.chain.closing |= !now.contains_key(id);
		}
		for (id, chain) in now {
			match channels.get_mut(&id) {
				// What lanes have paid never becomes less: another one who looks has seen more.
				Some(channel) if channel.chain.has_more_taken_than(&chain) => {},
				Some(channel) => {
					is_news |= channel.chain.client != chain.client
						|| channel.chain.session_key != chain.session_key;
					channel.chain = chain;
				},
				None => {
					// A store that was lost says less than the chain.
					let mut spent = chain.taken.clone();
					for lane in lanes.remove(&id).unwrap_or_default() {
						if let Some(known) = spent.get_mut(usize::from(lane.lane)) {
							*known = lane.spent.max(*known);
						}
					}
					channels.insert(id, Channel { chain, spent, running: BTreeMap::new() });
					is_news = true;
				},
			}
		}
		if is_news {
			book.index();
		}
	}

	/// Those of `ids` that are not known here.
	pub fn unknown<'a>(&self, ids: impl IntoIterator<Item = &'a ChannelId>) -> Vec<ChannelId> {
		let book = self.lock();
		ids.into_iter().filter(|id| !book.channels.contains_key(id)).copied().collect()
	}

	/// A place for a request that an API key pays for, in any channel that its owner has opened with
	/// this session key.
	///
	/// # Errors
	/// When there is no such channel, too little money in each, or no free lane.
	pub fn reserve(
		&self,
		owner: &AccountId,
		session_key: sr25519::Public,
		request: RequestId,
		amount: Balance,
	) -> Result<Reservation, Refusal> {
		let mut book = self.lock();
		let mine = book.ids_of(owner, session_key).to_vec();
		let mut most_left = None;
		let mut busy = false;
		let mut closing = false;
		for id in mine {
			let Some(channel) = book.channels.get_mut(&id) else { continue };
			if channel.chain.closing {
				closing = true;
				continue;
			}
			let left = channel.left();
			most_left = most_left.max(Some(left));
			if left < amount {
				continue;
			}
			let free = (0_u16..).zip(&channel.spent);
			let free = free.map(|(lane, spent)| (lane, *spent));
			let Some((lane, spent)) =
				free.into_iter().find(|(lane, _)| !channel.running.contains_key(lane))
			else {
				busy = true;
				continue;
			};
			channel.running.insert(lane, (request, amount));
			return Ok(Reservation {
				channels: self.clone(),
				request,
				channel: id,
				lane,
				spent,
				amount,
				session_key,
			});
		}
		if busy {
			let what = "all lanes of your channels have a request".into();
			return Err(Refusal::TooMany { what, after_ms: LANE_RETRY_MS });
		}
		let fix = match (most_left, closing) {
			(Some(_), _) => "`reckon channel top-up` puts more into the channel".to_owned(),
			(None, true) => "your channel is closing: open another one".to_owned(),
			(None, false) => {
				format!("open a channel with `reckon channel open` and --session-key {session_key}")
			},
		};
		Err(Refusal::InsufficientFunds {
			needed: format_amount(amount),
			left: format_amount(most_left.unwrap_or_default()),
			fix,
		})
	}

	/// The lanes of all channels that an owner has opened with this session key.
	pub fn lanes_of(&self, owner: &AccountId, session_key: sr25519::Public) -> Lanes {
		let book = self.lock();
		let mine = book.channels_of(owner, session_key);
		mine.map(Channel::lanes).fold(Lanes::default(), |sum, lanes| Lanes {
			all: sum.all.saturating_add(lanes.all),
			free: sum.free.saturating_add(lanes.free),
		})
	}

	/// The lanes of a channel.
	pub fn lanes_in(&self, id: ChannelId) -> Lanes {
		self.lock().channels.get(&id).map(Channel::lanes).unwrap_or_default()
	}

	/// Whether an owner has a channel for API keys with something in it.
	///
	/// # Errors
	/// When there is none: with what helps.
	pub fn can_pay(&self, owner: &AccountId, session_key: sr25519::Public) -> Result<(), Refusal> {
		let pays = |channel: &Channel| !channel.chain.closing && channel.left() > 0;
		match self.lock().channels_of(owner, session_key).any(pays) {
			true => Ok(()),
			false => Err(Refusal::ChannelUnusable(format!(
				"you have none with something in it: open one with `reckon channel open` and \
				 --session-key {session_key}"
			))),
		}
	}

	/// Whether a request that can wait would leave lanes for those that can't: a quarter of a channel's,
	/// and one at least where it has several. Where there is no channel, asking says what is missing.
	pub fn has_spare(&self, owner: &AccountId, session_key: sr25519::Public) -> bool {
		let book = self.lock();
		let mut mine =
			book.channels_of(owner, session_key).filter(|channel| !channel.chain.closing);
		let is_spare = |channel: &Channel| {
			let lanes = channel.spent.len();
			let kept = (lanes / 4).max(1).min(lanes.saturating_sub(1));
			channel.running.len().saturating_add(kept) < lanes
		};
		mine.clone().next().is_none() || mine.any(is_spare)
	}

	/// A place in the channel and lane that a client's own voucher names.
	///
	/// # Errors
	/// When there is no such channel or lane, too little money, or the lane has a request.
	pub fn reserve_lane(
		&self,
		(id, lane): (ChannelId, u16),
		request: RequestId,
		amount: Balance,
	) -> Result<Reservation, Refusal> {
		let mut book = self.lock();
		let channel = book.channels.get_mut(&id).ok_or_else(|| {
			Refusal::ChannelUnusable("it is not to this gateway, or not finalized yet".into())
		})?;
		channel.usable()?;
		let spent = channel.spent.get(usize::from(lane)).copied().ok_or_else(|| {
			Refusal::ChannelUnusable(format!("it has {} lanes", channel.spent.len()))
		})?;
		if channel.running.contains_key(&lane) {
			let what = format!("lane {lane} has a request");
			return Err(Refusal::TooMany { what, after_ms: LANE_RETRY_MS });
		}
		let left = channel.left();
		if left < amount {
			return Err(Refusal::InsufficientFunds {
				needed: format_amount(amount),
				left: format_amount(left),
				fix: "`reckon channel top-up` puts more into the channel".into(),
			});
		}
		channel.running.insert(lane, (request, amount));
		let session_key = channel.chain.session_key;
		let channels = self.clone();
		Ok(Reservation { channels, request, channel: id, lane, spent, amount, session_key })
	}

	/// The place of a request that was under way when the gateway stopped. `None` when its channel is
	/// gone.
	pub fn resume(
		&self,
		(id, lane): (ChannelId, u16),
		request: RequestId,
		amount: Balance,
	) -> Option<Reservation> {
		let mut book = self.lock();
		let channel = book.channels.get_mut(&id)?;
		let spent = channel.spent.get(usize::from(lane)).copied()?;
		channel.running.insert(lane, (request, amount));
		let session_key = channel.chain.session_key;
		let channels = self.clone();
		Some(Reservation { channels, request, channel: id, lane, spent, amount, session_key })
	}

	/// What the chain has, for batches: what was taken through a lane and what is left in its channel.
	pub fn on_chain(&self, id: ChannelId) -> Option<OnChain> {
		self.lock().channels.get(&id).map(|channel| channel.chain.clone())
	}

	/// The channels whose clients want them back.
	pub fn closing(&self) -> BTreeSet<ChannelId> {
		let book = self.lock();
		let closing = book.channels.iter().filter(|(_, channel)| channel.chain.closing);
		closing.map(|(id, _)| *id).collect()
	}

	/// A channel, for its client.
	pub fn info(&self, id: ChannelId) -> Option<ChannelInfo> {
		let book = self.lock();
		let channel = book.channels.get(&id)?;
		let reserved = channel.reserved();
		Some(ChannelInfo {
			id,
			client: channel.chain.client.clone(),
			session_key: channel.chain.session_key,
			left: channel.left().saturating_add(reserved),
			reserved,
			lanes: channel.spent.clone(),
			closing: channel.chain.closing,
		})
	}

	fn lock(&self) -> MutexGuard<'_, Book> {
		self.0.lock().unwrap_or_else(PoisonError::into_inner)
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use reckon_receipts::{SignedVoucher, Voucher};
	use sp_core::H256;

	const OWNER: AccountId = AccountId::new([7; 32]);

	fn session() -> sr25519::Public {
		sr25519::Public::from_raw([9; 32])
	}

	fn id(number: u8) -> H256 {
		H256::repeat_byte(number)
	}

	fn on_chain(left: Balance, taken: &[Balance]) -> OnChain {
		OnChain {
			client: OWNER,
			session_key: session(),
			left,
			taken: taken.to_vec(),
			closing: false,
		}
	}

	fn with(channels: &[(u8, OnChain)]) -> Channels {
		let book = Channels::default();
		let now = channels.iter().map(|(number, channel)| (id(*number), channel.clone()));
		book.update(now.collect(), &mut BTreeMap::new());
		book
	}

	fn reserve(book: &Channels, request: u8, amount: Balance) -> Result<Reservation, Refusal> {
		book.reserve(&OWNER, session(), id(request), amount)
	}

	#[test]
	fn reservation_should_leave_no_money_that_is_there_twice() {
		let book = with(&[(1, on_chain(100, &[0, 0, 0]))]);
		let one = reserve(&book, 11, 60).unwrap();
		assert!(matches!(reserve(&book, 12, 41), Err(Refusal::InsufficientFunds { .. })));
		let two = reserve(&book, 12, 40).unwrap();
		assert_ne!(one.lane, two.lane);
		one.charge(25);
		// 25 spent, 40 reserved.
		assert!(reserve(&book, 13, 36).is_err());
		drop(two);
		let three = reserve(&book, 13, 75).unwrap();
		assert_eq!((three.lane, three.spent), (0, 25));
	}

	#[test]
	fn owner_should_be_able_to_pay_when_a_channel_has_something_in_it() {
		let pays = |channels: &[(u8, OnChain)]| with(channels).can_pay(&OWNER, session()).is_ok();
		let good = || on_chain(1, &[0]);
		assert!(pays(&[(1, on_chain(0, &[0])), (2, good())]));
		assert!(!pays(&[]));
		assert!(!pays(&[(1, on_chain(0, &[0]))]), "empty");
		assert!(!pays(&[(1, OnChain { closing: true, ..good() })]));
		assert!(!pays(&[(1, OnChain { client: AccountId::new([77; 32]), ..good() })]));
		let other = sr25519::Public::from_raw([77; 32]);
		assert!(!pays(&[(1, OnChain { session_key: other, ..good() })]));
	}

	#[test]
	fn lanes_should_be_free_as_far_as_they_have_no_request() {
		let closing = OnChain { closing: true, ..on_chain(100, &[0]) };
		let foreign = OnChain { client: AccountId::new([77; 32]), ..on_chain(100, &[0]) };
		let mine = [(1, on_chain(100, &[0, 0, 0])), (2, on_chain(100, &[0]))];
		let [one, two] = mine;
		let book = with(&[one, two, (3, closing), (4, foreign)]);
		let place = reserve(&book, 11, 1).unwrap();
		assert_eq!(book.lanes_of(&OWNER, session()), Lanes { all: 4, free: 3 });
		assert_eq!(book.lanes_in(place.channel), Lanes { all: 3, free: 2 });
		drop(place);
		assert_eq!(book.lanes_of(&OWNER, session()), Lanes { all: 4, free: 4 });
		assert_eq!(book.lanes_in(id(3)), Lanes::default(), "it takes no more");
		assert_eq!(book.lanes_in(id(9)), Lanes::default());
	}

	#[test]
	fn lanes_should_be_left_for_those_who_cannot_wait() {
		for (lanes, taken) in [(1, 1), (2, 1), (3, 2), (8, 6), (64, 48)] {
			let book = with(&[(1, on_chain(1_000, &vec![0; lanes]))]);
			let mut places = Vec::new();
			while book.has_spare(&OWNER, session()) {
				places.push(reserve(&book, places.len() as u8, 1).unwrap());
			}
			assert_eq!(places.len(), taken, "of {lanes}");
		}
		assert!(with(&[]).has_spare(&OWNER, session()), "it is told what is missing");
	}

	#[test]
	fn requests_should_be_paid_by_their_own_channels_among_many_as_these_come_and_go() {
		let theirs =
			|number: u8| OnChain { client: AccountId::new([number; 32]), ..on_chain(100, &[0]) };
		let mut all: Vec<_> = (20..200).map(|number| (number, theirs(number))).collect();
		all.extend([(1, on_chain(100, &[0])), (2, on_chain(100, &[0]))]);
		let book = with(&all[..180]);
		let now = |channels: &[(u8, OnChain)]| {
			let now = channels.iter().map(|(number, channel)| (id(*number), channel.clone()));
			book.update(now.collect(), &mut BTreeMap::new());
		};
		assert!(matches!(reserve(&book, 13, 1), Err(Refusal::InsufficientFunds { .. })));
		now(&all);
		let places = [11, 12].map(|request| reserve(&book, request, 1).unwrap());
		assert_eq!(places.each_ref().map(|place| place.channel), [id(1), id(2)]);
		assert!(matches!(reserve(&book, 13, 1), Err(Refusal::TooMany { .. })));
		drop(places);
		now(&all[..180]);
		assert!(matches!(reserve(&book, 13, 1), Err(Refusal::InsufficientFunds { .. })));
		now(&all[..181]);
		assert_eq!(reserve(&book, 13, 1).unwrap().channel, id(1));
		all[0].1.client = OWNER;
		all[180].1.session_key = sr25519::Public::from_raw([77; 32]);
		now(&all[..181]);
		assert_eq!(reserve(&book, 13, 1).unwrap().channel, id(20));
	}

	#[test]
	fn charge_should_count_once_when_the_chain_has_taken_it() {
		let book = with(&[(1, on_chain(100, &[0, 0]))]);
		reserve(&book, 11, 60).unwrap().charge(30);
		assert_eq!(book.info(id(1)).unwrap().left, 70);
		// The batch is on chain.
		book.update([(id(1), on_chain(70, &[30, 0]))].into(), &mut BTreeMap::new());
		let info = book.info(id(1)).unwrap();
		assert_eq!((info.left, info.lanes), (70, vec![30, 0]));
	}

	#[test]
	fn later_word_of_the_chain_should_stand_when_an_earlier_one_comes_after_it() {
		let book = with(&[(1, on_chain(100, &[0, 0]))]);
		book.update([(id(1), on_chain(60, &[30, 10]))].into(), &mut BTreeMap::new());
		book.update([(id(1), on_chain(70, &[30, 0]))].into(), &mut BTreeMap::new());
		assert_eq!(book.on_chain(id(1)), Some(on_chain(60, &[30, 10])));
		// More money in it is no earlier word.
		book.update([(id(1), on_chain(160, &[30, 10]))].into(), &mut BTreeMap::new());
		assert_eq!(book.on_chain(id(1)), Some(on_chain(160, &[30, 10])));
	}

	#[test]
	fn lane_should_take_one_request_at_a_time() {
		let book = with(&[(1, on_chain(100, &[5, 0]))]);
		let first = book.reserve_lane((id(1), 0), id(11), 10).unwrap();
		assert_eq!(first.spent, 5);
		let busy = book.reserve_lane((id(1), 0), id(12), 10).unwrap_err();
		assert!(matches!(busy, Refusal::TooMany { .. }));
		assert!(matches!(
			book.reserve_lane((id(1), 2), id(12), 10).unwrap_err(),
			Refusal::ChannelUnusable(why) if why == "it has 2 lanes"
		));
		drop(first);
		assert!(book.reserve_lane((id(1), 0), id(12), 10).is_ok());
	}

	#[test]
	fn refusal_should_say_what_is_missing_when_there_is_no_place() {
		let book = with(&[(1, on_chain(100, &[0]))]);
		let _place = reserve(&book, 11, 10).unwrap();
		assert!(matches!(reserve(&book, 12, 10), Err(Refusal::TooMany { .. })));
		let none = with(&[]);
		let Err(Refusal::InsufficientFunds { fix, .. }) = reserve(&none, 11, 10) else { panic!() };
		assert!(fix.contains("--session-key"), "{fix}");
		let closing = OnChain { closing: true, ..on_chain(100, &[0]) };
		let Err(Refusal::InsufficientFunds { fix, .. }) = reserve(&with(&[(1, closing)]), 11, 10)
		else {
			panic!()
		};
		assert!(fix.contains("closing"), "{fix}");
	}

	#[test]
	fn channel_should_stay_while_its_requests_run_when_the_chain_has_it_no_more() {
		let book = with(&[(1, on_chain(100, &[0]))]);
		let place = reserve(&book, 11, 10).unwrap();
		book.update(BTreeMap::new(), &mut BTreeMap::new());
		assert!(book.info(id(1)).unwrap().closing);
		drop(place);
		book.update(BTreeMap::new(), &mut BTreeMap::new());
		assert_eq!(book.info(id(1)), None);
	}

	#[test]
	fn lanes_should_start_from_what_was_charged_when_the_gateway_starts() {
		let book = Channels::default();
		let voucher = Voucher { channel: id(1), lane: 1, cumulative: 50, request: id(3) };
		let voucher = SignedVoucher { voucher, signature: sr25519::Signature::from_raw([0; 64]) };
		let mut lanes = BTreeMap::from([(id(1), vec![Lane { lane: 1, spent: 40, voucher }])]);
		book.update([(id(1), on_chain(100, &[7, 10]))].into(), &mut lanes);
		let info = book.info(id(1)).unwrap();
		assert_eq!((info.lanes, info.left), (vec![7, 40], 70));
	}
}
