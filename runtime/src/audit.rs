//! The audit key's place in the session keys. The audits pallet takes it over when it comes.

use reckon_primitives::AccountId;
use sp_runtime::{BoundToRuntimeAppPublic, KeyTypeId};

/// Names audit keys in the keystore.
pub const AUDIT_KEY_TYPE: KeyTypeId = KeyTypeId(*b"audt");

mod app {
	use sp_application_crypto::{app_crypto, sr25519};
	app_crypto!(sr25519, super::AUDIT_KEY_TYPE);
}

/// The key with which a validator votes in audits.
pub type AuditId = app::Public;

/// Holds the place of the audit keys: takes them with the other session keys, uses them nowhere
/// yet.
pub struct AuditKeys;

impl BoundToRuntimeAppPublic for AuditKeys {
	type Public = AuditId;
}

impl frame_support::traits::OneSessionHandler<AccountId> for AuditKeys {
	type Key = AuditId;

	fn on_genesis_session<'a, I: Iterator<Item = (&'a AccountId, AuditId)> + 'a>(_: I) {}

	fn on_new_session<'a, I: Iterator<Item = (&'a AccountId, AuditId)> + 'a>(_: bool, _: I, _: I) {}

	fn on_disabled(_: u32) {}
}
