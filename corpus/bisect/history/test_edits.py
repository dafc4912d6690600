"""The small changes of a made history, on a file that has what once broke them. Run: python3 -m unittest history.test_edits"""

import random
import unittest

from . import edits
from .c_source import functions
from .plan import make_plan

SOURCE = '''#include <linux/kernel.h>
#define __ATTR_RO(name) name##_show

static struct attribute chip_name_attr = __ATTR_RO(chip_name);

static ssize_t chip_name_show(struct kobject *kobj, char *buf)
{
	int ret;

	ret = sprintf(buf, "%s", "chip");
	return ret;
}

__attribute_const__ __always_inline
static size_t parent(size_t i, unsigned int lsbit)
{
	i -= lsbit;
	return i / 2;
}

/* Says how many. */
static int number_of_chips(void)
{
	if (!chips)
		return 0;
	update_chips();
	return chips;
}

static int twice_the_chips(void)
{
	return 2 * number_of_chips();
}
'''


def outcomes(edit, seeds=60):
    """What an edit makes of the file, over many seeds."""
    done = [edit(random.Random(seed), SOURCE) for seed in range(seeds)]
    return {result[0] for result in done if result}


class Edits(unittest.TestCase):
    def test_functions_are_found_by_their_layout(self):
        self.assertEqual([f.name for f in functions(SOURCE)],
                         ["chip_name_show", "parent", "number_of_chips", "twice_the_chips"])

    def test_every_edit_leaves_the_functions_whole(self):
        for edit, _ in edits.C_EDITS:
            for text in outcomes(edit):
                self.assertNotEqual(text, SOURCE, edit.__name__)
                self.assertEqual(len(functions(text)), 4, f"{edit.__name__}:\n{text}")
                self.assertEqual(text.count("{"), text.count("}"), edit.__name__)

    def test_a_name_that_a_macro_pastes_together_is_not_changed(self):
        texts = outcomes(edits.rename_function)
        self.assertTrue(texts)
        for text in texts:
            self.assertIn("chip_name_show(", text)

    def test_a_rename_leaves_nothing_behind(self):
        for text in outcomes(edits.rename_function):
            if "number_of_chips()" not in text and "number_of_chips(void)" not in text:
                self.assertNotRegex(text, r"\bnumber_of_chips\b")

    def test_nothing_comes_between_attributes_and_their_function(self):
        for edit in (edits.count, edits.move):
            for text in outcomes(edit):
                self.assertIn("__always_inline\nstatic size_t parent", text)

    def test_a_counter_stands_above_the_comment(self):
        self.assertTrue(any("static unsigned long number_of_chips_calls;\n\n/* Says how many. */\nstatic int" in text
                            for text in outcomes(edits.count)))

    def test_a_counter_does_not_get_behind_an_endif(self):
        source = "#ifdef CONFIG_A\nint a;\n#endif /* CONFIG_A */\nstatic int f(void)\n{\n\tg();\n\treturn 0;\n}\n"
        text = edits.count(random.Random(1), source)[0]
        self.assertIn("#endif /* CONFIG_A */\nstatic unsigned long f_calls;\n", text)

    def test_the_repair_declares_what_the_break_used(self):
        for seed in range(30):
            broken, repaired, _, name = edits.break_build(random.Random(seed), SOURCE)
            self.assertNotIn(f"static unsigned long {name};", broken)
            self.assertIn(f"WRITE_ONCE({name},", broken)
            self.assertIn(f"static unsigned long {name};", repaired)
            self.assertEqual(repaired.replace(f"static unsigned long {name};\n\n", ""), broken)


class Plan(unittest.TestCase):
    def test_the_bug_keeps_clear_of_what_does_not_build(self):
        for seed in range(50):
            kinds = [block.kind for block in make_plan(random.Random(seed), 200)]
            self.assertEqual((kinds.count("bug"), kinds.count("other"), kinds.count("broken")), (1, 1, 3))
            at = kinds.index("bug")
            self.assertNotIn("broken", (kinds[at - 1], kinds[at + 1]))
            self.assertGreaterEqual(sum(block.length + block.side for block in make_plan(random.Random(seed), 200)), 200)


if __name__ == "__main__":
    unittest.main()
