//! Showing jobs.

use reckon_sdk::{
	format_amount, AccountId, Audit, Comparison, JobId, JobState, Progress, Purpose, TaskKind,
	Verdict,
};
use serde_json::{json, Value};

use super::follow::fetch_answer;
use crate::{
	audit::progress,
	context::{failure, unknown_job, Context},
	failure::Result,
	output::table,
};

pub(super) async fn get(context: &Context, id: JobId) -> Result<()> {
	let chain = context.chain().await?;
	let at = chain.latest().await.map_err(failure)?;
	let job = at.job(id).await.map_err(failure)?.ok_or_else(|| unknown_job(id))?;
	let reason = at.why(id).await.map_err(failure)?.unwrap_or_else(|| job.state.reason());
	let comparison = match job.comparison {
		Some(_) => at.comparison(id).await.map_err(failure)?,
		None => None,
	};
	let audit = match job.state {
		JobState::Delivered { .. } => at.audit(id).await.map_err(failure)?,
		_ => None,
	};
	let answer = match job.state.delivery() {
		Some(_) => Some(fetch_answer(&chain, id, &job).await),
		None => None,
	};
	let mut json = json!({
		"job": id,
		"record": job,
		"reason": reason,
		"comparison": comparison,
		"audit": audit,
	});
	if let (Some(Ok(bytes)), Value::Object(fields)) = (&answer, &mut json) {
		let text = String::from_utf8_lossy(bytes);
		fields.insert("answer".into(), json!(text));
	}
	context.output.result(&json, || {
		let mut lines = vec![
			format!("job      {id:?}"),
			format!("state    {}: {}", job.state.name(), reason.explain()),
			format!("client   {}", job.client),
			format!("task     {} by model {:?}", job.task, job.model),
			format!("payload  {} bytes", job.payload.length),
			format!("price    at most {}", format_amount(job.max_price)),
		];
		if let Some(provider) = job.state.provider() {
			lines.push(format!("provider {provider}"));
		}
		if let (Some(delivery), Some(charge)) = (job.state.delivery(), job.state.charge()) {
			let units = delivery.units;
			lines.push(format!("work     {} tokens in, {} out", units.input, units.output));
			lines.push(format!("charge   {}", format_amount(charge)));
			if let JobState::Settled { audit_fee, .. } = job.state {
				if audit_fee > 0 {
					lines.push(format!("audit    {}", format_amount(audit_fee)));
				}
			}
		} else {
			lines.push(format!("deadline block #{}", job.deadline));
		}
		for attempt in &job.attempts {
			let why = attempt.reason.explain();
			lines.push(format!("in vain  {}: {why}", attempt.provider));
		}
		lines.extend(comparison.iter().flat_map(|it| compared(id, it)));
		lines.extend(audit.iter().flat_map(audited));
		match &answer {
			Some(Ok(bytes)) if job.task == TaskKind::Embed => {
				lines
					.push(format!("answer   {} bytes of vectors (--json shows them)", bytes.len()));
			},
			Some(Ok(bytes)) => lines.push(format!("answer   {}", String::from_utf8_lossy(bytes))),
			Some(Err(failure)) => lines.push(format!("answer   not to be had: {failure}")),
			None => {},
		}
		lines.join("\n")
	});
	Ok(())
}

/// What a job's answer is compared with, and what that shows.
fn compared(id: JobId, comparison: &Comparison) -> Vec<String> {
	let what = match comparison.purpose {
		Purpose::Replicas => "replicas",
		Purpose::Dispute => "disputed",
	};
	let mut lines = vec![format!("{what} {}", comparison.explain())];
	for sibling in &comparison.siblings {
		let says = match sibling.progress {
			Progress::Awaited => "is awaited".into(),
			Progress::Ended => "has ended without an answer".into(),
			Progress::Delivered { answer, .. } => match comparison.verdict {
				Some(Verdict::Majority { answer: right }) if right == answer => "is right".into(),
				Some(Verdict::Majority { .. }) => "is wrong".into(),
				_ => format!("answers {:?}", answer.hash),
			},
		};
		let mark = if sibling.job == id { ", this one," } else { "" };
		lines.push(format!("  {:?}{mark} {says}", sibling.job));
	}
	lines
}

/// How far an audit is, and whose votes are awaited.
fn audited(audit: &Audit) -> Vec<String> {
	let mut lines = vec![format!("audit    {}", progress(audit))];
	if audit.fee > 0 {
		lines.push(format!("  {} are held for the auditors", format_amount(audit.fee)));
	}
	let seats = audit.seats.iter();
	lines.extend(seats.map(|seat| format!("  {} {}", seat.auditor, seat.ballot.explain())));
	lines
}

pub(super) async fn why(context: &Context, id: JobId) -> Result<()> {
	let chain = context.chain().await?;
	let at = chain.latest().await.map_err(failure)?;
	let job = at.job(id).await.map_err(failure)?.ok_or_else(|| unknown_job(id))?;
	let reason = at.why(id).await.map_err(failure)?.unwrap_or_else(|| job.state.reason());
	let now = at.block().number;
	let json = json!({
		"job": id,
		"state": job.state.name(),
		"reason": reason,
		"explanation": reason.explain(),
		"deadline": job.deadline,
		"block": now,
		"attempts": job.attempts,
	});
	context.output.result(&json, || {
		let mut lines = vec![format!("{}: {reason}: {}", job.state.name(), reason.explain())];
		if let JobState::Open { since, .. } = job.state {
			lines.push(format!("  it waits since block #{since}"));
		}
		for attempt in &job.attempts {
			let why = attempt.reason.explain();
			lines.push(format!("  before that {} had it: {why}", attempt.provider));
		}
		if !job.state.is_final() {
			let money = format_amount(job.max_price);
			lines.push(format!(
				"  {money} are held; the chain looks at the job again by block #{}, it is #{now} now",
				job.due
			));
		}
		lines.join("\n")
	});
	Ok(())
}

pub(super) async fn list(context: &Context, account: Option<AccountId>) -> Result<()> {
	let who = context.account_or_signer(account)?;
	let chain = context.chain().await?;
	let at = chain.latest().await.map_err(failure)?;
	let jobs = at.jobs_of(&who).await.map_err(failure)?;
	let list: Vec<_> = jobs.iter().map(|(id, job)| json!({ "job": id, "record": job })).collect();
	context.output.result(&json!({ "account": who.to_string(), "jobs": list }), || {
		if jobs.is_empty() {
			return format!("{who} has no jobs that the chain remembers");
		}
		let heads = ["job", "task", "state", "reason", "price at most", "charge", "block"];
		let mut rows = vec![heads.map(str::to_owned).to_vec()];
		rows.extend(jobs.iter().map(|(id, job)| {
			vec![
				format!("{id:?}"),
				job.task.to_string(),
				job.state.name().into(),
				job.state.reason().to_string(),
				format_amount(job.max_price),
				job.state.charge().map(format_amount).unwrap_or_default(),
				format!("#{}", job.submitted_at),
			]
		}));
		table(&rows)
	});
	Ok(())
}
