//! All strategies beside one another, on one chain: who earns most.

use crate::{
	auditors::{self, Auditor},
	computing::Costs,
	providers::{self, Provider},
	world::{Plan, World},
};
use reckon_primitives::{token::UNIT, Balance};
use sp_runtime::Permill;
use std::collections::BTreeMap;

/// What each validator has at stake: twice the least.
pub const STAKE: Balance = 20_000 * UNIT;
const PROVIDERS_EACH: usize = 2;
/// More of those who cheat on few of their jobs, so that what they gain is not a few draws' luck.
const SELDOM_CHEATS: usize = 8;
const HONEST_PROVIDERS: usize = 12;
/// More than two thirds of all.
const HONEST_AUDITORS: usize = 32;
/// The part of the jobs, at their end, in which the exit scams happen.
const LAST_PART: u64 = 10;

/// What became of those who did the same.
#[derive(Clone, PartialEq, Debug)]
pub struct Line {
	/// What they did.
	pub strategy: String,
	/// How many they were.
	pub agents: u64,
	/// Jobs that they were given, or committees that they sat in.
	pub work: u64,
	/// Of all work, the part that they had.
	pub share: f64,
	/// Answers that were not the model's, or forward passes.
	pub computed: u64,
	/// Convictions, or audits in which something was held against them.
	pub caught: u64,
	/// What the work is worth at the usual price, in whole tokens.
	pub worth: f64,
	/// What each has gained, in whole tokens.
	pub profit_each: f64,
	/// What they have gained for work that is worth a token at the usual price.
	pub profit_per_worth: f64,
}

/// How a market came out.
pub struct Report {
	/// What a cheat saves of the worth of its work.
	pub saving: f64,
	/// Jobs, of which so many were paid for, and so many audited.
	pub jobs: (u64, u64, u64),
	/// By the providers' strategy, `Strategy::ALL`'s order: the honest first.
	pub providers: Vec<Line>,
	/// By the auditors' strategy: the honest first.
	pub auditors: Vec<Line>,
}

/// Runs a market of so many jobs.
pub fn run(seed: u64, jobs: u64, costs: Costs) -> Report {
	let of = |strategy: &providers::Strategy| match strategy {
		providers::Strategy::Honest => HONEST_PROVIDERS,
		providers::Strategy::Cheats(part) if *part < Permill::from_percent(50) => SELDOM_CHEATS,
		providers::Strategy::ExitScam => SELDOM_CHEATS,
		_ => PROVIDERS_EACH,
	};
	let providers = providers::Strategy::ALL.iter();
	let lonely = auditors::Strategy::ALONE.into_iter();
	let mut world = World::new(Plan {
		seed,
		providers: providers.flat_map(|it| vec![*it; of(it)]).collect(),
		auditors: vec![auditors::Strategy::Honest; HONEST_AUDITORS - 1]
			.into_iter()
			.chain(lonely)
			.collect(),
		stake: STAKE,
		attested: 2,
		requested: 1,
		named: 50,
		dearness: 1,
		costs,
	});
	world.submit(jobs - jobs / LAST_PART, 4);
	world.people.last = true;
	world.submit(jobs / LAST_PART, 4);
	let people = &world.people;
	let scammers =
		people.providers.iter().filter(|it| it.strategy == providers::Strategy::ExitScam);
	world.chain.within(|_| scammers.for_each(Provider::leave));
	world.settle();
	world.close();
	report(world)
}

fn report(mut world: World) -> Report {
	let World { chain, people, .. } = &mut world;
	chain.within(|_| {
		let mut providers: BTreeMap<_, Vec<&Provider>> = BTreeMap::new();
		for provider in &people.providers {
			providers.entry(provider.strategy).or_default().push(provider);
		}
		let mut auditors: BTreeMap<_, Vec<&Auditor>> = BTreeMap::new();
		for auditor in &people.auditors {
			auditors.entry(auditor.strategy).or_default().push(auditor);
		}
		let jobs: u64 = people.providers.iter().map(|it| it.books.jobs).sum();
		let seats: u64 = people.auditors.iter().map(|it| it.books.seats).sum();
		let audited = people.outcomes.len() as u64;
		let provider_line = |(strategy, all): (providers::Strategy, Vec<&Provider>)| {
			let sum = |of: fn(&Provider) -> u64| all.iter().map(|it| of(it)).sum();
			let worth = all.iter().map(|it| it.books.worth).sum();
			let profit = all.iter().map(|it| it.profit()).sum();
			line(
				strategy.name(),
				[all.len() as u64, sum(|it| it.books.jobs), jobs],
				[sum(|it| it.books.cheats), sum(|it| it.books.convicted)],
				worth,
				profit,
			)
		};
		let auditor_line = |(strategy, all): (auditors::Strategy, Vec<&Auditor>)| {
			let sum = |of: fn(&Auditor) -> u64| all.iter().map(|it| of(it)).sum();
			let worth = all.iter().map(|it| it.books.worth).sum();
			let profit = all.iter().map(|it| it.profit()).sum();
			line(
				strategy.name().into(),
				[all.len() as u64, sum(|it| it.books.seats), seats],
				[sum(|it| it.books.passes), sum(|it| it.books.caught.len() as u64)],
				worth,
				profit,
			)
		};
		let costs = people.costs();
		let part = |of: Permill| f64::from(of.deconstruct()) / 1e6;
		Report {
			saving: part(costs.honest) - part(costs.cheat),
			jobs: (people.submitted, people.paid, audited),
			providers: providers.into_iter().map(provider_line).collect(),
			auditors: auditors.into_iter().map(auditor_line).collect(),
		}
	})
}

fn line(
	strategy: String,
	[agents, work, all]: [u64; 3],
	[computed, caught]: [u64; 2],
	worth: Balance,
	profit: i128,
) -> Line {
	let profit = profit as f64 / UNIT as f64;
	let worth = worth as f64 / UNIT as f64;
	Line {
		strategy,
		agents,
		work,
		share: work as f64 / all.max(1) as f64,
		computed,
		caught,
		worth,
		profit_each: profit / agents.max(1) as f64,
		profit_per_worth: if worth > 0.0 { profit / worth } else { 0.0 },
	}
}

impl Report {
	/// Whether honest providers earn more than all others for the same work, or those earn more by no
	/// more than so many standard deviations of luck; and each of them more than each of the others.
	/// How much an exit scam has is for the draws to say: until its end it works as the honest do.
	pub fn honest_providers_earn_most(&self, deviations: f64) -> bool {
		let Some((honest, others)) = self.providers.split_first() else { return false };
		let scam = providers::Strategy::ExitScam.name();
		others.iter().all(|it| {
			let by_luck = deviations * self.luck(honest, it);
			it.profit_per_worth < honest.profit_per_worth + by_luck
				&& (it.strategy == scam || it.profit_each < honest.profit_each)
		})
	}

	/// By how much luck moves a strategy's profit for its work, a standard deviation. Convictions are
	/// rare and independent, so that the root of their number is that of their number: what they have
	/// cost, which is what it has less than by honest work and undetected cheats, is moved as much.
	fn luck(&self, honest: &Line, it: &Line) -> f64 {
		let saved = self.saving * it.computed as f64 / it.work.max(1) as f64;
		let lost = honest.profit_per_worth + saved - it.profit_per_worth;
		lost.max(0.0) / (it.caught.max(1) as f64).sqrt()
	}

	/// What some strategies' providers have gained, all together, for work that is worth a token.
	pub fn profit_of(&self, those: impl Fn(&Line) -> bool) -> f64 {
		let of = || self.providers.iter().filter(|it| those(it));
		let worth: f64 = of().map(|it| it.worth).sum();
		of().map(|it| it.profit_each * it.agents as f64).sum::<f64>() / worth
	}

	/// Whether honest auditors earn more than all others for the same work. How much work each has is
	/// for the draws to say.
	pub fn honest_auditors_earn_most(&self) -> bool {
		let Some((honest, others)) = self.auditors.split_first() else { return false };
		others.iter().all(|it| it.profit_per_worth < honest.profit_per_worth)
	}

	/// Both tables, in Markdown.
	pub fn tables(&self) -> String {
		let (jobs, paid, audited) = self.jobs;
		let table = |heads: [&str; 3], lines: &[Line]| {
			let [work, computed, caught] = heads;
			let mut text = format!(
				"| strategy | agents | {work} | share | {computed} | {caught} | profit of each, tokens \
				 | profit ÷ worth of the work |\n| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n"
			);
			for it in lines {
				text += &format!(
					"| {} | {} | {} | {:.2} % | {} | {} | {:.2} | {:.1} % |\n",
					it.strategy,
					it.agents,
					it.work,
					it.share * 100.0,
					it.computed,
					it.caught,
					it.profit_each,
					it.profit_per_worth * 100.0,
				);
			}
			text
		};
		format!(
			"{jobs} jobs, {paid} paid, {audited} audited to an end\n\n{}\n{}",
			table(["jobs", "cheats", "convicted"], &self.providers),
			table(["seats", "passes", "caught"], &self.auditors),
		)
	}
}
