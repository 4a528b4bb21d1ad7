#![no_main]
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| raudit_fuzz::wire::check(bytes));
