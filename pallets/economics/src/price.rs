//! What work costs.

use reckon_primitives::{Balance, Price, Units};

/// Units that a chat template may add to a payload, beyond one unit per byte.
///
/// The templates of the families that we serve add fewer than 40 tokens per message; a payload of
/// many short messages is JSON whose own bytes pay for the template.
const TEMPLATE_ALLOWANCE: u32 = 256;

/// The charge for some work: `base + per_input · input + per_output · output`, and never more
/// than `max_price`, whatever the provider says.
pub fn charge(price: &Price<Balance>, units: Units, max_price: Balance) -> Balance {
	let input = price.per_input.saturating_mul(units.input.into());
	let output = price.per_output.saturating_mul(units.output.into());
	price.base.saturating_add(input).saturating_add(output).min(max_price)
}

/// The most units that work on a payload of so many bytes can have.
///
/// Byte-level and word-piece tokenizers make at most one token of a byte, so a delivery that
/// claims more is false.
pub fn worst_case(payload_bytes: u32, max_output: u32) -> Units {
	Units { input: payload_bytes.saturating_add(TEMPLATE_ALLOWANCE), output: max_output }
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	#[test]
	fn charge_should_add_up_when_below_the_maximum() {
		let price = Price { base: 10, per_input: 2, per_output: 3 };
		assert_eq!(charge(&price, Units { input: 5, output: 7 }, 1_000), 10 + 10 + 21);
	}

	proptest! {
		#[test]
		fn charge_should_never_exceed_the_maximum(
			base: u128, per_input: u128, per_output: u128, input: u32, output: u32, max: u128,
		) {
			let price = Price { base, per_input, per_output };
			let charged = charge(&price, Units { input, output }, max);
			prop_assert!(charged <= max);
		}

		#[test]
		fn charge_should_not_fall_when_there_is_more_work(
			base in 0u128..1 << 64, per in 0u128..1 << 64, input in 0u32..1 << 20, output in 0u32..1 << 20,
		) {
			let price = Price { base, per_input: per, per_output: per };
			let less = charge(&price, Units { input, output }, u128::MAX);
			let more = charge(&price, Units { input: input + 1, output: output + 1 }, u128::MAX);
			prop_assert_eq!(more - less, 2 * per);
		}
	}
}
