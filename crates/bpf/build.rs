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
    let arch = match env::var("CARGO_CFG_TARGET_ARCH")?.as_str() {
        "x86_64" => "x86",
        other => {
            return Err(
                format!("the BPF backend is not supported on {other} yet: build with --no-default-features").into()
            );
        }
    };
    for name in ["audit", "check", "memory"] {
        SkeletonBuilder::new()
            .source(source.join(format!("{name}.bpf.c")))
            .obj(out.join(format!("{name}.bpf.o")))
            .clang_args([
                "-mcpu=v3".into(),
                "-nostdinc".into(),
                "-Wall".into(),
                "-Wextra".into(),
                "-Werror".into(),
                "-Wno-unused-parameter".into(),
                format!("-D__TARGET_ARCH_{arch}"),
                format!("-I{}", source.display()),
            ])
            .reference_obj(true)
            .build_and_generate(out.join(format!("{name}.skel.rs")))
            .map_err(|e| format!("cannot compile bpf/{name}.bpf.c (is clang installed?): {e:#}"))?;
    }
    Ok(())
}
