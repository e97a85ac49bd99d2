//! What the pallet remembers of complaints, and of what is due.

/// A part of the storage: a section of `pallet`, which would be too long with it.
#[frame_support::pallet_macros::pallet_section]
mod channels_state {
	/// The block at whose start the chain looks at something again: each closing channel, each batch and
	/// each complaint stands here once.
	#[pallet::storage]
	pub type Agenda<T: Config> =
		StorageDoubleMap<_, Twox64Concat, BlockNumberFor<T>, Twox64Concat, Due, (), OptionQuery>;

	/// The first block of the agenda that may not be worked off.
	#[pallet::storage]
	#[pallet::whitelist_storage]
	pub type AgendaCursor<T: Config> = StorageValue<_, BlockNumberFor<T>, ValueQuery>;

	/// What all totals of a provider in a gateway's batches charge that are not paid, without what is struck, in
	/// the smallest token unit: what its bond stands for with them. By gateway, so that none makes another
	/// one's look larger.
	#[pallet::storage]
	pub type Unpaid<T: Config> = StorageDoubleMap<
		_,
		Blake2_128Concat,
		T::AccountId,
		Blake2_128Concat,
		T::AccountId,
		Balance,
		ValueQuery,
	>;

	/// The receipts out of batches whose answers are audited, by the hash of the request.
	#[pallet::storage]
	pub type Sampled<T: Config> =
		StorageMap<_, Identity, H256, SampledAnswer<T::AccountId>, OptionQuery>;

	/// A complaint's record.
	pub type ComplaintOf<T> = Complaint<<T as frame_system::Config>::AccountId, BlockNumberFor<T>>;

	/// The open complaints, by the hash of the receipt's leaf.
	// Identity, here and below: a hash, of what somebody has signed.
	#[pallet::storage]
	pub type Complaints<T: Config> = StorageMap<_, Identity, H256, ComplaintOf<T>, OptionQuery>;

	/// The receipts that somebody has complained about, when that is over, and the block from which on
	/// the chain forgets them: nobody can complain again by then.
	#[pallet::storage]
	pub type Heard<T: Config> = StorageMap<_, Identity, H256, BlockNumberFor<T>, OptionQuery>;

	/// The open complaints about each gateway.
	#[pallet::storage]
	pub type GatewayComplaints<T: Config> =
		StorageDoubleMap<_, Blake2_128Concat, T::AccountId, Identity, H256, (), OptionQuery>;

	/// The open complaints of each account that has complained.
	#[pallet::storage]
	pub type OwnComplaints<T: Config> =
		StorageDoubleMap<_, Blake2_128Concat, T::AccountId, Identity, H256, (), OptionQuery>;
}
