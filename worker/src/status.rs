//! What the worker says about itself, for people, `doctor` and Prometheus.

use crate::{
	gateways::Traffic,
	journal::{Earnings, JobRecord},
};
use reckon_sdk::{AccountId, BlockRef, Reason, SessionIndex};
use serde::Serialize;
use std::{
	collections::BTreeMap,
	fmt::Write,
	sync::{Mutex, PoisonError},
	time::Instant,
};

/// The worker's state, as of its last step.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Status {
	/// The version of this program.
	pub version: &'static str,
	/// The hot key's address.
	pub worker: Option<AccountId>,
	/// The provider for which it speaks.
	pub provider: Option<AccountId>,
	/// The device that computes.
	pub device: String,
	/// The loaded models, by id.
	pub models: BTreeMap<String, serde_json::Value>,
	/// The newest best block.
	pub best: Option<BlockRef>,
	/// The newest finalized block.
	pub finalized: Option<BlockRef>,
	/// Jobs under way: id and phase.
	pub running: BTreeMap<String, &'static str>,
	/// Jobs ever, by state and reason.
	pub jobs: BTreeMap<String, u64>,
	/// What was earned.
	pub earned: Earnings,
	/// The newest jobs.
	pub newest: Vec<JobRecord>,
	/// Why there is no new work, in the chain's code.
	pub why_idle: Option<Reason>,
	/// The same as a sentence.
	pub why_idle_text: Option<String>,
	/// The chain's session, when it was last looked whether it waits for a heartbeat.
	pub session: Option<SessionIndex>,
	/// The last session in which the chain heard of this worker.
	pub last_seen: Option<SessionIndex>,
	/// Bytes of evidence that are kept or have room.
	pub evidence_bytes: u64,
	/// Audits of this worker's answers, from the draw of their auditors to their end.
	pub audits: usize,
	/// The gateways that bring work, by address.
	pub gateways: BTreeMap<String, Traffic>,
	/// Receipts that gateways have acknowledged, and that are not paid yet.
	pub unpaid: u64,
	/// Complaints about gateways that are not through.
	pub complaints: u64,
	/// Whether it is stopping.
	pub draining: bool,
}

/// Counters that only grow.
#[derive(Clone, Copy, Debug, Default)]
pub struct Counters {
	/// Tokens read.
	pub units_in: u64,
	/// Tokens written.
	pub units_out: u64,
	/// Seconds of computing.
	pub seconds: f64,
	/// Answers computed.
	pub computed: u64,
	/// Heartbeats that came into a block.
	pub heartbeats: u64,
	/// Heartbeats that did not.
	pub heartbeats_failed: u64,
	/// Answers whose rows were opened for an audit.
	pub openings: u64,
	/// Answers whose rows could not be opened.
	pub openings_failed: u64,
	/// Complaints that a gateway's bond has paid for.
	pub complaints_upheld: u64,
	/// Complaints that a gateway has answered, which has their deposits.
	pub complaints_answered: u64,
	/// Complaints about receipts that could not be paid.
	pub complaints_dropped: u64,
	/// Acknowledged receipts that no batch had, and that can't be complained about any more.
	pub receipts_lost: u64,
}

/// Reads one figure of a gateway.
type Figure = fn(&Traffic) -> u64;

/// The state that the daemon writes and the endpoint reads.
#[derive(Debug)]
pub struct Shared {
	status: Mutex<Status>,
	counters: Mutex<Counters>,
	counts: Mutex<BTreeMap<(String, String), u64>>,
	started: Instant,
}

impl Default for Shared {
	fn default() -> Self {
		Self {
			status: Mutex::default(),
			counters: Mutex::default(),
			counts: Mutex::default(),
			started: Instant::now(),
		}
	}
}

impl Shared {
	/// Changes the status.
	pub fn update(&self, change: impl FnOnce(&mut Status)) {
		change(&mut self.status.lock().unwrap_or_else(PoisonError::into_inner));
	}

	/// The status.
	pub fn status(&self) -> Status {
		self.status.lock().unwrap_or_else(PoisonError::into_inner).clone()
	}

	/// Changes the counters.
	pub fn count(&self, change: impl FnOnce(&mut Counters)) {
		change(&mut self.counters.lock().unwrap_or_else(PoisonError::into_inner));
	}

	/// Replaces the counts of jobs by state and reason.
	pub fn set_counts(&self, counts: BTreeMap<(String, String), u64>) {
		*self.counts.lock().unwrap_or_else(PoisonError::into_inner) = counts;
	}

	/// The metrics in Prometheus' text format.
	pub fn metrics(&self) -> String {
		let status = self.status();
		let counters = *self.counters.lock().unwrap_or_else(PoisonError::into_inner);
		let counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner).clone();
		let mut text = String::new();
		let mut metric = |name: &str, kind: &str, help: &str, rows: Vec<(String, String)>| {
			// Writing to a string can't fail.
			let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}");
			for (labels, value) in rows {
				let _ = writeln!(text, "{name}{labels} {value}");
			}
		};
		let one = |value: String| vec![(String::new(), value)];
		let rows = counts
			.iter()
			.map(|((state, reason), count)| {
				(format!("{{state=\"{state}\",reason=\"{reason}\"}}"), count.to_string())
			})
			.collect();
		metric("reckon_worker_jobs", "gauge", "Jobs by state and reason.", rows);
		let running = status.running.len().to_string();
		metric("reckon_worker_jobs_running", "gauge", "Jobs under way.", one(running));
		metric(
			"reckon_worker_units_total",
			"counter",
			"Tokens read and written.",
			vec![
				("{direction=\"in\"}".into(), counters.units_in.to_string()),
				("{direction=\"out\"}".into(), counters.units_out.to_string()),
			],
		);
		metric(
			"reckon_worker_compute_seconds_total",
			"counter",
			"Seconds between the start and the end of computations.",
			one(format!("{:.3}", counters.seconds)),
		);
		metric(
			"reckon_worker_computed_total",
			"counter",
			"Answers computed.",
			one(counters.computed.to_string()),
		);
		metric(
			"reckon_worker_heartbeats_total",
			"counter",
			"Heartbeats by whether they came into a block.",
			vec![
				("{result=\"sent\"}".into(), counters.heartbeats.to_string()),
				("{result=\"failed\"}".into(), counters.heartbeats_failed.to_string()),
			],
		);
		metric(
			"reckon_worker_openings_total",
			"counter",
			"Rows that audits asked for, by whether they were opened.",
			vec![
				("{result=\"opened\"}".into(), counters.openings.to_string()),
				("{result=\"failed\"}".into(), counters.openings_failed.to_string()),
			],
		);
		metric(
			"reckon_worker_evidence_bytes",
			"gauge",
			"Disk that evidence takes or has room for.",
			one(status.evidence_bytes.to_string()),
		);
		metric(
			"reckon_worker_audits",
			"gauge",
			"Audits of this worker's answers whose auditors are drawn.",
			one(status.audits.to_string()),
		);
		let by_gateway = |name: &str, values: &[(&str, Figure)]| {
			let rows = status.gateways.iter().flat_map(|(url, traffic)| {
				values.iter().map(move |(value, read)| {
					// An address is a URI, which has no quotes.
					let labels = format!("{{gateway=\"{url}\",{name}=\"{value}\"}}");
					(labels, read(traffic).to_string())
				})
			});
			rows.collect::<Vec<_>>()
		};
		metric(
			"reckon_worker_gateways",
			"gauge",
			"Gateways that bring work, 1 when the stream is up.",
			by_gateway("is", &[("joined", |traffic| u64::from(traffic.joined))]),
		);
		metric(
			"reckon_worker_gateway_tasks_total",
			"counter",
			"Gateways' tasks by how they ended.",
			by_gateway(
				"result",
				&[("answered", |traffic| traffic.answered), ("refused", |traffic| traffic.refused)],
			),
		);
		metric(
			"reckon_worker_gateway_units_total",
			"counter",
			"Tokens read and written for gateways.",
			by_gateway(
				"direction",
				&[("in", |traffic| traffic.units_in), ("out", |traffic| traffic.units_out)],
			),
		);
		metric(
			"reckon_worker_gateway_receipts",
			"gauge",
			"Receipts that gateways have not acknowledged, and those that they have and are not paid.",
			by_gateway(
				"are",
				&[
					("unacknowledged", |traffic| traffic.unacknowledged),
					("unpaid", |traffic| traffic.unpaid),
				],
			),
		);
		metric(
			"reckon_worker_gateway_halted",
			"gauge",
			"Gateways, 1 when their tasks are refused until they acknowledge or pay.",
			by_gateway("is", &[("halted", |traffic| u64::from(traffic.halted.is_some()))]),
		);
		metric(
			"reckon_worker_gateway_unasked_models",
			"gauge",
			"Models that gateways ask for nothing of: the log and the status say why.",
			by_gateway("are", &[("unasked", |traffic| traffic.unasked.len() as u64)]),
		);
		metric(
			"reckon_worker_complaints",
			"gauge",
			"Complaints about gateways that are not through.",
			one(status.complaints.to_string()),
		);
		metric(
			"reckon_worker_complaints_total",
			"counter",
			"Complaints about gateways by how they ended.",
			vec![
				("{result=\"upheld\"}".into(), counters.complaints_upheld.to_string()),
				("{result=\"answered\"}".into(), counters.complaints_answered.to_string()),
				("{result=\"dropped\"}".into(), counters.complaints_dropped.to_string()),
			],
		);
		metric(
			"reckon_worker_receipts_lost_total",
			"counter",
			"Acknowledged receipts that no batch had, too late for a complaint.",
			one(counters.receipts_lost.to_string()),
		);
		for (name, help, session) in [
			("reckon_worker_session", "The chain's session.", status.session),
			(
				"reckon_worker_last_seen_session",
				"The last session in which the chain heard of this worker.",
				status.last_seen,
			),
		] {
			let rows = session.map_or_else(Vec::new, |session| one(session.to_string()));
			metric(name, "gauge", help, rows);
		}
		metric(
			"reckon_worker_charged_total",
			"counter",
			"What clients paid for our answers, in the smallest token unit.",
			one(status.earned.charged.to_string()),
		);
		for (name, help, block) in [
			("reckon_worker_best_block", "Height of the best block.", status.best),
			("reckon_worker_finalized_block", "Height of the finalized block.", status.finalized),
		] {
			let height = block.map_or(0, |block| block.number);
			metric(name, "gauge", help, one(height.to_string()));
		}
		let uptime = self.started.elapsed().as_secs().to_string();
		metric("reckon_worker_uptime_seconds", "counter", "Seconds since the start.", one(uptime));
		text
	}
}
