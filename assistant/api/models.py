"""What the API is sent, and the shapes of what it gives back, as the OpenAPI document shows them."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from assistant.pipeline import LONGEST_QUESTION
from assistant.schema import Mode

MOST_EARLIER = 200
MOST_COLLECTIONS = 100
LONGEST_NAME = 200
MOST_FOUND = 50
MOST_TEXTS = 2048  # to be embedded by one request, as OpenAI has it
LONGEST_TEXT = 100_000  # characters of each; the embedder sees the first few hundred words
MOST_LISTED = 200
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


class Sent(BaseModel):
    """Something that a client sends. A field that is null counts as not given, as with OpenAI."""

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, value: Any) -> Any:
        return {key: one for key, one in value.items() if one is not None} if isinstance(value, dict) else value


class Part(Sent):
    """A piece of a message; only texts are read."""

    type: str = "text"
    text: Text = ""


class Message(Sent):
    """One message of a conversation. System messages are accepted and change nothing."""

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: Text | list[Part] | None = None

    @property
    def text(self) -> str:
        """All that it says."""
        if isinstance(self.content, list):
            return "\n".join(part.text for part in self.content if part.type == "text")
        return self.content or ""


class StreamOptions(Sent):
    """OpenAI's."""

    include_usage: bool = False


class ChatRequest(Sent):
    """OpenAI's chat completion. The last user message is the question, those before it are its history, of which the
    last turns count. Where a client has wrapped the question into a template with passages of its own, the question in
    it is answered. What a client asks for itself, such as a title for its list of conversations, is made from the
    conversation alone, without the documents.

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
    messages: list[Message] = Field(min_length=1)
    model: ModelName = OWN_NAME
    stream: bool = False
    stream_options: StreamOptions | None = None
    n: Literal[1] | None = 1
    mode: AnswerMode = "grounded"
    collections: Collections = Field(default_factory=list)


class Earlier(Sent):
    """A question that was asked before. What was refused gives a follow-up nothing to lean on."""

    question: Text = Field(max_length=LONGEST_QUESTION)
    refused: bool = False


class AskRequest(Sent):
    """A question to Sourcier."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"question": "What is a black hole?", "collections": ["wikipedia"]}}
    )
    question: Text = Field(max_length=LONGEST_QUESTION)
    history: list[Earlier] = Field(default_factory=list, max_length=MOST_EARLIER)
    model: ModelName = OWN_NAME
    mode: AnswerMode = "grounded"
    collections: Collections = Field(default_factory=list)


class SearchRequest(Sent):
    """A search without an answer."""

    model_config = ConfigDict(json_schema_extra={"example": {"query": "black hole", "top": 5}})
    query: Text = Field(min_length=1, max_length=LONGEST_QUESTION)
    top: int = Field(6, ge=1, le=MOST_FOUND)
    collections: Collections = Field(default_factory=list)


class EmbeddingRequest(Sent):
    """OpenAI's embeddings, by the embedder that the documents are searched with."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"model": OWN_NAME, "input": ["What is a black hole?"], "input_type": "query"}}
    )
    input: (
        Annotated[Text, Field(max_length=LONGEST_TEXT)]
        | Annotated[list[Annotated[Text, Field(max_length=LONGEST_TEXT)]], Field(min_length=1, max_length=MOST_TEXTS)]
    ) = Field(description="A text, or a list of texts. Lists of token numbers are not taken: send texts.")
    model: Name = Field(OWN_NAME, description=f"The embedder's name from an answer, or `{OWN_NAME}`.")
    encoding_format: Literal["float", "base64"] = Field("float", description="base64: float32, little-endian.")
    dimensions: int | None = Field(None, ge=1, description="Only the embedder's own number.")
    input_type: Literal["query", "passage"] = Field("passage", description="Questions are embedded as `query`.")


class Embedding(BaseModel):
    """The unit vector of a text; base64 holds float32 numbers, little-endian."""

    object: Literal["embedding"] = "embedding"
    index: int
    embedding: list[float] | str


class Embeddings(BaseModel):
    """The vectors of all texts, in their order."""

    object: Literal["list"] = "list"
    data: list[Embedding]
    model: str
    usage: dict[str, int]


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


class DocumentEntry(BaseModel):
    """A document, or a file that has not become one.

    States: `waiting`, `reading`, `keyword` (found by its words already), `embedding`, `ready`, `changed` (to be read
    again), `requires_update`, and `failed` with the reason.
    """

    id: str
    title: str
    path: str
    collection: str
    state: str
    reason: str = ""
    passages: int = 0
    embedded: int = 0


class Documents(BaseModel):
    """Some of the `total` documents: files that wait or failed first, then the newest."""

    total: int
    documents: list[DocumentEntry]


class Refused(BaseModel):
    """A file that no reader takes."""

    name: str
    reason: str


class Added(BaseModel):
    """The files that were taken; they are read in the background, `/v1/documents/{id}` says how far that is."""

    documents: list[DocumentEntry]
    refused: list[Refused] = []


class Removed(BaseModel):
    """A document that is gone from the index, with our own copy of its file."""

    id: str
    removed: Literal[True] = True


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
