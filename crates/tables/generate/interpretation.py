"""Names of flags and modes that interpreting needs, spelled as auditd prints them."""

import render


def families(headers):
    """AF_* in lower case; `local` and `netlink` are the printed ones of their numbers."""
    pairs = headers("sys/socket.h").pairs("AF_")
    skip = {"max", "unspec", "unix", "file", "route"}
    return [(number, name.lower()) for number, name in pairs if name.lower() not in skip]


def files(headers, _libaudit):
    return {
        "family.rs": render.table(
            "Socket families.",
            [("FAMILY", "`AF_*` numbers and names.", families(headers))],
        ),
    }
