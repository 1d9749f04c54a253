import PulseJSON

/// A document as a tree, numbers by their bits.
enum FuzzValue: Equatable {
    case object([Member])
    case array([FuzzValue])
    case string([UInt8])
    case number(UInt64)
    case bool(Bool)
    case null

    struct Member: Equatable {
        let key: [UInt8]
        let value: FuzzValue
    }

    /// Reads a whole document with the typed calls.
    static func read(_ bytes: Span<UInt8>) -> Result<FuzzValue, JSONError> {
        var reader = JSONReader(bytes)
        do throws(JSONError) {
            let value = try read(&reader)
            try reader.finish()
            return .success(value)
        } catch {
            return .failure(error)
        }
    }

    private static func read(_ reader: inout JSONReader) throws(JSONError) -> FuzzValue {
        switch try reader.peek() {
        case .object:
            var members: [Member] = []
            try reader.beginObject()
            while let key = try reader.nextKey() {
                let name = Array(key.text.utf8)
                precondition(name.count == key.count, "a key's length is not that of its copy")
                members.append(Member(key: name, value: try read(&reader)))
            }
            return .object(members)
        case .array:
            var elements: [FuzzValue] = []
            try reader.beginArray()
            while try reader.nextElement() { elements.append(try read(&reader)) }
            return .array(elements)
        case .string:
            let text = try reader.readText()
            let copy = Array(text.text.utf8)
            precondition(copy.count == text.count, "a text's length is not that of its copy")
            return .string(copy)
        case .number: return .number(try reader.readDouble().bitPattern)
        case .bool: return .bool(try reader.readBool())
        case .null:
            let isNull = try reader.readNull()
            precondition(isNull, "peek said null")
            return .null
        }
    }

    func write(to writer: inout JSONWriter) {
        switch self {
        case .object(let members):
            writer.fragment("{")
            for (index, member) in members.enumerated() {
                if index > 0 { writer.fragment(",") }
                writer.string(member.key.span)
                writer.fragment(":")
                member.value.write(to: &writer)
            }
            writer.fragment("}")
        case .array(let elements):
            writer.fragment("[")
            for (index, element) in elements.enumerated() {
                if index > 0 { writer.fragment(",") }
                element.write(to: &writer)
            }
            writer.fragment("]")
        case .string(let text): writer.string(text.span)
        case .number(let bits): writer.double(Double(bitPattern: bits))
        case .bool(let bool): writer.bool(bool)
        case .null: writer.null()
        }
    }
}
