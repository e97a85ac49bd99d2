//! One file for each behaviour.

mod batches;
mod declines;
mod draws;
mod keys;
mod last_committee;
mod openings;
mod penalties;
mod random;
mod requests;
mod samples;
mod sweeps;
mod verdicts;
mod views;
mod votes;
mod wire;

use crate::{mock::*, RowsSeen, Statement};
use reckon_primitives::JobId;
use reckon_verification::{Fingerprint, Statistics, Vote};

fn honest(id: JobId) -> impl Fn(usize, AccountId) -> Option<Statement> {
	move |_, _| Some(computed(id, RIGHT))
}

/// A fingerprint between what is honest and what convicts: every number off by a thousandth.
fn nearly(id: JobId) -> Statement {
	let Fingerprint(mut rows) = fingerprint(id, RIGHT);
	let nudge = |number: &mut i16| *number += *number / 1000 + i16::from(*number > 500);
	rows.iter_mut().flatten().for_each(nudge);
	let vote = Vote::Replayed { fingerprint: Fingerprint(rows), statistics: Statistics::default() };
	Statement { vote, rows: RowsSeen::Proven }
}

fn unproven(id: JobId) -> Statement {
	Statement { rows: RowsSeen::Unproven, ..computed(id, RIGHT) }
}
