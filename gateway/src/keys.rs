//! Who asks: API keys, and how a wallet gets them.

use crate::desk::Refusal;
use codec::DecodeAll;
use reckon_gateway_store::{Key, KeyId, Session, Store, StoreError};
use reckon_primitives::{AccountId, Balance};
use reckon_sdk::format_amount;
use sp_core::{ecdsa, ed25519, sr25519, Pair};
use sp_crypto_hashing::blake2_256;
use sp_runtime::{traits::Verify, MultiSignature};
use std::{
	collections::{BTreeMap, BTreeSet},
	sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// How long a challenge is good, in milliseconds.
const CHALLENGE_MILLIS: u64 = 300_000;
/// Challenges that were answered and are remembered, each for five minutes at most. Each has cost a signature.
const MAX_USED: usize = 1 << 20;
/// Keys that are remembered; others are looked up again.
const MAX_KNOWN: usize = 100_000;
/// What all keys begin with.
const PREFIX: &str = "sk-reckon-";

/// The keys that were seen, and the challenges that were answered.
#[derive(Clone, Default, Debug)]
pub struct Keys {
	state: Arc<Mutex<State>>,
	challenges: Arc<Challenges>,
}

#[derive(Default, Debug)]
struct State {
	known: BTreeMap<KeyId, Known>,
	sessions: BTreeMap<AccountId, Arc<SessionKey>>,
}

/// Challenges prove themselves: to give one costs no memory, so that nobody can keep others from theirs.
struct Challenges {
	secret: [u8; 32],
	/// Those that were answered: until when each is good, and its seal.
	used: Mutex<BTreeSet<(u64, [u8; 32])>>,
}

impl Default for Challenges {
	fn default() -> Self {
		Self { secret: rand::random(), used: Mutex::default() }
	}
}

impl std::fmt::Debug for Challenges {
	fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
		write!(f, "Challenges")
	}
}

impl Challenges {
	/// What nobody else can make for this account and text.
	fn seal(&self, owner: &AccountId, text: &str) -> [u8; 32] {
		// What comes first has one length, and Blake2 can't be carried on.
		blake2_256(&[&self.secret, AsRef::<[u8]>::as_ref(owner), text.as_bytes()].concat())
	}

	/// Until when a challenge is good, and its seal, if it was given to this account.
	fn opened(&self, owner: &AccountId, challenge: &str) -> Option<(u64, [u8; 32])> {
		let (text, seal) = challenge.rsplit_once('-')?;
		let sealed = self.seal(owner, text);
		// Of hashes nobody learns by the time that it takes where they differ.
		if blake2_256(seal.as_bytes()) != blake2_256(hex(&sealed).as_bytes()) {
			return None;
		}
		let (until, _nonce) = text.rsplit(' ').next()?.split_once('-')?;
		Some((until.parse().ok()?, sealed))
	}

	/// Notes that one was answered; false when it was before.
	fn mark_used(&self, used: (u64, [u8; 32]), now: u64) -> Result<bool, Refusal> {
		let mut all = self.used.lock().unwrap_or_else(PoisonError::into_inner);
		while all.first().is_some_and(|(until, _)| *until <= now) {
			all.pop_first();
		}
		if all.len() >= MAX_USED {
			let what = "many people are signing in".into();
			return Err(Refusal::TooMany { what, after_ms: 10_000 });
		}
		Ok(all.insert(used))
	}
}

fn hex(bytes: &[u8]) -> String {
	bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The key that signs an account's vouchers.
pub struct SessionKey {
	pair: sr25519::Pair,
}

impl SessionKey {
	/// Of a session. It costs as much as a signature.
	pub fn new(session: &Session) -> Self {
		Self { pair: sr25519::Pair::from_seed(&session.seed) }
	}

	/// What channels name.
	pub fn public(&self) -> sr25519::Public {
		self.pair.public()
	}

	/// Signs.
	pub fn sign(&self, payload: &[u8]) -> sr25519::Signature {
		self.pair.sign(payload)
	}
}

impl std::fmt::Debug for SessionKey {
	fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
		write!(f, "SessionKey({})", self.public())
	}
}

#[derive(Debug)]
struct Known {
	key: Key,
	/// What running requests may cost.
	reserved: Balance,
}

/// A part of a key's limit. Given back when it is dropped; what was charged is told before.
#[derive(Debug)]
pub struct Hold {
	keys: Keys,
	id: KeyId,
	amount: Balance,
}

impl Hold {
	/// The request has cost this.
	pub fn charge(self, amount: Balance) {
		if let Some(known) = self.keys.lock().known.get_mut(&self.id) {
			known.key.spent = known.key.spent.saturating_add(amount);
		}
	}
}

impl Drop for Hold {
	fn drop(&mut self) {
		if let Some(known) = self.keys.lock().known.get_mut(&self.id) {
			known.reserved = known.reserved.saturating_sub(self.amount);
		}
	}
}

/// A new key's text: 32 random bytes in hexadecimal.
pub fn new_secret() -> String {
	let bytes: [u8; 32] = rand::random();
	format!("{PREFIX}{}", hex(&bytes))
}

/// A key's name for us.
pub fn key_id(secret: &str) -> KeyId {
	blake2_256(secret.as_bytes()).into()
}

impl Keys {
	/// The key that a client shows.
	///
	/// # Errors
	/// When there is none, it was revoked, or the store can't be asked.
	pub async fn find(&self, store: &dyn Store, secret: &str) -> Result<Key, Refusal> {
		if !secret.starts_with(PREFIX) || secret.len() > 128 {
			return Err(Refusal::InvalidKey);
		}
		self.named(store, key_id(secret)).await
	}

	/// The key with this name.
	///
	/// # Errors
	/// When there is none, it was revoked, or the store can't be asked.
	pub async fn named(&self, store: &dyn Store, id: KeyId) -> Result<Key, Refusal> {
		let known = self.lock().known.get(&id).map(|known| known.key.clone());
		let key = match known {
			Some(key) => key,
			None => {
				let found = store.key(id).await;
				let found = found.map_err(|error| Refusal::Unavailable(error.to_string()))?;
				let key = found.ok_or(Refusal::InvalidKey)?;
				let mut state = self.lock();
				if state.known.len() >= MAX_KNOWN {
					state.known.retain(|_, known| known.reserved > 0);
				}
				state.known.entry(id).or_insert(Known { key: key.clone(), reserved: 0 });
				key
			},
		};
		match key.revoked {
			Some(_) => Err(Refusal::KeyRevoked),
			None => Ok(key),
		}
	}

	/// The session of an account, which is made at its first key and never changes: what is known here
	/// need not be asked of the store.
	///
	/// # Errors
	/// When the store can't be asked.
	pub async fn session(
		&self,
		store: &dyn Store,
		owner: &AccountId,
	) -> Result<Arc<SessionKey>, StoreError> {
		if let Some(known) = self.lock().sessions.get(owner) {
			return Ok(known.clone());
		}
		let seed: [u8; 32] = rand::random();
		let public = sr25519::Pair::from_seed(&seed).public();
		let fresh = Session { owner: owner.clone(), public, seed };
		let session = Arc::new(SessionKey::new(&store.session(&fresh).await?));
		let mut state = self.lock();
		if state.sessions.len() >= MAX_KNOWN {
			state.sessions.clear();
		}
		state.sessions.insert(owner.clone(), session.clone());
		Ok(session)
	}

	/// Keeps a part of a key's limit for a request.
	///
	/// # Errors
	/// When its limit does not suffice.
	pub fn hold(&self, key: &Key, amount: Balance) -> Result<Hold, Refusal> {
		let mut state = self.lock();
		let known = state.known.entry(key.id);
		let known = known.or_insert_with(|| Known { key: key.clone(), reserved: 0 });
		let spent = known.key.spent.saturating_add(known.reserved);
		let left = known.key.limit.saturating_sub(spent);
		if left < amount {
			return Err(Refusal::InsufficientFunds {
				needed: format_amount(amount),
				left: format_amount(left),
				fix: "this API key's limit is nearly spent: make another key".into(),
			});
		}
		known.reserved = known.reserved.saturating_add(amount);
		Ok(Hold { keys: self.clone(), id: key.id, amount })
	}

	/// A request of a key's has cost this, that was admitted before this program started.
	pub fn charge(&self, id: &KeyId, amount: Balance) {
		if let Some(known) = self.lock().known.get_mut(id) {
			known.key.spent = known.key.spent.saturating_add(amount);
		}
	}

	/// A key is out of use from now on.
	pub fn revoked(&self, id: &KeyId, at: u64) {
		if let Some(known) = self.lock().known.get_mut(id) {
			known.key.revoked = Some(at);
		}
	}

	/// What a wallet signs to get keys of `gateway`.
	pub fn challenge(&self, gateway: &AccountId, owner: &AccountId, now: u64) -> String {
		let until = now.saturating_add(CHALLENGE_MILLIS);
		let nonce = hex(&rand::random::<[u8; 16]>());
		let text = format!(
			"Reckon gateway {gateway}: make an API key for {owner}. Nothing is paid. {until}-{nonce}"
		);
		let seal = self.challenges.seal(owner, &text);
		format!("{text}-{}", hex(&seal))
	}

	/// Whether a challenge was signed by whom it was for. It is good once.
	///
	/// # Errors
	/// When it is not ours, old, used or for another account, or the signature is not the account's.
	pub fn answered(
		&self,
		owner: &AccountId,
		challenge: &str,
		signature: &[u8],
		now: u64,
	) -> Result<(), Refusal> {
		let refuse = |why: &str| Err(Refusal::SignIn(why.into()));
		let Some(opened) = self.challenges.opened(owner, challenge) else {
			return refuse("this challenge was not given to this account: ask for another one");
		};
		if opened.0 <= now {
			return refuse("this challenge is older than five minutes: ask for another one");
		}
		// Wallets wrap what they sign, so that it is never a transaction.
		let wrapped = format!("<Bytes>{challenge}</Bytes>");
		let signed = [wrapped.as_bytes(), challenge.as_bytes()];
		if !signed.iter().any(|text| is_signed_by(owner, text, signature)) {
			return refuse("the signature is not the account's, or not of this challenge");
		}
		match self.challenges.mark_used(opened, now)? {
			true => Ok(()),
			false => refuse("this challenge was used before: ask for another one"),
		}
	}

	fn lock(&self) -> MutexGuard<'_, State> {
		self.state.lock().unwrap_or_else(PoisonError::into_inner)
	}
}

/// Whether an account has signed this, with a key of any kind that the chain takes. Some wallets say the kind
/// in a byte before the signature and some don't: it counts in whichever way it is good.
fn is_signed_by(owner: &AccountId, message: &[u8], signature: &[u8]) -> bool {
	let readings = [
		MultiSignature::decode_all(&mut &*signature).ok(),
		sr25519::Signature::try_from(signature).ok().map(Into::into),
		ed25519::Signature::try_from(signature).ok().map(Into::into),
		ecdsa::Signature::try_from(signature).ok().map(Into::into),
		ecdsa::KeccakSignature::try_from(signature).ok().map(MultiSignature::Eth),
	];
	readings.into_iter().flatten().any(|signature| signature.verify(message, owner))
}

#[cfg(test)]
mod tests {
	use super::*;
	use codec::Encode;
	use sp_crypto_hashing::keccak_256;
	use sp_runtime::{traits::IdentifyAccount, MultiSigner};

	fn key(limit: Balance) -> Key {
		Key {
			id: key_id("sk-reckon-1"),
			name: "test".into(),
			owner: AccountId::new([1; 32]),
			limit,
			spent: 0,
			created: 0,
			revoked: None,
		}
	}

	#[test]
	fn limit_should_hold_whatever_runs_at_once() {
		let (keys, key) = (Keys::default(), key(100));
		let one = keys.hold(&key, 60).unwrap();
		assert!(keys.hold(&key, 41).is_err());
		let two = keys.hold(&key, 40).unwrap();
		one.charge(10);
		drop(two);
		assert!(keys.hold(&key, 91).is_err());
		assert!(keys.hold(&key, 90).is_ok());
	}

	#[test]
	fn challenge_should_be_good_once_for_its_account_and_for_five_minutes() {
		let keys = Keys::default();
		let pair = sr25519::Pair::from_seed(&[3; 32]);
		let owner = AccountId::new(pair.public().0);
		let other = AccountId::new([4; 32]);
		let text = keys.challenge(&other, &owner, 1_000);
		assert!(text.contains(&owner.to_string()));
		let wrapped = pair.sign(format!("<Bytes>{text}</Bytes>").as_bytes());
		assert!(keys.answered(&other, &text, &wrapped.0, 2_000).is_err());
		// Nobody else can use it up, and nobody can change it.
		let later = text.replacen("301000-", "999000-", 1);
		assert_ne!(later, text);
		let signature = pair.sign(format!("<Bytes>{later}</Bytes>").as_bytes());
		assert!(keys.answered(&owner, &later, &signature.0, 2_000).is_err());
		assert!(Keys::default().answered(&owner, &text, &wrapped.0, 2_000).is_err(), "another's");
		assert_eq!(keys.answered(&owner, &text, &wrapped.0, 2_000), Ok(()));
		assert!(keys.answered(&owner, &text, &wrapped.0, 2_000).is_err(), "twice");
		for (later, good) in [(299_999, true), (300_000, false)] {
			let text = keys.challenge(&other, &owner, 1_000);
			let signature = pair.sign(format!("<Bytes>{text}</Bytes>").as_bytes());
			let answered = keys.answered(&owner, &text, &signature.0, 1_000 + later);
			assert_eq!(answered.is_ok(), good, "{later}");
			let again = keys.answered(&owner, &text, &signature.0, 1_000);
			assert!(again.is_err() || !good, "twice");
		}
		let text = keys.challenge(&other, &owner, 1_000);
		assert!(keys.answered(&owner, &text, &[0; 64], 1_000).is_err());
	}

	#[test]
	fn account_should_sign_in_with_any_kind_of_key_and_with_its_own_alone() {
		let message = b"a challenge";
		let bare = |signature: &MultiSignature| signature.encode().split_off(1);
		let check = |signature: MultiSignature, signer: MultiSigner| {
			let (owner, other) = (signer.into_account(), AccountId::new([4; 32]));
			for bytes in [signature.encode(), bare(&signature)] {
				assert!(is_signed_by(&owner, message, &bytes), "{signature:?}");
				assert!(!is_signed_by(&other, message, &bytes));
				assert!(!is_signed_by(&owner, b"another", &bytes));
			}
			assert!(!is_signed_by(&owner, message, &bare(&signature)[1..]));
		};
		let (schnorr, edwards) =
			(sr25519::Pair::from_seed(&[3; 32]), ed25519::Pair::from_seed(&[3; 32]));
		let curve = ecdsa::Pair::from_seed(&[3; 32]);
		check(schnorr.sign(message).into(), schnorr.public().into());
		check(edwards.sign(message).into(), edwards.public().into());
		check(curve.sign(message).into(), curve.public().into());
		let signed = curve.sign_prehashed(&keccak_256(message)).0;
		let signed = MultiSignature::Eth(ecdsa::KeccakSignature::from_raw(signed));
		check(signed, MultiSigner::Eth(ecdsa::KeccakPublic::from_raw(curve.public().0)));
		assert!(!is_signed_by(&AccountId::new([0; 32]), message, &[]));
	}

	#[test]
	fn sign_in_should_be_open_however_many_others_have_begun_to() {
		let keys = Keys::default();
		let pair = sr25519::Pair::from_seed(&[3; 32]);
		let owner = AccountId::new(pair.public().0);
		let gateway = AccountId::new([4; 32]);
		let text = keys.challenge(&gateway, &owner, 1_000);
		for _ in 0..20_000 {
			keys.challenge(&gateway, &gateway, 1_000);
		}
		let signature = pair.sign(text.as_bytes());
		assert_eq!(keys.answered(&owner, &text, &signature.0, 1_000), Ok(()));
		// What is used is forgotten when it is no good any more.
		let text = keys.challenge(&gateway, &owner, 900_000);
		let signature = pair.sign(text.as_bytes());
		assert_eq!(keys.answered(&owner, &text, &signature.0, 900_000), Ok(()));
		assert_eq!(keys.challenges.used.lock().unwrap().len(), 1);
	}
}
