import threading

from assistant.pipeline import AskError
from assistant.schema import Answer, Answered, Drafted, Searched, Sentence
from assistant.services.comparison import compare
from corpus.errors import Reason


class Fake:
    """Answers with the model's name; "broken" cannot."""

    def __init__(self, refused=False):
        self.asked, self.refused = [], refused

    def ask(self, question, *, collections, mode, model, stop):
        self.asked.append((question, collections, mode, model))
        yield Searched((), 0.8, 0.1, 3)
        if model == "broken":
            raise AskError("question.empty")
        yield Drafted(model)
        yield Answered(Answer(question, self.refused, 0.8, mode, model, (Sentence(model, True, 1.0),)))


def test_both_answer_the_same_question_one_after_the_other():
    assistant = Fake()
    *earlier, last = compare(assistant, "What?", ("a", "b"), collections=("Biology",), mode="free")
    assert assistant.asked == [("What?", ("Biology",), "free", "a"), ("What?", ("Biology",), "free", "b")]
    assert (last.left.answer.text, last.right.answer.text, last.complete) == ("a", "b", True)
    assert [step.left.draft for step in earlier][:3] == ["", "", "a"]
    assert not any(step.complete for step in earlier)
    assert not last.left.working and not last.right.working


def test_what_goes_wrong_on_one_side_is_said_there():
    *_, last = compare(Fake(), "What?", ("broken", "b"))
    assert last.left.error == Reason("question.empty") and last.right.answer and not last.complete


def test_refusals_cannot_be_voted_on():
    *_, last = compare(Fake(refused=True), "What?", ("a", "b"))
    assert last.left.answer.refused and not last.complete


def test_a_stop_leaves_the_other_side_unasked():
    assistant, stop = Fake(), threading.Event()
    steps = compare(assistant, "What?", ("a", "b"), stop=stop)
    next(steps)
    stop.set()
    list(steps)
    assert [asked[-1] for asked in assistant.asked] == ["a"]
