//! What is counted.

use reckon_gateway_store::{Answer, Finish};
use std::{
	fmt::Write,
	sync::atomic::{AtomicU64, Ordering::Relaxed},
};

/// Upper ends of the answers' times, in milliseconds.
const MILLIS: [u64; 12] = [5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 60_000];

/// The gateway's counters since it started.
#[derive(Debug, Default)]
pub struct Metrics {
	admitted: AtomicU64,
	finished: AtomicU64,
	cancelled: AtomicU64,
	failed: AtomicU64,
	moved: AtomicU64,
	lines_answered: AtomicU64,
	lines_refused: AtomicU64,
	lied: AtomicU64,
	units_in: AtomicU64,
	units_out: AtomicU64,
	charged: AtomicU64,
	batches: AtomicU64,
	batched: AtomicU64,
	complaints_answered: AtomicU64,
	complaints_lost: AtomicU64,
	samples_shown: AtomicU64,
	millis: [AtomicU64; MILLIS.len()],
	millis_sum: AtomicU64,
}

impl Metrics {
	/// A request was admitted.
	pub fn admitted(&self) {
		self.admitted.fetch_add(1, Relaxed);
	}

	/// An answer was noted.
	pub fn finished(&self, answer: &Answer) {
		let receipt = &answer.receipt.receipt;
		self.finished.fetch_add(1, Relaxed);
		if answer.finish == Finish::Cancelled {
			self.cancelled.fetch_add(1, Relaxed);
		}
		self.units_in.fetch_add(receipt.units.input.into(), Relaxed);
		self.units_out.fetch_add(receipt.units.output.into(), Relaxed);
		self.charged.fetch_add(u64::try_from(receipt.charge).unwrap_or(u64::MAX), Relaxed);
		let millis = receipt.finished_at.saturating_sub(receipt.started_at);
		self.millis_sum.fetch_add(millis, Relaxed);
		for (end, count) in MILLIS.iter().zip(&self.millis) {
			if millis <= *end {
				count.fetch_add(1, Relaxed);
			}
		}
	}

	/// A request has failed.
	pub fn failed(&self) {
		self.failed.fetch_add(1, Relaxed);
	}

	/// A request was handed to another worker.
	pub fn moved(&self) {
		self.moved.fetch_add(1, Relaxed);
	}

	/// There is something for a line of a bulk.
	pub fn line(&self, failed: bool) {
		let lines = if failed { &self.lines_refused } else { &self.lines_answered };
		lines.fetch_add(1, Relaxed);
	}

	/// A worker has said what is not so.
	pub fn lied(&self) {
		self.lied.fetch_add(1, Relaxed);
	}

	/// A batch of so many receipts is on chain.
	pub fn batched(&self, receipts: usize) {
		self.batches.fetch_add(1, Relaxed);
		self.batched.fetch_add(u64::try_from(receipts).unwrap_or(u64::MAX), Relaxed);
	}

	/// A receipt that the lot fell on was shown.
	pub fn sample_shown(&self) {
		self.samples_shown.fetch_add(1, Relaxed);
	}

	/// A complaint was answered.
	pub fn complaint_answered(&self) {
		self.complaints_answered.fetch_add(1, Relaxed);
	}

	/// There is no answer to a complaint.
	pub fn complaint_lost(&self) {
		self.complaints_lost.fetch_add(1, Relaxed);
	}

	/// In Prometheus' text format, with what is there now.
	pub fn text(&self, gauges: &[(&str, &str, f64)]) -> String {
		let mut out = String::new();
		let mut line = |name: &str, kind: &str, help: &str, value: String| {
			// Writing into a string does not fail.
			let _ = writeln!(out, "# HELP reckon_gateway_{name} {help}");
			let _ = writeln!(out, "# TYPE reckon_gateway_{name} {kind}");
			let _ = writeln!(out, "reckon_gateway_{name} {value}");
		};
		let counters = [
			("requests_admitted_total", "Requests that were noted.", &self.admitted),
			("requests_finished_total", "Requests that were answered.", &self.finished),
			("requests_cancelled_total", "Answers whose clients had left.", &self.cancelled),
			("requests_failed_total", "Requests without an answer.", &self.failed),
			("requests_moved_total", "Times a request went to another worker.", &self.moved),
			("bulk_lines_answered_total", "Lines of bulks with an answer.", &self.lines_answered),
			("bulk_lines_refused_total", "Lines of bulks with a refusal.", &self.lines_refused),
			("workers_lied_total", "Answers that were not what they said.", &self.lied),
			("units_in_total", "Tokens read.", &self.units_in),
			("units_out_total", "Tokens written.", &self.units_out),
			("charged_planck_total", "Charged, in the smallest token unit.", &self.charged),
			("batches_total", "Batches that the chain has taken.", &self.batches),
			("receipts_batched_total", "Receipts in them.", &self.batched),
			(
				"complaints_answered_total",
				"Complaints that were shown their batch.",
				&self.complaints_answered,
			),
			(
				"complaints_lost_total",
				"Complaints without an answer: the bond pays.",
				&self.complaints_lost,
			),
			(
				"samples_shown_total",
				"Receipts that the lot fell on and that were shown.",
				&self.samples_shown,
			),
		];
		for (name, help, counter) in counters {
			line(name, "counter", help, counter.load(Relaxed).to_string());
		}
		for (name, help, value) in gauges {
			line(name, "gauge", help, value.to_string());
		}
		let _ = writeln!(out, "# HELP reckon_gateway_answer_seconds Work on an answer.");
		let _ = writeln!(out, "# TYPE reckon_gateway_answer_seconds histogram");
		for (end, count) in MILLIS.iter().zip(&self.millis) {
			let seconds = *end as f64 / 1000.0;
			let count = count.load(Relaxed);
			let _ =
				writeln!(out, "reckon_gateway_answer_seconds_bucket{{le=\"{seconds}\"}} {count}");
		}
		let (count, sum) = (self.finished.load(Relaxed), self.millis_sum.load(Relaxed));
		let _ = writeln!(out, "reckon_gateway_answer_seconds_bucket{{le=\"+Inf\"}} {count}");
		let _ = writeln!(out, "reckon_gateway_answer_seconds_sum {}", sum as f64 / 1000.0);
		let _ = writeln!(out, "reckon_gateway_answer_seconds_count {count}");
		out
	}
}
