//! What the pallet tells.

/// The pallet's events: a section of `pallet`, which would be too long with them.
#[frame_support::pallet_macros::pallet_section]
mod channels_events {
	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// A channel has been opened, and its deposit is held.
		ChannelOpened {
			/// The channel.
			channel: ChannelId,
			/// Who pays.
			client: T::AccountId,
			/// Who may take.
			gateway: T::AccountId,
			/// What is held.
			deposit: Balance,
			/// How many lanes it has.
			lanes: u32,
		},
		/// There is more in a channel.
		ChannelToppedUp {
			/// The channel.
			channel: ChannelId,
			/// How much more.
			amount: Balance,
			/// What is in it now.
			left: Balance,
		},
		/// A client wants the rest of a channel back.
		ChannelClosing {
			/// The channel.
			channel: ChannelId,
			/// From which block on the chain closes it; vouchers are paid until then.
			closes_at: BlockNumberFor<T>,
		},
		/// A channel is gone, and its client has the rest back.
		ChannelClosed {
			/// The channel.
			channel: ChannelId,
			/// Who has paid.
			client: T::AccountId,
			/// Who has taken.
			gateway: T::AccountId,
			/// What came back.
			refunded: Balance,
		},
		/// A gateway has committed to receipts, and the money that they charge is in escrow.
		BatchCommitted {
			/// The batch.
			batch: BatchId,
			/// Whose batch.
			gateway: T::AccountId,
			/// The root over its totals.
			root: H256,
			/// How many receipts it has.
			receipts: u32,
			/// What all of them charge.
			charged: Balance,
		},
		/// A channel has paid into a batch.
		ChannelCharged {
			/// The channel.
			channel: ChannelId,
			/// The batch.
			batch: BatchId,
			/// How much.
			amount: Balance,
			/// What is left in the channel.
			left: Balance,
		},
		/// A receipt is wrong and is not paid.
		ReceiptStruck {
			/// The batch.
			batch: BatchId,
			/// Which of its totals.
			total: u32,
			/// Which of the total's receipts.
			index: u32,
			/// What it charged.
			charge: Balance,
			/// What of that its client has back.
			returned: Balance,
			/// What is wrong.
			fault: Fault,
		},
		/// A batch is not paid, and its clients have their money back.
		BatchRejected {
			/// The batch.
			batch: BatchId,
			/// Why.
			why: Rejection,
		},
		/// A client has back what its channel paid into a rejected batch.
		ContributionReturned {
			/// The batch.
			batch: BatchId,
			/// The channel.
			channel: ChannelId,
			/// Whose money.
			client: T::AccountId,
			/// How much.
			amount: Balance,
		},
		/// A provider has been paid for its part of a batch.
		TotalPaid {
			/// The batch.
			batch: BatchId,
			/// Who worked.
			provider: T::AccountId,
			/// The model that was asked.
			model: ModelId,
			/// What clients paid, all shares included.
			charge: Balance,
			/// What the provider has of it.
			earned: Balance,
		},
		/// All that a batch charged is paid.
		BatchSettled {
			/// The batch.
			batch: BatchId,
			/// Whose batch.
			gateway: T::AccountId,
		},
		/// A gateway has paid for the audits of such batches.
		PremiumPaid {
			/// The batch.
			batch: BatchId,
			/// Who pays.
			gateway: T::AccountId,
			/// How much.
			amount: Balance,
		},
		/// It is drawn which receipts of a batch are computed again.
		SamplesDrawn {
			/// The batch.
			batch: BatchId,
			/// What decides which they are.
			seed: H256,
			/// The block at whose start all of them must have been shown.
			until: BlockNumberFor<T>,
		},
		/// A receipt that the lot fell on is shown, or one whose client pays for that (`AuditRequested`), and its
		/// answer is audited.
		SampleShown {
			/// The batch.
			batch: BatchId,
			/// Which of its totals.
			total: u32,
			/// Which of the total's receipts.
			index: u32,
			/// The audit: the request's hash.
			audit: H256,
			/// Whose answer it is.
			provider: T::AccountId,
		},
		/// Nobody has shown the receipt of a total that the lot fell on: the batch is rejected.
		SampleWithheld {
			/// The batch.
			batch: BatchId,
			/// Which of its totals.
			total: u32,
		},
		/// The answer to a sampled receipt is not the model's, and costs its provider bond.
		SampleConvicted {
			/// The batch.
			batch: BatchId,
			/// The audit.
			audit: H256,
			/// Whose answer it was.
			provider: T::AccountId,
			/// What its bond has lost.
			slashed: Balance,
		},
		/// Somebody says that a gateway has taken a worker's receipt and put it into no batch.
		Complained {
			/// The receipt, by the hash of its leaf.
			receipt: H256,
			/// Who has taken it.
			gateway: T::AccountId,
			/// Who complains.
			complainer: T::AccountId,
			/// What it charges.
			charge: Balance,
			/// From which block on it is too late for an answer.
			answer_by: BlockNumberFor<T>,
		},
		/// A gateway has shown the batch that a receipt is in.
		ComplaintAnswered {
			/// The receipt.
			receipt: H256,
			/// Whose batch.
			gateway: T::AccountId,
			/// The batch.
			batch: BatchId,
		},
		/// A gateway has not answered in time, and its bond pays.
		ComplaintUpheld {
			/// The receipt.
			receipt: H256,
			/// Whose bond.
			gateway: T::AccountId,
			/// Who has worked.
			provider: T::AccountId,
			/// What the provider has of the bond.
			paid: Balance,
			/// What else was taken of it.
			slashed: Balance,
		},
		/// A receipt about which somebody complained could not be paid by now, whoever is to blame: nobody
		/// loses anything.
		ComplaintDropped {
			/// The receipt.
			receipt: H256,
			/// The gateway.
			gateway: T::AccountId,
		},
		/// A batch that ended long ago is no longer in the chain's state.
		BatchForgotten {
			/// The batch.
			batch: BatchId,
		},
	}
}
