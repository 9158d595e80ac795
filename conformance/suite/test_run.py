"""The runner against a small suite that plays the API: results, a module that fails, one that hangs, one that asks for keys.

python3 -m unittest discover -s conformance/suite
"""

import http.server
import json
import pathlib
import subprocess
import sys
import tempfile
import threading
import unittest
import urllib.parse

HERE = pathlib.Path(__file__).parent
DEMO = {
    "issuer": "https://localhost:8443",
    "personas": [
        {"network_number": "AAAA", "pin": "1"},
        {"network_number": "BBBB", "pin": "2", "fixed_code": "3"},
    ],
    "conformance": {
        "alias": "hufu",
        "client": {"client_id": "c1", "client_secret": "s1", "redirect_uris": []},
        "client2": {"client_id": "c2", "client_secret": "s2", "redirect_uris": []},
        "client_secret_post": {"client_id": "c3", "client_secret": "s3", "redirect_uris": []},
    },
}


class FakeSuite(http.server.ThreadingHTTPServer):
    """Plays the suite. `results` says how a module ends, by its result or by status and result; what it does not name passes,
    and `None` never ends."""

    def __init__(self, results):
        super().__init__(("127.0.0.1", 0), FakeApi)
        self.results = results
        self.modules = {}
        self.plans = []
        self.started = []
        self.extra = []

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}"


class FakeApi(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        url = urllib.parse.urlsplit(self.path)
        asked = dict(urllib.parse.parse_qsl(url.query))
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.headers.get("Authorization") != "Bearer secret":
            return self.answer(401, {"error": "who are you?"})
        if url.path == "/api/plan":
            self.server.plans.append((asked, json.loads(body)))
            names = next(
                file["modules"]
                for file in map(json.loads, (path.read_text() for path in (HERE / "plans").glob("*.json")))
                if file["plan"] == asked["planName"] and file["variant"] == json.loads(asked["variant"])
            )
            modules = [{"testModule": name, "variant": {"response_type": "code"}} for name in names + self.server.extra]
            return self.answer(201, {"id": "plan1", "modules": modules})
        if url.path == "/api/runner":
            self.server.modules[asked["test"]] = "CONFIGURED" if "rotate" in asked["test"] else "WAITING"
            return self.answer(201, {"id": asked["test"]})
        name = url.path.removeprefix("/api/runner/")
        self.server.started.append(name)
        self.server.modules[name] = "WAITING"
        return self.answer(200, {})

    def do_GET(self):
        name = self.path.rsplit("/", 1)[1]
        ended = self.server.results.get(name, "PASSED")
        status, result = ended if isinstance(ended, tuple) else ("FINISHED", ended)
        if self.path.startswith("/api/log/"):
            bad = {"src": "CheckIt", "result": "FAILURE", "msg": "that is not so"}
            stopped = {"src": name, "result": "INTERRUPTED", "msg": "stopped before its end"}
            log = [{"result": "SUCCESS"}] + ([bad] if result in ("FAILED", None) else [])
            return self.answer(200, log + ([stopped] if status == "INTERRUPTED" else []))
        known = self.server.modules.get(name)
        if known == "CONFIGURED" or result is None:
            status = known
        return self.answer(200, {"status": status, "result": result, "testName": name})

    def answer(self, status, body):
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        pass


class Runner(unittest.TestCase):
    def run_it(self, results, *words, extra=()):
        """Exit code, the results by plan, what was said, and the suite as it was left."""
        suite = FakeSuite(results)
        suite.extra = list(extra)
        threading.Thread(target=suite.serve_forever, daemon=True).start()
        self.addCleanup(suite.server_close)
        self.addCleanup(suite.shutdown)
        with tempfile.TemporaryDirectory() as directory:
            demo, out = pathlib.Path(directory) / "demo.json", pathlib.Path(directory) / "results.json"
            demo.write_text(json.dumps(DEMO))
            command = [sys.executable, HERE / "run.py", "--suite", suite.url, "--demo", demo, "--results", out]
            quick = ["--token", "secret", "--pause", "0.01", "--timeout", "0.3", "--settle", "0"]
            done = subprocess.run([*command, *quick, *words], capture_output=True, text=True, check=False)
            found = json.loads(out.read_text()) if out.exists() else {}
        return done.returncode, found, done.stdout + done.stderr, suite

    def expected(self, plan):
        expected = json.loads((HERE / "expected.json").read_text())
        rows = {**expected["*"], **expected.get(plan, {})}
        return {module: row["result"].split("|")[0] for module, row in rows.items()}

    def test_what_ends_as_expected_is_well(self):
        for plan in ("basic-static", "config", "rp-initiated-logout"):
            code, found, said, _ = self.run_it(self.expected(plan), "--plan", plan)
            self.assertEqual(code, 0, said)
            self.assertTrue(all(row["wrong"] is None for row in found[plan]), said)

    def test_a_picture_to_review_is_well(self):
        results = {**self.expected("basic-static"), "oidcc-prompt-login": "REVIEW"}
        self.assertEqual(self.run_it(results, "--plan", "basic-static")[0], 0)

    def test_a_module_that_fails_is_told_with_its_condition(self):
        code, _, said, _ = self.run_it({**self.expected("basic-static"), "oidcc-server": "FAILED"}, "--plan", "basic-static")
        self.assertEqual(code, 1)
        self.assertIn("basic-static: oidcc-server: FAILED, not PASSED or REVIEW", said)
        self.assertIn("FAILURE CheckIt: that is not so", said)

    def test_a_warning_or_a_pass_that_nobody_expects_is_told(self):
        results = {**self.expected("basic-static"), "oidcc-server": "WARNING", "oidcc-claims-essential": "PASSED"}
        code, found, _, _ = self.run_it(results, "--plan", "basic-static")
        self.assertEqual((code, sum(row["wrong"] is not None for row in found["basic-static"])), (1, 2))

    def test_a_module_that_hangs_does_not_take_the_others_along(self):
        code, found, said, _ = self.run_it({"oidcc-rp-initiated-logout": None}, "--plan", "rp-initiated-logout")
        rows = {row["module"]: row for row in found["rp-initiated-logout"]}
        self.assertEqual(code, 1, said)
        self.assertEqual(rows["oidcc-rp-initiated-logout"]["result"], "TIMEOUT")
        hangs, *until_then = rows["oidcc-rp-initiated-logout"]["conditions"]
        self.assertIn("still WAITING", hangs)
        self.assertEqual(until_then, ["FAILURE CheckIt: that is not so"])
        self.assertEqual(sum(row["wrong"] is not None for row in rows.values()), 1, said)

    def test_a_module_that_a_condition_interrupts_ends_at_once_with_its_result_and_its_conditions(self):
        name = "oidcc-rp-initiated-logout-no-state"
        results = {name: ("INTERRUPTED", "FAILED")}
        code, found, said, _ = self.run_it(results, "--plan", "rp-initiated-logout", "--timeout", "60")
        row = next(row for row in found["rp-initiated-logout"] if row["module"] == name)
        stopped = f"INTERRUPTED {name}: stopped before its end"
        self.assertEqual((code, row["result"]), (1, "FAILED"), said)
        self.assertEqual(row["conditions"], ["FAILURE CheckIt: that is not so", stopped])
        self.assertIn(f"rp-initiated-logout: {name}: FAILED, not PASSED or REVIEW", said)
        self.assertIn("FAILURE CheckIt: that is not so", said)

    def test_a_module_that_is_interrupted_before_its_end_has_not_passed(self):
        name = "oidcc-rp-initiated-logout-no-state"
        for result in ("PASSED", "REVIEW", "WARNING", "UNKNOWN"):
            code, found, said, _ = self.run_it({name: ("INTERRUPTED", result)}, "--plan", "rp-initiated-logout")
            row = next(row for row in found["rp-initiated-logout"] if row["module"] == name)
            self.assertEqual((code, row["result"]), (1, "INTERRUPTED"), said)

    def test_a_failure_that_is_expected_may_interrupt(self):
        results = {**self.expected("dynamic"), "oidcc-discovery-endpoint-verification": ("INTERRUPTED", "FAILED")}
        self.assertEqual(self.run_it(results, "--plan", "dynamic", "--rotate", "true")[0], 0)

    def test_keys_are_rotated_before_the_module_that_asks_for_it_is_started(self):
        with tempfile.TemporaryDirectory() as directory:
            trace = pathlib.Path(directory) / "rotated"
            code, _, said, suite = self.run_it(self.expected("dynamic"), "--plan", "dynamic", "--rotate", f"echo >> {trace}")
            self.assertEqual(code, 0, said)
            self.assertEqual(trace.read_text(), "\n")
        self.assertEqual(suite.started, ["oidcc-server-rotate-keys"])
        code, _, said, suite = self.run_it(self.expected("dynamic"), "--plan", "dynamic", "--rotate", "exit 3")
        self.assertEqual((code, suite.started), (1, []), said)

    def test_a_module_of_the_suite_that_we_do_not_know_is_told(self):
        code, found, _, _ = self.run_it({}, "--plan", "config", extra=["oidcc-brand-new"])
        self.assertEqual((code, found["config"][-1]["module"]), (1, "oidcc-brand-new"))
        self.assertIn("does not know", found["config"][-1]["wrong"])

    def test_a_suite_that_refuses_or_is_away_ends_the_run(self):
        self.assertEqual(self.run_it({}, "--token", "wrong")[0], 2)
        self.assertEqual(self.run_it({}, "--suite", "http://127.0.0.1:9")[0], 2)

    def test_the_suite_is_given_our_clients_and_steps_without_a_placeholder_left(self):
        _, _, _, suite = self.run_it({}, "--plan", "basic-static")
        (asked, settings) = suite.plans[0]
        self.assertEqual(json.loads(asked["variant"])["client_registration"], "static_client")
        self.assertEqual(settings["client2"], {"client_id": "c2", "client_secret": "s2"})
        self.assertEqual(settings["browser"][0]["match"], "https://localhost:8443/authorize*")
        typed = [command[3] for command in settings["browser"][0]["tasks"][0]["commands"] if command[0] == "text"]
        self.assertEqual(typed, ["BBBB", "2", "3"])
        self.assertNotIn("{", json.dumps(settings["browser"]).replace('{"', ""))


class Files(unittest.TestCase):
    def test_every_exception_is_a_module_of_a_plan_and_has_a_reason(self):
        plans = {file.stem: json.loads(file.read_text()) for file in (HERE / "plans").glob("*.json")}
        everything = {module for plan in plans.values() for module in plan["modules"]}
        for plan, rows in json.loads((HERE / "expected.json").read_text()).items():
            for module, row in rows.items():
                self.assertIn(module, everything if plan == "*" else plans[plan]["modules"])
                self.assertTrue(row["reason"])

    def test_every_override_is_of_a_module_and_names_steps_that_there_are(self):
        steps = json.loads((HERE / "browser.json").read_text())
        for file in (HERE / "plans").glob("*.json"):
            plan = json.loads(file.read_text())
            for named in [plan["browser"], *plan["override"].values()]:
                self.assertLessEqual(set(named), set(steps), file)
            self.assertLessEqual(set(plan["override"]), set(plan["modules"]), file)


if __name__ == "__main__":
    unittest.main()
