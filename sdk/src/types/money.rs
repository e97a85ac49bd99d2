//! Amounts, accounts, and money that is held.

use super::{Balance, BlockNumber, ChannelId, EntryId, JobId, ModelId};
use serde::{Deserialize, Serialize};
use subxt::{ext::scale_decode::DecodeAsType, utils::H256};

/// The chain's token.
pub mod token {
	/// The ticker that wallets show.
	pub const SYMBOL: &str = "RKN";
	/// Decimal places of one RKN.
	pub const DECIMALS: u8 = 12;
	/// The SS58 prefix of addresses.
	pub const SS58_PREFIX: u16 = 42;
	/// One RKN in the smallest unit.
	pub const UNIT: u128 = 1_000_000_000_000;
}

/// What some money is held for.
#[derive(Clone, PartialEq, Eq, Debug, DecodeAsType, Serialize, Deserialize)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
#[serde(rename_all = "snake_case")]
pub enum HeldFor {
	/// The maximum price of a job.
	Job(JobId),
	/// A provider's bond.
	ProviderBond,
	/// A bond, or a part of one, on its way back to a provider.
	ProviderUnbonding,
	/// The deposit for an entry's place in the store.
	StoreDeposit(EntryId),
	/// The deposit for a subnet's place in storage.
	SubnetDeposit(u32),
	/// A gateway's bond.
	GatewayBond,
	/// A bond, or a part of one, on its way back to a gateway.
	GatewayUnbonding,
	/// A validator candidate's own stake.
	ValidatorStake,
	/// Stake that stands behind another's candidacy.
	Delegation,
	/// Stake, own or delegated, on its way back.
	StakeUnbonding,
	/// What a client pays the auditors of a job.
	AuditFee(JobId),
	/// What a client has put into a payment channel and its gateway has not taken.
	Channel(ChannelId),
	/// The deposit for a validator's session keys.
	SessionKeys,
	/// The deposits for proxies, and for what proxies have announced.
	Proxies,
	/// The deposits for what this account has begun for multisigs.
	Multisigs,
	/// The deposit for a complaint about a receipt, which is named by the hash of its leaf.
	Complaint(H256),
	/// What stays of a removed model's deposit, since its id is remembered for good.
	RetiredModel(ModelId),
}

/// One held amount.
#[derive(Clone, PartialEq, Eq, Debug, DecodeAsType, Serialize, Deserialize)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub struct Held {
	/// What for.
	pub held_for: HeldFor,
	/// How much.
	#[serde(with = "super::as_string")]
	pub amount: Balance,
	/// The block by which the chain itself moves on with it; `None` while it stays until its
	/// owner acts.
	pub next_step_at: Option<BlockNumber>,
}

/// A part of a bond that stands for nothing new any more and is not returned yet; slashes reach it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, DecodeAsType, Serialize, Deserialize)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub struct Unbonding {
	/// How much.
	#[serde(with = "super::as_string")]
	pub amount: Balance,
	/// From which block on the chain returns it.
	pub until: BlockNumber,
}

/// An account's money.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Account {
	/// What can be spent, but for the existential deposit.
	#[serde(with = "super::as_string")]
	pub free: Balance,
	/// What is held; [`crate::At::held_by`] says what for.
	#[serde(with = "super::as_string")]
	pub held: Balance,
	/// What is frozen.
	#[serde(with = "super::as_string")]
	pub frozen: Balance,
	/// How many transactions it has made.
	pub nonce: u64,
}

/// What a client has put into escrow for its jobs, or into channels, as long as its account is there:
/// `deposited = paid + refunded + held`, always.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, DecodeAsType, Serialize, Deserialize)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub struct Ledger {
	/// All that was ever put into escrow.
	#[serde(with = "super::as_string")]
	pub deposited: Balance,
	/// All that was ever paid out of it.
	#[serde(with = "super::as_string")]
	pub paid: Balance,
	/// All that ever came back.
	#[serde(with = "super::as_string")]
	pub refunded: Balance,
	/// What is in escrow.
	#[serde(with = "super::as_string")]
	pub held: Balance,
}

/// An amount for people: `1.5 RKN`.
pub fn format_amount(amount: Balance) -> String {
	let whole = amount / token::UNIT;
	let part = amount % token::UNIT;
	if part == 0 {
		return format!("{whole} {}", token::SYMBOL);
	}
	let digits = format!("{part:0width$}", width = usize::from(token::DECIMALS));
	format!("{whole}.{} {}", digits.trim_end_matches('0'), token::SYMBOL)
}

/// Reads an amount as people write it: `1.5`, `1.5 RKN` or `1.5RKN` in RKN, and `1500 units` in
/// the smallest unit.
///
/// # Errors
/// A sentence, when it is not a number, has more than 12 decimal places or is too large.
pub fn parse_amount(text: &str) -> Result<Balance, String> {
	let complain = || format!("'{text}' is no amount: write for example 1.5 or 1500 units");
	let text_trimmed = text.trim().replace('_', "");
	if let Some(units) = text_trimmed.strip_suffix("units") {
		return units.trim().parse().map_err(|_| complain());
	}
	let number = text_trimmed.strip_suffix(token::SYMBOL).unwrap_or(&text_trimmed).trim();
	let (whole, part) = number.split_once('.').unwrap_or((number, ""));
	let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
	let places = usize::from(token::DECIMALS);
	if number.is_empty() || number == "." || !digits(whole) || !digits(part) || part.len() > places
	{
		return Err(complain());
	}
	let whole: u128 = if whole.is_empty() { 0 } else { whole.parse().map_err(|_| complain())? };
	let part: u128 = format!("{part:0<places$}").parse().map_err(|_| complain())?;
	whole.checked_mul(token::UNIT).and_then(|amount| amount.checked_add(part)).ok_or_else(complain)
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn amount_should_read_back_when_written() {
		for amount in [0, 1, token::UNIT, 1_500_000_000_000, 1_234_567_890_123_456, u128::MAX] {
			assert_eq!(parse_amount(&format_amount(amount)), Ok(amount));
		}
		assert_eq!(format_amount(1_500_000_000_000), "1.5 RKN");
		assert_eq!(parse_amount("25 units"), Ok(25));
		assert_eq!(parse_amount("0.000000000001"), Ok(1));
	}

	#[test]
	fn amount_should_be_refused_when_it_is_none() {
		for text in ["", ".", "-1", "1e3", "1.0000000000001", "RKN", "one", "1.2.3", "٣"] {
			assert!(parse_amount(text).is_err(), "{text}");
		}
		assert!(parse_amount(&"9".repeat(60)).is_err());
	}
}
