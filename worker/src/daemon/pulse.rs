//! Telling the chain that this worker is there.

use super::Daemon;
use crate::{chain::ChainClient, compute::Compute, jobs::Phase};
use reckon_sdk::BlockRef;

impl<C: ChainClient, E: Compute> Daemon<C, E> {
	/// Sends a heartbeat if it is time for one.
	pub(super) async fn beat(&mut self, best: BlockRef) {
		if !self.pulse.wants(best.number) {
			return;
		}
		let presence = match self.parts.chain.presence(best).await {
			Ok(presence) => presence,
			Err(error) => return tracing::debug!(%error, "cannot ask when we were last heard of"),
		};
		self.parts.shared.update(|status| {
			status.session = presence.map(|presence| presence.session.index);
			status.last_seen = presence.map(|presence| presence.last_seen);
		});
		let delivering =
			self.machine.phases().any(|(_, phase)| matches!(phase, Phase::Signed { .. }));
		let Some(offers) = self.pulse.beat(best.number, presence.as_ref(), delivering) else {
			return;
		};
		let (chain, beats) = (self.parts.chain.clone(), self.beats.clone());
		tokio::spawn(async move {
			// Nobody listens once the daemon has ended; the next life asks the chain.
			let _ = beats.send(chain.heartbeat(offers).await);
		});
	}

	/// A heartbeat is in a block, or has failed.
	pub(super) fn beaten(&mut self, sent: bool) {
		let best = self.heads.borrow().best.map_or(0, |best| best.number);
		self.pulse.ended(best, sent);
		self.parts.shared.count(|counters| {
			*if sent { &mut counters.heartbeats } else { &mut counters.heartbeats_failed } += 1;
		});
	}
}
