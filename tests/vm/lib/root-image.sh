# The guest's root: a minimal Debian on an ext4 image (sourced by setup). Its name holds a digest
# of this file, so an edit here makes setup build a new image.

root_suite=bookworm
root_packages=auditd,apparmor,libcap2-bin,libelf1,zlib1g,libssl3,procps,iproute2,kmod,attr,acl,python3-minimal,strace,psmisc,login,adduser,bpftool

# replace_programs ROOT: an amd64 root becomes one for $debian_arch, by unpacking that architecture's build of each package over
# it. What packages write when they are configured is the same for both, so that none of their programs has to run here.
replace_programs() {
  local root=$1 debs=$1.debs packages deb
  mapfile -t packages < <(dpkg-query --admindir="$root/var/lib/dpkg" -W -f '${Architecture} ${Package}\n' | sed -n 's/^amd64 //p')
  mkdir "$debs"
  ( cd "$debs" && in_suite Debian "$root_suite" apt-get update && in_suite Debian "$root_suite" apt-get download "${packages[@]}" ) || return
  # (amd64 libraries and what else is named after them)
  find "$root" -xdev \( -name '*x86_64*' -o -name lib64 -o -path "$root/etc/ld.so.cache" \) -prune -exec rm -rf {} +
  for deb in "$debs"/*.deb; do
    # (/bin, /lib and /sbin stay links)
    dpkg-deb --fsys-tarfile "$deb" | tar --keep-directory-symlink -xpf - -C "$root" || return
  done
  sed -i "s/^Architecture: amd64$/Architecture: $debian_arch/" "$root/var/lib/dpkg/status"
  for deb in "$root"/var/lib/dpkg/info/*:amd64.*; do mv "$deb" "${deb/:amd64./:$debian_arch.}"; done
  rm -r "$debs"
}

# build_root: never changed after it is made: each guest writes to a throw-away snapshot.
build_root() {
  local image packages=$root_packages new=$cache/new.root log=$cache/log.root
  image=$(root_image)
  [ -f "$image" ] && { say "root image: ready"; return; }
  say "root image: installing Debian $root_suite (log: $log)"
  [ "$arch" != x86_64 ] || packages+=,libc6-i386 # 32-bit programs
  rm -rf --one-file-system "$new" "$new.debs"; mkdir -p "$new" "$cache/debs"
  # A mount namespace of its own: what debootstrap mounts is gone with it, even when it is killed.
  unshare --mount --propagation private debootstrap --arch=amd64 --variant=minbase \
    --keyring="$(debian_keyring)" --cache-dir="$cache/debs" --include="$packages" \
    "$root_suite" "$new" "$(debian_uri Debian)" > "$log" 2>&1 || die 1 "debootstrap failed: see $log"
  echo guest > "$new/etc/hostname"
  echo '127.0.0.1 localhost guest' > "$new/etc/hosts"
  : > "$new/etc/fstab"
  echo 0123456789abcdef0123456789abcdef > "$new/etc/machine-id"
  chroot "$new" useradd -m -u 1000 -s /bin/bash tester
  chroot "$new" passwd -d root > /dev/null
  [ "$arch" = x86_64 ] || replace_programs "$new" >> "$log" 2>&1 || die 1 "cannot replace the image's programs by those of $debian_arch: see $log"
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
