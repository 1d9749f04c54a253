package import PulseHTTPClient
package import PulseReactor

/// Why a poll failed, in words a person can act on; a secret is never part of them.
package enum PollError: Error, Equatable {
    /// There was no answer.
    case noAnswer(TransportError)
    /// The certificate is another one than before, or than the configuration says.
    case certificate(origin: String, expected: CertificateFingerprint, seen: CertificateFingerprint)
    /// 401: the token is not known, expired, or its secret is wrong.
    case tokenRefused(token: String, reason: String)
    /// 403: the token may not do this.
    case notPermitted(reason: String, advice: String)
    /// 595 to 599: the endpoint answers, but cannot reach the node that was asked for.
    case nodeUnreachable(status: Int, reason: String)
    /// Any other status that is not 200.
    case refused(status: Int, reason: String)
    /// The answer is no JSON from this byte on.
    case garbage(origin: String, offset: Int)
    /// The answer ends in the middle.
    case truncated(origin: String, bytes: Int)
    /// It is JSON, but not what the API answers.
    case unexpected(origin: String, offset: Int)
    /// It is a web server, but not Proxmox VE.
    case notProxmox(origin: String)
}

extension PollError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .noAnswer(let error): "\(error)"
        case .certificate(let origin, let expected, let seen):
            "\(origin) shows another certificate than the one that was confirmed: its fingerprint "
                + "is \(seen) instead of \(expected). If it was renewed, put the new fingerprint "
                + "into the configuration; if not, somebody may be in between"
        case .tokenRefused(let token, let reason):
            "the API token \(token) is refused\(reason.isEmpty ? "" : " (\(reason))"): check its "
                + "name and its secret, and that it has not expired"
        case .notPermitted(let reason, let advice): "\(reason): \(advice)"
        case .nodeUnreachable(let status, let reason):
            "the node cannot be reached by the endpoint "
                + "(\(reason.isEmpty ? "\(status)" : "\(status) \(reason)"))"
        case .refused(let status, let reason):
            reason.isEmpty
                ? "the server answers with an error (\(status))"
                : "the server answers with an error (\(status)): \(reason)"
        case .garbage(let origin, let offset):
            "\(origin) answers with something that is not JSON (from byte \(offset) on)"
        case .truncated(let origin, let bytes):
            "the answer of \(origin) breaks off after \(bytes) bytes"
        case .unexpected(let origin, let offset):
            "\(origin) answers with JSON of another form than Proxmox VE's (at byte \(offset))"
        case .notProxmox(let origin):
            "\(origin) is a web server, but not Proxmox VE: check the address and the port"
        }
    }

    /// When the next round makes sense.
    package enum Retry: Equatable, Sendable {
        /// As if nothing had happened: what is back is to be seen at once.
        case nextRound
        /// Nothing will change within seconds, and asking may do harm.
        case afterSeconds(UInt64)
    }

    /// Whether any other question would fail in the same way: nobody may ask before `retry` says.
    var concernsAll: Bool {
        switch self {
        case .tokenRefused, .certificate, .noAnswer: retry != .nextRound
        // A privilege may be missing for one guest only.
        case .notPermitted, .nodeUnreachable, .refused, .garbage, .truncated, .unexpected,
            .notProxmox:
            false
        }
    }

    /// How soon the same question may be asked again.
    package var retry: Retry {
        switch self {
        // PVE delays each of these answers by 3 s and may ban those who insist.
        case .tokenRefused: .afterSeconds(60)
        case .notPermitted: .afterSeconds(30)
        // The token is not sent to whom shows another certificate; asking costs a handshake.
        case .certificate: .afterSeconds(30)
        case .noAnswer(let error):
            switch error {
            case .untrusted, .certificateExpired, .wrongName, .authoritiesUnreadable,
                .invalidRequest:
                .afterSeconds(30)
            default: .nextRound
            }
        case .refused(let status, _): status < 500 || status == 501 ? .afterSeconds(30) : .nextRound
        case .nodeUnreachable, .garbage, .truncated, .unexpected, .notProxmox: .nextRound
        }
    }
}
