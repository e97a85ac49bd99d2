//! The node's RPC methods beyond those that every Substrate node has.
//!
//! `sc-service` adds `system`, `state`, `chain`, `author`, `offchain` and the methods of the new
//! specification (`chainHead_v1`, `transaction_v1`, `chainSpec_v1`, and `archive_v1` on archive
//! nodes). What is Reckon's own is read through runtime APIs and view functions, which wallets
//! find in the metadata.

use crate::service::{Backend, Client, Pool, SelectChain};
use jsonrpsee::RpcModule;
use pallet_transaction_payment_rpc::{TransactionPayment, TransactionPaymentApiServer};
use reckon_runtime::{opaque::Block, AccountId, Nonce};
use sc_consensus_babe::BabeWorkerHandle;
use sc_consensus_babe_rpc::{Babe, BabeApiServer};
use sc_consensus_grandpa::{
	FinalityProofProvider, GrandpaJustificationStream, SharedAuthoritySet, SharedVoterState,
};
use sc_consensus_grandpa_rpc::{Grandpa, GrandpaApiServer};
use sc_network::{multiaddr::Protocol, Multiaddr};
use sc_rpc::SubscriptionTaskExecutor;
use sp_keystore::KeystorePtr;
use sp_runtime::traits::{Block as BlockT, NumberFor};
use std::{
	error::Error,
	net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
	sync::Arc,
};
use substrate_frame_rpc_system::{System, SystemApiServer};

type Hash = <Block as BlockT>::Hash;

/// What the methods need.
#[derive(Clone)]
pub struct Deps {
	/// The client.
	pub client: Arc<Client>,
	/// The transaction pool: the next nonce counts what waits in it.
	pub pool: Arc<Pool>,
	/// How the best chain is chosen.
	pub select_chain: SelectChain,
	/// The keys of this node: `babe_epochAuthorship` tells which slots they may claim.
	pub keystore: KeystorePtr,
	/// Answers questions about BABE's epochs.
	pub babe_worker: BabeWorkerHandle<Block>,
	/// What the methods on finality need.
	pub grandpa: GrandpaDeps,
}

/// What the methods on finality need.
#[derive(Clone)]
pub struct GrandpaDeps {
	/// The voter's rounds; empty while this node does not vote.
	pub voter_state: SharedVoterState,
	/// The authorities that finalise.
	pub authority_set: SharedAuthoritySet<Hash, NumberFor<Block>>,
	/// Justifications as they are made.
	pub justifications: GrandpaJustificationStream<Block>,
	/// Proves that an old block is final.
	pub finality_proofs: Arc<FinalityProofProvider<Backend, Block>>,
}

/// All methods of this file as one module.
///
/// # Errors
///
/// If two modules have a method of the same name.
pub fn create(
	deps: Deps,
	executor: SubscriptionTaskExecutor,
) -> Result<RpcModule<()>, Box<dyn Error + Send + Sync>> {
	let Deps { client, pool, select_chain, keystore, babe_worker, grandpa } = deps;
	let GrandpaDeps { voter_state, authority_set, justifications, finality_proofs } = grandpa;

	let system = System::<Pool, Client, Block>::new(client.clone(), pool);
	let payment = TransactionPayment::<Client, Block>::new(client.clone());
	let babe = Babe::new(client, babe_worker, keystore, select_chain);
	let grandpa =
		Grandpa::new(executor, authority_set, voter_state, justifications, finality_proofs);

	let mut module = RpcModule::new(());
	module.merge(SystemApiServer::<Hash, AccountId, Nonce>::into_rpc(system))?;
	module.merge(payment.into_rpc())?;
	module.merge(babe.into_rpc())?;
	module.merge(grandpa.into_rpc())?;
	Ok(module)
}

/// The page of polkadot.js Apps that talks to an RPC server listening at one of `addresses`, IPv4
/// preferred; `None` if it listens nowhere.
pub fn explorer_link(addresses: &[Multiaddr]) -> Option<String> {
	let addresses: Vec<_> = addresses.iter().filter_map(socket_address).collect();
	let address = addresses.iter().find(|address| address.is_ipv4()).or(addresses.first())?;
	let server = format!("ws://{}", SocketAddr::new(reachable(address.ip()), address.port()));

	Some(format!("https://polkadot.js.org/apps/?rpc={}#/explorer", percent_encoded(&server)))
}

fn socket_address(address: &Multiaddr) -> Option<SocketAddr> {
	let mut parts = address.iter();
	let ip = match parts.next()? {
		Protocol::Ip4(ip) => IpAddr::V4(ip),
		Protocol::Ip6(ip) => IpAddr::V6(ip),
		_ => return None,
	};
	match parts.next()? {
		Protocol::Tcp(port) => Some(SocketAddr::new(ip, port)),
		_ => None,
	}
}

/// An address to connect to on this machine, for a server that listens at `ip`.
fn reachable(ip: IpAddr) -> IpAddr {
	match ip {
		IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
		IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
		_ => ip,
	}
}

/// `text` as a value in a URL's query (RFC 3986, section 2.1).
fn percent_encoded(text: &str) -> String {
	text.bytes()
		.map(|byte| match byte {
			b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
				char::from(byte).to_string()
			},
			_ => format!("%{byte:02X}"),
		})
		.collect()
}

#[cfg(test)]
mod tests {
	use super::*;

	fn link(addresses: &[&str]) -> Option<String> {
		let addresses: Vec<Multiaddr> =
			addresses.iter().map(|address| address.parse().unwrap()).collect();
		explorer_link(&addresses)
	}

	#[test]
	fn explorer_link_should_carry_the_encoded_address_and_the_real_port() {
		assert_eq!(
			link(&["/ip4/127.0.0.1/tcp/40123"]).unwrap(),
			"https://polkadot.js.org/apps/?rpc=ws%3A%2F%2F127.0.0.1%3A40123#/explorer",
		);
	}

	#[test]
	fn explorer_link_should_prefer_ipv4() {
		let link = link(&["/ip6/::1/tcp/9945", "/ip4/127.0.0.1/tcp/9944"]).unwrap();

		assert!(link.contains("127.0.0.1%3A9944"), "{link}");
	}

	#[test]
	fn explorer_link_should_put_brackets_around_ipv6() {
		let link = link(&["/ip6/::1/tcp/9944"]).unwrap();

		assert!(link.contains("?rpc=ws%3A%2F%2F%5B%3A%3A1%5D%3A9944#"), "{link}");
	}

	#[test]
	fn explorer_link_should_name_this_machine_when_the_server_listens_everywhere() {
		let v4 = link(&["/ip4/0.0.0.0/tcp/9944"]).unwrap();
		let v6 = link(&["/ip6/::/tcp/9944"]).unwrap();

		assert!(v4.contains("127.0.0.1%3A9944"), "{v4}");
		assert!(v6.contains("%5B%3A%3A1%5D%3A9944"), "{v6}");
	}

	#[test]
	fn explorer_link_should_be_none_when_there_is_no_server() {
		assert_eq!(link(&[]), None);
		assert_eq!(link(&["/dns/example.org/tcp/9944"]), None);
	}
}
