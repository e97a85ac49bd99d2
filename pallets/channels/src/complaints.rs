//! Complaints: a gateway has taken a worker's receipt and puts it into no batch.

use crate::{pallet::*, types::*};
use frame_support::{ensure, traits::Get};
use frame_system::pallet_prelude::BlockNumberFor;
use reckon_primitives::{BatchId, ModelId, Reason};
use reckon_receipts::{Proof, SignedAcknowledgement, SignedReceipt};
use reckon_support::{GatewayInfo, GatewayInspect, GatewaySlash, SubnetInspect};
use sp_core::H256;
use sp_runtime::{
	traits::{Convert, One, Saturating},
	DispatchResult,
};

impl<T: Config> Pallet<T> {
	pub(crate) fn do_complain(
		complainer: T::AccountId,
		signed: &SignedReceipt<T::AccountId>,
		acknowledged: &SignedAcknowledgement,
	) -> DispatchResult {
		let (receipt, id) = (&signed.receipt, signed.leaf().hash);
		let genesis = Self::genesis();
		ensure!(signed.verify(&genesis).is_ok(), Error::<T>::ReceiptInvalid);
		// What was free is in no batch.
		ensure!(receipt.charge > 0, Error::<T>::NothingCharged);
		let info = T::Gateways::gateway(&receipt.gateway).ok_or(Error::<T>::UnknownGateway)?;
		let key = T::GatewayKey::convert(receipt.gateway.clone());
		let taken = acknowledged.acknowledgement.receipt == id;
		let taken = taken && acknowledged.verify(&genesis, &key);
		ensure!(taken, Error::<T>::NotAcknowledged);

		let now = frame_system::Pallet::<T>::block_number();
		let taken_at: BlockNumberFor<T> = acknowledged.acknowledgement.taken_at.into();
		let patience = taken_at.saturating_add(T::PatienceBlocks::get());
		ensure!(now > patience, Error::<T>::ComplaintTooEarly);
		let last = patience.saturating_add(T::ComplaintBlocks::get());
		ensure!(now <= last, Error::<T>::ComplaintTooLate);
		let due = now.saturating_add(T::AnswerBlocks::get());
		let stays = info.leaves_at.is_none_or(|until| BlockNumberFor::<T>::from(until) >= due);
		ensure!(stays, Error::<T>::LeavesTooSoon);
		let heard = Complaints::<T>::contains_key(id) || Heard::<T>::contains_key(id);
		ensure!(!heard, Error::<T>::AlreadyComplained);
		Self::ensure_payable(&info, &receipt.provider, &receipt.model)?;

		let deposit = T::ComplaintDeposit::get();
		Self::hold_for_complaint(&complainer, deposit)?;
		let complaint = Complaint {
			gateway: receipt.gateway.clone(),
			provider: receipt.provider.clone(),
			request: receipt.request,
			model: receipt.model,
			charge: receipt.charge,
			complainer: complainer.clone(),
			deposit,
			last,
			due,
		};
		let (gateway, charge) = (complaint.gateway.clone(), complaint.charge);
		Complaints::<T>::insert(id, complaint);
		GatewayComplaints::<T>::insert(&gateway, id, ());
		OwnComplaints::<T>::insert(&complainer, id, ());
		Agenda::<T>::insert(due, Due::Complaint(id), ());
		let answer_by = due;
		Self::deposit_event(Event::Complained {
			receipt: id,
			gateway,
			complainer,
			charge,
			answer_by,
		});
		Ok(())
	}

	/// Until the chain takes the complaint up, also where it is late with that.
	pub(crate) fn do_answer_complaint(
		who: T::AccountId,
		id: BatchId,
		proof: &Proof<T::AccountId>,
	) -> DispatchResult {
		let receipt = proof.item.receipt.leaf().hash;
		let complaint = Complaints::<T>::get(receipt).ok_or(Error::<T>::UnknownComplaint)?;
		ensure!(complaint.gateway == who, Error::<T>::NotYourComplaint);
		let batch = Batches::<T>::get(id).ok_or(Error::<T>::UnknownBatch)?;
		ensure!(batch.gateway == who, Error::<T>::NotYourBatch);
		// Nobody is paid out of it.
		let rejected = matches!(batch.state, BatchState::Returning(_) | BatchState::Rejected(_));
		ensure!(!rejected, Error::<T>::BatchIsRejected);
		ensure!(proof.verify(&batch.root).is_ok(), Error::<T>::ItemUnproven);

		// For its trouble, which is more than its answer's fee.
		Self::pay_complaint(&complaint.complainer, &who, complaint.deposit);
		Self::end_complaint(receipt, complaint);
		Self::deposit_event(Event::ComplaintAnswered { receipt, gateway: who, batch: id });
		Ok(())
	}

	/// Nobody has answered: the provider has out of the gateway's bond what it has worked for, and the
	/// gateway pays for that.
	pub(crate) fn uphold(id: H256, complaint: ComplaintOf<T>) {
		Self::release_complaint(&complaint.complainer, complaint.deposit);
		let Complaint { gateway, provider, model, charge, .. } = complaint.clone();
		Self::end_complaint(id, complaint);
		let info = T::Gateways::gateway(&gateway);
		let could = info.is_some_and(|info| Self::ensure_payable(&info, &provider, &model).is_ok());
		if !could {
			return Self::deposit_event(Event::ComplaintDropped { receipt: id, gateway });
		}
		let (fault, why) = (T::FaultSlash::get(), Reason::ReceiptWithheld);
		// Never more than what the gateway loses beside it: else it could give a friend its bond.
		let paid =
			T::Gateways::compensate_from_gateway(&gateway, &provider, charge.min(fault), why);
		let slashed = T::Gateways::slash_gateway(&gateway, fault, why);
		let receipt = id;
		Self::deposit_event(Event::ComplaintUpheld { receipt, gateway, provider, paid, slashed });
	}

	/// The receipt is too old to be complained about again.
	pub(crate) fn forget_complaint(id: H256, due: BlockNumberFor<T>) {
		Agenda::<T>::remove(due, Due::Complaint(id));
		Heard::<T>::remove(id);
	}

	/// Takes a complaint out, and remembers that there was one for as long as there could be another.
	fn end_complaint(id: H256, complaint: ComplaintOf<T>) {
		Agenda::<T>::remove(complaint.due, Due::Complaint(id));
		Complaints::<T>::remove(id);
		GatewayComplaints::<T>::remove(&complaint.gateway, id);
		OwnComplaints::<T>::remove(&complaint.complainer, id);
		let next = frame_system::Pallet::<T>::block_number().saturating_add(One::one());
		let due = complaint.last.saturating_add(One::one()).max(next);
		Heard::<T>::insert(id, due);
		Agenda::<T>::insert(due, Due::Complaint(id), ());
	}

	/// Whether the chain takes a batch with such a receipt: a gateway need not do what it can't.
	fn ensure_payable(
		info: &GatewayInfo,
		provider: &T::AccountId,
		model: &ModelId,
	) -> Result<(), Error<T>> {
		let rules = T::Subnets::subnet(info.subnet).ok_or(Error::<T>::UnknownSubnet)?;
		Self::check_payee(&rules, provider, model)
	}
}
