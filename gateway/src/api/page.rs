//! How the gateway is: for people, for Prometheus, and for who restarts it.

use super::{problems::json, Door};
use crate::desk::{ModelInfo, Overview, WorkerInfo};
use axum::{
	extract::State,
	http::{
		header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE},
		StatusCode,
	},
	response::{Html, IntoResponse, Response},
};
use reckon_primitives::{token, Balance};
use sp_core::crypto::Ss58Codec;
use std::sync::Arc;

/// Nothing is loaded from anywhere, and no script runs, whatever a name says.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; \
	form-action 'none'; frame-ancestors 'none'";

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:70em;margin:2em auto;\
	padding:0 1em;color-scheme:light dark}table{border-collapse:collapse;width:100%}\
	th,td{text-align:left;padding:.3em .8em .3em 0;border-bottom:1px solid #8884}\
	td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}code{font-size:.9em;\
	word-break:break-all}";

/// Whether the process lives
#[utoipa::path(get, path = "/healthz", tag = "Operation", security(()), responses((status = 200)))]
pub(super) async fn healthz() -> &'static str {
	"ok"
}

/// Whether chain, database and a worker are there
#[utoipa::path(
	get,
	path = "/readyz",
	tag = "Operation",
	security(()),
	responses((status = 200), (status = 503, description = "With why not")),
)]
pub(super) async fn readyz(State(door): State<Arc<Door>>) -> Response {
	match door.desk.ready().await {
		Ok(()) => json(StatusCode::OK, r#"{"ready":true}"#.to_owned()),
		Err(why) => {
			let body = serde_json::json!({ "ready": false, "reason": why });
			json(StatusCode::SERVICE_UNAVAILABLE, body.to_string())
		},
	}
}

/// Figures for Prometheus
#[utoipa::path(get, path = "/metrics", tag = "Operation", security(()), responses((status = 200)))]
pub(super) async fn metrics(State(door): State<Arc<Door>>) -> impl IntoResponse {
	([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], door.desk.metrics())
}

pub(super) async fn status(State(door): State<Arc<Door>>) -> impl IntoResponse {
	([(CONTENT_SECURITY_POLICY, POLICY)], Html(page(&door.desk.overview())))
}

fn page(overview: &Overview) -> String {
	let block = overview.block.map_or("not seen".to_owned(), |block| format!("#{block}"));
	let models: String = overview.models.iter().map(model).collect();
	let workers: String = overview.workers.iter().map(worker).collect();
	format!(
		"<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">\
		 <meta name=\"viewport\" content=\"width=device-width\">\
		 <meta http-equiv=\"refresh\" content=\"10\"><title>Reckon gateway</title>\
		 <style>{STYLE}</style><h1>Reckon gateway</h1>\
		 <p>Account <code>{gateway}</code>, subnet {subnet}, block {block}. \
		 <b>{running}</b> requests are computed, <b>{queued}</b> wait.</p>\
		 <p>OpenAI's API is at <code>/v1</code>, described in <a href=\"/openapi.json\">openapi.json</a>; \
		 keys are at <code>/v1/keys</code>.</p>\
		 <h2>Models</h2><table><tr><th>Name<th>Does<th class=n>Context<th>Profile<th>Licence\
		 <th class=n>Workers<th class=n>Busy<th class=n>A request, {symbol}\
		 <th class=n>1M tokens in<th class=n>1M tokens out</tr>{models}</table>\
		 <h2>Workers</h2><table><tr><th>Key<th>Provider<th>Software<th>Models<th class=n>Requests\
		 </tr>{workers}</table></html>",
		gateway = overview.gateway.to_ss58check(),
		subnet = overview.subnet,
		running = overview.running,
		queued = overview.queued,
		symbol = token::SYMBOL,
	)
}

fn model(model: &ModelInfo) -> String {
	use reckon_primitives::TaskKind::{Chat, Complete, Embed};
	let does = [Chat, Complete, Embed].into_iter().filter(|kind| model.tasks.contains(*kind));
	let does: Vec<_> = does.map(super::models::task).collect();
	let price = match &model.price {
		None => "<td class=n colspan=3>no offer".to_owned(),
		Some(price) => [
			price.base,
			price.per_input.saturating_mul(1_000_000),
			price.per_output.saturating_mul(1_000_000),
		]
		.iter()
		.map(|amount| format!("<td class=n>{}", tokens(*amount)))
		.collect(),
	};
	format!(
		"<tr><td>{}<td>{}<td class=n>{}<td>{}<td>{}<td class=n>{}<td class=n>{} of {}{price}</tr>",
		escape(&model.name),
		does.join(", "),
		model.context,
		escape(model.profile),
		escape(&model.licence),
		model.workers,
		model.active,
		model.slots,
	)
}

fn worker(worker: &WorkerInfo) -> String {
	format!(
		"<tr><td><code>{}</code><td><code>{}</code><td>{}<td>{}<td class=n>{}</tr>",
		worker.worker.to_ss58check(),
		worker.provider.to_ss58check(),
		escape(&worker.software),
		escape(&worker.models.join(", ")),
		worker.active,
	)
}

/// An amount in whole tokens, without zeros at the end.
fn tokens(amount: Balance) -> String {
	let whole = amount / token::UNIT;
	let part = amount % token::UNIT;
	let text = format!("{whole}.{part:0width$}", width = usize::from(token::DECIMALS));
	text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Text that is no HTML, whatever it has: names come from the chain and from workers.
fn escape(text: &str) -> String {
	let mut safe = String::with_capacity(text.len());
	for character in text.chars() {
		match character {
			'&' => safe.push_str("&amp;"),
			'<' => safe.push_str("&lt;"),
			'>' => safe.push_str("&gt;"),
			'"' => safe.push_str("&quot;"),
			'\'' => safe.push_str("&#39;"),
			other => safe.push(other),
		}
	}
	safe
}
