//! Offering a worker's work.

use clap::{Args, Subcommand};
use reckon_sdk::{
	calls, format_amount, parse_amount, AccountId, At, Balance, Inquiry, Market, Price,
	ProviderStatus, SessionIndex, Standing, Unbonding,
};
use serde_json::json;

use crate::{
	context::{failure, Context},
	failure::{Failure, Result},
	job::order::parse_account,
	models::resolve,
	output::table,
	percent::format_percent,
	subnet,
};

/// What a provider does.
#[derive(Debug, Subcommand)]
pub(crate) enum ProviderCommand {
	/// Become a provider: holds a bond and names the worker
	#[command(
		after_help = "Example: reckon provider register --worker //Bob --bond 100 --capacity 4 \
			--endpoint http://127.0.0.1:9620"
	)]
	Register {
		/// The worker's hot key, as `reckon-worker keys new` prints it
		#[arg(long, value_name = "ADDRESS", value_parser = parse_account)]
		worker: AccountId,
		/// The bond, in RKN; more bond draws more work, and allows more jobs at once
		#[arg(long, value_name = "RKN", value_parser = parse_amount)]
		bond: Balance,
		/// How many jobs the worker takes at once, as far as the bond stands for them
		#[arg(long, value_name = "N")]
		capacity: u32,
		/// Where clients reach the worker, for long payloads and answers
		#[arg(long, value_name = "URL", default_value = "")]
		endpoint: String,
	},
	/// List the providers: how good, how loaded, and whether they take jobs
	List,
	/// Offer a model at a price, or change the price; for the jobs of one subnet
	#[command(
		after_help = "Example: reckon provider offer reckon-lexicon --base 0.001 --per-input 0.00001 \
			--per-output 0.00002"
	)]
	Offer {
		/// The model's name or id
		model: String,
		/// The subnet whose jobs it is for, by id or name
		#[arg(long, value_name = "SUBNET", default_value = "0")]
		subnet: String,
		#[command(flatten)]
		price: PriceArgs,
	},
	/// Offer a model no more; running jobs are finished
	Withdraw {
		/// The model's name or id
		model: String,
		/// The subnet whose jobs it was for, by id or name
		#[arg(long, value_name = "SUBNET", default_value = "0")]
		subnet: String,
	},
	/// A provider's record and offers
	Show {
		/// Whose [default: who signs]
		#[arg(value_parser = parse_account)]
		account: Option<AccountId>,
	},
	/// Why a provider gets no work
	Why {
		/// Whose [default: who signs]
		#[arg(value_parser = parse_account)]
		account: Option<AccountId>,
	},
	/// Take a part out of your bond; the chain returns it when it can be slashed no more
	#[command(after_help = "Example: reckon provider unbond 50")]
	Unbond {
		/// How much, in RKN; the least bond stays
		#[arg(value_parser = parse_amount)]
		amount: Balance,
	},
	/// Take no new jobs for now, without penalty
	Pause,
	/// Take jobs again
	Resume,
	/// Leave for good; the chain returns the bond
	Leave,
	/// Change what was registered
	Update(UpdateArgs),
}

/// A price, in RKN.
#[derive(Debug, Args)]
pub(crate) struct PriceArgs {
	/// For a job as such
	#[arg(long, value_name = "RKN", value_parser = parse_amount, default_value = "0")]
	base: Balance,
	/// For each token read
	#[arg(long, value_name = "RKN", value_parser = parse_amount, default_value = "0")]
	per_input: Balance,
	/// For each token written
	#[arg(long, value_name = "RKN", value_parser = parse_amount, default_value = "0")]
	per_output: Balance,
}

/// What to change; what is left out stays.
#[derive(Debug, Args)]
#[group(required = true, multiple = true)]
pub(crate) struct UpdateArgs {
	/// How many jobs the worker takes at once, as far as the bond stands for them
	#[arg(long, value_name = "N")]
	capacity: Option<u32>,
	/// Where clients reach the worker; empty for nowhere
	#[arg(long, value_name = "URL")]
	endpoint: Option<String>,
	/// Another hot key; the old one speaks for you no more
	#[arg(long, value_name = "ADDRESS", value_parser = parse_account)]
	worker: Option<AccountId>,
	/// So much more bond, in RKN
	#[arg(long, value_name = "RKN", value_parser = parse_amount)]
	add_bond: Option<Balance>,
}

pub(crate) async fn run(context: &Context, command: ProviderCommand) -> Result<()> {
	match command {
		ProviderCommand::Register { worker, bond, capacity, endpoint } => {
			register(context, worker, bond, capacity, &endpoint).await
		},
		ProviderCommand::List => list(context).await,
		ProviderCommand::Offer { model, subnet, price } => {
			offer(context, &model, &subnet, &price).await
		},
		ProviderCommand::Withdraw { model, subnet } => {
			let chain = context.chain().await?;
			let at = chain.latest().await.map_err(failure)?;
			let (id, name) = resolve(&at, &model).await?;
			let subnet = subnet::find(&at, &subnet).await?;
			let done = format!("{name} is offered in {} no more", subnet.name());
			context.act(calls::withdraw_offer(subnet.id, id), &done).await
		},
		ProviderCommand::Show { account } => show(context, account).await,
		ProviderCommand::Why { account } => why(context, account).await,
		ProviderCommand::Unbond { amount } => {
			let amount_text = format_amount(amount);
			let done = format!("{amount_text} on its way back: `reckon account show` says when");
			context.act(calls::unbond_provider(amount), &done).await
		},
		ProviderCommand::Pause => context.act(calls::pause(), "paused: no new jobs").await,
		ProviderCommand::Resume => context.act(calls::resume(), "taking jobs again").await,
		ProviderCommand::Leave => {
			let done = "leaving: `reckon account show` says when the bond is back";
			context.act(calls::leave(), done).await
		},
		ProviderCommand::Update(args) => update(context, args).await,
	}
}

async fn register(
	context: &Context,
	worker: AccountId,
	bond: Balance,
	capacity: u32,
	endpoint: &str,
) -> Result<()> {
	let who = context.signer()?.account();
	let chain = context.chain().await?;
	let at = chain.latest().await.map_err(failure)?;
	// Who is registered already, the chain tells: it is not about the worker.
	let speaks_for = speaks_for(&at, &worker).await?.filter(|provider| *provider != who);
	check_worker(&who, &worker, speaks_for.as_ref())?;
	let call = calls::register(worker, bond, capacity, endpoint);
	let bond = format_amount(bond);
	context.act(call, &format!("registered with a bond of {bond}; now: provider offer")).await
}

/// The provider for which a key speaks already.
async fn speaks_for(at: &At, worker: &AccountId) -> Result<Option<AccountId>> {
	at.provider_of(worker).await.map_err(failure)
}

/// Whether a key is fit to be the worker's of `who`.
fn check_worker(who: &AccountId, worker: &AccountId, speaks_for: Option<&AccountId>) -> Result<()> {
	// The chain would take it. But the worker's machine would have all that the provider has.
	if worker == who {
		let message =
			"--worker: this is the provider's own key, which can spend its bond and earnings; \
			the worker is to have one that can do nothing but work";
		return Err(Failure::new("own_key", message)
			.fix("make one where the worker runs: `reckon-worker keys new`"));
	}
	match speaks_for {
		None => Ok(()),
		Some(other) if other == who => {
			let message = format!("--worker: {worker} is your worker's key already");
			Err(Failure::new("same_worker", message)
				.fix("leave --worker out; or make another key: `reckon-worker keys new`"))
		},
		Some(other) => {
			let message =
				format!("--worker: {worker} is the key of another provider's worker, {other}");
			Err(Failure::new("worker_taken", message)
				.fix("make another key: `reckon-worker keys new`"))
		},
	}
}

async fn offer(context: &Context, model: &str, subnet: &str, price: &PriceArgs) -> Result<()> {
	let chain = context.chain().await?;
	let at = chain.latest().await.map_err(failure)?;
	let (id, name) = resolve(&at, model).await?;
	let subnet = subnet::find(&at, subnet).await?;
	let price =
		Price { base: price.base, per_input: price.per_input, per_output: price.per_output };
	let done = format!("{name} is offered in {}", subnet.name());
	context.act(calls::offer(subnet.id, id, price), &done).await
}

async fn update(context: &Context, args: UpdateArgs) -> Result<()> {
	let chain = context.chain().await?;
	let who = context.signer()?.account();
	let at = chain.latest().await.map_err(failure)?;
	let provider = at.provider(&who).await.map_err(failure)?.ok_or_else(|| not_registered(&who))?;
	// Before anything is changed.
	if let Some(worker) = &args.worker {
		check_worker(&who, worker, speaks_for(&at, worker).await?.as_ref())?;
	}
	if args.capacity.is_some() || args.endpoint.is_some() {
		let endpoint = args.endpoint.or_else(|| provider.endpoint()).unwrap_or_default();
		let capacity = args.capacity.unwrap_or(provider.capacity);
		context.submit(&chain, calls::update(capacity, &endpoint)).await?;
	}
	if let Some(worker) = args.worker {
		context.submit(&chain, calls::set_worker(worker)).await?;
	}
	if let Some(bond) = args.add_bond {
		context.submit(&chain, calls::bond_extra(bond)).await?;
	}
	show(context, Some(who)).await
}

async fn show(context: &Context, account: Option<AccountId>) -> Result<()> {
	let who = context.account_or_signer(account)?;
	let chain = context.chain().await?;
	let at = chain.latest().await.map_err(failure)?;
	let provider = at.provider(&who).await.map_err(failure)?.ok_or_else(|| not_registered(&who))?;
	let reason = at.why_not_assigned(&who).await.map_err(failure)?;
	let standing = at.standing(&who).await.map_err(failure)?;
	let score = at.score(&who).await.map_err(failure)?;
	let average = at.average_value().await.map_err(failure)?;
	let assigned = at.assigned_to(&provider.worker).await.map_err(failure)?;
	let audits = at.inquiries_into(&who).await.map_err(failure)?;
	let session = at.session().await.map_err(failure)?;
	let bond_per_job = at.constants().map_err(failure)?.bond_per_job;
	let places = provider.places(bond_per_job);
	let resting = provider.resting(at.block().number);
	let mut rows = Vec::new();
	let mut offers = Vec::new();
	for (market, price, tickets) in at.offers_of(&who).await.map_err(failure)? {
		let Market { subnet, model: id } = market;
		let model = at.model(id).await.map_err(failure)?;
		let name = model.map_or_else(|| format!("{id:?}"), |model| model.listing.name());
		rows.push(vec![
			format!("offers   {name}"),
			format!("subnet {subnet}"),
			format!("{} a job", format_amount(price.base)),
			format!("{} a token in", format_amount(price.per_input)),
			format!("{} a token out", format_amount(price.per_output)),
		]);
		offers.push(json!({
			"model": id,
			"name": name,
			"subnet": subnet,
			"price": price,
			"tickets": tickets,
		}));
	}
	let json = json!({
		"account": who.to_string(),
		"provider": provider,
		"reason": reason,
		"score_millionths": score,
		"standing": standing,
		"average_value": average.to_string(),
		"assigned": assigned
			.iter()
			.map(|job| json!({ "job": job.job, "model": job.model, "deadline": job.deadline }))
			.collect::<Vec<_>>(),
		"audits": audits,
		"session": session,
		"places": places,
		"resting": resting,
		"offers": offers,
	});
	context.output.result(&json, || {
		let status = status(provider.status);
		let endpoint = provider.endpoint().unwrap_or_else(|| "none".into());
		let mut lines = vec![
			format!("provider {who}"),
			format!("status   {status}: {}", reason.explain()),
			format!("score    {}{}", format_percent(score), newcomer(standing.is_none())),
			format!("bond     {}{}", format_amount(provider.bond), on_its_way(provider.unbonding)),
			format!("worker   {}", provider.worker),
			format!("heard of {}", sessions_ago(session.index, provider.last_seen)),
			format!("endpoint {endpoint}"),
			format!("jobs     {} of {places} at once", provider.load),
		];
		lines.extend(standing.map(|standing| evidence_line(&standing, average)));
		lines.extend(assigned.iter().map(|job| {
			format!("has      job {:?}, to deliver by block #{}", job.job, job.deadline)
		}));
		lines.extend(audits.iter().map(audit_line));
		if places < provider.capacity {
			lines.push(format!(
				"         its capacity is {}, and each job stands on {} of bond: provider update \
				 --add-bond",
				provider.capacity,
				format_amount(bond_per_job)
			));
		}
		if resting > 0 {
			let until = provider.declined_until;
			lines.push(format!(
				"         {resting} declined: their places rest until block #{until}"
			));
		}
		if provider.misses > 0 {
			lines.push(format!("missed   {} deadlines, less the jobs done since", provider.misses));
		}
		if !rows.is_empty() {
			lines.push(table(&rows));
		}
		lines.join("\n")
	});
	Ok(())
}

/// What was taken out of a bond and is not back yet, for people.
pub(crate) fn on_its_way(unbonding: Option<Unbonding>) -> String {
	unbonding.map_or_else(String::new, |part| {
		format!(", and {} back from block #{}", format_amount(part.amount), part.until)
	})
}

fn status(status: ProviderStatus) -> String {
	match status {
		ProviderStatus::Active => "active".into(),
		ProviderStatus::Paused => "paused".into(),
		ProviderStatus::Silent => "silent".into(),
		ProviderStatus::Leaving { until } => format!("leaving, bond back from block #{until}"),
	}
}

async fn list(context: &Context) -> Result<()> {
	let chain = context.chain().await?;
	let at = chain.latest().await.map_err(failure)?;
	let bond_per_job = at.constants().map_err(failure)?.bond_per_job;
	let mut rows =
		vec![["provider", "score", "bond", "jobs", "status"].map(str::to_owned).to_vec()];
	let mut json = Vec::new();
	for (who, provider) in at.providers().await.map_err(failure)? {
		let score = at.score(&who).await.map_err(failure)?;
		let places = provider.places(bond_per_job);
		rows.push(vec![
			who.to_string(),
			format_percent(score),
			format_amount(provider.bond),
			format!("{} of {places}", provider.load),
			status(provider.status),
		]);
		json.push(json!({
			"account": who.to_string(),
			"provider": provider,
			"score_millionths": score,
			"places": places,
		}));
	}
	context.output.result(&json!({ "providers": json }), || match rows.len() {
		1 => "nobody is registered as a provider: reckon provider register".into(),
		_ => table(&rows),
	});
	Ok(())
}

async fn why(context: &Context, account: Option<AccountId>) -> Result<()> {
	let who = context.account_or_signer(account)?;
	let chain = context.chain().await?;
	let at = chain.latest().await.map_err(failure)?;
	let reason = at.why_not_assigned(&who).await.map_err(failure)?;
	let json = json!({
		"account": who.to_string(),
		"reason": reason,
		"explanation": reason.explain(),
	});
	context.output.result(&json, || format!("{reason}: {}", reason.explain()));
	Ok(())
}

/// Why a score is what it is.
fn evidence_line(standing: &Standing, average: Balance) -> String {
	let outcomes = |millionths: u64| millionths as f64 / 1_000_000.0;
	format!(
		"evidence {:.2} for it, {:.2} against it; an outcome counts up to 1, that of a job of {} half",
		outcomes(standing.good),
		outcomes(standing.bad),
		format_amount(average)
	)
}

/// An audit of the provider's work.
fn audit_line(inquiry: &Inquiry) -> String {
	let (audit, until) = (inquiry.audit, inquiry.until);
	format!("audited  {audit:?}: {}, by block #{until} at most", inquiry.phase.explain())
}

/// When a worker was last heard of.
fn sessions_ago(now: SessionIndex, then: SessionIndex) -> String {
	match now.saturating_sub(then) {
		0 => "in this session".into(),
		1 => "in the last session: silent, if it says nothing in this one".into(),
		sessions => format!("{sessions} sessions ago"),
	}
}

fn newcomer(is_one: bool) -> &'static str {
	if is_one {
		", as all newcomers have"
	} else {
		" of its work is delivered, newer work counting more"
	}
}

fn not_registered(who: &AccountId) -> Failure {
	Failure::new("not_registered", format!("{who} is no provider"))
		.fix("`reckon provider register` makes it one")
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn evidence_should_be_told_in_outcomes() {
		let standing = Standing { score: 0, good: 17_310_000, bad: 250_000, touched: 1 };
		let line = evidence_line(&standing, reckon_sdk::token::UNIT);
		assert!(line.starts_with("evidence 17.31 for it, 0.25 against it;"), "{line}");
		assert!(line.ends_with("a job of 1 RKN half"), "{line}");
	}

	#[test]
	fn worker_should_be_refused_when_it_has_the_providers_key_or_speaks_for_one() {
		let [who, worker, other] = [1, 2, 3].map(|byte| AccountId::from([byte; 32]));
		let refused = |worker: &AccountId, speaks_for: Option<&AccountId>| {
			check_worker(&who, worker, speaks_for).map_err(|failure| {
				assert!(failure.fix.unwrap().contains("reckon-worker keys new"));
				failure.code
			})
		};
		assert_eq!(refused(&worker, None), Ok(()));
		assert_eq!(refused(&who, None), Err("own_key".into()));
		assert_eq!(refused(&worker, Some(&who)), Err("same_worker".into()));
		assert_eq!(refused(&worker, Some(&other)), Err("worker_taken".into()));
	}

	#[test]
	fn audit_should_be_told_with_what_it_waits_for_and_until_when() {
		let audit = reckon_sdk::H256([7; 32]);
		let phase = reckon_sdk::AuditPhase::Opening;
		let inquiry = Inquiry { audit, round: 1, phase, until: 41, challenge: audit };
		let line = audit_line(&inquiry);
		assert!(line.starts_with("audited  0x0707"), "{line}");
		assert!(line.ends_with("show what it has computed, by block #41 at most"), "{line}");
	}

	#[test]
	fn last_word_should_be_told_in_sessions() {
		assert_eq!(sessions_ago(7, 7), "in this session");
		assert!(sessions_ago(7, 6).starts_with("in the last session"));
		assert_eq!(sessions_ago(7, 2), "5 sessions ago");
	}
}
