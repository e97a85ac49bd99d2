//! What a node's transaction pool says to a transaction.

use crate::error::SubmitError;
use subxt::rpcs::Error as RpcError;

/// What to do after a transaction was handed to a node.
#[derive(Clone, Debug)]
pub(super) enum Verdict {
	/// The pool has it.
	Taken,
	/// The nonce is used already, by this very transaction or by another one: the blocks tell.
	NonceUsed,
	/// Another transaction with this nonce is in the pool.
	NonceContested,
	/// The pool refuses the bytes for now: it banned them for a while, or it is full.
	Later(String),
	/// The call's transaction is no good.
	Never(SubmitError),
	/// The node did not answer: it may have the transaction, or not.
	Unknown(String),
}

/// Reads a pool's refusal. The codes are those of Substrate's `author` methods; the texts of
/// code 1010 name what is invalid.
pub(super) fn verdict(error: &RpcError, account: &str) -> Verdict {
	let RpcError::User(error) = error else {
		return Verdict::Unknown(error.to_string());
	};
	let detail = error.data.as_ref().map(|data| data.get().to_owned()).unwrap_or_default();
	let text = format!("{} {detail}", error.message);
	match error.code {
		1010 if text.contains("outdated") || text.contains("Stale") => Verdict::NonceUsed,
		1010 if text.contains("ancient birth block") => Verdict::NonceUsed,
		1010 if text.contains("Inability to pay") || text.contains("Payment") => {
			Verdict::Never(SubmitError::CannotPay { account: account.to_owned() })
		},
		1010 if text.contains("exhaust") => Verdict::Later(text),
		1010 | 1002 | 1011 => Verdict::Never(SubmitError::Pool(text.trim().to_owned())),
		1012 | 1016 | 1018 => Verdict::Later(text),
		1013 => Verdict::Taken,
		1014 => Verdict::NonceContested,
		_ => Verdict::Never(SubmitError::Pool(text.trim().to_owned())),
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	fn refusal(code: i32, message: &str, data: &str) -> RpcError {
		let json = serde_json::json!({ "code": code, "message": message, "data": data });
		RpcError::User(serde_json::from_value(json).unwrap())
	}

	#[test]
	fn verdict_should_follow_the_code_when_the_pool_refuses() {
		let ask = |code, data| verdict(&refusal(code, "Invalid Transaction", data), "5G");
		assert!(matches!(ask(1010, "Transaction is outdated"), Verdict::NonceUsed));
		assert!(matches!(
			ask(1010, "Inability to pay some fees (e.g. account balance too low)"),
			Verdict::Never(SubmitError::CannotPay { .. })
		));
		assert!(matches!(
			ask(1010, "Transaction has a bad signature"),
			Verdict::Never(SubmitError::Pool(_))
		));
		assert!(matches!(ask(1012, ""), Verdict::Later(_)));
		assert!(matches!(ask(1013, ""), Verdict::Taken));
		assert!(matches!(ask(1014, "priority"), Verdict::NonceContested));
		assert!(matches!(verdict(&RpcError::Client("gone".into()), "5G"), Verdict::Unknown(_)));
	}
}
