"""Does on a transport what the flow of a conversation asks for."""

from __future__ import annotations

from harness.conversation import Reply, Response
from harness.providers.flow import Answered, Command, Receive, Send, SendFrame, Sleep
from harness.providers.interpreter import Flow
from harness.transport import Chunk, Transport
from harness.transport.response_body import close_body, response_of


def perform(flow: Flow, transport: Transport) -> Reply | None:
    """Do what a flow yields, until it ends. Errors of the transport go through the flow."""
    try:
        command = next(flow)
        while True:
            try:
                answered = _do(command, transport)
            except Exception as error:  # noqa: BLE001  # the flow notes it and raises it again
                command = flow.throw(error)
            else:
                command = flow.send(answered)
    except StopIteration as end:
        reply: Reply | None = end.value
        return reply


def _do(command: Command, transport: Transport) -> Answered:
    """Do what a command says, and return what the flow is given for it."""
    match command:
        case Send():
            return _exchange(command, transport)
        case SendFrame():
            return transport.send_frame(command.frame)
        case Receive():
            return transport.receive(command.origin, command.seconds)
        case Sleep():
            return transport.sleep(command.seconds)


def _exchange(send: Send, transport: Transport) -> Response:
    answer = transport.send(send.request)
    is_wanted = 200 <= answer.status < 300  # noqa: PLR2004  # an error's body is no stream
    chunks: list[Chunk] = []
    for chunk in answer.chunks:
        chunks.append(chunk)
        if send.reader and is_wanted and chunk.content and send.reader.feed(chunk.content):
            close_body(answer.chunks)
            break
    heard = [chunk for chunk in chunks if chunk.content] if send.reader else chunks
    times = [chunk.at for chunk in (*heard, *chunks[-1:])]
    return response_of(
        answer,
        b"".join(chunk.content for chunk in chunks),
        times[0] if times else None,
        times[-1] if times else None,
        tuple((chunk.at, len(chunk.content)) for chunk in heard) if send.reader else (),
    )
