//! The model store: what lies on disk, is it sound, what is its name on the network.

mod files;
mod inspect;
mod manifest;
mod sentence;
mod text;

use crate::{
	device::Device,
	engine::{Capabilities, Engine},
	engines::{EmbeddingEngine, TextEngine},
	error::ModelError,
	scheduler::{Scheduler, SchedulerConfig},
};

pub use self::{
	inspect::{inspect, Inspection},
	manifest::{FileEntry, Manifest, ManifestHash},
};

/// The numeric profile of the candle engines: weights widened to f32, f32 arithmetic.
pub const PROFILE: &str = "F32";

/// A loaded model.
pub enum Model {
	/// Chats and completes.
	Text(TextEngine),
	/// Makes embeddings.
	Embedding(EmbeddingEngine),
}

impl Model {
	/// Loads what [`inspect`] found onto a device.
	///
	/// # Errors
	/// When the weights don't fit into memory, or can't be read.
	pub fn load(inspection: Inspection, device: &Device) -> Result<Self, ModelError> {
		inspection.load(device)
	}

	/// What the model can do.
	pub fn capabilities(&self) -> &Capabilities {
		match self {
			Self::Text(engine) => engine.capabilities(),
			Self::Embedding(engine) => engine.capabilities(),
		}
	}

	/// Starts a scheduler that owns the model.
	pub fn serve(self, config: SchedulerConfig) -> Scheduler {
		match self {
			Self::Text(engine) => Scheduler::stepping(engine, config),
			Self::Embedding(engine) => Scheduler::batching(engine, config),
		}
	}
}
