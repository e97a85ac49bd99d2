//! Audits: work that validators compute again, and batches that they look at.

use clap::{Args, Subcommand};
use reckon_sdk::{
	format_amount, parse_amount, AccountId, Audit, AuditBounds, AuditDuty, AuditInstance,
	AuditPhase, AuditSubject, Balance, Cause, Conduct, Grade, Market, Offences, Statement, H256,
};
use serde::Serialize;
use serde_json::json;

use crate::{
	context::{failure, Context},
	failure::{Failure, Result},
	job::order::{parse_account, parse_hash},
	models::{example, resolve},
	percent::format_percent,
	subnet,
};

/// What can be asked about audits.
#[derive(Debug, Subcommand)]
pub(crate) enum AuditCommand {
	/// An audit that has not ended: what it waits for, who sits, what they have said, and how far the
	/// work is from that
	#[command(after_help = "Example: reckon audit show \
		0x0101010101010101010101010101010101010101010101010101010101010101")]
	Show {
		/// What is audited: a job's id or a batch's; of an answer through a gateway its request's
		#[arg(value_name = "ID", value_parser = parse_hash)]
		audit: H256,
	},
	/// A validator's seats, and what is asked of it
	#[command(after_help = "Example: reckon audit seats //Alice")]
	Seats {
		/// Whose [default: who signs]
		#[arg(value_parser = parse_account)]
		account: Option<AccountId>,
	},
	/// What is held against a validator as an auditor, and what that costs it
	#[command(after_help = "Example: reckon audit conduct //Alice")]
	Conduct {
		/// Whose [default: who signs]
		#[arg(value_parser = parse_account)]
		account: Option<AccountId>,
	},
	/// How much of a provider's work is audited by lot, and what a client pays for an audit of it
	#[command(after_help = "Example: reckon audit rate //Bob --model reckon-lexicon")]
	Rate(RateArgs),
}

/// Whose work.
#[derive(Debug, Args)]
pub(crate) struct RateArgs {
	/// Whose work [default: who signs]
	#[arg(value_parser = parse_account)]
	provider: Option<AccountId>,
	/// By which model: its name or id
	#[arg(long, short)]
	model: String,
	/// By whose rules: a subnet's id or name
	#[arg(long, value_name = "SUBNET", default_value = "0")]
	subnet: String,
	/// What the answer costs, in RKN [default: what a short one costs by the provider's offer]
	#[arg(long, value_name = "RKN", value_parser = parse_amount)]
	charge: Option<Balance>,
}

pub(crate) async fn run(context: &Context, command: AuditCommand) -> Result<()> {
	match command {
		AuditCommand::Show { audit } => show(context, audit).await,
		AuditCommand::Seats { account } => seats(context, account).await,
		AuditCommand::Conduct { account } => conduct(context, account).await,
		AuditCommand::Rate(args) => rate(context, args).await,
	}
}

/// An opened vote, and how far the work is from it.
#[derive(Debug, Serialize)]
struct Said {
	auditor: AccountId,
	statement: Statement,
	grade: Option<Grade>,
}

async fn show(context: &Context, id: H256) -> Result<()> {
	let chain = context.chain().await?;
	let at = chain.latest().await.map_err(failure)?;
	let audit = at.audit(id).await.map_err(failure)?.ok_or_else(|| no_audit(id))?;
	let grades = at.grades(id).await.map_err(failure)?;
	let grade_of = |auditor: &AccountId| {
		grades.iter().find(|(other, _)| other == auditor).map(|(_, grade)| *grade)
	};
	let statements = at.statements(id).await.map_err(failure)?.into_iter();
	let said: Vec<_> = statements
		.map(|(auditor, statement)| Said { auditor, statement, grade: grade_of(&auditor) })
		.collect();
	let json = json!({
		"audit": id,
		"record": audit,
		"statements": said,
		"explanation": audit.explain(),
		"block": at.block().number,
	});
	context.output.result(&json, || told(id, &audit, &said).join("\n"));
	Ok(())
}

fn no_audit(id: H256) -> Failure {
	Failure::new("no_audit", format!("no audit of {id:?} is under way")).fix(
		"`reckon job get ID` says how a job's ended, `reckon batch show ID` how a batch's; of most \
		 work there is none",
	)
}

/// What an audit waits for, until when, and in which committee.
pub(crate) fn progress(audit: &Audit) -> String {
	let committee = match (audit.round, audit.instance) {
		(0, _) => String::new(),
		(round, AuditInstance::First) => format!(", committee {round}"),
		(round, AuditInstance::Larger) => format!(", committee {round}, the larger one"),
		(round, AuditInstance::Last) => format!(", committee {round}, whose word is final"),
	};
	format!("{}, by block #{} at most{committee}", audit.explain(), audit.due)
}

fn told(id: H256, audit: &Audit, said: &[Said]) -> Vec<String> {
	let mut lines = vec![format!("audit    {id:?}"), format!("about    {}", about(&audit.subject))];
	lines.extend(circumstances(&audit.subject));
	lines.push(format!("why      {}", why(audit)));
	lines.push(format!("status   {}", progress(audit)));
	if audit.phase != AuditPhase::Drawing {
		lines.push(format!("votes    {}, {} at least are needed", audit.votes(), audit.quorum));
	}
	if audit.fee > 0 {
		lines.push(format!("held     {} for the auditors", format_amount(audit.fee)));
	}
	if let Some(opened) = &audit.opened {
		lines.push(format!("opened   the worker's rows, under the root {:?}", opened.root));
	}
	lines.extend(earlier_committees(audit));
	for seat in &audit.seats {
		lines.push(format!("  {} {}", seat.auditor, seat.ballot.explain()));
		for said in said.iter().filter(|said| said.auditor == seat.auditor) {
			lines.push(format!("    {}", said.statement.explain()));
			let measured = said.grade.map(|grade| measured(grade, &audit.subject));
			lines.extend(measured.map(|measured| format!("    the chain's measure: {measured}")));
		}
	}
	lines
}

/// What is audited, in one line.
fn about(subject: &AuditSubject) -> String {
	match subject {
		AuditSubject::Answer(answer) => {
			format!("an answer of {}, {}", answer.provider, format_amount(answer.charge))
		},
		AuditSubject::Batch(batch) => format!(
			"a batch of {}, {} receipts, {}",
			batch.gateway,
			batch.receipts,
			format_amount(batch.charge)
		),
	}
}

/// What else there is to say of an answer.
fn circumstances(subject: &AuditSubject) -> Vec<String> {
	let AuditSubject::Answer(answer) = subject else { return Vec::new() };
	let mut lines =
		vec![format!("model    {:?}", answer.model), format!("client   {}", answer.client)];
	lines.extend(answer.gateway.map(|gateway| format!("gateway  {gateway}")));
	if answer.at_stake != answer.charge {
		let all = format_amount(answer.at_stake);
		lines.push(format!("stands   for {all} of such work: the slash goes by that"));
	}
	lines
}

fn why(audit: &Audit) -> String {
	match (audit.cause, audit.round) {
		(Cause::Lot, 0) => "the lot may fall on it".into(),
		(Cause::Lot, _) => {
			format!("the lot fell on it: {} of such work is audited", format_percent(audit.rate))
		},
		(Cause::Attested, _) => {
			"its client pays for nothing that auditors have not accepted".into()
		},
		(Cause::Requested, _) => "its client pays for it".into(),
		(Cause::Sampled, _) => "the lot fell on it, out of a gateway's batch".into(),
	}
}

/// How a vote compares with what it is about.
fn measured(grade: Grade, subject: &AuditSubject) -> &'static str {
	match (grade, subject) {
		(Grade::Same, AuditSubject::Answer(_)) => "the same computation",
		(Grade::Doubtful, AuditSubject::Answer(_)) => {
			"neither the same computation nor certainly another one"
		},
		(Grade::Different, AuditSubject::Answer(_)) => "another computation",
		(Grade::Same, AuditSubject::Batch(_)) => "for the batch",
		(Grade::Doubtful, AuditSubject::Batch(_)) => "of no use: others have seen other receipts",
		(Grade::Different, AuditSubject::Batch(_)) => "against the batch",
	}
}

/// What the committees before this one found, each in one line.
fn earlier_committees(audit: &Audit) -> impl Iterator<Item = String> + '_ {
	["the first committee", "the larger one"].into_iter().zip(&audit.earlier).map(
		|(which, said)| {
			let counts = [Grade::Same, Grade::Doubtful, Grade::Different].map(|grade| {
				let count = said.iter().filter(|opinion| opinion.grade == grade).count();
				(count > 0).then(|| format!("{count} {}", measured(grade, &audit.subject)))
			});
			let counts: Vec<_> = counts.into_iter().flatten().collect();
			format!("before   {which} found: {}", counts.join("; "))
		},
	)
}

async fn seats(context: &Context, account: Option<AccountId>) -> Result<()> {
	let who = context.account_or_signer(account)?;
	let chain = context.chain().await?;
	let at = chain.latest().await.map_err(failure)?;
	let mut duties = at.seats_of(&who).await.map_err(failure)?;
	// What is asked of it first, and of that what is most urgent.
	duties.sort_by_key(|duty| (duty.asked().is_none(), duty.until));
	let json = json!({
		"account": who.to_string(),
		"block": at.block().number,
		"seats": duties
			.iter()
			.map(|duty| {
				json!({
					"duty": duty,
					"is_asked": duty.asked().is_some(),
					"explanation": duty.explain(),
				})
			})
			.collect::<Vec<_>>(),
	});
	context.output.result(&json, || {
		if duties.is_empty() {
			return format!("{who} sits in no audit");
		}
		let lines: Vec<_> = duties.iter().flat_map(seat_lines).collect();
		lines.join("\n")
	});
	Ok(())
}

fn seat_lines(duty: &AuditDuty) -> [String; 2] {
	let until = duty.asked().map(|_| format!(", by block #{}", duty.until));
	[
		format!("{:?} {}", duty.audit, about(&duty.subject)),
		format!("  asked of it: {}{}", duty.explain(), until.unwrap_or_default()),
	]
}

async fn conduct(context: &Context, account: Option<AccountId>) -> Result<()> {
	let who = context.account_or_signer(account)?;
	let chain = context.chain().await?;
	let at = chain.latest().await.map_err(failure)?;
	let era = at.current_era().await.map_err(failure)?;
	let conduct = at.conduct(&who).await.map_err(failure)?.in_era(era);
	let bounds = at.audit_bounds().map_err(failure)?;
	let json = json!({
		"account": who.to_string(),
		"conduct": conduct,
		"slash_now": bounds.slash(&conduct.now),
		"slash_before": bounds.slash(&conduct.before),
		"bounds": bounds,
	});
	context.output.result(&json, || {
		let mut lines = vec![format!("auditor  {who}")];
		lines.extend(conduct_lines(&conduct, &bounds));
		lines.join("\n")
	});
	Ok(())
}

/// What is held against an auditor in the era that the record is of.
fn conduct_lines(conduct: &Conduct, bounds: &AuditBounds) -> Vec<String> {
	let era = conduct.era;
	let mut lines = Vec::new();
	if conduct.barred {
		lines.push(format!(
			"barred   it is not drawn any more in era {era}: it was alone with a vote that was proved \
			 wrong"
		));
	}
	if conduct.missed > 0 {
		let (missed, each) = (conduct.missed, bounds.misses_before_slash);
		lines.push(format!("missed   {missed}, less those that counted since; {each} cost stake"));
	}
	if conduct.declined > 0 {
		let (declined, most) = (conduct.declined, bounds.max_declines);
		lines.push(format!("given up {declined} of the {most} seats that can be in era {era}"));
	}
	let eras = [(Some(era), conduct.now), (era.checked_sub(1), conduct.before)];
	lines.extend(eras.into_iter().filter_map(|(era, offences)| {
		let told = offences_told(&offences, bounds)?;
		let era = format!("era {}", era?);
		Some(format!("{era:<8} {told}"))
	}));
	if lines.is_empty() {
		lines.push("nothing is held against it".into());
	}
	let (open, most) = (conduct.open, bounds.max_open_seats);
	lines.push(format!(
		"awaited  blind votes: {open}; with {most} it is drawn only where nobody has fewer"
	));
	lines
}

fn offences_told(offences: &Offences, bounds: &AuditBounds) -> Option<String> {
	let Offences { silences, lies, .. } = *offences;
	let parts = [
		(silences > 0).then(|| format!("series of votes that did not come: {silences}")),
		(lies > 0).then(|| format!("votes that were proved wrong: {lies}")),
	];
	let parts: Vec<_> = parts.into_iter().flatten().collect();
	// Thousand millionths: a thousandth of them are millionths.
	let slash = format_percent(bounds.slash(offences) / 1_000);
	let what = parts.join(", ");
	(!parts.is_empty()).then(|| format!("{what}; cost {slash} of the stake of that era"))
}

async fn rate(context: &Context, args: RateArgs) -> Result<()> {
	let who = context.account_or_signer(args.provider)?;
	let chain = context.chain().await?;
	let at = chain.latest().await.map_err(failure)?;
	let (id, name) = resolve(&at, &args.model).await?;
	let model = at.model(id).await.map_err(failure)?.ok_or_else(|| {
		Failure::new("unknown_model", format!("the store has no model {name}"))
			.fix("`reckon models` lists them")
	})?;
	let subnet = subnet::find(&at, &args.subnet).await?;
	let charge = match args.charge {
		Some(charge) => charge,
		None => {
			let market = Market { subnet: subnet.id, model: id };
			let offers = at.offers_of(&who).await.map_err(failure)?;
			let offer = offers.iter().find(|(offered, ..)| *offered == market);
			let (_, price, _) = offer.ok_or_else(|| not_offered(&who, &name))?;
			example::charge(price, model.details.tasks)
		},
	};
	let rate = at.audit_rate(subnet.id, &who, charge).await.map_err(failure)?;
	let fee = at.audit_fee(subnet.id, charge).await.map_err(failure)?;
	// The chain's rate is that of any work; what has no thresholds it never audits.
	let is_auditable = model.details.calibration.is_some();
	let json = json!({
		"provider": who.to_string(),
		"model": { "id": id, "name": name },
		"subnet": subnet.id,
		"charge": charge.to_string(),
		"is_auditable": is_auditable,
		"rate_millionths": if is_auditable { rate } else { 0 },
		"fee": is_auditable.then(|| fee.to_string()),
	});
	context.output.result(&json, || {
		let example = match args.charge {
			Some(_) => None,
			None => {
				Some(format!(" for {}; --charge names another", example::told(model.details.tasks)))
			},
		};
		let mut lines = vec![
			format!("provider {who}"),
			format!("model    {name}, in subnet {} {}", subnet.id, subnet.name()),
			format!("answer   {}{}", format_amount(charge), example.unwrap_or_default()),
		];
		lines.extend(rate_lines(is_auditable, rate, fee));
		lines.join("\n")
	});
	Ok(())
}

fn rate_lines(is_auditable: bool, rate: u32, fee: Balance) -> Vec<String> {
	if !is_auditable {
		return vec![
			"audited  never: the model is not calibrated, nobody can tell what is far off".into(),
		];
	}
	let (rate, fee) = (format_percent(rate), format_amount(fee));
	vec![
		format!("audited  {rate} of such answers, by lot"),
		format!("fee      {fee}, of a client that asks for an audit, or for an attested answer"),
	]
}

fn not_offered(who: &AccountId, model: &str) -> Failure {
	Failure::new("not_offered", format!("{who} does not offer {model} there"))
		.fix("`reckon provider show` says what it offers; or name what an answer costs by --charge")
}

#[cfg(test)]
mod tests {
	use super::*;
	use reckon_sdk::{
		token::UNIT, AuditedAnswer, AuditedBatch, Ballot, Opinion, RowsSeen, Seat, Vote,
	};

	fn account(byte: u8) -> AccountId {
		AccountId::from([byte; 32])
	}

	fn answer() -> AuditSubject {
		let hash = H256([3; 32]);
		AuditSubject::Answer(AuditedAnswer {
			client: account(8),
			provider: account(9),
			gateway: Some(account(7)),
			subnet: 0,
			model: hash,
			commitment: hash,
			output: hash,
			charge: UNIT / 2,
			at_stake: 2 * UNIT,
		})
	}

	fn batch() -> AuditSubject {
		let gateway = account(7);
		AuditSubject::Batch(AuditedBatch { gateway, subnet: 0, receipts: 12, charge: 3 * UNIT })
	}

	fn audit(subject: AuditSubject, ballots: &[Ballot]) -> Audit {
		let seat = |(n, ballot): (u8, &Ballot)| Seat {
			auditor: account(n),
			key: [0; 32],
			ballot: *ballot,
		};
		Audit {
			subject,
			cause: Cause::Lot,
			rate: 50_000,
			fee: 0,
			phase: AuditPhase::Revealing,
			due: 70,
			round: 2,
			instance: AuditInstance::Last,
			retries: 0,
			quorum: 6,
			challenge: H256::zero(),
			opened: None,
			seats: (1..).zip(ballots).map(seat).collect(),
			earlier: Vec::new(),
		}
	}

	#[test]
	fn audit_should_be_told_with_what_each_auditor_said_and_how_far_that_is() {
		let hash = H256([5; 32]);
		let mut audit = audit(answer(), &[Ballot::Revealed, Ballot::Missed]);
		let opinion =
			|grade| Opinion { auditor: account(1), era: 1, grade, rows: RowsSeen::Proven };
		audit.earlier = vec![
			[Grade::Different, Grade::Same, Grade::Same].map(opinion).to_vec(),
			[Grade::Different, Grade::Same].map(opinion).to_vec(),
		];
		let statement = Statement { vote: Vote::Output { hash }, rows: RowsSeen::Proven };
		let grade = Some(Grade::Different);
		let said = [Said { auditor: account(1), statement, grade }];
		let lines = told(hash, &audit, &said);
		let text = lines.join("\n");
		for words in [
			format!("about    an answer of {}, 0.5 RKN\nmodel    0x0303", account(9)).as_str(),
			format!("client   {}\ngateway  {}\n", account(8), account(7)).as_str(),
			"stands   for 2 RKN of such work",
			"the lot fell on it: 5 % of such work",
			"auditors say what they have found, by block #70 at most, committee 2, whose word is final",
			"votes    1, 6 at least are needed",
			"before   the first committee found: 2 the same computation; 1 another computation\n\
			 before   the larger one found: 1 the same computation; 1 another computation\n",
		] {
			assert!(text.contains(words), "{words}: {text}");
		}
		let seats = &lines[lines.len() - 4..];
		assert_eq!(
			seats,
			[
				format!("  {} has opened its vote", account(1)),
				"    did the exact task again; has seen the worker's rows".to_owned(),
				"    the chain's measure: another computation".to_owned(),
				format!("  {} has said nothing in time", account(2)),
			]
		);
		assert!(!text.contains("held"), "{text}");
	}

	#[test]
	fn audit_should_say_that_nothing_is_decided_before_the_draw() {
		let drawing = Audit {
			phase: AuditPhase::Drawing,
			round: 0,
			instance: AuditInstance::First,
			fee: UNIT,
			..audit(batch(), &[])
		};
		let text = told(H256::zero(), &drawing, &[]).join("\n");
		assert!(text.contains("the lot may fall on it"), "{text}");
		assert!(text.contains("about    a batch of") && !text.contains("client"), "{text}");
		assert!(text.contains("12 receipts, 3 RKN"), "{text}");
		assert!(text.contains("held     1 RKN for the auditors"), "{text}");
		assert!(!text.contains("votes"), "{text}");
	}

	#[test]
	fn seat_should_have_a_deadline_only_when_something_is_asked() {
		let duty = |ballot| AuditDuty {
			audit: H256([1; 32]),
			subject: batch(),
			round: 1,
			phase: AuditPhase::Committing,
			ballot,
			until: 41,
			challenge: H256::zero(),
			opened: None,
		};
		let [what, asked] = seat_lines(&duty(Ballot::Awaited));
		assert!(what.starts_with("0x0101") && what.contains("a batch of"), "{what}");
		assert!(asked.ends_with("vote blindly, by block #41"), "{asked}");
		let [_, asked] = seat_lines(&duty(Ballot::Declined));
		assert_eq!(asked, "  asked of it: nothing: it has given this seat up");
	}

	#[test]
	fn conduct_should_say_what_each_offence_costs() {
		let bounds = AuditBounds {
			max_open_seats: 12,
			max_declines: 32,
			misses_before_slash: 10,
			miss_slash: 1_000_000,
			wrong_vote_slash: 50_000_000,
		};
		let clean = Conduct { era: 5, open: 2, ..Conduct::default() };
		assert_eq!(
			conduct_lines(&clean, &bounds),
			[
				"nothing is held against it",
				"awaited  blind votes: 2; with 12 it is drawn only where nobody has fewer"
			]
		);
		let now = Offences { silences: 1, lies: 2, outvoted: false };
		let before = Offences { lies: 1, ..Offences::default() };
		let bad = Conduct { missed: 3, declined: 4, barred: true, now, before, ..clean };
		let lines = conduct_lines(&bad, &bounds);
		assert!(lines[0].contains("not drawn any more in era 5"), "{lines:?}");
		assert_eq!(lines[1], "missed   3, less those that counted since; 10 cost stake");
		assert_eq!(lines[2], "given up 4 of the 32 seats that can be in era 5");
		assert_eq!(
			lines[3],
			"era 5    series of votes that did not come: 1, votes that were proved wrong: 2; cost 10.1 % \
			 of the stake of that era"
		);
		assert_eq!(
			lines[4],
			"era 4    votes that were proved wrong: 1; cost 5 % of the stake of that era"
		);
		// There is no era before the first.
		let first = conduct_lines(&Conduct { era: 0, before, ..clean }, &bounds);
		assert_eq!(first[0], "nothing is held against it");
	}

	#[test]
	fn rate_should_be_none_when_the_model_is_not_calibrated() {
		let lines = rate_lines(false, 1_000_000, UNIT);
		assert!(lines.len() == 1 && lines[0].starts_with("audited  never"), "{lines:?}");
		let lines = rate_lines(true, 25_000, UNIT / 4);
		assert_eq!(lines[0], "audited  2.5 % of such answers, by lot");
		assert!(lines[1].starts_with("fee      0.25 RKN, of a client"), "{lines:?}");
	}
}
