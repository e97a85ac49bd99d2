//! See `reckon_fuzz::chain::reveals`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| reckon_fuzz::chain::reveals(bytes));
