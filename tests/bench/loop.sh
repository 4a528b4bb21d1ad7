# One loop from its start to the last record on disk (sourced by run and burst).

loop=''

# start_loop CONDITION KIND COUNT: starts it, and waits until it has warmed up; sets loop, its pid
start_loop() {
  local argv=("$scratch/loops" "$2" "$3")
  [ "$2" = open ] && argv+=("$scratch/file")
  # A task that was born while a task,never rule was in force has no audit context, as on a machine that never had audit
  # switched on. One that was not keeps the slower way into the kernel for good, also after auditctl -e 0.
  [ "$1" != none ] || kernel -a never,task > /dev/null
  coproc LOOP { exec "${argv[@]}" 8>&-; }
  loop=$LOOP_PID
  exec 7<&"${LOOP[0]}" 9>&"${LOOP[1]}"
  read -r _ <&7 || die "loops $2 ended early"
  [ "$1" != none ] || kernel -d never,task > /dev/null
}

# run_loop: lets it go; sets wall, cpu (ns), and began (epoch, s)
run_loop() {
  began=$EPOCHREALTIME
  echo go >&9
  read -r wall cpu <&7 || die "the loop did not end well"
  end_loop
}

end_loop() {
  [ -n "$loop" ] || return 0
  exec 7<&- 9>&-
  kill "$loop" 2> /dev/null || :
  wait "$loop" 2> /dev/null || :
  loop=''
}

size() { stat -c %s "$dir/audit.log" 2> /dev/null || echo 0; }

# Waits until nothing has been added to the log for half a second; sets ended: when the last was (epoch, s).
drained() {
  local last=-1 now
  while now=$(size) && [ "$now" != "$last" ]; do
    last=$now
    sleep 0.5
  done
  ended=$(stat -c %.6Y "$dir/audit.log")
}

# on_disk FROM: "EVENTS RECORDS" of the loop in the log from that byte on; of an event, SYSCALL is the first record and PROCTITLE the last
on_disk() {
  tail -c "+$(($1 + 1))" "$dir/audit.log" | awk '
    /^type=SYSCALL / && /key="bench-open"/ { events++; ours[$2] }
    $2 in ours { records++ }
    /^type=PROCTITLE / { delete ours[$2] }
    END { print events + 0, records + 0 }'
}

# lost: of the kernel's and of BPF's, together
lost() { value_of lost "$("$bin/rauditctl" -s)"; }
