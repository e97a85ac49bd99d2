//! The pallets' parameters, one file for each pallet of ours and each group of the others.

mod audits;
mod balances;
mod channels;
mod consensus;
mod jobs;
mod migrations;
mod models;
mod providers;
mod reputation;
mod rewards;
mod subnets;
mod system;
mod utility;
mod validator_staking;

pub use audits::LONGEST_AUDIT;
pub use balances::EXISTENTIAL_DEPOSIT;
pub use subnets::DISPUTE_WINDOW;
pub use utility::ProxyType;

use crate::Balance;
use reckon_primitives::token::UNIT;

/// The deposit for an entry in storage: dear enough that a million of them are a fortune.
pub const ITEM_DEPOSIT: Balance = UNIT / 10;
/// The deposit for a byte in storage.
pub const BYTE_DEPOSIT: Balance = UNIT / 10_000;
