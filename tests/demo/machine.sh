# The machine's audit: whether the demo may use it, taking it, giving it back (sourced by run and test).

# kernel ARGS: rauditctl talking to the kernel, whoever serves rauditctl otherwise
kernel() { RAUDITD_SOCKET='' "$bin/rauditctl" "$@"; }

# The state that has to be the same afterwards: switches, rules, and what is pinned in the BPF file system.
state() {
  kernel -s | grep -E '^(enabled|failure|pid|rate_limit|backlog_limit|backlog_wait_time|loginuid_immutable) '
  kernel -l
  ls /sys/fs/bpf 2> /dev/null || :
}

# One test at a time uses the kernel's audit.
take_turn() {
  exec 8> /tmp/rauditd-live-audit.lock
  flock -n 8 || { note "waiting for another test that uses the kernel's audit" >&2; flock 8; }
}

# Prints why kernel audit cannot be used here; fails if it can.
why_not_live() {
  local status pid rules
  if ! status=$(kernel -s 2>&1); then
    case $status in
      *"must be root"*) echo "This process may not use the kernel's audit: it needs root (CAP_AUDIT_CONTROL), outside a container";;
      *) echo "The kernel's audit cannot be used here: ${status%%$'\n'*}";;
    esac
    return
  fi
  take_turn
  status=$(kernel -s)
  pid=$(value_of pid "$status")
  if [ "$(value_of enabled "$status")" = 2 ]; then
    echo "The kernel's audit is locked until the next boot (enabled 2)"
  elif [ "$pid" != 0 ]; then
    echo "Another audit daemon is at work, pid $pid ($(cat "/proc/$pid/comm" 2> /dev/null || echo unknown)); it is not disturbed"
  elif rules=$(kernel -l) && [ "$rules" != "No rules" ]; then
    echo "The kernel has audit rules already ($(wc -l <<< "$rules")); they are not disturbed"
  else
    return 1
  fi
}

value_of() { sed -n "s/^$1 //p" <<< "$2"; }

# Takes the machine's audit: remembers the state, starts rauditd.
begin() {
  before=$(state)
  scratch=$(mktemp -d "${TMPDIR:-/tmp}/rauditd-demo.XXXXXX")
  trap give_back EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
  trap 'exit 141' PIPE
  configure
  # A session of its own: Ctrl-C is for the demo, which then stops rauditd in an orderly way.
  setsid "$bin/rauditd" -n -c "$scratch" > "$scratch/rauditd.log" 2>&1 8>&- &
  daemon=$!
  export RAUDITD_SOCKET=$scratch/rauditd.sock
  wait_until answers || fail "rauditd did not come up" "$scratch/rauditd.log"
}

answers() { "$bin/rauditctl" -s > /dev/null 2>&1; }

# Whether rauditd has chosen its tier for the rules it has now.
settled() { ! "$bin/rauditctl" -s | grep -q 'the rules have just changed'; }

# wait_until COMMAND: until it succeeds, for at most five seconds, or until rauditd ends
wait_until() {
  local try
  for try in {1..100}; do
    "$@" && return
    kill -0 "$daemon" 2> /dev/null || return
    sleep 0.05
  done
  return 1
}

configure() {
  mkdir -m 750 "$scratch/plugins.d" "$scratch/work"
  cat > "$scratch/auditd.conf" <<- END
	log_file = $scratch/audit.log
	log_group = root
	log_format = ENRICHED
	plugin_dir = $scratch/plugins.d
	space_left = 2
	admin_space_left = 1
	space_left_action = IGNORE
	admin_space_left_action = IGNORE
	disk_full_action = IGNORE
	disk_error_action = IGNORE
	END
  cat > "$scratch/rauditd.conf" <<- END
	backend = auto
	socket = $scratch/rauditd.sock
	dispatcher = $bin/raudispd
	pid_file = $scratch/rauditd.pid
	state_file = $scratch/rauditd.state
	settle_time = 200
	END
  cat > "$scratch/plugins.d/demo.conf" <<- END
	active = yes
	direction = out
	path = $scratch/plugin
	type = always
	format = string
	END
  printf '#!/bin/sh\nexec cat > %s/plugin.out\n' "$scratch" > "$scratch/plugin"
  chmod 640 "$scratch"/*.conf "$scratch"/plugins.d/*.conf
  chmod 750 "$scratch/plugin"
}

stop_daemon() {
  local try
  [ -n "$daemon" ] || return
  kill -TERM "$daemon" 2> /dev/null
  for try in {1..100}; do
    kill -0 "$daemon" 2> /dev/null || break
    sleep 0.05
  done
  kill -KILL "$daemon" 2> /dev/null && note "rauditd did not end within five seconds and was killed"
  wait "$daemon" 2> /dev/null
  daemon=''
}

# The orderly end: rauditd has to leave everything as it was by itself.
end() {
  local after
  "$bin/rauditctl" -D > /dev/null
  set +e
  stop_daemon
  set -e
  after=$(state)
  if [ "$before" != "$after" ]; then
    diff <(printf '%s\n' "$before") <(printf '%s\n' "$after") > "$scratch/difference" || :
    fail "the kernel's audit is not as it was" "$scratch/difference"
  fi
  say "rauditd has ended, and the kernel's audit is as it was: $(head -n 1 <<< "$after"), $(tail -n 1 <(kernel -l))."
}

# Whatever happened: nothing runs on, and the kernel gets back its state.
give_back() {
  set +e
  trap '' INT TERM HUP PIPE
  stop_daemon
  if [ "$before" != "$(state)" ]; then
    kernel -D > /dev/null
    kernel -f "$(value_of failure "$before")" > /dev/null
    kernel -e "$(value_of enabled "$before")" > /dev/null
  fi
  rm -rf "$scratch"
}

# fail WHAT FILE: gives up, with the end of what the file says
fail() {
  printf 'demo: %s:\n' "$1" >&2
  tail -n 20 "$2" | sed 's/^/  /' >&2
  exit 1
}
