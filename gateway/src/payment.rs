//! Payment: a voucher that covers a request, made with a session's key or checked.

use crate::{desk::Refusal, keys::SessionKey, reservation::Reservation};
use reckon_receipts::{SignedVoucher, Voucher};
use reckon_sdk::format_amount;
use sp_core::H256;

/// The voucher of a request that an API key pays for.
pub fn sign(session: &SessionKey, genesis: &H256, place: &Reservation) -> SignedVoucher {
	let voucher = Voucher {
		channel: place.channel,
		lane: place.lane,
		cumulative: place.spent.saturating_add(place.amount),
		request: place.request,
	};
	let signature = session.sign(&voucher.payload(genesis));
	SignedVoucher { voucher, signature }
}

/// Whether a client's own voucher covers its request.
///
/// # Errors
/// With what is wrong with it.
pub fn check(voucher: &SignedVoucher, genesis: &H256, place: &Reservation) -> Result<(), Refusal> {
	let refuse = |code, why| Err(Refusal::Voucher { code, why });
	if voucher.voucher.request != place.request {
		let why = "it was signed for another request than the body makes".to_owned();
		return refuse("voucher_request", why);
	}
	match voucher.voucher.uncovered(place.spent) {
		Err(_) => {
			let spent = place.spent;
			let why = format!("{spent} was spent through lane {} before", place.lane);
			return refuse("voucher_stale", why);
		},
		Ok(covers) if covers < place.amount => {
			let (covers, needed) = (format_amount(covers), format_amount(place.amount));
			let why = format!("it covers {covers}, the request can cost {needed}");
			return refuse("voucher_too_low", why);
		},
		Ok(_) => {},
	}
	if !voucher.verify(genesis, &place.session_key) {
		let why = "the channel's session key has not signed it for this chain".to_owned();
		return refuse("voucher_forged", why);
	}
	Ok(())
}
