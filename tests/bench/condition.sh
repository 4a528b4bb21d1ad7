# Who audits while a loop runs (sourced by what measures). One daemon at a time, in a directory of its own.

daemon='' dir='' tier=none RAUDITD_SOCKET=''
export RAUDITD_SOCKET

# configure [BACKEND [PLUGIN]]: auditd's and rauditd's settings; both daemons log ENRICHED to one file that never rotates, and run no
# plugin, or one that reads all it is given
configure() {
  rm -rf "$dir"
  mkdir -m 750 -p "$dir/plugins.d"
  cat > "$dir/auditd.conf" <<- END
	log_file = $dir/audit.log
	log_group = root
	log_format = ENRICHED
	flush = INCREMENTAL_ASYNC
	freq = 50
	max_log_file = 8
	num_logs = 5
	max_log_file_action = IGNORE
	plugin_dir = $dir/plugins.d
	q_depth = 2000
	space_left = 2
	space_left_action = IGNORE
	admin_space_left = 1
	admin_space_left_action = IGNORE
	disk_full_action = IGNORE
	disk_error_action = IGNORE
	END
  cat > "$dir/rauditd.conf" <<- END
	backend = ${1:-auto}
	socket = $dir/rauditd.sock
	dispatcher = $bin/raudispd
	ring_size = 8M
	pid_file = $dir/rauditd.pid
	state_file = $dir/rauditd.state
	END
  [ -z "${2:-}" ] || cat > "$dir/plugins.d/$2.conf" <<- END
	active = yes
	direction = out
	path = $(command -v "$2")
	args = -c
	type = always
	format = string
	END
  find "$dir" -name '*.conf' -exec chmod 640 {} +
}

# start_daemon COMMAND...: waits until it is the kernel's audit daemon; fails if it is not within ten seconds
start_daemon() {
  # a session of its own: Ctrl-C is for this script, which then stops it in an orderly way
  setsid "$@" > "$dir/daemon.log" 2>&1 8>&- 9>&- &
  daemon=$!
  until_is registered
}

registered() { [ "$(value_of pid "$(kernel -s)")" = "$daemon" ] && up; }

# start_empty: two programs of BPF that do nothing, instead of a daemon
start_empty() {
  "$scratch/bin/empty" > "$dir/daemon.log" 8>&- 9>&- &
  daemon=$!
  until_is grep -qsx attached "$dir/daemon.log"
}

# until_is COMMAND...: waits until it succeeds; fails if it does not within ten seconds, or the daemon ends before
until_is() {
  local try
  for try in {1..200}; do
    "$@" && return
    kill -0 "$daemon" 2> /dev/null || break
    sleep 0.05
  done
  return 1
}

# BPF attaches after the daemon has registered; its socket answers when it has.
up() { [ -z "$RAUDITD_SOCKET" ] || "$bin/rauditctl" -s > /dev/null 2>&1; }

# Hooks that a change has left without work are detached one after another by a thread, for a second or so: until they are gone their
# calls pay for them.
settled() {
  local try
  for try in {1..600}; do
    grep -qsx bpf-detach /proc/"$daemon"/task/*/comm || return 0
    sleep 0.1
  done
  note "after a minute hooks are still being detached"
}

# enter CONDITION; fails if its daemon does not start. CONDITION-plugin: with one.
enter() {
  local plugin=''
  [ "$1" = "${1%-plugin}" ] || plugin=wc
  dir=$scratch/$1
  case ${1%-plugin} in
    cold) ;; # nothing was ever switched
    none|off|empty)
      # once on, new tasks have a context: on a machine just booted too
      kernel -e 1 > /dev/null
      kernel -e 0 > /dev/null
      if [ "$1" = empty ]; then
        mkdir -p "$dir"
        start_empty
      fi;;
    auditd)
      configure auto "$plugin"
      LD_LIBRARY_PATH=$oracle/usr/lib/x86_64-linux-gnu:$oracle/lib/x86_64-linux-gnu start_daemon "$oracle/sbin/auditd" -n -c "$dir";;
    netlink|bpf)
      configure "${1%-plugin}" "$plugin"
      RAUDITD_SOCKET=$dir/rauditd.sock
      start_daemon "$bin/rauditd" -n -c "$dir";;
  esac
}

end_daemon() {
  RAUDITD_SOCKET=''
  [ -n "$daemon" ] || return 0
  stop "$daemon"
  # auditd 3.0.9 knows no other place for it
  [ "$(cat /run/auditd.pid 2> /dev/null)" != "$daemon" ] || rm -f /run/auditd.pid
  daemon=''
}

leave() {
  end_daemon
  kernel -D > /dev/null
}

# Why Debian's auditd cannot be measured; fails if it can.
why_no_auditd() {
  oracle=${RAUDITD_ORACLE:-}
  [ -n "$oracle" ] || oracle=$("$top/scripts/oracle" 2> "$scratch/oracle.log") \
    || { echo "Debian's auditd is not to be had: $(tail -n 1 "$scratch/oracle.log")"; return; }
  [ -x "$oracle/sbin/auditd" ] || { echo "there is no $oracle/sbin/auditd"; return; }
  [ -e /run/auditd.pid ] && { echo "/run/auditd.pid exists, and auditd would replace it"; return; }
  return 1
}

# find_auditd: sets oracle and absent, the conditions that cannot be measured
find_auditd() {
  local why
  absent=' '
  if why=$(why_no_auditd); then
    say "SKIPPED: the condition auditd: $why"
    absent=' auditd auditd-plugin '
  else
    oracle=${RAUDITD_ORACLE:-$("$top/scripts/oracle")}
  fi
}

# present CONDITION: enters it if it is not absent; if its daemon does not start it is absent from then on
present() {
  [[ $absent != *" $1 "* ]] || return
  if enter "$1"; then
    [[ $1 != bpf* ]] || tier=$("$bin/rauditctl" -s | sed -n 's/^backend bpf (\(.*\))/\1/p')
    settled
    return
  fi
  say "SKIPPED: the condition $1: $(tail -n 1 "$dir/daemon.log")"
  absent+="$1 "
  leave
  return 1
}

# rules SET PID: loads a rule set; PID is the loop's
rules() {
  local i
  case $1 in
    none) return;;
    [1-9]*) for ((i = 0; i < $1; i++)); do never_matching "$i"; done;;
    exit) echo "-a always,exit -F arch=b64 -S open,openat,creat -F exit=-EACCES -F auid>=1000 -F auid!=unset -k bench-exit";;
    all) echo "-a always,exit -F arch=b64 -S openat -F pid=$2 -k bench-open";;
    exec) echo "-a always,exit -F arch=b64 -S execve -F ppid=$2 -k bench-exec";;
    flood) echo "-a always,exit -F arch=b64 -S openat -F ppid=$2 -k bench-open";;
  esac > "$scratch/rules"
  "$bin/rauditctl" -R "$scratch/rules" > "$scratch/rauditctl.log" 2>&1 && settled && return
  { note "the rules cannot be loaded:"; cat "$scratch/rauditctl.log"; } >&2
  exit 1
}

never_matching() { echo "-a always,exit -F arch=b64 -S openat -F auid=$((4242 + $1)) -F a3=$((4660 + $1)) -k bench-never"; }
