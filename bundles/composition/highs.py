"""The solver: HiGHS behind the few calls that the composer needs, on one thread, always in the same way."""

from collections.abc import Mapping, Sequence

import highspy
import numpy as np

INFINITY = highspy.kHighsInf
# Without a crossover to a vertex, the solver doesn't always vouch for the last digit: "unknown".
_ENDED = {highspy.HighsModelStatus.kOptimal, highspy.HighsModelStatus.kUnknown}

Numbers = Sequence[float] | Sequence[int] | np.ndarray


class Model:
    """A minimisation that grows by columns and rows; numbers of both are given out in order."""

    def __init__(self) -> None:
        self._highs = highspy.Highs()
        for option, value in (
            ("output_flag", False),
            ("threads", 1),
            ("parallel", "off"),
            ("random_seed", 1),
        ):
            self._highs.setOptionValue(option, value)
        self.columns = 0
        self.rows = 0

    def add_columns(
        self,
        costs: Numbers,
        lower: Numbers,
        upper: Numbers,
        entries: Sequence[Sequence[tuple[int, float]]] | None = None,
        *,
        integer: bool = False,
    ) -> range:
        """Add columns, each with its (row, coefficient) entries in the rows that exist."""
        count = len(costs)
        entries = entries if entries is not None else [()] * count
        starts = np.cumsum([0] + [len(entry) for entry in entries])[:count].astype(np.int32)
        rows = np.array([row for entry in entries for row, _ in entry], dtype=np.int32)
        values = np.array([value for entry in entries for _, value in entry], dtype=float)
        self._highs.addCols(
            count, np.asarray(costs, float), np.asarray(lower, float), np.asarray(upper, float),
            len(rows), starts, rows, values,
        )  # fmt: skip
        added = range(self.columns, self.columns + count)
        self.columns += count
        if integer and count:
            kinds = np.array([highspy.HighsVarType.kInteger] * count)
            self._highs.changeColsIntegrality(count, np.array(added, dtype=np.int32), kinds)
        return added

    def add_row(self, lower: float, upper: float, columns: Numbers, values: Numbers) -> int:
        """Add one row over the columns that exist."""
        self._highs.addRow(
            lower, upper, len(columns), np.asarray(columns, dtype=np.int32), np.asarray(values, float)
        )
        self.rows += 1
        return self.rows - 1

    def relax(self, seconds: float) -> bool:
        """Solve without whole numbers, by an interior point method; return whether it came to an end.

        Simplex takes several times as long here, and its extreme duals more rounds of columns.
        """
        self._limit(seconds)
        self._highs.setOptionValue("solver", "ipm")
        self._highs.setOptionValue("run_crossover", "off")
        self._highs.run()
        return self._highs.getModelStatus() in _ENDED

    def solve(
        self, seconds: float, gap: float, start: Mapping[int, float] | None = None
    ) -> np.ndarray | None:
        """Return the best values found, within `gap` of the optimum if time allows; None if there are none.

        `start` has the whole columns of a known solution; the solver works out the others.
        """
        self._limit(seconds)
        self._highs.setOptionValue("mip_rel_gap", gap)
        if start is not None:
            columns = np.array(list(start), dtype=np.int32)
            self._highs.setSolution(len(columns), columns, np.array(list(start.values()), dtype=float))
        self._highs.run()
        if self._highs.getInfo().primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
            return None
        return self.values()

    def values(self) -> np.ndarray:
        return np.array(self._highs.getSolution().col_value)

    def duals(self) -> np.ndarray:
        """Return what one more on each row's right-hand side would add to the objective."""
        return np.array(self._highs.getSolution().row_dual)

    @property
    def objective(self) -> float:
        return float(self._highs.getInfo().objective_function_value)

    def _limit(self, seconds: float) -> None:
        # The limit counts from the model's first run.
        self._highs.setOptionValue("time_limit", self._highs.getRunTime() + max(0.01, seconds))
