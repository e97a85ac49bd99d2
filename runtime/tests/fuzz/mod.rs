//! Random calls of random accounts against the real runtime, and after each few of them everything
//! that must hold.
//!
//! * `chain.rs`: the chain from genesis on, its blocks, sessions and offences;
//! * `calls.rs`: which calls, with which arguments;
//! * `audits.rs`: those about audits;
//! * `channels.rs`: those about channels and batches;
//! * `complaints.rs`: those about receipts that are in no batch;
//! * `multisigs.rs`: those of several people together;
//! * `books.rs`: what the events say of money, reckoned independently of the pallets;
//! * `channel_books.rs`: what they say of channels;
//! * `batch_books.rs`: of one batch;
//! * `gateway_books.rs`: of gateways' bonds, and of complaints;
//! * `checks.rs`: what must hold.
//!
//! A run is determined by its plan. `runtime/examples/fuzz.rs` makes long ones, `random.rs` short ones.

mod audits;
mod batch_books;
mod books;
mod calls;
mod chain;
mod channel_books;
mod channels;
mod checks;
mod complaints;
mod gateway_books;
mod multisigs;

use books::Books;
use channels::is_exhibit;
use frame_support::{
	dispatch::{DispatchInfo, GetDispatchInfo, PostDispatchInfo},
	storage::with_transaction,
	traits::GetCallMetadata,
	weights::Weight,
};
use multisigs::Shared;
use rand::{rngs::StdRng, Rng, SeedableRng};
use reckon_primitives::{token::UNIT, Balance};
use reckon_receipts::SignedReceipt;
use reckon_runtime::{AccountId, Runtime, RuntimeCall, RuntimeOrigin, System, TxExtension};
use reckon_runtime::{SessionKeys, ValidatorStaking};
use sp_core::{sr25519, H256};
use sp_runtime::{
	generic::{CheckedExtrinsic, Era, ExtrinsicFormat},
	traits::{Applyable, Dispatchable},
	DispatchError, DispatchResultWithInfo, TransactionOutcome,
};
use std::{
	cell::RefCell,
	collections::{BTreeMap, VecDeque},
	panic::{catch_unwind, AssertUnwindSafe},
};

/// How many of the last calls a failure shows.
const SHOWN: usize = 12;
/// How many bytes of each.
const MOST_SHOWN: usize = 800;
/// After so many calls the state is written anew, without the traces of what was deleted.
const CALLS_PER_STATE: u64 = 1_000;
/// In so many calls, one is watched: who has lost what by it.
const WATCH_EVERY: u64 = 8;

/// What to do.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
	/// Determines everything, with the other two.
	pub seed: u64,
	/// How many calls to make.
	pub calls: u64,
	/// After how many calls to check everything.
	pub check_every: u64,
}

/// What was done.
#[derive(Default)]
pub struct Report {
	/// How many calls were made.
	pub calls: u64,
	/// How many of them did something.
	pub succeeded: u64,
	/// How many blocks there were.
	pub blocks: u64,
	/// In how many eras.
	pub eras: u32,
	/// How often everything was checked.
	pub checks: u64,
	/// Of each kind of call: how many did something, and how many were refused.
	pub kinds: BTreeMap<String, (u64, u64)>,
	/// How often each error came.
	pub errors: BTreeMap<String, u64>,
	/// How often each of our events came.
	pub events: BTreeMap<String, u64>,
}

/// What did not hold.
#[derive(Debug)]
pub struct Failure {
	/// The seed of the run.
	pub seed: u64,
	/// The number of the call after which it did not hold.
	pub step: u64,
	/// What.
	pub what: String,
	/// The last calls, oldest first.
	pub last: Vec<String>,
}

impl std::fmt::Display for Failure {
	fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
		writeln!(f, "seed {}, step {}: {}", self.seed, self.step, self.what)?;
		self.last.iter().try_for_each(|call| writeln!(f, "  {call}"))
	}
}

/// Makes the calls of a plan, and tells of the progress after each thousand.
pub fn run(plan: Plan, mut progress: impl FnMut(&Report)) -> Result<Report, Failure> {
	Witness::install();
	let mut fuzzer = Fuzzer::new(plan.seed);
	let outcome = catch_unwind(AssertUnwindSafe(|| fuzzer.run(plan, &mut progress)));
	let outcome = outcome.unwrap_or_else(|panic| Err(format!("panic: {}", message(&*panic))));
	match outcome {
		Ok(()) => Ok(fuzzer.report),
		Err(what) => Err(Failure {
			seed: plan.seed,
			step: fuzzer.report.calls,
			what,
			last: fuzzer.last.into(),
		}),
	}
}

fn message(panic: &(dyn std::any::Any + Send)) -> String {
	let text = panic.downcast_ref::<String>().cloned();
	text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).into())).unwrap_or_default()
}

/// Who makes a call.
#[derive(Clone, Debug)]
enum Signer {
	Root,
	Nobody,
	/// Whoever has the key that the call is signed with.
	Authorised,
	Account(AccountId),
}

impl Signer {
	fn origin(&self) -> RuntimeOrigin {
		match self {
			Self::Root => RuntimeOrigin::root(),
			Self::Nobody => RuntimeOrigin::none(),
			Self::Authorised => frame_system::RawOrigin::Authorized.into(),
			Self::Account(who) => RuntimeOrigin::signed(who.clone()),
		}
	}
}

type Outcome = DispatchResultWithInfo<PostDispatchInfo>;

struct Fuzzer {
	rng: StdRng,
	/// The accounts that make calls, the wealthy before the poor.
	people: Vec<AccountId>,
	/// Their keys.
	pairs: BTreeMap<AccountId, sr25519::Pair>,
	/// Two sets of session keys of each of them, with the proofs that they are its own.
	keys: Vec<(AccountId, SessionKeys, Vec<u8>)>,
	/// Whose the keys are that sign channels' vouchers.
	sessions: BTreeMap<sr25519::Public, AccountId>,
	/// Calls that may wait for the signature of another one of a group.
	shared: VecDeque<Shared>,
	/// The last receipts that gateways have put into no batch, with their leaves.
	withheld: VecDeque<(H256, SignedReceipt<AccountId>)>,
	books: Books,
	/// How many of the block's events are in the books.
	noted: u32,
	report: Report,
	last: VecDeque<String>,
}

impl Fuzzer {
	fn new(seed: u64) -> Self {
		let pairs = chain::people();
		let people: Vec<_> = pairs.iter().map(|(who, _)| who.clone()).collect();
		Self {
			rng: StdRng::seed_from_u64(seed),
			keys: chain::session_keys(&people),
			people,
			pairs: pairs.into_iter().collect(),
			sessions: BTreeMap::new(),
			shared: VecDeque::new(),
			withheld: VecDeque::new(),
			books: Books::default(),
			noted: 0,
			report: Report::default(),
			last: VecDeque::new(),
		}
	}

	fn run(&mut self, plan: Plan, progress: &mut impl FnMut(&Report)) -> Result<(), String> {
		let mut state = chain::genesis(&self.people);
		state.execute_with(|| self.begin())?;
		while self.report.calls < plan.calls {
			state = chain::rewritten(state);
			state.execute_with(|| {
				let end = plan.calls.min(self.report.calls + CALLS_PER_STATE);
				while self.report.calls < end {
					self.step()?;
					if self.report.calls.is_multiple_of(plan.check_every) {
						self.check()?;
					}
				}
				self.report.eras = ValidatorStaking::current_era();
				Ok::<_, String>(())
			})?;
			progress(&self.report);
		}
		state.execute_with(|| self.everybody_leaves())
	}

	/// One call, and sometimes what happens between calls.
	fn step(&mut self) -> Result<(), String> {
		let (signer, call) = self.random_call();
		self.report.calls += 1;
		self.remember(format!("{signer:?}: {call:?}"));
		if self.report.calls.is_multiple_of(WATCH_EVERY) {
			self.watched(signer, call)?;
		} else {
			self.dispatch(signer, call)?;
		}
		if self.one_in(200) {
			self.offend();
		}
		if self.one_in(10) {
			self.time_passes()?;
		}
		Witness::nothing_seen()
	}

	fn remember(&mut self, mut what: String) {
		if what.len() > MOST_SHOWN {
			let end = (0..=MOST_SHOWN).rev().find(|at| what.is_char_boundary(*at)).unwrap_or(0);
			what.truncate(end);
		}
		if self.last.len() == SHOWN {
			self.last.pop_front();
		}
		self.last.push_back(format!(
			"#{} block {} {what}",
			self.report.calls,
			System::block_number()
		));
	}

	/// Makes a call, and sees that nobody pays for it but who signed it, and no more than it says.
	fn watched(&mut self, signer: Signer, call: RuntimeCall) -> Result<(), String> {
		let signed_for = match &signer {
			Signer::Account(who) => calls::most_that_it_costs(who, &call),
			_ => BTreeMap::new(),
		};
		self.note_events()?;
		let before = self.books.open_account();
		self.dispatch(signer, call)?;
		self.note_events()?;
		self.books.close_account(&before, &signed_for)
	}

	fn dispatch(&mut self, signer: Signer, call: RuntimeCall) -> Result<(), String> {
		let name = call.get_call_metadata();
		let name = format!("{}.{}", name.pallet_name, name.function_name);
		// Some come as whole transactions, with fees; the others as they are, so that also those can
		// do something who can't pay a fee.
		let (outcome, limit) = match &signer {
			Signer::Account(who) if self.one_in(4) => {
				let Some(outcome) = self.transact(who.clone(), call) else { return Ok(()) };
				outcome
			},
			_ => {
				let limit = call.get_dispatch_info().call_weight;
				let outcome = call.clone().dispatch(signer.origin());
				if let Err(error) = &outcome {
					// It would cost nobody anything.
					let is_free = matches!(signer, Signer::Authorised) && is_exhibit(&call);
					ensure(!is_free, || {
						format!("{name} is taken from nobody, and then {error:?}")
					})?;
					self.changes_nothing(&name, &signer, call, error.error)?;
				}
				(outcome, limit)
			},
		};
		let kind = self.report.kinds.entry(name.clone()).or_default();
		let post = match outcome {
			Ok(post) => {
				self.report.succeeded += 1;
				kind.0 += 1;
				post
			},
			Err(error) => {
				kind.1 += 1;
				*self.report.errors.entry(named(error.error)).or_default() += 1;
				error.post_info
			},
		};
		let weighs_too_much = post.actual_weight.is_some_and(|weight| weight.any_gt(limit));
		ensure(!weighs_too_much, || format!("{name} weighs more than it says: {post:?}"))
	}

	/// Applies a call as a transaction; says what it may weigh, too. `None` if it is not valid, as when
	/// the fee can't be paid.
	fn transact(&mut self, who: AccountId, call: RuntimeCall) -> Option<(Outcome, Weight)> {
		let tip = if self.one_in(10) { self.rng.random_range(0..UNIT) } else { 0 };
		let extension = extension(&who, tip);
		let transaction = CheckedExtrinsic::<_, _, TxExtension> {
			format: ExtrinsicFormat::Signed(who, extension),
			function: call,
		};
		let length = codec::Encode::encoded_size(&transaction.function) + 150;
		let info: DispatchInfo = transaction.get_dispatch_info();
		// A block's author leaves out what is not valid.
		let applied = with_transaction(|| match transaction.apply::<Runtime>(&info, length) {
			Ok(outcome) => TransactionOutcome::Commit(Ok::<_, DispatchError>(Some(outcome))),
			Err(_) => TransactionOutcome::Rollback(Ok(None)),
		});
		applied.unwrap_or_default().map(|outcome| (outcome, info.total_weight()))
	}

	/// Makes a call that was refused again, the first few times that this call was refused for this
	/// reason, and sees that the state stays as it is.
	fn changes_nothing(
		&mut self,
		name: &str,
		signer: &Signer,
		call: RuntimeCall,
		error: DispatchError,
	) -> Result<(), String> {
		if !self.books.is_new(format!("{name} {error:?}")) {
			return Ok(());
		}
		let before = chain::everything();
		let again = call.dispatch(signer.origin());
		ensure(again.is_err_and(|again| again.error == error), || {
			format!("{name} is refused and then not, or for another reason: {error:?}")
		})?;
		let unchanged = chain::everything() == before;
		ensure(unchanged, || format!("{name} was refused and changed something: {error:?}"))
	}

	fn one_in(&mut self, n: u32) -> bool {
		self.rng.random_ratio(1, n)
	}
}

/// What surrounds a transaction.
fn extension(who: &AccountId, tip: Balance) -> TxExtension {
	(
		frame_system::AuthorizeCall::new(),
		frame_system::CheckNonZeroSender::new(),
		frame_system::CheckSpecVersion::new(),
		frame_system::CheckTxVersion::new(),
		frame_system::CheckGenesis::new(),
		frame_system::CheckMortality::from(Era::immortal()),
		frame_system::CheckNonce::from(System::account_nonce(who)),
		frame_system::CheckWeight::new(),
		pallet_transaction_payment::ChargeTransactionPayment::from(tip),
		frame_metadata_hash_extension::CheckMetadataHash::new(false),
		frame_system::WeightReclaim::new(),
	)
}

/// An error's name, with its pallet's.
fn named(error: DispatchError) -> String {
	match error {
		DispatchError::Module(module) => {
			format!("{}.{}", module.index, module.message.unwrap_or("?"))
		},
		other => format!("{other:?}"),
	}
}

fn ensure(holds: bool, what: impl FnOnce() -> String) -> Result<(), String> {
	if holds {
		Ok(())
	} else {
		Err(what())
	}
}

/// Sees the errors that are logged where something can't be and is: those in the SDK's crates, which
/// are built without debug assertions, do not panic.
struct Witness;

thread_local! {
	static SEEN: RefCell<Option<String>> = const { RefCell::new(None) };
}

impl Witness {
	fn install() {
		// Another run may have done so.
		if log::set_logger(&Witness).is_ok() {
			log::set_max_level(log::LevelFilter::Error);
		}
	}

	fn nothing_seen() -> Result<(), String> {
		SEEN.with_borrow_mut(Option::take).map_or(Ok(()), Err)
	}
}

impl log::Log for Witness {
	fn enabled(&self, metadata: &log::Metadata<'_>) -> bool {
		metadata.level() == log::Level::Error
	}

	fn log(&self, record: &log::Record<'_>) {
		if self.enabled(record.metadata()) {
			SEEN.set(Some(format!("logged by {}: {}", record.target(), record.args())));
		}
	}

	fn flush(&self) {}
}
