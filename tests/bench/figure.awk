# One median (after medians.awk): -v condition=, set=, loop=, column=. Nothing where nothing was measured.

END {
  cell = condition SUBSEP set SUBSEP loop
  if (n[cell]) printf "%.6g\n", of(cell, column)
}
