"""Reading numbers out of C headers: the preprocessor does the work, a small evaluator the rest."""

import re
import subprocess

DEFINE = re.compile(r"^#define\s+(\w+)\s+(.+)$")
LITERAL = re.compile(r"\b(0[xX][0-9a-fA-F]+|\d+)[uUlL]*\b")


class Headers:
    """The macros and enumerators that a list of headers defines, evaluated on demand."""

    def __init__(self, includes, cc="cc", flags=(), search=()):
        source = "".join(f"#include <{name}>\n" for name in includes)
        flags = [*flags, *(f"-I{path}" for path in search)]
        self.macros = self._macros(source, cc, flags)
        self.enumerators = self._enumerators(source, cc, flags)

    @staticmethod
    def _run(source, cc, flags):
        done = subprocess.run([cc, "-E", *flags, "-x", "c", "-"], input=source, text=True, capture_output=True)
        if done.returncode != 0:
            raise SystemExit(f"generate: {cc} could not read the headers:\n{done.stderr}")
        return done.stdout

    def _macros(self, source, cc, flags):
        found = {}
        for line in self._run(source, cc, [*flags, "-dM"]).splitlines():
            if match := DEFINE.match(line):
                found[match[1]] = match[2]
        return found

    def _enumerators(self, source, cc, flags):
        """Every `NAME[ = expression]` of every enum, as text; an implicit one is `(previous)+1`."""
        text = self._run(source, cc, [*flags, "-P"])
        found = {}
        for body in re.findall(r"\benum\b[^{;()]*\{([^}]*)\}", text):
            previous = "-1"
            for item in split_outside_parentheses(body):
                name, _, value = (part.strip() for part in item.partition("="))
                if not re.fullmatch(r"\w+", name):
                    continue
                value = value or f"({previous})+1"
                found[name] = previous = value
        return found

    def value(self, name, seen=()):
        """The number `name` stands for, or None when it is no integer constant."""
        if name in seen:
            return None
        text = self.enumerators.get(name) if name not in self.macros or self.macros[name] == name else self.macros[name]
        return None if text is None else self.evaluate(text, (*seen, name))

    def evaluate(self, text, seen=()):
        """The number an expression of literals, operators and names stands for, or None."""
        text = re.sub(r"/\*.*?\*/|//.*", " ", text)
        text = re.sub(r"\(\s*(?:unsigned\s+)?(?:int|long|__u32|u32|unsigned)\s*\)", " ", text)
        text = LITERAL.sub(lambda m: str(int(m[1], 16 if m[1][:2] in ("0x", "0X") else 8 if m[1][0] == "0" else 10)), text)
        for word in set(re.findall(r"\b[A-Za-z_]\w*\b", text)):
            inner = self.value(word, seen)
            if inner is None:
                return None
            text = re.sub(rf"\b{word}\b", f"({inner})", text)
        if not re.fullmatch(r"[\d\s()+\-*|&~<>^]+", text):
            return None
        try:
            return eval(text, {"__builtins__": {}})  # digits and operators only, see the line above
        except SyntaxError:
            return None

    def pairs(self, prefix, enums=False):
        """(number, name without prefix) of all constants that start with `prefix`."""
        names = {*self.macros, *self.enumerators} if enums else self.macros
        found = []
        for name in names:
            if name.startswith(prefix) and len(name) > len(prefix):
                number = self.value(name)
                if number is not None:
                    found.append((number, name[len(prefix):]))
        return sorted(found)


def split_outside_parentheses(body):
    depth, item = 0, ""
    for char in body:
        depth += {"(": 1, ")": -1}.get(char, 0)
        if char == "," and depth == 0:
            yield item
            item = ""
        else:
            item += char
    if item.strip():
        yield item
