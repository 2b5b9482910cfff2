"""Each rule from both sides: what breaks it, and what looks like it and is sound."""

from __future__ import annotations

import pytest
from looking import SUBMIT, page, rules

RADIO = "<fieldset><legend>Q</legend>{}</fieldset>"
YES = '<label><input type="radio" name="q" value="yes" required> yes</label>'
NO = '<label><input type="radio" name="q" value="no"> no</label>'
JQUERY = "https://ajax.googleapis.com/ajax/libs/jquery/3.1.1/jquery.min.js"


def script(code: str) -> str:
    return f"<script>{code}</script>"


# rule, what breaks it (inside a page that is sound otherwise), what does not
IN_A_PAGE = [
    ("nested-form", '<form action="/x"></form>', '<template><form action="/x"></form></template>'),
    ("no-label", '<input name="b">', '<label for="b">B</label><input id="b" name="b">'),
    ("no-label", '<label><input name="b"></label>', '<label>B <input name="b"></label>'),
    ("no-label", '<textarea name="b" placeholder="B"></textarea>',
     '<textarea name="b" aria-label="B"></textarea>'),
    ("no-label", '<label><select name="b"><option>1</select></label>',
     '<label>B <select name="b"><option>1</select></label>'),
    ("no-label", '<button type="button"></button>',
     '<button type="button"><img src="data:," alt="Next"></button>'),
    ("no-legend", YES + NO, RADIO.format(YES + NO)),
    ("no-legend", f'<div role="radiogroup">{YES}{NO}</div>',
     f'<div role="radiogroup" aria-label="Q">{YES}{NO}</div>'),
    ("no-name", '<input aria-label="B">', '<input aria-label="B" name="b">'),
    ("no-name", '<input aria-label="B" class="zoom">' + script("resize()"),
     '<input aria-label="B" class="zoom">' + script("document.querySelector('.zoom')")),
    ("same-id", '<p id="a"></p><p id="a"></p>',
     '<p id="a"></p><template><p id="a"></p></template>'),
    ("lone-radio", RADIO.format(YES), RADIO.format(YES + NO)),
    ("no-value", RADIO.format(YES + '<label><input type="radio" name="q"> no</label>'),
     RADIO.format(YES + NO)),
    ("same-value", RADIO.format(YES + YES), RADIO.format(YES + NO)),
    ("no-alt", '<img src="data:,">', '<img src="data:," alt="">'),
    ("no-alt", '<input type="image" name="i" src="data:,">',
     '<input type="image" name="i" src="data:," alt="Send">'),
    ("unclosed", "<div><span>x</div>", "<ul><li>x<li>y</ul><p>z<div></div>"),
    ("unclosed", "<select aria-label=B name=b>", "<select aria-label=B name=b><option>x</select>"),
    ("misnested", "<b><i>x</b></i>", "<b><i>x</i></b>"),
    ("stray-end", "x</div>", "x</input></br>"),
    ("self-closed", "<div/>", '<br/><svg><path d="M0 0"/></svg>'),
    ("block-in-p", "<p>a<ul><li>b</ul></p>", "<p>a</p><ul><li>b</ul>"),
    ("in-table", "<table><tr><p>a</p><td>b</table>", "<table><tr><td><p>a</p><td>b</table>"),
    ("past-bmp", "\U0001f600", "&#128512; \u2713"),
    ("xml-character", "a\x0bb", "a\tb"),
    ("cdata-end", "a ]]> b", "a ]]&gt; b"),
    ("top-navigation", '<a href="https://a.org" target="_top">x</a>',
     '<a href="https://a.org" target="_blank">x</a>'),
    ("outside-resource", f'<script src="{JQUERY}"></script>', f'<a href="{JQUERY}">jQuery</a>'),
    ("outside-resource", '<script src="//cdn.org/a.js"></script>', "<p>//cdn.org</p>"),
    ("outside-resource", '<iframe src="https://a.org/" title="A"></iframe>',
     '<link rel="preconnect" href="https://a.org">'),
    ("outside-resource", "<style>@import 'https://a.org/a.css';</style>",
     "<style>/* @import 'https://a.org/a.css'; */</style>"),
    ("outside-resource", '<p style="background: url(https://a.org/a.png)">x</p>',
     '<p style="background: url(data:image/png;base64,AA)">x</p>'),
    ("outside-resource", script("fetch('https://a.org/x').then(go)"),
     script("// fetch('https://a.org/x')\nvar s = \"fetch('https://a.org/x')\"")),
    ("outside-resource", script("x.open('GET', 'https://a.org/x')"), script("x.open('dialog')")),
    ("insecure-resource", '<img alt="" src="http://a.org/a.png">',
     '<a href="http://a.org/a.png">picture</a>'),
    ("relative-resource", '<img alt="" src="pics/a.png">', '<svg><use href="#a"></use></svg>'),
    ("relative-resource", script("fetch('data.json')"), script("parse('data.json')")),
    ("storage", script("localStorage.setItem('a', 1)"),
     script("try { localStorage.setItem('a', 1) } catch (e) {}")),
    ("storage", script("var c = document.cookie"),
     script("var sessionStorageOff = 'document.cookie'")),
    ("outside-frame", script("window.parent.document.title = 'x'"),
     script("window.parent.postMessage('x', '*'); if (window.parent !== window) go()")),
    ("outside-frame", script("top.location = 'https://a.org'"),
     script("var parent = node.parentNode; parent.append(x); box.top.location")),
    ("dialog", script("alert('Please answer')"), script("function alert(x) {} alert('hello')")),
    ("dialog", '<button type="button" onclick="return confirm(1)">x</button>',
     '<button type="button" onclick="ui.confirm(1)">x</button>'),
    ("auto-submit", script("document.forms[0].submit()"),
     script("button.onclick = () => document.forms[0].submit();")),
    ("auto-submit", script("window.onload = function () { if (x) { f.submit(); } };"),
     script("function send() { f.submit(); }")),
    ("auto-submit", script("$(function () { setTimeout(function () { f.submit() }, 9) })"),
     script("$(function () { b.on('click', function () { f.submit() }) })")),
    ("auto-submit", script("(function () { f.requestSubmit() })()"),
     script("new App({ methods: { send() { f.requestSubmit() } } })")),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "broken", "sound"), IN_A_PAGE)
def test_a_page_breaks_the_rule_or_does_not(rule: str, broken: str, sound: str) -> None:
    assert rule in rules(page(broken))
    assert rules(page(sound), kind="page") == []


@pytest.mark.parametrize(("rule", "broken", "sound"), IN_A_PAGE)
def test_one_fault_is_named_by_one_rule(rule: str, broken: str, sound: str) -> None:
    assert set(rules(page(broken))) == {rule}


WHOLE_PAGES = [
    ("no-submit", "<!doctype html><title>x</title><p>Read this.</p>"),
    ("no-submit", page().replace('<button type="submit">Submit</button>', "")),
    ("no-submit-action", page().replace(f' action="{SUBMIT}"', "")),
    ("no-submit-action", page().replace(SUBMIT, "https://a.org/save")),
    ("no-assignment-id", page(script="").replace('<input type="hidden" name="assignmentId">', "")),
    ("no-assignment-id", page(script="")),
    ("outside-form", page(script="").replace("</form>", "</form><input name=b aria-label=B>")),
    ("nothing-required", page().replace(" required", "")),
    ("preview", page().replace("ASSIGNMENT_ID_NOT_AVAILABLE", "")),
    ("no-viewport", page().replace('name="viewport"', 'name="author"')),
    ("no-zoom", page().replace("initial-scale=1", "initial-scale=1, user-scalable=no")),
    ("insecure-resource", page().replace(SUBMIT, SUBMIT.replace("https", "http"))),
    ("too-large", page("<p>" + "x" * 65_000)),
]


@pytest.mark.parametrize(("rule", "html"), WHOLE_PAGES)
def test_a_page_that_lacks_what_a_market_needs(rule: str, html: str) -> None:
    assert rule in rules(html)


def test_a_sound_page_has_no_findings() -> None:
    assert rules(page()) == []


@pytest.mark.parametrize(
    "code",
    [
        "form.action = given.get('turkSubmitTo') + '/mturk/externalSubmit'; given.assignmentId;",
        "form.setAttribute('action', turkSubmitTo); given.assignmentId;",
        "turkSetAssignmentID();",
    ],
)
def test_a_script_may_say_where_the_form_goes(code: str) -> None:
    html = page(script=script(code + " // ").replace(" // ", " 'ASSIGNMENT_ID_NOT_AVAILABLE';"))
    assert rules(html.replace(f' action="{SUBMIT}"', "")) == []


def test_a_button_elsewhere_may_belong_to_the_form() -> None:
    button = '<button type="submit">Submit</button>'
    moved = page().replace(button, "").replace("<form", '<form id="f"')
    assert "no-submit" in rules(moved)
    assert rules(moved.replace("</form>", '</form><button form="f">Submit</button>')) == []


def test_validation_by_script_is_as_good_as_required() -> None:
    checked = script("form.addEventListener('submit', function (e) { e.preventDefault(); })")
    assert rules(page(checked).replace(" required", "")) == []
