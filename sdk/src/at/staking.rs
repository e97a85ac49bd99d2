//! Validators, and the stake behind them.

use super::{gone_or, At};
use crate::{
	error::Error,
	types::{
		AccountId, Balance, BlockNumber, Candidate, EraIndex, Exposure, NextElection, Session,
		SessionKeys, Slash, SlashId,
	},
};
use subxt::{ext::scale_value::Value, storage};

impl At {
	/// A candidate's record.
	///
	/// # Errors
	/// When the node does not answer, or its answer can't be read.
	pub async fn candidate(&self, who: &AccountId) -> Result<Option<Candidate>, Error> {
		self.view("ValidatorStaking", "candidate", (*who,)).await
	}

	/// All candidates for the validators' seats, those with the most behind them first.
	///
	/// # Errors
	/// When the node does not answer, or its answer can't be read.
	pub async fn candidates(&self) -> Result<Vec<(AccountId, Candidate)>, Error> {
		self.view("ValidatorStaking", "candidates", ()).await
	}

	/// Who has delegated how much to a candidate.
	///
	/// # Errors
	/// When the node does not answer, or its answer can't be read.
	pub async fn backers_of(
		&self,
		candidate: &AccountId,
	) -> Result<Vec<(AccountId, Balance)>, Error> {
		self.view("ValidatorStaking", "backers_of", (*candidate,)).await
	}

	/// To whom an account has delegated how much.
	///
	/// # Errors
	/// When the node does not answer, or its answer can't be read.
	pub async fn delegations_of(
		&self,
		who: &AccountId,
	) -> Result<Vec<(AccountId, Balance)>, Error> {
		self.view("ValidatorStaking", "delegations_of", (*who,)).await
	}

	/// What stood behind a validator in an era, as long as that is remembered.
	///
	/// # Errors
	/// When the node does not answer, or its answer can't be read.
	pub async fn exposure(
		&self,
		era: EraIndex,
		validator: &AccountId,
	) -> Result<Option<Exposure>, Error> {
		self.view("ValidatorStaking", "exposure", (era, *validator)).await
	}

	/// Slots in an era, and so blocks if none is left out.
	///
	/// # Errors
	/// When the runtime lacks a constant: [`Error::Incompatible`].
	pub fn era_blocks(&self) -> Result<BlockNumber, Error> {
		let sessions: u32 = self.constant("ValidatorStaking", "SessionsPerEra")?;
		let blocks: u64 = self.constant("Babe", "EpochDuration")?;
		let blocks = blocks.saturating_mul(sessions.into());
		Ok(BlockNumber::try_from(blocks).unwrap_or(BlockNumber::MAX))
	}

	/// When validators are next elected: what is staked by then counts.
	///
	/// # Errors
	/// When the node does not answer, or its answer can't be read.
	pub async fn next_election(&self) -> Result<NextElection, Error> {
		self.view("ValidatorStaking", "next_election", ()).await
	}

	/// The least that a new candidate needs behind it to be elected as things stand.
	///
	/// # Errors
	/// When the node does not answer, or its answer can't be read.
	pub async fn stake_to_be_elected(&self) -> Result<Balance, Error> {
		self.view("ValidatorStaking", "stake_to_be_elected", ()).await
	}

	/// The slashes that are not applied yet, at most 1,000.
	///
	/// # Errors
	/// When the node does not answer, or its answer can't be read.
	pub async fn unapplied_slashes(&self) -> Result<Vec<(SlashId, Slash)>, Error> {
		self.view("ValidatorStaking", "unapplied_slashes", ()).await
	}

	/// The current era.
	///
	/// # Errors
	/// When the node does not answer, or its answer can't be read.
	pub async fn current_era(&self) -> Result<EraIndex, Error> {
		self.view("ValidatorStaking", "current_era", ()).await
	}

	/// The session under way.
	///
	/// # Errors
	/// When the node does not answer, or its answer can't be read.
	pub async fn session(&self) -> Result<Session, Error> {
		let none = Vec::<()>::new;
		let index = self.read("Session", "CurrentIndex", none()).await?.unwrap_or_default();
		// Babe's epochs are the sessions, but are counted on while the chain stands still.
		let epoch: u64 = self.read("Babe", "EpochIndex", none()).await?.unwrap_or_default();
		let first: u64 = self.read("Babe", "GenesisSlot", none()).await?.unwrap_or_default();
		let now: u64 = self.read("Babe", "CurrentSlot", none()).await?.unwrap_or_default();
		let length = self.constants()?.session_blocks;
		let began = first.saturating_add(epoch.saturating_mul(length));
		Ok(Session { index, slots: now.saturating_sub(began) })
	}

	/// Who has a seat in this session.
	///
	/// # Errors
	/// When the node does not answer, or its answer can't be read.
	pub async fn validators(&self) -> Result<Vec<AccountId>, Error> {
		let validators = self.read("Session", "Validators", Vec::<()>::new()).await?;
		Ok(validators.unwrap_or_default())
	}

	/// The session keys that an account has registered.
	///
	/// # Errors
	/// When the node does not answer, or its answer can't be read.
	pub async fn session_keys(&self, who: &AccountId) -> Result<Option<SessionKeys>, Error> {
		// What is in them is the node's and the runtime's to know: the bytes will do.
		let address = storage::dynamic::<Vec<AccountId>, Value>("Session", "NextKeys");
		let keys = self
			.client
			.storage()
			.try_fetch(address, vec![*who])
			.await
			.map_err(|error| gone_or(self.block, "Session.NextKeys", error))?;
		Ok(keys.map(|keys| SessionKeys::from_bytes(keys.into_bytes())))
	}
}
