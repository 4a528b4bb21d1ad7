"""Names of flags and modes that interpreting needs."""


def files(_headers, _libaudit):
    return {}
