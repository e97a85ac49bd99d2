//! Who is there: heartbeats, and the search for those that send none.

use crate::{pallet::*, types::*, weights::WeightInfo};
use frame_support::{ensure, storage::with_storage_layer, traits::Get, weights::Weight};
use reckon_primitives::SessionIndex;
use sp_runtime::DispatchError;

/// What a heartbeat has brought about.
pub(crate) struct Heard {
	/// How many offers have their tickets back.
	pub returned: u32,
	/// Whether it was asked for, and so costs nothing.
	pub free: bool,
}

impl<T: Config> Pallet<T> {
	pub(crate) fn do_heartbeat(worker: T::AccountId, offers: u32) -> Result<Heard, DispatchError> {
		let who = Workers::<T>::get(worker).ok_or(Error::<T>::NotAWorker)?;
		let mut provider = Self::registered(&who)?;
		ensure!(!provider.is_leaving(), Error::<T>::IsLeaving);
		let session = T::CurrentSession::get();
		let first = provider.last_seen < session;
		let free = first && provider.offers > 0 && matches!(provider.status, Status::Active);
		provider.last_seen = session;
		Self::deposit_event(Event::WorkerSeen { provider: who.clone(), session });

		let mut returned = 0;
		if matches!(provider.status, Status::Silent) {
			ensure!(provider.offers <= offers, Error::<T>::MoreOffers);
			provider.status = Status::Active;
			let due = Self::tickets_due(&provider);
			returned = Self::resize_all(&who, &mut provider, due)?;
			Self::deposit_event(Event::ProviderReturned { provider: who.clone() });
		}
		Providers::<T>::insert(who, provider);
		Ok(Heard { returned, free })
	}

	/// Goes on looking for silent providers: each is looked at once in a session, a few in each
	/// block, as many as `limit` allows.
	pub(crate) fn sweep(limit: Weight) -> Weight {
		let mut used = T::WeightInfo::sweep(0);
		if used.any_gt(limit) {
			return Weight::zero();
		}
		let each = T::WeightInfo::sweep(1).saturating_sub(used);
		let session = T::CurrentSession::get();
		let mut sweep = Sweeps::<T>::get();
		if sweep.done && sweep.session == session {
			return used;
		}
		if sweep.done || sweep.after.is_none() {
			sweep = Sweep { session, after: None, done: false };
		}
		let mut rest = match &sweep.after {
			Some(last) => Providers::<T>::iter_from_key(last),
			None => Providers::<T>::iter(),
		};
		for _ in 0..T::SweepPerBlock::get() {
			if used.saturating_add(each).any_gt(limit) {
				break;
			}
			used = used.saturating_add(each);
			let Some((who, provider)) = rest.next() else {
				sweep.done = true;
				break;
			};
			if is_silent(&provider, session) {
				let silence = T::WeightInfo::silence(provider.offers);
				if used.saturating_add(silence).any_gt(limit) {
					// The next block begins with it.
					break;
				}
				used = used.saturating_add(silence);
				Self::silence(&who, provider);
			}
			sweep.after = Some(who);
		}
		Sweeps::<T>::put(sweep);
		used
	}

	/// Takes a silent provider out of the draws. One that is paused stays so.
	pub(crate) fn silence(who: &T::AccountId, mut provider: ProviderOf<T>) {
		let silenced = with_storage_layer(|| {
			Self::resize_all(who, &mut provider, 0)?;
			if matches!(provider.status, Status::Active) {
				provider.status = Status::Silent;
				let (provider, last_seen) = (who.clone(), provider.last_seen);
				Self::deposit_event(Event::ProviderSilenced { provider, last_seen });
			}
			Providers::<T>::insert(who, &provider);
			Ok::<_, DispatchError>(())
		});
		frame_support::defensive_assert!(silenced.is_ok(), "tickets are where their offers say");
	}
}

/// Whether a provider is in the draws, and nothing was heard of it in the whole session before this
/// one. Until then it may only have its turn later in the session.
fn is_silent<AccountId, BlockNumber>(
	provider: &Provider<AccountId, BlockNumber>,
	session: SessionIndex,
) -> bool {
	provider.tickets > 0 && provider.last_seen.saturating_add(1) < session
}
