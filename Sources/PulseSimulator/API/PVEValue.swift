import Glibc
import PulseJSON

/// A value on its way into an answer, with the types that Perl gives its numbers.
package indirect enum PVEValue: Sendable, Equatable {
    case null
    /// Only what QEMU and Ceph say comes as true and false; Perl says 1 and 0.
    case bool(Bool)
    case integer(Int64)
    case number(Double)
    case text(String)
    case list([PVEValue])
    case object([Field])

    package struct Field: Sendable, Equatable {
        package let name: String
        package let value: PVEValue

        init(_ name: String, _ value: PVEValue) {
            self.name = name
            self.value = value
        }
    }

    /// Perl's truth.
    static func flag(_ value: Bool) -> PVEValue { .integer(value ? 1 : 0) }

    static func number(_ value: Int) -> PVEValue { .integer(Int64(value)) }

    /// A number of processors: whole where it is.
    static func processors(_ count: Double) -> PVEValue { .number(count) }

    /// The JSON of the value.
    ///
    /// With a seed every object's keys come in an order of their own, as those of Perl's hashes do.
    package func encoded(shuffledBy seed: UInt64? = nil) -> [UInt8] {
        jsonBytes(capacity: 1024 + byteCountEstimate) { writer in
            var random = seed.map { SeededRandom(seed: $0) }
            write(into: &writer, &random)
        }
    }

    private var byteCountEstimate: Int {
        guard case .object(let fields) = self, case .list(let entries)? = fields.first?.value else {
            return 0
        }
        // An entry of /cluster/resources has 400 bytes.
        return entries.count * 512
    }

    private func write(into writer: inout JSONWriter, _ random: inout SeededRandom?) {
        switch self {
        case .null: writer.null()
        case .bool(let value): writer.bool(value)
        case .integer(let value): writer.int(value)
        case .number(let value): writer.raw(PVEValue.perl(value))
        case .text(let text): writer.string(text)
        case .list(let elements):
            writer.fragment("[")
            for index in elements.indices {
                if index > 0 { writer.fragment(",") }
                elements[index].write(into: &writer, &random)
            }
            writer.fragment("]")
        case .object(var fields):
            if var generator = random {
                fields.shuffle(using: &generator)
                random = generator
            }
            writer.fragment("{")
            for index in fields.indices {
                if index > 0 { writer.fragment(",") }
                writer.string(fields[index].name)
                writer.fragment(":")
                fields[index].value.write(into: &writer, &random)
            }
            writer.fragment("}")
        }
    }

    /// A number as Perl prints it: 15 significant digits, and an exponent where that is shorter.
    static func perl(_ value: Double) -> [UInt8] {
        // At most 15 digits, a sign, a point, leading zeros and an exponent.
        var text = [CChar](repeating: 0, count: 32)
        let count = unsafe withVaList([value]) { unsafe vsnprintf(&text, 32, "%.15g", $0) }
        return text[..<Int(count)].map(UInt8.init(bitPattern:))
    }
}
