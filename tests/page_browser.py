"""A headless Chromium, driven over a pipe by its DevTools protocol; standard library only.

Chromium reads commands from its descriptor 3 and writes answers and events to 4, each a JSON object and a zero byte.
https://chromedevtools.github.io/devtools-protocol/
"""

import base64
import json
import os
import select
import shutil
import signal
import tempfile
import time


class BrowserError(Exception):
    """The browser said no, died, or took too long."""


def find_browser():
    """The path of a Chromium, or None."""
    names = [os.environ.get("KTRIAGE_CHROMIUM"), "chromium", "chromium-browser", "google-chrome"]
    return next((path for name in names if name and (path := shutil.which(name))), None)


class Browser:
    """One tab. Gathers all that a page does and should not: console messages, exceptions, requests, dialogs."""

    TIMEOUT_S = 90

    def __init__(self, program):
        self._profile = tempfile.TemporaryDirectory(prefix="ktriage-chromium-", ignore_cleanup_errors=True)
        to_read, self._to = os.pipe()
        self._from, to_write = os.pipe()
        arguments = [program, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                     "--remote-debugging-pipe", f"--user-data-dir={self._profile.name}", "--no-first-run",
                     "--disable-extensions", "--disable-background-networking", "--hide-scrollbars", "about:blank"]
        actions = [(os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0)]
        actions += [(os.POSIX_SPAWN_OPEN, fd, os.devnull, os.O_WRONLY, 0) for fd in (1, 2)]
        # By way of numbers that nobody uses: the pipes may themselves be 3 and 4.
        actions += [(os.POSIX_SPAWN_DUP2, *pair) for pair in ((to_read, 63), (to_write, 64), (63, 3), (64, 4))]
        actions += [(os.POSIX_SPAWN_CLOSE, fd) for fd in (63, 64)]
        self._process = os.posix_spawn(program, arguments, os.environ, file_actions=actions, setsid=True)
        os.close(to_read)
        os.close(to_write)
        self._buffer = b""
        self._last_id = 0
        self._session = None
        self.complaints = []  # console messages, exceptions, violations of the page's policy, dialogs
        self.requests = []
        self._attach()

    def _attach(self):
        targets = self.call("Target.getTargets")["targetInfos"]
        page = next(target for target in targets if target["type"] == "page")
        self._session = self.call("Target.attachToTarget", targetId=page["targetId"], flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network", "DOM"):
            self.call(f"{domain}.enable")

    def close(self):
        os.killpg(self._process, signal.SIGKILL)  # its helpers are of its own session, so of its group
        os.waitpid(self._process, 0)
        os.close(self._to)
        os.close(self._from)
        self._profile.cleanup()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def call(self, method, **parameters):
        self._last_id += 1
        message = {"id": self._last_id, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._to, json.dumps(message).encode() + b"\0")
        answer = self._wait(lambda got: got.get("id") == message["id"], method)
        if "error" in answer:
            raise BrowserError(f"{method}: {answer['error']}")
        return answer["result"]

    def _wait(self, is_it, what):
        deadline = time.monotonic() + self.TIMEOUT_S
        while True:
            while b"\0" in self._buffer:
                raw, self._buffer = self._buffer.split(b"\0", 1)
                message = json.loads(raw)
                self._note(message)
                if is_it(message):
                    return message
            if not select.select([self._from], [], [], max(0, deadline - time.monotonic()))[0]:
                raise BrowserError(f"no answer to {what} within {self.TIMEOUT_S} s")
            piece = os.read(self._from, 1 << 20)
            if not piece:
                raise BrowserError(f"the browser ended during {what}")
            self._buffer += piece

    def _note(self, message):
        method, parameters = message.get("method"), message.get("params", {})
        if method == "Runtime.consoleAPICalled":
            self.complaints.append(f"console.{parameters['type']}: {parameters['args']}")
        elif method == "Runtime.exceptionThrown":
            details = parameters["exceptionDetails"]
            self.complaints.append("exception: " + details.get("exception", {}).get("description", details["text"]))
        elif method == "Log.entryAdded":
            self.complaints.append("log: " + parameters["entry"]["text"])
        elif method == "Page.javascriptDialogOpening":
            self.complaints.append("dialog: " + parameters["message"])
        elif method == "Network.requestWillBeSent":
            self.requests.append(parameters["request"]["url"])

    def open(self, url):
        """Loads `url` and waits until its script has run."""
        # A jump within the same document fires no load event.
        if self.evaluate("location.href").split("#")[0] != "about:blank":
            self.call("Page.navigate", url="about:blank")
            self.wait_until("location.href === 'about:blank'")
        self.requests.clear()
        self.call("Page.navigate", url=url)
        self.wait_until("location.href !== 'about:blank' && document.readyState === 'complete'")

    def wait_until(self, expression):
        """Waits until a JavaScript expression is true."""
        deadline = time.monotonic() + self.TIMEOUT_S
        while not self.evaluate(expression):
            if time.monotonic() > deadline:
                raise BrowserError(f"still not true: {expression}")
            time.sleep(0.02)

    def evaluate(self, expression):
        """The value of a JavaScript expression, seen from the page. The page's own policy does not bind it."""
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True,
                           userGesture=True)
        if "exceptionDetails" in answer:
            details = answer["exceptionDetails"]
            raise BrowserError(details.get("exception", {}).get("description", details["text"]) + f" in {expression}")
        return answer["result"].get("value")

    def look(self, width, height=900, scheme="light", media=""):
        """Sets the window's size in CSS pixels and the colour scheme that its user prefers."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        self.call("Emulation.setEmulatedMedia", media=media, features=[{"name": "prefers-color-scheme", "value": scheme}])

    def allow_scripts(self, allowed):
        self.call("Emulation.setScriptExecutionDisabled", value=not allowed)

    def press(self, key, text=None):
        """A key, as from the keyboard."""
        for kind in ("keyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key=key, **({"text": text} if text and kind == "keyDown" else {}))

    def type(self, text):
        self.call("Input.insertText", text=text)

    def click(self, selector):
        """A click of the mouse in the middle of the first element that fits."""
        box = self.evaluate(f"""(() => {{
            const element = document.querySelector({json.dumps(selector)});
            element.scrollIntoView({{block: 'center', behavior: 'instant'}});
            const box = element.getBoundingClientRect();
            return [box.left + box.width / 2, box.top + box.height / 2];
        }})()""")
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=box[0], y=box[1], button="left", clickCount=1)

    def screenshot(self, path, whole=False):
        picture = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        with open(path, "wb") as file:
            file.write(base64.b64decode(picture["data"]))
