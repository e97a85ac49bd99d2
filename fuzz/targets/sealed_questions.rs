//! See `reckon_fuzz::off_chain::sealed_questions`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| reckon_fuzz::off_chain::sealed_questions(bytes));
