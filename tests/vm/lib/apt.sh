# Debian packages for the lab, fetched by apt with its own state under $cache/apt: the
# host's lists, sources and locks stay as they are (sourced by setup).

# debian_uri LABEL: where the host's own apt gets Debian ("Debian") or its security updates
# ("Debian-Security") from. A host that is not Debian can name the archives in the
# environment instead: RAUDITD_VM_DEBIAN, RAUDITD_VM_SECURITY.
debian_uri() {
  local label=$1 uri
  case $label in
    Debian) uri=${RAUDITD_VM_DEBIAN:-};;
    Debian-Security) uri=${RAUDITD_VM_SECURITY:-};;
  esac
  [ -n "$uri" ] || uri=$(apt-get indextargets --format '$(ORIGIN)|$(LABEL)|$(REPO_URI)' \
      'Created-By: Packages' 2>/dev/null | awk -F'|' -v l="$label" '$1 == "Debian" && $2 == l { print $3; exit }')
  printf '%s' "$uri"
}

debian_keyring() {
  local f
  for f in /usr/share/keyrings/debian-archive-keyring.{gpg,pgp}; do
    [ -f "$f" ] && { printf '%s' "$f"; return; }
  done
}

# in_suite LABEL SUITE TOOL ARGS...: run apt-get or apt-cache as if SUITE were the only source.
in_suite() {
  local label=$1 suite=$2 tool=$3 state=$cache/apt/$2
  shift 3
  mkdir -p "$state"/{lists/partial,archives/partial}
  : > "$state/status"
  printf 'deb [arch=%s signed-by=%s] %s %s main\n' "$debian_arch" "$(debian_keyring)" "$(debian_uri "$label")" "$suite" \
    > "$state/sources.list"
  # Valid-Until is not checked: an archived suite's Release file is old for good.
  "$tool" -qq -o Dir::Etc::sourcelist="$state/sources.list" -o Dir::Etc::sourceparts=/dev/null \
    -o Dir::State="$state" -o Dir::State::status="$state/status" -o Dir::Cache="$state" \
    -o APT::Architecture="$debian_arch" -o APT::Architectures="$debian_arch" -o APT::Sandbox::User=root -o Acquire::Check-Valid-Until=false "$@"
}
