//! Makes `src/v1.rs` out of `proto/`.

use std::{fs, io, path::Path};

fn main() -> io::Result<()> {
	let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
	let proto = root.join("proto");
	let files =
		["worker", "inference"].map(|name| proto.join(format!("reckon/gateway/v1/{name}.proto")));
	let out = std::env::temp_dir().join(format!("reckon-protocol-{}", std::process::id()));
	fs::create_dir_all(&out)?;
	tonic_prost_build::configure().out_dir(&out).compile_protos(&files, &[proto])?;
	let mut hasher = blake3::Hasher::new();
	for file in &files {
		hasher.update(&fs::read(file)?);
	}
	let code = fs::read_to_string(out.join("reckon.gateway.v1.rs"))?;
	// The crate's test holds it against the files.
	let head =
		format!("// Of proto/, BLAKE3 {}\n// `make protocol` writes this.\n", hasher.finalize());
	fs::write(root.join("src/v1.rs"), head + &code)?;
	fs::remove_dir_all(out)
}
