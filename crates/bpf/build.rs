//! Compiles the BPF programs under `bpf/` with clang and generates their Rust types.
//!
//! Nothing of the build machine's kernel enters the object: `bpf/kernel.h` declares what is read, libbpf relocates it to the
//! running kernel when it is loaded.

use libbpf_cargo::SkeletonBuilder;
use std::{env, error::Error, path::PathBuf};

fn main() -> Result<(), Box<dyn Error>> {
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let source = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("../../bpf");
    println!("cargo:rerun-if-changed={}", source.display());
    println!("cargo:rustc-env=RAUDITD_EVENT_LAYOUT={:016x}", layout(&std::fs::read_to_string(source.join("event.h"))?));
    let arch = match env::var("CARGO_CFG_TARGET_ARCH")?.as_str() {
        "x86_64" => "x86",
        "aarch64" => "arm64",
        other => {
            return Err(
                format!("the BPF backend is not supported on {other} yet: build with --no-default-features").into()
            );
        }
    };
    // the second time, for kernels before 5.17: bpf/compat.h
    let old = ["-DRAUDIT_OLD_KERNEL"].as_slice();
    for (source_name, name, defines) in [
        ("audit", "audit", [].as_slice()),
        ("audit", "audit_old", old),
        ("check", "check", &[]),
        ("memory", "memory", &[]),
    ] {
        SkeletonBuilder::new()
            .source(source.join(format!("{source_name}.bpf.c")))
            .obj(out.join(format!("{name}.bpf.o")))
            .clang_args(defines.iter().map(|&d| d.into()).chain([
                "-mcpu=v3".to_owned(),
                "-nostdinc".into(),
                "-Wall".into(),
                "-Wextra".into(),
                "-Werror".into(),
                "-Wno-unused-parameter".into(),
                format!("-D__TARGET_ARCH_{arch}"),
                format!("-I{}", source.display()),
            ]))
            .reference_obj(true)
            .build_and_generate(out.join(format!("{name}.skel.rs")))
            .map_err(|e| format!("cannot compile bpf/{source_name}.bpf.c (is clang installed?): {e:#}"))?;
    }
    Ok(())
}

/// A number for what bpf/event.h says, whatever its comments and spaces: a ring is read by who has the same (FNV-1a).
fn layout(header: &str) -> u64 {
    let mut code = String::new();
    let mut rest = header;
    while let Some((before, comment)) = rest.split_once("/*") {
        code.push_str(before);
        rest = comment.split_once("*/").map_or("", |(_, after)| after);
    }
    code.push_str(rest);
    let bytes = code.bytes().filter(|b| !b.is_ascii_whitespace());
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
