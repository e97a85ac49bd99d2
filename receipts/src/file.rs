//! Receipts as they lie in files: JSON, with hashes in hexadecimal after `0x`, accounts and keys in
//! SS58, signatures in hexadecimal, and amounts as decimal strings, since JavaScript rounds numbers.

use crate::{
	batch::{Item, Proof, Total},
	receipt::SignedReceipt,
	request::Request,
	tree::{Path, PathError, Root},
	voucher::SignedVoucher,
};
use reckon_primitives::AccountId;
use serde::{Deserialize, Serialize};
use sp_core::{sr25519, H256};

/// A receipt with all that its holder has to check it by; nothing but this is needed for that.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReceiptFile {
	/// The genesis hash of the chain that it is for.
	pub genesis: H256,
	/// What the worker has signed.
	pub signed: SignedReceipt<AccountId>,
	/// What the client has signed for it.
	#[serde(default, skip_serializing_if = "Option::is_none")]
	pub paid_by: Option<PaidBy>,
	/// The batch that it is in.
	#[serde(default, skip_serializing_if = "Option::is_none")]
	pub batch: Option<BatchProof>,
	/// What was asked, for who asked it: who has this answer audited shows it to the chain. As its SCALE bytes
	/// in hex.
	#[serde(default, skip_serializing_if = "Option::is_none", with = "scale")]
	pub request: Option<Request>,
}

/// A voucher, and who must have signed it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PaidBy {
	/// The voucher.
	pub signed: SignedVoucher,
	/// The channel's session key.
	pub session_key: sr25519::Public,
}

/// The proof that a receipt is in a batch.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BatchProof {
	/// The batch's root, as the chain has it.
	pub root: Root,
	/// The total that counts the receipt.
	pub total: Total<AccountId>,
	/// Which of the batch's totals that is.
	pub position: u32,
	/// The siblings on the way from the total to the batch's root.
	pub total_path: Path,
	/// Which of the total's receipts this is.
	pub index: u32,
	/// The siblings on the way from the receipt to the total's root.
	pub path: Path,
}

impl BatchProof {
	/// Of a batch with this root.
	pub fn new(root: Root, proof: Proof<AccountId>) -> Self {
		let Proof { item: Item { total: position, index, path, .. }, total, path: total_path } =
			proof;
		Self { root, total, position, total_path, index, path }
	}

	/// Checks that the receipt is in the batch.
	///
	/// # Errors
	/// When it is not.
	pub fn verify(&self, receipt: &SignedReceipt<AccountId>) -> Result<(), PathError> {
		let Self { root, total, position, total_path, index, path } = self.clone();
		let item = Item { total: position, index, receipt: receipt.clone(), path };
		Proof { item, total, path: total_path }.verify(&root)
	}
}

/// What the chain reads too, as hex.
mod scale {
	use codec::{DecodeAll, Encode};
	use serde::{de::Error, Deserializer, Serialize, Serializer};

	pub fn serialize<V: Encode, S: Serializer>(
		value: &Option<V>,
		to: S,
	) -> Result<S::Ok, S::Error> {
		match value {
			Some(value) => sp_core::bytes::serialize(&value.encode(), to),
			None => None::<()>.serialize(to),
		}
	}

	pub fn deserialize<'de, V: DecodeAll, D: Deserializer<'de>>(
		from: D,
	) -> Result<Option<V>, D::Error> {
		let bytes = sp_core::bytes::deserialize(from)?;
		V::decode_all(&mut &bytes[..]).map(Some).map_err(D::Error::custom)
	}
}

/// Amounts as decimal strings.
pub(crate) mod decimal {
	use alloc::string::{String, ToString};
	use reckon_primitives::Balance;
	use serde::{de::Error, Deserialize, Deserializer, Serializer};

	pub fn serialize<S: Serializer>(amount: &Balance, to: S) -> Result<S::Ok, S::Error> {
		to.serialize_str(&amount.to_string())
	}

	pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Balance, D::Error> {
		let text = String::deserialize(from)?;
		// No sign and no leading zeros: one way to write an amount.
		let digits = text.bytes().all(|byte| byte.is_ascii_digit());
		let plain = text == "0" || !text.starts_with('0');
		text.parse()
			.ok()
			.filter(|_| digits && plain)
			.ok_or_else(|| D::Error::custom("an amount is a string of decimal digits"))
	}
}
