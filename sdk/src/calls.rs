//! What can be asked of the chain with a signature.

use crate::types::{
	AccountId, Balance, Content, Delivery, JobId, JobRequest, ModelDetails, ModelId, Price, Reason,
};
use subxt::{
	ext::{
		codec::Compact,
		scale_encode::{self, EncodeAsFields, EncodeAsType, FieldIter, TypeResolver},
	},
	tx::Payload,
	utils::MultiAddress,
};

/// One call, ready for [`crate::Submitter::submit`]. Made by the functions of this module.
#[derive(Clone, Debug)]
pub struct Call {
	pallet: &'static str,
	name: &'static str,
	fields: Fields,
}

macro_rules! calls {
	($(
		$(#[$doc:meta])*
		$function:ident($($field:ident: $kind:ty = $given:ty => $convert:expr),*)
			= $pallet:literal . $name:literal as $variant:ident;
	)*) => {
		$(
			#[derive(Clone, Debug, EncodeAsType)]
			#[encode_as_type(crate_path = "subxt::ext::scale_encode")]
			pub(crate) struct $variant { $($field: $kind),* }

			$(#[$doc])*
			pub fn $function($($field: $given),*) -> Call {
				Call {
					pallet: $pallet,
					name: $name,
					fields: Fields::$variant($variant { $($field: $convert),* }),
				}
			}
		)*

		/// The arguments of a call.
		#[derive(Clone, Debug)]
		pub(crate) enum Fields { $($variant($variant)),* }

		impl EncodeAsFields for Fields {
			fn encode_as_fields_to<R: TypeResolver>(
				&self,
				fields: &mut dyn FieldIter<'_, R::TypeId>,
				types: &R,
				out: &mut Vec<u8>,
			) -> Result<(), scale_encode::Error> {
				match self {
					$(Self::$variant(call) => call.encode_as_fields_to(fields, types, out)),*
				}
			}
		}
	};
}

calls! {
	/// `Jobs.submit_job`: puts money into escrow and asks for an inference. A provider is drawn at
	/// the start of the next block.
	submit_job(request: JobRequest = JobRequest => request) = "Jobs"."submit_job" as SubmitJob;
	/// `Jobs.deliver`: hands in the answer to a job; for a provider's worker.
	deliver(job: JobId = JobId => job, delivery: Delivery<Content> = Delivery<Content> => delivery)
		= "Jobs"."deliver" as Deliver;
	/// `Jobs.decline`: gives a job back; for a provider's worker.
	decline(job: JobId = JobId => job, reason: Reason = Reason => reason)
		= "Jobs"."decline" as Decline;
	/// `Jobs.cancel`: takes back a job that nobody has yet.
	cancel(job: JobId = JobId => job) = "Jobs"."cancel" as Cancel;

	/// `Providers.register`: holds a bond and names the worker's hot key.
	register(
		worker: AccountId = AccountId => worker,
		bond: Compact<u128> = Balance => Compact(bond),
		capacity: u32 = u32 => capacity,
		endpoint: Vec<u8> = &str => endpoint.as_bytes().to_vec()
	) = "Providers"."register" as Register;
	/// `Providers.set_worker`: names another hot key.
	set_worker(worker: AccountId = AccountId => worker)
		= "Providers"."set_worker" as SetWorker;
	/// `Providers.update`: changes the capacity and the content endpoint.
	update(capacity: u32 = u32 => capacity, endpoint: Vec<u8> = &str => endpoint.as_bytes().to_vec())
		= "Providers"."update" as Update;
	/// `Providers.bond_extra`: adds to the bond.
	bond_extra(amount: Compact<u128> = Balance => Compact(amount))
		= "Providers"."bond_extra" as BondExtra;
	/// `Providers.offer`: offers a model at a price, or changes the price.
	offer(model: ModelId = ModelId => model, price: Price = Price => price)
		= "Providers"."offer" as Offer;
	/// `Providers.withdraw_offer`: offers a model no more.
	withdraw_offer(model: ModelId = ModelId => model)
		= "Providers"."withdraw_offer" as WithdrawOffer;
	/// `Providers.pause`: takes no new jobs for now.
	pause() = "Providers"."pause" as Pause;
	/// `Providers.resume`: takes jobs again.
	resume() = "Providers"."resume" as Resume;
	/// `Providers.leave`: leaves for good.
	leave() = "Providers"."leave" as Leave;

	/// `Models.register_model`: puts a model into the store.
	register_model(
		model: ModelId = ModelId => model,
		details: ModelDetails = ModelDetails => details
	) = "Models"."register_model" as RegisterModel;
	/// `Models.deprecate`: takes a model out of use, for good; later the chain removes it and
	/// returns the deposit.
	deprecate(model: ModelId = ModelId => model) = "Models"."deprecate" as Deprecate;
	/// `Models.transfer`: gives a model to another account.
	transfer_model(model: ModelId = ModelId => model, to: AccountId = AccountId => to)
		= "Models"."transfer" as TransferModel;

	/// `Balances.transfer_keep_alive`: sends money, and never the account's last.
	transfer(
		dest: MultiAddress<AccountId, ()> = AccountId => MultiAddress::Id(dest),
		value: Compact<u128> = Balance => Compact(value)
	) = "Balances"."transfer_keep_alive" as Transfer;
}

impl Call {
	/// The pallet's name.
	pub fn pallet(&self) -> &'static str {
		self.pallet
	}

	/// The call's name.
	pub fn name(&self) -> &'static str {
		self.name
	}
}

impl std::fmt::Display for Call {
	fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
		write!(f, "{}.{}", self.pallet, self.name)
	}
}

/// A call as subxt wants it; keeps subxt's traits out of this crate's interface.
pub(crate) struct Wire<'a>(pub(crate) &'a Call);

impl Payload for Wire<'_> {
	type CallData = Fields;

	fn pallet_name(&self) -> &str {
		self.0.pallet
	}

	fn call_name(&self) -> &str {
		self.0.name
	}

	fn call_data(&self) -> &Fields {
		&self.0.fields
	}
}
