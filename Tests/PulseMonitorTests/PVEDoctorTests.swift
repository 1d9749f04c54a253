import PulseFleet
import PulseHTTPClient
import PulseReactor
import PulseTestSupport
import Testing

@testable import PulseMonitor

@Suite("PVE doctor", .endsWhenItHangs)
struct PVEDoctorTests {
    /// A network that is as the test says.
    private struct FakeProbe: EndpointProbe {
        var addresses: Result<[String], ProbeFailure> = .success(["192.0.2.11"])
        var failures: [String: ProbeFailure] = [:]

        func addresses(
            of host: String,
            port: UInt16
        ) async throws(ProbeFailure) -> [EndpointAddress] {
            try addresses.get().map { EndpointAddress(text: $0, kernelForm: []) }
        }

        func connect(to address: EndpointAddress) async throws(ProbeFailure) -> UInt64 {
            if let failure = failures[address.text] { throw failure }
            return 1_250_000
        }
    }

    /// A server that shows one certificate, which nobody vouches for unless the test says so.
    private final class FakeServer: Transport {
        let endpoint: FakeEndpoint
        let certificate: CertificateFingerprint
        /// What comes of a visit with another trust than a fingerprint.
        var verdict: TransportError? = .untrusted(origin: "pve1.lan:8006", why: "self-signed")
        var handshake: TransportError?

        init(_ endpoint: FakeEndpoint, _ certificate: CertificateFingerprint) {
            self.endpoint = endpoint
            self.certificate = certificate
        }

        func send(
            _ request: HTTPRequest,
            deadline: MonotonicTime,
            on shard: isolated Shard
        ) async throws(TransportError) -> HTTPAnswer {
            if let handshake { throw handshake }
            switch request.trust {
            case .fingerprint(certificate): break
            case .fingerprint: throw .wrongFingerprint(origin: request.origin, seen: certificate)
            default: if let verdict { throw verdict }
            }
            return try await endpoint.send(request, deadline: deadline, on: shard)
        }
    }

    private static let pin = CertificateFingerprint(bytes: [UInt8](repeating: 0xAB, count: 32))
    private static let other = CertificateFingerprint(bytes: [UInt8](repeating: 0xCD, count: 32))

    /// What an examination said: outcomes by subject, and all its lines.
    private struct Report: Sendable {
        var steps: [DoctorStep] = []
        var isWell = false
        var requests = 0
        var tokensShown = 0
        var configuration: String?

        var outcomes: [String] { steps.map { "\($0.subject.rawValue) \($0.outcome.rawValue)" } }
        var text: String { steps.flatMap(\.lines).joined(separator: "\n") }

        func step(_ subject: DoctorStep.Subject) -> DoctorStep? {
            steps.first { $0.subject == subject }
        }
    }

    private func examine(
        _ trust: ServerTrust = .fingerprint(pin),
        probe: FakeProbe = FakeProbe(),
        withToken: Bool = true,
        _ change: @Sendable (FakeServer) -> Void = { _ in }
    ) async throws -> Report {
        try await withReactor(.epoll, connectionsMax: 1) { shard in
            let server = FakeServer(.cluster, Self.pin)
            change(server)
            let settings = try MonitorBench.settings()
            let doctor = PVEDoctor(
                settings.endpoint,
                trust: trust,
                token: withToken ? settings.token : nil,
                over: server,
                probe: probe
            )
            var report = Report()
            var steps: [DoctorStep] = []
            report.isWell = await doctor.examine(on: shard) { steps.append($0) }
            report.steps = steps
            report.requests = server.endpoint.sent.count
            report.tokensShown = server.endpoint.sent.filter { !$0.fields.isEmpty }.count
            report.configuration = doctor.configuration(secretFile: "/etc/pulse/\"s\"")
            #expect(Set(steps.map(\.subject)).count == steps.count)
            #expect(steps.map(\.subject) == DoctorStep.Subject.allCases, "one line for each step")
            #expect(report.isWell == !steps.contains { $0.outcome == .failed })
            #expect(!report.text.contains(MonitorBench.secret))
            return report
        }
    }

    @Test("where all is well each step says what it saw")
    func well() async throws {
        let report = try await examine()
        #expect(report.isWell)
        #expect(
            report.text == """
                name             ok       pve1.lan is 192.0.2.11
                TCP              ok       connects to port 8006 of 192.0.2.11 in 1 ms
                TLS              ok       the certificate is the confirmed one,
                                          \(Self.pin)
                token            ok       pulse@pve!monitor is accepted
                version          ok       Proxmox VE 9.2.11
                Sys.Audit        ok       granted on /
                VM.Audit         ok       granted on /
                Datastore.Audit  ok       granted on /
                nodes            ok       2 nodes, pve3 is offline
                guests           ok       4 guests, 2 running
                storages         ok       2 storages, 1 shared
                """
        )
        #expect(
            report.configuration == #"{"name":"pve1","type":"pve","url":"https://pve1.lan:8006","#
                + #""token":"pulse@pve!monitor","secretFile":"/etc/pulse/\"s\"","#
                + #""fingerprint":"\#(Self.pin)"}"#
        )
    }

    @Test("a name that does not resolve ends it")
    func noName() async throws {
        let probe = FakeProbe(addresses: .failure(.notFound("Name or service not known")))
        let report = try await examine(probe: probe)
        #expect(report.outcomes.prefix(3) == ["name failed", "TCP skipped", "TLS skipped"])
        let words = "pve1.lan does not resolve (Name or service not known)"
        #expect(report.step(.name)?.words == words)
        #expect(report.requests == 0)
    }

    @Test(
        "an address that takes no connection ends it, with its own words",
        arguments: [
            (ProbeFailure.refused, "refuses connections", "systemctl status pveproxy"),
            (.timedOut, "does not answer", "firewall"),
            (.unreachable("No route to host"), "cannot be reached (No route to host)", "off"),
        ]
    )
    func noConnection(failure: ProbeFailure, words: String, advice: String) async throws {
        let report = try await examine(probe: FakeProbe(failures: ["192.0.2.11": failure]))
        #expect(report.outcomes[1] == "TCP failed")
        #expect(report.step(.tcp)?.words == "no connection to port 8006: 192.0.2.11 \(words)")
        #expect(report.step(.tcp)?.advice.joined().contains(advice) == true)
        #expect(report.requests == 0)
    }

    @Test("one address that answers is enough, and the other is named")
    func halfConnected() async throws {
        let probe = FakeProbe(
            addresses: .success(["fd00::11", "192.0.2.11"]),
            failures: ["fd00::11": .timedOut]
        )
        let report = try await examine(probe: probe)
        #expect(report.isWell)
        #expect(report.step(.name)?.words == "pve1.lan is fd00::11, 192.0.2.11")
        let words = "connects to port 8006 of 192.0.2.11 in 1 ms, but fd00::11 does not answer"
        #expect(report.step(.tcp)?.words == words)
    }

    @Test(
        "a certificate that nobody vouches for is shown, and the token is not",
        arguments: [ServerTrust.system, .caFile("/ca.pem"), .fingerprint(other)]
    )
    func unconfirmed(trust: ServerTrust) async throws {
        let report = try await examine(trust)
        #expect(report.outcomes[2] == "TLS failed")
        #expect(report.outcomes.dropFirst(3).allSatisfy { $0.hasSuffix("skipped") })
        #expect(report.requests == 0 && report.tokensShown == 0)
        for line in [
            "      \(Self.pin)", "      --fingerprint \(Self.pin)",
            "      \"fingerprint\": \"\(Self.pin)\"",
            "      openssl x509 -noout -fingerprint -sha256 -in /etc/pve/local/pve-ssl.pem",
            "      openssl x509 -noout -fingerprint -sha256 -in /etc/pve/local/pveproxy-ssl.pem",
        ] {
            #expect(report.text.contains("\n\(line)\n"), "\(line)")
        }
        let words = try #require(report.step(.tls)?.words)
        switch trust {
        case .system: #expect(words.contains("no authority that this machine trusts"))
        case .caFile: #expect(words.contains("no authority in /ca.pem"))
        case .fingerprint: #expect(words.contains("another certificate") && words.contains("CD:CD"))
        }
    }

    @Test(
        "an authority that vouches is enough",
        arguments: [ServerTrust.system, .caFile("/ca.pem")]
    )
    func vouched(trust: ServerTrust) async throws {
        let report = try await examine(trust) { $0.verdict = nil }
        #expect(report.isWell)
        let words = try #require(report.step(.tls)?.words)
        #expect(words.contains("vouches for the certificate \(Self.pin)"))
        #expect(report.configuration?.contains("fingerprint") == false)
    }

    @Test(
        "what goes wrong in the handshake has its own words",
        arguments: [
            (TransportError.handshakeFailed(origin: "a", why: "wrong version"), "no TLS with a"),
            (.connectTimedOut(origin: "a"), "no connection to a in time"),
            (.closed(origin: "a"), "closed the connection"),
        ]
    )
    func noHandshake(error: TransportError, words: String) async throws {
        let report = try await examine { $0.handshake = error }
        #expect(report.outcomes[2] == "TLS failed")
        #expect(report.step(.tls)?.words.contains(words) == true)
        #expect(report.step(.tls)?.advice.isEmpty == false)
    }

    @Test("without a token it looks as far as the certificate")
    func noToken() async throws {
        let report = try await examine(withToken: false)
        #expect(report.isWell)
        #expect(report.outcomes[2...3] == ["TLS ok", "token skipped"])
        #expect(report.tokensShown == 0)
        #expect(report.configuration == nil)
    }

    @Test("a token that is refused is asked no more")
    func refusedToken() async throws {
        let report = try await examine {
            $0.endpoint.override = .status(401, "Authentication failed!")
        }
        #expect(report.outcomes[3...4] == ["token failed", "version skipped"])
        #expect(report.tokensShown == 1, "whoever insists is locked out")
        let advice = try #require(report.step(.token)?.advice)
        #expect(advice.contains("  pveum user token list pulse@pve"))
        let making = "  pveum user token add pulse@pve monitor --privsep 1 --output-format json"
        #expect(advice.contains(making))
    }

    @Test(
        "an API that does not answer is said to hang",
        arguments: [
            FakeEndpoint.Outcome.failure(.answerTimedOut(origin: "pve1.lan:8006")),
            .status(500, "ipcc_send_rec failed"),
        ]
    )
    func noAnswer(outcome: FakeEndpoint.Outcome) async throws {
        let report = try await examine { $0.endpoint.override = outcome }
        #expect(report.outcomes[3] == "token failed")
        let line = "  systemctl status pveproxy pvedaemon pve-cluster"
        #expect(report.step(.token)?.advice.last == line)
    }

    @Test("another web server is said to be one")
    func otherServer() async throws {
        let report = try await examine { $0.endpoint.override = .page("<html></html>") }
        #expect(report.step(.token)?.words.contains("not Proxmox VE") == true)
    }

    @Test("each missing privilege has its line, and what grants them all is said once")
    func missingPrivileges() async throws {
        let report = try await examine {
            $0.endpoint.answers["/access/permissions"] = .json(
                #"{"data":{"/vms/100":{"VM.Audit":1},"/vms/101":{"VM.Audit":1}}}"#
            )
        }
        #expect(
            report.outcomes.dropFirst(5) == [
                "Sys.Audit failed", "VM.Audit ok", "Datastore.Audit failed", "nodes ok",
                "guests ok", "storages skipped",
            ]
        )
        #expect(report.step(.guestAudit)?.words == "granted only on /vms/100, /vms/101")
        #expect(report.step(.systemAudit)?.words.contains("state of the cluster") == true)
        let line =
            "pveum acl modify / --roles PVEAuditor --users pulse@pve "
            + "--tokens 'pulse@pve!monitor'"
        #expect(report.text.split(separator: line).count == 2)
        #expect(report.step(.storageAudit)?.advice.last == "  \(line)")
    }

    @Test("a token without any privilege sees nothing, and nobody calls that an empty cluster")
    func noPrivileges() async throws {
        let report = try await examine { server in
            server.endpoint.answers["/access/permissions"] = .json("{\"data\":{}}")
            for type in ["vm", "storage"] {
                server.endpoint.answers["/cluster/resources?type=\(type)"] = .json("{\"data\":[]}")
            }
        }
        #expect(!report.isWell)
        #expect(report.step(.guests)?.words == "the token lacks VM.Audit")
        #expect(report.step(.guests)?.outcome == .skipped)
    }

    @Test("a list that fails does not stop the others")
    func failingList() async throws {
        let report = try await examine {
            $0.endpoint.answers["/cluster/resources?type=vm"] = .status(500, "got timeout")
        }
        #expect(report.outcomes.suffix(3) == ["nodes ok", "guests failed", "storages ok"])
        #expect(report.step(.guests)?.words.contains("got timeout") == true)
    }

    @Test("permissions that cannot be asked are said to be so")
    func failingPermissions() async throws {
        let report = try await examine {
            $0.endpoint.answers["/access/permissions"] = .status(500, "got timeout")
        }
        #expect(report.outcomes[5...6] == ["Sys.Audit failed", "VM.Audit skipped"])
        #expect(report.outcomes.suffix(2) == ["guests ok", "storages ok"])
    }
}
