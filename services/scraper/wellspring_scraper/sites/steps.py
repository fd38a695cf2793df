"""Steps of a definition, run over pages that somebody else fetches."""

from collections.abc import Generator
from datetime import datetime

from wellspring_common.errors import Permanent, Transient, WellspringError
from wellspring_common.fetch.page import Page
from wellspring_common.fetch.page import Request as Asked

from .asking import Run, Scope, absolute, fetched
from .document import Document
from .fields import holds, read
from .keeping import KEPT
from .resolve_part import Step, StepScope
from .template import template
from .vocabulary import Conditions, Field, Request


def run_steps(steps: tuple[Step, ...], scope: Scope, run: Run) -> Generator[Asked, Page, Document | None]:
    """Run steps in order and return the last one's page. What they read is in the scope afterwards."""
    document, at, renewed = None, 0, False
    while at < len(steps):
        step = steps[at]
        if step.request is None:
            read_step(step, document, scope, run)
            at += 1
            continue
        # a page's tree is freed before the next one is asked for: at 17 times its size, two are too many
        document = None
        if _is_left_out(step, scope, run, renewed=renewed):
            at += 1
            continue
        try:
            document = yield from _arrived_at(step.name, step.request, scope, run)
            worn = soft_expired(step, document, run)
            if not worn:
                read_step(step, document, scope, run)
        except WellspringError:
            if not step.optional:
                raise
            worn, document = False, None
            scope.update({f".Result.{name}": "" for name in step.fields})
        if worn:
            if renewed or step.renew_from is None:
                raise worn_out(step)
            renewed = True
            at = next(index for index, one in enumerate(steps) if one.name == step.renew_from)
            continue
        if step.scope is StepScope.CACHED:
            KEPT.keep((run.owner, step.name), {n: scope[f".Result.{n}"] for n in step.fields}, run.now())
        at += 1
    return document


def _is_left_out(step: Step, scope: Scope, run: Run, *, renewed: bool) -> bool:
    if step.when is not None and not template(step.when).render(scope).strip():
        for name in step.fields:
            scope.setdefault(f".Result.{name}", "")
        return True
    return step.scope is StepScope.CACHED and not renewed and _recall(step, scope, run)


def _recall(step: Step, scope: Scope, run: Run) -> bool:
    kept = KEPT.recall((run.owner, step.name), run.now())
    scope.update({f".Result.{name}": value for name, value in (kept or {}).items()})
    return kept is not None


def _arrived_at(name: str, request: Request, scope: Scope, run: Run) -> Generator[Asked, Page, Document]:
    page = yield from fetched(name, request, scope, run)
    return arrived(page, scope, run.now())


def arrived(page: Page, scope: Scope, moment: datetime) -> Document:
    """Return a page to be read, and put into the scope what is known of its arrival."""
    scope[".Page.Url"] = page.url
    scope[".Today.Minute"] = str(moment.minute)
    scope[".Today.Unix"] = str(int(moment.timestamp()))
    scope[".Today.Year"] = str(moment.year)
    return Document(page)


def soft_expired(step: Step, document: Document, run: Run) -> bool:
    """Return whether a page says that it is worn out. Raises `Permanent`: `not_found`, `forbidden`."""
    if any_holds(step.name, "not_found_when", step.not_found_when, document, run):
        raise Permanent("The page says that there is no such file.", code="not_found")
    if any_holds(step.name, "forbidden_when", step.forbidden_when, document, run):
        raise Permanent("The page says that the file is not for everybody.", code="forbidden")
    return any_holds(step.name, "soft_expired_when", step.soft_expired_when, document, run)


def worn_out(step: Step) -> Transient:
    """Return the error of a page that says it is worn out."""
    return Transient(f"The page of step {step.name} says that it has expired.", code="soft_expired")


def any_holds(step: str, word: str, conditions: Conditions, document: Document, run: Run) -> bool:
    """Return whether one of some conditions holds."""
    for condition in conditions:
        found = holds(condition, document)
        if run.observer is not None:
            run.observer.checked(step, word, str(condition), holds=found)
        if found:
            return True
    return False


def must_hold(step: str, conditions: Conditions, document: Document, run: Run) -> None:
    """Raise `Permanent` with `drift` unless all conditions hold."""
    for condition in conditions:
        found = holds(condition, document)
        if run.observer is not None:
            run.observer.checked(step, "must_have", str(condition), holds=found)
        if not found:
            raise Permanent(f"The page of step {step} has changed: no {condition} on it.", code="drift")


def read_step(step: Step, document: Document | None, scope: Scope, run: Run) -> None:
    """Check a page and read a step's fields from it. Raises `Permanent` with `drift`."""
    if document is not None:
        must_hold(step.name, step.must_have, document, run)
    missing: str | None = None
    values: dict[str, str | None] = {}
    for name, field in step.fields.items():
        value = values[name] = read(field, document, None, scope)
        if value is None and not field.optional:
            missing = name
            break
        scope[f".Result.{name}"] = value or ""
    if run.observer is not None:
        run.observer.read(step.name, values)
    if missing is not None:
        raise Permanent(f"The page of step {step.name} has changed: no {missing} on it.", code="drift")


def final_url(field: Field, document: Document | None, scope: Scope) -> str:
    """Return the URL at the end of a way. Raises `Permanent` with `drift` where there is none."""
    found = read(field, document, None, scope)
    if found is None:
        raise Permanent("The way to the file has changed: no URL at its end.", code="drift")
    return absolute(found, scope)
