"""The pure function: at every moment it answers as the replay does, and its rows are those of the declarative form."""

from hypothesis import given

from eventstore.core import history
from tests.histories import pure
from tests.histories.logs import Log, commits


@given(commits)
def test_it_answers_as_the_replay(log: Log) -> None:
    pure.answers(history, log)


@given(commits)
def test_its_rows_are_those_of_the_declarative_form(log: Log) -> None:
    pure.declares(history, log)


@given(commits)
def test_one_row_holds_at_a_time(log: Log) -> None:
    pure.one_holds(history, log)


@given(commits)
def test_a_long_key_keeps_one_row_an_event_and_the_latest_belief(log: Log) -> None:
    pure.long_ones_keep_the_latest(history, log)
