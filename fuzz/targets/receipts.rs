//! See `reckon_fuzz::off_chain::receipts`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| reckon_fuzz::off_chain::receipts(bytes));
