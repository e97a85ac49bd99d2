//! Errors as OpenAI's clients understand them.

use serde::Serialize;

/// What a client is told when it does not get what it asks for.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{message}")]
pub struct Problem {
	/// HTTP's status.
	pub status: u16,
	/// OpenAI's kind of error, `invalid_request_error` for example.
	pub kind: &'static str,
	/// For programs.
	pub code: Option<&'static str>,
	/// The field that is wrong, `messages[0].content` for example.
	pub param: Option<String>,
	/// For people: what is wrong and what helps.
	pub message: String,
	/// When to come again, in milliseconds.
	pub retry_after_ms: Option<u64>,
	/// Whether to come again at all, where OpenAI's clients would decide wrongly by the status alone.
	pub retry: Option<bool>,
}

#[derive(Serialize)]
struct Body<'a> {
	error: Shape<'a>,
}

#[derive(Serialize)]
struct Shape<'a> {
	message: &'a str,
	r#type: &'a str,
	param: Option<&'a str>,
	code: Option<&'a str>,
}

impl Problem {
	/// A problem that the client can't wait away.
	pub fn new(
		status: u16,
		kind: &'static str,
		code: Option<&'static str>,
		message: impl Into<String>,
	) -> Self {
		let message = message.into();
		Self { status, kind, code, param: None, message, retry_after_ms: None, retry: None }
	}

	/// 400: the body is not what the API takes.
	pub fn malformed(message: impl Into<String>) -> Self {
		Self::new(400, "invalid_request_error", None, message)
	}

	/// 400: a field has a wrong type or value.
	pub fn invalid(param: impl Into<String>, message: impl Into<String>) -> Self {
		Self { param: Some(param.into()), ..Self::malformed(message) }
	}

	/// 400: a field asks for what is not done here.
	pub fn unsupported(param: impl Into<String>, message: impl Into<String>) -> Self {
		Self { code: Some("unsupported_parameter"), ..Self::invalid(param, message) }
	}

	/// What a client gets as body: `{"error":{"message","type","param","code"}}`.
	pub fn body(&self) -> String {
		let Self { kind, code, param, message, .. } = self;
		let error = Shape { message, r#type: kind, param: param.as_deref(), code: *code };
		// Strings always serialise.
		serde_json::to_string(&Body { error }).unwrap_or_default()
	}

	/// The headers that tell a client when to come again: `retry-after` in whole seconds,
	/// `retry-after-ms`, and `x-should-retry`.
	pub fn headers(&self) -> Vec<(&'static str, String)> {
		let mut headers = Vec::new();
		if let Some(ms) = self.retry_after_ms {
			headers.push(("retry-after", ms.div_ceil(1000).to_string()));
			headers.push(("retry-after-ms", ms.to_string()));
		}
		if let Some(retry) = self.retry {
			headers.push(("x-should-retry", retry.to_string()));
		}
		headers
	}
}
