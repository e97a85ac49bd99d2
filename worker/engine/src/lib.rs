#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![cfg_attr(not(test), warn(clippy::unwrap_used, clippy::expect_used))]

mod chat;
mod device;
mod engine;
mod engines;
mod error;
mod models;
mod request;
mod scheduler;
mod store;
mod task;
mod tokenizer;
mod weights;

pub use self::{
	device::{Device, Requested},
	engine::{BatchEngine, CanonicalRows, Capabilities, Cost, Engine, Replay, StepEngine},
	engines::{EmbeddingEngine, TextEngine},
	error::{DeviceError, EngineError, ModelError, Refused, RequestError},
	models::decoder::KvCache,
	request::{encode_output, parse_request, MAX_INPUTS, MAX_MESSAGES, MAX_REQUEST_BYTES},
	scheduler::{Load, Pace, Request, Scheduler, SchedulerConfig, Ticket},
	store::{inspect, FileEntry, Inspection, Manifest, ManifestHash, Model, PROFILE},
	task::{Answer, Cancel, Event, FinishReason, Message, Output, Role, Task, TaskKind, Usage},
};

pub use reckon_verification::{Sampler, SamplingParams};
