import PulseFleet
import PulseWire

extension RawSpan {
    /// The items of a query, `name=value&...`, with their escapes undone; what cannot be is empty.
    func queryItems(in range: Range<Int>) -> [(name: String, value: String)] {
        string(in: range).split(separator: "&").map { item in
            let parts = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (unescaped(parts[0]), parts.count > 1 ? unescaped(parts[1]) : "")
        }
    }
}

/// Undoes the escapes of a form: `%2F` and `+`.
private func unescaped(_ text: Substring) -> String {
    var bytes: [UInt8] = []
    var rest = text.utf8[...]
    while let byte = rest.popFirst() {
        switch byte {
        case UInt8(ascii: "+"): bytes.append(UInt8(ascii: " "))
        case UInt8(ascii: "%"):
            guard let value = UInt8(String(rest.prefix(2)) ?? "", radix: 16), rest.count >= 2 else {
                return ""
            }
            bytes.append(value)
            rest = rest.dropFirst(2)
        default: bytes.append(byte)
        }
    }
    return String(validating: bytes, as: UTF8.self) ?? ""
}

extension HistoryQuery {
    /// A query as `GET /api/history` has it: `resource`, which may be repeated; `metric`, which may
    /// be, too; `range`.
    init(_ items: [(name: String, value: String)]) throws(CommandRefusal) {
        let resources = items.filter { $0.name == "resource" }.map(\.value)
        guard !resources.isEmpty else {
            throw CommandRefusal(
                code: "no_resource",
                message: "name what is asked for: /api/history?resource=guest:NAME/100"
            )
        }
        try self.init(
            id: nil,
            resources: resources,
            metrics: items.filter { $0.name == "metric" }.map(\.value),
            range: items.last { $0.name == "range" }?.value
        )
    }
}
