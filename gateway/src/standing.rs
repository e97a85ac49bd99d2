//! For which of its models a worker gets no requests, and why: so that its owner hears of it.

use codec::Encode;
use reckon_gateway_protocol::v1::{self, to_worker};
use reckon_primitives::{Balance, ModelId, Price};
use std::collections::BTreeMap;

/// Why a worker gets no requests for a model that it has.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Unasked {
	/// Its provider has no offer of it in this gateway's subnet.
	NotOffered,
	/// Its provider asks for more than this, which is the most that a request pays.
	TooDear(Price<Balance>),
}

/// By model.
pub(crate) type Standing = BTreeMap<ModelId, Unasked>;

/// As it is told to the worker.
pub(crate) fn message(standing: &Standing) -> to_worker::Message {
	let unasked = standing.iter().map(|(model, why)| v1::Unasked {
		model: model.0.to_vec(),
		most: match why {
			Unasked::NotOffered => None,
			Unasked::TooDear(most) => Some(most.encode()),
		},
	});
	to_worker::Message::Standing(v1::Standing { unasked: unasked.collect() })
}
