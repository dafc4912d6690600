"""Small changes such as kernels get every day. Each takes a random source and a file's text and gives the new text with
the commit's subject and body, or None if the file offers nothing for it."""

import re

from .c_source import functions, is_only_a_plain_name, is_word_in, renamed

_HAS_PRINTK = re.compile(r"#include <linux/(kernel|printk|slab|fs|mm|sched|seq_file|device|module|debugfs)\.h>")


def _pick(random, items):
    return random.choice(items) if items else None


def _before_return(body):
    """Where a statement can stand that is run last, or None."""
    found = re.search(r"(^|\n)(\treturn\b[^;{}]*;\n)$", body)
    if found:
        # Not between 'else' or a label and its return.
        before = body[:found.start(2)].rstrip("\n").rsplit("\n", 1)[-1]
        if before.endswith((";", "}")) and not before.startswith("\t\t"):
            return found.start(2)
    return None


def _insert(text, function, offset, statement):
    at = function.body_start + offset
    return text[:at] + statement + text[at:]


def _declare_above(text, function, name):
    """Above the function's comment, if it has one. What stands behind an #endif is none of its."""
    comment = re.search(r"^/\*(?:(?!\*/).)*\*/\n\Z", text[:function.start], re.S | re.M)
    at = comment.start() if comment else function.start
    return f"{text[:at]}static unsigned long {name};\n\n{text[at:]}"


def debug(random, text):
    if not _HAS_PRINTK.search(text):
        return None
    choices = [(f, _before_return(f.body)) for f in functions(text) if f.is_plain and "pr_debug" not in f.body]
    chosen = _pick(random, [c for c in choices if c[1] is not None])
    if not chosen:
        return None
    function, offset = chosen
    return (_insert(text, function, offset, '\tpr_debug("%s: done\\n", __func__);\n'),
            f"say when {function.name}() is done", "This helps to follow what happens with dynamic debugging.")


def count(random, text):
    choices = [(f, _before_return(f.body)) for f in functions(text) if f.is_plain and f.is_static and f.stands_alone]
    choices = [c for c in choices if c[1] is not None and not is_word_in(f"{c[0].name}_calls", text)]
    chosen = _pick(random, choices)
    if not chosen:
        return None
    function, offset = chosen
    counter = f"{function.name}_calls"
    out = _insert(text, function, offset, f"\tWRITE_ONCE({counter}, {counter} + 1);\n")
    out = _declare_above(out, function, counter)
    return out, f"count the calls of {function.name}()", "To be read with a debugger or from a dump."


# Macros paste names together: __ATTR_RO(chip_name) wants a chip_name_show().
_PASTED = re.compile(r"_(show|store|open|read|write|get|set|init|exit|probe|remove|release|fops|ops)$")


def rename_function(random, text):
    choices = [f for f in functions(text) if f.is_static and f.is_plain and len(f.name) > 4
               and not _PASTED.search(f.name) and is_only_a_plain_name(f.name, text)]
    chosen = _pick(random, choices)
    if not chosen:
        return None
    new = random.choice(["do_%s", "%s_one", "%s_now", "try_%s"]) % chosen.name
    if is_word_in(new, text):
        return None
    return (renamed(chosen.name, new, text), f"rename {chosen.name}() to {new}()",
            "The old name promised something else.")


def rename_local(random, text):
    choices = []
    for function in functions(text):
        whole = text[function.start:function.end]
        for name in function.locals():
            new = {"ret": "error", "err": "result", "i": "index", "p": "entry", "len": "length", "res": "result",
                   "flags": "irq_flags", "tmp": "next_one", "n": "number"}.get(name)
            if new and is_only_a_plain_name(name, whole) and not is_word_in(new, text) and function.is_plain:
                choices.append((function, name, new))
    chosen = _pick(random, choices)
    if not chosen:
        return None
    function, name, new = chosen
    whole = renamed(name, new, text[function.start:function.end])
    return (text[:function.start] + whole + text[function.end:],
            f"call a variable of {function.name}() '{new}'", f"'{name}' says too little.")


def move(random, text):
    """Two neighbours change places: the second does not need the first."""
    all_functions = functions(text)
    choices = []
    for first, second in zip(all_functions, all_functions[1:]):
        between = text[first.end:second.start]
        if between == "\n" and not is_word_in(first.name, text[second.start:second.end]) and first.stands_alone:
            choices.append((first, second))
    chosen = _pick(random, choices)
    if not chosen:
        return None
    first, second = chosen
    out = (text[:first.start] + text[second.start:second.end] + "\n" + text[first.start:first.end] +
           text[second.end:])
    return out, f"move {first.name}() below {second.name}()", "Next to those who call it. No functional change."


def annotate(random, text):
    found = list(re.finditer(r"^(\t+)if \((!\w+)\)$", text, re.M))
    chosen = _pick(random, found)
    if not chosen or "uapi" in text[:200]:
        return None
    out = text[:chosen.start(2)] + f"unlikely({chosen[2]})" + text[chosen.end(2):]
    inside = next((f.name for f in functions(text) if f.start < chosen.start() < f.end), None)
    where = f" in {inside}()" if inside else ""
    return out, f"an early exit{where} is unlikely", "The common way is the other one."


_REMARKS = ["Called with no locks held.", "May be called from any context.", "The caller checks the arguments.",
            "Not for use by modules.", "The order matters to the callers."]


def comment(random, text):
    choices = [f for f in functions(text) if text[:f.start].endswith("\n\n")]
    chosen = _pick(random, choices)
    if not chosen:
        return None
    remark = f"/* {random.choice(_REMARKS)} */\n"
    return (text[:chosen.start] + remark + text[chosen.start:], f"say a word about {chosen.name}()",
            "No functional change.")


C_EDITS = [(debug, 16), (count, 22), (rename_function, 10), (rename_local, 12), (move, 8), (annotate, 12), (comment, 6)]


def edit_c(random, text):
    """Any of the above; None if the file is too plain for all of them."""
    for _ in range(6):
        edit = random.choices([e for e, _ in C_EDITS], [w for _, w in C_EDITS])[0](random, text)
        if edit and edit[0] != text:
            return edit
    return None


def edit_kconfig(random, text):
    helps = list(re.finditer(r"^\t(?:---help---|help)\n\t  [^\n]*\n", text, re.M))
    chosen = _pick(random, helps)
    if not chosen:
        return None
    option = re.findall(r"^(?:menu)?config (\w+)", text[:chosen.start()], re.M)
    if not option:
        return None
    line = "\t  " + random.choice(["If unsure, leave it as it is.", "This costs next to nothing.",
                                   "Distributions usually enable it."]) + "\n\n"
    head = chosen.group(0).split("\n", 1)[0] + "\n"
    return (text[:chosen.start()] + head + line + text[chosen.start() + len(head):],
            f"say more about {option[-1]}", "No functional change.")


def edit_documentation(random, text):
    paragraphs = [m for m in re.finditer(r"\n\n(?=[A-Z][a-z]+ [a-z])", text)]
    chosen = _pick(random, paragraphs)
    if not chosen:
        return None
    line = random.choice(["See the source for details.", "This may change in later releases.",
                          "Examples follow further below."])
    return text[:chosen.end()] + line + "\n" + text[chosen.end():], "clear up the wording", "No functional change."


def edit_header(random, text):
    """A declaration's remark: all who include the header are compiled again."""
    places = list(re.finditer(r"\n\n(?=extern (?:int|void|bool|unsigned)\b[^\n]*;\n)", text))
    chosen = _pick(random, places)
    if not chosen:
        return None
    return (text[:chosen.end()] + f"/* {random.choice(_REMARKS)} */\n" + text[chosen.end():],
            "say a word about a declaration", "No functional change.")


def break_build(random, text):
    """Gives the broken text, subject, body, and the repaired text."""
    choices = [(f, _before_return(f.body)) for f in functions(text) if f.is_plain and f.is_static and f.stands_alone]
    choices = [c for c in choices if c[1] is not None]
    chosen = _pick(random, choices)
    if not chosen:
        return None
    function, offset = chosen
    name = f"{function.name}_uses"
    broken = _insert(text, function, offset, f"\tWRITE_ONCE({name}, {name} + 1);\n")
    return broken, _declare_above(broken, function, name), f"count the uses of {function.name}()", name
