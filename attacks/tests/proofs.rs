//! Cheats with what they show, and what an auditor says where there is no cheat.

mod common;

use common::{all_should_be_convicted, auditor, lab, model, tried};
use reckon_attacks::{
	auditor::{thresholds, Finding, Found},
	cheats::{Attack, Cheat, Lab, ATTACKS},
	decoder::{Kept, Memory},
};
use reckon_verification::{positions, EndingFault, Fault, Reason};

#[test]
fn replays_and_copies_should_be_convicted() {
	all_should_be_convicted(&[15, 16], &["rows unproven", "margin", "distance", "commitment"]);
}

/// In the numbering of attacks this is no cheat on the client: the auditor must come out unharmed.
#[test]
fn auditor_should_not_be_proved_wrong_when_it_is_told_other_tokens_of_the_same_text() {
	let (lab, auditor) = (lab(), auditor());
	let misleading = ATTACKS.iter().find(|attack| attack.number == 25).unwrap();
	let row = tried(misleading, &lab, &auditor);
	assert_eq!((row.trials, row.detected), (1, 1), "{row}");
	assert!(row.note.starts_with("rows unproven 1"), "{row}");

	let cheat = (misleading.prepare)(&lab).unwrap();
	let tried = (0..20).map(|number| lab.jobs.job(number));
	let (job, mut delivery) = tried
		.map(|job| (cheat(&job).unwrap(), job))
		.find_map(|(delivery, job)| Some((job, delivery?)))
		.unwrap();
	let misled = auditor.audit(&job, &delivery).unwrap();
	assert!(matches!(misled.finding, Finding::Different(_)) && !misled.proven, "{misled:?}");
	// It differs in what nobody looks at, and reads the same.
	let told = delivery.told.take().unwrap();
	assert_eq!(told.len(), delivery.tokens.len());
	assert_ne!(told, delivery.tokens);
	let asked = positions(&job.challenge, &job.id, told.len() as u32).unwrap();
	let of_asked = |tokens: &[u32]| asked.map(|at| tokens[at as usize]);
	assert_eq!(of_asked(&told), of_asked(&delivery.tokens));
	// To all others the same delivery is honest.
	let found = auditor.audit(&job, &delivery).unwrap();
	assert!(found.finding == Finding::Same && found.proven, "{found:?}");
}

#[test]
fn garbage_should_be_convicted_in_each_of_its_ways() {
	let (lab, auditor) = (lab(), auditor());
	let garbage = ATTACKS.iter().find(|attack| attack.number == 19).unwrap();
	let cheat = (garbage.prepare)(&lab).unwrap();
	for number in 0..22 {
		let job = lab.jobs.job(number);
		let found = auditor.audit(&job, &cheat(&job).unwrap().unwrap()).unwrap();
		assert!(found.finding.convicts(), "{number}: {found:?}");
	}
}

/// Else "detected" would mean nothing.
#[test]
fn honest_answers_should_be_paid_when_they_are_tried_like_attacks() {
	fn honest(lab: &Lab) -> anyhow::Result<Cheat<'_>> {
		Ok(Box::new(|job| lab.truth.deliver(job, lab.truth.answer(job)?).map(Some)))
	}
	fn foreign(lab: &Lab) -> anyhow::Result<Cheat<'_>> {
		let decoder = lab.decoder()?;
		Ok(Box::new(move |job| {
			lab.truth.deliver(job, lab.decoded(&decoder, Memory::PERFECT, job)?).map(Some)
		}))
	}
	fn replayed(lab: &Lab) -> anyhow::Result<Cheat<'_>> {
		Ok(Box::new(|job| {
			let tokens = lab.truth.answer(job)?.rows().tokens().to_vec();
			lab.truth.deliver(job, lab.truth.rows_of(job, &tokens)?).map(Some)
		}))
	}
	let (lab, auditor) = (lab(), auditor());
	for prepare in [honest, foreign, replayed] {
		let row = tried(&Attack { number: 0, name: "none", prepare }, &lab, &auditor);
		assert_eq!((row.trials, row.detected, row.note.as_str()), (1, 0, "PAID 1"));
	}
}

#[test]
fn jobs_should_not_count_when_the_cheat_comes_to_the_honest_answer() {
	fn nothing(_: &Lab) -> anyhow::Result<Cheat<'_>> {
		Ok(Box::new(|_| Ok(None)))
	}
	let row = tried(&Attack { number: 0, name: "none", prepare: nothing }, &lab(), &auditor());
	assert_eq!((row.trials, row.detected), (0, 0));
	assert_eq!(row.note, "in 20 more jobs it changed nothing");
}

#[test]
fn auditor_should_name_what_is_wrong() {
	let (lab, auditor) = (lab(), auditor());
	let job = lab.jobs.job(0);
	let delivered = || lab.truth.deliver(&job, lab.truth.answer(&job).unwrap()).unwrap();
	let found = auditor.audit(&job, &delivered()).unwrap();
	assert_eq!(found.finding, Finding::Same);
	assert!(found.distance < 250, "{found:?}");

	let mut unopened = delivered();
	unopened.commitment[0] ^= 1;
	let expected = Found { finding: Finding::Unopened, distance: 0, margin: 0, proven: false };
	assert_eq!(auditor.audit(&job, &unopened).unwrap(), expected);

	let mut unproven = delivered();
	unproven.forge = Some(Box::new(|shown| shown.openings.clear()));
	assert_eq!(auditor.audit(&job, &unproven).unwrap().finding, Finding::Unproven);

	let mut cut = delivered();
	cut.tokens.clear();
	let fault = Reason::Fault(Fault::Ending(EndingFault::Empty));
	assert_eq!(auditor.audit(&job, &cut).unwrap().finding, Finding::Different(fault));
}

#[test]
fn thresholds_should_be_refused_when_they_are_another_models() {
	let folder = tempfile::tempdir().unwrap();
	let report = folder.path().join("calibration.json");
	let missing = thresholds(&report, &model()).unwrap_err().to_string();
	assert!(missing.contains("reckon-worker calibrate"), "{missing}");
	let own = std::fs::read_to_string(model().join("calibration.json")).unwrap();
	let mut other: serde_json::Value = serde_json::from_str(&own).unwrap();
	other["manifest"] = "00".into();
	std::fs::write(&report, other.to_string()).unwrap();
	let refused = thresholds(&report, &model()).unwrap_err().to_string();
	assert!(refused.contains("another model's"), "{refused}");
}

#[test]
fn memory_should_forget_only_what_its_window_leaves_out() {
	let window = Memory { kept: Kept::Exact, window: Some((4, 12)) };
	assert!(!window.forgets(16));
	assert!(window.forgets(17));
	assert!(!Memory::PERFECT.forgets(usize::MAX));
}
