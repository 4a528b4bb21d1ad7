# Whether it adds up, to the event: opens = matched = delivered + lost, and what was delivered is in the log (sourced by burst and overload).

wrong=0

# counter LINE NAME: from what rauditctl -s adds, e.g. counter bpf_lost ring
counter() { sed -n "s/^$1 .*\b$2=\([0-9]*\).*/\1/p" "$scratch/status"; }

# room MEGABYTES: enough for the log, or an end
room() {
  local free
  free=$(df --output=avail -B 1M "$scratch" | tail -n 1)
  [ "$free" -gt "$1" ] || { say "SKIPPED: the log may take $1 MB, but $scratch has $free MB left"; exit 77; }
}

# equal WHAT NUMBER WHAT NUMBER
equal() {
  if [ "$2" = "$4" ]; then
    say "ok      $1 = $3: $2"
  else
    say "FAILED  $1 = $2, but $3 = $4"
    wrong=1
  fi
}

# take_account FROM: after the last event; sets matched, delivered, lost, reasons (text), events, records
take_account() {
  "$bin/rauditctl" -s > "$scratch/status"
  matched=$(counter bpf_events matched) delivered=$(counter bpf_events delivered) lost=$(counter bpf_events lost)
  reasons=$(sed -n 's/^bpf_lost //p' "$scratch/status")
  read -r events records < <(on_disk "$1")
}

# show_account OPENS: what became of them
show_account() {
  local reason sum=0
  for reason in $reasons; do sum=$((sum + ${reason#*=})); done
  say "matched:    $matched"
  say "delivered:  $delivered, $(awk "BEGIN { printf \"%.0f a second\", $delivered / ($ended - $began) }") until the last was in the log"
  say "lost:       $lost ($reasons)"
  say "on disk:    $events events, $records records, $(($(size) >> 20)) MB"
  equal opens "$1" matched "$matched"
  equal matched "$matched" "delivered + lost" "$((delivered + lost))"
  equal lost "$lost" "sum of the reasons" "$sum"
  equal delivered "$delivered" "events on disk" "$events"
  equal "4 records an event" "$((4 * events))" "records on disk" "$records"
}
