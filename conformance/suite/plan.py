"""A plan of ours: which plan of the suite, with which settings, and what must come of it."""

import json
import pathlib

HERE = pathlib.Path(__file__).parent
# REVIEW: the module passed, and a person may look at a picture that it took.
WELL = ("PASSED", "REVIEW")


def names():
    """Every plan there is a file for."""
    return sorted(file.stem for file in (HERE / "plans").glob("*.json"))


class Plan:
    """One file of `plans/`, made whole for one demo."""

    def __init__(self, name, demo, expected):
        self.name = name
        self.file = json.loads((HERE / "plans" / f"{name}.json").read_text())
        self.demo = demo
        self.expected = {**expected.get("*", {}), **expected.get(name, {})}

    @property
    def plan(self):
        return self.file["plan"]

    @property
    def variant(self):
        return self.file["variant"]

    def configuration(self):
        """The suite's configuration: our address, the clients, and what its browser does on our pages."""
        issuer, run = self.demo["issuer"], self.demo["conformance"]
        person = self._person()
        settings = {
            "alias": run["alias"],
            "description": f"Hufu, {self.name}",
            "server": {
                "discoveryUrl": f"{issuer}/.well-known/openid-configuration",
                "login_hint": person["network_number"],
            },
            "client": {"client_name": "Suite, first client"},
            "client2": {"client_name": "Suite, second client"},
            "browser": self._steps(self.file["browser"]),
            "override": {module: {"browser": self._steps(steps)} for module, steps in self.file["override"].items()},
        }
        if self.variant.get("client_registration") == "static_client":
            for client in ("client", "client2", "client_secret_post"):
                settings[client] = {member: run[client][member] for member in ("client_id", "client_secret")}
        return settings

    def verdict(self, module, result):
        """Why this result is not what must come of the module; None when it is."""
        if module not in self.file["modules"]:
            return f"{result}, of a module that plans/{self.name}.json does not know"
        expected = self.expected.get(module)
        allowed = tuple(expected["result"].split("|")) if expected else WELL
        return None if result in allowed else f"{result}, not {' or '.join(allowed)}"

    def forgotten(self, ran):
        """The modules of our file that the suite did not have."""
        return [module for module in self.file["modules"] if module not in ran]

    def reason(self, module):
        return self.expected.get(module, {}).get("reason", "")

    def _person(self):
        return next(person for person in self.demo["personas"] if person.get("fixed_code"))

    def _steps(self, steps):
        person = self._person()
        known = json.loads((HERE / "browser.json").read_text())
        filled = {
            "{issuer}": self.demo["issuer"],
            "{alias}": self.demo["conformance"]["alias"],
            "{number}": person["network_number"],
            "{pin}": person["pin"],
            "{code}": person["fixed_code"],
        }
        return [fill(known[step], filled) for step in steps]


def fill(value, filled):
    """The value with every placeholder in its texts filled."""
    if isinstance(value, dict):
        return {key: fill(inner, filled) for key, inner in value.items()}
    if isinstance(value, list):
        return [fill(inner, filled) for inner in value]
    if isinstance(value, str):
        for placeholder, text in filled.items():
            value = value.replace(placeholder, text)
    return value
