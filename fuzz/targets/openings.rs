//! See `reckon_fuzz::openings`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| reckon_fuzz::openings(bytes));
