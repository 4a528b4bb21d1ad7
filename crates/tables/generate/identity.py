"""Record types, architectures, error and signal numbers."""

import newer
import render

# Requests to the kernel and markers of ranges: no record in a log has them, auditd prints UNKNOWN[n].
NO_RECORD = {
    "GET", "SET", "LIST", "ADD", "DEL", "WATCH_INS", "WATCH_REM", "WATCH_LIST", "SIGNAL_INFO", "ADD_RULE", "DEL_RULE",
    "LIST_RULES", "TRIM", "MAKE_EQUIV", "TTY_GET", "TTY_SET", "SET_FEATURE", "GET_FEATURE", "DAEMON_RECONFIG", "REPLACE",
    "MESSAGE_TEXT_MAX",
}


def record_types(headers, libaudit):
    pairs = []
    for number, name in headers("libaudit.h", search=libaudit).pairs("AUDIT_"):
        marker = name.startswith(("FIRST_", "LAST_")) or name.endswith(("_FIRST_MSG", "_LAST_MSG"))
        if 1000 <= number < 3000 and not marker and name not in NO_RECORD:
            # AUDIT_AA is spelled APPARMOR in logs.
            pairs.append((number, "APPARMOR" if name == "AA" else name))
    return pairs + newer.RECORD_TYPES


def architectures(headers):
    pairs = headers("linux/audit.h").pairs("AUDIT_ARCH_")
    # auditd calls ARM of either byte order by the little-endian number, and prints it armeb.
    arm = next(number for number, name in pairs if name == "ARM")
    return [(arm, "armeb")] + [(number, name.lower()) for number, name in pairs if name != "ARMEB"]


def errors(headers):
    known = headers("asm/errno.h")
    pairs = [(number, "E" + name) for number, name in known.pairs("E") if 0 < number < 200]
    # A number's usual name comes first: aliases are defined in terms of it.
    alias = {("EWOULDBLOCK"), ("EDEADLOCK")}
    return [p for p in pairs if p[1] not in alias], [p for p in pairs if p[1] in alias]


def signals(headers):
    pairs = headers("asm/signal.h").pairs("SIG")
    skip = {"RTMIN", "RTMAX", "UNUSED", "IOT", "POLL", "STKSZ"}
    return [(n, "SIG" + name) for n, name in pairs if 0 < n < 32 and name not in skip and name.isalnum()]


def files(headers, libaudit):
    error, alias = errors(headers)
    return {
        "record_type.rs": render.table(
            "Record types.",
            [("RECORD_TYPE", "Record types: number and name without `AUDIT_`.", record_types(headers, libaudit))],
        ),
        "arch.rs": render.table(
            "Architectures.",
            [("ARCH", "`AUDIT_ARCH_*` numbers and machine names.", architectures(headers))],
        ),
        "errno.rs": render.table(
            "Error numbers.",
            [
                ("ERRNO", "Error numbers (positive) and their usual names.", error),
                ("ALIAS", "Second names of some errors.", alias),
            ],
        ),
        "signal.rs": render.table("Signals.", [("SIGNAL", "Signal numbers and names.", signals(headers))]),
    }
