//! The program, with processes of honest workers and auditors.

mod common;

use std::process::Command;

fn program(arguments: &[&str]) -> (bool, String) {
	let output = Command::new(env!("CARGO_BIN_EXE_reckon-attacks"))
		.arg("--model")
		.arg(common::model())
		.args(arguments)
		.output()
		.unwrap();
	let said = [output.stdout, output.stderr].concat();
	(output.status.success(), String::from_utf8(said).unwrap())
}

#[test]
fn honest_workers_should_not_be_convicted() {
	let arguments = ["--trials", "0", "--honest", "100", "--threads", "1", "--seed", "3"];
	let (done, said) = program(&arguments);
	assert!(done, "{said}");
	let all = said.lines().find(|line| line.starts_with("| all |")).unwrap();
	let cells: Vec<&str> = all.split('|').map(str::trim).collect();
	assert_eq!((cells[2], cells[4], cells[5]), ("100", "0", "0"), "{said}");
	assert!(said.contains("at most 2.951 % of honest audits end in a conviction"), "{said}");
}

#[test]
fn program_should_try_only_what_was_asked_for() {
	let (done, said) = program(&["--trials", "1", "--honest", "50", "--only", "19"]);
	assert!(done, "{said}");
	let rows: Vec<_> = said.lines().filter(|line| line.starts_with("| 19 |")).collect();
	assert!(matches!(rows.as_slice(), [row] if row.contains("| 1 | 1 |")), "{said}");
	assert!(!said.contains("honest answers"), "{said}");
	let (done, said) = program(&["--only", "no such thing"]);
	assert!(!done && said.contains("there is no such attack"), "{said}");
}
