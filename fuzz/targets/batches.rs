//! See `reckon_fuzz::chain::batches`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| reckon_fuzz::chain::batches(bytes));
