# Paths and messages shared by setup, run and selftest (sourced; needs `vm` = this tree's tests/vm).

# Everything large or made by the lab lives here, never in the repository.
lab=${RAUDITD_VM_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/rauditd/vm}

# set_arch ARCH: the guests' architecture, and where what is made for it lies.
set_arch() {
  case $1 in
    x86_64) debian_arch=amd64 cache=$lab;;
    aarch64) debian_arch=arm64 cache=$lab/$1;;
    *) die 125 "--arch '$1' is not one that guests can have: x86_64 or aarch64";;
  esac
  arch=$1
}

prog="vm ${0##*/}"
say() { printf '%s: %s\n' "$prog" "$*" >&2; }
die() { local code=$1; shift; say "$*"; exit "$code"; }

# The image's name carries a digest of its recipe: a changed recipe makes a new image,
# and `run` never takes one that does not belong to this checkout.
root_image() {
  local digest
  digest=$(sha256sum < "$vm/lib/root-image.sh")
  printf '%s/root-%s.img' "$cache" "${digest:0:8}"
}

# Likewise the one with SELinux, which is made from it.
selinux_image() {
  local digest
  digest=$(cat "$vm/lib/root-image.sh" "$vm/lib/selinux-image.sh" | sha256sum)
  printf '%s/selinux-%s.img' "$cache" "${digest:0:8}"
}

kernel_dir() { printf '%s/kernels/%s' "$cache" "$1"; }

set_arch x86_64
