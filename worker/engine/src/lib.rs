#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![cfg_attr(not(test), warn(clippy::unwrap_used, clippy::expect_used))]

mod audit;
mod chat;
mod device;
mod engine;
mod engines;
mod error;
mod evidence;
mod grammar;
mod models;
mod request;
mod scheduler;
mod schema;
mod stops;
mod store;
mod task;
mod tokenizer;
mod weights;

pub use self::{
	audit::{Audit, Claim},
	device::{Device, Requested},
	engine::{BatchEngine, Capabilities, Cost, Engine, Replay, Step, StepEngine},
	engines::{EmbeddingEngine, TextEngine},
	error::{DeviceError, EngineError, ModelError, Refused, RequestError},
	evidence::{EvidenceError, EvidenceStore, Kept, Reservation},
	grammar::Grammar,
	models::decoder::KvCache,
	request::{
		encode_output, parse_request, MAX_INPUTS, MAX_MESSAGES, MAX_REQUEST_BYTES, MAX_TOOLS,
		MAX_TOOL_NAME,
	},
	scheduler::{Accepted, Load, Pace, Request, Scheduler, SchedulerConfig, Ticket},
	stops::{Released, Stops, MAX_STOPS, MAX_STOP_BYTES},
	store::{inspect, FileEntry, Inspection, Manifest, ManifestHash, Model, PROFILE},
	task::{
		Answer, Call, Cancel, Conversation, Event, FinishReason, Form, Likely, Logprob, Message,
		Output, Role, Task, TaskKind, Tool, Usage,
	},
};

pub use reckon_verification::{Sampler, SamplingParams};
