package import PulseJSON

/// The first message of a connection: what this run of the server is, and what it can tell.
///
/// It needs nothing of the rows, so every thread can write it. Only its time differs from one
/// connection to the next: the rest is encoded once.
package struct Greeting: Sendable {
    package let epochText: String
    /// What follows the time.
    private let rest: [UInt8]

    package init(epochText: String, version: String, intervalMilliseconds: Int, demo: Bool) {
        self.epochText = epochText
        rest = jsonBytes { writer in
            writer.fragment(",\"protocol\":1,\"version\":")
            writer.string(version)
            writer.fragment(",\"epoch\":")
            writer.string(epochText)
            writer.fragment(",\"interval\":")
            writer.int(Int64(intervalMilliseconds))
            writer.fragment(",\"demo\":")
            writer.bool(demo)
            writer.fragment(",\"streams\":[")
            for stream in StreamName.allCases {
                if stream.index > 0 { writer.fragment(",") }
                writer.string(stream.rawValue)
            }
            writer.fragment("],\"units\":{")
            Self.encodeUnits(into: &writer)
            writer.fragment("}}")
        }
    }

    /// Writes `hello`; `ts` is the intended wall time of the last tick.
    package func encode(ts: Int64, into writer: inout JSONWriter) {
        writer.fragment("{\"type\":\"hello\",\"ts\":")
        writer.int(ts)
        writer.raw(rest.span)
    }

    /// Writes the units of all fields that have one; a name means the same in every stream.
    private static func encodeUnits(into writer: inout JSONWriter) {
        var names: Set<String> = []
        for schema in StreamName.allCases.map(\.schema) + [.details] {
            for field in schema.cold + schema.hot {
                guard let unit = field.unit, names.insert("\(field.name)").inserted else {
                    continue
                }
                writer.fragment(names.count == 1 ? "\"" : ",\"")
                writer.fragment(field.name)
                writer.fragment("\":\"")
                writer.fragment(unit)
                writer.fragment("\"")
            }
        }
    }
}
