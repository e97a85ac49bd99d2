//! Attacks, tried many times.

use std::collections::BTreeMap;

use crate::{
	auditor::{Auditor, Finding, Found},
	cheats::{Attack, Lab},
	table::Row,
};
use reckon_verification::{Fault, Reason};

/// For each trial that counts, so many jobs at most in which a cheat may come to the honest answer.
const PATIENCE: u64 = 20;

/// Tries an attack on so many jobs, each with another question, seed and challenge.
///
/// A cheat that hands in exactly the honest answer, such as one that samples with a wrong seed where
/// the model leaves no choice, has done nothing that anybody could find: its job does not count.
///
/// # Errors
/// When something can't be computed.
pub fn run(
	attack: &Attack,
	lab: &Lab,
	auditor: &Auditor,
	trials: u64,
	first: u64,
) -> anyhow::Result<Row> {
	let cheat = (attack.prepare)(lab)?;
	let (mut tried, mut detected, mut honest) = (0, 0, 0);
	let mut reasons = BTreeMap::<&str, u64>::new();
	let mut smallest = u32::MAX;
	for number in first..first + trials * PATIENCE {
		if tried == trials {
			break;
		}
		let job = lab.jobs.job(number);
		let Some(delivery) = cheat(&job)? else {
			honest += 1;
			continue;
		};
		let found = auditor.audit(&job, &delivery)?;
		tried += 1;
		let (is_detected, reason) = match delivery.told {
			// The answer is honest, and the auditor that was told other tokens is the one to be harmed.
			Some(_) => of_misled(&found),
			None => (found.finding.convicts(), name(&found.finding)),
		};
		detected += u64::from(is_detected);
		*reasons.entry(reason).or_default() += 1;
		if let (Finding::Different(Reason::Distance(distance)), None) =
			(found.finding, &delivery.told)
		{
			smallest = smallest.min(distance);
		}
	}
	let mut notes: Vec<String> =
		reasons.iter().map(|(reason, count)| format!("{reason} {count}")).collect();
	if smallest != u32::MAX {
		notes.push(format!("least distance {smallest} ppm"));
	}
	if honest > 0 {
		notes.push(format!("in {honest} more jobs it changed nothing"));
	}
	let (number, attack) = (attack.number, attack.name.to_owned());
	Ok(Row { number, attack, trials: tried, detected, note: notes.join("; ") })
}

/// What an auditor comes to whom the worker has told other tokens: it finds the honest answer
/// different from what it computed, and must see that the worker's rows are of other tokens.
fn of_misled(found: &Found) -> (bool, &'static str) {
	match (found.proven, found.finding) {
		(false, _) => (true, "rows unproven"),
		(true, Finding::Same) => (false, "nothing is wrong"),
		(true, _) => (false, "AUDITOR WRONG"),
	}
}

/// What it was found by.
fn name(finding: &Finding) -> &'static str {
	match finding {
		Finding::Same => "PAID",
		Finding::Doubtful(Reason::Margin(_)) => "doubtful by margin",
		Finding::Doubtful(_) => "doubtful by distance",
		Finding::Different(Reason::Distance(_)) => "distance",
		Finding::Different(Reason::Margin(_)) => "margin",
		Finding::Different(Reason::Fault(fault)) => match fault {
			Fault::Ending(_) => "ending",
			Fault::Text => "text",
			Fault::Units => "units",
			Fault::UnknownToken { .. } => "token",
			_ => "shape",
		},
		Finding::Different(Reason::Output) => "output",
		Finding::Unproven => "rows unproven",
		Finding::Unopened => "commitment unopened",
	}
}
