//! The machine's promises, under any order of events.

use super::*;
use proptest::prelude::*;
use reckon_sdk::{Sampling, TaskKind, Units};
use std::collections::{BTreeMap, BTreeSet};

/// As on our chains.
const GRACE: BlockNumber = 10;

fn job_id(n: u8) -> JobId {
	H256::repeat_byte(n + 1)
}

fn assignment(n: u8, seed: u8, blob: bool, sampled: bool) -> Assignment {
	let bytes = vec![n; 3];
	Assignment {
		job: job_id(n),
		model: H256::repeat_byte(9),
		task: TaskKind::Chat,
		payload: match blob {
			true => Content::Blob(ContentRef::of(&bytes)),
			false => Content::Inline(bytes),
		},
		sampling: Sampling {
			temperature_milli: if sampled { 700 } else { 0 },
			..Sampling::default()
		},
		seed: H256::repeat_byte(seed),
		deadline: 40,
	}
}

/// An answer that shows which computation it came from.
fn work(n: u8, seed: u8, run: u64) -> Work {
	Work {
		output: Content::Inline(vec![n, seed]),
		commitment: None,
		units: Units { input: 1, output: 1 },
		started_at: run,
		finished_at: run + 1,
	}
}

fn seen(block: u32, finalized: bool, assigned: &[Assignment]) -> Event {
	Event::Seen(Snapshot { block, finalized, assigned: assigned.to_vec() })
}

fn delivered(actions: &[Action]) -> Vec<&Work> {
	let works = actions.iter().filter_map(|action| match action {
		Action::Deliver { work, .. } => Some(work),
		_ => None,
	});
	works.collect()
}

#[test]
fn job_should_be_delivered_at_the_best_block_when_its_answer_is_no_matter_of_the_seed() {
	let mut machine = Machine::new(GRACE);
	let ours = assignment(0, 1, false, false);
	let actions = machine.on(seen(5, false, std::slice::from_ref(&ours)));
	assert!(matches!(actions[..], [Action::NoteSeen { .. }, Action::Compute { .. }]));
	let result = Ok(work(0, 1, 0));
	let actions = machine.on(Event::Computed { job: ours.job, seed: ours.seed, result });
	let kinds: Vec<_> = actions.iter().map(std::mem::discriminant).collect();
	let (job, seed, work) = (ours.job, ours.seed, work(0, 1, 0));
	let expected = [
		Action::NoteComputed { job, seed, work: work.clone() },
		Action::NoteSigned { job, seed, work: work.clone() },
		Action::Deliver { job, work },
	];
	assert_eq!(actions, expected, "{kinds:?}");
	let actions = machine.on(Event::Sent { job, sent: Sent::Accepted });
	assert_eq!(actions, [Action::NoteEnded { job, ending: Ending::Done }]);
	assert!(machine.is_idle());
}

#[test]
fn sampled_answer_should_wait_for_finality_and_be_computed_anew_when_a_fork_changes_its_seed() {
	let mut machine = Machine::new(GRACE);
	let (first, second) = (assignment(0, 1, false, true), assignment(0, 2, false, true));
	machine.on(seen(5, false, std::slice::from_ref(&first)));
	let result = Ok(work(0, 1, 0));
	let actions = machine.on(Event::Computed { job: first.job, seed: first.seed, result });
	assert!(delivered(&actions).is_empty());
	let actions = machine.on(seen(5, false, std::slice::from_ref(&second)));
	assert_eq!(actions, [Action::Compute { assignment: second.clone() }]);
	let result = Ok(work(0, 2, 0));
	let actions = machine.on(Event::Computed { job: second.job, seed: second.seed, result });
	assert!(delivered(&actions).is_empty());
	let actions = machine.on(seen(5, true, &[second]));
	assert_eq!(delivered(&actions), [&work(0, 2, 0)]);
}

#[test]
fn evidence_should_be_discarded_when_its_answer_is_of_another_fork() {
	let mut machine = Machine::new(GRACE);
	let (first, second) = (assignment(0, 1, false, true), assignment(0, 2, false, true));
	let answer =
		|run: u8| Work { commitment: Some(H256::repeat_byte(run)), ..work(0, 1, run.into()) };
	let job = first.job;
	let discard = |run: u8| Action::Discard { job, commitment: H256::repeat_byte(run) };
	let computed = |seed, run| Event::Computed { job, seed, result: Ok(answer(run)) };
	machine.on(seen(5, false, std::slice::from_ref(&first)));
	let actions = machine.on(seen(6, false, std::slice::from_ref(&second)));
	assert_eq!(actions, [Action::Cancel { job }, Action::Compute { assignment: second.clone() }]);
	// It was not stopped in time.
	assert_eq!(machine.on(computed(first.seed, 1)), [discard(1)]);
	machine.on(computed(second.seed, 2));
	let actions = machine.on(seen(7, false, std::slice::from_ref(&first)));
	assert_eq!(actions, [discard(2), Action::Compute { assignment: first.clone() }]);
	machine.on(computed(first.seed, 3));
	let actions = machine.on(seen(7, true, std::slice::from_ref(&first)));
	assert_eq!(delivered(&actions), [&answer(3)]);
	// What is signed is kept, whatever comes after it.
	assert_eq!(machine.on(computed(first.seed, 4)), [discard(4)]);
	assert_eq!(machine.on(seen(8, false, &[second.clone()])), []);
	assert_eq!(machine.on(computed(second.seed, 5)), [discard(5)]);
	machine.on(Event::Sent { job, sent: Sent::Accepted });
	assert_eq!(machine.on(computed(second.seed, 6)), [discard(6)]);
}

#[test]
fn job_should_be_given_back_without_a_mark_when_its_payload_does_not_come() {
	let mut machine = Machine::new(GRACE);
	let ours = assignment(0, 1, true, false);
	let actions = machine.on(seen(20, false, std::slice::from_ref(&ours)));
	assert!(matches!(actions[..], [Action::NoteSeen { .. }, Action::Expect { .. }]));
	assert!(machine.on(seen(27, false, std::slice::from_ref(&ours))).is_empty());
	// Two blocks before the grace is over, though half of the time would be up at 31 only.
	let actions = machine.on(seen(28, false, &[ours]));
	let job = job_id(0);
	let reason = Reason::PayloadUnavailable;
	let expected = [Action::NoteDeclining { job, reason }, Action::Decline { job, reason }];
	assert_eq!(actions, expected);
}

#[test]
fn job_should_be_given_back_by_half_of_the_time_when_that_is_short() {
	let mut machine = Machine::new(GRACE);
	let ours = assignment(0, 1, true, false);
	machine.on(seen(32, false, std::slice::from_ref(&ours)));
	assert!(machine.on(seen(36, false, std::slice::from_ref(&ours))).is_empty());
	assert_eq!(machine.on(seen(37, false, &[ours])).len(), 2);
}

#[test]
fn recovered_delivery_should_be_sent_unchanged_and_end_when_the_chain_has_it() {
	let mut machine = Machine::new(GRACE);
	machine.recover(job_id(0), Recovered::Signed { work: work(0, 1, 77) });
	// The chain still shows the job, even with another seed.
	let actions = machine.on(seen(8, false, &[assignment(0, 2, false, false)]));
	assert_eq!(delivered(&actions), [&work(0, 1, 77)]);
	machine.on(Event::Sent { job: job_id(0), sent: Sent::AlreadyDelivered });
	assert!(machine.is_idle());
}

#[test]
fn new_jobs_should_be_given_back_and_running_ones_finished_when_shutting_down() {
	let mut machine = Machine::new(GRACE);
	let (running, waiting) = (assignment(0, 1, false, false), assignment(1, 1, true, false));
	machine.on(seen(5, false, &[running.clone(), waiting.clone()]));
	let actions = machine.on(Event::ShutDown);
	let (job, reason) = (waiting.job, Reason::ShuttingDown);
	let expected = [Action::NoteDeclining { job, reason }, Action::Decline { job, reason }];
	assert_eq!(actions, expected);
	let new = assignment(2, 1, false, false);
	let actions = machine.on(seen(6, false, &[running.clone(), waiting, new.clone()]));
	assert!(actions.contains(&Action::Decline { job: new.job, reason }));
	let result = Ok(work(0, 1, 0));
	let actions = machine.on(Event::Computed { job: running.job, seed: running.seed, result });
	assert_eq!(delivered(&actions).len(), 1);
}

/// One step of a random history.
#[derive(Clone, Debug)]
enum Step {
	Best { jobs: u8, seeds: u8 },
	Final { jobs: u8, seeds: u8 },
	Payload(u8),
	Computed { job: u8, seed: u8, fine: bool },
	Sent { job: u8, sent: Sent },
	Restart,
	ShutDown,
}

fn step() -> impl Strategy<Value = Step> {
	let sent = prop_oneof![
		Just(Sent::Accepted),
		Just(Sent::AlreadyDelivered),
		Just(Sent::NotOurs),
		Just(Sent::TryAgain),
		Just(Sent::Refused)
	];
	prop_oneof![
		4 => (any::<u8>(), 0..16_u8).prop_map(|(jobs, seeds)| Step::Best { jobs, seeds }),
		4 => (any::<u8>(), 0..16_u8).prop_map(|(jobs, seeds)| Step::Final { jobs, seeds }),
		2 => (0..4_u8).prop_map(Step::Payload),
		6 => (0..4_u8, 1..3_u8, prop::bool::weighted(0.9))
			.prop_map(|(job, seed, fine)| Step::Computed { job, seed, fine }),
		3 => (0..4_u8, sent).prop_map(|(job, sent)| Step::Sent { job, sent }),
		1 => Just(Step::Restart),
		1 => Just(Step::ShutDown),
	]
}

/// A worker with its journal, as the daemon drives it.
struct World {
	machine: Machine,
	block: u32,
	run: u64,
	noted_signed: BTreeMap<JobId, Work>,
	/// Evidence on disk.
	kept: BTreeSet<(JobId, H256)>,
	open: BTreeMap<JobId, Recovered>,
	ended: BTreeSet<JobId>,
	ever: BTreeSet<JobId>,
}

impl World {
	fn new() -> Self {
		Self {
			machine: Machine::new(GRACE),
			block: 0,
			run: 0,
			noted_signed: BTreeMap::new(),
			kept: BTreeSet::new(),
			open: BTreeMap::new(),
			ended: BTreeSet::new(),
			ever: BTreeSet::new(),
		}
	}

	fn apply(&mut self, event: Event) {
		for action in self.machine.on(event) {
			match action {
				Action::NoteSeen { assignment } => {
					assert!(!self.ended.contains(&assignment.job), "an ended job begins again");
					self.ever.insert(assignment.job);
				},
				Action::NoteComputed { job, seed, work } => {
					self.open.insert(job, Recovered::Computed { seed, work });
				},
				Action::NoteSigned { job, work, .. } => {
					let before = self.noted_signed.insert(job, work.clone());
					assert!(before.is_none_or(|before| before == work), "signed twice");
					self.open.insert(job, Recovered::Signed { work });
				},
				Action::Deliver { job, work } => {
					assert_eq!(self.noted_signed.get(&job), Some(&work), "not journalled");
					assert!(self.can_open(job, &work), "it can't be opened");
				},
				Action::Discard { job, commitment } => {
					self.kept.remove(&(job, commitment));
				},
				Action::NoteDeclining { job, reason } => {
					assert!(reason.is_decline(), "{reason} is no reason to decline");
					self.open.insert(job, Recovered::Declining { reason });
				},
				Action::NoteEnded { job, .. } => {
					assert!(self.ended.insert(job), "ended twice");
					self.open.remove(&job);
				},
				_ => {},
			}
		}
	}

	fn can_open(&self, job: JobId, work: &Work) -> bool {
		work.commitment.is_some_and(|commitment| self.kept.contains(&(job, commitment)))
	}

	fn shown(jobs: u8, seeds: u8) -> Vec<Assignment> {
		(0..4)
			.filter(|n| jobs & (1 << n) != 0)
			.map(|n| assignment(n, 1 + ((seeds >> n) & 1), n % 2 == 1, n >= 2))
			.collect()
	}

	fn step(&mut self, step: &Step) {
		match *step {
			Step::Best { jobs, seeds } => {
				self.block += 1;
				self.apply(seen(self.block, false, &Self::shown(jobs, seeds)));
			},
			Step::Final { jobs, seeds } => {
				self.apply(seen(self.block, true, &Self::shown(jobs, seeds)));
			},
			Step::Payload(n) => {
				self.apply(Event::PayloadHere { content: ContentRef::of(&[n; 3]) });
			},
			Step::Computed { job, seed, fine } => {
				// Each computation gives other bytes, as clocks do.
				self.run += 1;
				let commitment = H256::from_low_u64_be(self.run);
				let result = if fine {
					self.kept.insert((job_id(job), commitment));
					Ok(Work { commitment: Some(commitment), ..work(job, seed, self.run) })
				} else {
					Err(Reason::Busy)
				};
				let seed = H256::repeat_byte(seed);
				self.apply(Event::Computed { job: job_id(job), seed, result });
			},
			Step::Sent { job, sent } => self.apply(Event::Sent { job: job_id(job), sent }),
			Step::Restart => {
				self.machine = Machine::new(GRACE);
				for job in &self.ended {
					self.machine.recover_ended(*job);
				}
				for (job, recovered) in self.open.clone() {
					let recovered = match recovered {
						Recovered::Computed { work, .. } if !self.can_open(job, &work) => {
							Recovered::Computed { seed: H256::zero(), work }
						},
						other => other,
					};
					self.machine.recover(job, recovered);
				}
			},
			Step::ShutDown => self.apply(Event::ShutDown),
		}
	}
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(2_000))]

	/// And it can open what it has signed, and nothing else is left of what was computed.
	#[test]
	fn machine_should_never_sign_two_answers_and_should_end_every_job(
		steps in prop::collection::vec(step(), 0..80),
	) {
		let mut world = World::new();
		for step in &steps {
			world.step(step);
		}
		// Then the chain gives every job to somebody else, and answers what was sent.
		for _ in 0..6 {
			world.block += 50;
			world.apply(seen(world.block, false, &[]));
			world.apply(seen(world.block, true, &[]));
			for n in 0..4 {
				world.apply(Event::Sent { job: job_id(n), sent: Sent::NotOurs });
			}
		}
		prop_assert!(world.machine.is_idle(), "left: {:?}", world.machine.phases().collect::<Vec<_>>());
		let signed = world.noted_signed.iter().filter_map(|(job, work)| Some((*job, work.commitment?)));
		prop_assert_eq!(signed.collect::<BTreeSet<_>>(), world.kept);
	}
}
