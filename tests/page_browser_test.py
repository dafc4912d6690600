"""The page of `ktriage triage --html` in a real browser. Usage: page_browser_test.py PAGE_RENDER [unittest's arguments]

PAGE_RENDER makes a page of clusters (page_render.cpp). Without a Chromium this exits with 77, which CTest calls skipped.
"""

import json
import pathlib
import subprocess
import sys
import tempfile
import time
import unittest

from page_browser import Browser, find_browser
from page_clusters import HOSTILE_TITLES, clusters, hostile_clusters

RENDER = sys.argv.pop(1) if len(sys.argv) > 1 else ""


def visible(text):
    """As the page is to show it."""
    hidden = [*range(0x20), *range(0x7f, 0xa0), 0x61c, *range(0x200b, 0x2010), *range(0x2028, 0x202f), *range(0x2060, 0x2070)]
    return "".join(f"\\u{{{ord(c):04x}}}" if ord(c) in hidden else c for c in text)


class PageTest(unittest.TestCase):
    """Each test opens a page; afterwards no page may have complained or asked for anything but itself."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="ktriage-page-")
        cls.browser = Browser(find_browser())
        cls.plain = clusters(30)
        cls.pages = {"plain": cls.render("plain", cls.plain), "hostile": cls.render("hostile", list(hostile_clusters(0)))}

    @classmethod
    def tearDownClass(cls):
        cls.browser.close()
        cls.folder.cleanup()

    @classmethod
    def render(cls, name, made):
        lines = "".join(json.dumps(each) + "\n" for each in made)
        page = pathlib.Path(cls.folder.name, name + ".html")
        page.write_bytes(subprocess.run([RENDER], input=lines.encode(), capture_output=True, check=True).stdout)
        return page.as_uri()

    def setUp(self):
        self.browser.complaints.clear()
        self.browser.look(1280)

    def tearDown(self):
        self.assertEqual(self.browser.complaints, [])
        self.assertEqual([url for url in self.browser.requests if url.split("#")[0] not in self.pages.values() and not url.startswith("data:image/svg+xml,")], [])

    def show(self, page, name=""):
        self.browser.open(self.pages[page] + ("#" + name if name else ""))

    def js(self, expression):
        return self.browser.evaluate(expression)

    def titles(self):
        return self.js("[...document.querySelectorAll('tr.row:not([hidden]) .title')].map(title => title.textContent)")

    def names(self):
        return self.js("[...document.querySelectorAll('tr.row:not([hidden])')].map(row => row.id)")

    def choose(self, select, value):
        self.js(f"(() => {{ const s = document.querySelector('{select}'); s.value = {json.dumps(value)}; s.dispatchEvent(new Event('change', {{bubbles: true}})); }})()")

    # ── The table ──

    def test_order_is_the_rank_given(self):
        self.show("plain")
        self.assertEqual(self.titles(), [each["title"] for each in self.plain])

    def test_header_sorts_and_sorts_back(self):
        by_count = sorted(self.plain, key=lambda each: -each["count"])
        self.show("plain")
        self.browser.click("th[data-sort=count] button")
        self.assertEqual(self.names(), [each["name"] for each in by_count])
        self.assertEqual(self.js("document.querySelector('th[data-sort=count]').ariaSort"), "descending")
        self.browser.click("th[data-sort=count] button")
        self.assertEqual(self.names(), [each["name"] for each in sorted(self.plain, key=lambda each: each["count"])])
        self.assertEqual(self.js("document.querySelectorAll('th[aria-sort]').length"), 1)
        self.browser.click("th[data-sort=title] button")
        self.assertEqual(self.titles()[1:3], ["BUG: bug 1 in function_1", "BUG: bug 2 in function_2"])
        self.browser.click("th[data-sort=rank] button")
        self.assertEqual(self.names(), [each["name"] for each in self.plain])

    def test_sorts_by_each_column(self):
        keys = {"severity": lambda each: -each["severity"], "last": lambda each: [-ord(c) for c in each["last_seen"]],
                "status": lambda each: ["returned", "new", "grown", "known"].index(each["status"])}
        self.show("plain")
        for column, key in keys.items():
            with self.subTest(column):
                self.browser.click(f"th[data-sort={column}] button")
                self.assertEqual(self.names(), [each["name"] for each in sorted(self.plain, key=key)])

    def test_an_open_bug_moves_with_its_row(self):
        self.show("plain", self.plain[4]["name"])
        self.browser.click("th[data-sort=severity] button")
        self.assertEqual(self.js("document.querySelector('tr.detail').previousElementSibling.id"), self.plain[4]["name"])

    def test_text_filter(self):
        self.show("plain")
        self.browser.click("#filter-text")
        self.browser.type("FUNCTION_12")
        self.assertEqual(self.titles(), ["BUG: bug 12 in function_12"])
        self.assertEqual(self.js("document.querySelector('#shown').textContent"), "1 of 30 bugs")
        self.assertGreater(self.js("document.querySelectorAll('#timeline .some').length"), 0)
        self.browser.type(" nowhere")
        self.assertEqual(self.titles(), [])
        self.assertTrue(self.js("document.querySelector('#nothing').checkVisibility()"))
        self.browser.click("#filter-reset")
        self.assertEqual(len(self.titles()), 30)
        self.assertEqual(self.js("document.querySelectorAll('#timeline .some').length"), 0)

    def test_choices_filter_together(self):
        self.show("plain")
        self.choose("#filter-kind", "race")
        self.assertEqual(self.names(), [each["name"] for each in self.plain if each["signature"]["kind"] == "race"])
        self.choose("#filter-kernel", "6.6.50")
        self.choose("#filter-arch", "arm64")
        self.choose("#filter-status", "known")
        self.assertEqual(self.names(), [each["name"] for each in self.plain if each["signature"]["kind"] == "race"
                                        and "6.6.50" in each["kernels"] and "arm64" in each["arches"] and each["status"] == "known"])

    def test_kind_in_the_overview_filters(self):
        self.show("plain")
        self.browser.click(".kinds button[data-kind=hang]")
        self.assertEqual(self.names(), [each["name"] for each in self.plain if each["signature"]["kind"] == "hang"])
        self.assertEqual(self.js("document.querySelector('.kinds button[data-kind=hang]').ariaPressed"), "true")
        self.browser.click(".kinds button[data-kind=hang]")
        self.assertEqual(len(self.names()), 30)

    # ── An open bug ──

    def detail(self, selector):
        return self.js(f"[...document.querySelectorAll('tr.detail {selector}')].map(node => node.textContent)")

    def test_a_click_opens_and_closes(self):
        name = self.plain[2]["name"]
        self.show("plain")
        self.browser.click(f"tr[id='{name}'] td.when")
        self.assertEqual(self.js("document.querySelector('tr.detail').previousElementSibling.id"), name)
        self.assertEqual(self.js("location.hash"), "#" + name)
        self.assertEqual(self.js("document.querySelector('tr.open button').ariaExpanded"), "true")
        self.browser.click(f"tr[id='{name}'] .title button")
        self.assertEqual(self.js("document.querySelectorAll('tr.detail').length"), 0)
        self.assertEqual(self.js(f"document.querySelector('tr[id=\"{name}\"] button').ariaExpanded"), "false")

    def test_shows_what_there_is_to_know(self):
        self.show("plain", self.plain[1]["name"])
        self.assertEqual(self.detail(".frames .guilty .function"), ["function_1"])
        self.assertEqual(self.detail(".frames .guilty .where"), ["fs/frob/frob.c:42"])
        self.assertEqual(self.detail(".frames .inlined .chip"), ["inlined"])
        self.assertEqual(len(self.detail(".code .trap")), 1)
        self.assertIn("ud2", self.detail(".code .trap")[0])
        self.assertEqual(len(self.detail(".members tbody tr")), self.plain[1]["count"])
        text = self.detail("td")[0]
        for part in ("other name of bug 1", "same guilty frame function_1", "61% alike", "allocation stack"):
            self.assertIn(part, text)

    def test_unreliable_frames_show_on_demand(self):
        self.show("plain", self.plain[1]["name"])
        shown = "document.querySelector('.frames .unreliable').checkVisibility()"
        self.assertFalse(self.js(shown))
        self.browser.click("tr.detail .tool")
        self.assertTrue(self.js(shown))

    def test_long_lists_of_logs_are_cut_and_say_so(self):
        self.show("plain", self.plain[0]["name"])
        self.assertEqual(len(self.detail(".members tbody tr")), 200)
        self.assertIn("1,034 more crashes are left out", self.detail(".logs")[0])

    def test_near_miss_leads_to_its_bug(self):
        self.show("plain", self.plain[4]["name"])
        self.browser.click("tr.detail .plain a")
        self.browser.wait_until("document.querySelectorAll('tr.detail').length === 2")
        self.assertEqual(self.js("location.hash"), "#" + self.plain[3]["name"])
        self.assertEqual(self.js("document.activeElement.closest('tr').id"), self.plain[3]["name"])

    def test_a_link_shows_a_bug_that_is_filtered_away(self):
        self.show("plain", self.plain[4]["name"])
        self.choose("#filter-kind", self.plain[4]["signature"]["kind"])
        self.browser.click("tr.detail .plain a")
        self.browser.wait_until("document.querySelectorAll('tr.detail').length === 2")
        self.assertEqual(len(self.names()), 30)

    def test_permalink_opens_and_scrolls(self):
        self.show("plain", self.plain[25]["name"])
        self.assertEqual(self.js("document.querySelector('tr.detail').previousElementSibling.id"), self.plain[25]["name"])
        self.assertTrue(self.js("(() => { const top = document.querySelector('tr.open').getBoundingClientRect().top; return top >= 0 && top < innerHeight; })()"))

    def test_links_to_nothing_do_nothing(self):
        for name in ("nosuch", "%", "%E0%A4%A", "constructor", "__proto__"):
            self.show("plain", name)
            self.assertEqual(self.js("document.querySelectorAll('tr.detail').length"), 0)

    # ── Without a mouse, without a script ──

    def test_keyboard(self):
        self.show("plain")
        self.browser.press("/", "/")
        self.assertEqual(self.js("document.activeElement.id"), "filter-text")
        self.browser.type("bug")
        self.js(f"document.querySelector('tr[id=\"{self.plain[0]['name']}\"] button').focus()")
        self.browser.press("ArrowDown")
        self.assertEqual(self.js("document.activeElement.closest('tr').id"), self.plain[1]["name"])
        self.browser.press("Enter", "\r")
        self.assertEqual(self.js("document.querySelectorAll('tr.detail').length"), 1)
        self.browser.press("ArrowUp")
        self.browser.press("ArrowDown")
        self.browser.press("ArrowDown")
        self.assertEqual(self.js("document.activeElement.closest('tr').id"), self.plain[2]["name"])
        self.browser.press("ArrowUp")
        self.browser.press("Escape")
        self.assertEqual(self.js("document.querySelectorAll('tr.detail').length"), 0)

    def test_everything_that_acts_has_a_name(self):
        self.show("plain", self.plain[1]["name"])
        self.assertEqual(self.js("[...document.querySelectorAll('button, a, select, input, summary')].filter(node => !node.textContent.trim() && !node.labels?.length).length"), 0)
        self.assertEqual(self.js("(ids => ids.length - new Set(ids).size)([...document.querySelectorAll('[id]')].map(node => node.id))"), 0)

    def test_without_scripts_there_is_a_table(self):
        self.browser.allow_scripts(False)
        self.browser.open(self.pages["plain"])
        self.browser.allow_scripts(True)
        self.assertEqual(self.titles(), [each["title"] for each in self.plain])
        self.assertFalse(self.js("document.querySelector('#filters').checkVisibility()"))

    # ── Any size ──

    def test_nothing_is_wider_than_the_window(self):
        for page in ("plain", "hostile"):
            name = self.plain[1]["name"] if page == "plain" else f"{2:012x}"
            for width in (360, 500, 800, 1100, 1600):
                with self.subTest(page=page, width=width):
                    self.browser.look(width)
                    self.show(page, name)
                    self.js("document.querySelectorAll('details').forEach(each => each.open = true)")
                    self.assertLessEqual(self.js("document.documentElement.scrollWidth"), width)

    def test_five_thousand_bugs(self):
        self.pages["large"] = self.render("large", clusters(5000))
        start = time.monotonic()
        self.show("large")
        loaded = time.monotonic()
        self.assertEqual(len(self.titles()), 500)
        self.browser.click("th[data-sort=severity] button")
        ordered = time.monotonic()
        self.browser.click("#filter-text")
        self.browser.type("function_49")
        self.assertEqual(len(self.titles()), 111)  # 49, 49x and 49xx
        filtered = time.monotonic()
        print(f"5,000 bugs: loaded in {loaded - start:.2f} s, sorted in {ordered - loaded:.2f} s, filtered in {filtered - ordered:.2f} s", file=sys.stderr)
        self.browser.click("#filter-reset")
        self.browser.click("th[data-sort=rank] button")
        self.js("location.hash = '%012x'" % 4321)
        self.browser.wait_until("document.querySelectorAll('tr.detail').length === 1")
        self.assertEqual(len(self.titles()), 501)
        self.browser.click("#more")
        self.assertEqual(len(self.titles()), 5000)
        self.assertLess(filtered - start, 60)  # generous: the machine may be busy

    # ── Hostile text ──

    def test_hostile_text_is_only_text(self):
        self.show("hostile")
        self.assertEqual(self.titles(), [visible(text) for text in HOSTILE_TITLES])
        for i, text in enumerate(HOSTILE_TITLES):
            self.browser.click(f"tr[id='{i:012x}'] .title button")
            self.assertIn(visible(text), self.detail(".plain li"))
            self.assertIn(visible(text), self.detail(".frames .function"))
        self.assertEqual(self.js("document.querySelectorAll('tr.detail').length"), len(HOSTILE_TITLES))
        time.sleep(0.3)  # an image would fail later
        self.assertIsNone(self.js("window.hacked ?? null"))
        self.assertEqual(self.js("document.querySelectorAll('img, iframe, object, embed, [onerror], [onmouseover], [style]').length"), 0)
        self.assertEqual(self.js("[...document.querySelectorAll('a')].filter(link => !link.getAttribute('href').startsWith('#')).length"), 0)

    def test_the_policy_stops_what_would_slip_through(self):
        self.show("hostile")
        violations = self.js("""new Promise(done => {
            const seen = [];
            document.addEventListener('securitypolicyviolation', event => seen.push(event.effectiveDirective));
            document.body.insertAdjacentHTML('beforeend', '<img src="https://ktriage.invalid/x.png" onerror="window.hacked = 8"><p style="color: red">');
            const script = document.createElement('script');
            script.textContent = 'window.hacked = 9';
            document.body.append(script);
            setTimeout(() => done(seen.sort()), 300);
        })""")
        self.assertEqual(set(violations), {"img-src", "script-src-attr", "script-src-elem", "style-src-attr"})
        self.assertIsNone(self.js("window.hacked ?? null"))
        self.assertTrue(self.browser.complaints)  # so the tests above would have noticed
        self.browser.complaints.clear()
        self.browser.requests.clear()


if __name__ == "__main__":
    if not find_browser():
        print("SKIPPED: there is no Chromium; install Debian's package chromium, or name one in KTRIAGE_CHROMIUM", file=sys.stderr)
        sys.exit(77)
    unittest.main(verbosity=2)
