//! What came out of attacks: rows, and how sure so many trials make us.

use std::fmt;

/// One attack, tried many times.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Row {
	/// Its number in the list of named attacks.
	pub number: u8,
	/// What the cheat does.
	pub attack: String,
	/// How often it was tried.
	pub trials: u64,
	/// How often an honest auditor's vote was for a conviction.
	pub detected: u64,
	/// By what, and what else is to be known about the figure.
	pub note: String,
}

impl Row {
	/// The titles of a table of rows, and the line below them, in Markdown.
	pub const TITLES: &'static str = "\
| # | attack | trials | detected | at least, 95 % | note |
| --- | --- | --- | --- | --- | --- |";
}

/// The rows as a table in Markdown.
pub fn in_markdown(rows: &[Row]) -> String {
	let lines: Vec<_> = rows.iter().map(ToString::to_string).collect();
	format!("{}\n{}\n", Row::TITLES, lines.join("\n"))
}

impl fmt::Display for Row {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		let Self { number, attack, trials, detected, note } = self;
		let least = 100.0 * at_least(*detected, *trials);
		write!(f, "| {number} | {attack} | {trials} | {detected} | {least:.1} % | {note} |")
	}
}

/// The exact (Clopper-Pearson) one-sided 95 % lower bound of a rate that was seen `hits` times in
/// `trials`. Of no trials nothing is known: 0.
pub fn at_least(hits: u64, trials: u64) -> f64 {
	if hits == 0 || hits > trials {
		return 0.0;
	}
	let (mut low, mut high) = (0.0, 1.0);
	// More than an f64 resolves.
	for _ in 0..64 {
		let middle = (low + high) / 2.0;
		match tail(hits, trials, middle) < 0.05 {
			true => low = middle,
			false => high = middle,
		}
	}
	low
}

/// The exact one-sided 95 % upper bound, likewise; of no trials 1.
pub fn at_most(hits: u64, trials: u64) -> f64 {
	1.0 - at_least(trials.saturating_sub(hits), trials)
}

/// The probability of `hits` or more in `trials` at this rate.
fn tail(hits: u64, trials: u64, rate: f64) -> f64 {
	let all = libm::lgamma(trials as f64 + 1.0);
	(hits..=trials)
		.map(|hits| {
			let (hits, misses) = (hits as f64, (trials - hits) as f64);
			let ways = all - libm::lgamma(hits + 1.0) - libm::lgamma(misses + 1.0);
			// 0 · ln 0 is 0 here.
			let missed = if misses == 0.0 { 0.0 } else { misses * libm::log1p(-rate) };
			libm::exp(ways + hits * libm::log(rate) + missed)
		})
		.sum()
}
