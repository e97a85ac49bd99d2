//! What those of other people's pallets that clients use weigh on this chain: measured as ours are, by
//! `make weights`. Those of consensus have the weights that they come with.

pub mod frame_system;
pub mod frame_system_extensions;
pub mod pallet_balances;
pub mod pallet_migrations;
pub mod pallet_multisig;
pub mod pallet_proxy;
pub mod pallet_sudo;
pub mod pallet_timestamp;
pub mod pallet_transaction_payment;
pub mod pallet_utility;
