//! See `reckon_fuzz::chain::commits`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| reckon_fuzz::chain::commits(bytes));
