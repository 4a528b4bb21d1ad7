# From the events that rausearch -i prints: one line for each key, with the last event of process `me` or a child of it
# (or of anybody, if `me` is empty), and the number of events in all.

function field(name,   at, rest) {
  at = index(" " $0, " " name "=")
  if (!at) return ""
  rest = substr($0, at + length(name) + 1)
  sub(/ [a-z_A-Z0-9-]+=.*/, "", rest)
  sub(/ +$/, "", rest)
  return rest
}

function finish() {
  if (key == "" || key == "(null)") { start(); return }
  if (!(key in count)) order[++keys] = key
  count[key]++
  if (me == "" || pid == me || ppid == me)
    line[key] = sprintf("%-13.13s %-10.10s %-11.11s %-14s %s", user, program, call, result, what)
  start()
}

function start() { key = what = named = "" }

BEGIN { start() }
/^----/ { finish(); next }
/^type=PROCTITLE/ && what == "" { what = field("proctitle") }
/^type=SOCKADDR/ { what = field("laddr") " port " field("lport"); sub(/ }$/, "", what); named = 1 }
/^type=PATH/ && !named && field("nametype") != "PARENT" { what = field("name") }
/^type=SYSCALL/ {
  key = field("key"); user = field("uid"); program = field("comm"); call = field("syscall"); result = field("exit")
  sub(/\(.*/, "", result)
  pid = field("pid"); ppid = field("ppid")
  if (result ~ /^-?[0-9]+$/) result = field("success") == "yes" ? "succeeded" : "failed"
}
END {
  finish()
  printf "   %-15s %6s  %-13s %-10s %-11s %-14s %s\n", "key", "events", "user", "program", "call", "result", "object"
  for (i = 1; i <= keys; i++) printf "   %-15s %6d  %s\n", order[i], count[order[i]], (order[i] in line) ? line[order[i]] : "(others' only)"
}
