//! Asking for reputations.

use sp_runtime::Permill;

/// Asks for a provider's reputation.
pub trait ReputationInspect<AccountId> {
	/// From 0 (never delivers) to 1 (always delivers). At most one storage read.
	fn score(who: &AccountId) -> Permill;
}

/// Nobody has a name yet: everybody has the newcomer's one half.
impl<AccountId> ReputationInspect<AccountId> for () {
	fn score(_: &AccountId) -> Permill {
		Permill::from_percent(50)
	}
}
