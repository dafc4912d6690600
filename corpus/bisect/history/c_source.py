"""Finds functions in kernel C by its layout: names at the left margin, bodies between '{' and '}' in column one."""

import re
from dataclasses import dataclass

_FUNCTION = re.compile(
    r"^(?P<head>(?:[A-Za-z_][\w *]*?[ *])(?P<name>\w+)\((?P<arguments>[^;{}()]*(?:\([^;{}()]*\)[^;{}()]*)*)\))\n"
    r"\{\n(?P<body>(?:[^}\n][^\n]*\n|\n)*)\}\n", re.M)
_LOCAL = re.compile(r"^\t(?:(?:unsigned |const )*(?:int|long|char|u8|u16|u32|u64|bool|size_t|ssize_t|loff_t)|"
                    r"struct \w+) \*?(\w+)(?: = [^,;\n]*)?;$", re.M)


@dataclass
class Function:
    name: str
    head: str
    body: str
    start: int  # of the head, in the file's text
    body_start: int
    end: int  # past the closing brace's line
    stands_alone: bool  # no line of attributes or the like above its head

    @property
    def is_static(self):
        return self.head.startswith("static ") and "inline" not in self.head

    @property
    def is_plain(self):
        """No conditional compilation, no code that instrumentation must not touch."""
        return "#" not in self.body and not re.search(r"\b(noinstr|notrace|__init|__always_inline|asmlinkage|__naked|"
                                                      r"__noreturn|__cpuidle|__entry_text)\b", self.head)

    def locals(self):
        return [m.group(1) for m in _LOCAL.finditer(self.body)]


def functions(text):
    return [Function(m["name"], m["head"], m["body"], m.start(), m.start("body"), m.end(),
                     text[:m.start()].endswith(("\n\n", "*/\n")))
            for m in _FUNCTION.finditer(text)]


def is_word_in(word, text):
    return re.search(rf"\b{re.escape(word)}\b", text) is not None


def is_only_a_plain_name(word, text):
    """Never a member, a label, a string's word, a part of a macro's token or a tag."""
    w = re.escape(word)
    return not re.search(rf"(\.|->)\s*{w}\b|##\s*{w}\b|\b{w}\s*##|#{w}\b|\"[^\"\n]*\b{w}\b|^{w}:|\bstruct {w}\b|goto {w}\b|"
                         rf"\bDEFINE_\w+\(\w*{w}|\bMODULE_\w+\(.*{w}|EXPORT_SYMBOL\w*\({w}|_initcall\w*\({w}", text, re.M)


def renamed(word, new, text):
    return re.sub(rf"\b{re.escape(word)}\b", new, text)
