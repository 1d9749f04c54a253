import CCurl
import PulseReactor

/// libcurl's multi handle: it holds the connections and moves the transfers.
///
/// Its callbacks only note what libcurl wishes for; whoever called in reads the wishes afterwards.
/// So nothing is ever called out of a callback, where libcurl forbids nearly everything.
@safe final class CurlMulti {
    /// What libcurl wants to know of a socket, in its order: a number may be closed and taken again
    /// within one call.
    enum Wish {
        case watch(Int32, CurlEvents)
        case forget(Int32)
    }

    private let handle: UnsafeMutableRawPointer
    private var wishes: [Wish] = []
    private var timeoutMilliseconds: Int?
    /// Connections keep an address of their pin, so pins live until all of them are gone.
    private var pins: [CertificateFingerprint: Pin] = [:]

    /// Makes a handle that keeps at most `connectionsMax` connections open between requests.
    init(connectionsMax: Int) {
        CurlLibrary.prepare()
        guard let handle = unsafe curl_multi_init() else {
            preconditionFailure("there is no memory for libcurl")
        }
        unsafe self.handle = unsafe handle
        // By default libcurl evicts live connections: it keeps four for each transfer under way.
        unsafe ccurl_multi_set_long(handle, CURLMOPT_MAXCONNECTS, connectionsMax)
        // The context is this object, which takes the functions back before it goes.
        unsafe ccurl_multi_set_functions(
            handle,
            { _, socket, what, context, _ in
                guard let context = unsafe context else { return 0 }
                unsafe Unmanaged<CurlMulti>.fromOpaque(context).takeUnretainedValue()
                    .noteSocket(socket, what)
                return 0
            },
            { _, milliseconds, context in
                guard let context = unsafe context else { return 0 }
                unsafe Unmanaged<CurlMulti>.fromOpaque(context).takeUnretainedValue()
                    .timeoutMilliseconds = milliseconds
                return 0
            },
            Unmanaged.passUnretained(self).toOpaque()
        )
    }

    deinit {
        // Every transfer has been removed: `HTTPClient` keeps those that have not.
        unsafe ccurl_multi_set_functions(handle, nil, nil, nil)
        unsafe curl_multi_cleanup(handle)
    }

    private func noteSocket(_ socket: Int32, _ what: Int32) {
        wishes.append(
            what == CURL_POLL_REMOVE ? .forget(socket) : .watch(socket, CurlEvents(poll: what))
        )
    }

    /// What was wished for since the last call.
    func takeWishes() -> [Wish] {
        defer { wishes.removeAll() }
        return wishes
    }

    /// In how many milliseconds libcurl wants `timePassed()`; negative = not at all, `nil` = as it
    /// was wished before.
    func takeTimeout() -> Int? { timeoutMilliseconds.take() }

    /// Starts a transfer, which stays alive until it has been removed.
    func add(_ transfer: CurlTransfer) {
        unsafe curl_multi_add_handle(handle, transfer.handle)
    }

    /// Ends a transfer; one that was under way closes its connection.
    func remove(_ transfer: CurlTransfer) {
        unsafe curl_multi_remove_handle(handle, transfer.handle)
    }

    /// Lets libcurl use a socket on which `events` hold.
    func act(_ socket: Int32, _ events: CurlEvents) {
        var running: Int32 = 0
        unsafe curl_multi_socket_action(handle, socket, events.rawValue, &running)
    }

    /// Lets libcurl do what is due.
    func timePassed() {
        var running: Int32 = 0
        // CURL_SOCKET_TIMEOUT
        unsafe curl_multi_socket_action(handle, -1, 0, &running)
    }

    /// The next transfer that has ended, and how.
    func nextEnded() -> (CurlTransfer.ID, CURLcode)? {
        var left: Int32 = 0
        while let message = unsafe curl_multi_info_read(handle, &left) {
            // The message is libcurl's and valid until the next call.
            guard unsafe message.pointee.msg == CURLMSG_DONE else { continue }
            guard let easy = unsafe message.pointee.easy_handle else { continue }
            return unsafe (CurlTransfer.ID(bitPattern: easy), ccurl_result(message))
        }
        return nil
    }

    /// The pin of a fingerprint, made when it is first asked for.
    func pin(_ fingerprint: CertificateFingerprint) -> Pin {
        if let pin = pins[fingerprint] { return pin }
        let pin = Pin(fingerprint)
        pins[fingerprint] = pin
        return pin
    }
}

/// libcurl's global state.
private enum CurlLibrary {
    private static let isReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

    static func prepare() {
        precondition(isReady, "libcurl cannot be initialised")
    }
}

/// CURL_CSELECT_… bits: what holds on a socket, or what is waited for.
struct CurlEvents: OptionSet {
    let rawValue: Int32

    static let input = CurlEvents(rawValue: CURL_CSELECT_IN)
    static let output = CurlEvents(rawValue: CURL_CSELECT_OUT)
    static let error = CurlEvents(rawValue: CURL_CSELECT_ERR)

    init(rawValue: Int32) { self.rawValue = rawValue }

    /// From CURL_POLL_…, whose first two bits mean the same.
    init(poll: Int32) { rawValue = poll & (CURL_POLL_IN | CURL_POLL_OUT) }
}
