"""The worker site in a real browser: sandboxed frames, autosave, no way out of the frame."""

import re
from datetime import timedelta

import pytest

NOISY_TASK = """<!DOCTYPE html><html><body>
<form method="post" action="https://www.mturk.com/mturk/externalSubmit">
<input type="hidden" name="assignmentId" value="">
<textarea name="note" id="note"></textarea><input type="hidden" name="seen" id="seen">
<button>Send</button></form>
<script>
const note = document.getElementById("note");
note.addEventListener("input", () => parent.postMessage({konkyo: "autosave", data: note.value}, "*"));
addEventListener("message", (event) => {
  if (event.data.konkyo === "restore" && event.data.data) note.value = event.data.data;
});
parent.postMessage({konkyo: "ready"}, "*");
const seen = [];
for (const [name, attempt] of Object.entries({
  cookie: () => document.cookie,
  storage: () => localStorage.length,
  parent: () => parent.document.title,
  top: () => { top.location.href = "about:blank"; },
})) {
  try { attempt(); seen.push(name + ":reached"); } catch { seen.push(name + ":refused"); }
}
fetch("/earnings").then(() => seen.push("fetch:reached"), () => seen.push("fetch:refused"))
  .then(() => { document.getElementById("seen").value = seen.join(" "); });
</script></body></html>"""
OLD_TEMPLATE = """
<script src="https://s3.amazonaws.com/mturk-public/externalHIT_v1.js"></script>
<form name="mturk_form" id="mturk_form" method="post">
<input type="hidden" name="assignmentId" id="assignmentId" value="">
<p><label>Word <input name="word"></label></p>
<input type="submit" id="submitButton" value="Submit"></form>
<script>turkSetAssignmentID();</script>"""


def register(tab, world):
    tab.goto(world.url)
    tab.get_by_role("button", name="Register").click()
    worker_id = tab.locator("main").get_attribute("data-worker-id")
    tab.get_by_role("link", name="Go to the queue").click()
    tab.wait_for_selector("main[data-page=queue]")
    return worker_id


def task(tab):
    return tab.frame_locator("iframe[data-task]")


def until(page, expression, arg=None):
    """Wait for an expression; Playwright's own waiting would need eval, which the site forbids."""
    for _ in range(200):
        if page.evaluate(expression, arg):
            return
        page.wait_for_timeout(50)
    pytest.fail(f"never true: {expression}")


def test_a_worker_registers_previews_accepts_answers_and_moves_on(tab, world):
    hits = [world.requester.create(Title="Mark the words") for _ in range(2)]
    worker_id = register(tab, world)
    tab.get_by_role("link", name="Preview").click()
    # In preview the task can be seen and tried, but nothing is recorded.
    task(tab).get_by_label("Answer").fill("too early")
    task(tab).get_by_role("button", name="Submit").click()
    task(tab).get_by_text("This was a preview").wait_for()
    tab.reload()
    tab.get_by_role("button", name="Accept").click()
    tab.get_by_text("min left").wait_for()
    task(tab).get_by_label("Answer").fill("yes 😀 ]]>")
    task(tab).get_by_role("button", name="Submit").click()
    tab.wait_for_selector("main[data-page=done]")
    [seen] = world.requester.assignments(hits[0]["HITId"])
    assert seen["WorkerId"] == worker_id
    assert "<FreeText>yes &#128512; ]]&gt;</FreeText>" in seen["Answer"]
    assert "assignmentId" not in seen["Answer"]
    tab.get_by_role("button", name="Accept the next one").click()
    tab.wait_for_selector("main[data-page=work]")
    assert tab.locator("main").get_attribute("data-hit-id") == hits[1]["HITId"]
    tab.get_by_role("button", name="Return").click()
    tab.wait_for_selector("main[data-page=queue]")


def test_a_task_reaches_nothing_of_the_site_and_its_text_survives_a_reload(tab, world):
    hit_id = world.requester.create(Question=world.html_question(NOISY_TASK))["HITId"]
    register(tab, world)
    tab.get_by_role("button", name="Accept").click()
    note = task(tab).locator("#note")
    note.fill("half an hour of work")
    key = "konkyo:" + tab.locator("main").get_attribute("data-assignment-id")
    until(tab, "key => sessionStorage.getItem(key) === 'half an hour of work'", key)
    tab.reload()
    task(tab).locator("#note").wait_for()
    frame = next(frame for frame in tab.frames if "/frame/" in frame.url)
    until(frame, "document.getElementById('note').value === 'half an hour of work'")
    until(frame, "document.getElementById('seen').value")
    task(tab).get_by_role("button", name="Send").click()
    tab.wait_for_selector("main[data-page=done]")
    answer = world.requester.assignments(hit_id)[0]["Answer"]
    assert "half an hour of work" in answer
    attempts = re.findall(r"(\w+):(\w+)", re.search(r"seen</Q.*?<FreeText>(.*?)<", answer)[1])
    assert dict(attempts) == dict.fromkeys(
        ("cookie", "storage", "parent", "top", "fetch"), "refused"
    )
    assert tab.evaluate("key => sessionStorage.getItem(key)", key) is None


def test_a_template_made_for_amazon_works_unchanged(tab, world):
    hit_id = world.requester.create(Question=world.html_question(OLD_TEMPLATE))["HITId"]
    register(tab, world)
    tab.get_by_role("link", name="Preview").click()
    assert task(tab).locator("#submitButton").is_disabled()
    tab.get_by_role("button", name="Accept").click()
    task(tab).get_by_label("Word").fill("grounds")
    task(tab).locator("#submitButton").click()
    tab.wait_for_selector("main[data-page=done]")
    assert "grounds" in world.requester.assignments(hit_id)[0]["Answer"]


def test_a_frame_sizes_itself_and_a_fragment_gets_a_form(tab, world):
    rows = "".join(f"<p>Row {n}</p>" for n in range(60)) + '<input name="a" value="b">'
    hit_id = world.requester.create(Question=world.html_question(rows))["HITId"]
    register(tab, world)
    tab.get_by_role("button", name="Accept").click()
    until(tab, "document.querySelector('iframe')?.getBoundingClientRect().height > 2000")
    task(tab).get_by_role("button", name="Submit").click()
    tab.wait_for_selector("main[data-page=done]")
    assert "<FreeText>b</FreeText>" in world.requester.assignments(hit_id)[0]["Answer"]


def test_an_answer_after_the_deadline_is_given_back(tab, world):
    world.requester.create()
    register(tab, world)
    tab.get_by_role("button", name="Accept").click()
    task(tab).get_by_label("Answer").fill("written slowly")
    world.clock.move(timedelta(minutes=11))
    task(tab).get_by_role("button", name="Submit").click()
    task(tab).get_by_text("The time for this task is over").wait_for()
    assert task(tab).locator("textarea").input_value() == "written slowly"
    assert tab.locator("main").get_attribute("data-page") == "work"


def test_the_site_can_be_used_by_keyboard_alone(tab, world):
    world.requester.create()
    register(tab, world)
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.textContent") == "Skip to content"
    for _ in range(20):
        tab.keyboard.press("Tab")
        if tab.evaluate("document.activeElement.textContent.trim()") == "Accept":
            break
    outline = tab.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"
    tab.keyboard.press("Enter")
    tab.wait_for_selector("main[data-page=work]")
