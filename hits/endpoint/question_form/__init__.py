"""QuestionForm: questions written as data, which the endpoint itself makes a page of.

parse.py     XML → `QuestionForm`, checked against the rules of its schema
content.py   what questions show: text, lists, pictures, and XHTML by an allow-list
render.py    `QuestionForm` → the fragment inside the frame
answers.py   what came back → answers, or what is wrong with it
key.py       an AnswerKey and the answers → the value of a qualification
"""

from hits.endpoint.question_form.answers import read as read_answers
from hits.endpoint.question_form.key import check as check_key
from hits.endpoint.question_form.key import score
from hits.endpoint.question_form.parse import is_form, of_element, parse
from hits.endpoint.question_form.render import render

__all__ = ["check_key", "is_form", "of_element", "parse", "read_answers", "render", "score"]
