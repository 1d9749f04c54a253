import PulseHTTPClient
import PulseJSON
import PulseReactor
import PulseTestSupport
import Testing

@testable import PulseMonitor

@Suite("Poll errors", .endsWhenItHangs)
struct PollErrorTests {
    private static let pin = CertificateFingerprint(bytes: [UInt8](repeating: 7, count: 32))
    private static let other = CertificateFingerprint(bytes: [UInt8](repeating: 8, count: 32))

    /// One failure: what the server does, what is said of it, and when it is asked again.
    struct Case: Sendable, CustomTestStringConvertible {
        var outcome: FakeEndpoint.Outcome
        var words: [String]
        var retry = PollError.Retry.nextRound

        var testDescription: String { words.joined(separator: " … ") }
    }

    private static let thirty = PollError.Retry.afterSeconds(30)

    private static let transport: [Case] = [
        Case(
            outcome: .failure(.nameNotFound(host: "pve1.lan")),
            words: ["the name pve1.lan does not resolve"]
        ),
        Case(
            outcome: .failure(.refused(origin: "pve1.lan:8006")),
            words: ["pve1.lan:8006 refuses connections", "nothing listens"]
        ),
        Case(
            outcome: .failure(.unreachable(origin: "pve1.lan:8006", why: "No route to host")),
            words: ["cannot be reached: No route to host"]
        ),
        Case(
            outcome: .failure(.connectTimedOut(origin: "pve1.lan:8006")),
            words: ["no connection to pve1.lan:8006 in time"]
        ),
        Case(
            outcome: .failure(.answerTimedOut(origin: "pve1.lan:8006")),
            words: ["no answer from pve1.lan:8006 in time"]
        ),
        Case(
            outcome: .failure(.untrusted(origin: "pve1.lan:8006", why: "self-signed")),
            words: ["certificate", "not trusted", "fingerprint"],
            retry: thirty
        ),
        Case(
            outcome: .failure(.wrongFingerprint(origin: "pve1.lan:8006", seen: other)),
            words: [
                "another certificate", "\(other) instead of \(pin)", "configuration", "in between",
            ],
            retry: thirty
        ),
        Case(
            outcome: .failure(.certificateExpired(origin: "pve1.lan:8006")),
            words: ["has expired"],
            retry: thirty
        ),
        Case(
            outcome: .failure(.wrongName(origin: "pve1.lan:8006")),
            words: ["for another name"],
            retry: thirty
        ),
        Case(
            outcome: .failure(.closed(origin: "pve1.lan:8006")),
            words: ["closed the connection before its answer was complete"]
        ),
    ]

    private static let refusals: [Case] = [
        Case(
            outcome: .status(401, "no such token 'monitor' for user 'pulse@pve'"),
            words: [
                "pulse@pve!monitor is refused (no such token 'monitor' for user 'pulse@pve')",
                "secret", "expired",
            ],
            retry: .afterSeconds(60)
        ),
        Case(
            outcome: .status(401),
            words: ["pulse@pve!monitor is refused: check its name and its secret"],
            retry: .afterSeconds(60)
        ),
        Case(
            outcome: .status(403, "Permission check failed (/nodes/pve1, Sys.Audit)"),
            words: [
                "Permission check failed (/nodes/pve1, Sys.Audit)",
                "pveum acl modify / --roles PVEAuditor --users pulse@pve",
            ],
            retry: thirty
        ),
        Case(outcome: .status(403), words: ["Permission check failed", "pveum"], retry: thirty),
        Case(
            outcome: .status(500, "ipcc_send_rec failed: Connection refused"),
            words: ["(500): ipcc_send_rec failed: Connection refused"]
        ),
        Case(
            outcome: .status(500, "", #"{"data":null,"message":"got timeout\n"}"#),
            words: ["(500): got timeout"]
        ),
        Case(outcome: .status(500), words: ["answers with an error (500)"]),
        Case(
            outcome: .status(501, "Method 'GET /x' not implemented"),
            words: ["(501): Method 'GET /x' not implemented"],
            retry: thirty
        ),
        Case(
            outcome: .status(595, "No route to host"),
            words: ["node cannot be reached by the endpoint (595 No route to host)"]
        ),
        Case(outcome: .status(596), words: ["node cannot be reached by the endpoint (596)"]),
        Case(
            outcome: .status(400, "Parameter verification failed."),
            words: ["(400): Parameter verification failed."],
            retry: thirty
        ),
        Case(outcome: .status(404, "Not Found"), words: ["not Proxmox VE", "port"]),
        Case(
            outcome: .status(302, "Found"),
            words: ["web server, but not Proxmox VE"]
        ),
        Case(
            outcome: .status(500, "who says \(MonitorBench.secret)?"),
            words: ["(500): who says …?"]
        ),
        Case(outcome: .status(502, "a\r\u{1B}[31mb"), words: ["a\u{FFFD}\u{FFFD}[31mb"]),
    ]

    private static let bodies: [Case] = [
        Case(
            outcome: .json("<html>hello</html>"),
            words: ["is a web server, but not Proxmox VE", "port"]
        ),
        Case(
            outcome: .json("{\"data\":[}"),
            words: ["something that is not JSON (from byte 9 on)"]
        ),
        Case(outcome: .json("\u{0}\u{1}"), words: ["is not JSON (from byte 0 on)"]),
        Case(outcome: .json("{\"data\":[{"), words: ["breaks off after 10 bytes"]),
        Case(outcome: .json(""), words: ["breaks off after 0 bytes"]),
        Case(outcome: .json("[1]"), words: ["JSON of another form", "at byte 0"]),
        Case(outcome: .json("{\"data\":7}"), words: ["JSON of another form", "at byte 8"]),
        Case(outcome: .json("{\"data\":null}"), words: ["JSON of another form"]),
        Case(
            outcome: .json(#"{"data":null,"errors":{"type":"no such value\n"}}"#),
            words: ["(200): type: no such value"],
            retry: thirty
        ),
    ]

    @Test(
        "every failure has its own words, which say what to do and hold no secret",
        arguments: transport + refusals + bodies
    )
    func words(_ test: Case) async throws {
        let error = try await withReactor(.epoll, connectionsMax: 1) { shard in
            let endpoint = FakeEndpoint()
            endpoint.override = test.outcome
            let client = PVEClient(
                try MonitorBench.settings(.fingerprint(Self.pin)),
                over: endpoint,
                now: { MonotonicTime(nanoseconds: 0) }
            )
            do throws(PollError) {
                _ = try await client.get("/x", withinNanoseconds: 1, on: shard) {
                    (body) throws(JSONError) in try PVELists(body)
                }
                return nil as PollError?
            } catch {
                return error
            }
        }
        let said = "\(try #require(error))"
        for word in test.words { #expect(said.contains(word), "\(said)") }
        #expect(!said.contains(MonitorBench.secret))
        #expect(error?.retry == test.retry)
    }

    @Test("the words of different failures differ")
    func different() {
        let all = (Self.transport + Self.refusals + Self.bodies).map(\.words)
        #expect(Set(all).count == all.count)
    }

    @Test("the request carries the token, the trust and a limit")
    func request() async throws {
        try await withReactor(.epoll, connectionsMax: 1) { shard in
            let endpoint = FakeEndpoint.cluster
            let settings = try MonitorBench.settings(.fingerprint(Self.pin))
            let client = PVEClient(settings, over: endpoint, now: { MonotonicTime(nanoseconds: 5) })
            _ = try await client.get("/version", withinNanoseconds: 1, on: shard) {
                (body) throws(JSONError) in try PVEDetails.version(body)
            }
            let request = try #require(endpoint.sent.first)
            #expect(request.method == .get)
            #expect(request.url == "https://pve1.lan:8006/api2/json/version")
            #expect(request.trust == .fingerprint(Self.pin))
            #expect(request.answerBytesMax == 32 << 20)
            #expect(request.body.isEmpty)
            let value = "PVEAPIToken=pulse@pve!monitor=\(MonitorBench.secret)"
            #expect(request.fields == [HTTPField("Authorization", value)])
        }
    }
}
