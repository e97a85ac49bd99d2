//! Whose money went where: before and after, to the last unit.

use reckon_sdk::{format_amount, AccountId, At, Balance};
use serde_json::{json, Value};

use crate::{
	context::failure,
	failure::{Failure, Result},
	output::table,
};

/// The treasury's account.
pub fn treasury() -> AccountId {
	account_of(b"rkn/trsy")
}

/// What auditors are paid from.
pub fn audit_pot() -> AccountId {
	account_of(b"rkn/audt")
}

/// What batches of receipts have charged and nobody has yet.
pub fn till() -> AccountId {
	account_of(b"rkn/chan")
}

/// The account of a pallet id, as the runtime derives it.
fn account_of(id: &[u8; 8]) -> AccountId {
	let mut bytes = [0; 32];
	for (byte, given) in bytes.iter_mut().zip(b"modl".iter().chain(id)) {
		*byte = *given;
	}
	AccountId::from(bytes)
}

/// What several accounts have at one block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Balances {
	/// The block's number.
	pub block: u32,
	rows: Vec<Row>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Row {
	who: &'static str,
	free: Balance,
	held: Balance,
}

impl Row {
	fn total(&self) -> Balance {
		self.free.saturating_add(self.held)
	}
}

impl Balances {
	/// Reads them, all at the same block.
	///
	/// # Errors
	/// When the node does not answer.
	pub async fn read(at: &At, accounts: &[(&'static str, AccountId)]) -> Result<Self> {
		let mut rows = Vec::new();
		for (who, account) in accounts {
			let money = at.account(account).await.map_err(failure)?;
			rows.push(Row { who, free: money.free, held: money.held });
		}
		Ok(Self { block: at.block().number, rows })
	}

	/// All of it together.
	pub fn total(&self) -> Balance {
		self.rows.iter().map(Row::total).sum()
	}

	/// What one of the accounts has, free and held.
	pub fn of(&self, who: &str) -> Balance {
		self.rows.iter().find(|row| row.who == who).map(Row::total).unwrap_or_default()
	}

	fn to_json(&self) -> Value {
		let row = |row: &Row| json!({ "who": row.who, "free": row.free.to_string(), "held": row.held.to_string() });
		let rows: Vec<_> = self.rows.iter().map(row).collect();
		json!({ "block": self.block, "accounts": rows, "total": self.total().to_string() })
	}
}

/// The accounts' balances before and after some jobs, and what explains the difference.
#[derive(Debug)]
pub struct Audit {
	before: Balances,
	after: Balances,
	/// What the client paid for its transactions.
	fees: Balance,
	/// What the jobs cost, with their audits.
	charges: Balance,
	/// What batches of an earlier run's receipts have taken out of the client's channels meanwhile.
	batched: Balance,
}

/// The client in the tables.
pub const CLIENT: &str = "client";
/// The provider in the tables.
pub const PROVIDER: &str = "provider";
/// The models' owner in the tables.
pub const OWNER: &str = "models' owner";
/// The treasury in the tables.
pub const TREASURY: &str = "treasury";
/// What auditors are paid from, in the tables.
pub const AUDIT_POT: &str = "auditors' pot";
/// Where the money of batches waits, in the tables.
pub const TILL: &str = "channels' till";
/// The gateway in the tables.
pub const GATEWAY: &str = "gateway";

impl Audit {
	/// Compares; every unit must be accounted for.
	///
	/// # Errors
	/// When one is not.
	pub fn new(
		before: Balances,
		after: Balances,
		fees: Balance,
		charges: Balance,
		batched: Balance,
	) -> Result<Self> {
		let audit = Self { before, after, fees, charges, batched };
		let lost = |who| audit.before.of(who).checked_sub(audit.after.of(who));
		let paid = fees.checked_add(charges).and_then(|paid| paid.checked_add(batched));
		// That the others have gained what the client lost follows from both.
		let wrong = if audit.before.total() != audit.after.total() {
			Some("the totals before and after differ")
		} else if lost(CLIENT) != paid {
			Some("the client has not lost exactly the fees and the charges")
		} else {
			None
		};
		match wrong {
			None => Ok(audit),
			Some(wrong) => Err(Failure::new(
				"money_does_not_add_up",
				format!("MONEY DOES NOT ADD UP: {wrong}\n{}", audit.to_text()),
			)
			.fix("this is a defect of the chain: keep the directory and report it")),
		}
	}

	/// The treasury's share of the charges.
	fn treasury_share(&self) -> Balance {
		let gained = self.after.of(TREASURY).saturating_sub(self.before.of(TREASURY));
		gained.saturating_sub(self.fees)
	}

	/// As a table, with a line that says where the money went.
	pub fn to_text(&self) -> String {
		let number = |amount: Balance| fixed(amount);
		let heads = [
			String::from("RKN"),
			format!("before (#{})", self.before.block),
			format!("after (#{})", self.after.block),
			"change".into(),
			"of it held".into(),
		];
		let mut rows = vec![heads.to_vec()];
		for (before, after) in self.before.rows.iter().zip(&self.after.rows) {
			rows.push(vec![
				before.who.into(),
				number(before.total()),
				number(after.total()),
				change(before.total(), after.total()),
				number(after.held),
			]);
		}
		let (before, after) = (self.before.total(), self.after.total());
		let held = self.after.rows.iter().map(|row| row.held).sum();
		rows.push(vec![
			"sum".into(),
			number(before),
			number(after),
			change(before, after),
			number(held),
		]);
		let gained = |who| self.after.of(who).saturating_sub(self.before.of(who));
		let batched = match self.batched {
			0 if gained(GATEWAY) == 0 => String::new(),
			_ => format!(
				"\nreceipts of an earlier run were paid meanwhile, which is in these numbers too: {} more",
				format_amount(self.batched)
			),
		};
		format!(
			"{}\nthe client paid {} for the answers and {} in transaction fees;\n\
			 of the answers' price the provider has {}, the models' owner, who is the validator too, {}, the \
			 treasury {}, and the pot for audits by lot {}; the fees went to the treasury{batched}",
			table(&rows),
			format_amount(self.charges),
			format_amount(self.fees),
			format_amount(gained(PROVIDER)),
			format_amount(gained(OWNER)),
			format_amount(self.treasury_share()),
			format_amount(gained(AUDIT_POT)),
		)
	}

	/// For programs.
	pub fn to_json(&self) -> Value {
		json!({
			"before": self.before.to_json(),
			"after": self.after.to_json(),
			"fees": self.fees.to_string(),
			"charges": self.charges.to_string(),
			"batched": self.batched.to_string(),
			"treasury_share": self.treasury_share().to_string(),
		})
	}
}

/// A number of RKN with all twelve decimals, so that columns line up.
fn fixed(amount: Balance) -> String {
	let unit = reckon_sdk::token::UNIT;
	format!("{}.{:012}", amount / unit, amount % unit)
}

fn change(before: Balance, after: Balance) -> String {
	match after.checked_sub(before) {
		Some(0) => "0".into(),
		Some(gain) => format!("+{}", fixed(gain)),
		None => format!("-{}", fixed(before - after)),
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	fn balances(client: Balance, provider: Balance, owner: Balance, treasury: Balance) -> Balances {
		let row = |who, free| Row { who, free, held: 0 };
		Balances {
			block: 1,
			rows: vec![
				row(CLIENT, client),
				row(PROVIDER, provider),
				row(OWNER, owner),
				row(TREASURY, treasury),
			],
		}
	}

	#[test]
	fn audit_should_pass_when_every_unit_is_accounted_for() {
		let audit = Audit::new(balances(100, 0, 0, 0), balances(85, 8, 1, 6), 5, 10, 0).unwrap();
		assert_eq!(audit.treasury_share(), 1);
		assert!(audit.to_text().contains("sum"));
		// A batch has taken five more, and its provider has them.
		let audit = Audit::new(balances(100, 0, 0, 0), balances(80, 13, 1, 6), 5, 10, 5).unwrap();
		assert!(audit.to_text().contains("earlier run"), "{}", audit.to_text());
	}

	#[test]
	fn audit_should_fail_loudly_when_a_unit_is_missing() {
		for after in [
			balances(84, 8, 1, 6),
			balances(85, 8, 1, 5),
			balances(86, 8, 1, 5),
			balances(100, 0, 0, 0),
		] {
			let failure = Audit::new(balances(100, 0, 0, 0), after, 5, 10, 0).unwrap_err();
			assert!(failure.message.contains("DOES NOT ADD UP"), "{failure}");
		}
	}

	#[test]
	fn accounts_should_be_those_that_the_runtime_derives() {
		let expected = *b"modlrkn/trsy\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";
		assert_eq!(treasury(), AccountId::from(expected));
		let expected = *b"modlrkn/audt\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";
		assert_eq!(audit_pot(), AccountId::from(expected));
		let expected = *b"modlrkn/chan\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";
		assert_eq!(till(), AccountId::from(expected));
	}
}
