# The tree that scenarios begin with, and the repositories they install from (sourced by run).

cache=${XDG_CACHE_HOME:-$HOME/.cache}/rauditd/packages
debian_arch=amd64
. tests/vm/lib/apt.sh

suite=bookworm
# systemd is not started: deb-systemd-helper and systemd-analyze are of use without. The libraries are those of auditd and of ours.
packages=systemd,init-system-helpers,libauparse0,libwrap0,libgssapi-krb5-2,libldap-2.5-0,libcap-ng0,libelf1,libssl3,zlib1g,mawk
# What the tests compare with, and come from.
stock=(auditd audispd-plugins)

# make_base: the tree, named after this recipe so that an edit makes another one; sets base.
make_base() {
  local digest new=$cache/new
  digest=$(sha256sum < "$here/root.sh")
  base=$cache/root-${digest:0:8}
  mkdir -p "$cache"
  exec 9> "$cache/lock"
  flock 9
  if [ ! -d "$base" ]; then
    [ "$(dpkg --print-architecture 2> /dev/null)" = "$debian_arch" ] || skip "the packages are tried on amd64 with apt and dpkg"
    command -v debootstrap > /dev/null || skip "debootstrap is missing (apt-get install debootstrap)"
    [ -n "$(debian_uri Debian)" ] || skip "apt here knows no Debian archive (RAUDITD_VM_DEBIAN can name one)"
    echo "packages: installing Debian $suite into a directory to try packages in (log: $cache/log)" >&2
    rm -rf --one-file-system "$cache"/root-* "$new"
    # A mount namespace of its own: what debootstrap mounts is gone with it, even when it is killed.
    unshare --mount --propagation private debootstrap --arch=$debian_arch --variant=minbase --keyring="$(debian_keyring)" \
      --include="$packages" "$suite" "$new" "$(debian_uri Debian)" > "$cache/log" 2>&1 || skip "debootstrap failed: see $cache/log"
    furnish "$new" >> "$cache/log" 2>&1 || skip "the tree cannot be completed: see $cache/log"
    mv "$new" "$base"
  fi
  flock -u 9
}

furnish() {
  local root=$1
  rm -rf "$root"/var/cache/apt/archives/*.deb "$root"/var/lib/apt/lists/* "$root"/etc/apt/sources.list
  printf '#!/bin/sh\nexit 101\n' > "$root/usr/sbin/policy-rc.d"
  chmod 755 "$root/usr/sbin/policy-rc.d"
  mkdir -p "$root/stock"
  (cd "$root/stock" && in_suite Debian "$suite" apt-get update && in_suite Debian "$suite" apt-get download "${stock[@]}")
}

# index DIR ORIGIN SUITE: a repository of the packages in DIR
index() {
  local deb
  (
    cd "$1"
    for deb in *.deb; do
      dpkg-deb -f "$deb" | sed '/^$/d'
      printf 'Filename: ./%s\nSize: %s\nSHA256: %s\n\n' "$deb" "$(stat -c %s "$deb")" "$(sha256sum "$deb" | cut -d' ' -f1)"
    done > Packages
    printf 'Origin: %s\nLabel: %s\nSuite: %s\nCodename: %s\nDate: %s\nSHA256:\n %s %s Packages\n' "$2" "$2" "$3" "$3" \
      "$(LC_ALL=C date -u '+%a, %d %b %Y %H:%M:%S UTC')" "$(sha256sum Packages | cut -d' ' -f1)" "$(stat -c %s Packages)" > Release
  )
}

# newer DEB DIR: the same package, of the next version
newer() {
  local tree=$2/tree
  dpkg-deb -R "$1" "$tree"
  sed -i -E 's/0\.1\.0-1/0.1.0-2/' "$tree/DEBIAN/control"
  dpkg-deb --root-owner-group -Znone -b "$tree" "$2" > /dev/null
  rm -rf "$tree"
}

# make_repositories DIR DEBS: debian/ has Debian's packages, ours/ ours, newer/ ours of the next version
make_repositories() {
  local deb
  mkdir -p "$1"/{debian,ours,newer}
  cp "$base"/stock/*.deb "$1/debian"
  cp "$2"/*.deb "$1/ours"
  for deb in "$1"/ours/*.deb; do newer "$deb" "$1/newer"; done
  index "$1/debian" Debian stable
  index "$1/ours" rauditd rauditd
  index "$1/newer" rauditd rauditd
}
