#!/usr/bin/env python3
"""Drives an official conformance suite that is running at a URL through our plans. `cargo xtask conformance` starts it.

Exit code: 0 when every module ended as expected.json says, 1 when one did not, 2 when the suite cannot be used.
"""

import argparse
import json
import pathlib
import ssl
import subprocess
import sys
import time

from plan import HERE, Plan, names
from suite import Suite, SuiteError

ROTATES = "oidcc-server-rotate-keys"


def main():
    asked = arguments()
    demo = json.loads(pathlib.Path(asked.demo).read_text())
    if asked.print_configuration:
        for name in asked.plan or names():
            print(json.dumps(Plan(name, demo, {}).configuration(), indent=2, ensure_ascii=False))
        return 0
    expected = json.loads(pathlib.Path(asked.expected).read_text())
    suite = Suite(asked.suite, asked.token, trust(asked), asked.pause)
    results = {}
    try:
        for name in asked.plan or names():
            results[name] = run_plan(suite, Plan(name, demo, expected), asked)
    except SuiteError as error:
        print(f"The suite cannot be used: {error}", file=sys.stderr)
        return 2
    if asked.results:
        pathlib.Path(asked.results).write_text(json.dumps(results, indent=2, ensure_ascii=False) + "\n")
    wrong = [(name, row) for name, rows in results.items() for row in rows if row["wrong"]]
    total = sum(len(rows) for rows in results.values())
    print(f"\n{total} modules, {total - len(wrong)} as expected, {len(wrong)} not")
    for name, row in wrong:
        print(f"  {name}: {row['module']}: {row['wrong']}")
    return 1 if wrong else 0


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--suite", required=True, metavar="URL", help="where the suite runs")
    parser.add_argument("--demo", required=True, metavar="FILE", help="the line of `hufu demo --conformance --json`")
    parser.add_argument("--plan", action="append", choices=names(), help="this plan only; may be repeated")
    parser.add_argument("--rotate", metavar="COMMAND", help="rotates our RS256 key, when a module asks for it")
    parser.add_argument("--settle", type=float, default=20, metavar="SECONDS", help="until new keys are published")
    parser.add_argument("--token", help="the suite's API token, where it wants one")
    parser.add_argument("--ca", metavar="FILE", help="the authority of the suite's certificate, in PEM")
    parser.add_argument("--insecure", action="store_true", help="do not look at the suite's certificate")
    parser.add_argument("--timeout", type=float, default=240, metavar="SECONDS", help="for each module")
    parser.add_argument("--pause", type=float, default=1, metavar="SECONDS", help="between two looks at a module")
    parser.add_argument("--expected", default=HERE / "expected.json", metavar="FILE", help="what must come of each")
    parser.add_argument("--results", metavar="FILE", help="where to write what came of each, as JSON")
    parser.add_argument("--print-configuration", action="store_true", help="only print what the suite would be given")
    return parser.parse_args()


def trust(asked):
    tls = ssl.create_default_context(cafile=asked.ca)
    if asked.insecure:
        tls.check_hostname = False
        tls.verify_mode = ssl.CERT_NONE
    return tls


def run_plan(suite, plan, asked):
    """What came of each module of the plan."""
    created = suite.create_plan(plan.plan, plan.variant, plan.configuration())
    print(f"\n{plan.name}: {suite.url}plan-detail.html?plan={created['id']}")
    rows = []
    for module in created["modules"]:
        name = module["testModule"]
        result, failed = run_module(suite, created["id"], name, module.get("variant"), asked)
        wrong = plan.verdict(name, result)
        rows.append({"module": name, "result": result, "wrong": wrong, "conditions": failed, "reason": plan.reason(name)})
        print(f"  {'!!' if wrong else 'ok'} {result:8} {name}" + (f" ({plan.reason(name)})" if not wrong else ""))
        for condition in failed if wrong else []:
            print(f"       {condition}")
    for name in plan.forgotten([row["module"] for row in rows]):
        wrong = "the suite's plan does not have it"
        rows.append({"module": name, "result": "MISSING", "wrong": wrong, "conditions": [], "reason": ""})
    return rows


def run_module(suite, plan_id, name, variant, asked):
    """The module's result, and the conditions in its log that failed or warned."""
    module_id = None
    try:
        module_id = suite.create_module(plan_id, name, variant)
        info = suite.wait(module_id, ("CONFIGURED", "WAITING"), asked.timeout)
        if info["status"] == "CONFIGURED" and name == ROTATES:
            rotate(asked.rotate)
            time.sleep(asked.settle)
            suite.start(module_id)
        info = suite.wait(module_id, (), asked.timeout)
        return ended(info), conditions(suite.log(module_id))
    except SuiteError as error:
        # One module that hangs must not take the others along.
        return "TIMEOUT" if module_id else "NOT STARTED", [str(error), *found_so_far(suite, module_id)]


def ended(info):
    """The module's result. Whatever an interrupted one had found until then, it did not pass."""
    result = info.get("result") or "UNKNOWN"
    return "INTERRUPTED" if info["status"] == "INTERRUPTED" and result not in ("FAILED", "SKIPPED") else result


def found_so_far(suite, module_id):
    try:
        return conditions(suite.log(module_id)) if module_id else []
    except SuiteError as error:
        return [str(error)]


def conditions(log):
    bad = (entry for entry in log if entry.get("result") in ("FAILURE", "WARNING", "INTERRUPTED"))
    return [f"{entry['result']} {entry.get('src', '')}: {entry.get('msg', '')}" for entry in bad]


def rotate(command):
    if not command:
        raise SuiteError("a module asks for new keys, and there is no --rotate")
    done = subprocess.run(command, shell=True, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SuiteError(f"--rotate ended with {done.returncode}: {done.stderr.strip()}")


if __name__ == "__main__":
    sys.exit(main())
