"""Templates written with Amazon's crowd elements, worked on in a real browser without Amazon.

The shapes of answers are those of the elements' public description; each test reads them back
through boto3.
"""

import json
import re
from html import unescape

import pytest

from hits.endpoint.question import wrap

SCRIPT = '<script src="https://assets.crowd.aws/crowd-html-elements.js"></script>'
CLASSIFIER = """<crowd-form>
<crowd-classifier name="sentiment" categories="['Positive', 'Negative', 'It\\'s both']"
  header="What does the writer feel?">
<classification-target><p>The room was fine, the breakfast was not.</p></classification-target>
<full-instructions header="How to judge"><p>Judge the whole text.</p></full-instructions>
<short-instructions><p>Choose what fits best.</p></short-instructions>
</crowd-classifier></crowd-form>"""
FORM = """<crowd-form>
<crowd-instructions link-text="How to answer"><short-summary>Be brief.</short-summary>
<negative-example>An essay.</negative-example></crowd-instructions>
<crowd-card heading="The hotel"><p>Sea view, loud street.</p></crowd-card>
<crowd-input name="title" label="Title" required></crowd-input>
<crowd-text-area name="note" label="Note" rows="3"></crowd-text-area>
<crowd-input name="left_empty" label="Anything else"></crowd-input>
<crowd-slider name="stars" min="1" max="5" value="2" pin></crowd-slider>
<div><crowd-checkbox name="flaws" value="loud">Loud</crowd-checkbox>
<crowd-checkbox name="flaws" value="dirty">Dirty</crowd-checkbox>
<crowd-checkbox name="sure">I am sure</crowd-checkbox></div>
<crowd-toggle-button name="again">I would go again</crowd-toggle-button>
<crowd-radio-group>
<crowd-radio-button name="stay" value="business">Business</crowd-radio-button>
<crowd-radio-button name="trip" value="leisure">Leisure</crowd-radio-button></crowd-radio-group>
<crowd-radio-group name="season">
<crowd-radio-button value="summer">Summer</crowd-radio-button>
<crowd-radio-button value="winter">Winter</crowd-radio-button></crowd-radio-group>
<p><label>Country <select name="country"><option>PT</option><option>IS</option></select></label></p>
<p><label>Yes <input type="radio" name="native" value="yes"></label>
<label>No <input type="radio" name="native" value="no"></label></p>
</crowd-form>"""


class Task:
    """A template that one new worker has in hand."""

    def __init__(self, tab, world, template, preview=False):
        html = world.html_question(SCRIPT + template)
        self.hit_id = world.requester.create(Question=html)["HITId"]
        self.world = world
        self.tab = tab
        tab.goto(world.url)
        tab.get_by_role("button", name="Register").click()
        tab.goto(f"{world.url}/hits/{self.hit_id}")
        if not preview:
            tab.get_by_role("button", name="Accept").click()
        self.page = tab.frame_locator("iframe[data-task]")
        self.page.locator(".crowd-status").first.wait_for(state="attached")

    @property
    def frame(self):
        return next(frame for frame in self.tab.frames if "/frame/" in frame.url)

    def send(self):
        self.page.get_by_role("button", name="Submit").click()

    def fields(self):
        """What the requester reads, once the task is done: a form's field → its text."""
        self.tab.wait_for_selector("main[data-page=done]")
        [assignment] = self.world.requester.assignments(self.hit_id)
        pairs = r"<QuestionIdentifier>(.*?)</QuestionIdentifier><FreeText>(.*?)</FreeText>"
        found = re.findall(pairs, assignment["Answer"], re.DOTALL)
        return {unescape(name): unescape(text) for name, text in found}

    def answers(self):
        fields = self.fields()
        assert list(fields) == ["taskAnswers"]
        [answers] = json.loads(fields["taskAnswers"])
        return answers

    def not_sent(self):
        assert self.tab.locator("main").get_attribute("data-page") == "work"
        assert self.world.requester.assignments(self.hit_id) == []


@pytest.fixture
def work(tab, shared_world):
    return lambda template, **how: Task(tab, shared_world, template, **how)


@pytest.mark.parametrize(
    "address",
    [
        '"https://assets.crowd.aws/crowd-html-elements.js"',
        "'//assets.crowd.aws/crowd-html-elements.js'",
        "http://example.org/v2/crowd-html-elements.min.js?v=3",
    ],
)
def test_amazons_script_is_replaced_and_a_crowd_form_is_left_as_it_is(address):
    page = wrap(
        f"<script async src={address}></script><crowd-form></crowd-form>",
        submit_url="http://h/submit/t",
        assignment_id="3A",
        static_url="http://h/static",
        preview=False,
    )
    assert '<script async src="http://h/static/crowd.js"></script>' in page
    assert "<form" not in page


@pytest.mark.browser
def test_every_kind_of_field_answers_in_the_shape_of_amazons_elements(work):
    task = work(FORM)
    task.page.get_by_label("Title").fill('Sea "view" 😀')
    task.page.get_by_label("Note").fill("loud\nat night")
    task.page.get_by_label("stars").fill("4")
    task.page.get_by_label("Loud").check()
    task.page.get_by_label("I would go again").check()
    task.page.get_by_label("Business").check()
    task.page.get_by_label("Leisure").check()
    task.page.get_by_label("Winter").check()
    task.page.get_by_label("Country").select_option("IS")
    task.page.get_by_label("No", exact=True).check()
    task.send()
    assert task.answers() == {
        "title": 'Sea "view" 😀',
        "note": "loud\nat night",
        "stars": 4,
        "flaws": {"loud": True, "dirty": False},
        "sure": {"on": False},
        "again": {"on": True},
        "stay": {"business": False},
        "trip": {"leisure": True},
        "season": {"summer": False, "winter": True},
        "country": "IS",
        "native": {"yes": False, "no": True},
    }


@pytest.mark.browser
def test_a_form_may_ask_for_one_field_a_leaf(work):
    task = work(
        FORM.replace("<crowd-form", '<crowd-form answer-format="flatten-objects"').replace(
            "required", 'value="Given"'
        )
    )
    task.send()
    fields = task.fields()
    assert "taskAnswers" not in fields
    given = {name: fields[name] for name in ("title", "stars", "flaws.loud", "sure.on")}
    assert given == {"title": "Given", "stars": "2", "flaws.loud": "false", "sure.on": "false"}


@pytest.mark.browser
def test_a_classifier_is_worked_by_its_keys(work):
    task = work(CLASSIFIER)
    task.page.get_by_role("radio", name="Positive").focus()
    task.tab.keyboard.press("3")
    assert task.page.get_by_role("radio", name="It's both").is_checked()
    task.tab.keyboard.press("2")
    task.send()
    assert task.answers() == {"sentiment": {"label": "Negative"}}


@pytest.mark.browser
def test_full_instructions_open_in_a_dialog_that_escape_closes(work):
    task = work(CLASSIFIER)
    task.page.get_by_text("Choose what fits best.").wait_for()
    dialog = task.page.get_by_role("dialog", name="How to judge")
    assert not dialog.is_visible()
    task.page.get_by_role("button", name="View full instructions").click()
    dialog.get_by_text("Judge the whole text.").wait_for()
    task.tab.keyboard.press("1")  # Not meant for the categories behind the dialog.
    task.tab.keyboard.press("Escape")
    dialog.wait_for(state="hidden")
    assert task.frame.evaluate("document.querySelector('crowd-classifier').value.label") is None


@pytest.mark.browser
def test_several_categories_exclude_none_of_them(work):
    task = work(
        """<crowd-form><crowd-classifier-multi-select name="topics" header="Which?"
        categories='["Food", "Staff"]' exclusion-category="{ text: 'None of these' }">
        <classification-target>Kind people, good soup.</classification-target>
        </crowd-classifier-multi-select></crowd-form>"""
    )
    task.page.get_by_label("None of these").check()
    task.page.get_by_label("Food").check()
    assert not task.page.get_by_label("None of these").is_checked()
    task.page.get_by_label("Staff").check()
    task.send()
    assert task.answers() == {"topics": {"labels": ["Food", "Staff"]}}


@pytest.mark.browser
def test_what_is_missing_is_marked_and_nothing_is_sent(work):
    task = work(
        """<crowd-form><crowd-tabs><crowd-tab header="One">
        <crowd-input name="a" label="First" required></crowd-input></crowd-tab>
        <crowd-tab header="Two"><select name="b" aria-label="Second" required><option value="">
        </option><option>x</option></select></crowd-tab></crowd-tabs>
        <crowd-radio-group required><crowd-radio-button name="c" value="y">Third
        </crowd-radio-button></crowd-radio-group></crowd-form>"""
    )
    task.page.get_by_label("First").fill("here")
    task.send()
    task.page.get_by_text("2 answers need another look").wait_for()
    # The first that is missing lay behind a tab, which is opened, and has the focus.
    second = task.page.get_by_label("Second")
    assert second.is_visible()
    assert second.evaluate("one => one === document.activeElement")
    assert second.get_attribute("aria-invalid") == "true"
    task.page.get_by_text("Choose one of these.").wait_for()
    task.not_sent()
    second.select_option("x")
    task.page.get_by_label("Third").check()
    task.send()
    assert task.answers() == {"a": "here", "b": "x", "c": {"y": True}}


@pytest.mark.browser
def test_a_required_slider_has_to_be_moved(work):
    task = work(
        '<crowd-form><crowd-slider name="n" min="1" max="9" required></crowd-slider></crowd-form>'
    )
    task.send()
    task.page.get_by_text("Move the slider to your answer.").wait_for()
    task.not_sent()
    task.page.get_by_label("n").press("ArrowRight")
    task.send()
    assert task.answers() == {"n": 2}


@pytest.mark.browser
def test_in_preview_nothing_can_be_sent(work):
    task = work(CLASSIFIER, preview=True)
    task.page.get_by_text("This is a preview. Accept the task to send an answer.").wait_for()
    assert task.page.get_by_role("button", name="Submit").get_attribute("aria-disabled") == "true"
    task.page.get_by_role("radio", name="Positive").check()
    task.frame.evaluate("document.querySelector('crowd-form').submit()")
    assert task.frame.evaluate("document.querySelectorAll('form').length") == 0
    task.page.get_by_text("The room was fine").wait_for()


@pytest.mark.browser
def test_a_template_has_its_say_before_the_answer_is_sent(work):
    task = work(
        """<crowd-form><input type="hidden" name="made" id="made">
        <crowd-input name="word" id="word" label="Word"></crowd-input><div id="errorBox"></div>
        <button type="button" id="own">Send mine</button></crowd-form>
        <script>
        document.querySelector("crowd-form").onsubmit = (event) => {
          if (!document.getElementById("word").value) {
            event.preventDefault();
            errorBox.innerHTML = '<crowd-alert type="error" dismissible>Say it.</crowd-alert>';
          }
          made.value = "by the template";
        };
        own.onclick = () => document.querySelector("crowd-form").submit();
        </script>"""
    )
    task.send()
    task.page.get_by_role("alert").get_by_text("Say it.").wait_for()
    task.not_sent()
    task.page.get_by_role("button", name="Dismiss").click()
    task.page.get_by_text("Say it.").wait_for(state="detached")
    task.page.get_by_label("Word").fill("now")
    task.page.get_by_role("button", name="Send mine").click()
    assert task.answers() == {"made": "by the template", "word": "now"}


@pytest.mark.browser
def test_scripts_read_and_set_fields_as_properties(work):
    task = work(
        FORM
        + """<script>
        document.querySelector("[name=note]").value = "set before there were elements";
        document.addEventListener("all-crowd-elements-ready", () => {
          document.querySelector("[name=sure]").checked = true;
          document.querySelector("[name=stars]").value = 5;
          document.querySelector("[name=title]").value = "set";
          document.querySelector("[name=left_empty]").value = [
            document.querySelector("[name=title]").value,
            document.querySelector("[name=flaws]").checked,
            document.querySelector("[name=flaws]").value,
            document.querySelector("[name=stars]").value,
          ].join(" ");
        });</script>"""
    )
    assert task.page.get_by_label("Note").input_value() == "set before there were elements"
    task.send()
    answers = task.answers()
    assert answers["note"] == "set before there were elements"
    assert answers["sure"] == {"on": True}
    assert answers["left_empty"] == "set false loud 5"


@pytest.mark.browser
@pytest.mark.parametrize(
    ("element", "said"),
    [
        ("<crowd-keypoint name='k'></crowd-keypoint>", "<crowd-keypoint>: this element is not"),
        ("<crowd-input name='f' type='file'></crowd-input>", "files in a <crowd-form> are not"),
    ],
)
def test_an_unknown_element_is_named_and_the_page_is_not_sent(work, element, said):
    task = work(f'<crowd-form><input name="a" value="b"><p>{element}</p></crowd-form>')
    task.page.locator(".crowd-notice").get_by_text(said).wait_for()
    task.send()
    task.page.get_by_role("status").get_by_text("The answer cannot be sent.").wait_for()
    task.not_sent()


@pytest.mark.browser
def test_a_field_outside_of_a_crowd_form_is_named_and_the_page_is_not_sent(work):
    task = work(
        """<crowd-form><input name="a" value="b"></crowd-form>
        <crowd-input name="lost" label="Lost"></crowd-input>"""
    )
    task.page.locator(".crowd-notice").get_by_text("outside of a <crowd-form>").wait_for()
    task.send()
    task.page.get_by_role("status").get_by_text("The answer cannot be sent.").wait_for()
    task.not_sent()


@pytest.mark.browser
def test_a_script_may_clone_fields_that_are_on_the_page(work):
    task = work(
        """<crowd-form><div id="row"><crowd-input label="Who" name="who0"></crowd-input>
        <crowd-radio-group><crowd-radio-button name="old0" value="y">Old</crowd-radio-button>
        <crowd-radio-button name="young0" value="y">Young</crowd-radio-button>
        </crowd-radio-group></div><div id="more"></div></crowd-form>
        <script>document.addEventListener("all-crowd-elements-ready", () => {
          const copy = row.cloneNode(true);
          for (const one of copy.querySelectorAll("[name$='0']")) {
            one.setAttribute("name", one.getAttribute("name").replace("0", "1"));
          }
          more.append(copy);
        });</script>"""
    )
    assert task.page.get_by_label("Who").count() == 2
    task.page.get_by_label("Who").nth(1).fill("Ada")
    task.page.get_by_label("Old").nth(0).check()
    task.page.get_by_label("Young").nth(1).check()
    task.send()
    assert task.answers() == {
        "old0": {"y": True},
        "young0": {"y": False},
        "who1": "Ada",
        "old1": {"y": False},
        "young1": {"y": True},
    }


@pytest.mark.browser
def test_a_picture_is_classified_and_one_that_is_missing_is_said_to_be(work):
    dot = "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw=="
    classifier = """<crowd-image-classifier name="{}" src="{}" header="What is it?"
    categories="['Cat', 'Dog']"></crowd-image-classifier>"""
    task = work(
        "<crowd-form>"
        + classifier.format("seen", dot)
        + classifier.format("gone", "data:image/png;base64,broken")
        + "</crowd-form>"
    )
    task.page.get_by_text("The picture could not be loaded.").wait_for()
    assert task.page.get_by_role("img").count() == 1
    for place in (0, 1):
        task.page.get_by_label("Dog").nth(place).check()
    task.send()
    assert task.answers() == {"seen": {"label": "Dog"}, "gone": {"label": "Dog"}}


@pytest.mark.browser
@pytest.mark.parametrize(
    ("style", "ground"), [("", "rgb(22, 25, 28)"), ("color:#111", "rgba(0, 0, 0, 0)")]
)
def test_only_a_template_without_colours_of_its_own_goes_dark(work, tab, style, ground):
    tab.emulate_media(color_scheme="dark")
    task = work(f'<crowd-form><p style="{style}">Text</p></crowd-form>')
    shown = "getComputedStyle(document.documentElement).backgroundColor"
    assert task.frame.evaluate(shown) == ground


@pytest.mark.browser
def test_rows_are_added_and_removed_and_answer_as_a_list(work):
    task = work(
        """<crowd-form><crowd-array name="people"><crowd-input name="who" label="Who">
        </crowd-input><crowd-checkbox name="known">Known</crowd-checkbox></crowd-array>
        </crowd-form>"""
    )
    who = task.page.get_by_label("Who")
    who.fill("Ada")
    task.page.get_by_role("button", name="Add a row").click()
    who.nth(1).fill("Bob")
    task.page.get_by_role("button", name="Add a row").click()
    who.nth(2).fill("Cleo")
    task.page.get_by_label("Known").nth(2).check()
    task.page.get_by_role("button", name="Remove this row").nth(1).click()
    task.send()
    assert task.answers() == {
        "people": [{"who": "Ada", "known": {"on": False}}, {"who": "Cleo", "known": {"on": True}}]
    }


@pytest.mark.browser
def test_a_form_is_filled_in_and_sent_by_keyboard_alone(work):
    task = work(
        """<crowd-form><crowd-modal link-text="Help">Some help.</crowd-modal>
        <crowd-input name="word" label="Word"></crowd-input>
        <crowd-checkbox name="sure">Sure</crowd-checkbox>
        <crowd-button form-action="reset">Start over</crowd-button>
        <crowd-button form-action="submit" variant="primary">Submit</crowd-button></crowd-form>"""
    )
    press = task.tab.keyboard.press
    task.page.get_by_role("button", name="Help").focus()
    press("Enter")
    task.page.get_by_text("Some help.").wait_for()
    press("Escape")
    press("Tab")
    task.tab.keyboard.type("wrong")
    press("Tab")
    press("Space")
    press("Tab")
    press("Enter")  # Starts over.
    assert task.page.get_by_label("Word").input_value() == ""
    press("Shift+Tab")
    press("Shift+Tab")
    task.tab.keyboard.type("right")
    for _ in range(3):
        press("Tab")
    press("Space")
    assert task.answers() == {"word": "right", "sure": {"on": False}}


@pytest.mark.browser
@pytest.mark.parametrize("template", [FORM, CLASSIFIER])
def test_a_page_fits_a_phone(work, tab, template):
    tab.set_viewport_size({"width": 360, "height": 740})
    task = work(template)
    wide, shown = task.frame.evaluate(
        "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
    )
    assert wide <= shown
