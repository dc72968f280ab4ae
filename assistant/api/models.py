"""What the API is sent, and the shapes of what it gives back, as the OpenAPI document shows them."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from assistant.pipeline import LONGEST_QUESTION
from assistant.schema import Mode

MOST_MESSAGES = 200
MOST_COLLECTIONS = 100
LONGEST_MESSAGE = 100_000  # characters; earlier answers come back as messages
LONGEST_NAME = 200
MOST_FOUND = 50
OWN_NAME = "sourcier"  # the model name that stands for the generator chosen in the settings


def whole(text: str) -> str:
    """`text` without halves of characters, which JSON can hold and no index takes."""
    return text.encode("utf-8", "replace").decode()


Text = Annotated[str, AfterValidator(whole)]
Name = Annotated[str, Field(max_length=LONGEST_NAME), AfterValidator(whole)]
Collections = Annotated[list[Name], Field(max_length=MOST_COLLECTIONS, description="Searched; all when empty.")]
ModelName = Annotated[
    Name, Field(description=f"A name from `/v1/models`. `{OWN_NAME}` is the generator chosen in the settings.")
]
AnswerMode = Annotated[
    Mode,
    Field(description="grounded: only sentences that the passages state; quotes: quoted from them; free: unchecked."),
]


class Part(BaseModel):
    """A piece of a message; only texts are read."""

    type: str = "text"
    text: Text = Field("", max_length=LONGEST_MESSAGE)


class Message(BaseModel):
    """One message of a conversation. System messages are accepted and change nothing."""

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: Annotated[Text, Field(max_length=LONGEST_MESSAGE)] | Annotated[list[Part], Field(max_length=50)] | None = (
        None
    )

    @property
    def text(self) -> str:
        """All that it says."""
        if isinstance(self.content, list):
            return "\n".join(part.text for part in self.content if part.type == "text")
        return self.content or ""


class StreamOptions(BaseModel):
    """OpenAI's."""

    include_usage: bool = False


class ChatRequest(BaseModel):
    """OpenAI's chat completion. The last user message is the question, those before it are its history.

    Sampling parameters (`temperature`, `max_tokens`, ...) are accepted and left alone: the app's settings hold.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "model": OWN_NAME,
                "messages": [{"role": "user", "content": "What is a black hole?"}],
                "collections": ["wikipedia"],
                "stream": True,
            }
        }
    )
    messages: list[Message] = Field(min_length=1, max_length=MOST_MESSAGES)
    model: ModelName = OWN_NAME
    stream: bool = False
    stream_options: StreamOptions | None = None
    n: Literal[1] | None = 1
    mode: AnswerMode = "grounded"
    collections: Collections = Field(default_factory=list)


class Earlier(BaseModel):
    """A question that was asked before. What was refused gives a follow-up nothing to lean on."""

    question: Text = Field(max_length=LONGEST_QUESTION)
    refused: bool = False


class AskRequest(BaseModel):
    """A question to Sourcier."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"question": "What is a black hole?", "collections": ["wikipedia"]}}
    )
    question: Text = Field(max_length=LONGEST_QUESTION)
    history: list[Earlier] = Field(default_factory=list, max_length=MOST_MESSAGES)
    model: ModelName = OWN_NAME
    mode: AnswerMode = "grounded"
    collections: Collections = Field(default_factory=list)


class SearchRequest(BaseModel):
    """A search without an answer."""

    model_config = ConfigDict(json_schema_extra={"example": {"query": "black hole", "top": 5}})
    query: Text = Field(min_length=1, max_length=LONGEST_QUESTION)
    top: int = Field(6, ge=1, le=MOST_FOUND)
    collections: Collections = Field(default_factory=list)


class Source(BaseModel):
    """A passage: `n` is what [n] in an answer points to; the ranks are None where that search did not find it.

    `reader` is the probability that the passage answers, `evidence` the words that do: start, end and probability.
    """

    n: int
    document_id: str
    title: str
    path: str
    page: int | None
    collection: str
    passage: str
    score: float
    rank_keyword: int | None
    rank_dense: int | None
    reader: float | None = None
    evidence: list[tuple[int, int, float]] = []


class SearchResponse(BaseModel):
    """The best passages; `query` with its words mended, `complete` unless documents are still being embedded."""

    query: str
    documents: int
    complete: bool
    results: list[Source]


class AnsweredSentence(BaseModel):
    """A sentence of an answer with the numbers of the passages that state it.

    `highlight` are the start and end of the words in it that answer the question.
    """

    text: str
    supported: bool
    support: float
    citations: list[int]
    highlight: list[tuple[int, int]] = []


class AskResponse(BaseModel):
    """A checked answer, as `python -m scripts.ask --json` prints it."""

    question: str
    answer: str
    refused: bool
    confidence: float
    threshold: float
    mode: str
    model: str
    query: str
    notices: list[str]
    sentences: list[AnsweredSentence]
    sources: list[Source]
    timings: dict[str, float | int | None]


class ChatResponse(BaseModel):
    """OpenAI's chat completion, with the passages that [n] points to in `sources` and the checks in `sourcier`."""

    id: str
    object: Literal["chat.completion"]
    created: int
    model: str
    choices: list[dict[str, Any]]
    usage: dict[str, int]
    sources: list[Source]
    sourcier: dict[str, Any]


class Model(BaseModel):
    """A generator on this machine."""

    id: str
    object: Literal["model"] = "model"
    created: int = 0
    owned_by: str = "local"


class Models(BaseModel):
    """All of them."""

    object: Literal["list"] = "list"
    data: list[Model]


class Collection(BaseModel):
    """A collection and how far its indexing is."""

    name: str
    documents: int
    passages: int
    embedded: int
    state: str


class Health(BaseModel):
    """Whether questions are answered at once: ready, loading (they wait), or failed with the reason."""

    status: Literal["ready", "loading", "failed"]
    loading: list[str] = []
    error: str = ""
    version: str


class ErrorBody(BaseModel):
    """OpenAI's."""

    message: str
    type: str
    param: str | None = None
    code: str | None = None


class Error(BaseModel):
    """What every failure looks like."""

    error: ErrorBody
