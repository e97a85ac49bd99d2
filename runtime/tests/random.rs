//! Whatever anybody does, in whatever order, on the whole runtime: no money is lost, nobody pays for
//! another, and everybody can leave. `runtime/examples/fuzz.rs` does the same for longer.

mod fuzz;

use frame_support::traits::GetCallMetadata;
use fuzz::{run, Plan, Report};
use reckon_runtime::RuntimeCall;

/// Calls with each seed.
const CALLS: u64 = 10_000;

/// The pallets that are not ours: of their calls only some are made.
const OTHERS: [&str; 11] = [
	"System",
	"Babe",
	"Timestamp",
	"Balances",
	"Session",
	"Grandpa",
	"Utility",
	"Proxy",
	"Multisig",
	"Sudo",
	"MultiBlockMigrations",
];

/// The calls of ours that need not do anything here.
const IDLE: [&str; 1] = [
	// The chain gives back by itself what is free, as soon as a block has room for that.
	"ValidatorStaking.withdraw",
];

/// What comes about, with others' calls and by the chain itself.
const EVENTS: [&str; 30] = [
	"Audits.AuditDecided",
	"Audits.AuditEscalated",
	"Audits.AuditorPenalised",
	"Audits.AuditorsPaid",
	"Channels.BatchCommitted",
	"Channels.BatchForgotten",
	"Channels.BatchRejected",
	"Channels.BatchSettled",
	"Channels.ChannelClosed",
	"Channels.ComplaintAnswered",
	"Channels.ComplaintDropped",
	"Channels.ComplaintUpheld",
	"Channels.ContributionReturned",
	"Channels.ReceiptStruck",
	"Channels.SampleConvicted",
	"Channels.SampleShown",
	"Channels.SampleWithheld",
	"Channels.TotalPaid",
	"Jobs.ComparisonDecided",
	"Jobs.JobConvicted",
	"Jobs.JobRefunded",
	"Jobs.JobSettled",
	"Multisig.MultisigExecuted",
	"Providers.ProviderSlashed",
	"Proxy.ProxyExecuted",
	"Reputation.ScoreChanged",
	"Rewards.RewardPaid",
	"Subnets.GatewaySlashed",
	"ValidatorStaking.StakeSlashed",
	"ValidatorStaking.ValidatorsElected",
];

fn try_seed(seed: u64) -> Report {
	match run(Plan { seed, calls: CALLS, check_every: 50 }, |_| ()) {
		Ok(report) => {
			assert!(
				report.succeeded * 3 > report.calls && report.eras > 3,
				"with seed {seed} too little happened: {} of {} calls, {} eras",
				report.succeeded,
				report.calls,
				report.eras,
			);
			report
		},
		Err(failure) => panic!("{failure}"),
	}
}

/// All calls of our pallets.
fn our_calls() -> impl Iterator<Item = String> {
	let pallets = RuntimeCall::get_module_names().iter().filter(|name| !OTHERS.contains(name));
	pallets.flat_map(|pallet| {
		let calls = RuntimeCall::get_call_names(pallet).iter();
		calls.map(move |call| format!("{pallet}.{call}"))
	})
}

#[test]
fn everything_should_happen_and_hold_when_anybody_does_anything() {
	let reports = [1, 2, 3].map(try_seed);
	let made = |call: &str| -> (u64, u64) {
		let kinds = reports.iter().filter_map(|report| report.kinds.get(call));
		kinds.fold((0, 0), |(did, refused), kind| (did + kind.0, refused + kind.1))
	};
	for call in our_calls() {
		let (did, refused) = made(&call);
		assert!(did + refused > 0, "nobody has made the call {call}");
		let idle = IDLE.contains(&call.as_str());
		assert!(did > 0 || idle, "{call} was refused each of {refused} times");
	}
	for event in EVENTS {
		let came = reports.iter().any(|report| report.events.contains_key(event));
		assert!(came, "{event} did not come about");
	}
	// Most of what gateways commit to is taken, and hostile batches are among the rest.
	let (taken, refused) = made("Channels.commit_batch");
	assert!(taken > refused && refused > 0, "{taken} batches were taken, {refused} refused");
}

#[test]
fn everything_should_hold_when_anybody_does_anything_today() {
	let now = std::time::SystemTime::UNIX_EPOCH.elapsed().expect("after 1970");
	try_seed(now.as_secs());
}

#[test]
fn everything_should_hold_after_every_single_call() {
	let plan = Plan { seed: 4, calls: 500, check_every: 1 };
	let report = run(plan, |_| ()).unwrap_or_else(|failure| panic!("{failure}"));
	assert!(report.calls == 500 && report.checks >= 500, "{} checks", report.checks);
}
