//! See `reckon_fuzz::fingerprints`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| reckon_fuzz::fingerprints(bytes));
