//! Audits, as a worker asks about them.

use super::At;
use crate::{
	error::Error,
	types::{AccountId, Inquiry, ModelId, H256},
};
use subxt::ext::scale_decode::DecodeAsType;

impl At {
	/// The audits of a provider's work that have not ended.
	///
	/// # Errors
	/// When the node does not answer, or its answer can't be read.
	pub async fn inquiries_into(&self, provider: &AccountId) -> Result<Vec<Inquiry>, Error> {
		self.view("Audits", "inquiries_into", (*provider,)).await
	}

	/// Whether answers of a model can be audited, so that each delivery has a commitment.
	///
	/// # Errors
	/// When the node does not answer, or its answer can't be read.
	pub async fn is_audited(&self, model: ModelId) -> Result<bool, Error> {
		// All that is of interest here: whether there is one.
		#[derive(DecodeAsType)]
		#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
		#[allow(dead_code)]
		struct Calibration {
			report: H256,
		}
		#[derive(DecodeAsType)]
		#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
		struct Details {
			calibration: Option<Calibration>,
		}
		#[derive(DecodeAsType)]
		#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
		struct Model {
			details: Details,
		}
		let model: Option<Model> = self.read("Models", "Models", vec![model]).await?;
		Ok(model.is_some_and(|model| model.details.calibration.is_some()))
	}
}
