# What daemons used (after medians.awk).

END {
  print "\nThe daemon, where each open is recorded; medians. us of CPU time an event; MB resident at most beside the ring; lost: of all."
  printf "%-14s |%9s%9s |%9s%9s |%9s%9s%9s |%12s%9s\n", "", "daemon", "", "daemon", "", "raudispd", "", "", "events", ""
  printf "%-14s |%9s%9s |%9s%9s |%9s%9s%9s |%12s%9s\n", "audit", "user us", "sys us", "ready MB", "load MB", "user us", "sys us",
    "load MB", "to disk, 1/s", "lost"
  for (i = 1; i <= rows; i++) {
    split(order[i], name)
    cell = name[1] SUBSEP name[2] SUBSEP "open"
    printf "%-14s |%9.2f%9.2f |%9.1f%9.1f |", name[1], of(cell, "user") / 1000, of(cell, "system") / 1000,
      of(cell, "ready") / 1024, of(cell, "resident") / 1024
    if (of(cell, "resident of dispatcher"))
      printf "%9.2f%9.2f%9.1f |", of(cell, "user of dispatcher") / 1000, of(cell, "system of dispatcher") / 1000,
        of(cell, "resident of dispatcher") / 1024
    else printf "%27s |", ""
    printf "%12.0f%8.1f%%\n", of(cell, "rate"), 100 * of(cell, "lost") / of(cell, "count")
  }
}
