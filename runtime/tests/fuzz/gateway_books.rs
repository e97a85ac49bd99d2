//! What the events say of gateways: their bonds, and the complaints about them.

use super::ensure;
use frame_support::traits::Get;
use pallet_channels::{Event as ChannelEvent, HoldReason as ChannelHold};
use pallet_subnets::{Event as SubnetEvent, HoldReason as SubnetHold};
use reckon_primitives::{Balance, BlockNumber, Reason};
use reckon_runtime::{AccountId, Runtime, RuntimeEvent, RuntimeHoldReason, System};
use sp_core::H256;
use std::collections::BTreeMap;

const COMPLAINT: RuntimeHoldReason = RuntimeHoldReason::Channels(ChannelHold::Complaint);
const BOND: RuntimeHoldReason = RuntimeHoldReason::Subnets(SubnetHold::GatewayBond);

/// Who may have lost how much.
type Loss = Option<(AccountId, Balance)>;

#[derive(Default)]
pub struct GatewayBooks {
	/// What each gateway has on hold: its bond, and what it has taken out and has not back.
	bonds: BTreeMap<AccountId, (Balance, Balance)>,
	/// The open complaints, by the receipts' leaves.
	complaints: BTreeMap<H256, Complaint>,
	/// What has moved for complaints and no complaint has accounted for yet, oldest first.
	moves: Vec<Move>,
}

#[derive(Clone, Debug, PartialEq)]
struct Complaint {
	gateway: AccountId,
	complainer: AccountId,
	charge: Balance,
	answer_by: BlockNumber,
}

/// What moves when somebody complains, and when that is over.
#[derive(Clone, Debug, PartialEq)]
enum Move {
	/// A deposit is put on hold.
	Held(AccountId, Balance),
	/// A deposit comes back.
	Released(AccountId, Balance),
	/// A deposit goes to somebody else.
	Deposit { from: AccountId, to: AccountId, amount: Balance },
	/// A part of a bond goes to somebody.
	Paid { from: AccountId, to: AccountId, amount: Balance },
	/// A bond is less by so much, for a receipt that was withheld.
	Slashed(AccountId, Balance),
}

impl GatewayBooks {
	pub fn note(&mut self, event: &RuntimeEvent) -> Result<Loss, String> {
		match event {
			RuntimeEvent::Balances(event) => self.note_move(event).map(|()| None),
			RuntimeEvent::Subnets(event) => self.note_bond(event).map(|()| None),
			RuntimeEvent::Channels(event) => self.note_complaint(event),
			_ => Ok(None),
		}
	}

	fn note_move(&mut self, event: &pallet_balances::Event<Runtime>) -> Result<(), String> {
		use pallet_balances::Event::*;
		let moved = match event {
			Held { reason, who, amount } if *reason == COMPLAINT => {
				Move::Held(who.clone(), *amount)
			},
			Released { reason, who, amount } if *reason == COMPLAINT => {
				Move::Released(who.clone(), *amount)
			},
			TransferOnHold { reason, source, dest, amount } => {
				let (from, to, amount) = (source.clone(), dest.clone(), *amount);
				match *reason {
					COMPLAINT => Move::Deposit { from, to, amount },
					BOND => Move::Paid { from, to, amount },
					_ => return Ok(()),
				}
			},
			BurnedHeld { reason, .. } | TransferAndHold { reason, .. } if *reason == COMPLAINT => {
				return Err(format!("nobody takes a complaint's deposit: {event:?}"));
			},
			_ => return Ok(()),
		};
		self.moves.push(moved);
		Ok(())
	}

	/// A bond is what was put in, less what was taken.
	fn note_bond(&mut self, event: &SubnetEvent<Runtime>) -> Result<(), String> {
		use SubnetEvent::*;
		match event {
			GatewayRegistered { gateway, bond, .. } => {
				let again = self.bonds.insert(gateway.clone(), (*bond, 0)).is_some();
				ensure(!again, || format!("{gateway:?} is registered twice"))
			},
			GatewayBondRaised { gateway, bond } => {
				let (had, _) =
					self.bonds.get_mut(gateway).ok_or("no gateway has raised its bond")?;
				let before = std::mem::replace(had, *bond);
				ensure(before < *bond, || {
					format!("{gateway:?} has raised its bond from {before} to {bond}")
				})
			},
			GatewayBondLowered { gateway, bond, amount, .. } => {
				let (had, back) = self.bonds.get_mut(gateway).ok_or("no gateway takes out bond")?;
				let before = std::mem::replace(had, *bond);
				ensure(*back == 0 && bond.checked_add(*amount) == Some(before), || {
					format!("{gateway:?} has taken {amount} out of {before}, {bond} is left")
				})?;
				*back = *amount;
				Ok(())
			},
			GatewayBondReturned { gateway, amount } => {
				let (_, back) = self.bonds.get_mut(gateway).ok_or("no gateway has bond back")?;
				let due = std::mem::take(back);
				ensure(due == *amount, || format!("{gateway:?} has {amount} back, not {due}"))
			},
			GatewaySlashed { gateway, amount, reason } => {
				let (bond, back) = self.bonds.get_mut(gateway).ok_or("no gateway is slashed")?;
				let of_back = (*amount).min(*back);
				*back -= of_back;
				*bond = bond.checked_sub(*amount - of_back).ok_or("more is slashed than a bond")?;
				if *reason == Reason::ReceiptWithheld {
					self.moves.push(Move::Slashed(gateway.clone(), *amount));
				}
				Ok(())
			},
			GatewayLeft { gateway, bond } => {
				let had = self.bonds.remove(gateway);
				ensure(had == Some((*bond, 0)), || {
					format!("{gateway:?} has {bond} back, by the events {had:?}")
				})
			},
			_ => Ok(()),
		}
	}

	/// A deposit is on hold as long as its complaint is open, and a bond pays for nothing but a complaint
	/// that was not answered in time.
	fn note_complaint(&mut self, event: &ChannelEvent<Runtime>) -> Result<Loss, String> {
		use ChannelEvent::*;
		match event {
			Complained { receipt, gateway, complainer, charge, answer_by } => {
				self.moves_are(&[Move::Held(complainer.clone(), deposit())])?;
				let complaint = Complaint {
					gateway: gateway.clone(),
					complainer: complainer.clone(),
					charge: *charge,
					answer_by: *answer_by,
				};
				let again = self.complaints.insert(*receipt, complaint).is_some();
				ensure(!again, || format!("{receipt:?} is complained about twice"))?;
				Ok(None)
			},
			ComplaintAnswered { receipt, gateway, .. } => {
				let complainer = self.end(receipt, gateway)?.complainer;
				let back = [Move::Released(complainer.clone(), deposit())];
				if self.moves == back {
					// The gateway can't have it.
					self.moves.clear();
					return Ok(None);
				}
				let (from, to) = (complainer.clone(), gateway.clone());
				self.moves_are(&[Move::Deposit { from, to, amount: deposit() }])?;
				Ok(Some((complainer, deposit())))
			},
			ComplaintUpheld { receipt, gateway, provider, paid, slashed } => {
				let complaint = self.end(receipt, gateway)?;
				ensure(System::block_number() >= complaint.answer_by, || {
					format!("{complaint:?} is upheld before its time")
				})?;
				let mut moves = vec![Move::Released(complaint.complainer, deposit())];
				if *paid > 0 {
					let (from, to, amount) = (gateway.clone(), provider.clone(), *paid);
					moves.push(Move::Paid { from, to, amount });
					moves.push(Move::Slashed(gateway.clone(), *paid));
				}
				moves.push(Move::Slashed(gateway.clone(), *slashed));
				self.moves_are(&moves)?;
				let (bond, back) = self.bonds.get(gateway).copied().unwrap_or_default();
				let due = (complaint.charge.min(fault()), fault());
				let exhausted = bond + back == 0 && *paid <= due.0 && *slashed <= due.1;
				ensure((*paid, *slashed) == due || exhausted, || {
					format!(
						"a bond has paid {paid} and lost {slashed}, not {due:?}, {bond} is left"
					)
				})?;
				Ok(None)
			},
			ComplaintDropped { receipt, gateway } => {
				let complaint = self.end(receipt, gateway)?;
				self.moves_are(&[Move::Released(complaint.complainer, deposit())])?;
				Ok(None)
			},
			_ => Ok(None),
		}
	}

	fn end(&mut self, receipt: &H256, gateway: &AccountId) -> Result<Complaint, String> {
		let complaint = self.complaints.remove(receipt).ok_or("an unknown complaint is over")?;
		ensure(complaint.gateway == *gateway, || format!("{complaint:?} is about {gateway:?}"))?;
		Ok(complaint)
	}

	/// These, and no others, have moved since the last complaint.
	fn moves_are(&mut self, expected: &[Move]) -> Result<(), String> {
		let moves = std::mem::take(&mut self.moves);
		ensure(moves == expected, || format!("{moves:?} has moved for a complaint: {expected:?}"))
	}

	/// What an account has on hold for its complaints.
	pub fn deposits_of(&self, who: &AccountId) -> Balance {
		let own = self.complaints.values().filter(|complaint| complaint.complainer == *who);
		deposit() * own.count() as Balance
	}

	/// The chain says the same.
	pub fn compare(&self) -> Result<(), String> {
		ensure(self.moves.is_empty(), || format!("{:?} moved for no complaint", self.moves))?;
		let bonds: BTreeMap<_, _> = pallet_subnets::Gateways::<Runtime>::iter()
			.map(|(gateway, record)| {
				let back = record.unbonding.map_or(0, |part| part.amount);
				(gateway, (record.bond, back))
			})
			.collect();
		ensure(bonds == self.bonds, || {
			format!("bonds are not what happened: {bonds:?}, {:?}", self.bonds)
		})?;
		let open: BTreeMap<_, _> = pallet_channels::Complaints::<Runtime>::iter()
			.map(|(receipt, it)| {
				let (gateway, complainer) = (it.gateway, it.complainer);
				let (charge, answer_by) = (it.charge, it.due);
				(receipt, Complaint { gateway, complainer, charge, answer_by })
			})
			.collect();
		ensure(open == self.complaints, || {
			format!("complaints are not what happened: {open:?}, {:?}", self.complaints)
		})
	}
}

fn deposit() -> Balance {
	<Runtime as pallet_channels::Config>::ComplaintDeposit::get()
}

fn fault() -> Balance {
	<Runtime as pallet_channels::Config>::FaultSlash::get()
}
