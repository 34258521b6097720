"""The alerts and the dashboard that operators are handed, as they are written down."""

from __future__ import annotations

import json
import re
from typing import Any

import yaml

from tests.serving import REPOSITORY

DEPLOY = REPOSITORY / "deploy"
PAGE = REPOSITORY / "docs" / "observability.md"
NAME = re.compile(r"\bfieldhand_[a-z_]+")


def rules() -> list[dict[str, Any]]:
    groups = yaml.safe_load((DEPLOY / "prometheus" / "alerts.yml").read_text("utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"]]


def panels() -> list[dict[str, Any]]:
    text = (DEPLOY / "grafana" / "dashboards" / "fieldhand.json").read_text("utf-8")
    return [panel for panel in json.loads(text)["panels"] if panel["type"] != "row"]
