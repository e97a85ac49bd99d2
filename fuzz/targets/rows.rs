//! See `reckon_fuzz::whole_rows`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| reckon_fuzz::whole_rows(bytes));
