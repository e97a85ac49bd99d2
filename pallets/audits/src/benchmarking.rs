//! Each call and each step of the agenda at its worst: the largest committees, of as many
//! validators as there can be.

use crate::{
	tally::{self, most_camps, Committee, Count},
	types::MOST_VOTES,
	*,
};
use alloc::vec::Vec;
use codec::Encode;
use frame_benchmarking::v2::*;
use frame_support::{
	traits::{fungible::Mutate, Authorize, ConstU32, Get},
	BoundedVec,
};
use frame_system::{pallet_prelude::BlockNumberFor, RawOrigin};
use reckon_primitives::{Balance, JobId, Market, ModelId, Price};
use reckon_support::{
	AuditOutcome, AuditSubjects, AuditedAnswer, Auditing, ModelInspect, ProviderPool, SubnetInspect,
};
use reckon_verification::{
	blind, commitment, Fingerprint, Grade, Statistics, Vote, POSITIONS, PROJECTIONS,
};
use sp_core::H256;
use sp_runtime::{
	traits::{BlakeTwo256, Hash, Saturating, Zero},
	transaction_validity::TransactionSource,
	RuntimeAppPublic,
};

const CHARGE: Balance = 1_000_000_000_000;
const SALT: H256 = H256([7; 32]);
const ROOT: H256 = H256([8; 32]);
/// All numbers of the worker's rows.
const NUMBER: i16 = 8_000;
/// What votes have there that are doubtful: 1000 ppm away.
const DOUBTFUL: i16 = 8_008;

fn funded<T: Config<Currency: Mutate<T::AccountId>>>(name: &'static str, n: u32) -> T::AccountId {
	let who = account(name, n, 0);
	T::Currency::set_balance(&who, Balance::MAX >> 40);
	who
}

/// As many validators as can be, all with the same key, since only one of them votes.
fn validators<T: Config<Currency: Mutate<T::AccountId>>>() -> AuditId {
	let key = AuditId::generate_pair(None);
	let all: Vec<_> = (0..T::MaxAuditors::get())
		.map(|n| Auditor {
			account: funded::<T>("validator", n),
			key: key.clone(),
			disabled: false,
		})
		.collect();
	Auditors::<T>::put(BoundedVec::truncate_from(all));
	key
}

/// None of the validators has time.
fn busy<T: Config>() {
	let conduct = Conduct { open: T::MaxOpenSeats::get(), ..Default::default() };
	Auditors::<T>::get().iter().for_each(|it| Conducts::<T>::insert(&it.account, conduct));
}

fn model<T: Config<Currency: Mutate<T::AccountId>>>() -> ModelId {
	let model = T::Models::create_for_benchmark(&funded::<T>("owner", 0), 0);
	T::Models::calibrate_for_benchmark(&model);
	T::Subnets::fill_for_benchmark(model);
	model
}

fn provider<T: Config<Currency: Mutate<T::AccountId>>>(model: ModelId) -> T::AccountId {
	let (provider, worker) = (funded::<T>("provider", 0), account("worker", 0, 0));
	let price = Price { base: 1, per_input: 1, per_output: 1 };
	let market = Market { subnet: 0, model };
	T::Providers::create_for_benchmark(&provider, &worker, &market, 1, price);
	provider
}

fn subject<T: Config<Currency: Mutate<T::AccountId>>>(
	model: ModelId,
	id: JobId,
) -> AuditedAnswer<T::AccountId, Balance> {
	let provider: T::AccountId = account("provider", 0, 0);
	let name = crate::phases::name_of(&provider);
	AuditedAnswer {
		client: funded::<T>("client", 0),
		provider,
		gateway: None,
		subnet: 0,
		model,
		commitment: H256(commitment(&id.0, &name, &ROOT.0, &SALT.0)),
		output: H256::zero(),
		charge: CHARGE,
		at_stake: CHARGE,
	}
}

fn job(n: u32) -> JobId {
	BlakeTwo256::hash(&n.to_be_bytes())
}

/// A vote that only differs from the worker's rows in the last, which so are all compared.
fn statement(last: i16) -> Statement {
	let mut fingerprint = Fingerprint([[NUMBER; PROJECTIONS]; POSITIONS]);
	fingerprint.0[POSITIONS - 1] = [last; PROJECTIONS];
	let vote = Vote::Replayed { fingerprint, statistics: Statistics::default() };
	Statement { vote, rows: RowsSeen::Proven }
}

fn hidden<T: Config>(id: JobId, who: &T::AccountId, statement: &Statement) -> H256 {
	H256(blind(&id.0, &crate::phases::name_of(who), &statement.vote, &SALT.0))
}

/// An audit in this phase, with as many seats as can be, of which validator 0 has the first.
fn audit<T: Config<Currency: Mutate<T::AccountId>>>(
	model: ModelId,
	key: &AuditId,
	id: JobId,
	phase: Phase,
	ballot: impl Fn(u32, &T::AccountId) -> Ballot,
) {
	Pallet::<T>::submit(id, subject::<T>(model, id), true);
	let Some(mut audit) = Audits::<T>::get(id) else { return };
	let seat = |n| {
		let auditor: T::AccountId = account("validator", n, 0);
		let ballot = ballot(n, &auditor);
		Seat { auditor, key: key.clone(), ballot, beyond: false }
	};
	audit.seats = BoundedVec::truncate_from((0..MAX_SEATS).map(seat).collect());
	audit.size = MAX_SEATS;
	audit.quorum = 1;
	audit.round = 1;
	audit.phase = phase;
	let fingerprint = Fingerprint([[NUMBER; PROJECTIONS]; POSITIONS]);
	audit.opened = (phase == Phase::Revealing).then_some(Opened { root: ROOT, fingerprint });
	let now = frame_system::Pallet::<T>::block_number();
	Pallet::<T>::wait_until(id, &mut audit, now.saturating_add(T::CommitBlocks::get()));
	Audits::<T>::insert(id, audit);
}

/// Makes the audit due.
fn due<T: Config>(id: JobId) -> AuditOf<T> {
	let audit = Audits::<T>::get(id).expect("just made");
	frame_system::Pallet::<T>::set_block_number(audit.due);
	audit
}

fn sign<T: Config>(key: &AuditId, purpose: &[u8], items: &impl Encode) -> AuditSignature {
	let genesis = frame_system::Pallet::<T>::block_hash(BlockNumberFor::<T>::zero());
	let voter: T::AccountId = account("validator", 0, 0);
	key.sign(&payload(purpose, genesis, &voter, items)).expect("the keystore has it")
}

/// So many reveals of validator 0, whose audits are waiting for them.
fn reveals<T: Config<Currency: Mutate<T::AccountId>>>(key: &AuditId, count: u32) -> Batch<Reveal> {
	let model = model::<T>();
	let items = (0..count).map(|n| {
		let (id, said) = (job(n), statement(DOUBTFUL));
		audit::<T>(model, key, id, Phase::Revealing, |_, who| {
			Ballot::Committed(hidden::<T>(id, who, &said))
		});
		let opened = Audits::<T>::get(id).and_then(|audit| audit.opened);
		let opened = opened.map(|opened| opened.name()).unwrap_or_default();
		let Statement { vote, rows } = said;
		Reveal { audit: id, round: 1, salt: SALT, said: Said::Else { opened, vote }, rows }
	});
	BoundedVec::truncate_from(items.collect())
}

/// What a first committee has asked and a worker opened.
fn first() -> Asked {
	let fingerprint = Fingerprint([[NUMBER; PROJECTIONS]; POSITIONS]);
	Asked { challenge: ROOT, opened: Opened { root: ROOT, fingerprint } }
}

/// What the largest committee has said.
fn said<T: Config>() -> Opinions<T::AccountId> {
	let said = |n| {
		let auditor = account("validator", n, 0);
		Opinion { auditor, era: 0, grade: Grade::Same, rows: RowsSeen::Proven, dissents: false }
	};
	BoundedVec::truncate_from((0..MAX_SEATS).map(said).collect())
}

/// What two such committees have said.
fn earlier<T: Config>() -> BoundedVec<Opinions<T::AccountId>, ConstU32<MAX_EARLIER>> {
	BoundedVec::truncate_from([said::<T>(), said::<T>()].to_vec())
}

#[benchmarks(where T: Config<Currency: Mutate<T::AccountId>>)]
mod benchmarks {
	use super::*;

	#[benchmark]
	fn submit() {
		let subject = subject::<T>(model::<T>(), job(0));

		#[block]
		{
			<Pallet<T> as Auditing<_, _>>::submit(job(0), subject, true);
		}

		assert!(Audits::<T>::contains_key(job(0)));
	}

	#[benchmark]
	fn request_audit() {
		let model = model::<T>();
		provider::<T>(model);
		let id = T::Subjects::create_for_benchmark(subject::<T>(model, job(0)));
		let client: T::AccountId = account("client", 0, 0);

		#[extrinsic_call]
		_(RawOrigin::Signed(client), id, Balance::MAX);

		assert!(Audits::<T>::contains_key(id));
	}

	#[benchmark]
	fn open_rows() {
		let key = validators::<T>();
		let model = model::<T>();
		provider::<T>(model);
		audit::<T>(model, &key, job(0), Phase::Opening, |_, _| Ballot::Committed(SALT));
		let worker: T::AccountId = account("worker", 0, 0);

		#[extrinsic_call]
		_(RawOrigin::Signed(worker), job(0), Default::default(), ROOT, SALT);

		assert_eq!(Audits::<T>::get(job(0)).map(|it| it.phase), Some(Phase::Revealing));
	}

	/// `v`: votes, each the last of its committee.
	#[benchmark]
	fn commit_votes(v: Linear<1, MAX_VOTES>) {
		let key = validators::<T>();
		let model = model::<T>();
		let items = (0..v).map(|n| {
			audit::<T>(model, &key, job(n), Phase::Committing, |seat, _| match seat {
				0 => Ballot::Awaited,
				_ => Ballot::Committed(SALT),
			});
			Commit { audit: job(n), round: 1, challenge: H256::zero(), blind: SALT }
		});
		let commits = BoundedVec::truncate_from(items.collect());
		let signature = sign::<T>(&key, COMMITS, &commits);
		let auditor: T::AccountId = account("validator", 0, 0);

		#[extrinsic_call]
		_(RawOrigin::Authorized, auditor, commits, signature);

		assert_eq!(Audits::<T>::get(job(0)).map(|it| it.phase), Some(Phase::Opening));
	}

	/// `v`: votes.
	#[benchmark]
	fn reveal_votes(v: Linear<1, MAX_VOTES>) {
		let key = validators::<T>();
		let reveals = reveals::<T>(&key, v);
		let signature = sign::<T>(&key, REVEALS, &reveals);
		let auditor: T::AccountId = account("validator", 0, 0);

		#[extrinsic_call]
		_(RawOrigin::Authorized, auditor, reveals, signature);

		assert_eq!(Statements::<T>::iter_keys().count(), v as usize);
	}

	/// `v`: seats, each filled by another of as many validators as can be.
	#[benchmark]
	fn decline_seats(v: Linear<1, MAX_VOTES>) {
		let key = validators::<T>();
		let model = model::<T>();
		let items = (0..v).map(|n| {
			audit::<T>(model, &key, job(n), Phase::Committing, |_, _| Ballot::Awaited);
			Audits::<T>::mutate(job(n), |audit| {
				let audit = audit.as_mut().expect("just made");
				audit.seats.pop();
				audit.size = MAX_SEATS.saturating_sub(1);
			});
			Decline { audit: job(n), round: 1, challenge: H256::zero() }
		});
		let declines = BoundedVec::truncate_from(items.collect());
		let signature = sign::<T>(&key, DECLINES, &declines);
		let auditor: T::AccountId = account("validator", 0, 0);

		#[extrinsic_call]
		_(RawOrigin::Authorized, auditor, declines, signature);

		let audit = Audits::<T>::get(job(0)).expect("it goes on");
		assert_eq!(audit.seats.len(), MAX_SEATS as usize);
	}

	/// `v`: votes, of the kind that is checked longest.
	#[benchmark]
	fn authorize_votes(v: Linear<1, MAX_VOTES>) -> Result<(), BenchmarkError> {
		let key = validators::<T>();
		let reveals = reveals::<T>(&key, v);
		let signature = sign::<T>(&key, REVEALS, &reveals);
		let auditor: T::AccountId = account("validator", 0, 0);
		let call = Call::<T>::reveal_votes { auditor, reveals, signature };

		#[block]
		{
			call.authorize(TransactionSource::External)
				.ok_or(BenchmarkError::Stop("votes are authorised"))?
				.map_err(|_| BenchmarkError::Stop("these votes are good"))?;
		}

		Ok(())
	}

	/// Of work that the lot does not fall on.
	#[benchmark]
	fn draw_lot() {
		let model = model::<T>();
		provider::<T>(model);
		// With nothing to pay for there is nothing to deter; the name decides, and it may be drawn.
		let nothing = AuditedAnswer { charge: 0, ..subject::<T>(model, job(0)) };
		Pallet::<T>::submit(job(0), nothing, false);
		let audit = due::<T>(job(0));

		#[block]
		{
			Pallet::<T>::end_drawing(job(0), audit);
		}

		assert!(Audits::<T>::get(job(0)).is_none_or(|audit| audit.phase != Phase::Drawing));
	}

	/// The last one, from as many validators as can be, none of whom has time.
	#[benchmark]
	fn draw_committee() {
		let key = validators::<T>();
		audit::<T>(model::<T>(), &key, job(0), Phase::Revealing, |_, _| Ballot::Missed);
		let mut audit = due::<T>(job(0));
		audit.instance = Instance::Last;
		(audit.first, audit.earlier) = (Some(first()), earlier::<T>());
		busy::<T>();

		#[block]
		{
			Pallet::<T>::begin_round(job(0), audit);
		}

		assert_eq!(Audits::<T>::get(job(0)).map(|it| it.phase), Some(Phase::Committing));
	}

	/// Seats are filled from as many validators as can be.
	#[benchmark]
	fn end_commits() {
		let key = validators::<T>();
		audit::<T>(model::<T>(), &key, job(0), Phase::Committing, |_, _| Ballot::Declined);
		let mut audit = due::<T>(job(0));
		audit.seats.truncate(1);

		#[block]
		{
			Pallet::<T>::end_commits(job(0), audit);
		}

		assert_eq!(Audits::<T>::get(job(0)).map(|it| it.retries), Some(1));
	}

	/// An entry of the agenda, with the largest audit.
	#[benchmark]
	fn read_due() {
		let key = validators::<T>();
		audit::<T>(model::<T>(), &key, job(0), Phase::Revealing, |_, _| Ballot::Committed(SALT));
		Audits::<T>::mutate(job(0), |audit| {
			audit.as_mut().expect("just made").earlier = earlier::<T>();
		});
		let audit = due::<T>(job(0));

		let read;
		#[block]
		{
			let id = Agenda::<T>::iter_key_prefix(audit.due).next();
			read = id.and_then(Audits::<T>::get);
		}

		assert_eq!(read, Some(audit));
	}

	/// `s`: votes, each of them only off in the last row, and not so far that it is done with the first
	/// comparison.
	#[benchmark]
	fn verdict(s: Linear<0, MAX_SEATS>) {
		let key = validators::<T>();
		audit::<T>(model::<T>(), &key, job(0), Phase::Revealing, |_, _| Ballot::Revealed);
		for n in 0..s {
			let who: T::AccountId = account("validator", n, 0);
			Statements::<T>::insert(job(0), who, statement(DOUBTFUL));
		}
		let mut audit = due::<T>(job(0));
		audit.seats.truncate(s as usize);
		audit.size = s;

		let came_to;
		#[block]
		{
			came_to = Pallet::<T>::verdict(job(0), &audit);
		}

		let (count, said) = came_to;
		assert_eq!(count, if s > 0 { Count::Dissent } else { Count::TooFew });
		assert!(said.iter().all(|vote| vote.grade == Grade::Doubtful));
		assert_eq!(Statements::<T>::iter_keys().count(), 0);
	}

	/// `c`: dissenters of the largest committee whom all others are compared with. All but the last are alone;
	/// those who agree with the last are as many as convict.
	#[benchmark]
	fn camps(c: Linear<0, { most_camps(Instance::Last, MAX_SEATS) }>) {
		let key = validators::<T>();
		audit::<T>(model::<T>(), &key, job(0), Phase::Revealing, |_, _| Ballot::Revealed);
		let audit = due::<T>(job(0));
		let scale = Pallet::<T>::scale(&audit).expect("the model is calibrated");
		let alone = c.saturating_sub(1);
		let most = most_camps(Instance::Last, MAX_SEATS);
		let alike = MAX_SEATS.saturating_sub(most).saturating_add(c.min(1));
		let last = |n: u32| match n.checked_sub(alone) {
			None => (n as i16).saturating_add(1).saturating_mul(-500),
			Some(n) if n < alike => NUMBER / 2,
			Some(_) => NUMBER,
		};
		let mut votes: Vec<_> =
			(0..MAX_SEATS).map(|n| scale.judge(n, statement(last(n)))).collect();
		let committee = Committee {
			size: MAX_SEATS,
			quorum: 1,
			instance: Instance::Last,
			contested: false,
			denied: false,
			appealable: false,
		};

		let count;
		#[block]
		{
			count = tally::count(&committee, &mut votes, Some(&scale));
		}

		let convicts = matches!(count, Count::Over(AuditOutcome::Rejected(_)));
		assert_eq!(convicts, c > 0);
	}

	/// After a committee of which as many as can be have voted, and as many as can be were silent.
	#[benchmark]
	fn await_draw() {
		let key = validators::<T>();
		audit::<T>(model::<T>(), &key, job(0), Phase::Revealing, |_, _| Ballot::Missed);
		let mut audit = due::<T>(job(0));
		(audit.first, audit.earlier) = (Some(first()), earlier::<T>());
		audit.instance = Instance::Last;

		#[block]
		{
			Pallet::<T>::await_draw(job(0), audit);
		}

		assert_eq!(Audits::<T>::get(job(0)).map(|it| it.phase), Some(Phase::Drawing));
	}

	/// One too many.
	#[benchmark]
	fn note_missed() {
		let who = funded::<T>("validator", 0);
		let missed = T::MissesBeforeSlash::get().saturating_sub(1);
		Conducts::<T>::insert(&who, Conduct { missed, ..Default::default() });

		#[block]
		{
			Pallet::<T>::note_missed(job(0), 0, &who);
		}

		assert_eq!(Conducts::<T>::get(&who).missed, 0);
	}

	/// `v`: votes that say how the audit ended, and share a fee.
	#[benchmark]
	fn rule(v: Linear<0, MOST_VOTES>) {
		let model = model::<T>();
		provider::<T>(model);
		let id = T::Subjects::create_for_benchmark(subject::<T>(model, job(0)));
		let client: T::AccountId = account("client", 0, 0);
		Pallet::<T>::do_request(client, id, Balance::MAX).expect("set up for it");
		T::Currency::set_balance(&T::Pot::get(), Balance::MAX >> 40);
		let audit = Audits::<T>::get(id).expect("just requested");
		let said: Vec<_> = (0..v)
			.map(|n| {
				let auditor = funded::<T>("validator", n);
				let conduct = Conduct { missed: 1, ..Default::default() };
				Conducts::<T>::insert(&auditor, conduct);
				Opinion {
					auditor,
					era: 0,
					grade: Grade::Same,
					rows: RowsSeen::Proven,
					dissents: false,
				}
			})
			.collect();
		// What the owner does with the ruling has its own weight: it does not know this one.
		let unknown = job(1);
		Agenda::<T>::remove(audit.due, id);
		Agenda::<T>::insert(audit.due, unknown, ());
		Audits::<T>::remove(id);
		Audits::<T>::insert(unknown, &audit);

		#[block]
		{
			Pallet::<T>::rule(unknown, audit, AuditOutcome::Accepted, &said);
		}

		assert!(!Audits::<T>::contains_key(unknown));
	}

	/// All but those that need the runtime's owners of work: the mock's know no other workers than their own
	/// (`open_rows`), and nothing of a ruling on what is not theirs (`rule`).
	#[cfg(test)]
	#[test]
	fn benchmarks_should_hold_on_the_mock() {
		type Audits = Pallet<crate::mock::Test>;
		for (name, benchmark) in [
			("submit", Audits::test_benchmark_submit as fn() -> Result<(), BenchmarkError>),
			("request_audit", Audits::test_benchmark_request_audit),
			("commit_votes", Audits::test_benchmark_commit_votes),
			("reveal_votes", Audits::test_benchmark_reveal_votes),
			("decline_seats", Audits::test_benchmark_decline_seats),
			("authorize_votes", Audits::test_benchmark_authorize_votes),
			("draw_lot", Audits::test_benchmark_draw_lot),
			("draw_committee", Audits::test_benchmark_draw_committee),
			("end_commits", Audits::test_benchmark_end_commits),
			("read_due", Audits::test_benchmark_read_due),
			("verdict", Audits::test_benchmark_verdict),
			("camps", Audits::test_benchmark_camps),
			("await_draw", Audits::test_benchmark_await_draw),
			("note_missed", Audits::test_benchmark_note_missed),
		] {
			crate::mock::ext().execute_with(|| {
				assert!(benchmark().is_ok(), "{name}");
			});
		}
	}
}
