# The closing table: a line a bar, as `bar` in bars.sh writes them.

BEGIN {
  FS = "\t"
  printf "%-6s %-58s %12s %12s %8s  %-11s %s\n", "where", "measure", "rauditd", "auditd", "ratio", "bar", "verdict"
}

function shown(figure, unit) {
  if (figure == "") return "-"
  if (unit == "x") return sprintf("%.2f x", figure)
  return sprintf(figure < 100 && figure != int(figure) ? "%.2f %s" : "%.0f %s", figure, unit)
}

function verdict(figure, bar,    part) {
  if (figure == "") return "not measured"
  if (bar == "-") return ""
  split(bar, part, " ")
  if (part[1] == "<=") return figure <= part[2] + 0 ? "met" : "not met"
  if (part[1] == ">=") return figure >= part[2] + 0 ? "met" : "not met"
  return figure == part[2] + 0 ? "met" : "not met"
}

{
  printf "%-6s %-58s %12s %12s %8s  %-11s %s\n", $2, $3, shown($5, $4), shown($6, $4),
    ($5 != "" && $6 > 0) ? sprintf("%.3f", $5 / $6) : "-", $7, verdict($5 == "" ? "" : $5 + 0, $7)
}
