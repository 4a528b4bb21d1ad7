# The root image with SELinux: Debian's policy installed, and every file labelled by it (sourced by setup; needs root-image.sh
# and apt.sh). Made from the root image by a loop mount. Its name holds a digest of this file and of the root image's recipe.

selinux_packages=(selinux-policy-default selinux-utils policycoreutils)

# fetch_selinux ROOT TO: the packages, and those they need beyond what ROOT has.
fetch_selinux() {
  local root=$1 to=$2
  mkdir -p "$to/partial"
  in_suite Debian "$root_suite" apt-get update &&
    in_suite Debian "$root_suite" apt-get -o Dir::State::status="$root/var/lib/dpkg/status" -o Dir::Cache::archives="$to" \
      install -y --no-install-recommends --download-only "${selinux_packages[@]}"
}

# install_selinux ROOT DEBS: chroot is enough; the policy is compiled here, but loaded only by a guest.
install_selinux() {
  local root=$1 debs=$2
  mkdir -p "$root/debs"
  mount --bind "$debs" "$root/debs"
  mount -t proc proc "$root/proc"
  chroot "$root" sh -c 'DEBIAN_FRONTEND=noninteractive PATH=/usr/sbin:/usr/bin:/sbin:/bin dpkg -i /debs/*.deb'
  umount "$root/debs"
  rmdir "$root/debs"
  printf 'SELINUX=permissive\nSELINUXTYPE=default\n' > "$root/etc/selinux/config"
  rm -rf "$root"/usr/share/{doc,locale,man}
  # (setfiles goes by /proc/self/fd)
  chroot "$root" /usr/sbin/setfiles -F -e /proc /etc/selinux/default/contexts/files/file_contexts /
  umount "$root/proc"
}

# Inside a mount namespace of its own: nothing stays mounted, even when it is killed.
fill_selinux_image() {
  set -e
  local image=$1 work=$2
  mkdir -p "$work/root" "$work/debs"
  mount -o loop "$image" "$work/root"
  fetch_selinux "$work/root" "$work/debs"
  install_selinux "$work/root" "$work/debs"
  umount "$work/root"
}

build_selinux() {
  local image work=$cache/new.selinux log=$cache/log.selinux
  image=$(selinux_image)
  [ -f "$image" ] && { say "SELinux image: ready"; return; }
  say "SELinux image: installing Debian's policy (log: $log)"
  rm -rf --one-file-system "$work"; rm -f "$cache"/selinux-*.img.new; mkdir -p "$work"
  cp --sparse=always "$(root_image)" "$image.new"
  export vm cache root_suite
  unshare --mount --propagation private bash -c '
    . "$vm/lib/common.sh"; . "$vm/lib/apt.sh"; . "$vm/lib/root-image.sh"; . "$vm/lib/selinux-image.sh"
    fill_selinux_image "$1" "$2"' - "$image.new" "$work" > "$log" 2>&1 \
    || die 1 "the SELinux image could not be made (it needs loop devices): see $log"
  rm -f "$cache"/selinux-*.img
  mv "$image.new" "$image"
  rm -rf --one-file-system "$work"
  say "SELinux image: ready"
}
