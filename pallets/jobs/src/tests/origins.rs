//! Who may call what: nobody but a signer.

use crate::{mock::*, Call};
use frame_support::{assert_noop, assert_ok};
use reckon_primitives::Reason;
use sp_runtime::{traits::Dispatchable, DispatchError::BadOrigin};

#[test]
fn calls_should_be_refused_when_nobody_signed_them_and_else_be_accepted() {
	run(|| {
		add_provider(PROVIDERS[0]);
		let delivered = drawn(request());
		answer(delivered, delivery());
		let declined = drawn(request());
		add_provider(PROVIDERS[1]);
		let assigned = drawn(request());
		let waiting = submit(request());
		let client = RuntimeOrigin::signed(CLIENT);
		let calls = [
			(client.clone(), Call::submit_job { request: request() }),
			(worker(PROVIDERS[1]), Call::deliver { job: assigned, delivery: delivery() }),
			(worker(PROVIDERS[0]), Call::decline { job: declined, reason: Reason::Busy }),
			(client.clone(), Call::cancel { job: waiting }),
			(client, Call::dispute { job: delivered }),
		];
		for (signer, call) in calls {
			let call = RuntimeCall::Jobs(call);
			for origin in [RuntimeOrigin::root(), RuntimeOrigin::none()] {
				assert_noop!(call.clone().dispatch(origin), BadOrigin);
			}
			// Nothing else was wrong with it.
			assert_ok!(call.dispatch(signer));
		}
	});
}
