//! What can be asked of the chain with a signature.

use crate::types::{
	AccountId, AppDetails, Balance, BatchId, ChannelId, Content, ContentRef, DataSetDetails,
	Delivery, EntryId, EraIndex, Fingerprint, GatewayRequest, Item, JobId, JobRequest, LaneClaim,
	ModelDetails, ModelId, Price, Proof, Reason, SessionKeys, SignedAcknowledgement, SignedReceipt,
	SubnetId, SubnetParameters, Total, H256,
};
use subxt::{
	ext::{
		codec::Compact,
		scale_encode::{
			self, Composite, CompositeField, EncodeAsFields, EncodeAsType, FieldIter, TypeResolver,
			Variant,
		},
		scale_type_resolver::visitor,
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
	/// `Jobs.dispute`: doubts an answer that is not paid yet, and lets two others compute it again.
	dispute(job: JobId = JobId => job) = "Jobs"."dispute" as Dispute;
	/// `Audits.request_audit`: pays auditors to compute an answer again that is not paid yet.
	request_audit(
		job: JobId = JobId => job,
		max_fee: Compact<u128> = Balance => Compact(max_fee)
	) = "Audits"."request_audit" as RequestAudit;

	/// `Audits.open_rows`: opens what a delivery has committed to, when its auditors have voted; for
	/// a provider's worker.
	open_rows(
		job: JobId = JobId => job,
		fingerprint: Fingerprint = Fingerprint => fingerprint,
		root: H256 = H256 => root,
		salt: H256 = H256 => salt
	) = "Audits"."open_rows" as OpenRows;

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
	/// `Providers.unbond`: takes a part out of the bond.
	unbond_provider(amount: Compact<u128> = Balance => Compact(amount))
		= "Providers"."unbond" as UnbondProvider;
	/// `Providers.offer`: offers a model for a subnet's jobs at a price, or changes the price.
	offer(
		subnet: SubnetId = SubnetId => subnet,
		model: ModelId = ModelId => model,
		price: Price = Price => price
	) = "Providers"."offer" as Offer;
	/// `Providers.withdraw_offer`: offers a model for a subnet's jobs no more.
	withdraw_offer(
		subnet: SubnetId = SubnetId => subnet,
		model: ModelId = ModelId => model
	) = "Providers"."withdraw_offer" as WithdrawOffer;
	/// `Providers.pause`: takes no new jobs for now.
	pause() = "Providers"."pause" as Pause;
	/// `Providers.resume`: takes jobs again.
	resume() = "Providers"."resume" as Resume;
	/// `Providers.leave`: leaves for good.
	leave() = "Providers"."leave" as Leave;
	/// `Providers.heartbeat`: says that the provider is there; for its worker. When it was silent,
	/// `offers` is at least the number of its offers.
	heartbeat(offers: Compact<u32> = u32 => Compact(offers))
		= "Providers"."heartbeat" as Heartbeat;

	/// `Models.register_model`: puts a model into the store; [`crate::model_id`] says its id.
	register_model(
		name: Vec<u8> = &str => name.as_bytes().to_vec(),
		details: ModelDetails = ModelDetails => details
	) = "Models"."register_model" as RegisterModel;
	/// `Models.register_data_set`: puts a data set into the store.
	register_data_set(
		name: Vec<u8> = &str => name.as_bytes().to_vec(),
		details: DataSetDetails = DataSetDetails => details
	) = "Models"."register_data_set" as RegisterDataSet;
	/// `Models.register_app`: puts an app into the store.
	register_app(
		name: Vec<u8> = &str => name.as_bytes().to_vec(),
		details: AppDetails = AppDetails => details
	) = "Models"."register_app" as RegisterApp;
	/// `Models.deprecate`: takes an entry of the store out of use, for good; later the chain removes
	/// it and returns the deposit.
	deprecate(entry: EntryId = EntryId => entry) = "Models"."deprecate" as Deprecate;
	/// `Models.transfer`: gives an entry of the store to another account.
	transfer_entry(entry: EntryId = EntryId => entry, to: AccountId = AccountId => to)
		= "Models"."transfer" as TransferEntry;

	/// `ValidatorStaking.join`: becomes a candidate for the validators' seats with a stake of its
	/// own and a commission in millionths.
	join(
		bond: Compact<u128> = Balance => Compact(bond),
		commission: u32 = u32 => commission
	) = "ValidatorStaking"."join" as Join;
	/// `ValidatorStaking.bond_extra`: adds to a candidate's own stake.
	bond_extra_candidate(amount: Compact<u128> = Balance => Compact(amount))
		= "ValidatorStaking"."bond_extra" as BondExtraCandidate;
	/// `ValidatorStaking.unbond`: takes a part out of a candidate's own stake.
	unbond(amount: Compact<u128> = Balance => Compact(amount))
		= "ValidatorStaking"."unbond" as Unbond;
	/// `ValidatorStaking.withdraw`: returns stake that is free, ahead of the chain.
	withdraw_stake() = "ValidatorStaking"."withdraw" as WithdrawStake;
	/// `ValidatorStaking.chill`: stands for election no more, for now.
	chill() = "ValidatorStaking"."chill" as Chill;
	/// `ValidatorStaking.resume`: stands for election again.
	resume_candidate() = "ValidatorStaking"."resume" as ResumeCandidate;
	/// `ValidatorStaking.leave`: is a candidate no more.
	leave_candidates() = "ValidatorStaking"."leave" as LeaveCandidates;
	/// `ValidatorStaking.set_commission`: sets a candidate's commission, in millionths.
	set_commission(commission: u32 = u32 => commission)
		= "ValidatorStaking"."set_commission" as SetCommission;
	/// `ValidatorStaking.delegate`: puts money behind a candidate.
	delegate(
		candidate: AccountId = AccountId => candidate,
		amount: Compact<u128> = Balance => Compact(amount)
	) = "ValidatorStaking"."delegate" as Delegate;
	/// `ValidatorStaking.undelegate`: takes some or all of it back.
	undelegate(
		candidate: AccountId = AccountId => candidate,
		amount: Compact<u128> = Balance => Compact(amount)
	) = "ValidatorStaking"."undelegate" as Undelegate;

	/// `Rewards.claim`: pays a provider what it has earned in an era.
	claim(earner: AccountId = AccountId => earner, era: Compact<u32> = EraIndex => Compact(era))
		= "Rewards"."claim" as Claim;
	/// `Rewards.claim_validator`: pays a validator and its backers what it has earned in an era.
	claim_validator(
		validator: AccountId = AccountId => validator,
		era: Compact<u32> = EraIndex => Compact(era)
	) = "Rewards"."claim_validator" as ClaimValidator;

	/// `Subnets.create`: creates a subnet.
	create_subnet(
		name: Vec<u8> = &str => name.as_bytes().to_vec(),
		parameters: SubnetParameters = SubnetParameters => parameters
	) = "Subnets"."create" as CreateSubnet;
	/// `Subnets.update`: announces other rules for a subnet.
	update_subnet(
		subnet: SubnetId = SubnetId => subnet,
		parameters: SubnetParameters = SubnetParameters => parameters
	) = "Subnets"."update" as UpdateSubnet;
	/// `Subnets.transfer`: proposes to hand a subnet on to another account, or to nobody any more.
	transfer_subnet(
		subnet: SubnetId = SubnetId => subnet,
		to: Option<AccountId> = Option<AccountId> => to
	) = "Subnets"."transfer" as TransferSubnet;
	/// `Subnets.accept_transfer`: takes over a subnet, and leaves a deposit for it.
	accept_subnet(subnet: SubnetId = SubnetId => subnet)
		= "Subnets"."accept_transfer" as AcceptSubnet;
	/// `Subnets.retire`: takes a subnet out of use, for good.
	retire_subnet(subnet: SubnetId = SubnetId => subnet) = "Subnets"."retire" as RetireSubnet;
	/// `Subnets.register_gateway`: becomes a gateway of a subnet.
	register_gateway(
		subnet: SubnetId = SubnetId => subnet,
		bond: Compact<u128> = Balance => Compact(bond),
		endpoint: Vec<u8> = &str => endpoint.as_bytes().to_vec()
	) = "Subnets"."register_gateway" as RegisterGateway;
	/// `Subnets.bond_extra`: adds to a gateway's bond.
	bond_extra_gateway(amount: Compact<u128> = Balance => Compact(amount))
		= "Subnets"."bond_extra" as BondExtraGateway;
	/// `Subnets.unbond_gateway`: takes a part out of a gateway's bond.
	unbond_gateway(amount: Compact<u128> = Balance => Compact(amount))
		= "Subnets"."unbond_gateway" as UnbondGateway;
	/// `Subnets.update_gateway`: changes where clients reach a gateway.
	update_gateway(endpoint: Vec<u8> = &str => endpoint.as_bytes().to_vec())
		= "Subnets"."update_gateway" as UpdateGateway;
	/// `Subnets.leave_gateway`: is a gateway no more.
	leave_gateway() = "Subnets"."leave_gateway" as LeaveGateway;

	/// `Channels.open`: puts money into a channel to a gateway, which may take what vouchers that the
	/// session key signs let it take. `lanes` requests can run at once.
	open_channel(
		gateway: AccountId = AccountId => gateway,
		deposit: Compact<u128> = Balance => Compact(deposit),
		lanes: u32 = u32 => lanes,
		session_key: AccountId = AccountId => session_key
	) = "Channels"."open" as OpenChannel;
	/// `Channels.top_up`: puts more into a channel.
	top_up_channel(
		channel: ChannelId = ChannelId => channel,
		amount: Compact<u128> = Balance => Compact(amount)
	) = "Channels"."top_up" as TopUpChannel;
	/// `Channels.request_close`: wants the rest of a channel back, after a notice.
	request_close_channel(channel: ChannelId = ChannelId => channel)
		= "Channels"."request_close" as RequestCloseChannel;
	/// `Channels.close`: closes a channel; for its gateway, and for anybody after the notice.
	close_channel(channel: ChannelId = ChannelId => channel)
		= "Channels"."close" as CloseChannel;
	/// `Channels.commit_batch`: commits to receipts, and takes what they charge; for a gateway. Totals
	/// ascend by provider and model, claims by channel and lane.
	commit_batch(
		leaves: ContentRef = ContentRef => leaves,
		totals: Vec<Total> = Vec<Total> => totals,
		claims: Vec<LaneClaim> = Vec<LaneClaim> => claims
	) = "Channels"."commit_batch" as CommitBatch;
	/// `Channels.report_item`: shows that a receipt of a batch that waits is wrong by itself; free when
	/// it is so.
	report_item(batch: BatchId = BatchId => batch, item: Box<Item> = Item => Box::new(item))
		= "Channels"."report_item" as ReportItem;
	/// `Channels.report_twins`: shows that a batch that waits has two receipts for one request; free
	/// when it is so. The second is struck.
	report_twins(
		batch: BatchId = BatchId => batch,
		first: Box<Item> = Item => Box::new(first),
		second: Box<Item> = Item => Box::new(second)
	) = "Channels"."report_twins" as ReportTwins;
	/// `Channels.complain`: says that a gateway has taken a receipt and put it into no batch.
	complain(
		receipt: Box<SignedReceipt> = SignedReceipt => Box::new(receipt),
		acknowledged: SignedAcknowledgement = SignedAcknowledgement => acknowledged
	) = "Channels"."complain" as Complain;
	/// `Channels.answer_complaint`: shows the batch that a receipt is in; for its gateway.
	answer_complaint(
		batch: BatchId = BatchId => batch,
		proof: Box<Proof> = Proof => Box::new(proof)
	) = "Channels"."answer_complaint" as AnswerComplaint;
	/// `Channels.show_sample`: shows the receipt of a total that the lot fell on, with the request that it
	/// answers; free.
	show_sample(
		batch: BatchId = BatchId => batch,
		item: Box<Item> = Item => Box::new(item),
		request: Box<GatewayRequest> = GatewayRequest => Box::new(request)
	) = "Channels"."show_sample" as ShowSample;
	/// `Channels.audit_receipt`: pays auditors to compute the answer of a receipt again, in a batch that is not
	/// paid yet.
	audit_receipt(
		batch: BatchId = BatchId => batch,
		item: Box<Item> = Item => Box::new(item),
		request: Box<GatewayRequest> = GatewayRequest => Box::new(request),
		max_fee: Compact<u128> = Balance => Compact(max_fee)
	) = "Channels"."audit_receipt" as AuditReceipt;

	/// `Session.set_keys`: names the keys that a validator's node signs with, as
	/// [`crate::Chain::rotate_keys`] has them from the node.
	set_keys(keys: SessionKeys = SessionKeys => keys, proof: Vec<u8> = Vec<u8> => proof)
		= "Session"."set_keys" as SetKeys;
	/// `ValidatorStaking.purge_keys`: takes session keys back, and their deposit, when their owner is
	/// no candidate and has no seat.
	purge_keys() = "ValidatorStaking"."purge_keys" as PurgeKeys;

	/// `Utility.batch_all`: several calls, all of them or none.
	batch_all(calls: Vec<Call> = Vec<Call> => calls) = "Utility"."batch_all" as BatchAll;
	/// `Utility.force_batch`: several calls, those that fail left out.
	force_batch(calls: Vec<Call> = Vec<Call> => calls) = "Utility"."force_batch" as ForceBatch;

	/// `Sudo.sudo`: lets root make a call, where there is sudo.
	sudo(call: Box<Call> = Call => Box::new(call)) = "Sudo"."sudo" as Sudo;
	/// `System.set_code_without_checks`: puts another runtime in place, whatever its version.
	set_code_without_checks(code: Vec<u8> = Vec<u8> => code)
		= "System"."set_code_without_checks" as SetCodeWithoutChecks;

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

/// A call inside of another one: as the runtime's own enum of calls.
impl EncodeAsType for Call {
	fn encode_as_type_to<R: TypeResolver>(
		&self,
		type_id: R::TypeId,
		types: &R,
		out: &mut Vec<u8>,
	) -> Result<(), scale_encode::Error> {
		let inner = InPallet(self);
		let field = (None, CompositeField::new(&inner));
		let outer = Variant { name: self.pallet, fields: Composite::new([field].into_iter()) };
		outer.encode_variant_as_type_to(type_id, types, out)
	}
}

/// A call as its pallet's own enum of calls.
struct InPallet<'a>(&'a Call);

impl EncodeAsType for InPallet<'_> {
	fn encode_as_type_to<R: TypeResolver>(
		&self,
		type_id: R::TypeId,
		types: &R,
		out: &mut Vec<u8>,
	) -> Result<(), scale_encode::Error> {
		let call = self.0;
		let unknown =
			|| scale_encode::Error::custom_string(format!("the runtime has no call {call}"));
		let visitor = visitor::new((), |(), _| Err(unknown())).visit_variant(|(), _, variants| {
			let mut variants = std::iter::from_fn(|| variants.next());
			let found = variants.find(|variant| variant.name == call.name);
			let mut found = found.ok_or_else(unknown)?;
			out.push(found.index);
			call.fields.encode_as_fields_to(&mut found.fields, types, out)
		});
		types
			.resolve_type(type_id, visitor)
			.map_err(|error| scale_encode::Error::custom_string(error.to_string()))?
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
