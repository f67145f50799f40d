"""Which overruns and delays may the projects have, and how do they go together?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from bnplan_lib.errors import Fault, ScenarioError
from bnplan_lib.model.distributions import Distribution
from bnplan_lib.model.measures import SLACK
from bnplan_lib.model.projects import UNCERTAIN, project_values

if TYPE_CHECKING:
    from bnplan_lib.inputs.programme import Programme
    from bnplan_lib.inputs.scenario import Scenario


@dataclass(frozen=True, slots=True)
class Risk:
    """One lever of some projects that follow the same distribution, each on its own draw.

    `projects` are rows of the programme's table.
    """

    lever: str
    projects: np.ndarray
    distribution: Distribution


@dataclass(frozen=True, slots=True)
class Risks:
    """The levers of all projects: their values in the scenario, and what is drawn.

    `values` has one row a project for each lever; `correlation` is that of any two draws.
    """

    values: dict[str, np.ndarray]
    risks: tuple[Risk, ...]
    correlation: float

    def drawn(self, random: np.random.Generator, size: int) -> dict[str, np.ndarray]:
        """Return each lever by projects and draws, per cent and quarters as in the files.

        Draws of one distribution are tied by one common factor: any two have the
        correlation as standard normal values (a one-factor Gaussian copula).
        """
        from scipy.special import ndtr

        moved = {lever: np.repeat(value[:, None], size, axis=1) for lever, value in self.values.items()}
        common = np.sqrt(self.correlation) * random.standard_normal(size)
        for risk in self.risks:
            own = random.standard_normal((len(risk.projects), size))
            own *= np.sqrt(1 - self.correlation)
            own += common
            draw = risk.distribution.quantile(ndtr(own))
            now = moved[risk.lever][risk.projects]
            moved[risk.lever][risk.projects] = now + draw if risk.distribution.added else draw
        return moved


def risks_of(programme: Programme, story: Scenario) -> Risks:
    """Return what a scenario says to draw for its projects; the narrowest class counts.

    Raises
    ------
    ScenarioError
        With every lever of a project that a draw could carry out of its bounds.
    """
    projects = programme.projects
    values = {lever: np.array(project_values(projects, story.values, lever), float) for lever in UNCERTAIN}
    bounds = {row.key.rpartition(".")[2]: (row.hard_low, row.hard_high) for row in programme.levers.itertuples()}
    risks, faults = [], []
    for lever in UNCERTAIN:
        named = {key: key for key in story.uncertainty}
        keys = np.array(project_values(projects, named, lever), object)
        for key in dict.fromkeys(key for key in keys if key is not None):
            one, rows = story.uncertainty[key], np.flatnonzero(keys == key)
            now = values[lever][rows] if one.added else np.zeros(1)
            least, most = bounds[lever][0] - float(now.min()), bounds[lever][1] - float(now.max())
            low, high = one.quantile(np.full(2, 0.5)) if one.kind == "normal" else one.support
            if low < least - SLACK or high > most + SLACK:
                rule = f"must stay between {bounds[lever][0]:g} and {bounds[lever][1]:g}"
                found = f"{float(now.min()) + low:g} to {float(now.max()) + high:g}"
                faults.append(Fault(f"{story.name}:uncertainty.{key}", rule, found))
            risks.append(Risk(lever, rows, replace(one, limits=(least, most))))
    if faults:
        raise ScenarioError(faults)
    return Risks(values, tuple(risks), float(story.values["phasing.risk_correlation"]))
