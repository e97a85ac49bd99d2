use crate::{mock::*, Error};
use frame_support::{assert_noop, assert_ok, dispatch::GetDispatchInfo};
use reckon_primitives::*;
use reckon_support::mocks::{MockModels, MockPool, MockSubnets};
use sp_core::H256;
use sp_runtime::{Permill, TokenError};

fn in_subnet() -> JobRequest<crate::mock::AccountId, Balance, u32> {
	JobRequest { subnet: SUBNET, ..request() }
}

#[test]
fn job_should_be_divided_and_disputed_by_its_subnets_rules_when_it_names_one() {
	run(|| {
		add_provider(PROVIDERS[0]);
		let id = drawn(in_subnet());
		assert_ok!(Jobs::deliver(worker(PROVIDERS[0]), id, delivery()));
		to_block(10);
		assert_eq!(Jobs::why(id), Some(Reason::InDisputeWindow));
		to_block(11);
		assert_eq!(Jobs::why(id), Some(Reason::Paid));
		// 158: 20 % to the treasury and 10 % to the model's owner, rounded down.
		assert_eq!(free(TREASURY), START + 31);
		assert_eq!(free(MODEL_OWNER), START + 15);
		assert_eq!(free(PROVIDERS[0]), START + 112);
	});
}

#[test]
fn job_should_wait_when_nobody_has_the_bond_that_its_subnet_asks_for() {
	run(|| {
		add_provider(PROVIDERS[0]);
		MockPool::set_bond(PROVIDERS[0], 499);
		let id = drawn(in_subnet());
		assert_eq!(Jobs::why(id), Some(Reason::NoneBonded));
		MockPool::set_bond(PROVIDERS[0], 500);
		to_block(4);
		assert_eq!(Jobs::why(id), Some(Reason::InProgress));
	});
}

#[test]
fn job_should_be_refused_when_its_subnet_closes_or_does_not_admit_the_model() {
	run(|| {
		let other = H256([8; 32]);
		MockModels::insert(other, MODEL_OWNER, Permill::zero(), &[TaskKind::Chat]);
		assert_noop!(
			Jobs::submit_job(
				RuntimeOrigin::signed(CLIENT),
				JobRequest { model: other, ..in_subnet() }
			),
			Error::<Test>::ModelNotInSubnet
		);
		MockSubnets::retire(SUBNET);
		assert_noop!(
			Jobs::submit_job(RuntimeOrigin::signed(CLIENT), in_subnet()),
			Error::<Test>::SubnetClosed
		);
	});
}

#[test]
fn earnings_should_go_into_escrow_when_money_lacks() {
	run(|| {
		assert_ok!(Jobs::submit_job(RuntimeOrigin::signed(EARNER), request()));
		assert_eq!(Balances::reserved_balance(EARNER), 1_000);
		// What the least balance needs stays.
		assert_eq!(free(EARNER), 10);
		assert_eq!(free(POT), START + EARNED - 910);

		let too_dear = JobRequest { max_price: EARNED + 100, ..request() };
		assert_noop!(
			Jobs::submit_job(RuntimeOrigin::signed(EARNER), too_dear),
			TokenError::FundsUnavailable
		);
	});
}

#[test]
fn earnings_should_be_weighed_only_when_they_were_needed() {
	run(|| {
		let call = || crate::Call::<Test>::submit_job { request: request() };
		let most = RuntimeCall::Jobs(call()).get_dispatch_info().call_weight;
		let rich = Jobs::submit_job(RuntimeOrigin::signed(CLIENT), request()).unwrap();
		let actual = rich.actual_weight.expect("less than the most");
		assert_eq!(most.ref_time() - actual.ref_time(), 777);
		let poor = Jobs::submit_job(RuntimeOrigin::signed(EARNER), request()).unwrap();
		assert_eq!(poor.actual_weight, None);
	});
}
