from bench import growth
from bench.processes import Usage
from bench.report import Report


def missed(*memory: float, ports: tuple[int, ...] = (4, 4, 4, 4), descriptors: int = 9) -> list[str]:
    history = [[Usage("hotline server", 1, one, 9, 0.0)] for one in memory]
    history[-1] = [Usage("hotline server", 1, memory[-1], descriptors, 0.0)]
    report = Report("soak", "made up")
    growth.add(report, history, ports, 500)
    return [row.name for row in report.rows if row.kept is False]


def test_memory_counts_from_the_first_thousand_calls() -> None:
    assert missed(100, 170, 180, 183) == []
    assert missed(100, 110, 120, 130) == ["hotline server: growth since"]


def test_descriptors_and_ports_that_stay_open_are_missed() -> None:
    assert missed(100, 170, 180, 183, descriptors=20) == ["hotline server: descriptors more"]
    assert missed(100, 170, 180, 183, ports=(4, 6, 6, 6)) == ["UDP ports more than before the first call"]
