#!/usr/bin/env python3
"""Writes src/generated/*.rs from the headers of linux-libc-dev, libc6-dev and libaudit-dev.

The system calls of other machines are those of the linux-libc-dev-*-cross packages.

    generate.py [--check] [--libaudit DIR]

DIR holds libaudit.h (default: the compiler's own search path). --check compares instead of writing and fails on a
difference. The output depends on nothing but the headers: running twice gives the same bytes.
"""

import argparse
import pathlib
import sys

sys.dont_write_bytecode = True

from headers import Headers  # noqa: E402
import identity  # noqa: E402
import interpretation  # noqa: E402
import syscalls  # noqa: E402
import uring  # noqa: E402


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--check", action="store_true")
    arguments.add_argument("--libaudit", action="append", default=[])
    options = arguments.parse_args()

    target = pathlib.Path(__file__).resolve().parent.parent / "src" / "generated"
    files = {}
    for part in (identity, syscalls, uring, interpretation):
        files.update(part.files(lambda *names, **more: Headers(names, **more), options.libaudit))
    stale = [name for name, text in sorted(files.items()) if not current(target / name, text)]
    if options.check:
        for name in stale:
            print(f"generate: {target / name} is not what the headers give; run `make tables`", file=sys.stderr)
        return 1 if stale else 0
    target.mkdir(exist_ok=True)
    for name in stale:
        (target / name).write_text(files[name])
        print(f"wrote {name}")
    return 0


def current(path, text):
    return path.exists() and path.read_text() == text


if __name__ == "__main__":
    sys.exit(main())
