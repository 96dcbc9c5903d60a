"""Files for the tests of imports: the shape of an object-centric log, with values of our own."""

import json
from collections.abc import Iterable, Sequence
from io import BytesIO
from typing import BinaryIO

from eventstore.ingest.importing import FileImport, Report
from eventstore.ingest.surveying import NOTHING, Stated, survey
from eventstore.store import EventStore

LOG = """\
ocel:eid,ocel:activity,ocel:timestamp,ocel:type:customers,ocel:type:items,ocel:type:orders,ocel:type:packages,weight
1.0,place order,2024-02-05 09:00:00.000Z, ,"['11','12']","['o-1']", ,3.50
2.0,place order,2024-02-05 09:10:00.000Z, ,"['13']","['o-2']", ,1.0
3.0,pick item,2024-02-05 09:20:00.000Z, ,"['11']", , ,0.250
4.0,confirm order,2024-02-05 09:30:00.000Z, , ,"['o-1']", ,3.50
5.0,pick item,2024-02-05 09:40:00.000Z, ,"['12']", , ,
6.0,create package,2024-02-05 10:00:00.000Z, ,"['11','12','13']", ,"['p-1']",4.5
7.0,send package,2024-02-05 11:00:00.000Z, , , ,"['p-1']",4.5
8.0,pay order,2024-02-06 08:00:00.000Z, , ,"['o-1']", ,3.50
9.0,package lost,2024-02-06 09:00:00.000Z, , , , ,
"""


def jsonl(rows: Iterable[object]) -> str:
    """One JSON text a line."""
    return "".join(json.dumps(row) + "\n" for row in rows)


def ticks(rows: Sequence[int]) -> str:
    """A file without ids whose rows name one sensor each; equal numbers make equal rows."""
    return "time,sensor_id,reading\n" + "".join(f"2024-02-05T09:00:{n % 60:02}Z,s{n % 3},{n}\n" for n in rows)


def file(text: str | bytes) -> BinaryIO:
    """An open file with this text."""
    return BytesIO(text.encode() if isinstance(text, str) else text)


def imported(store: EventStore, text: str | bytes, name: str = "log.csv", stated: Stated = NOTHING) -> Report:
    """Import a file by the mapping that is guessed."""
    opened = file(text)
    found = survey(opened, name)
    return FileImport(store, opened, found, found.mapping(stated)).run()
