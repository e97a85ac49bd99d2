//! What one address can't take all of.

use ipnet::IpNet;
use std::{
	collections::HashMap,
	net::{IpAddr, Ipv6Addr},
	sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// The bits of an IPv6 address that whoever has one has chosen: one customer has all addresses below.
const HOST_BITS: u32 = 64;

/// Whom a connection is from, as far as places are shared out by it. In the extensions of each request.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash, Debug)]
pub struct Peer(Option<IpAddr>);

impl Peer {
	/// Whoever is behind an address. Those who are `trusted`, as proxies that stand for many and limit them
	/// themselves, are not counted.
	pub fn new(address: IpAddr, trusted: &[IpNet]) -> Self {
		let address = address.to_canonical();
		if trusted.iter().any(|net| net.contains(&address)) {
			return Self(None);
		}
		Self(Some(match address {
			IpAddr::V4(_) => address,
			IpAddr::V6(all) => Ipv6Addr::from_bits(all.to_bits() >> HOST_BITS << HOST_BITS).into(),
		}))
	}
}

/// Networks that strangers don't come from: this machine, and private ones (RFC 1918, 3927, 4193, 4291, 6598).
/// Whoever does stands behind a proxy, or is at home.
pub fn private_networks() -> Vec<IpNet> {
	const NETWORKS: [([u8; 4], u8); 6] = [
		([127, 0, 0, 0], 8),
		([10, 0, 0, 0], 8),
		([172, 16, 0, 0], 12),
		([192, 168, 0, 0], 16),
		([169, 254, 0, 0], 16),
		([100, 64, 0, 0], 10),
	];
	let old =
		NETWORKS.iter().filter_map(|(address, bits)| IpNet::new((*address).into(), *bits).ok());
	let new = [
		(Ipv6Addr::LOCALHOST, 128),
		(Ipv6Addr::from_bits(0xfc << 120), 7),
		(Ipv6Addr::from_bits(0xfe80 << 112), 10),
	];
	let new = new.into_iter().filter_map(|(address, bits)| IpNet::new(address.into(), bits).ok());
	old.chain(new).collect()
}

/// Places, of which each peer has so many at most.
#[derive(Debug)]
pub struct Shares {
	each: usize,
	taken: Mutex<HashMap<IpAddr, usize>>,
}

/// A place, until it is dropped.
#[derive(Debug)]
pub struct Share {
	shares: Arc<Shares>,
	of: Option<IpAddr>,
}

impl Shares {
	/// So many for each.
	pub fn new(each: usize) -> Arc<Self> {
		Arc::new(Self { each, taken: Mutex::default() })
	}

	/// A place for this peer, if it has not as many as it may have.
	pub fn take(self: &Arc<Self>, Peer(of): Peer) -> Option<Share> {
		if let Some(address) = of {
			let mut taken = self.taken();
			let count = taken.get(&address).copied().unwrap_or_default();
			if count >= self.each {
				return None;
			}
			taken.insert(address, count + 1);
		}
		Some(Share { shares: self.clone(), of })
	}

	// Nothing panics while it is held.
	fn taken(&self) -> MutexGuard<'_, HashMap<IpAddr, usize>> {
		self.taken.lock().unwrap_or_else(PoisonError::into_inner)
	}
}

impl Drop for Share {
	fn drop(&mut self) {
		let Some(address) = self.of else { return };
		let mut taken = self.shares.taken();
		if let Some(count) = taken.get_mut(&address) {
			*count -= 1;
			if *count == 0 {
				taken.remove(&address);
			}
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	fn peer(address: &str) -> Peer {
		let trusted = ["127.0.0.0/8".parse().unwrap(), "::1/128".parse().unwrap()];
		Peer::new(address.parse().unwrap(), &trusted)
	}

	#[test]
	fn peer_should_be_who_has_the_address() {
		assert_eq!(peer("192.0.2.1"), peer("::ffff:192.0.2.1"));
		assert_ne!(peer("192.0.2.1"), peer("192.0.2.2"));
		// Who has one address of IPv6 has as many as it likes.
		assert_eq!(peer("2001:db8:1:2::1"), peer("2001:db8:1:2:ffff::7"));
		assert_ne!(peer("2001:db8:1:2::1"), peer("2001:db8:1:3::1"));
		for trusted in ["127.0.0.1", "127.9.9.9", "::ffff:127.0.0.1", "::1"] {
			assert_eq!(peer(trusted), Peer::default());
		}
	}

	#[test]
	fn private_networks_should_be_those_that_strangers_do_not_come_from() {
		let all = private_networks();
		assert_eq!(all.len(), 9);
		let is_private =
			|address: &str| Peer::new(address.parse().unwrap(), &all) == Peer::default();
		for address in
			["127.0.0.1", "::1", "172.17.0.1", "10.1.2.3", "fd00::1", "fe80::1", "100.64.0.1"]
		{
			assert!(is_private(address), "{address}");
		}
		for address in ["192.0.2.1", "172.32.0.1", "2001:db8::1", "100.128.0.1", "8.8.8.8"] {
			assert!(!is_private(address), "{address}");
		}
	}

	#[test]
	fn share_should_be_refused_when_a_peer_has_all_of_its_own() {
		let shares = Shares::new(2);
		let [one, other] = [peer("192.0.2.1"), peer("192.0.2.2")];
		let held = [shares.take(one), shares.take(one)];
		assert!(held.iter().all(Option::is_some) && shares.take(one).is_none());
		assert!(shares.take(other).is_some());
		let trusted: Vec<_> = (0..9).map(|_| shares.take(peer("127.0.0.1"))).collect();
		assert!(trusted.iter().all(Option::is_some));
		drop(held);
		assert!(shares.take(one).is_some());
		// Nothing is kept of those who have gone, nor of those who have nothing.
		assert!(Shares::new(0).take(one).is_none());
		assert!(shares.taken().is_empty());
	}
}
