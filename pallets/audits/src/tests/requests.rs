//! Clients that pay for an audit.

use super::nearly;
use crate::{mock::*, Event, Phase, DRAW_DELAY};
use frame_support::{assert_noop, assert_ok};
use reckon_primitives::JobId;
use reckon_support::{
	mocks::{MockModels, MockSubjects},
	AuditOutcome, AuditedAnswer, Cause,
};
use sp_runtime::{DispatchError, TokenError};

type Error = crate::Error<Test>;

/// Three seats.
const FEE: u128 = 3 * SEAT_FEE;

fn request(id: JobId) -> sp_runtime::DispatchResult {
	Audits::request_audit(RuntimeOrigin::signed(CLIENT), id, FEE)
}

/// A job that was delivered and is not audited.
fn delivered(n: u8) -> JobId {
	let id = job(n);
	MockSubjects::insert(id, subject(id));
	id
}

#[test]
fn audit_should_be_made_when_a_client_pays_for_it() {
	run(|| {
		assert_eq!(Audits::audit_fee(0, CHARGE), FEE);
		// Half a percent for each.
		assert_eq!(Audits::audit_fee(0, 10_000), 150);
		let id = delivered(1);
		assert_ok!(request(id));
		let requested = Event::AuditRequested { audit: id, client: CLIENT, fee: FEE };
		assert_eq!(events().last(), Some(&requested));
		assert_eq!(held(CLIENT), FEE);
		pass(DRAW_DELAY);
		assert_eq!((audit(id).phase, audit(id).cause), (Phase::Committing, Cause::Requested));
		// Such work is audited as often as all of this provider's: the slash follows from that.
		assert_eq!(audit(id).rate, Audits::audit_rate(0, PROVIDER, CHARGE));
	});
}

#[test]
fn request_should_take_the_place_of_the_lot() {
	run(|| {
		for n in 0..50 {
			let id = submit(n, false);
			assert_ok!(request(id));
			pass(DRAW_DELAY);
			assert_eq!(audit(id).phase, Phase::Committing);
		}
	});
}

#[test]
fn request_should_be_refused_when_there_is_nothing_to_pay_for() {
	run(|| {
		let id = delivered(1);
		let uncalibrated = AuditedAnswer { model: UNCALIBRATED, ..subject(job(2)) };
		MockSubjects::insert(job(2), uncalibrated);
		let foreign = AuditedAnswer { client: account(1), ..subject(job(3)) };
		MockSubjects::insert(job(3), foreign);
		let attested = submit(4, true);
		let running = drawn(5);
		let client = || RuntimeOrigin::signed(CLIENT);
		for (origin, id, expected) in [
			(RuntimeOrigin::none(), id, DispatchError::BadOrigin),
			(RuntimeOrigin::root(), id, DispatchError::BadOrigin),
			(client(), job(9), Error::NothingToAudit.into()),
			(RuntimeOrigin::signed(PROVIDER), id, Error::NotClient.into()),
			(client(), job(2), Error::NotAuditable.into()),
			(client(), job(3), Error::NotClient.into()),
			(client(), attested, Error::AlreadyAudited.into()),
			(client(), running, Error::AlreadyAudited.into()),
		] {
			assert_noop!(Audits::request_audit(origin, id, FEE), expected);
		}
		let cheaper = Audits::request_audit(client(), id, FEE - 1);
		assert_noop!(cheaper, Error::FeeTooHigh);
		assert_ok!(request(id));
		assert_noop!(request(id), Error::AlreadyAudited);
		let poor = AuditedAnswer { client: 77, ..subject(job(6)) };
		MockSubjects::insert(job(6), poor);
		assert_noop!(
			Audits::request_audit(RuntimeOrigin::signed(77), job(6), FEE),
			TokenError::FundsUnavailable
		);
	});
}

#[test]
fn fee_should_be_shared_and_the_remainder_stay_in_the_pot_when_the_answer_is_right() {
	run(|| {
		let id = delivered(1);
		assert_ok!(request(id));
		pass(DRAW_DELAY);
		let seats = seated(id);
		// Two of three vote: 21 is 10 for each, and 1 stays.
		round(id, RIGHT, |n, _| (n != 0).then(|| computed(id, RIGHT)));
		assert_eq!(outcome(id), AuditOutcome::Accepted);
		assert_eq!(
			(free(seats[0]), free(seats[1]), free(seats[2])),
			(START, START + 10, START + 10)
		);
		assert_eq!((free(CLIENT), held(CLIENT)), (START - 21, 0));
		assert_eq!(free(POT), START + 1);
	});
}

#[test]
fn fee_should_go_back_and_the_provider_pay_when_the_answer_is_convicted() {
	run(|| {
		let id = delivered(1);
		assert_ok!(request(id));
		pass(DRAW_DELAY);
		round(id, OTHER, |_, _| Some(computed(id, RIGHT)));
		assert_eq!(held(CLIENT), FEE);
		round(id, OTHER, |_, _| Some(computed(id, RIGHT)));
		assert!(is_rejected(id));
		assert_eq!(ruling(id).unwrap().costs, FEE);
		assert_eq!((free(CLIENT), held(CLIENT)), (START, 0));
	});
}

#[test]
fn fee_should_go_back_when_nobody_says_anything() {
	run(|| {
		let id = delivered(1);
		assert_ok!(request(id));
		pass(200);
		assert_eq!(outcome(id), AuditOutcome::Inconclusive);
		assert_eq!((free(CLIENT), held(CLIENT)), (START, 0));
	});
}

#[test]
fn fee_should_be_shared_when_nobody_can_tell() {
	run(|| {
		let id = delivered(1);
		assert_ok!(request(id));
		pass(DRAW_DELAY);
		round(id, RIGHT, |_, _| Some(nearly(id)));
		round(id, RIGHT, |_, _| Some(nearly(id)));
		assert_eq!(outcome(id), AuditOutcome::Doubtful);
		// 21 among three and nine.
		assert_eq!(Counted::all().len(), 12);
		assert_eq!((free(CLIENT), held(CLIENT)), (START - 21, 0));
		assert_eq!(free(POT), START + 9);
	});
}

#[test]
fn part_of_the_fee_should_stay_in_the_pot_when_an_auditor_can_not_be_paid() {
	run(|| {
		let id = delivered(1);
		assert_ok!(request(id));
		pass(DRAW_DELAY);
		let gone = seated(id)[0];
		let rest = free(gone);
		frame_support::assert_ok!(Balances::transfer_allow_death(
			RuntimeOrigin::signed(gone),
			CLIENT,
			rest
		));
		round(id, RIGHT, |_, _| Some(computed(id, RIGHT)));
		// Seven is less than the least balance.
		assert_eq!((free(gone), held(CLIENT)), (0, 0));
		assert_eq!(free(CLIENT), START + rest - 21);
		assert_eq!(free(POT), START + 7);
	});
}

#[test]
fn model_should_be_auditable_when_it_is_calibrated_and_reproducible() {
	run(|| {
		use reckon_support::Auditing;
		let auditable = |model| <Audits as Auditing<AccountId, u128>>::is_auditable(&model);
		assert!(auditable(MODEL));
		assert!(!auditable(UNCALIBRATED));
		assert!(!auditable(job(1)));
		MockModels::make_tolerant(MODEL);
		assert!(!auditable(MODEL));
	});
}
