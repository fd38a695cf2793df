"""How many processes simulate changes nothing of what they come to."""

from wellspring_sim.policies import CLICK, SEEDS
from wellspring_sim.runs import Setting, simulate

SMALL = Setting("mixed", episodes=150, days=2, plays_per_day=80)


def test_two_processes_come_to_what_one_comes_to() -> None:
    policies = [SEEDS, CLICK]
    alone = simulate(SMALL, policies, [1, 2], processes=1)
    assert simulate(SMALL, policies, [1, 2], processes=2) == alone
    assert [(result.policy, result.seed) for result in alone] == [
        (SEEDS, 1),
        (SEEDS, 2),
        (CLICK, 1),
        (CLICK, 2),
    ]
