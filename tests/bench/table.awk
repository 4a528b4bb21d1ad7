# Tables of medians and minima (after medians.awk).

function sum(cell, column,    i, total) {
  for (i = 1; i <= n[cell]; i++) total += value[cell, column, i]
  return total
}

function costs(condition, set, loop, unit,    cell, base, cpu, wall) {
  cell = condition SUBSEP set SUBSEP loop
  base = "none" SUBSEP "none" SUBSEP loop
  cpu = of(cell, "cpu")
  wall = of(cell, "wall") # last: it leaves the minimum behind
  return sprintf(" %7.0f %7.0f %6.2f %8.0f %6.2f", wall / unit, least / unit, wall / baseline(base, "wall"), cpu / unit,
    cpu / baseline(base, "cpu"))
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
        printf "%-5s %-8s |%s  |%s\n", name[2], name[1], costs(name[1], name[2], "getppid", 1), costs(name[1], name[2], "open", 1)
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

function table_of_execs(    i, cell, name) {
  print "\nExec: us per /bin/true, from posix_spawn to its end; us that caller and child ran. Recorded: every execve. Lost and on disk: of all rounds."
  printf "%-5s %-8s |%8s%8s%7s %8s%7s |%10s%10s%10s\n", "rules", "audit", "median", "min", "x", "running", "x", "events", "lost", "on disk"
  for (i = 1; i <= rows; i++) {
    split(order[i], name)
    cell = name[1] SUBSEP name[2] SUBSEP "exec"
    if (!n[cell]) continue
    printf "%-5s %-8s |%s", name[2], name[1], costs(name[1], name[2], "exec", 1000)
    if (name[2] == "exec") printf " |%10d%10d%10d\n", sum(cell, "count"), sum(cell, "lost"), sum(cell, "events")
    else print " |"
  }
}

END {
  table_of_costs()
  table_of_execs()
  table_of_events()
}
