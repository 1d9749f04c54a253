/// The codings in which an answer's body can be sent (RFC 9110 section 8.4.1).
package enum ContentCoding: UInt8, CaseIterable, Sendable {
    case identity
    case gzip
    case br

    /// The coding's name in `Content-Encoding`; `identity` never stands there.
    package var name: StaticString {
        switch self {
        case .identity: "identity"
        case .gzip: "gzip"
        case .br: "br"
        }
    }
}

/// Which codings a server can offer for one answer.
package struct ContentCodings: OptionSet, Sendable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    package static let identity = ContentCodings(rawValue: 1)
    package static let gzip = ContentCodings(rawValue: 2)
    package static let br = ContentCodings(rawValue: 4)

    /// Whether this one coding is offered.
    package func contains(_ coding: ContentCoding) -> Bool {
        contains(ContentCodings(rawValue: 1 << coding.rawValue))
    }
}

extension HTTPRequestDecoder {
    /// The coding to answer in, of those offered (RFC 9110 section 12.5.3).
    ///
    /// It is the one of the highest weight, and of equals br, then gzip, then identity; `nil` when
    /// the client refuses all that is offered. Without `Accept-Encoding` it is identity, since such
    /// clients are scripts that rarely decode.
    package func contentCoding(
        among offered: ContentCodings,
        in bytes: RawSpan
    ) -> ContentCoding? {
        var weights = CodingWeights()
        for index in 0..<headerCount("accept-encoding", in: bytes) {
            guard let value = header("accept-encoding", occurrence: index, in: bytes) else { break }
            weights.take(value, in: bytes)
        }
        return weights.best(among: offered)
    }
}

/// The weights that `Accept-Encoding` gave, in thousandths; `nil` for what it does not name.
private struct CodingWeights {
    private var br: Int?
    private var gzip: Int?
    private var identity: Int?
    private var others: Int?

    mutating func take(_ value: Range<Int>, in bytes: RawSpan) {
        var items = FieldListItems(value)
        while let item = items.next(in: bytes) {
            let nameEnd = bytes.firstIndex(of: ASCII.semicolon, in: item) ?? item.upperBound
            let name = bytes.trimmed(item.lowerBound..<nameEnd)
            // A weight that cannot be read refuses the coding: identity is always a way out.
            let weight = weight(nameEnd..<item.upperBound, in: bytes) ?? 0
            if bytes.equalsIgnoringCase("br", in: name) {
                br = weight
            } else if bytes.equalsIgnoringCase("gzip", in: name)
                || bytes.equalsIgnoringCase("x-gzip", in: name)
            {
                gzip = weight
            } else if bytes.equalsIgnoringCase("identity", in: name) {
                identity = weight
            } else if bytes.equals("*", in: name) {
                others = weight
            }
        }
    }

    func best(among offered: ContentCodings) -> ContentCoding? {
        var best: ContentCoding?
        // Identity is acceptable unless it is excluded, but behind whatever the client names.
        var bestWeight = 0
        if offered.contains(.identity), identity ?? others != 0 {
            best = .identity
            bestWeight = identity ?? others ?? 0
        }
        for (coding, weight) in [(ContentCoding.gzip, gzip ?? others), (.br, br ?? others)] {
            guard offered.contains(coding), let weight, weight > 0 else { continue }
            if weight >= bestWeight {
                best = coding
                bestWeight = weight
            }
        }
        return best
    }

    /// Reads `OWS ";" OWS "q=" qvalue`, in thousandths; nothing at all means 1.
    private func weight(_ range: Range<Int>, in bytes: RawSpan) -> Int? {
        guard !range.isEmpty else { return 1000 }
        let parameter = bytes.trimmed(range.lowerBound + 1..<range.upperBound)
        guard bytes.hasPrefixIgnoringCase("q=", in: parameter) else { return nil }
        let value = parameter.lowerBound + 2..<parameter.upperBound
        guard value.count >= 1, value.count <= 5 else { return nil }
        guard value.count < 2 || bytes.byte(at: value.lowerBound + 1) == ASCII.dot else {
            return nil
        }
        var weight = 0
        var unit = 1000
        for offset in value where offset != value.lowerBound + 1 {
            guard let digit = ASCII.decimal(bytes.byte(at: offset)) else { return nil }
            weight += Int(digit) * unit
            unit /= 10
        }
        return weight <= 1000 ? weight : nil
    }
}
