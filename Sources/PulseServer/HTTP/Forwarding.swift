import PulseReactor
import PulseWire

/// What a trusted proxy says of the client for which it asks.
struct Forwarding {
    /// The scheme by which the client came to it.
    var scheme: String?
    /// The host that the client has named.
    var host: String?
    /// Where the client is; its port is not known.
    var client: SocketAddress?

    /// Nothing: nobody is trusted.
    init() {}

    /// Reads the `X-Forwarded-*` headers of a proxy that is believed.
    ///
    /// A scheme and a host are believed where there is one of each: of several nobody can tell
    /// which are the client's own invention.
    init(
        _ decoder: borrowing HTTPRequestDecoder,
        in head: RawSpan,
        behind proxies: TrustedProxies
    ) {
        if let value = Forwarding.only("x-forwarded-proto", decoder, in: head) {
            if head.equalsIgnoringCase("https", in: value) { scheme = "https" }
            if head.equalsIgnoringCase("http", in: value) { scheme = "http" }
        }
        if let value = Forwarding.only("x-forwarded-host", decoder, in: head) {
            let text = head.string(in: value)
            if !text.isEmpty, !text.contains(",") { host = text }
        }
        var chain: [Substring] = []
        for line in 0..<decoder.headerCount("x-forwarded-for", in: head) {
            guard let value = decoder.header("x-forwarded-for", occurrence: line, in: head) else {
                break
            }
            chain += head.string(in: value).split(separator: ",", omittingEmptySubsequences: false)
        }
        client = Forwarding.client(of: chain, behind: proxies)
    }

    /// The place of a header that is there once.
    private static func only(
        _ name: StaticString,
        _ decoder: borrowing HTTPRequestDecoder,
        in head: RawSpan
    ) -> Range<Int>? {
        decoder.headerCount(name, in: head) == 1 ? decoder.header(name, in: head) : nil
    }

    /// Each proxy adds who came to it at the end, so what is left of the last one that is not
    /// trusted is hearsay.
    ///
    /// `nil` where that one is no address; the first of all where all are trusted.
    static func client(of chain: [Substring], behind proxies: TrustedProxies) -> SocketAddress? {
        var client: SocketAddress?
        for item in chain.reversed() {
            guard let address = address(item) else { return nil }
            client = address
            if !proxies.contains(address) { break }
        }
        return client
    }

    /// Reads `192.0.2.1`, `2001:db8::1`, and what some proxies make of them: `192.0.2.1:80` and
    /// `[2001:db8::1]:80`.
    private static func address(_ item: Substring) -> SocketAddress? {
        guard let first = item.firstIndex(where: { $0 != " " && $0 != "\t" }),
            let last = item.lastIndex(where: { $0 != " " && $0 != "\t" })
        else { return nil }
        let text = item[first...last]
        guard let start = text.first, start.isHexDigit || start == "[" || start == ":" else {
            return nil
        }
        if start == "[" { return SocketAddress(text.hasSuffix("]") ? "\(text):0" : String(text)) }
        switch text.count(where: { $0 == ":" }) {
        case 0: return SocketAddress("\(text):0")
        case 1: return SocketAddress(String(text))
        default: return SocketAddress("[\(text)]:0")
        }
    }
}
