//! The store: models, data sets, apps.

use super::At;
use crate::{
	error::Error,
	types::{AccountId, App, AppId, DataSet, DataSetId, EntryId, EntryKind, Model, ModelId},
};

impl At {
	/// A model.
	///
	/// # Errors
	/// When the node does not answer, or its answer can't be read.
	pub async fn model(&self, id: ModelId) -> Result<Option<Model>, Error> {
		self.read("Models", "Models", vec![id]).await
	}

	/// The models in the store, at most 1,000.
	///
	/// # Errors
	/// When the node does not answer, or its answer can't be read.
	pub async fn models(&self) -> Result<Vec<(ModelId, Model)>, Error> {
		self.list("Models", "Models", Vec::<ModelId>::new()).await
	}

	/// A data set.
	///
	/// # Errors
	/// When the node does not answer, or its answer can't be read.
	pub async fn data_set(&self, id: DataSetId) -> Result<Option<DataSet>, Error> {
		self.read("Models", "DataSets", vec![id]).await
	}

	/// The data sets in the store, at most 1,000.
	///
	/// # Errors
	/// When the node does not answer, or its answer can't be read.
	pub async fn data_sets(&self) -> Result<Vec<(DataSetId, DataSet)>, Error> {
		self.list("Models", "DataSets", Vec::<DataSetId>::new()).await
	}

	/// An app.
	///
	/// # Errors
	/// When the node does not answer, or its answer can't be read.
	pub async fn app(&self, id: AppId) -> Result<Option<App>, Error> {
		self.read("Models", "Apps", vec![id]).await
	}

	/// The apps in the store, at most 1,000.
	///
	/// # Errors
	/// When the node does not answer, or its answer can't be read.
	pub async fn apps(&self) -> Result<Vec<(AppId, App)>, Error> {
		self.list("Models", "Apps", Vec::<AppId>::new()).await
	}

	/// The entry of this kind and name.
	///
	/// # Errors
	/// When the node does not answer, or its answer can't be read.
	pub async fn entry_by_name(
		&self,
		kind: EntryKind,
		name: &str,
	) -> Result<Option<EntryId>, Error> {
		self.view("Models", "entry_by_name", (kind, name.as_bytes().to_vec())).await
	}

	/// The model of this name.
	///
	/// # Errors
	/// When the node does not answer, or its answer can't be read.
	pub async fn model_by_name(&self, name: &str) -> Result<Option<ModelId>, Error> {
		Ok(self.entry_by_name(EntryKind::Model, name).await?.map(|entry| entry.hash()))
	}

	/// An account's entries, at most 1,000 of them.
	///
	/// # Errors
	/// When the node does not answer, or its answer can't be read.
	pub async fn entries_of(&self, owner: &AccountId) -> Result<Vec<EntryId>, Error> {
		self.view("Models", "entries_of", (*owner,)).await
	}
}
