# What a process has used (sourced by daemon).

# ran PID: "USER SYSTEM", ns. The kernel divides the exact time a process ran as its ticks fell.
ran() {
  local -a stat
  local text tick
  text=$(< "/proc/$1/stat")
  read -r -a stat <<< "${text##*) }"
  tick=$((1000000000 / $(getconf CLK_TCK)))
  echo "$((stat[11] * tick)) $((stat[12] * tick))"
}

# since PID USER SYSTEM: "USER SYSTEM" since then
since() {
  local user system
  read -r user system < <(ran "$1")
  echo "$((user - $2)) $((system - $3))"
}

# resident PID: the most KB it has had in memory, without the ring of 8 MB, whose pages it maps twice
resident() {
  local peak ring
  peak=$(awk '/^VmHWM:/ { print $2 }' "/proc/$1/status")
  ring=$(awk '/^[0-9a-f]+-[0-9a-f]+ / { map = /anon_inode:bpf-map/ } map && /^Size:/ { size = $2 }
    map && /^Rss:/ && size >= 2 * 8192 { sum += $2 } END { print sum + 0 }' "/proc/$1/smaps")
  echo $((peak - ring))
}

# From here on, the most is counted anew.
forget_peak() { echo 5 > "/proc/$1/clear_refs"; }

# child PID NAME: the pid of its child of that name, if it has one
child() {
  local pid
  # (who is a child is told for each thread)
  for pid in $(cat "/proc/$1"/task/*/children); do
    [ "$(cat "/proc/$pid/comm" 2> /dev/null)" != "$2" ] || echo "$pid"
  done
}
