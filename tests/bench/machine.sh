# The machine's audit: whether measuring may use it, taking it, giving it back (sourced by what measures).

say() { printf '%s\n' "$*"; }
note() { printf '%s: %s\n' "$program" "$*" >&2; }
die() { note "$*"; exit 1; }

# kernel ARG...: rauditctl talking to the kernel, whoever serves rauditctl otherwise
kernel() { RAUDITD_SOCKET='' "$bin/rauditctl" "$@"; }

value_of() { sed -n "s/^$1 //p" <<< "$2"; }

# What has to be the same afterwards.
state() {
  kernel -s | grep -E '^(enabled|failure|pid|rate_limit|backlog_limit|backlog_wait_time|loginuid_immutable) '
  kernel -l
  ls /sys/fs/bpf 2> /dev/null || :
}

# One at a time uses the kernel's audit.
take_turn() {
  exec 8> /tmp/rauditd-live-audit.lock
  flock -n 8 || { note "waiting for a test that uses the kernel's audit"; flock 8; }
}

# Prints why kernel audit cannot be used here; fails if it can. Call it in one's turn: who had the one before has ended then.
why_not_live() {
  local status pid rules
  if ! status=$(kernel -s 2>&1); then
    echo "the kernel's audit cannot be used here: ${status%%$'\n'*}"
    return
  fi
  pid=$(value_of pid "$status")
  if [ "$(value_of enabled "$status")" = 2 ]; then
    echo "the kernel's audit is locked until the next boot (enabled 2)"
  elif [ "$pid" != 0 ]; then
    echo "another audit daemon is at work, pid $pid ($(cat "/proc/$pid/comm" 2> /dev/null || echo unknown))"
  elif rules=$(kernel -l) && [ "$rules" != "No rules" ]; then
    echo "the kernel has audit rules already ($(wc -l <<< "$rules"))"
  else
    return 1
  fi
}

# compile NAME DIR: the program NAME.c into DIR
compile() { gcc -O2 -Wall -Wextra -static -o "$2/$1" "$here/$1.c" || die "gcc cannot compile $here/$1.c"; }

# Takes the machine's audit, with a queue of the length that Debian's audit.rules sets.
begin() {
  local why
  for tool in rauditd rauditctl raudispd; do
    [ -x "$bin/$tool" ] || die "$bin/$tool is not built; first: make build"
  done
  take_turn
  if why=$(why_not_live); then
    say "SKIPPED: $why"
    exit 77
  fi
  before=$(state)
  scratch=$(mktemp -d "${TMPDIR:-/tmp}/rauditd-bench.XXXXXX")
  trap give_back EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
  trap 'exit 141' PIPE
  if [ -n "${BENCH_LOOPS:-}" ]; then
    cp "$BENCH_LOOPS" "$scratch/loops"
  else
    compile loops "$scratch"
    mkdir "$scratch/bin"
    compile empty "$scratch/bin"
  fi
  : > "$scratch/file"
  kernel -b 8192 > /dev/null
}

# The first lines of what is measured.
about_machine() {
  say "machine:    $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1), $(nproc) cores, Linux $(uname -r)"
  say "date:       $(date -u '+%Y-%m-%d %H:%M') UTC; load at start $(cut -d' ' -f1-3 /proc/loadavg)"
}

# stop PID: orderly, and if that takes more than a minute, not
stop() {
  local try
  kill -TERM "$1" 2> /dev/null || :
  for try in {1..600}; do
    kill -0 "$1" 2> /dev/null || break
    sleep 0.1
  done
  if kill -KILL "$1" 2> /dev/null; then note "process $1 did not end within a minute and was killed"; fi
  wait "$1" 2> /dev/null || :
}

# Whatever happened: nothing runs on, and the kernel gets back its state.
give_back() {
  local after try
  set +e
  trap '' INT TERM HUP PIPE
  end_loop
  end_daemon
  kernel -D > /dev/null
  kernel -b "$(value_of backlog_limit "$before")" > /dev/null
  kernel -f "$(value_of failure "$before")" > /dev/null
  kernel -e "$(value_of enabled "$before")" > /dev/null
  rm -rf "$scratch"
  after=$(state)
  [ "$before" = "$after" ] && return
  note "the kernel's audit is not as it was:"
  diff <(printf '%s\n' "$before") <(printf '%s\n' "$after") >&2
  exit 1
}
