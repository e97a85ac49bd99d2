//! Whatever anybody does, in whatever order: no money is lost and nothing is stuck.

use crate::mock::{AccountId, *};
use proptest::prelude::*;
use reckon_primitives::*;
use reckon_support::{
	mocks::{MockAudits, MockModels, MockPool},
	AuditOutcome, AuditSubjects, Conviction, Ruling,
};

#[derive(Clone, Debug)]
enum Step {
	/// A client submits a job with this maximum price and this many blocks of time.
	Submit {
		client: AccountId,
		max_price: u16,
		blocks: u8,
		replicas: u8,
		only: Option<u8>,
		attested: bool,
	},
	/// A provider registers, with room for so many jobs.
	Join { provider: u8, capacity: u8 },
	/// The nth assigned job is delivered, with so much output, by an honest worker or a liar.
	Deliver { nth: u8, output: u8, honest: bool },
	/// The nth assigned job is given back.
	Decline { nth: u8, blames_job: bool },
	/// The nth job is cancelled by its client.
	Cancel { nth: u8 },
	/// The nth job is disputed by its client.
	Dispute { nth: u8 },
	/// The audit of the nth job that is audited ends, and costs so much.
	Rule { nth: u8, outcome: u8, costs: u8 },
	/// Time passes.
	Wait { blocks: u8 },
	/// A block has no spare weight.
	FullBlock,
}

fn step() -> impl Strategy<Value = Step> {
	prop_oneof![
		4 => (
			prop_oneof![Just(CLIENT), Just(OTHER_CLIENT)],
			0u16..5_000,
			0u8..60,
			prop_oneof![2 => Just(1u8), 1 => 0u8..7],
			proptest::option::weighted(0.2, 0u8..6),
			proptest::bool::weighted(0.3),
		)
			.prop_map(|(client, max_price, blocks, replicas, only, attested)| {
				Step::Submit { client, max_price, blocks, replicas, only, attested }
			}),
		2 => (0u8..6, 1u8..3).prop_map(|(provider, capacity)| Step::Join { provider, capacity }),
		5 => (any::<u8>(), 0u8..12, proptest::bool::weighted(0.7))
			.prop_map(|(nth, output, honest)| Step::Deliver { nth, output, honest }),
		1 => (any::<u8>(), any::<bool>()).prop_map(|(nth, blames_job)| Step::Decline { nth, blames_job }),
		1 => any::<u8>().prop_map(|nth| Step::Cancel { nth }),
		2 => any::<u8>().prop_map(|nth| Step::Dispute { nth }),
		3 => (any::<u8>(), 0u8..4, 0u8..6)
			.prop_map(|(nth, outcome, costs)| Step::Rule { nth, outcome, costs }),
		3 => (1u8..20).prop_map(|blocks| Step::Wait { blocks }),
		1 => Just(Step::FullBlock),
	]
}

/// The nth job that a provider has, with the provider.
fn assigned(nth: u8) -> Option<(JobId, AccountId)> {
	let mut all: Vec<_> = crate::ProviderJobs::<Test>::iter_keys().collect();
	all.sort();
	let (provider, job) = *all.get(usize::from(nth) % all.len().max(1))?;
	Some((job, provider))
}

/// The nth job, with its client.
fn nth_job(nth: u8) -> Option<(JobId, AccountId)> {
	let mut all: Vec<_> = crate::Jobs::<Test>::iter().map(|(id, job)| (id, job.client)).collect();
	all.sort();
	all.get(usize::from(nth) % all.len().max(1)).copied()
}

/// The audit of a job ends in one of four ways, and costs so much.
fn rule(id: JobId, outcome: u8, costs: u8) {
	let outcome = match outcome {
		0 => AuditOutcome::Accepted,
		1 => AuditOutcome::Rejected(Conviction::NotOpened),
		2 => AuditOutcome::Doubtful,
		_ => AuditOutcome::Inconclusive,
	};
	MockAudits::close(&id);
	let ruling = Ruling { outcome, costs: costs.into(), slash: 70 };
	<Jobs as AuditSubjects<_, _>>::on_ruling(&id, ruling);
}

/// Carries out a step; that it is refused is fine.
fn carry_out(step: Step) {
	match step {
		Step::Submit { client, max_price, blocks, replicas, only, attested } => {
			let request = JobRequest {
				max_price: max_price.into(),
				deadline: System::block_number() + u32::from(blocks),
				only: only.map(|n| PROVIDERS[usize::from(n)]).filter(|_| replicas == 1),
				replicas,
				assurance: if attested { Assurance::Attested } else { Assurance::Optimistic },
				..request()
			};
			let _ = Jobs::submit_job(RuntimeOrigin::signed(client), request);
		},
		Step::Join { provider, capacity } => {
			let who = PROVIDERS[usize::from(provider)];
			// An entry that is there keeps its load.
			if MockPool::load(who) == 0 {
				MockPool::insert(who, capacity.into(), PRICE);
			}
		},
		Step::Deliver { nth, output, honest } => {
			if let Some((job, provider)) = assigned(nth) {
				let units = Units { input: 3, output: output.into() };
				// Liars are of one mind with some others.
				let said = if honest { delivery() } else { other_delivery(nth % 2) };
				let commitment = Some(Default::default());
				let _ =
					Jobs::deliver(worker(provider), job, Delivery { units, commitment, ..said });
			}
		},
		Step::Decline { nth, blames_job } => {
			if let Some((job, provider)) = assigned(nth) {
				let reason = if blames_job { Reason::PayloadInvalid } else { Reason::Busy };
				let _ = Jobs::decline(worker(provider), job, reason);
			}
		},
		Step::Cancel { nth } => {
			if let Some((id, client)) = nth_job(nth) {
				let _ = Jobs::cancel(RuntimeOrigin::signed(client), id);
			}
		},
		Step::Dispute { nth } => {
			if let Some((id, client)) = nth_job(nth) {
				let _ = Jobs::dispute(RuntimeOrigin::signed(client), id);
			}
		},
		Step::Rule { nth, outcome, costs } => {
			if let Some((id, _)) = nth_job(nth).filter(|(id, _)| MockAudits::open(id).is_some()) {
				rule(id, outcome, costs);
			}
		},
		Step::Wait { blocks } => to_block(System::block_number() + u32::from(blocks)),
		Step::FullBlock => full_block(),
	}
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(96))]

	#[test]
	fn money_should_be_conserved_and_every_job_end_when_anybody_does_anything(
		calibrated: bool, steps in proptest::collection::vec(step(), 1..60),
	) {
		run(|| {
			if calibrated {
				MockModels::calibrate(MODEL);
			}
			let issuance = pallet_balances::TotalIssuance::<Test>::get();
			for step in steps {
				carry_out(step);
				check();
			}
			assert_eq!(pallet_balances::TotalIssuance::<Test>::get(), issuance);
			// Every audit ends by itself: that is the other pallet's promise.
			let open = |id: &JobId| MockAudits::open(id).is_some();
			for id in crate::Jobs::<Test>::iter_keys().filter(open).collect::<Vec<_>>() {
				rule(id, id[0] % 4, 3);
			}
			// With nobody doing anything more, the chain ends every job and forgets it.
			to_block(System::block_number() + 200);
			assert_eq!(crate::Jobs::<Test>::iter().count(), 0);
			assert_eq!(crate::Agenda::<Test>::iter().count(), 0);
			assert_eq!(crate::Comparisons::<Test>::iter().count(), 0);
			assert_eq!(crate::Payloads::<Test>::iter().count(), 0);
			assert!(PROVIDERS.iter().all(|who| MockPool::load(*who) == 0));
			for client in [CLIENT, OTHER_CLIENT] {
				let ledger = crate::Ledgers::<Test>::get(client);
				assert_eq!(ledger.held, 0);
				assert_eq!(free(client), START - ledger.paid);
			}
		});
	}
}
