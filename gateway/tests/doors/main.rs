//! The doors, over real sockets, with a scripted desk behind them.

mod http;
mod refusals;
mod rpc;
mod script;
mod socket;
mod strangers;
