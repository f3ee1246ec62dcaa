"""Acceptance check 20: sequence numbers are counted and survived."""

from telephony.sequence import Sequence, observe


def watch(*numbers: int | None) -> tuple[Sequence, list[bool]]:
    sequence, verdicts = Sequence(), list[bool]()
    for number in numbers:
        sequence, new = observe(sequence, number)
        verdicts.append(new)
    return sequence, verdicts


def test_numbers_in_order_count_nothing():
    sequence, verdicts = watch(1, 2, None, 3)
    assert (sequence.missing, sequence.duplicates, sequence.reordered) == (0, 0, 0)
    assert all(verdicts)


def test_a_duplicate_is_counted_and_recognised():
    sequence, verdicts = watch(1, 2, 2, 1, 3)
    assert sequence.duplicates == 2
    assert verdicts == [True, True, False, False, True]


def test_a_gap_is_counted_as_missing():
    assert watch(1, 2, 6)[0].missing == 3


def test_one_that_comes_late_is_reordered_and_no_longer_missing():
    sequence, verdicts = watch(1, 3, 2, 4)
    assert (sequence.missing, sequence.reordered, sequence.duplicates) == (0, 1, 0)
    assert all(verdicts)


def test_a_number_from_long_ago_is_taken_as_reordered():
    sequence, verdicts = watch(1_000, 1)
    assert sequence.reordered == 1
    assert verdicts == [True, True]
