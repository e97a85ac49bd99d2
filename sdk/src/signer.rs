//! Keys.

use crate::types::AccountId;
use std::{path::Path, str::FromStr, sync::Arc};
use subxt_signer::{sr25519::Keypair, SecretUri};

/// A key that can't be used. Never says the secret.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SignerError {
	/// The text is no secret.
	#[error("this is no secret phrase, seed or //path: expected 12 to 24 words, 0x… or //Name")]
	Invalid,
	/// The file can't be read.
	#[error("cannot read the key file {path}: {reason}; `reckon-worker keys new` makes one")]
	File {
		/// The file.
		path: String,
		/// Why.
		reason: String,
	},
	/// Others can read the file.
	#[error(
		"the key file {path} can be read by others (mode {mode:o}): chmod 600 {path}, and make a \
		 new key if somebody may have read it"
	)]
	Exposed {
		/// The file.
		path: String,
		/// Its permissions.
		mode: u32,
	},
	/// A polkadot.js export that does not open.
	#[error("the polkadot.js account in {path} does not open: wrong password, or not sr25519")]
	Json {
		/// The file.
		path: String,
	},
	/// The file exists.
	#[error("{path} exists already: a key is never overwritten; name another file")]
	Exists {
		/// The file.
		path: String,
	},
}

/// A key that signs, sr25519. Cheap to clone; its secret is never printed.
#[derive(Clone)]
pub struct Signer {
	pair: Arc<Keypair>,
}

impl std::fmt::Debug for Signer {
	fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
		write!(f, "Signer({})", self.account())
	}
}

impl Signer {
	/// From a secret phrase, a seed (`0x…`), or a development path such as `//Alice`.
	///
	/// # Errors
	/// When the text is none of these.
	pub fn from_suri(suri: &str) -> Result<Self, SignerError> {
		let uri = SecretUri::from_str(suri.trim()).map_err(|_| SignerError::Invalid)?;
		let pair = Keypair::from_uri(&uri).map_err(|_| SignerError::Invalid)?;
		Ok(Self { pair: Arc::new(pair) })
	}

	/// From a file that holds what [`Self::from_suri`] reads, and nobody else can read.
	///
	/// # Errors
	/// When the file can't be read, is readable by its group or by others, or holds no secret.
	pub fn from_file(path: impl AsRef<Path>) -> Result<Self, SignerError> {
		Self::from_suri(&read_private(path.as_ref())?)
	}

	/// From an account that polkadot.js exported as JSON.
	///
	/// # Errors
	/// When the file can't be read, is readable by others, or does not open with the password.
	pub fn from_polkadot_js(path: impl AsRef<Path>, password: &str) -> Result<Self, SignerError> {
		let path = path.as_ref();
		let json = read_private(path)?;
		let pair = subxt_signer::polkadot_js_compat::decrypt_json(&json, password)
			.map_err(|_| SignerError::Json { path: path.display().to_string() })?;
		Ok(Self { pair: Arc::new(pair) })
	}

	/// Makes a new key from the system's randomness, writes its seed into a new file that only
	/// its owner can read, and returns the key.
	///
	/// # Errors
	/// When the file exists or can't be written.
	pub fn create_file(path: impl AsRef<Path>) -> Result<Self, SignerError> {
		let path = path.as_ref();
		let shown = || path.display().to_string();
		let fail = |reason: std::io::Error| SignerError::File {
			path: shown(),
			reason: reason.to_string(),
		};
		let mut seed = [0_u8; 32];
		std::fs::File::open("/dev/urandom")
			.and_then(|mut source| std::io::Read::read_exact(&mut source, &mut seed))
			.map_err(fail)?;
		let mut text = String::from("0x");
		for byte in seed {
			text.push_str(&format!("{byte:02x}"));
		}
		let signer = Self::from_suri(&text)?;
		let mut options = std::fs::OpenOptions::new();
		options.write(true).create_new(true);
		#[cfg(unix)]
		std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
		let mut file = options.open(path).map_err(|error| match error.kind() {
			std::io::ErrorKind::AlreadyExists => SignerError::Exists { path: shown() },
			_ => fail(error),
		})?;
		std::io::Write::write_all(&mut file, text.as_bytes()).map_err(fail)?;
		file.sync_all().map_err(fail)?;
		Ok(signer)
	}

	/// The account that it signs for. `Display` writes the SS58 address.
	pub fn account(&self) -> AccountId {
		self.pair.public_key().to_account_id()
	}

	/// Signs bytes as they are, in the context `substrate`: what is not to be taken for something else
	/// must begin with a domain of its own.
	pub fn sign(&self, payload: &[u8]) -> [u8; 64] {
		self.pair.sign(payload).0
	}

	pub(crate) fn pair(&self) -> &Keypair {
		&self.pair
	}
}

fn read_private(path: &Path) -> Result<String, SignerError> {
	let shown = || path.display().to_string();
	let fail =
		|reason: std::io::Error| SignerError::File { path: shown(), reason: reason.to_string() };
	let file = std::fs::File::open(path).map_err(fail)?;
	#[cfg(unix)]
	{
		use std::os::unix::fs::PermissionsExt;
		let mode = file.metadata().map_err(fail)?.permissions().mode() & 0o777;
		if mode & 0o077 != 0 {
			return Err(SignerError::Exposed { path: shown(), mode });
		}
	}
	let mut text = String::new();
	std::io::Read::read_to_string(&mut std::io::Read::take(file, 64 * 1024), &mut text)
		.map_err(fail)?;
	Ok(text)
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn signer_should_be_the_well_known_account_when_made_from_its_path() {
		assert_eq!(
			Signer::from_suri("//Alice").unwrap().account().to_string(),
			"5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY"
		);
	}

	#[test]
	fn signer_error_should_not_say_the_secret_when_it_is_wrong() {
		let secret = "legal winner thank year wave sausage worth useful legal winner thank wrong";
		let error = Signer::from_suri(secret).unwrap_err();
		for word in secret.split(' ').filter(|word| word.len() > 5) {
			assert!(!format!("{error} {error:?}").contains(word), "{word}");
		}
	}

	#[test]
	fn key_file_should_open_again_when_created() {
		let dir = tempfile::tempdir().unwrap();
		let path = dir.path().join("hot.key");
		let made = Signer::create_file(&path).unwrap();
		assert_eq!(Signer::from_file(&path).unwrap().account(), made.account());
		assert!(matches!(Signer::create_file(&path), Err(SignerError::Exists { .. })));
	}

	#[test]
	fn signature_should_be_one_that_only_this_key_makes_for_these_bytes() {
		let [alice, bob] = ["//Alice", "//Bob"].map(|suri| Signer::from_suri(suri).unwrap());
		let signature = subxt_signer::sr25519::Signature(alice.sign(b"bytes"));
		let good = |signer: &Signer, bytes: &[u8]| {
			subxt_signer::sr25519::verify(&signature, bytes, &signer.pair.public_key())
		};
		assert!(good(&alice, b"bytes"));
		assert!(!good(&bob, b"bytes") && !good(&alice, b"other bytes"));
	}

	#[cfg(unix)]
	#[test]
	fn key_file_should_be_refused_when_others_can_read_it() {
		use std::os::unix::fs::PermissionsExt;
		let dir = tempfile::tempdir().unwrap();
		let path = dir.path().join("hot.key");
		Signer::create_file(&path).unwrap();
		for mode in [0o640, 0o604, 0o660] {
			std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
			assert!(matches!(Signer::from_file(&path), Err(SignerError::Exposed { .. })));
		}
	}
}
