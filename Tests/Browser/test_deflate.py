"""Chromium takes the compressed frames that are shared: the echo makes them as the server does."""

import os
import subprocess

import pytest

from server import LISTENING, ROOT

ECHO = os.environ.get("PULSE_ECHO_BIN", str(ROOT / ".build/release/wire-echo"))

# Texts of 0 B to 512 KiB, of one, two, three and four bytes a character, and bytes that hardly
# compress; each comes back through the server's inflater and deflater.
ROUND_TRIP = """(url) => new Promise((done) => {
    const socket = new WebSocket(url)
    socket.binaryType = "arraybuffer"
    const texts = [0, 1, 2, 125, 126, 1000, 1025, 4096, 65535, 65536, 300000, 524288].flatMap(
        (count) => ["a", "é", "中", "😀"].map((letter) => {
            let text = ""
            for (let i = 0; i < count / 32; i++) text += letter + (i * 7919) % 104729
            // A character that is cut in two is sent as U+FFFD.
            return new TextDecoder().decode(new TextEncoder().encode(text.slice(0, count)))
        }))
    const noise = new Uint8Array(65536)
    crypto.getRandomValues(noise)
    const messages = [...texts, noise.buffer]
    const wrong = []
    let next = 0
    const say = () => {
        if (next < messages.length) socket.send(messages[next])
        else socket.close(1000)
    }
    const equals = (sent, got) => typeof sent === "string" ? sent === got
        : got.byteLength === noise.length && new Uint8Array(got).every((byte, index) => byte === noise[index])
    socket.onopen = say
    socket.onmessage = ({ data }) => {
        if (!equals(messages[next], data)) wrong.push(next)
        next += 1
        say()
    }
    socket.onclose = ({ code, wasClean }) =>
        done({ code, wasClean, wrong, count: next, extensions: socket.extensions })
})"""


@pytest.fixture
def echo():
    process = subprocess.Popen([ECHO], stderr=subprocess.PIPE, text=True)
    for line in process.stderr:
        if found := LISTENING.search(line):
            break
    else:
        raise AssertionError("the echo does not listen")
    yield found.group(1)
    process.terminate()
    assert process.wait(30) == 0


def test_texts_of_every_size_come_back_as_they_went(browser, echo):
    page = browser.new_context().new_page()
    page.goto(echo)
    result = page.evaluate(ROUND_TRIP, echo.replace("http", "ws") + "/ws")
    assert result["code"] == 1000 and result["wasClean"], result
    assert result["wrong"] == [] and result["count"] == 49
    assert result["extensions"].startswith("permessage-deflate; server_no_context_takeover")
    page.context.close()


def test_the_page_lives_on_compressed_messages(browser, server):
    context = browser.new_context()
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    answers = []
    session.on(
        "Network.webSocketHandshakeResponseReceived",
        lambda event: answers.append(event["response"]["headers"]),
    )
    page.goto(server.url)
    page.wait_for_selector("html[data-conn=live]")
    page.evaluate("1")
    fields = {name.lower(): value for name, value in answers[0].items()}
    assert fields["sec-websocket-extensions"].startswith("permessage-deflate; server_no_context")
    context.close()
