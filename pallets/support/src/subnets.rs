//! Asking for a subnet's rules.

use reckon_primitives::SubnetId;
use sp_runtime::Permill;

/// A subnet's rules, as far as jobs need them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SubnetParameters {
	/// The treasury's share of each charge.
	pub treasury_share: Permill,
}

/// Asks for a subnet's rules.
pub trait SubnetInspect {
	/// The rules, if the subnet exists. At most one storage read.
	fn subnet(id: SubnetId) -> Option<SubnetParameters>;
}

/// Only subnet 0 exists; its treasury has 5 %.
impl SubnetInspect for () {
	fn subnet(id: SubnetId) -> Option<SubnetParameters> {
		(id == 0).then_some(SubnetParameters { treasury_share: Permill::from_percent(5) })
	}
}
