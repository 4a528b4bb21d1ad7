# What indexing costs: ROUND WANTED RECORDS WRITER OTHERS INDEX LOG-BYTES INDEX-BYTES, times in ns. The ratio goes to the file `ratio`.

{
  rounds = $1
  writer[$2, $1] = $4 / $3; others[$2, $1] = $5 / $3; index_[$2, $1] = $6 / $3
  records[$2] += $3; spent[$2] += $6; log_[$2] += $7; file[$2] += $8
}

# the median of what each round has
function median(of, wanted,    i, j, t, v) {
  for (i = 1; i <= rounds; i++) v[i] = of[wanted, i]
  for (i = 2; i <= rounds; i++) for (j = i; j > 1 && v[j - 1] > v[j]; j--) { t = v[j]; v[j] = v[j - 1]; v[j - 1] = t }
  return rounds % 2 ? v[(rounds + 1) / 2] : (v[rounds / 2] + v[rounds / 2 + 1]) / 2
}

END {
  printf "\nns of CPU time a record; medians\n%-16s %10s %10s %10s %12s\n", "index_logs", "writer", "others", "indexing", "records"
  split("no yes", order, " ")
  for (i = 1; i <= 2; i++)
    printf "%-16s %10.0f %10.0f %10.0f %12d\n", order[i], median(writer, order[i]), median(others, order[i]), median(index_, order[i]), records[order[i]]
  for (i = 1; i <= rounds; i++) {
    times["writer", i] = writer["yes", i] / writer["no", i]
    times["all", i] = (writer["yes", i] + others["yes", i]) / (writer["no", i] + others["no", i])
    text = text sprintf(" %.3f", times["writer", i])
  }
  printf "with an index the writer takes %.3f times what it takes without (rounds:%s),\n", median(times, "writer"), text
  printf "and all threads but the one that indexes %.3f times\n", median(times, "all")
  printf "indexing: %.1f %% of what the daemon takes without it, %.0f MB of log a second of its own; the index has %.2f %% of the log\n",
    100 * median(index_, "yes") / (median(writer, "no") + median(others, "no")), log_["yes"] / spent["yes"] * 1000, 100 * file["yes"] / log_["yes"]
  printf "%.4f\n", median(times, "writer") > ratio
}
