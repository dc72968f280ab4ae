import threading
import time

import pytest
from ui_fakes import FakeAssistant

from assistant.services.answer_jobs import Runs
from assistant.storage.history import History


@pytest.fixture
def history(home):
    history = History(home.history)
    yield history
    history.close()


def finished(run):
    return list(run.watch())[-1]


def test_a_run_ends_with_the_checked_answer_and_keeps_it(history):
    runs = Runs(FakeAssistant(0.001), history, waiting=lambda: False)
    conversation = history.create()
    run = runs.start(conversation.id, "What is photosynthesis?", ())
    assert finished(run).state == "done"
    assert run.view.answer.sentences and run.view.documents == 20_407
    stored = history.turns(conversation.id)[0]
    assert stored.state == "done" and stored.answer == run.view.answer


def test_watching_shows_search_draft_and_answer_in_order(history):
    runs = Runs(FakeAssistant(0.1), history, waiting=lambda: False)
    run = runs.start(history.create().id, "What is photosynthesis?", ())
    states = list(dict.fromkeys(view.state for view in run.watch()))
    assert states[-2:] == ["drafting", "done"]


def test_watching_is_not_faster_than_ten_times_a_second(history):
    runs = Runs(FakeAssistant(0.001), history, waiting=lambda: False)
    run = runs.start(history.create().id, "A long question", ())
    started = time.monotonic()
    views = len(list(run.watch()))
    assert views <= 3 + 10 * (time.monotonic() - started)


def test_stopping_keeps_what_was_written(history):
    runs = Runs(FakeAssistant(0.05), history, waiting=lambda: False)
    conversation = history.create()
    run = runs.start(conversation.id, "A long question", ())
    for view in run.watch():
        if view.draft:
            run.stop()
    assert run.view.state == "stopped" and run.view.answer is not None
    assert history.turns(conversation.id)[0].state == "stopped"


def test_questions_wait_for_the_models(history):
    loading = threading.Event()
    loading.set()
    runs = Runs(FakeAssistant(0.001), history, waiting=loading.is_set)
    run = runs.start(history.create().id, "What?", ())
    time.sleep(0.4)
    assert run.view.state == "waiting"
    loading.clear()
    assert finished(run).state == "done"


def test_a_waiting_question_can_be_stopped(history):
    assistant = FakeAssistant()
    runs = Runs(assistant, history, waiting=lambda: True)
    run = runs.start(history.create().id, "What?", ())
    run.stop()
    assert finished(run).state == "stopped"
    assert assistant.asked == []


def test_a_refused_input_ends_with_its_sentence(history):
    runs = Runs(FakeAssistant(), history, waiting=lambda: False)
    run = runs.start(history.create().id, "impossible", ())
    assert (finished(run).state, run.view.error) == ("failed", "This question cannot be asked.")


def test_a_crash_of_the_models_ends_the_turn_and_is_logged(history, caplog):
    class Broken(FakeAssistant):
        def ask(self, *args, **options):
            raise ValueError("shapes")

    runs = Runs(Broken(), history, waiting=lambda: False)
    run = runs.start(history.create().id, "What?", ())
    assert finished(run).state == "failed"
    assert "shapes" in caplog.text


def test_views_come_from_the_history_and_from_running_answers(history):
    runs = Runs(FakeAssistant(0.05), history, waiting=lambda: False)
    conversation = history.create()
    finished(runs.start(conversation.id, "weather", ()))
    run = runs.start(conversation.id, "A long question", ())
    views = runs.views(conversation.id)
    assert [view.question for view in views] == ["weather", "A long question"]
    assert views[0].answer.refused and views[1].running
    run.stop()
    finished(run)
    reopened = Runs(FakeAssistant(), history, waiting=lambda: False).views(conversation.id)
    assert [view.state for view in reopened] == ["done", "stopped"]
    assert runs.views(None) == []


def test_a_conversation_deleted_meanwhile_does_no_harm(history):
    runs = Runs(FakeAssistant(0.01), history, waiting=lambda: False)
    conversation = history.create()
    run = runs.start(conversation.id, "What?", ())
    history.delete(conversation.id)
    assert finished(run).state == "done"
    assert history.turns(conversation.id) == []
