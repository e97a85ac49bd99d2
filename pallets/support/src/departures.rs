//! Telling who is gone.

use frame_support::weights::Weight;

/// Is told that a provider has left for good: it has its bond back, and no job is left.
pub trait OnProviderLeft<AccountId> {
	/// The provider has left.
	fn on_provider_left(provider: &AccountId);
	/// The most that [`Self::on_provider_left`] weighs.
	fn on_provider_left_weight() -> Weight;
}

#[impl_trait_for_tuples::impl_for_tuples(8)]
impl<AccountId> OnProviderLeft<AccountId> for Tuple {
	fn on_provider_left(provider: &AccountId) {
		for_tuples!( #( Tuple::on_provider_left(provider); )* );
	}

	fn on_provider_left_weight() -> Weight {
		let mut weight = Weight::zero();
		for_tuples!( #( weight = weight.saturating_add(Tuple::on_provider_left_weight()); )* );
		weight
	}
}
