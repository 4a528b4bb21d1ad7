#![no_main]
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| raudit_fuzz::search::check(bytes));
