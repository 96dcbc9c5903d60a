"""How read models are doing, as tables and facts. Pure."""

from collections.abc import Sequence
from typing import Any

from app import formats, payload
from app.answers import Standing
from app.frames.models import story_of
from app.frames.tables import Cell, Column, Look, Row, Table, fact, toned
from app.links import Place
from app.model_answers import Build, Course, Model, Proof, Trouble
from app.theme import ICONS, Tone

FAR_BEHIND = 60_000_000
"""A read model that is this far behind is no longer merely catching up, in microseconds."""


def ails(course: Course) -> bool:
    """Whether somebody should look at it."""
    return bool(_heals(course))


def _state(course: Course) -> tuple[str, Tone]:
    build = course.model.build
    if build is None:
        return "not projected", Tone.UNKNOWN
    states = {
        ("left behind", Tone.FAILED): build.failure is not None,
        ("drifted", Tone.FAILED): course.proof is not None and bool(course.proof.drifts),
        ("in part", Tone.WAITING): course.parked > 0 or course.unrouted > 0,
        ("catching up", Tone.WAITING): course.lag > 0 and course.behind < FAR_BEHIND,
        ("behind", Tone.WAITING): course.lag > 0,
    }
    return next((state for state, holds in states.items() if holds), ("level", Tone.DONE))


def _heals(course: Course) -> list[str]:
    """The commands that mend it, the most needed first."""
    name, build = course.model.name, course.model.build
    heals = {
        "chronoscope project": build is None or (course.lag > 0 and build.failure is None),
        f"chronoscope rebuild {name}": build is not None
        and (build.failure is not None or bool(build.stopped) or bool(course.proof and course.proof.drifts)),
        f"chronoscope heal {name}": course.parked > 0 or course.unrouted > 0,
    }
    return [command for command, needed in heals.items() if needed]


def heading(courses: Sequence[Course], at: Standing) -> dict[str, Any]:
    """How many there are, and how many need somebody."""
    ailing = sum(map(ails, courses))
    said = f"{formats.plural(ailing, 'needs', 'need')} a look" if ailing else "all level and whole"
    now = "" if at.live else "; shown as it is now: lag has no past"
    note = f"{formats.plural(len(courses), 'read model')}, {said}{now}"
    return {"title": "Projections", "level": "h1", "note": note}


def courses(found: Sequence[Course], chosen: Course, look: Look, place: Place) -> Table:
    """Each read model in a line."""
    columns = (
        Column("Read model", "", link=True),
        Column("State", "126px"),
        Column("Checkpoint", "96px", "mono", "right"),
        Column("Lag, events", "92px", "mono", "right"),
        Column("Lag, time", "100px", "mono", "right"),
        Column("Parked", "70px", "mono", "right"),
        Column("Unrouted", "80px", "mono", "right"),
        Column("Proof", "19%"),
        Column("To mend it", "23%", "mono"),
    )
    made = tuple(_course(course, chosen, look, place) for course in found)
    return Table("Read models", columns, made)


def _course(course: Course, chosen: Course, look: Look, place: Place) -> Row:
    word, meant = _state(course)
    build, model = course.model.build, course.model
    proved, proof = _proof_words(course)
    heals = _heals(course)
    beside = next((one for one in model.others if one.state == "building"), None)
    cells = (
        Cell(model.name, mark="" if beside is None else f"build {beside.number} on its way"),
        Cell(word, icon=ICONS[meant], tone=look.palette.tones[meant], title=(build.failure if build else "") or word),
        Cell(formats.MISSING if build is None else formats.count(build.position)),
        Cell(formats.count(course.lag), dim=not course.lag),
        Cell(formats.duration(course.behind) if course.lag and build else formats.MISSING, dim=not course.lag),
        Cell(formats.count(course.parked), dim=not course.parked),
        Cell(formats.count(course.unrouted), dim=not course.unrouted),
        Cell(proved, icon=ICONS[proof], tone=look.palette.tones[proof]),
        Cell(heals[0] if heals else formats.MISSING, title="\n".join(heals), dim=not heals),
    )
    selected = course.model.name == chosen.model.name
    return Row(model.name, cells, place.but(p=model.name).href(), selected=selected)


def _proof_words(course: Course) -> tuple[str, Tone]:
    proof = course.proof
    if proof is None:
        return "never proved", Tone.UNKNOWN
    if proof.drifts:
        return f"{formats.plural(len(proof.drifts), 'drift')} at #{proof.checkpoint:,}", Tone.FAILED
    share = "all keys" if proof.compared >= proof.keys else f"{proof.compared:,} of {proof.keys:,} keys"
    return f"{share} at #{proof.checkpoint:,}", Tone.DONE


def about(course: Course, look: Look, place: Place) -> dict[str, Any]:
    """What is known of one read model, and the commands that mend it."""
    word, meant = _state(course)
    model, build = course.model, course.model.build
    facets = ", ".join(f"{one.name} ({one.kind})" for one in model.facets) or "none"
    items = [fact("facets", facets)]
    if build is not None:
        items = [
            fact("checkpoint", formats.count(build.position), note=_lag(course)),
            fact("updated", formats.full_time(build.updated_at)),
            fact("proof", *_proof_fact(course)),
            fact("facets", facets),
        ]
    if build is not None and build.stopped:
        items.append(fact("not counted", ", ".join(build.stopped), note="more than 50 values"))
    failure = f"Left behind: {payload.visible(build.failure)}" if build and build.failure else ""
    links = [] if build is None else [{"text": "Its keys", "href": place.kept(p=model.name).href("models")}]
    return {
        "title": model.name,
        "badges": [toned(word, meant, look)],
        "links": links,
        "items": items,
        "text": failure,
        "commands": _heals(course),
        "look": "panel list",
    }


def _lag(course: Course) -> str:
    if not course.lag:
        return "level with the log"
    return f"{formats.plural(course.lag, 'event')}, {formats.duration(course.behind)} behind"


def _proof_fact(course: Course) -> tuple[str]:
    proof = course.proof
    if proof is None:
        return ("never; chronoscope verify --projections compares it with a replay",)
    return (f"{_proof_words(course)[0]}, {formats.full_time(proof.proved_at)}",)


def builds(course: Course, at: Standing, look: Look) -> Table:
    """Every build of a read model: the one that answers, one that is made beside it, the one it replaced."""
    columns = (
        Column("Build", "56px", "mono"),
        Column("State", "104px"),
        Column("Checkpoint", "96px", "mono", "right"),
        Column("of the log", "84px", "mono", "right"),
        Column("Made, UTC", "", "mono", "right"),
        Column("Code", "92px", "mono"),
    )
    mine = [one for one in (course.model.build, *course.model.others) if one is not None]
    return Table("Builds", columns, tuple(_build(one, at, look) for one in mine))


def _build(one: Build, at: Standing, look: Look) -> Row:
    meant = Tone.FAILED if one.failure else {"live": Tone.DONE, "building": Tone.ACTIVE}.get(one.state, Tone.UNKNOWN)
    share = 100 if not at.head else one.position / at.head * 100
    word = "answers" if one.state == "live" else one.state
    cells = (
        Cell(str(one.number)),
        Cell(word, icon=ICONS[meant], tone=look.palette.tones[meant], title=one.failure or word),
        Cell(formats.count(one.position)),
        Cell(f"{min(share, 100):.1f} %"),
        Cell(formats.short_time(one.created_at), title=formats.full_time(one.created_at), dim=True),
        Cell(one.code[:8], title=one.code, dim=True),
    )
    return Row(str(one.number), cells)


LISTED = 50
"""So many troubles are listed."""


def _first(number: int) -> str:
    return f"; the first {LISTED}" if number > LISTED else ""


def parked_heading(course: Course) -> dict[str, Any]:
    """Keys that stopped."""
    if not course.parked:
        return {"title": "Parked keys", "level": "h2", "text": "None: every fold took every event of its key."}
    note = f"{formats.plural(course.parked, 'key')} stopped at an event that no fold could take{_first(course.parked)}"
    return {"title": "Parked keys", "level": "h2", "note": note}


def parked(model: Model, found: Sequence[Trouble], look: Look, place: Place) -> Table:
    """Each parked key with the event at which it stopped."""
    columns = (
        Column("Key", "26%", "mono", link=True),
        Column("Event", "84px", "mono", "right"),
        Column("UTC", "140px", "mono"),
        Column("Error", ""),
    )
    made = tuple(
        Row(
            one.key,
            (
                Cell(
                    formats.elided(one.key),
                    title=one.key,
                    icon=ICONS[Tone.FAILED],
                    tone=look.palette.tones[Tone.FAILED],
                ),
                _event(one, place),
                Cell(formats.MISSING if one.since is None else formats.short_time(one.since), dim=True),
                _error(one),
            ),
            story_of(model, one.key, place, e=str(one.position)),
        )
        for one in found
    )
    return Table("Parked keys", columns, made)


def _event(one: Trouble, place: Place) -> Cell:
    href = place.kept(e=str(one.position)).href("events")
    return Cell(f"#{one.position:,}", title=f"Open the event at position {one.position}", href=href)


def _error(one: Trouble) -> Cell:
    text = "hidden by the mask" if one.error is None else payload.visible(one.error)
    return Cell(text, title=text, dim=one.error is None)


def unrouted_heading(course: Course) -> dict[str, Any]:
    """Events that belong to no key, since telling it raised."""
    if not course.unrouted:
        return {"title": "Unrouted events", "level": "h2", "text": "None: of every event it could tell the keys."}
    note = f"of {formats.plural(course.unrouted, 'event')} the keys could not be told{_first(course.unrouted)}"
    return {"title": "Unrouted events", "level": "h2", "note": note}


def unrouted(found: Sequence[Trouble], place: Place) -> Table:
    """Each unrouted event with its error."""
    columns = (Column("Event", "110px", "mono", link=True), Column("Error", ""))
    made = tuple(
        Row(
            str(one.position),
            (Cell(f"#{one.position:,}"), _error(one)),
            place.kept(e=str(one.position)).href("events"),
        )
        for one in found
    )
    return Table("Unrouted events", columns, made)


def drifts(model: Model, proof: Proof, place: Place) -> Table:
    """Keys whose stored states are not what a replay gives."""
    columns = (Column("Key", "40%", "mono", link=True), Column("What differs", ""))
    made = tuple(
        Row(
            f"{number}",
            (Cell(payload.visible(key), title=key), Cell(payload.visible(what))),
            story_of(model, key, place),
        )
        for number, (key, what) in enumerate(proof.drifts)
    )
    return Table("Drifted keys", columns, made)
