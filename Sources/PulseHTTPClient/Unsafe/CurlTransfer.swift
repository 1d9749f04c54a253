import CCurl
import PulseReactor

/// One request on its way: libcurl's easy handle, and what came of the answer so far.
///
/// It lies still while it is part of a multi handle, since libcurl holds addresses of it.
@safe final class CurlTransfer {
    /// The address of the handle, as a name only.
    typealias ID = UInt

    let request: HTTPRequest
    let handle: UnsafeMutableRawPointer
    private let errorText: UnsafeMutablePointer<CChar>
    private var headers: UnsafeMutablePointer<curl_slist>?
    private let pin: Pin?
    private var head = AnswerHead()
    private var body: [UInt8] = []
    private var isTooLarge = false

    /// How it ended, once it has.
    private(set) var outcome: Result<HTTPAnswer, TransportError>?
    private var waiting: CheckedContinuation<Void, Never>?

    init(_ request: HTTPRequest, _ multi: CurlMulti, usesProxy: Bool) throws(TransportError) {
        guard !request.url.utf8.contains(0), request.fields.allSatisfy({ $0.isValid }) else {
            throw .invalidRequest("it holds control characters")
        }
        let scheme = request.url.prefix { $0 != ":" }.lowercased()
        guard ["http", "https"].contains(scheme) else {
            throw .invalidRequest("\(request.url) is not an http or https URL")
        }
        guard let handle = unsafe curl_easy_init() else {
            preconditionFailure("there is no memory for libcurl")
        }
        self.request = request
        unsafe self.handle = unsafe handle
        unsafe errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
        unsafe errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        if case .fingerprint(let wanted) = request.trust {
            pin = multi.pin(wanted)
        } else {
            pin = nil
        }
        setUp(usesProxy: usesProxy)
        setTrust()
        setMessage()
    }

    deinit {
        // It was removed from the multi handle, so libcurl uses none of these any more.
        unsafe curl_easy_cleanup(handle)
        unsafe curl_slist_free_all(headers)
        unsafe errorText.deallocate()
    }

    var id: ID { unsafe ID(bitPattern: handle) }

    // MARK: Setting up

    private func setUp(usesProxy: Bool) {
        // A signal would be the only way to end a name's lookup; the lookup has a thread instead.
        set(CURLOPT_NOSIGNAL, 1)
        // Ending a transfer does not wait for that thread (libcurl 7.87).
        set(CURLOPT_QUICK_EXIT, 1)
        set(CURLOPT_URL, request.url)
        set(CURLOPT_PROTOCOLS_STR, "http,https")
        set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
        set(CURLOPT_TCP_KEEPALIVE, 1)
        set(CURLOPT_CONNECTTIMEOUT_MS, max(1, Int(request.connectNanoseconds / 1_000_000)))
        if !usesProxy { set(CURLOPT_PROXY, "") }
        set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
        // libcurl writes to the memory and calls with the context only while the transfer is part
        // of a multi handle; `HTTPClient` keeps it as long.
        let context = unsafe Unmanaged.passUnretained(self).toOpaque()
        unsafe ccurl_set_pointer(handle, CURLOPT_ERRORBUFFER, errorText)
        unsafe ccurl_set_pointer(handle, CURLOPT_HEADERDATA, context)
        unsafe ccurl_set_pointer(handle, CURLOPT_WRITEDATA, context)
        unsafe ccurl_set_header_function(handle) { bytes, _, count, context in
            unsafe CurlTransfer.at(context)?.takeHead(
                UnsafeRawBufferPointer(start: bytes, count: count)
            )
                ?? 0
        }
        unsafe ccurl_set_body_function(handle) { bytes, _, count, context in
            unsafe CurlTransfer.at(context)?.takeBody(
                UnsafeRawBufferPointer(start: bytes, count: count)
            )
                ?? 0
        }
    }

    private func setTrust() {
        set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        switch request.trust {
        case .system: break
        case .caFile(let path):
            set(CURLOPT_CAINFO, path)
            set(CURLOPT_CAPATH, nil)
        case .fingerprint(let wanted):
            guard let pin else { preconditionFailure("a fingerprint has a pin") }
            // No bundle of authorities is read, which would cost 20 handshakes' time each time.
            // The folder is never looked into, because the pin takes verification's place; it only
            // keeps libcurl from using a connection or a TLS session of another pin.
            set(CURLOPT_CAINFO, nil)
            set(CURLOPT_CAPATH, "/pinned/\(wanted)")
            set(CURLOPT_SSL_VERIFYHOST, 0)
            unsafe ccurl_set_pin(handle, pin.address)
        }
    }

    private func setMessage() {
        switch request.method {
        case .get: set(CURLOPT_HTTPGET, 1)
        case .post, .put:
            // The bytes are copied within the call.
            unsafe request.body.withUnsafeBytes { body in
                let empty: StaticString = ""
                let start = unsafe body.baseAddress ?? UnsafeRawPointer(empty.utf8Start)
                unsafe ccurl_set_body(handle, start, curl_off_t(body.count))
            }
            if request.method == .put { set(CURLOPT_CUSTOMREQUEST, request.method.rawValue) }
        case .delete: set(CURLOPT_CUSTOMREQUEST, request.method.rawValue)
        }
        // Without a value libcurl leaves the field out: it would ask first and wait a second.
        var lines = ["Expect:"]
        lines += request.fields.map { $0.value.isEmpty ? "\($0.name);" : "\($0.name): \($0.value)" }
        for line in lines {
            // The list is this object's until it goes, which is after the handle has.
            unsafe headers = curl_slist_append(headers, line)
        }
        unsafe ccurl_set_headers(handle, headers)
    }

    private func set(_ option: CURLoption, _ value: Int) {
        let code = unsafe ccurl_set_long(handle, option, value)
        precondition(code == CURLE_OK, "libcurl is older than 7.87")
    }

    private func set(_ option: CURLoption, _ value: String?) {
        let code = unsafe ccurl_set_string(handle, option, value)
        precondition(code == CURLE_OK, "libcurl is older than 7.87, or memory is short")
    }

    // MARK: Callbacks

    private static func at(_ context: UnsafeMutableRawPointer?) -> CurlTransfer? {
        guard let context = unsafe context else { return nil }
        return unsafe Unmanaged<CurlTransfer>.fromOpaque(context).takeUnretainedValue()
    }

    /// Takes one line of the answer's head; 0 ends the transfer.
    private func takeHead(_ line: UnsafeRawBufferPointer) -> Int {
        // libcurl's bytes are copied at once.
        unsafe head.take(Array(line)) ? line.count : 0
    }

    /// Takes a piece of the body; 0 ends the transfer.
    private func takeBody(_ piece: UnsafeRawBufferPointer) -> Int {
        guard piece.count <= request.answerBytesMax - body.count else {
            isTooLarge = true
            return 0
        }
        unsafe body.append(contentsOf: piece)
        return piece.count
    }

    // MARK: Ending

    /// Says how libcurl ended it.
    func end(_ code: CURLcode) {
        if isTooLarge {
            end(
                .failure(
                    .answerTooLarge(origin: request.origin, bytesMax: request.answerBytesMax)
                )
            )
        } else if head.isTooLarge {
            let why = "its header has more than \(HTTPClientLimits.headBytesMax) bytes"
            end(.failure(.protocolViolation(origin: request.origin, why: why)))
        } else if code == CURLE_OK {
            let status = unsafe ccurl_info_long(handle, CURLINFO_RESPONSE_CODE)
            end(
                .success(
                    HTTPAnswer(
                        status: status,
                        reason: head.reason,
                        fields: head.fields,
                        body: body
                    )
                )
            )
        } else {
            end(.failure(TransportError(failure(code), request, seen: pin?.seen)))
        }
    }

    /// Says how it ended, and wakes who waits.
    func end(_ outcome: Result<HTTPAnswer, TransportError>) {
        precondition(self.outcome == nil, "a transfer ended twice")
        self.outcome = outcome
        waiting.take()?.resume()
    }

    /// Resumes the continuation at the end.
    func whenEnded(_ continuation: CheckedContinuation<Void, Never>) {
        if outcome != nil { continuation.resume() } else { waiting = continuation }
    }

    /// Whether the connection stood and the request was on its way.
    var isConnected: Bool {
        unsafe ccurl_info_long(handle, CURLINFO_REQUEST_SIZE) > 0
    }

    private func failure(_ code: CURLcode) -> CurlFailure {
        // Both texts are copied at once; libcurl terminates what it writes.
        let own = unsafe String(cString: errorText)
        return unsafe CurlFailure(
            code: code,
            text: own.isEmpty ? String(cString: curl_easy_strerror(code)) : own,
            verifyResult: ccurl_info_long(handle, CURLINFO_SSL_VERIFYRESULT),
            systemCode: Int32(truncatingIfNeeded: ccurl_info_long(handle, CURLINFO_OS_ERRNO))
        )
    }
}
