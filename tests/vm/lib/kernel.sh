# Debian kernel packages -> $cache/kernels/NAME/{vmlinux,config,release,modules.img,initrd}, for
# set_arch's architecture (sourced by setup).

# Which suites may have kernel NAME, best first, as LABEL:SUITE.
kernel_suites() {
  case $1 in
    5.10) echo Debian-Security:bullseye-security Debian:bullseye;;
    6.1)  echo Debian-Security:bookworm-security Debian:bookworm;;
    6.12) echo Debian-Security:bookworm-security Debian-Security:trixie-security Debian:trixie;;
    *)    echo Debian:trixie-backports Debian:sid;;
  esac
}

# fetch_kernel NAME DIR: unpack the newest NAME kernel into DIR. The cloud flavour: it has
# all that audit and BPF need, and a third of the modules.
fetch_kernel() {
  local name=$1 tree=$2 log=$cache/log.kernel-$1 where label suite package part
  for where in $(kernel_suites "$name"); do
    label=${where%%:*} suite=${where#*:}
    [ -n "$(debian_uri "$label")" ] || continue
    in_suite "$label" "$suite" apt-get update > "$log" 2>&1 || continue
    package=$(in_suite "$label" "$suite" apt-cache search --names-only \
      "^linux-image-${name//./\\.}\\.[0-9].*[0-9]-cloud-$debian_arch\$" | awk '{ print $1 }' | sort -V | tail -n 1)
    [ -n "$package" ] && break
  done
  [ -n "${package:-}" ] || die 77 "SKIPPED: this host's apt serves no Debian kernel $name for $debian_arch (asked for $(kernel_suites "$name"); log: $log)"
  say "kernel $name: fetching $package from $suite"
  mkdir -p "$tree/deb"
  # An image package may hold nothing itself and depend on its parts (so from 6.19 on); some
  # that hold all name a part that the archive does not have. build_kernel sees what is missing.
  ( cd "$tree/deb"
    in_suite "$label" "$suite" apt-get download "$package" || exit
    for part in $(dpkg-deb -f ./*.deb Depends | grep -oE 'linux-(base|binary|modules)-[0-9][^ ,]*'); do
      in_suite "$label" "$suite" apt-get download "$part" || :
    done ) >> "$log" 2>&1 || die 1 "cannot download $package: see $log"
  for part in "$tree"/deb/*.deb; do dpkg-deb -x "$part" "$tree"; done
  rm -r "$tree/deb"
}

# first_of PATH...: the first that exists (packages differ in where they put things).
first_of() {
  local path
  for path; do [ -e "$path" ] && { printf '%s' "$path"; return; }; done
  return 0
}

# le BYTES OFFSET FILE: one little-endian number of a boot image's header.
le() { od -An -tu"$1" -j"$2" -N"$1" "$3" | tr -d ' '; }

# extract_vmlinux VMLINUZ: the ELF kernel inside a bzImage, to stdout. QEMU boots it as it is
# (PVH), which saves unpacking it under emulation; and bpftool can read its BTF on the host.
# Offsets: Documentation/arch/x86/boot.rst (setup_sects, payload_offset, payload_length).
# For aarch64 the package has the bare Image ("ARM\x64" at byte 56), which QEMU boots: no ELF.
extract_vmlinux() {
  local image=$1 setup start length unpack
  case $arch,$(od -An -tx1 -j56 -N4 "$image") in
    'aarch64, 41 52 4d 64') cat "$image"; return;;
    aarch64,*) die 1 "$image: not a bare arm64 Image, which is the only form this script knows";;
  esac
  setup=$(le 1 497 "$image")
  start=$(( ((setup ? setup : 4) + 1) * 512 + $(le 4 584 "$image") ))
  length=$(( $(le 4 588 "$image") - 4 )) # the last four bytes are the unpacked size
  case $(od -An -tx1 -j"$start" -N4 "$image") in
    ' 1f 8b'*) unpack=(gzip -dc) length=$((length + 4));;
    ' 28 b5 2f fd') unpack=(zstd -dcq);;
    ' fd 37 7a 58') unpack=(xz -dc);;
    ' 02 21 4c 18') unpack=(lz4 -dcq);;
    *) die 1 "$image: compressed in a way this script does not know";;
  esac
  dd if="$image" iflag=skip_bytes,count_bytes skip="$start" count="$length" bs=1M status=none | "${unpack[@]}"
}

# add_module DIR NAME TO: copy a module, after those it needs, uncompressed to TO and list it in TO/order.
add_module() {
  local dir=$1 name=$2 to=$3 line path need
  # Not in modules.dep: built into this kernel.
  line=$(grep -m1 -E "(^|/)$name\.ko[^:]*:" "$dir/modules.dep") || return 0
  path=$dir/${line%%:*}
  for need in ${line#*:}; do need=${need##*/}; add_module "$dir" "${need%%.ko*}" "$to"; done
  grep -qx "$name" "$to/order" && return 0
  case $path in
    *.xz) xz -dc "$path";; *.zst) zstd -dcq "$path";; *.gz) gzip -dc "$path";; *) cat "$path";;
  esac > "$to/$name.ko"
  echo "$name" >> "$to/order"
}

# fetch_busybox DIR: a static busybox for an architecture that is not the host's.
fetch_busybox() {
  local log=$cache/log.busybox
  ( mkdir -p "$1/deb" && cd "$1/deb" && in_suite Debian "$root_suite" apt-get update &&
    in_suite Debian "$root_suite" apt-get download busybox-static && dpkg-deb -x ./*.deb . &&
    mv "$(first_of bin/busybox usr/bin/busybox)" .. ) > "$log" 2>&1 || die 1 "cannot download busybox-static: see $log"
  rm -r "$1/deb"
}

# build_initrd MODULES RELEASE OUT: busybox and the modules without which the root cannot be
# mounted. /init is not in it: `run` adds guest/ of the checkout, so that an edit there
# needs no new setup.
build_initrd() {
  local modules=$1/lib/modules/$2 out=$3 tree=$1/initrd module
  mkdir -p "$tree"/{bin,dev,proc,sys,root,modules}
  if [ "$arch" = x86_64 ]; then cp "$(command -v busybox)" "$tree/bin/busybox"; else fetch_busybox "$tree/bin"; fi
  : > "$tree/modules/order"
  for module in virtio_pci virtio_blk virtio_console ext4; do add_module "$modules" "$module" "$tree/modules"; done
  ( cd "$tree" && find . | cpio -o -H newc --quiet | gzip -1 ) > "$out"
}

# build_kernel NAME: all of the above, into place in one rename.
build_kernel() {
  local name=$1 dir new tree modules release vmlinuz megabytes
  dir=$(kernel_dir "$name")
  [ -d "$dir" ] && { say "kernel $name: ready ($(< "$dir/release"))"; return; }
  new=$cache/new.kernel tree=$cache/new.kernel/tree
  rm -rf "$new"; mkdir -p "$tree" "$cache/kernels"
  fetch_kernel "$name" "$tree"
  say "kernel $name: unpacking"
  modules=$(first_of "$tree"/lib/modules/* "$tree"/usr/lib/modules/*)
  release=${modules##*/}
  vmlinuz=$(first_of "$tree/boot/vmlinuz-$release" "$modules/vmlinuz")
  [ -n "$modules" ] && [ -n "$vmlinuz" ] || die 1 "kernel $name: its packages are incomplete: see $cache/log.kernel-$name"
  extract_vmlinux "$vmlinuz" > "$new/vmlinux"
  # Some packages bring no config file.
  cp "$(first_of "$tree/boot/config-$release" "$modules/config")" "$new/config" 2> /dev/null || :
  mkdir -p "$new/mods/lib/modules"
  mv "$modules" "$new/mods/lib/modules/"
  rm -f "$new/mods/lib/modules/$release/vmlinuz"
  depmod -b "$new/mods" "$release"
  build_initrd "$new/mods" "$release" "$new/initrd"
  megabytes=$(du -sm "$new/mods/lib" | cut -f1)
  mke2fs -qF -t ext4 -O ^has_journal -m 0 -d "$new/mods/lib/modules" "$new/modules.img" \
    $((megabytes * 5 / 4 + 8))M > /dev/null
  rm -rf "$tree" "$new/mods"
  echo "$release" > "$new/release"
  mv "$new" "$dir"
  say "kernel $name: ready ($release)"
}
