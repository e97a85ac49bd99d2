#![doc = include_str!("../README.md")]
#![cfg_attr(not(feature = "std"), no_std)]
#![deny(missing_docs)]
#![cfg_attr(
	not(any(test, feature = "runtime-benchmarks")),
	deny(
		clippy::unwrap_used,
		clippy::expect_used,
		clippy::indexing_slicing,
		clippy::arithmetic_side_effects
	)
)]

extern crate alloc;

mod agenda;
mod audits;
mod batches;
#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
mod channels;
mod complaints;
mod events;
mod invariants;
#[cfg(test)]
mod mock;
mod money;
mod samples;
mod settlement;
mod state;
mod strikes;
#[cfg(test)]
mod tests;
mod types;
mod views;
mod weighing;
pub mod weights;

use frame_support::pallet_macros::import_section;

pub use pallet::*;
pub use types::{
	Batch, BatchState, Channel, Complaint, Contribution, Due, LaneClaim, LaneClaims, Lanes, Ledger,
	Payout, Sample, SampledAnswer, Samples, Totals, MAX_CLAIMS, MAX_LANES, MAX_STRIKES, MAX_TOTALS,
};
pub use weights::WeightInfo;

// The macro's own code expects what it has just made sure of, and hands calls' arguments on as they are.
#[allow(clippy::expect_used, clippy::borrowed_box, clippy::type_complexity)]
#[import_section(events::channels_events)]
#[import_section(state::channels_state)]
#[frame_support::pallet]
pub mod pallet {
	use super::*;
	use alloc::boxed::Box;
	use frame_support::{
		pallet_prelude::*,
		traits::{
			fungible::{Inspect, InspectHold, Mutate, MutateHold},
			Time,
		},
		PalletId,
	};
	use frame_system::{offchain::CreateAuthorizedTransaction, pallet_prelude::*};
	use reckon_primitives::{Balance, BatchId, ChannelId, ContentRef, Held, ModelId};
	use reckon_receipts::{
		Item, Proof, Request, SignedAcknowledgement, SignedReceipt, MAX_RECEIPTS,
	};
	use reckon_support::{
		BatchAuditing, EscrowSource, Fault, GatewayInspect, GatewaySlash, ModelInspect, OnPayout,
		OnProviderOutcome, ProviderPool, Rejection, SampleAuditing, SubnetInspect,
	};
	use sp_core::{sr25519, H256};
	use sp_runtime::traits::{BadOrigin, Convert};

	/// A channel's record.
	pub type ChannelOf<T> = Channel<<T as frame_system::Config>::AccountId, BlockNumberFor<T>>;
	/// A batch's record.
	pub type BatchOf<T> = Batch<<T as frame_system::Config>::AccountId, BlockNumberFor<T>>;

	/// The version of this pallet's storage.
	const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	#[pallet::config]
	pub trait Config:
		CreateAuthorizedTransaction<Call<Self>>
		+ frame_system::Config<RuntimeEvent: From<Event<Self>>, Hash = H256>
	{
		/// What the calls and hooks weigh.
		type WeightInfo: WeightInfo;

		/// The money that work is paid in.
		type Currency: Inspect<Self::AccountId, Balance = Balance>
			+ Mutate<Self::AccountId>
			+ InspectHold<Self::AccountId, Reason = Self::RuntimeHoldReason>
			+ MutateHold<Self::AccountId, Reason = Self::RuntimeHoldReason>;

		/// The runtime's reasons for holds.
		type RuntimeHoldReason: From<HoldReason>;

		/// Names the account that has the batches' escrows on hold. The chain's genesis gives it the
		/// existential deposit.
		type PalletId: Get<PalletId>;

		/// The gateways, and their bonds.
		type Gateways: GatewayInspect<Self::AccountId> + GatewaySlash<Self::AccountId>;

		/// The key with which a gateway's account signs.
		type GatewayKey: Convert<Self::AccountId, sr25519::Public>;

		/// The providers that are paid.
		type Providers: ProviderPool<Self::AccountId, Balance>;

		/// The store of models.
		type Models: ModelInspect<Self::AccountId>;

		/// The subnets' rules.
		type Subnets: SubnetInspect;

		/// Has batches audited, and answers out of them.
		type Audits: BatchAuditing<Self::AccountId> + SampleAuditing<Self::AccountId>;

		/// Is told how the audits of answers have ended.
		type OnOutcome: OnProviderOutcome<Self::AccountId, Balance, BlockNumberFor<Self>>;

		/// The chain's clock.
		type Time: Time<Moment = u64>;

		/// Milliseconds after its end for which a worker keeps what an answer was computed with. A receipt
		/// that is older when it is committed to can't be audited, and its gateway answers for that.
		#[pallet::constant]
		type ReceiptLife: Get<u64>;

		/// Is told what is paid out of batches.
		type OnPayout: OnPayout<Self::AccountId, Balance>;

		/// What clients have earned and not claimed: goes into channels when their money does not
		/// suffice.
		type Earnings: EscrowSource<Self::AccountId, Balance>;

		/// Who has the treasury's share of each charge.
		type Treasury: Get<Self::AccountId>;

		/// What a channel's place in storage costs, in the smallest token unit: the least that it is
		/// opened with. It is never charged, else who pays himself would fill the state for nothing.
		#[pallet::constant]
		type MinDeposit: Get<Balance>;

		/// Blocks between a client's wish to close a channel and its end: time for the gateway to
		/// commit to its newest vouchers.
		#[pallet::constant]
		type NoticeBlocks: Get<BlockNumberFor<Self>>;

		/// Blocks for which the chain remembers a batch that has ended.
		#[pallet::constant]
		type RetentionBlocks: Get<BlockNumberFor<Self>>;

		/// What a receipt that proves itself wrong costs its gateway, in the smallest token unit,
		/// beside the charge.
		#[pallet::constant]
		type FaultSlash: Get<Balance>;

		/// Blocks that a gateway has for putting a receipt that it has taken into a batch, before anybody
		/// may complain.
		#[pallet::constant]
		type PatienceBlocks: Get<BlockNumberFor<Self>>;

		/// Blocks after these in which anybody may complain. Bounded: the chain must still remember the
		/// batch that the receipt is in.
		#[pallet::constant]
		type ComplaintBlocks: Get<BlockNumberFor<Self>>;

		/// Blocks that a gateway has for its answer to a complaint.
		#[pallet::constant]
		type AnswerBlocks: Get<BlockNumberFor<Self>>;

		/// What a complaint's place in storage costs, in the smallest token unit: the gateway's, when it
		/// answers. More than an answer's fee.
		#[pallet::constant]
		type ComplaintDeposit: Get<Balance>;

		/// How many steps each block takes whatever else it does; what is left over waits for spare
		/// weight or the next block.
		#[pallet::constant]
		type DuePerBlock: Get<u32>;
	}

	/// Why this pallet holds money.
	#[pallet::composite_enum]
	pub enum HoldReason {
		/// Clients' deposits in channels; on the pallet's own account, the batches' escrows.
		#[codec(index = 0)]
		Channel,
		/// Complaints' deposits.
		#[codec(index = 1)]
		Complaint,
	}

	/// The channels.
	// Identity, here and below: an id is a hash that contains the chain's own counter.
	#[pallet::storage]
	pub type Channels<T: Config> = StorageMap<_, Identity, ChannelId, ChannelOf<T>, OptionQuery>;

	/// How many channels have been opened, ever.
	#[pallet::storage]
	pub type ChannelCount<T: Config> = StorageValue<_, u64, ValueQuery>;

	/// The channels of each client.
	#[pallet::storage]
	pub type ClientChannels<T: Config> =
		StorageDoubleMap<_, Blake2_128Concat, T::AccountId, Identity, ChannelId, (), OptionQuery>;

	/// The channels to each gateway.
	#[pallet::storage]
	pub type GatewayChannels<T: Config> =
		StorageDoubleMap<_, Blake2_128Concat, T::AccountId, Identity, ChannelId, (), OptionQuery>;

	/// The batches, until `RetentionBlocks` after their end.
	#[pallet::storage]
	pub type Batches<T: Config> = StorageMap<_, Identity, BatchId, BatchOf<T>, OptionQuery>;

	/// How many batches have been committed, ever.
	#[pallet::storage]
	pub type BatchCount<T: Config> = StorageValue<_, u64, ValueQuery>;

	/// The totals of each batch that are not paid, by their position.
	#[pallet::storage]
	pub type Payouts<T: Config> = StorageDoubleMap<
		_,
		Identity,
		BatchId,
		Twox64Concat,
		u32,
		Payout<T::AccountId>,
		OptionQuery,
	>;

	/// What each channel has paid in a batch, as long as it may come back.
	#[pallet::storage]
	pub type Contributions<T: Config> = StorageDoubleMap<
		_,
		Identity,
		BatchId,
		Identity,
		ChannelId,
		Contribution<T::AccountId>,
		OptionQuery,
	>;

	/// What each gateway's batches have charged that wait to be paid, in the smallest token unit: how much
	/// its bond stands for.
	#[pallet::storage]
	pub type Outstanding<T: Config> =
		StorageMap<_, Blake2_128Concat, T::AccountId, Balance, ValueQuery>;

	/// What each client has deposited, paid and been refunded, as long as its account is there.
	#[pallet::storage]
	pub type Ledgers<T: Config> = StorageMap<_, Blake2_128Concat, T::AccountId, Ledger, ValueQuery>;

	#[pallet::error]
	pub enum Error<T> {
		/// A channel has from 1 lane to as many as the constant `MaxLanes`.
		LanesOutOfRange,
		/// The deposit is below the constant `MinDeposit`.
		DepositTooLow,
		/// No such gateway is registered; see `Subnets.gateways`.
		UnknownGateway,
		/// The gateway's subnet is being retired and takes no new work.
		SubnetClosed,
		/// The gateway is leaving, or has less bond than its subnet asks for.
		GatewayNotEligible,
		/// There is no such channel, or it is closed.
		UnknownChannel,
		/// Only the channel's client may do this.
		NotClient,
		/// The channel is closing; open another one.
		IsClosing,
		/// There is nothing to add.
		AmountZero,
		/// Its client has not asked for the channel's end; `request_close` does.
		NotClosing,
		/// The gateway has until the end of the notice to commit to its vouchers.
		NoticeNotOver,
		/// The signer is not a gateway.
		NotAGateway,
		/// The gateway's subnet is gone.
		UnknownSubnet,
		/// The gateway has less bond than one fault costs; `Subnets.bond_extra` adds to it.
		BondTooLow,
		/// The gateway is gone, and its bond with it, before the batch's window or its audit can have ended.
		LeavesTooSoon,
		/// A batch has at least one total.
		BatchEmpty,
		/// The totals add up to more than there can be.
		SumTooHigh,
		/// Totals are in ascending order by provider and model, each of these once.
		TotalsUnordered,
		/// A total has at least 1 receipt, and a batch at most the constant `MaxReceipts`.
		CountOutOfRange,
		/// A total charges nothing.
		TotalZero,
		/// The subnet's rules do not admit the model; see `Subnets.subnet`.
		ModelNotInSubnet,
		/// The store has no such model; see `Models.Names`.
		UnknownModel,
		/// The provider is not registered, or its bond is gone.
		ProviderWithoutBond,
		/// The batch does not say which receipts it is made of.
		LeavesMissing,
		/// So few receipts are not so long.
		LeavesTooLong,
		/// Claims are in ascending order by channel and lane, each of these once.
		ClaimsUnordered,
		/// The channel is another gateway's.
		NotYourChannel,
		/// The channel has no such lane.
		UnknownLane,
		/// A claim takes nothing: as much was taken through its lane before. A batch that is in is sent
		/// again.
		ChargeZero,
		/// The voucher covers less than what is to be taken through its lane.
		VoucherTooLow,
		/// The channel's session key has not signed this voucher for this chain.
		VoucherForged,
		/// There is less in the channel than is charged.
		DepositExceeded,
		/// What the lanes pay is not what the totals charge.
		SumsDiffer,
		/// The chain has no such batch, or has forgotten it.
		UnknownBatch,
		/// The batch does not wait any more; its money moves.
		NotWaiting,
		/// The batch has no such total.
		UnknownTotal,
		/// The path does not show that the receipt is in the total.
		ItemUnproven,
		/// The receipt is struck already.
		AlreadyStruck,
		/// Of a total, no more than the constant `MaxStrikes` receipts can be struck. The whole batch is
		/// rejected, by its auditors if they are to look or look now.
		TooManyStrikes,
		/// The chain sees nothing wrong with the receipt.
		NoFault,
		/// The worker that the receipt names has not signed it for this chain, or its times can't be.
		ReceiptInvalid,
		/// The receipt charges nothing: what is free is in no batch.
		NothingCharged,
		/// The receipt's gateway has not signed for this chain that it has taken this receipt.
		NotAcknowledged,
		/// The gateway has `PatienceBlocks` for its batch, from the block on at which it took the receipt.
		ComplaintTooEarly,
		/// Complaints are heard for `ComplaintBlocks` after the gateway's time for its batch is over.
		ComplaintTooLate,
		/// Somebody has complained about this receipt before.
		AlreadyComplained,
		/// There is no open complaint about this receipt.
		UnknownComplaint,
		/// The complaint is about another gateway.
		NotYourComplaint,
		/// The batch is another gateway's.
		NotYourBatch,
		/// Nobody is paid out of a batch that was rejected.
		BatchIsRejected,
		/// The lot has not fallen on this receipt, or is not drawn yet.
		NotSampled,
		/// Somebody has shown this sample before.
		SampleAlreadyShown,
		/// Samples are shown, and audits of receipts asked for, before the block that `SamplesDrawn` names.
		SampleTooLate,
		/// The total charges less than what is expected to be paid for audits of such totals: its gateway waits
		/// until there is more.
		TotalTooSmall,
		/// The receipt answers another request.
		RequestDiffers,
		/// The answer can't be computed again: its model's answers can't be audited, or the receipt says no
		/// commitment, is older than `ReceiptLife`, or wrong by itself, which `report_item` is for.
		NotAuditable,
	}

	#[pallet::call(weight(<T as Config>::WeightInfo))]
	impl<T: Config> Pallet<T> {
		/// Opens a channel to `gateway`: holds `deposit`, out of which the gateway may take what
		/// vouchers signed by `session_key` let it take, but for `MinDeposit`. `lanes` is how many requests can run at the
		/// same time. What the signer's money lacks is claimed from its rewards.
		///
		/// The key can't be changed: vouchers that the gateway has would be worth nothing. Open
		/// another channel instead, and close this one.
		///
		/// Emits `ChannelOpened`.
		#[pallet::call_index(0)]
		#[pallet::weight(T::WeightInfo::open().saturating_add(T::Earnings::draw_weight()))]
		pub fn open(
			origin: OriginFor<T>,
			gateway: T::AccountId,
			#[pallet::compact] deposit: Balance,
			lanes: u32,
			session_key: sr25519::Public,
		) -> DispatchResultWithPostInfo {
			let client = ensure_signed(origin)?;
			let claimed = Self::do_open(client, gateway, deposit, lanes, session_key)?;
			Ok((!claimed).then_some(T::WeightInfo::open()).into())
		}

		/// Puts `amount` more into a channel of the signer's.
		///
		/// Emits `ChannelToppedUp`.
		#[pallet::call_index(1)]
		#[pallet::weight(T::WeightInfo::top_up().saturating_add(T::Earnings::draw_weight()))]
		pub fn top_up(
			origin: OriginFor<T>,
			channel: ChannelId,
			#[pallet::compact] amount: Balance,
		) -> DispatchResultWithPostInfo {
			let client = ensure_signed(origin)?;
			let claimed = Self::do_top_up(client, channel, amount)?;
			Ok((!claimed).then_some(T::WeightInfo::top_up()).into())
		}

		/// Asks for the rest of a channel. Signed by its client. After `NoticeBlocks`, in which the
		/// gateway can still commit to its newest vouchers, the chain gives it back by itself.
		///
		/// Emits `ChannelClosing`, later `ChannelClosed`.
		#[pallet::call_index(2)]
		#[pallet::weight(T::WeightInfo::request_close().saturating_add(Pallet::<T>::due_channel()))]
		pub fn request_close(origin: OriginFor<T>, channel: ChannelId) -> DispatchResult {
			let client = ensure_signed(origin)?;
			Self::do_request_close(client, channel)
		}

		/// Closes a channel and gives the rest back to its client. Its gateway may do it at any time,
		/// anybody when the notice is over or the gateway is gone.
		///
		/// Emits `ChannelClosed`.
		#[pallet::call_index(3)]
		pub fn close(origin: OriginFor<T>, channel: ChannelId) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_close(who, channel)
		}

		/// Commits to many receipts, and takes what they charge. Signed by the gateway.
		///
		/// `totals` has one entry for each provider and model, ascending, with the root over its
		/// receipts; `claims` what each lane has paid once this batch is in, ascending by channel and
		/// lane, with the lane's newest voucher. What is new of it is what the totals add up to. `leaves` names all the receipts, which the gateway
		/// serves.
		///
		/// The money leaves the channels at once. It is paid after the subnet's dispute window, and
		/// after an audit if there is one, without what was struck by then.
		///
		/// The signer pays what such batches' audits cost, times the rate at which they are audited; not
		/// out of what the batch brings.
		///
		/// Emits `ChannelCharged` for each channel, `PremiumPaid` and `BatchCommitted`; later `TotalPaid` for each
		/// total and `BatchSettled`.
		#[pallet::call_index(4)]
		#[pallet::weight(
			Pallet::<T>::commitment_weight(claims.len() as u32, totals.len() as u32)
		)]
		pub fn commit_batch(
			origin: OriginFor<T>,
			leaves: ContentRef,
			totals: Totals<T::AccountId>,
			claims: LaneClaims,
		) -> DispatchResult {
			let gateway = ensure_signed(origin)?;
			Self::do_commit_batch(gateway, leaves, totals, claims)
		}

		/// Shows that a receipt of a batch that waits is wrong: not signed by the worker that it names,
		/// with times that can't be, or of another gateway, provider, model or channel than the
		/// batch's. It is not paid, its client has the charge back, and it costs the gateway bond.
		/// Where as many are struck as can be, the whole batch is rejected. Signed by anybody, or by
		/// nobody, as auditors' nodes send it; costs nothing when it is so, as long as the gateway has
		/// bond.
		///
		/// Emits `ReceiptStruck` or `BatchRejected`.
		#[pallet::call_index(5)]
		#[pallet::weight(Pallet::<T>::rejecting(T::WeightInfo::report_item()))]
		#[pallet::weight_of_authorize(T::WeightInfo::report_item())]
		#[pallet::authorize(|source, batch: &BatchId, item: &Box<Item<T::AccountId>>| {
			Pallet::<T>::authorize_item(source, batch, item)
		})]
		pub fn report_item(
			origin: OriginFor<T>,
			batch: BatchId,
			item: Box<Item<T::AccountId>>,
		) -> DispatchResultWithPostInfo {
			Self::ensure_anybody(origin)?;
			Ok(Self::do_report_item(batch, &item)?.into())
		}

		/// Shows that a batch that waits has two receipts for one request. The second is not paid, its
		/// client has the charge back, and it costs the gateway bond. Where as many are struck as can
		/// be, the whole batch is rejected. Signed by anybody, or by nobody, as auditors' nodes send it;
		/// costs nothing when it is so, as long as the gateway has bond.
		///
		/// Emits `ReceiptStruck` or `BatchRejected`.
		#[pallet::call_index(6)]
		#[pallet::weight(Pallet::<T>::rejecting(T::WeightInfo::report_twins()))]
		#[pallet::weight_of_authorize(T::WeightInfo::report_twins())]
		#[pallet::authorize(|
			source,
			batch: &BatchId,
			first: &Box<Item<T::AccountId>>,
			second: &Box<Item<T::AccountId>>,
		| Pallet::<T>::authorize_twins(source, batch, first, second))]
		pub fn report_twins(
			origin: OriginFor<T>,
			batch: BatchId,
			first: Box<Item<T::AccountId>>,
			second: Box<Item<T::AccountId>>,
		) -> DispatchResultWithPostInfo {
			Self::ensure_anybody(origin)?;
			Ok(Self::do_report_twins(batch, &first, &second)?.into())
		}

		/// Complains that a gateway has taken a worker's receipt, as it has acknowledged, and put it
		/// into no batch. Signed by anybody, from `PatienceBlocks` after the acknowledgement on, for
		/// `ComplaintBlocks`. Holds `ComplaintDeposit`, which the gateway has when it answers, and else
		/// the signer again.
		///
		/// Without an answer within `AnswerBlocks` the provider has what the receipt charges out of
		/// the gateway's bond, at most `FaultSlash`, and the gateway loses `FaultSlash` beside that.
		///
		/// Emits `Complained`, later `ComplaintAnswered`, `ComplaintUpheld` or `ComplaintDropped`.
		#[pallet::call_index(7)]
		#[pallet::weight(Pallet::<T>::complaint_weight())]
		pub fn complain(
			origin: OriginFor<T>,
			receipt: Box<SignedReceipt<T::AccountId>>,
			acknowledged: SignedAcknowledgement,
		) -> DispatchResult {
			let complainer = ensure_signed(origin)?;
			Self::do_complain(complainer, &receipt, &acknowledged)
		}

		/// Answers a complaint: shows that the receipt is in a batch of the signer's that is not
		/// rejected, also one that was committed since. The signer has the complaint's deposit.
		///
		/// Emits `ComplaintAnswered`.
		#[pallet::call_index(8)]
		pub fn answer_complaint(
			origin: OriginFor<T>,
			batch: BatchId,
			proof: Box<Proof<T::AccountId>>,
		) -> DispatchResult {
			let gateway = ensure_signed(origin)?;
			Self::do_answer_complaint(gateway, batch, &proof)
		}

		/// Shows the receipt of a total that the lot fell on (`SamplesDrawn`), with the `request` that
		/// it answers: the one that charges for the token unit that `reckon_receipts::sampled` says.
		/// Signed by anybody, or by nobody; costs nothing. Its answer is audited, under the request's
		/// hash.
		///
		/// A receipt that proves itself wrong is struck instead, as if it had been reported. One that
		/// can't be computed again, as it has no commitment or is older than `ReceiptLife`, has its batch
		/// rejected. So has one that nobody shows in time.
		///
		/// Emits `SampleShown`, `ReceiptStruck` or `BatchRejected`.
		#[pallet::call_index(9)]
		#[pallet::weight(Pallet::<T>::showing())]
		#[pallet::weight_of_authorize(T::WeightInfo::show_sample())]
		#[pallet::authorize(|
			source,
			batch: &BatchId,
			item: &Box<Item<T::AccountId>>,
			request: &Box<Request>,
		| Pallet::<T>::authorize_sample(source, batch, item, request))]
		pub fn show_sample(
			origin: OriginFor<T>,
			batch: BatchId,
			item: Box<Item<T::AccountId>>,
			request: Box<Request>,
		) -> DispatchResultWithPostInfo {
			Self::ensure_anybody(origin)?;
			Self::do_show_sample(batch, &item, &request)?;
			Ok(Pays::No.into())
		}

		/// Pays for the audit of an answer through a gateway: shows its receipt in a batch that waits, with the
		/// `request` that it answers. Signed by the client of the channel that pays, before the samples' `until`.
		/// Nobody is paid out of the batch before the audit is over.
		///
		/// Costs and ends as `Audits.request_audit`, and at most `max_fee`. If the answer is convicted or nobody can tell, the receipt
		/// is struck and its charge comes back; its provider loses bond as if the lot had fallen on it.
		///
		/// Emits `AuditRequested` and `SampleShown`.
		#[pallet::call_index(10)]
		#[pallet::weight(Pallet::<T>::auditing())]
		pub fn audit_receipt(
			origin: OriginFor<T>,
			batch: BatchId,
			item: Box<Item<T::AccountId>>,
			request: Box<Request>,
			#[pallet::compact] max_fee: Balance,
		) -> DispatchResult {
			let client = ensure_signed(origin)?;
			Self::do_audit_receipt(client, batch, &item, &request, max_fee)
		}
	}

	impl<T: Config> Pallet<T> {
		/// Who has signed it, or that nobody had to.
		fn ensure_anybody(origin: OriginFor<T>) -> Result<(), BadOrigin> {
			ensure_authorized(origin.clone()).or_else(|_| ensure_signed(origin).map(|_| ()))
		}
	}

	#[pallet::extra_constants]
	impl<T: Config> Pallet<T> {
		/// The most lanes of a channel.
		#[pallet::constant_name(MaxLanes)]
		fn max_lanes() -> u32 {
			MAX_LANES
		}

		/// The most lanes that pay in one batch.
		#[pallet::constant_name(MaxClaims)]
		fn max_claims() -> u32 {
			MAX_CLAIMS
		}

		/// The most totals of one batch.
		#[pallet::constant_name(MaxTotals)]
		fn max_totals() -> u32 {
			MAX_TOTALS
		}

		/// The most receipts of one batch.
		#[pallet::constant_name(MaxReceipts)]
		fn max_receipts() -> u32 {
			MAX_RECEIPTS
		}

		/// The most receipts of one total that can be struck.
		#[pallet::constant_name(MaxStrikes)]
		fn max_strikes() -> u32 {
			MAX_STRIKES
		}
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn on_initialize(now: BlockNumberFor<T>) -> Weight {
			Self::work_off_some(now)
		}

		fn on_idle(now: BlockNumberFor<T>, limit: Weight) -> Weight {
			Self::work_off(now, limit)
		}

		#[cfg(feature = "std")]
		fn integrity_test() {
			Self::ensure_constants_fit();
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::view_functions]
	impl<T: Config> Pallet<T> {
		/// A channel's record.
		pub fn channel(channel: ChannelId) -> Option<ChannelOf<T>> {
			Channels::<T>::get(channel)
		}

		/// A client's channels, at most 1,000 of them, those after `after` in the chain's order.
		pub fn channels_of(
			client: T::AccountId,
			after: Option<ChannelId>,
		) -> alloc::vec::Vec<(ChannelId, ChannelOf<T>)> {
			Self::client_channels(&client, after)
		}

		/// The channels to a gateway, at most 1,000 of them, those after `after` in the chain's order.
		pub fn channels_to(
			gateway: T::AccountId,
			after: Option<ChannelId>,
		) -> alloc::vec::Vec<(ChannelId, ChannelOf<T>)> {
			Self::gateway_channels(&gateway, after)
		}

		/// A batch's record.
		pub fn batch(batch: BatchId) -> Option<BatchOf<T>> {
			Batches::<T>::get(batch)
		}

		/// The totals of a batch that are not paid, by their position.
		pub fn payouts(batch: BatchId) -> alloc::vec::Vec<(u32, Payout<T::AccountId>)> {
			Self::unpaid(batch)
		}

		/// A receipt out of a batch whose answer is audited, by the hash of its request.
		pub fn sampled(request: H256) -> Option<SampledAnswer<T::AccountId>> {
			Sampled::<T>::get(request)
		}

		/// An open complaint about a receipt, by the hash of the receipt's leaf.
		pub fn complaint(receipt: H256) -> Option<ComplaintOf<T>> {
			Complaints::<T>::get(receipt)
		}

		/// The open complaints about a gateway, at most 1,000 of them, those after `after` in the chain's
		/// order.
		pub fn complaints_about(
			gateway: T::AccountId,
			after: Option<H256>,
		) -> alloc::vec::Vec<(H256, ComplaintOf<T>)> {
			Self::gateway_complaints(&gateway, after)
		}

		/// What this pallet holds of an account's money, channel by channel and complaint by complaint,
		/// for at most 1,000 of each; the sum of what is in channels is in `Ledgers`.
		pub fn held_by(who: T::AccountId) -> alloc::vec::Vec<Held<Balance, BlockNumberFor<T>>> {
			Self::held(&who)
		}

		/// The account that has the batches' escrows on hold.
		pub fn account() -> T::AccountId {
			Self::till()
		}
	}
}
