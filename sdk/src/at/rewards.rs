//! What is earned, era by era.

use super::At;
use crate::{
	error::Error,
	types::{
		AccountId, Balance, Duty, Earnings, Era, EraEarnings, EraIndex, RunningEra, UnclaimedReward,
	},
};

impl At {
	/// The era that is not over, and what it would pay if it ended now.
	///
	/// # Errors
	/// When the node does not answer, or its answer can't be read.
	pub async fn running_era(&self) -> Result<RunningEra, Error> {
		self.view("Rewards", "running_era", ()).await
	}

	/// An era's pots, points and claims; nothing when nobody earned anything in it or it is
	/// forgotten.
	///
	/// # Errors
	/// When the node does not answer, or its answer can't be read.
	pub async fn era(&self, era: EraIndex) -> Result<Option<Era>, Error> {
		self.view("Rewards", "era", (era,)).await
	}

	/// An account's points of one kind in an era.
	///
	/// # Errors
	/// When the node does not answer, or its answer can't be read.
	pub async fn points(
		&self,
		era: EraIndex,
		duty: Duty,
		who: &AccountId,
	) -> Result<Balance, Error> {
		self.view("Rewards", "points", (era, duty, *who)).await
	}

	/// What a provider has earned in an era, and whether it has been paid.
	///
	/// # Errors
	/// When the node does not answer, or its answer can't be read.
	pub async fn earnings(
		&self,
		era: EraIndex,
		earner: &AccountId,
	) -> Result<Option<Earnings>, Error> {
		self.view("Rewards", "earnings", (era, *earner)).await
	}

	/// What a validator's blocks and votes in an era have earned `backer`, who is a backer of it or
	/// the validator itself, and whether it has been paid.
	///
	/// # Errors
	/// When the node does not answer, or its answer can't be read.
	pub async fn validator_earnings(
		&self,
		era: EraIndex,
		validator: &AccountId,
		backer: &AccountId,
	) -> Result<Option<Earnings>, Error> {
		self.view("Rewards", "validator_earnings", (era, *validator, *backer)).await
	}

	/// What an account can have by claims, as provider or validator: the sum, and each of at most
	/// 1,000 rewards, oldest first. A backer's are claimed with its validator's.
	///
	/// # Errors
	/// When the node does not answer, or its answer can't be read.
	pub async fn unclaimed(
		&self,
		earner: &AccountId,
	) -> Result<(Balance, Vec<UnclaimedReward>), Error> {
		self.view("Rewards", "unclaimed", (*earner,)).await
	}

	/// What an account has earned as provider or validator, the newest first: in `last` or the running
	/// era, whichever is older, and the 99 eras before. Of a validator's rewards it is what the
	/// validator itself gets.
	///
	/// # Errors
	/// When the node does not answer, or its answer can't be read.
	pub async fn history(
		&self,
		earner: &AccountId,
		last: EraIndex,
	) -> Result<Vec<EraEarnings>, Error> {
		self.view("Rewards", "history", (*earner, last)).await
	}

	/// The most that an era emits by the published curve.
	///
	/// # Errors
	/// When the node does not answer, or its answer can't be read.
	pub async fn emission(&self, era: EraIndex) -> Result<Balance, Error> {
		self.view("Rewards", "emission", (era,)).await
	}
}
