//! The models in memory: each is loaded when somebody first asks for it, and stays.

use crate::models::Registry;
use reckon_engine::{Device, Model, Scheduler, SchedulerConfig};
use reckon_sdk::ModelId;
use std::{
	collections::BTreeMap,
	sync::{Arc, Mutex, PoisonError},
	time::Instant,
};

/// The schedulers of the registered models.
pub struct Schedulers {
	registry: Registry,
	device: Device,
	config: SchedulerConfig,
	loaded: Mutex<BTreeMap<ModelId, Arc<Scheduler>>>,
}

impl Schedulers {
	/// No model loaded yet.
	pub fn new(registry: Registry, device: Device, config: SchedulerConfig) -> Self {
		Self { registry, device, config, loaded: Mutex::default() }
	}

	/// The models that are registered here.
	pub fn registry(&self) -> &Registry {
		&self.registry
	}

	/// The scheduler of a model; loads it when it is in the registry. Blocks meanwhile.
	///
	/// # Errors
	/// A sentence, when there is no such model here or it can't be loaded.
	pub fn get(&self, model: ModelId) -> Result<Arc<Scheduler>, String> {
		// Held while loading: two jobs must not load one model twice.
		let mut loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
		if let Some(scheduler) = loaded.get(&model) {
			return Ok(scheduler.clone());
		}
		let inspection = self.registry.open(model).map_err(|error| error.to_string())?;
		let started = Instant::now();
		let engine = Model::load(inspection, &self.device).map_err(|error| error.to_string())?;
		let scheduler = Arc::new(engine.serve(self.config.clone()));
		tracing::info!(
			model = ?model,
			architecture = scheduler.capabilities().architecture,
			device = scheduler.capabilities().device,
			seconds = started.elapsed().as_secs_f64(),
			"model loaded"
		);
		loaded.insert(model, scheduler.clone());
		Ok(scheduler)
	}

	/// The scheduler of a model, if it is loaded.
	pub fn loaded(&self, model: ModelId) -> Option<Arc<Scheduler>> {
		let loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
		loaded.get(&model).cloned()
	}

	/// Puts an engine of another make under a model's id, instead of what was there.
	pub fn insert(&self, model: ModelId, scheduler: Scheduler) {
		let mut loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
		loaded.insert(model, Arc::new(scheduler));
	}

	/// Those that are loaded.
	pub fn all(&self) -> Vec<(ModelId, Arc<Scheduler>)> {
		let loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
		loaded.iter().map(|(id, scheduler)| (*id, scheduler.clone())).collect()
	}
}
