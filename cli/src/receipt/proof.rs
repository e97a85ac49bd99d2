//! The proof that a batch counts a receipt, as its gateway has it once there is a batch.

use reckon_receipts::{BatchProof, ReceiptFile};
use reckon_sdk::At;

use crate::{
	context::failure,
	failure::{Failure, Result},
	http,
};

/// The longest receipt file.
const MAX_FILE: usize = 1 << 20;

/// What the gateway of a receipt has of it; `None` while it is in no batch.
pub(super) async fn proof(at: &At, file: &ReceiptFile) -> Result<Option<BatchProof>> {
	let receipt = &file.signed.receipt;
	let gateway: [u8; 32] = receipt.gateway.clone().into();
	let gateway =
		at.gateway(&gateway.into()).await.map_err(failure)?.ok_or_else(|| {
			Failure::new("unknown_gateway", "the receipt's gateway is none any more")
		})?;
	let endpoint = gateway.endpoint();
	let base = endpoint.trim_end_matches('/');
	let url = format!("{base}/v1/requests/{:?}/receipt", receipt.request);
	let told = http::bytes(&http::client()?, &url, MAX_FILE).await?;
	read(&told, file).map_err(|why| Failure::new("gateway_answer", format!("{url}: {why}")))
}

/// The proof out of what a gateway tells: whatever else it says, it must be of this very receipt.
fn read(told: &[u8], file: &ReceiptFile) -> std::result::Result<Option<BatchProof>, String> {
	let told: ReceiptFile = serde_json::from_slice(told).map_err(|error| error.to_string())?;
	if let Some(proof) = &told.batch {
		proof.verify(&file.signed).map_err(|error| error.to_string())?;
	}
	Ok(told.batch)
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::receipt::tests::file;

	#[test]
	fn proof_should_be_of_the_receipt_that_is_asked_about() {
		let ours = file();
		let told = |told: &ReceiptFile| read(&serde_json::to_vec(told).unwrap(), &ours);
		assert_eq!(told(&ours), Ok(ours.batch.clone()));
		assert_eq!(told(&ReceiptFile { batch: None, ..ours.clone() }), Ok(None));
		let mut other = ours.clone();
		other.batch.as_mut().unwrap().index = 1;
		assert!(told(&other).is_err());
		assert!(read(b"{}", &ours).is_err() && read(b"", &ours).is_err());
	}
}
