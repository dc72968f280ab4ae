"""Templates and tasks of chat programs, worded as they send them."""

import json
import time

import pytest

from assistant.api.clients import question_in, task_in
from assistant.pipeline import LONGEST_QUESTION

PASSAGES = "\n".join(f"{n}. The kiln number {n} is fired with beech wood." for n in range(60))
ASKED = "How is kiln 7 fired?"


@pytest.mark.parametrize(
    "template",
    [
        "### Task:\nRespond to the user query.\n<context>\n{passages}\n</context>\n\n{asked}",
        "<context>\n{passages}\n</context>\n\n<user_query>\n{asked}\n</user_query>\n",
        "Use the following pieces of context.\n\n{passages}\n\nQuestion: {asked}\nHelpful Answer:",
        "Context information is below.\n-----\n{passages}\n-----\nQuery: {asked}\nAnswer: ",
        "<documents>{passages}</documents>\nUser question:\n{asked}",
        "{passages}\n\n{asked}",
    ],
)
def test_the_question_stands_in_the_template(template):
    assert question_in(template.format(passages=PASSAGES, asked=ASKED)) == ASKED


def test_a_user_s_own_words_stay_as_they_are():
    for own in ("What is <context>?", "Question: why?\nQuery: how?", "Line one.\n\nLine two?", "a b " * 400):
        assert question_in(own) == own
    endless = "x" * (LONGEST_QUESTION + 1)
    assert question_in(endless) == endless  # too long, and says so later


HISTORY = "### Chat History:\n<chat_history>\nUSER: Where are the kiln keys?\nASSISTANT: In the shed.\n</chat_history>"


@pytest.mark.parametrize(
    ("wanted", "form", "reply"),
    [
        (
            "Generate a concise, 3-5 word title",
            '{ "title": "your concise title here" }',
            {"title": "Where are the kiln keys"},
        ),
        ("Generate 1-3 broad tags", '{ "tags": ["tag1", "tag2"] }', {"tags": ["Kiln", "Keys"]}),
        ("Suggest 3-5 relevant follow-up questions", '{ "follow_ups": ["Question 1?"] }', {"follow_ups": []}),
        ("Analyze the chat history to decide on searches", '{ "queries": ["query1"] }', {"queries": []}),
        ("You are an autocompletion system.", '{ "text": "<completion>" }', {"text": ""}),
    ],
)
def test_tasks_in_open_webui_s_form_are_replied_to_in_it(wanted, form, reply):
    task = task_in(
        [("user", f"### Task:\n{wanted} summarizing the chat.\n### Output:\nJSON format: {form}\n{HISTORY}")]
    )
    assert task is not None and json.loads(task.reply) == reply and task.kind in reply


@pytest.mark.parametrize(
    "messages",
    [
        [
            ("user", "Where are the kiln keys?"),
            ("assistant", "In the shed."),
            ("user", "Provide a concise, 5-word-or-less title for the conversation, using its same language."),
        ],
        [
            ("system", "You are a conversation summarizer. Generate a concise title of at most 10 words."),
            ("user", "Where are the kiln keys?"),
        ],
        [("user", "Write a short title for this chat.\n\n||>User:\nuser: Where are the kiln keys?\n")],
    ],
)
def test_titles_are_asked_for_in_other_words_too(messages):
    task = task_in(messages)
    assert task is not None and (task.kind, task.reply) == ("title", "Where are the kiln keys")


@pytest.mark.parametrize(
    "text",
    [
        "What is the title of the chat log of 3 May?",
        "Give me the short name of the session hall.",
        "### Task: what does the task sheet say?",
        "Who wrote a conversation with a kiln?",
        "",
    ],
)
def test_questions_are_no_tasks(text):
    assert task_in([("user", "Hello"), ("assistant", "Hello."), ("user", text or "Why?")]) is None


def test_hostile_messages_take_no_time():
    started = time.perf_counter()
    for text in ("<context>" * 200_000, "question:\n" * 100_000, "\n" * 1_000_000, "### Task:" + '"title"' * 100_000):
        question_in(text)
        task_in([("user", text)])
    assert time.perf_counter() - started < 5
