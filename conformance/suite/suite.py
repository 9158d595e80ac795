"""The official suite's API: create a plan, start its modules, wait for them, read their logs. Standard library only."""

import json
import ssl
import time
import urllib.error
import urllib.parse
import urllib.request


# A condition that a module cannot go on without interrupts it, and its result is there all the same.
OVER = ("FINISHED", "INTERRUPTED")


class SuiteError(Exception):
    """The suite did not do what was asked of it."""


class Suite:
    """A suite that is running at `url`."""

    def __init__(self, url, token=None, tls=None, pause=1.0):
        self.url = url.rstrip("/") + "/"
        self.headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if token:
            self.headers["Authorization"] = f"Bearer {token}"
        self.tls = tls or ssl.create_default_context()
        self.pause = pause

    def create_plan(self, name, variant, configuration):
        """The plan's id and its modules, each with its name and variant."""
        return self._post("api/plan", {"planName": name, "variant": json.dumps(variant)}, configuration, 201)

    def create_module(self, plan_id, name, variant):
        """Begins a module; the suite starts it as soon as it is configured."""
        asked = {"test": name, "plan": plan_id}
        if variant:
            asked["variant"] = json.dumps(variant)
        return self._post("api/runner", asked, None, 201)["id"]

    def start(self, module_id):
        """Starts a module that waits for it."""
        self._post(f"api/runner/{module_id}", {}, None, 200)

    def info(self, module_id):
        return self._call("GET", f"api/info/{module_id}", None, 200)

    def log(self, module_id):
        return self._call("GET", f"api/log/{module_id}", None, 200)

    def wait(self, module_id, states, seconds):
        """What the suite says of the module once it is in one of the states, or over."""
        end = time.monotonic() + seconds
        while True:
            info = self.info(module_id)
            if info["status"] in states or info["status"] in OVER:
                return info
            if time.monotonic() > end:
                raise SuiteError(f"still {info['status']} after {seconds} s")
            time.sleep(self.pause)

    def _post(self, path, query, body, status):
        return self._call("POST", f"{path}?{urllib.parse.urlencode(query)}", body, status)

    def _call(self, method, path, body, status):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, self.headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=30, context=self.tls) as answer:
                found, said = answer.status, answer.read()
        except urllib.error.HTTPError as error:
            found, said = error.code, error.read()
        except (urllib.error.URLError, TimeoutError) as error:
            raise SuiteError(f"{self.url}{path}: {error}") from error
        if found != status:
            raise SuiteError(f"{method} {path}: {found} {said.decode(errors='replace')[:300]}")
        return json.loads(said or b"null")
