//! Answers out of batches: how often they are sampled, and what one of them stands for.

use crate::{mock::*, Event, Phase, DRAW_DELAY};
use frame_support::assert_noop;
use reckon_economics::{audit_rate, Deterrence};
use reckon_primitives::{Balance, ModelId};
use reckon_support::{
	mocks::{MockModels, MockPool, MockSubjects, MockSubnets},
	AuditOutcome, AuditedAnswer, Cause, Conviction, GatewayExposure, SampleAuditing, SampleTerms,
	SampledTotal, SubnetParameters,
};
use sp_core::H256;
use sp_runtime::Permill;

type Error = crate::Error<Test>;

/// Three seats.
const FEE: Balance = 3 * SEAT_FEE;

fn terms_of(model: ModelId, receipts: u32, charge: Balance, outstanding: Balance) -> SampleTerms {
	let (subnet, provider, model) = (0, &PROVIDER, &model);
	<Audits as SampleAuditing<_>>::terms(&SampledTotal {
		subnet,
		provider,
		model,
		receipts,
		charge,
		outstanding,
		exposure: GatewayExposure { outstanding: charge, bond: Balance::MAX / 4 },
	})
}

fn terms(receipts: u32, charge: Balance, outstanding: Balance) -> SampleTerms {
	terms_of(MODEL, receipts, charge, outstanding)
}

fn deterrence() -> Deterrence {
	Audits::deterrence()
}

#[test]
fn totals_should_be_sampled_by_name_and_by_what_is_behind_them() {
	run(|| {
		let rules: SubnetParameters = Audits::rules(0);
		let by_name =
			audit_rate(rules.audit_rate_min, rules.audit_rate_max, Permill::from_percent(50));
		// A thousandth of the bond is at stake.
		let charge = BOND / 1_000;
		MockPool::set_bond(PROVIDER, BOND);
		let often = terms(10, 100 * charge, 100 * charge);
		assert!(often.rate >= by_name);
		// The more is outstanding, the more often.
		let all = terms(10, 100 * charge, 5_000 * charge);
		let stake = <MockPool as reckon_support::ProviderPool<_, _>>::stake_per_job(&PROVIDER);
		assert_eq!(all.rate, deterrence().rate(5_000 * charge, stake));
		assert!(all.rate > often.rate);
		// What is expected to be paid for it, and hardly more.
		let premium = often.premium.mul_floor(100 * charge);
		let expected = often.rate.mul_ceil(FEE);
		assert!((expected..=expected + 1).contains(&premium), "{premium} {expected}");
	});
}

#[test]
fn totals_should_be_sampled_by_what_is_behind_their_gateway_too() {
	run(|| {
		MockPool::set_bond(PROVIDER, Balance::MAX / 4);
		let of = |bond| {
			let exposure = GatewayExposure { outstanding: 5_000, bond };
			let (provider, model) = (&PROVIDER, &MODEL);
			<Audits as SampleAuditing<_>>::terms(&SampledTotal {
				subnet: 0,
				provider,
				model,
				receipts: 1,
				charge: 1_000,
				outstanding: 1_000,
				exposure,
			})
			.rate
		};
		assert_eq!(of(5_000), deterrence().rate(5_000, 5_000));
		assert!(of(5_000) > of(Balance::MAX / 4));
		let rate = Permill::from_percent(5);
		let penalty = <Audits as SampleAuditing<AccountId>>::penalty(1_000, rate);
		assert_eq!(penalty, deterrence().slash(1_000, rate));
	});
}

#[test]
fn little_totals_should_not_be_eaten_up_by_audits() {
	run(|| {
		MockPool::set_bond(PROVIDER, Balance::from(u64::MAX));
		let SampleTerms { rate, premium } = terms(1, 2, 2);
		assert!(!rate.is_zero());
		// Half of it, and what can't be divided.
		assert!(premium <= Permill::from_percent(50) + Permill::from_parts(1), "{premium:?}");
		// With hardly a bond behind it every total is looked at all the same.
		MockPool::set_bond(PROVIDER, 0);
		assert_eq!(
			terms(1, 2, 2),
			SampleTerms { rate: terms(1, 2, 2).rate, premium: Permill::one() }
		);
		assert!(terms(1, 2, 2).rate > Permill::from_percent(80));
	});
}

#[test]
fn totals_should_not_be_sampled_when_nothing_of_them_can_be_audited() {
	run(|| {
		let nothing = SampleTerms::default();
		assert_eq!(terms_of(UNCALIBRATED, 5, 1_000, 1_000), nothing);
		assert_eq!(terms_of(H256::zero(), 5, 1_000, 1_000), nothing);
		assert_eq!(terms(5, 0, 1_000), nothing);
		MockModels::make_tolerant(MODEL);
		assert_eq!(terms(5, 1_000, 1_000), nothing);
		// Whatever the numbers are.
		MockSubnets::retire(0);
		let all = terms_of(MODEL, 0, Balance::MAX, 0);
		assert_eq!(all, nothing);
	});
}

fn sample(n: u8, at_stake: Balance, rate: Permill) -> (H256, bool) {
	let id = job(n);
	let answer = AuditedAnswer { at_stake, ..subject(id) };
	MockSubjects::insert(id, answer.clone());
	(id, <Audits as SampleAuditing<_>>::sample(&id, answer, rate))
}

#[test]
fn sample_should_be_audited_for_certain_and_once() {
	run(|| {
		let rate = Permill::from_percent(1);
		for n in 0..20 {
			let (id, is_new) = sample(n, CHARGE, rate);
			assert!(is_new);
			assert!(!sample(n, CHARGE, rate).1);
			pass(DRAW_DELAY);
			let it = audit(id);
			assert_eq!((it.phase, it.cause, it.rate), (Phase::Committing, Cause::Sampled, rate));
		}
	});
}

#[test]
fn conviction_should_cost_what_all_of_the_total_could_have_saved() {
	run(|| {
		let rate = Permill::from_percent(10);
		let (id, _) = sample(1, 40 * CHARGE, rate);
		pass(DRAW_DELAY);
		// Nobody opens anything.
		for who in seated(id) {
			commit(id, who, &computed(id, RIGHT)).unwrap();
		}
		assert_eq!(audit(id).phase, Phase::Opening);
		to_block(audit(id).due);
		let (ruled, ruling) = MockSubjects::rulings().pop().unwrap();
		assert_eq!(ruled, id);
		assert_eq!(ruling.outcome, AuditOutcome::Rejected(Conviction::NotOpened));
		assert_eq!(ruling.slash, deterrence().slash(40 * CHARGE, rate));
		// The auditors have computed one answer.
		assert_eq!(ruling.costs, FEE);
	});
}

#[test]
fn seed_should_be_of_the_batch_and_of_its_time() {
	run(|| {
		let seed = |n: u8| <Audits as SampleAuditing<_>>::seed(&H256::repeat_byte(n));
		let first = seed(1);
		assert_ne!(first, seed(2));
		pass(1);
		assert_ne!(first, seed(1));
		assert_eq!(<Audits as SampleAuditing<AccountId>>::draw_delay(), DRAW_DELAY);
	});
}

#[test]
fn answer_of_a_batch_should_be_audited_when_its_client_pays() {
	run(|| {
		let rate = Permill::from_percent(1);
		let ask = |n: u8, model, max_fee| {
			let id = job(n);
			let gateway = Some(77);
			let answer = AuditedAnswer { at_stake: 40 * CHARGE, gateway, model, ..subject(id) };
			MockSubjects::insert(id, answer.clone());
			<Audits as SampleAuditing<_>>::request(&id, answer, rate, max_fee).map(|()| id)
		};
		assert_noop!(ask(1, UNCALIBRATED, FEE), Error::NotAuditable);
		assert_noop!(ask(1, MODEL, FEE - 1), Error::FeeTooHigh);
		let id = ask(1, MODEL, FEE).unwrap();
		assert_noop!(ask(1, MODEL, FEE), Error::AlreadyAudited);
		assert_eq!(held(CLIENT), FEE);
		let requested = Event::AuditRequested { audit: id, client: CLIENT, fee: FEE };
		assert_eq!(events().last(), Some(&requested));
		pass(DRAW_DELAY);
		// The rate is its total's, and so is what a conviction costs.
		let it = audit(id);
		assert_eq!((it.phase, it.cause, it.rate), (Phase::Committing, Cause::Requested, rate));
		for who in seated(id) {
			commit(id, who, &computed(id, RIGHT)).unwrap();
		}
		to_block(audit(id).due);
		let (_, ruling) = MockSubjects::rulings().pop().unwrap();
		assert_eq!(ruling.outcome, AuditOutcome::Rejected(Conviction::NotOpened));
		assert_eq!(ruling.slash, deterrence().slash(40 * CHARGE, rate));
		assert_eq!((ruling.costs, held(CLIENT)), (FEE, 0));
	});
}
