#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![deny(missing_docs)]

const JOIN: &[u8] = b"reckon:join:v1";
const LEASE: &[u8] = b"reckon:lease:v1";

/// The longest message that either side takes, in bytes: a payload of a mebibyte, and what is around it.
pub const MAX_MESSAGE_BYTES: usize = 4 << 20;

/// The messages and services of `proto/`.
#[allow(missing_docs, clippy::all)]
#[rustfmt::skip]
pub mod v1;

/// What a worker signs to join a gateway: `domain ‖ genesis ‖ gateway ‖ nonce`. Names the gateway, so that
/// one gateway can't answer another's challenge with it.
pub fn join_payload(genesis: &[u8; 32], gateway: &[u8; 32], nonce: &[u8; 32]) -> Vec<u8> {
	[JOIN, genesis, gateway, nonce].concat()
}

/// What a worker signs when it takes a request: `domain ‖ genesis ‖ gateway ‖ request ‖ expires_at`, the
/// last in Unix milliseconds as eight bytes, little-endian.
pub fn lease_payload(
	genesis: &[u8; 32],
	gateway: &[u8; 32],
	request: &[u8; 32],
	expires_at: u64,
) -> Vec<u8> {
	[LEASE, genesis, gateway, request, &expires_at.to_le_bytes()].concat()
}

#[cfg(test)]
mod tests {
	#[test]
	fn code_should_be_of_the_files() {
		let mut hasher = blake3::Hasher::new();
		hasher.update(include_bytes!("../proto/reckon/gateway/v1/worker.proto"));
		hasher.update(include_bytes!("../proto/reckon/gateway/v1/inference.proto"));
		let head = format!("// Of proto/, BLAKE3 {}\n", hasher.finalize());
		assert!(include_str!("v1.rs").starts_with(&head), "run `make protocol`");
	}
}
