//! Pure maths of the economy: no storage, no FRAME, no floating point.
//!
//! Everything saturates or says `None`; nothing panics, whatever the input. The properties are
//! tested by `proptest` beside each function.

#![cfg_attr(not(feature = "std"), no_std)]
#![deny(missing_docs)]
#![cfg_attr(
	not(test),
	deny(
		clippy::unwrap_used,
		clippy::expect_used,
		clippy::indexing_slicing,
		clippy::arithmetic_side_effects
	)
)]

mod assignment;
mod audits;
mod emission;
mod price;
mod reputation;
mod rewards;
mod shares;

pub use assignment::{draw, score, tickets};
pub use audits::{audit_rate, is_drawn, stake_per_answer, AuditPrice, Deterrence};
pub use emission::Curve;
pub use price::{charge, worst_case};
pub use reputation::{next_average, outcome_weight, Evidence};
pub use rewards::{pro_rata, shared, Pots, Terms};
pub use shares::{settle, Settlement, SettlementShares};
