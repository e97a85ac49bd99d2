//! Numbers that nobody else may know.

use std::{
	fs::{File, OpenOptions},
	io::{self, Read, Write},
	os::unix::fs::{OpenOptionsExt, PermissionsExt},
	path::Path,
};

/// The fewest characters of a token.
const TOKEN_LENGTH: usize = 32;

/// 32 bytes of the system's randomness.
///
/// # Errors
/// When the system has none.
pub fn random() -> io::Result<[u8; 32]> {
	let mut bytes = [0; 32];
	File::open("/dev/urandom")?.read_exact(&mut bytes)?;
	Ok(bytes)
}

/// The token in a file that only its owner can read; makes one when there is no such file.
///
/// # Errors
/// When the file can't be read or made, others may read it, or it has no token.
pub fn token(path: &Path) -> io::Result<String> {
	let mut file = match File::open(path) {
		Ok(file) => file,
		Err(error) if error.kind() == io::ErrorKind::NotFound => return new_token(path),
		Err(error) => return Err(error),
	};
	if file.metadata()?.permissions().mode() & 0o077 != 0 {
		return Err(io::Error::other("others may read it: chmod 600"));
	}
	let mut text = String::new();
	file.read_to_string(&mut text)?;
	let token = text.trim();
	let fits = |char: char| char.is_ascii_graphic();
	if token.len() < TOKEN_LENGTH || !token.chars().all(fits) {
		let why = format!("a token has at least {TOKEN_LENGTH} characters and no spaces");
		return Err(io::Error::new(io::ErrorKind::InvalidData, why));
	}
	Ok(token.into())
}

fn new_token(path: &Path) -> io::Result<String> {
	let token: String = random()?.iter().map(|byte| format!("{byte:02x}")).collect();
	let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
	writeln!(file, "{token}")?;
	file.sync_all()?;
	Ok(token)
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn token_should_be_made_once_and_for_its_owner_alone() {
		let dir = tempfile::tempdir().unwrap();
		let path = dir.path().join("verify.token");
		let made = token(&path).unwrap();
		assert_eq!(made.len(), 64);
		assert_eq!(token(&path).unwrap(), made);
		assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
		assert_ne!(token(&dir.path().join("other")).unwrap(), made);
	}

	#[test]
	fn token_should_be_refused_when_others_may_read_it_or_it_is_none() {
		let dir = tempfile::tempdir().unwrap();
		let path = dir.path().join("verify.token");
		let made = token(&path).unwrap();
		std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
		assert!(token(&path).unwrap_err().to_string().contains("chmod 600"));
		std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
		for text in ["", "short", "two words that are long enough for a token"] {
			std::fs::write(&path, text).unwrap();
			assert_eq!(token(&path).unwrap_err().kind(), io::ErrorKind::InvalidData, "{made}");
		}
	}
}
