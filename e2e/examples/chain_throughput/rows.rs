//! What blocks did, and what is said of them.

use frame_support::{dispatch::DispatchClass, weights::Weight};
use frame_system::limits::BlockWeights;
use reckon_runtime::{BlockNumber, Runtime, RuntimeEvent};
use serde_json::{json, Value};

use crate::node::{Authoring, Block};

/// What one block did for a measurement.
pub struct Row {
	/// The block's height.
	pub number: BlockNumber,
	millis: u64,
	/// How many of the things that are measured began, and how many came to their end.
	begun: usize,
	done: usize,
	transactions: usize,
	/// Whether a session begins: such a block is full by decree, whatever is in it.
	special: bool,
	/// Picoseconds of computing that the author accounted for, by ordinary transactions and in all.
	normal: u64,
	total: u64,
}

impl Row {
	/// Of a block in which so many of the things that are measured began and ended.
	pub fn new(block: &Block, begun: usize, done: usize) -> Self {
		Self {
			number: block.number,
			millis: block.millis,
			begun,
			done,
			transactions: block.transactions(),
			special: block
				.events
				.iter()
				.any(|record| matches!(record.event, RuntimeEvent::Session(_))),
			normal: block.weight.get(DispatchClass::Normal).ref_time(),
			total: block.weight.total().ref_time(),
		}
	}

	/// Whether nothing is in the block but what is in every one.
	pub fn is_quiet(&self) -> bool {
		self.transactions == 0 && !self.special
	}
}

/// How many a second came to their end between the first of the rows and the last.
pub fn rate(rows: &[Row]) -> f64 {
	let (Some(first), Some(last)) = (rows.first(), rows.last()) else { return f64::NAN };
	let done: usize = rows.iter().skip(1).map(|row| row.done).sum();
	done as f64 * 1_000.0 / last.millis.saturating_sub(first.millis) as f64
}

/// The blocks from the first end to the last full block of beginnings: neither the filling of the
/// pipeline nor its emptying, in which a block has less to do.
pub fn steady(rows: &[Row]) -> &[Row] {
	let first = rows.iter().position(|row| row.done > 0);
	let last = rows.iter().rposition(|row| row.begun > 0);
	first.zip(last).and_then(|(first, last)| rows.get(first..last)).unwrap_or_default()
}

/// Microseconds of weight that each of the things measured took, what empty blocks weigh aside.
pub fn weight_each(rows: &[Row]) -> f64 {
	let empty = rows.first().map_or(0, |row| row.total);
	weigh_each(rows, |row| row.total.saturating_sub(empty))
}

fn weigh_each(rows: &[Row], weight: impl Fn(&Row) -> u64) -> f64 {
	let used: u64 = rows.iter().skip(1).filter(|row| !row.special).map(weight).sum();
	let done: usize = rows.iter().map(|row| row.done).sum();
	used as f64 / 1e6 / done as f64
}

/// Milliseconds that the author took for each of the things measured.
pub fn authoring_each(rows: &[Row], authoring: &Authoring) -> f64 {
	let done: usize = rows.iter().map(|row| row.done).sum();
	authoring.millis.iter().sum::<u64>() as f64 / done as f64
}

/// All that is worth knowing of a measurement.
pub fn describe(rows: &[Row], authoring: &Authoring) -> Value {
	let limits: BlockWeights = <Runtime as frame_system::Config>::BlockWeights::get();
	let normal = limits.get(DispatchClass::Normal).max_total.unwrap_or(limits.max_block);
	let percent = |used: u64, limit: Weight| 100 * used / limit.ref_time();
	let (first, work) = rows.split_first().expect("a row before the first");
	let last = work.last().unwrap_or(first);
	let done: usize = work.iter().map(|row| row.done).sum();
	let transactions: usize = work.iter().map(|row| row.transactions).sum();
	let by_block = |value: &dyn Fn(&Row) -> u64| work.iter().map(value).collect::<Vec<_>>();
	json!({
		"done": done,
		"seconds": (last.millis - first.millis) as f64 / 1_000.0,
		"per_second": round(rate(rows)),
		"per_second_when_steady": round(rate(steady(rows))),
		"transactions_each": round(transactions as f64 / done as f64),
		"weight_us_each": round(weight_each(rows)),
		"of_that_ordinary_us": round(weigh_each(rows, |row| row.normal)),
		"authoring_ms_each": round(authoring_each(rows, authoring)),
		"authoring_ended_by": authoring.ends,
		"done_by_block": by_block(&|row| row.done as u64),
		"percent_of_ordinary_weight_by_block": by_block(&|row| percent(row.normal, normal)),
		"percent_of_all_weight_by_block": by_block(&|row| percent(row.total, limits.max_block)),
	})
}

/// Three decimals.
pub fn round(value: f64) -> f64 {
	(value * 1_000.0).round() / 1_000.0
}
