"""The rule files as typed values, and what names they use."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec

PROMETHEUS: Final = Path(__file__).parents[2] / "deploy" / "prometheus"
RULE_FILES: Final = tuple(sorted(PROMETHEUS.glob("*.rules.yml")))
TEST_FILES: Final = tuple(sorted((PROMETHEUS / "tests").glob("*.yml")))
STRINGS: Final = re.compile(r'"(?:[^"\\]|\\.)*"')
GROUPED: Final = re.compile(r"\b(?:by|without|on|ignoring|group_left|group_right)\s*\(([^)]*)\)")
MATCHED: Final = re.compile(r"\{([^}]*)\}")
NAME: Final = re.compile(r"(?<![\w:.])[a-zA-Z_:][\w:]*(?![\w:])")
LABEL: Final = re.compile(r"(\w+)\s*(?:=~|!=|!~|=)")
RANGES: Final = re.compile(r"\[[^\]]*\]")
# Words of PromQL that the expressions of ours use; a new one that is missing here fails a test.
WORDS: Final = frozenset(
    re.findall(
        r"\w+",
        """and or unless by on without ignoring group_left group_right bool offset inf nan
        sum max min avg count group topk rate increase delta absent time vector round clamp_min
        clamp_max avg_over_time min_over_time max_over_time last_over_time histogram_quantile
        label_replace quantile sort_desc deriv changes""",
    )
)


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    expr: str
    record: str = ""
    alert: str = ""
    wait: str = msgspec.field(default="", name="for")
    labels: dict[str, str] = {}
    annotations: dict[str, str] = {}


class Group(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    rules: list[Rule]
    interval: str = ""


class RuleFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    groups: list[Group]


class Sample(msgspec.Struct, frozen=True):
    value: float
    labels: str = ""


class Asked(msgspec.Struct, frozen=True):
    expr: str
    eval_time: str
    exp_samples: list[Sample]


class Case(msgspec.Struct, frozen=True):
    name: str
    promql_expr_test: list[Asked] = []


class TestFile(msgspec.Struct, frozen=True):
    __test__ = False
    tests: list[Case]


def rules() -> list[Rule]:
    return [
        rule
        for path in RULE_FILES
        for group in msgspec.yaml.decode(path.read_bytes(), type=RuleFile).groups
        for rule in group.rules
    ]


def alerts() -> list[Rule]:
    return [rule for rule in rules() if rule.alert]


def cases() -> list[Asked]:
    return [
        asked
        for path in TEST_FILES
        for case in msgspec.yaml.decode(path.read_bytes(), type=TestFile).tests
        for asked in case.promql_expr_test
    ]


def metrics_of(expr: str) -> set[str]:
    """The names of the series that an expression reads."""
    bare = RANGES.sub("", MATCHED.sub("", GROUPED.sub("", STRINGS.sub('""', expr))))
    bare = re.sub(r"\boffset\s+\w+", "", bare)
    return {name for name in NAME.findall(bare) if name not in WORDS}


def labels_of(expr: str) -> Iterator[tuple[str, str]]:
    """(metric, label) for each label that an expression matches on a named series."""
    for found in re.finditer(r"([a-zA-Z_:][\w:]*)\{((?:[^}\"]|\"(?:[^\"\\]|\\.)*\")*)\}", expr):
        for label in LABEL.findall(STRINGS.sub('""', found[2])):
            yield found[1], label


def grouping_labels(expr: str) -> set[str]:
    listed = GROUPED.findall(STRINGS.sub('""', expr))
    return {label.strip() for labels in listed for label in labels.split(",") if label.strip()}
