# One loop from its start to the last record on disk (sourced by what measures).

loop='' unseen=''

# start_loop CONDITION KIND COUNT: starts it, and waits until it has warmed up; sets loop, its pid
start_loop() {
  local argv=("$scratch/loops" "$2" "$3")
  case $2 in
    open) argv+=("$scratch/file");;
    exec) argv+=(/bin/true);;
    flood) argv=("$scratch/flood" "$3" "$scratch/file");;
  esac
  # A task that was born while a task,never rule was in force has no audit context, as on a machine that never had audit
  # switched on. One that was not keeps the slower way into the kernel for good, also after auditctl -e 0.
  case $1 in none|empty) kernel -a never,task > /dev/null; unseen=1;; esac
  coproc LOOP { exec "${argv[@]}" 8>&-; }
  loop=$LOOP_PID
  exec 7<&"${LOOP[0]}" 9>&"${LOOP[1]}"
  read -r _ <&7 || die "the loop $2 ended early"
  # (what an exec starts is born later)
  [ "$2" = exec ] || seen_again
}

seen_again() {
  [ -z "$unseen" ] || kernel -d never,task > /dev/null
  unseen=''
}

# run_loop: lets it go; sets wall, cpu (ns; of a flood: result, its line), and began (epoch, s)
run_loop() {
  began=$EPOCHREALTIME
  echo go >&9
  read -r result <&7 || die "the loop did not end well"
  read -r wall cpu <<< "$result"
  end_loop
  seen_again
}

end_loop() {
  [ -n "$loop" ] || return 0
  exec 7<&- 9>&-
  kill "$loop" 2> /dev/null || :
  wait "$loop" 2> /dev/null || :
  loop=''
}

size() { stat -c %s "$dir/audit.log" 2> /dev/null || echo 0; }

# Waits until the kernel's queue is empty and nothing has been added to the log for half a second; sets ended: when the last was (epoch, s).
drained() {
  local last=-1 now
  while now=$(size) && { [ "$now" != "$last" ] || [ "$(value_of backlog "$(kernel -s)")" != 0 ]; }; do
    last=$now
    sleep 0.5
  done
  ended=$(stat -c %.6Y "$dir/audit.log")
}

# on_disk FROM [KIND]: "EVENTS RECORDS" of the loop in the log from that byte on; of an event, SYSCALL is the first record and PROCTITLE
# the last
on_disk() {
  tail -c "+$(($1 + 1))" "$dir/audit.log" | awk -v "key=key=\"bench-${2:-open}\"" '
    /^type=SYSCALL / && index($0, key) { events++; ours[$2] }
    $2 in ours { records++ }
    /^type=PROCTITLE / { delete ours[$2] }
    END { print events + 0, records + 0 }'
}

# lost: of the kernel's and of BPF's, together
lost() { value_of lost "$("$bin/rauditctl" -s)"; }
