# Results, a line a measurement; the median of a column of a cell. A cell is what was measured the same way: condition, rule set, loop.
# Fields: condition, rule set, loop, calls, ns passed, ns of CPU time, lost, events on disk, records on disk, seconds until the last was there;
# of daemons (daemon): user and system ns of the daemon, KB resident beside the ring at most when it was ready and under load, the same
# of raudispd.

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
  value[cell, "user", i] = per($11, $8)
  value[cell, "system", i] = per($12, $8)
  value[cell, "ready", i] = $13
  value[cell, "resident", i] = $14
  value[cell, "user of dispatcher", i] = per($15, $8)
  value[cell, "system of dispatcher", i] = per($16, $8)
  value[cell, "resident of dispatcher", i] = $17
}

function per(what, events) { return events > 0 ? what / events : 0 }
