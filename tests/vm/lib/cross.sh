# What building for guests of another architecture needs beside the host's own tools (sourced by setup and test).

triple() { printf '%s-unknown-linux-gnu' "$arch"; }

# The libraries that libbpf and rauditd are linked with, unpacked: one directory, made in one rename.
build_sysroot() {
  local new=$cache/new.sysroot deb
  [ "$arch" != x86_64 ] || return 0
  [ ! -e "$cache/sysroot/usr/lib/$arch-linux-gnu/pkgconfig/libssl.pc" ] || { say "libraries to build with: ready"; return; }
  say "libraries to build with: unpacking"
  rm -rf "$new"
  mkdir -p "$new/deb" && (cd "$new/deb" && in_suite Debian "$root_suite" apt-get update > /dev/null &&
    in_suite Debian "$root_suite" apt-get download libelf-dev libelf1 zlib1g zlib1g-dev libssl-dev libssl3) ||
    die 1 "cannot fetch the libraries to build with"
  for deb in "$new"/deb/*.deb; do dpkg-deb -x "$deb" "$new"; done
  rm -rf "$new/deb" "$cache/sysroot"
  mv "$new" "$cache/sysroot"
}

# Tells cargo, cc and pkg-config; fails with a line that says what is not there.
export_cross() {
  local under libraries=$cache/sysroot/usr/lib/$arch-linux-gnu
  [ "$arch" != x86_64 ] || return 0
  under=$(triple | tr - _)
  command -v "$arch-linux-gnu-gcc" > /dev/null || { say "no $arch-linux-gnu-gcc: setup --arch $arch installs it"; return 1; }
  [ -d "$(rustc --print sysroot)/lib/rustlib/$(triple)" ] || rustup target add "$(triple)" > /dev/null 2>&1 ||
    { say "no Rust library for $(triple): rustup target add $(triple)"; return 1; }
  export CARGO_BUILD_TARGET; CARGO_BUILD_TARGET=$(triple)
  export "CARGO_TARGET_${under^^}_LINKER=$arch-linux-gnu-gcc" "CC_$under=$arch-linux-gnu-gcc" \
    "CFLAGS_$under=-I$cache/sysroot/usr/include -I$cache/sysroot/usr/include/$arch-linux-gnu" "CARGO_TARGET_${under^^}_RUSTFLAGS=-L$libraries" \
    PKG_CONFIG_ALLOW_CROSS=1 "PKG_CONFIG_LIBDIR_$under=$libraries/pkgconfig" "PKG_CONFIG_SYSROOT_DIR_$under=$cache/sysroot"
}
