//! The errors of the crate. Each says what to do next.

use std::{io, path::PathBuf, time::Duration};

use reckon_verification::{RowsError, SamplingError};

use crate::task::TaskKind;

/// The bytes of a request that no task can be made of.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
	/// The payload is over the limit.
	#[error("the request has {got} bytes, the limit is {max}: send a shorter one")]
	TooLarge {
		/// Bytes received.
		got: usize,
		/// Bytes allowed.
		max: usize,
	},
	/// The payload is not text.
	#[error("the request is not UTF-8: send text, or JSON in OpenAI's request shape")]
	NotUtf8,
	/// The payload starts with `{` but is no JSON of the expected shape.
	#[error("the request starts with '{{' but is not the JSON of a {kind} request: {reason}")]
	Malformed {
		/// What was asked for.
		kind: TaskKind,
		/// The parser's complaint.
		reason: String,
	},
	/// Too many messages or inputs.
	#[error("the request has {got} {what}, the limit is {max}: split it")]
	TooMany {
		/// Messages or inputs.
		what: &'static str,
		/// How many were sent.
		got: usize,
		/// How many are allowed.
		max: usize,
	},
	/// Nothing to work on.
	#[error("the request has no {0}: send at least one")]
	Empty(&'static str),
	/// A task name that does not exist.
	#[error("unknown task '{0}': use chat, complete or embed")]
	UnknownTask(String),
}

/// A model that can't be used.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
	/// A file could not be read.
	#[error("cannot read {}: {source}", path.display())]
	Io {
		/// The file.
		path: PathBuf,
		/// Why.
		source: io::Error,
	},
	/// The path holds no model.
	#[error("{} holds no model: {hint}", path.display())]
	NotAModel {
		/// The path.
		path: PathBuf,
		/// What is missing.
		hint: String,
	},
	/// Pickled weights run code when they are read.
	#[error(
		"{} is a pickle, which can run code when it is read: convert the model to safetensors \
		 (huggingface: save_pretrained(dir, safe_serialization=True)) and add that", path.display()
	)]
	Pickle {
		/// The file.
		path: PathBuf,
	},
	/// A file is damaged or hostile.
	#[error("{} is damaged: {reason}; fetch it again and compare its hash", path.display())]
	Invalid {
		/// The file.
		path: PathBuf,
		/// What is wrong.
		reason: String,
	},
	/// A file is over one of the bounds that protect the worker.
	#[error("{}: {what} is {got}, the limit is {max}", path.display())]
	TooLarge {
		/// The file.
		path: PathBuf,
		/// What is too large.
		what: &'static str,
		/// Its size.
		got: u64,
		/// The size allowed.
		max: u64,
	},
	/// No engine runs this architecture.
	#[error("architecture '{name}' is not supported; supported are: {}", crate::models::SUPPORTED)]
	UnsupportedArchitecture {
		/// What the model calls itself.
		name: String,
	},
	/// The architecture is known but this variant of it is not.
	#[error("this model needs {0}, which the engine does not do yet: use another model")]
	UnsupportedFeature(String),
	/// A weight is missing or has another shape than the configuration says.
	#[error("tensor '{name}' {reason}: the weights do not belong to this configuration")]
	Tensor {
		/// The tensor's name.
		name: String,
		/// What is wrong.
		reason: String,
	},
	/// The weights don't fit into memory.
	#[error(
		"the model needs {needed} bytes of memory in f32, {available} are free: \
		 use a smaller model or free memory"
	)]
	NotEnoughMemory {
		/// Bytes needed.
		needed: u64,
		/// Bytes free.
		available: u64,
	},
	/// A file differs from its manifest.
	#[error("{} differs from the manifest ({reason}): fetch it again", path.display())]
	Mismatch {
		/// The file.
		path: PathBuf,
		/// Length or hash.
		reason: &'static str,
	},
	/// A manifest that is not in its canonical form.
	#[error("not a canonical manifest: {0}")]
	Manifest(String),
	/// The tensor library failed.
	#[error("loading failed in the tensor library: {0}")]
	Compute(#[from] candle_core::Error),
}

impl ModelError {
	pub(crate) fn io(path: &std::path::Path) -> impl FnOnce(io::Error) -> Self + '_ {
		move |source| Self::Io { path: path.to_owned(), source }
	}

	pub(crate) fn invalid(path: &std::path::Path, reason: impl Into<String>) -> Self {
		Self::Invalid { path: path.to_owned(), reason: reason.into() }
	}
}

/// A request that an engine can't or won't finish.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EngineError {
	/// The model does other things.
	#[error("this model does not {0}: ask a model that does")]
	UnsupportedTask(TaskKind),
	/// The prompt leaves no room in the model's context.
	#[error("the prompt has {got} tokens, the model reads {max}: shorten it")]
	TooLong {
		/// Tokens of the prompt.
		got: usize,
		/// The model's context length in tokens.
		max: usize,
	},
	/// Sampling parameters out of range.
	#[error("invalid sampling parameters: {0}")]
	Sampling(String),
	/// The model's logits or vectors are not numbers.
	#[error("the model computed {0}: its weights are damaged")]
	NotFinite(&'static str),
	/// The model's chat template refused the conversation.
	#[error("the model's chat template refused the conversation: {0}")]
	Template(String),
	/// The answer can't be held to the form that is asked for.
	#[error("an answer can't be held to this form: {0}")]
	Form(String),
	/// No answer of this model can be held to any form.
	#[error("answers of this model can't be held to a form: {0}")]
	NoForms(String),
	/// The tokenizer failed.
	#[error("the tokenizer failed: {0}")]
	Tokenizer(String),
	/// The tensor library failed.
	#[error("computing failed: {0}")]
	Compute(String),
	/// The engine panicked. The scheduler goes on with the other requests.
	#[error("the engine panicked, please report it: {0}")]
	Panicked(String),
	/// The caller asked for the stop, or went away.
	#[error("cancelled")]
	Cancelled,
	/// The scheduler stopped before the request was finished.
	#[error("the engine was stopped: send the request again")]
	Stopped,
}

impl From<SamplingError> for EngineError {
	fn from(error: SamplingError) -> Self {
		match error {
			SamplingError::Parameter(complaint) => Self::Sampling(complaint.into()),
			SamplingError::Logits => Self::NotFinite("logits that are no numbers"),
			SamplingError::UnknownToken => {
				Self::Tokenizer("a token is not in the vocabulary".into())
			},
		}
	}
}

impl From<RowsError> for EngineError {
	fn from(error: RowsError) -> Self {
		match error {
			RowsError::NotFinite => Self::NotFinite("hidden states that are no numbers"),
			other => Self::Compute(other.to_string()),
		}
	}
}

impl From<candle_core::Error> for EngineError {
	fn from(error: candle_core::Error) -> Self {
		Self::Compute(error.to_string())
	}
}

/// A request that a scheduler did not take.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
	/// Another request, which was accepted earlier, would be done too late.
	#[error(
		"a request that was taken earlier would be late: try again later or ask another worker"
	)]
	WouldDelay,
	/// Too many requests are waiting.
	#[error("{waiting} requests are waiting already: try again later or ask another worker")]
	QueueFull {
		/// Requests that wait.
		waiting: usize,
	},
	/// The request alone is over the memory budget.
	#[error("the request needs {needed} bytes of cache, the budget is {budget}: ask for less")]
	TooLarge {
		/// Bytes needed.
		needed: u64,
		/// Bytes that all requests may use together.
		budget: u64,
	},
	/// It would not be done in time.
	#[error(
		"the request would take {:.1} s, {:.1} s are left: ask for a shorter answer, leave more \
		 time, or ask another worker", needed.as_secs_f64(), limit.as_secs_f64()
	)]
	TooSlow {
		/// How long it would take, with an answer as long as it may be.
		needed: Duration,
		/// How long it may take.
		limit: Duration,
	},
	/// The engine can't do it.
	#[error(transparent)]
	Engine(#[from] EngineError),
	/// The scheduler is shutting down.
	#[error("the engine is shutting down: ask another worker")]
	Closed,
}

/// A device that can't be used.
#[derive(Debug, thiserror::Error)]
pub enum DeviceError {
	/// `Auto` would have used the CPU beside an idle GPU.
	#[error(
		"an NVIDIA GPU is present ({evidence}) but this build computes on the CPU only: use the \
		 cuda build of this worker, or choose the CPU with --device cpu"
	)]
	GpuPresentButBuildIsCpuOnly {
		/// How the GPU was seen.
		evidence: String,
	},
	/// CUDA was asked for by name.
	#[error("device cuda:{0} was asked for, but this build has no CUDA: use the cuda build")]
	NoCudaInThisBuild(usize),
	/// The device exists but can't be opened.
	#[error("cannot open cuda:{index}: {reason}; does nvidia-smi list it?")]
	Unavailable {
		/// The device's number.
		index: usize,
		/// The driver's complaint.
		reason: String,
	},
	/// A name that is no device.
	#[error("unknown device '{0}': use auto, cpu, cuda or cuda:N")]
	Unknown(String),
}
