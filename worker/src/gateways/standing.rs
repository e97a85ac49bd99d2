//! Why a gateway asks this worker for nothing of a model, in words that its owner can do something with.

use codec::DecodeAll;
use reckon_gateway_protocol::v1;
use reckon_primitives::{Balance, ModelId, Price};
use reckon_sdk::format_amount;
use std::collections::BTreeMap;

/// The most models that a worker has, to a gateway.
const MAX_MODELS: usize = 256;

/// For which models nothing is asked, and why.
///
/// # Errors
/// When it can't be read.
pub(super) fn read(standing: &v1::Standing) -> Result<BTreeMap<ModelId, String>, String> {
	if standing.unasked.len() > MAX_MODELS {
		return Err(format!("a standing is about at most {MAX_MODELS} models"));
	}
	let read = |v1::Unasked { model, most }: &v1::Unasked| {
		let model: [u8; 32] =
			model.as_slice().try_into().map_err(|_| "a model's id has 32 bytes")?;
		let most = most.as_deref().map(|mut most| Price::<Balance>::decode_all(&mut most));
		let most = most.transpose().map_err(|error| format!("a price: {error}"))?;
		Ok((ModelId::from(model), why(most)))
	};
	standing.unasked.iter().map(read).collect()
}

fn why(most: Option<Price<Balance>>) -> String {
	match most {
		None => "the provider does not offer it in this gateway's subnet: \
			`reckon provider offer` does"
			.into(),
		Some(Price { base, per_input, per_output }) => {
			let [base, read, written] = [base, per_input, per_output].map(format_amount);
			format!(
				"the provider asks for more than requests pay here, at most {base} and for each token \
				 {read} read, {written} written: `reckon provider offer` changes the price"
			)
		},
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use codec::Encode;

	#[test]
	fn standing_should_be_read_as_gateways_write_it_and_nothing_else_be() {
		let model = ModelId::repeat_byte(7);
		let unasked = |most: Option<Vec<u8>>| v1::Unasked { model: model.0.to_vec(), most };
		let standing = |unasked: v1::Unasked| v1::Standing { unasked: vec![unasked] };
		let told = |most| read(&standing(unasked(most))).map(|told| told[&model].clone());

		assert_eq!(read(&v1::Standing::default()), Ok(BTreeMap::new()));
		assert!(told(None).unwrap().contains("does not offer it"));
		let price = Price::<Balance> { base: 2_000_000_000_000, per_input: 0, per_output: 0 };
		let dear = told(Some(price.encode())).unwrap();
		assert!(dear.contains("at most 2 RKN"), "{dear}");

		assert!(told(Some(vec![])).is_err() && told(Some(vec![1; 49])).is_err());
		let short = v1::Unasked { model: vec![1; 31], most: None };
		assert!(read(&standing(short)).is_err());
		let many = v1::Standing { unasked: vec![unasked(None); MAX_MODELS + 1] };
		assert!(read(&many).is_err());
	}
}
