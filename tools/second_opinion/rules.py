"""Section 4: the facts that rules see, and the part of CertLogic that the rules of the fixtures are written in."""

import datetime

from .basics import rfc3339
from .codes import birth_text, day_text

DISEASE = "840539006"
PROPHYLAXIS = {5: "1119349007", 6: "1119349007"}
PRODUCTS = {
    1: ("CoronaVac", "Sinovac-Biotech"),
    2: ("BBIBP-CorV", "ORG-100020693"),
    3: ("Inactivated-SARS-CoV-2-Vero-Cell", "ORG-100020693"),
    4: ("Convidecia", "ORG-100013793"),
    5: ("EU/1/20/1528", "ORG-100030215"),
    6: ("EU/1/20/1507", "ORG-100031184"),
    7: ("EU/1/21/1529", "ORG-100001699"),
    8: ("EU/1/20/1525", "ORG-100001417"),
    9: ("Sputnik-V", "Gamaleya-Research-Institute"),
    10: ("Covaxin", "Bharat-Biotech"),
}


class Undecidable(Exception):
    """A rule that cannot be evaluated on these facts."""


def facts_of(claims, issuer, columns, value_sets, now):
    """The normal form of a code's facts. `columns` has what is known of the code's index, by name."""
    _, (name, birth, _), (vaccination, test, recovery) = claims[-65537]
    payload = {"nam": {} if name is None else {"fn": name}}
    if birth is not None:
        payload["dob"] = birth_text(birth)
    if vaccination is not None:
        payload["v"] = [vaccination_facts(*vaccination)]
    if test is not None:
        kind, result, age = test
        payload["t"] = [
            {
                "tg": DISEASE,
                "tt": {1: "LP6464-4", 2: "LP217198-3"}[kind],
                "tr": {1: "260415000", 2: "260373001"}[result],
                "sc": rfc3339(max(0, claims[6] - 60 * age)),
            }
        ]
    if recovery is not None:
        payload["r"] = [{"tg": DISEASE, "fr": day_text(recovery)}]
    known = {name: rfc3339(value) if kind == "time" else value for name, (kind, value) in columns.items()}
    external = {
        "validationClock": rfc3339(now),
        "valueSets": value_sets,
        "iat": rfc3339(claims[6]),
        "exp": rfc3339(claims[4]),
        "issuer": issuer,
        "columns": known,
    }
    return {"payload": payload, "external": external}


def vaccination_facts(product, dose, doses, day):
    unlisted = (f"postern-{product}",) * 2
    vp = PROPHYLAXIS.get(product, "J07BX03") if product in PRODUCTS else unlisted[0]
    mp, ma = PRODUCTS.get(product, unlisted)
    return {"tg": DISEASE, "vp": vp, "mp": mp, "ma": ma, "dn": dose, "sd": doses, "dt": day_text(day)}


def holds(logic, facts):
    """Whether a rule is met; None where that cannot be decided."""
    try:
        result = evaluate(logic, facts)
    except Undecidable:
        return None
    return result if type(result) is bool else None


def evaluate(logic, facts):
    if isinstance(logic, list):
        return [evaluate(item, facts) for item in logic]
    if not isinstance(logic, dict):
        return logic
    [(operator, operands)] = logic.items()
    if operator == "var":
        return look_up(operands, facts)
    if operator == "if":
        guard, then, otherwise = operands
        return evaluate(then if evaluate(guard, facts) else otherwise, facts)
    if operator == "and":
        for operand in operands:
            value = evaluate(operand, facts)
            if not value:
                break
        return value
    values = [evaluate(operand, facts) for operand in operands]
    if operator == "===":
        return type(values[0]) is type(values[1]) and values[0] == values[1]
    if operator == "in":
        return values[0] in expect(values[1], list)
    if operator == "plusTime":
        return plus_time(expect(values[0], str), *values[1:])
    if operator in ORDERS:
        kind, holds_between = ORDERS[operator]
        # All operands must be of the kind, even where the first two decide.
        values = [expect(value, kind) for value in values]
        return all(holds_between(a, b) for a, b in zip(values, values[1:]))
    # Not a rule that fails: an operator that the fixtures did not use when this was written.
    raise NotImplementedError(operator)


ORDERS = {
    "<": (int, lambda a, b: a < b),
    "<=": (int, lambda a, b: a <= b),
    ">": (int, lambda a, b: a > b),
    ">=": (int, lambda a, b: a >= b),
    "before": (datetime.datetime, lambda a, b: a < b),
    "not-after": (datetime.datetime, lambda a, b: a <= b),
    "after": (datetime.datetime, lambda a, b: a > b),
    "not-before": (datetime.datetime, lambda a, b: a >= b),
}


def expect(value, kind):
    if type(value) is not kind:
        raise Undecidable(f"{value!r} is no {kind.__name__}")
    return value


def look_up(path, facts):
    value = facts
    for part in path.split("."):
        if isinstance(value, list) and part.isdigit():
            value = value[int(part)] if int(part) < len(value) else None
        elif isinstance(value, dict) and not part.isdigit():
            value = value.get(part)
        else:
            return None
    return value


def plus_time(text, amount, unit):
    try:
        time = datetime.datetime.fromisoformat(text)
    except ValueError as e:
        raise Undecidable(str(e)) from e
    time = time.replace(tzinfo=time.tzinfo or datetime.timezone.utc).astimezone(datetime.timezone.utc)
    return time + datetime.timedelta(**{{"day": "days", "hour": "hours"}[unit]: amount})
