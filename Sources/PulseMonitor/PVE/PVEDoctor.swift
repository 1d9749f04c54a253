package import PulseHTTPClient
import PulseJSON
package import PulseReactor

/// Finds out why a remote cannot be polled, or what a poll would see: step by step from the name to
/// the privileges, each with what to do where it fails.
///
/// The token is sent only to a server whose certificate is trusted.
package struct PVEDoctor {
    let endpoint: RemoteEndpoint
    let trust: ServerTrust
    let token: RemoteToken?
    private let transport: any Transport
    private let probe: any EndpointProbe
    private let now: () -> MonotonicTime

    /// Examines `endpoint`; without a token, only how to get there.
    package init(
        _ endpoint: RemoteEndpoint,
        trust: ServerTrust,
        token: RemoteToken?,
        over transport: any Transport,
        probe: any EndpointProbe,
        now: @escaping () -> MonotonicTime = MonotonicTime.now
    ) {
        self.endpoint = endpoint
        self.trust = trust
        self.token = token
        self.transport = transport
        self.probe = probe
        self.now = now
    }

    /// Takes every step and reports each as it ends; returns whether none failed.
    package func examine(
        on shard: isolated Shard,
        _ report: @escaping (DoctorStep) -> Void
    ) async -> Bool {
        let chart = DoctorChart(report)
        guard let addresses = await lookUp(chart) else {
            chart.skipRest("without an address there is nothing to connect to")
            return false
        }
        guard await connect(to: addresses, chart) else {
            chart.skipRest("without a connection there is nothing to say")
            return false
        }
        guard await checkCertificate(chart, on: shard) else {
            chart.skipRest("the token is sent only to a server whose certificate is confirmed")
            return false
        }
        guard let token else {
            chart.skipRest("no token was given")
            return chart.isWell
        }
        let settings = RemoteSettings(
            name: endpoint.host,
            endpoint: endpoint,
            token: token,
            trust: trust
        )
        let client = PVEClient(settings, over: transport, now: now)
        guard await PVETokenDoctor(client, token, chart).examine(on: shard) else {
            chart.skipRest("without an answer to the token there is nothing to see")
            return false
        }
        return chart.isWell
    }

    // MARK: Name and TCP

    private func lookUp(_ chart: DoctorChart) async -> [EndpointAddress]? {
        do throws(ProbeFailure) {
            let found = try await probe.addresses(of: endpoint.host, port: endpoint.port)
            let texts = found.map(\.text)
            chart.ok(
                .name,
                texts == [endpoint.host]
                    ? "\(endpoint.host) is an address"
                    : "\(endpoint.host) is \(texts.joined(separator: ", "))"
            )
            return found
        } catch {
            chart.failed(
                .name,
                "\(endpoint.host) \(error.words)",
                [
                    "Check its spelling. The DNS server that this machine asks must know it, or "
                        + "/etc/hosts; an address does as well."
                ]
            )
            return nil
        }
    }

    /// Tries every address: one that does not answer slows down each new connection.
    private func connect(to addresses: [EndpointAddress], _ chart: DoctorChart) async -> Bool {
        var reached: [String] = []
        var failures: [(text: String, failure: ProbeFailure)] = []
        for address in addresses {
            do throws(ProbeFailure) {
                let microseconds = try await probe.connect(to: address) / 1000
                let time = microseconds < 1000 ? "\(microseconds) µs" : "\(microseconds / 1000) ms"
                reached.append("\(address.text) in \(time)")
            } catch {
                failures.append((address.text, error))
            }
        }
        let troubles = failures.map { "\($0.text) \($0.failure.words)" }.joined(separator: "; ")
        guard reached.isEmpty else {
            let words = "connects to port \(endpoint.port) of \(reached.joined(separator: ", "))"
            chart.ok(.tcp, troubles.isEmpty ? words : "\(words), but \(troubles)")
            return true
        }
        chart.failed(
            .tcp,
            "no connection to port \(endpoint.port): \(troubles)",
            [Self.advice(failures.first?.failure)]
        )
        return false
    }

    private static func advice(_ failure: ProbeFailure?) -> String {
        switch failure {
        case .refused:
            "The machine is there, but nothing listens on that port, or a firewall refuses it. "
                + "Check the port (\(RemoteEndpoint.defaultPort) unless changed), and on the host: "
                + "systemctl status pveproxy"
        case .timedOut, .unreachable, .notFound, nil:
            "The machine is off or has another address, or a firewall in between drops what is "
                + "sent."
        }
    }

    // MARK: TLS

    private func checkCertificate(_ chart: DoctorChart, on shard: isolated Shard) async -> Bool {
        // No certificate has this digest, so each is refused before anything is sent, and told.
        let nobody = CertificateFingerprint(bytes: [UInt8](repeating: 0, count: 32))
        let refusal = await visit(.fingerprint(nobody), on: shard)
        guard case .wrongFingerprint(_, let seen) = refusal else {
            chart.failed(.tls, words(refusal), Self.advice(refusal))
            return false
        }
        if case .fingerprint(let wanted) = trust {
            guard seen == wanted else {
                let words =
                    "\(endpoint.origin) shows another certificate than the confirmed one, "
                    + "\(wanted)"
                chart.failed(.tls, words, confirmation(of: seen))
                return false
            }
            chart.ok(.tls, "the certificate is the confirmed one, \(seen)")
            return true
        }
        if let error = await visit(trust, on: shard) {
            chart.failed(.tls, words(error), confirmation(of: seen))
            return false
        }
        chart.ok(.tls, "\(guarantor) the certificate \(seen)")
        return true
    }

    /// Asks for the first page without a token; `nil` when there was an answer of any kind.
    private func visit(_ trust: ServerTrust, on shard: isolated Shard) async -> TransportError? {
        var request = HTTPRequest(.get, endpoint.url + "/")
        request.trust = trust
        do throws(TransportError) {
            let deadline = now() + PVELimits.detailNanoseconds
            _ = try await transport.send(request, deadline: deadline, on: shard)
            return nil
        } catch {
            return error
        }
    }

    private var guarantor: String {
        if case .caFile(let path) = trust {
            "the authority in \(path) vouches for"
        } else {
            "an authority that this machine trusts vouches for"
        }
    }

    private func words(_ error: TransportError?) -> String {
        switch error {
        case .untrusted(_, let why):
            if case .caFile(let path) = trust {
                "no authority in \(path) vouches for the certificate of \(endpoint.origin) (\(why))"
            } else {
                "no authority that this machine trusts vouches for the certificate of "
                    + "\(endpoint.origin) (\(why)), which is normal where Proxmox VE made it itself"
            }
        case .some(let error): "\(error)"
        case nil: "\(endpoint.origin) took a certificate that does not exist"
        }
    }

    private static func advice(_ error: TransportError?) -> [String] {
        switch error {
        case .handshakeFailed:
            [
                "Something else than Proxmox VE may listen there: its web interface has port "
                    + "\(RemoteEndpoint.defaultPort) unless changed."
            ]
        case .connectTimedOut, .answerTimedOut, .closed:
            ["Connections are taken but not served. On the host: systemctl restart pveproxy"]
        default: []
        }
    }

    /// How to make sure of a certificate, and what to write then.
    private func confirmation(of seen: CertificateFingerprint) -> [String] {
        let print = "  openssl x509 -noout -fingerprint -sha256 -in /etc/pve/local"
        return [
            "The server shows the certificate with this SHA-256 fingerprint:",
            "  \(seen)",
            "Compare it with what the host itself prints. There run the first of these, or the "
                + "second where the first finds no file:",
            "\(print)/pveproxy-ssl.pem",
            "\(print)/pve-ssl.pem",
            "Only if it is the same, confirm it, here with the option",
            "  --fingerprint \(seen)",
            "and in the remote of pulse's configuration with the line",
            "  \"fingerprint\": \"\(seen)\"",
        ]
    }
}
