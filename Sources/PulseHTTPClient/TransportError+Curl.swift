import CCurl
import Glibc
import PulseReactor

/// How libcurl says that a transfer failed.
struct CurlFailure {
    let code: CURLcode
    /// libcurl's own words, for what has no better ones here.
    let text: String
    /// An X509_V_ERR_… of OpenSSL.
    let verifyResult: Int
    /// The errno of the last connect.
    let systemCode: Int32
}

extension TransportError {
    // x509_vfy.h
    private static let unspecified = 1
    private static let notYetValid = 9
    private static let expired = 10
    private static let pinFailed = 50

    /// What a failure means for the one who sent `request`; `seen` is the digest of a certificate
    /// that was not the pinned one.
    init(_ failure: CurlFailure, _ request: HTTPRequest, seen: CertificateFingerprint?) {
        let origin = request.origin
        self =
            switch failure.code {
            case CURLE_URL_MALFORMAT: .invalidRequest("\(request.url) is not a URL")
            case CURLE_COULDNT_RESOLVE_HOST: .nameNotFound(host: Self.host(of: origin))
            case CURLE_COULDNT_CONNECT where failure.systemCode == ECONNREFUSED:
                .refused(origin: origin)
            case CURLE_COULDNT_CONNECT where failure.systemCode != 0:
                .unreachable(origin: origin, why: Self.reason(failure.systemCode))
            case CURLE_OPERATION_TIMEDOUT: .connectTimedOut(origin: origin)
            case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CONNECT_ERROR:
                Self.ofHandshake(failure, origin, seen: seen)
            case CURLE_SSL_CACERT_BADFILE: .authoritiesUnreadable(Self.path(of: request.trust))
            case CURLE_GOT_NOTHING, CURLE_PARTIAL_FILE, CURLE_SEND_ERROR, CURLE_RECV_ERROR:
                .closed(origin: origin)
            case CURLE_WEIRD_SERVER_REPLY, CURLE_UNSUPPORTED_PROTOCOL, CURLE_HTTP2,
                CURLE_BAD_CONTENT_ENCODING:
                .protocolViolation(origin: origin, why: failure.text)
            default: .failed(origin: origin, why: failure.text)
            }
    }

    private static func ofHandshake(
        _ failure: CurlFailure,
        _ origin: String,
        seen: CertificateFingerprint?
    ) -> TransportError {
        if failure.verifyResult == pinFailed, let seen {
            return .wrongFingerprint(origin: origin, seen: seen)
        }
        guard failure.code == CURLE_PEER_FAILED_VERIFICATION else {
            return .handshakeFailed(origin: origin, why: failure.text)
        }
        switch failure.verifyResult {
        // libcurl looks at the names before it asks for the verdict on the chain, which is then
        // unspecified.
        case 0, unspecified: return .wrongName(origin: origin)
        case notYetValid, expired: return .certificateExpired(origin: origin)
        default: return .untrusted(origin: origin, why: failure.text)
        }
    }

    private static func host(of origin: String) -> String {
        guard let colon = origin.lastIndex(of: ":"), !origin.hasSuffix("]") else { return origin }
        return String(origin[..<colon])
    }

    private static func reason(_ code: Int32) -> String {
        // The text is the C library's and is copied at once.
        unsafe String(cString: strerror(code))
    }

    private static func path(of trust: ServerTrust) -> String {
        if case .caFile(let path) = trust { path } else { "the system's list of authorities" }
    }
}
