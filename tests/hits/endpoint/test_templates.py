"""Templates with variables: layouts that programs name, batches of a CSV, and their results."""

import csv
import json
from pathlib import Path

import httpx
import pytest

from hits.endpoint.batches import Terms, load
from hits.endpoint.errors import EndpointError
from hits.endpoint.hosts import set_hosts
from hits.endpoint.layouts import add_layout, list_layouts
from hits.endpoint.results import write_results
from hits.endpoint.templates import fill, variables

TEMPLATE = """<p>Read: <b>${text}</b> (${ source })</p>
<script>const mine = `${window.name}`; const theirs = "${source}";</script>
<label><input type="radio" name="label" value="good"> good</label>
<label><input type="checkbox" name="why" value="plot"> plot</label>
<label><input type="checkbox" name="why" value="cast"> cast</label>
<textarea name="comment"></textarea>"""
ROWS = [
    {"text": "It was <i>fine</i>.", "source": "a, b"},
    {"text": 'She said "no"\nand left.', "source": "c"},
]


@pytest.fixture
def files(tmp_path):
    """A template and a table, as a requester has them."""
    template, table = tmp_path / "review.html", tmp_path / "batch.csv"
    template.write_text(TEMPLATE, "utf-8")
    with table.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, ["text", "source"])
        writer.writeheader()
        writer.writerows(ROWS)
    return template, table


def test_variables_are_those_outside_scripts():
    assert variables(TEMPLATE) == ["text", "source"]
    filled = fill(TEMPLATE, {"text": "x", "source": "y"})
    assert "${window.name}" in filled
    assert 'theirs = "y"' in filled


def test_a_layout_is_named_by_a_program(shared_world):
    layout = add_layout(shared_world.data, "local", "review", TEMPLATE, 300)
    assert layout.variables == ["text", "source"]
    assert layout in list_layouts(shared_world.data)
    again = add_layout(shared_world.data, "local", "review", TEMPLATE, 300)
    assert again.layout_id == layout.layout_id
    given = [{"Name": "text", "Value": "]]> & <b>"}, {"Name": "source", "Value": "z"}]
    parameters = shared_world.requester.hit_parameters(
        HITLayoutId=layout.layout_id, HITLayoutParameters=given
    )
    del parameters["Question"]
    hit = shared_world.requester.client.create_hit(**parameters)["HIT"]
    assert hit["HITLayoutId"] == layout.layout_id
    assert "<FrameHeight>300</FrameHeight>" in hit["Question"]
    page = httpx.get(f"{shared_world.url}/frame/{hit['HITId']}").text
    assert "Read: <b>]]> & <b></b> (z)" in page


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"HITLayoutId": "3NOSUCH"}, "Hit layout 3NOSUCH does not exist"),
        ({"HITLayoutId": "MINE"}, "no value for the variable 'text'"),
        (
            {"HITLayoutId": "MINE", "HITLayoutParameters": [{"Name": "text", "Value": "1"}] * 2},
            "must name each variable once",
        ),
        ({}, "Question or HITLayoutId is required"),
    ],
)
def test_layouts_that_cannot_be_filled_are_refused(shared_world, changes, said):
    if changes.get("HITLayoutId") == "MINE":
        made = add_layout(shared_world.data, "local", "review", TEMPLATE, 300)
        changes = changes | {"HITLayoutId": made.layout_id}
    parameters = shared_world.requester.hit_parameters(**changes)
    del parameters["Question"]
    refusal = shared_world.requester.refusal("create_hit", **parameters)
    assert said in refusal["Error"]["Message"]


def test_a_question_and_a_layout_are_one_too_many(shared_world):
    parameters = shared_world.requester.hit_parameters(HITLayoutId="3ANY")
    refusal = shared_world.requester.refusal("create_hit", **parameters)
    assert "and not both" in refusal["Error"]["Message"]


def test_a_batch_is_loaded_worked_on_and_read_back(world, files, tmp_path):
    terms = Terms("Rate a review", "Say what you think.", "0.10", assignments=2)
    batch = load(world.data, "local", *files, terms)
    hits = world.requester.client.list_hits()["HITs"]
    assert (batch.hits, len(hits)) == (2, 2)
    assert {hit["HITTypeId"] for hit in hits} == {batch.hit_type_id}
    assert world.requester.balance() == ("9999.60", "0.40")
    first = next(hit for hit in hits if "fine" in hit["Question"])
    worker = world.worker()
    held = worker.accept(first["HITId"])
    frame = worker.http.get(worker.frame_address(held)).text
    assert "Read: <b>It was <i>fine</i>.</b> (a, b)" in frame
    worker.submit(held, label="good", why=["plot", "cast"], comment='a "b"\nc')

    out = tmp_path / "results.csv"
    assert write_results(world.data, "local", batch.number, out) == 1
    with out.open(encoding="utf-8", newline="") as file:
        (row,) = csv.DictReader(file)
    assert row["Input.text"] == ROWS[0]["text"]
    assert row["Answer.why"] == "plot|cast"
    assert row["Answer.comment"] == 'a "b"\nc'
    assert (row["WorkerId"], row["AssignmentStatus"]) == (worker.worker_id, "Submitted")
    assert (row["Reward"], row["RequesterAnnotation"]) == ("$0.10", f"BatchId:{batch.number};")
    assert list(row)[:3] == ["HITId", "HITTypeId", "Title"]
    assert list(row)[-2:] == ["Approve", "Reject"]
    assert row["AcceptTime"].endswith(row["SubmitTime"][-4:]) and "UTC" in row["AcceptTime"]


def test_a_refused_row_undoes_the_whole_batch(world, files, tmp_path):
    template, table = files
    dear = Terms("Dear", "Dear", "6000.00")
    with pytest.raises(EndpointError, match="line 3 of the table: .*insufficient funds"):
        load(world.data, "local", template, table, dear)
    assert world.requester.client.list_hits()["NumResults"] == 0
    assert world.requester.balance() == ("10000.00", "0.00")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "no header and no rows"),
        ("text,source\n", "needs rows"),
        ("text,text\na,b\n", "names each column once"),
        ("text,source\na\n", "row 2: 1 cells, where the header has 2"),
        ("text\na\n", "no value for the variable 'source'"),
    ],
)
def test_tables_that_do_not_fit_are_refused_by_row(world, files, tmp_path, content, said):
    table = tmp_path / "bad.csv"
    table.write_text(content, "utf-8")
    with pytest.raises(EndpointError, match=said):
        load(world.data, "local", files[0], table, Terms("T", "D", "0.10"))


def test_what_is_not_there_is_said(world, files, tmp_path):
    with pytest.raises(EndpointError, match="no account with the access key 'nobody'"):
        load(world.data, "nobody", *files, Terms("T", "D", "0.10"))
    with pytest.raises(EndpointError, match="has no batch 7"):
        write_results(world.data, "local", 7, tmp_path / "out.csv")
    with pytest.raises(EndpointError, match="cannot read"):
        load(world.data, "local", tmp_path / "none.html", files[1], Terms("T", "D", "0.10"))
    assert not (tmp_path / "out.csv").exists()


# Outside hosts, and files that stand in for them


def policy(world, hit_id):
    answer = httpx.get(f"{world.url}/frame/{hit_id}")
    parts = answer.headers["content-security-policy"].split("; ")
    return {part.split(" ", 1)[0]: part.split(" ", 1)[1] for part in parts if " " in part}


def test_no_outside_host_is_reached_unless_it_is_allowed(shared_world):
    hit = shared_world.requester.create(Title="Hosts")
    worker = shared_world.worker()
    before = policy(shared_world, hit["HITId"])
    assert "example" not in json.dumps(before)
    assert before["connect-src"] == "'none'"
    assert "data-outside" not in worker.http.get(f"/hits/{hit['HITId']}").text
    set_hosts(shared_world.data, hit["HITTypeId"], ["cdn.example.org", "*.Example.net:8443"])
    after = policy(shared_world, hit["HITId"])
    for directive in ("script-src", "style-src", "img-src", "font-src", "connect-src"):
        assert "https://cdn.example.org https://*.example.net:8443" in after[directive]
    assert after["form-action"] == before["form-action"]
    shown = worker.http.get(f"/hits/{hit['HITId']}").text
    assert "loads parts from cdn.example.org, *.example.net:8443" in shown
    assert set_hosts(shared_world.data, hit["HITTypeId"], []) == []
    assert policy(shared_world, hit["HITId"]) == before


@pytest.mark.parametrize("host", ["", "*", "'self'", "a b", "https://x/y", "x;script-src *", "*.*"])
def test_what_is_no_host_is_refused(shared_world, host):
    hit_type = shared_world.requester.create(Title="Hosts")["HITTypeId"]
    with pytest.raises(EndpointError, match="is not a host"):
        set_hosts(shared_world.data, hit_type, [host])


LIBRARY = "https://cdn.example.org/lib@1.2/lib.min.js"
PAGE = (
    f"<script src='{LIBRARY}?x=1&amp;y=2' integrity='sha256-x'></script>"
    '<link rel=stylesheet href="//cdn.example.org/lib@1.2/none.css">'
    '<img src="https://cdn.example.org/../../secret">'
    f'<a href="https://other.example.org/">{LIBRARY}</a><input name="a">'
)


def test_addresses_with_a_file_are_pointed_at_it(tmp_path, boto_session, connect):
    from hits.endpoint.serve import running
    from hits.endpoint.settings import ServeSettings
    from tests.hits.endpoint.conftest import html_question

    folder = tmp_path / "assets"
    (folder / "cdn.example.org/lib@1.2").mkdir(parents=True)
    (folder / "cdn.example.org/lib@1.2/lib.min.js").write_text("window.loaded = 1")
    (tmp_path / "secret").write_text("s")
    settings = ServeSettings(data=str(tmp_path / "m.db"), assets=folder)
    with running(settings) as url:
        hit_id = connect(url).create(Question=html_question(PAGE))["HITId"]
        page = httpx.get(f"{url}/frame/{hit_id}").text
        ours = f"{url}/assets/cdn.example.org/lib@1.2/lib.min.js"
        assert f"<script src='{ours}' integrity" in page
        assert 'href="//cdn.example.org/lib@1.2/none.css"' in page  # no file: left as it is
        assert '<img src="https://cdn.example.org/../../secret">' in page
        assert f">{LIBRARY}</a>" in page  # only addresses, not text
        served = httpx.get(ours)
        assert (served.text, served.headers["access-control-allow-origin"]) == (
            "window.loaded = 1",
            "*",
        )
        assert httpx.get(f"{url}/assets/cdn.example.org/%2e%2e/%2e%2e/secret").status_code == 404


def test_a_folder_that_is_not_there_is_said(tmp_path):
    from hits.endpoint.settings import ServeSettings

    with pytest.raises(EndpointError, match="no folder"):
        ServeSettings(assets=Path(tmp_path / "none")).check()
