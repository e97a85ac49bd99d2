//! How view functions are asked. The crate subxt does it in another way than runtimes understand:
//! its version 0.50.3 leaves out the length of the arguments, and takes the answer's envelope for
//! the answer.

use codec::{Decode, Encode};
use subxt::{
	ext::{
		frame_decode::view_functions::{EncodableValues, IntoEncodableValues},
		scale_decode::DecodeAsType,
	},
	metadata::ViewFunctionMetadata,
	Metadata,
};

/// What `RuntimeViewFunction.execute_view_function` takes.
pub(crate) fn view_request<Args: IntoEncodableValues>(
	metadata: &Metadata,
	pallet: &str,
	function: &str,
	args: Args,
) -> Result<Vec<u8>, String> {
	let view = find(metadata, pallet, function)?;
	if view.inputs().len() != args.num_encodable_values() {
		return Err("it takes other arguments".into());
	}
	let mut values = args.into_encodable_values();
	let mut input = Vec::new();
	for parameter in view.inputs() {
		values
			.encode_next_value_to(parameter.id, metadata.types(), &mut input)
			.map_err(|error| format!("its argument {}: {error}", parameter.name))?;
	}
	Ok((view.query_id(), input).encode())
}

/// What it answers, read as what the function returns.
pub(crate) fn view_answer<Answer: DecodeAsType>(
	metadata: &Metadata,
	pallet: &str,
	function: &str,
	bytes: &[u8],
) -> Result<Answer, String> {
	let view = find(metadata, pallet, function)?;
	// Of the error only the variant's number is read: none of them can be helped.
	let answer = Result::<Vec<u8>, u8>::decode(&mut &bytes[..])
		.map_err(|error| error.to_string())?
		.map_err(|number| format!("the runtime does not execute it (error {number})"))?;
	let mut rest = &answer[..];
	let value = Answer::decode_as_type(&mut rest, view.output_ty(), metadata.types())
		.map_err(|error| error.to_string())?;
	if !rest.is_empty() {
		return Err(format!("{} bytes too many", rest.len()));
	}
	Ok(value)
}

fn find<'a>(
	metadata: &'a Metadata,
	pallet: &str,
	function: &str,
) -> Result<ViewFunctionMetadata<'a>, String> {
	metadata
		.pallet_by_name(pallet)
		.and_then(|pallet| pallet.view_function_by_name(function))
		.ok_or_else(|| "the runtime has no such view function".into())
}
