import Testing

/// Whole conversations, as raw requests come over the wire, and what the decoders make of them.
@Suite("HTTP conversations")
struct HTTPReplayTests {
    @Test("a conversation ends as RFC 9112 wants", arguments: requestLines + headers)
    func head(_ conversation: RequestCase) {
        conversation.check()
    }

    @Test("bodies are framed strictly", arguments: framing + chunks)
    func body(_ conversation: RequestCase) {
        conversation.check()
    }

    @Test("connections and upgrades follow the head", arguments: connections + upgrades)
    func connection(_ conversation: RequestCase) {
        conversation.check()
    }
}

private let host = "Host: localhost\r\n"

private let requestLines = [
    RequestCase("rl-01", "GET / HTTP/1.1\r\n\(host)\r\n", "GET / localhost keep"),
    RequestCase("rl-02", "get / HTTP/1.1\r\n\(host)\r\n", "501 unsupportedMethod"),
    RequestCase("rl-03", "GET /\r\n\(host)\r\n", "400 malformedRequestLine"),
    RequestCase("rl-04", "GET / HTTP/1.x\r\n\(host)\r\n", "400 malformedRequestLine"),
    RequestCase("rl-07", "GET  / HTTP/1.1\r\n\(host)\r\n", "400 malformedRequestLine"),
    RequestCase("rl-09", "\r\nGET / HTTP/1.1\r\n\(host)\r\n", "GET / localhost keep"),
    RequestCase(
        "rl-10",
        "GET http://localhost/ HTTP/1.1\r\n\(host)\r\n",
        "GET / localhost keep"
    ),
    RequestCase(
        "rl-12",
        "GET /\(String(repeating: "a", count: 9000)) HTTP/1.1\r\n\(host)\r\n",
        "414 requestLineTooLong"
    ),
    RequestCase(
        "rl-13",
        "GET /\(String(repeating: "a", count: 1_000_000)) HTTP/1.1\r\n\(host)\r\n",
        "414 requestLineTooLong"
    ),
    RequestCase("rl-14", "GET /a\0b HTTP/1.1\r\n\(host)\r\n", "400 controlCharacter"),
    RequestCase("rl-16", "GET / HTTP/1.0\r\n\r\n", "GET / - close"),
    RequestCase(
        "rl-17",
        "CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n",
        "501 unsupportedMethod"
    ),
    // The router decodes the path and refuses it there.
    RequestCase(
        "rl-19",
        "GET /../../etc/passwd HTTP/1.1\r\n\(host)\r\n",
        "GET /../../etc/passwd localhost keep"
    ),
]

private let headers = [
    RequestCase("hd-01", "GET / HTTP/1.1\r\n\r\n", "400 badHost"),
    RequestCase("hd-02", "GET / HTTP/1.1\r\n\(host)Host: other\r\n\r\n", "400 badHost"),
    RequestCase("hd-03", "GET / HTTP/1.1\r\n\(host)X-A : b\r\n\r\n", "400 malformedField"),
    RequestCase("hd-04", "GET / HTTP/1.1\r\n\(host)X-A: b\r\n c\r\n\r\n", "400 malformedField"),
    RequestCase("hd-06", "GET / HTTP/1.1\r\n\(host)X-A: a\u{1}b\r\n\r\n", "400 controlCharacter"),
    RequestCase("hd-07", "GET / HTTP/1.1\r\n\(host)X-A: a\0b\r\n\r\n", "400 controlCharacter"),
    RequestCase("hd-09", "GET / HTTP/1.1\r\n\(host): x\r\n\r\n", "400 malformedField"),
    RequestCase("hd-11", "GET / HTTP/1.1\r\n\(host)garbage\r\n\r\n", "400 malformedField"),
    RequestCase("hd-12", "GET / HTTP/1.1\r\n\(host)X-Empty:\r\n\r\n", "GET / localhost keep"),
    RequestCase("hd-13", "GET / HTTP/1.1\r\nHost:\t localhost \t\r\n\r\n", "GET / localhost keep"),
    RequestCase(
        "hd-15",
        "GET / HTTP/1.1\r\n\(host)X-Big: \(String(repeating: "a", count: 65_536))\r\n\r\n",
        "431 headTooLarge"
    ),
    RequestCase(
        "hd-17",
        "GET / HTTP/1.1\r\n\(host)X-U: \u{C3}\u{A9}\r\n\r\n",
        "GET / localhost keep"
    ),
    RequestCase("hd-18", "GET / HTTP/1.1\nHost: localhost\n\n", "400 controlCharacter"),
]

private let post = "POST /echo HTTP/1.1\r\n\(host)"

private let framing = [
    RequestCase(
        "fr-01",
        "\(post)Content-Length: 5\r\n\r\nhello",
        "POST /echo localhost keep length(5) hello"
    ),
    RequestCase("fr-02", "\(post)Content-Length: -1\r\n\r\n", "400 badContentLength"),
    RequestCase("fr-03", "\(post)Content-Length: +5\r\n\r\nhello", "400 badContentLength"),
    RequestCase("fr-04", "\(post)Content-Length: 5x\r\n\r\nhello", "400 badContentLength"),
    RequestCase(
        "fr-05",
        "\(post)Content-Length: 18446744073709551621\r\n\r\nhello",
        "413 bodyTooLarge"
    ),
    RequestCase(
        "fr-06",
        "\(post)Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
        "400 badContentLength"
    ),
    RequestCase("fr-07", "\(post)Content-Length: 5, 5\r\n\r\nhello", "400 badContentLength"),
    RequestCase(
        "fr-09",
        "\(post)Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nX",
        "400 conflictingFraming"
    ),
    RequestCase(
        "fr-10",
        "\(post)Transfer-Encoding: identity\r\n\r\n",
        "400 badTransferEncoding"
    ),
    RequestCase(
        "fr-11",
        "\(post)Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n",
        "400 badTransferEncoding"
    ),
    RequestCase(
        "fr-14",
        "\(post)Transfer-Encoding: \u{B}chunked\r\n\r\n0\r\n\r\n",
        "400 controlCharacter"
    ),
    RequestCase(
        "fr-16",
        "POST /echo HTTP/1.0\r\n\(host)Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "400 badTransferEncoding"
    ),
    RequestCase("fr-17", "\(post)Content-Length: 10737418240\r\n\r\n", "413 bodyTooLarge"),
]

private let chunkedPost = "\(post)Transfer-Encoding: chunked\r\n\r\n"

private let chunks = [
    RequestCase(
        "ch-01",
        "\(chunkedPost)5\r\nhello\r\n0\r\n\r\n",
        "POST /echo localhost keep chunked hello"
    ),
    RequestCase(
        "ch-02",
        "\(chunkedPost)5;a=b\r\nhello\r\n0\r\n\r\n",
        "POST /echo localhost keep chunked hello"
    ),
    RequestCase(
        "ch-04",
        "\(chunkedPost)00A\r\n0123456789\r\n0\r\n\r\n",
        "POST /echo localhost keep chunked 0123456789"
    ),
    RequestCase("ch-05", "\(chunkedPost)xyz\r\nhello\r\n0\r\n\r\n", "400 badChunk"),
    RequestCase("ch-06", "\(chunkedPost)FFFFFFFFFFFFFFFFF\r\n", "413 bodyTooLarge"),
    RequestCase("ch-07", "\(chunkedPost)-1\r\n\r\n", "400 badChunk"),
    RequestCase("ch-09", "\(chunkedPost)0x5\r\nhello\r\n0\r\n\r\n", "400 badChunk"),
    RequestCase("ch-10", "\(chunkedPost)5\nhello\n0\n\n", "400 badChunk"),
]

private let get = "GET / HTTP/1.1\r\n\(host)"

private let connections = [
    RequestCase(
        "co-01",
        "\(get)\r\n\(get)\r\n\(get)\r\n",
        "GET / localhost keep",
        "GET / localhost keep",
        "GET / localhost keep"
    ),
    RequestCase(
        "co-02",
        "\(post)Content-Length: 5\r\n\r\nhello\(get)\r\n\(chunkedPost)1\r\na\r\n0\r\n\r\n",
        "POST /echo localhost keep length(5) hello",
        "GET / localhost keep",
        "POST /echo localhost keep chunked a"
    ),
    RequestCase(
        "an empty line before each request",
        "\r\n\(get)\r\n\r\n\(get)\r\n",
        "GET / localhost keep",
        "GET / localhost keep"
    ),
    RequestCase("co-03", "\(get)Connection: close\r\n\r\n", "GET / localhost close"),
    RequestCase(
        "co-05",
        "HEAD / HTTP/1.1\r\n\(host)\r\n\(get)Connection: close\r\n\r\n",
        "HEAD / localhost keep",
        "GET / localhost close"
    ),
    RequestCase(
        "co-06",
        "\(post)Content-Length: 5\r\nExpect: 100-continue\r\n\r\nhello",
        "POST /echo localhost keep length(5) expects hello"
    ),
    RequestCase("co-08", "GET / HTTP/1.1\r\nHo", "more"),
    RequestCase(
        "co-09",
        "\u{16}\u{3}\u{1}\u{2}\0\u{1}\0\u{1}\u{FC}\u{3}\u{3}",
        "400 controlCharacter"
    ),
]

private let version13 = "Sec-WebSocket-Version: 13\r\n"
private let key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
private let upgrade = "Upgrade: websocket\r\nConnection: Upgrade\r\n"
private let accepted = "101 s3pPLMBiTxaQ9kYGzzhZRbK+xOo="

private let upgrades = [
    RequestCase("ws-01", "\(get)\(upgrade)\(key)\(version13)\r\n", accepted),
    RequestCase("ws-02", "\(get)\(upgrade)\(version13)\r\n", "400 badKey"),
    RequestCase(
        "ws-04",
        "\(get)\(upgrade)\(key)Sec-WebSocket-Version: 8\r\n\r\n",
        "426 unsupportedVersion"
    ),
    RequestCase("ws-05", "\(post)\(upgrade)\(key)\(version13)\r\n", "405 badMethod"),
    // Without Upgrade it is a plain request, which the route refuses.
    RequestCase(
        "ws-06",
        "\(get)Connection: Upgrade\r\n\(key)\(version13)\r\n",
        "GET / localhost keep"
    ),
    RequestCase(
        "ws-07",
        "\(get)Upgrade: WebSocket\r\nConnection: keep-alive, Upgrade\r\n\(key)\(version13)\r\n",
        accepted
    ),
]
