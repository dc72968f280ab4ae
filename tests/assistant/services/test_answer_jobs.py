import threading
import time

import pytest
from ui_fakes import FakeAssistant

from assistant.services.answer_jobs import FEW, AnswerJobs
from assistant.storage.history import History
from corpus.errors import Reason


@pytest.fixture
def history(tmp_path):
    history = History(tmp_path / "history.sqlite3")
    yield history
    history.close()


def finished(job):
    return list(job.watch())[-1]


def test_a_job_ends_with_the_checked_answer_and_keeps_it(history):
    jobs = AnswerJobs(FakeAssistant(0.001), history, waiting=lambda: False)
    conversation = history.create()
    job = jobs.start(conversation.id, "What is photosynthesis?", ())
    assert finished(job).state == "done"
    assert job.view.answer.sentences and job.view.documents == 20_407
    stored = history.turns(conversation.id)[0]
    assert stored.state == "done" and stored.answer == job.view.answer


def test_watching_shows_search_draft_and_answer_in_order(history):
    jobs = AnswerJobs(FakeAssistant(0.1), history, waiting=lambda: False)
    job = jobs.start(history.create().id, "What is photosynthesis?", ())
    states = list(dict.fromkeys(view.state for view in job.watch()))
    assert states[-2:] == ["drafting", "done"]


def test_watching_is_not_faster_than_ten_times_a_second(history):
    jobs = AnswerJobs(FakeAssistant(0.001), history, waiting=lambda: False)
    job = jobs.start(history.create().id, "A long question", ())
    started = time.monotonic()
    views = len(list(job.watch()))
    assert views <= 3 + 10 * (time.monotonic() - started)


def test_stopping_keeps_what_was_written(history):
    jobs = AnswerJobs(FakeAssistant(0.05), history, waiting=lambda: False)
    conversation = history.create()
    job = jobs.start(conversation.id, "A long question", ())
    for view in job.watch():
        if view.draft:
            job.stop()
    assert job.view.state == "stopped" and job.view.answer is not None
    assert history.turns(conversation.id)[0].state == "stopped"


def test_questions_wait_for_the_models(history):
    loading = threading.Event()
    loading.set()
    jobs = AnswerJobs(FakeAssistant(0.001), history, waiting=loading.is_set)
    job = jobs.start(history.create().id, "What?", ())
    time.sleep(0.4)
    assert job.view.state == "waiting"
    loading.clear()
    assert finished(job).state == "done"


def test_a_waiting_question_can_be_stopped(history):
    assistant = FakeAssistant()
    jobs = AnswerJobs(assistant, history, waiting=lambda: True)
    job = jobs.start(history.create().id, "What?", ())
    job.stop()
    assert finished(job).state == "stopped"
    assert assistant.asked == []


def test_a_refused_input_ends_with_its_sentence(history):
    jobs = AnswerJobs(FakeAssistant(), history, waiting=lambda: False)
    job = jobs.start(history.create().id, "impossible", ())
    assert (finished(job).state, job.view.error) == ("failed", Reason("question.empty").dumps())


def test_a_crash_of_the_models_ends_the_turn_and_is_logged(history, caplog):
    class Broken(FakeAssistant):
        def ask(self, *args, **options):
            raise ValueError("shapes")

    jobs = AnswerJobs(Broken(), history, waiting=lambda: False)
    job = jobs.start(history.create().id, "What?", ())
    assert finished(job).state == "failed"
    assert "shapes" in caplog.text


def test_views_come_from_the_history_and_from_running_answers(history):
    jobs = AnswerJobs(FakeAssistant(0.05), history, waiting=lambda: False)
    conversation = history.create()
    finished(jobs.start(conversation.id, "weather", ()))
    job = jobs.start(conversation.id, "A long question", ())
    views = jobs.views(conversation.id)
    assert [view.question for view in views] == ["weather", "A long question"]
    assert views[0].answer.refused and views[1].running
    job.stop()
    finished(job)
    reopened = AnswerJobs(FakeAssistant(), history, waiting=lambda: False).views(conversation.id)
    assert [view.state for view in reopened] == ["done", "stopped"]
    assert jobs.views(None) == []


def test_a_conversation_deleted_meanwhile_does_no_harm(history):
    jobs = AnswerJobs(FakeAssistant(0.01), history, waiting=lambda: False)
    conversation = history.create()
    job = jobs.start(conversation.id, "What?", ())
    history.delete(conversation.id)
    assert finished(job).state == "done"
    assert history.turns(conversation.id) == []


def test_a_question_waits_for_the_few_files_that_were_just_added_and_says_what_is_still_unread(history):
    left = [2, 1, 0]
    jobs = AnswerJobs(
        FakeAssistant(0.001), history, waiting=lambda: False, unread=lambda collections: left.pop(0) if left else 0
    )
    view = finished(jobs.start(history.create().id, "What?", (), collections=("notes",)))
    assert (left, view.answer.notices) == ([], ())
    jobs = AnswerJobs(FakeAssistant(0.001), history, waiting=lambda: False, unread=lambda collections: FEW + 1)
    view = finished(jobs.start(history.create().id, "What?", ()))  # a whole library is not waited for
    assert view.answer.notices == ("unread",)
