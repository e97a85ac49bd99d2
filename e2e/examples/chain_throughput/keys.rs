//! Accounts by the thousand, and transactions made without asking the node for anything.

use codec::Encode;
use reckon_runtime::{
	AccountId, Hash, Nonce, RuntimeCall, Signature, TxExtension, UncheckedExtrinsic, VERSION,
};
use sp_core::{crypto::DeriveJunction, sr25519, Pair};
use sp_runtime::generic::{Era, SignedPayload};

/// A key and the number of its next transaction.
pub struct Key {
	pair: sr25519::Pair,
	genesis: Hash,
	nonce: Nonce,
}

impl Key {
	/// A development account of the chain with this genesis.
	pub fn new(suri: &str, genesis: Hash) -> Self {
		let pair = sr25519::Pair::from_string(suri, None).expect("a development account");
		Self { pair, genesis, nonce: 0 }
	}

	/// The account `//number` below this one.
	pub fn child(&self, number: u32) -> Self {
		let path = std::iter::once(DeriveJunction::hard(number));
		let (pair, _) = self.pair.derive(path, None).expect("every number will do");
		Self { pair, genesis: self.genesis, nonce: 0 }
	}

	/// The account.
	pub fn account(&self) -> AccountId {
		self.pair.public().into()
	}

	/// Signs a call with the next nonce, as a wallet does. It never expires: the chain does soon.
	pub fn sign(&mut self, call: impl Into<RuntimeCall>) -> Vec<u8> {
		let extension: TxExtension = (
			frame_system::AuthorizeCall::new(),
			frame_system::CheckNonZeroSender::new(),
			frame_system::CheckSpecVersion::new(),
			frame_system::CheckTxVersion::new(),
			frame_system::CheckGenesis::new(),
			frame_system::CheckMortality::from(Era::Immortal),
			frame_system::CheckNonce::from(self.nonce),
			frame_system::CheckWeight::new(),
			pallet_transaction_payment::ChargeTransactionPayment::from(0),
			frame_metadata_hash_extension::CheckMetadataHash::new(false),
			frame_system::WeightReclaim::new(),
		);
		let (spec, transaction) = (VERSION.spec_version, VERSION.transaction_version);
		let implicit =
			((), (), spec, transaction, self.genesis, self.genesis, (), (), (), None, ());
		let call: RuntimeCall = call.into();
		let payload = SignedPayload::from_raw(call, extension, implicit);
		let signature: Signature = payload.using_encoded(|bytes| self.pair.sign(bytes)).into();
		let (call, extension, _) = payload.deconstruct();
		self.nonce += 1;
		UncheckedExtrinsic::new_signed(call, self.account().into(), signature, extension).encode()
	}
}
