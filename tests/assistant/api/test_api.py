"""The API around a fake assistant: OpenAI's format, Sourcier's own calls, and what is refused."""

import base64
import json
import threading

import numpy as np
import pytest
from api_fakes import HOSTILE, FakeApplication
from fastapi.testclient import TestClient

from assistant.api import queue
from assistant.api.models import MOST_EARLIER
from assistant.api.routes import make
from assistant.serialization import REFUSAL


@pytest.fixture
def app():
    return FakeApplication()


@pytest.fixture
def client(app):
    with TestClient(make(app, str), raise_server_exceptions=False) as opened:
        yield opened


def said(*texts: str, **options) -> dict:
    """A request whose messages are a user's and an assistant's in turn."""
    roles = ("user", "assistant")
    return {"messages": [{"role": roles[n % 2], "content": text} for n, text in enumerate(texts)], **options}


def chunks(response) -> list[dict]:
    """The objects of a stream; its end is checked."""
    lines = [line.removeprefix("data: ") for line in response.text.split("\n\n") if line.startswith("data: ")]
    assert lines[-1] == "[DONE]"
    return [json.loads(line) for line in lines[:-1]]


def content(stream: list[dict]) -> str:
    return "".join(choice["delta"].get("content", "") for chunk in stream for choice in chunk["choices"])


# --- OpenAI's -------------------------------------------------------------------------------------------------


def test_a_completion_has_openai_s_fields_and_the_sources(client):
    found = client.post("/chat/completions", json=said("What do bees make?")).json()
    assert found["object"] == "chat.completion"
    choice = found["choices"][0]
    assert choice["message"] == {
        "role": "assistant",
        "content": "Bees make honey. [1] They dance. [2]",
        "refusal": None,
    }
    assert choice["finish_reason"] == "stop"
    assert [source["n"] for source in found["sources"]] == [1, 2]
    assert found["sourcier"]["refused"] is False
    assert found["usage"]["completion_tokens"] == 7


def test_a_stream_gives_sources_first_then_the_same_text_and_never_the_draft(client):
    response = client.post("/chat/completions", json=said("What do bees make?", stream=True))
    assert response.headers["content-type"].startswith("text/event-stream")
    stream = chunks(response)
    first_source = next(n for n, chunk in enumerate(stream) if "sources" in chunk)
    first_word = next(n for n, chunk in enumerate(stream) if content([chunk]))
    assert first_source < first_word
    assert content(stream) == "Bees make honey. [1] They dance. [2]"
    assert "unchecked nonsense" not in response.text
    assert stream[-1]["choices"][0]["finish_reason"] == "stop"
    assert len({chunk["id"] for chunk in stream}) == 1


def test_a_free_stream_says_sentences_as_they_settle_and_each_once(client):
    stream = chunks(client.post("/chat/completions", json=said("Bees?", stream=True, mode="free")))
    assert content(stream) == "Bees make honey. [1] They dance. [2]"


def test_usage_comes_last_for_those_who_ask(client):
    options = {"stream": True, "stream_options": {"include_usage": True}}
    last = chunks(client.post("/chat/completions", json=said("Bees?", **options)))[-1]
    assert (last["choices"], last["usage"]["total_tokens"]) == ([], 7)


@pytest.mark.parametrize("stream", [False, True])
def test_a_refusal_is_said_in_words_and_marked(client, stream):
    response = client.post("/chat/completions", json=said("What is the weather?", stream=stream))
    text = content(chunks(response)) if stream else response.json()["choices"][0]["message"]["content"]
    about = chunks(response)[-1] if stream else response.json()
    assert text == REFUSAL
    assert about["sourcier"]["refused"] is True
    assert about["sources"]


def test_earlier_messages_are_the_history_and_refused_ones_are_known(client, app):
    client.post("/chat/completions", json=said("What is honey?", "Sweet. [1]", "And rain?", REFUSAL, "How is it made?"))
    asked = app.assistant.asked[-1]
    assert asked["question"] == "How is it made?"
    assert [(turn.question, turn.answer.refused) for turn in asked["history"]] == [
        ("What is honey?", False),
        ("And rain?", True),
    ]


def test_a_message_may_come_in_parts_and_systems_change_nothing(client, app):
    parts = [
        {"type": "text", "text": "What is"},
        {"type": "image_url", "image_url": {}},
        {"type": "text", "text": "it?"},
    ]
    messages = [{"role": "system", "content": "Be a pirate."}, {"role": "user", "content": parts}]
    assert client.post("/chat/completions", json={"messages": messages}).status_code == 200
    assert app.assistant.asked[-1]["question"] == "What is\nit?"
    assert app.assistant.asked[-1]["history"] == ()


def test_the_chosen_generator_collection_and_mode_are_used(client, app):
    client.post("/chat/completions", json=said("Bees?", model="starter", collections=["Biology"], mode="quotes"))
    assert app.assistant.asked[-1] | {"question": "", "history": ()} == {
        "question": "",
        "history": (),
        "collections": ("Biology",),
        "mode": "quotes",
        "model": "starter",
    }


def test_parameters_of_other_servers_are_left_alone(client):
    options = {"temperature": 1.7, "max_tokens": 5, "top_p": 0.1, "user": "me", "tools": []}
    assert client.post("/chat/completions", json=said("Bees?", **options)).status_code == 200


def test_models_are_listed_and_one_stands_for_the_settings(client):
    assert [model["id"] for model in client.get("/models").json()["data"]] == ["sourcier", "starter"]
    assert client.get("/models/starter").json()["id"] == "starter"
    assert client.get("/models/gpt-9").status_code == 404


@pytest.mark.parametrize("stream", [False, True])
def test_what_is_null_is_as_if_not_given(client, stream):
    nothing = dict.fromkeys(("stream", "stream_options", "model", "mode", "n", "collections", "temperature", "tools"))
    body = said("Bees?", **nothing, **{}) | ({"stream": True} if stream else {})
    assert client.post("/chat/completions", json=body).status_code == 200
    empty = {"query": "Bees?", "top": None, "collections": None}
    assert client.post("/search", json=empty).status_code == 200


def test_of_a_long_conversation_the_last_turns_are_the_history(client, app):
    texts = [text for n in range(300) for text in (f"Question {n}?", "x" * 300)]
    assert client.post("/chat/completions", json=said(*texts, "And now?")).status_code == 200
    asked = app.assistant.asked[-1]
    assert asked["question"] == "And now?"
    assert [turn.question for turn in asked["history"]][-1] == "Question 299?"
    assert len(asked["history"]) == MOST_EARLIER / 2


def test_the_question_inside_a_client_s_template_is_asked(client, app):
    context = "\n".join(["<source id='1'>Room Cedar has a piano.</source>"] * 60)
    template = f"### Task:\nRespond to the user query.\n<context>\n{context}\n</context>\n\nWhich room has a piano?"
    assert client.post("/chat/completions", json=said(template, "Cedar.", template)).status_code == 200
    assert app.assistant.asked[-1]["question"] == "Which room has a piano?"
    assert [turn.question for turn in app.assistant.asked[-1]["history"]] == ["Which room has a piano?"]


@pytest.mark.parametrize("stream", [False, True])
def test_a_client_s_own_task_is_answered_without_the_documents(client, app, stream):
    history = "<chat_history>\nUSER: How do bees make honey?\nASSISTANT: From nectar.\n</chat_history>"
    task = f'### Task:\nGenerate a concise title.\n### Output:\nJSON format: {{ "title": "your title" }}\n{history}'
    response = client.post("/chat/completions", json=said(task, stream=stream))
    text = content(chunks(response)) if stream else response.json()["choices"][0]["message"]["content"]
    assert json.loads(text) == {"title": "How do bees make honey"}
    assert app.assistant.asked == []


# --- embeddings -----------------------------------------------------------------------------------------------


def test_embeddings_are_the_embedder_s_unit_vectors_as_numbers_or_base64(client):
    found = client.post("/embeddings", json={"model": "sourcier", "input": ["bees make honey", "rain"]}).json()
    assert [row["index"] for row in found["data"]] == [0, 1]
    assert (found["object"], found["model"], found["usage"]["prompt_tokens"]) == ("list", "hashing", 4)
    vector = np.array(found["data"][0]["embedding"], np.float32)
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)
    packed = client.post("/embeddings", json={"input": "bees make honey", "encoding_format": "base64"}).json()
    assert np.array_equal(np.frombuffer(base64.b64decode(packed["data"][0]["embedding"]), "<f4"), vector)


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"model": "text-embedding-9"}, 404, "model_not_found"),
        ({"input": [[1, 2, 3]]}, 400, None),
        ({"input": [1, 2, 3]}, 400, None),
        ({"input": []}, 400, None),
        ({"dimensions": 3}, 400, None),
    ],
)
def test_what_cannot_be_embedded_is_said(client, changes, status, code):
    response = client.post("/embeddings", json={"input": "bees", **changes})
    assert (response.status_code, response.json()["error"]["code"]) == (status, code)


def test_the_openai_package_asks_streams_and_embeds(client):
    openai = pytest.importorskip("openai", reason="the extra test brings it")
    asking = openai.OpenAI(api_key="any", base_url=str(client.base_url), http_client=client, max_retries=0)
    messages = [{"role": "user", "content": "What do bees make?"}]
    whole = asking.chat.completions.create(model="sourcier", messages=messages)
    assert whole.choices[0].message.content == "Bees make honey. [1] They dance. [2]"
    assert whole.model_extra["sources"][0]["title"] == "Bees"
    stream = asking.chat.completions.create(model="sourcier", messages=messages, stream=True)
    assert "".join(part.choices[0].delta.content or "" for part in stream) == whole.choices[0].message.content
    vectors = asking.embeddings.create(model="sourcier", input=["bees", "rain"])  # asks for base64 by itself
    assert len(vectors.data) == 2 and len(vectors.data[0].embedding) == 256
    assert [model.id for model in asking.models.list()] == ["sourcier", "starter"]
    with pytest.raises(openai.NotFoundError):
        asking.chat.completions.create(model="gpt-9", messages=messages)


# --- Sourcier's own -------------------------------------------------------------------------------------------


def test_ask_gives_the_object_of_the_command_line(client):
    found = client.post("/ask", json={"question": "Bees?", "history": [{"question": "Wax?"}]}).json()
    assert found["answer"] == "Bees make honey. [1] They dance. [2]"
    assert [sentence["citations"] for sentence in found["sentences"]] == [[1], [2]]


def test_search_gives_passages(client):
    found = client.post("/search", json={"query": "bees", "top": 1}).json()
    assert [result["passage"] for result in found["results"]] == ["Bees make honey from nectar."]


def test_collections_and_health(client, app):
    assert client.get("/collections").json()[0]["name"] == "Biology"
    assert client.get("/health").json()["status"] == "ready"
    app.loading = ("generator",)
    assert client.get("/health").json() | {"version": ""} == {
        "status": "loading",
        "loading": ["generator"],
        "error": "",
        "version": "",
    }


def test_every_call_is_documented_and_the_page_runs_no_script(client):
    document = client.get("/openapi.json").json()
    assert set(document["paths"]) >= {"/chat/completions", "/models", "/ask", "/search", "/collections", "/health"}
    page = client.get("/docs").text
    for path in document["paths"]:
        assert f"/v1{path}" in page
    assert "<script" not in page
    assert "http://127.0.0.1:7860/v1" in page


# --- what goes wrong ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (said("Bees?", model="gpt-9"), 404, "model_not_found"),
        (said("This is impossible"), 400, None),
        (said("This is impossible", stream=True), 400, None),
        ({"messages": []}, 400, None),
        ({"messages": [{"role": "system", "content": "x"}]}, 400, None),
        ({"messages": [{"role": "user", "content": "  "}]}, 400, None),
        ({"messages": [{"role": "wizard", "content": "x"}]}, 400, None),
        (said("Bees?", n=3), 400, None),
        (said("Bees?", mode="wild"), 400, None),
        (said("Bees?", collections=["x" * 300]), 400, None),
        ([], 400, None),
    ],
)
def test_what_is_wrong_is_one_sentence_in_openai_s_shape(client, body, status, code):
    response = client.post("/chat/completions", json=body)
    assert response.status_code == status
    error = response.json()["error"]
    assert error["message"].strip() and "\n" not in error["message"] and "Traceback" not in error["message"]
    assert error["code"] == code


def test_an_unforeseen_error_tells_the_client_nothing_of_the_inside(client):
    response = client.post("/chat/completions", json=said("Explode, please."))
    assert response.status_code == 500
    assert "secret" not in response.text
    late = client.post("/chat/completions", json=said("Explode later, please.", stream=True))
    assert chunks(late)[-1]["error"]["type"] == "server_error"
    assert "secret" not in late.text


def test_halves_of_characters_and_nulls_arrive_as_text(client, app):
    body = '{"messages": [{"role": "user", "content": "\\ud800 bees \\u0000 \\u202e"}]}'
    assert (
        client.post("/chat/completions", content=body, headers={"Content-Type": "application/json"}).status_code == 200
    )
    app.assistant.asked[-1]["question"].encode()


def test_hostile_documents_stay_text(client):
    response = client.post("/search", json={"query": "hostile"})
    assert response.headers["content-type"] == "application/json"
    passage = response.json()["results"][0]
    assert passage["passage"] == HOSTILE
    streamed = client.post("/chat/completions", json=said("hostile", stream=True))
    assert all(json.loads(line[6:]) for line in streamed.text.split("\n\n") if line.startswith("data: {"))


def test_a_path_in_a_request_opens_no_file(client):
    for path in ("/models/..%2f..%2fetc%2fpasswd", "/../etc/passwd", "/models/%2e%2e"):
        assert client.get(path).status_code in (400, 404)
    assert client.post("/chat/completions", json=said("x", model="../../etc/passwd")).status_code == 404


def test_questions_wait_for_the_models(app):
    app.startup.done.clear()
    client = TestClient(make(app, str))
    threading.Timer(0.3, app.startup.done.set).start()
    assert client.post("/ask", json={"question": "Bees?"}).json()["refused"] is False


def test_too_many_at_once_are_told_to_come_back(app, monkeypatch):
    monkeypatch.setattr(queue, "MOST", 0)
    response = TestClient(make(app, str)).post("/ask", json={"question": "Bees?"})
    assert (response.status_code, response.headers["retry-after"]) == (429, "5")


def test_who_leaves_a_stream_stops_the_answer(app):
    import asyncio

    answers = queue.AnswerQueue(app.assistant, app.startup.done)

    async def leave() -> None:
        events = answers.events(queue.Question("endless"))
        while await anext(events) is None:  # nothing has happened yet: a busy machine
            pass
        await events.aclose()

    asyncio.run(leave())
    assert app.assistant.stopped.wait(60)


def test_eight_clients_get_their_own_answers(app):
    client = TestClient(make(app, str))
    found: dict[int, str] = {}

    def ask(n: int) -> None:
        found[n] = client.post("/ask", json={"question": f"Bees {n}?"}).json()["question"]

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {n: f"Bees {n}?" for n in range(8)}
