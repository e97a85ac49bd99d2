//! The chain: genesis, blocks, sessions, offences.

use super::{ensure, Fuzzer, Witness};
use codec::Encode;
use frame_support::{
	dispatch::DispatchClass,
	storage::{storage_prefix, unhashed, with_transaction},
	traits::{OnFinalize, OnIdle, OnInitialize},
	weights::Weight,
};
use rand::Rng;
use reckon_primitives::{token::UNIT, Balance, BlockNumber};
use reckon_runtime::{
	configs::EXISTENTIAL_DEPOSIT, genesis as presets, time, AccountId, AllPalletsWithSystem,
	Runtime, RuntimeGenesisConfig, RuntimeOrigin, Session, SessionKeys, System, Timestamp,
	ValidatorStaking,
};
use sp_consensus_babe::{
	digests::{PreDigest, SecondaryPlainPreDigest},
	Slot, BABE_ENGINE_ID,
};
use sp_core::{ed25519, proof_of_possession::ProofOfPossessionGenerator, sr25519, Pair, H256};
use sp_keyring::Sr25519Keyring;
use sp_runtime::{BuildStorage, Digest, DigestItem, DispatchError, Perbill, TransactionOutcome};
use sp_staking::offence::{Kind, Offence, ReportOffence};
use sp_state_machine::BasicExternalities;

/// The weight that `on_idle` has at most.
#[derive(Clone, Copy)]
pub enum Spare {
	/// All that the block leaves.
	All,
	/// So much.
	Picoseconds(u64),
}

/// The keyring's accounts, which have a million each, and others that have less and less; with their keys.
pub fn people() -> Vec<(AccountId, sr25519::Pair)> {
	let known = Sr25519Keyring::iter().map(|key| key.pair());
	let others = (0..48u8).map(|n| sr25519::Pair::from_seed(&[n + 1; 32]));
	known.chain(others).map(|pair| (pair.public().into(), pair)).collect()
}

/// What an account has at genesis beside what the preset says.
fn endowment(nth: usize) -> Balance {
	match nth {
		0..16 => 100_000 * UNIT,
		16..32 => (nth as Balance - 10) * 100 * UNIT,
		_ => (nth as Balance - 31) * EXISTENTIAL_DEPOSIT,
	}
}

/// The preset `local_testnet`, with more accounts.
pub fn genesis(people: &[AccountId]) -> BasicExternalities {
	let patch = presets::preset(&"local_testnet".into()).expect("a preset");
	let patch: serde_json::Value = serde_json::from_slice(&patch).expect("JSON");
	let mut config = serde_json::to_value(RuntimeGenesisConfig::default()).expect("JSON");
	merge(&mut config, &patch);
	let mut config: RuntimeGenesisConfig = serde_json::from_value(config).expect("a genesis");
	let others = people.iter().skip(Sr25519Keyring::iter().count());
	config
		.balances
		.balances
		.extend(others.cloned().enumerate().map(|(n, who)| (who, endowment(n))));
	// Without a trie, which nobody asks for its root: all is found several times faster.
	BasicExternalities::new(config.build_storage().expect("a state"))
}

fn merge(to: &mut serde_json::Value, patch: &serde_json::Value) {
	match (to.as_object_mut(), patch.as_object()) {
		(Some(to), Some(patch)) => patch.iter().for_each(|(key, value)| {
			merge(to.entry(key).or_insert(serde_json::Value::Null), value);
		}),
		_ => *to = patch.clone(),
	}
}

/// Two sets of session keys for each account.
pub fn session_keys(people: &[AccountId]) -> Vec<(AccountId, SessionKeys, Vec<u8>)> {
	let keys = |who: &AccountId, n: u8| {
		let seed = |purpose: &[u8]| sp_io::hashing::blake2_256(&(who, n, purpose).encode());
		let mut babe = sr25519::Pair::from_seed(&seed(b"babe"));
		let mut grandpa = ed25519::Pair::from_seed(&seed(b"grandpa"));
		let mut audit = sr25519::Pair::from_seed(&seed(b"audit"));
		let keys = SessionKeys {
			babe: babe.public().into(),
			grandpa: grandpa.public().into(),
			audit: audit.public().into(),
		};
		let owner = who.encode();
		let proof = (
			babe.generate_proof_of_possession(&owner),
			grandpa.generate_proof_of_possession(&owner),
			audit.generate_proof_of_possession(&owner),
		);
		(who.clone(), keys, proof.encode())
	};
	people.iter().flat_map(|who| [keys(who, 0), keys(who, 1)]).collect()
}

/// All keys and values.
pub fn everything() -> Vec<(Vec<u8>, Vec<u8>)> {
	let mut all = Vec::new();
	let mut key = Vec::new();
	while let Some(next) = sp_io::storage::next_key(&key) {
		let value = sp_io::storage::get(&next).expect("the key is there").to_vec();
		all.push((next.clone(), value));
		key = next;
	}
	all
}

/// The same state, without the traces of deleted keys, which make iterations slow.
pub fn rewritten(state: BasicExternalities) -> BasicExternalities {
	BasicExternalities::new(state.into_storages())
}

/// An offence of one validator, as bad as can be imagined.
struct Crime {
	offender: AccountId,
	session: u32,
	slot: u64,
	fraction: Perbill,
}

type Offender = pallet_session::historical::IdentificationTuple<Runtime>;

impl Offence<Offender> for Crime {
	const ID: Kind = *b"fuzz:anyoffence_";
	type Slot = u64;

	fn offenders(&self) -> Vec<Offender> {
		vec![(self.offender.clone(), ())]
	}

	fn session_index(&self) -> u32 {
		self.session
	}

	fn validator_set_count(&self) -> u32 {
		Session::validators().len() as u32
	}

	fn slot(&self) -> u64 {
		self.slot
	}

	fn slash_fraction(&self, _: u32) -> Perbill {
		self.fraction
	}
}

impl Fuzzer {
	/// The first block.
	pub(super) fn begin(&mut self) -> Result<(), String> {
		self.books.begin();
		// As of genesis: the chain's clock must have begun.
		self.begin_block(1_000_000)?;
		self.check()
	}

	/// Somebody reports a validator, or somebody who is none.
	pub(super) fn offend(&mut self) {
		let validators = Session::validators();
		let author = pallet_babe::Initialized::<Runtime>::get().flatten();
		let author =
			author.and_then(|digest| validators.get(digest.authority_index() as usize)).cloned();
		let offender = if self.one_in(8) || validators.is_empty() {
			self.account()
		} else {
			validators[self.rng.random_range(0..validators.len())].clone()
		};
		// Nobody makes a block that has a report of its author: it would be refused.
		if Some(&offender) == author.as_ref() {
			return;
		}
		let fraction = match self.rng.random_range(0..20) {
			0 => Perbill::one(),
			1 => Perbill::zero(),
			2 => Perbill::from_percent(self.rng.random_range(1..50)),
			_ => Perbill::from_rational(self.rng.random_range(1..30u32), 1_000),
		};
		let ago = if self.one_in(2) { 0 } else { self.rng.random_range(0..12) };
		let crime = Crime {
			offender,
			session: Session::current_index().saturating_sub(ago),
			slot: u64::from(System::block_number()) / 8,
			fraction,
		};
		// All offences of one time are handled again with each of them, the author's among them.
		let same_time = crime.slot.encode();
		let reports = pallet_offences::ConcurrentReportsIndex::<Runtime>::get(Crime::ID, same_time);
		let mut reports = reports.into_iter().filter_map(pallet_offences::Reports::<Runtime>::get);
		if reports.any(|report| Some(&report.offender.0) == author.as_ref()) {
			return;
		}
		let reporters = if self.one_in(4) { vec![] } else { vec![self.account()] };
		self.remember(format!("offence of {:?}, {ago} sessions ago: {fraction:?}", crime.offender));
		// The same offence may have been reported.
		let _ = <pallet_offences::Pallet<Runtime> as ReportOffence<_, _, _>>::report_offence(
			reporters, crime,
		);
	}

	/// Some blocks without calls; nobody pays for anything but what the events say.
	pub(super) fn time_passes(&mut self) -> Result<(), String> {
		self.note_events()?;
		let before = self.books.open_account();
		match self.rng.random_range(0..300) {
			0 => (0..time::SESSIONS_PER_ERA).try_for_each(|_| self.short_session())?,
			1..4 => self.short_session()?,
			// The chain has stood still.
			4 => self.block(5_000, Spare::All)?,
			5..15 => self.blocks(|_| Spare::Picoseconds(0))?,
			15..35 => self.blocks(|rng| Spare::Picoseconds(rng.random_range(0..20_000_000_000)))?,
			_ => self.blocks(|_| Spare::All)?,
		}
		self.note_events()?;
		self.books.close_account(&before, &Default::default())
	}

	fn blocks(
		&mut self,
		mut spare: impl FnMut(&mut rand::rngs::StdRng) -> Spare,
	) -> Result<(), String> {
		let most = if self.one_in(4) { 20 } else { 3 };
		for _ in 0..self.rng.random_range(1..=most) {
			let slots = if self.one_in(10) { self.rng.random_range(1..5) } else { 1 };
			let spare = spare(&mut self.rng);
			self.block(slots, spare)?;
		}
		Ok(())
	}

	/// A session of a few blocks, and the first one of the next.
	pub(super) fn short_session(&mut self) -> Result<(), String> {
		for _ in 0..(Session::validators().len() * 2).max(8) {
			self.block(1, Spare::All)?;
		}
		self.block(time::EPOCH_SLOTS.into(), Spare::All)
	}

	/// Ends the block that there is, and begins another so many slots later.
	pub(super) fn block(&mut self, slots: u64, spare: Spare) -> Result<(), String> {
		self.end_block(spare)?;
		self.begin_block(slots)
	}

	/// What `Executive` and the inherents do at a block's start.
	fn begin_block(&mut self, slots: u64) -> Result<(), String> {
		self.report.blocks += 1;
		let number = System::block_number() + 1;
		let slot = pallet_babe::CurrentSlot::<Runtime>::get() + slots;
		let authority_index = self.author(slot);
		let digest = PreDigest::SecondaryPlain(SecondaryPlainPreDigest { authority_index, slot });
		let digest = Digest { logs: vec![DigestItem::PreRuntime(BABE_ENGINE_ID, digest.encode())] };
		// As `System::reset_events`, which also looks through all keys for topics, of which there are none.
		unhashed::kill(&storage_prefix(b"System", b"Events"));
		unhashed::kill(&storage_prefix(b"System", b"EventCount"));
		self.noted = 0;
		System::initialize(&number, &H256::from_low_u64_be(number.into()), &digest);
		let session = Session::current_index();
		let used = <AllPalletsWithSystem as OnInitialize<BlockNumber>>::on_initialize(number);
		// The session pallet says that a session's change takes a whole block.
		let change = if Session::current_index() > session { self.most() } else { Weight::zero() };
		let ours = Weight::from_parts(used.ref_time().saturating_sub(change.ref_time()), 0);
		ensure(ours.all_lte(self.most()), || format!("a block's start weighs {used:?}"))?;
		System::register_extra_weight_unchecked(used, DispatchClass::Mandatory);
		System::note_finished_initialize();
		Timestamp::set(RuntimeOrigin::none(), *slot * time::SLOT_MILLIS)
			.map_err(|error| format!("the clock can't be set: {error:?}"))
	}

	/// What `Executive` does at a block's end, without the state's root.
	fn end_block(&mut self, spare: Spare) -> Result<(), String> {
		System::note_finished_extrinsics();
		let number = System::block_number();
		let left = self.most().saturating_sub(System::block_weight().total());
		let limit = match spare {
			Spare::All => left,
			Spare::Picoseconds(time) => left.min(Weight::from_parts(time, u64::MAX)),
		};
		let used = <AllPalletsWithSystem as OnIdle<BlockNumber>>::on_idle(number, limit);
		ensure(used.all_lte(limit), || {
			format!("of {limit:?} that were spare, {used:?} were used")
		})?;
		System::register_extra_weight_unchecked(used, DispatchClass::Mandatory);
		<AllPalletsWithSystem as OnFinalize<BlockNumber>>::on_finalize(number);
		self.note_events()?;

		// A primary author's random number, without its signature.
		let random: Option<[u8; 32]> = (!self.one_in(50)).then(|| self.rng.random());
		unhashed::put(&storage_prefix(b"Babe", b"AuthorVrfRandomness"), &random);
		let kept: BlockNumber = <Runtime as frame_system::Config>::BlockHashCount::get();
		frame_system::BlockHash::<Runtime>::remove(number.saturating_sub(kept + 1).max(1));
		Witness::nothing_seen()
	}

	/// Who can make the first block of the session to come, when all have offended.
	fn enabled_after_rotation(&self) -> Vec<u32> {
		with_transaction(|| {
			let seated: Vec<_> = Session::queued_keys().into_iter().map(|(who, _)| who).collect();
			let all = 0..seated.len() as u32;
			pallet_session::Validators::<Runtime>::put(seated);
			pallet_session::DisabledValidators::<Runtime>::kill();
			let session = Session::current_index() + 1;
			<ValidatorStaking as pallet_session::SessionManager<_>>::start_session(session);
			let disabled = Session::disabled_validators();
			let able = all.filter(|index| !disabled.contains(index)).collect();
			TransactionOutcome::Rollback(Ok::<_, DispatchError>(able))
		})
		.expect("rolled back")
	}

	/// All that a block can have.
	fn most(&self) -> Weight {
		<Runtime as frame_system::Config>::BlockWeights::get().max_block
	}

	/// Who makes the next block, in this slot.
	fn author(&mut self, slot: Slot) -> u32 {
		let validators = Session::validators().len();
		let epoch = slot.saturating_sub(*pallet_babe::Pallet::<Runtime>::current_epoch_start());
		let begins = epoch >= u64::from(time::EPOCH_SLOTS);
		let offenders = pallet_validator_staking::Offenders::<Runtime>::get();
		let is_honest = |who: &AccountId| offenders.iter().all(|(other, _)| other != who);
		let able: Vec<_> = if begins && pallet_session::QueuedChanged::<Runtime>::get() {
			// Other validators come: one who was there before and is, and has not offended; offenders
			// are disabled again, some of them if they are too many.
			let queued = Session::queued_keys();
			let honest: Vec<_> = (0..validators.min(queued.len()))
				.filter(|index| is_honest(&queued[*index].0))
				.map(|index| index as u32)
				.collect();
			if honest.is_empty() {
				self.enabled_after_rotation()
			} else {
				honest
			}
		} else {
			let disabled = Session::disabled_validators();
			let able = (0..validators as u32).filter(|index| !disabled.contains(index));
			let able: Vec<_> = able.collect();
			// Who has offended in an earlier session may be disabled when the next one begins, in the very
			// block that it makes.
			let seated = Session::validators();
			let honest = able.iter().copied().filter(|index| is_honest(&seated[*index as usize]));
			let honest: Vec<_> = honest.collect();
			if begins && !honest.is_empty() {
				honest
			} else {
				able
			}
		};
		assert!(!able.is_empty(), "nobody can make a block: {validators} validators");
		// Some are away more often than others.
		if self.one_in(3) {
			able[0]
		} else {
			able[self.rng.random_range(0..able.len())]
		}
	}
}
