import Glibc
import PulseReactor
import PulseTestSupport
import PulseWire
import Testing

@testable import PulseSimulator

@Suite("The simulator on the network")
struct ServiceTests {
    @Test(
        "an answer has the header fields of pveproxy, and the connection goes on",
        arguments: backends
    )
    func keepAlive(io: IOChoice) async throws {
        try await withSimulator(io) { service, _ in
            let address = try service.address()
            let answers = try await service.lane.attempt {
                let connection = PlainConnection(try Client(address))
                return try (0..<3).map { _ in
                    try connection.send(service.request("/version"))
                    return try connection.answer()
                }
            }
            for answer in answers {
                #expect(answer.statusLine == "HTTP/1.1 200 OK")
                let names = answer.fields.map { String($0.prefix { $0 != ":" }) }
                #expect(
                    names == [
                        "Cache-Control", "Connection", "Date", "Pragma", "Server",
                        "Content-Length", "Content-Type", "Expires",
                    ]
                )
                #expect(answer.fields.contains("Connection: Keep-Alive"))
                #expect(answer.fields.contains("Server: pve-api-daemon/3.0"))
                #expect(try answer.json["data"] != nil)
            }
        }
    }

    @Test("a request may come in any pieces, and several at once", arguments: backends)
    func pieces(io: IOChoice) async throws {
        try await withSimulator(io) { service, _ in
            let address = try service.address()
            let request = Array(service.request("/cluster/status").utf8)
            try await service.lane.attempt {
                let connection = PlainConnection(try Client(address))
                for byte in request { try connection.client.send([byte]) }
                #expect(try connection.answer().statusLine == "HTTP/1.1 200 OK")
                try connection.client.send(request + request + request)
                for _ in 0..<3 {
                    #expect(try connection.answer().statusLine == "HTTP/1.1 200 OK")
                }
            }
        }
    }

    @Test("the hundredth answer on a connection is the last", arguments: backends)
    func hundredRequests(io: IOChoice) async throws {
        try await withSimulator(io) { service, _ in
            let address = try service.address()
            try await service.lane.attempt {
                let connection = PlainConnection(try Client(address))
                for number in 1...100 {
                    try connection.send(service.request("/version"))
                    let answer = try connection.answer()
                    #expect(answer.fields.contains("Connection: close") == (number == 100))
                }
                #expect(connection.client.seesEnd())
            }
        }
    }

    @Test("a connection ends behind an error, and where the client wants it", arguments: backends)
    func close(io: IOChoice) async throws {
        try await withSimulator(io) { service, _ in
            let address = try service.address()
            let requests = [
                service.request("/bogus"),
                service.request("/version", fields: "Connection: close\r\n"),
                "nonsense\r\n\r\n", "GET / HTTP/1.0\r\n\r\n",
            ]
            for request in requests {
                try await service.lane.attempt {
                    let connection = PlainConnection(try Client(address))
                    try connection.send(request)
                    #expect(try connection.answer().fields.contains("Connection: close"))
                    #expect(connection.client.seesEnd())
                }
            }
        }
    }

    @Test("a client may end its side and still reads its answer", arguments: backends)
    func halfClose(io: IOChoice) async throws {
        try await withSimulator(io) { service, _ in
            let address = try service.address()
            try await service.lane.attempt {
                let connection = PlainConnection(try Client(address))
                try connection.send(service.request("/cluster/resources"))
                connection.client.endOutput()
                #expect(try connection.answer().statusLine == "HTTP/1.1 200 OK")
                #expect(connection.client.seesEnd())
            }
        }
    }

    @Test(
        "a login with a body is refused after three seconds, silence ends after five",
        arguments: backends
    )
    func time(io: IOChoice) async throws {
        try await withSimulator(io) { service, _ in
            let address = try service.address()
            let idle = try BlockingLane(name: "idle")
            async let silent = idle.attempt {
                let connection = PlainConnection(try Client(address))
                // However late this thread gets to run, the silence begins after this.
                let start = MonotonicTime.now()
                try connection.send(service.request("/version"))
                _ = try connection.answer()
                #expect(connection.client.seesEnd())
                return MonotonicTime.now().nanoseconds(since: start)
            }
            let start = MonotonicTime.now()
            let answer = try await service.ask(
                "POST /api2/json/access/ticket HTTP/1.1\r\nHost: pve\r\nContent-Length: 9\r\n\r\n"
                    + "username=",
                at: address
            )
            #expect(MonotonicTime.now().nanoseconds(since: start) >= 3_000_000_000)
            #expect(answer.statusLine == "HTTP/1.1 401 authentication failure")
            #expect(try await silent >= 4_900_000_000)
        }
    }

    @Test(
        "a killed cluster refuses connections, and comes back at the same port",
        arguments: backends
    )
    func kill(io: IOChoice) async throws {
        try await withSimulator(io) { service, _ in
            let (first, second) = (try service.address(0), try service.address(1))
            let connection = try await service.lane.attempt {
                let client = try Client(first)
                try client.send(Array(service.request("/version").utf8))
                _ = try client.receive(atMost: 1)
                return client
            }
            #expect(try await service.post("/clusters/lab/kill").statusLine == "HTTP/1.1 200 OK")
            #expect(await service.lane.run { (try? connection.receiveToEnd()) != [] })
            await #expect(throws: ClientError(call: "connect", code: ECONNREFUSED)) {
                _ = try await service.lane.attempt { try Client(first) }
            }
            let other = try await service.ask(service.request("/version", 1), at: second)
            #expect(other.statusLine == "HTTP/1.1 200 OK")
            let refused = try await service.post("/clusters/lab/hang")
            #expect(refused.statusLine == "HTTP/1.1 400 Bad Request")
            #expect(
                try await service.post("/clusters/lab/start").json["state"] as? String == "running"
            )
            let back = try await service.ask(service.request("/version"), at: first)
            #expect(back.statusLine == "HTTP/1.1 200 OK")
        }
    }

    @Test("who waits for a cluster that hangs is let go when it resumes", arguments: backends)
    func hang(io: IOChoice) async throws {
        try await withSimulator(io) { service, _ in
            let address = try service.address()
            _ = try await service.post("/clusters/lab/hang")
            let client = try await service.lane.attempt {
                let client = try Client(address)
                try client.send(Array(service.request("/version").utf8))
                return client
            }
            let state = try await service.post("/clusters/lab/hang").json["state"]
            #expect(state as? String == "hanging")
            #expect(try client.receiveWithoutWaiting(atMost: 1) == nil)
            _ = try await service.post("/clusters/lab/resume")
            #expect(await service.lane.run { client.seesEnd() })
            let answer = try await service.ask(service.request("/version"), at: address)
            #expect(answer.statusLine == "HTTP/1.1 200 OK")
        }
    }

    @Test("answers can be garbage, cut, late and errors", arguments: backends)
    func faults(io: IOChoice) async throws {
        try await withSimulator(io) { service, _ in
            let address = try service.address()
            func ask(_ action: String) async throws -> PlainAnswer {
                let done = try await service.post("/clusters/lab/\(action)")
                #expect(done.statusLine == "HTTP/1.1 200 OK")
                return try await service.ask(service.request("/nodes"), at: address)
            }
            let garbage = try await ask("garbage")
            #expect(throws: (any Error).self) { try garbage.json }
            let cut = try await ask("truncate")
            #expect(throws: (any Error).self) { try cut.json }
            #expect(cut.body.starts(with: Array("{\"data\":[{".utf8)))
            let start = MonotonicTime.now()
            #expect(try await ask("slow?milliseconds=300").statusLine == "HTTP/1.1 200 OK")
            #expect(MonotonicTime.now().nanoseconds(since: start) >= 300_000_000)
            for (status, reason) in [
                (401, "Authentication failed!"), (403, "Permission check failed (/, Sys.Audit)"),
                (500, "ipcc_send_rec[1] failed: Connection refused"), (595, "No route to host"),
                (596, "Broken pipe"), (503, "Simulated error"),
            ] {
                let answer = try await ask("error?status=\(status)")
                #expect(answer.statusLine == "HTTP/1.1 \(status) \(reason)")
            }
            #expect(try await ask("resume").statusLine == "HTTP/1.1 200 OK")
        }
    }

    @Test("answers can come in chunks, but for a client of HTTP/1.0", arguments: backends)
    func chunks(io: IOChoice) async throws {
        try await withSimulator(io) { service, _ in
            let address = try service.address()
            _ = try await service.post("/clusters/lab/chunk?bytes=10")
            let request = service.request("/version", fields: "Connection: close\r\n")
            let answer = try await service.ask(request, at: address)
            #expect(answer.fields.contains("Transfer-Encoding: chunked"))
            let older = try await service.ask(
                request.replacing("HTTP/1.1", with: "HTTP/1.0"),
                at: address
            )
            #expect(try older.json.keys.contains("data"))
            #expect(answer.body == HTTPChunks.encode(older.body, bytesMax: 10))
        }
    }
}

@Suite("The control endpoint")
struct ControlTests {
    @Test("GET / tells everything", arguments: backends)
    func list(io: IOChoice) async throws {
        try await withSimulator(io) { service, _ in
            let answer = try await service.ask(
                "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
                at: service.control
            )
            let clusters = try #require(try answer.json["clusters"] as? [[String: Any]])
            #expect(try answer.json["seed"] as? String == "7")
            #expect(clusters.map { $0["name"] as? String } == ["lab", "prod"])
            #expect(clusters.map { $0["url"] as? String } == service.remotes.map(\.url))
            #expect((clusters[0]["guests"] as? [Any])?.count == 30)
            #expect((clusters[0]["nodes"] as? [Any])?.count == 3)
            let tokens = clusters[0]["tokens"] as? [[String: Any]]
            #expect(tokens?.first?["secret"] as? String == service.remotes[0].secret)
        }
    }

    @Test("nodes and guests are changed by name and number", arguments: backends)
    func changes(io: IOChoice) async throws {
        try await withSimulator(io) { service, _ in
            func node() async throws -> String? {
                let answer = try await service.post("/clusters/prod/nodes/pve2/kill")
                let nodes = try answer.json["nodes"] as? [[String: Any]]
                return nodes?[1]["status"] as? String
            }
            #expect(try await node() == "dead")
            let started = try await service.post("/clusters/prod/nodes/pve2/start")
            let nodes = try #require(try started.json["nodes"] as? [[String: Any]])
            #expect(nodes[1]["status"] as? String == "online")
            let before = try #require(try started.json["guests"] as? [[String: Any]])
            let running = try #require(before.first { $0["status"] as? String == "running" })
            let vmid = try #require(running["vmid"] as? Int)
            for (action, status) in [("stop", "stopped"), ("start", "running"), ("remove", nil)] {
                let answer = try await service.post("/clusters/prod/guests/\(vmid)/\(action)")
                let guests = try #require(try answer.json["guests"] as? [[String: Any]])
                let guest = guests.first { $0["vmid"] as? Int == vmid }
                #expect(guest?["status"] as? String == status)
            }
        }
    }

    @Test("what there is not is said in words")
    func refusals() async throws {
        try await withSimulator(.epoll) { service, _ in
            for (path, status, word) in [
                ("/nothing", 404, "GET /"), ("/clusters/x/kill", 404, "no cluster x"),
                ("/clusters/lab/burn", 404, "actions are kill"),
                ("/clusters/lab/nodes/pve9/kill", 404, "no node pve9"),
                ("/clusters/lab/nodes/pve1/burn", 404, "kill and start"),
                ("/clusters/lab/guests/1/stop", 404, "no guest 1"),
                ("/clusters/lab/guests/100/burn", 404, "stop, start and remove"),
                ("/clusters/lab/error?status=200", 400, "from 400 to 599"),
                ("/clusters/lab/slow?milliseconds=-1", 400, "from 0 to 600000"),
                ("/", 400, "GET /"),
            ] {
                let answer = try await service.post(path)
                #expect(answer.statusLine.hasPrefix("HTTP/1.1 \(status) "))
                #expect((try answer.json["error"] as? String)?.contains(word) == true, "\(path)")
            }
            let get = try await service.ask(
                "GET /clusters/lab/kill HTTP/1.1\r\nHost: localhost\r\n\r\n",
                at: service.control
            )
            #expect(get.statusLine == "HTTP/1.1 400 Bad Request")
        }
    }
}
