"""HIT layouts: templates that a requester's programs name by id, registered by the operator."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from hits.endpoint import accounts, ids, templates
from hits.endpoint.administration import books
from hits.endpoint.errors import EndpointError, WireError, request_error
from hits.endpoint.question import parse
from hits.endpoint.tables import Account, Layout


@dataclass(frozen=True)
class LayoutFacts:
    """A layout as its operator sees it."""

    layout_id: str
    account: str
    name: str
    variables: list[str]


def find(session: Session, account_seq: int, layout_id: str) -> Layout:
    """The caller's own layout, or the refusal that a program gets."""
    query = select(Layout).where(Layout.layout_id == layout_id, Layout.account_seq == account_seq)
    found = session.scalars(query.options(undefer(Layout.html))).first()
    if found is None:
        raise request_error("HITLayoutDoesNotExist", f"Hit layout {layout_id} does not exist.")
    return found


def register(
    session: Session, account: Account, name: str, html: str, height: int, now: int
) -> Layout:
    """Keep a template; one with the same name and text keeps its id."""
    try:
        parse(templates.html_question(html, height))
    except WireError as error:
        raise EndpointError(f"the template {name!r} cannot be used: {error.message}") from error
    query = select(Layout).where(Layout.account_seq == account.seq, Layout.name == name)
    for layout in session.scalars(query.options(undefer(Layout.html))):
        if (layout.html, layout.height) == (html, height):
            return layout
    made = Layout(
        layout_id=ids.entity_id(),
        account_seq=account.seq,
        name=name,
        html=html,
        height=height,
        created_ms=now,
    )
    session.add(made)
    session.flush()
    return made


def add_layout(data: str, account: str, name: str, html: str, height: int) -> LayoutFacts:
    """Register a template for an account; what a program then names as HITLayoutId."""

    def write(session: Session, now: int) -> LayoutFacts:
        owner = accounts.require(session, account)
        return _facts(register(session, owner, name, html, height, now), account)

    with books(data) as market:
        return market.write(write)


def list_layouts(data: str) -> list[LayoutFacts]:
    """All layouts, in the order in which they were registered."""

    def read(session: Session, _now: int) -> list[LayoutFacts]:
        query = (
            select(Layout, Account.access_key)
            .join(Account, Account.seq == Layout.account_seq)
            .order_by(Layout.seq)
            .options(undefer(Layout.html))
        )
        return [_facts(layout, key) for layout, key in session.execute(query)]

    with books(data, exist=True) as market:
        return market.read(read)


def _facts(layout: Layout, account: str) -> LayoutFacts:
    return LayoutFacts(layout.layout_id, account, layout.name, templates.variables(layout.html))
