//! Every refusal, by every door.

use crate::{
	http::{chat, post, value},
	script::{fail, serve, text, Plan, Script},
};
use reckon_gateway::{api::Limits, desk::Refusal};
use serde_json::{json, Value};

/// A refusal, and what HTTP says of it: status, type, code, param, milliseconds, whether to come again.
type Case = (
	Refusal,
	u16,
	&'static str,
	&'static str,
	Option<&'static str>,
	Option<&'static str>,
	Option<&'static str>,
);

/// All of them.
pub fn all() -> Vec<Case> {
	let invalid = "invalid_request_error";
	let quota = "insufficient_quota";
	let model = || "m".to_owned();
	let cases = vec![
		(Refusal::InvalidKey, 401, invalid, "invalid_api_key", None, None, None),
		(Refusal::KeyRevoked, 401, invalid, "key_revoked", None, None, None),
		(
			Refusal::ModelNotFound { name: model(), known: vec!["a".into()] },
			404,
			invalid,
			"model_not_found",
			Some("model"),
			None,
			None,
		),
		(
			Refusal::TaskNotSupported { model: model(), task: "embed" },
			400,
			invalid,
			"task_not_supported",
			Some("model"),
			None,
			None,
		),
		(
			Refusal::InsufficientFunds {
				needed: "2 RKN".into(),
				left: "1 RKN".into(),
				fix: "reckon channel top-up".into(),
			},
			402,
			quota,
			quota,
			None,
			None,
			None,
		),
		(
			Refusal::ChannelUnusable("closing".into()),
			402,
			quota,
			"channel_unusable",
			None,
			None,
			None,
		),
		(
			Refusal::Voucher { code: "voucher_stale", why: "old".into() },
			400,
			invalid,
			"voucher_stale",
			None,
			None,
			None,
		),
		(
			Refusal::TooMany { what: "all lanes are in use".into(), after_ms: 1200 },
			429,
			"rate_limit_exceeded",
			"rate_limit_exceeded",
			None,
			Some("1200"),
			None,
		),
		(
			Refusal::NoWorker { model: model(), offered: true },
			503,
			"server_error",
			"no_worker_available",
			None,
			Some("1000"),
			None,
		),
		(
			Refusal::NoWorker { model: model(), offered: false },
			503,
			"server_error",
			"no_worker_available",
			None,
			None,
			Some("false"),
		),
		(
			Refusal::Busy { model: model(), after_ms: 300 },
			503,
			"server_error",
			"busy",
			None,
			Some("300"),
			None,
		),
		(
			Refusal::ContextExceeded { tokens: 9000, context: 4096 },
			400,
			invalid,
			"context_length_exceeded",
			Some("messages"),
			None,
			None,
		),
		(
			Refusal::Unsupported { param: "logprobs", why: "no logprobs here".into() },
			400,
			invalid,
			"unsupported_parameter",
			Some("logprobs"),
			None,
			None,
		),
		(Refusal::AskedBefore, 503, "server_error", "asked_before", None, Some("1000"), None),
		(Refusal::WorkerLost, 503, "server_error", "worker_lost", None, Some("1000"), None),
		(Refusal::TimedOut { seconds: 60 }, 504, "server_error", "timed_out", None, None, None),
		(
			Refusal::Unavailable("it stops".into()),
			503,
			"server_error",
			"unavailable",
			None,
			Some("1000"),
			None,
		),
		(Refusal::UnknownRequest, 404, invalid, "request_not_found", None, None, None),
		(
			Refusal::NotFound { what: "file", name: "file-1".into() },
			404,
			invalid,
			"not_found",
			Some("file_id"),
			None,
			None,
		),
		(Refusal::TooLarge("long".into()), 413, invalid, "request_too_large", None, None, None),
		(Refusal::SignIn("wrong".into()), 400, invalid, "sign_in_failed", None, None, None),
	];
	cases
}

fn message(refusal: &Refusal) -> String {
	match refusal {
		Refusal::ModelNotFound { .. } => format!("{refusal}: did you mean a?"),
		_ => refusal.to_string(),
	}
}

#[tokio::test]
async fn refusal_should_be_its_status_when_nothing_was_told() {
	for (refusal, status, kind, code, param, after_ms, retry) in all() {
		// At once, as the first thing of a whole answer, and of a streamed one.
		let plans = [
			Plan::Refuse(refusal.clone()),
			Plan::Answer(vec![fail(refusal.clone())]),
			Plan::Answer(vec![text("a"), fail(refusal.clone())]),
			Plan::Refuse(refusal.clone()),
			Plan::Answer(vec![fail(refusal.clone())]),
		];
		let script = Script::new(plans);
		let at = serve(&script, Limits::default()).await;
		for stream in [false, false, false, true, true] {
			let mut body = chat();
			body["stream"] = stream.into();
			let response = post(&at, "/v1/chat/completions", &body).send().await.unwrap();
			assert_eq!(response.status(), status, "{refusal}");
			assert_ne!(status, 409, "OpenAI's libraries repeat it");
			let headers = response.headers().clone();
			let header = |name| headers.get(name).map(|value| value.to_str().unwrap());
			assert_eq!(header("retry-after-ms"), after_ms, "{refusal}");
			assert_eq!(header("retry-after").is_some(), after_ms.is_some());
			assert_eq!(header("x-should-retry"), retry, "{refusal}");
			assert_eq!(header("content-type"), Some("application/json"));
			let error = json!({
				"message": message(&refusal),
				"type": kind,
				"param": param,
				"code": code,
			});
			assert_eq!(value(response).await, json!({ "error": error }));
		}
	}
}

#[tokio::test]
async fn refusal_should_be_the_last_event_when_something_was_told() {
	for (refusal, _, kind, code, param, ..) in all() {
		let script = Script::new([Plan::Answer(vec![text("a"), fail(refusal.clone())])]);
		let at = serve(&script, Limits::default()).await;
		let mut body = chat();
		body["stream"] = true.into();
		let response = post(&at, "/v1/chat/completions", &body).send().await.unwrap();
		assert_eq!(response.status(), 200);
		let all = response.text().await.unwrap();
		let last = all.split_terminator("\n\n").last().unwrap().strip_prefix("data: ").unwrap();
		let last: Value = serde_json::from_str(last).unwrap();
		let error =
			json!({ "message": message(&refusal), "type": kind, "param": param, "code": code });
		assert_eq!(last, json!({ "error": error }));
	}
}

#[tokio::test]
async fn answer_should_be_an_error_when_it_has_no_end() {
	let plans = [Plan::Answer(vec![text("a")]), Plan::Answer(vec![text("a")])];
	let at = serve(&Script::new(plans), Limits::default()).await;
	let whole = post(&at, "/v1/chat/completions", &chat()).send().await.unwrap();
	assert_eq!(whole.status(), 500);
	assert_eq!(value(whole).await["error"]["message"], "the answer broke off");
	let mut body = chat();
	body["stream"] = true.into();
	let all = post(&at, "/v1/chat/completions", &body).send().await.unwrap().text().await.unwrap();
	assert!(all.contains("the answer broke off"), "{all}");
	assert!(!all.contains("[DONE]"), "{all}");
}
