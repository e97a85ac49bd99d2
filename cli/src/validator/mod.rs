//! Making blocks: candidates for the validators' seats.

mod election;
mod register;
mod show;

use clap::{Args, Subcommand};
use reckon_sdk::{calls, format_amount, parse_amount, AccountId, Balance};

use crate::{
	context::Context,
	failure::{Failure, Result},
	job::order::parse_account,
	percent::{format_percent, parse_percent},
};

pub(crate) use election::Election;

/// What a validator does.
#[derive(Debug, Subcommand)]
pub(crate) enum ValidatorCommand {
	/// Become a validator: new keys in the node, a stake, and when it counts. To be asked of the
	/// validator's own node. A candidate only has its keys renewed
	#[command(after_help = "Example: reckon validator register --bond 10000 --commission 5\n\
		Example: reckon validator register --bond 10000 --print --account //Charlie")]
	Register(RegisterArgs),
	/// The candidates, those with the most behind them first, and the next election
	List,
	/// A candidate: its stake, its backers, its keys, and whether it would be elected
	#[command(after_help = "Example: reckon validator show //Alice")]
	Show {
		/// Whose [default: who signs]
		#[arg(value_parser = parse_account)]
		account: Option<AccountId>,
	},
	/// Add to your own stake
	#[command(after_help = "Example: reckon validator bond 500")]
	Bond {
		/// How much, in RKN
		#[arg(value_parser = parse_amount)]
		amount: Balance,
	},
	/// Take a part out of your own stake; the chain returns it when it can be slashed no more
	Unbond {
		/// How much, in RKN
		#[arg(value_parser = parse_amount)]
		amount: Balance,
	},
	/// Stand for election no more, for now
	Chill,
	/// Stand for election again, or stay although you were leaving
	Resume,
	/// Be a candidate no more; the chain returns all stake behind you to its owners when you have no
	/// seat
	Leave,
	/// Set your share of what your backers earn
	#[command(after_help = "Example: reckon validator commission 2.5")]
	Commission {
		/// In percent; it can fall at any time, and rise a little once an era
		#[arg(value_name = "PERCENT", value_parser = parse_percent)]
		commission: u32,
	},
	/// Make new session keys in the validator's own node, and register them
	#[command(after_help = "Example: reckon validator keys --print --account //Charlie")]
	Keys(SigningArgs),
	/// Take your session keys back, and their deposit; after leaving, when you have no seat any more
	PurgeKeys,
}

/// Who registers, with what.
#[derive(Debug, Args)]
pub(crate) struct RegisterArgs {
	/// Your own stake, in RKN; `reckon validator list` says what it takes to be elected
	#[arg(long, value_name = "RKN", value_parser = parse_amount)]
	bond: Balance,
	/// Your share of what your backers earn
	#[arg(long, value_name = "PERCENT", value_parser = parse_percent, default_value = "0")]
	commission: u32,
	#[command(flatten)]
	signing: SigningArgs,
}

/// Who signs where.
#[derive(Debug, Args)]
pub(crate) struct SigningArgs {
	/// Sign nothing: print the call for a wallet that is elsewhere
	#[arg(long)]
	print: bool,
	/// The account whose wallet that is
	#[arg(long, value_name = "ACCOUNT", value_parser = parse_account, requires = "print")]
	account: Option<AccountId>,
}

pub(crate) async fn run(context: &Context, command: ValidatorCommand) -> Result<()> {
	match command {
		ValidatorCommand::Register(args) => register::register(context, args).await,
		ValidatorCommand::Keys(args) => register::renew_keys(context, args).await,
		ValidatorCommand::List => show::list(context).await,
		ValidatorCommand::Show { account } => show::show(context, account).await,
		ValidatorCommand::Bond { amount } => {
			let done = format!("{} more at stake, as of the next election", format_amount(amount));
			context.act(calls::bond_extra_candidate(amount), &done).await
		},
		ValidatorCommand::Unbond { amount } => {
			let amount_text = format_amount(amount);
			let done = format!("{amount_text} on its way back: `reckon stake show` says when");
			context.act(calls::unbond(amount), &done).await
		},
		ValidatorCommand::Chill => {
			context.act(calls::chill(), "standing aside: no election, no seat").await
		},
		ValidatorCommand::Resume => {
			context.act(calls::resume_candidate(), "standing for election again").await
		},
		ValidatorCommand::Leave => {
			let done =
				"a candidate no more, as soon as there is no seat to keep: then `reckon stake show` \
				says when the stake is back; when the node makes no blocks any more, `reckon \
				validator purge-keys`";
			context.act(calls::leave_candidates(), done).await
		},
		ValidatorCommand::Commission { commission } => {
			let done = format!("{} as of the next election", format_percent(commission));
			context.act(calls::set_commission(commission), &done).await
		},
		ValidatorCommand::PurgeKeys => {
			context.act(calls::purge_keys(), "the keys are gone, their deposit is back").await
		},
	}
}

fn not_candidate(who: &AccountId) -> Failure {
	Failure::new("not_candidate", format!("{who} is no candidate for a validator's seat"))
		.fix("`reckon validator register` makes it one; `reckon validator list` lists them")
}
