import PulseJSON

/// A document as a tree, for comparison only; the fuzzers compile this file, too.
///
/// Texts are their bytes and numbers their bits, since Swift takes two spellings of é for equal,
/// and so both zeros.
enum JSONValue: Equatable, Sendable {
    case object([Member])
    case array([JSONValue])
    case utf8([UInt8])
    case bits(UInt64)
    case bool(Bool)
    case null

    static func string(_ text: String) -> JSONValue { .utf8(Array(text.utf8)) }

    static func number(_ number: Double) -> JSONValue { .bits(number.bitPattern) }

    struct Member: Equatable, Sendable {
        var key: [UInt8]
        var value: JSONValue
    }

    /// Reads a whole document with the typed calls.
    static func document(_ bytes: Span<UInt8>) -> Result<JSONValue, JSONError> {
        var reader = JSONReader(bytes)
        do throws(JSONError) {
            let value = try read(&reader)
            try reader.finish()
            return .success(value)
        } catch {
            return .failure(error)
        }
    }

    static func document(_ text: String) -> Result<JSONValue, JSONError> {
        document(text.utf8.span)
    }

    private static func read(_ reader: inout JSONReader) throws(JSONError) -> JSONValue {
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
            var elements: [JSONValue] = []
            try reader.beginArray()
            while try reader.nextElement() { elements.append(try read(&reader)) }
            return .array(elements)
        case .string:
            let text = try reader.readText()
            let copy = Array(text.text.utf8)
            precondition(copy.count == text.count, "a text's length is not that of its copy")
            return .utf8(copy)
        case .number: return .number(try reader.readDouble())
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
                if index > 0 { writer.fragment(" , ") }
                element.write(to: &writer)
            }
            writer.fragment("\n]")
        case .utf8(let text): writer.string(text.span)
        case .bits(let bits): writer.double(Double(bitPattern: bits))
        case .bool(let bool): writer.bool(bool)
        case .null: writer.null()
        }
    }
}

/// Skips a whole document; the error, if any.
func skipError(_ bytes: Span<UInt8>, depthMax: Int = 64) -> JSONError? {
    var reader = JSONReader(bytes, depthMax: depthMax)
    do throws(JSONError) {
        try reader.skipValue()
        try reader.finish()
        return nil
    } catch {
        return error
    }
}

func skipError(_ text: String, depthMax: Int = 64) -> JSONError? {
    skipError(text.utf8.span, depthMax: depthMax)
}

extension Result {
    var error: Failure? {
        switch self {
        case .success: nil
        case .failure(let error): error
        }
    }
}
