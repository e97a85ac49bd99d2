//! The journal across crashes.

use reckon_sdk::{
	Assignment, Content, Delivery, JobEvent, Reason, Sampling, TaskKind, Units, H256,
};
use reckon_worker::{
	audits::{Opened, Question},
	jobs::{Action, Ending, Recovered, Work},
	journal::{Journal, JournalError},
};
use std::path::PathBuf;

fn assignment(n: u8) -> Assignment {
	Assignment {
		job: H256::repeat_byte(n),
		model: H256::repeat_byte(9),
		task: TaskKind::Chat,
		payload: Content::Inline(vec![1]),
		sampling: Sampling::default(),
		seed: H256::repeat_byte(3),
		deadline: 40,
	}
}

fn work(text: &str) -> Work {
	Delivery {
		output: Content::Inline(text.as_bytes().to_vec()),
		commitment: None,
		units: Units { input: 1, output: 2 },
		started_at: 5,
		finished_at: 6,
	}
}

fn place() -> (tempfile::TempDir, PathBuf) {
	let dir = tempfile::tempdir().unwrap();
	let path = dir.path().join("journal.sqlite");
	(dir, path)
}

fn signed(job: H256, text: &str) -> Action {
	Action::NoteSigned { job, seed: H256::repeat_byte(3), work: work(text) }
}

#[test]
fn journal_should_give_the_same_delivery_when_opened_after_a_kill() {
	let (dir, path) = place();
	let mut journal = Journal::open(&path).unwrap();
	journal.note(&Action::NoteSeen { assignment: assignment(1) }).unwrap();
	journal.note(&signed(H256::repeat_byte(1), "answer")).unwrap();
	// A kill leaves the files as they are at this moment.
	let after = tempfile::tempdir().unwrap();
	for file in std::fs::read_dir(dir.path()).unwrap() {
		let file = file.unwrap();
		std::fs::copy(file.path(), after.path().join(file.file_name())).unwrap();
	}
	let journal = Journal::open(&after.path().join("journal.sqlite")).unwrap();
	let recovered = journal.recover().unwrap();
	assert_eq!(recovered, [(H256::repeat_byte(1), Recovered::Signed { work: work("answer") })]);
}

#[test]
fn journal_should_refuse_another_delivery_when_one_is_signed() {
	let (_dir, path) = place();
	let mut journal = Journal::open(&path).unwrap();
	let job = H256::repeat_byte(1);
	journal.note(&Action::NoteSeen { assignment: assignment(1) }).unwrap();
	journal.note(&signed(job, "first")).unwrap();
	journal.note(&signed(job, "first")).unwrap();
	let error = journal.note(&signed(job, "second")).unwrap_err().to_string();
	assert!(error.contains("never changes"), "{error}");
	let computed = Action::NoteComputed { job, seed: H256::repeat_byte(4), work: work("second") };
	assert!(journal.note(&computed).is_err());
	assert_eq!(journal.delivery(job).unwrap(), Some(work("first")));
}

#[test]
fn journal_should_refuse_to_sign_what_it_has_never_seen() {
	let (_dir, path) = place();
	let mut journal = Journal::open(&path).unwrap();
	assert!(matches!(
		journal.note(&signed(H256::repeat_byte(1), "x")),
		Err(JournalError::Row { .. })
	));
}

#[test]
fn journal_should_say_what_to_do_when_the_file_is_damaged() {
	let (_dir, path) = place();
	std::fs::write(&path, vec![0x5a; 8192]).unwrap();
	let error = Journal::open(&path).unwrap_err();
	assert!(matches!(error, JournalError::Damaged { .. }), "{error}");
	assert!(error.to_string().contains("backup"), "{error}");
}

#[test]
fn journal_should_be_refused_when_another_worker_or_chain_has_it() {
	let (_dir, path) = place();
	let mut journal = Journal::open(&path).unwrap();
	assert!(matches!(Journal::open(&path), Err(JournalError::Busy { .. })));
	journal.bind(&path, "0x01", "5A").unwrap();
	journal.bind(&path, "0x01", "5A").unwrap();
	assert!(matches!(journal.bind(&path, "0x02", "5A"), Err(JournalError::Foreign { .. })));
	assert!(matches!(journal.bind(&path, "0x01", "5B"), Err(JournalError::Foreign { .. })));
}

#[test]
fn journal_should_count_a_settlement_once_and_only_of_its_own_jobs() {
	let (_dir, path) = place();
	let mut journal = Journal::open(&path).unwrap();
	let job = H256::repeat_byte(1);
	journal.note(&Action::NoteSeen { assignment: assignment(1) }).unwrap();
	journal.note(&signed(job, "answer")).unwrap();
	journal.note(&Action::NoteEnded { job, ending: Ending::Done }).unwrap();
	let settled = |job| JobEvent::JobSettled {
		job,
		client: reckon_sdk::account([1; 32]),
		provider: reckon_sdk::account([2; 32]),
		charge: 1 << 70,
		audit_fee: 0,
		refunded: 0,
	};
	let events = [settled(job), settled(H256::repeat_byte(2))];
	journal.account_for(7, &events).unwrap();
	journal.account_for(7, &events).unwrap();
	let earned = journal.earnings().unwrap();
	assert_eq!((earned.settled, earned.charged), (1, 1 << 70));
	assert_eq!(journal.cursor().unwrap(), Some(7));
}

#[test]
fn journal_should_keep_declines_until_they_end() {
	let (_dir, path) = place();
	let mut journal = Journal::open(&path).unwrap();
	let job = H256::repeat_byte(1);
	journal.note(&Action::NoteSeen { assignment: assignment(1) }).unwrap();
	journal.note(&Action::NoteDeclining { job, reason: Reason::Busy }).unwrap();
	drop(journal);
	let mut journal = Journal::open(&path).unwrap();
	assert_eq!(journal.recover().unwrap(), [(job, Recovered::Declining { reason: Reason::Busy })]);
	let ending = Ending::Declined(Reason::Busy);
	journal.note(&Action::NoteEnded { job, ending }).unwrap();
	assert!(journal.recover().unwrap().is_empty());
	assert_eq!(journal.ended(10).unwrap(), [job]);
}

#[test]
fn journal_should_know_openings_until_they_end() {
	let (_dir, path) = place();
	let question = |n| Question { job: H256::repeat_byte(1), challenge: H256::repeat_byte(n) };
	let mut journal = Journal::open(&path).unwrap();
	for (n, block) in [(1, 5), (2, 6), (1, 8)] {
		journal.note_opening(question(n), block).unwrap();
	}
	journal.note_opened(question(2), Opened::Yes).unwrap();
	drop(journal);
	let mut journal = Journal::open(&path).unwrap();
	assert_eq!(journal.openings().unwrap(), [(question(1), 8)]);
	journal.note_opened(question(1), Opened::TryAgain).unwrap();
	assert_eq!(journal.openings().unwrap(), [(question(1), 8)]);
	journal.note_opened(question(1), Opened::Never).unwrap();
	assert!(journal.openings().unwrap().is_empty());
}

#[test]
fn journal_should_be_taken_over_when_an_older_worker_wrote_it() {
	let (_dir, path) = place();
	let mut journal = Journal::open(&path).unwrap();
	let job = H256::repeat_byte(1);
	journal.note(&Action::NoteSeen { assignment: assignment(1) }).unwrap();
	journal.note(&signed(job, "answer")).unwrap();
	drop(journal);
	let old = rusqlite::Connection::open(&path).unwrap();
	old.execute_batch("DROP TABLE openings; PRAGMA user_version = 1;").unwrap();
	drop(old);
	let journal = Journal::open(&path).unwrap();
	assert!(journal.openings().unwrap().is_empty());
	assert_eq!(journal.delivery(job).unwrap(), Some(work("answer")));
}
