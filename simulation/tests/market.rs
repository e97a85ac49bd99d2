//! Who earns most, on the real runtime with the real chain's parameters.

use reckon_simulation::{
	computing::Costs,
	market::{self, Line, Report},
};
use std::sync::OnceLock;

/// One run for all tests of this file: the seed is fixed, so it is always the same.
fn report() -> &'static Report {
	static REPORT: OnceLock<Report> = OnceLock::new();
	REPORT.get_or_init(|| market::run(20_261_121, 8_000, Costs::default()))
}

fn line<'a>(lines: &'a [Line], strategy: &str) -> &'a Line {
	lines.iter().find(|line| line.strategy == strategy).expect("it is in the market")
}

#[test]
fn honest_providers_should_earn_most_when_all_strategies_compete() {
	let report = report();
	assert!(report.honest_providers_earn_most(), "{}", report.tables());
	let honest = &report.providers[0];
	assert!(honest.strategy == "honest" && honest.profit_each > 0.0, "{}", report.tables());
	assert_eq!((honest.caught, honest.computed), (0, 0));
}

#[test]
fn honest_auditors_should_earn_most_when_all_strategies_compete() {
	let report = report();
	assert!(report.honest_auditors_earn_most(), "{}", report.tables());
	let honest = &report.auditors[0];
	assert_eq!((honest.strategy.as_str(), honest.caught), ("honest", 0), "{}", report.tables());
	// Whoever does not compute is found out.
	for lazy in ["always yes", "random fingerprint", "copies a peer's commit", "silent"] {
		let it = line(&report.auditors, lazy);
		assert!(it.computed == 0 && it.caught > 0 && it.profit_each < -1.0, "{lazy}");
	}
}

#[test]
fn market_should_be_the_same_when_the_seed_is() {
	let tables = |seed| market::run(seed, 300, Costs::default()).tables();
	assert_eq!(tables(1), tables(1));
	assert_ne!(tables(1), tables(2));
}
