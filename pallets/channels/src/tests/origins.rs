//! Who may call what: nobody but a signer.

use crate::{mock::*, Call};
use frame_support::{assert_noop, assert_ok};
use reckon_receipts::{Item, SignedReceipt};
use sp_core::Pair;
use sp_runtime::{traits::Dispatchable, DispatchError::BadOrigin};

#[test]
fn calls_should_be_refused_when_nobody_signed_them_and_else_be_accepted() {
	run(|| {
		let channel = open(CLIENT);
		let (first, twin) =
			(receipt(1, PROVIDERS[0], channel, 1_000), receipt(1, PROVIDERS[1], channel, 400));
		let mut forged = receipt(2, PROVIDERS[0], channel, 100);
		forged.signature.0[0] ^= 1;
		let batched = tree([first.clone(), twin.clone(), forged.clone()]);
		let batch = commit(&batched, [claim(CLIENT, channel, 0, 1_500)]);
		let found = |wanted: &SignedReceipt<AccountId>| -> Box<Item<AccountId>> {
			let places = [(0, 0), (0, 1), (1, 0)].into_iter();
			let mut items = places.map(|(total, index)| item(&batched, total, index));
			Box::new(items.find(|item| item.receipt == *wanted).unwrap())
		};
		let next = tree([receipt(3, PROVIDERS[0], channel, 50)]);
		let session_key = session(CLIENT).public();
		let calls = [
			(CLIENT, Call::open { gateway: GATEWAY, deposit: DEPOSIT, lanes: 4, session_key }),
			(CLIENT, Call::top_up { channel, amount: 5 }),
			(
				GATEWAY,
				Call::commit_batch {
					leaves: LEAVES,
					totals: totals(&next),
					claims: claims([claim(CLIENT, channel, 0, 50)]),
				},
			),
			(OTHER_CLIENT, Call::report_item { batch, item: found(&forged) }),
			(
				OTHER_CLIENT,
				Call::report_twins { batch, first: found(&first), second: found(&twin) },
			),
			(CLIENT, Call::request_close { channel }),
			(GATEWAY, Call::close { channel }),
		];
		for (signer, call) in calls {
			let call = RuntimeCall::Channels(call);
			for origin in [RuntimeOrigin::root(), RuntimeOrigin::none()] {
				assert_noop!(call.clone().dispatch(origin), BadOrigin);
			}
			// Nothing else was wrong with it.
			assert_ok!(call.dispatch(signed(signer)));
		}
	});
}
