# Results, a line a measurement, to tables of medians and minima.
# Fields: condition, rule set, loop, calls, ns passed, ns of CPU time, lost, events on disk, records on disk, seconds until the last was there.

function median(list, n,    i, j, swap) {
  for (i = 2; i <= n; i++)
    for (j = i; j > 1 && list[j - 1] > list[j]; j--) { swap = list[j]; list[j] = list[j - 1]; list[j - 1] = swap }
  least = list[1]
  return n % 2 ? list[(n + 1) / 2] : (list[n / 2] + list[n / 2 + 1]) / 2
}

# The median of one column of one cell; its least value is left in `least`.
function of(cell, column,    i, list) {
  for (i = 1; i <= n[cell]; i++) list[i] = value[cell, column, i]
  return median(list, n[cell])
}

function sum(cell, column,    i, total) {
  for (i = 1; i <= n[cell]; i++) total += value[cell, column, i]
  return total
}

{
  cell = $1 SUBSEP $2 SUBSEP $3
  if (!(($1, $2) in seen)) { seen[$1, $2] = 1; order[++rows] = $1 " " $2 }
  i = ++n[cell]
  value[cell, "wall", i] = $5 / $4
  value[cell, "cpu", i] = $6 / $4
  value[cell, "count", i] = $4
  value[cell, "lost", i] = $7
  value[cell, "events", i] = $8
  value[cell, "records", i] = $9
  value[cell, "made", i] = $4 / $5 * 1e9
  value[cell, "rate", i] = $10 > 0 ? $8 / $10 : 0
}

function costs(condition, set, loop,    cell, base, cpu, wall) {
  cell = condition SUBSEP set SUBSEP loop
  base = "none" SUBSEP "none" SUBSEP loop
  cpu = of(cell, "cpu")
  wall = of(cell, "wall") # last: it leaves the minimum behind
  return sprintf(" %7.0f %7.0f %6.2f %8.0f %6.2f", wall, least, wall / baseline(base, "wall"), cpu, cpu / baseline(base, "cpu"))
}

function baseline(cell, column,    kept, found) {
  kept = least
  found = of(cell, column)
  least = kept
  return found
}

function table_of_costs(    i, at, name, sets, s) {
  print "\nCosts: ns per call that passed: median, least, median as a multiple (x) of no audit's; and ns the calling process itself ran."
  printf "%-5s %-8s |%s |%s\n", "", "", "           getppid                      ", "          open+close                    "
  printf "%-5s %-8s |", "rules", "audit"
  for (i = 1; i <= 2; i++) printf "%8s%8s%7s%9s%7s %s", "median", "min", "x", "running", "x", i == 1 ? " |" : "\n"
  s = split("none 1 exit 51 all", sets)
  for (at = 1; at <= s; at++) {
    for (i = 1; i <= rows; i++) {
      split(order[i], name)
      if (name[2] == sets[at])
        printf "%-5s %-8s |%s  |%s\n", name[2], name[1], costs(name[1], name[2], "getppid"), costs(name[1], name[2], "open")
    }
  }
}

function table_of_events(    i, cell, name) {
  print "\nEvents, where each open is recorded (rules: all). Made: by the loop. To disk: until the last record is in the log."
  print "Lost and on disk: of all rounds together. An event is SYSCALL, CWD, PATH and PROCTITLE."
  printf "%-8s |%12s%14s |%10s%10s%10s%12s%12s\n", "audit", "made, 1/s", "to disk, 1/s", "events", "lost", "on disk", "records", "expected"
  for (i = 1; i <= rows; i++) {
    split(order[i], name)
    if (name[2] != "all") continue
    cell = name[1] SUBSEP "all" SUBSEP "open"
    printf "%-8s |%12.0f%14.0f |%10d%10d%10d%12d%12d\n", name[1], of(cell, "made"), of(cell, "rate"),
      sum(cell, "count"), sum(cell, "lost"), sum(cell, "events"), sum(cell, "records"), 4 * sum(cell, "count")
  }
}

END {
  table_of_costs()
  table_of_events()
}
