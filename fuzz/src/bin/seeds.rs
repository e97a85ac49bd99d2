//! Writes good bytes for each target: `seeds FOLDER` makes `FOLDER/<target>/seed`.

use std::{env::args_os, fs, io, path::PathBuf};

fn main() -> io::Result<()> {
	let folder = args_os().nth(1).map(PathBuf::from).unwrap_or_else(|| "corpus".into());
	for (target, bytes) in reckon_fuzz::seeds() {
		let folder = folder.join(target);
		fs::create_dir_all(&folder)?;
		fs::write(folder.join("seed"), bytes)?;
	}
	Ok(())
}
