#!/bin/bash
# script.sh NAME DAEMON DIR STATE CTL: what an administrator does to an audit daemon, the same for auditd and rauditd.
# DIR has auditd.conf.base, and gets NAME/: auditd.conf, log/, first (the log before it is rotated), state (as it was each time, and the size
# of the log then), codes (exit codes), files (names and modes).
# CTL sends user messages and rules to the kernel. STATE is where the daemon writes its state report.
set -uo pipefail
[ -z "${TRACE:-}" ] || { exec 9> "$TRACE"; BASH_XTRACEFD=9; set -x; }
name=$1 daemon=$2 dir=$3/$1 state=$4 ctl=$5 base=$3/auditd.conf.base
export RAUDITD_SOCKET=
log=$dir/log/audit.log
mkdir -m 750 -p "$dir" "$dir/log" "$dir/plugins.d"
: > "$dir/codes"; : > "$dir/files"; : > "$dir/state"

# configure [KEY=VALUE...]: the base, with these keys set otherwise
configure() {
  local text setting
  text=$(sed "s|@DIR@|$dir|g" "$base")
  for setting in "$@"; do
    text=$(grep -v "^${setting%%=*} " <<< "$text")$'\n'"${setting%%=*} = ${setting#*=}"
  done
  printf '%s\n' "$text" > "$dir/auditd.conf"
  chmod 640 "$dir/auditd.conf"
}

count() { cat "$dir"/log/* 2> /dev/null | grep -ac "type=$1 " || :; }

# happens KIND COMMAND...: and one more record of that kind is in the log
happens() {
  local kind=$1 before i
  shift
  before=$(count "$kind")
  "$@"
  for ((i = 0; i < 500; i++)); do
    [ "$(count "$kind")" -gt "$before" ] && return
    sleep 0.02
  done
  echo "scenario: $name: no $kind after: $*" >&2
}

# rotates: another file is the log, and says so
rotates() {
  local before i
  before=$(stat -c %i "$log")
  signal USR1
  for ((i = 0; i < 500; i++)); do
    # between its two renames there is none for a moment
    [ "$(stat -c %i "$log" 2> /dev/null)" != "$before" ] && grep -aq 'type=DAEMON_ROTATE ' "$log" 2> /dev/null && return
    sleep 0.02
  done
  echo "scenario: $name: no rotation" >&2
}

message() { "$ctl" -m "$1" > /dev/null; }
signal() { kill -"$1" "$pid"; }
# quiet: what leaves nothing in the log to wait for
settle() { sleep 0.4; }
list() { (cd "$dir/log" && echo "-- $1" && stat -c '%a %U %G %n' -- *) >> "$dir/files"; }
report() {
  rm -f "$state"
  signal CONT
  for ((i = 0; i < 500; i++)); do grep -q 'listening for network' "$state" 2> /dev/null && break; sleep 0.02; done
  { echo "-- $1"; echo "size $(stat -c %s "$log")"; stat -c '%a %U' "$state"; cat "$state"; } >> "$dir/state"
}
# fails WHAT ARGUMENTS...: a start that ends by itself
fails() {
  local what=$1
  shift
  "$daemon" "$@" > /dev/null 2>&1 < /dev/null
  echo "$what $?" >> "$dir/codes"
}

configure
fails "no such option" -x
fails "unknown state" -s maybe
fails "a word too much" -n word
configure num_logs=1000
fails "bad value" -n -c "$dir"
configure no_such_key=1
fails "unknown key" -n -c "$dir"
configure space_left=1 admin_space_left=2
fails "space_left below admin_space_left" -n -c "$dir"
configure
chmod 666 "$dir/auditd.conf"
fails "configuration writable by all" -n -c "$dir"
configure
ln -sf auditd.conf "$dir/link"
mkdir -p "$dir/linked" && ln -sf ../auditd.conf "$dir/linked/auditd.conf"
fails "configuration is a link" -n -c "$dir/linked"

happens DAEMON_START eval '"$daemon" -n -c "$dir" > "$dir/out" 2>&1 < /dev/null & pid=$!'
settle
happens USER message one
happens CONFIG_CHANGE "$ctl" -a always,exit -F arch=b64 -S getppid -F gid=64123 -k scenario
happens CONFIG_CHANGE "$ctl" -d always,exit -F arch=b64 -S getppid -F gid=64123 -k scenario
report start
cp "$log" "$dir/first"
rotates
happens USER message after-rotation
for n in 1 2 3 4; do rotates; happens USER message "rotation-$n"; done
list rotated
configure log_format=RAW name_format=user name=box-1
happens DAEMON_CONFIG signal HUP
happens USER message raw
configure max_log_file_action=KEEP_LOGS num_logs=3
happens DAEMON_CONFIG signal HUP
rotates
list keep-logs
report keep-logs
happens DAEMON_RESUME signal USR2
# a log that gets too large: 1 MiB, in records as long as 129 make it, wherever the program that sends them is
configure max_log_file=1 max_log_file_action=SUSPEND
happens DAEMON_CONFIG signal HUP
rotates
long=$(head -c $((8032 - ${#ctl})) /dev/zero | tr '\0' x)
for ((n = 0; n < 140; n++)); do message "$long"; done
settle
report suspended
message not-in-the-log
settle
mv "$log" "$log.kept"
happens DAEMON_RESUME signal USR2
happens USER message resumed
report resumed
configure num_logs=3
happens DAEMON_CONFIG signal HUP
rotates
configure write_logs=no
signal HUP
settle
message unwritten
settle
report write-logs-no
configure
happens DAEMON_CONFIG signal HUP
happens USER message written-again
configure num_logs=many
signal HUP
settle
happens USER message old-settings-stay
fails "a second daemon" -n -c "$dir/../second"
signal TERM
wait "$pid"
echo "stopped $?" >> "$dir/codes"
list end
[ -e "$state" ] && echo "the state report is left behind" >> "$dir/files"
exit 0
