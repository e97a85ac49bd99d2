//! How results are printed.

/// An attack, how often it was tried, and how often it came to nothing.
#[derive(Clone, PartialEq, Debug)]
pub struct Row {
	/// Its number in the list of named attacks.
	pub number: u32,
	/// What is tried.
	pub attack: String,
	/// How often.
	pub trials: u64,
	/// How often it was found out, or cost more than it brought.
	pub detected: u64,
	/// What "detected" means here, and what else was seen.
	pub note: String,
}

impl Row {
	/// The rate of detection that is exceeded with 95 % confidence, by Wilson's score interval
	/// (one-sided); by the exact `0.05^(1/n)` where nothing was missed.
	pub fn lower_bound(&self) -> f64 {
		const Z: f64 = 1.644_853_626_951_472_7;
		let trials = self.trials as f64;
		if self.trials == 0 {
			return 0.0;
		}
		if self.detected == self.trials {
			return 0.05f64.powf(1.0 / trials);
		}
		let rate = self.detected as f64 / trials;
		let centre = rate + Z * Z / (2.0 * trials);
		let spread = Z * (rate * (1.0 - rate) / trials + Z * Z / (4.0 * trials * trials)).sqrt();
		((centre - spread) / (1.0 + Z * Z / trials)).max(0.0)
	}
}

/// The rows as a table in Markdown.
pub fn of_attacks(rows: &[Row]) -> String {
	let mut table =
		String::from("| no. | attack | trials | detected | 95 % lower bound | note |\n");
	table += "| ---: | --- | ---: | ---: | ---: | --- |\n";
	for row in rows {
		let Row { number, attack, trials, detected, note } = row;
		let bound = row.lower_bound() * 100.0;
		table +=
			&format!("| {number} | {attack} | {trials} | {detected} | {bound:.2} % | {note} |\n");
	}
	table
}

#[cfg(test)]
mod tests {
	use super::*;

	fn row(trials: u64, detected: u64) -> Row {
		Row { number: 1, attack: "one".into(), trials, detected, note: "none".into() }
	}

	#[test]
	fn lower_bound_should_be_what_the_tables_say() {
		// 300 of 300: 99.0 %, the rule of three.
		assert!((row(300, 300).lower_bound() - 0.990_06).abs() < 1e-5);
		assert!((row(100, 90).lower_bound() - 0.839_9).abs() < 1e-3);
		assert_eq!(row(0, 0).lower_bound(), 0.0);
		assert!(row(50, 0).lower_bound() < 1e-9);
	}

	#[test]
	fn table_should_have_a_line_for_each_row() {
		let table = of_attacks(&[row(300, 300), row(300, 299)]);
		assert_eq!(table.lines().count(), 4);
		assert!(table.contains("| 1 | one | 300 | 300 | 99.01 % | none |"), "{table}");
	}
}
