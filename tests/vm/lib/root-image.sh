# The guest's root: a minimal Debian on an ext4 image (sourced by setup). Its name holds a digest
# of this file, so an edit here makes setup build a new image.

root_suite=bookworm
root_packages=auditd,apparmor,libc6-i386,libcap2-bin,libelf1,zlib1g,procps,iproute2,kmod,attr,acl,python3-minimal,strace,psmisc,login,adduser,bpftool

# build_root: never changed after it is made: each guest writes to a throw-away snapshot.
build_root() {
  local image new=$cache/new.root log=$cache/log.root
  image=$(root_image)
  [ -f "$image" ] && { say "root image: ready"; return; }
  say "root image: installing Debian $root_suite (log: $log)"
  rm -rf --one-file-system "$new"; mkdir -p "$new" "$cache/debs"
  # A mount namespace of its own: what debootstrap mounts is gone with it, even when it is killed.
  unshare --mount --propagation private debootstrap --arch=amd64 --variant=minbase \
    --keyring="$(debian_keyring)" --cache-dir="$cache/debs" --include="$root_packages" \
    "$root_suite" "$new" "$(debian_uri Debian)" > "$log" 2>&1 || die 1 "debootstrap failed: see $log"
  echo guest > "$new/etc/hostname"
  echo '127.0.0.1 localhost guest' > "$new/etc/hosts"
  : > "$new/etc/fstab"
  echo 0123456789abcdef0123456789abcdef > "$new/etc/machine-id"
  chroot "$new" useradd -m -u 1000 -s /bin/bash tester
  chroot "$new" passwd -d root > /dev/null
  mkdir -p "$new/work" "$new/out" "$new/lib/modules"
  rm -rf "$new"/var/cache/apt/archives/*.deb "$new"/var/lib/apt/lists/* "$new"/usr/share/{doc,locale,man}
  say "root image: writing the file system"
  rm -f "$cache"/root-*.img.new
  mke2fs -q -t ext4 -m 0 -E lazy_itable_init=1,lazy_journal_init=1 -L root -d "$new" "$image.new" 2G > /dev/null
  rm -f "$cache"/root-*.img
  mv "$image.new" "$image"
  rm -rf --one-file-system "$new" "$cache/debs"
  say "root image: ready"
}
