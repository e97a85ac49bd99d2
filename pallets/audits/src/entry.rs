//! How work comes to be audited: its owner submits each delivery and each batch, a client may pay.

use crate::{pallet::*, types::*, weights::WeightInfo};
use frame_support::{
	ensure,
	traits::{fungible::MutateHold, Get},
	weights::Weight,
};
use reckon_economics::{audit_rate, AuditPrice, Deterrence};
use reckon_primitives::{Balance, BatchId, BlockNumber, JobId, ModelId, SubnetId};
use reckon_support::{
	AuditOutcome, AuditSubjects, AuditedAnswer, AuditedBatch, AuditedBatches, Auditing,
	BatchAuditing, Cause, GatewayExposure, ModelInspect, ProviderPool, ReputationInspect,
	SampleAuditing, SampleTerms, SampledTotal, Subject, SubnetInspect, SubnetParameters,
};
use sp_core::H256;
use sp_runtime::{
	traits::{SaturatedConversion, Saturating, Zero},
	DispatchError, DispatchResult, PerThing, Permill, Rounding,
};

/// Keeps the draws of samples apart from every other use of Blake2.
const SAMPLES: &[u8] = b"reckon:audit-samples:v1";

impl<T: Config> Auditing<T::AccountId, Balance> for Pallet<T> {
	fn is_auditable(model: &ModelId) -> bool {
		T::Models::model(model).is_some_and(|it| it.reproducible && it.thresholds.is_some())
	}

	fn submit(id: JobId, answer: AuditedAnswer<T::AccountId, Balance>, certain: bool) {
		let cause = if certain { Cause::Attested } else { Cause::Lot };
		Self::enter(id, Subject::Answer(answer), cause, Permill::zero(), 0);
	}

	fn submit_weight() -> Weight {
		T::WeightInfo::submit()
	}

	fn fee(subnet: SubnetId, charge: Balance) -> Balance {
		Self::price(subnet).fee(charge)
	}

	fn affordable(subnet: SubnetId, max_price: Balance) -> Balance {
		Self::price(subnet).affordable(max_price)
	}

	fn premium(subnet: SubnetId, provider: &T::AccountId, charge: Balance) -> Permill {
		Self::price(subnet).premium(charge, Self::rate(subnet, provider, charge))
	}

	fn is_open(id: &JobId) -> bool {
		Audits::<T>::contains_key(id)
	}
}

impl<T: Config> BatchAuditing<T::AccountId> for Pallet<T> {
	fn submit(id: &BatchId, batch: AuditedBatch<T::AccountId, Balance>) -> Balance {
		let subject = Subject::Batch(batch);
		let rate = Self::rate_of(&subject);
		// What is expected to be paid for it: others' audits are paid by what it owes for its own.
		let owed = rate.mul_ceil(Self::costs_of(&subject));
		Self::enter(*id, subject, Cause::Lot, rate, 0);
		owed
	}

	fn submit_weight() -> Weight {
		// The rules, the bond, and what it stands for.
		T::WeightInfo::submit().saturating_add(T::DbWeight::get().reads(3))
	}

	fn penalty(batch: &AuditedBatch<T::AccountId, Balance>) -> Balance {
		let subject = Subject::Batch(batch.clone());
		Self::slash_of(&subject, Self::rate_of(&subject))
	}

	fn longest() -> BlockNumber {
		Self::longest().saturated_into()
	}

	fn pot() -> Option<T::AccountId> {
		Some(T::Pot::get())
	}

	fn is_open(id: &BatchId) -> bool {
		Audits::<T>::contains_key(id)
	}
}

impl<T: Config> SampleAuditing<T::AccountId> for Pallet<T> {
	fn terms(total: &SampledTotal<T::AccountId>) -> SampleTerms {
		let SampledTotal { subnet, provider, model, receipts, charge, outstanding, exposure } =
			*total;
		if !Self::is_auditable(model) || charge == 0 {
			return SampleTerms::default();
		}
		let rules = Self::rules(subnet);
		let fee = Self::price(subnet).fee(charge.div_ceil(receipts.max(1).into()));
		let score = T::Reputation::score(provider);
		let by_name = audit_rate(rules.audit_rate_min, rules.audit_rate_max, score);
		// What charges hardly anything is not audited for more than half of it, unless little is behind it.
		let affordable = Permill::from_rational(charge / 2, fee.max(1));
		let stake = T::Providers::stake_per_job(provider);
		// Its gateway can keep a receipt from being audited, and must not gain by that either.
		let by_stake = Self::deterrence().rate(outstanding, stake);
		let by_gateway = Self::deterrence().rate(exposure.outstanding, exposure.bond);
		let rate = by_stake.max(by_gateway).max(by_name.min(affordable));
		let expected = rate.mul_ceil(fee);
		let premium = Permill::from_rational_with_rounding(expected, charge, Rounding::Up);
		SampleTerms { rate, premium: premium.unwrap_or(Permill::one()) }
	}

	fn terms_weight() -> Weight {
		// The model, the rules twice, the name and the bond.
		T::DbWeight::get().reads(5)
	}

	fn penalty(charge: Balance, rate: Permill) -> Balance {
		Self::deterrence().slash(charge, rate)
	}

	fn draw_delay() -> BlockNumber {
		DRAW_DELAY
	}

	fn seed(batch: &BatchId) -> H256 {
		Self::random((SAMPLES, batch))
	}

	fn sample(id: &JobId, answer: AuditedAnswer<T::AccountId, Balance>, rate: Permill) -> bool {
		if Audits::<T>::contains_key(id) {
			return false;
		}
		Self::enter(*id, Subject::Answer(answer), Cause::Sampled, rate, 0);
		true
	}

	fn sample_weight() -> Weight {
		T::WeightInfo::submit().saturating_add(T::DbWeight::get().reads(1))
	}

	fn request(
		id: &JobId,
		answer: AuditedAnswer<T::AccountId, Balance>,
		rate: Permill,
		max_fee: Balance,
	) -> DispatchResult {
		ensure!(!Audits::<T>::contains_key(id), Error::<T>::AlreadyAudited);
		let fee = Self::hold_fee(&answer, max_fee)?;
		let client = answer.client.clone();
		Self::enter(*id, Subject::Answer(answer), Cause::Requested, rate, fee);
		Self::deposit_event(Event::AuditRequested { audit: *id, client, fee });
		Ok(())
	}

	fn request_weight() -> Weight {
		T::WeightInfo::request_audit()
	}
}

impl<T: Config> Pallet<T> {
	/// Lets something wait for the draw. The rate is a batch's, which has paid for it, or that of a total; of
	/// a job's answer it is known when its lot is drawn.
	fn enter(
		id: JobId,
		subject: Subject<T::AccountId, Balance>,
		cause: Cause,
		rate: Permill,
		fee: Balance,
	) {
		let mut audit = Audit {
			subject,
			cause,
			rate,
			fee,
			phase: Phase::Drawing,
			due: Zero::zero(),
			round: 0,
			instance: Instance::First,
			era: 0,
			retries: 0,
			size: 0,
			quorum: 0,
			challenge: Default::default(),
			opened: None,
			seats: Default::default(),
			first: None,
			otherwise: AuditOutcome::Inconclusive,
			earlier: Default::default(),
		};
		let now = frame_system::Pallet::<T>::block_number();
		Self::schedule(id, &mut audit, now.saturating_add(DRAW_DELAY.into()));
		Audits::<T>::insert(id, audit);
	}

	pub(crate) fn do_request(client: T::AccountId, id: JobId, max_fee: Balance) -> DispatchResult {
		let answer = T::Subjects::subject(&id).ok_or(Error::<T>::NothingToAudit)?;
		ensure!(answer.client == client, Error::<T>::NotClient);
		let fee = match Audits::<T>::get(id) {
			None => {
				let fee = Self::hold_fee(&answer, max_fee)?;
				let subject = Subject::Answer(answer);
				Self::enter(id, subject, Cause::Requested, Permill::zero(), fee);
				fee
			},
			// The lot is not drawn yet, and no longer needed.
			Some(mut audit) if audit.round == 0 && audit.cause == Cause::Lot => {
				let fee = Self::hold_fee(&answer, max_fee)?;
				audit.cause = Cause::Requested;
				audit.fee = fee;
				Audits::<T>::insert(id, audit);
				fee
			},
			Some(_) => return Err(Error::<T>::AlreadyAudited.into()),
		};
		Self::deposit_event(Event::AuditRequested { audit: id, client, fee });
		Ok(())
	}

	/// Holds what the audit of an answer costs its client; says how much that is.
	fn hold_fee(
		answer: &AuditedAnswer<T::AccountId, Balance>,
		max_fee: Balance,
	) -> Result<Balance, DispatchError> {
		ensure!(Self::is_auditable(&answer.model), Error::<T>::NotAuditable);
		let fee = Self::price(answer.subnet).fee(answer.charge);
		ensure!(fee <= max_fee, Error::<T>::FeeTooHigh);
		T::Currency::hold(&HoldReason::AuditFee.into(), &answer.client, fee)?;
		Ok(fee)
	}

	/// What audits cost in a subnet.
	pub(crate) fn price(subnet: SubnetId) -> AuditPrice {
		let rules = Self::rules(subnet);
		AuditPrice {
			seats: rules.committee.min(MAX_SEATS),
			least: T::SeatFee::get(),
			part: rules.auditor_share,
		}
	}

	/// The rules of a subnet; those that subnets begin with, for one that is no more.
	pub(crate) fn rules(subnet: SubnetId) -> SubnetParameters {
		T::Subnets::subnet(subnet).unwrap_or_default()
	}

	pub(crate) fn deterrence() -> Deterrence {
		Deterrence {
			saving: T::CheatSaving::get(),
			detection: T::Detection::get(),
			false_alarms: T::FalseAlarms::get(),
		}
	}

	/// What an audit costs.
	pub(crate) fn costs_of(subject: &Subject<T::AccountId, Balance>) -> Balance {
		match subject {
			Subject::Answer(answer) => Self::price(answer.subnet).fee(answer.charge),
			Subject::Batch(batch) => {
				let seats = Self::rules(batch.subnet).committee.min(MAX_SEATS);
				let looks = T::ReceiptFee::get().saturating_mul(batch.receipts.into());
				T::SeatFee::get().saturating_add(looks).saturating_mul(seats.into())
			},
		}
	}

	/// Which part of such work is audited.
	pub(crate) fn rate_of(subject: &Subject<T::AccountId, Balance>) -> Permill {
		match subject {
			Subject::Answer(answer) => Self::rate(answer.subnet, &answer.provider, answer.charge),
			// So large that all that its gateway has to be paid for, if none of it were true, is less than
			// what its bond loses.
			Subject::Batch(batch) => {
				let GatewayExposure { outstanding, bond } = T::Batches::exposure(&batch.gateway);
				let by_bond = Permill::from_rational(outstanding, bond);
				Self::rules(batch.subnet).audit_rate_min.max(by_bond)
			},
		}
	}

	/// What whoever made it loses when it is convicted, as far as its bond reaches.
	pub(crate) fn slash_of(subject: &Subject<T::AccountId, Balance>, rate: Permill) -> Balance {
		match subject {
			Subject::Answer(answer) => Self::deterrence().slash(answer.at_stake, rate),
			Subject::Batch(batch) => rate.saturating_reciprocal_mul_ceil(batch.charge),
		}
	}

	/// Which part of a provider's work of this charge is audited: the less it can be relied on, and
	/// the less it stands for it with, the more.
	pub(crate) fn rate(subnet: SubnetId, provider: &T::AccountId, charge: Balance) -> Permill {
		let rules = Self::rules(subnet);
		let score = T::Reputation::score(provider);
		let by_name = audit_rate(rules.audit_rate_min, rules.audit_rate_max, score);
		let by_stake = Self::deterrence().rate(charge, T::Providers::stake_per_job(provider));
		by_name.max(by_stake)
	}
}
