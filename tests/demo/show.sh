# What the demo prints (sourced).

bold='' plain=''
[ ! -t 1 ] || { bold=$'\e[1m' plain=$'\e[0m'; }

heading() { printf '\n%s%s%s\n' "$bold" "$1" "$plain"; }
note() { printf '%s\n' "$*"; }
say() { printf '   %s\n' "$*"; }
indent() { sed 's/^/   /'; }

# Without an auditd.conf the programs say so, which is of no interest here.
quietly() { "$@" 2> >(grep -v "auditd.conf doesn't exist" >&2); }
# Nothing found is an answer like any other.
search() { quietly "$bin/rausearch" "$@" || [ $? = 1 ]; }

# One line for each key: the last event of process ME or a child of it, and how many there are in all.
show_caught() {
  search -i -if "$1" -m SYSCALL | awk -v me="${2:-}" -f "$here/caught.awk"
}

show_one_event() {
  heading "   One of them in full: rausearch -i -m PATH -k $2"
  search -i -if "$1" -m PATH -k "$2" | awk '/^----/ { if (seen++) exit; next } { print }' | fold -s -w 110 | indent
}

show_message() {
  heading "   The message: rausearch -i -m USER"
  search -i -if "$1" -m USER | awk '/the demo was here/' | fold -s -w 110 | indent
}

show_report() {
  heading "   In numbers: raureport"
  quietly "$bin/raureport" -if "$1" | grep -v -e ': 0$' -e '^$' -e '^=*$' | indent
}

show_plugin() { printf '\n   A plugin was given %s records as well.\n' "$(wc -l < "$1")"; }

# What of rauditctl -s comes after auditctl's lines: who captures, and rule by rule why not something better.
show_tier() {
  "$bin/rauditctl" -s | awk '
    $1 == "backend" { printf "   rauditctl -s: %s\n", $0 }
    $1 == "backend_reason" { reason = substr($0, length($1) + 2) }
    $1 == "rule" {
      key = match($0, /(key=|-k )[^ :]+/) ? substr($0, RSTART, RLENGTH) : ""
      obstacle = substr($0, RSTART + RLENGTH + 2)
      sub(/^(key=|-k )/, "", key)
      if (!($2 in why)) { rules++; name[$2] = key; why[$2] = obstacle; next }
      # the same for both tiers is said once
      first = why[$2]; sub(/^[a-z]+: /, "", first)
      second = obstacle; sub(/^[a-z]+: /, "", second)
      why[$2] = first == second ? first : why[$2] "; " obstacle
    }
    END {
      if (rules) print "   not BPF, because of"
      else if (reason != "") printf "   not BPF: %s\n", reason
      for (number in why) printf "     rule %2d %-14s %s\n", number, name[number], why[number] | "sort -k 2n"
    }' | fold -s -w 118 | sed '/^ /!s/^/                            /'
}

# What BPF counted and where it is attached, if it captures.
show_counts() {
  "$bin/rauditctl" -s | awk '
    $1 == "backend" { bpf = $2 == "bpf" }
    bpf && $1 == "bpf_events" { printf "\n   counted: %s %s %s", $2, $3, $4 }
    bpf && $1 == "bpf_attached" { printf "; attached to %d hooks\n", NF - 1 }'
}

show_log() {
  heading "What is in it: rausearch -i -m SYSCALL, one event for each key"
  show_caught "$1"
  show_one_event "$1" demo-denied
  show_report "$1"
}
