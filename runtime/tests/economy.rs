//! Stakes, rewards and reputations on the real runtime: that its pallets are tied together.

use codec::{Decode, Encode};
use frame_support::{
	assert_noop, assert_ok,
	traits::{
		fungible::{Balanced, Inspect, InspectHold},
		tokens::{
			imbalance::ResolveTo, Fortitude::Polite, Precision::Exact, Preservation::Preserve,
		},
		Get, Hooks, KeyOwnerProofSystem, OnUnbalanced,
	},
	weights::Weight,
};
use pallet_authorship::EventHandler;
use pallet_validator_staking::WeightInfo;
use reckon_primitives::{
	token::UNIT, Assurance, Balance, Content, Delivery, EntryKind, HeldFor, JobRequest, ModelId,
	NumericProfile, Price, Privacy, Reason, Sampling, TaskKind, TaskSet, Units,
};
use reckon_runtime::{
	adapters::Treasury, configs::ProxyType, genesis, time::SESSIONS_PER_ERA, AccountId, Address,
	Balances, Grandpa, Historical, Jobs, Models, Offences, Providers, Proxy, Reputation, Rewards,
	Runtime, RuntimeCall, RuntimeEvent, RuntimeGenesisConfig, RuntimeOrigin, Session, SessionKeys,
	Subnets, System, ValidatorStaking,
};
use sp_consensus_grandpa::{localized_payload, EquivocationProof};
use sp_core::{
	crypto::{key_types, AccountId32},
	H256,
};
use sp_keyring::{
	Ed25519Keyring,
	Sr25519Keyring::{self, Alice, Bob, Charlie, Dave, Eve, Ferdie},
};
use sp_keystore::{testing::MemoryKeystore, KeystoreExt};
use sp_runtime::{traits::Dispatchable, BuildStorage, Perbill, Permill};
use sp_staking::offence::{Kind, Offence, ReportOffence};

const MANIFEST: H256 = H256([7; 32]);
const PRICE: Price<Balance> = Price { base: UNIT, per_input: UNIT / 1000, per_output: UNIT / 100 };

/// A network of four validators: Alice, Bob, Charlie and Dave.
fn run(test: impl FnOnce()) {
	let patch = genesis::preset(&"local_testnet".into()).expect("a preset");
	let mut config = serde_json::to_value(RuntimeGenesisConfig::default()).expect("JSON");
	merge(&mut config, &serde_json::from_slice(&patch).expect("JSON"));
	let config: RuntimeGenesisConfig = serde_json::from_value(config).expect("a genesis");
	let mut ext: sp_io::TestExternalities = config.build_storage().expect("a state").into();
	ext.register_extension(KeystoreExt::new(MemoryKeystore::new()));
	ext.execute_with(|| {
		System::set_block_number(1);
		Rewards::on_initialize(1);
		test();
		check();
	});
}

fn merge(to: &mut serde_json::Value, patch: &serde_json::Value) {
	match (to.as_object_mut(), patch.as_object()) {
		(Some(to), Some(patch)) => patch.iter().for_each(|(key, value)| {
			merge(to.entry(key).or_insert(serde_json::Value::Null), value);
		}),
		_ => *to = patch.clone(),
	}
}

fn check() {
	ValidatorStaking::do_try_state().expect("stakes");
	Rewards::do_try_state().expect("rewards");
	Reputation::do_try_state().expect("reputations");
	Jobs::do_try_state().expect("jobs");
	Providers::do_try_state().expect("providers");
	Subnets::do_try_state().expect("subnets");
}

/// The hooks of our pallets, block by block.
fn blocks(count: u32) {
	for _ in 0..count {
		let now = System::block_number();
		let all = Weight::from_parts(500_000_000_000, u64::MAX);
		ValidatorStaking::on_idle(now, all);
		Jobs::on_idle(now, all);
		Providers::on_idle(now, all);
		Rewards::on_idle(now, all);
		Reputation::on_idle(now, all);
		Subnets::on_idle(now, all);
		System::set_block_number(now + 1);
		pallet_timestamp::Now::<Runtime>::put(u64::from(now + 1) * 3_000);
		Jobs::on_initialize(now + 1);
		Rewards::on_initialize(now + 1);
	}
}

/// Ends so many eras, with a block in each session. All validators author blocks.
fn eras(count: u32) {
	for _ in 0..count * SESSIONS_PER_ERA {
		for who in pallet_session::Validators::<Runtime>::get() {
			<ValidatorStaking as EventHandler<_, _>>::note_author(who.clone());
			<Rewards as EventHandler<_, _>>::note_author(who);
		}
		Session::rotate_session();
		blocks(1);
	}
}

fn id(who: Sr25519Keyring) -> AccountId {
	who.to_account_id()
}

fn signed(who: Sr25519Keyring) -> RuntimeOrigin {
	RuntimeOrigin::signed(id(who))
}

/// Alice's model.
fn model() -> ModelId {
	EntryKind::Model.id(&id(Alice), MANIFEST)
}

/// Bob, with Ferdie's key for his worker, answers one job of Eve's; says the treasury's part.
fn settle_one_job() -> Balance {
	let details = pallet_models::ModelDetails {
		manifest: MANIFEST,
		tasks: TaskSet::of(&[TaskKind::Chat]),
		profile: NumericProfile::F32,
		context: 256,
		licence: b"MIT".to_vec().try_into().expect("short"),
		royalty: Permill::zero(),
		trained_on: Default::default(),
		calibration: None,
	};
	let name = b"test/model".to_vec().try_into().expect("short");
	assert_ok!(Models::register_model(signed(Alice), name, details));
	let bond = 300 * UNIT;
	assert_ok!(Providers::register(signed(Bob), id(Ferdie), bond, 2, Default::default()));
	assert_ok!(Providers::offer(signed(Bob), 0, model(), PRICE));
	let request = JobRequest {
		subnet: 0,
		model: model(),
		task: TaskKind::Chat,
		payload: Content::from(b"what is a ledger?".to_vec()),
		sampling: Sampling { max_output: 50, ..Default::default() },
		max_price: 2 * UNIT,
		deadline: System::block_number() + 30,
		assurance: Assurance::Optimistic,
		privacy: Privacy::Public,
		replicas: 1,
		only: None,
	};
	assert_ok!(Jobs::submit_job(signed(Eve), request));
	blocks(1);
	let job = pallet_jobs::ClientJobs::<Runtime>::iter_key_prefix(id(Eve)).next().expect("there");
	let delivery = Delivery {
		output: Content::from(b"a book of accounts".to_vec()),
		commitment: None,
		units: Units { input: 0, output: 0 },
		started_at: 1,
		finished_at: 2,
	};
	let before = Balances::total_balance(&Treasury::account());
	assert_ok!(Jobs::deliver(signed(Ferdie), job, delivery));
	blocks(Jobs::job(job).expect("there").due - System::block_number());
	Balances::total_balance(&Treasury::account()) - before
}

#[test]
fn work_should_bring_a_name_and_a_reward_when_it_was_paid() {
	run(|| {
		let fee = settle_one_job();
		assert_eq!(fee, UNIT / 20);
		let score = Reputation::score(id(Bob));
		assert!(score > Permill::from_percent(60), "{score:?}");

		let issuance = Balances::total_issuance();
		eras(1);
		let record = Rewards::era(0).expect("somebody earned something");
		// What the fees allow, not what the curve would.
		assert_eq!(record.work.amount, fee / 10 * 9);
		assert_eq!(
			Balances::total_issuance(),
			issuance + record.work.amount + record.validation.amount
		);
		let before = Balances::total_balance(&id(Bob));
		// By somebody else.
		assert_ok!(Rewards::claim(signed(Eve), id(Bob), 0));
		assert_eq!(Balances::total_balance(&id(Bob)), before + fee / 10 * 9);
	});
}

#[test]
fn provider_should_be_drawn_no_more_when_silent_and_again_after_a_heartbeat() {
	run(|| {
		settle_one_job();
		let why = || Providers::why_not_assigned(id(Bob));
		// In this session it has delivered, in the next it need not say anything yet.
		Session::rotate_session();
		blocks(2);
		assert_eq!(why(), Reason::Eligible);
		Session::rotate_session();
		blocks(2);
		assert_eq!(why(), Reason::Silent);
		assert_eq!(Jobs::quote(0, model(), 10, 10, Assurance::Optimistic), None);
		let score = Reputation::score(id(Bob));
		assert_ok!(Providers::heartbeat(signed(Ferdie), 1));
		assert_eq!(why(), Reason::Eligible);
		assert!(Jobs::quote(0, model(), 10, 10, Assurance::Optimistic).is_some());
		assert_eq!(Reputation::score(id(Bob)), score, "silence costs no good name");
	});
}

#[test]
fn backers_should_share_the_blocks_rewards_when_an_era_is_over() {
	run(|| {
		assert_ok!(ValidatorStaking::delegate(signed(Eve), id(Alice), 300_000 * UNIT));
		// Elected with it for the next era.
		eras(2);
		let record = Rewards::era(1).expect("blocks were authored");
		let each = record.validation.amount / 4;
		let (alice, eve) = (Balances::total_balance(&id(Alice)), Balances::total_balance(&id(Eve)));
		assert_ok!(Rewards::claim_validator(signed(Ferdie), id(Alice), 1));
		// Alice has 100,000 of 400,000.
		let got = Balances::total_balance(&id(Eve)) - eve;
		assert!(got.abs_diff(each / 4 * 3) < 10, "{got} of {each}");
		assert!((Balances::total_balance(&id(Alice)) - alice).abs_diff(each / 4) < 10);
	});
}

#[test]
fn candidate_should_validate_when_it_has_keys_and_stake() {
	run(|| {
		let owner = id(Eve);
		let generated = SessionKeys::generate(owner.as_ref(), None);
		let proof = generated.proof.encode();
		assert_ok!(Session::set_keys(signed(Eve), generated.keys, proof));
		assert_ok!(ValidatorStaking::join(signed(Eve), 200_000 * UNIT, Permill::zero()));
		let validates =
			|who: &AccountId32| pallet_session::Validators::<Runtime>::get().contains(who);
		assert!(!validates(&owner));
		eras(2);
		assert!(validates(&owner));
		assert_eq!(pallet_session::Validators::<Runtime>::get().len(), 5);

		assert_ok!(ValidatorStaking::leave(signed(Eve)));
		eras(1);
		assert!(!validates(&owner));
		let held = ValidatorStaking::held_by(owner.clone());
		assert_eq!(held[0].held_for, HeldFor::StakeUnbonding);
		eras(9);
		assert!(ValidatorStaking::held_by(owner.clone()).is_empty());
		// The deposit for the session keys is there until they are purged.
		assert_ok!(ValidatorStaking::purge_keys(signed(Eve)));
		assert_eq!(Balances::total_balance_on_hold(&owner), 0);
	});
}

/// Two blocks in one slot, say.
struct Equivocation(AccountId, u32);

impl Offence<(AccountId, ())> for Equivocation {
	const ID: Kind = *b"test:equivocate_";
	type Slot = u32;

	fn offenders(&self) -> Vec<(AccountId, ())> {
		vec![(self.0.clone(), ())]
	}

	fn session_index(&self) -> u32 {
		self.1
	}

	fn validator_set_count(&self) -> u32 {
		4
	}

	fn slot(&self) -> u32 {
		1
	}

	fn slash_fraction(&self, _: u32) -> Perbill {
		Perbill::from_percent(10)
	}
}

#[test]
fn equivocation_should_cost_those_behind_the_validator_when_its_slash_is_due() {
	run(|| {
		assert_ok!(ValidatorStaking::delegate(signed(Eve), id(Dave), 50_000 * UNIT));
		eras(1);
		let issuance = Balances::total_issuance();
		let offence = Equivocation(id(Dave), Session::current_index());
		assert_ok!(Offences::report_offence(vec![id(Ferdie)], offence));
		assert_eq!(ValidatorStaking::unapplied_slashes().len(), 1);
		let minted = |from: Balance| Balances::total_issuance() - from;
		let treasury = Balances::total_balance(&Treasury::account());
		let ferdie = Balances::total_balance(&id(Ferdie));

		// The seat goes with one of the next sessions, the stake two eras later.
		Session::rotate_session();
		Session::rotate_session();
		assert!(!pallet_session::Validators::<Runtime>::get().contains(&id(Dave)));
		assert_eq!(Balances::total_balance_on_hold(&id(Dave)), 100_000 * UNIT);
		eras(4);
		blocks(2);

		assert_eq!(Balances::total_balance_on_hold(&id(Dave)), 90_000 * UNIT);
		assert_eq!(Balances::total_balance_on_hold(&id(Eve)), 45_000 * UNIT);
		assert_eq!(Balances::total_balance(&id(Ferdie)) - ferdie, 1_000 * UNIT);
		assert!(Balances::total_balance(&Treasury::account()) - treasury >= 14_000 * UNIT);
		// Slashes burn nothing: since the first of these eras ended before, the others' emission is
		// what is new.
		let emitted: Balance = (1..ValidatorStaking::current_era())
			.filter_map(Rewards::era)
			.map(|era| era.work.amount + era.validation.amount)
			.sum();
		assert_eq!(minted(issuance), emitted);
	});
}

/// Two prevotes of one validator in one round, for different blocks.
fn double_vote(who: Ed25519Keyring, set: u64, round: u64) -> EquivocationProof<H256, u32> {
	let vote = |hash: u8| {
		let target = (H256::repeat_byte(hash), 5u32);
		// As `finality_grandpa::Message::Prevote` is written.
		let payload = localized_payload(round, set, &(0u8, target));
		(target, who.sign(&payload))
	};
	// As it is written, prevotes being the first kind of two.
	let written = (set, 0u8, round, who.public(), vote(1), vote(2)).encode();
	EquivocationProof::decode(&mut &written[..]).expect("a proof")
}

#[test]
fn finality_vote_for_two_blocks_should_be_slashed_when_anybody_shows_it() {
	run(|| {
		eras(1);
		let owned = |who: Ed25519Keyring| {
			let key = (key_types::GRANDPA, who.public().encode());
			Historical::prove(key).expect("a validator's key")
		};
		let report = |votes, key| {
			let votes = Box::new(votes);
			Grandpa::report_equivocation_unsigned(RuntimeOrigin::none(), votes, key)
		};
		let set = pallet_grandpa::CurrentSetId::<Runtime>::get();
		let dave = Ed25519Keyring::Dave;
		// Bob's key did not sign that.
		let error = pallet_grandpa::Error::<Runtime>::InvalidKeyOwnershipProof;
		let foreign = report(double_vote(dave, set, 7), owned(Ed25519Keyring::Bob));
		assert_eq!(foreign.map(|_| ()).map_err(|refused| refused.error), Err(error.into()));
		assert!(ValidatorStaking::unapplied_slashes().is_empty());

		assert_ok!(report(double_vote(dave, set, 7), owned(dave)));
		assert_eq!(ValidatorStaking::unapplied_slashes().len(), 1);
		// Once for one round.
		let error = pallet_grandpa::Error::<Runtime>::DuplicateOffenceReport;
		let again = report(double_vote(dave, set, 7), owned(dave));
		assert_eq!(again.map(|_| ()).map_err(|refused| refused.error), Err(error.into()));
		let before = Balances::total_balance_on_hold(&id(Dave));
		eras(4);
		blocks(2);
		assert!(Balances::total_balance_on_hold(&id(Dave)) < before);
		assert!(ValidatorStaking::unapplied_slashes().is_empty());
	});
}

#[test]
fn earnings_should_pay_for_a_job_when_there_is_nothing_else() {
	run(|| {
		let reward = settle_one_job() / 10 * 9;
		eras(1);
		// Bob sends all away that he can.
		let all = Balances::reducible_balance(&id(Bob), Preserve, Polite);
		assert_ok!(Balances::transfer_keep_alive(signed(Bob), Address::Id(id(Ferdie)), all));
		let model = model();
		let request = |max_price| JobRequest {
			subnet: 0,
			model,
			task: TaskKind::Chat,
			payload: Content::from(b"what is a ledger?".to_vec()),
			sampling: Sampling::default(),
			max_price,
			deadline: System::block_number() + 30,
			assurance: Assurance::Optimistic,
			privacy: Privacy::Public,
			replicas: 1,
			only: None,
		};
		assert_noop!(
			Jobs::submit_job(signed(Bob), request(reward + 1)),
			sp_runtime::TokenError::FundsUnavailable
		);
		let held = Balances::total_balance_on_hold(&id(Bob));
		assert_ok!(Jobs::submit_job(signed(Bob), request(reward)));
		assert_eq!(Balances::total_balance_on_hold(&id(Bob)) - held, reward);
		let claimed = pallet_rewards::Error::<Runtime>::AlreadyClaimed;
		assert_noop!(Rewards::claim(signed(Eve), id(Bob), 0), claimed);
		let paid = |record: frame_system::EventRecord<RuntimeEvent, H256>| match record.event {
			RuntimeEvent::Rewards(pallet_rewards::Event::RewardPaid { to, amount, .. }) => {
				Some((to, amount))
			},
			_ => None,
		};
		let paid: Vec<_> = System::events().into_iter().filter_map(paid).collect();
		assert!(paid.contains(&(id(Bob), reward)), "{paid:?}");
	});
}

#[test]
fn chain_should_go_on_when_the_treasury_is_reaped() {
	run(|| {
		let treasury = Treasury::account();
		let all = || {
			let accounts = frame_system::Account::<Runtime>::iter_values();
			accounts.map(|account| account.data.free + account.data.reserved).sum::<Balance>()
		};
		// Only root could do that.
		let nothing =
			Balances::force_set_balance(RuntimeOrigin::root(), Address::Id(treasury.clone()), 0);
		assert_ok!(nothing);
		assert!(!System::account_exists(&treasury));

		// A fee that makes no account is burned, and counted as that.
		let issuance = Balances::total_issuance();
		let fee = Balances::minimum_balance() - 1;
		let credit = Balances::withdraw(&id(Eve), fee, Exact, Preserve, Polite).expect("rich");
		ResolveTo::<Treasury, Balances>::on_unbalanced(credit);
		assert!(!System::account_exists(&treasury));
		assert_eq!(Balances::total_issuance(), issuance - fee);
		assert_eq!(all(), Balances::total_issuance());

		// The first charge makes it again.
		assert_eq!(settle_one_job(), UNIT / 20);
		eras(1);
		assert_ok!(Rewards::claim(signed(Eve), id(Bob), 0));
		assert_eq!(all(), Balances::total_issuance());
	});
}

#[test]
fn chain_should_keep_its_validators_when_all_candidates_leave() {
	run(|| {
		for who in [Alice, Bob, Charlie, Dave] {
			assert_ok!(ValidatorStaking::leave(signed(who)));
		}
		eras(3);
		let left = pallet_session::Validators::<Runtime>::get().len();
		let least: u32 = <Runtime as pallet_validator_staking::Config>::MinValidators::get();
		assert!(left >= least as usize, "{left} are left to make blocks");
	});
}

#[test]
fn chain_should_keep_its_validators_when_all_of_them_give_up_their_keys() {
	run(|| {
		let all = [Alice, Bob, Charlie, Dave];
		let purge = || RuntimeCall::from(pallet_session::Call::purge_keys {});
		let refused = Err(frame_system::Error::<Runtime>::CallFiltered.into());
		let dispatch = |call: RuntimeCall, who| {
			call.dispatch(signed(who)).map(|_| ()).map_err(|error| error.error)
		};
		for who in all {
			assert_eq!(dispatch(purge(), who), refused);
			let batch = pallet_utility::Call::batch_all { calls: vec![purge()] };
			assert_eq!(dispatch(batch.into(), who), refused);
			let delegate = Address::Id(id(Ferdie));
			let proxy_type = ProxyType::Any;
			assert_ok!(Proxy::add_proxy(signed(who), delegate, proxy_type, 0));
			let call = Box::new(purge());
			assert_ok!(Proxy::proxy(signed(Ferdie), Address::Id(id(who)), None, call));
			let result = refused;
			System::assert_last_event(pallet_proxy::Event::ProxyExecuted { result }.into());
			let candidate = pallet_validator_staking::Error::<Runtime>::StillCandidate;
			assert_noop!(ValidatorStaking::purge_keys(signed(who)), candidate);
			assert_ok!(ValidatorStaking::leave(signed(who)));
		}
		let least: u32 = <Runtime as pallet_validator_staking::Config>::MinValidators::get();
		for _ in 0..3 * SESSIONS_PER_ERA {
			for who in all {
				let _ = ValidatorStaking::purge_keys(signed(who));
			}
			Session::rotate_session();
			let seated = pallet_session::Validators::<Runtime>::get();
			assert!(seated.len() >= least as usize, "{} make blocks", seated.len());
			assert!(seated.iter().all(pallet_session::NextKeys::<Runtime>::contains_key));
		}
	});
}

/// As many candidates and validators as there can be, with as many backers each as can be: the most that any number
/// of delegations can cost, since only those to the elected are read.
#[test]
fn session_change_should_fit_into_half_a_block_when_everything_is_full() {
	type Staking = <Runtime as pallet_validator_staking::Config>::WeightInfo;
	let validators = constant::<<Runtime as pallet_validator_staking::Config>::MaxValidators>();
	let candidates = constant::<<Runtime as pallet_validator_staking::Config>::MaxCandidates>();
	let backers =
		constant::<<Runtime as pallet_validator_staking::Config>::MaxDelegationsPerCandidate>();
	assert!(candidates >= 1_000 && candidates * backers >= 100_000);

	let change = Staking::elect(candidates, validators * backers)
		.max(Staking::keep_seats(validators))
		.max(Staking::leave_out(validators));
	let weight = change
		.saturating_add(Staking::end_session(validators))
		.saturating_add(Staking::disable_again(validators))
		.saturating_add(Staking::see_off(validators));

	let half = <Runtime as frame_system::Config>::BlockWeights::get().max_block / 2;
	assert!(weight.all_lte(half), "{weight:?}");
}

fn constant<Constant: Get<u32>>() -> u32 {
	Constant::get()
}
