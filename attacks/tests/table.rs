//! Bounds of rates, against figures that follow from their definition.

use reckon_attacks::table::{at_least, at_most, Row};

fn near(found: f64, expected: f64) -> bool {
	(found - expected).abs() < 1e-9 + 1e-6 * expected
}

#[test]
fn at_least_should_be_the_root_when_all_trials_hit() {
	// p^n = 0.05.
	for trials in [1, 10, 300, 100_000] {
		let expected = 0.05f64.powf(1.0 / trials as f64);
		assert!(near(at_least(trials, trials), expected), "{trials}");
	}
}

#[test]
fn bounds_should_be_where_so_many_hits_have_five_percent() {
	// One of n: 1 - (1 - p)^n = 0.05.
	assert!(near(at_least(1, 20), 1.0 - 0.95f64.powf(1.0 / 20.0)));
	// All but one of n: p^n + n p^(n-1) (1 - p) = 0.05.
	let p = at_least(9, 10);
	assert!(near(p.powi(10) + 10.0 * p.powi(9) * (1.0 - p), 0.05), "{p}");
	// The other side of the same.
	assert!(near(at_most(1, 10), 1.0 - p));
	assert!(near(at_most(0, 10_000), 1.0 - 0.05f64.powf(1e-4)));
}

#[test]
fn bounds_should_say_nothing_when_nothing_was_seen() {
	assert_eq!((at_least(0, 0), at_most(0, 0)), (0.0, 1.0));
	assert_eq!((at_least(0, 300), at_most(300, 300)), (0.0, 1.0));
}

#[test]
fn row_should_be_a_line_of_its_table() {
	let row = Row {
		number: 15,
		attack: "replay".into(),
		trials: 300,
		detected: 300,
		note: "rows unproven 300".into(),
	};
	assert_eq!(row.to_string(), "| 15 | replay | 300 | 300 | 99.0 % | rows unproven 300 |");
	let columns = |line: &str| line.matches('|').count();
	assert!(Row::TITLES.lines().all(|line| columns(line) == columns(&row.to_string())));
}
