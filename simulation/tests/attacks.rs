//! The attacks on the protocol, each a few times: `RESULTS.md` has them often.

use reckon_attacks::table::{in_markdown, Row};
use reckon_simulation::attacks::{self, Trials};

fn run() -> Vec<Row> {
	attacks::all(7, Trials { audits: 60, scams: 12, jobs: 500 })
}

#[test]
fn attacks_should_come_to_nothing() {
	let rows = run();
	let table = in_markdown(&rows);
	for number in [15, 16, 18, 19, 20, 21, 22, 23, 24] {
		assert!(rows.iter().any(|row| row.number == number), "{number}");
	}
	for row in &rows {
		assert!(row.trials >= 3, "{table}");
		// One cheat in a hundred is made to look like the model at the positions that are drawn.
		let least = match row.number {
			15 | 19 => 1.0,
			24 => continue,
			_ => 0.9,
		};
		assert!(row.detected as f64 >= least * row.trials as f64, "{}\n{table}", row.attack);
	}
	// On dear jobs beside a small bond scams come off better than honest work now and then: of many, 63 % of the
	// short ones do not, and 79 % of the long ones. More do not than do.
	let scams = rows.iter().filter(|row| row.number == 24);
	let (trials, detected) = scams
		.fold((0, 0), |(trials, detected), row| (trials + row.trials, detected + row.detected));
	assert!(2 * detected > trials, "{table}");
}
