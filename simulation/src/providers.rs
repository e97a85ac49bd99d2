//! What providers do.

use crate::{
	chain::{account, call, model},
	computing::Source,
};
use frame_support::traits::fungible::Inspect;
use pallet_providers::Call;
use rand::{rngs::StdRng, Rng};
use reckon_primitives::{token::UNIT, Balance, Price};
use reckon_runtime::{AccountId, Balances, Runtime};
use sp_core::H256;
use sp_runtime::Permill;

/// What providers put up, and what their bonds are filled up to.
pub const BOND: Balance = 300 * UNIT;
/// How many jobs they take at once.
pub const CAPACITY: u32 = 16;

/// So many times the usual price.
pub fn price(dearness: u32) -> Price<Balance> {
	let times = |price: Balance| price * Balance::from(dearness);
	Price { base: times(UNIT / 100), per_input: times(UNIT / 1000), per_output: times(UNIT / 100) }
}

/// How a provider works.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Strategy {
	/// As it is paid for.
	Honest,
	/// Cheats on a part of its jobs.
	Cheats(Permill),
	/// Cheats on all, at half the price.
	Undercuts,
	/// Cheats on what is not audited for certain, under a root over anything; computes rightly when
	/// it is audited, and shows that.
	HonestWhenAudited,
	/// Makes a good name, and cheats on all that it can get before it leaves.
	ExitScam,
	/// Cheats, and does not open its rows.
	NeverOpens,
	/// Answers what it answered once, with the commitment of then.
	Replays,
	/// Cheats, and shows the newest fingerprint that somebody else has shown.
	CopiesFingerprint,
	/// Cheats, and shows zeros, or has committed to none of its rows.
	NullProofs,
	/// Takes jobs and gives them back.
	Declines,
	/// Cheats on half of its jobs, and hands its rows to all auditors before they vote.
	Leaks,
}

impl Strategy {
	/// All of them.
	pub const ALL: [Self; 13] = [
		Self::Honest,
		Self::Cheats(Permill::one()),
		Self::Cheats(Permill::from_percent(50)),
		Self::Cheats(Permill::from_percent(10)),
		Self::Undercuts,
		Self::HonestWhenAudited,
		Self::ExitScam,
		Self::NeverOpens,
		Self::Replays,
		Self::CopiesFingerprint,
		Self::NullProofs,
		Self::Declines,
		Self::Leaks,
	];

	/// Its name in tables.
	pub fn name(&self) -> String {
		match self {
			Self::Honest => "honest".into(),
			Self::Cheats(part) => format!("cheats on {} %", part.deconstruct() / 10_000),
			Self::Undercuts => "cheats at half the price".into(),
			Self::HonestWhenAudited => "honest when audited".into(),
			Self::ExitScam => "exit scam".into(),
			Self::NeverOpens => "never opens its rows".into(),
			Self::Replays => "replays old answers".into(),
			Self::CopiesFingerprint => "copies a fingerprint".into(),
			Self::NullProofs => "null proofs".into(),
			Self::Declines => "declines".into(),
			Self::Leaks => "cheats on half, leaks its rows".into(),
		}
	}

	/// What it asks for, where the others ask for so many times the usual price.
	pub fn price(&self, dearness: u32) -> Price<Balance> {
		let cut = if *self == Self::Undercuts { 2 } else { 1 };
		let Price { base, per_input, per_output } = price(dearness);
		Price { base: base / cut, per_input: per_input / cut, per_output: per_output / cut }
	}

	/// What it does with a job that it is given; nothing when it gives it back.
	pub fn plan(&self, rng: &mut StdRng, job: Offered) -> Option<Plan> {
		let source = Source::Other(rng.random());
		let cheat = Plan { source, commits: Commits::Rightly, shows: Shows::Rows };
		let honest = Plan { source: Source::Model, ..cheat };
		let cheat_when = |cheats: bool| Some(if cheats { cheat } else { honest });
		match self {
			Self::Honest => Some(honest),
			Self::Cheats(part) => cheat_when(rng.random_range(0..1_000_000) < part.deconstruct()),
			Self::Undercuts => Some(cheat),
			Self::HonestWhenAudited if job.attested => Some(honest),
			Self::HonestWhenAudited => Some(Plan { shows: Shows::TheModels, ..cheat }),
			Self::ExitScam => cheat_when(job.last),
			Self::NeverOpens => Some(Plan { shows: Shows::Nothing, ..cheat }),
			Self::Replays => Some(Plan { commits: Commits::AsBefore, ..cheat }),
			Self::CopiesFingerprint => Some(Plan { shows: Shows::AnOthers, ..cheat }),
			Self::NullProofs if rng.random() => Some(Plan { commits: Commits::ToNothing, ..cheat }),
			Self::NullProofs => Some(Plan { source: Source::Nobody, ..cheat }),
			Self::Declines => None,
			Self::Leaks => cheat_when(rng.random()),
		}
	}
}

/// What a provider sees of a job before it computes.
#[derive(Clone, Copy, Debug)]
pub struct Offered {
	/// It is audited for certain.
	pub attested: bool,
	/// The provider is about to leave.
	pub last: bool,
}

/// How a job is answered.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
	/// Who has chosen the tokens, and made the rows under the root.
	pub source: Source,
	/// What is handed in as a commitment.
	pub commits: Commits,
	/// What is shown to auditors.
	pub shows: Shows,
}

/// What a worker commits to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Commits {
	/// Its rows.
	Rightly,
	/// What it committed to in another job.
	AsBefore,
	/// Nothing that it could open.
	ToNothing,
}

/// What a worker shows to auditors.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Shows {
	/// The fingerprint of its rows.
	Rows,
	/// That of the model's rows, which it computes now.
	TheModels,
	/// The newest that somebody else has shown.
	AnOthers,
	/// Nothing.
	Nothing,
}

/// An answer on chain, with what nobody but its worker knows.
#[derive(Clone, Debug)]
pub struct Answer {
	/// Whose, by its number.
	pub provider: usize,
	/// How it was made.
	pub plan: Plan,
	/// What it would cost at the usual price.
	pub worth: Balance,
	/// What names its rows.
	pub root: H256,
	/// What hides the root.
	pub salt: H256,
	/// The commitment on chain.
	pub commitment: H256,
	/// Whether auditors have its rows before they vote.
	pub leaked: bool,
}

/// What became of a provider's work.
#[derive(Clone, Copy, Default, Debug)]
pub struct Books {
	/// Jobs that it was given.
	pub jobs: u64,
	/// What they would be worth at the usual price.
	pub worth: Balance,
	/// Answers that were not the model's.
	pub cheats: u64,
	/// Of those, the ones that were audited to an end.
	pub audited: u64,
	/// Of those, the convicted.
	pub convicted: u64,
	/// Of those, the ones of which nobody could tell, so that nobody was paid.
	pub doubted: u64,
	/// Answers that were the model's, and convicted.
	pub wronged: u64,
	/// What it spent on computing.
	pub costs: Balance,
}

/// A provider.
#[derive(Clone, Debug)]
pub struct Provider {
	/// Its account.
	pub account: AccountId,
	/// Its worker's.
	pub worker: AccountId,
	/// How it works.
	pub strategy: Strategy,
	/// What it had before.
	pub began_with: Balance,
	/// What became of its work.
	pub books: Books,
}

impl Provider {
	/// The account of the nth.
	pub fn account_of(number: usize) -> AccountId {
		account("provider", number)
	}

	/// Registers the nth, in the block that is being made. Asks for so many times the usual price.
	pub fn register(number: usize, strategy: Strategy, dearness: u32) -> Self {
		let who = Self::account_of(number);
		let worker = account("worker", number);
		let began_with = Balances::total_balance(&who);
		let register = Call::register {
			worker: worker.clone(),
			bond: BOND,
			capacity: CAPACITY,
			endpoint: Default::default(),
		};
		call(&who, register).expect("it has the bond");
		let offer = Call::offer { subnet: 0, model: model(), price: strategy.price(dearness) };
		call(&who, offer).expect("the model is there");
		Self { account: who, worker, strategy, began_with, books: Books::default() }
	}

	/// After the chain has paused it: fills its bond up, and takes jobs again.
	pub fn come_back(&self) {
		let bond = pallet_providers::Pallet::<Runtime>::provider(self.account.clone())
			.map_or(BOND, |provider| provider.bond);
		if bond < BOND {
			// Who has nothing left stays away.
			let _ = call(&self.account, Call::bond_extra { amount: BOND - bond });
		}
		let _ = call(&self.account, Call::<Runtime>::resume {});
	}

	/// Its worker says that it is there.
	pub fn heartbeat(&self) {
		// Nobody hears those who leave.
		let _ = call(&self.worker, Call::<Runtime>::heartbeat { offers: 1 });
	}

	/// Leaves for good.
	pub fn leave(&self) {
		call(&self.account, Call::<Runtime>::leave {}).expect("it is registered");
	}

	/// What it has gained: what it has now, held or free, and what it can claim, less what it had and
	/// what it has spent.
	pub fn profit(&self) -> i128 {
		let (claims, _) = pallet_rewards::Pallet::<Runtime>::unclaimed(self.account.clone());
		let has = Balances::total_balance(&self.account) + claims;
		has as i128 - self.began_with as i128 - self.books.costs as i128
	}
}
