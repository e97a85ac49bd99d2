//! `reckon-worker calibrate`, the program itself, on the repository's model.

use reckon_sdk::content_hash;
use serde_json::Value;
use std::{path::PathBuf, process::Command};

#[test]
fn calibrate_should_leave_a_report_whose_hash_it_prints() {
	let here = std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo or nextest runs this");
	let model = PathBuf::from(here).join("../models/lexicon");
	let dir = tempfile::tempdir().unwrap();
	let out = dir.path().join("report.json");
	let run = |arguments: &[&str]| {
		Command::new(env!("CARGO_BIN_EXE_reckon-worker"))
			.env("RECKON_WORKER_DATA_DIR", dir.path())
			.env("RECKON_WORKER_DEVICE", "cpu")
			.args(["calibrate", "--tokens", "6", "--json", "--out"])
			.arg(&out)
			.arg(&model)
			.args(arguments)
			.output()
			.unwrap()
	};
	let output = run(&["--answers", "25", "--threads", "2,1"]);
	assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
	let printed: Value = serde_json::from_slice(&output.stdout).unwrap();
	let bytes = std::fs::read(&out).unwrap();
	assert_eq!(printed["hash"], format!("{:x}", content_hash(&bytes)));
	let report: Value = serde_json::from_slice(&bytes).unwrap();
	assert_eq!(report["format"], "reckon-calibration/1");
	assert_eq!(report["profile"], "F32");
	assert_eq!(report["plan"]["threads"], serde_json::json!([1, 2]));
	// Two loads; two workers, and two auditors for each.
	assert_eq!((&report["answers"], &report["audits"]), (&50.into(), &200.into()));
	assert!(report["processor"].as_str().is_some_and(|name| !name.is_empty()), "{report}");
	assert!(report["instructions"].is_array(), "{report}");
	assert_eq!(report["loads"][1], serde_json::json!({ "together": 4, "prompt_piece": 32 }));
	assert_eq!(report["pairs"].as_array().unwrap().len(), 4);
	for pair in report["pairs"].as_array().unwrap() {
		let deviation = pair["deviation"].as_f64().unwrap();
		assert!(deviation > 0.0 && deviation < 1e-4, "{pair}");
		// The longest prompts all but fill the context.
		assert!((150..=256).contains(&pair["longest"].as_u64().unwrap()), "{pair}");
	}
	// The report of the repository says all that one says today.
	let kept = std::fs::read(model.join("calibration.json")).unwrap();
	let kept: Value = serde_json::from_slice(&kept).unwrap();
	let names = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
	assert_eq!(names(&kept), names(&report));
	assert_eq!(names(&kept["pairs"][0]), names(&report["pairs"][0]));
	assert_eq!(kept["manifest"], report["manifest"]);
	for (kind, most) in [("distance", 4_000), ("margin", 20_000)] {
		let of = |name: &str| report[kind][name].as_u64().unwrap();
		assert!(of("largest_honest") < of("flag") && of("flag") < of("slash"), "{report}");
		assert!(of("slash") < most, "{report}");
		assert_eq!(printed[kind]["flag"], report[kind]["flag"]);
	}

	// More audits of the same ones are no more answers.
	let few = run(&["--answers", "24", "--threads", "2,1"]);
	assert!(!few.status.success());
	assert!(String::from_utf8_lossy(&few.stderr).contains("more --answers"));
	let none = run(&["--threads", "0"]);
	assert!(String::from_utf8_lossy(&none.stderr).contains("0 threads"));
}
