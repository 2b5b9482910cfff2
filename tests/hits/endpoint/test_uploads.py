"""Files that come with answers: kept with them, and fetched by an address that lasts a minute."""

from datetime import timedelta
from urllib.parse import urlsplit

import httpx
import pytest

from tests.hits.endpoint.conftest import STRANGER, html_question, outcome
from tests.hits.endpoint.test_question_form import form, problems, question, read_back

PHOTO = ("naïve \r\n photo.png", b"\x89PNG\x00\x01", "image/png")
ANY_FILE = html_question("<input type='file' name='photo'><input name='note'>")


def send(world, xml, files, **fields):
    """The answer page and the assignment's id."""
    hit_id = world.requester.create(Question=xml)["HITId"]
    worker = world.worker()
    assignment_id = worker.accept(hit_id)
    page = STRANGER.post(worker.submit_address(assignment_id), data=fields, files=files)
    return page, assignment_id


def address_of(world, assignment_id, question_id="photo"):
    return world.requester.client.get_file_upload_url(
        AssignmentId=assignment_id, QuestionIdentifier=question_id
    )["FileUploadURL"]


def test_a_file_is_kept_with_the_answer_and_can_be_fetched_for_a_minute(world):
    page, assignment_id = send(world, ANY_FILE, {"photo": PHOTO}, note="mine")
    assert outcome(page) == "submitted"
    answer = world.requester.client.get_assignment(AssignmentId=assignment_id)["Assignment"]
    fields = dict(read_back(answer["Answer"]))
    assert fields["note"] == [("FreeText", "mine")]
    (_, key), size = fields["photo"]
    assert size == ("UploadedFileSizeInBytes", "6")

    address = address_of(world, assignment_id)
    assert address.startswith(world.url) and key in address
    fetched = httpx.get(address)
    assert fetched.content == PHOTO[1]
    assert fetched.headers["content-disposition"].startswith("attachment; filename*=UTF-8''na")
    assert "sandbox" in fetched.headers["content-security-policy"]
    world.clock.move(timedelta(seconds=60))
    assert httpx.get(address).status_code == 404
    assert httpx.get(address_of(world, assignment_id)).status_code == 200


def test_an_address_cannot_be_made_or_changed(shared_world):
    _, assignment_id = send(shared_world, ANY_FILE, {"photo": PHOTO})
    address = address_of(shared_world, assignment_id)
    path = urlsplit(address).path
    for forged in (
        f"{shared_world.url}{path}",
        f"{shared_world.url}{path}?expires=99999999999999&signature=x",
        address.replace("expires=", "expires=9"),
        address[:-1] + ("A" if address[-1] != "A" else "B"),
        address.replace(path, "/uploads/3NOSUCHFILE"),
    ):
        assert httpx.get(forged).status_code == 404, forged


def test_without_a_file_there_is_no_address(shared_world):
    _, assignment_id = send(shared_world, ANY_FILE, None, note="no file")
    refusal = shared_world.requester.refusal(
        "get_file_upload_url", AssignmentId=assignment_id, QuestionIdentifier="photo"
    )
    assert refusal["TurkErrorCode"] == "AWS.MechanicalTurk.InvalidParameterValue"
    refusal = shared_world.requester.refusal(
        "get_file_upload_url", AssignmentId="3NOSUCH", QuestionIdentifier="photo"
    )
    assert refusal["TurkErrorCode"] == "AWS.MechanicalTurk.AssignmentDoesNotExist"


def test_the_form_is_told_to_send_files(shared_world):
    hit_id = shared_world.requester.create(Question=ANY_FILE)["HITId"]
    page = shared_world.stranger.get(f"{shared_world.url}/frame/{hit_id}").text
    assert 'enctype="multipart/form-data"' in page


def upload_form(smallest=1, largest=10):
    return form(
        question(
            f"<FileUploadAnswer><MaxFileSizeInBytes>{largest}</MaxFileSizeInBytes>"
            f"<MinFileSizeInBytes>{smallest}</MinFileSizeInBytes></FileUploadAnswer>",
            "photo",
        )
    )


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"photo": ("a", b"x" * 11)}, "the file must have 2 to 10 bytes"),
        ({"photo": ("a", b"x")}, "the file must have 2 to 10 bytes"),
        ({"other": ("a", b"xxx")}, "an answer is needed"),
        ([("photo", ("a", b"xxx")), ("photo", ("b", b"xxx"))], "one file is asked for"),
    ],
)
def test_a_question_form_limits_its_file(shared_world, files, said):
    page, _ = send(shared_world, upload_form(smallest=2), files)
    assert (page.status_code, outcome(page)) == (422, "incomplete")
    assert problems(page) == [f"Question photo: {said}"]


def test_a_question_form_takes_its_file(shared_world):
    page, assignment_id = send(shared_world, upload_form(), {"photo": ("a.txt", b"xxx")})
    assert outcome(page) == "submitted"
    assert httpx.get(address_of(shared_world, assignment_id)).content == b"xxx"


def test_a_body_above_the_limit_is_refused_before_it_is_kept(shared_world):
    page, assignment_id = send(shared_world, ANY_FILE, {"photo": ("big", b"x" * 13 * 2**20)})
    assert page.status_code == 413
    refusal = shared_world.requester.refusal("get_assignment", AssignmentId=assignment_id)
    assert refusal["TurkErrorCode"] == "AWS.MechanicalTurk.InvalidAssignmentState"
