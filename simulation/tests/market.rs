//! Who earns most, on the real runtime.

use reckon_simulation::{
	computing::Costs,
	market::{self, Line},
};

fn line<'a>(lines: &'a [Line], strategy: &str) -> &'a Line {
	lines.iter().find(|line| line.strategy == strategy).expect("it is in the market")
}

// Providers and auditors of one market, which takes some seconds.
#[test]
fn honest_should_earn_most_when_all_strategies_compete() {
	let report = market::run(20_261_121, 20_000, Costs::default());
	let tables = report.tables();

	// Some dozens of convictions differ by luck: no strategy may gain more than that explains...
	assert!(report.honest_providers_earn_most(2.0), "{tables}");
	let honest = &report.providers[0];
	assert_eq!((honest.strategy.as_str(), honest.caught, honest.computed), ("honest", 0, 0));
	assert!(honest.profit_each > 0.0, "{tables}");
	// ... and all together lose: who always cheats, money; who seldom does, what honest work brings.
	let always = |it: &Line| it.computed * 10 > it.work * 9;
	let seldom = |it: &Line| it.computed > 0 && it.computed * 5 < it.work;
	assert!(report.profit_of(always) < 0.0, "{tables}");
	assert!(report.profit_of(seldom) < honest.profit_per_worth, "{tables}");

	assert!(report.honest_auditors_earn_most(), "{tables}");
	let honest = &report.auditors[0];
	// A few misses, where a cheat did not show its rows.
	assert!(honest.strategy == "honest" && honest.caught * 500 <= honest.work, "{tables}");
	// Whoever does not compute is found out.
	for lazy in ["always yes", "random fingerprint", "copies a peer's commit", "silent"] {
		let it = line(&report.auditors, lazy);
		assert!(it.computed == 0 && it.caught > 0 && it.profit_each < -1.0, "{lazy}\n{tables}");
	}
}

#[test]
fn market_should_be_the_same_when_the_seed_is() {
	let tables = |seed| market::run(seed, 300, Costs::default()).tables();
	assert_eq!(tables(1), tables(1));
	assert_ne!(tables(1), tables(2));
}
