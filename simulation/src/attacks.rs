//! The attacks on the protocol, numbered as in the list of named attacks: each is tried often enough for
//! a rate, on a chain of its own.

use crate::{
	auditors::{Auditor, Strategy as Auditing},
	computing::Costs,
	market::STAKE,
	providers::{Books, Provider, Strategy as Serving},
	world::{Plan, World},
};
use reckon_attacks::table::Row;
use reckon_primitives::token::UNIT;
use reckon_support::AuditOutcome;
use sp_runtime::Permill;

/// Jobs in each block.
const PER_BLOCK: u64 = 8;
/// Jobs of a chain on which one validator is watched: as many blind votes as can be asked of it at once.
const BATCH: u64 = 12;
/// Validators where all audits are alike.
const VALIDATORS: usize = 12;
/// Where one sits in each committee, the larger one too.
const FEW: usize = 5;
/// Where a third works together.
const MANY: usize = 30;
/// How an exit scam's jobs are priced, so that its bond is soon spent.
const DEAR: u32 = 30;
/// Honest jobs before a scam.
const CAREER: u64 = 20;
/// Jobs of a scam, and of one that is far beyond what the bond stands for.
const SCAMS: [u64; 2] = [100, 400];

/// How often each attack is tried.
#[derive(Clone, Copy, Debug)]
pub struct Trials {
	/// Audits.
	pub audits: u64,
	/// Exit scams, of a hundred jobs each; a quarter as many of four hundred.
	pub scams: u64,
	/// Jobs of the market in which a third of the auditors covers cheats.
	pub jobs: u64,
}

impl Trials {
	/// So many audits, a third as many scams, ten times as many jobs.
	pub fn of(audits: u64) -> Self {
		Self { audits, scams: audits.div_ceil(3), jobs: 10 * audits }
	}
}

/// All attacks.
pub fn all(seed: u64, trials: Trials) -> Vec<Row> {
	let lazy = [
		Auditing::AlwaysYes,
		Auditing::Random,
		Auditing::CopiesPrevious,
		Auditing::CopiesPeer,
		Auditing::Echoes,
		Auditing::Silent,
	];
	let mut rows = vec![
		cheat(seed, trials, 15, Serving::Replays),
		cheat(seed, trials, 16, Serving::CopiesFingerprint),
		cheat(seed, trials, 18, Serving::HonestWhenAudited),
		cheat(seed, trials, 19, Serving::NullProofs),
		cheat(seed, trials, 19, Serving::NeverOpens),
	];
	rows.extend(lazy.map(|strategy| lazy_auditor(seed, trials, strategy)));
	rows.push(covering_minority(seed, trials, Auditing::Covers));
	rows.push(covering_minority(seed, trials, Auditing::Shrugs));
	for strategy in [Auditing::Accuses, Auditing::Slanders, Auditing::Maligns, Auditing::Demurs] {
		rows.push(accusing_minority(seed, trials, strategy));
	}
	rows.push(withholding_minority(seed, trials));
	rows.push(cheat(seed, trials, 22, Serving::Leaks));
	rows.push(griefing(seed, trials, Auditing::Dissents));
	rows.push(griefing(seed, trials, Auditing::FeignsNoRows));
	let [scam, excess] = SCAMS;
	rows.push(exit_scam(seed, trials.scams, scam));
	rows.push(exit_scam(seed, trials.scams.div_ceil(4), excess));
	rows
}

/// A chain on which everybody does what is asked for, and each answer is audited.
fn plan(seed: u64, serving: Serving, auditors: Vec<Auditing>) -> Plan {
	Plan {
		seed,
		providers: vec![serving; 8],
		auditors,
		stake: STAKE,
		attested: 100,
		requested: 0,
		named: 0,
		dearness: 1,
		costs: Costs::default(),
	}
}

fn honest_and(honest: usize, others: &[Auditing]) -> Vec<Auditing> {
	[vec![Auditing::Honest; honest], others.to_vec()].concat()
}

fn sum(world: &World, of: fn(&Books) -> u64) -> u64 {
	world.people.providers.iter().map(|it| of(&it.books)).sum()
}

/// Runs until so many answers that were not the model's have been audited.
fn until_audited(world: &mut World, cheats: u64) {
	while sum(world, |it| it.audited) < cheats {
		world.run(cheats - sum(world, |it| it.audited), PER_BLOCK);
	}
}

/// Small committees in which one validator does not do what it ought to, on one chain after the other:
/// whoever is proved wrong a few times has nothing at stake any more.
fn chains(seed: u64, serving: Serving, strategy: Auditing) -> impl Iterator<Item = World> {
	(0..).map(move |n| {
		let auditors = honest_and(FEW - 1, &[strategy]);
		let mut world = World::new(plan(seed + n, serving, auditors));
		world.run(BATCH, BATCH);
		world
	})
}

/// Honest auditors in whom the chain has held something against, over all audits.
fn flagged(world: &World) -> usize {
	let honest = |it: &&Auditor| it.strategy == Auditing::Honest;
	world.people.auditors.iter().filter(honest).map(|it| it.books.caught.len()).sum()
}

/// A provider's cheat, audited: detected if it is convicted.
fn cheat(seed: u64, trials: Trials, number: u8, strategy: Serving) -> Row {
	let leaks = strategy == Serving::Leaks;
	let echoing = if leaks { VALIDATORS / 4 } else { 0 };
	let auditors = honest_and(VALIDATORS - echoing, &vec![Auditing::Echoes; echoing]);
	let mut plan = plan(seed, strategy, auditors);
	if strategy == Serving::HonestWhenAudited {
		// It must not know before it commits.
		(plan.attested, plan.requested) = (0, 100);
	}
	let mut world = World::new(plan);
	until_audited(&mut world, trials.audits);
	let (trials, convicted) = (sum(&world, |it| it.audited), sum(&world, |it| it.convicted));
	let doubted = sum(&world, |it| it.doubted);
	let echoes = if leaks { ", a quarter of the auditors echo" } else { "" };
	Row {
		number,
		attack: strategy.name(),
		trials,
		detected: convicted + doubted,
		note: format!(
			"not paid; {convicted} convicted{echoes}; honest auditors flagged: {}",
			flagged(&world)
		),
	}
}

/// An auditor that does not compute, on a chain where it sits in each committee: detected if something
/// is held against it in the same audit.
fn lazy_auditor(seed: u64, trials: Trials, strategy: Auditing) -> Row {
	// Who echoes is found where the rows that leak are wrong: in all of them.
	let echoes = strategy == Auditing::Echoes;
	let serving = if echoes { Serving::Leaks } else { Serving::Honest };
	let (mut audits, mut caught, mut others) = (0, 0, 0);
	for world in chains(seed, serving, strategy) {
		let lazy = &world.people.auditors[FEW - 1];
		audits += if echoes { sum(&world, |it| it.audited) } else { lazy.audits() };
		caught += lazy.books.caught.len() as u64;
		others += flagged(&world);
		if audits >= trials.audits {
			break;
		}
	}
	Row {
		number: 20,
		attack: format!("lazy auditor: {}", strategy.name()),
		trials: audits,
		detected: caught,
		note: format!(
			"held against it{}; honest auditors flagged: {others}",
			if echoes { ", where the leak was wrong" } else { "" },
		),
	}
}

/// A third of the validators knows what a friend's cheat looks like, sees who sits where, and lies only
/// when it decides. Detected if it is convicted: that nobody is paid is no loss to who has not computed.
fn covering_minority(seed: u64, trials: Trials, strategy: Auditing) -> Row {
	let auditors = || honest_and(MANY * 2 / 3, &[strategy; MANY / 3]);
	let cheats = Serving::Cheats(Permill::one());
	let mut world = World::new(plan(seed, cheats, auditors()));
	until_audited(&mut world, trials.audits);
	let (audits, convicted) = (sum(&world, |it| it.audited), sum(&world, |it| it.convicted));
	let doubted = sum(&world, |it| it.doubted);

	let providers = [[Serving::Honest; 8], [cheats; 8]].concat();
	let market = Plan { providers, attested: 0, ..plan(seed, cheats, auditors()) };
	let mut market = World::new(market);
	market.run(trials.jobs, 4);
	let gained = |market: &mut World, strategy| {
		let World { chain, people, .. } = market;
		chain.within(|_| {
			let all = || people.providers.iter().filter(|it| it.strategy == strategy);
			let profit: i128 = all().map(Provider::profit).sum();
			let worth: u128 = all().map(|it| it.books.worth).sum();
			100.0 * profit as f64 / worth.max(1) as f64
		})
	};
	let (honest, covered) = (gained(&mut market, Serving::Honest), gained(&mut market, cheats));
	market.close();
	let World { chain, people, .. } = &mut market;
	let friends = || people.auditors.iter().filter(|it| it.strategy == strategy);
	let lost: i128 = chain.within(|_| friends().map(Auditor::profit).sum());
	Row {
		number: 21,
		attack: format!("colluding third {}", strategy.name()),
		trials: audits,
		detected: convicted,
		note: format!(
			"convicted; {doubted} more not paid; of the work's worth honest providers gain {honest:.1} %, covered \
			 cheats {covered:.1} %, for which each of the third gains {:.0} tokens; honest auditors flagged: {}",
			lost as f64 / UNIT as f64 / (MANY / 3) as f64,
			flagged(&world)
		),
	}
}

/// A third of the validators has larger committees drawn, and convicts where it can, or sees to it that nobody
/// is paid.
fn accusing_minority(seed: u64, trials: Trials, strategy: Auditing) -> Row {
	let auditors = honest_and(MANY * 2 / 3, &[strategy; MANY / 3]);
	let mut world = World::new(plan(seed, Serving::Honest, auditors));
	world.run(trials.audits, PER_BLOCK);
	let wronged = sum(&world, |it| it.wronged);
	let audits = world.people.outcomes.len() as u64;
	let outcomes = world.people.outcomes.values();
	let paid = outcomes.filter(|outcome| **outcome == AuditOutcome::Accepted).count();
	Row {
		number: 21,
		attack: format!("colluding third {}", strategy.name()),
		trials: audits,
		detected: paid as u64,
		note: format!(
			"accepted; {wronged} convicted, the others not paid; honest auditors flagged: {}",
			flagged(&world)
		),
	}
}

/// A third of the validators opens no votes where a friend's cheat is paid if the others are too few.
fn withholding_minority(seed: u64, trials: Trials) -> Row {
	let auditors = honest_and(MANY * 2 / 3, &[Auditing::Withholds; MANY / 3]);
	let cheats = Serving::Cheats(Permill::one());
	let by_request = Plan { attested: 0, requested: 100, ..plan(seed, cheats, auditors) };
	let mut world = World::new(by_request);
	until_audited(&mut world, trials.audits);
	let (audits, convicted) = (sum(&world, |it| it.audited), sum(&world, |it| it.convicted));
	let outcomes = world.people.outcomes.values();
	let undecided = outcomes.filter(|it| **it == AuditOutcome::Inconclusive).count();
	let doubted = sum(&world, |it| it.doubted);
	Row {
		number: 21,
		attack: "colluding third withholds its votes about a friend's cheats".into(),
		trials: audits,
		detected: convicted + doubted,
		note: format!(
			"not paid; {convicted} convicted, {undecided} undecided; honest auditors flagged: {}",
			flagged(&world)
		),
	}
}

/// A validator that has a larger committee drawn in each audit: detected if the provider is paid and
/// the dissent is held against the validator.
fn griefing(seed: u64, trials: Trials, strategy: Auditing) -> Row {
	let (mut audits, mut came_to_nothing, mut others, mut runs) = (0, 0, 0, 0.0);
	let (mut griefers, mut honest) = (0.0, 0.0);
	for mut world in chains(seed, Serving::Honest, strategy) {
		let griefer = &world.people.auditors[FEW - 1];
		audits += griefer.audits();
		let outcomes = world.people.outcomes.iter();
		came_to_nothing += outcomes
			.filter(|(job, outcome)| {
				**outcome == AuditOutcome::Accepted && griefer.books.caught.contains(*job)
			})
			.count() as u64;
		others += flagged(&world);
		world.close();
		let World { chain, people, .. } = &mut world;
		let gain = |it: &Auditor| it.profit() as f64 / UNIT as f64;
		chain.within(|_| {
			griefers += gain(&people.auditors[FEW - 1]);
			honest += gain(&people.auditors[0]);
		});
		runs += 1.0;
		if audits >= trials.audits {
			break;
		}
	}
	Row {
		number: 23,
		attack: format!("griefing: {}", strategy.name()),
		trials: audits,
		detected: came_to_nothing,
		note: format!(
			"provider paid, and held against the griefer, which gains {:.1} tokens in {BATCH} audits (an \
			 honest auditor {:.1}); honest auditors flagged: {others}",
			griefers / runs,
			honest / runs,
		),
	}
}

/// Providers make a name, cheat on so many dear jobs within a dispute window, and leave: detected if
/// honest work on the same jobs brings more, or no work at all: premiums for audits make work dear that a
/// bond does not stand for.
fn exit_scam(seed: u64, trials: u64, jobs: u64) -> Row {
	let (mut honest, lasts) = last_window(seed, trials, jobs, Serving::Honest);
	let margin = gained(&lasts);
	let alternative = margin.max(0.0);
	assert_eq!(sum(&honest, |it| it.cheats), 0);
	honest.chain.check();

	let (world, lasts) = last_window(seed, trials, jobs, Serving::ExitScam);
	let detected = lasts.iter().filter(|(profit, worth)| *profit < alternative * worth).count();
	Row {
		number: 24,
		attack: format!("exit scam of {jobs} jobs in the last window"),
		trials,
		detected: detected as u64,
		note: format!(
			"brought less than honest work, or none; of the work's worth all scams gained {:.1} %, honest work on \
			 the same jobs {:.1} %; {} cheats, {} convicted",
			100.0 * gained(&lasts),
			100.0 * margin,
			sum(&world, |it| it.cheats),
			sum(&world, |it| it.convicted),
		),
	}
}

/// What each provider gains in its last jobs, and their worth.
fn last_window(seed: u64, trials: u64, jobs: u64, serving: Serving) -> (World, Vec<(f64, f64)>) {
	let mut world = World::new(Plan {
		providers: vec![serving; trials as usize],
		attested: 0,
		dearness: DEAR,
		..plan(seed, serving, honest_and(VALIDATORS, &[]))
	});
	world.run(CAREER * trials, PER_BLOCK);
	let before = books(&mut world);
	world.people.last = true;
	// Each is offered five in a block: all of them before the first is convicted, or most.
	world.submit(jobs * trials, 5 * trials);
	let World { chain, people, .. } = &mut world;
	chain.within(|_| people.providers.iter().for_each(Provider::leave));
	world.settle();
	let after = books(&mut world);
	let lasts = before
		.iter()
		.zip(&after)
		.map(|((profit, worth), (later, all))| ((later - profit) as f64, (all - worth) as f64))
		.collect();
	(world, lasts)
}

/// What all have gained together, of the worth of their work.
fn gained(lasts: &[(f64, f64)]) -> f64 {
	let (profit, worth) =
		lasts.iter().fold((0.0, 0.0), |(a, b), (profit, worth)| (a + profit, b + worth));
	profit / worth
}

/// What each provider has gained, and the worth of its work.
fn books(world: &mut World) -> Vec<(i128, i128)> {
	let World { chain, people, .. } = world;
	let of = |it: &Provider| (it.profit(), it.books.worth as i128);
	chain.within(|_| people.providers.iter().map(of).collect())
}
