//! Ports for programs that are about to be started.

use std::{
	env,
	fs::{self, File, TryLockError},
	net::TcpListener,
	path::PathBuf,
};

use crate::failure::{Failure, Result};

/// How many ports to try before there is none.
const TRIES: usize = 100;

/// Ports on loopback that no program has, and that no other network has been promised, for as long
/// as this is kept.
///
/// A port that is free now is taken only when the program that it was chosen for has started. Two
/// networks that start at once would choose the same ones, and one would take the other's worker for
/// its own; so each promise is also a locked file, which the system unlocks when we end.
#[derive(Debug)]
pub struct Ports<const N: usize> {
	/// Their numbers, all different.
	pub numbers: [u16; N],
	_promises: Vec<File>,
}

impl<const N: usize> Ports<N> {
	/// Takes the `wanted` ones as far as they are free, and others for the rest; 0 is any port.
	///
	/// # Errors
	/// When the machine has no free port, or the directory of promises can't be written.
	pub fn reserve(wanted: [u16; N]) -> Result<Self> {
		let dir = promises()?;
		let mut numbers = [0; N];
		let mut held = Vec::with_capacity(N);
		let mut locks = Vec::with_capacity(N);
		for (number, wanted) in numbers.iter_mut().zip(wanted) {
			let (port, listener, lock) = reserve_one(&dir, wanted)?;
			*number = port;
			// Held until all are found, so that no two are the same.
			held.push(listener);
			locks.push(lock);
		}
		Ok(Self { numbers, _promises: locks })
	}
}

fn reserve_one(dir: &std::path::Path, wanted: u16) -> Result<(u16, TcpListener, File)> {
	for wanted in std::iter::once(wanted).chain(std::iter::repeat_n(0, TRIES)) {
		let Ok(listener) = TcpListener::bind(("127.0.0.1", wanted)) else { continue };
		let address = listener.local_addr();
		let port = address.map_err(|error| Failure::io("no free port", &error))?.port();
		let path = dir.join(port.to_string());
		let file = File::options().create(true).write(true).truncate(false).open(&path);
		let file = file.map_err(|error| Failure::io(path.display(), &error))?;
		match file.try_lock() {
			Ok(()) => return Ok((port, listener, file)),
			Err(TryLockError::WouldBlock) => continue,
			Err(TryLockError::Error(error)) => return Err(Failure::io(path.display(), &error)),
		}
	}
	Err(Failure::new("no_port", "no free port on 127.0.0.1"))
}

/// Where the promises are: the same for all programs of a user, whatever they are run for.
fn promises() -> Result<PathBuf> {
	let user = rustix::process::getuid().as_raw();
	let dir = env::temp_dir().join(format!("reckon-ports-{user}"));
	fs::create_dir_all(&dir).map_err(|error| Failure::io(dir.display(), &error))?;
	Ok(dir)
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn ports_should_differ_when_one_is_taken() {
		let taken = TcpListener::bind(("127.0.0.1", 0)).unwrap();
		let port = taken.local_addr().unwrap().port();

		let ports = Ports::reserve([port, port]).unwrap();

		let [a, b] = ports.numbers;
		assert!(a != port && b != port && a != b);
	}

	#[test]
	fn port_should_not_be_promised_twice_when_nobody_listens_yet() {
		let first = Ports::reserve([0]).unwrap();
		let [port] = first.numbers;

		let [other] = Ports::reserve([port]).unwrap().numbers;
		assert_ne!(other, port);

		drop(first);
		let [again] = Ports::reserve([port]).unwrap().numbers;
		assert_eq!(again, port);
	}
}
