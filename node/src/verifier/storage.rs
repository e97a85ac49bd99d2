//! The off-chain worker's database, with what auditors keep out of the RPC's reach.
//!
//! `offchain_localStorageGet` and its like, unsafe calls, see all that off-chain workers keep, under
//! [`STORAGE_PREFIX`](sp_core::offchain::STORAGE_PREFIX). An auditor's salts hide its votes, and its verifier's token
//! lets in whoever has it; and whoever writes there could make it vote otherwise. So this is what the
//! workers get for their database: what is of audits lies elsewhere in it, and the verifier's settings
//! lie in memory alone.

use codec::{Decode, Encode};
use reckon_runtime::auditing::{AuditorStatus, VerifierSettings, STATUS_KEY, VERIFIER_KEY};
use sp_core::offchain::{OffchainStorage, STORAGE_PREFIX};
use std::sync::{Arc, PoisonError, RwLock};

/// What the keys of audits begin with.
const AUDITS: &[u8] = b"reckon:audits:";
/// Where they lie. No key of the RPC's comes here: before each is its own prefix, and this does not
/// begin with that.
const PREFIX: &[u8] = b"reckon-auditor:";

/// A node's off-chain database, as its off-chain workers see it. Cheap to clone.
#[derive(Clone)]
pub struct AuditorStorage<S> {
	database: S,
	/// What is under [`VERIFIER_KEY`].
	settings: Arc<RwLock<Option<Vec<u8>>>>,
}

impl<S: OffchainStorage> AuditorStorage<S> {
	/// In this database. Nothing is known of a verifier.
	pub fn new(database: S) -> Self {
		Self { database, settings: Arc::default() }
	}

	/// Says where the verifier is, or that there is none.
	pub fn tell(&self, settings: Option<&VerifierSettings>) {
		let mut told = self.settings.write().unwrap_or_else(PoisonError::into_inner);
		*told = settings.map(Encode::encode);
	}

	/// What the off-chain worker has noted about itself.
	pub fn status(&self) -> AuditorStatus {
		let bytes = self.get(STORAGE_PREFIX, STATUS_KEY).unwrap_or_default();
		AuditorStatus::decode(&mut bytes.as_slice()).unwrap_or_default()
	}
}

fn is_settings(prefix: &[u8], key: &[u8]) -> bool {
	prefix == STORAGE_PREFIX && key == VERIFIER_KEY
}

fn place<'a>(prefix: &'a [u8], key: &[u8]) -> &'a [u8] {
	match prefix == STORAGE_PREFIX && key.starts_with(AUDITS) {
		true => PREFIX,
		false => prefix,
	}
}

impl<S: OffchainStorage> OffchainStorage for AuditorStorage<S> {
	fn set(&mut self, prefix: &[u8], key: &[u8], value: &[u8]) {
		// Where the verifier is, the node says.
		if !is_settings(prefix, key) {
			self.database.set(place(prefix, key), key, value);
		}
	}

	fn remove(&mut self, prefix: &[u8], key: &[u8]) {
		if !is_settings(prefix, key) {
			self.database.remove(place(prefix, key), key);
		}
	}

	fn get(&self, prefix: &[u8], key: &[u8]) -> Option<Vec<u8>> {
		match is_settings(prefix, key) {
			true => self.settings.read().unwrap_or_else(PoisonError::into_inner).clone(),
			false => self.database.get(place(prefix, key), key),
		}
	}

	fn compare_and_set(
		&mut self,
		prefix: &[u8],
		key: &[u8],
		old: Option<&[u8]>,
		new: &[u8],
	) -> bool {
		!is_settings(prefix, key)
			&& self.database.compare_and_set(place(prefix, key), key, old, new)
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use sp_core::offchain::storage::InMemOffchainStorage;
	use std::sync::Mutex;

	/// A database that others hold too, as the RPC does.
	#[derive(Clone, Default)]
	struct Shared(Arc<Mutex<InMemOffchainStorage>>);

	impl OffchainStorage for Shared {
		fn set(&mut self, prefix: &[u8], key: &[u8], value: &[u8]) {
			self.0.lock().unwrap().set(prefix, key, value);
		}

		fn remove(&mut self, prefix: &[u8], key: &[u8]) {
			self.0.lock().unwrap().remove(prefix, key);
		}

		fn get(&self, prefix: &[u8], key: &[u8]) -> Option<Vec<u8>> {
			self.0.lock().unwrap().get(prefix, key)
		}

		fn compare_and_set(
			&mut self,
			prefix: &[u8],
			key: &[u8],
			old: Option<&[u8]>,
			new: &[u8],
		) -> bool {
			self.0.lock().unwrap().compare_and_set(prefix, key, old, new)
		}
	}

	const RECORD: &[u8] = b"reckon:audits:record:1";

	#[test]
	fn votes_should_be_kept_where_the_rpc_neither_reads_nor_writes() {
		let rpc = Shared::default();
		let mut worker = AuditorStorage::new(rpc.clone());
		worker.set(STORAGE_PREFIX, RECORD, b"salt");
		assert_eq!(worker.get(STORAGE_PREFIX, RECORD), Some(b"salt".to_vec()));
		assert_eq!(rpc.get(STORAGE_PREFIX, RECORD), None);
		let anew = AuditorStorage::new(rpc.clone());
		assert_eq!(
			anew.get(STORAGE_PREFIX, RECORD),
			Some(b"salt".to_vec()),
			"it outlives restarts"
		);

		rpc.clone().set(STORAGE_PREFIX, RECORD, b"other");
		rpc.clone().remove(STORAGE_PREFIX, RECORD);
		assert_eq!(worker.get(STORAGE_PREFIX, RECORD), Some(b"salt".to_vec()));
		assert!(!worker.compare_and_set(STORAGE_PREFIX, RECORD, Some(b"other"), b"x"));
		assert!(worker.compare_and_set(STORAGE_PREFIX, RECORD, Some(b"salt"), b"new"));
		assert_eq!(worker.get(STORAGE_PREFIX, RECORD), Some(b"new".to_vec()));
		worker.remove(STORAGE_PREFIX, RECORD);
		assert_eq!(worker.get(STORAGE_PREFIX, RECORD), None);
		// Whatever key the RPC names, its own prefix is before it.
		assert!(!PREFIX.starts_with(STORAGE_PREFIX) && !STORAGE_PREFIX.starts_with(PREFIX));
	}

	#[test]
	fn what_is_not_of_audits_should_be_where_it_was() {
		let mut rpc = Shared::default();
		let mut worker = AuditorStorage::new(rpc.clone());
		rpc.set(STORAGE_PREFIX, b"others", b"a");
		rpc.set(b"other", RECORD, b"b");
		assert_eq!(worker.get(STORAGE_PREFIX, b"others"), Some(b"a".to_vec()));
		assert_eq!(worker.get(b"other", RECORD), Some(b"b".to_vec()));
		assert!(worker.compare_and_set(STORAGE_PREFIX, b"others", Some(b"a"), b"c"));
		assert_eq!(rpc.get(STORAGE_PREFIX, b"others"), Some(b"c".to_vec()));
	}

	#[test]
	fn token_should_never_be_in_the_database() {
		let rpc = Shared::default();
		let mut worker = AuditorStorage::new(rpc.clone());
		assert_eq!(worker.get(STORAGE_PREFIX, VERIFIER_KEY), None);
		let url = b"http://127.0.0.1:1".to_vec().try_into().unwrap();
		let settings = VerifierSettings { url, token: b"secret".to_vec().try_into().unwrap() };
		worker.clone().tell(Some(&settings));
		assert_eq!(worker.get(STORAGE_PREFIX, VERIFIER_KEY), Some(settings.encode()));
		for prefix in [STORAGE_PREFIX, PREFIX] {
			assert_eq!(rpc.get(prefix, VERIFIER_KEY), None);
		}
		// Nobody says another from there, nor from the runtime.
		rpc.clone().set(STORAGE_PREFIX, VERIFIER_KEY, b"elsewhere");
		worker.set(STORAGE_PREFIX, VERIFIER_KEY, b"elsewhere");
		worker.remove(STORAGE_PREFIX, VERIFIER_KEY);
		let old = settings.encode();
		assert!(!worker.compare_and_set(STORAGE_PREFIX, VERIFIER_KEY, Some(&old), b"elsewhere"));
		assert_eq!(worker.get(STORAGE_PREFIX, VERIFIER_KEY), Some(settings.encode()));
		worker.tell(None);
		assert_eq!(worker.get(STORAGE_PREFIX, VERIFIER_KEY), None);
	}
}
