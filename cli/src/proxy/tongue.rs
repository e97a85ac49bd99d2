//! What the client is told. Of a gateway's words for an answer only what the worker has written is believed,
//! since its receipt names that; the rest is said anew here: of what a gateway adds, as a call of a tool that
//! nobody has made, nothing comes through.

use std::time::{SystemTime, UNIX_EPOCH};

use axum::body::Bytes;
use reckon_openai::{Events, Finish, Head, Logprob, Problem, Reply, Usage, Whole};
use reckon_receipts::ReceiptFile;
use reckon_sealed::{Broken, Secret, Unsealer};
use sp_core::H256;

use super::answer::{Piece, Written, RECEIPT_EVENT};

/// Says in OpenAI's words what a worker has written.
pub(super) struct Tongue {
	/// Opens what is sealed, where it is.
	unsealer: Option<Unsealer>,
	reply: Reply,
	head: Head,
	events: Events,
	begun: bool,
	/// The prompt, as far as the answer still has to begin with it: the reply says that itself.
	echo: String,
	/// Whether the client wants to know how likely tokens were.
	likely: bool,
	logprobs: Vec<Logprob>,
	plain: String,
	finish: Option<Finish>,
}

impl Tongue {
	/// For what the gateway can read. It begins with `echo`, and tells how `likely` tokens were, where the client
	/// wants that.
	pub(super) fn new(reply: Reply, request: H256, echo: Option<&str>, likely: bool) -> Self {
		let head = head(request);
		let events = reply.clone().events(head);
		let echo = echo.unwrap_or_default().to_owned();
		Self {
			unsealer: None,
			reply,
			head,
			events,
			begun: false,
			echo,
			likely,
			logprobs: Vec::new(),
			plain: String::new(),
			finish: None,
		}
	}

	/// For what is sealed.
	pub(super) fn sealed(reply: Reply, request: H256, secret: Secret) -> Self {
		Self { unsealer: Some(Unsealer::new(secret)), ..Self::new(reply, request, None, false) }
	}

	/// Whether the client wants events.
	pub(super) fn is_stream(&self) -> bool {
		self.reply.is_stream()
	}

	/// What the client is told when this has come.
	///
	/// # Errors
	/// When it is not what the worker has sealed.
	pub(super) fn hear(&mut self, piece: &Piece) -> Result<Vec<u8>, Broken> {
		let mut told = String::new();
		match &mut self.unsealer {
			None => {
				self.finish = piece.finish.or(self.finish);
				self.say(piece, &mut told);
			},
			Some(unsealer) => {
				for part in unsealer.push(&piece.text)? {
					self.finish = part.finish.map(finish).or(self.finish);
					self.say(&Piece { text: part.text, ..Piece::default() }, &mut told);
				}
			},
		}
		Ok(told.into_bytes())
	}

	fn say(&mut self, piece: &Piece, told: &mut String) {
		// Where it begins otherwise, its receipt will not fit.
		let echoed = piece.text.bytes().zip(self.echo.bytes()).take_while(|(a, b)| a == b).count();
		let text = piece.text.get(echoed..).unwrap_or(&piece.text);
		self.echo = self.echo.get(echoed..).unwrap_or_default().to_owned();
		self.plain.push_str(text);
		let logprobs = if self.likely { piece.logprobs.as_slice() } else { &[] };
		if !self.is_stream() {
			self.logprobs.extend_from_slice(logprobs);
		} else if !text.is_empty() || !logprobs.is_empty() {
			self.begin(told);
			write(told, self.events.text(text, logprobs));
		}
	}

	/// What the client is told when the receipt is good; `None` when a sealed answer was cut off.
	pub(super) fn end(
		&mut self,
		file: &ReceiptFile,
		last: Option<Finish>,
		receipts: bool,
	) -> Option<Vec<u8>> {
		let finish = self.finished(last)?;
		let mut told = String::new();
		self.begin(&mut told);
		write(&mut told, self.events.end(finish, &usage(file)));
		if receipts {
			let receipt = serde_json::to_string(file).unwrap_or_default();
			told.push_str(&format!("event: {RECEIPT_EVENT}\ndata: {receipt}\n\n"));
		}
		write(&mut told, self.events.done());
		Some(told.into_bytes())
	}

	/// What the client is told when there is no more, and why.
	pub(super) fn problem(&mut self, problem: &Problem) -> Vec<u8> {
		self.events.problem(problem).to_sse().into_bytes()
	}

	/// An answer as one document; `None` when a sealed one was cut off.
	///
	/// # Errors
	/// When a worker's vectors can't be read.
	pub(super) fn whole(
		&self,
		file: &ReceiptFile,
		last: Option<Finish>,
	) -> Option<Result<Bytes, Problem>> {
		let written = Written {
			output: self.plain.clone().into_bytes(),
			logprobs: self.logprobs.clone(),
			finish: self.finished(last)?,
		};
		Some(whole(&self.reply, self.head, &written, file))
	}

	/// What the worker has written, as far as it has come.
	pub(super) fn plain(&self) -> &str {
		&self.plain
	}

	fn begin(&mut self, told: &mut String) {
		if !std::mem::replace(&mut self.begun, true) {
			write(told, self.events.start());
		}
	}

	/// Why the answer has ended: of an open one by the gateway's word, of a sealed one by the worker's, without
	/// which it has none.
	fn finished(&self, last: Option<Finish>) -> Option<Finish> {
		match &self.unsealer {
			None => Some(self.finish.or(last).unwrap_or(Finish::Stop)),
			Some(unsealer) => self.finish.filter(|_| unsealer.is_over()),
		}
	}
}

/// An answer as one document.
///
/// # Errors
/// When a worker's vectors can't be read.
pub(super) fn whole(
	reply: &Reply,
	head: Head,
	written: &Written,
	file: &ReceiptFile,
) -> Result<Bytes, Problem> {
	let Written { output, logprobs, finish } = written;
	let whole = Whole { output, logprobs, finish: *finish, usage: usage(file) };
	reply.whole(&head, &whole).map(Bytes::from)
}

/// What every answer to a request begins with.
pub(super) fn head(request: H256) -> Head {
	Head { id: request, created: now_millis() / 1_000 }
}

fn finish(finish: reckon_sealed::Finish) -> Finish {
	match finish {
		reckon_sealed::Finish::Stop => Finish::Stop,
		reckon_sealed::Finish::Length | reckon_sealed::Finish::Cancelled => Finish::Length,
	}
}

fn write(told: &mut String, events: impl IntoIterator<Item = reckon_openai::Event>) {
	told.extend(events.into_iter().map(|event| event.to_sse()));
}

fn usage(file: &ReceiptFile) -> Usage {
	let receipt = &file.signed.receipt;
	Usage { input: receipt.units.input, output: receipt.units.output, charge: receipt.charge }
}

pub(super) fn now_millis() -> u64 {
	let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
	u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}
