"""How long keys hold a value of a facet: the times of the rows that last took it on. From them shows what is usual."""

from eventstore.histories.answers import Interval
from eventstore.histories.conditions import facet_of
from eventstore.histories.standing import Standing


def lasting(at: Standing, by: str, value: str, limit: int) -> list[Interval]:
    """The times in which keys held the value, of its newest rows up to the moment."""
    if not facet_of(at.build, by).counted:
        raise ValueError(f"{at.build.projection} does not count {by}: declare it `counted` and rebuild.")
    long = "" if at.known is None else " AND settled IS NULL"
    sql = _LASTING.format(table=at.build.rows, by=by, believed=f"{at.believed}{long}", occurred=at.occurred)
    return [Interval(since, until) for since, until in at.rows(sql, value, value, value, limit)]


_LASTING = """
    SELECT began.valid_from, (
        SELECT min(ended.valid_from) FROM {table} AS ended
        WHERE ended.key = began.key AND {believed} AND ended.valid_from <= {occurred}
        AND (ended.valid_from, ended.event_position) > (began.valid_from, began.event_position)
        AND (ended.f_{by} IS NULL OR ended.f_{by} <> ?))
    FROM (
        SELECT key, valid_from, event_position,
        CASE WHEN held_before = 1 AND b_{by} = ? THEN 0 ELSE 1 END AS anew
        FROM {table} WHERE f_{by} = ? AND {believed} AND valid_from <= {occurred}
        ORDER BY valid_from DESC, event_position DESC LIMIT ?) AS began
    WHERE anew = 1 ORDER BY began.valid_from DESC, began.event_position DESC"""
