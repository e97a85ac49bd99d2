//! Finalisation: is this the answer that was asked for and paid for, and if so it is noted, charged and
//! told, once.

use crate::{
	clock::now_millis,
	desk::{End, Refusal},
	keys::Hold,
	reservation::Reservation,
	rooms::{Identity, Rooms},
};
use codec::DecodeAll;
use reckon_gateway_protocol::v1::{self, Finished};
use reckon_gateway_store::{Admission, Answer, Finish, RequestId, StoreError};
use reckon_primitives::{AccountId, Balance, ContentRef, TaskKind};
use reckon_receipts::{charge, SignedReceipt};
use reckon_sealed::is_sealed;
use serde::{de::IgnoredAny, Deserialize, Serialize};
use sp_core::sr25519;
use std::{future::Future, sync::Arc, time::Duration};

/// What the chain lets a prompt's template add to a payload, in units beyond one for each byte.
pub const TEMPLATE_ALLOWANCE: u32 = 256;
/// How long apart a store that is away is asked again, at first and at most.
const TRY_AGAIN: Duration = Duration::from_millis(250);
const TRY_AGAIN_AT_MOST: Duration = Duration::from_secs(5);

/// What a worker's answer is not.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Lie {
	/// Bytes that are no receipt.
	#[error("it has no receipt that can be read")]
	Unreadable,
	/// A receipt that somebody else has signed, or for other times or another chain.
	#[error("its receipt is not signed by the worker, or has times that can't be")]
	Receipt,
	/// A receipt for something else.
	#[error("its receipt is for another request, channel, model, worker, provider or gateway")]
	Other,
	/// An answer that the receipt does not name.
	#[error("its receipt is for another answer")]
	Output,
	/// Bytes that a client can't be told as they were signed.
	#[error("its answer is no text, or not one vector for each input as workers write them")]
	Unfit,
	/// More work than was asked for, or than there can have been: see [`reckon_receipts::Request::most_output`].
	#[error("its receipt has more units than the request and the answer can have")]
	Units,
	/// No word of what was computed, of a model whose answers may be audited.
	#[error("its receipt commits to nothing, and answers of this model may be audited")]
	Uncommitted,
	/// An answer so old that nobody could audit it.
	#[error("its work ended too long ago to be audited: does the worker's clock run behind?")]
	Stale,
	/// Another price.
	#[error("its charge is not within the price of its units, or above what is reserved")]
	Charge,
}

/// Whether what a worker sends is the end of this request: everything that the chain would strike a
/// receipt for, and everything that the client would not accept; the receipt's provider is the one that the
/// chain has named for the worker. Where the answer may be audited, its work
/// must not have ended before `oldest`, in Unix milliseconds.
///
/// # Errors
/// With what it is not.
pub fn check(
	us: &Identity,
	admission: &Admission,
	(worker, provider): (&sr25519::Public, &AccountId),
	finished: &Finished,
	oldest: Option<u64>,
) -> Result<Answer, Lie> {
	let receipt = SignedReceipt::<AccountId>::decode_all(&mut &finished.receipt[..])
		.map_err(|_| Lie::Unreadable)?;
	receipt.verify(&us.genesis).map_err(|_| Lie::Receipt)?;
	let (said, asked) = (&receipt.receipt, &admission.request);
	let is_ours = said.request == asked.hash()
		&& said.is_paid_by(&admission.voucher.voucher)
		&& said.model == asked.model
		&& said.worker == *worker
		&& said.provider == *provider
		&& said.gateway == us.account;
	if !is_ours {
		return Err(Lie::Other);
	}
	if said.output != ContentRef::of(&finished.output) {
		return Err(Lie::Output);
	}
	if !is_fit(asked.task, &admission.payload, &finished.output) {
		return Err(Lie::Unfit);
	}
	let most_input = asked.payload.length.saturating_add(TEMPLATE_ALLOWANCE);
	let most_output = asked.most_output(said.output.length);
	if said.units.input > most_input || said.units.output > most_output {
		return Err(Lie::Units);
	}
	// Nothing is charged where nothing is batched: a receipt without a charge is good.
	if said.charge > charge(&asked.price, said.units) || said.charge > admission.reserved {
		return Err(Lie::Charge);
	}
	if let Some(oldest) = oldest.filter(|_| said.charge > 0) {
		if said.commitment.is_none() {
			return Err(Lie::Uncommitted);
		}
		if said.finished_at < oldest {
			return Err(Lie::Stale);
		}
	}
	let finish = match v1::Finish::try_from(finished.finish) {
		Ok(v1::Finish::Length) => Finish::Length,
		Ok(v1::Finish::Cancelled) => Finish::Cancelled,
		_ => Finish::Stop,
	};
	Ok(Answer { output: finished.output.clone(), finish, receipt })
}

/// Whether clients find in what they are told the bytes that the worker has signed: text is UTF-8, and
/// vectors are written with the shortest digits that give the same 32 bits again, one for each input. What
/// is sealed nobody here can read.
fn is_fit(task: TaskKind, payload: &[u8], output: &[u8]) -> bool {
	#[derive(Serialize, Deserialize)]
	struct Embeddings {
		embeddings: Vec<Vec<f32>>,
	}
	#[derive(Deserialize)]
	struct Inputs {
		input: Vec<IgnoredAny>,
	}

	if task != TaskKind::Embed || is_sealed(payload) {
		return std::str::from_utf8(output).is_ok();
	}
	let Ok(vectors) = serde_json::from_slice::<Embeddings>(output) else { return false };
	let inputs = serde_json::from_slice::<Inputs>(payload).map(|inputs| inputs.input.len());
	inputs.is_ok_and(|inputs| inputs == vectors.embeddings.len())
		&& !vectors.embeddings.iter().any(Vec::is_empty)
		&& serde_json::to_vec(&vectors).is_ok_and(|canonical| canonical == output)
}

/// Notes an answer for good, takes its charge, and says so, with whether it was not noted before. The worker
/// can be told that its receipt is stored when this succeeds.
///
/// A store that is away is waited for, however long: nobody knows what it has written, so the request's lane
/// can't be given to another one.
///
/// # Errors
/// When the store does not take it, and never will.
pub async fn end(
	rooms: &Rooms,
	admission: &Admission,
	place: Reservation,
	hold: Option<Hold>,
	answer: Answer,
) -> Result<(Arc<End>, bool), Refusal> {
	let id = admission.request.hash();
	let noted = insist(id, || note(rooms, id, &answer, place.spent));
	let fresh = noted.await.map_err(|error| {
		tracing::error!(?id, %error, "an answer can't be noted");
		Refusal::Unavailable("its answer can't be noted".into())
	})?;
	let amount = answer.receipt.receipt.charge;
	if fresh {
		place.charge(amount);
		match (hold, admission.key) {
			(Some(hold), _) => hold.charge(amount),
			(None, Some(key)) => rooms.keys.charge(&key, amount),
			(None, None) => {},
		}
		rooms.metrics.finished(&answer);
	}
	let units = answer.receipt.receipt.units;
	tracing::debug!(
		step = "finalised",
		?id,
		charge = %amount,
		units_in = units.input,
		units_out = units.output,
		finish = ?answer.finish,
	);
	let receipt = rooms.receipt_file(admission, &answer);
	Ok((Arc::new(End { answer, receipt }), fresh))
}

/// Notes that a request will not be answered, if it is there; a store that is away is waited for.
pub async fn fail(rooms: &Rooms, id: RequestId, why: &str) {
	let failed = insist(id, || rooms.store.fail(id, why, now_millis())).await;
	if let Err(error) = failed {
		tracing::error!(?id, %error, "it can't be noted that a request has failed");
	}
}

/// Notes an answer, if it is not noted: whether it is there by this, or by a try that was not heard of.
async fn note(
	rooms: &Rooms,
	id: RequestId,
	answer: &Answer,
	before: Balance,
) -> Result<bool, StoreError> {
	if rooms.store.finish(id, answer, before, now_millis()).await? {
		return Ok(true);
	}
	let there = rooms.store.request(id).await?.and_then(|record| record.answer);
	Ok(there.is_some_and(|there| there.receipt == answer.receipt))
}

/// Asks the store until it is there and has answered.
async fn insist<T, Asked: Future<Output = Result<T, StoreError>>>(
	id: RequestId,
	ask: impl Fn() -> Asked,
) -> Result<T, StoreError> {
	let mut pause = TRY_AGAIN;
	loop {
		match ask().await {
			Err(error @ StoreError::Database(_)) => {
				tracing::error!(?id, %error, "the store is away: asking it again");
				tokio::time::sleep(pause).await;
				pause = pause.saturating_mul(2).min(TRY_AGAIN_AT_MOST);
			},
			answered => return answered,
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn text_should_be_fit_when_it_can_be_told_as_it_was_signed() {
		for task in [TaskKind::Chat, TaskKind::Complete] {
			assert!(is_fit(task, b"{}", "h\u{e9}".as_bytes()));
			assert!(is_fit(task, b"{}", b""), "nothing to say");
			assert!(!is_fit(task, b"{}", &[b'h', 0xe9]));
		}
	}

	#[test]
	fn vectors_should_be_fit_when_they_are_whole_and_written_as_workers_write_them() {
		let fit = |output: &str| {
			is_fit(TaskKind::Embed, br#"{"input":["one","two"]}"#, output.as_bytes())
		};
		assert!(fit(r#"{"embeddings":[[0.5,-1e-20],[3.0,0.1]]}"#));
		for unfit in [
			"",
			"words",
			r#"{"embeddings":[[0.5,-1e-20]]}"#,
			r#"{"embeddings":[[0.5,-1e-20],[]]}"#,
			r#"{"embeddings":[[0.5],[3.0],[0.1]]}"#,
			r#"{"embeddings":[[0.5,-1e-20],[3,0.1]]}"#,
			r#"{"embeddings":[[0.5,-1e-20],[3.0,0.10]]}"#,
			r#"{"embeddings":[[0.5,-1e-20], [3.0,0.1]]}"#,
			r#"{"embeddings":[[0.5,-1e-20],[3.0,0.100000001490116]]}"#,
			r#"{"embeddings":[[0.5,-1e-20],[3.0,null]]}"#,
			r#"{"embeddings":[[0.5,-1e-20],[3.0,0.1]],"more":1}"#,
		] {
			assert!(!fit(unfit), "{unfit}");
		}
	}

	/// Any honest vector is: an ordinary one has some hundred numbers.
	#[test]
	fn numbers_should_be_fit_whatever_their_bits_are() {
		let mut bits = 1_u32;
		let numbers = std::iter::repeat_with(|| {
			bits = bits.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
			f32::from_bits(bits)
		});
		let numbers: Vec<_> = numbers.filter(|number| number.is_finite()).take(200_000).collect();
		let written: Vec<_> = numbers.iter().map(|it| serde_json::to_string(it).unwrap()).collect();
		let output = format!(r#"{{"embeddings":[[{}]]}}"#, written.join(","));
		assert!(is_fit(TaskKind::Embed, br#"{"input":["one"]}"#, output.as_bytes()));
	}
}
