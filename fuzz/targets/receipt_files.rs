//! See `reckon_fuzz::off_chain::receipt_files`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| reckon_fuzz::off_chain::receipt_files(bytes));
