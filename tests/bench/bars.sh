# The bars, and whether they are met (sourced by what measures). No bar fails a run.

# figure CONDITION SET LOOP COLUMN: a median of this run's results
figure() {
  awk -v condition="$1" -v set="$2" -v loop="$3" -v column="$4" -f "$here/medians.awk" -f "$here/figure.awk" "$scratch/results"
}

# quotient A B: A / B, or nothing where one of them was not measured
quotient() { awk -v a="$1" -v b="$2" 'BEGIN { if (a != "" && b > 0) printf "%.4f", a / b }'; }

# bar NUMBER WHAT UNIT RAUDITD AUDITD BAR: a line of the closing table; NUMBER: of the table. BAR: "<= 1.05", ">= 5", "= 0"; -: none,
# for information. An empty figure was not measured.
bar() {
  printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\n' "$1" "${BENCH_WHERE:-host}" "$2" "$3" "$4" "$5" "$6" >> "${BENCH_BARS:-$scratch/bars}"
}

# Closes with the table, unless the caller collects the lines (all, guest).
close_bars() { [ -n "${BENCH_BARS:-}" ] || print_bars "$scratch/bars"; }

print_bars() {
  say
  say "The bars (x: times what it costs without audit; ratio: rauditd's figure / that of kernel audit with Debian's auditd)"
  sort -s -n -k 1,1 "$1" | awk -f "$here/bars.awk"
}
