//! What those of other people's pallets that clients use weigh on this chain: measured as ours are, by
//! `make weights`. The others have the weights that they come with.

pub mod frame_system;
pub mod frame_system_extensions;
pub mod pallet_balances;
pub mod pallet_timestamp;
pub mod pallet_transaction_payment;
pub mod pallet_utility;
